"""Word documents made with the library (python-docx), line by line, with numbering, pictures, formulas and tables."""

import io
from typing import Any

from docx import Document
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

from itembank.exchange.formats.source import Settings, Source
from tests.itembank.bank import picture
from tests.itembank.formats.reading import read


class Word:
    """A document under construction; `lines` takes the lines of a paper as they are typed."""

    def __init__(self) -> None:
        self.document: Any = Document()

    def lines(self, text: str) -> "Word":
        """One paragraph per line."""
        for line in text.strip("\n").split("\n"):
            self.document.add_paragraph(line)
        return self

    def numbered(self, text: str, number: int, level: int = 0) -> "Word":
        """A paragraph whose label Word makes by itself, from the list `number`."""
        paragraph = self.document.add_paragraph(text)
        properties = paragraph._p.get_or_add_pPr()
        own = OxmlElement("w:numPr")
        for name, value in (("w:ilvl", level), ("w:numId", number)):
            element = OxmlElement(name)
            element.set(qn("w:val"), str(value))
            own.append(element)
        properties.append(own)
        return self

    def numbering(self, number: int, *levels: tuple[str, str]) -> "Word":
        """Defines the list `number`: (format, text) per level."""
        root = self.document.part.numbering_part.element
        family = 900 + number
        shown = "".join(
            f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
            for depth, (form, text) in enumerate(levels)
        )
        abstract = f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{family}">{shown}</w:abstractNum>'
        root.insert(0, parse_xml(abstract))
        own = f'<w:num {nsdecls("w")} w:numId="{number}"><w:abstractNumId w:val="{family}"/></w:num>'
        for old in [each for each in root.findall(qn("w:num")) if each.get(qn("w:numId")) == str(number)]:
            root.remove(old)
        root.append(parse_xml(own))
        return self

    def figure(self, before: str = "", after: str = "", colour: str = "red") -> "Word":
        """A paragraph with a picture between two pieces of text."""
        paragraph = self.document.add_paragraph(before)
        paragraph.add_run().add_picture(io.BytesIO(picture(colour)))
        paragraph.add_run(after)
        return self

    def formula(self, before: str, inner: str, after: str = "") -> "Word":
        """A paragraph with a formula of Word."""
        paragraph = self.document.add_paragraph(before)
        space = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
        paragraph._p.append(parse_xml(f"<m:oMath {space}>{inner}</m:oMath>"))
        paragraph.add_run(after)
        return self

    def runs(self, *parts: tuple[str, str]) -> "Word":
        """A paragraph of runs, each `""`, `sup`, `sub`, `underline` or `hidden`."""
        paragraph = self.document.add_paragraph()
        for text, style in parts:
            run = paragraph.add_run(text)
            name = {"sup": "superscript", "sub": "subscript"}.get(style, style)
            if name:
                setattr(run.font, name, True)
        return self

    def table(self, rows: list[list[str]]) -> "Word":
        """A table of these cells."""
        table = self.document.add_table(len(rows), len(rows[0]))
        for y, row in enumerate(rows):
            for x, text in enumerate(row):
                table.cell(y, x).text = text
        return self

    def xml(self, inner: str) -> "Word":
        """A paragraph with raw WordprocessingML inside."""
        spaces = nsdecls("w", "wp", "a", "r") + ' xmlns:v="urn:schemas-microsoft-com:vml"'
        spaces += ' xmlns:o="urn:schemas-microsoft-com:office:office"'
        self.document.add_paragraph()._p.append(parse_xml(f"<w:r {spaces}>{inner}</w:r>"))
        return self

    def data(self) -> bytes:
        """The file."""
        stream = io.BytesIO()
        self.document.save(stream)
        return stream.getvalue()


def parsed(word: Word, **settings: str) -> Source:
    """What is read of the document."""
    return read("docx", word.data(), Settings(default_point="A-A-001", known_points=frozenset({"A-A-002"}), **settings))


def plain_model(blocks: list[dict[str, str]]) -> str:
    """The words of a model answer."""
    return "\n".join(block["text"] for block in blocks)
