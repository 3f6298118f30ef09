"""Says whether the estimated curve of an item fits what candidates with each total score did.

For whoever uses parameters for targets. Source: Orlando and Thissen (2000), S-X², with the score distribution by Lord
and Wingersky (1984). It needs no estimate of any person. In large groups every model is rejected, so the root mean
square error of approximation is given beside the probability.
"""

from dataclasses import dataclass

import numpy as np

from itembank.psychometrics.distributions import chi2_upper
from itembank.psychometrics.irt import Calibration, Matrix
from itembank.psychometrics.responses import Scores

FEWEST_EXPECTED = 1.0


@dataclass(frozen=True)
class Fit:
    """S-X² of one item with its degrees of freedom; probability and rmsea are None when no freedom is left."""

    statistic: float
    freedom: int
    probability: float | None
    rmsea: float | None


def score_distribution(curves: Matrix) -> Matrix:
    """Probability of each total score at each node: (items + 1) × nodes."""
    found = np.zeros((curves.shape[0] + 1, curves.shape[1]))
    found[0] = 1.0
    for at, curve in enumerate(curves):
        raised = found[: at + 1] * curve
        found[: at + 1] *= 1 - curve
        found[1 : at + 2] += raised
    return found


def expected_shares(calibration: Calibration) -> Matrix:
    """Expected share of right answers, items × total scores 0 … items."""
    curves, weights = calibration.curves, calibration.weights
    whole = score_distribution(curves) @ weights
    found = np.zeros((len(curves), len(whole)))
    for at, curve in enumerate(curves):
        rest = score_distribution(np.delete(curves, at, axis=0))
        found[at, 1:] = (rest * curve) @ weights / np.maximum(whole[1:], 1e-300)
    return np.clip(found, 1e-12, 1 - 1e-12)


def check_fit(scores: Scores, calibration: Calibration) -> tuple[Fit, ...]:
    """S-X² of every item, in order."""
    totals = scores.sum(axis=1).astype(np.intp)
    persons = np.bincount(totals, minlength=scores.shape[1] + 1).astype(np.float64)
    expected = expected_shares(calibration)
    width = 3 if calibration.model == "3pl" else 2
    rights = np.zeros((len(persons), scores.shape[1]))
    np.add.at(rights, totals, scores)
    return tuple(_fit(persons, rights[:, at], expected[at], width) for at in range(scores.shape[1]))


def _fit(persons: Matrix, rights: Matrix, shares: Matrix, parameters: int) -> Fit:
    cells = _merged(persons[1:-1], rights[1:-1], shares[1:-1])
    statistic = sum((right - wanted) ** 2 / (wanted * (1 - wanted / count)) for count, right, wanted in cells)
    freedom = len(cells) - parameters
    if freedom < 1:
        return Fit(float(statistic), max(freedom, 0), None, None)
    error = np.sqrt(max(statistic - freedom, 0.0) / (freedom * persons.sum()))
    return Fit(float(statistic), freedom, chi2_upper(float(statistic), freedom), float(error))


def _merged(persons: Matrix, rights: Matrix, shares: Matrix) -> list[tuple[float, float, float]]:
    """(persons, right, expected right) of neighbouring scores, joined until enough of both answers are expected."""
    cells: list[tuple[float, float, float]] = []
    count = right = wanted = 0.0
    for n, observed, share in zip(persons, rights, shares, strict=True):
        count, right, wanted = count + n, right + observed, wanted + n * share
        if min(wanted, count - wanted) >= FEWEST_EXPECTED:
            cells.append((count, right, wanted))
            count = right = wanted = 0.0
    if count and cells:
        last = cells.pop()
        cells.append((last[0] + count, last[1] + right, last[2] + wanted))
    return cells
