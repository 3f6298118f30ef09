"""Arithmetic before any solving: can the approved items meet the blueprint at all, and where do they fall short?

For the assembler, who gets area, type, needed and available (E3) instead of a solver's shrug. What passes here may
still be impossible in combination; what fails here is impossible for certain.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import comb

from itembank.assembly.blueprint import ANY_AREA, Blueprint, Cell
from itembank.items.kinds import ITEM_TYPES


@dataclass(frozen=True)
class PoolItem:
    """An approved item as assembly sees it; `path` runs from level 1 to its point, rivals share a `group`."""

    code: str
    version: int
    version_id: str
    digest: str
    type: str
    point: str
    path: tuple[str, ...]
    importance: str | None
    difficulty: int | None
    group: str


@dataclass(frozen=True)
class Shortage:
    """What is missing: `kind` is cell, importance, overlap, forms or combination."""

    area: str
    type: str
    needed: int
    available: int
    kind: str
    reason_zh: str
    reason_en: str


def in_cell(item: PoolItem, cell: Cell) -> bool:
    """Whether the item counts for the cell."""
    return item.type == cell.type and (cell.area == ANY_AREA or cell.area in item.path)


def usable(blueprint: Blueprint, pool: Sequence[PoolItem]) -> list[PoolItem]:
    """Items some cell asks for, with a known difficulty when the blueprint bounds it; in order of codes."""
    found = [item for item in pool if any(in_cell(item, cell) for cell in blueprint.cells)]
    if blueprint.difficulty is not None:
        found = [item for item in found if item.difficulty is not None]
    return sorted(found, key=lambda item: item.code)


def check_supply(blueprint: Blueprint, pool: Sequence[PoolItem], forms: int) -> list[Shortage]:
    """Every shortage that arithmetic alone can prove for so many forms."""
    items = usable(blueprint, pool)
    cells = [shortage for cell in blueprint.cells for shortage in _check_cell(blueprint, items, cell, forms)]
    if cells:
        return cells
    return [*_check_importance(blueprint, items, forms), *_check_overlap(blueprint, items, forms)]


def _check_cell(blueprint: Blueprint, items: Sequence[PoolItem], cell: Cell, forms: int) -> Iterator[Shortage]:
    mine = [item for item in items if in_cell(item, cell)]
    reach = 1 if blueprint.max_overlap else forms
    limit = blueprint.max_per_point
    per_point = Counter(item.point for item in mine)
    groups = Counter(point for point, _ in {(item.point, item.group) for item in mine})
    # One form takes at most the limit from a point and one of each group of rivals; disjoint forms share the rest.
    once = sum(min(count, limit or count) for count in groups.values())
    over_all = sum(min(count, (limit or count) * reach) for count in per_point.values())
    needed, available = (cell.count, once) if once < cell.count else (cell.count * reach, over_all)
    if available < needed:
        area, kind = cell.area or "*", ITEM_TYPES[cell.type]
        zh = f"{area} 的{kind.label_zh}需要 {needed} 题，可用 {available} 题（共 {reach} 套，每套 {cell.count} 题）"
        en = f"{area}, {kind.label_en}: {needed} needed for {reach} form(s) of {cell.count}, {available} available"
        yield Shortage(area, cell.type, needed, available, "cell", zh, en)


def _check_importance(blueprint: Blueprint, items: Sequence[PoolItem], forms: int) -> Iterator[Shortage]:
    counts = Counter(item.importance for item in items)
    reach = 1 if blueprint.max_overlap else forms
    for name, (low, _) in sorted(blueprint.importance.items()):
        needed, available = low * reach, counts[name]
        if available < needed:
            zh = f"重要程度 {name} 需要 {needed} 题，可用 {available} 题"
            en = f"Importance {name}: {needed} needed, {available} available"
            yield Shortage("*", name, needed, available, "importance", zh, en)


def fewest_shared(available: int, forms: int, count: int) -> int:
    """The least possible number of shared items, summed over all pairs of forms: usage spread as evenly as can be."""
    if available < 1:
        return comb(forms, 2) * count
    every, rest = divmod(forms * count, available)
    return (available - rest) * comb(every, 2) + rest * comb(every + 1, 2)


def _check_overlap(blueprint: Blueprint, items: Sequence[PoolItem], forms: int) -> Iterator[Shortage]:
    """The packing bound: with too few items some pair of forms must share more than allowed, whoever assembles."""
    if not blueprint.max_overlap or forms < 2:
        return
    allowed = comb(forms, 2) * blueprint.max_overlap
    sizes = [(sum(in_cell(item, cell) for item in items), cell.count) for cell in blueprint.cells]
    available = needed = len(items)
    while sum(fewest_shared(-(-size * needed // available), forms, count) for size, count in sizes) > allowed:
        needed += 1
    if needed == available:
        return
    zh = f"{forms} 套试卷两两重复不超过 {blueprint.max_overlap} 题，至少需要 {needed} 题，可用 {available} 题"
    en = f"{forms} forms sharing at most {blueprint.max_overlap} items need at least {needed}, there are {available}"
    yield Shortage("*", "*", needed, available, "overlap", zh, en)
