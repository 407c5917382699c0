"""What the shared functions of resource-agents say, whatever the agent.

Sources: heartbeat/ocf-shellfuncs (`check_binary`, `have_binary`), heartbeat/ocf-rarun of resource-agents 1.0 to 4.18.
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
)
