"""Turns one row of a sheet into one item by a mapping, and says everything that is wrong with the row.

For the importer. Source: acceptance E1. Flaws name the field; the caller turns fields into the headers a person sees.
Layouts with a column for the format (`rich`) write paragraphs as `cells.py` does; in all others a cell is plain words.
"""

import re
from collections.abc import Mapping as ReadOnly
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from itembank.exchange.cells import read_blocks
from itembank.exchange.figures import Figure, Figures
from itembank.exchange.mapping import BY_KEY, OPTION_MARK, Mapping, folded
from itembank.exchange.sheet import SheetRow
from itembank.exchange.spellings import PLAIN, RICH
from itembank.exchange.typed_cells import Typed, TypedCells
from itembank.items.check import check_item
from itembank.items.content import Block, Case, ItemBody, ItemContent, Option, figure_block, plain_text, text_block
from itembank.items.faults import Flaw
from itembank.items.interactions import MARK
from itembank.items.kinds import CHOICES, ITEM_TYPES, MULTIPLE_RESPONSE, OPTION_LETTERS, SINGLE_RESPONSE, TRUE_FALSE
from itembank.items.shapes import canonical

_OPTION_MARK = re.compile(rf"^\s*{OPTION_MARK}\s*")
_BLANK = re.compile(r"[_＿]{2,}|[(（][\s_＿]*[)）]")
_CHOICE_CODES = frozenset(kind.code for kind in CHOICES)
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
        self.used: list[Figure] = []
        self.own_layout = "rich" in mapping.columns.other
        self.rich = self.is_rich()

    def text(self, name: str) -> str:
        header = self.mapping.columns.header(name)
        return self.row.text(header) if header else ""

    def flaw(self, field: str, code: str, zh: str, en: str, value: str = "") -> None:
        self.flaws.append(Flaw(field, code, zh, en, value[:80]))

    def is_rich(self) -> bool:
        """Whether the words of this row are HTML."""
        raw = folded(self.text("rich"))
        if raw and raw not in (folded(RICH), folded(PLAIN), "HTML"):
            self.flaw("rich", "rich.unknown", f"格式应为“{RICH}”或“{PLAIN}”", "The format is rich or plain", raw)
        return raw in (folded(RICH), "HTML")

    def paragraphs(self, text: str, field: str) -> tuple[Block, ...]:
        """The paragraphs of a cell; outside the project's own layout a cell is one paragraph of plain words."""
        if not self.own_layout:
            return (text_block(text),) if text else ()
        cell = read_blocks(text, self.figures.find, field, self.rich)
        self.flaws += cell.flaws
        self.used += cell.figures
        return cell.blocks

    def stem(self, kind: str) -> tuple[Block, ...]:
        """The stem; the blanks people draw (`____`) become numbered marks where the type has blanks."""
        text = self.text("stem")
        if kind in ("text_entry", "inline_choice") and not MARK.search(text):
            numbers = iter(range(1, 100))
            text = _BLANK.sub(lambda found: f"{{{{{next(numbers)}}}}}", text)
        return self.paragraphs(text, "stem")

    def typed(self, kind: str, marks: int) -> Typed:
        """What the type needs besides stem and options."""
        cells = TypedCells(self.text, self.figures.find, self.own_layout and self.rich)
        typed = cells.read(kind, marks)
        self.flaws += cells.flaws
        self.used += cells.figures
        return typed

    def case(self) -> Case | None:
        """The case group of the row: code, place of size, stimulus."""
        code, place = self.text("case"), self.text("case_place")
        stimulus = self.paragraphs(self.text("case_stimulus"), "case_stimulus")
        if not code:
            if place or stimulus:
                self.flaw("case", "case.code", "有案例序号或材料，却没有案例编号", "The code of the case is missing")
            return None
        said = re.fullmatch(r"(\d{1,2})\s*/\s*(\d{1,2})", place)
        if said is None:
            zh = f"案例序号“{place}”应如 1/3：共 3 小题的第 1 题"
            self.flaw("case_place", "case.place", zh, "The place should read like 1/3", place)
            return None
        return Case(code, int(said[1]), int(said[2]), stimulus)

    def enemies(self) -> tuple[str, ...]:
        """Codes of items that never meet this one."""
        return tuple(sorted({part for part in re.split(r"[;；,，、\s]+", self.text("enemies")) if part}))

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
            return tuple(Option(letter, self.paragraphs(text, f"option:{letter}")) for letter, text in texts)
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
        if not raw or kind not in _CHOICE_CODES:
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
        found = pattern.search(self.text("code")) if pattern else None
        declared = found[1] if found else None
        if declared and declared != str(len(letters)):
            zh = f"编号标明 {declared} 个正确选项，答案却有 {len(letters)} 个"
            en = f"The code declares {declared} right option(s), the key has {len(letters)}"
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
        inline = "[[图" in self.text("stem") or "<img" in self.text("stem") or bool(self.text("picture"))
        self.check_figure_promised(bool(figures) or inline or (rule.rule == "column" and bool(names)))
        return figures

    def check_figure_promised(self, named: bool) -> None:
        pattern = self.mapping.figures.required_if
        found = pattern.search(self.text("stem")) if pattern else None
        if found and not named:
            promised = found[0] or ""
            zh, en = f"题干提到“{promised}”，却没有图", "The stem speaks of a figure, but there is none"
            self.flaw("figure", "figure.missing", zh, en, promised)


def _thousandths(text: str) -> int | None:
    percent = text.endswith(("%", "％"))
    try:
        number = Decimal(text.rstrip("%％").strip())
    except InvalidOperation:
        return None
    scaled = number * (10 if percent else 1000)
    return int(scaled) if scaled == scaled.to_integral_value() and abs(scaled) < 10**6 else None


def _odd_flaws(row: SheetRow, mapping: Mapping) -> list[Flaw]:
    if not row.odd:
        return []
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
    code, stem = reader.code(), reader.stem(kind)
    point = reader.text("point") or mapping.defaults.point
    typed = reader.typed(kind, len(set(MARK.findall(plain_text(stem)))))
    blocks = (*stem, *(figure_block(figure.digest, f"{code} 附图") for figure in shown))
    points = reader.text("points").removesuffix("分").strip() or "1"
    body = ItemBody(
        content=ItemContent(code, kind, point, blocks, reader.options(kind), points, typed.interaction, reader.case()),
        key=reader.key(kind) or typed.key,
        importance=reader.word("importance", mapping.importance, "重要程度"),
        cognition=reader.word("cognition", mapping.cognition, "认知层次"),
        difficulty=reader.difficulty(),
        source=reader.text("source") or mapping.defaults.source,
        scoring=typed.scoring,
        enemies=reader.enemies(),
        owner=reader.text("owner"),
        funding=reader.text("funding"),
    )
    if not stem:
        reader.flaw("stem", "stem.missing", "缺少题干", "The stem is missing")
    flaws = [*_odd_flaws(row, mapping), *reader.flaws]
    told = {_told_as(flaw.field) for flaw in flaws}
    if any(flaw.field == "picture" for flaw in flaws):
        told.add("areas")  # nothing can be said of shapes on a picture that is not there
    flaws += [flaw for flaw in check_item(body, mapping.min_options) if _told_as(flaw.field) not in told]
    return ReadRow(row.number, canonical(body), tuple(flaws), tuple(dict.fromkeys((*shown, *reader.used))))


def _told_as(field: str) -> str:
    """Flaws of one cell are told once; every option has a cell of its own."""
    return field if field.startswith("option:") else field.partition(":")[0]


def fill_cases(rows: Sequence[SheetRow], mapping: Mapping) -> list[SheetRow]:
    """The rows with what one row of a case says for all: its stimulus, and its size where only places are given."""
    headers = {name: mapping.columns.header(name) for name in ("case", "case_place", "case_stimulus")}
    if not all(headers.values()):
        return list(rows)
    groups: dict[str, list[SheetRow]] = {}
    for row in rows:
        groups.setdefault(row.text(headers["case"]), []).append(row)
    groups.pop("", None)
    filled = {row.number: _filled(row, group, headers) for group in groups.values() for row in group}
    return [filled.get(row.number, row) for row in rows]


def _filled(row: SheetRow, group: Sequence[SheetRow], headers: ReadOnly[str, str]) -> SheetRow:
    stimulus, place = headers["case_stimulus"], row.text(headers["case_place"]).strip()
    said = row.text(stimulus) or next((text for each in group if (text := each.text(stimulus))), "")
    size = place if "/" in place or not place else f"{place}/{len(group)}"
    return replace(row, cells={**row.cells, stimulus: said, headers["case_place"]: size})


def with_importance(body: ItemBody, importance: str | None) -> ItemBody:
    """The item with the importance of its point where the row says none."""
    return body if body.importance or not importance else replace(body, importance=importance)
