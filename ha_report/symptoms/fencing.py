"""What fence agents say.

Sources: lib/fencing.py of fence-agents 4.0 to 4.16 (`fail()`, `fail_usage()`, `_validate_input()`), whose words all agents share;
agents/scsi, agents/aws of the same.
"""

from ha_report.symptom import Setting, Symptom

FENCE = ("stonith:fence_*",)
_TRY = "$ {agent} --action=status --ip={ip|{ipaddr}} --plug={plug} --verbose"
_FAMILY = "fence-agents 4.0 and later"
_LIST = ("$ stonith_admin --list-registered",)
_LINE = "Nov 23 02:07:18.379 node01 pacemaker-fenced    [90] (log_action) \twarning: {0}[266] stderr: [ {1} ]"


def _line(agent: str, words: str) -> str:
    """Return a line of the fencer with an agent's words, as Pacemaker 2.1 writes it."""
    return _LINE.format(agent, f"2026-11-23 02:07:18,370 ERROR: {words}")


SYMPTOMS = (
    Symptom(
        id="fence-login",
        waits=True,
        agents=FENCE,
        says=r"Unable to connect/login to fencing device|Permission denied \(publickey",
        title="no login to the fence device {ip|{ipaddr|}} was possible",
        cause="Address, port, user or password is wrong, the network to the device is down, or it speaks another protocol (telnet, ssh, TLS)"
        " than the agent was told.",
        remedy=("Try it by hand on {node}; --verbose shows the dialogue:", "$ ping -c 3 {ip|{ipaddr}}", _TRY),
        verify=("This must end with Status: ON:", _TRY, *_LIST),
        versions=_FAMILY,
        example=_line("fence_apc", "Unable to connect/login to fencing device"),
    ),
    Symptom(
        id="fence-timed-out",
        waits=True,
        agents=FENCE,
        says=r"Connection timed out|Connection lost|No route to host|Connection refused",
        title="the fence device {ip|{ipaddr|}} does not answer",
        cause="The network to it is down, it is off (as is one that takes its power from the node it guards), or it is too slow for"
        " login_timeout and shell_timeout.",
        remedy=(
            "See whether {node} reaches it; if it is only slow, give it more time:",
            "$ ping -c 3 {ip|{ipaddr}}",
            Setting("parameter", "login_timeout", "15"),
            Setting("parameter", "shell_timeout", "15"),
        ),
        verify=(_TRY, *_LIST),
        versions=_FAMILY,
        example=_line("fence_apc", "Connection timed out"),
    ),
    Symptom(
        id="fence-power-slow",
        waits=True,
        agents=FENCE,
        says=r"Timed out waiting to power (?P<state>ON|OFF)",
        title="the machine was not {state|in the wanted state} in the time that the agent waits",
        cause="The device took the command, but the power did not change: it is slow, it asks the operating system to shut down, or the plug"
        " is another machine's.",
        remedy=(
            "Give it more time; and see that the plug is the right one:",
            Setting("parameter", "power_timeout", "40"),
            _TRY,
        ),
        verify=("power_timeout must be longer than the device takes, stonith-timeout longer than all of it:", _TRY),
        versions=_FAMILY,
        example=_line("fence_ipmilan", "Failed: Timed out waiting to power OFF"),
    ),
    Symptom(
        id="fence-plug",
        agents=FENCE,
        says=r"Unable to obtain correct plug status or plug is not available|Either unable to obtain correct plug status|Can not find VM UUID|enter existing name/UUID of virtual machine",
        title="the fence device does not know the plug that it was asked for, or does not tell its state",
        cause="The cluster asks for the node's name where nothing maps it; devices and hypervisors often have another name or number for it.",
        remedy=(
            "See which names the device has, and map the nodes to them:",
            "$ {agent} --action=list --ip={ip|{ipaddr}} --username={username|{login}}",
            Setting("parameter", "pcmk_host_map", "NODE:PLUG"),
        ),
        verify=(_TRY, *_LIST),
        versions=_FAMILY,
        example=_line("fence_virsh", "Failed: Unable to obtain correct plug status or plug is not available"),
    ),
    Symptom(
        id="fence-privileges",
        agents=FENCE,
        says=r"does not have the correct privileges|[Ii]nsufficient privileges?|Incorrect Access Key or Secret Key|Incorrect Region",
        title="the fence device's account may not do what was asked",
        cause="The login worked or was refused for its rights: the account needs the right to read and to change the power of each machine.",
        remedy=("Give the account that right on the device, then try it:", _TRY),
        verify=(_TRY,),
        versions=_FAMILY,
        example=_line(
            "fence_vmware_soap", "Failed: The user does not have the correct privileges to do the requested action."
        ),
    ),
    Symptom(
        id="fence-parameter-unset",
        agents=FENCE,
        says=r"You have to (?:enter|set) (?P<what>(?:fence address|login name|login password|password|plug number|passphrase|a valid choice for)[^(\[\]]*?)"
        r"(?: \(|\s*\]|\.?\s*$|;)|(?P<other>At least one of .+ must be supplied)",
        title="a parameter that it needs is not set: {what|{other}}",
        cause="The agent needs it for each action.",
        remedy=(
            "Set the parameter (ip, username, password, plug; of older agents ipaddr, login, passwd, port):",
            Setting("parameter", "NAME", "VALUE"),
        ),
        verify=("These are the agent's parameters:", "$ {agent} --action=metadata | grep '<parameter name'"),
        versions=_FAMILY,
        example=_line("fence_apc", "Failed: You have to enter fence address"),
    ),
    Symptom(
        id="fence-parameter-wrong",
        agents=FENCE,
        says=r"The value you have entered for --(?P<parameter>[\w-]+) is not a valid|Unrecognised action '(?P<action>[^']*)'"
        r"|Parse error: unknown option '(?P<option>[^']*)'|use identity file together with ssh",
        title="its parameter {parameter|{action|{option|identity_file}}} is not one that the agent takes",
        cause="The name or the value is wrong; an identity file needs ssh=1.",
        remedy=(
            "Correct it; these are the agent's parameters:",
            "$ {agent} --action=metadata | grep -A 3 '<parameter name'",
        ),
        verify=_LIST,
        versions=_FAMILY,
        example=_line(
            "fence_apc", "Failed: The value you have entered for --power-timeout is not a valid time in seconds"
        ),
    ),
    Symptom(
        id="fence-no-identity-file",
        agents=FENCE,
        says=r"Identity file (?P<file>\S+) does not exist",
        title="the key {file} is not there",
        cause="Each node that may fence needs it, readable by root alone.",
        remedy=("Copy it from a node that has it:", "$ install -m 600 KEY {file}"),
        verify=("$ ls -l {file}",),
        versions=_FAMILY,
        example=_line("fence_virsh", "Failed: Identity file /root/.ssh/id_fence does not exist"),
    ),
    Symptom(
        id="fence-no-agent",
        agents=FENCE,
        says=r"(?<![\w./-])(?P<program>/(?:[\w.-]+/)*fence_[\w.-]+): No such file or directory",
        title="the fence agent {program} is not installed there",
        cause="Each node that may fence needs the agent; distributions split fence-agents into packages, one a device.",
        remedy=("Install it on {nodes}, and on each node that may fence; or correct the device's type.",),
        verify=("$ ls -l {program}", "$ stonith_admin --list-installed"),
        versions="Pacemaker 2.1 and later",
        example="Nov 23 07:12:19.758 node01 pacemaker-controld  [22609] (log_executor_event) \terror: Result of start operation for st_node02 on node01:"
        " Not installed (/usr/sbin/fence_nosuch: No such file or directory)",
    ),
    Symptom(
        id="fence-no-program",
        agents=FENCE,
        says=r"Unable to run (?P<command>\S+)|command was not found or was not executable: (?P<missing>\S+?)\.?$|(?<![\w./-])(?P<program>[\w./-]*(?:ipmitool|amttool|sg_persist|sbd|virsh|snmpget|snmpwalk|ssh|telnet)): (?:command )?not found"
        r"|No module named '?(?P<module>[\w.]+)|(?P<sdk>[\w ./-]+?) not found or not accessible|Cannot run command (?P<cannot>\S+)",
        title="what the fence agent needs is not installed there: {command|{missing|{program|{module|{sdk|{cannot}}}}}}",
        cause="Agents call other programs (ipmitool, snmpget, ssh) or Python modules, which come in packages of their own.",
        remedy=("Install it on {nodes}, and on each node that may fence.",),
        verify=("$ command -v {program|{missing|{command}}}", _TRY),
        versions=_FAMILY,
        example=_line("fence_ipmilan", "Unable to run /usr/bin/ipmitool -I lan -H 192.168.100.250 -U admin"),
        proof="likely",
    ),
    Symptom(
        id="fence-no-disk",
        agents=FENCE,
        says=r"\"(?P<device>/dev/[^\"]+)\" (?:does not exist|is not a block device)|No devices found|No SBD devices specified"
        r"|SBD device (?P<sbd>\S+) (?:is not initialized|does not exist)",
        title="the disk {device|{sbd|}} that it fences with is not there",
        cause="fence_scsi, fence_mpath and fence_sbd use shared disks; {node} does not see it, or it was not prepared.",
        remedy=("See what {node} has:", "$ lsblk", "$ ls -l {device|{devices}}"),
        verify=("On each node:", "$ ls -l {device|{devices}}"),
        versions=_FAMILY,
        example=_line("fence_scsi", 'Failed: device "/dev/disk/by-id/lun" does not exist'),
    ),
    Symptom(
        id="fence-certificate",
        agents=FENCE,
        says=r"certificate verif(?:y|ication) failed|SSL certificate problem|self[- ]signed certificate",
        title="the fence device's certificate is not trusted",
        cause="The agent checks it, and it is self-signed, out of date, or for another name.",
        remedy=(
            "Install one that {node} trusts; or do without the check, if the network to it is safe:",
            Setting("parameter", "ssl_insecure", "1"),
        ),
        verify=("$ curl -v https://{ip|{ipaddr}}/", _TRY),
        versions=_FAMILY,
        example=_line(
            "fence_vmware_soap",
            "Server side certificate verification failed: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed",
        ),
    ),
    Symptom(
        id="fence-not-worked",
        agents=("stonith:*",),
        says=r"Too many failures (?:\((?P<count>\d+)\) )?to fence (?P<target>[^\s,]+)(?: \((?P<number>\d+)\))?, giving up",
        title="{count|{number}} tries failed, and the cluster gave up",
        cause="The device failed each time; often it has its power from the very machine it guards, or is in its network.",
        remedy=(
            "Mend it, and add a second way to fence {target} (fencing topology), such as a switched power strip or SBD:",
            "$ stonith_admin --history {target}",
        ),
        verify=("$ stonith_admin --reboot {target}",),
        versions="Pacemaker 1.1.8 and later",
        example="Nov 23 02:07:18.379 node01 pacemaker-controld  [95] (too_many_st_failures) \twarning: Too many failures (10) to fence node02, giving up",
    ),
)
