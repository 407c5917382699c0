"""Masks secrets in what was gathered: finds them by name and shape, then wherever else their values stand."""
