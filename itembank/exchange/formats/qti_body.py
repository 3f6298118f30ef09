"""Turns the body of a QTI item into paragraphs of the bank, and collects the interactions that stand in it.

For the readers of QTI 2.x and 3.0. Words, tables, formulas, pictures and sounds stay; an interaction in the running
text becomes the mark of a blank; what the bank cannot show (video, other interactions) is named. Pages the bank itself
exported carry `data-block` and come back exactly as they were. Source: QTI 2.2, body elements.
"""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Protocol
from xml.etree.ElementTree import Element

from itembank.exchange.formats.build import Blocks, Question
from itembank.exchange.formats.qti_addresses import located, page_body
from itembank.exchange.formats.qti_xml import children, count_of, html_of, outer_html, words
from itembank.items.content import Block, audio_block, figure_block, html_block, text_block
from itembank.items.rich import MATH_TAGS, TEXT_TAGS, clean_html

INLINE = frozenset({"textEntryInteraction", "inlineChoiceInteraction"})
_BLOCK_NAMES = (
    "choiceInteraction orderInteraction associateInteraction matchInteraction gapMatchInteraction "
    "extendedTextInteraction hotspotInteraction selectPointInteraction drawingInteraction"
)
BLOCK = frozenset(_BLOCK_NAMES.split())
_REFUSED_NAMES = (
    "templateInline templateBlock printedVariable video include iframe script svg form canvas portableCustom "
    "positionObjectStage mathEntryInteraction"
)
_REFUSED = frozenset(_REFUSED_NAMES.split())
_FEEDBACK = frozenset({"feedbackInline", "feedbackBlock", "modalFeedback"})
_SILENT = frozenset({"stylesheet", "catalogInfo", "companionMaterialsInfo", "prompt", "track", "annotation"})
_AS_DIV_NAMES = "figure section article header footer aside nav main address details dl fieldset"
_AS_DIV = frozenset(_AS_DIV_NAMES.split())
_AS_PARAGRAPH = frozenset(["figcaption", "summary", "dt", "dd", "legend"])
_AS_HEADING = frozenset(("h1", "h2"))
_KEPT_ATTRIBUTES = frozenset(("colspan", "rowspan", "span"))
_MARK = re.compile(r"\{\{(\d+)\}\}")
SCORERS = frozenset(("scorer", "author", "tutor", "proctor", "testConstructor"))


class Files(Protocol):
    """The files that came along with an item; names as the item writes them. `name` is the item's own."""

    @property
    def name(self) -> str:
        """The path of the item in its package."""

    def beside(self, href: str) -> "Files":
        """The same files as seen from another one."""

    def read(self, href: str) -> bytes | None:
        """The bytes of a file named relative to the item; None when it is not there."""

    def tree(self, href: str) -> Element | None:
        """The root of an XML or XHTML file in the one vocabulary; None when there is none or it cannot be read."""


class NoFiles:
    """An item that came alone."""

    name = ""

    def beside(self, href: str) -> "NoFiles":
        """Nothing came along."""
        return self

    def read(self, href: str) -> bytes | None:
        """Nothing came along."""
        return None

    def tree(self, href: str) -> Element | None:
        """Nothing came along."""
        return None


class Body:
    """The body of one item while it is read; `fields` are its interactions in order."""

    def __init__(self, question: Question, files: Files) -> None:
        self.question, self.files = question, files
        self.fields: list[Element] = []
        self.rubrics: list[Element] = []
        self.gaps: list[Element] = []
        self.refused: list[str] = []
        self.assets: dict[str, str] = {}
        self.stimuli: dict[str, Blocks] = {}
        self.marks = 0

    def blocks(self, element: Element, field: str) -> Blocks:
        """The paragraphs inside an element; what is wrong with them becomes flaws of this field."""
        if _is_native(element):
            return self.native(element, field)
        raw = html_of(element, self.replaced)
        return self.question.html(raw, field, self.assets)

    def replaced(self, element: Element) -> str | None:
        """The HTML that stands for an element that is no HTML; None for elements that stay."""
        tag = element.tag
        if tag in MATH_TAGS:
            return None
        handler = _HANDLERS.get(tag)
        if handler is not None:
            return handler(self, element)
        if tag in _SILENT:
            return ""
        if tag in _REFUSED or tag.endswith("Interaction"):
            return self.refuse(tag)
        if tag in TEXT_TAGS:
            return self.html_element(tag, element)
        return self.other(tag, element)

    def other(self, tag: str, element: Element) -> str:
        """An element without a place in the bank: its words stay."""
        inner = html_of(element, self.replaced)
        if tag in _AS_DIV:
            return f"<div>{inner}</div>"
        if tag in _AS_PARAGRAPH:
            return f"<p>{inner}</p>"
        return f"<h3>{inner}</h3>" if tag in _AS_HEADING else inner

    def html_element(self, tag: str, element: Element) -> str:
        """An element of HTML with the attributes that mean something here."""
        said = "".join(f' {key}="{escape(value)}"' for key, value in element.attrib.items() if key in _KEPT_ATTRIBUTES)
        if tag in ("br", "hr", "col"):
            return f"<{tag}{said}>"
        return f"<{tag}{said}>{html_of(element, self.replaced)}</{tag}>"

    def refuse(self, construct: str) -> str:
        """Remembers what cannot be shown."""
        if construct not in self.refused:
            self.refused.append(construct)
        return ""

    def mark(self) -> str:
        """The mark of the next blank."""
        self.marks += 1
        return f"{{{{{self.marks}}}}}"

    def source(self, src: str) -> str:
        """Registers a picture or sound and returns its name; an unusable one is a flaw of the question."""
        src = src.strip()
        if src and src not in self.assets:
            data = _embedded(src) if src.startswith("data:") else self.files.read(src)
            figure = self.question.asset(src[:60].rpartition("/")[2] or src[:60], data) if data is not None else None
            if figure is not None:
                self.assets[src] = figure.digest
        return src

    def picture(self, src: str, alt: str) -> str:
        """A picture as HTML."""
        src = self.source(src)
        unusable = src not in self.assets and any(flaw.code == "figure.unusable" for flaw in self.question.flaws)
        return "" if unusable else f'<img src="{escape(src)}" alt="{escape(alt[:200])}">'

    def take_stimulus(self, href: str) -> bool:
        """Reads a text that several items may share; False when it did not come along."""
        inner, page = Body(self.question, self.files.beside(href)), self.files.tree(href)
        inner.assets = self.assets
        if page is not None:
            found = next((each for each in page.iter() if each.tag in ("body", "stimulusBody")), page)
            blocks = inner.blocks(found, "case_stimulus")
        else:
            html = page_body(self.files.read(href) or b"")
            if html is None:
                return False
            blocks = self.question.html(located(inner.source, html), "case_stimulus", inner.assets)
        self.stimuli[inner.files.name] = blocks
        self.refused += inner.refused
        return True

    def native(self, element: Element, field: str) -> Blocks:
        """The paragraphs exactly as the bank wrote them."""
        return tuple(self.native_block(child, field) for child in element if child.get("data-block"))

    def native_block(self, element: Element, field: str) -> Block:
        """One paragraph of our own."""
        kind = element.get("data-block")
        if kind == "text":
            return text_block(self.native_text(element))
        if kind == "html":
            raw = html_of(element, self.native_part)
            return html_block(clean_html(raw).html)
        media = element[0] if len(element) else Element("img")
        digest = self.assets.get(self.source(media.get("src", "")), "")
        if not digest:
            zh, en = "图片或音频没有随文件提供", "A picture or sound did not come along"
            self.question.flaw(field, "figure.missing", zh, en, media.get("src", ""))
        if kind == "figure":
            return figure_block(digest, media.get("alt", ""))
        return audio_block(digest, media.text or "", count_of(element.get("data-plays"), 0))

    def native_text(self, element: Element) -> str:
        """Text with its line breaks and marks."""
        parts = [element.text or ""]
        for child in element:
            parts.append("\n" if child.tag == "br" else self.native_part(child) or words(child))
            parts.append(child.tail or "")
        return "".join(parts)

    def native_part(self, element: Element) -> str | None:
        """Interactions and pictures inside our own rich text."""
        if element.tag in INLINE:
            return _inline(self, element)
        if element.tag == "img":
            digest = self.assets.get(self.source(element.get("src", "")), "")
            return f'<img src="{digest}" alt="{escape(element.get("alt", ""))}">' if digest else ""
        return None


def _is_native(element: Element) -> bool:
    """Whether the bank itself wrote this."""
    return any(child.get("data-block") for child in element) and not (element.text or "").strip()


def _embedded(src: str) -> bytes | None:
    """The bytes of a `data:` address."""
    head, _, body = src.partition(",")
    try:
        return base64.b64decode(body, validate=False) if head.endswith(";base64") else None
    except (binascii.Error, ValueError):
        return None


def _inline(body: Body, element: Element) -> str:
    body.fields.append(element)
    return body.mark()


def _gap(body: Body, element: Element) -> str:
    body.gaps.append(element)
    return body.mark()


def _block_interaction(body: Body, element: Element) -> str:
    """The prompt stands where the interaction stood; of a gap match also the passage."""
    body.fields.append(element)
    prompt = next(children(element, "prompt"), None)
    parts = ["<div>", "" if prompt is None else html_of(prompt, body.replaced), "</div>"]
    if element.tag == "gapMatchInteraction":
        passage = (child for child in element if child.tag not in ("prompt", "gapText", "gapImg"))
        parts += [outer_html(child, body.replaced) for child in passage]
    return "".join(parts)


def _feedback(body: Body, element: Element) -> str:
    body.question.notes.add("feedback")
    return ""


def _hint(body: Body, element: Element) -> str:
    body.question.notes.add("hints")
    return ""


def _rubric(body: Body, element: Element) -> str:
    views = set(element.get("view", "candidate").split())
    if views <= SCORERS:
        body.rubrics.append(element)
        return ""
    return f"<div>{html_of(element, body.replaced)}</div>"


def _image(body: Body, element: Element) -> str:
    return body.picture(element.get("src", ""), element.get("alt", ""))


def _sound(body: Body, element: Element) -> str:
    inside = [child.get("src", "") for child in element if child.tag == "source"]
    sources = [each for each in (element.get("src", ""), *inside) if each]
    known = next((each for each in sources if body.source(each) in body.assets), sources[0] if sources else "")
    return f'<audio src="{escape(known)}" title="{escape(words(element)[:200])}"></audio>'


def _object(body: Body, element: Element) -> str:
    """A picture, a sound, a piece of text in a file of its own; of nested ones the first that is usable."""
    kind, data = element.get("type", ""), element.get("data", "")
    inner = next(children(element, "object"), None)
    if kind.startswith("image/") and (inner is None or kind in ("image/png", "image/jpeg", "image/webp")):
        return body.picture(data, words(element))
    if kind.startswith("audio/"):
        return _sound(body, Element("audio", {"src": data}))
    if inner is not None:
        return _object(body, inner)
    if kind in ("text/html", "application/xhtml+xml", "text/xml"):
        return "" if body.take_stimulus(data) else body.refuse(f"object {kind}")
    return body.refuse(f"object {kind}".strip())


_HANDLERS: Mapping[str, Callable[[Body, Element], str]] = {
    **dict.fromkeys(INLINE, _inline),
    **dict.fromkeys(BLOCK, _block_interaction),
    **dict.fromkeys(_FEEDBACK, _feedback),
    "gap": _gap,
    "infoControl": _hint,
    "rubricBlock": _rubric,
    "img": _image,
    "audio": _sound,
    "object": _object,
}


def unmarked(blocks: Blocks) -> Blocks:
    """The paragraphs with brackets instead of the marks of blanks, for types whose answer stands below the stem."""
    return tuple(
        Block(each.kind, _MARK.sub("（　　）", each.text), each.asset, each.alt, each.plays) for each in blocks
    )
