"""What a QTI 1.2 item says in words: its materials as paragraphs, its labels, its metadata.

For `qti_old.py` and `qti_old_parts.py`. Texts are HTML written as text, or plain; addresses of files begin with a mark
for the package's root.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from xml.etree.ElementTree import Element

from itembank.exchange.formats.build import Blocks, Question
from itembank.exchange.formats.qti_addresses import located
from itembank.exchange.formats.qti_body import Body
from itembank.exchange.formats.qti_operators import Scorer
from itembank.exchange.formats.qti_xml import children, html_of
from itembank.exchange.rows import ReadRow

RESPONSES = ("response_lid", "response_str", "response_num", "response_xy", "response_grp")
_ACTIVE = re.compile(r"<\s*(video|object|embed|iframe)\b", re.IGNORECASE)


@dataclass
class OldItem:
    """One item while it is read."""

    question: Question
    root: Element
    body: Body
    judge: Scorer | None
    metadata: dict[str, str]
    stem: Blocks = ()
    responses: list[Element] = field(default_factory=list)

    def blocks(self, holder: Element | None, field_name: str) -> Blocks:
        """The materials of a label or response as paragraphs."""
        return () if holder is None else self.html(text_of(self.body, materials_of(holder)), field_name)

    def html(self, raw: str, field_name: str) -> Blocks:
        """HTML as paragraphs, its files found."""
        active = _ACTIVE.search(raw)
        if active:
            self.body.refuse(active[1].casefold())
        return self.question.html(_ACTIVE.sub("<span", located(self.body.source, raw)), field_name, self.body.assets)

    def unread(self, code: str, zh: str, en: str, value: str = "") -> ReadRow:
        """A row that only says why this is no item here."""
        return self.question.unread(code, zh, en, value)


def metadata_of(element: Element) -> dict[str, str]:
    """The fields of `qtimetadata`, and the single elements some systems use instead."""
    found: dict[str, str] = {}
    for entry in element.iter("qtimetadatafield"):
        label, value = (next(children(entry, name), None) for name in ("fieldlabel", "fieldentry"))
        if label is not None and value is not None:
            found.setdefault((label.text or "").strip(), (value.text or "").strip())
    for child in element.iter():
        if child.tag.startswith(("qmd_", "bbmd_")):
            found[child.tag] = (child.text or "").strip()
    return found


def materials_of(holder: Element) -> Iterator[Element]:
    """The materials right inside, through flows but not through responses or labels."""
    for child in holder:
        if child.tag in ("material", "material_ref"):
            yield child
        elif child.tag.startswith("flow") and not any(each.tag in (*RESPONSES, "response_label") for each in child):
            yield from materials_of(child)


def labels_of(response: Element) -> list[Element]:
    """The labels of a response."""
    return list(response.iter("response_label"))


def text_of(body: Body, materials: Iterator[Element] | Sequence[Element]) -> str:
    """Materials as HTML, one paragraph each."""
    return "".join(f"<div>{_material(body, each)}</div>" for each in materials)


def _material(body: Body, material: Element) -> str:
    parts = []
    for child in material.iter():
        if child.tag == "mattext":
            parts.append(_mattext(body, child))
        elif child.tag == "matimage":
            source = child.get("uri") or child.get("entityref") or ""
            parts.append(f'<img src="{escape(source)}" alt="{escape(child.get("label", ""))}">')
        elif child.tag == "mataudio":
            parts.append(f'<audio src="{escape(child.get("uri", ""))}"></audio>')
        elif child.tag == "matbreak":
            parts.append("<br>")
        elif child.tag in ("matvideo", "matapplet", "matapplication"):
            body.refuse(child.tag)
    return "".join(parts)


def _mattext(body: Body, element: Element) -> str:
    if len(element):
        return html_of(element, body.replaced)
    text = element.text or ""
    if element.get("texttype", "text/plain").casefold() == "text/html":
        return text
    return escape(text, quote=False)
