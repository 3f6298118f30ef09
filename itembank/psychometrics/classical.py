"""Classical statistics of a test: difficulty, discrimination, distractors, reliability with its interval, error.

For item writers and whoever judges a form. Source: Lord and Novick (1968); Feldt (1965) for the interval of alpha;
upper and lower 27 % as Kelley (1939). Omitted items are wrong. All figures come from the responses alone.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from itembank.psychometrics.distributions import f_quantile
from itembank.psychometrics.responses import Choices, Responses, Scores

Vector = NDArray[np.float64]
TAIL = 0.27


@dataclass(frozen=True)
class TestFigures:
    """The test as a whole: scores are numbers of right answers; `interval` is Feldt's for alpha at `level`.

    Alpha, KR-20, interval and error are None when no two candidates differ.
    """

    persons: int
    items: int
    mean: float
    deviation: float
    alpha: float | None
    kr20: float | None
    interval: tuple[float, float] | None
    level: float
    error: float | None


@dataclass(frozen=True)
class Distractor:
    """One option of one item: who chose it, and how that goes with the score on the other items."""

    option: str
    right: bool
    count: int
    share: float
    correlation: float | None
    lower: float
    upper: float


@dataclass(frozen=True)
class ItemFigures:
    """One item: share right, corrected point-biserial, upper minus lower 27 %, alpha of the test without it."""

    item: str
    difficulty: float
    discrimination: float | None
    upper_lower: float
    alpha_without: float | None
    left_out: float
    options: tuple[Distractor, ...] = ()


def alpha_of(variances: Vector, total: float) -> float | None:
    """Cronbach's alpha from the items' variances and that of the sum; None when it is not defined."""
    items = len(variances)
    if items < 2 or total <= 0:
        return None
    return float(items / (items - 1) * (1 - variances.sum() / total))


def feldt_interval(alpha: float, persons: int, items: int, level: float) -> tuple[float, float]:
    """The interval of alpha at this level of confidence."""
    first, second = persons - 1, (persons - 1) * (items - 1)
    tail = (1 - level) / 2
    low = 1 - (1 - alpha) * f_quantile(1 - tail, first, second)
    return low, 1 - (1 - alpha) * f_quantile(tail, first, second)


def describe_test(scores: Scores, level: float = 0.95) -> TestFigures:
    """The figures of the test."""
    persons, items = scores.shape
    totals = scores.sum(axis=1)
    shares = scores.mean(axis=0)
    alpha = alpha_of(_variances(scores), float(totals.var(ddof=1)))
    deviation = float(totals.std(ddof=1))
    return TestFigures(
        persons=persons,
        items=items,
        mean=float(totals.mean()),
        deviation=deviation,
        alpha=alpha,
        kr20=alpha_of(shares * (1 - shares), float(totals.var())),
        interval=feldt_interval(alpha, persons, items, level) if alpha is not None else None,
        level=level,
        error=deviation * float(np.sqrt(1 - alpha)) if alpha is not None else None,
    )


def correlations(marks: Scores, rests: Scores) -> Vector:
    """Column by column correlation; NaN where either does not vary."""
    first, second = marks - marks.mean(axis=0), rests - rests.mean(axis=0)
    spread = np.sqrt((first**2).sum(axis=0) * (second**2).sum(axis=0))
    found: Vector = np.full(len(spread), np.nan)
    np.divide((first * second).sum(axis=0), spread, out=found, where=spread > 1e-9)
    return found


def tails(totals: Vector) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Who is among the lowest and the highest 27 % by total; equal totals keep the order of the file."""
    order = np.argsort(totals, kind="stable")
    size = max(1, round(len(totals) * TAIL))
    return order[:size], order[-size:]


def describe_items(responses: Responses) -> tuple[ItemFigures, ...]:
    """The figures of every item, in the order of the file."""
    scores = responses.scores
    totals = scores.sum(axis=1)
    found = correlations(scores, totals[:, None] - scores)
    low, high = tails(totals)
    spread = scores[high].mean(axis=0) - scores[low].mean(axis=0)
    return tuple(
        ItemFigures(
            item=name,
            difficulty=float(scores[:, at].mean()),
            discrimination=_or_none(found[at]),
            upper_lower=float(spread[at]),
            alpha_without=_alpha_without(scores, totals, at),
            left_out=float(responses.left_out[:, at].mean()),
            options=_distractors(responses, at, totals, low, high) if responses.choices is not None else (),
        )
        for at, name in enumerate(responses.items)
    )


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _alpha_without(scores: Scores, totals: Vector, at: int) -> float | None:
    rest = totals - scores[:, at]
    return alpha_of(np.delete(_variances(scores), at), float(rest.var(ddof=1)))


def _variances(scores: Scores) -> Vector:
    """Variance of each 0/1 column, with n − 1 below."""
    shares = scores.mean(axis=0)
    found: Vector = shares * (1 - shares) * len(scores) / (len(scores) - 1)
    return found


def _distractors(
    responses: Responses, at: int, totals: Vector, low: NDArray[np.intp], high: NDArray[np.intp]
) -> tuple[Distractor, ...]:
    assert responses.choices is not None
    column: Choices = responses.choices[:, at]
    rest = totals - responses.scores[:, at]
    key = responses.key[at]
    found = []
    for option in sorted({*column.tolist(), key} - {""}):
        marks = (column == option).astype(np.float64)
        correlation = correlations(marks[:, None], rest[:, None])[0]
        found.append(
            Distractor(
                option=option,
                right=option == key,
                count=int(marks.sum()),
                share=float(marks.mean()),
                correlation=_or_none(correlation),
                lower=float(marks[low].mean()),
                upper=float(marks[high].mean()),
            )
        )
    return tuple(found)
