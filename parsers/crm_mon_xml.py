"""Reads crm_mon's XML: `<crm_mon>` of --as-xml (1.1 to 2.0) and `<pacemaker-result>` of --output-as=xml (2.0.3 on).

Schemas: Pacemaker's xml/api/crm_mon-*.rng.  Both have the same elements; newer ones have more attributes.
"""

from collections.abc import Iterator
from datetime import tzinfo

from ha_report.model import ClusterFacts, FailCount, NodeState, OperationRecord, ResourceState, Snapshot, Source
from ha_report.results import status_of
from parsers.crm_mon_history import HistoryEntry, fail_count, with_history
from parsers.crm_mon_resources import once
from parsers.failed_actions import reason_of
from parsers.local_time import duration_ms, epoch_us, read_time
from parsers.operation_results import split_key
from parsers.xml_tree import Element

FORMAT = "crm_mon-xml"

# xml.sax.saxutils has the same, and loads half of the standard library.
_ESCAPES = {"&apos;": "'", "&quot;": '"', "&lt;": "<", "&gt;": ">", "&amp;": "&"}
_HOLDERS = frozenset({"group", "clone", "bundle"})


def read(root: Element, file: str, zone: tzinfo) -> Snapshot:
    """Return what the document tells; times without a zone are in `zone`."""
    summary = root.find("summary") or Element("summary", {}, root.line)
    snapshot = Snapshot(file, FORMAT, _attribute_time(summary, zone), _facts(summary))
    snapshot.nodes = [_node(node) for node in _below(root, "nodes", "node") if node.get("name")]
    snapshot.resources = once(_resources(root))
    snapshot.agents = {state.id: state.agent for state in snapshot.resources if state.agent}
    snapshot.attributes = {
        name: _attributes(node) for node in _below(root, "node_attributes", "node") if (name := node.get("name"))
    }
    snapshot.fail_counts = [count for name, history in _histories(root) if (count := _fail_count(name, history))]
    records = [record for failure in _below(root, "failures", "failure") if (record := _failure(failure, file, zone))]
    snapshot.operations = with_history(records, _operations(root, file), zone)
    return snapshot


def _below(root: Element, section: str, tag: str) -> Iterator[Element]:
    holder = root.find(section)
    return holder.findall(tag) if holder else iter(())


def _truth(element: Element, name: str) -> bool | None:
    """Return a flag; None if this version does not have it."""
    value = element.get(name)
    return None if value is None else value.lower() in ("true", "1", "yes")


def _number(text: str | None) -> int | None:
    try:
        return int(text) if text else None
    except ValueError:
        return None


def _attribute_time(summary: Element, zone: tzinfo) -> int | None:
    updated = summary.find("last_update")
    return read_time(updated.get("time"), zone) if updated else None


def _facts(summary: Element) -> ClusterFacts:
    stack, dc = summary.find("stack"), summary.find("current_dc")
    kind = (stack.get("type") or None) if stack else None
    if dc is None or _truth(dc, "present") is False:
        return ClusterFacts(stack=kind)
    version = dc.get("version")
    return ClusterFacts(
        stack=kind,
        dc=dc.get("name") or None,
        quorum=_truth(dc, "with_quorum"),
        versions={"pacemaker": version} if version else {},
    )


def _node(node: Element) -> NodeState:
    kind = "guest" if node.get("id_as_resource") else node.get("type")  # a guest is of type remote, too
    roles = [
        role for role, holds in (("DC", _truth(node, "is_dc")), (kind, kind in ("remote", "guest"))) if holds and role
    ]
    return NodeState(node.attrib["name"], _state(node), tuple(roles))


def _state(node: Element) -> str | None:
    """Word the flags as crm_mon does in text (lib/pengine/pe_output.c, node_text_status)."""
    online = _truth(node, "online")
    if online is None:
        return None
    if _truth(node, "unclean"):
        return f"UNCLEAN ({'online' if online else 'pending' if _truth(node, 'pending') else 'offline'})"
    if _truth(node, "pending"):
        return "pending"
    if _truth(node, "standby_onfail") and online:
        return "standby (on-fail)"
    for flag in ("standby", "maintenance"):
        if _truth(node, flag):
            return flag if online else f"offline ({flag})"
    return "online" if online else "offline"


def _resources(root: Element) -> Iterator[ResourceState]:
    """Yield a row for each resource and each node where it is active."""
    holder = root.find("resources")
    waiting: list[tuple[Element, str | None, str | None]] = [(holder, None, None)] if holder else []
    waiting += [(node, None, node.get("name")) for node in _below(root, "nodes", "node")]  # with --group-by-node
    while waiting:
        element, parent, node = waiting.pop(0)
        if element.tag == "resource":
            yield from _resource(element, parent, node)
            continue
        inside = element.get("id") if element.tag in _HOLDERS else parent
        waiting[:0] = [(child, inside, node) for child in element.children]


def _resource(element: Element, parent: str | None, node: str | None) -> Iterator[ResourceState]:
    removed = _truth(element, "removed")
    for name in [child.get("name") for child in element.findall("node")] or [node]:
        yield ResourceState(
            id=element.attrib.get("id", ""), agent=(element.get("resource_agent") or "").replace("::", ":") or None,
            role=element.get("role"), node=name, parent=parent, managed=_truth(element, "managed"), failed=_truth(element, "failed"),
            blocked=_truth(element, "blocked"), orphaned=_truth(element, "orphaned") if removed is None else removed,
        )  # fmt: skip


def _attributes(node: Element) -> dict[str, str]:
    return {
        name: attribute.attrib.get("value", "")
        for attribute in node.findall("attribute")
        if (name := attribute.get("name"))
    }


def _histories(root: Element) -> Iterator[tuple[str, Element]]:
    for node in _below(root, "node_history", "node"):
        for history in node.findall("resource_history"):
            yield node.attrib.get("name", ""), history


def _fail_count(node: str, history: Element) -> FailCount | None:
    value, last = fail_count(history.get("fail-count")), history.get("last-failure")
    if value is None and last is None:
        return None
    return FailCount(history.attrib.get("id", ""), node, value or "0", history.get("migration-threshold"), last)


def _operations(root: Element, file: str) -> Iterator[tuple[HistoryEntry, Source]]:
    for node, history in _histories(root):
        for element in history.findall("operation_history"):
            call, task = _number(element.get("call")), element.get("task")
            if call is not None and task:
                yield _entry(element, node, history.attrib.get("id", ""), call, task), Source(file, element.line)


def _entry(element: Element, node: str, resource: str, call: int, task: str) -> HistoryEntry:
    return HistoryEntry(
        node=node, resource=resource, operation="monitor" if task == "probe" else task,
        interval_ms=duration_ms(element.get("interval")) or 0, call=call, rc=_number(element.get("rc")),
        rc_text=element.get("rc_text"), time=element.get("last-rc-change"), exec_ms=duration_ms(element.get("exec-time")),
    )  # fmt: skip


def _failure(element: Element, file: str, zone: tzinfo) -> OperationRecord | None:
    key = split_key(element.get("op_key")) or split_key(element.get("id")) or _without_key(element)
    if key is None:
        return None
    changed = element.get("last-rc-change")
    return OperationRecord(
        node=element.get("node") or None, resource=key[0], operation=key[1], interval_ms=key[2], call=_number(element.get("call")),
        rc=_number(element.get("exitcode")), rc_text=element.get("exitstatus") or None, status=status_of(element.get("status") or None),
        exit_reason=_reason(element), time_us=read_time(changed, zone) or epoch_us(changed),
        exec_ms=_number(element.get("exec")), expected_rc=None, teller="crm_mon", source=Source(file, element.line),
    )  # fmt: skip


def _reason(element: Element) -> str | None:
    """Return the exit reason, which versions up to 2.1 escape once too often."""
    text = element.attrib.get("exitreason", "")
    for escape, meant in _ESCAPES.items():
        text = text.replace(escape, meant)
    return reason_of(text)


def _without_key(element: Element) -> tuple[str, str, int] | None:
    """Take the operation from `task`; the id of a history entry names the resource."""
    name, task = element.get("op_key") or element.get("id") or "", element.get("task")
    resource = name.removesuffix("_last_failure_0").removesuffix("_last_0")
    return (resource, task, _number(element.get("interval")) or 0) if task and resource else None
