"""Makes the workbook people fill in: items with one example of every type, a specification, explanations.

For item writers. Headers and words come from the mapping, so that the template and the importer cannot drift apart.
"""

import io
from collections.abc import Iterable
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from itembank.exchange.mapping import Mapping
from itembank.exchange.spellings import COGNITION, NO, PLAIN, RICH, RULES, YES
from itembank.exchange.template.examples import EXAMPLES, SPECIFICATION
from itembank.exchange.template.explanations import COLUMNS, GROUPS, NOTES
from itembank.items.kinds import ITEM_TYPES, OPTION_LETTERS

EXPLANATIONS = "填写说明"
LAST_ROW = 2000
_WIDE = {
    "stem": 46,
    "case_stimulus": 36,
    "rubric": 32,
    "targets": 18,
    "gaps": 18,
    "key": 16,
    "model": 28,
    "picture": 24,
}


def template_workbook(mapping: Mapping) -> bytes:
    """The template for this layout as bytes of an .xlsx."""
    book = Workbook()
    items = book.worksheets[0]
    items.title = mapping.sheet
    fields = _fields(mapping)
    _fill_items(items, mapping, fields)
    _fill_specification(book.create_sheet(mapping.specification.sheet), mapping)
    _fill_explanations(book.create_sheet(EXPLANATIONS), mapping, fields)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _fields(mapping: Mapping) -> list[str]:
    """The fields in the order of their columns: what every item has, its options, then what some types need."""
    columns = mapping.columns
    first = ["code", "point", "type", "stem"]
    options = [f"option:{letter}" for letter in OPTION_LETTERS[: len(columns.options)]]
    grouped = [name for _, names in GROUPS for name in names if name not in first and columns.header(name)]
    return [*first, *options, *grouped]


def _colour(field: str) -> str:
    return next((colour for colour, names in GROUPS if field in names), GROUPS[0][0])


def _said(field: str) -> tuple[str, str]:
    return COLUMNS["option" if field.startswith("option:") else field]


def _head(sheet: Any, headers: Iterable[tuple[str, str]]) -> None:
    for number, (header, colour) in enumerate(headers, 1):
        cell = sheet.cell(1, number, header)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", start_color=colour)
    sheet.freeze_panes = "E2" if sheet.max_column > 8 else "A2"


def _fill_items(sheet: Any, mapping: Mapping, fields: list[str]) -> None:
    _head(sheet, [(mapping.columns.header(field), _colour(field)) for field in fields])
    for number, field in enumerate(fields, 1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = _WIDE.get(field, 12)
        _offer(sheet, f"{letter}2:{letter}{LAST_ROW}", field)
    for row in EXAMPLES:
        sheet.append([row.get(field) for field in fields])
    for cells in sheet.iter_rows(min_row=2):
        for cell in cells:
            cell.number_format, cell.alignment = "@", Alignment(wrap_text=True, vertical="top")


def _offer(sheet: Any, cells: str, field: str) -> None:
    """A list to choose from where a column has few words."""
    words = {
        "type": [kind.label_zh for kind in ITEM_TYPES.values()],
        "importance": ["X", "Y", "Z"],
        "cognition": list(COGNITION.values()),
        "rule": list(RULES.values()),
        "rich": [PLAIN, RICH],
        "reuse": [YES, NO],
    }.get(field)
    if words:
        offered = DataValidation("list", formula1=f'"{",".join(words)}"', allow_blank=True)
        offered.add(cells)
        sheet.add_data_validation(offered)


def _fill_specification(sheet: Any, mapping: Mapping) -> None:
    columns = mapping.specification.columns
    names = ("code", "level", "parent", "name", "weight", "importance", "ratio")
    _head(sheet, [(columns[name], GROUPS[0][0]) for name in names])
    for row in SPECIFICATION:
        sheet.append([value if value != "" else None for value in row])
    sheet.column_dimensions["D"].width = 30


def _fill_explanations(sheet: Any, mapping: Mapping, fields: list[str]) -> None:
    _head(sheet, [(header, GROUPS[0][0]) for header in ("列", "怎样填写", "How to fill it in")])
    told = [field for field in fields if not field.startswith("option:") or field == "option:A"]
    for field in told:
        sheet.append([mapping.columns.header(field), *_said(field)])
    sheet.append([])
    for zh, en in NOTES:
        sheet.append(["说明", zh, en])
    for column, width in (("A", 12), ("B", 80), ("C", 60)):
        sheet.column_dimensions[column].width = width
    for cells in sheet.iter_rows(min_row=2):
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
