"""What a bank should hold and what it has: targets per competency point, in phases, and the gap between the two.

For the bank programme. Source: ZJ16-4.3a1 (unified planning: target counts per occupation, level, competency point; gap
report), ZJ16-4.3a2 (step by step: each phase names its areas and how many items per point are enough for it).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from itembank.items.state import APPROVED, DRAFT, ENROLLED, RETURNED, REVIEWED
from itembank.specs.tree import ContentSpecification

PIPELINE = (DRAFT, REVIEWED, APPROVED, RETURNED)


@dataclass(frozen=True)
class Phase:
    """One step of building a bank; no areas means the whole specification."""

    number: int
    name: str
    areas: tuple[str, ...]
    per_point: int


@dataclass(frozen=True)
class Target:
    """So many enrolled items of a type (empty: of any) wanted for one point or for every point below an area."""

    node: str
    type: str
    wanted: int


@dataclass(frozen=True)
class Count:
    """So many items of one point, type and state."""

    point: str
    type: str
    state: str
    items: int


@dataclass(frozen=True)
class Gap:
    """One line of the gap report; `type` is empty where any type counts."""

    point: str
    name: str
    area: str
    type: str
    need: int
    enrolled: int
    pipeline: int

    @property
    def missing(self) -> int:
        """How many enrolled items are still wanted."""
        return max(0, self.need - self.enrolled)

    @property
    def unplanned(self) -> int:
        """How many of the missing ones nobody is even writing."""
        return max(0, self.missing - self.pipeline)


def points_of_phase(phase: Phase, tree: ContentSpecification) -> list[str]:
    """The competency points a phase is about, in sheet order."""
    if not phase.areas:
        return list(tree.points)
    return [code for code in tree.points if set(phase.areas) & set(tree.path(code))]


def wanted_of(point: str, phase: Phase, targets: Iterable[Target], tree: ContentSpecification) -> dict[str, int]:
    """Wanted items of a point by type; the empty type holds the total. The nearest target above a point holds."""
    path = tree.path(point)
    nearest: dict[str, tuple[int, int]] = {}
    for target in targets:
        if target.node in path:
            depth = path.index(target.node)
            if depth >= nearest.get(target.type, (-1, 0))[0]:
                nearest[target.type] = (depth, target.wanted)
    wanted = {kind: count for kind, (_, count) in nearest.items()}
    typed = sum(count for kind, count in wanted.items() if kind)
    wanted[""] = max(wanted.get("", phase.per_point), typed)
    return wanted


def gaps_of(phase: Phase, targets: Iterable[Target], counts: Iterable[Count], tree: ContentSpecification) -> list[Gap]:
    """Need, have and pipeline of every point of the phase, the total first and then each type with a target."""
    asked = tuple(targets)
    held = _by_point(counts)
    return [gap for point in points_of_phase(phase, tree) for gap in _gaps(point, phase, asked, held, tree)]


def _by_point(counts: Iterable[Count]) -> dict[str, list[Count]]:
    held: dict[str, list[Count]] = {}
    for each in counts:
        held.setdefault(each.point, []).append(each)
    return held


def _gaps(
    point: str, phase: Phase, targets: tuple[Target, ...], held: Mapping[str, list[Count]], tree: ContentSpecification
) -> Iterator[Gap]:
    path = tree.path(point)
    for kind, need in sorted(wanted_of(point, phase, targets, tree).items()):
        own = [each for each in held.get(point, []) if kind in ("", each.type)]
        enrolled = sum(each.items for each in own if each.state == ENROLLED)
        pipeline = sum(each.items for each in own if each.state in PIPELINE)
        yield Gap(point, tree.by_code[point].name, path[0], kind, need, enrolled, pipeline)
