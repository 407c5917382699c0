"""What is taken from a node: one row a file of the bundle.  Adding an item is adding a row here.

Commands are POSIX sh and run on the node as the user that ssh logs in as.  They read only, and
each may fail: a node without crm_mon still gives its logs, and the manifest says what is missing.
Functions of node.sh that they may use: `copy PATH...`, `copy_all PATH...` (with names), `several
COMMAND...` (those that are there), `have PROGRAM`, `runs PROGRAM...`, `speaks_for_all`.  Exit status 127
says that what was to be taken is not there.  Logs are not here: node.sh finds them on the node.

Sources: what hb_report, crm report, crm_report and sos gather; crm_mon(8), cibadmin(8),
corosync-quorumtool(8), stonith_admin(8), cl_status(1), sbd(8), coredumpctl(1).
"""

from __future__ import annotations

from typing import NamedTuple


class Item(NamedTuple):
    """One file of the bundle, and the command whose output it keeps."""

    file: str  # inside the node's folder of the bundle
    command: str
    limit_s: int = 10  # what hangs costs this, and not the report
    slow: bool = False  # left out with -Q/--quick
    needs: str = ""  # programs and paths; where none of them is, no process is made to find that out


def _copied(file: str, paths: str, how: str = "copy") -> Item:
    """Return the item that keeps what the files `paths` hold."""
    return Item(file, f"{how} {paths}", needs=paths)


class Folder(NamedTuple):
    """Files below a folder of the node that changed in the window, the newest first."""

    name: str  # inside the node's folder of the bundle
    path: str
    most: int  # files


TRACES = "trace_ra"  # what agents did, step by step, where somebody asked for it
CIB_ON_DISK = "/var/lib/pacemaker/cib/cib.xml /var/lib/heartbeat/crm/cib.xml"
DAEMONS = "pacemakerd pacemaker-contro crmd heartbeat"  # the kernel keeps 15 characters of a name

# The snapshot comes first, so that all nodes take it at about the same time; what one node tells for all comes
# when crm_mon has told which it is.
CLUSTER = (
    # -1 once, -r inactive resources too, -f fail counts, -A node attributes; 1.0 before 1.0.10 has no -A.
    Item("crm_mon.txt", '{ crm_mon -1 -r -f -A || crm_mon -1 -r -f; } && dc_of "$box/out/crm_mon.txt"', needs="crm_mon"),
    # Pacemaker 2.0.3 and later; before, --as-xml.
    Item("crm_mon.xml", "crm_mon -1 --output-as=xml -r -f -A || crm_mon --as-xml -r -f", needs="crm_mon"),
    Item("cib.xml", f"cibadmin -Q -l || cibadmin -Q || copy {CIB_ON_DISK}"),
    # Its members are those that corosync-quorumtool -l lists.
    Item("quorum.txt", "corosync-quorumtool -s", needs="corosync-quorumtool"),
    # What it finds it tells on standard error, and with its exit status.
    Item("crm_verify.txt", "speaks_for_all && crm_verify -V -V -L 2>&1", needs="crm_verify"),
    Item("corosync_status.txt", "several 'corosync-cfgtool -s' 'corosync-cfgtool -n' 'corosync-cpgtool -e'"),
    Item("corosync.dump", "several corosync-cmapctl 'corosync-cmapctl -m stats' corosync-objctl"),
    Item("fence_history.txt", "stonith_admin --history '*' --verbose", needs="stonith_admin"),
    Item("DC", '[ "$(dc)" = "$this_node" ] && date || exit 127', needs="crm_mon"),
    Item("crm_simulate.txt", "speaks_for_all && { crm_simulate -s -L || ptest -L -s; }", needs="crm_simulate ptest"),
    Item("crm_mon_o.txt", "speaks_for_all && crm_mon -1 -r -o -t -f", needs="crm_mon"),
    Item("crm_mon_rn.txt", "speaks_for_all && crm_mon -1 -r -n -f", needs="crm_mon"),
    Item("members.txt", "crm_node -p || ccm_tool -p", needs="crm_node ccm_tool"),
    Item("crm_node.txt", "crm_node -l", needs="crm_node"),
    Item("fence_devices.txt", "stonith_admin --list-registered", needs="stonith_admin"),
    Item("cl_status.txt", "several 'cl_status hbstatus' 'cl_status listnodes' 'cl_status rscstatus'", needs="cl_status"),
    Item("RUNNING", f"runs {DAEMONS} && date || exit 127"),
    Item("STOPPED", f"runs {DAEMONS} && exit 127 || date"),
    Item("time.txt", "several 'date +%Y-%m-%dT%H:%M:%S%z' 'date +%s.%N' date timedatectl 'chronyc -n tracking'"
         " 'chronyc -n sources' 'ntpq -pn' 'ntpdc -pn'", 6),
    Item("qdevice.txt", "several 'corosync-qdevice-tool -s -v' 'corosync-qnetd-tool -s -v' 'corosync-qnetd-tool -l -v'",
         needs="corosync-qdevice-tool corosync-qnetd-tool"),
    Item("hb_uuid.txt", "crm_uuid -r", needs="crm_uuid"),
)  # fmt: skip

# What takes longest begins first, and beside it the rest is done.
LONG = (
    # The journal is asked by time, and finds it by its own index.
    Item("journal.log", 'journalctl -q --no-pager -o short-iso-precise --since "@$from" --until "@$((to + 1))"'
         ' || journalctl -q --no-pager -o short-iso --since "@$from" --until "@$((to + 1))"', 60,
         needs="journalctl"),
    Item("sysstats.txt", "several 'ps axwwf -o pid,ppid,user,cls,rtprio,nice,stat,wchan:20,lstart,time,args' 'top -b -n 1'"
         " 'head -v -n 9999 /proc/loadavg /proc/meminfo /proc/pressure/cpu /proc/pressure/io /proc/pressure/memory /proc/cpuinfo'"
         " lsscsi lspci"),
    # crm's words for the configuration are made of the CIB where it is read (ha_report.collect_configuration).
    # pcs is slow, too, and what it says is the same on all nodes: where there is a DC, it alone is asked.
    Item("pcs_config.txt", "speaks_for_all && pcs config", 30, needs="pcs"),
    Item("pcs_status.txt", "speaks_for_all && pcs status --full", 30, needs="pcs"),
    Item("verify.txt", """set -- 'pacemaker*' 'corosync*' 'heartbeat*' 'cluster-glue*' 'resource-agents*' 'fence-agents*' 'libqb*' 'sbd*' 'booth*'
if have dpkg; then dpkg-query -W -f '${db:Status-Abbrev}${Package}\\n' "$@" 2>/dev/null | sed -n 's/^ii *//p' | xargs dpkg --verify
else rpm -qa "$@" | xargs rpm -V
fi""", 60, slow=True),
)  # fmt: skip

NETWORK = (
    Item("ip_addr.txt", "ip addr show"),
    Item("ip_link.txt", "ip -d -s link show"),
    Item("ip_route.txt", "ip route show"),
    Item("ip_route_all.txt", "several 'ip rule show' 'ip route show table all' 'ip -6 route show table all'"),
    Item("ip_neigh.txt", "ip neigh show"),
    Item("ifconfig.txt", "ifconfig -a", needs="ifconfig"),
    Item("sockets.txt", "ss -a -n -p -t -u || netstat -a -n -p"),
    Item("firewall.txt", "nft list ruleset", needs="nft"),  # iptables-save would load modules into the kernel
    _copied("hosts", "/etc/hosts"),
    _copied("resolv.conf", "/etc/resolv.conf"),
)

SYSTEM = (
    Item("sysinfo.txt", "several hostname 'uname -a' 'cat /etc/os-release' 'pacemakerd --features' 'corosync -v'"
         " 'heartbeat -V' 'sbd -v' uptime"),
    Item("versions.txt", "if have dpkg-query; then dpkg-query -W; elif have rpm; then rpm -qa; else apk info -v; fi", 20),
    # A network file system that is gone makes df wait for ever.
    Item("disks.txt", "several 'df -h' 'df -i' 'cat /proc/mounts' lsblk 'cat /proc/swaps' 'cat /proc/mdstat' 'multipath -ll' pvs vgs lvs", 6),
    Item("dmesg.txt", "dmesg"),
    Item("limits.txt", """set --
for p in /proc/[0-9]*; do
    { read -r c <"$p/comm"; } 2>/dev/null || continue
    case $c in pacemaker* | corosync | heartbeat | crmd | lrmd | cib | attrd | pengine | stonithd | sbd)
        echo "$p $c"; set -- "$@" "$p/limits" ;;
    esac
done
[ $# = 0 ] || head -v -n 99 "$@"
"""),
    Item("permissions.txt", "ls -ld / /var /var/lib /var/lib/pacemaker /var/lib/pacemaker/* /var/lib/heartbeat /var/lib/heartbeat/*"
         " /var/lib/corosync /var/log/pacemaker /var/log/cluster /etc/corosync /etc/corosync/* /etc/pacemaker /etc/pacemaker/*"
         " /etc/ha.d /etc/ha.d/* /usr/lib/ocf/resource.d/* 2>/dev/null; true"),
    Item("services.txt", "several 'systemctl --no-pager --full status corosync pacemaker sbd pcsd heartbeat drbd booth'"
         " 'systemctl --no-pager cat corosync pacemaker sbd' 'systemctl --no-pager --failed'"),
    Item("cores.txt", "several 'coredumpctl --no-pager list' 'cat /proc/sys/kernel/core_pattern'; ls -lL /var/lib/pacemaker/cores/*"
         " /var/lib/heartbeat/cores/* /var/lib/heartbeat/cores/*/* /var/lib/corosync/core* /core* 2>/dev/null; true"),
)  # fmt: skip

CONFIGURATION = (
    _copied("corosync.conf", "/etc/corosync/corosync.conf"),
    _copied("openais.conf", "/etc/ais/openais.conf"),
    _copied("ha.cf", "/etc/ha.d/ha.cf /etc/ha.cf"),
    _copied("haresources", "/etc/ha.d/haresources"),
    _copied("logd.cf", "/etc/logd.cf /etc/ha.d/logd.cf"),
    _copied("hostcache", "/var/lib/heartbeat/hostcache"),
    _copied("pacemaker.env", "/etc/sysconfig/pacemaker /etc/default/pacemaker", "copy_all"),
    _copied("corosync.env", "/etc/sysconfig/corosync /etc/default/corosync", "copy_all"),
    _copied("sbd.env", "/etc/sysconfig/sbd /etc/default/sbd", "copy_all"),
    Item("sbd.txt", """for f in /etc/sysconfig/sbd /etc/default/sbd; do
    [ ! -f $f ] || while IFS='="' read -r key value; do [ "$key" != SBD_DEVICE ] || echo "${value%\\"}"; done <$f
done | tr ';' '\\n' | while read -r device; do
    echo "==> $device"; sbd -d "$device" dump; sbd -d "$device" list
done
sbd query-watchdog""", 15, needs="sbd"),
    _copied("booth.conf", "/etc/booth/*.conf", "copy_all"),
    Item("booth.txt", "booth list", needs="booth"),
    _copied("drbd.conf", "/etc/drbd.conf /etc/drbd.d/*.conf /etc/drbd.d/*.res", "copy_all"),
    Item("drbd_info.txt", "several 'drbdadm status' 'drbdsetup status --verbose --statistics'; copy /proc/drbd || have drbdadm",
         needs="drbdadm drbdsetup /proc/drbd"),
    Item("dlm_dump.txt", "several 'dlm_tool ls' 'dlm_tool dump' 'dlm_tool status'", needs="dlm_tool"),
    Item("ocfs2.txt", "several 'mounted.ocfs2 -f'", needs="mounted.ocfs2"),
    _copied("crm.conf", '/etc/crm/crm.conf /etc/crm/profiles.yml "$home/.config/crm/crm.conf"', "copy_all"),
    _copied("syslog.conf", "/etc/rsyslog.conf /etc/rsyslog.d/*.conf /etc/syslog.conf /etc/syslog-ng/syslog-ng.conf /etc/systemd/journald.conf /etc/logrotate.d/*pacemaker* /etc/logrotate.d/*corosync*", "copy_all"),
)  # fmt: skip

SLOW = (
    # /proc is gone with the process, so the core itself must tell which program it was.
    Item("backtraces.txt", """for core in /var/lib/pacemaker/cores/* /var/lib/heartbeat/cores/* /var/lib/heartbeat/cores/*/* /var/lib/corosync/core*; do
    [ -f "$core" ] || continue
    echo "==> $core"
    program=$(gdb -batch -c "$core" 2>/dev/null | while read -r line; do
        case $line in *"generated by"*) line=${line#*generated by ?}; line=${line%%[\\'\\" ]*}; command -v "$line" ;; esac
    done)
    gdb -batch -ex 'thread apply all bt full' ${program:+"$program"} "$core" 2>&1
done""", 60, slow=True, needs="gdb"),
    Item("blackbox.txt", """for file in /var/lib/corosync/fdata /var/lib/pacemaker/blackbox/*; do
    [ ! -f "$file" ] || { echo "==> $file"; qb-blackbox "$file"; }
done""", 30, slow=True, needs="qb-blackbox"),
)  # fmt: skip

FOLDERS = (
    Folder("pengine", "/var/lib/pacemaker/pengine", 500),
    Folder("pengine", "/var/lib/heartbeat/pengine", 500),
    Folder("pengine", "/var/lib/pengine", 500),
    Folder("blackbox", "/var/lib/pacemaker/blackbox", 20),
    Folder(TRACES, "/var/lib/heartbeat/trace_ra", 500),
    Folder(TRACES, "/var/lib/pacemaker/trace_ra", 500),
)

# What tells which nodes the cluster has, most certain first.
DISCOVERY = (
    Item("crm_node.txt", "crm_node -l"),
    Item("cib.xml", f"cibadmin -Q -l || copy {CIB_ON_DISK}"),
    _copied("corosync.conf", "/etc/corosync/corosync.conf"),
    _copied("ha.cf", "/etc/ha.d/ha.cf"),
    _copied("hostcache", "/var/lib/heartbeat/hostcache"),
)

# The order in which they are taken: what tells of a failure first, as a node may go at any time.
PHASES = {
    "cluster": CLUSTER,
    "logs": (),
    "long": LONG,
    "node": (*NETWORK, *CONFIGURATION, *SYSTEM),
    "folders": (),
    "slow": SLOW,
}
