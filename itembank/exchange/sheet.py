"""Reads one sheet of an Excel workbook or a CSV file into rows of text, with the row numbers a person sees in Excel.

For every import. What a program guessed about a cell (a date, a formula, an error value) is not silently turned into
text: it is marked, so that the row is listed as faulty. Limits refuse archives made to exhaust memory.
"""

import codecs
import csv
import io
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from examserver.kernel.errors import Invalid
from itembank.exchange.archive import MIB, Limits, open_archive
from itembank.exchange.formats.refusals import FileNotText, check_kind, check_size
from itembank.exchange.formats.xml_reader import check_undeclared
from itembank.items.text import tidy

MOST_BYTES, MOST_UNPACKED = 60 * MIB, 300 * MIB
# Rows that resemble each other are packed far better than any figure.
LIMITS = Limits(
    MOST_BYTES,
    most_entries=2000,
    most_unpacked=MOST_UNPACKED,
    most_per_entry=MOST_UNPACKED,
    worst_ratio=500,
    nested=True,
)
MOST_ROWS = 100_000
MOST_COLUMNS = 100
TICK_ROWS = 1000
Tick = Callable[[int], None]


def _quiet(_done: int) -> None:
    """Nobody watches."""


class UnreadableSheet(Invalid):
    """The file is not a workbook or CSV this system can read."""

    code = "import.unreadable"
    message_zh = "文件无法读取：{reason_zh}"
    message_en = "The file cannot be read: {reason_en}"
    next_zh = "请用 Excel 另存为 .xlsx，或保存为 UTF-8 / GB 18030 编码的 CSV 后重试"
    next_en = "Save it as .xlsx, or as CSV in UTF-8 or GB 18030, and try again"


@dataclass(frozen=True)
class SheetRow:
    """One row: its number in Excel, text by header, and cells that are not plain text or number, with the reason."""

    number: int
    cells: dict[str, str]
    odd: dict[str, str] = field(default_factory=dict)

    def text(self, header: str) -> str:
        """The cell under this header; empty when there is none."""
        return self.cells.get(header, "")


@dataclass(frozen=True)
class Sheet:
    """The rows that hold anything, under their headers."""

    name: str
    headers: tuple[str, ...]
    rows: tuple[SheetRow, ...]


@dataclass(frozen=True)
class _Cell:
    text: str
    odd: str = ""


def _fault(zh: str, en: str) -> UnreadableSheet:
    return UnreadableSheet(reason_zh=zh, reason_en=en)


def respelled(sheet: Sheet, spellings: Mapping[str, str]) -> Sheet:
    """The sheet with columns under the headers a layout knows; a spelling yields to a column that has the header."""
    taken, renamed = set(sheet.headers), dict[str, str]()
    for header in sheet.headers:
        known = spellings.get(header, "")
        if known and known not in taken:
            taken.add(known)
            renamed[header] = known
    if not renamed:
        return sheet

    def under(texts: Mapping[str, str]) -> dict[str, str]:
        return {renamed.get(header, header): text for header, text in texts.items()}

    rows = tuple(SheetRow(row.number, under(row.cells), under(row.odd)) for row in sheet.rows)
    return Sheet(sheet.name, tuple(renamed.get(header, header) for header in sheet.headers), rows)


def is_workbook(data: bytes) -> bool:
    """Whether the bytes are an Excel 2007 workbook (a zip)."""
    return data.startswith(b"PK\x03\x04")


class Book:
    """An opened file: its sheets (none for CSV), a look at its first rows, and a sheet as a whole."""

    def __init__(self, data: bytes) -> None:
        if len(data) > MOST_BYTES:
            raise _fault(f"超过 {MOST_BYTES // 2**20} MB", f"it is larger than {MOST_BYTES // 2**20} MB")
        if data.startswith(b"\xd0\xcf\x11\xe0"):
            raise _fault("旧版 Excel（.xls）或加密的工作簿", "it is an old .xls or an encrypted workbook")
        if not is_workbook(data):
            check_size(data)
            check_kind(data, "Excel 工作簿或 CSV", "a workbook or CSV")
        self._data = data
        self._book: Any = _open_workbook(data) if is_workbook(data) else None

    @property
    def names(self) -> list[str]:
        """The sheets of a workbook; empty for CSV."""
        return [sheet.title for sheet in self._book.worksheets] if self._book else []

    def grid(self, sheet: str = "", encoding: str = "auto", most: int = 60) -> list[list[str]]:
        """The first rows as they stand, for guessing where the headers are; raises UnreadableSheet."""
        _, rows = self._rows(sheet, encoding)
        return [[cell.text for cell in cells] for cells in islice(rows, most)]

    def read(self, sheet: str = "", header_row: int = 1, encoding: str = "auto", tick: Tick = _quiet) -> Sheet:
        """The named sheet (or the only one) as text; without a header row columns are 列A, 列B … UnreadableSheet."""
        return _headed(*self._rows(sheet, encoding), header_row, tick)

    def begin(self, sheet: str, header_row: int, encoding: str, most: int) -> Sheet:
        """The same, of the first rows only, for a preview."""
        name, rows = self._rows(sheet, encoding)
        return _headed(name, islice(rows, header_row + most), header_row)

    def _rows(self, sheet: str, encoding: str) -> tuple[str, Iterator[list[_Cell]]]:
        if self._book:
            return _workbook_rows(self._book, sheet)
        return "CSV", _csv_rows(self._data, encoding)


def read_sheet(data: bytes, sheet: str = "", header_row: int = 1, encoding: str = "auto") -> Sheet:
    """The named sheet (or the only one) of a file as text; raises UnreadableSheet."""
    return Book(data).read(sheet, header_row, encoding)


def sheet_names(data: bytes) -> list[str]:
    """The sheets of a workbook; empty for CSV."""
    return Book(data).names if is_workbook(data) else []


def _open_workbook(data: bytes) -> Any:
    _check_archive(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    except UnreadableSheet:
        raise
    except Exception as error:  # a broken or hostile workbook fails in many ways inside the parsers
        raise _fault(f"不是完好的 Excel 工作簿（{error}）", f"it is not a sound workbook ({error})") from error
    if not book.worksheets:
        raise _fault("工作簿中没有工作表", "the workbook has no sheet")
    return book


def _check_archive(data: bytes) -> None:
    """Raises RefusedArchive or XmlRefused before the library looks into the workbook: it would believe the file."""
    archive = open_archive(data, LIMITS)
    for name in archive.names:
        if name.casefold().endswith((".xml", ".rels", ".vml")):
            check_undeclared(archive.head(name))


def _workbook_rows(book: Any, wanted: str) -> tuple[str, Iterator[list[_Cell]]]:
    titles = [sheet.title for sheet in book.worksheets]
    name = wanted or titles[0]
    if name not in titles:
        zh, en = "、".join(titles), ", ".join(titles)
        raise _fault(f"没有名为“{name}”的工作表（现有：{zh}）", f"there is no sheet {name}; there are: {en}")
    return name, _cells_of(book[name])


def _cells_of(sheet: Any) -> Iterator[list[_Cell]]:
    try:
        for row in sheet.iter_rows():
            yield [_cell(cell.value, cell.data_type) for cell in row[:MOST_COLUMNS]]
    except UnreadableSheet:
        raise
    except Exception as error:  # a broken or hostile sheet fails in many ways inside the parsers
        raise _fault(f"工作表内容损坏（{error}）", f"the sheet is broken ({error})") from error


def _cell(value: Any, kind: str) -> _Cell:
    if value is None:
        return _Cell("")
    if kind == "f":
        return _Cell(str(value), "formula")
    if kind == "e":
        return _Cell(str(value), "error")
    if isinstance(value, (datetime, date, time, timedelta)):
        return _Cell(str(value), "date")
    if isinstance(value, bool):
        return _Cell("TRUE" if value else "FALSE")
    if isinstance(value, float):
        return _Cell(format(value, ".15g"))
    return _Cell(tidy(str(value)))


def _csv_rows(data: bytes, encoding: str) -> Iterator[list[_Cell]]:
    text = _decoded(data, encoding)
    first = text.partition("\n")[0]
    delimiter = max(",\t;", key=first.count)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            yield [_Cell(tidy(cell)) for cell in row[:MOST_COLUMNS]]
    except csv.Error as error:
        raise _fault(f"CSV 格式有误（{error}）", f"the CSV is malformed ({error})") from error


def _decoded(data: bytes, encoding: str) -> str:
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if b"\0" in data[:4096] and not marked:
        raise FileNotText(place="U+0000")
    usual = ["utf-16"] if marked else ["utf-8-sig", "gb18030"]
    tried = usual if encoding == "auto" else [encoding]
    for name in tried:
        try:
            return data.decode(name)
        except UnicodeDecodeError:
            continue
        except LookupError:
            raise _fault(f"未知编码 {name}", f"unknown encoding {name}") from None
    raise _fault(f"编码不是 {'、'.join(tried)}", f"the encoding is none of {', '.join(tried)}")


def _headed(name: str, rows: Iterable[list[_Cell]], header_row: int, tick: Tick = _quiet) -> Sheet:
    headers: tuple[str, ...] = _column_names(MOST_COLUMNS) if header_row == 0 else ()
    found: list[SheetRow] = []
    for number, cells in enumerate(rows, 1):
        if number == header_row:
            headers = _headers(cells)
        elif number > header_row and any(cell.text for cell in cells):
            found.append(_row(number, headers, cells))
        if number % TICK_ROWS == 0:
            tick(number)
        if len(found) > MOST_ROWS:
            raise _fault(f"超过 {MOST_ROWS} 行", f"it has more than {MOST_ROWS} rows")
    if not headers:
        raise _fault(f"第 {header_row} 行没有表头", f"row {header_row} holds no headers")
    widest = max((len(row.cells) for row in found), default=0) if header_row == 0 else len(headers)
    return Sheet(name, headers[:widest], tuple(found))


def _column_names(count: int) -> tuple[str, ...]:
    """What columns without headers are called."""
    return tuple(f"列{get_column_letter(number)}" for number in range(1, count + 1))


def header_name(text: str) -> str:
    """A header as it is compared and shown: width and blanks do not matter."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _headers(cells: list[_Cell]) -> tuple[str, ...]:
    names = [header_name(cell.text) for cell in cells]
    while names and not names[-1]:
        names.pop()
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise _fault(f"表头“{twice[0]}”出现两次", f"the header {twice[0]} occurs twice")
    return tuple(names)


def _row(number: int, headers: tuple[str, ...], cells: list[_Cell]) -> SheetRow:
    named = {header: cell for header, cell in zip(headers, cells, strict=False) if header}
    odd = {header: cell.odd for header, cell in named.items() if cell.odd}
    if any(cell.text for cell in cells[len(headers) :]):
        odd[""] = "extra"
    return SheetRow(number, {header: cell.text for header, cell in named.items()}, odd)
