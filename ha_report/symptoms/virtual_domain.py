"""What VirtualDomain (the agent of libvirt's machines) says.

Sources: heartbeat/VirtualDomain of resource-agents 1.0 to 4.18, its issue 137; virsh(1).
"""

from ha_report.symptom import Setting, Symptom

DOMAIN = ("ocf:heartbeat:VirtualDomain",)
_URI = "{hypervisor|qemu:///system}"

SYMPTOMS = (
    Symptom(
        id="virtual-domain-no-program",
        agents=DOMAIN,
        says=r"couldn't find command: (?P<program>\S+)|(?P<binary>\S+): required binary not installed",
        title="there is no program {program|{binary}}",
        cause="libvirt's client is not installed on {node}.",
        remedy=("Install it on {nodes}, and on each node that may run {resource}.",),
        verify=("This must print a path:", "$ command -v {program|{binary}}"),
        versions="all; as an exit reason from resource-agents 3.9.6 on",
        example="Nov 23 02:01:35  VirtualDomain(vm_web)[158]:    ERROR: Setup problem: couldn't find command: virsh",
    ),
    Symptom(
        id="virtual-domain-no-config",
        agents=DOMAIN,
        says=r"Configuration file (?P<config>\S+) (?:does not exist or (?:is )?not readable|not readable)",
        title="the definition {config} is not there",
        cause="The agent defines the machine from this file, and each node needs it: a copy, or one on a shared file system that is mounted"
        " before.",
        remedy=(
            "Put it on {node}; if the cluster mounts it, let the file system start first:",
            "$ crm_resource --resource {resource} --constraints",
        ),
        verify=("On each node that may run {resource}:", "$ ls -l {config}"),
        versions="all (in these words: resource-agents 3.9.7)",
        example="Nov 23 02:01:35  VirtualDomain(vm_web)[158]:    ERROR: Configuration file /etc/libvirt/qemu/web.xml does not exist or not readable.",
    ),
    Symptom(
        id="virtual-domain-no-name",
        agents=DOMAIN,
        says=r"Unable to determine domain name",
        title="its definition {config|} has no line with the machine's name",
        cause="The agent looks for <name>...</name> on a line of its own.",
        remedy=("Write the file anew from libvirt:", "$ virsh dumpxml NAME > {config}"),
        verify=("This must print the line:", "$ grep '<name>' {config}"),
        versions="resource-agents 3.9.6 and later",
        example="Nov 23 02:01:35  VirtualDomain(vm_web)[158]:    ERROR: Unable to determine domain name.",
    ),
    Symptom(
        id="virtual-domain-network",
        agents=DOMAIN,
        says=r"Failed to start required virtual (?P<kind>network|storage pool) (?P<name>\S+?)\.?$",
        title="the virtual {kind} {name} could not be started",
        cause="The machine's definition uses it, and libvirt on {node} does not know it or cannot start it.",
        remedy=(
            "See what libvirt on {node} has, and define it like on the other nodes:",
            f"$ virsh -c {_URI} net-list --all",
            f"$ virsh -c {_URI} pool-list --all",
        ),
        verify=("{name} must be active:", f"$ virsh -c {_URI} net-list --all", f"$ virsh -c {_URI} pool-list --all"),
        versions="resource-agents 4.9.0 and later",
        example="Nov 23 02:01:35  VirtualDomain(vm_web)[158]:    ERROR: Failed to start required virtual network backend.",
        operations=("start",),
    ),
    Symptom(
        id="virtual-domain-migration",
        agents=DOMAIN,
        says=r"(?P<domain>\S+): live migration to (?P<target>\S+) failed: (?P<status>\d+)",
        title="libvirt could not move {domain} to {target}",
        cause="virsh migrate ended with {status}; the line before tells why: no connection to the other libvirt (ssh, TLS, port), another"
        " processor model, storage that is not shared, no memory.",
        remedy=(
            "Move it by hand, and read what virsh says; until that works, let the cluster stop and start it instead:",
            f"$ virsh -c {_URI} migrate --live --verbose {{domain}} qemu+ssh://{{target}}/system",
            Setting("meta", "allow-migrate", "false"),
        ),
        verify=("$ virsh -c qemu+ssh://{target}/system list",),
        versions="all",
        example="Nov 23 02:01:35  VirtualDomain(vm_web)[158]:    ERROR: web: live migration to node01 failed: 1",
        operations=("migrate_to",),
    ),
    Symptom(
        id="virtual-domain-not-here",
        agents=DOMAIN,
        says=r"(?P<domain>\S+): migrate_to: Not active locally",
        title="{domain} did not run there when it was to be moved",
        cause="The cluster held it for running there; it had ended meanwhile.",
        remedy=("See why it ended:", "$ tail -50 /var/log/libvirt/qemu/{domain}.log"),
        verify=("$ crm_mon -1rf",),
        versions="all",
        example="Nov 23 02:01:35  VirtualDomain(vm_web)[158]:    ERROR: web: migrate_to: Not active locally!",
        operations=("migrate_to",),
    ),
    Symptom(
        id="virtual-domain-no-state",
        waits=True,
        agents=DOMAIN,
        says=r"Virtual domain (?P<domain>\S+) has no state during (?P<operation>\w+) operation|Virtual domain (?P<other>\S+) has unknown status"
        r"|[Ff]ailed to connect to the hypervisor",
        title="libvirt does not answer",
        cause="virsh got no state of the machine: libvirtd (virtqemud) is down or hangs.",
        remedy=(
            "Start it again; the machines go on meanwhile:",
            "$ systemctl restart libvirtd",
            f"$ virsh -c {_URI} list --all",
        ),
        verify=(f"$ virsh -c {_URI} domstate {{domain}}",),
        versions="resource-agents 1.0.2 and later",
        example="Nov 23 02:01:35  VirtualDomain(vm_web)[158]:    ERROR: Virtual domain web has no state during stop operation, bailing out.",
        beside=r"(?:libvirtd|virtqemud).*(?:Main process exited|Stopp|segfault|internal error)",
        proof="likely",
    ),
    Symptom(
        id="virtual-domain-stop-refused",
        waits=True,
        agents=DOMAIN,
        says=r"forced stop failed",
        title="libvirt could not end the machine, not even by force",
        cause="virsh destroy failed: the machine's process waits in the kernel, most often for storage, or libvirt hangs.",
        remedy=(
            "See what its process waits for; state D is such a wait:",
            "$ ps -o pid,stat,wchan:30,args -C qemu-system-x86_64,qemu-kvm",
            f"$ virsh -c {_URI} list --all",
        ),
        verify=("The machine must be shut off:", f"$ virsh -c {_URI} list --all"),
        versions="resource-agents 3.9.6 and later",
        example="Nov 23 02:01:35  VirtualDomain(vm_web)[158]:    ERROR: forced stop failed",
        operations=("stop",),
        beside=r"blocked for more than \d+ seconds|I/O error|(?:libvirtd|virtqemud)\[",
    ),
    Symptom(
        id="virtual-domain-start-refused",
        agents=DOMAIN,
        says=r"Failed to (?:start|define) virtual domain (?P<domain>\S+?)\.?$|Failed to restore (?P<restored>\S+) from state file",
        title="libvirt refused to start {domain|{restored}}",
        cause="virsh tells why in the line before: an image that is missing or locked, a network that is not there, a processor model that"
        " {node} does not have, no memory.",
        remedy=(
            "Start it by hand on {node}, and read what virsh and the machine's log say:",
            f"$ virsh -c {_URI} create {{config}}",
            "$ tail -50 /var/log/libvirt/qemu/{domain}.log",
        ),
        verify=("$ virt-xml-validate {config}", f"$ virsh -c {_URI} list --all"),
        versions="all",
        example="Nov 23 02:01:35  VirtualDomain(vm_web)[158]:    ERROR: Failed to start virtual domain web.",
        operations=("start",),
        proof="likely",
    ),
    Symptom(
        id="virtual-domain-monitor-script",
        agents=DOMAIN,
        says=r"Monitor command \"(?P<script>[^\"]+)\" for domain (?P<domain>\S+) returned (?P<status>\d+)",
        title="the machine runs, but its own check {script} answered {status}",
        cause="The parameter monitor_scripts names commands that look at the service inside the machine.",
        remedy=("Run it by hand on {node}:", "$ {script}"),
        verify=("$ {script}; echo $?",),
        versions="resource-agents 1.0.4 and later",
        example='Nov 23 02:01:35  VirtualDomain(vm_web)[158]:    ERROR: Monitor command "/usr/local/bin/check_web" for domain web returned 2 with output: timed out',
        operations=("monitor", "start"),
    ),
)
