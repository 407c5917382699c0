"""What the deeper monitors of Filesystem say, and its checks of parameters.

Sources: heartbeat/Filesystem of resource-agents 1.0 to 4.18 (OCF_CHECK_LEVEL 10 reads the device, 20 writes a file).
"""

from ha_report.symptom import Setting, Symptom

FILESYSTEM = ("ocf:heartbeat:Filesystem",)
_STORAGE = (
    r"kernel: .*(?:I/O error|EXT[234]-fs|XFS|Remounting filesystem|rejecting I/O|multipath|link is down|session recovery timed out)"
    r"|multipathd.*(?:remaining active paths|Fail all paths)|iscsid.*(?:connection\d+:\d+ is|error)"
)

SYMPTOMS = (
    Symptom(
        id="filesystem-read-failed",
        waits=True,
        agents=FILESYSTEM,
        says=r"Failed to read device (?P<device>\S+)",
        title="{device} could not be read",
        cause="The check at level 10 reads a block of the device, and got an error: the storage, or the path to it, is gone.",
        remedy=("Look at the storage from {node}:", "$ dmesg | tail -40", "$ lsblk {device}", "$ multipath -ll"),
        verify=("$ dd if={device} of=/dev/null iflag=direct bs=4k count=1",),
        versions="resource-agents 1.0.2 and later",
        example="Nov 23 06:56:17  Filesystem(fs_data)[9984]:    ERROR: Failed to read device /dev/loop7",
        operations=("monitor",),
        beside=_STORAGE,
    ),
    Symptom(
        id="filesystem-status-file",
        waits=True,
        agents=FILESYSTEM,
        says=r"(?:Failed to write|Cannot stat the|Cannot read the) status file (?P<file>\S+)",
        title="its status file could not be written or read: {file}",
        cause="The check at level 20 writes a file and reads it again. The kernel mounts a file system read-only after an error; it may"
        " also be full, or the storage gone.",
        remedy=(
            "See whether {directory|the file system} is mounted read-only (ro) or is full, and why:",
            "$ findmnt {directory}",
            "$ df -h {directory}",
            "$ dmesg | tail -40",
        ),
        verify=("$ touch {directory}/.written && rm {directory}/.written",),
        versions="resource-agents 1.0.2 and later",
        example="Nov 23 06:55:48  Filesystem(fs_data)[9534]:    ERROR: Failed to write status file /srv/data/.Filesystem_status/fs_data_node02",
        beside=_STORAGE,
    ),
    Symptom(
        id="filesystem-path-unreadable",
        agents=FILESYSTEM,
        says=r"Could not canonicalize (?P<path>\S+) because readlink failed",
        title="the path {path} could not be resolved",
        cause="readlink failed on it: a symbolic link leads nowhere, or the storage below does not answer.",
        remedy=("Look at each part of the path:", "$ namei -l {path}", "$ readlink -f {path}"),
        verify=("$ readlink -f {path}",),
        versions="resource-agents 4.3.0 and later",
        example="Nov 23 02:01:35  Filesystem(fs_data)[158]:    ERROR: Could not canonicalize /srv/data because readlink failed",
        beside=_STORAGE,
        references=("ClusterLabs/resource-agents issue 1370",),
    ),
    Symptom(
        id="filesystem-device-unset",
        agents=FILESYSTEM,
        says=r"Please set OCF_RESKEY_device to the device to be managed",
        title="its parameter device is not set",
        cause="The agent needs the device at each operation, so that a stop fails, too.",
        remedy=("Set it:", Setting("parameter", "device", "DEVICE")),
        verify=("$ crm_resource --resource {resource} --validate",),
        versions="all",
        example="Nov 23 06:56:02  Filesystem(fs_data)[9807]:    ERROR: Please set OCF_RESKEY_device to the device to be managed",
    ),
    Symptom(
        id="filesystem-directory-unset",
        agents=FILESYSTEM,
        says=r"Please specify the directory|(?P<slash>/) cannot be managed in a cluster",
        title="its parameter directory does not name a mount point",
        cause="It is not set, or it is the root of the node's own file system.",
        remedy=("Set it:", Setting("parameter", "directory", "DIRECTORY")),
        verify=("$ crm_resource --resource {resource} --validate",),
        versions="all",
        example="Nov 23 06:55:55  Filesystem(fs_data)[9674]:    ERROR: Please specify the directory",
    ),
    Symptom(
        id="filesystem-white-space",
        agents=FILESYSTEM,
        says=r"(?P<parameter>device|directory) parameter does not accept leading or trailing whitespace",
        title="its parameter {parameter} begins or ends with a blank",
        cause="Older versions of the agent took the blank as part of the name.",
        remedy=("Set it anew, without the blank:", Setting("parameter", "{parameter}", "VALUE")),
        verify=("$ crm_resource --resource {resource} --validate",),
        versions="resource-agents 4.15.0 and later",
        example="Nov 23 02:01:35  Filesystem(fs_data)[158]:    ERROR: device parameter does not accept leading or trailing whitespace characters",
    ),
    Symptom(
        id="filesystem-no-program",
        agents=FILESYSTEM,
        says=r"couldn't find command: (?P<program>\S+)",
        title="the program {program} is not there, or not where the agent looks",
        cause="The agent needs mount, umount and fsck (util-linux), fuser (psmisc) and modprobe (kmod).",
        remedy=("Install it on {nodes}, and on each node that may run {resource}.",),
        verify=("On {node} this must print a path:", "$ command -v {program}"),
        versions="all; as an exit reason from resource-agents 3.9.6 on",
        example="Nov 23 06:53:50  Filesystem(fs_data)[4865]:    ERROR: Setup problem: couldn't find command: /sbin/modprobe",
    ),
)
