"""Decides the points of an item with an answer key, from the candidate's last answer.

For: grading runs and everybody who recomputes them. Source: theory papers of single-response, multiple-response and
true/false items; an answer counts only when it is exactly right (all or nothing). A hall knows no item types, so a
tampered workstation may have stored any value: what is not exactly the key earns nothing and stops nobody's grading.
Points are decimals, written as strings without an exponent, so that two machines always print the same score.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from examserver.kernel.errors import Invalid, Json
from examserver.kernel.fields import Fields

ALL_OR_NOTHING = "all_or_nothing"
TYPES = ("single_response", "multiple_response", "true_false")
Value = str | bool | tuple[object, ...] | None


class KeyMalformed(Invalid):
    code = "grading.key_malformed"
    message_zh = "答案 {item} 有误：{reason_zh}。"
    message_en = "The key of item {item} is not valid: {reason_en}."
    next_zh = "请题库重新封装答案包。"
    next_en = "Have the item bank seal the keys again."


@dataclass(frozen=True)
class ItemKey:
    """The key of one position of a form."""

    item: str
    position: int
    code: str
    version: int
    type: str
    key: tuple[str, ...]
    points: Decimal
    rule: str


def read_points(text: str, item: str) -> Decimal:
    """Return the points a decimal string says, not negative; raises KeyMalformed."""
    try:
        points = Decimal(text)
    except InvalidOperation:
        raise KeyMalformed(item=item, reason_zh="分值不是数", reason_en="its points are not a number") from None
    if not points.is_finite() or points < 0 or points > 1000:
        raise KeyMalformed(item=item, reason_zh="分值超出范围", reason_en="its points are out of range")
    return points


def write_points(points: Decimal) -> str:
    """Return points as a decimal string without exponent or trailing zeros."""
    return format(points.normalize() if points else Decimal(0), "f")


def read_keys(key_of_form: Json) -> dict[str, ItemKey]:
    """Return the keys of a form by item, positions counted in item order; raises KeyMalformed or MalformedField."""
    items = Fields(Fields(key_of_form, "key").any("items"), "key.items")
    names = sorted(key_of_form["items"])
    return {name: _read_key(name, position, items.within(name)) for position, name in enumerate(names, start=1)}


def _read_key(item: str, position: int, fields: Fields) -> ItemKey:
    key = ItemKey(
        item=item,
        position=position,
        code=fields.text("code", 80),
        version=fields.integer("version", 1),
        type=fields.choice("type", TYPES),
        key=tuple(fields.texts("key", 26)),
        points=read_points(fields.text("points", 20), item),
        rule=fields.text("rule", 40),
    )
    if key.rule != ALL_OR_NOTHING:
        raise KeyMalformed(item=item, reason_zh=f"未知评分规则 {key.rule}", reason_en=f"unknown rule {key.rule}")
    if not key.key or (key.type != "multiple_response" and len(key.key) != 1):
        raise KeyMalformed(item=item, reason_zh="答案个数与题型不符", reason_en="its number of answers is wrong")
    return key


def score_answer(key: ItemKey, value: Value) -> Decimal:
    """Return the points of an answer: all of them when the options chosen are exactly the key, each once, else none."""
    chosen = value if isinstance(value, tuple) else (value,)
    right = len(chosen) == len(key.key) and all(option in chosen for option in key.key)
    return key.points if right else Decimal(0)


def expected_value(key: ItemKey, value: Value) -> bool:
    """Return whether an answer has the shape its item type promises; others are scored too, and told."""
    options = value if isinstance(value, tuple) else (value,)
    texts = all(isinstance(option, str) for option in options)
    return value is None or (texts and isinstance(value, tuple) == (key.type == "multiple_response"))


def total(points: Mapping[str, Decimal]) -> Decimal:
    """Return the sum of the points by item."""
    return sum(points.values(), Decimal(0))
