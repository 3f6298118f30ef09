"""The second verifier, continued: the points of an answer. Written from section 12 of the formats alone."""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

Json = dict[str, Any]
WHITE = "\u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000 " + "".join(map(chr, [*range(9, 14), *range(0x2000, 0x200B)]))
REMOVED = ",.:;?!~\"'()[]，。、；：？！～…—·“”‘’（）《》〈〉【】「」『』"
RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-", strict=True))


def narrow(text: str) -> str:
    """Width."""
    return re.sub("[\uff01-\uff5e]", lambda m: chr(ord(m[0]) - 65248), text).replace("\u3000", " ")


def bare(text: str) -> str:
    """Without white space."""
    return "".join(c for c in text if c not in WHITE)


def words(text: str, listed: list[str]) -> str:
    """Words, normalised as listed."""
    text = narrow(text) if "width" in listed else text
    text = text.lower() if "case" in listed else text
    text = bare(text) if "space" in listed else text
    if "marks" in listed:
        text = re.sub(r"(?<=[0-9])([,.:])(?=[0-9])", lambda m: {",": "\0", ".": "\1", ":": "\2"}[m[1]], text)
        text = "".join(c for c in text if c not in REMOVED).translate({0: ",", 1: ".", 2: ":"})
    return text.strip(WHITE)


def number(text: str) -> Decimal | None:
    """A number as a candidate may write it."""
    if len(text) > 64:
        return None
    text = re.sub("[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda m: "^" + "".join(RAISED[c] for c in m[0]), text)
    text = bare(narrow(text)).replace("\u2212", "-").replace("\u2013", "-")
    text = re.sub(r"^([+-]?\d{1,3}(?:,\d{3})+)(?![\d,])", lambda m: m[1].replace(",", ""), text, flags=re.ASCII)
    text = re.sub(r"[×xX*]10\^(?=[+-]?[0-9]{1,2}$)", "e", text)
    whole = re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,2})?", text)
    return Decimal(text) if whole else None


def near(given: Decimal, scoring: Json) -> bool:
    """Tolerance."""
    wanted, how = Decimal(scoring["value"]), scoring["tolerance"]
    with localcontext(prec=1000):
        amount = Decimal(how.get("amount") or 0)
        if how["kind"] == "significant":
            return figures(given, int(amount)) == figures(wanted, int(amount))
        reach = {"exact": Decimal(0), "absolute": amount, "relative": amount * abs(wanted)}[how["kind"]]
        return abs(given - wanted) <= reach


def figures(value: Decimal, count: int) -> Decimal:
    """Significant figures, halves away from zero."""
    return value and value.quantize(Decimal((0, (1,), value.adjusted() + 1 - count)), ROUND_HALF_UP)


def inside(area: Json, mark: str) -> bool:
    """Whether an area holds a point, border included."""
    if not re.fullmatch("-?[0-9]{1,6},-?[0-9]{1,6}", mark):
        return False
    x, y = map(int, mark.split(","))
    c = area["coords"]
    if area["shape"] == "circle":
        return (x - c[0]) ** 2 + (y - c[1]) ** 2 <= c[2] ** 2
    if area["shape"] == "rect":
        return sorted((c[0], x, c[2]))[1] == x and sorted((c[1], y, c[3]))[1] == y
    points, odd = list(zip(c[::2], c[1::2], strict=False)), False
    for n, (x1, y1) in enumerate(points):
        x2, y2 = points[n - 1]
        away = (x - x1) * (y2 - y1) - (y - y1) * (x2 - x1)
        if away == 0 and min(x1, x2) <= x <= max(x1, x2) and min(y1, y2) <= y <= max(y1, y2):
            return True
        if (y1 > y) is not (y2 > y) and ((away < 0) if y2 > y1 else (away > 0)):
            odd = not odd
    return odd


def accepted(blank: Json, text: str) -> bool:
    """Whether a blank takes these words."""
    written = words(text, blank["normalise"])
    return written != "" and any(written == words(one, blank["normalise"]) for one in blank["accept"])


def parts_of(key: Json, given: list[str]) -> list[bool]:
    """Which parts are right."""
    kind, keyed, scoring = key["type"], key["key"], key.get("scoring", {})
    if kind == "text_entry":
        if len(given) != len(scoring["blanks"]):
            return [False] * len(scoring["blanks"])
        return [accepted(blank, text) for blank, text in zip(scoring["blanks"], given, strict=True)]
    if kind == "numeric_entry":
        names = ["number", "unit"] if "unit" in scoring else ["number"]
        if len(given) != len(names):
            return [False] * len(names)
        value = number(given[0])
        units = [bare(unicodedata.normalize("NFKC", one)) for one in scoring.get("unit", {"accept": []})["accept"]]
        written = bare(unicodedata.normalize("NFKC", given[-1]))
        return [value is not None and near(value, scoring), written != "" and written in units][: len(names)]
    if kind == "hotspot":
        return [any(inside(area, mark) for mark in given) for area in scoring["areas"]]
    if kind == "matching":
        return [[one for one in given if one.split("-")[0] == pair.split("-")[0]] == [pair] for pair in keyed]
    if kind == "ordering" and sorted(given) != sorted(keyed):
        return [False] * len(keyed)
    if kind in ("ordering", "inline_choice"):
        return [len(given) == len(keyed) and given[n] == one for n, one in enumerate(keyed)]
    return [one in given for one in keyed]


def points_of(key: Json, value: Any) -> Decimal:
    """The points of an answer."""
    given = value if isinstance(value, list) else [] if value in (None, "") else [value]
    if not given or any(not isinstance(one, str) for one in given) or key["rule"] == "rubric":
        return Decimal(0)
    parts, full = parts_of(key, given), Decimal(key["points"])
    areas = key.get("scoring", {}).get("areas", [])
    outside = sum(not any(inside(area, mark) for area in areas) for mark in given) if areas else 0
    if key["rule"] == "all_or_nothing":
        as_many = key["type"] not in CHOSEN or len(given) == len(key["key"])
        return full if all(parts) and as_many and not outside else Decimal(0)
    right = max(0, sum(parts) - outside)
    if key["rule"] == "partial_no_wrong" and (set(given) - set(key["key"]) or len(set(given)) < len(given)):
        right = 0
    if right in (0, len(parts)):
        return full if right else Decimal(0)
    return (full * right / len(parts)).quantize(Decimal("0.01"), ROUND_HALF_UP)


CHOSEN = ("single_response", "true_false", "multiple_response", "matching")


def marked_points(key: Json, line: Json | None) -> Decimal:
    """The points of an item that persons marked."""
    if line is None:
        return Decimal(0)
    full = sum(Decimal(one["points"]) for one in key["scoring"]["rubric"])
    totals = [sum(Decimal(points) for points in mark.values()) for mark in line["marks"]]
    third = abs(totals[0] - totals[1]) / full * 100 > line["limit_percent"]
    if len(totals) != 2 + third:
        raise ValueError("readings")
    low, *between, high = sorted(totals)
    pair = (low, high) if not between else max([(between[0], high), (low, between[0])], key=lambda two: two[0] - two[1])
    agreed = ((pair[0] + pair[1]) / 2).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return (agreed * Decimal(key["points"]) / full).quantize(Decimal("0.01"), ROUND_HALF_UP)
