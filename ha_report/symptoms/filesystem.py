"""What Filesystem says.

Sources: heartbeat/Filesystem of resource-agents 1.0 to 4.18, its issues 1100, 1370, 1695 and 2138; mount(8), fsck(8).
"""

from ha_report.symptom import Setting, Symptom

FILESYSTEM = ("ocf:heartbeat:Filesystem",)
_STORAGE = (
    r"kernel: .*(?:I/O error|EXT[234]-fs.*error|EXT[234]-fs error|XFS.*(?:[Cc]orruption|error)|Remounting filesystem|"
    r"multipath|rejecting I/O|[Bb]uffer I/O|[Bb]ad magic|Can't find|bad geometry|Unknown parameter|Unrecognized mount option|"
    r"unknown mount option|JBD2|log mount|superblock)"
)

SYMPTOMS = (
    Symptom(
        id="filesystem-no-device",
        agents=FILESYSTEM,
        says=r"Couldn't find device \[(?P<device>[^\]]*)\]\. Expected /dev/",
        title="the device {device} does not exist there",
        cause="{device} is no block device on {node}: what makes it (LVM, DRBD, iSCSI, multipath) was not started before, or not there,"
        " or the disk is not visible to {node}.",
        remedy=(
            "See what {node} has; if something of the cluster makes the device, let it start before {resource} and on the same node:",
            "$ lsblk",
            "$ crm_resource --resource {resource} --constraints",
        ),
        verify=("On each node that may run {resource} this must show a line that begins with b:", "$ ls -lL {device}"),
        versions="all; as an exit reason from resource-agents 3.9.6 on",
        example="Nov 23 06:54:12  Filesystem(fs_data)[5150]:    ERROR: Couldn't find device [/dev/vg_data/lv_data]. Expected /dev/??? to exist",
    ),
    Symptom(
        id="filesystem-no-mount-point",
        agents=FILESYSTEM,
        says=r"Couldn't find directory\s+\[(?P<directory>[^\]]*)\] to use as a mount point",
        title="the mount point {directory} is not there, and could not be made",
        cause="The agent makes a missing directory itself (from 3.9.6 on); that failed, too: the file system it lies in is read-only,"
        " full, or no place for directories.",
        remedy=("Make it on every node that may run {resource}, and read what mkdir says:", "$ mkdir -p {directory}"),
        verify=("$ ls -ld {directory}",),
        versions="all",
        example="Nov 23 06:54:19  Filesystem(fs_data)[5434]:    ERROR: Couldn't find directory  [/proc/data] to use as a mount point",
    ),
    Symptom(
        id="filesystem-type-unknown",
        agents=FILESYSTEM,
        says=r"(?:Couldn't find filesystem |mount: .*unknown filesystem type ')(?P<fstype>[\w.-]+)",
        title="the kernel there does not know file systems of the type {fstype}",
        cause="{fstype} is not in /proc/filesystems, and its module could not be loaded: it is not installed for the kernel that runs, or"
        " fstype is misspelt.",
        remedy=(
            "Install what brings the module on {node}, or correct fstype; this tells which it is:",
            "$ modprobe {fstype}",
        ),
        verify=("$ grep -w {fstype} /proc/filesystems",),
        versions="all (with the kernel module: resource-agents 3.9.7)",
        example="Nov 23 06:54:26  Filesystem(fs_data)[5593]:    ERROR: Couldn't find filesystem ocfs2 in /proc/filesystems and failed to load kernel module",
    ),
    Symptom(
        id="filesystem-fsck-failed",
        agents=FILESYSTEM,
        says=r"Couldn't suc+es+fully fsck filesystem for (?P<device>\S+)",
        title="fsck could not repair the file system on {device}",
        cause="fsck found errors that it does not mend by itself, or could not read the device.",
        remedy=(
            "With {resource} stopped on all nodes, look first, then repair; have a backup:",
            "$ fsck -n {device}",
            "$ fsck {device}",
        ),
        verify=("$ fsck -n {device}",),
        versions="all (spelt sucessfully up to resource-agents 3.9.6)",
        example="Nov 23 02:01:35  Filesystem(fs_data)[158]:    ERROR: Couldn't successfully fsck filesystem for /dev/vg_data/lv_data",
        operations=("start",),
        beside=_STORAGE,
    ),
    Symptom(
        id="filesystem-bad-superblock",
        agents=FILESYSTEM,
        says=r"mount: (?:(?P<directory>/\S+): )?(?P<words>wrong fs type, bad option, bad superblock|can't read superblock) on (?P<device>[^,\s]*[^,\s.])",
        title="{device} holds no file system of the type {fstype|that is given}, or not with these options",
        cause="mount says: {words}. Either fstype or options is wrong, or the file system is damaged;"
        " the kernel's line of the same second tells which.",
        remedy=(
            "See what is on the device, and what the kernel said; then correct fstype or options, or repair it:",
            "$ blkid {device}",
            "$ dmesg | tail -20",
            "$ mount -t {fstype} -o {options} {device} {directory}",
        ),
        verify=("$ blkid {device}",),
        versions="all; words of util-linux",
        example="Nov 23 06:54:41.300 node02 pacemaker-execd     [91] (log_op_output) \tinfo: fs_data_start_0[5990] error output [ mount: /srv/data:"
        " wrong fs type, bad option, bad superblock on tmpfs, missing codepage or helper program, or other error. ]",
        operations=("start",),
        beside=_STORAGE,
        proof="likely",
    ),
    Symptom(
        id="filesystem-nfs-refused",
        waits=True,
        agents=FILESYSTEM,
        says=r"mount\.(?:nfs4?|cifs|glusterfs|ceph): (?P<words>.*\S)",
        title="the file server was not reached or refused: {words}",
        cause="{device|The export} is on another machine: that machine, the way to it, or its list of who may mount is at fault.",
        remedy=(
            "Try from {node} what mount does, and read the file server's own log:",
            "$ mount -v -t {fstype} {device} {directory}",
        ),
        verify=("$ mount -v -t {fstype} {device} {directory}", "$ umount {directory}"),
        versions="all; words of nfs-utils, cifs-utils and others",
        example="Nov 23 02:01:35.300 node02 pacemaker-execd     [91] (log_op_output) \tinfo: fs_data_start_0[158] error output [ mount.nfs: access denied"
        " by server while mounting filer:/export/data ]",
        operations=("start",),
        beside=r"nfs: server \S+ not responding",
    ),
    Symptom(
        id="filesystem-mounted-elsewhere",
        agents=FILESYSTEM,
        says=r"mount: (?:\S+: )?(?P<device>/dev/[^\s:]+) (?:is )?already mounted (?:or|on) ",
        title="{device} is mounted there already, or its mount point is busy",
        cause="Somebody, or /etc/fstab, mounted it, or something holds the device (multipath, LVM, DRBD).",
        remedy=("See where it is mounted, and who holds it:", "$ findmnt --source {device}", "$ lsblk {device}"),
        verify=("This must print nothing while {resource} is stopped:", "$ findmnt --source {device}"),
        versions="all; words of util-linux",
        example="Nov 23 02:01:35.300 node02 pacemaker-execd     [91] (log_op_output) \tinfo: fs_data_start_0[158] error output [ mount: /srv/data: /dev/sdb1"
        " already mounted or mount point busy. ]",
        operations=("start",),
        proof="likely",
    ),
    Symptom(
        id="filesystem-mount-refused",
        agents=FILESYSTEM,
        says=r"Couldn't mount (?:device \[(?P<device>[^\]]*)\] as|filesystem (?P<dev>\S+) on) (?P<directory>\S+)",
        title="{device|the device} could not be mounted on {directory}",
        cause="The device was there and mount refused it: another type of file system, an option that it does not know, damage, or a mount"
        " elsewhere. The line of mount before, or of the kernel, tells which.",
        remedy=(
            "Mount it by hand on {node}, and read what mount and the kernel say:",
            "$ mount -t {fstype} {device} {directory}",
            "$ dmesg | tail -20",
        ),
        verify=("$ blkid {device}",),
        versions="all (device [...] as: resource-agents 4.0.0)",
        example="Nov 23 06:54:41  Filesystem(fs_data)[5990]:    ERROR: Couldn't mount device [/dev/loop7] as /srv/data",
        operations=("start",),
        beside=_STORAGE,
        proof="likely",
    ),
    Symptom(
        id="filesystem-other-device",
        agents=FILESYSTEM,
        says=r"Another device \((?P<other>[^)]*)\) is already mounted on (?P<directory>\S+)",
        title="{other} is mounted on {directory} already",
        cause="Somebody, or /etc/fstab, mounted another device there.",
        remedy=(
            "Take it out of /etc/fstab, and unmount it on {node}:",
            "$ grep -n {directory} /etc/fstab",
            "$ umount {directory}",
        ),
        verify=("This must print nothing while {resource} is stopped:", "$ findmnt {directory}"),
        versions="resource-agents 4.15.0 and later",
        example="Nov 23 02:01:35  Filesystem(fs_data)[158]:    ERROR: Another device (/dev/sdb1) is already mounted on /srv/data",
    ),
    Symptom(
        id="filesystem-mount-below",
        agents=FILESYSTEM,
        says=r"There is one or more mounts mounted under (?P<directory>\S+?)\.?$",
        title="something is mounted below {directory} already",
        cause="A mount above it would hide it. It may be a file system of the cluster that started too early, or one of /etc/fstab.",
        remedy=(
            "Unmount what is below; where the cluster mounts it, order it behind {resource}:",
            "$ findmnt --list | grep {directory}/",
        ),
        verify=("This must print nothing while {resource} is stopped:", "$ findmnt --list | grep {directory}/"),
        versions="resource-agents 4.0.0 and later",
        example="Nov 23 06:55:33  Filesystem(fs_data)[9131]:    ERROR: There is one or more mounts mounted under /srv/data.",
        operations=("start",),
        rcs=(2, 6),
    ),
    Symptom(
        id="filesystem-busy",
        waits=True,
        agents=FILESYSTEM,
        says=r"Couldn't unmount (?P<directory>/[^\s;,]*)(?:, giving up!|; trying cleanup with|; trying cleanup|\s+within given timeout)",
        title="{directory} could not be unmounted, something still uses it",
        cause="A process has a file or its working directory there, something is mounted below it, or the server of a network file system"
        " is gone.",
        remedy=(
            "See who uses it on {node}, and end that; what the cluster starts there must be ordered behind {resource}:",
            "$ fuser -vm {directory}",
            "$ findmnt --list | grep {directory}",
            "Where it is safe to kill them, let the agent do so:",
            Setting("parameter", "force_unmount", "true"),
        ),
        verify=("This must print nothing:", "$ findmnt {directory}"),
        versions="all (within given timeout: resource-agents 4.13.0)",
        example="Nov 23 06:57:40  Filesystem(fs_data)[12731]:    ERROR: Couldn't unmount /srv/data, giving up!",
        operations=("stop",),
        beside=r"umount.*(?:target is busy|device is busy)|nfs: server \S+ not responding",
    ),
    Symptom(
        id="filesystem-cloned",
        agents=FILESYSTEM,
        says=r"DANGER! (?P<fstype>\S+) on (?P<device>.+?) is NOT cluster-aware",
        title="{fstype} on {device} would be mounted on several nodes at once, which destroys it",
        cause="The resource is a clone, and {fstype} is no cluster file system. The agent refuses, to save the data.",
        remedy=("Take the clone away, so that it runs on one node; for several nodes use gfs2, ocfs2 or nfs.",),
        verify=("No clone may hold {resource}:", "$ cibadmin --query --xpath \"//clone[primitive[@id='{resource}']]\""),
        versions="all",
        example="Nov 23 06:55:25  Filesystem(fs_data)[8805]:    ERROR: DANGER! ext4 on /dev/vg_data/lv_data is NOT cluster-aware!",
        rcs=(2, 6),
    ),
)
