"""Sample incidents that ship with the program: `ha-report demo` reports on one, tests read them."""

from importlib.resources import files
from pathlib import Path

SAMPLES = {
    "nic": "an IPaddr2 without nic fails to start on a node that has no interface in its network (Pacemaker 2.1)",
    "heartbeat": "a lost address, a stopped node, a failed start: three events in one log (Pacemaker 1.0 on Heartbeat)",
}
DEFAULT = "nic"


def path(name: str) -> Path:
    """Return the folder of the sample `name`, one of SAMPLES, with a folder for each node."""
    # The wheel is unpacked on installation, so the resource is an ordinary folder.
    return Path(str(files(__name__).joinpath(name)))
