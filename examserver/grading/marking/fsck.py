"""Decides whether the stored marks are those that were given, for the daily check and any auditor.

Source: an insider may change a row of marks, never the audit chain in which every mark stands since it was given.
"""

from collections.abc import Iterator
from decimal import Decimal

from examserver.grading.marking.tables import MarkRow, all_marks, audited_totals
from examserver.kernel.checks import Check
from examserver.plumbing.work import Work


def check_marks(work: Work) -> Iterator[Check]:
    """Name every mark that was changed, added or removed since it was given."""
    given = audited_totals(work.session)
    stored = {(row.response, row.reading): row for row in all_marks(work.session)}
    for response, reading in sorted(set(given) | set(stored)):
        row, total = stored.get((response, reading)), given.get((response, reading))
        place = f"response {response} reading {reading}"
        if row is None or total is None:
            yield Check("marks_audited", False, f"stored {row and row.total}, given {total}", place)
        elif row.total != total or _sum(row) != Decimal(total):
            yield Check("marks_audited", False, f"stored {row.total} ({_sum(row)}), given {total}", place)


def _sum(row: MarkRow) -> Decimal:
    return sum((Decimal(str(each)) for each in row.points.values()), Decimal(0))
