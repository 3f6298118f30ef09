"""Writes items of the bank as the project's own Excel workbook, and their pictures and sounds as an archive beside it.

For `actions.py`. The importer reads both back without loss; a second export has the same cells, and the same bytes:
nothing of the day it was made is in it.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from examserver.kernel.archive import write_archive
from examserver.kernel.errors import Invalid
from itembank.exchange.cells import asset_name
from itembank.exchange.cells_of import by_header, cells_of
from itembank.exchange.export.package import SUFFIXES, Media
from itembank.exchange.mapping import Mapping as Layout
from itembank.items.content import ItemBody
from itembank.items.kinds import OPTION_LETTERS
from itembank.specs.tree import ContentSpecification

LONGEST_CELL = 32_767
_MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")
_FIRST = ("code", "point", "type", "stem")

Report = Callable[[int, int], None]


class CellTooLong(Invalid):
    """An item whose words do not fit into one cell of a workbook."""

    code = "export.cell_too_long"
    message_zh = "试题 {item} 的“{column}”超过 Excel 单元格的 32767 个字符"
    message_en = "{column} of item {item} is longer than the 32,767 characters of a cell"
    next_zh = "请改用 QTI 3.0 导出，或先缩短该试题"
    next_en = "Export it as QTI 3.0, or shorten the item first"


def fields_of(layout: Layout) -> list[str]:
    """The fields in the order of their columns."""
    options = [f"option:{letter}" for letter in OPTION_LETTERS[: len(layout.columns.options)]]
    others = [name for name in (*layout.columns.required, *layout.columns.other) if name not in _FIRST]
    return [*_FIRST, *options, *others]


def write_workbook(
    bodies: Iterable[ItemBody], layout: Layout, specification: ContentSpecification | None, report: Report
) -> bytes:
    """The workbook of these items in order of their codes, with the specification where there is one."""
    items = sorted(bodies, key=lambda body: body.content.code)
    fields = fields_of(layout)
    headers = {field: layout.columns.header(field) for field in fields}
    book = Workbook(write_only=True)
    book.properties.created = book.properties.modified = _MADE
    sheet = book.create_sheet(layout.sheet)
    sheet.append(list(headers.values()))
    for number, body in enumerate(items, 1):
        cells = by_header(cells_of(body), headers)
        sheet.append([_cell(sheet, cells.get(header, ""), header, body) for header in headers.values()])
        report(number, len(items))
    if specification is not None:
        _write_specification(book, layout, specification)
    stream = io.BytesIO()
    book.save(stream)
    return _undated(stream.getvalue())


def _cell(sheet: Any, text: str, header: str, body: ItemBody) -> Any:
    """A cell of text, whatever it looks like: a formula in an item is words."""
    if not text:
        return None
    if len(text) > LONGEST_CELL:
        raise CellTooLong(item=body.content.code, column=header)
    cell = WriteOnlyCell(sheet, text)
    cell.data_type, cell.number_format = "s", "@"
    return cell


def _write_specification(book: Workbook, layout: Layout, specification: ContentSpecification) -> None:
    columns = layout.specification.columns
    sheet = book.create_sheet(layout.specification.sheet)
    sheet.append([columns[name] for name in columns])
    for node in specification.nodes:
        said = {
            "code": node.code,
            "level": node.level,
            "parent": node.parent,
            "name": node.name,
            "weight": None if node.weight is None else float(node.weight),
            "importance": node.importance,
            "ratio": ":".join(map(str, node.ratio)) if node.ratio else None,
        }
        sheet.append([said.get(name) or None for name in columns])


def _undated(book: bytes) -> bytes:
    """The same workbook with the one date every archive of ours has."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist()):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type, info.create_system = zipfile.ZIP_DEFLATED, 3
            new.writestr(info, _MODIFIED.sub(rb"\g<1>2000-01-01T00:00:00Z\2", old.read(name)))
    return stream.getvalue()


def write_figures(media: Mapping[str, Media]) -> bytes:
    """The archive of pictures and sounds under the names the cells use; empty when there are none."""
    entries: Sequence[tuple[str, bytes]] = [
        (f"{asset_name(digest)}.{SUFFIXES.get(found.media_type, 'bin')}", found.data)
        for digest, found in sorted(media.items())
    ]
    return write_archive(entries) if entries else b""
