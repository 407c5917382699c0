"""What the shared functions of resource-agents say, and the words of the C library, whatever the agent.

Sources: strerror(3); heartbeat/ocf-shellfuncs (`check_binary`, `have_binary`), heartbeat/ocf-rarun of resource-agents 1.0 to 4.18.
"""

from ha_report.symptom import Setting, Symptom

SYMPTOMS = (
    Symptom(
        id="agent-not-root",
        agents=("ocf:heartbeat:*",),
        says=r"You must be root for (?P<wanted>\w+) operation",
        title="the agent does not run as root",
        cause="The executor of the cluster runs agents as root; one that runs as somebody else was started by hand or in a container.",
        remedy=(
            "See as whom pacemaker-execd (lrmd) runs on {node}:",
            "$ ps -o user,pid,args -C pacemaker-execd,lrmd,pacemaker-remoted",
        ),
        verify=("$ crm_resource --resource {resource} --validate",),
        versions="all",
        example="Nov 23 02:01:35  IPaddr2(r_ip)[158]:    ERROR: You must be root for start operation.",
    ),
    Symptom(
        id="agent-no-program",
        agents=("ocf:*",),
        says=r"couldn't find command: (?P<program>\S+)|(?P<binary>\S+): required binary not installed",
        title="there is no program {program|{binary}}, which its agent needs",
        cause="It is not installed on {node}, or lies where the agent does not look.",
        remedy=("Install it on {nodes}, and on each node that may run {resource}.",),
        verify=("This must print a path:", "$ command -v {program|{binary}}"),
        versions="all; as an exit reason from resource-agents 3.9.6 on",
        example="Nov 23 02:01:35  nginx(r_web)[158]:    ERROR: Setup problem: couldn't find command: nginx",
    ),
    Symptom(
        id="agent-parameter-unset",
        agents=("ocf:*",),
        says=r"(?P<resource_parameter>[\w-]+): (?:the )?required parameter (?:is )?not set|parameter (?P<parameter>\w+) is required",
        title="its parameter {resource_parameter|{parameter}} is not set",
        cause="The agent cannot do without it.",
        remedy=("Set it:", Setting("parameter", "{resource_parameter|{parameter}}", "VALUE")),
        verify=("$ crm_verify --live-check --verbose",),
        versions="resource-agents 3.9.6 and later (ocf-rarun)",
        example="Nov 23 02:01:35  VirtualDomain(vm_web)[158]:    ERROR: config: required parameter not set",
    ),
    Symptom(
        id="agent-no-space",
        agents=("ocf:*",),
        says=r"No space left on device|Disk quota exceeded",
        title="a file system that it writes to is full",
        cause="The agent, or what it starts, could not write on {node}: no room is left, or no inodes.",
        remedy=("See which one on {nodes}, and make room there:", "$ df -h", "$ df -i"),
        verify=("Each must have room:", "$ df -h"),
        versions="all; words of the C library",
        example="Nov 23 14:50:02.113 node02 pacemaker-execd     [92] (log_op_output) \tinfo: r_spool_start_0[812] error output [ echo: I/O error:"
        " No space left on device ]",
    ),
    Symptom(
        id="agent-read-only",
        agents=("ocf:*",),
        says=r"Read-only file system",
        title="a file system that it writes to is read-only",
        cause="It is mounted so, or the kernel turned it read-only on {node} after an error of its disk.",
        remedy=(
            "See which one on {nodes}, and why; after an error of the disk, check it before it is mounted anew:",
            "$ findmnt --options ro",
            "$ dmesg | grep -i -e 'i/o error' -e remount",
        ),
        verify=("It must no longer be listed:", "$ findmnt --options ro"),
        versions="all; words of the C library",
        example="Nov 23 14:50:22.113 node02 pacemaker-execd     [92] (log_op_output) \tinfo: r_spool_start_0[812] error output [ cannot create"
        " /srv/spool/queue: Read-only file system ]",
        beside=r"kernel: .*(?:I/O error|[Rr]emounting filesystem read-only)",
    ),
    Symptom(
        id="agent-port-taken",
        agents=("ocf:*",),
        says=r"[Aa]ddress already in use",
        title="another process already listens on its port",
        cause="Something else on {node} has the port, or the service runs there already, started by something other than the cluster.",
        remedy=("See on {nodes} which process has it, and end or move that one:", "$ ss -ltnp"),
        verify=("While {resource} is stopped, its port must not be listed:", "$ ss -ltn"),
        versions="all; words of the C library",
        example="Nov 23 14:50:42.113 node02 pacemaker-execd     [92] (log_op_output) \tinfo: r_web_start_0[812] error output [ OSError: [Errno 98]"
        " Address already in use ]",
        proof="likely",
    ),
)
