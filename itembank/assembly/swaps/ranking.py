"""Which items could stand in the place of one, the most alike first.

For a person who reviews a form. Alike means: same cell of the blueprint and same type, then the same competency point,
importance and cognitive level, difficulty and measured curve close by, little used. Whether the form would still keep
every rule is not decided here: the checker recounts each proposal.
"""

from collections.abc import Collection, Iterator, Sequence

from itembank.assembly.blueprint import Blueprint
from itembank.assembly.supply import PoolItem, Unit, in_cell

MOST_TRIED = 60


def unit_with(units: Sequence[Unit], code: str) -> Unit | None:
    """What is chosen together with this item: itself, or its whole case group."""
    return next((unit for unit in units if any(item.code == code for item in unit.items)), None)


def candidates(
    blueprint: Blueprint, units: Sequence[Unit], out: Unit, taken: Collection[str], reserve: bool
) -> list[Unit]:
    """Units of the same make as `out` that are not in the form yet, the most alike first."""
    free = [unit for unit in units if _fits(blueprint, unit, out, taken) and (reserve or not unit.reserved)]
    return sorted(free, key=lambda unit: (distance(unit, out), unit.code))[:MOST_TRIED]


def _fits(blueprint: Blueprint, unit: Unit, out: Unit, taken: Collection[str]) -> bool:
    if len(unit.items) != len(out.items) or any(item.code in taken for item in unit.items):
        return False
    pairs = zip(unit.items, out.items, strict=True)
    return all(one.type == other.type and _cells(blueprint, one) == _cells(blueprint, other) for one, other in pairs)


def _cells(blueprint: Blueprint, item: PoolItem) -> list[str]:
    return [cell.name for cell in blueprint.cells if in_cell(item, cell)]


def distance(unit: Unit, out: Unit) -> int:
    """How unlike two units are, in thousandths."""
    pairs = zip(unit.items, out.items, strict=True)
    return round(sum(sum(_differences(one, other)) for one, other in pairs) * 1000 / len(out.items))


def _differences(one: PoolItem, other: PoolItem) -> Iterator[float]:
    yield 1.0 * (one.point != other.point)
    yield 1.0 * (one.importance != other.importance)
    yield 0.5 * (one.cognition != other.cognition)
    yield 0.25 * one.uses
    if one.difficulty is not None and other.difficulty is not None:
        yield abs(one.difficulty - other.difficulty) / 100
    if one.curve is not None and other.curve is not None:
        yield abs(one.curve.a - other.curve.a) + abs(one.curve.b - other.curve.b)
