"""Which items there are to choose from, and the arithmetic that needs no solver: where do they fall short?

For the assembler, who gets area, type, needed and available (E3) instead of a solver's shrug. What passes here may
still be impossible in combination; what fails here is impossible for certain. A case group is one unit: it is chosen
whole or not at all.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import comb

from itembank.assembly.blueprint import ANY_AREA, REQUIRED, Blueprint, Cell
from itembank.assembly.curves import Curve
from itembank.items.kinds import ITEM_TYPES

NORMAL, PUBLIC, RESERVED = "normal", "public", "reserved"


@dataclass(frozen=True)
class PoolItem:
    """An item as assembly sees it; `path` runs from level 1 to its point, rivals share a `group`.

    `enemies` are codes that never meet it; `case` with `place` and `size` names its case group and `stimulus` the
    digest of what the group shares; `uses` counts the papers it was in within the blueprint's window. `worth` is what
    a rubric adds up to: such an item fits no section of other points.
    """

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
    cognition: str | None = None
    words: int = 0
    enemies: tuple[str, ...] = ()
    case: str = ""
    place: int = 0
    size: int = 0
    stimulus: str = ""
    stimulus_words: int = 0
    standing: str = NORMAL
    uses: int = 0
    a: float | None = None
    b: float | None = None
    c: float = 0.0
    worth: str = ""

    @property
    def curve(self) -> Curve | None:
        """The measured parameters, where there are any."""
        return None if self.a is None or self.b is None else Curve(self.a, self.b, self.c)


@dataclass(frozen=True)
class Unit:
    """What is chosen whole: one item, or the members of a case group in their order."""

    items: tuple[PoolItem, ...]

    @property
    def code(self) -> str:
        """The name it is sorted by."""
        return self.items[0].code

    @property
    def is_case(self) -> bool:
        """Whether it is a case group."""
        return bool(self.items[0].case)

    @property
    def reserved(self) -> bool:
        """Whether it is kept for reserve forms."""
        return any(item.standing == RESERVED for item in self.items)

    @property
    def public(self) -> int:
        """How many of its items are released."""
        return sum(item.standing == PUBLIC for item in self.items)


@dataclass(frozen=True)
class Shortage:
    """What is missing: `kind` is cell, importance, overlap, forms, conflict or combination; `demand` names the rule."""

    area: str
    type: str
    needed: int
    available: int
    kind: str
    reason_zh: str
    reason_en: str
    demand: str = ""


def in_cell(item: PoolItem, cell: Cell) -> bool:
    """Whether the item counts for the cell."""
    level = not cell.cognition or item.cognition == cell.cognition
    return level and item.type == cell.type and (cell.area == ANY_AREA or cell.area in item.path)


def needs_curves(blueprint: Blueprint) -> bool:
    """Whether only measured items will do."""
    return bool(blueprint.information) or blueprint.comparable == REQUIRED


def is_usable(blueprint: Blueprint, item: PoolItem) -> bool:
    """Whether a form may hold the item: asked for, known as far as the blueprint needs, and not used too often."""
    wanted = any(in_cell(item, cell) for cell in blueprint.cells)
    known = blueprint.difficulty is None or item.difficulty is not None
    measured = not needs_curves(blueprint) or item.curve is not None
    fresh = blueprint.max_uses is None or item.uses < blueprint.max_uses
    priced = not item.worth or Decimal(item.worth) == blueprint.points_of.get(item.type)
    return wanted and known and measured and fresh and priced


def usable(blueprint: Blueprint, pool: Sequence[PoolItem]) -> list[PoolItem]:
    """Items some cell asks for and no rule keeps out, in order of codes; incomplete case groups fall out whole."""
    return [item for unit in units_of(blueprint, pool) for item in unit.items]


def units_of(blueprint: Blueprint, pool: Sequence[PoolItem]) -> list[Unit]:
    """What can be chosen, in order of codes: single items, and case groups complete, of one stimulus and at peace."""
    found, groups = [], dict[str, list[PoolItem]]()
    for item in pool:
        if not is_usable(blueprint, item):
            continue
        if item.case:
            groups.setdefault(item.case, []).append(item)
        else:
            found.append(Unit((item,)))
    whole = [Unit(tuple(sorted(items, key=lambda each: each.place))) for items in groups.values()]
    return sorted([*found, *(unit for unit in whole if _is_whole(unit.items))], key=lambda unit: unit.code)


def _is_whole(items: Sequence[PoolItem]) -> bool:
    size, codes = items[0].size, {item.code for item in items}
    peaceful = not any(codes & set(item.enemies) for item in items)
    same = len({(item.stimulus, item.size) for item in items}) == 1
    alone = len({item.group for item in items}) == len(items)
    return [item.place for item in items] == list(range(1, size + 1)) and same and peaceful and alone


def check_supply(blueprint: Blueprint, pool: Sequence[PoolItem], forms: int, reserve_forms: int = 0) -> list[Shortage]:
    """Every shortage that arithmetic alone can prove for so many forms, some of them in reserve."""
    units = units_of(blueprint, pool)
    every = [item for unit in units for item in unit.items]
    free = [item for unit in units if not unit.reserved for item in unit.items]
    found: dict[str, Shortage] = {}
    for items, number in ((free, forms), (every, forms + reserve_forms)):
        cells = [one for cell in blueprint.cells for one in _check_cell(blueprint, items, cell, number, pool)]
        rest = [] if cells else [*_check_counts(blueprint, items, number), *_check_overlap(blueprint, items, number)]
        for shortage in (*cells, *rest):
            found.setdefault(shortage.demand, shortage)
    return list(found.values())


def _check_cell(
    blueprint: Blueprint, items: Sequence[PoolItem], cell: Cell, forms: int, pool: Sequence[PoolItem]
) -> Iterator[Shortage]:
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
        zh_hint, en_hint = _left_out(blueprint, cell, pool, len(mine))
        zh = f"{area} 的{kind.label_zh}需要 {needed} 题，可用 {available} 题（共 {reach} 套，每套 {cell.count} 题）"
        en = f"{area}, {kind.label_en}: {needed} needed for {reach} form(s) of {cell.count}, {available} available"
        yield Shortage(area, cell.type, needed, available, "cell", zh + zh_hint, en + en_hint, cell.name)


def _left_out(blueprint: Blueprint, cell: Cell, pool: Sequence[PoolItem], kept: int) -> tuple[str, str]:
    """How many items of the cell a rule keeps out, in words; empty when none."""
    mine = [item for item in pool if in_cell(item, cell)]
    if len(mine) == kept:
        return "", ""
    tired = sum(blueprint.max_uses is not None and item.uses >= blueprint.max_uses for item in mine)
    blind = sum(needs_curves(blueprint) and item.curve is None for item in mine)
    other = len(mine) - kept - tired - blind
    zh = [f"{tired} 题已达使用次数上限"] * (tired > 0) + [f"{blind} 题尚无统计参数"] * (blind > 0)
    en = [f"{tired} used too often"] * (tired > 0) + [f"{blind} not measured"] * (blind > 0)
    zh += [f"{other} 题为备用卷专用、缺少难度、分值不符或所属题组不完整"] * (other > 0)
    en += [f"{other} reserved, of unknown difficulty, of other points or in incomplete case groups"] * (other > 0)
    return f"；另有 {'，'.join(zh)}", f"; besides, {', '.join(en)}"


def _check_counts(blueprint: Blueprint, items: Sequence[PoolItem], forms: int) -> Iterator[Shortage]:
    """Importance and cognitive levels: the least number of each over all forms."""
    reach = 1 if blueprint.max_overlap else forms
    for kind, bounds, zh_kind, en_kind in (
        ("importance", blueprint.importance, "重要程度", "Importance"),
        ("cognition", blueprint.cognition, "认知层次", "Cognitive level"),
    ):
        counts = Counter(getattr(item, kind) for item in items)
        for name, (low, _) in sorted(bounds.items()):
            needed, available = low * reach, counts[name]
            if available < needed:
                zh = f"{zh_kind} {name} 需要 {needed} 题，可用 {available} 题"
                en = f"{en_kind} {name}: {needed} needed, {available} available"
                yield Shortage("*", name, needed, available, kind, zh, en, f"{kind}:{name}")


def fewest_shared(available: int, forms: int, count: int) -> int:
    """The least possible number of shared items, summed over all pairs of forms: usage spread as evenly as can be."""
    if available < 1:
        return comb(forms, 2) * count
    every, rest = divmod(forms * count, available)
    return (available - rest) * comb(every, 2) + rest * comb(every + 1, 2)


def _check_overlap(blueprint: Blueprint, items: Sequence[PoolItem], forms: int) -> Iterator[Shortage]:
    """The packing bound: with too few items some pair of forms must share more than allowed, whoever assembles."""
    if not blueprint.max_overlap or forms < 2 or not items:
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
    yield Shortage("*", "*", needed, available, "overlap", zh, en, "overlap")
