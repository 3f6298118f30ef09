"""Decides which institution codes, occupation codes and levels are well-formed.

For: everything that names an institution, an occupation or a level. Source: the national certificate number of
22 characters, whose positions 1-13 are the institution's code (class, ministry code, province, serial); the
occupation classification `D-DD-DD-DD`; five skill levels, 5 (junior worker) to 1 (senior technician).
"""

import re
from dataclasses import dataclass

from examserver.kernel.errors import Invalid

LEVEL_NAMES_ZH = {
    5: "初级工（五级）",
    4: "中级工（四级）",
    3: "高级工（三级）",
    2: "技师（二级）",
    1: "高级技师（一级）",
}
LEVEL_NAMES_EN = {
    5: "junior worker (level 5)",
    4: "intermediate worker (level 4)",
    3: "senior worker (level 3)",
    2: "technician (level 2)",
    1: "senior technician (level 1)",
}
KIND_LETTERS = {"employer": "Y", "social_org": "S"}
_CODE13 = re.compile(r"([YS])(\d{4})(\d{2})(\d{6})", re.ASCII)
_OCCUPATION = re.compile(r"\d-\d{2}-\d{2}-\d{2}", re.ASCII)
_LEVEL = re.compile(r"[Ll]?([1-5])", re.ASCII)


class InstitutionCodeMalformed(Invalid):
    code = "institution.code_malformed"
    message_zh = "机构编码 {value} 不正确：应为13位，首位Y或S，其余为数字。"
    message_en = "Institution code {value} is not valid: 13 characters, Y or S followed by 12 digits."
    next_zh = "请按主管部门下发的编码填写。"
    next_en = "Enter the code as the authority assigned it."


class InstitutionKindMismatch(Invalid):
    code = "institution.kind_mismatch"
    message_zh = "机构编码 {value} 的首位与机构类别 {kind} 不一致。"
    message_en = "The first letter of code {value} does not fit the institution kind {kind}."
    next_zh = "用人单位的编码以Y开头，社会培训评价组织以S开头。"
    next_en = "Codes of employers begin with Y, of social evaluation organisations with S."


class OccupationCodeMalformed(Invalid):
    code = "occupation.code_malformed"
    message_zh = "职业编码 {value} 不正确，应形如 6-31-01-03。"
    message_en = "Occupation code {value} is not valid; it looks like 6-31-01-03."
    next_zh = "请按职业分类大典填写。"
    next_en = "Enter it as in the occupation classification."


class LevelUnknown(Invalid):
    code = "level.unknown"
    message_zh = "等级 {value} 不存在，应为1至5。"
    message_en = "There is no level {value}; levels are 1 to 5."
    next_zh = "5为初级工，1为高级技师。"
    next_en = "5 is junior worker, 1 is senior technician."


@dataclass(frozen=True)
class InstitutionCode:
    """The four parts of an institution's 13 characters."""

    letter: str
    ministry: str
    province: str
    serial: str


def read_institution_code(text: str) -> InstitutionCode:
    """Return the parts of a 13-character code, or raise InstitutionCodeMalformed."""
    match = _CODE13.fullmatch(text)
    if not match:
        raise InstitutionCodeMalformed(value=text[:40])
    return InstitutionCode(*match.groups())


def check_kind(text: str, kind: str) -> InstitutionCode:
    """Return the parts of the code when its class letter fits the kind, or raise."""
    parts = read_institution_code(text)
    if KIND_LETTERS.get(kind) != parts.letter:
        raise InstitutionKindMismatch(value=text, kind=kind)
    return parts


def read_occupation_code(text: str) -> str:
    """Return a well-formed occupation code unchanged, or raise OccupationCodeMalformed."""
    if not _OCCUPATION.fullmatch(text):
        raise OccupationCodeMalformed(value=text[:40])
    return text


def read_level(value: int | str) -> int:
    """Return a level as an integer 1..5 from 4, "4" or "L4", or raise LevelUnknown."""
    match = _LEVEL.fullmatch(str(value))
    if isinstance(value, bool) or not match:
        raise LevelUnknown(value=str(value)[:40])
    return int(match.group(1))
