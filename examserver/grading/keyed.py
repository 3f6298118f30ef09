"""Decides what an answer key says of one position of a form, and the points of an answer under it.

For: grading runs and everybody who recomputes them. Source: `examserver/docs/formats.md`, sections 8 and 12. How each
type is scored stands in `scoring.py`; a type that a person marks earns nothing until it is marked. Points are decimals,
written as strings without an exponent, so that two machines always print the same score.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from examserver.grading.entries import NORMALISATIONS
from examserver.grading.scoring import (
    ALL_OR_NOTHING,
    CHOICES,
    MARKED,
    PARTIAL,
    PER_PART,
    PER_PLACE,
    RUBRIC,
    Keyed,
    Part,
    Value,
    judge,
    points_for,
    share_earned,
    texts_of,
)
from examserver.kernel.errors import Invalid, Json
from examserver.kernel.fields import Fields

RULES: dict[str, tuple[str, ...]] = {
    "single_response": (ALL_OR_NOTHING,),
    "true_false": (ALL_OR_NOTHING,),
    "multiple_response": (ALL_OR_NOTHING, PARTIAL),
    "ordering": (ALL_OR_NOTHING, PER_PLACE),
    "matching": (ALL_OR_NOTHING, PER_PART),
    "text_entry": (ALL_OR_NOTHING, PER_PART),
    "numeric_entry": (ALL_OR_NOTHING, PER_PART),
    "hotspot": (ALL_OR_NOTHING, PER_PART),
    "inline_choice": (ALL_OR_NOTHING, PER_PART),
} | dict.fromkeys(MARKED, (RUBRIC,))
TYPES = tuple(RULES)
ONE_TEXT = ("single_response", "true_false", "short_answer", "extended_response")
TOLERANCES = ("exact", "absolute", "relative", "significant")
CORNERS = {"circle": (3, 3), "rect": (4, 4), "poly": (6, 200)}


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
    scoring: Json = field(default_factory=dict, hash=False)
    question: Json = field(default_factory=dict, hash=False)

    @property
    def keyed(self) -> Keyed:
        """What scoring looks at."""
        return Keyed(self.type, self.rule, self.key, self.scoring)

    @property
    def marked(self) -> bool:
        """Whether a person marks it."""
        return self.rule == RUBRIC


def read_decimal(text: object, item: str, reason_zh: str, reason_en: str) -> Decimal:
    """The finite number a decimal string says; raises KeyMalformed."""
    try:
        number = Decimal(text) if isinstance(text, str) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        raise KeyMalformed(item=item, reason_zh=reason_zh, reason_en=reason_en)
    return number


def read_points(text: str, item: str) -> Decimal:
    """Return the points a decimal string says, not negative; raises KeyMalformed."""
    points = read_decimal(text, item, "分值不是数", "its points are not a number")
    if points < 0 or points > 1000:
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
        scoring=fields.any("scoring") if fields.has("scoring") else {},
        question=fields.any("question") if fields.has("question") else {},
    )
    if key.rule not in RULES[key.type]:
        raise KeyMalformed(item=item, reason_zh=f"未知评分规则 {key.rule}", reason_en=f"unknown rule {key.rule}")
    if not _counts_fit(key):
        raise KeyMalformed(item=item, reason_zh="答案个数与题型不符", reason_en="its number of answers is wrong")
    _check_scoring(key, Fields(key.scoring, f"key.items.{item}.scoring"))
    return key


def _counts_fit(key: ItemKey) -> bool:
    """Whether there are as many keyed ids as the type wants: none where scoring says what is right."""
    count = len(key.key)
    if key.type in ("single_response", "true_false"):
        return count == 1
    return count > 0 if key.type in (*CHOICES, "ordering", "matching", "inline_choice") else count == 0


def _check_scoring(key: ItemKey, fields: Fields) -> None:
    """Raise KeyMalformed or MalformedField unless the scoring says what its type needs."""
    if key.type == "text_entry":
        for blank in _some(fields, "blanks", key.item):
            _check_words(blank, "accept", key.item)
            _check_steps(blank, key.item)
    elif key.type == "numeric_entry":
        _check_number(key.item, fields)
    elif key.type == "hotspot":
        for area in _some(fields, "areas", key.item):
            low, high = CORNERS[area.choice("shape", tuple(CORNERS))]
            coords = area.any("coords")
            if not isinstance(coords, list) or not low <= len(coords) <= high or not all(map(_is_whole, coords)):
                raise KeyMalformed(
                    item=key.item, reason_zh="热区坐标有误", reason_en="the corners of an area are wrong"
                )
    elif key.marked:
        for criterion in _some(fields, "rubric", key.item):
            _ = criterion.text("id", 16), read_points(criterion.text("points", 20), key.item)


def _some(fields: Fields, name: str, item: str) -> list[Fields]:
    found = list(fields.many(name, 50))
    if not found:
        raise KeyMalformed(item=item, reason_zh=f"缺少 {name}", reason_en=f"{name} is empty")
    return found


def _check_words(fields: Fields, name: str, item: str) -> None:
    if not fields.texts(name, 200):
        raise KeyMalformed(item=item, reason_zh=f"缺少 {name}", reason_en=f"{name} is empty")


def _check_steps(blank: Fields, item: str) -> None:
    steps = blank.texts("normalise", 10) if blank.has("normalise") else []
    if not set(steps) <= set(NORMALISATIONS):
        raise KeyMalformed(item=item, reason_zh="未知的规整方式", reason_en="an unknown normalisation")


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _check_number(item: str, fields: Fields) -> None:
    zh, en = "数值答案有误", "its number or tolerance is wrong"
    read_decimal(fields.any("value"), item, zh, en)
    tolerance = fields.within("tolerance")
    kind = tolerance.choice("kind", TOLERANCES)
    amount = read_decimal(tolerance.any("amount"), item, zh, en) if kind != "exact" else Decimal(0)
    if amount < 0 or (kind == "significant" and (amount != int(amount) or not 1 <= amount <= 30)):
        raise KeyMalformed(item=item, reason_zh=zh, reason_en=en)
    if fields.has("unit"):
        _check_words(fields.within("unit"), "accept", item)


def score_answer(key: ItemKey, value: Value) -> Decimal:
    """Return the points of an answer under its key and rule; none where a person has to mark it."""
    return Decimal(0) if key.marked else points_for(share_earned(key.keyed, value), key.points)


def judge_answer(key: ItemKey, value: Value) -> tuple[Part, ...]:
    """Return what of an answer is right, part by part; nothing for choices scored as a whole and for marked types."""
    return judge(key.keyed, value)


def expected_value(key: ItemKey, value: Value) -> bool:
    """Return whether an answer has the shape its item type promises; others are scored too, and told."""
    if value is None:
        return True
    return texts_of(value) is not None and isinstance(value, tuple) == (key.type not in ONE_TEXT)


def total(points: Mapping[str, Decimal]) -> Decimal:
    """Return the sum of the points by item."""
    return sum(points.values(), Decimal(0))
