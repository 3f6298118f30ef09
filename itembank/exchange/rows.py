"""Turns one row of a sheet into one item by a mapping, and says everything that is wrong with the row.

For the importer. Source: acceptance E1. Flaws name the field; the caller turns fields into the headers a person sees.
"""

import re
from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from itembank.exchange.figures import Figure, Figures
from itembank.exchange.mapping import BY_KEY, OPTION_MARK, Mapping, folded
from itembank.exchange.sheet import SheetRow
from itembank.items.check import check_item
from itembank.items.content import Block, ItemBody, ItemContent, Option, figure_block, text_block
from itembank.items.faults import Flaw
from itembank.items.kinds import ITEM_TYPES, MULTIPLE_RESPONSE, OPTION_LETTERS, SINGLE_RESPONSE, TRUE_FALSE

_OPTION_MARK = re.compile(rf"^\s*{OPTION_MARK}\s*")
_ODD = {
    "formula": ("单元格是公式，请改为文字", "The cell is a formula; paste its value"),
    "date": ("单元格被 Excel 当成日期，请设为文本格式", "Excel took the cell for a date; format it as text"),
    "error": ("单元格是 Excel 错误值", "The cell is an Excel error value"),
    "extra": ("本行的单元格多于表头，内容可能错位", "The row has more cells than headers"),
}


@dataclass(frozen=True)
class ReadRow:
    """What a row says: the item as far as it could be read, its flaws, the figures it uses."""

    number: int
    body: ItemBody
    flaws: tuple[Flaw, ...]
    figures: tuple[Figure, ...]


class _Reader:
    """One row under one mapping; collects flaws while reading."""

    def __init__(self, row: SheetRow, mapping: Mapping, figures: Figures) -> None:
        self.row, self.mapping, self.figures = row, mapping, figures
        self.flaws: list[Flaw] = []

    def text(self, name: str) -> str:
        header = self.mapping.columns.header(name)
        return self.row.text(header) if header else ""

    def flaw(self, field: str, code: str, zh: str, en: str, value: str = "") -> None:
        self.flaws.append(Flaw(field, code, zh, en, value[:80]))

    def type(self) -> str:
        raw = self.text("type")
        for pattern, kind in self.mapping.type_patterns:
            if pattern.search(raw):
                return kind
        word = folded(raw)
        if word.lower() in ITEM_TYPES:
            return word.lower()
        if not raw and self.mapping.defaults.type:
            return self.default_type()
        if not raw:
            self.flaw("type", "type.missing", "缺少题型", "The item type is missing")
        elif word not in self.mapping.types:
            self.flaw("type", "type.unknown", f"未知题型“{raw}”", f"Unknown item type {raw}", raw)
        return self.mapping.types.get(word, "")

    def default_type(self) -> str:
        """The type the mapping gives to rows without one; `key` means: what the key shows."""
        asked, key = self.mapping.defaults.type, self.text("key")
        if asked != BY_KEY:
            return asked
        texts = [text for _, text in self.option_texts()]
        if self.truth(key) and all(self.truth(text) for text in texts):
            return TRUE_FALSE.code
        return MULTIPLE_RESPONSE.code if len(self.letters(key)) > 1 else SINGLE_RESPONSE.code

    def code(self) -> str:
        """The item code, or prefix and row number where the file has none."""
        prefix = self.mapping.defaults.code_prefix
        return self.text("code") or (f"{prefix}-{self.row.number:05d}" if prefix else "")

    def letters(self, raw: str) -> list[str]:
        """The letters of a key as spelled; numbers become letters where the mapping says so."""
        separators = folded(self.mapping.keys.separators) + " \t\n"
        letters = [each for each in folded(raw) if each not in separators]
        if self.mapping.keys.numbers and all(each in "12345678" for each in letters):
            return [OPTION_LETTERS[int(each) - 1] for each in letters]
        return letters

    def option_texts(self) -> list[tuple[str, str]]:
        """(letter, text) of every filled option cell, or of the parts of the one cell that holds them all."""
        headers = self.mapping.columns.options
        cells = [self.row.text(header) for header in headers]
        if len(headers) == 1 and self.mapping.option_split:
            parts = self.mapping.option_split.split(cells[0])
            cells = [_OPTION_MARK.sub("", part).strip() for part in parts if part.strip()]
        return [(letter, text) for letter, text in zip(OPTION_LETTERS, cells, strict=False) if text]

    def options(self, kind: str) -> tuple[Option, ...]:
        texts = self.option_texts()
        if kind != TRUE_FALSE.code:
            return tuple(Option(letter, (text_block(text),)) for letter, text in texts)
        strange = [text for _, text in texts if self.truth(text) is None]
        if strange:
            zh, en = "判断题的选项只能是正确与错误", "A true/false item has no options of its own"
            self.flaw("options", "options.fixed", zh, en, strange[0])
        return tuple(Option(identifier, (text_block(text),)) for identifier, text in TRUE_FALSE.fixed_options)

    def truth(self, word: str) -> str | None:
        spelled = folded(word)
        if spelled in self.mapping.keys.true:
            return "true"
        return "false" if spelled in self.mapping.keys.false else None

    def key(self, kind: str) -> tuple[str, ...]:
        raw = self.text("key")
        if not raw or not kind:
            return ()
        return self.truth_key(raw) if kind == TRUE_FALSE.code else self.letter_key(raw)

    def truth_key(self, raw: str) -> tuple[str, ...]:
        named = dict(self.option_texts()).get(folded(raw))
        found = self.truth(named if named is not None else raw)
        if found is None:
            zh, en = f"判断题答案“{raw}”无法识别", f"The key {raw} of a true/false item is not understood"
            self.flaw("key", "key.unreadable", zh, en, raw)
            return ()
        return (found,)

    def letter_key(self, raw: str) -> tuple[str, ...]:
        letters = self.letters(raw)
        if not letters or not all(letter in OPTION_LETTERS for letter in letters):
            self.flaw("key", "key.unreadable", f"答案“{raw}”无法识别", f"The key {raw} is not understood", raw)
            return ()
        self.check_key_count(letters, raw)
        return tuple(sorted(letters))

    def check_key_count(self, letters: list[str], raw: str) -> None:
        pattern = self.mapping.keys.count_pattern
        declared = pattern.search(self.text("code")) if pattern else None
        if declared and int(declared[1]) != len(letters):
            zh = f"编号标明 {declared[1]} 个正确选项，答案却有 {len(letters)} 个"
            en = f"The code declares {declared[1]} right option(s), the key has {len(letters)}"
            self.flaw("key", "key.declared", zh, en, raw)

    def word(self, name: str, words: ReadOnly[str, str], zh: str) -> str | None:
        raw = self.text(name)
        if not raw:
            return None
        value = words.get(folded(raw))
        if value is None:
            self.flaw(name, f"{name}.unknown", f"{zh}“{raw}”无法识别", f"Unknown {name} {raw}", raw)
        return value

    def difficulty(self) -> int | None:
        raw = self.text("difficulty")
        if not raw:
            return None
        word = self.mapping.difficulty.get(folded(raw), raw)
        value = _thousandths(word)
        if value is None:
            zh, en = f"难度“{raw}”无法识别，应为 0 与 1 之间的小数", "Difficulty must be a fraction between 0 and 1"
            self.flaw("difficulty", "difficulty.malformed", zh, en, raw)
        return value

    def stem_figures(self) -> tuple[Figure, ...]:
        rule, cell = self.mapping.figures, self.text("figure")
        if rule.rule == "none":
            return ()
        names = [name.strip() for name in re.split(f"[{re.escape(rule.separators)}]", cell) if name.strip()]
        found = [(name, self.figures.find(name)) for name in names]
        for name, figure in found:
            if figure is None and rule.rule == "column":
                zh, en = f"图片 {name} 不在压缩包中", f"The figure {name} is not in the archive"
                self.flaw("figure", "figure.missing", zh, en, name)
        figures = tuple(dict.fromkeys(figure for _, figure in found if figure is not None))
        self.check_figure_promised(bool(figures) or (rule.rule == "column" and bool(names)))
        return figures

    def check_figure_promised(self, named: bool) -> None:
        pattern = self.mapping.figures.required_if
        promised = pattern.search(self.text("stem")) if pattern else None
        if promised and not named:
            zh, en = f"题干提到“{promised[0]}”，却没有图", "The stem speaks of a figure, but there is none"
            self.flaw("figure", "figure.missing", zh, en, promised[0])


def _thousandths(text: str) -> int | None:
    percent = text.endswith(("%", "％"))
    try:
        number = Decimal(text.rstrip("%％").strip())
    except InvalidOperation:
        return None
    scaled = number * (10 if percent else 1000)
    return int(scaled) if scaled == scaled.to_integral_value() and abs(scaled) < 10**6 else None


def _odd_flaws(row: SheetRow, mapping: Mapping) -> list[Flaw]:
    columns = mapping.columns
    fields = [*columns.required, *columns.other, *(f"option:{letter}" for letter in OPTION_LETTERS)]
    by_header = {columns.header(name): name for name in reversed(fields) if columns.header(name)}
    flaws = []
    for header, odd in row.odd.items():
        if header in by_header or odd == "extra":
            zh, en = _ODD[odd]
            flaws.append(Flaw(by_header.get(header, ""), f"cell.{odd}", zh, en, row.text(header)[:80]))
    return flaws


def read_row(row: SheetRow, mapping: Mapping, figures: Figures) -> ReadRow:
    """The item of this row and all its flaws, each field told once."""
    reader = _Reader(row, mapping, figures)
    kind = reader.type()
    shown = reader.stem_figures()
    code, stem = reader.code(), reader.text("stem")
    point = reader.text("point") or mapping.defaults.point
    blocks: list[Block] = [text_block(stem)] if stem else []
    blocks += [figure_block(figure.digest, f"{code} 附图") for figure in shown]
    body = ItemBody(
        content=ItemContent(code, kind, point, tuple(blocks), reader.options(kind)),
        key=reader.key(kind),
        importance=reader.word("importance", mapping.importance, "重要程度"),
        cognition=reader.word("cognition", mapping.cognition, "认知层次"),
        difficulty=reader.difficulty(),
        source=reader.text("source") or mapping.defaults.source,
    )
    if not stem:
        reader.flaw("stem", "stem.missing", "缺少题干", "The stem is missing")
    flaws = [*_odd_flaws(row, mapping), *reader.flaws]
    told = {flaw.field for flaw in flaws}
    flaws += [flaw for flaw in check_item(body, mapping.min_options) if flaw.field not in told]
    return ReadRow(row.number, body, tuple(flaws), shown)


def with_importance(body: ItemBody, importance: str | None) -> ItemBody:
    """The item with the importance of its point where the row says none."""
    return body if body.importance or not importance else replace(body, importance=importance)
