"""The content specification (鉴定要素细目表) as a tree, and everything in it that contradicts itself.

For import, coverage and assembly. One specification per occupation and level: areas of one or more levels with a
content weight and an importance ratio X:Y:Z, competency points as leaves. Source: domain C.2 - child weights sum to the
parent, level-1 weights sum to 100, X:Y:Z equals the counted points; real sheets break these, so report, do not trust.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from examserver.kernel.canonical import digest_of

IMPORTANCE = ("X", "Y", "Z")


@dataclass(frozen=True)
class SpecNode:
    """One line of the sheet: an area (with weight and ratio) or a competency point (with importance)."""

    code: str
    level: int
    parent: str | None
    name: str
    weight: Decimal | None = None
    importance: str | None = None
    ratio: tuple[int, int, int] | None = None
    row: int = 0

    def as_json(self) -> dict[str, Any]:
        """Canonical data."""
        return {
            "code": self.code,
            "level": self.level,
            "parent": self.parent,
            "name": self.name,
            "weight": None if self.weight is None else plain_decimal(self.weight),
            "importance": self.importance,
            "ratio": None if self.ratio is None else list(self.ratio),
        }


@dataclass(frozen=True)
class Contradiction:
    """Something the sheet says that does not agree with itself; `structural` ones make the tree unusable."""

    code: str
    node: str
    row: int
    reason_zh: str
    reason_en: str
    structural: bool = False


def plain_decimal(value: Decimal) -> str:
    """`12.50` as `12.5`, `20` as `20`: one spelling per number."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True)
class ContentSpecification:
    """All nodes in sheet order; `derived` when it was built from item codes and carries no weights."""

    nodes: tuple[SpecNode, ...]
    derived: bool = field(default=False)

    @cached_property
    def by_code(self) -> dict[str, SpecNode]:
        """Nodes by code."""
        return {node.code: node for node in self.nodes}

    @cached_property
    def children(self) -> dict[str | None, list[SpecNode]]:
        """Nodes by the code of their parent; None holds level 1."""
        found: dict[str | None, list[SpecNode]] = {}
        for node in self.nodes:
            found.setdefault(node.parent, []).append(node)
        return found

    @cached_property
    def points(self) -> dict[str, SpecNode]:
        """The competency points: nodes of the deepest level, below which there is nothing."""
        deepest = max((node.level for node in self.nodes), default=0)
        return {n.code: n for n in self.nodes if n.level == deepest and n.code not in self.children}

    def path(self, code: str) -> tuple[str, ...]:
        """The codes from level 1 down to this node; empty for an unknown code."""
        found: list[str] = []
        node = self.by_code.get(code)
        while node is not None and node.code not in found:
            found.append(node.code)
            node = self.by_code.get(node.parent) if node.parent else None
        return tuple(reversed(found))

    def digest(self) -> str:
        """The name of this specification for good."""
        return digest_of([node.as_json() for node in self.nodes], "exam.specification", 1)


def check_specification(spec: ContentSpecification) -> list[Contradiction]:
    """Every contradiction, structural ones first."""
    structural = list(_check_structure(spec))
    if structural or spec.derived:
        return structural
    return [*_check_weights(spec), *_check_points(spec), *_check_ratios(spec)]


def _check_structure(spec: ContentSpecification) -> Iterator[Contradiction]:
    if not spec.nodes:
        yield Contradiction("spec.empty", "", 0, "细目表没有内容", "The specification is empty", True)
    counts = Counter(node.code for node in spec.nodes)
    for node in spec.nodes:
        yield from _check_place(spec, node)
        if counts[node.code] > 1:
            zh, en = f"代码 {node.code} 出现 {counts[node.code]} 次", f"Code {node.code} occurs more than once"
            yield Contradiction("spec.repeated", node.code, node.row, zh, en, True)


def _check_place(spec: ContentSpecification, node: SpecNode) -> Iterator[Contradiction]:
    if node.parent is None:
        if node.level != 1:
            zh, en = f"第 {node.level} 层的 {node.code} 缺少上级", f"{node.code} has no parent"
            yield Contradiction("spec.no_parent", node.code, node.row, zh, en, True)
        return
    parent = spec.by_code.get(node.parent)
    if parent is None:
        zh, en = f"上级 {node.parent} 不存在", f"The parent {node.parent} of {node.code} does not exist"
        yield Contradiction("spec.unknown_parent", node.code, node.row, zh, en, True)
    elif parent.level != node.level - 1:
        zh = f"{node.code} 为第 {node.level} 层，上级 {parent.code} 却为第 {parent.level} 层"
        en = f"{node.code} is of level {node.level} but its parent of level {parent.level}"
        yield Contradiction("spec.level", node.code, node.row, zh, en, True)


def _check_weights(spec: ContentSpecification) -> Iterator[Contradiction]:
    roots = [node for node in spec.children.get(None, []) if node.weight is not None]
    total = sum((node.weight for node in roots if node.weight is not None), Decimal(0))
    if total != 100:
        shown = plain_decimal(total)
        zh, en = f"第 1 层比重合计 {shown}，应为 100", f"Level-1 weights sum to {shown}, not 100"
        yield Contradiction("spec.level1_weight", "", roots[0].row if roots else 0, zh, en)
    for node in spec.nodes:
        weights = [each.weight for each in spec.children.get(node.code, []) if each.weight is not None]
        if node.weight is None and weights:
            zh, en = f"{node.code} 缺少比重", f"{node.code} has no weight although its parts have"
            yield Contradiction("spec.weight_missing", node.code, node.row, zh, en)
        elif weights and sum(weights) != node.weight:
            want, got = plain_decimal(node.weight or Decimal(0)), plain_decimal(sum(weights, Decimal(0)))
            zh, en = f"{node.code} 比重 {want}，下级合计 {got}", f"{node.code} weighs {want}, its parts {got}"
            yield Contradiction("spec.child_weight", node.code, node.row, zh, en)


def _check_points(spec: ContentSpecification) -> Iterator[Contradiction]:
    deepest = max((node.level for node in spec.nodes), default=0)
    for node in spec.nodes:
        if node.level < deepest and node.code not in spec.children:
            zh, en = f"{node.code} 之下没有鉴定点", f"{node.code} has no competency point"
            yield Contradiction("spec.no_points", node.code, node.row, zh, en)
        if node.level == deepest and node.importance not in IMPORTANCE:
            zh, en = f"鉴定点 {node.code} 的重要程度应为 X、Y 或 Z", f"Point {node.code} needs importance X, Y or Z"
            yield Contradiction("spec.importance", node.code, node.row, zh, en)


def count_importance(spec: ContentSpecification, code: str) -> tuple[int, int, int]:
    """How many X, Y and Z points lie under a node."""
    counts = Counter(point.importance for point in points_under(spec, code))
    return counts["X"], counts["Y"], counts["Z"]


def points_under(spec: ContentSpecification, code: str) -> list[SpecNode]:
    """The competency points under a node, in sheet order."""
    return [point for point in spec.points.values() if code in spec.path(point.code)]


def _check_ratios(spec: ContentSpecification) -> Iterator[Contradiction]:
    for node in spec.nodes:
        if node.ratio is None:
            continue
        counted = count_importance(spec, node.code)
        if counted != node.ratio:
            said, found = ":".join(map(str, node.ratio)), ":".join(map(str, counted))
            zh, en = f"{node.code} 标明 X:Y:Z 为 {said}，实际为 {found}", f"{node.code} says {said}, counted {found}"
            yield Contradiction("spec.ratio", node.code, node.row, zh, en)


def derive_specification(codes: Iterable[str], separator: str) -> ContentSpecification:
    """A tree from point codes alone (`3.2.1` lies under `3.2` under `3`), without weights or importance."""
    parts = {tuple(code.split(separator)) for code in codes}
    prefixes = {path[:length] for path in parts for length in range(1, len(path) + 1)}
    nodes = [_derived_node(path, separator) for path in sorted(prefixes, key=_natural)]
    return ContentSpecification(tuple(nodes), derived=True)


def _derived_node(path: tuple[str, ...], separator: str) -> SpecNode:
    parent = separator.join(path[:-1]) or None
    return SpecNode(separator.join(path), len(path), parent, separator.join(path))


def _natural(path: tuple[str, ...]) -> tuple[tuple[int, int, str], ...]:
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in path)
