"""Turns a formula of Word (OMML) into MathML as the bank stores it, or names the construct it has no counterpart for.

For the reader of Word documents. Source: ISO/IEC 29500-1, part 22.1 (Office MathML) and MathML Core. Presentation only:
fractions, scripts, radicals, sums and integrals, brackets, matrices, functions, limits, accents, boxes.
"""

import re
from collections.abc import Callable
from html import escape
from xml.etree.ElementTree import Element

from itembank.exchange.formats.xml_reader import local

M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_TOKEN = re.compile(r"(?P<mn>\d+(?:[.,]\d+)*)|(?P<mi>[^\W\d_])|(?P<blank>\s+)|(?P<mo>.)", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]{2,}")


class UnknownMath(Exception):
    """A construct without counterpart; carries its name."""


def mathml(element: Element) -> str:
    """The formula as one <math> element; raises UnknownMath."""
    return f"<math>{_children(element)}</math>"


def _children(element: Element | None) -> str:
    return "".join(_convert(child) for child in element) if element is not None else ""


def _convert(element: Element) -> str:
    name = local(element)
    if name.endswith("Pr") or name in _SILENT:
        return ""
    if name in _THROUGH:
        return _children(element)
    if name not in _BUILDERS:
        raise UnknownMath(name)
    return _BUILDERS[name](element)


def _part(element: Element, name: str) -> str:
    """One argument as exactly one element."""
    return f"<mrow>{_children(element.find(M + name))}</mrow>"


def _property(element: Element, name: str, default: str = "") -> str:
    """A value of the properties of this construct; an element without value is switched on."""
    found = element.find(f"{M}{local(element)}Pr/{M}{name}")
    return found.get(f"{M}val", "1") if found is not None else default


def _is_on(element: Element, name: str) -> bool:
    return _property(element, name, "0") in ("1", "on", "true")


def _run(element: Element) -> str:
    """Letters, numbers and signs of a run; upright words stay whole."""
    text = "".join(part.text or "" for part in element.iter() if local(part) == "t")
    style = element.find(f"{M}rPr/{M}sty")
    upright = element.find(f"{M}rPr/{M}nor") is not None or (style is not None and style.get(f"{M}val") == "p")
    if upright and _WORD.search(text):
        return f"<mtext>{escape(text)}</mtext>"
    return "".join(_token(match) for match in _TOKEN.finditer(text))


def _token(match: re.Match[str]) -> str:
    kind, text = match.lastgroup, escape(match[0])
    if kind == "blank":
        return ""
    return f"<{kind}>{text}</{kind}>"


def _mo(sign: str) -> str:
    return f"<mo>{escape(sign)}</mo>" if sign else ""


def _fraction(element: Element) -> str:
    kind, top, bottom = _property(element, "type", "bar"), _part(element, "num"), _part(element, "den")
    if kind == "lin":
        return f"<mrow>{top}<mo>/</mo>{bottom}</mrow>"
    thick = ' linethickness="0"' if kind == "noBar" else ' bevelled="true"' if kind == "skw" else ""
    return f"<mfrac{thick}>{top}{bottom}</mfrac>"


def _radical(element: Element) -> str:
    degree = element.find(M + "deg")
    if _is_on(element, "degHide") or degree is None or not _children(degree):
        return f"<msqrt>{_part(element, 'e')}</msqrt>"
    return f"<mroot>{_part(element, 'e')}{_part(element, 'deg')}</mroot>"


def _nary(element: Element) -> str:
    sign, beside = _mo(_property(element, "chr", "∫")), _property(element, "limLoc", "subSup") == "subSup"
    low = "" if _is_on(element, "subHide") else _part(element, "sub")
    high = "" if _is_on(element, "supHide") else _part(element, "sup")
    names = ("msubsup", "msub", "msup") if beside else ("munderover", "munder", "mover")
    name = names[0] if low and high else names[1] if low else names[2]
    head = f"<{name}>{sign}{low}{high}</{name}>" if low or high else sign
    return f"<mrow>{head}{_part(element, 'e')}</mrow>"


def _delimiter(element: Element) -> str:
    separator = _mo(_property(element, "sepChr", "|"))
    inside = separator.join(f"<mrow>{_children(each)}</mrow>" for each in element.findall(M + "e"))
    return f"<mrow>{_mo(_property(element, 'begChr', '('))}{inside}{_mo(_property(element, 'endChr', ')'))}</mrow>"


def _matrix(element: Element) -> str:
    rows = [[_children(cell) for cell in row.findall(M + "e")] for row in element.findall(M + "mr")]
    return _table(rows)


def _equations(element: Element) -> str:
    return _table([[_children(each)] for each in element.findall(M + "e")])


def _table(rows: list[list[str]]) -> str:
    shown = ("".join(f"<mtd>{cell}</mtd>" for cell in row) for row in rows)
    return f"<mtable>{''.join(f'<mtr>{row}</mtr>' for row in shown)}</mtable>"


def _accent(element: Element) -> str:
    return f"<mover>{_part(element, 'e')}{_mo(_property(element, 'chr', '^'))}</mover>"


def _bar(element: Element) -> str:
    name = "mover" if _property(element, "pos", "bot") == "top" else "munder"
    return f"<{name}>{_part(element, 'e')}<mo>¯</mo></{name}>"


def _group(element: Element) -> str:
    name = "mover" if _property(element, "pos", "bot") == "top" else "munder"
    return f"<{name}>{_part(element, 'e')}{_mo(_property(element, 'chr', '⏟'))}</{name}>"


def _before(element: Element) -> str:
    before = f"<mprescripts></mprescripts>{_part(element, 'sub')}{_part(element, 'sup')}"
    return f"<mmultiscripts>{_part(element, 'e')}{before}</mmultiscripts>"


def _plain(name: str, *parts: str) -> Callable[[Element], str]:
    """A construct whose arguments stand in one element one after another."""
    return lambda element: f"<{name}>{''.join(_part(element, part) for part in parts)}</{name}>"


_SILENT = ("bookmarkStart", "bookmarkEnd", "proofErr", "del")
_THROUGH = ("oMath", "oMathPara", "e", "num", "den", "sub", "sup", "deg", "lim", "fName", "box", "ins", "smartTag")
_BUILDERS: dict[str, Callable[[Element], str]] = {
    "r": _run,
    "f": _fraction,
    "sSup": _plain("msup", "e", "sup"),
    "sSub": _plain("msub", "e", "sub"),
    "sSubSup": _plain("msubsup", "e", "sub", "sup"),
    "sPre": _before,
    "rad": _radical,
    "nary": _nary,
    "d": _delimiter,
    "m": _matrix,
    "eqArr": _equations,
    "func": lambda element: f"<mrow>{_part(element, 'fName')}<mspace></mspace>{_part(element, 'e')}</mrow>",
    "limLow": _plain("munder", "e", "lim"),
    "limUpp": _plain("mover", "e", "lim"),
    "acc": _accent,
    "bar": _bar,
    "groupChr": _group,
    "borderBox": _plain("menclose", "e"),
    "phant": _plain("mphantom", "e"),
}
