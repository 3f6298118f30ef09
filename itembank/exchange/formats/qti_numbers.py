"""Decides which number a question wants and how far off it may be, by asking the question's own judge.

For the readers of QTI. What the file says about a tolerance is believed only when the judge rewards just inside and
does not just outside of it; otherwise the rewarded stretch is searched among the numbers the processing names.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

from itembank.exchange.formats.build import Question
from itembank.exchange.formats.qti_keys import NEAR, no_answer, points_text, several, unrewarded, worth

Json = dict[str, Any]
JudgeOfText = Callable[[str], float]


@dataclass(frozen=True)
class Stated:
    """A tolerance as the file states it: `absolute`, `relative` (a fraction) or `significant` (figures)."""

    kind: str
    amount: str


def decimal_of(text: str) -> Decimal | None:
    """The number a text says; None when it says none."""
    try:
        found = Decimal(text.strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def measure(
    question: Question, score: JudgeOfText, correct: str, constants: Iterable[str], stated: Stated | None
) -> Json | None:
    """The scoring of a numeric entry; None with a flaw when the judge rewards something else."""
    numbers = [number for text in (correct, *constants) if (number := decimal_of(text)) is not None]
    if not numbers:
        no_answer(question)
        return None
    best = max(score(points_text(number)) for number in [*numbers, *_between(sorted(set(numbers)))])
    if best <= NEAR:
        no_answer(question)
        return None
    worth(question, best)
    right = [number for number in sorted(set(numbers)) if score(points_text(number)) >= best - NEAR]
    if correct and decimal_of(correct) not in right:
        unrewarded(question, correct)
        return None
    if stated is not None and correct and _holds(score, best, Decimal(correct.strip()), stated):
        return _scoring(correct.strip(), stated.kind, stated.amount)
    return _searched(question, score, best, numbers, correct)


def _holds(score: JudgeOfText, best: float, value: Decimal, stated: Stated) -> bool:
    """Whether the judge rewards just inside the stated tolerance and nothing just outside."""
    amount = decimal_of(stated.amount)
    if amount is None or amount <= 0:
        return False
    if stated.kind == "significant":
        reach = Decimal(1).scaleb(value.adjusted() - int(amount) + 1) / 2 if value else Decimal(0)
    else:
        reach = amount * abs(value) if stated.kind == "relative" else amount
    return reach > 0 and all(
        (score(points_text(value + sign * reach * part)) >= best - NEAR) is inside
        for sign in (1, -1)
        for part, inside in ((Decimal("0.98"), True), (Decimal("1.02"), False))
        if stated.kind != "significant" or sign * value > 0 or not inside
    )


def _between(numbers: list[Decimal]) -> list[Decimal]:
    """Numbers beside and between these."""
    middles = [(one + other) / 2 for one, other in pairwise(numbers)]
    return [numbers[0] - 1, *middles, numbers[-1] + 1]


def _searched(question: Question, score: JudgeOfText, best: float, numbers: list[Decimal], correct: str) -> Json | None:
    """The one stretch of numbers the judge rewards, as a value with an absolute tolerance."""
    known = sorted(set(numbers))
    probes = sorted({*known, *_between(known)})
    full = [number for number in probes if score(points_text(number)) >= best - NEAR]
    first, last = full[0], full[-1]
    if any(first < probe < last and probe not in full for probe in probes):
        several(question, " / ".join(points_text(number) for number in full[:5]))
        return None
    if first == probes[0] or last == probes[-1]:
        zh, en = "得满分的数值范围没有上限或下限", "The range of rewarded numbers has no end"
        question.flaw("key", "qti.open_range", zh, en)
        return None
    first, last = _known_end(first, known, 1), _known_end(last, known, -1)
    if first == last:
        text = correct.strip() if correct else points_text(first)
        return _scoring(text, "exact", "0")
    return _scoring(points_text((first + last) / 2), "absolute", points_text((last - first) / 2))


def _known_end(end: Decimal, known: list[Decimal], step: int) -> Decimal:
    """The bound itself where only what lies inside of it was rewarded."""
    if end in known:
        return end
    outside = [number for number in known if (number < end if step == 1 else number > end)]
    return (max(outside) if step == 1 else min(outside)) if outside else end


def _scoring(value: str, kind: str, amount: str) -> Json:
    return {"value": value, "tolerance": {"kind": kind, "amount": amount}}
