"""Decides which rows of a roster spreadsheet are candidates, and says everything that is wrong with the others.

For: the plan officer who imports a roster. Source: the registration fields of the provincial exam systems (name,
document type and number, sex, employer, mobile) and GB 11643. A row is good as a whole or not at all; the faults
of all rows are told at once, and the reasons never repeat an identity number.
"""

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from examserver.kernel.errors import Invalid
from examserver.planning.identity_number import (
    CITIZEN,
    DOCUMENT_TYPES,
    check_number,
    normalise_number,
    sex_of,
)

NAME, DOCUMENT_TYPE, NUMBER = "姓名", "证件类型", "证件号码"
SEX, EMPLOYER, PHONE, EXTRA = "性别", "单位", "手机号", "补时分钟"
REQUIRED = (NAME, DOCUMENT_TYPE, NUMBER)
OPTIONAL = (SEX, EMPLOYER, PHONE, EXTRA)
MOST_PARTS = 1_000
MOST_UNPACKED = 100 * 2**20
MOST_ROWS = 5000
LONGEST_CELL = 200
_PHONE = re.compile(r"1\d{10}", re.ASCII)
_NAME = re.compile(r"[^\W\d_][^\W\d_·.\-' ]*([·.\-' ][^\W\d_]+)*")


class RosterUnreadable(Invalid):
    code = "roster.unreadable"
    message_zh = "名单文件无法读取：{reason_zh}。"
    message_en = "The roster file cannot be read: {reason_en}."
    next_zh = "请上传 .xlsx 格式的 Excel 文件，第一行为表头：姓名、证件类型、证件号码、性别、单位、手机号。"
    next_en = "Upload an .xlsx workbook whose first row holds the headings 姓名 证件类型 证件号码 性别 单位 手机号."


@dataclass(frozen=True)
class RosterFault:
    """One fault: sheet row (from 1), column heading, a stable code, the reason, and the value (masked if a number)."""

    row: int
    column: str
    code: str
    reason_zh: str
    reason_en: str
    value: str = ""


@dataclass(frozen=True)
class RosterEntry:
    """One good row."""

    row: int
    name: str
    document_type: str
    document_number: str
    sex: str
    employer: str
    phone: str
    extra_s: int


@dataclass(frozen=True)
class Roster:
    """What a spreadsheet holds: how many rows, the good ones, and every fault."""

    rows: int
    good: tuple[RosterEntry, ...]
    faults: tuple[RosterFault, ...]


Row = tuple[int, Mapping[str, str]]


def read_sheet(data: bytes) -> list[Row]:
    """Return the non-empty rows under the headings, as (row number, cells by heading), or raise RosterUnreadable."""
    lines = _lines(data)
    heading = next(lines, ())
    columns = [unicodedata.normalize("NFKC", cell).strip() for cell in heading]
    lacking = [name for name in REQUIRED if name not in columns]
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if lacking or twice:
        listed = "、".join(lacking or twice)
        raise RosterUnreadable(
            reason_zh=f"表头{'缺少' if lacking else '重复'} {listed}",
            reason_en=f"{'missing' if lacking else 'repeated'} headings: {listed}",
        )
    rows: list[Row] = [(number, dict(zip(columns, cells, strict=False))) for number, cells in enumerate(lines, start=2)]
    filled = [(number, cells) for number, cells in rows if any(value for value in cells.values())]
    if len(filled) > MOST_ROWS:
        raise RosterUnreadable(
            reason_zh=f"超过 {MOST_ROWS} 行，应分成多个场次", reason_en=f"it has more than {MOST_ROWS} rows"
        )
    return filled


def check_roster(rows: Sequence[Row], today: date, already: frozenset[str] = frozenset()) -> Roster:
    """Return the good rows and all faults; `already` holds the document numbers that are in the plan."""
    seen: dict[str, int] = {}
    good: list[RosterEntry] = []
    faults: list[RosterFault] = []
    for number, cells in rows:
        found = list(_row_faults(number, cells, today))
        document = normalise_number(cells.get(NUMBER, ""))
        if document and (document in already or document in seen):
            found.append(_duplicate(number, document, seen.get(document)))
        if document:
            seen.setdefault(document, number)
        faults.extend(found)
        if not found:
            good.append(_entry(number, cells))
    return Roster(len(rows), tuple(good), tuple(faults))


def _check_unpacked(data: bytes) -> None:
    """Raise RosterUnreadable for a workbook that unpacks to more than any roster: it would eat the memory."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        infos = archive.infolist()
    if len(infos) > MOST_PARTS or sum(info.file_size for info in infos) > MOST_UNPACKED:
        raise RosterUnreadable(reason_zh="解压后过大", reason_en="it unpacks to too much data")


def _lines(data: bytes) -> Iterator[tuple[str, ...]]:
    """Yield the cells of the first sheet as trimmed NFC texts, row by row."""
    try:
        _check_unpacked(data)
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError, EOFError, SyntaxError) as error:
        raise RosterUnreadable(reason_zh="不是有效的 .xlsx 文件", reason_en="not a valid .xlsx file") from error
    sheet = book.worksheets[0] if book.worksheets else None
    if sheet is None:
        raise RosterUnreadable(reason_zh="没有工作表", reason_en="it has no worksheet")
    for n, row in enumerate(sheet.iter_rows(values_only=True, max_col=40)):
        if n > 2 * MOST_ROWS:
            return
        yield tuple(_text(cell) for cell in row)


def _text(cell: object) -> str:
    """Return a cell as text: whole floats lose their point, other values print as they are."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return unicodedata.normalize("NFC", str(cell)).strip()


def _row_faults(number: int, cells: Mapping[str, str], today: date) -> Iterator[RosterFault]:
    """Yield every fault of one row."""
    for column, value in cells.items():
        if len(value) > LONGEST_CELL:
            yield RosterFault(number, column, "roster.too_long", "内容过长", "the text is too long", value[:20])
    for column, check in _CHECKS.items():
        fault = check(cells, today)
        if fault:
            code, reason_zh, reason_en = fault
            shown = "" if column == NUMBER else cells.get(column, "")[:40]
            yield RosterFault(number, column, code, reason_zh, reason_en, shown)


Fault = tuple[str, str, str] | None


def _name_fault(cells: Mapping[str, str], today: date) -> Fault:
    name = cells.get(NAME, "")
    if not name:
        return "roster.missing", "姓名没有填写", "the name is missing"
    if not _NAME.fullmatch(name) or len(name) > 50:
        return "roster.name_shape", "姓名含数字、符号或过长", "the name holds digits or signs, or is too long"
    return None


def _type_fault(cells: Mapping[str, str], today: date) -> Fault:
    value = cells.get(DOCUMENT_TYPE, "")
    if not value:
        return "roster.missing", "证件类型没有填写", "the document type is missing"
    if value not in DOCUMENT_TYPES:
        return "roster.document_type", "证件类型不在可用范围：" + "、".join(DOCUMENT_TYPES), "unknown document type"
    return None


def _number_fault(cells: Mapping[str, str], today: date) -> Fault:
    number = normalise_number(cells.get(NUMBER, ""))
    if not number:
        return "roster.missing", "证件号码没有填写", "the document number is missing"
    if cells.get(DOCUMENT_TYPE) not in DOCUMENT_TYPES:
        return None
    fault = check_number(cells[DOCUMENT_TYPE], number, today)
    return (fault.code, fault.reason_zh, fault.reason_en) if fault else None


def _sex_fault(cells: Mapping[str, str], today: date) -> Fault:
    sex, number = cells.get(SEX, ""), normalise_number(cells.get(NUMBER, ""))
    if sex not in ("", "男", "女"):
        return "roster.sex", "性别应为男或女", "the sex must be 男 or 女"
    citizen = cells.get(DOCUMENT_TYPE) == CITIZEN and check_number(CITIZEN, number, today) is None
    if sex and citizen and sex != sex_of(number):
        return "roster.sex_mismatch", "性别与身份证号码不一致", "the sex does not fit the identity number"
    return None


def _phone_fault(cells: Mapping[str, str], today: date) -> Fault:
    phone = cells.get(PHONE, "")
    if phone and not _PHONE.fullmatch(phone):
        return "roster.phone", "手机号应为11位数字，以1开头", "a mobile number has 11 digits and begins with 1"
    return None


def _extra_fault(cells: Mapping[str, str], today: date) -> Fault:
    extra = cells.get(EXTRA, "")
    if extra and not (extra.isdecimal() and extra.isascii() and int(extra) <= 240):
        return "roster.extra_time", "补时分钟应为0至240的整数", "extra minutes must be a whole number up to 240"
    return None


_CHECKS: Mapping[str, Callable[[Mapping[str, str], date], Fault]] = {
    NAME: _name_fault,
    DOCUMENT_TYPE: _type_fault,
    NUMBER: _number_fault,
    SEX: _sex_fault,
    PHONE: _phone_fault,
    EXTRA: _extra_fault,
}


def _duplicate(number: int, document: str, earlier: int | None) -> RosterFault:
    """Return the fault of a document number that occurs again."""
    where_zh = f"与第{earlier}行重复" if earlier else "已在本计划的名单中"
    where_en = f"the same as in row {earlier}" if earlier else "already in this plan"
    return RosterFault(number, NUMBER, "roster.duplicate", f"证件号码{where_zh}", f"the number is {where_en}")


def _entry(number: int, cells: Mapping[str, str]) -> RosterEntry:
    """Return the entry of a row that has no fault."""
    document = normalise_number(cells[NUMBER])
    citizen = cells[DOCUMENT_TYPE] == CITIZEN
    return RosterEntry(
        row=number,
        name=cells[NAME],
        document_type=cells[DOCUMENT_TYPE],
        document_number=document,
        sex=cells.get(SEX, "") or (sex_of(document) if citizen else ""),
        employer=cells.get(EMPLOYER, ""),
        phone=cells.get(PHONE, ""),
        extra_s=60 * int(cells.get(EXTRA, "") or 0),
    )
