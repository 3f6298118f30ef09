"""Decides which rows of a file may enter the bank: a row goes in whole or not at all, and every fault is listed.

For the person who imports: row as Excel numbers it (or line, or question), column header, code, reason in Chinese and
English, suggestion. A case group goes in whole or not at all. Source: acceptance E1. Reads nothing and writes nothing;
the same file against the same bank always gives the same report. Looking at rows by themselves (`examine`) is apart
from holding them against the bank (`judge`), so that the second can be done again at once when the bank has moved.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass, field, replace

from itembank.exchange.figures import Figure, Figures
from itembank.exchange.identity import Likeness, likeness
from itembank.exchange.mapping import Mapping
from itembank.exchange.overlay import label_of
from itembank.exchange.reading import SHEET, HeadersMissing, Read, place_en, rows_of_sheet
from itembank.exchange.rows import ReadRow, with_importance
from itembank.exchange.sheet import Sheet
from itembank.exchange.suggestions import Suggestions
from itembank.exchange.ticks import Tick, quiet
from itembank.items.cases import check_case_company, check_case_group, check_enemies_known, closed_case
from itembank.items.company import check_accompanied
from itembank.items.content import Case, ItemBody, option_text, stem_text
from itembank.items.faults import Flaw
from itembank.items.text import private_characters
from itembank.quality.distractors import doubts
from itembank.quality.duplicates import (
    CONTRADICTION,
    NEAR,
    REORDERED,
    Duplicates,
    Entry,
    Pair,
    entry_of,
    find_duplicates,
)
from itembank.specs.tree import ContentSpecification

__all__ = ["BankFacts", "CheckedImport", "Fault", "GoodRow", "HeadersMissing", "check_import"]

MOST_WARNINGS = 20_000
SHORTEST_STEM = 8
NO_PAIRS = Duplicates(0, (), True)


@dataclass(frozen=True)
class Fault:
    """One fault of one row, as the person sees it."""

    row: int
    column: str
    code: str
    reason_zh: str
    reason_en: str
    value: str = ""
    suggestion_zh: str = ""
    suggestion_en: str = ""

    def as_json(self) -> dict[str, str | int]:
        """Plain data."""
        return {
            "row": self.row,
            "column": self.column,
            "code": self.code,
            "reason_zh": self.reason_zh,
            "reason_en": self.reason_en,
            "value": self.value,
            "suggestion_zh": self.suggestion_zh,
            "suggestion_en": self.suggestion_en,
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
    """The whole report of one file against one bank; `pairs` are the alike ones among rows and bank."""

    rows: int
    good: tuple[GoodRow, ...]
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    columns: tuple[str, ...]
    pairs: Duplicates = NO_PAIRS

    @property
    def faulty_rows(self) -> int:
        """How many rows stay out."""
        return self.rows - len(self.good)

    @property
    def conflicts(self) -> tuple[Pair, ...]:
        """Same question, same options, another key."""
        return tuple(pair for pair in self.pairs.pairs if pair.kind == CONTRADICTION)


@dataclass(frozen=True)
class BankFacts:
    """What the bank already holds, as far as an import must know it; `entries` are for finding alike items.

    `closed_cases` have members the importing person may not see: of those nothing is told.
    """

    specification: ContentSpecification | None
    known: Sequence[Likeness]
    entries: Sequence[Entry] = ()
    cases: ReadOnly[str, Sequence[Case]] = field(default_factory=dict)
    closed_cases: Collection[str] = ()


@dataclass(frozen=True)
class Examined:
    """One row looked at by itself: its likeness, and what is doubtful about it."""

    read: ReadRow
    own: Likeness
    doubts: tuple[Flaw, ...]


def check_import(sheet: Sheet, mapping: Mapping, figures: Figures, bank: BankFacts) -> CheckedImport:
    """The report on a sheet; raises HeadersMissing when it is not of this layout."""
    return check_rows(rows_of_sheet(sheet, mapping, figures), mapping, bank)


def check_rows(read: Read, mapping: Mapping, bank: BankFacts, tick: Tick = quiet) -> CheckedImport:
    """The whole report on the rows of a file, alike items included."""
    examined = examine(read, tick)
    report = judge(read, examined, mapping, bank)
    tick(3, len(examined))
    pairs = _compared(read, examined, report, mapping, bank)
    tick(4, len(examined))
    warnings = [*report.warnings, *_told_pairs(read, pairs, mapping)]
    return replace(report, warnings=_in_order(warnings), pairs=pairs)


def examine(read: Read, tick: Tick = quiet, with_doubts: bool = True) -> list[Examined]:
    """Every row by itself; the slow part, and the same whatever the bank holds. Doubts are for the report alone."""
    found = []
    for number, row in enumerate(read.rows):
        if number % 1000 == 0:
            tick(2, number)
        own = likeness(row.body.content, read.place(row.number))
        doubtful = with_doubts and not row.flaws
        found.append(Examined(row, own, (*_private(row.body), *doubts(row.body)) if doubtful else ()))
    return found


def judge(read: Read, examined: Sequence[Examined], mapping: Mapping, bank: BankFacts) -> CheckedImport:
    """Which rows may go in as the bank is now; alike items are not looked for."""
    run = _Run(read, mapping, bank, {each.own.code for each in examined})
    for unit in _units(examined):
        run.take(unit)
    warnings = [*_ignored_columns(read, mapping), *_remarks(read, mapping), *run.warnings]
    return CheckedImport(
        rows=len(read.rows),
        good=tuple(sorted(run.good, key=lambda good: good.row)),
        faults=tuple(sorted(run.faults, key=lambda fault: fault.row)),
        warnings=_in_order(warnings),
        columns=read.columns,
    )


def _in_order(warnings: Iterable[Fault]) -> tuple[Fault, ...]:
    return tuple(sorted(warnings, key=lambda fault: fault.row)[:MOST_WARNINGS])


def _units(examined: Sequence[Examined]) -> Iterable[list[Examined]]:
    """Rows that go in together: a case group, or one row by itself; in order of their first rows."""
    units: dict[object, list[Examined]] = {}
    for at, each in enumerate(examined):
        case = each.read.body.content.case
        units.setdefault(case.code if case else at, []).append(each)
    return units.values()


def _column(read: Read, mapping: Mapping, field: str) -> str:
    header = mapping.columns.header(field)
    return header or (label_of(field) if read.kind != SHEET else "")


def told(read: Read, mapping: Mapping, row: int, flaw: Flaw) -> Fault:
    """A flaw as the person sees it: under the header of its column."""
    column = _column(read, mapping, flaw.field)
    return Fault(row, column, flaw.code, flaw.reason_zh, flaw.reason_en, flaw.value)


def _remarks(read: Read, mapping: Mapping) -> list[Fault]:
    return [told(read, mapping, remark.number, remark.flaw) for remark in read.remarks]


def _ignored_columns(read: Read, mapping: Mapping) -> list[Fault]:
    """Filled columns the mapping does not read: a misspelt header must not lose an option in silence."""
    if read.sheet is None:
        return []
    unread = [header for header in read.columns if header not in mapping.columns.all()]
    zh, en = "映射中没有这一列，其内容不会导入", "The mapping has no such column; what it holds is not imported"
    return [
        Fault(mapping.header_row, header, "column.ignored", zh, en)
        for header in unread
        if any(row.text(header) for row in read.sheet.rows)
    ]


def _private(body: ItemBody) -> list[Flaw]:
    texts = [stem_text(body.content), *(option_text(option) for option in body.content.options)]
    private = sorted({mark for text in texts for mark in private_characters(text)})
    zh = f"含有自造字（{' '.join(private)}），考试机可能显示为空格"
    flaw = Flaw("stem", "text.private_use", zh, "Holds home-made characters", " ".join(private))
    return [flaw] if private else []


def _unaccompanied(read: ReadRow) -> Iterable[Flaw]:
    """A digest written into a file is no picture: every picture and sound must come along with the row."""
    return check_accompanied(read.body, {figure.digest for figure in read.figures})


class _Run:
    """Walks the rows in file order; what an earlier good row or the bank holds makes a later row a duplicate."""

    def __init__(self, read: Read, mapping: Mapping, bank: BankFacts, codes: set[str]) -> None:
        self.read, self.mapping, self.bank = read, mapping, bank
        self.good: list[GoodRow] = []
        self.faults: list[Fault] = []
        self.warnings: list[Fault] = []
        self.codes = {known.code: known.place for known in bank.known}
        self.nameable = self.codes.keys() | codes
        points = bank.specification.points if bank.specification else ()
        self.suggestions = Suggestions(points, mapping.types)
        self.items = {known.key(mapping.identity): known for known in bank.known}

    def take(self, unit: list[Examined]) -> None:
        """Takes the rows of a unit together, or none of them."""
        codes, items = dict[str, str](), dict[tuple[str, ...], Likeness]()
        flaws = []
        for each in unit:
            found = [*each.read.flaws, *self.check_point(each.read), *self.check_repeated(each.own, codes, items)]
            found += check_enemies_known(each.read.body, self.nameable)
            found += _unaccompanied(each.read) if not found else []
            flaws.append(found)
            codes[each.own.code] = each.own.place
            items[each.own.key(self.mapping.identity)] = each.own
        case = unit[0].read.body.content.case
        if case is not None:
            self.check_group(unit, flaws)
        for each, found in zip(unit, flaws, strict=True):
            self.faults += [self.fault(each.read.number, flaw) for flaw in found]
        if any(flaws):
            return
        for each in unit:
            self.accept(each)
        self.codes |= codes
        self.items |= items

    def fault(self, row: int, flaw: Flaw) -> Fault:
        zh, en = self.suggestions.about(flaw.code, flaw.value)
        return replace(told(self.read, self.mapping, row, flaw), suggestion_zh=zh, suggestion_en=en)

    def accept(self, each: Examined) -> None:
        read = each.read
        doubtful = [*each.doubts, *self.check_importance(read.body)]
        self.warnings += [told(self.read, self.mapping, read.number, flaw) for flaw in doubtful]
        body = with_importance(read.body, self.importance_of(read.body.content.point))
        self.good.append(GoodRow(read.number, body, each.own, read.figures))

    def importance_of(self, point: str) -> str | None:
        specification = self.bank.specification
        node = specification.points.get(point) if specification else None
        return node.importance if node else None

    def check_importance(self, body: ItemBody) -> list[Flaw]:
        expected, said = self.importance_of(body.content.point), body.importance
        if not said or not expected or said == expected:
            return []
        zh, en = f"重要程度 {said} 与细目表的 {expected} 不同", f"The specification says {expected}, the row {said}"
        return [Flaw("importance", "importance.differs", zh, en, said)]

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

    def check_repeated(
        self, own: Likeness, codes: dict[str, str], items: dict[tuple[str, ...], Likeness]
    ) -> list[Flaw]:
        place = self.codes.get(own.code) or codes.get(own.code)
        if place is not None and own.code:
            zh, en = f"编号 {own.code} 已存在（{place}）", f"The code {own.code} exists already ({place_en(place)})"
            return [Flaw("code", "code.repeated", zh, en, own.code)]
        key = own.key(self.mapping.identity)
        earlier = self.items.get(key) or items.get(key)
        if own.stem and earlier is not None:
            zh = f"与{earlier.place} {earlier.code} 的题干重复"
            en = f"The stem repeats {earlier.code} ({place_en(earlier.place)})"
            return [Flaw("stem", "stem.repeated", zh, en, earlier.code)]
        return []

    def check_group(self, unit: list[Examined], flaws: list[list[Flaw]]) -> None:
        """Adds to every member what keeps its group out: a contradiction, or another member that is faulty."""
        cases = [case for each in unit if (case := each.read.body.content.case)]
        there = self.bank.cases.get(cases[0].code, ())
        closed = [closed_case(cases[0].code)] if cases[0].code in self.bank.closed_cases else []
        for at, found in enumerate(flaws):
            found += closed or check_case_company(cases[at], [*there, *cases[:at], *cases[at + 1 :]])
        faulty = next((each.read.number for each, found in zip(unit, flaws, strict=True) if found), None)
        if faulty is None:
            content = [each.read.body.content for each in unit]
            known = [replace(content[0], case=case) for case in there]
            missing = check_case_group([*content, *known])
            self.warnings += [told(self.read, self.mapping, unit[0].read.number, flaw) for flaw in missing]
            return
        place = self.read.place(faulty)
        for found in flaws:
            if not found:
                zh = f"题组中{place}有问题，整组不收"
                en = f"In this group {place_en(place)} is faulty, so all of it stays out"
                found.append(Flaw("case", "case.member", zh, en, cases[0].code))


def _compared(
    read: Read, examined: Sequence[Examined], report: CheckedImport, mapping: Mapping, bank: BankFacts
) -> Duplicates:
    """Alike ones among the bank and the rows that are sound by themselves; rows left out as repeated are told too."""
    good = {each.row for each in report.good}
    repeated = {fault.row for fault in report.faults if fault.code in ("stem.repeated", "code.repeated")}
    rows = [each.read for each in examined if each.read.number in good or each.read.number in repeated]
    entries = [*bank.entries, *(entry_of(row.body, read.place(row.number)) for row in rows)]
    return find_duplicates(entries, len(bank.entries), mapping.near_ratio or 100)


_PAIR_WORDS = {
    CONTRADICTION: ("item.contradiction", "与{place} {code} 题干和选项相同，答案不同（矛盾）",
                    "Same stem and options as {code} ({place_en}), but another key"),
    REORDERED: ("item.reordered", "与{place} {code} 题干相同或相近，仅选项换序",
                "Like {code} ({place_en}), only the options stand in another order"),
    NEAR: ("stem.alike", "与{place} {code} 的题干相似 {score:.0f}%，请核对",
           "The stem is {score:.0f} % like {code} ({place_en}); please compare"),
}  # fmt: skip


def _told_pairs(read: Read, pairs: Duplicates, mapping: Mapping) -> list[Fault]:
    """The alike ones as warnings of the later row."""
    rows = {read.place(row.number): row.number for row in read.rows}
    column, found = _column(read, mapping, "stem"), []
    for pair in pairs.pairs:
        short = min(len(pair.first.stem), len(pair.second.stem)) < SHORTEST_STEM
        if pair.kind not in _PAIR_WORDS or (pair.kind == NEAR and short):
            continue
        code, zh, en = _PAIR_WORDS[pair.kind]
        place = pair.first.place or "题库中"
        facts = {"place": place, "place_en": place_en(place), "code": pair.first.code, "score": pair.score}
        row = rows.get(pair.second.place, 0)
        found.append(Fault(row, column, code, zh.format(**facts), en.format(**facts), pair.first.code))
    return found


def count_by_code(faults: Sequence[Fault]) -> dict[str, int]:
    """How many faults of each kind, for summaries."""
    return dict(sorted(Counter(fault.code for fault in faults).items()))
