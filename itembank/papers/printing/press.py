"""Decides how laid-out pages become copies: laid out once, stamped copy by copy with mark, page number and QR code.

For: whoever prints papers for a room. Each part (booklet, answer sheet) counts its own pages and begins on the front of
a leaf, so that a stack printed on both sides can be taken apart.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import segno
from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, NextPageTemplate, PageBreak, PageTemplate

from examserver.plumbing.fonts import FONT_FILES
from examserver.plumbing.pages import MM, mended, register_fonts
from examserver.plumbing.typeface import FontSource
from itembank.papers.printing.wording import BOOKLET, MARKING, SHEET, WORDS, fixed_texts

MARGIN = 20 * MM
CODE = 20 * MM
STYLES = ("regular", "bold")
TITLES = {BOOKLET: WORDS["paper_title"], SHEET: WORDS["sheet_title"], MARKING: WORDS["marking_title"]}


@dataclass(frozen=True)
class Part:
    """One part of a print: what kind, its flowables, what its footer says."""

    kind: str
    story: Sequence[Flowable]
    footer: str


@dataclass(frozen=True)
class Stamp:
    """What tells one copy from another: its mark on every page, the text of its QR code without the page."""

    mark: str
    code: str


def fonts_for(texts: Sequence[str], sources: Mapping[str, Sequence[FontSource]]) -> dict[str, str]:
    """Fonts holding every character of these texts and the fixed words; raises CharacterNotInFont."""
    every = [*texts, *fixed_texts()]
    return register_fonts({style: every for style in STYLES if style in FONT_FILES}, sources)


class _Press(Canvas):
    """Keeps every page instead of writing it, and writes all of them once per copy at the end."""

    stamps: Sequence[Stamp] = ()
    fonts: Mapping[str, str] = {}
    part: Part | None = None

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **{**named, "invariant": 1, "lang": "zh-CN"})
        self.kept: list[dict[str, Any]] = []

    def showPage(self) -> None:
        """Keep the page."""
        self.kept.append(dict(self.__dict__))
        self._startPage()  # type: ignore[attr-defined]

    def save(self) -> None:
        """Write all pages for every copy."""
        pages = list(self.kept)
        parts: dict[int, list[dict[str, Any]]] = {}
        for page in pages:
            parts.setdefault(id(page["part"]), []).append(page)
        for stamp in self.stamps:
            for own in parts.values():
                for number, page in enumerate(own, 1):
                    self._write(page, stamp, number, len(own))
                if len(self.stamps) > 1 or len(parts) > 1:
                    self._turn(len(own))
        super().save()

    def _write(self, page: dict[str, Any], stamp: Stamp, number: int, total: int) -> None:
        self._code, self.part = list(page["_code"]), page["part"]
        self._formsinuse, self._currentPageHasImages = list(page["_formsinuse"]), page["_currentPageHasImages"]
        self._stamped(stamp, number, total)
        super().showPage()

    def _turn(self, pages: int) -> None:
        """An empty back, so that the next part begins on a front."""
        if pages % 2:
            self._font("regular", 9)
            self.drawCentredString(A4[0] / 2, A4[1] / 2, WORDS["blank_page"])
            super().showPage()

    def _font(self, style: str, size: float) -> None:
        self.setFont(self.fonts[style], size)

    def _stamped(self, stamp: Stamp, number: int, total: int) -> None:
        assert self.part is not None
        self.saveState()
        self.setFillColor(Color(0.35, 0.36, 0.38))
        self._font("regular", 8.5)
        self.drawString(MARGIN, 11 * MM, self.part.footer)
        self.drawCentredString(A4[0] / 2, 11 * MM, WORDS["page"].format(x=number, y=total))
        if stamp.mark:
            self.drawRightString(A4[0] - MARGIN, 11 * MM, f"{WORDS['copy']} {stamp.mark}")
            self._watermark(stamp.mark)
        self.restoreState()
        if self.part.kind == SHEET:
            self._corners()
            self._qr(f"{stamp.code}:{number}")

    def _watermark(self, mark: str) -> None:
        self.saveState()
        self.setFillColor(Color(0.5, 0.5, 0.5, alpha=0.13))
        self._font("bold", 26)
        for y in (60, 150, 240):
            for x in (45, 140):
                self.saveState()
                self.translate(x * MM, y * MM)
                self.rotate(32)
                self.drawCentredString(0, 0, mark)
                self.restoreState()
        self.restoreState()

    def _corners(self) -> None:
        """Black squares by which a scanner finds the page."""
        for x in (8 * MM, A4[0] - 13 * MM):
            for y in (8 * MM, A4[1] - 13 * MM):
                self.rect(x, y, 5 * MM, 5 * MM, stroke=0, fill=1)

    def _qr(self, text: str) -> None:
        code = segno.make(text, error="m", micro=False)
        rows = [list(row) for row in code.matrix_iter(border=2)]
        step = CODE / len(rows)
        left, top = A4[0] - MARGIN - CODE, A4[1] - 9 * MM
        for down, row in enumerate(rows):
            for across, dark in enumerate(row):
                if dark:
                    self.rect(left + across * step, top - (down + 1) * step, step, step, stroke=0, fill=1)


def _template(part: Part, number: int) -> PageTemplate:
    above = (13 * MM + CODE if part.kind == SHEET else 15 * MM) + 17 * MM
    frame = Frame(MARGIN, 17 * MM, A4[0] - 2 * MARGIN, A4[1] - above, 0, 0, 0, 0, id=f"f{number}")

    def begin(canvas: Any, _document: Any) -> None:
        canvas.part = part

    return PageTemplate(f"part{number}", [frame], onPage=begin)


def press(title: str, parts: Sequence[Part], stamps: Sequence[Stamp], fonts: Mapping[str, str], rare: bool) -> bytes:
    """The PDF of all copies, each with all parts; `rare` when there are characters beyond U+FFFF."""
    out = io.BytesIO()
    document = BaseDocTemplate(out, pagesize=A4, title=title, creator="exam")
    document.addPageTemplates([_template(part, number) for number, part in enumerate(parts)])
    story: list[Flowable] = []
    for number, part in enumerate(parts):
        story += [NextPageTemplate(f"part{number}"), PageBreak()] if number else []
        story += part.story
    maker: Any = type("Press", (_Press,), {"stamps": tuple(stamps), "fonts": dict(fonts)})
    document.build(story, canvasmaker=maker)
    data = out.getvalue()
    return mended(data) if rare else data
