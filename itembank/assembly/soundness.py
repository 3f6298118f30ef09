"""Whether a blueprint makes sense: every contradiction in itself and with the specification it is for.

For whoever writes one. Source: E2; domain C.2 and C.3.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from itembank.assembly.blueprint import ANY_AREA, COMPARABLE, Blueprint
from itembank.items.check import COGNITION
from itembank.items.kinds import ITEM_TYPES
from itembank.specs.tree import IMPORTANCE, ContentSpecification, plain_decimal

LONGEST_FORM = 500
MOST_THETA = 6000


@dataclass(frozen=True)
class BlueprintFault:
    """Something in the blueprint that no form could satisfy, and where it stands."""

    place: str
    code: str
    reason_zh: str
    reason_en: str


def check_blueprint(blueprint: Blueprint, specification: ContentSpecification) -> list[BlueprintFault]:
    """Every fault of the blueprint against the specification it is for."""
    return [*_check_cells(blueprint, specification), *contradictions(blueprint)]


def contradictions(blueprint: Blueprint) -> list[BlueprintFault]:
    """Every fault of the blueprint in itself, whatever the specification."""
    return [
        *_check_sections(blueprint),
        *_check_count(blueprint),
        *_check_points(blueprint),
        *_check_bounds(blueprint),
        *_check_levels(blueprint),
        *_check_amounts(blueprint),
        *_check_measured(blueprint),
    ]


def _check_sections(blueprint: Blueprint) -> Iterator[BlueprintFault]:
    types = [section.type for section in blueprint.sections]
    for index, kind in enumerate(types):
        place = f"sections[{index}]"
        if kind not in ITEM_TYPES:
            yield BlueprintFault(place, "type.unknown", f"未知题型 {kind}", f"Unknown item type {kind}")
        if types.index(kind) != index:
            yield BlueprintFault(place, "section.repeated", f"题型 {kind} 有两个部分", f"Two sections of {kind}")
        if not any(cell.type == kind for cell in blueprint.cells):
            yield BlueprintFault(place, "section.empty", f"题型 {kind} 没有题量", f"No items for section {kind}")
    for index, cell in enumerate(blueprint.cells):
        if cell.type not in types:
            zh, en = f"题型 {cell.type} 不在任何部分中", f"{cell.type} belongs to no section"
            yield BlueprintFault(f"cells[{index}]", "cell.no_section", zh, en)


def _check_count(blueprint: Blueprint) -> Iterator[BlueprintFault]:
    if not 1 <= blueprint.count <= LONGEST_FORM:
        zh, en = f"题量应为 1 至 {LONGEST_FORM}", f"A form has 1 to {LONGEST_FORM} items"
        yield BlueprintFault("cells", "cells.count", zh, en)


def _check_cells(blueprint: Blueprint, specification: ContentSpecification) -> Iterator[BlueprintFault]:
    for index, cell in enumerate(blueprint.cells):
        place = f"cells[{index}]"
        if cell.cognition and cell.cognition not in COGNITION:
            zh, en = f"没有认知层次 {cell.cognition}", f"There is no cognitive level {cell.cognition}"
            yield BlueprintFault(place, "cell.cognition_unknown", zh, en)
        if cell.count < 1:
            yield BlueprintFault(place, "cell.count", "题量应为正数", "A count is positive")
        if cell.area != ANY_AREA and cell.area not in specification.by_code:
            zh, en = f"细目表中没有 {cell.area}", f"The specification has no {cell.area}"
            yield BlueprintFault(place, "cell.area_unknown", zh, en)
        for other in blueprint.cells[:index]:
            levels = {cell.cognition, other.cognition}
            apart = len(levels) == 2 and "" not in levels
            if other.type == cell.type and not apart and _meet(specification, cell.area, other.area):
                zh = f"{cell.area or '全部'} 与 {other.area or '全部'} 的题量范围重叠"
                en = f"{cell.area or 'everything'} overlaps {other.area or 'everything'}"
                yield BlueprintFault(place, "cell.overlap", zh, en)


def _meet(specification: ContentSpecification, one: str, other: str) -> bool:
    """Whether one area lies within the other."""
    if ANY_AREA in (one, other) or one == other:
        return True
    return one in specification.path(other) or other in specification.path(one)


def _check_points(blueprint: Blueprint) -> Iterator[BlueprintFault]:
    points = blueprint.points_of
    if any(each <= 0 for each in points.values()):
        yield BlueprintFault("sections", "points.positive", "每题分值应为正数", "Points per item are positive")
    total = sum((cell.count * points.get(cell.type, Decimal(0)) for cell in blueprint.cells), Decimal(0))
    if total != blueprint.total_points:
        said, found = plain_decimal(blueprint.total_points), plain_decimal(total)
        zh, en = f"各部分合计 {found} 分，总分却为 {said}", f"The sections add up to {found} points, not {said}"
        yield BlueprintFault("total_points", "points.total", zh, en)
    if not 0 < blueprint.cut_score <= blueprint.total_points:
        yield BlueprintFault("cut_score", "cut_score.range", "合格线应在 0 与总分之间", "The cut score is out of range")
    if blueprint.duration_s <= 0:
        yield BlueprintFault("duration_s", "duration.range", "考试时间应为正数", "The duration is positive")


def _check_bounds(blueprint: Blueprint) -> Iterator[BlueprintFault]:
    for name, (low, high) in blueprint.importance.items():
        if name not in IMPORTANCE or not 0 <= low <= high:
            zh, en = f"{name} 的题量范围不合理", f"The bounds of {name} make no sense"
            yield BlueprintFault(f"importance.{name}", "importance.bounds", zh, en)
    lows, highs = (sum(bounds[i] for bounds in blueprint.importance.values()) for i in (0, 1))
    closed = set(blueprint.importance) == set(IMPORTANCE)
    if lows > blueprint.count or (closed and highs < blueprint.count):
        yield BlueprintFault(
            "importance", "importance.sum", "X、Y、Z 的范围与总题量矛盾", "The bounds contradict the count"
        )
    if blueprint.difficulty and not 0 <= blueprint.difficulty[0] <= blueprint.difficulty[1] <= 1000:
        yield BlueprintFault(
            "difficulty", "difficulty.bounds", "平均难度的范围不合理", "The difficulty band makes no sense"
        )
    if not 0 <= blueprint.max_overlap <= blueprint.count:
        yield BlueprintFault("max_overlap", "overlap.bounds", "重复题上限不合理", "The overlap limit makes no sense")
    if blueprint.max_per_point is not None and blueprint.max_per_point < 1:
        yield BlueprintFault("max_per_point", "per_point.bounds", "每个鉴定点至少 1 题", "At least one item per point")


def _check_levels(blueprint: Blueprint) -> Iterator[BlueprintFault]:
    """Cognitive levels: known ones, with bounds that leave room for the count and for the cells."""
    for name, (low, high) in blueprint.cognition.items():
        fixed = sum(cell.count for cell in blueprint.cells if cell.cognition == name)
        free = fixed + sum(cell.count for cell in blueprint.cells if not cell.cognition)
        if name not in COGNITION or not 0 <= low <= high or high < fixed or low > free:
            zh, en = f"认知层次 {name} 的题量范围不合理", f"The bounds of {name} make no sense"
            yield BlueprintFault(f"cognition.{name}", "cognition.bounds", zh, en)
    lows, highs = (sum(bounds[i] for bounds in blueprint.cognition.values()) for i in (0, 1))
    closed = set(blueprint.cognition) == set(COGNITION)
    if lows > blueprint.count or (closed and highs < blueprint.count):
        zh, en = "各认知层次的范围与总题量矛盾", "The bounds of the cognitive levels contradict the count"
        yield BlueprintFault("cognition", "cognition.sum", zh, en)


def _check_amounts(blueprint: Blueprint) -> Iterator[BlueprintFault]:
    """Words, working time, case groups, uses, released items."""
    for place, bounds in (("words", blueprint.words), ("working_s", blueprint.working_s), ("cases", blueprint.cases)):
        if bounds is not None and not 0 <= bounds[0] <= bounds[1]:
            yield BlueprintFault(place, f"{place}.bounds", f"{place} 的范围不合理", f"The bounds of {place} are wrong")
    planned = sum(cell.count * blueprint.seconds_of.get(cell.type, 0) for cell in blueprint.cells)
    if planned > blueprint.duration_s:
        zh = f"各题预计用时合计 {planned} 秒，超过考试时间 {blueprint.duration_s} 秒"
        en = f"The items are planned to take {planned} s, the exam lasts {blueprint.duration_s} s"
        yield BlueprintFault("sections", "seconds.total", zh, en)
    timed = blueprint.reading_per_minute > 0 or any(blueprint.seconds_of.values())
    if blueprint.working_s is not None and (not timed or blueprint.working_s[0] > blueprint.duration_s):
        zh, en = (
            "作答用时需要每题用时或阅读速度，且不超过考试时间",
            "Working time needs seconds per item or a reading pace",
        )
        yield BlueprintFault("working_s", "working_s.unfounded", zh, en)
    if blueprint.max_uses is not None and blueprint.max_uses < 1:
        yield BlueprintFault("max_uses", "max_uses.bounds", "使用次数上限至少为 1", "At least one use is needed")
    if min(blueprint.uses_months, blueprint.uses_papers) < 0 or (blueprint.uses_months and blueprint.uses_papers):
        yield BlueprintFault(
            "uses_months", "uses.window", "使用次数按月份或按试卷统计，二者选一", "Count by months or papers"
        )
    if not 0 <= blueprint.public_share <= 100:
        yield BlueprintFault(
            "public_share", "public_share.range", "公开试题占比应为 0–100", "A share is 0 to 100 per cent"
        )


def _check_measured(blueprint: Blueprint) -> Iterator[BlueprintFault]:
    """Targets that rest on measured parameters."""
    thetas = [one.theta for one in blueprint.information]
    for index, one in enumerate(blueprint.information):
        if one.information <= 0 or one.tolerance < 0 or abs(one.theta) > MOST_THETA or thetas.index(one.theta) != index:
            zh, en = "信息量目标不合理或重复", "The information target makes no sense or is repeated"
            yield BlueprintFault(f"information[{index}]", "information.target", zh, en)
    if blueprint.comparable not in COMPARABLE:
        zh, en = f"可比性应为 {'、'.join(COMPARABLE)} 之一", f"Comparable is one of {', '.join(COMPARABLE)}"
        yield BlueprintFault("comparable", "comparable.unknown", zh, en)
    if blueprint.cut_theta is not None and abs(blueprint.cut_theta) > MOST_THETA:
        zh, en = "合格线能力值应在 −6 与 6 之间", "The ability at the cut score is between -6 and 6"
        yield BlueprintFault("cut_theta", "cut_theta.range", zh, en)


@dataclass(frozen=True)
class Deviation:
    """How far the share of a level-1 area in the blueprint is from its content weight, in per cent."""

    area: str
    weight: str
    share: str
    within: bool


def weight_deviations(blueprint: Blueprint, specification: ContentSpecification) -> list[Deviation]:
    """Each level-1 area with a weight: within means at most one item off (E2); empty when cells span areas."""
    roots = [node for node in specification.children.get(None, []) if node.weight is not None]
    if any(cell.area == ANY_AREA for cell in blueprint.cells) or not roots or not blueprint.count:
        return []
    found = []
    for node in roots:
        count = sum(c.count for c in blueprint.cells if specification.path(c.area)[:1] == (node.code,))
        share, weight = Decimal(count * 100) / blueprint.count, node.weight or Decimal(0)
        within = abs(Decimal(count) - weight * blueprint.count / 100) <= 1
        found.append(Deviation(node.code, plain_decimal(weight), plain_decimal(round(share, 1)), within))
    return found
