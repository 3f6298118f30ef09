"""Decides which parts of an answer are right, for every type of item with a key, and what they earn.

For grading runs. Source: `examserver/docs/formats.md`, "Scoring". A hall knows no item types, so a tampered workstation
may have stored any value: what has not the shape of its type earns nothing and stops nobody's grading.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from examserver.grading.areas import holds, read_point
from examserver.grading.entries import accepts, read_number, unit_text, within

Json = dict[str, Any]
Value = str | bool | tuple[object, ...] | None

ALL_OR_NOTHING, RUBRIC = "all_or_nothing", "rubric"
PARTIAL, PER_PLACE, PER_PART = "partial_no_wrong", "per_place", "per_part"
CHOICES = ("single_response", "multiple_response", "true_false")
MARKED = ("short_answer", "extended_response", "drawing")
HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class Part:
    """One part of an answer, by its name in the item, and whether it is right."""

    name: str
    right: bool


@dataclass(frozen=True)
class Keyed:
    """What scoring needs of a key: type, rule, the keyed ids, and what ids cannot say."""

    type: str
    rule: str
    key: tuple[str, ...]
    scoring: Json


def texts_of(value: Value) -> tuple[str, ...] | None:
    """The members of an answer; none for no answer, None when it holds anything but text."""
    if value is None or value == "":
        return ()
    members = value if isinstance(value, tuple) else (value,)
    texts = tuple(one for one in members if isinstance(one, str))
    return texts if len(texts) == len(members) else None


def has_answer(value: Value) -> bool:
    """Whether there is anything to score or to mark."""
    return any(texts_of(value) or ())


def judge(keyed: Keyed, value: Value) -> tuple[Part, ...]:
    """The parts of an answer, right or not; a choice scored as a whole has none."""
    given = texts_of(value)
    if keyed.type in CHOICES:
        return _partial(keyed, given or ()) if keyed.rule == PARTIAL else ()
    return _JUDGES[keyed.type](keyed, given or ())


def share_earned(keyed: Keyed, value: Value) -> tuple[int, int]:
    """How many of how many equal shares an answer earns."""
    given = texts_of(value)
    if given is None or not given:
        return 0, 1
    if keyed.type in CHOICES:
        return _choice(keyed, given)
    parts = judge(keyed, value)
    stray = _stray(keyed, given)
    right = sum(part.right for part in parts)
    if keyed.rule == ALL_OR_NOTHING:
        return int(right == len(parts) and not stray), 1
    return max(0, right - stray), len(parts)


def points_for(share: tuple[int, int], points: Decimal) -> Decimal:
    """The points of a share: whole or none exactly, else rounded to hundredths, halves up."""
    earned, whole = share
    if earned == 0 or earned == whole:
        return points if earned else Decimal(0)
    return (points * earned / whole).quantize(HUNDREDTH, ROUND_HALF_UP)


def _choice(keyed: Keyed, given: Sequence[str]) -> tuple[int, int]:
    if keyed.rule == PARTIAL:
        sound = len(set(given)) == len(given) and set(given) <= set(keyed.key)
        return (len(given) if sound else 0), len(keyed.key)
    return int(len(given) == len(keyed.key) and all(option in given for option in keyed.key)), 1


def _partial(keyed: Keyed, given: Sequence[str]) -> tuple[Part, ...]:
    return tuple(Part(option, option in given) for option in keyed.key)


def _ordering(keyed: Keyed, given: Sequence[str]) -> tuple[Part, ...]:
    whole = sorted(given) == sorted(keyed.key)
    places = enumerate(keyed.key)
    return tuple(Part(str(at + 1), whole and given[at] == option) for at, option in places)


def _matching(keyed: Keyed, given: Sequence[str]) -> tuple[Part, ...]:
    lefts = Counter(pair.partition("-")[0] for pair in given)
    parts = ((pair.partition("-")[0], pair) for pair in keyed.key)
    return tuple(Part(left, lefts[left] == 1 and pair in given) for left, pair in parts)


def _text_entry(keyed: Keyed, given: Sequence[str]) -> tuple[Part, ...]:
    blanks = keyed.scoring["blanks"]
    filled = given if len(given) == len(blanks) else [""] * len(blanks)
    return tuple(
        Part(str(at), accepts(blank, text)) for at, (blank, text) in enumerate(zip(blanks, filled, strict=True), 1)
    )


def _numeric_entry(keyed: Keyed, given: Sequence[str]) -> tuple[Part, ...]:
    unit, scoring = keyed.scoring.get("unit"), keyed.scoring
    sound = len(given) == (2 if unit else 1)
    number = read_number(given[0]) if sound else None
    right = number is not None and within(number, Decimal(scoring["value"]), scoring["tolerance"])
    if not unit:
        return (Part("number", right),)
    named = unit_text(given[1]) if sound else ""
    return Part("number", right), Part("unit", named != "" and named in map(unit_text, unit["accept"]))


def _hotspot(keyed: Keyed, given: Sequence[str]) -> tuple[Part, ...]:
    points = [point for point in map(read_point, given) if point is not None]
    hit = (any(holds(area, point) for point in points) for area in keyed.scoring["areas"])
    return tuple(Part(str(at), one) for at, one in enumerate(hit, 1))


def _inline_choice(keyed: Keyed, given: Sequence[str]) -> tuple[Part, ...]:
    whole = len(given) == len(keyed.key)
    return tuple(Part(str(at + 1), whole and given[at] == option) for at, option in enumerate(keyed.key))


def _marked(_keyed: Keyed, _given: Sequence[str]) -> tuple[Part, ...]:
    return ()


def _stray(keyed: Keyed, given: Sequence[str]) -> int:
    """What was chosen beside the key and counts against it: marks outside every area, pairs too many."""
    if keyed.type == "hotspot":
        points = map(read_point, given)
        return sum(not (p and any(holds(area, p) for area in keyed.scoring["areas"])) for p in points)
    if keyed.type == "matching" and keyed.rule == ALL_OR_NOTHING:
        return len(given) - len(keyed.key)
    return 0


_JUDGES: dict[str, Callable[[Keyed, Sequence[str]], tuple[Part, ...]]] = {
    "ordering": _ordering,
    "matching": _matching,
    "text_entry": _text_entry,
    "numeric_entry": _numeric_entry,
    "hotspot": _hotspot,
    "inline_choice": _inline_choice,
} | dict.fromkeys(MARKED, _marked)
