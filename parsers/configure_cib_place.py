"""Where the elements of a CIB stand, for the readers of its parts."""

from dataclasses import dataclass

from ha_report.model import Source
from parsers.configure_parts import Gathered
from parsers.xml_tree import Element


@dataclass(frozen=True)
class Place:
    """Where elements stand, and what they may refer to."""

    gathered: Gathered
    by_id: dict[str, Element]
    lines_before: int = 0  # lines of the file above the first of the document

    def source(self, element: Element) -> Source:
        """Return the place of an element."""
        return self.gathered.source(element.line + self.lines_before)

    def referred(self, element: Element) -> Element:
        """Return the element, or the one that it names instead of itself."""
        return self.by_id.get(element.get("id-ref") or "", element)
