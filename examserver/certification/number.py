"""Decides the 22 characters of a certificate number and reads them back.

For: issuing and public verification. Source: the national numbering of skill-level certificates: institution
(13 characters), year of issue (2), level (1), serial (6). The serial runs without gaps per institution, year and
level. There is no check digit: a mistyped number is still well-formed, so a number alone proves nothing.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from examserver.institutions.codes import read_institution_code
from examserver.kernel.errors import Invalid, Refused

LAST_SERIAL = 999_999
# Special-grade and chief technicians have letters nationally; until their annex is at hand only levels 5 to 1 issue.
LEVEL_CHARACTERS = {5: "5", 4: "4", 3: "3", 2: "2", 1: "1"}
_NUMBER = re.compile(r"([YS]\d{4}\d{2}\d{6})(\d{2})([1-5])(\d{6})", re.ASCII)


class NumberMalformed(Invalid):
    code = "certificate.number_malformed"
    message_zh = "证书编号应为22位：Y或S开头，其后为数字。"
    message_en = "A certificate number has 22 characters: Y or S followed by digits."
    next_zh = "请对照证书重新输入。"
    next_en = "Compare it with the certificate and enter it again."


class SerialsUsedUp(Refused):
    code = "certificate.serials_used_up"
    message_zh = "机构 {code13} 在 {year} 年 {level} 级的流水号已用完。"
    message_en = "Institution {code13} has no serial left for {year}, level {level}."
    next_zh = "请与主管部门联系。"
    next_en = "Ask the authority."


@dataclass(frozen=True)
class NumberParts:
    """The parts of a certificate number; year in two digits."""

    code13: str
    year: int
    level: int
    serial: int


def certificate_number(code13: str, year: int, level: int, serial: int) -> str:
    """Return the number of the serial-th certificate (from 1) of an institution, four-digit year and level."""
    read_institution_code(code13)
    if not 1 <= serial <= LAST_SERIAL:
        raise SerialsUsedUp(code13=code13, year=year, level=level)
    return f"{code13}{year % 100:02d}{LEVEL_CHARACTERS[level]}{serial:06d}"


def read_number(text: str) -> NumberParts:
    """Return the parts of a number, blanks and small letters forgiven; raises NumberMalformed."""
    match = _NUMBER.fullmatch(re.sub(r"\s+", "", text).upper())
    if not match:
        raise NumberMalformed()
    return NumberParts(match[1], int(match[2]), int(match[3]), int(match[4]))


def normalise_number(text: str) -> str:
    """Return the 22 characters without blanks, in capitals; raises NumberMalformed."""
    parts = read_number(text)
    return certificate_number(parts.code13, 2000 + parts.year, parts.level, parts.serial)


def series_faults(numbers: Iterable[str], last: dict[tuple[str, int, int], int]) -> list[tuple[str, str]]:
    """Return (number or series, what is wrong) where a series has gaps, repeats, or does not end at its counter."""
    series: dict[tuple[str, int, int], list[int]] = {key: [] for key in last}
    faults = []
    for number in numbers:
        try:
            parts = read_number(number)
        except NumberMalformed:
            faults.append((number, "not a well-formed number"))
            continue
        series.setdefault((parts.code13, parts.year, parts.level), []).append(parts.serial)
    for key, serials in sorted(series.items()):
        expected = list(range(1, last.get(key, 0) + 1))
        if sorted(serials) != expected:
            lacking = sorted(set(expected) - set(serials))[:5]
            extra = sorted(serial for serial in serials if serial not in expected or serials.count(serial) > 1)[:5]
            faults.append((f"{key[0]} year {key[1]:02d} level {key[2]}", f"missing serials {lacking}, extra {extra}"))
    return faults
