"""Decides whether a typed answer - words, a number, a unit - is an accepted one.

For keyed scoring. Source: `examserver/docs/formats.md`, "Scoring": what is normalised, how a number may be written, and
the four kinds of tolerance. All arithmetic is exact, so that two machines never differ at a border.
"""

import re
import unicodedata
from collections.abc import Collection
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

Json = dict[str, Any]

WIDTH, CASE, SPACE, MARKS = "width", "case", "space", "marks"
NORMALISATIONS = (WIDTH, CASE, SPACE, MARKS)
LONGEST_NUMBER = 64
_EXACT = Context(prec=600)
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_WHITE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_NO_WHITE = dict.fromkeys(map(ord, _WHITE))
_MARK = re.compile(
    r"""(?<![0-9])[,.:]|[,.:](?![0-9])|[;?!~"'()\[\]，。、；：？！～…—·“”‘’（）《》〈〉【】「」『』]"""
)  # fmt: skip
_POWER = re.compile("[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_RAISED = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789")
_SIGNS = str.maketrans("−–", "--")
_GROUPED = re.compile(r"([+-]?[0-9]{1,3}(?:,[0-9]{3})+)(?![0-9,])")
_NUMBER = re.compile(r"([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))(?:(?:[eE]|[×xX*]10\^)([+-]?[0-9]{1,2}))?")


def half_width(text: str) -> str:
    """Full-width letters, digits and marks as half-width ones."""
    return text.translate(_HALF_WIDTH)


def normalise(text: str, steps: Collection[str]) -> str:
    """Text under the wanted normalisations, always in this order; white space at both ends never counts."""
    if WIDTH in steps:
        text = half_width(text)
    if CASE in steps:
        text = text.lower()
    if SPACE in steps:
        text = text.translate(_NO_WHITE)
    if MARKS in steps:
        text = _MARK.sub("", text)
    return text.strip(_WHITE)


def accepts(blank: Json, text: str) -> bool:
    """Whether a blank takes these words; an empty one is never right."""
    steps = blank.get("normalise", ())
    written = normalise(text, steps)
    return written != "" and any(written == normalise(each, steps) for each in blank["accept"])


def read_number(text: str) -> Decimal | None:
    """The number a candidate wrote: half or full width, 1,234.5, 1.2e-3, 1.2×10^-3 or 1.2×10⁻³; else None."""
    if len(text) > LONGEST_NUMBER:
        return None
    raised = _POWER.sub(lambda found: "^" + found[0].translate(_RAISED), text)
    plain = half_width(raised).translate(_NO_WHITE).translate(_SIGNS)
    grouped = _GROUPED.match(plain)
    if grouped:
        plain = grouped[1].replace(",", "") + plain[grouped.end() :]
    found = _NUMBER.fullmatch(plain)
    return Decimal(found[1]).scaleb(int(found[2] or 0), _EXACT) if found else None


def rounded(value: Decimal, figures: int) -> Decimal:
    """A number at so many significant figures, halves away from zero."""
    if not value:
        return Decimal(0)
    unit = Decimal(1).scaleb(value.adjusted() - figures + 1)
    return value.quantize(unit, ROUND_HALF_UP, _EXACT)


def within(value: Decimal, wanted: Decimal, tolerance: Json) -> bool:
    """Whether a number is right under a tolerance: exact, absolute, relative, or to significant figures."""
    kind, amount = tolerance["kind"], Decimal(tolerance.get("amount") or "0")
    if kind == "exact":
        return value == wanted
    if kind == "significant":
        return rounded(value, int(amount)) == rounded(wanted, int(amount))
    allowed = amount if kind == "absolute" else _EXACT.multiply(amount, wanted.copy_abs())
    return _EXACT.subtract(value, wanted).copy_abs() <= allowed


def unit_text(text: str) -> str:
    """A unit as compared: compatibility characters resolved (℃, µ, ㎡, m²), without white space; V is not v."""
    return unicodedata.normalize("NFKC", text).translate(_NO_WHITE)
