"""Decides the admission-ticket number of a candidate.

For: tickets and the sitting order. Source: there is no national rule, so the pattern is policy data; a pattern is
text with fields in braces, a number after a colon giving the width to pad to with zeros:
`{province}{institution}{date}{sitting:2}{seat:3}`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from examserver.kernel.errors import Invalid

FIELDS = ("province", "institution", "date", "sitting", "seat")
_FIELD = re.compile(r"\{([a-z]+)(?::(\d))?\}", re.ASCII)
_RESULT = re.compile(r"[A-Z0-9-]{4,32}", re.ASCII)


class TicketPatternInvalid(Invalid):
    code = "ticket.pattern_invalid"
    message_zh = "准考证号规则 {pattern} 有误：{reason_zh}。"
    message_en = "The ticket number pattern {pattern} is not valid: {reason_en}."
    next_zh = "请修改政策配置中的 ticket_number_pattern。"
    next_en = "Correct ticket_number_pattern in the policy profile."


@dataclass(frozen=True)
class TicketScope:
    """What all ticket numbers of one sitting share: province, institution serial, date YYMMDD, number of the day."""

    province: str
    institution: str
    date: str
    sitting: int


def check_pattern(pattern: str) -> None:
    """Raise TicketPatternInvalid unless the pattern tells every candidate of every sitting apart."""
    names = [match.group(1) for match in _FIELD.finditer(pattern)]
    unknown = sorted(set(names) - set(FIELDS))
    if unknown:
        raise _invalid(pattern, f"不认识 {'、'.join(unknown)}", f"unknown {', '.join(unknown)}")
    lacking = sorted({"institution", "date", "sitting", "seat"} - set(names))
    if lacking:
        raise _invalid(pattern, f"缺少 {'、'.join(lacking)}，号码会重复", f"without {', '.join(lacking)} it repeats")


def ticket_number(pattern: str, scope: TicketScope, seat: str) -> str:
    """Return the number for one seat, or raise TicketPatternInvalid when it would not be 4-32 letters and digits."""
    values = {
        "province": scope.province,
        "institution": scope.institution,
        "date": scope.date,
        "sitting": str(scope.sitting),
        "seat": seat,
    }
    number = _FIELD.sub(lambda match: _padded(values, match), pattern)
    if not _RESULT.fullmatch(number):
        raise _invalid(pattern, "号码应为4至32位大写字母或数字", "a number has 4 to 32 capital letters or digits")
    return number


def _padded(values: Mapping[str, str], match: re.Match[str]) -> str:
    return values[match.group(1)].zfill(int(match.group(2) or 0))


def _invalid(pattern: str, reason_zh: str, reason_en: str) -> TicketPatternInvalid:
    return TicketPatternInvalid(pattern=pattern[:80], reason_zh=reason_zh, reason_en=reason_en)
