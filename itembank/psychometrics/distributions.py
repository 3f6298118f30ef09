"""Tail probabilities and quantiles of the distributions item statistics need: normal, chi-squared and F.

For the modules beside it. Source: regularised incomplete gamma and beta functions by series and continued fraction
(Abramowitz and Stegun 6.5.29, 6.5.31, 26.5.8; Lentz's method). Checked against published tables to six digits.
"""

import math
from collections.abc import Callable

_STEPS = 500
_SMALLEST = 1e-300
_ENOUGH = 1e-14


def normal_upper(value: float) -> float:
    """The share of a standard normal above the value."""
    return 0.5 * math.erfc(value / math.sqrt(2.0))


def chi2_upper(value: float, freedom: float) -> float:
    """The share of a chi-squared distribution above the value."""
    if value <= 0:
        return 1.0
    shape, point = freedom / 2, value / 2
    return 1.0 - _gamma_series(shape, point) if point < shape + 1 else _gamma_fraction(shape, point)


def _gamma_series(shape: float, point: float) -> float:
    term = total = 1.0 / shape
    for step in range(1, _STEPS * 10):
        term *= point / (shape + step)
        total += term
        if term < total * _ENOUGH:
            break
    return total * math.exp(shape * math.log(point) - point - math.lgamma(shape))


def _gamma_fraction(shape: float, point: float) -> float:
    start = point + 1 - shape
    ratio, lower = 1 / _SMALLEST, 1 / start
    total = lower
    for step in range(1, _STEPS * 10):
        factor = -step * (step - shape)
        start += 2
        lower = 1 / _safe(factor * lower + start)
        ratio = _safe(start + factor / ratio)
        change = lower * ratio
        total *= change
        if abs(change - 1) < _ENOUGH:
            break
    return total * math.exp(shape * math.log(point) - point - math.lgamma(shape))


def f_lower(value: float, first: float, second: float) -> float:
    """The share of an F distribution with these degrees of freedom below the value."""
    if value <= 0:
        return 0.0
    return _beta_lower(first * value / (first * value + second), first / 2, second / 2)


def f_quantile(share: float, first: float, second: float) -> float:
    """The value below which this share of the F distribution lies."""
    top = 2.0
    while f_lower(top, first, second) < share and top < 1e12:
        top *= 2
    return _solve(lambda value: f_lower(value, first, second), share, 0.0, top)


def _beta_lower(point: float, a: float, b: float) -> float:
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(point) + b * math.log1p(-point)
    )
    if point < (a + 1) / (a + b + 2):
        return front * _beta_fraction(point, a, b) / a
    return 1.0 - front * _beta_fraction(1 - point, b, a) / b


def _beta_fraction(point: float, a: float, b: float) -> float:
    ratio, lower = 1.0, 1 / _safe(1 - (a + b) * point / (a + 1))
    total = lower
    for step in range(1, _STEPS * 10):
        even = step * (b - step) * point / ((a + 2 * step - 1) * (a + 2 * step))
        odd = -(a + step) * (a + b + step) * point / ((a + 2 * step) * (a + 2 * step + 1))
        change = 1.0
        for factor in (even, odd):
            lower = 1 / _safe(1 + factor * lower)
            ratio = _safe(1 + factor / ratio)
            change = lower * ratio
            total *= change
        if abs(change - 1) < _ENOUGH:
            break
    return total


def _safe(value: float) -> float:
    return value if abs(value) > _SMALLEST else _SMALLEST


def _solve(rising: Callable[[float], float], wanted: float, low: float, high: float) -> float:
    for _ in range(200):
        middle = (low + high) / 2
        if rising(middle) < wanted:
            low = middle
        else:
            high = middle
    return (low + high) / 2
