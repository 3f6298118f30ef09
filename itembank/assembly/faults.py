"""What is wrong with a blueprint somebody wrote by hand: place and reason in Chinese and English.

For the command line. The kinds of fault are those of the shapes in `schemas.py`; whether a well-formed blueprint makes
sense is judged in `soundness.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from examserver.kernel.errors import Invalid


class BlueprintMalformed(Invalid):
    """The file is no blueprint: keys nobody knows, values missing or of the wrong kind; `faults` lists everything."""

    code = "blueprint.malformed"
    message_zh = "组卷方案文件 {file} 有 {count} 处不合格式：{place}：{first_zh}"
    message_en = "The blueprint file {file} has {count} fault(s) of form: {place}: {first_en}"
    next_zh = "请按所列位置逐一改正后重新运行；可用的项目见 itembank/README.md 的 Assembly 一节"
    next_en = "Correct them where they stand and run again; every key is in itembank/README.md, section Assembly"


class BlueprintUnreadable(Invalid):
    """The file is neither TOML nor JSON text."""

    code = "blueprint.unreadable"
    message_zh = "组卷方案文件 {file} 无法读取：{where_zh}"
    message_en = "The blueprint file {file} cannot be read: {where_en}"
    next_zh = "请保存为 UTF-8 文本：.json 文件按 JSON 书写，其他按 TOML 书写（例如 config/demo/blueprint.toml）"
    next_en = "Save UTF-8 text: JSON in a .json file, TOML in any other (as in config/demo/blueprint.toml)"


@dataclass(frozen=True)
class FormFault:
    """One fault and where it stands, like cells[0].colour."""

    place: str
    reason_zh: str
    reason_en: str


_WRONG_KIND = {
    "string": ("应为文字", "a text is needed"),
    "int": ("应为整数", "a whole number is needed"),
    "decimal": ("应为十进制数", "a decimal number is needed"),
    "model": ("应为若干“项目 = 值”", "keys with values are needed"),
    "dict": ("应为若干“项目 = 值”", "keys with values are needed"),
    "list": ("应为列表", "a list is needed"),
    "tuple": ("应为“[下限, 上限]”", "[low, high] is needed"),
    "literal": ("只能取 {expected}", "it is one of {expected}"),
    "finite": ("应为有限的数", "a finite number is needed"),
}
_BOUNDS = {
    "greater_than": ("应大于 {gt}", "it must be greater than {gt}"),
    "greater_than_equal": ("应不小于 {ge}", "it must be at least {ge}"),
    "less_than_equal": ("应不大于 {le}", "it must be at most {le}"),
    "decimal_max_places": ("最多 {decimal_places} 位小数", "at most {decimal_places} decimal places"),
    "string_too_short": ("不能为空", "it must not be empty"),
    "string_too_long": ("最多 {max_length} 个字", "at most {max_length} characters"),
    "too_short": ("至少 {min_length} 项", "at least {min_length} entries"),
    "too_long": ("最多 {max_length} 项", "at most {max_length} entries"),
    "missing": ("缺少这一项", "it is missing"),
}


def faults_of_form(errors: Sequence[Mapping[str, Any]], keys: Mapping[str, Sequence[str]]) -> list[FormFault]:
    """Every fault; `keys` are the known keys by the part of the blueprint they belong to ("" for the whole)."""
    return [_fault(error, keys) for error in errors]


def _fault(error: Mapping[str, Any], keys: Mapping[str, Sequence[str]]) -> FormFault:
    path, kind, facts = list(error["loc"]), str(error["type"]), error.get("ctx", {})
    if kind == "extra_forbidden":
        zh, en = _unknown(str(path[-1]), keys.get(str(path[0]) if len(path) > 1 else "", ()))
    else:
        found = _BOUNDS.get(kind) or _WRONG_KIND.get(kind.partition("_")[0]) or ("取值不合要求", "it cannot be so")
        zh, en = (text.format_map(dict(facts)) for text in found)
    return FormFault(_place(path), zh, en)


def _unknown(key: str, known: Sequence[str]) -> tuple[str, str]:
    near = get_close_matches(key, known, 1)
    zh, en = (f"；是否为 {near[0]}？", f"; did you mean {near[0]}?") if near else ("", "")
    return f"没有这个项目{zh}", f"there is no such key{en}"


def _place(path: Sequence[Any]) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".") or "*"
