"""Reads the printed layout of the content specification (鉴定要素细目表): areas in merged cells, then points.

For the import of a content specification. Source: domain C.2 - an area cell says letter, name, ratio and weight, as in
`A 基本要求 (132:21:00) 25`; areas of up to three levels stand in columns from left to right, then come the competency
points: `001`, name, X, Y or Z. A point's full code joins the letters above it: A-A-A-001. Real sheets repeat headers
and areas on every printed page and contradict themselves; what cannot be read is named with its row, the rest is kept
as told.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from itembank.specs.tree import IMPORTANCE, ContentSpecification, Contradiction, SpecNode

_RATIO = r"[(（]?\s*(\d{1,4})\s*[:：]\s*(\d{1,4})\s*[:：]\s*(\d{1,4})\s*[)）]?"
_AREA = re.compile(rf"([A-Z])[\s.、]*(\S.*?)\s*{_RATIO}\s*(?:[%％\s]*(\d{{1,3}}(?:\.\d+)?)\s*[%％]?)?", re.DOTALL)
_ONLY_RATIO = re.compile(_RATIO)
_LOOSE_AREA = re.compile(r"([A-Z])[\s.、]+(\S.*)", re.DOTALL)
_POINT = re.compile(r"(\d{3})[\s.、]+(\S.*?)[\s(（]+([XYZxyz])[)）]?", re.DOTALL)
_TOTAL = re.compile(r"(?:鉴定点|要素)?\s*(?:总数|总计|合计)\s*[:：]?\s*(\d{1,5})")
_PARTS = re.compile(r"职业(?:名称)?\s*[:：]\s*(\S+)")
LONGEST_HEAD = 20


@dataclass(frozen=True)
class OfficialSheet:
    """The tree as told, what the head says, and everything that could not be read or does not agree with the head."""

    specification: ContentSpecification
    occupation: str
    declared_points: int | None
    faults: tuple[Contradiction, ...]


@dataclass
class _Reader:
    """The areas open at the present row, by level, and the nodes so far."""

    columns: dict[int, int]
    open: dict[int, SpecNode] = field(default_factory=dict)
    nodes: dict[str, SpecNode] = field(default_factory=dict)
    faults: list[Contradiction] = field(default_factory=list)

    def fault(self, code: str, node: str, row: int, zh: str, en: str) -> None:
        self.faults.append(Contradiction(code, node, row, f"第 {row} 行{zh}", f"row {row}: {en}", True))


def is_official(rows: Sequence[Sequence[str]]) -> bool:
    """Whether one of the first rows holds an area cell of the printed layout."""
    return any(_is_area(text) for cells in rows[:LONGEST_HEAD] for text in _joined(cells))


def _joined(cells: Sequence[str]) -> list[str]:
    """The row with areas whose letter, name, ratio and weight stand in cells apart put together in the first one."""
    row = [cell.strip() for cell in cells]
    for column, text in enumerate(row):
        if re.fullmatch(r"[A-Z]", text) and column + 2 < len(row) and _ONLY_RATIO.fullmatch(row[column + 2]):
            width = 4 if _AREA.fullmatch(" ".join(row[column : column + 4])) else 3
            row[column] = " ".join(row[column : column + width])
            row[column + 1 : column + width] = [""] * len(row[column + 1 : column + width])
    return row


def _is_area(text: str) -> bool:
    return _AREA.fullmatch(text) is not None


def read_official(rows: Sequence[Sequence[str]]) -> OfficialSheet:
    """The specification these rows print."""
    table = [_joined(cells) for cells in rows]
    places = sorted({column for cells in table for column, text in enumerate(cells) if _is_area(text)})
    reader = _Reader({column: level for level, column in enumerate(places, 1)})
    first = next((number for number, cells in enumerate(table) if any(map(_is_area, cells))), len(table))
    head = " ".join(cell for cells in table[:first] for cell in cells)
    for number, cells in enumerate(table[first:], first + 1):
        _read_row(reader, number, cells)
    total, occupation = _TOTAL.search(head), _PARTS.search(head)
    tree = ContentSpecification(tuple(reader.nodes.values()))
    declared = int(total[1]) if total else None
    return OfficialSheet(tree, occupation[1] if occupation else "", declared, tuple(reader.faults))


def _read_row(reader: _Reader, number: int, cells: Sequence[str]) -> None:
    for column, level in reader.columns.items():
        text = cells[column] if column < len(cells) else ""
        if _is_area(text) or _LOOSE_AREA.fullmatch(text):
            _open_area(reader, number, level, text)
        elif text and not _is_heading(text):
            reader.fault("spec.cell_unreadable", "", number, f"“{text[:40]}”无法识别", f"“{text[:40]}” cannot be read")
    _read_point(reader, number, cells[max(reader.columns, default=-1) + 1 :])


def _is_heading(text: str) -> bool:
    """A header that is printed again on every page, a page number, or the code of a point."""
    return bool(re.search(r"鉴定|范围|名称|代码|比重|重要程度|职业|等级|页|级$", text)) or text.isdecimal()


def _open_area(reader: _Reader, number: int, level: int, text: str) -> None:
    match = _AREA.fullmatch(text)
    loose = match or _LOOSE_AREA.fullmatch(text)
    if loose is None:
        return
    name = re.sub(r"\s+", "", loose[2]).removesuffix("（续）").removesuffix("(续)")
    parent = reader.open.get(level - 1)
    if level > 1 and parent is None:
        reader.fault("spec.no_parent", "", number, f"“{name}”没有上级范围", f"{name} has no area above it")
        return
    code = f"{parent.code}-{loose[1]}" if parent else loose[1]
    ratio = (int(match[3]), int(match[4]), int(match[5])) if match else None
    weight = Decimal(match[6]) if match and match[6] else None
    node = SpecNode(code, level, parent.code if parent else None, name, weight, None, ratio, number)
    known = reader.nodes.setdefault(code, node)
    if known.name != name:
        zh = f"代码 {code}“{name}”与第 {known.row} 行“{known.name}”重复"
        reader.fault("spec.repeated", code, number, zh, f"{code} {name} repeats {known.name} of row {known.row}")
    reader.open = {depth: area for depth, area in reader.open.items() if depth < level} | {level: known}


def _read_point(reader: _Reader, number: int, cells: Sequence[str]) -> None:
    told = [cell.strip() for cell in cells if cell.strip()]
    if not told:
        return
    combined = _POINT.fullmatch(told[0])
    if combined:
        code, name, importance = combined[1], combined[2], combined[3]
    elif re.fullmatch(r"\d{1,3}", told[0]) and len(told) > 1:
        code, name, importance = told[0].zfill(3), told[1], told[2] if len(told) > 2 else ""
    else:
        return
    if not reader.open:
        reader.fault("spec.no_parent", code, number, f"鉴定点 {code} 没有鉴定范围", f"point {code} has no area")
        return
    area = reader.open[max(reader.open)]
    whole = f"{area.code}-{code}"
    value = importance.strip().upper() or None
    node = SpecNode(whole, area.level + 1, area.code, re.sub(r"\s+", " ", name), None, value, None, number)
    known = reader.nodes.setdefault(whole, node)
    if known is not node:
        zh, en = f"鉴定点 {whole} 与第 {known.row} 行重复", f"point {whole} repeats row {known.row}"
        reader.fault("spec.repeated", whole, number, zh, en)
    if value not in (*IMPORTANCE, None):
        zh, en = f"鉴定点 {whole} 的重要程度“{importance}”不是 X、Y、Z", f"{whole}: “{importance}” is not X, Y or Z"
        reader.fault("spec.importance_unreadable", whole, number, zh, en)


def check_official(sheet: OfficialSheet) -> Iterator[Contradiction]:
    """What only the printed layout can contradict: the declared total, numbering, names told twice."""
    tree = sheet.specification
    if sheet.declared_points is not None and sheet.declared_points != len(tree.points):
        zh = f"表头写明鉴定点总数 {sheet.declared_points}，实际 {len(tree.points)}"
        en = f"The head declares {sheet.declared_points} points, there are {len(tree.points)}"
        yield Contradiction("spec.total", "", 1, zh, en)
    for area, children in tree.children.items():
        yield from _check_numbers(area or "", [node for node in children if node.code in tree.points])
        yield from _check_names(children)


def _check_numbers(area: str, points: Sequence[SpecNode]) -> Iterator[Contradiction]:
    numbers = [int(node.code.rpartition("-")[2]) for node in points]
    missing = sorted(set(range(1, max(numbers, default=0) + 1)) - set(numbers))
    if missing:
        shown = "、".join(f"{number:03d}" for number in missing[:5])
        zh, en = f"{area} 缺少编号 {shown}", f"{area} lacks the numbers {shown}"
        yield Contradiction("spec.numbering", area, points[0].row, zh, en)


def _check_names(children: Sequence[SpecNode]) -> Iterator[Contradiction]:
    seen: dict[str, SpecNode] = {}
    for node in children:
        first = seen.setdefault(node.name, node)
        if first is not node:
            zh = f"{node.code} 与第 {first.row} 行 {first.code} 同名“{node.name}”"
            yield Contradiction(
                "spec.name_repeated", node.code, node.row, zh, f"{node.code} is named like {first.code}"
            )
