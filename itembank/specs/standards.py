"""Standards of three kinds, what each needs to be registered, and whether one is in force for an occupation and level.

For registering standards, binding banks and declaring them ready. Source: ZJ16-3.3a (special-ability specifications as
a third kind), ZJ16-3.3c (both filing numbers are mandatory before one can back an exam), domain C.1 (the edition of the
classification is part of an occupation's code).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

NATIONAL, EVALUATION, SPECIAL = "national", "evaluation", "special"
KINDS = {
    NATIONAL: ("国家职业标准", "national occupational standard"),
    EVALUATION: ("评价规范", "evaluation specification"),
    SPECIAL: ("专项职业能力考核规范", "special-ability specification"),
}
_CODE = re.compile(r"\d-\d{2}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Standard:
    """One version of a standard; days as ISO text, an empty last day means until superseded."""

    kind: str
    title: str
    occupation_code: str
    edition: str
    levels: tuple[int, ...]
    document_no: str
    version: str
    ministry_filing: str = ""
    province_filing: str = ""
    valid_from: str = ""
    valid_to: str = ""
    superseded_by: str = ""


@dataclass(frozen=True)
class StandardFault:
    """Something that keeps a standard from being registered."""

    field: str
    reason_zh: str
    reason_en: str


def check_standard(one: Standard) -> list[StandardFault]:
    """Every fault of a standard as told."""
    return [*_check_identity(one), *_check_filing(one), *_check_days(one)]


def _check_identity(one: Standard) -> Iterator[StandardFault]:
    if one.kind not in KINDS:
        yield StandardFault("kind", "类别应为国家标准、评价规范或专项能力考核规范", "unknown kind")
    if one.kind != SPECIAL and not _CODE.fullmatch(one.occupation_code):
        yield StandardFault("occupation_code", "职业编码应写作 6-31-01-03", "a code is written 6-31-01-03")
    if one.kind != SPECIAL and not one.levels:
        yield StandardFault("levels", "缺少等级", "the levels are missing")
    if any(not 1 <= level <= 5 for level in one.levels):
        yield StandardFault("levels", "等级应为 1 至 5", "levels are 1 to 5")
    if not one.document_no.strip():
        yield StandardFault("document_no", "缺少文号", "the document number is missing")


def _check_filing(one: Standard) -> Iterator[StandardFault]:
    if one.kind != SPECIAL:
        return
    for field, zh, en in (
        ("ministry_filing", "人力资源社会保障部备案号", "the ministry's filing number"),
        ("province_filing", "省级备案号", "the province's filing number"),
    ):
        if not getattr(one, field).strip():
            yield StandardFault(field, f"专项职业能力考核规范须有{zh}", f"a special-ability specification needs {en}")


def _check_days(one: Standard) -> Iterator[StandardFault]:
    days = [day for day in (one.valid_from, one.valid_to) if day]
    for day in days:
        if not _is_day(day):
            yield StandardFault("valid_from", f"“{day}”不是日期", f"{day} is not a date")
            return
    if not one.valid_from:
        yield StandardFault("valid_from", "缺少施行日期", "the first day is missing")
    if one.valid_to and one.valid_to < one.valid_from:
        yield StandardFault("valid_to", "失效日期早于施行日期", "it ends before it begins")


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def problem_of(one: Standard, today: str) -> tuple[str, str] | None:
    """Why a standard is not in force on a day, in Chinese and English; None when it is."""
    if one.superseded_by:
        return "标准已被新版本取代", "the standard is superseded by a newer version"
    if today < one.valid_from:
        return f"标准自 {one.valid_from} 起施行", f"the standard is in force from {one.valid_from}"
    if one.valid_to and one.valid_to < today:
        return f"标准已于 {one.valid_to} 失效", f"the standard expired on {one.valid_to}"
    missing = list(_check_filing(one))
    return (missing[0].reason_zh, missing[0].reason_en) if missing else None


def fits(one: Standard, occupation_code: str, level: int) -> bool:
    """Whether a bank of this occupation and level may be bound to the standard."""
    return one.kind == SPECIAL or (one.occupation_code == occupation_code and level in one.levels)
