"""Says which label Word prints before an automatically numbered paragraph: `1.`, `（2）`, `A、`, `三、`.

For the reader of Word documents, since such labels stand nowhere in the text. Source: ISO/IEC 29500-1, part 17.9
(numbering.xml: abstract numberings, levels, overrides) and 17.7 (numbering that a paragraph style brings).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DIGITS = "零一二三四五六七八九"
_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def value(element: Element | None, path: str = "") -> str:
    """The attribute w:val of the element at this path; empty when there is none."""
    found = element.find(path) if element is not None and path else element
    return found.get(f"{W}val", "") if found is not None else ""


@dataclass(frozen=True)
class _Level:
    form: str
    text: str
    start: int


@dataclass
class Numbering:
    """The numberings of one document with their counters; ask for labels in the order of the paragraphs."""

    levels: dict[tuple[str, int], _Level] = field(default_factory=dict)
    families: dict[str, str] = field(default_factory=dict)
    styles: dict[str, tuple[str, int]] = field(default_factory=dict)
    counts: dict[tuple[str, int], int] = field(default_factory=dict)

    def label(self, paragraph: Element) -> str:
        """The label printed before this paragraph; empty when it has none."""
        numbered = self._reference(paragraph.find(f"{W}pPr"))
        if numbered is None or numbered not in self.levels:
            return ""
        identifier, depth = numbered
        family, level = self.families[identifier], self.levels[numbered]
        count = self.counts.get((family, depth), level.start - 1) + 1
        self.counts[(family, depth)] = count
        for key in [key for key in self.counts if key[0] == family and key[1] > depth]:
            del self.counts[key]
        text = level.text
        for above in range(depth + 1):
            shown = self.levels.get((identifier, above))
            number = self.counts.get((family, above), shown.start if shown else 1)
            text = text.replace(f"%{above + 1}", _written(shown.form if shown else "decimal", number))
        return "" if level.form in ("bullet", "none") else text

    def _reference(self, properties: Element | None) -> tuple[str, int] | None:
        if properties is None:
            return None
        own = properties.find(f"{W}numPr")
        style = self.styles.get(value(properties, f"{W}pStyle"))
        if own is None:
            return style
        identifier = value(own, f"{W}numId") or (style[0] if style else "")
        depth = value(own, f"{W}ilvl")
        return (identifier, int(depth) if depth.isdecimal() else 0) if identifier not in ("", "0") else None


def read_numbering(numbering: Element | None, styles: Element | None) -> Numbering:
    """The numberings of a document from its two parts, either of which may be absent."""
    found = Numbering()
    if numbering is not None:
        abstract = {each.get(f"{W}abstractNumId", ""): each for each in numbering.findall(f"{W}abstractNum")}
        for each in numbering.findall(f"{W}num"):
            _take(found, each, abstract)
    for style in styles.findall(f"{W}style") if styles is not None else []:
        own = style.find(f"{W}pPr/{W}numPr")
        identifier, depth = value(own, f"{W}numId"), value(own, f"{W}ilvl")
        if identifier not in ("", "0"):
            found.styles[style.get(f"{W}styleId", "")] = (identifier, int(depth) if depth.isdecimal() else 0)
    return found


def _take(found: Numbering, num: Element, abstract: dict[str, Element]) -> None:
    identifier, family = num.get(f"{W}numId", ""), value(num, f"{W}abstractNumId")
    if family not in abstract:
        return
    overrides = {each.get(f"{W}ilvl", ""): each for each in num.findall(f"{W}lvlOverride")}
    # A number list with overrides counts for itself; lists of one family go on counting.
    found.families[identifier] = f"{family}/{identifier}" if overrides else family
    for level in abstract[family].findall(f"{W}lvl"):
        depth = level.get(f"{W}ilvl", "0")
        override = overrides.get(depth)
        own = override.find(f"{W}lvl") if override is not None else None
        shown = own if own is not None else level
        start = value(override, f"{W}startOverride") or value(shown, f"{W}start") or "1"
        form, text = value(shown, f"{W}numFmt") or "decimal", value(shown, f"{W}lvlText")
        if depth.isdecimal():
            found.levels[(identifier, int(depth))] = _Level(form, text, int(start) if start.isdecimal() else 1)


def _written(form: str, number: int) -> str:
    return _FORMS.get(form, str)(number)


def _letters(number: int) -> str:
    return chr(0x40 + number) if 1 <= number <= 26 else str(number)


def chinese(number: int) -> str:
    """A number below a hundred as 三十二."""
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones else "")


def _roman(number: int) -> str:
    if not 0 < number < 40:
        return str(number)
    found = ""
    for amount, sign in _ROMAN:
        found, number = found + sign * (number // amount), number % amount
    return found


def _circled(number: int) -> str:
    return chr(0x245F + number) if 1 <= number <= 20 else str(number)


_FORMS: dict[str, Callable[[int], str]] = {
    "upperLetter": _letters,
    "lowerLetter": lambda number: _letters(number).lower(),
    "upperRoman": _roman,
    "lowerRoman": lambda number: _roman(number).lower(),
    "chineseCounting": chinese,
    "chineseCountingThousand": chinese,
    "japaneseCounting": chinese,
    "taiwaneseCountingThousand": chinese,
    "ideographDigital": chinese,
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "none": lambda number: "",
}
