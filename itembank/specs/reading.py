"""Turns the rows of a specification sheet into the tree, naming every cell it cannot read.

For the import of a content specification. Source: domain C.2 (columns), E1 (everything wrong is listed at once).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from examserver.kernel.errors import Invalid
from itembank.exchange.sheet import Sheet, SheetRow
from itembank.specs.tree import ContentSpecification, Contradiction, SpecNode

T = TypeVar("T")

_RATIO = re.compile(r"\s*(\d{1,4})\s*[:：]\s*(\d{1,4})\s*[:：]\s*(\d{1,4})\s*")
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/-]{0,63}")
FIELDS = ("code", "level", "parent", "name", "weight", "importance", "ratio")


class SpecificationUnusable(Invalid):
    """The sheet cannot become a tree; `faults` lists every reason."""

    code = "specification.unusable"
    message_zh = "细目表无法使用，共 {count} 处问题：{first_zh}"
    message_en = "The specification cannot be used, {count} fault(s): {first_en}"
    next_zh = "请按列出的行号逐一改正后重新上传"
    next_en = "Correct the rows listed and upload it again"


@dataclass(frozen=True)
class ReadSpecification:
    """The tree as far as it could be read, and the cells that could not."""

    specification: ContentSpecification
    unreadable: tuple[Contradiction, ...]


class _Row:
    """One row; `fault` collects what cannot be read."""

    def __init__(self, row: SheetRow, columns: Mapping[str, str]) -> None:
        self.row, self.columns = row, columns
        self.faults: list[Contradiction] = []

    def text(self, name: str) -> str:
        return self.row.text(self.columns[name]) if name in self.columns else ""

    def read(self, name: str, convert: Callable[[str], T | None], zh: str, en: str) -> T | None:
        """The converted cell; None when blank or unreadable (then a fault is kept)."""
        raw = self.text(name)
        if not raw:
            return None
        value = convert(raw)
        if value is None:
            reason = f"第 {self.row.number} 行{self.columns[name]}“{raw}”{zh}"
            shown = f"row {self.row.number}, {self.columns[name]} “{raw}”: {en}"
            self.faults.append(
                Contradiction(f"spec.{name}_unreadable", self.text("code"), self.row.number, reason, shown)
            )
        return value

    def node(self) -> SpecNode | None:
        code = self.read("code", _code, "不是合法代码", "not a code")
        level = self.read("level", _level, "应为 1 至 6 的整数", "a level is 1 to 6")
        weight = self.read("weight", _weight, "应为不大于 100 的非负数", "a weight is 0 to 100")
        importance = self.read("importance", _importance, "应为 X、Y 或 Z", "X, Y or Z")
        ratio = self.read("ratio", _ratio, "应写作 X:Y:Z", "a ratio is written X:Y:Z")
        for name, value in (("code", code), ("level", level)):
            if value is None and not self.text(name):
                zh, en = f"第 {self.row.number} 行缺少{self.columns[name]}", f"row {self.row.number}: {name} is missing"
                self.faults.append(Contradiction(f"spec.{name}_missing", "", self.row.number, zh, en))
        if code is None or level is None:
            return None
        name_text = self.text("name") or code
        return SpecNode(code, level, self.text("parent") or None, name_text, weight, importance, ratio, self.row.number)


def _code(raw: str) -> str | None:
    return raw if _CODE.fullmatch(raw) else None


def _level(raw: str) -> int | None:
    return int(raw) if raw in "123456" and len(raw) == 1 else None


def _weight(raw: str) -> Decimal | None:
    try:
        value = Decimal(raw.rstrip("%％").strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() and 0 <= value <= 100 else None


def _importance(raw: str) -> str | None:
    return raw.strip().upper() if raw.strip().upper() in ("X", "Y", "Z") else None


def _ratio(raw: str) -> tuple[int, int, int] | None:
    match = _RATIO.fullmatch(raw)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def read_specification(sheet: Sheet, columns: Mapping[str, str]) -> ReadSpecification:
    """The tree of this sheet and every unreadable cell; raises SpecificationUnusable when columns are missing."""
    missing = [columns.get(name, name) for name in ("code", "level", "parent", "name")
               if columns.get(name) not in sheet.headers]  # fmt: skip
    if missing:
        zh, en = f"缺少列：{'、'.join(missing)}", f"the columns {', '.join(missing)} are missing"
        raise SpecificationUnusable(count=len(missing), first_zh=zh, first_en=en, faults=[])
    nodes: list[SpecNode] = []
    faults: list[Contradiction] = []
    for row in sheet.rows:
        reader = _Row(row, columns)
        node = reader.node()
        faults += reader.faults
        nodes += [node] if node else []
    return ReadSpecification(ContentSpecification(tuple(nodes)), tuple(faults))
