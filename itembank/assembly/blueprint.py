"""The test blueprint (组卷方案) and whether it makes sense: sections, counts per area and type, points, limits.

For the assembler and the checker. Source: E2; domain C.3 (theory papers of 100 points, pass 60). A blueprint says
nothing of particular items; whether the bank can meet it is another question (`supply.py`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from examserver.kernel.canonical import digest_of
from itembank.items.kinds import ITEM_TYPES
from itembank.specs.tree import IMPORTANCE, ContentSpecification, plain_decimal

ANY_AREA = ""
LONGEST_FORM = 500


@dataclass(frozen=True)
class Section:
    """One part of the form: all items of one type, each worth the same."""

    type: str
    title: str
    points_each: Decimal


@dataclass(frozen=True)
class Cell:
    """So many items of a type from an area and everything below it; the empty area is the whole specification."""

    area: str
    type: str
    count: int


@dataclass(frozen=True)
class Blueprint:
    """What every form of an assembly must be; difficulty bounds are thousandths of the mean."""

    name: str
    duration_s: int
    cut_score: Decimal
    total_points: Decimal
    sections: tuple[Section, ...]
    cells: tuple[Cell, ...]
    importance: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    difficulty: tuple[int, int] | None = None
    max_overlap: int = 0
    max_per_point: int | None = None

    @cached_property
    def count(self) -> int:
        """Items per form."""
        return sum(cell.count for cell in self.cells)

    @cached_property
    def points_of(self) -> dict[str, Decimal]:
        """Points of one item, by type."""
        return {section.type: section.points_each for section in self.sections}

    def as_json(self) -> dict[str, Any]:
        """Canonical data: numbers that may be fractions travel as decimal strings."""
        return {
            "name": self.name,
            "duration_s": self.duration_s,
            "cut_score": plain_decimal(self.cut_score),
            "total_points": plain_decimal(self.total_points),
            "sections": [
                {"type": one.type, "title": one.title, "points_each": plain_decimal(one.points_each)}
                for one in self.sections
            ],
            "cells": [vars(cell) for cell in self.cells],
            "importance": {name: list(bounds) for name, bounds in self.importance.items()},
            "difficulty": list(self.difficulty) if self.difficulty else None,
            "max_overlap": self.max_overlap,
            "max_per_point": self.max_per_point,
        }

    def digest(self) -> str:
        """The name of this blueprint for good."""
        return digest_of(self.as_json(), "exam.blueprint", 1)


def read_blueprint(value: Mapping[str, Any]) -> Blueprint:
    """The blueprint behind its canonical data."""
    difficulty = value["difficulty"]
    return Blueprint(
        name=value["name"],
        duration_s=value["duration_s"],
        cut_score=Decimal(value["cut_score"]),
        total_points=Decimal(value["total_points"]),
        sections=tuple(Section(one["type"], one["title"], Decimal(one["points_each"])) for one in value["sections"]),
        cells=tuple(Cell(one["area"], one["type"], one["count"]) for one in value["cells"]),
        importance={name: (low, high) for name, (low, high) in value["importance"].items()},
        difficulty=(difficulty[0], difficulty[1]) if difficulty else None,
        max_overlap=value["max_overlap"],
        max_per_point=value["max_per_point"],
    )


@dataclass(frozen=True)
class BlueprintFault:
    """Something in the blueprint that no form could satisfy, and where it stands."""

    place: str
    code: str
    reason_zh: str
    reason_en: str


def check_blueprint(blueprint: Blueprint, specification: ContentSpecification) -> list[BlueprintFault]:
    """Every fault of the blueprint against the specification it is for."""
    return [
        *_check_sections(blueprint),
        *_check_cells(blueprint, specification),
        *_check_points(blueprint),
        *_check_bounds(blueprint),
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


def _check_cells(blueprint: Blueprint, specification: ContentSpecification) -> Iterator[BlueprintFault]:
    if not 1 <= blueprint.count <= LONGEST_FORM:
        zh, en = f"题量应为 1 至 {LONGEST_FORM}", f"A form has 1 to {LONGEST_FORM} items"
        yield BlueprintFault("cells", "cells.count", zh, en)
    for index, cell in enumerate(blueprint.cells):
        place = f"cells[{index}]"
        if cell.count < 1:
            yield BlueprintFault(place, "cell.count", "题量应为正数", "A count is positive")
        if cell.area != ANY_AREA and cell.area not in specification.by_code:
            zh, en = f"细目表中没有 {cell.area}", f"The specification has no {cell.area}"
            yield BlueprintFault(place, "cell.area_unknown", zh, en)
        for other in blueprint.cells[:index]:
            if other.type == cell.type and _meet(specification, cell.area, other.area):
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
