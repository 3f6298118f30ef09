"""Writes XML: elements of QTI 3.0 and the paragraphs of an item inside them, always the same bytes for the same item.

For `qti_item.py` and `package.py`. Structure stands on lines of its own; inside a paragraph not one blank is added, so
that it reads back exactly. Each paragraph carries `data-block` with its kind.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from html.parser import HTMLParser
from xml.etree.ElementTree import Element

from itembank.items.content import Block

MATHML = "http://www.w3.org/1998/Math/MathML"
MARK = re.compile(r"\{\{(\d+)\}\}")
_VOID = frozenset(("br", "hr", "img", "col"))
_INLINE_PARENTS = frozenset(("qti-inline-choice",))
_TEXT = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_ATTRIBUTE = {**_TEXT, '"': "&quot;", "\n": "&#10;", "\t": "&#9;"}

Fill = Callable[[int], Element]
Place = Callable[[str], str]


def make(tag: str, attributes: Mapping[str, str] | None = None, *inside: Element | str) -> Element:
    """An element with text and children in order."""
    element = Element(tag, dict(attributes or {}))
    add(element, *inside)
    return element


def add(element: Element, *inside: Element | str) -> None:
    """Appends text and children."""
    for part in inside:
        if isinstance(part, str):
            add_text(element, part)
        else:
            element.append(part)


def add_text(element: Element, text: str) -> None:
    """Appends text after what is there."""
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text


def _escaped(text: str, table: Mapping[str, str]) -> str:
    return "".join(table.get(character, character) for character in text)


def document(root: Element) -> bytes:
    """The bytes of an XML file."""
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + _rendered(root, 0, False) + "\n").encode()


def _rendered(element: Element, depth: int, flat: bool) -> str:
    said = "".join(f' {name}="{_escaped(value, _ATTRIBUTE)}"' for name, value in element.attrib.items())
    if not len(element) and not element.text:
        return f"<{element.tag}{said}/>"
    flat = flat or bool(element.text) or "data-block" in element.attrib or any(child.tail for child in element)
    if flat:
        inner = _escaped(element.text or "", _TEXT)
        inner += "".join(_rendered(child, 0, True) + _escaped(child.tail or "", _TEXT) for child in element)
        return f"<{element.tag}{said}>{inner}</{element.tag}>"
    pad = "\n" + "  " * (depth + 1)
    inner = "".join(pad + _rendered(child, depth + 1, False) for child in element)
    return f"<{element.tag}{said}>{inner}\n{'  ' * depth}</{element.tag}>"


class Writer:
    """Writes paragraphs; `place` gives the path of a file by its digest, `fill` what stands in a blank."""

    def __init__(self, place: Place, fill: Fill | None = None) -> None:
        self.place, self.fill = place, fill

    def blocks(self, blocks: Iterable[Block], inline: bool = False) -> list[Element]:
        """Every paragraph as an element."""
        return [self.block(block, inline) for block in blocks]

    def block(self, block: Block, inline: bool = False) -> Element:
        """One paragraph."""
        name = "span" if inline else "p" if block.kind == "text" else "div"
        element = Element(name, {"data-block": block.kind})
        if block.kind == "text":
            for number, line in enumerate(block.text.split("\n")):
                if number:
                    element.append(Element("br"))
                self.words(element, line)
        elif block.kind == "html":
            _Tree(element, self).feed_all(block.text)
        elif block.kind == "figure":
            element.append(make("img", {"src": self.place(block.asset), "alt": block.alt}))
        else:
            element.set("data-plays", str(block.plays))
            sound = make("audio", {"src": self.place(block.asset), "controls": "true"}, block.alt)
            element.append(sound)
        return element

    def words(self, element: Element, text: str) -> None:
        """Words with the interactions in the place of their marks."""
        at = 0
        for mark in MARK.finditer(text) if self.fill is not None else ():
            add_text(element, text[at : mark.start()])
            element.append(self.fill(int(mark[1])) if self.fill else Element("br"))
            at = mark.end()
        add_text(element, text[at:])


class _Tree(HTMLParser):
    """Turns clean HTML into elements under a parent."""

    def __init__(self, parent: Element, writer: Writer) -> None:
        super().__init__(convert_charrefs=True)
        self.open, self.writer = [parent], writer

    def feed_all(self, html: str) -> None:
        """Reads the whole text."""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "math":
            attributes = {"xmlns": MATHML, **attributes}
        if tag == "img":
            attributes["src"] = self.writer.place(attributes.get("src", ""))
        element = Element(tag, attributes)
        self.open[-1].append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID and len(self.open) > 1:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.writer.words(self.open[-1], data)
