"""What IPaddr2 says when the address itself is right and taking it, sharing it or giving it up fails.

Sources: heartbeat/IPaddr2 of resource-agents 1.0 to 4.18; the kernel's ipt_CLUSTERIP, which ended with 6.3.
"""

from ha_report.symptom import Setting, Symptom

IPADDR2 = ("ocf:heartbeat:IPaddr2",)
_VALIDATE = ("$ crm_resource --resource {resource} --validate",)


def _without(name: str) -> str:
    return f"$ crm_resource --resource {{resource}} --delete-parameter {name}"


SYMPTOMS = (
    Symptom(
        id="ipaddr2-ipv6-disabled",
        agents=IPADDR2,
        says=r"IPv6 is disabled on (?:this|nexthop) device",
        title="IPv6 is turned off on {nic|the interface}",
        cause="The kernel takes no IPv6 address on an interface for which disable_ipv6 is set.",
        remedy=("Turn IPv6 on, for good in /etc/sysctl.d:", "$ sysctl -w net.ipv6.conf.{nic}.disable_ipv6=0"),
        verify=("This must be 0:", "$ sysctl net.ipv6.conf.{nic}.disable_ipv6"),
        versions="all, IPv6; older kernels answer Permission denied alone",
        example="Nov 23 06:52:47  IPaddr2(r_ip)[2650]:    ERROR: Error: ipv6: IPv6 is disabled on this device.",
        operations=("start",),
    ),
    Symptom(
        id="ipaddr2-add-refused",
        agents=IPADDR2,
        says=r"Failed to add (?P<ip>[0-9a-fA-F.:]+)(?: with error (?P<error>\S+))?",
        title="the kernel refused to add {ip}",
        cause="`ip addr add` failed. The address may be there already in another way, its interface down, or IPv6 turned off; what ip"
        " said stands in the line before.",
        remedy=(
            "Add it by hand, and read what ip says; then take it away again:",
            "$ ip addr add {ip}/{cidr_netmask} dev {nic}",
            "$ ip addr del {ip}/{cidr_netmask} dev {nic}",
        ),
        verify=("Nothing may show the address while {resource} is stopped:", "$ ip -o addr show to {ip}"),
        versions="resource-agents 3.9.6 and later (with an error's name: 4.16)",
        example="Nov 23 06:52:47  IPaddr2(r_ip)[2716]:    ERROR: Failed to add 2001:db8::50",
        operations=("start",),
        proof="likely",
    ),
    Symptom(
        id="ipaddr2-link-down",
        agents=IPADDR2,
        says=r"IP (?P<ip>\S+) available, but device has status (?P<state>\S+)",
        title="its interface has the state {state}",
        cause="The address is there, but the interface has no link, so that nobody reaches it. Versions from 4.17 on check this.",
        remedy=(
            "Mend cable, switch port or bond; only where the link's state means nothing, turn the check off:",
            Setting("parameter", "check_link_status", "false"),
        ),
        verify=("This must show UP and LOWER_UP:", "$ ip link show {nic}"),
        versions="resource-agents 4.17 and later",
        example="Nov 23 02:01:35  IPaddr2(r_ip)[158]:    ERROR: IP 192.168.200.50 available, but device has status down",
        rcs=(1, 5, 7),
    ),
    Symptom(
        id="ipaddr2-label-missing",
        agents=IPADDR2,
        says=r"IP (?P<ip>\S+) available, but label missing",
        title="{ip} is up already, without the label {iflabel|that is configured}",
        cause="Somebody or something other than the cluster added the address.",
        remedy=(
            "Find out who adds it (network configuration, a script), end that, and take the address away:",
            "$ ip addr del {ip}/{cidr_netmask} dev {nic}",
        ),
        verify=("$ ip -o addr show to {ip}",),
        versions="resource-agents 4.16 and later",
        example="Nov 23 02:01:35  IPaddr2(r_ip)[158]:    ERROR: IP 192.168.200.50 available, but label missing",
    ),
    Symptom(
        id="ipaddr2-remove-refused",
        agents=IPADDR2,
        says=r"Unable to remove IP \[(?P<ip>[^\]\s]+)\]? from interface \[\s*(?P<nic>[^\]\s]+)",
        title="{ip} could not be taken from {nic}",
        cause="`ip addr del` failed on {node}.",
        remedy=(
            "Take it away by hand, and read what ip says; see that nothing but the cluster configures the address:",
            "$ ip addr del {ip}/{cidr_netmask} dev {nic}",
        ),
        verify=("On {node} this must print nothing:", "$ ip -o addr show to {ip}"),
        versions="resource-agents 3.9.6 and later",
        example="Nov 23 06:54:16  IPaddr2(r_ip)[4630]:    ERROR: Unable to remove IP [192.168.200.50 from interface [ eth1 ]",
        operations=("stop",),
    ),
    Symptom(
        id="ipaddr2-clusterip",
        agents=IPADDR2,
        says=r"iptables failed|firewall (?:setup|insert|delete|cleanup) failed",
        title="the rule that shares the address among nodes could not be made with iptables",
        cause="A clone of an address needs the target CLUSTERIP, which the kernel lost with 6.3 and which iptables over nf_tables does"
        " not know; newer agents use xt_cluster instead.",
        remedy=(
            "Run the address on one node at a time, as a plain primitive and no clone; or take an agent that uses xt_cluster.",
        ),
        verify=(
            "(legacy) must stand behind the version, and the module must load:",
            "$ iptables --version",
            "$ modprobe ipt_CLUSTERIP",
        ),
        versions="resource-agents 1.0 and later (firewall ... failed: after 4.18)",
        example="Nov 23 06:52:39  IPaddr2(r_ip)[2387]:    ERROR: iptables failed",
        proof="likely",
        references=("ClusterLabs/resource-agents pull request 2183",),
    ),
    Symptom(
        id="ipaddr2-neighbour-advertisement",
        waits=True,
        agents=IPADDR2,
        says=r"run_send_ua failed",
        title="the neighbours could not be told of {ip|the address}",
        cause="The agent waits until the kernel has checked that nobody else has the IPv6 address, then tells the neighbours; one of the"
        " two failed. The address is taken away again.",
        remedy=(
            "See whether another machine has the address, and whether the interface is up:",
            "$ ip -6 addr show dev {nic}",
            "$ ip -6 neigh show {ip}",
        ),
        verify=("Neither tentative nor dadfailed may stand behind the address:", "$ ip -6 -o addr show to {ip}"),
        versions="resource-agents 3.9.7 and later, IPv6",
        example="Nov 23 02:01:35  IPaddr2(r_ip)[158]:    ERROR: run_send_ua failed.",
        proof="likely",
    ),
    Symptom(
        id="ipaddr2-lvs-and-clone",
        agents=IPADDR2,
        says=r"LVS and load sharing (?:do not go together well|not advised to try)",
        title="lvs_support is set for an address that is a clone",
        cause="Either Linux Virtual Server shares the load, or the clone does.",
        remedy=("Do without one of the two:", _without("lvs_support")),
        verify=_VALIDATE,
        versions="all",
        example="Nov 23 06:52:54  IPaddr2(r_ip)[2915]:    ERROR: LVS and load sharing do not go together well",
    ),
    Symptom(
        id="ipaddr2-lvs-and-family",
        agents=IPADDR2,
        says=r"The IPv(?P<version>6) does not support (?P<parameter>lvs_support)|IPv(?P<four>4) does not support lvs_ipv6_addrlabel",
        title="it has a parameter for Linux Virtual Server that is of the other IP version",
        cause="lvs_support is for IPv4, lvs_ipv6_addrlabel for IPv6. In 4.15.0 lvs_ipv6_addrlabel is on by mistake where nobody set it.",
        remedy=(
            "Where you set it, take it away; else update resource-agents 4.15.0, or turn it off:",
            Setting("parameter", "lvs_ipv6_addrlabel", "false"),
        ),
        verify=_VALIDATE,
        versions="resource-agents 3.9.4 and later (for IPv4: to 4.15.0)",
        example="Nov 23 06:53:27  IPaddr2(r_ip)[3585]:    ERROR: IPv4 does not support lvs_ipv6_addrlabel",
    ),
    Symptom(
        id="ipaddr2-unique-clone",
        agents=IPADDR2,
        says=r"unique_clone_address makes sense only with meta globally_unique",
        title="unique_clone_address is set, and the resource is no globally unique clone",
        cause="The parameter gives each instance of a clone an address of its own; that needs instances which differ.",
        remedy=("Take it away, or make the clone globally unique:", _without("unique_clone_address")),
        verify=_VALIDATE,
        versions="resource-agents 1.0.4 and later",
        example="Nov 23 06:53:01  IPaddr2(r_ip)[3100]:    ERROR: unique_clone_address makes sense only with meta globally_unique set",
    ),
    Symptom(
        id="ipaddr2-bad-arp-number",
        agents=IPADDR2,
        says=r"Invalid OCF_RESKEY_(?P<parameter>arp_\w+|clusterip_hash\w*) \[(?P<value>[^\]]*)\]|Empty value is invalid for OCF_RESKEY_(?P<empty>\w+)",
        title="its parameter {parameter|preferred_lft} is not valid",
        cause="Numbers must be above 0, and what is set must not be empty; without the parameter the agent takes its default.",
        remedy=("Leave it out:", _without("{parameter|preferred_lft}")),
        verify=_VALIDATE,
        versions="all",
        example="Nov 23 06:53:07  IPaddr2(r_ip)[3215]:    ERROR: Invalid OCF_RESKEY_arp_interval [0]",
    ),
    Symptom(
        id="ipaddr2-bad-mac",
        agents=IPADDR2,
        says=r"Invalid IF_MAC \[(?P<mac>[^\]]*)\]|(?P<mangle>clusterip_mac_mangle) is not supported for IPv6",
        title="its hardware address for all nodes is not valid",
        cause="The address that a clone shares is a multicast one: its first byte is odd, as in 01:00:5e:00:00:01. It is for IPv4 alone.",
        remedy=("Let the agent choose one:", _without("mac")),
        verify=_VALIDATE,
        versions="all (clusterip_mac_mangle: after 4.18)",
        example="Nov 23 06:53:35  IPaddr2(r_ip)[3801]:    ERROR: Invalid IF_MAC [nonsense]",
    ),
    Symptom(
        id="ipaddr2-not-linux",
        agents=IPADDR2,
        says=r"IPaddr2 only supported Linux",
        title="that node does not run Linux",
        cause="IPaddr2 uses iproute2; IPaddr is for other systems.",
        remedy=("Use ocf:heartbeat:IPaddr for this address.",),
        verify=("$ uname -s",),
        versions="all",
        example="Nov 23 02:01:35  IPaddr2(r_ip)[158]:    ERROR: IPaddr2 only supported Linux.",
    ),
)
