"""Corrections a person makes to a file while importing it: an overlay on its rows; the file itself stays as it came.

For the step that lists the faults. Rows of a sheet are corrected cell by cell, under their headers. Questions of other
formats have no cells: their plain parts (code, point, stem, options, key …) are shown and corrected under fixed names.
"""

from collections.abc import Mapping
from dataclasses import replace

from itembank.exchange.rows import ReadRow
from itembank.exchange.sheet import SheetRow
from itembank.items.check import check_item
from itembank.items.content import Block, ItemBody, Option, text_block
from itembank.items.kinds import OPTION_LETTERS
from itembank.items.text import tidy

Corrections = Mapping[int, Mapping[str, str]]
NO_CORRECTIONS: Corrections = {}

LABELS = {
    "code": "编号",
    "point": "鉴定点",
    "type": "题型",
    "stem": "题干",
    "key": "答案",
    "options": "选项",
    "points": "分值",
    "importance": "重要程度",
    "cognition": "认知层次",
    "difficulty": "难度",
    "figure": "图",
    "figures": "图",
    "source": "来源",
    "case": "题组",
    "scoring": "评分",
    "interaction": "作答区",
    "enemies": "互斥",
} | {f"option:{letter}": f"选项{letter}" for letter in OPTION_LETTERS}
_FIELDS = {label: field for field, label in reversed(LABELS.items())}


def label_of(field: str) -> str:
    """What a part of a question is called where there is no column header."""
    return LABELS.get(field, LABELS.get(field.partition(":")[0], field))


def corrected_cells(row: SheetRow, corrections: Corrections) -> SheetRow:
    """The row of a sheet as corrected; a corrected cell is plain text, whatever Excel had guessed."""
    changes = corrections.get(row.number)
    if not changes:
        return row
    cells = {header: tidy(text) for header, text in changes.items()}
    odd = {header: reason for header, reason in row.odd.items() if header not in cells}
    return SheetRow(row.number, {**row.cells, **cells}, odd)


def _one_text(blocks: tuple[Block, ...]) -> str | None:
    return blocks[0].text if len(blocks) == 1 and blocks[0].kind == "text" else None


def parts_of(body: ItemBody) -> dict[str, str]:
    """The parts of a question that can be corrected, under their fixed names."""
    parts = {"code": body.content.code, "point": body.content.point, "key": " ".join(body.key), "source": body.source}
    stem = _one_text(body.content.stem)
    if stem is not None or not body.content.stem:
        parts["stem"] = stem or ""
    texts = {f"option:{option.id}": _one_text(option.content) for option in body.content.options}
    parts |= {field: text for field, text in texts.items() if text is not None and field in LABELS}
    return {label_of(field): text for field, text in parts.items()}


def _with_part(body: ItemBody, field: str, text: str) -> ItemBody:
    content = body.content
    if field == "code":
        return replace(body, content=replace(content, code=text))
    if field == "point":
        return replace(body, content=replace(content, point=text))
    if field == "stem":
        return replace(body, content=replace(content, stem=(text_block(text),) if text else ()))
    if field == "key":
        return replace(body, key=tuple(text.replace(",", " ").replace(";", " ").split()))
    if field == "source":
        return replace(body, source=text)
    options = [Option(o.id, (text_block(text),)) if field == f"option:{o.id}" else o for o in content.options]
    return replace(body, content=replace(content, options=tuple(options)))


def corrected_question(read: ReadRow, corrections: Corrections) -> ReadRow:
    """The question of another format as corrected; what was wrong with a corrected part is judged again."""
    changes = corrections.get(read.number)
    if not changes:
        return read
    body, touched = read.body, set()
    for label, text in changes.items():
        field = _FIELDS.get(label, "")
        if label in parts_of(body):
            body = _with_part(body, field, tidy(text))
            touched.add(field)
    left = [flaw for flaw in read.flaws if flaw.field not in touched]
    again = [flaw for flaw in check_item(body) if flaw.field in touched]
    return replace(read, body=body, flaws=(*left, *again))
