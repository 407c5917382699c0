"""Nodes that come and go, quorum, and Pacemaker's own start and end, as its daemons tell of them.

Sources: crmd/callbacks.c, membership.c and ccm.c of Pacemaker 1.0 and 1.1; lib/cluster/membership.c, corosync.c and
daemons/pacemakerd/*.c of 2.0 to 3.0.  What corosync and Heartbeat say themselves is in corosync.py and heartbeat.py.
"""

from parsers.pattern import Pattern

PATTERNS = (
    Pattern(
        kind="node-state",
        era="1.1.14 - 3.0",
        anchor="state is now ",
        regex=r"Node (?P<node>[^\s\[]+) state is now (?P<value>member|lost|unknown)",
        example="Node node02 state is now lost | nodeid=2 previous=member source=crm_update_peer_proc",
        expect={"node": "node02", "value": "lost"},
    ),
    Pattern(
        kind="node-state",
        era="1.1.8 - 1.1.13",
        anchor="state is now ",
        regex=r"Node (?P<node>[^\s\[]+)\[\d+\] - state is now (?P<value>\w+)",
        example="crm_update_peer_state: pcmk_quorum_notification: Node node02[2] - state is now lost (was member)",
        expect={"node": "node02", "value": "lost"},
    ),
    Pattern(
        kind="node-state",
        era="1.0 - 1.1.7",
        anchor="peer: Node ",
        regex=r"crm_update_peer: Node (?P<node>[^\s:]+): id=\d+ state=(?P<value>member|lost) \(new\)",
        example="crm_update_peer: Node node02: id=1 state=lost (new) addr=(null) votes=-1 born=1 seen=2 proc=00000000000000000000000000000200",
        expect={"node": "node02", "value": "lost"},
    ),
    Pattern(
        kind="quorum",
        era="1.1.15 - 3.0",
        anchor="Quorum ",
        regex=r"Quorum (?P<value>acquired|lost)\s*(?:\||$|\])",
        example="Quorum lost | membership=20 members=1",
        expect={"value": "lost"},
    ),
    Pattern(
        kind="quorum",
        era="1.1.8 - 1.1.14",
        anchor=": quorum ",
        regex=r"Membership \d+: quorum (?P<value>acquired|lost)",
        example="pcmk_quorum_notification: Membership 54976: quorum acquired (2)",
        expect={"value": "acquired"},
    ),
    Pattern(
        kind="quorum",
        era="1.0, Heartbeat",
        anchor="Quorum ",
        regex=r"Quorum (?P<value>lost|\(re\)attained) after event=",
        example="crmd_ccm_msg_callback: Quorum lost after event=NOT PRIMARY (id=3)",
        expect={"value": "lost"},
    ),
    Pattern(
        kind="second-dc",
        era="1.0 - 3.0",
        anchor="detected: ",
        regex=r"[Aa]nother DC detected: (?P<node>[^\s(]+)",
        example="Another DC detected: node02 (op=noop)",
        expect={"node": "node02"},
    ),
    Pattern(
        kind="stack-started",
        era="1.1 - 3.0",
        anchor="Starting Pacemaker ",
        regex=r"Starting Pacemaker (?P<value>\d\S*)",
        example="Starting Pacemaker 2.0.1+20190304 | build=1.1 features: generated-manpages",
        expect={"value": "2.0.1+20190304"},
    ),
    Pattern(
        kind="stack-stopped",
        era="1.1 - 3.0",
        anchor="hutdown",
        regex=r"^\W*(?:\w+: )?\s*Shutdown complete",
        example="pcmk_shutdown_worker: Shutdown complete",
    ),
)
