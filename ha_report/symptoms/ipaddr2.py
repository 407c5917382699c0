"""What IPaddr2 says of an address that it cannot take: parameters, and programs that it needs.

Sources: heartbeat/IPaddr2 and heartbeat/findif.sh of resource-agents 1.0 to 4.18; RFC 5952 for how an IPv6
address is written.  That the interface or the route is missing is told by rules of their own, which ask the network.
"""

from ha_report.symptom import Setting, Symptom

IPADDR2 = ("ocf:heartbeat:IPaddr2",)
_SET_NETMASK = Setting("parameter", "cidr_netmask", "PREFIX")
_SHOW = ("On {node} these are the addresses and their prefix lengths:", "$ ip -o addr show")

SYMPTOMS = (
    Symptom(
        id="ipaddr2-host-route",
        agents=IPADDR2,
        says=r"Unable to find cidr_netmask",
        title="the route to {ip|the address} has no netmask, and cidr_netmask is not set",
        cause="The agent takes the netmask from the route that matches the address, and that is a route to a single host, as"
        " point-to-point links, tunnels and clouds have.",
        remedy=("Say the netmask, and the interface with it:", Setting("parameter", "cidr_netmask", "32")),
        verify=("A destination without /LENGTH here is a host route:", "$ ip -o route list match {ip} scope link"),
        versions="resource-agents 3.9.4 and later; recent ones take such a route as /32",
        example="Nov 23 02:01:35  IPaddr2(r_ip)[158]:    ERROR: Unable to find cidr_netmask.",
    ),
    Symptom(
        id="ipaddr2-prefix-mismatch",
        agents=IPADDR2,
        says=r"Unable to find nic, or netmask mismatch",
        title="the prefix length of {ip|the address} is not that of its network, and nic is not set",
        cause="Without nic the agent takes the interface of the route whose prefix length equals cidr_netmask, and there is none.",
        remedy=(
            "Set cidr_netmask to the length that the network has, and name the interface:",
            Setting("parameter", "nic", "{nic|INTERFACE}"),
            Setting("parameter", "cidr_netmask", "PREFIX"),
        ),
        verify=("The route to the address tells the length:", "$ ip -o -6 route list match {ip}"),
        versions="resource-agents 3.9.4 and later, IPv6",
        example="Nov 23 02:01:35  IPaddr2(r_ip)[158]:    ERROR: Unable to find nic, or netmask mismatch.",
    ),
    Symptom(
        id="ipaddr2-many-routes",
        agents=IPADDR2,
        says=r"More than 1 routes match (?P<ip>[^\s.]\S*?)\.? Unable to decide",
        title="several routes lead to {ip}, and this version of the agent refuses to choose",
        cause="The check is too strict in these versions: a default route or a policy route beside the connected one is enough.",
        remedy=(
            "Update resource-agents to 4.17 or later; until then name interface and netmask, so that no route is asked:",
            Setting("parameter", "nic", "{nic|INTERFACE}"),
            _SET_NETMASK,
        ),
        verify=("$ ip -o route list match {ip}",),
        versions="resource-agents 4.15 to 4.16, and builds of 4.10 for RHEL 9",
        example="Nov 23 02:01:35  IPaddr2(r_ip)[158]:    ERROR: More than 1 routes match 192.168.200.50. Unable to decide which route to use.",
        references=("ClusterLabs/resource-agents issues 1963 and 2001",),
    ),
    Symptom(
        id="ipaddr2-bad-address",
        agents=IPADDR2,
        says=r"IP address \[(?P<ip>[^\]]*)\] not valid",
        title="ip={ip} is not an address",
        cause="The agent takes an address alone: no host name, no prefix length, and each number of IPv4 up to 255.",
        remedy=("Correct the address:", Setting("parameter", "ip", "ADDRESS")),
        verify=("$ crm_resource --resource {resource} --validate",),
        versions="resource-agents 3.9.4 and later",
        example="Nov 23 06:51:02  IPaddr2(r_ip)[812]:    ERROR: IP address [192.168.300.50] not valid.",
    ),
    Symptom(
        id="ipaddr2-bad-netmask",
        agents=IPADDR2,
        says=r"(?:Invalid netmask specification \[|Bogus netmask: )(?P<wrong>[^\]\s]*)",
        title="its netmask is not a prefix length: {wrong}",
        cause="It is the number of bits of the network, 0 to 32 (to 128 for IPv6). A dotted quad is understood from 3.9.6 on, if it"
        " is a netmask at all.",
        remedy=("Set the prefix length of the network that the address is in:", _SET_NETMASK),
        verify=_SHOW,
        versions="resource-agents 3.9.4 and later (Bogus netmask: 3.9.6)",
        example="Nov 23 06:50:42  IPaddr2(r_ip)[346]:    ERROR: Invalid netmask specification [40].",
    ),
    Symptom(
        id="ipaddr2-bad-broadcast",
        agents=IPADDR2,
        says=r"Invalid broadcast address \[(?P<broadcast>[^\]]*)\]",
        title="broadcast={broadcast} is not an address",
        cause="The parameter is seldom needed: without it the agent takes the broadcast address of the interface.",
        remedy=("Leave it out:", "$ crm_resource --resource {resource} --delete-parameter broadcast"),
        verify=_SHOW,
        versions="resource-agents 3.9.4 and later",
        example="Nov 23 06:50:55  IPaddr2(r_ip)[579]:    ERROR: Invalid broadcast address [192.168.200.999].",
    ),
    Symptom(
        id="ipaddr2-link-local-without-nic",
        agents=IPADDR2,
        says=r"'nic' parameter is mandatory for a link local address \[(?P<ip>[^\]]*)\]",
        title="{ip} is a link-local address, and nic is not set",
        cause="Every interface has the network fe80::/64, so that the address does not tell which one is meant.",
        remedy=("Name the interface:", Setting("parameter", "nic", "INTERFACE")),
        verify=("$ ip -6 -o addr show scope link",),
        versions="resource-agents 3.9.4 and later",
        example="Nov 23 06:50:35  IPaddr2(r_ip)[231]:    ERROR: 'nic' parameter is mandatory for a link local address [fe80::50].",
    ),
    Symptom(
        id="ipaddr2-no-address",
        agents=IPADDR2,
        says=r"IP address \(the ip parameter\) is mandatory",
        title="its parameter ip is not set",
        cause="Without an address there is nothing to start.",
        remedy=("Set the address:", Setting("parameter", "ip", "ADDRESS")),
        verify=("$ crm_verify --live-check --verbose",),
        versions="resource-agents 1.0.4 and later",
        example="Nov 23 06:51:41  IPaddr2(r_ip)[1352]:    ERROR: IP address (the ip parameter) is mandatory",
    ),
    Symptom(
        id="ipaddr2-arp-sender-unknown",
        agents=IPADDR2,
        says=r"unrecognized arp_sender value: (?P<arp_sender>\S+)",
        title="arp_sender={arp_sender} is no program that the agent knows",
        cause="It knows send_arp, ipoibarping, iputils_arping and libnet_arping. As it checks this at each operation, a stop fails, too.",
        remedy=("Take the default, send_arp:", "$ crm_resource --resource {resource} --delete-parameter arp_sender"),
        verify=("$ crm_resource --resource {resource} --validate",),
        versions="resource-agents 3.9.4 and later",
        example="Nov 23 06:51:15  IPaddr2(r_ip)[980]:    ERROR: unrecognized arp_sender value: arpsend",
    ),
    Symptom(
        id="ipaddr2-no-program",
        agents=IPADDR2,
        says=r"couldn't find command: (?P<program>\S+)",
        title="the program {program} is not there, or not where the agent looks",
        cause="The agent needs it: ip is of iproute2, arping of iputils-arping (iputils), iptables and modprobe of the packages of"
        " their name.",
        remedy=("Install it on {nodes}, and on each node that may run {resource}.",),
        verify=("On {node} this must print a path:", "$ command -v {program}"),
        versions="all; as an exit reason from resource-agents 3.9.6 on",
        example="Nov 23 06:51:48  IPaddr2(r_ip)[1580]:    ERROR: Setup problem: couldn't find command: arping",
    ),
    Symptom(
        id="ipaddr2-label-too-long",
        agents=IPADDR2,
        says=r"Interface label \[(?P<label>[^\]]*)\] exceeds maximum character limit",
        title="the label {label} is longer than 15 characters",
        cause="Linux gives a label, interface and colon included, no more than 15.",
        remedy=("Give it a shorter one:", Setting("parameter", "iflabel", "vip")),
        verify=("$ crm_resource --resource {resource} --validate",),
        versions="resource-agents 3.9.6 and later",
        example="Nov 23 06:52:10  IPaddr2(r_ip)[1838]:    ERROR: Interface label [eth1:database_primary] exceeds maximum character limit of 15",
    ),
)
