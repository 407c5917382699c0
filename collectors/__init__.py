"""Gathers what cluster nodes hold, and opens archives safely."""
