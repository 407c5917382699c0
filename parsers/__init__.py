"""Turns the files of a bundle into rows: log lines into events, snapshots into typed tables."""
