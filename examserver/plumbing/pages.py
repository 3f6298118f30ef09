"""Decides nothing: draws Chinese text, lines and QR codes on PDF pages with fonts cut to the document's characters.

For: tickets, certificates, papers and lists of items. A page is drawn with millimetres from the top left, as a
person measures it.
"""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import segno
from pypdf import PdfReader, PdfWriter
from reportlab.lib.colors import Color
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from examserver.plumbing.typeface import FontSource, cut_font, needed_characters

MM = 72 / 25.4
INK = (0.10, 0.11, 0.13)
GREY = (0.42, 0.44, 0.47)


@dataclass
class Sheet:
    """A PDF being drawn: size in millimetres, fonts by style."""

    width: float
    height: float
    title: str
    fonts: Mapping[str, str]
    buffer: io.BytesIO = field(default_factory=io.BytesIO)
    beyond: bool = False

    def __post_init__(self) -> None:
        self.canvas = Canvas(self.buffer, pagesize=(self.width * MM, self.height * MM), invariant=1, lang="zh-CN")
        self.canvas.setTitle(self.title)
        self.canvas.setCreator("exam")

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        style: str = "regular",
        align: str = "left",
        ink: tuple[float, float, float] = INK,
        spacing: float = 0,
    ) -> None:
        """Write one line whose baseline is y millimetres from the top; size in points, letter spacing in points."""
        font = self.fonts[style]
        self.beyond = self.beyond or any(character > "\uffff" for character in text)
        width = self.measure(text, size, style, spacing)
        start = x * MM - {"left": 0.0, "center": width / 2, "right": width}[align]
        self.canvas.setFillColor(Color(*ink))
        self.canvas.setFont(font, size)
        self.canvas.drawString(start, (self.height - y) * MM, text, charSpace=spacing)

    def measure(self, text: str, size: float, style: str = "regular", spacing: float = 0) -> float:
        """Width of a line in points."""
        width: float = pdfmetrics.stringWidth(text, self.fonts[style], size)
        return width + spacing * max(len(text) - 1, 0)

    def fitted(self, text: str, size: float, width: float, style: str = "regular") -> float:
        """The size at which a text fits the width in millimetres, at most `size`."""
        wide = self.measure(text, size, style)
        return size if wide <= width * MM else size * width * MM / wide

    def paragraph(self, x: float, y: float, text: str, size: float, width: float, leading: float) -> float:
        """Write text broken at the width (millimetres) and return the y of the line after it."""
        for line in self.broken(text, size, width):
            self.text(x, y, line, size)
            y += leading
        return y

    def broken(self, text: str, size: float, width: float, style: str = "regular") -> list[str]:
        """The lines of a text at most `width` millimetres wide; Chinese may break anywhere but before punctuation."""
        lines, line = [], ""
        for character in text:
            if (
                line
                and self.measure(line + character, size, style) > width * MM
                and character not in "，。；：、！？）》”"
            ):
                lines.append(line)
                line = ""
            line += character
        return [*lines, line] if line else lines

    def line(self, x1: float, y1: float, x2: float, y2: float, width: float = 0.3, ink: Sequence[float] = INK) -> None:
        """Draw a straight line, width in points."""
        self.canvas.setStrokeColor(Color(*ink))
        self.canvas.setLineWidth(width)
        self.canvas.line(x1 * MM, (self.height - y1) * MM, x2 * MM, (self.height - y2) * MM)

    def box(
        self, x: float, y: float, width: float, height: float, line: float = 0.3, ink: Sequence[float] = INK
    ) -> None:
        """Draw a rectangle's outline from its top left corner."""
        self.canvas.setStrokeColor(Color(*ink))
        self.canvas.setLineWidth(line)
        self.canvas.rect(x * MM, (self.height - y - height) * MM, width * MM, height * MM)

    def qr(self, x: float, y: float, size: float, content: str, error: str = "m") -> None:
        """Draw a QR code of `size` millimetres with its quiet zone inside; dark modules as filled squares."""
        code = segno.make(content, error=error, micro=False, boost_error=False)
        rows = list(code.matrix_iter(border=4))
        step = size / len(rows)
        self.canvas.setFillColor(Color(0, 0, 0))
        path = self.canvas.beginPath()
        for down, row in enumerate(rows):
            for start, length in _runs(list(row)):
                path.rect(
                    (x + start * step) * MM, (self.height - y - (down + 1) * step) * MM, length * step * MM, step * MM
                )
        self.canvas.drawPath(path, stroke=0, fill=1)

    def next_page(self) -> None:
        """Begin another page."""
        self.canvas.showPage()

    def finish(self) -> bytes:
        """The PDF."""
        self.canvas.save()
        data = self.buffer.getvalue()
        return mended(data) if self.beyond else data


def register_fonts(texts: Mapping[str, Sequence[str]], sources: Mapping[str, Sequence[FontSource]]) -> dict[str, str]:
    """Font names by style, holding exactly the characters of `texts`; raises NoChineseFont or CharacterNotInFont.

    The names last until the next call with the same style: draw a batch of sheets, then register the next batch.
    """
    fonts = {style: f"exam-{style}" for style in texts}
    for style, lines in texts.items():
        data = cut_font(sources[style], needed_characters(lines), f"ExamCJK-{style}")
        font = TTFont(fonts[style], io.BytesIO(data))
        font.unregister()  # reportlab silently keeps the first font of a name, which lacks this batch's characters
        pdfmetrics.registerFont(font)
    return fonts


def mended(pdf: bytes) -> bytes:
    """The PDF with characters beyond U+FFFF searchable: reportlab writes their code points where UTF-16 is due."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    for page in writer.pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            mapping = font.get_object().get("/ToUnicode")
            if mapping is not None:
                stream = mapping.get_object()
                stream.set_data(_LONG.sub(_as_utf16, stream.get_data()))
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


_LONG = re.compile(rb"<([0-9A-F]{5,6})>")


def _as_utf16(match: re.Match[bytes]) -> bytes:
    return b"<" + chr(int(match[1], 16)).encode("utf-16-be").hex().upper().encode() + b">"


def _runs(row: Sequence[int]) -> list[tuple[int, int]]:
    """Start and length of each run of dark modules."""
    runs: list[tuple[int, int]] = []
    for at, module in enumerate(row):
        if module and runs and sum(runs[-1]) == at:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        elif module:
            runs.append((at, 1))
    return runs
