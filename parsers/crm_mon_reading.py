"""Takes crm_mon's lines one after the other, and remembers what they are about."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import tzinfo

from ha_report.model import NodeState, Snapshot, Source
from parsers import crm_mon_history, crm_mon_nodes, crm_mon_resources
from parsers.crm_mon_header import Header, begins_snapshot
from parsers.crm_mon_history import HistoryEntry
from parsers.crm_mon_lines import Line
from parsers.crm_mon_resources import Parent
from parsers.crm_mon_sections import Section, is_known, section_of
from parsers.failed_action_lines import take_entry
from parsers.failed_actions import ENTRY_START, Failure

# A shell waits, or a paragraph begins that has neither bullet, indentation nor the look of a heading.
_PROMPT = re.compile(r"\[?[\w.-]+@[\w.-]+[^#$]*[#$](?: |$)|[#$] \S")
_HEADING = re.compile(r"[A-Z][A-Za-z /-]+:")


def _is_prose(line: Line) -> bool:
    return not line.bullet and not line.indent and _HEADING.fullmatch(line.bare) is None


@dataclass
class Reading:
    """A snapshot under construction."""

    snapshot: Snapshot
    zone: tzinfo
    header: Header = field(default_factory=Header)
    failures: list[tuple[Failure, Source]] = field(default_factory=list)
    history: list[tuple[HistoryEntry, Source]] = field(default_factory=list)
    _section: Section | None = None  # None: nothing of crm_mon so far
    _node: str | None = None  # that the lines below are about
    _resource: str | None = None  # that the operations below are of
    _parents: list[Parent] = field(default_factory=list)  # that hold the next resource, the outermost first
    _set: Parent | None = None  # the last of them, for text that lost its indentation
    _after_blank: bool = False  # a blank line came after the last line that was understood

    def take(self, lines: Sequence[Line], position: int) -> int:
        """Read the line at `position`, and return how many lines that took."""
        line = lines[position]
        if line.blank:
            self._end_paragraph()
            return 1
        if begins_snapshot(line.bare) and self._section is not Section.HEADER:
            self._renew()
        if self._section is Section.FORECAST:
            return 1
        if (section := section_of(line.bare)) is not None:
            self._enter(section)
            return 1
        if ENTRY_START.match(line.bare) or (self._section is Section.FAILED and line.begins):
            return self._take_entry(lines, position)
        self._note(line, understood=self._understand(line))
        return 1

    def _end_paragraph(self) -> None:
        self._after_blank = True
        if self._section in (Section.HEADER, Section.NODES, Section.WARNINGS):
            self._node = None
        if self._section is Section.WARNINGS:
            self._section = Section.HEADER

    def _renew(self) -> None:
        """Begin anew: another output follows, and the last one tells how things stand."""
        self._section = Section.HEADER
        told = self.snapshot
        if told.nodes or told.resources:
            self.header = Header()
            for rows in (told.nodes, told.resources, told.fail_counts, told.attributes):
                rows.clear()

    def _enter(self, section: Section | None) -> None:
        self._section, self._node, self._resource, self._set = section, None, None, None
        self._after_blank = False
        self._parents.clear()

    def _source(self, line: Line) -> Source:
        return Source(self.snapshot.file, line.number)

    def _note(self, line: Line, *, understood: bool) -> None:
        if understood:
            self._after_blank = False
        elif _PROMPT.match(line.bare) or (self._after_blank and _is_prose(line)):
            self._enter(None)
        elif self._section is not None:
            self.snapshot.undecoded.append(self._source(line))

    def _take_entry(self, lines: Sequence[Line], position: int) -> int:
        failure, taken = take_entry(lines, position)
        line = lines[position]
        if failure is None:
            self._note(line, understood=self._understand(line))
            return 1
        self._after_blank = False
        self._section = self._section or Section.FAILED
        self.failures.append((failure, self._source(line)))
        return taken

    def _understand(self, line: Line) -> bool:
        """Read a line by the section it stands in, else by its own words."""
        if self._section is Section.WARNINGS:
            return True
        if self._section is Section.ATTRIBUTES and self._take_attribute(line):
            return True
        if self._section is Section.HISTORY and self._take_history(line):
            return True
        return (
            self._take_header(line)
            or self._take_nodes(line)
            or self._take_resources(line)
            or is_known(self._section, line.bare)
        )

    def _take_header(self, line: Line) -> bool:
        if not self.header.take(line.bare, self.zone):
            return False
        self._section = self._section or Section.HEADER
        return True

    def _take_nodes(self, line: Line) -> bool:
        states = crm_mon_nodes.read_list(line.bare)
        if states is None and self._section is Section.NODES:
            states = crm_mon_nodes.read_bare_list(line.bare)
        if states is not None:
            self._add_nodes(states, None)
            return True
        node = crm_mon_nodes.read_node(line.bare)
        if node is not None:
            self._add_nodes([NodeState(*node)], node.name)
        return node is not None

    def _add_nodes(self, states: Sequence[NodeState], heading: str | None) -> None:
        self.snapshot.nodes += states
        self._section, self._node = Section.NODES, heading
        self._parents.clear()

    def _take_resources(self, line: Line) -> bool:
        self._leave_parents(line)
        parent = crm_mon_resources.read_parent(line.bare, line.indent, self._parents[-1] if self._parents else None)
        if parent is not None:
            self._parents.append(parent)
            self._set = parent
            self._section = Section.RESOURCES if self._node is None else self._section
            return True
        return self._take_members(line) or self._take_resource(line)

    def _leave_parents(self, line: Line) -> None:
        while self._parents and self._parents[-1].indent >= line.indent:
            self._parents.pop()

    def _take_members(self, line: Line) -> bool:
        parent = self._parents[-1] if self._parents else self._set
        states = crm_mon_resources.read_members(line.bare, parent) if parent else None
        self.snapshot.resources += states or []
        return states is not None

    def _take_resource(self, line: Line) -> bool:
        states = crm_mon_resources.read_resource(line.bare, self._parent_of(line), self._node)
        if states is None:
            return crm_mon_resources.is_known(line.bare) or line.bare == "Resources:"
        self.snapshot.resources += states
        if self._node is None:
            self._section = Section.RESOURCES
        return True

    def _parent_of(self, line: Line) -> Parent | None:
        if self._parents:
            return self._parents[-1]
        name = line.bare.split(maxsplit=1)[0].partition(":")[0]
        return self._set if self._set and self._set.child == name else None

    def _take_attribute(self, line: Line) -> bool:
        if self._take_heading(line):
            return True
        pair = crm_mon_history.read_attribute(line.bare) if self._node else None
        if pair is None or self._node is None:
            return False
        self.snapshot.attributes[self._node][pair[0]] = pair[1]
        return True

    def _take_heading(self, line: Line) -> bool:
        """Read the name of the node that the lines below are about."""
        guests = {node.name for node in self.snapshot.nodes if "guest" in node.roles}
        node = crm_mon_nodes.read_heading(line.bare, guests)
        if node is None:
            return False
        self._node, self._resource = node, None
        if self._section is Section.ATTRIBUTES:
            self.snapshot.attributes.setdefault(node, {})
        return True

    def _take_history(self, line: Line) -> bool:
        if self._take_heading(line) or self._node is None:
            return self._node is not None
        summary = crm_mon_history.read_summary(line.bare, self._node)
        if summary is not None:
            self._resource = summary.resource
            self.snapshot.fail_counts += [summary.fail_count] if summary.fail_count else []
            return True
        entry = crm_mon_history.read_operation(line.bare, self._node, self._resource) if self._resource else None
        self.history += [(entry, self._source(line))] if entry else []
        return entry is not None
