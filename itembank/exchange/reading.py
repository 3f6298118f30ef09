"""Reads an uploaded file into rows, whatever its kind: sheets through a mapping, every other format by its reader.

For the check, the preview of the mapping screen and the command line. Which mapping a sheet has is told, or seen from
its headers: the mapping with the most known headers wins. Reads bytes only; nothing is fetched or stored.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import tomli_w

from examserver.kernel.errors import Invalid
from itembank.exchange.figures import NO_FIGURES, Figures, read_figures
from itembank.exchange.formats.registry import FORMATS, find_format, load_format
from itembank.exchange.formats.source import QUESTION, Remark, Settings
from itembank.exchange.mapping import Mapping, Table, mapping_of
from itembank.exchange.overlay import NO_CORRECTIONS, Corrections, corrected_cells, corrected_question, parts_of
from itembank.exchange.rows import ReadRow, fill_cases, read_row
from itembank.exchange.sheet import Book, Sheet, UnreadableSheet, header_name, respelled
from itembank.exchange.ticks import Tick, quiet

SHEET, ROW = "sheet", "row"
SHEET_NAMES = (".xlsx", ".xlsm", ".csv", ".tsv")
PLACES = {ROW: "第 {n} 行", "line": "第 {n} 行", QUESTION: "第 {n} 题"}


def place_en(place: str) -> str:
    """A place in words (第 3 行, 第 3 题, 题库中) in English."""
    number = "".join(each for each in place if each.isdigit())
    if not number:
        return "in the bank"
    return f"question {number}" if place.endswith("题") else f"row {number}"


class UnknownLayout(Invalid):
    """No mapping was named and the headers fit none."""

    code = "import.unknown_layout"
    message_zh = "无法从表头识别文件版式"
    message_en = "The layout of the file is not recognised from its headers"
    next_zh = "请指定映射（可用：{names}），或在导入页中对应各列并保存"
    next_en = "Name a mapping ({names}), or map the columns on the import page and save it"


class HeadersMissing(Invalid):
    """The sheet lacks columns the mapping needs."""

    code = "import.headers_missing"
    message_zh = "工作表缺少列：{columns}"
    message_en = "The sheet lacks the columns: {columns_en}"
    next_zh = "请选择与文件相符的映射，或补上这些列"
    next_en = "Choose the mapping that fits the file, or add these columns"


@dataclass(frozen=True)
class Submitted:
    """What was uploaded; `mapping` names a mapping, `mapping_text` holds one; both empty: recognise it."""

    file_name: str
    data: bytes = field(repr=False)
    figures: bytes = field(default=b"", repr=False)
    mapping: str = ""
    sheet: str = ""
    format: str = ""
    mapping_text: str = ""
    corrections: Corrections = field(default_factory=lambda: NO_CORRECTIONS)


@dataclass(frozen=True)
class Read:
    """The rows of a file with what is known about it; `counts` says whether rows, lines or questions are numbered."""

    rows: tuple[ReadRow, ...]
    columns: tuple[str, ...]
    kind: str
    counts: str
    remarks: tuple[Remark, ...]
    sheet: Sheet | None = None

    def cells(self, numbers: Iterable[int]) -> dict[int, dict[str, str]]:
        """The cells of these rows, for correcting them."""
        wanted = set(numbers)
        if self.sheet is not None:
            return {row.number: dict(row.cells) for row in self.sheet.rows if row.number in wanted}
        return {read.number: parts_of(read.body) for read in self.rows if read.number in wanted}

    def place(self, number: int) -> str:
        """Where a row stands, in words."""
        return PLACES[self.counts].format(n=number)


def format_of(submitted: Submitted) -> str:
    """The name of the file's format, `sheet` for workbooks and CSV; raises UnknownFormat for a name nobody knows."""
    if submitted.format in (SHEET, "xlsx", "csv"):
        return SHEET
    if submitted.format:
        return load_format(submitted.format).name
    if submitted.file_name.casefold().endswith(SHEET_NAMES):
        return SHEET
    found = find_format(submitted.data, submitted.file_name)
    return found.name if found else SHEET


def plain_mapping(name: str) -> Table:
    """The mapping of a format that has no columns: only what makes two questions the same."""
    known = FORMATS[name]
    return {
        "name": name,
        "title_zh": known.title_zh,
        "title_en": known.title_en,
        "duplicates": {"identity": ["stem", "figures"], "near_ratio": 90},
        "defaults": {"code_prefix": name.upper()[:8]},
    }


def toml_of(table: Table) -> str:
    """A mapping as the TOML text it is kept and downloaded as."""
    return tomli_w.dumps(table, multiline_strings=False)


def sheet_of(book: Book, mapping: Mapping, asked: str) -> str:
    """The sheet to read: the asked one, the layout's, or the only one there is."""
    names = book.names
    if not names or (not asked and len(names) == 1):
        return ""
    return asked or mapping.sheet


def fits(book: Book, mapping: Mapping, asked: str) -> bool:
    """Whether the file has the headers that tell this layout, where this layout has them."""
    sheet = sheet_of(book, mapping, asked)
    if not mapping.recognise or (sheet and sheet not in book.names):
        return False
    try:
        grid = book.grid(sheet, mapping.encoding, mapping.header_row + 1)
    except UnreadableSheet:
        return False
    from_row = grid[mapping.header_row - 1] if len(grid) >= mapping.header_row > 0 else []
    names = header_names(from_row)
    return set(mapping.recognise) <= {*names, *(mapping.spellings.get(name, name) for name in names)}


def header_names(cells: Sequence[str]) -> list[str]:
    """Cells as headers are compared."""
    return [header_name(cell) for cell in cells]


def recognised(book: Book, mappings: Iterable[Mapping], asked: str = "") -> Mapping | None:
    """Of the mappings whose headers the file has, the one that asks for most; None when none fits."""
    if not book.names:
        book.grid(most=1)  # what is no text at all is said to be so, not called an unknown layout
    fitting = [mapping for mapping in mappings if fits(book, mapping, asked)]
    return max(fitting, key=lambda mapping: (len(mapping.recognise), mapping.name), default=None)


def read_file(submitted: Submitted, mapping: Mapping, points: frozenset[str], tick: Tick = quiet) -> Read:
    """Every row of the file; raises what is wrong with the file as a whole."""
    kind = format_of(submitted)
    if kind != SHEET:
        return _read_questions(submitted, kind, mapping, points)
    book = Book(submitted.data)
    name = sheet_of(book, mapping, submitted.sheet)
    sheet = book.read(name, mapping.header_row, mapping.encoding, lambda done: tick(0, done))
    figures = read_figures(submitted.figures) if submitted.figures else NO_FIGURES
    return rows_of_sheet(sheet, mapping, figures, submitted.corrections, tick)


def rows_of_sheet(
    sheet: Sheet, mapping: Mapping, figures: Figures, corrections: Corrections = NO_CORRECTIONS, tick: Tick = quiet
) -> Read:
    """The rows of a sheet under a mapping; raises HeadersMissing when the sheet is not of this layout."""
    sheet = respelled(sheet, mapping.spellings)
    missing = [header for header in mapping.columns.expected() if header not in sheet.headers]
    if missing or not mapping.columns.required:
        zh, en = "、".join(missing) or "题干、答案", ", ".join(missing) or "stem, key"
        raise HeadersMissing(columns=zh, columns_en=en)
    rows = []
    corrected = [corrected_cells(row, corrections) for row in sheet.rows]
    for number, row in enumerate(fill_cases(corrected, mapping)):
        if number % 1000 == 0:
            tick(1, number)
        rows.append(read_row(row, mapping, figures))
    headers = tuple(header for header in sheet.headers if header)
    return Read(tuple(rows), headers, SHEET, ROW, (), sheet)


def _read_questions(submitted: Submitted, kind: str, mapping: Mapping, points: frozenset[str]) -> Read:
    source = FORMATS[kind].read(submitted.data, settings_of(mapping, points))
    rows = tuple(corrected_question(row, submitted.corrections) for row in source.rows)
    columns = dict.fromkeys(label for row in rows[:200] for label in parts_of(row.body))
    return Read(rows, tuple(columns), kind, source.counts, source.warnings)


def settings_of(mapping: Mapping, points: frozenset[str]) -> Settings:
    """What the mapping says to a reader of a format without columns."""
    return Settings(
        default_point=mapping.defaults.point,
        code_prefix=mapping.defaults.code_prefix or "Q",
        source=mapping.defaults.source,
        known_points=points,
        min_options=mapping.min_options,
        categories=mapping.defaults.categories,
    )


def default_mapping(kind: str) -> str:
    """The TOML text of the mapping a format has by itself."""
    table = plain_mapping(kind)
    mapping_of(table)
    return toml_of(table)
