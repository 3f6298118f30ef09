"""Decides what the signed file of marks says: every response that is settled, all its marks, and what they come to.

For runs that take marks in, and for whoever recomputes them. Source: `examserver/docs/formats.md`, "Marks". It names no
person: assessors are numbered by their reading, responses by session and item as everywhere in the record.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from examserver.grading.keyed import write_points
from examserver.grading.marking.agreement import settled
from examserver.kernel.errors import Json

MARKS_TYPE = "exam.marks"


@dataclass(frozen=True)
class MarkedResponse:
    """One response with its marks in the order of the readings; `full` are the rubric's points."""

    session: str
    item: str
    code: str
    version: int
    full: Decimal
    limit_percent: int
    marks: tuple[Mapping[str, Any], ...]

    @property
    def agreed(self) -> Decimal | None:
        """What the marks come to; None while somebody still has to mark."""
        return settled([_total(mark) for mark in self.marks], self.full, self.limit_percent)


def _total(points: Mapping[str, Any]) -> Decimal:
    return sum((Decimal(each) for each in points.values()), Decimal(0))


def marks_body(sitting: str, record_digest: str, responses: Sequence[MarkedResponse]) -> Json:
    """The body of the file: settled responses only, by session and item."""
    done = [(one, agreed) for one in responses if (agreed := one.agreed) is not None]
    lines = [_line(one, agreed) for one, agreed in done]
    return {
        "sitting": sitting,
        "record_digest": record_digest,
        "responses": sorted(lines, key=lambda line: (line["session"], line["item"])),
    }


def _line(one: MarkedResponse, agreed: Decimal) -> Json:
    return {
        "session": one.session,
        "item": one.item,
        "code": one.code,
        "version": one.version,
        "full": write_points(one.full),
        "limit_percent": one.limit_percent,
        "marks": [dict(mark) for mark in one.marks],
        "points": write_points(agreed),
    }


def lines_of(body: Json) -> dict[tuple[str, str], Json]:
    """The settled responses of a file by session and item."""
    return {(str(line["session"]), str(line["item"])): line for line in body["responses"]}
