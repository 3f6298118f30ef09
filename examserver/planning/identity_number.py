"""Decides whether an identity document number is well-formed, and how it may be shown.

For: the roster import and every list or page that names a candidate. Source: GB 11643-1999 for the citizen
identity number (18 characters, check character by ISO 7064 MOD 11-2); other documents have no public check rule.
"""

import re
from dataclasses import dataclass
from datetime import date

CITIZEN = "居民身份证"
DOCUMENT_TYPES = (CITIZEN, "军官证", "港澳居民来往内地通行证", "台湾居民来往大陆通行证", "外国人永久居留身份证", "护照")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_SHAPE = re.compile(r"\d{17}[\dX]", re.ASCII)
_OTHER = re.compile(r"[A-Z0-9()/-]{5,24}", re.ASCII)


@dataclass(frozen=True)
class NumberFault:
    """What is wrong with a document number, as a code and in both languages; never repeats the number."""

    code: str
    reason_zh: str
    reason_en: str


def normalise_number(text: str) -> str:
    """Return the number without blanks, full-width forms folded, letters upper-case."""
    folded = "".join(chr(ord(c) - 0xFEE0) if 0xFF01 <= ord(c) <= 0xFF5E else c for c in text)
    return re.sub(r"\s+", "", folded).upper()


def check_character(first17: str) -> str:
    """Return the check character that GB 11643 demands after the first 17 digits."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, first17, strict=True))
    return _CHECKS[total % 11]


def check_citizen_number(number: str, today: date) -> NumberFault | None:
    """Return the first fault of a normalised citizen identity number, or None."""
    if not _SHAPE.fullmatch(number):
        return NumberFault(
            "roster.identity_shape",
            f"身份证号码应为18位（17位数字加1位校验码），现为{len(number)}位或含其他字符",
            f"a citizen identity number has 17 digits and a check character; this has {len(number)} characters",
        )
    born = birth_date(number)
    if born is None or not date(1800, 1, 1) <= born <= today:
        return NumberFault("roster.identity_birth", "身份证号码中的出生日期不存在", "its birth date is impossible")
    if number[17] != check_character(number[:17]):
        return NumberFault("roster.identity_check", "身份证号码校验位不正确", "its check character is wrong")
    return None


def check_number(document_type: str, number: str, today: date) -> NumberFault | None:
    """Return the first fault of a normalised number of any accepted document type, or None."""
    if document_type == CITIZEN:
        return check_citizen_number(number, today)
    if not _OTHER.fullmatch(number):
        return NumberFault("roster.document_shape", "证件号码含不允许的字符或长度不对", "the number is malformed")
    return None


def birth_date(number: str) -> date | None:
    """Return the birth date inside a citizen identity number, or None when there is no such day."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def sex_of(number: str) -> str:
    """Return 男 or 女 as the sequence part of a citizen identity number says."""
    return "男" if int(number[16]) % 2 else "女"


def mask_number(number: str) -> str:
    """Return the number with only its ends shown: four and four of a long one, the last two of a short one."""
    if len(number) >= 12:
        return number[:4] + "*" * (len(number) - 8) + number[-4:]
    return "*" * max(len(number) - 2, 0) + number[-2:]


def mask_name(name: str) -> str:
    """Return the name with its first character only, as public pages show it."""
    return name[:1] + "*" * max(len(name) - 1, 1)


def mask_phone(phone: str) -> str:
    """Return a phone number with its middle hidden."""
    return phone[:3] + "****" + phone[-4:] if len(phone) >= 11 else "*" * len(phone)
