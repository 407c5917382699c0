"""ha-report: says what failed in a Pacemaker cluster, where, why, and what to do about it."""

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Return `load`, for Python and notebooks: what it needs is heavy, and is imported when it is asked for."""
    if name == "load":
        return __import__("ha_report.loaded", fromlist=["load"]).load
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
