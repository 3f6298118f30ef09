"""One vocabulary for the XML of QTI 2.1, 2.2 and 3.0, and HTML text out of it.

For the readers of items. QTI 3.0 writes `qti-choice-interaction max-choices`, the older ones `choiceInteraction
maxChoices`; here all are the older words without namespaces. Source: QTI 3.0 "Best practices", mapping of names.
"""

import re
from collections.abc import Callable, Iterator
from html import escape
from math import isfinite
from xml.etree.ElementTree import Element

from itembank.exchange.formats.build import truth_of

VOID = frozenset({"br", "hr", "img", "col"})
_CAPITAL = re.compile(r"-([a-z0-9])")
_SPACES = re.compile(r"[ \t\r\n]+")


def _camel(name: str) -> str:
    return _CAPITAL.sub(lambda match: match[1].upper(), name)


def local(name: object) -> str:
    """The name of an element or attribute without its namespace; empty for comments."""
    return name.rpartition("}")[2].rpartition(":")[2] if isinstance(name, str) else ""


def plain(element: Element) -> Element:
    """A copy in the one vocabulary; comments and processing instructions are gone."""
    name = local(element.tag)
    ours = name.startswith("qti-")
    made = Element(_camel(name[4:]) if ours else name)
    for key, value in element.attrib.items():
        short = local(key)
        keep = short.startswith(("data-", "aria-")) or not ours
        made.set(short if keep else _camel(short), value)
    made.text, made.tail = element.text, element.tail
    last: Element | None = None
    for child in element:
        if local(child.tag):
            last = plain(child)
            made.append(last)
        elif last is None:
            made.text = (made.text or "") + (child.tail or "")
        else:
            last.tail = (last.tail or "") + (child.tail or "")
    return made


def first(element: Element, name: str) -> Element | None:
    """The first descendant of this name."""
    return next(element.iter(name), None)


def words(element: Element | None) -> str:
    """All text inside, blanks run together."""
    return "" if element is None else _SPACES.sub(" ", "".join(element.itertext())).strip()


def values(element: Element | None) -> tuple[str, ...]:
    """The texts of the `value` children."""
    return () if element is None else tuple((each.text or "").strip() for each in element if each.tag == "value")


def number_of(text: str | None, otherwise: float) -> float:
    """The number an attribute says, unless it is none or without end."""
    try:
        found = float(text) if text is not None else otherwise
    except ValueError:
        return otherwise
    return found if isfinite(found) else otherwise


_YES, _NO = frozenset(("correct", "richtig", "vrai")), frozenset(("incorrect", "falsch", "faux"))


def truth(text: str) -> str:
    """`true` or `false` where the words of an option say so in a language such files are written in; else empty."""
    word = text.strip(" .").casefold()
    return truth_of(text) or ("true" if word in _YES else "false" if word in _NO else "")


def count_of(text: str | None, otherwise: int) -> int:
    """The whole number an attribute says."""
    return int(max(-1e9, min(1e9, number_of(text, otherwise))))


def html_of(element: Element, replace: Callable[[Element], str | None]) -> str:
    """The inside of an element as HTML; `replace` gives the HTML of an element that is none, None for all others."""
    parts = [escape(element.text or "", quote=False)]
    for child in element:
        parts.append(outer_html(child, replace))
        parts.append(escape(child.tail or "", quote=False))
    return "".join(parts)


def outer_html(element: Element, replace: Callable[[Element], str | None]) -> str:
    """The element with its tag as HTML."""
    found = replace(element)
    if found is not None:
        return found
    said = "".join(f' {key}="{escape(value)}"' for key, value in element.attrib.items() if key != "xmlns")
    if element.tag in VOID:
        return f"<{element.tag}{said}>"
    return f"<{element.tag}{said}>{html_of(element, replace)}</{element.tag}>"


def children(element: Element, name: str) -> Iterator[Element]:
    """The direct children of this name."""
    return (child for child in element if child.tag == name)
