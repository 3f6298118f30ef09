"""Decides whether the stored marks are those that were given, for the daily check and any auditor.

Source: an insider may change a row of marks, never the audit chain in which every mark stands since it was given.
"""

import json
from collections.abc import Iterator
from decimal import Decimal

from sqlalchemy import select

from examserver.grading.marking.tables import MarkRow
from examserver.kernel.checks import Check
from examserver.plumbing.shared_tables import SHARED
from examserver.plumbing.work import Work

Given = dict[tuple[str, int], str]


def check_marks(work: Work) -> Iterator[Check]:
    """Name every mark that was changed, added or removed since it was given."""
    given = _audited(work)
    stored = {(row.response, row.reading): row for row in work.session.scalars(select(MarkRow))}
    for response, reading in sorted(set(given) | set(stored)):
        row, total = stored.get((response, reading)), given.get((response, reading))
        place = f"response {response} reading {reading}"
        if row is None or total is None:
            yield Check("marks_audited", False, f"stored {row and row.total}, given {total}", place)
        elif row.total != total or _sum(row) != Decimal(total):
            yield Check("marks_audited", False, f"stored {row.total} ({_sum(row)}), given {total}", place)


def _sum(row: MarkRow) -> Decimal:
    return sum((Decimal(str(each)) for each in row.points.values()), Decimal(0))


def _audited(work: Work) -> Given:
    """The total of every mark as the audit chain holds it."""
    table = SHARED["authority"].audit
    rows = work.session.execute(select(table.c.subject, table.c.facts).where(table.c.action == "response.marked"))
    facts = ((str(subject), json.loads(text)) for subject, text in rows)
    return {(subject, int(fact["reading"])): str(fact["total"]) for subject, fact in facts}
