"""ha-report: says what failed in a Pacemaker cluster, where, why, and what to do about it."""

__version__ = "0.1.0"
