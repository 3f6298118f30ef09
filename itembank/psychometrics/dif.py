"""Finds items that are harder for one group than for another of equal ability.

For fairness review; a flag starts a discussion of the words of the item, it proves nothing. Source: Holland and Thayer
(1988), Mantel-Haenszel with matching on the total score; Robins, Breslow and Greenland (1986) for the error; Zieky
(1993) for the classes A, B, C of ETS. Items found in class C are taken out of the matching score once (two steps).
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from itembank.psychometrics.classical import Vector
from itembank.psychometrics.distributions import chi2_upper, normal_upper
from itembank.psychometrics.responses import Scores, file_fault, refuse

FEWEST_IN_GROUP = 50
DELTA = -2.35
MOST_GROUPS = 20


@dataclass(frozen=True)
class GroupFigure:
    """One item, one group against the reference group: D < 0 means harder for the group; class A, B or C, or "".

    Statistic, D and class are None or empty when the item does not vary where both groups are present.
    """

    item: str
    group: str
    reference: str
    persons: int
    ratio: float | None
    delta: float | None
    error: float | None
    statistic: float | None
    probability: float | None
    grade: str


def compare_groups(
    items: tuple[str, ...], scores: Scores, groups: tuple[str, ...], reference: str = ""
) -> tuple[GroupFigure, ...]:
    """Every item for every group against the reference (the largest when not named); raises FaultyResponses."""
    sizes = Counter(group for group in groups if group)
    base = reference or max(sorted(sizes), key=lambda name: sizes[name], default="")
    _check_groups(sizes, base)
    array = np.array(groups)
    found: list[GroupFigure] = []
    for group in sorted(sizes):
        if group != base:
            chosen = (array == base) | (array == group)
            figures = _two_steps(scores[chosen], array[chosen] == group)
            found += [
                GroupFigure(name, group, base, sizes[group], *each) for name, each in zip(items, figures, strict=True)
            ]
    return tuple(found)


def _check_groups(sizes: Counter[str], base: str) -> None:
    faults = []
    if base not in sizes:
        faults.append(file_fault("group.unknown", "没有这个组", "there is no such group", base))
    if not 2 <= len(sizes) <= MOST_GROUPS:
        zh = f"应有 2 至 {MOST_GROUPS} 组，现有 {len(sizes)}"
        faults.append(file_fault("group.count", zh, f"2 to {MOST_GROUPS} groups are needed, not {len(sizes)}"))
    else:
        zh, en = f"少于 {FEWEST_IN_GROUP} 人，无法比较", f"has fewer than {FEWEST_IN_GROUP} persons"
        faults += [
            file_fault("group.too_small", f"{zh}（{size}）", f"{en} ({size})", name)
            for name, size in sorted(sizes.items())
            if size < FEWEST_IN_GROUP
        ]
    refuse(faults)


_Figures = tuple[float | None, float | None, float | None, float | None, float | None, str]


def _two_steps(scores: Scores, focal: NDArray[np.bool_]) -> list[_Figures]:
    first = [_mantel_haenszel(scores[:, at], focal, scores.sum(axis=1)) for at in range(scores.shape[1])]
    kept = np.array([figures[-1] != "C" for figures in first])
    if kept.all() or kept.sum() < 2:
        return first
    matching = scores[:, kept].sum(axis=1)
    return [
        _mantel_haenszel(scores[:, at], focal, matching + (0.0 if kept[at] else scores[:, at]))
        for at in range(scores.shape[1])
    ]


def _mantel_haenszel(right: Vector, focal: NDArray[np.bool_], matching: Vector) -> _Figures:
    level = matching.astype(np.intp)
    most = int(level.max()) + 1

    def count(chosen: NDArray[np.bool_]) -> Vector:
        return np.bincount(level[chosen], minlength=most).astype(np.float64)

    mark = right > 0.5
    a, b, c, d = count(~focal & mark), count(~focal & ~mark), count(focal & mark), count(focal & ~mark)
    both = ((a + b) * (c + d) > 0) & ((a + c) * (b + d) > 0)
    a, b, c, d = a[both], b[both], c[both], d[both]
    whole = a + b + c + d
    up, down = (a * d / whole).sum(), (b * c / whole).sum()
    if not both.any() or up <= 0 or down <= 0:
        return None, None, None, None, None, ""
    ratio = float(up / down)
    statistic = _statistic(a, b, c, d, whole)
    error = abs(DELTA) * float(np.sqrt(_log_variance(a, b, c, d, whole)))
    delta = DELTA * float(np.log(ratio))
    probability = chi2_upper(statistic, 1)
    return ratio, delta, error, statistic, probability, grade_of(delta, error, probability)


def _statistic(a: Vector, b: Vector, c: Vector, d: Vector, whole: Vector) -> float:
    """Mantel-Haenszel chi-squared with the correction for continuity."""
    expected = (a + b) * (a + c) / whole
    spread = (a + b) * (c + d) * (a + c) * (b + d) / (whole**2 * np.maximum(whole - 1, 1))
    return float(max(abs((a - expected).sum()) - 0.5, 0.0) ** 2 / max(spread.sum(), 1e-300))


def _log_variance(a: Vector, b: Vector, c: Vector, d: Vector, whole: Vector) -> float:
    r, s, p, q = a * d / whole, b * c / whole, (a + d) / whole, (b + c) / whole
    up, down = r.sum(), s.sum()
    found = (p * r).sum() / (2 * up**2) + (p * s + q * r).sum() / (2 * up * down) + (q * s).sum() / (2 * down**2)
    return float(found)


def grade_of(delta: float, error: float, probability: float) -> str:
    """ETS class: A negligible, B moderate, C large."""
    size = abs(delta)
    if size < 1.0 or probability >= 0.05:
        return "A"
    beyond_one = normal_upper((size - 1.0) / error) < 0.05
    return "C" if size >= 1.5 and beyond_one else "B"
