"""What a blueprint demands of one form, as sums over what is chosen: low ≤ Σ weight ≤ high.

For the solver and for saying why there is no solution. The checker does not read this file: it recounts.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from itembank.assembly.blueprint import OFF, Blueprint
from itembank.assembly.curves import Basis, Weighted, expected_score, information, passing_theta, solved
from itembank.assembly.supply import PoolItem, Unit, in_cell

UNBOUNDED = float("inf")
COMPARED_SHARE = 200
"""A form may be off the cut score by a two-hundredth of the total, so that two forms differ by a hundredth at most."""


@dataclass(frozen=True)
class Demand:
    """One demand on a form: `weights` by place of the unit; `worth` is how much of it weighs as much as one item.

    A demand with a `target` is to be met as exactly as can be, its deviation counted in parts of `scale`. `limits` are
    rules about particular items (one point, rivals, enemies); a firm one is never given up.
    """

    name: str
    low: float
    high: float
    weights: tuple[tuple[int, float], ...]
    worth: float = 1.0
    target: float | None = None
    scale: float = 1.0
    firm: bool = False

    @property
    def kind(self) -> str:
        """The word before the first colon."""
        return self.name.partition(":")[0]


def basis_of(blueprint: Blueprint, units: Sequence[Unit]) -> Basis | None:
    """Where forms are compared by measurement; None when they are not, or no ability reaches the cut score."""
    items = [item for unit in units for item in unit.items]
    if blueprint.comparable == OFF or not items or any(item.curve is None for item in items):
        return None
    theta = blueprint.cut_theta if blueprint.cut_theta is not None else _mean_theta(blueprint, items)
    if theta is None:
        return None
    total = float(blueprint.total_points)
    return Basis(theta, float(blueprint.cut_score), total / COMPARED_SHARE)


def mean_form(blueprint: Blueprint, items: Sequence[PoolItem]) -> list[Weighted]:
    """A form as it would be on average: every measured item of a cell counts for its share of the cell's count."""
    found = []
    for cell in blueprint.cells:
        mine = [item.curve for item in items if in_cell(item, cell) and item.curve is not None]
        points = float(blueprint.points_of[cell.type])
        found += [Weighted(curve, points, cell.count / len(mine)) for curve in mine]
    return found


def _mean_theta(blueprint: Blueprint, items: Sequence[PoolItem]) -> int | None:
    return passing_theta(mean_form(blueprint, items), float(blueprint.cut_score))


def seconds_of(blueprint: Blueprint, item: PoolItem) -> float:
    """How long the item is expected to take."""
    reading = item.words * 60 / blueprint.reading_per_minute if blueprint.reading_per_minute else 0.0
    return blueprint.seconds_of.get(item.type, 0) + reading


def demands_of(blueprint: Blueprint, units: Sequence[Unit], basis: Basis | None) -> list[Demand]:
    """Every demand that somebody may have asked for, in the order of the blueprint."""
    return [*_counts(blueprint, units), *_amounts(blueprint, units), *_measured(blueprint, units, basis)]


def _sum(units: Sequence[Unit], value: Callable[[PoolItem], float]) -> tuple[tuple[int, float], ...]:
    sums = ((place, sum(value(item) for item in unit.items)) for place, unit in enumerate(units))
    return tuple((place, amount) for place, amount in sums if amount)


def _has(item: PoolItem, attribute: str, value: str) -> bool:
    return bool(getattr(item, attribute) == value)


def _told_at(item: PoolItem, theta: int) -> float:
    return information(item.curve, theta) if item.curve else 0.0


def _counts(blueprint: Blueprint, units: Sequence[Unit]) -> Iterator[Demand]:
    for cell in blueprint.cells:
        yield Demand(cell.name, cell.count, cell.count, _sum(units, partial(in_cell, cell=cell)))
    for kind, bounds in (("importance", blueprint.importance), ("cognition", blueprint.cognition)):
        for name, (low, high) in sorted(bounds.items()):
            yield Demand(f"{kind}:{name}", low, high, _sum(units, partial(_has, attribute=kind, value=name)))
    if blueprint.cases is not None:
        weights = tuple((place, 1.0) for place, unit in enumerate(units) if unit.is_case)
        yield Demand("cases", *blueprint.cases, weights, worth=0.5)
    public = _sum(units, lambda item: item.standing == "public")
    if public:
        yield Demand("public", 0, blueprint.most_public, public)


def _amounts(blueprint: Blueprint, units: Sequence[Unit]) -> Iterator[Demand]:
    count = blueprint.count
    if blueprint.difficulty is not None:
        low, high = (bound * count for bound in blueprint.difficulty)
        yield Demand("difficulty", low, high, _sum(units, lambda item: item.difficulty or 0), worth=5.0 * count)
    if blueprint.words is not None:
        yield Demand(
            "words",
            *blueprint.words,
            _read(units, lambda item: item.words, 1.0),
            worth=max(blueprint.words[1] / 100, 1.0),
        )
    if blueprint.working_s is not None:
        pace = 60 / blueprint.reading_per_minute if blueprint.reading_per_minute else 0.0
        weights = _read(units, partial(seconds_of, blueprint), pace)
        yield Demand("working_s", *blueprint.working_s, weights, worth=max(blueprint.working_s[1] / 100, 1.0))


def _read(units: Sequence[Unit], value: Callable[[PoolItem], float], pace: float) -> tuple[tuple[int, float], ...]:
    """A sum over items to which what a case group shares is added once."""
    return tuple(
        (place, sum(value(item) for item in unit.items) + unit.items[0].stimulus_words * pace)
        for place, unit in enumerate(units)
    )


def _measured(blueprint: Blueprint, units: Sequence[Unit], basis: Basis | None) -> Iterator[Demand]:
    for aim in blueprint.information:
        target, room, theta = aim.information / 1000, aim.tolerance / 1000, aim.theta
        weights = _sum(units, partial(_told_at, theta=theta))
        low, high = target - room, target + room
        yield Demand(aim.name, low, high, weights, worth=target / 100, target=target, scale=target)
    if basis is not None:
        points = {kind: float(each) for kind, each in blueprint.points_of.items()}
        weights = _sum(units, lambda item: _expected(item, points, basis.theta))
        low, high, total = basis.score - basis.tolerance, basis.score + basis.tolerance, float(blueprint.total_points)
        yield Demand("expected_score", low, high, weights, worth=total / 100, target=basis.score, scale=total)


def _expected(item: PoolItem, points: dict[str, float], theta: int) -> float:
    return points[item.type] * solved(item.curve, theta) if item.curve and item.type in points else 0.0


def limits_of(blueprint: Blueprint, units: Sequence[Unit]) -> list[Demand]:
    """The rules about particular items: most of one point, one of each group of rivals, no two enemies."""
    points: dict[str, dict[int, float]] = {}
    groups: dict[str, list[int]] = {}
    for place, unit in enumerate(units):
        for item in unit.items:
            mine = points.setdefault(item.point, {})
            mine[place] = mine.get(place, 0.0) + 1.0
            groups.setdefault(item.group, []).append(place)
    limit, found = blueprint.max_per_point, []
    for point, weights in points.items() if limit is not None else ():
        if sum(weights.values()) > (limit or 0):
            found.append(Demand(f"per_point:{point}", 0, limit or 0, tuple(weights.items())))
    for group, places in groups.items():
        if len(places) > 1:
            weights_of_group = tuple((place, 1.0) for place in places)
            found.append(Demand(f"rivals:{group}", 0, 1, weights_of_group, firm=True))
    return [*found, *_enemies(units)]


def _enemies(units: Sequence[Unit]) -> Iterator[Demand]:
    place_of = {item.code: place for place, unit in enumerate(units) for item in unit.items}
    pairs = {
        tuple(sorted((place, place_of[enemy])))
        for place, unit in enumerate(units)
        for item in unit.items
        for enemy in item.enemies
        if place_of.get(enemy, place) != place
    }
    for one, other in sorted(pairs):
        name = f"enemies:{units[one].code}:{units[other].code}"
        yield Demand(name, 0, 1, ((one, 1.0), (other, 1.0)), firm=True)


def expected_of(blueprint: Blueprint, items: Sequence[PoolItem], theta: int) -> float:
    """The expected score of these items at an ability."""
    points = blueprint.points_of
    return expected_score([Weighted(item.curve, float(points[item.type])) for item in items if item.curve], theta)
