"""Decides which rows of a file may enter the bank: a row goes in whole or not at all, and every fault is listed.

For the person who imports: row as Excel numbers it, column header, code, reason in Chinese and English. Source:
acceptance E1. Reads nothing and writes nothing; the same file against the same bank always gives the same report.
"""

from collections import Counter
from collections.abc import Mapping as ReadOnly
from collections.abc import Sequence
from dataclasses import dataclass

from examserver.kernel.errors import Invalid
from itembank.exchange.figures import Figure, Figures
from itembank.exchange.identity import Likeness, find_alike, likeness
from itembank.exchange.mapping import Mapping
from itembank.exchange.rows import ReadRow, read_row, with_importance
from itembank.exchange.sheet import Sheet
from itembank.items.content import ItemBody, option_text, stem_text
from itembank.items.faults import Flaw
from itembank.items.text import private_characters
from itembank.specs.tree import ContentSpecification

MOST_WARNINGS = 500


class HeadersMissing(Invalid):
    """The sheet lacks columns the mapping needs."""

    code = "import.headers_missing"
    message_zh = "工作表缺少列：{columns}"
    message_en = "The sheet lacks the columns: {columns}"
    next_zh = "请选择与文件相符的映射，或补上这些列"
    next_en = "Choose the mapping that fits the file, or add these columns"


@dataclass(frozen=True)
class Fault:
    """One fault of one row, as the person sees it."""

    row: int
    column: str
    code: str
    reason_zh: str
    reason_en: str
    value: str = ""

    def as_json(self) -> dict[str, str | int]:
        """Plain data."""
        return {
            "row": self.row,
            "column": self.column,
            "code": self.code,
            "reason_zh": self.reason_zh,
            "reason_en": self.reason_en,
            "value": self.value,
        }


@dataclass(frozen=True)
class GoodRow:
    """A row that may go in."""

    row: int
    body: ItemBody
    likeness: Likeness
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class CheckedImport:
    """The whole report of one file against one bank."""

    rows: int
    good: tuple[GoodRow, ...]
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    columns: tuple[str, ...]

    @property
    def faulty_rows(self) -> int:
        """How many rows stay out."""
        return self.rows - len(self.good)


@dataclass(frozen=True)
class BankFacts:
    """What the bank already holds, as far as an import must know it."""

    specification: ContentSpecification | None
    known: Sequence[Likeness]


def check_import(sheet: Sheet, mapping: Mapping, figures: Figures, bank: BankFacts) -> CheckedImport:
    """The report; raises HeadersMissing when the sheet is not of this layout."""
    missing = [header for header in mapping.columns.expected() if header not in sheet.headers]
    if missing:
        raise HeadersMissing(columns="、".join(missing))
    run = _Run(mapping, bank)
    for row in sheet.rows:
        run.take(read_row(row, mapping, figures))
    warnings = [*_ignored_columns(sheet, mapping), *run.warnings, *_near_duplicates(run.good, bank.known, mapping)]
    return CheckedImport(
        rows=len(sheet.rows),
        good=tuple(run.good),
        faults=tuple(run.faults),
        warnings=tuple(sorted(warnings, key=lambda fault: fault.row)[:MOST_WARNINGS]),
        columns=tuple(header for header in sheet.headers if header),
    )


def _ignored_columns(sheet: Sheet, mapping: Mapping) -> list[Fault]:
    """Filled columns the mapping does not read: a misspelt header must not lose an option in silence."""
    unread = [header for header in sheet.headers if header and header not in mapping.columns.all()]
    zh, en = "映射中没有这一列，其内容不会导入", "The mapping has no such column; what it holds is not imported"
    return [
        Fault(mapping.header_row, header, "column.ignored", zh, en)
        for header in unread
        if any(row.text(header) for row in sheet.rows)
    ]


class _Run:
    """Walks the rows in file order; what an earlier good row or the bank holds makes a later row a duplicate."""

    def __init__(self, mapping: Mapping, bank: BankFacts) -> None:
        self.mapping, self.bank = mapping, bank
        self.good: list[GoodRow] = []
        self.faults: list[Fault] = []
        self.warnings: list[Fault] = []
        self.codes = {known.code: known.place for known in bank.known}
        self.items = {known.key(mapping.identity): known for known in bank.known}

    def take(self, read: ReadRow) -> None:
        own = likeness(read.body.content, f"第 {read.number} 行")
        flaws = [*read.flaws, *self.check_point(read), *self.check_repeated(own)]
        self.faults += [self.told(read.number, flaw) for flaw in flaws]
        if flaws:
            return
        self.warnings += [self.told(read.number, flaw) for flaw in self.check_doubtful(read)]
        body = with_importance(read.body, self.importance_of(read.body.content.point))
        self.good.append(GoodRow(read.number, body, own, read.figures))
        self.codes[own.code] = own.place
        self.items[own.key(self.mapping.identity)] = own

    def told(self, row: int, flaw: Flaw) -> Fault:
        column = self.mapping.columns.header(flaw.field)
        return Fault(row, column, flaw.code, flaw.reason_zh, flaw.reason_en, flaw.value)

    def importance_of(self, point: str) -> str | None:
        specification = self.bank.specification
        node = specification.points.get(point) if specification else None
        return node.importance if node else None

    def check_point(self, read: ReadRow) -> list[Flaw]:
        point, rule = read.body.content.point, self.mapping.specification
        specification = self.bank.specification
        if not point:
            return []
        if specification is None or (specification.derived and rule.derive):
            known = bool(rule.point_pattern is None or rule.point_pattern.search(point))
        else:
            known = point in specification.points
        zh, en = f"鉴定点“{point}”不在细目表中", f"The point {point} is not in the content specification"
        return [] if known else [Flaw("point", "point.unknown", zh, en, point)]

    def check_repeated(self, own: Likeness) -> list[Flaw]:
        if own.code in self.codes:
            place = self.codes[own.code]
            zh, en = f"编号 {own.code} 已存在（{place}）", f"The code {own.code} exists already ({place})"
            return [Flaw("code", "code.repeated", zh, en, own.code)]
        earlier = self.items.get(own.key(self.mapping.identity))
        if own.stem and earlier is not None:
            zh = f"与{earlier.place} {earlier.code} 的题干重复"
            en = f"The stem repeats {earlier.code} ({earlier.place})"
            return [Flaw("stem", "stem.repeated", zh, en, earlier.code)]
        return []

    def check_doubtful(self, read: ReadRow) -> list[Flaw]:
        content, found = read.body.content, []
        texts = [stem_text(content), *(option_text(option) for option in content.options)]
        private = sorted({mark for text in texts for mark in private_characters(text)})
        if private:
            zh = f"含有自造字（{' '.join(private)}），考试机可能显示为空格"
            found.append(Flaw("stem", "text.private_use", zh, "Holds home-made characters", " ".join(private)))
        expected = self.importance_of(content.point)
        said = read.body.importance
        if said and expected and said != expected:
            zh, en = f"重要程度 {said} 与细目表的 {expected} 不同", f"The specification says {expected}, the row {said}"
            found.append(Flaw("importance", "importance.differs", zh, en, said))
        return found


def _near_duplicates(good: Sequence[GoodRow], known: Sequence[Likeness], mapping: Mapping) -> list[Fault]:
    rows: ReadOnly[str, int] = {each.likeness.code: each.row for each in good}
    column = mapping.columns.header("stem")
    pairs = find_alike([each.likeness for each in good], known, mapping.near_ratio)
    return [
        Fault(
            rows[pair.second.code],
            column,
            "stem.alike",
            f"与{pair.first.place} {pair.first.code} 的题干相似 {pair.percent}%，请核对",
            f"The stem is {pair.percent} % like {pair.first.code} ({pair.first.place}); please compare",
            pair.first.code,
        )
        for pair in pairs
    ]


def count_by_code(faults: Sequence[Fault]) -> dict[str, int]:
    """How many faults of each kind, for summaries."""
    return dict(sorted(Counter(fault.code for fault in faults).items()))
