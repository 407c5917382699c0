"""Bugs that leave no trace of their own in a log: what later versions mended, as their release notes tell it.

Sources: ChangeLog.md of Pacemaker 1.0.12 to 3.0.2, ChangeLogs of cluster-glue 1.0.8 to 1.0.12, corosync 2.3 to 3.1 and
resource-agents 4.0 to 4.18.  Those that can be recognised have rows in ha_report.rules.known_issues.
"""

from __future__ import annotations

from typing import NamedTuple

from ha_report.phrase import Phrase


class Note(NamedTuple):
    """One thing that a version does wrong and a later one does not."""

    id: str
    package: str
    first: str | None  # that has it; None: nobody knows
    fixed: str  # the first that does not
    what: Phrase


NOTES = (
    Note("PCMK-1.0.12", "pacemaker", None, "1.0.12",
         Phrase("Actions may be planned on nodes that failed, and failures with on-fail=ignore are not shown")),
    Note("K-1", "pacemaker", None, "1.1.15",
         Phrase("With several depths of monitors, the failure of one may be overlooked")),
    Note("K-2", "pacemaker", "1.1.14", "1.1.15",
         Phrase("have-watchdog is always true, and a CIB of more than 1 MB when packed is refused")),
    Note("K-3", "pacemaker", None, "1.1.15", Phrase("crm_report leaves passwords in its logs")),
    Note("K-4", "pacemaker", None, "1.1.15", Phrase("Nodes that were fenced before they were ever seen stay UNCLEAN")),
    Note("K-5", "pacemaker", None, "1.1.16", Phrase("Local users may gain privileges (CVE-2016-7035)")),
    Note("K-6", "pacemaker", None, "1.1.17", Phrase("crm_resource -C does not clear the time of the last failure")),
    Note("K-7", "pacemaker", "1.1.15", "1.1.18", Phrase("A resource may be reloaded and restarted at once")),
    Note("K-10", "pacemaker", "1.1.18", "2.0.0", Phrase("Fence devices are started before their node is unfenced")),
    Note("K-12", "pacemaker", None, "2.0.2",
         Phrase("Local users may gain privileges (CVE-2018-16877, CVE-2018-16878, CVE-2019-3885), and long output of fence agents is cut")),
    Note("K-13", "pacemaker", "2.0.2", "2.0.3", Phrase("Fencing of several nodes at once waits for one device")),
    Note("K-15", "pacemaker", "1.1.18", "2.1.0", Phrase("A clean-up on a remote node is taken for a local one")),
    Note("K-16", "pacemaker", "2.0.4", "2.1.1", Phrase("The executor of a remote node crashes after an error of TLS")),
    Note("K-17", "pacemaker", None, "2.1.2", Phrase("A crash of corosync is recovered badly")),
    Note("K-20", "pacemaker", "2.1.3", "2.1.4", Phrase("Fencing levels whose target is an attribute do not work")),
    Note("K-21", "pacemaker", "2.1.3", "2.1.5",
         Phrase("crm_mon -1 fails during a shutdown, and fence devices for nodes that are not in the CIB are not registered")),
    Note("K-22", "pacemaker", "2.1.5", "2.1.6", Phrase("Remote nodes shut down before they may")),
    Note("K-24", "pacemaker", "2.1.7", "2.1.8", Phrase("Colocations with a promoted role count twice")),
    Note("K-25", "pacemaker", "2.1.5", "2.1.9", Phrase("crmadmin may wait for ever")),
    Note("K-26", "pacemaker", None, "2.1.9", Phrase("More than 10 MiB of an agent's output are dropped, its exit reason with them")),
    Note("K-28", "pacemaker", None, "3.0.1", Phrase("The start and stop of systemd units may be taken for done too early")),
    Note("K-30", "pacemaker", "2.1.6", "3.0.2", Phrase("Changes of the CIB name a wrong origin")),
    Note("GLUE-1.0.8", "cluster-glue", None, "1.0.8", Phrase("OP_STAYED_TOO_LONG floods the log")),
    Note("GLUE-1.0.9-ipmi", "cluster-glue", None, "1.0.9",
         Phrase("external/ipmi cannot fence with an operator's account, and cancelled monitors are told as something else")),
    Note("GLUE-1.0.10", "cluster-glue", None, "1.0.10", Phrase("The log does not say which fence device a line is of")),
    Note("GLUE-1.0.11", "cluster-glue", None, "1.0.11",
         Phrase("No more than four operations run at once: what waits for its turn looks like a timeout")),
    Note("C-2", "corosync", None, "2.3.5", Phrase("In the log a crash of a node looks like a shutdown")),
    Note("C-4", "corosync", "3.0.0", "3.1.5", Phrase("Links that are changed at run time may fail")),
    Note("C-5", "corosync", None, "3.1.6", Phrase("Retransmits may stall")),
    Note("C-6", "corosync", None, "3.1.7", Phrase("logrotate loses or doubles lines of its log")),
    Note("C-7", "corosync", None, "3.1.8", Phrase("Invalid ping timers are accepted")),
    Note("R-8", "resource-agents", None, "4.11.0", Phrase("LVM-activate answers 7 (not running) where it has failed")),
    Note("R-9", "resource-agents", None, "4.12.0", Phrase("mysql tells of a stop as done when it could not end the server")),
    Note("R-13", "resource-agents", None, "4.16.0", Phrase("IPaddr2 does not look whether the address is there after it added it")),
    Note("R-14", "resource-agents", None, "4.17.0",
         Phrase("IPaddr2 does not look at the link, and its monitor does not know alternative names of interfaces")),
)  # fmt: skip
