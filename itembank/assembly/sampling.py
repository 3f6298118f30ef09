"""Which units a form's small program looks at, and what each costs: drawn from the seed, spread over the points.

For `forms.py` and `relaxation.py`. Source: measured facts on test assembly.
"""

from collections import Counter
from collections.abc import Sequence

from examserver.kernel.seeds import Draw
from itembank.assembly.blueprint import Blueprint
from itembank.assembly.supply import Unit, in_cell

SAMPLE_FACTOR = 4
SMALLEST_SAMPLE = 40


def spread(units: Sequence[Unit], used: Counter[str], draw: Draw) -> list[Unit]:
    """Units in drawn order, one per importance and point in turn, the least used first."""
    turns: Counter[tuple[str | None, str]] = Counter()
    ranked: list[tuple[int, int, int, Unit]] = []
    for unit in sorted(draw.shuffled(units), key=lambda each: used[each.code]):
        place = (unit.items[0].importance, unit.items[0].point)
        ranked.append((used[unit.code], turns[place], len(ranked), unit))
        turns[place] += 1
    return [unit for *_, unit in sorted(ranked, key=lambda entry: entry[:3])]


def sample_of(blueprint: Blueprint, ranked: Sequence[Unit], factor: int) -> list[Unit]:
    """The first units of the ranking for every cell, so many times its count, and case groups; in order of codes."""
    taken: dict[str, Unit] = {}
    for cell in blueprint.cells:
        members = [unit for unit in ranked if any(in_cell(item, cell) for item in unit.items)]
        for unit in members[: max(cell.count * factor, SMALLEST_SAMPLE)]:
            taken[unit.code] = unit
    if blueprint.cases is not None:
        for unit in [unit for unit in ranked if unit.is_case][: blueprint.cases[1] * factor]:
            taken[unit.code] = unit
    return [taken[code] for code in sorted(taken)]


def costs_of(units: Sequence[Unit], used: Counter[str], draw: Draw) -> dict[str, float]:
    """A random cost per item, dearer when used before or when its point has few items left for the next forms.

    What is kept in reserve is taken first where it may be taken at all.
    """
    left = Counter(item.point for unit in units for item in unit.items if not used[item.code])
    costs = {}
    for unit in sorted(units, key=lambda each: each.code):
        price = sum(used[item.code] + item.uses / 4 + 1 / (1 + left[item.point]) for item in unit.items)
        costs[unit.code] = len(unit.items) * draw.fraction() / 10**9 + price - unit.reserved
    return costs
