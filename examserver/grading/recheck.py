"""Scores an answer a second time, straight from the key document, for verifiers and for rescoring a whole sitting.

Written from `examserver/docs/formats.md`, section 12, and sharing no code with `scoring.py` and what it imports: where
the two differ, one of them is wrong, and a verifier says so. Numbers are fractions, points whole numbers of hundredths.
"""

import re
import unicodedata
from fractions import Fraction
from typing import Any

Json = dict[str, Any]

SPACES = {*range(0x09, 0x0E), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000}
MARKS = set(",.:;?!~\"'()[]，。、；：？！～…—·“”‘’（）《》〈〉【】「」『』")
RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
SIGNED = {"⁺": "+", "⁻": "-"}
PLAIN = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>[0-9]*)(?:\.(?P<rest>[0-9]*))?(?:(?:[eE]|[×xX*]10\^)(?P<power>[+-]?[0-9]{1,2}))?"
)


def awaits_marks(key: Json) -> bool:
    """Whether a person has to mark the item."""
    return bool(key["rule"] == "rubric")


def worth(key: Json, value: Any) -> Fraction:
    """The points an answer earns under one item of a key document; 0 where a person marks."""
    if awaits_marks(key):
        return Fraction(0)
    given = [value] if isinstance(value, str) and value else value if isinstance(value, list) else []
    if not given or not all(isinstance(one, str) for one in given):
        return Fraction(0)
    right, stray = _verdicts(key, given)
    full = Fraction(key["points"])
    if key["rule"] == "all_or_nothing":
        return full if all(right) and not stray else Fraction(0)
    share = Fraction(max(0, sum(right) - stray), len(right))
    return full * share if share in (0, 1) else _hundredths(full * share)


def marked_worth(key: Json, line: Json | None) -> Fraction:
    """The points of an item a person marks, from its line in the file of marks; 0 while there is none."""
    if line is None:
        return Fraction(0)
    full = sum((Fraction(criterion["points"]) for criterion in key["scoring"]["rubric"]), Fraction(0))
    return _hundredths(agreed(line["marks"], full, line["limit_percent"]) * Fraction(key["points"]) / full)


def agreed(marks: list[Json], full: Fraction, percent: int) -> Fraction:
    """What two or three marks come to; raises ValueError when they are too few or too many for the limit."""
    totals = [sum((Fraction(one) for one in mark.values()), Fraction(0)) for mark in marks]
    apart = len(totals) > 1 and abs(totals[0] - totals[1]) * 100 > full * percent
    if len(totals) != (3 if apart else 2):
        raise ValueError("as many marks as the limit asks for")
    totals.sort()
    if len(totals) == 3:
        totals = totals[1:] if totals[2] - totals[1] <= totals[1] - totals[0] else totals[:2]
    return _hundredths((totals[0] + totals[1]) / 2)


def _hundredths(points: Fraction) -> Fraction:
    """Rounded to two decimals, halves up."""
    return Fraction((points * 200 + 1) // 2, 100)


def _verdicts(key: Json, given: list[str]) -> tuple[list[bool], int]:
    """Whether each part is right, and how many things were chosen that must not be."""
    kind, keyed, scoring = key["type"], key["key"], key.get("scoring", {})
    if kind == "text_entry":
        blanks = scoring["blanks"]
        return [len(given) == len(blanks) and _accepted(one, given[n]) for n, one in enumerate(blanks)], 0
    if kind == "numeric_entry":
        return _number_verdicts(scoring, given), 0
    if kind == "hotspot":
        marks = [_mark(one) for one in given]
        inside = [[mark is not None and _inside(area, *mark) for mark in marks] for area in scoring["areas"]]
        lost = sum(1 for n in range(len(marks)) if not any(row[n] for row in inside))
        return [any(row) for row in inside], lost
    if kind == "matching":
        sides = [one.split("-")[0] for one in given]
        found = [one in given and sides.count(one.split("-")[0]) == 1 for one in keyed]
        return found, len(given) - len(keyed) if key["rule"] == "all_or_nothing" else 0
    if kind in ("ordering", "inline_choice"):
        sound = len(given) == len(keyed) and (kind == "inline_choice" or set(given) == set(keyed))
        return [sound and given[n] == one for n, one in enumerate(keyed)], 0
    if key["rule"] == "partial_no_wrong":
        wrong = len(set(given)) < len(given) or any(one not in keyed for one in given)
        return [one in given for one in keyed], len(keyed) if wrong else 0
    return [one in given for one in keyed], int(len(given) != len(keyed))


def _accepted(blank: Json, text: str) -> bool:
    steps = blank.get("normalise", [])
    written = _plain(text, steps)
    return bool(written) and written in [_plain(one, steps) for one in blank["accept"]]


def _narrow(text: str) -> str:
    return "".join(chr(ord(c) - 0xFEE0) if "\uff01" <= c <= "\uff5e" else " " if c == "\u3000" else c for c in text)


def _plain(text: str, steps: list[str]) -> str:
    text = _narrow(text) if "width" in steps else text
    text = text.lower() if "case" in steps else text
    if "space" in steps:
        text = "".join(c for c in text if ord(c) not in SPACES)
    if "marks" in steps:
        text = "".join(c for n, c in enumerate(text) if c not in MARKS or _in_number(text, n))
    while text and ord(text[0]) in SPACES:
        text = text[1:]
    while text and ord(text[-1]) in SPACES:
        text = text[:-1]
    return text


def _in_number(text: str, at: int) -> bool:
    """Whether a point, comma or colon stands between two digits."""
    around = text[at - 1 : at] + text[at + 1 : at + 2]
    return text[at] in ",.:" and at > 0 and len(around) == 2 and all("0" <= c <= "9" for c in around)


def _number(text: str) -> Fraction | None:
    if len(text) > 64:
        return None
    plain = ""
    for at, c in enumerate(text):
        raised = c in RAISED or (c in SIGNED and text[at + 1 : at + 2] in tuple(RAISED))
        before = text[at - 1] if at else ""
        if raised and not (before in RAISED and before) and (before not in SIGNED or c in SIGNED):
            plain += "^"
        plain += str(RAISED.index(c)) if c in RAISED else SIGNED[c] if raised else c
    plain = "".join(c for c in _narrow(plain) if ord(c) not in SPACES).replace("−", "-").replace("–", "-")
    grouped = re.match(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(?![0-9,])", plain)
    if grouped:
        plain = grouped.group().replace(",", "") + plain[grouped.end() :]
    found = PLAIN.fullmatch(plain)
    if not found or not (found["whole"] or found["rest"]):
        return None
    size = Fraction(int((found["whole"] or "0") + (found["rest"] or "")), 10 ** len(found["rest"] or ""))
    return (-size if found["sign"] == "-" else size) * _ten_to(int(found["power"] or 0))


def _ten_to(power: int) -> Fraction:
    return Fraction(10**power) if power >= 0 else Fraction(1, 10**-power)


def _figures(value: Fraction, count: int) -> Fraction:
    """Rounded to significant figures, halves away from zero."""
    if not value:
        return value
    power, size = 0, abs(value)
    while size >= 10:
        size, power = size / 10, power + 1
    while size < 1:
        size, power = size * 10, power - 1
    scaled = (size * 10 ** (count - 1) * 2 + 1) // 2
    return Fraction((1 if value > 0 else -1) * scaled) * _ten_to(power - count + 1)


def _number_verdicts(scoring: Json, given: list[str]) -> list[bool]:
    unit, tolerance = scoring.get("unit"), scoring["tolerance"]
    sound = len(given) == (2 if unit else 1)
    value, wanted = _number(given[0]) if sound else None, Fraction(scoring["value"])
    right = value is not None and _close(value, wanted, tolerance)
    if not unit:
        return [right]
    named = _unit(given[1]) if sound else ""
    return [right, named != "" and named in [_unit(one) for one in unit["accept"]]]


def _close(value: Fraction, wanted: Fraction, tolerance: Json) -> bool:
    kind = tolerance["kind"]
    if kind == "exact":
        return value == wanted
    if kind == "significant":
        return _figures(value, int(tolerance["amount"])) == _figures(wanted, int(tolerance["amount"]))
    allowed = Fraction(tolerance["amount"]) * (1 if kind == "absolute" else abs(wanted))
    return abs(value - wanted) <= allowed


def _unit(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text) if ord(c) not in SPACES)


def _mark(text: str) -> tuple[int, int] | None:
    found = re.fullmatch(r"(-?[0-9]{1,6}),(-?[0-9]{1,6})", text)
    return (int(found[1]), int(found[2])) if found else None


def _inside(area: Json, x: int, y: int) -> bool:
    c = area["coords"]
    if area["shape"] == "circle":
        return bool((x - c[0]) * (x - c[0]) + (y - c[1]) * (y - c[1]) <= c[2] * c[2])
    if area["shape"] == "rect":
        return bool(min(c[0], c[2]) <= x <= max(c[0], c[2]) and min(c[1], c[3]) <= y <= max(c[1], c[3]))
    corners = [(c[n], c[n + 1]) for n in range(0, len(c) - 1, 2)]
    crossings = 0
    for (ax, ay), (bx, by) in zip(corners, corners[1:] + corners[:1], strict=True):
        turn = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
        if turn == 0 and min(ax, bx) <= x <= max(ax, bx) and min(ay, by) <= y <= max(ay, by):
            return True
        if (ay <= y) != (by <= y):
            at = Fraction((y - ay) * (bx - ax), by - ay) + ax
            crossings += at > x
    return crossings % 2 == 1
