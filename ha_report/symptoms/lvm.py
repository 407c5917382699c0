"""What LVM-activate and LVM, the agents of volume groups, say.

Sources: heartbeat/LVM-activate (resource-agents 4.1 and later) and heartbeat/LVM before it; lvmsystemid(7), lvmlockd(8).
"""

from ha_report.symptom import Setting, Symptom

ACTIVATE = ("ocf:heartbeat:LVM-activate",)
BOTH = (*ACTIVATE, "ocf:heartbeat:LVM")
_VALIDATE = ("$ crm_resource --resource {resource} --validate",)

SYMPTOMS = (
    Symptom(
        id="lvm-no-volume-group",
        agents=BOTH,
        says=r"Volume group\s?\[(?P<vg>[^\]]*)\] (?:doesn't exist, or not visible on this node|does not exist or contains error)",
        title="the volume group {vg} is not visible there",
        cause="{node} sees no disk with it: the LUN is not mapped or its path down (iSCSI, multipath, DRBD), or LVM's filter or devices"
        " file leaves it out.",
        remedy=(
            "See what {node} has, and what LVM leaves out:",
            "$ lsblk",
            "$ pvs --all",
            "$ lvmconfig devices/filter devices/global_filter",
            "$ lvmdevices",
            "Where the devices file lacks it, and where iSCSI serves it:",
            "$ vgimportdevices {vg}",
            "$ iscsiadm -m session",
        ),
        verify=("On each node that may run {resource}:", "$ vgs --foreign {vg}"),
        versions="all (LVM-activate: resource-agents 4.1)",
        example="Nov 23 02:01:35  LVM-activate(lv_data)[158]:    ERROR: Volume group[vg_data] doesn't exist, or not visible on this node!",
        beside=r"kernel: .*(?:I/O error|rejecting I/O|link is down)|multipathd.*(?:remaining active paths|Fail)|iscsid",
    ),
    Symptom(
        id="lvm-devices-missing",
        agents=BOTH,
        says=r"Volume group \[(?P<vg>[^\]]*)\] has devices missing\.\s+Consider (?P<parameter>partial_activation|majority_pvs)=true",
        title="disks of the volume group {vg} are missing",
        cause="A leg of a mirror, or a path to it, is gone. The agent does not activate what is left unless told to.",
        remedy=(
            "Bring the disk back; pvs shows it as [unknown]:",
            "$ pvs -o pv_name,vg_name,pv_missing",
            "Only if what is left holds all data (mirror, RAID):",
            Setting("parameter", "{parameter}", "true"),
        ),
        verify=("No p may stand in the attributes:", "$ vgs -o vg_name,vg_attr {vg}"),
        versions="resource-agents 3.9.6 and later (majority_pvs: 4.13)",
        example="Nov 23 02:01:35  LVM-activate(lv_data)[158]:    ERROR: Volume group [vg_data] has devices missing.  Consider partial_activation=true"
        " to attempt to activate partially",
        beside=r"kernel: .*(?:I/O error|rejecting I/O|link is down)|multipathd.*(?:remaining active paths|Fail)",
    ),
    Symptom(
        id="lvm-access-mode",
        agents=ACTIVATE,
        says=r"specified vg_access_mode doesn't match the lock_type|invalid value for vg_access_mode: (?P<mode>\S*)|Incorrect VG access mode",
        title="vg_access_mode={vg_access_mode|{mode|}} is not how the volume group {vgname|} is made",
        cause="lvmlockd is for shared volume groups (lock_type dlm or sanlock), system_id for those with a system ID, tagging for all others.",
        remedy=(
            "See what the volume group is, and set the mode to that:",
            "$ vgs --foreign -o vg_name,lock_type,systemid,vg_clustered {vgname}",
            Setting("parameter", "vg_access_mode", "MODE"),
        ),
        verify=_VALIDATE,
        versions="resource-agents 4.1 and later",
        example="Nov 23 02:01:35  LVM-activate(lv_data)[158]:    ERROR: The specified vg_access_mode doesn't match the lock_type on VG metadata!",
    ),
    Symptom(
        id="lvm-no-system-id",
        agents=ACTIVATE,
        says=r"system_id_source in lvm\.conf is not set correctly|local/system_id is not set",
        title="the node has no system ID for LVM, which vg_access_mode=system_id needs",
        cause="Each node needs one of its own; a volume group then belongs to the node whose ID it bears. lvm.conf gives none on {node}.",
        remedy=(
            "Take the node's name for it, on every node (lvm.conf, section global), then see that it is there:",
            "$ lvmconfig --withcomments global/system_id_source",
            "$ echo 'global { system_id_source = \"uname\" }' >> /etc/lvm/lvmlocal.conf",
        ),
        verify=("This must print the node's name:", "$ lvm systemid"),
        versions="resource-agents 4.1 and later",
        example="Nov 23 02:01:35  LVM-activate(lv_data)[158]:    ERROR: system_id_source in lvm.conf is not set correctly!",
        references=("lvmsystemid(7)",),
    ),
    Symptom(
        id="lvm-conf-contradicts",
        agents=ACTIVATE,
        says=r"Both system_id_source & volume_list cannot be defined|config item (?P<item>\S+): expect=(?P<wanted>\S+) but real=(?P<real>\S*)"
        r"|Please stop lvmetad daemon when clvmd|(?P<daemon>clvmd|lvmlockd) daemon is running unexpectedly",
        title="lvm.conf or LVM's daemons there are not as vg_access_mode={vg_access_mode|} needs them",
        cause="Each access mode has its own way to keep two nodes from activating the same volume group, and they exclude one another.",
        remedy=(
            "See what is set on {node}, and leave only what the mode needs:",
            "$ lvmconfig global/system_id_source activation/volume_list global/use_lvmlockd global/locking_type",
        ),
        verify=_VALIDATE,
        versions="resource-agents 4.1 and later (both: 4.14)",
        example="Nov 23 02:01:35  LVM-activate(lv_data)[158]:    ERROR: Both system_id_source & volume_list cannot be defined!",
    ),
    Symptom(
        id="lvm-no-lock-daemon",
        agents=ACTIVATE,
        says=r"(?P<daemon>lvmlockd|clvmd) daemon is not running",
        title="{daemon} does not run there",
        cause="vg_access_mode={vg_access_mode|} needs it on each node before a volume group is activated.",
        remedy=(
            "Let the cluster run it as a clone, after dlm, and order {resource} behind it:",
            "$ crm_resource --resource {resource} --constraints",
        ),
        verify=("This must print a process:", "$ pgrep -a {daemon}"),
        versions="resource-agents 4.1 and later",
        example="Nov 23 02:01:35  LVM-activate(lv_data)[158]:    ERROR: lvmlockd daemon is not running!",
    ),
    Symptom(
        id="lvm-volume-list",
        agents=ACTIVATE,
        says=r"volume_list (?:filter must be initialized|in lvm\.conf must not contain)",
        title="volume_list in lvm.conf is not as vg_access_mode=tagging needs it",
        cause="It must name the volume groups that {node} activates by itself, such as that of its system, and not the cluster's; without it"
        " {node} would activate all of them at boot.",
        remedy=(
            "Set it in lvm.conf, section activation, to what the node itself needs, and make the initial RAM disk anew:",
            "$ vgs --noheadings -o vg_name",
            "$ lvmconfig activation/volume_list",
        ),
        verify=("{vgname|The volume group} must not be in it:", "$ lvmconfig activation/volume_list"),
        versions="resource-agents 4.1 and later",
        example="Nov 23 02:01:35  LVM-activate(lv_data)[158]:    ERROR: The volume_list filter must be initialized in lvm.conf for exclusive"
        " activation without clvmd",
    ),
    Symptom(
        id="lvm-no-logical-volume",
        agents=BOTH,
        says=r"LV \((?P<lv>[^)]*)\) is not in the given VG \((?P<vg>[^)]*)\)|Volume group \[(?P<empty>[^\]]*)\] doesn't contain any logical volume"
        r"|VG (?P<bare>\S+) with no logical volumes is not supported",
        title="the volume group {vg|{vgname|}} does not hold {lv|any logical volume}",
        cause="The name is wrong, or the volume was not made, or removed.",
        remedy=("See what the volume group holds:", "$ lvs --foreign {vgname}", "$ lvs --foreign {vg}"),
        verify=("$ lvs --foreign {vg}/{lv}", *_VALIDATE),
        versions="resource-agents 4.1 and later",
        example="Nov 23 02:01:35  LVM-activate(lv_data)[158]:    ERROR: LV (lv_web) is not in the given VG (vg_data).",
    ),
    Symptom(
        id="lvm-activation-failed",
        agents=BOTH,
        says=r"(?P<volume>\S+): failed to activate|LVM: (?P<vg>\S+) did not activate correctly|Failed to (?:set|add) (?:ownership )?tags? (?:on|to) (?P<tagged>[^\s.]+)",
        title="{volume|{vg|{tagged|the volume}}} could not be activated",
        cause="LVM or the device mapper refused; the line before tells why. It may be active elsewhere, or a device of that name be left.",
        remedy=(
            "Do it by hand on {node}, and read what LVM says:",
            "$ vgchange -ay {vgname}",
            "$ vgchange -ay {vg}",
            "$ dmsetup ls",
        ),
        verify=("An a must stand in the attributes once it is active:", "$ lvs -o lv_name,lv_attr {vgname}"),
        versions="all",
        example="Nov 23 02:01:35  LVM-activate(lv_data)[158]:    ERROR: vg_data: failed to activate.",
        operations=("start",),
        proof="likely",
    ),
    Symptom(
        id="lvm-in-use",
        waits=True,
        agents=BOTH,
        says=r"(?P<volume>\S+): failed to deactivate|LVM: (?P<vg>\S+) did not stop correctly|Logical volume (?P<used>\S+)(?: contains a filesystem)? in use",
        title="{volume|{vg|{used}}} is still in use",
        cause="A file system on it is mounted, a process or a device above has it open.",
        remedy=(
            "See who uses it; what the cluster mounts from it must be ordered behind {resource}:",
            "$ lsblk",
            "$ dmsetup info -c",
            "$ findmnt",
        ),
        verify=("An o in the attributes means open:", "$ lvs -o lv_name,lv_attr {vgname}"),
        versions="all",
        example="Nov 23 02:01:35  LVM-activate(lv_data)[158]:    ERROR: vg_data: failed to deactivate.",
        operations=("stop",),
    ),
    Symptom(
        id="lvm-no-program",
        agents=BOTH,
        says=r"couldn't find command: (?P<program>\S+)|(?P<binary>\S+): required binary not installed",
        title="there is no program {program|{binary}}",
        cause="lvm2 (or dmsetup, device-mapper) is not installed on {node}.",
        remedy=("Install it on {nodes}, and on each node that may run {resource}.",),
        verify=("This must print a path:", "$ command -v {program|{binary}}"),
        versions="all; as an exit reason from resource-agents 3.9.6 on",
        example="Nov 23 02:01:35  LVM-activate(lv_data)[158]:    ERROR: Setup problem: couldn't find command: lvm",
    ),
)
