"""Decides what several persons' marks of one response come to, and whether one more person has to mark it.

For marking and for everybody who recomputes it. Source: marking by rubric in two independent readings with a third
above a limit (the policy's `marking_difference_percent`). Two marks no further apart than the limit give their mean;
otherwise a third is asked, and the mean of the two closest counts, of two equal distances the higher pair.
"""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from examserver.kernel.errors import Invalid, Json

READINGS = 2
MOST_READINGS = 3
HUNDREDTH = Decimal("0.01")


class PointsMalformed(Invalid):
    """The points given do not fit the rubric."""

    code = "marking.points"
    message_zh = "评分要点“{criterion}”的分数应在 0 与 {most} 之间，最多两位小数。"
    message_en = "The points of criterion {criterion} must be between 0 and {most}, with at most two decimals."
    next_zh = "请按评分要点逐项给分。"
    next_en = "Give points for every criterion."


def read_marks(rubric: Sequence[Json], given: Mapping[str, str]) -> Decimal:
    """The sum of the points given, one for each criterion and no other; raises PointsMalformed."""
    unknown = sorted(set(given) - {str(one["id"]) for one in rubric})
    if unknown:
        raise PointsMalformed(criterion=unknown[0][:40], most="0")
    return sum((_of_criterion(one, given.get(str(one["id"]))) for one in rubric), Decimal(0))


def _of_criterion(criterion: Json, text: str | None) -> Decimal:
    most = Decimal(criterion["points"])
    try:
        points = Decimal(text or "x")
        sound = points.is_finite() and 0 <= points <= most and points == points.quantize(HUNDREDTH)
    except ArithmeticError:
        sound = False
    if not sound:
        raise PointsMalformed(criterion=str(criterion.get("title") or criterion["id"]), most=str(most))
    return points


def far_apart(first: Decimal, second: Decimal, full: Decimal, percent: int) -> bool:
    """Whether two marks differ by more than so many per cent of the full points."""
    return abs(first - second) * 100 > full * percent


def wanted(marks: Sequence[Decimal], full: Decimal, percent: int) -> int:
    """How many more persons have to mark the response."""
    if len(marks) < READINGS:
        return READINGS - len(marks)
    return int(len(marks) == READINGS and far_apart(marks[0], marks[1], full, percent))


def settled(marks: Sequence[Decimal], full: Decimal, percent: int) -> Decimal | None:
    """What the marks come to, in hundredths, halves up; None while somebody still has to mark."""
    if wanted(marks, full, percent):
        return None
    low, high = marks[0], marks[1]
    if len(marks) >= MOST_READINGS:
        low, high = min(pairwise(sorted(marks[:MOST_READINGS])), key=lambda pair: (pair[1] - pair[0], -pair[1]))
    return ((low + high) / 2).quantize(HUNDREDTH, ROUND_HALF_UP)


def scaled(points: Decimal, full: Decimal, worth: Decimal) -> Decimal:
    """Marks out of the rubric's full points as points of the form's item, in hundredths, halves up."""
    return points if full == worth else (points * worth / full).quantize(HUNDREDTH, ROUND_HALF_UP)
