"""What measured parameters say of a form: information and expected score over ability, and who just passes.

For assembly and its report. Source: the logistic models of psychometrics (θ standard normal, no 1.7): an item with
parameters a, b, c is solved with P(θ) = c + (1-c)/(1+exp(-a(θ-b))) and tells a²(P-c)²(1-P)/((1-c)²P). The score of an
item is its points times P. Floats live only here; what is kept of a form is rounded to thousandths.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

THETAS = tuple(-4000 + 250 * step for step in range(33))
LEAST_THETA, MOST_THETA = -6000, 6000
SHARE_OF_TOTAL = 100
"""Forms may differ by one hundredth of the total at the cut score: half of it to either side."""


@dataclass(frozen=True)
class Curve:
    """The measured parameters of one item."""

    a: float
    b: float
    c: float = 0.0


def solved(curve: Curve, theta: int) -> float:
    """The share of candidates of this ability (thousandths) who solve the item."""
    lean = -curve.a * (theta / 1000 - curve.b)
    return curve.c + (1 - curve.c) / (1 + exp(min(lean, 500.0)))


def information(curve: Curve, theta: int) -> float:
    """What the item tells at this ability (thousandths)."""
    share = solved(curve, theta)
    if share <= 0 or curve.c >= 1:
        return 0.0
    return curve.a**2 * (share - curve.c) ** 2 * (1 - share) / ((1 - curve.c) ** 2 * share)


@dataclass(frozen=True)
class Weighted:
    """An item's curve, the points it is worth, and how many of its kind are meant."""

    curve: Curve
    points: float
    times: float = 1.0


def expected_score(items: Sequence[Weighted], theta: int) -> float:
    """The score to be expected at this ability."""
    return sum(one.times * one.points * solved(one.curve, theta) for one in items)


def told(items: Sequence[Weighted], theta: int) -> float:
    """The information at this ability."""
    return sum(one.times * information(one.curve, theta) for one in items)


def passing_theta(items: Sequence[Weighted], score: float) -> int | None:
    """The ability in thousandths at which this score is expected; None when no ability within bounds reaches it."""
    low, high = LEAST_THETA, MOST_THETA
    if not expected_score(items, low) <= score <= expected_score(items, high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if expected_score(items, middle) <= score else (low, middle)
    return low


@dataclass(frozen=True)
class Basis:
    """Where forms are compared: the ability of who just passes, and how far a form's expected score may be from it."""

    theta: int
    score: float
    tolerance: float
