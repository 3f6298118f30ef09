"""The test blueprint (组卷方案): sections, counts per area, type and cognitive level, points, limits and targets.

For the assembler and the checker. Source: E2; domain C.3 (theory papers of 100 points, pass 60). A blueprint says
nothing of particular items; whether it makes sense is judged in `soundness.py`, whether the bank can meet it in
`supply.py`. What a blueprint leaves out is left out of its canonical form too, so older ones keep their names.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from examserver.kernel.canonical import digest_of
from itembank.specs.tree import plain_decimal

ANY_AREA = ""
AUTO, REQUIRED, OFF = "auto", "required", "off"
COMPARABLE = (AUTO, REQUIRED, OFF)
PUBLIC_SHARE = 20
Bounds = tuple[int, int]


@dataclass(frozen=True)
class Section:
    """One part of the form: all items of one type, each worth the same; `seconds_each` is the time one should take."""

    type: str
    title: str
    points_each: Decimal
    seconds_each: int = 0


@dataclass(frozen=True)
class Cell:
    """So many items of a type from an area and everything below it, of one cognitive level or of any (empty).

    The empty area is the whole specification.
    """

    area: str
    type: str
    count: int
    cognition: str = ""

    @property
    def name(self) -> str:
        """What reports call it."""
        return ":".join(filter(None, ("cell", self.area or "*", self.type, self.cognition)))


@dataclass(frozen=True)
class InformationTarget:
    """How much a form should tell at an ability θ, give or take: all three in thousandths."""

    theta: int
    information: int
    tolerance: int

    @property
    def name(self) -> str:
        """What reports call it."""
        return f"information:{plain_decimal(Decimal(self.theta) / 1000)}"


@dataclass(frozen=True)
class Blueprint:
    """What every form of an assembly must be; difficulty bounds are thousandths of the mean.

    `cognition`, `importance`: how many items per form. `words`: to read. `working_s`: expected working time, the sum
    of the sections' seconds and of reading at `reading_per_minute`. `cases`: how many case groups. `comparable`: forms
    within one point of a hundred at the cut score by measured parameters - `auto` as soon as every usable item has
    them, `required` with measured items only, or `off`; `cut_theta` fixes the ability (thousandths) at which a
    candidate just passes, otherwise it follows from the items. `max_uses` within the last `uses_months` months or
    `uses_papers` papers (0: ever). `public_share`: per cent of released items at most.
    """

    name: str
    duration_s: int
    cut_score: Decimal
    total_points: Decimal
    sections: tuple[Section, ...]
    cells: tuple[Cell, ...]
    importance: Mapping[str, Bounds] = field(default_factory=dict)
    difficulty: Bounds | None = None
    max_overlap: int = 0
    max_per_point: int | None = None
    cognition: Mapping[str, Bounds] = field(default_factory=dict)
    words: Bounds | None = None
    working_s: Bounds | None = None
    reading_per_minute: int = 0
    cases: Bounds | None = None
    information: tuple[InformationTarget, ...] = ()
    comparable: str = AUTO
    cut_theta: int | None = None
    max_uses: int | None = None
    uses_months: int = 0
    uses_papers: int = 0
    public_share: int = PUBLIC_SHARE

    @cached_property
    def count(self) -> int:
        """Items per form."""
        return sum(cell.count for cell in self.cells)

    @cached_property
    def points_of(self) -> dict[str, Decimal]:
        """Points of one item, by type."""
        return {section.type: section.points_each for section in self.sections}

    @cached_property
    def seconds_of(self) -> dict[str, int]:
        """Expected seconds for one item besides reading, by type."""
        return {section.type: section.seconds_each for section in self.sections}

    @cached_property
    def most_public(self) -> int:
        """How many released items one form may hold."""
        return self.count * self.public_share // 100

    def as_json(self) -> dict[str, Any]:
        """Canonical data: numbers that may be fractions travel as decimal strings."""
        always = {
            "name": self.name,
            "duration_s": self.duration_s,
            "cut_score": plain_decimal(self.cut_score),
            "total_points": plain_decimal(self.total_points),
            "sections": [_section_json(one) for one in self.sections],
            "cells": [{name: value for name, value in vars(cell).items() if value or name != "cognition"}
                      for cell in self.cells],
            "importance": {name: list(bounds) for name, bounds in self.importance.items()},
            "difficulty": list(self.difficulty) if self.difficulty else None,
            "max_overlap": self.max_overlap,
            "max_per_point": self.max_per_point,
        }  # fmt: skip
        return always | {name: value for name, value in self._said().items() if value != _UNSAID[name]}

    def _said(self) -> dict[str, Any]:
        """What not every blueprint says."""
        return {
            "cognition": {name: list(bounds) for name, bounds in self.cognition.items()},
            "words": list(self.words) if self.words else None,
            "working_s": list(self.working_s) if self.working_s else None,
            "reading_per_minute": self.reading_per_minute,
            "cases": list(self.cases) if self.cases else None,
            "information": [[one.theta, one.information, one.tolerance] for one in self.information],
            "comparable": self.comparable,
            "cut_theta": self.cut_theta,
            "max_uses": self.max_uses,
            "uses_months": self.uses_months,
            "uses_papers": self.uses_papers,
            "public_share": self.public_share,
        }

    def digest(self) -> str:
        """The name of this blueprint for good."""
        return digest_of(self.as_json(), "exam.blueprint", 1)


_UNSAID: dict[str, Any] = {
    "cognition": {}, "words": None, "working_s": None, "reading_per_minute": 0, "cases": None, "information": [],
    "comparable": AUTO, "cut_theta": None, "max_uses": None, "uses_months": 0, "uses_papers": 0,
    "public_share": PUBLIC_SHARE,
}  # fmt: skip


def _section_json(one: Section) -> dict[str, Any]:
    shown = {"type": one.type, "title": one.title, "points_each": plain_decimal(one.points_each)}
    return shown | ({"seconds_each": one.seconds_each} if one.seconds_each else {})


def _bounds(value: Any) -> Bounds | None:
    return (value[0], value[1]) if value else None


def read_blueprint(value: Mapping[str, Any]) -> Blueprint:
    """The blueprint behind its canonical data."""
    said = _UNSAID | dict(value)
    return Blueprint(
        name=said["name"],
        duration_s=said["duration_s"],
        cut_score=Decimal(said["cut_score"]),
        total_points=Decimal(said["total_points"]),
        sections=tuple(
            Section(one["type"], one["title"], Decimal(one["points_each"]), one.get("seconds_each", 0))
            for one in said["sections"]
        ),
        cells=tuple(Cell(one["area"], one["type"], one["count"], one.get("cognition", "")) for one in said["cells"]),
        importance={name: (low, high) for name, (low, high) in said["importance"].items()},
        difficulty=_bounds(said["difficulty"]),
        max_overlap=said["max_overlap"],
        max_per_point=said["max_per_point"],
        cognition={name: (low, high) for name, (low, high) in said["cognition"].items()},
        words=_bounds(said["words"]),
        working_s=_bounds(said["working_s"]),
        reading_per_minute=said["reading_per_minute"],
        cases=_bounds(said["cases"]),
        information=tuple(InformationTarget(*one) for one in said["information"]),
        comparable=said["comparable"],
        cut_theta=said["cut_theta"],
        max_uses=said["max_uses"],
        uses_months=said["uses_months"],
        uses_papers=said["uses_papers"],
        public_share=said["public_share"],
    )
