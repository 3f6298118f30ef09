"""Which entries of the audit chain are readings of plain text, and what each of them says.

For the report of readings (ZJ16-4.3a3: every read, export and change logged; the purpose is written down with it).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

READINGS = (
    "items.listed",
    "item.read",
    "item.compared",
    "review.opened",
    "form.read",
    "form.swaps_proposed",
    "forms.handed_over",
    "items.compared",
    "items.pairs_read",
    "items.exported",
    "import.previewed",
    "import.report_read",
    "import.row_read",
    "import.pairs_read",
    "export.fetched",
    "paper.printed",
    "statistics.read",
    "remarks.listed",
)


@dataclass(frozen=True)
class Reading:
    """One reading: who, what, when, why; `items` is how many items were shown."""

    seq: int
    at_ms: int
    person: str
    person_name: str
    unit_name: str
    action: str
    subject: str
    subject_name: str
    items: int
    purpose: str


def items_of(facts: Mapping[str, Any]) -> int:
    """How many items an entry says were shown; one where it says nothing."""
    for name in ("shown", "items", "forms"):
        if isinstance(facts.get(name), int):
            return int(facts[name])
    return 1
