"""Estimates item parameters of the two- and three-parameter logistic models by marginal maximum likelihood.

For item statistics and information targets. P(right | θ) = c + (1 − c) / (1 + exp(−a(θ − b))), θ standard normal, no
1.7. Items a person never met are missing by design and count neither way (forms given at random are on one scale).
Source: Bock and Aitkin (1981), EM over fixed nodes; Ramsay (1975) acceleration of the steps; Louis (1982) for the
observed information behind the standard errors. Inside, the model is written with d = −ab and g = logit c.

2PL has no prior. 3PL needs one on c: g ~ N(logit 0.2, 0.6²) and ln a ~ N(0, 0.5²), said in the result.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from itembank.psychometrics.responses import Scores

Matrix = NDArray[np.float64]
NODES = 61
REACH = 6.0
MOST_ROUNDS = 2000
TOLERANCE = 1e-5
GUESS_CENTRE = float(np.log(0.2 / 0.8))
GUESS_SPREAD = 0.6
SLOPE_SPREAD = 0.5
STEEPEST = 8.0
_TINY = 1e-10


@dataclass(frozen=True)
class Estimate:
    """Parameters of one item with standard errors; c and its error are 0 under 2PL, None is what is not defined."""

    a: float
    b: float | None
    c: float
    se_a: float | None
    se_b: float | None
    se_c: float | None


@dataclass(frozen=True)
class Calibration:
    """What an estimation found; `log_likelihood` is of the responses alone, without any prior."""

    model: str
    items: tuple[Estimate, ...]
    log_likelihood: float
    rounds: int
    converged: bool
    nodes: Matrix
    weights: Matrix
    curves: Matrix


@dataclass(frozen=True)
class _Data:
    """Distinct response patterns with how often each occurs; `met` is 1 where a person had the item, else 0."""

    patterns: Matrix
    met: Matrix
    counts: Matrix
    nodes: Matrix
    weights: Matrix
    guessing: bool


@dataclass(frozen=True)
class _Expected:
    """What the E-step gives: posterior of θ per pattern, persons and rights per item and node, log-likelihood."""

    posterior: Matrix
    persons: Matrix
    rights: Matrix
    log_likelihood: float


def curves_of(parameters: Matrix, nodes: Matrix) -> Matrix:
    """Probability of a right answer, items × nodes; columns of `parameters` are a, d and (3PL) g."""
    plain = _logistic(parameters[:, :1] * nodes[None, :] + parameters[:, 1:2])
    if parameters.shape[1] == 2:
        return plain
    guess = _logistic(parameters[:, 2:3])
    return guess + (1 - guess) * plain


def _logistic(value: Matrix) -> Matrix:
    found: Matrix = 1 / (1 + np.exp(-np.clip(value, -35, 35)))
    return found


def _expect(data: _Data, parameters: Matrix) -> _Expected:
    curves = np.clip(curves_of(parameters, data.nodes), _TINY, 1 - _TINY)
    wrong = np.log1p(-curves)
    log_joint = data.patterns @ (np.log(curves) - wrong) + data.met @ wrong + np.log(data.weights)[None, :]
    peak = log_joint.max(axis=1, keepdims=True)
    joint = np.exp(log_joint - peak)
    mass = joint.sum(axis=1, keepdims=True)
    posterior = joint / mass
    weighted = posterior * data.counts[:, None]
    likelihood = float(((np.log(mass) + peak)[:, 0] * data.counts).sum())
    return _Expected(posterior, data.met.T @ weighted, data.patterns.T @ weighted, likelihood)


def _slopes(parameters: Matrix, nodes: Matrix) -> tuple[Matrix, Matrix]:
    """(curves, derivatives of the curves by a, d, g): items × nodes, items × nodes × parameters."""
    plain = _logistic(parameters[:, :1] * nodes[None, :] + parameters[:, 1:2])
    bend = plain * (1 - plain)
    if parameters.shape[1] == 2:
        return plain, np.stack([bend * nodes[None, :], bend], axis=2)
    guess = _logistic(parameters[:, 2:3])
    by_guess = guess * (1 - guess) * (1 - plain)
    steep = (1 - guess) * bend
    return guess + (1 - guess) * plain, np.stack([steep * nodes[None, :], steep, by_guess], axis=2)


def _prior(parameters: Matrix) -> tuple[Matrix, Matrix]:
    """(gradient, information) of the log prior, items × parameters; nothing under 2PL."""
    gradient, information = np.zeros_like(parameters), np.zeros_like(parameters)
    if parameters.shape[1] == 3:
        steep = np.maximum(parameters[:, 0], 0.05)
        gradient[:, 0] = -np.log(steep) / (SLOPE_SPREAD**2 * steep)
        information[:, 0] = 1 / (SLOPE_SPREAD * steep) ** 2
        gradient[:, 2] = (GUESS_CENTRE - parameters[:, 2]) / GUESS_SPREAD**2
        information[:, 2] = 1 / GUESS_SPREAD**2
    return gradient, information


def _complete(parameters: Matrix, expected: _Expected, nodes: Matrix) -> tuple[Matrix, Matrix]:
    """(gradient, information) of the complete data and the prior: items × p, items × p × p."""
    curves, slopes = _slopes(parameters, nodes)
    spread = np.maximum(curves * (1 - curves), _TINY)
    gap = (expected.rights - expected.persons * curves) / spread
    weight = expected.persons / spread
    gradient = np.einsum("jq,jqp->jp", gap, slopes)
    information = np.einsum("jq,jqp,jqr->jpr", weight, slopes, slopes)
    by_prior, prior_information = _prior(parameters)
    return gradient + by_prior, information + prior_information[:, :, None] * np.eye(parameters.shape[1])[None]


def _maximise(parameters: Matrix, expected: _Expected, nodes: Matrix) -> Matrix:
    """The M-step: a few Fisher-scoring steps per item, none longer than one unit."""
    for _ in range(4):
        gradient, information = _complete(parameters, expected, nodes)
        ridge = 1e-8 * np.eye(parameters.shape[1])[None]
        step = np.clip(np.linalg.solve(information + ridge, gradient[:, :, None])[:, :, 0], -1.0, 1.0)
        parameters = _within(parameters + step)
        if np.abs(step).max() < TOLERANCE / 10:
            break
    return parameters


def _within(parameters: Matrix) -> Matrix:
    bounded = parameters.copy()
    bounded[:, 0] = np.clip(bounded[:, 0], -STEEPEST if parameters.shape[1] == 2 else 0.05, STEEPEST)
    bounded[:, 1] = np.clip(bounded[:, 1], -20, 20)
    if parameters.shape[1] == 3:
        bounded[:, 2] = np.clip(bounded[:, 2], -6, 1)
    return bounded


def _start(data: _Data) -> Matrix:
    shares = np.clip((data.counts @ data.patterns) / (data.counts @ data.met), 0.01, 0.99)
    start = [np.ones_like(shares), np.log(shares / (1 - shares))]
    if data.guessing:
        start.append(np.full_like(shares, GUESS_CENTRE))
    return np.stack(start, axis=1)


def _objective(likelihood: float, parameters: Matrix) -> float:
    """Log-likelihood with the log prior: what the steps must never lower."""
    if parameters.shape[1] == 2:
        return likelihood
    slopes = np.log(np.maximum(parameters[:, 0], 0.05)) / SLOPE_SPREAD
    guesses = (parameters[:, 2] - GUESS_CENTRE) / GUESS_SPREAD
    return likelihood - float((slopes**2 + guesses**2).sum()) / 2


def _run(data: _Data) -> tuple[Matrix, _Expected, int, bool]:
    """EM with Ramsay's acceleration, undone whenever it does not help."""
    parameters = _start(data)
    expected = _expect(data, parameters)
    before: Matrix | None = None
    for rounds in range(1, MOST_ROUNDS + 1):
        plain = _maximise(parameters, expected, data.nodes)
        step = plain - parameters
        if np.abs(step).max() < TOLERANCE:
            return plain, _expect(data, plain), rounds, True
        reached = _objective(expected.log_likelihood, parameters)
        parameters, expected = _accelerated(data, parameters, plain, step, before, reached)
        before = step
    return parameters, expected, MOST_ROUNDS, False


def _accelerated(
    data: _Data, parameters: Matrix, plain: Matrix, step: Matrix, before: Matrix | None, reached: float
) -> tuple[Matrix, _Expected]:
    if before is not None:
        bend = float(np.linalg.norm(step - before))
        stretch = 1 / (1 - min(float(np.linalg.norm(step)) / max(bend, 1e-12), 0.9)) if bend > 0 else 1.0
        if stretch > 1.05:
            bold = _within(parameters + min(stretch, 8.0) * step)
            expected = _expect(data, bold)
            if _objective(expected.log_likelihood, bold) >= reached:
                return bold, expected
    return plain, _expect(data, plain)


def _observed_information(data: _Data, parameters: Matrix, expected: _Expected) -> Matrix:
    """Louis: complete information − E[ss'] + E[s]E[s]' over all persons, for all parameters of all items at once."""
    curves, slopes = _slopes(parameters, data.nodes)
    items, width = parameters.shape
    weight = slopes / np.maximum(curves * (1 - curves), _TINY)[:, :, None]
    _, blocks = _complete(parameters, expected, data.nodes)
    missing = np.zeros((items, width, items, width))
    persons = np.zeros((len(data.patterns), items, width))
    for q in range(len(data.nodes)):
        share = data.counts * expected.posterior[:, q]
        gap = data.patterns - data.met * curves[:, q][None, :]
        product = gap.T @ (gap * share[:, None])
        missing += weight[:, q][:, :, None, None] * product[:, None, :, None] * weight[:, q][None, None, :, :]
    for p in range(width):
        # E[s] per person: Σ_q posterior · (x − P) · weight, as two products of matrices.
        first = expected.posterior @ weight[:, :, p].T
        second = expected.posterior @ (weight[:, :, p] * curves).T
        persons[:, :, p] = data.patterns * first - data.met * second
    flat = persons.reshape(len(persons), items * width)
    information = (flat * data.counts[:, None]).T @ flat - missing.reshape(items * width, items * width)
    for j in range(items):
        information[j * width : (j + 1) * width, j * width : (j + 1) * width] += blocks[j]
    return information


def _errors(information: Matrix, parameters: Matrix) -> Matrix:
    """Standard errors of a, b, c by the delta method; NaN where the information is not positive."""
    items, width = parameters.shape
    try:
        covariance = np.linalg.inv(information)
    except np.linalg.LinAlgError:
        return np.full((items, 3), np.nan)
    found = np.full((items, 3), np.nan)
    for j in range(items):
        block = covariance[j * width : (j + 1) * width, j * width : (j + 1) * width]
        a, d = parameters[j, :2]
        by_b = np.array([d / a**2, -1 / a]) if abs(a) > 1e-6 else np.array([np.nan, np.nan])
        variances = [block[0, 0], float(by_b @ block[:2, :2] @ by_b), 0.0]
        if width == 3:
            guess = float(_logistic(parameters[j, 2:3])[0])
            variances[2] = (guess * (1 - guess)) ** 2 * block[2, 2]
        found[j] = [np.sqrt(value) if value >= 0 else np.nan for value in variances]
    return found


def calibrate(scores: Scores, model: str = "2pl", met: NDArray[np.bool_] | None = None) -> Calibration:
    """Item parameters from a 0/1 matrix in which every item varies; `model` is `2pl` or `3pl`.

    `met` says which items each person had; all of them when left out.
    """
    nodes = np.linspace(-REACH, REACH, NODES)
    weights = np.exp(-(nodes**2) / 2)
    had = np.ones(scores.shape, dtype=bool) if met is None else met
    both = np.concatenate([(scores > 0.5) & had, had], axis=1)
    packed, counts = np.unique(np.packbits(both, axis=1), axis=0, return_counts=True)
    unpacked = np.unpackbits(packed, axis=1, count=both.shape[1]).astype(np.float64)
    patterns, presence = unpacked[:, : scores.shape[1]], unpacked[:, scores.shape[1] :]
    data = _Data(patterns, presence, counts.astype(np.float64), nodes, weights / weights.sum(), model == "3pl")
    parameters, expected, rounds, converged = _run(data)
    errors = _errors(_observed_information(data, parameters, expected), parameters)
    return Calibration(
        model=model,
        items=tuple(_estimate(row, error) for row, error in zip(parameters, errors, strict=True)),
        log_likelihood=expected.log_likelihood,
        rounds=rounds,
        converged=converged,
        nodes=nodes,
        weights=data.weights,
        curves=curves_of(parameters, nodes),
    )


def _estimate(row: Matrix, error: Matrix) -> Estimate:
    a, d = float(row[0]), float(row[1])
    guess = float(_logistic(row[2:3])[0]) if len(row) == 3 else 0.0
    known = [None if np.isnan(value) else float(value) for value in error]
    return Estimate(a, -d / a if abs(a) > 1e-6 else None, guess, known[0], known[1], known[2])
