"""Turns the body of a Word document into lines of text in which pictures, formulas and tables are single marks.

For the reader of Word documents: a line can then be searched like plain text, and `rich` turns a piece of it back into
HTML. Marks are noncharacters, which no text holds. Comments, headers, footers, deleted and hidden text are not read.
Source: ISO/IEC 29500-1, part 17 (WordprocessingML), 20 (DrawingML).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise
from xml.etree.ElementTree import Element

from itembank.exchange.formats.docx_numbering import Numbering, W, value
from itembank.exchange.formats.omml import UnknownMath, mathml
from itembank.exchange.formats.xml_reader import local

R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
MARK_OPENS, MARK_CLOSES = "\ufdd0", "\ufdd1"
_SUP, _SUB, _END = "\ufdd2", "\ufdd3", "\ufdd4"
_MARK = re.compile(f"{MARK_OPENS}(\\d+){MARK_CLOSES}")
_MARKS = re.compile("[\ufdd0-\ufdd4]")
_SYMBOLS = {"F0FC": "√", "F0FB": "×", "F050": "√", "F04F": "×", "F0D6": "√", "F052": "√", "F0B4": "×", "F0B0": "°"}
_SYMBOLS |= {"F057": "Ω", "F06D": "μ", "F070": "π", "F061": "α", "F062": "β", "F067": "γ", "F044": "Δ", "F0B1": "±"}
_SKIPPED = ("del", "moveFrom", "instrText", "delText", "commentReference", "footnoteReference", "pPr", "rPr", "sdtPr")
_OPTION_CELL = re.compile(r"\s*[（(]?[A-HＡ-Ｈ]\s*[)）.．、:：]")


@dataclass(frozen=True)
class Problem:
    """Something in a line that cannot be brought along."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True)
class Picture:
    """A picture by its relationship, with the words its author gave it."""

    relation: str
    alt: str


Mark = str | Picture | Problem


@dataclass
class Lines:
    """The lines of a document, and what their marks stand for: HTML, a picture, a problem."""

    numbering: Numbering
    lines: list[str] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)

    def mark(self, what: Mark) -> str:
        """A mark for something that is no text."""
        self.marks.append(what)
        return f"{MARK_OPENS}{len(self.marks) - 1}{MARK_CLOSES}"

    def marks_in(self, text: str) -> Iterator[Mark]:
        """What the marks of a piece of text stand for."""
        return (self.marks[int(match[1])] for match in _MARK.finditer(text))

    def body(self, element: Element) -> None:
        """Takes the paragraphs and tables of a body in their order."""
        for child in element:
            name = local(child)
            if name == "p":
                self.lines += self.paragraph(child).split("\n")
            elif name == "tbl":
                self.lines += self.table(child)
            elif name in ("sdt", "sdtContent", "ins", "moveTo", "customXml"):
                self.body(child)

    def paragraph(self, element: Element) -> str:
        """The words of a paragraph with its automatic label before them; `\\n` where a line ends inside it."""
        label, text = self.numbering.label(element), self.inline(element)
        return f"{label} {text}" if label else text

    def inline(self, element: Element) -> str:
        """The words of whatever stands inside a paragraph."""
        return "".join(self._inline(child) for child in element)

    def _inline(self, element: Element) -> str:
        name = local(element)
        if name in _SKIPPED:
            return ""
        if name == "r":
            return self._run(element)
        if name in ("oMath", "oMathPara"):
            return self._math(element)
        if name == "AlternateContent":
            return self.inline(element[0]) if len(element) else ""
        return _SINGLE[name](self, element) if name in _SINGLE else self.inline(element)

    def _run(self, element: Element) -> str:
        properties = element.find(f"{W}rPr")
        if _is_on(properties, "vanish"):
            return ""
        text = self.inline(element)
        if value(properties, f"{W}u") not in ("", "none") and text and not text.strip(" \u3000\xa0\t"):
            return "____"
        raised = value(properties, f"{W}vertAlign")
        if raised in ("superscript", "subscript") and text.strip():
            return f"{_SUP if raised == 'superscript' else _SUB}{text}{_END}"
        return text

    def _math(self, element: Element) -> str:
        try:
            return self.mark(mathml(element))
        except UnknownMath as unknown:
            zh, en = f"公式中的 {unknown} 结构无法转换", f"The construct {unknown} of a formula cannot be converted"
            return self.mark(Problem("math.unsupported", zh, en))

    def drawing(self, element: Element) -> str:
        """Every picture of a drawing; a problem when it is no picture (a chart, a shape, a text box)."""
        words = next((each.get("descr") or "" for each in element.iter() if local(each) == "docPr"), "")
        found = [each for each in element.iter() if local(each) in ("blip", "imagedata")]
        pictures = [each.get(f"{R}embed") or each.get(f"{R}id") or "" for each in found]
        if any(local(each) == "txbxContent" for each in element.iter()):
            zh, en = "文本框中的内容无法导入，请改为普通段落", "Text boxes cannot be imported; use plain paragraphs"
            return self.mark(Problem("docx.text_box", zh, en))
        if not any(pictures):
            zh, en = (
                "图形、图表或外部图片无法导入，请另存为 PNG 图片",
                "Shapes, charts and linked pictures: save them as PNG",
            )
            return self.mark(Problem("docx.drawing", zh, en))
        return "".join(self.mark(Picture(each, words)) for each in pictures if each)

    def object(self, element: Element) -> str:
        """An embedded object: an old formula, a sheet, a drawing program's picture."""
        program = next((each.get("ProgID", "") for each in element.iter() if local(each) == "OLEObject"), "")
        zh = f"嵌入对象（{program or '未知'}）无法导入；公式请转换为 Word 公式，其他请另存为 PNG"
        en = f"The embedded object ({program or 'unknown'}) cannot be imported; use Word's formulas, or PNG"
        return self.mark(Problem("docx.object", zh, en))

    def symbol(self, element: Element) -> str:
        """A sign of a symbol font."""
        code = element.get(f"{W}char", "").upper()
        code = code if code.startswith("F") else f"F0{code[-2:]}"
        if code in _SYMBOLS:
            return _SYMBOLS[code]
        font = element.get(f"{W}font", "")
        zh, en = f"符号字体 {font} 的字符 {code} 无法识别", f"The sign {code} of the font {font} is not known"
        return self.mark(Problem("docx.symbol", zh, en))

    def table(self, element: Element) -> list[str]:
        """A table of options or of answers as lines; any other as one mark that stands for its HTML."""
        rows = [[self._cell(cell) for cell in row.iter(f"{W}tc")] for row in element.iter(f"{W}tr")]
        if any(local(each) == "tbl" for each in element.iter() if each is not element):
            zh, en = "表格中嵌套的表格无法导入", "A table inside a table cannot be imported"
            return [self.mark(Problem("docx.table", zh, en))]
        answers = _answer_rows(rows)
        if answers:
            return answers
        if any(_OPTION_CELL.match(cell) for row in rows for cell in row):
            return [line for row in rows for line in "\t".join(cell for cell in row if cell.strip()).split("\n")]
        return [self.mark(self._table_html(element, rows))]

    def _cell(self, cell: Element) -> str:
        return "\n".join(self.paragraph(each) for each in cell.iter(f"{W}p")).strip()

    def _table_html(self, element: Element, rows: list[list[str]]) -> str:
        grid = [[_merge(cell) for cell in row.iter(f"{W}tc")] for row in element.iter(f"{W}tr")]
        shown = []
        for y, (merges, cells) in enumerate(zip(grid, rows, strict=True)):
            kept = []
            for x, (merge, cell) in enumerate(zip(merges, cells, strict=True)):
                if merge.below != "continue":
                    kept.append(f"<td{_spans(grid, y, x)}>{self.rich(cell)}</td>")
            shown.append(f"<tr>{''.join(kept)}</tr>")
        return f"<table><tbody>{''.join(shown)}</tbody></table>"

    def rich(self, text: str, picture: Callable[[Picture], str] | None = None) -> str:
        """The piece of text as HTML; pictures by what `picture` makes of them."""
        html = escape(text, quote=False).replace("\n", "<br>").replace("\t", " ")
        html = html.replace(_SUP, "<sup>").replace(_SUB, "<sub>")
        html = re.sub(f"<(su[pb])>([^{_END}]*){_END}", r"<\1>\2</\1>", html).replace(_END, "")
        return _MARK.sub(lambda match: self._shown(match, picture), html)

    def _shown(self, match: re.Match[str], picture: Callable[[Picture], str] | None) -> str:
        what = self.marks[int(match[1])]
        if isinstance(what, str):
            return _MARK.sub(lambda inner: self._shown(inner, picture), what)
        if isinstance(what, Picture):
            return picture(what) if picture is not None else match[0]
        return ""


@dataclass(frozen=True)
class _Merge:
    """How a cell is merged: columns it takes, and whether it begins (`restart`) or goes on (`continue`) downwards."""

    columns: int
    below: str


def _merge(cell: Element) -> _Merge:
    columns, below = value(cell, f"{W}tcPr/{W}gridSpan"), cell.find(f"{W}tcPr/{W}vMerge")
    wide = int(columns) if columns.isdecimal() and 1 < int(columns) < 100 else 1
    return _Merge(wide, (value(below) or "continue") if below is not None else "")


def _spans(grid: list[list[_Merge]], y: int, x: int) -> str:
    """The attributes of a merged cell; rows below belong to it while they go on in its column."""
    own, place = grid[y][x], sum(merge.columns for merge in grid[y][:x])
    rows = 1
    while own.below == "restart" and y + rows < len(grid) and _goes_on(grid[y + rows], place):
        rows += 1
    wide = f' colspan="{own.columns}"' if own.columns > 1 else ""
    return wide + (f' rowspan="{min(rows, 99)}"' if rows > 1 else "")


def _goes_on(row: list[_Merge], place: int) -> bool:
    at = 0
    for merge in row:
        if at == place:
            return merge.below == "continue"
        at += merge.columns
    return False


def _answer_rows(rows: list[list[str]]) -> list[str]:
    """A row of numbers over a row of answers (题号 | 1 | 2 …) as lines `1.A`; empty when the table is another."""
    found = []
    for above, below in pairwise(rows):
        if above and below and re.fullmatch(r"题号|序号", above[0].strip()) and below[0].strip().endswith("答案"):
            pairs = zip(above[1:], below[1:], strict=False)
            found += [f"{number.strip()}.{answer.strip()}" for number, answer in pairs if number.strip()]
    return ["参考答案：", *found] if found else []


def is_plain(text: str) -> bool:
    """Whether the piece is nothing but words."""
    return not _MARKS.search(text)


def without_marks(text: str) -> str:
    """The words of the piece alone."""
    return _MARKS.sub("", _MARK.sub("", text))


def _is_on(properties: Element | None, name: str) -> bool:
    found = properties.find(f"{W}{name}") if properties is not None else None
    return found is not None and found.get(f"{W}val", "1") not in ("0", "false", "off")


_SINGLE: dict[str, Callable[[Lines, Element], str]] = {
    "t": lambda lines, element: _MARKS.sub("", element.text or ""),
    "tab": lambda lines, element: "\t",
    "ptab": lambda lines, element: "\t",
    "br": lambda lines, element: "" if element.get(f"{W}type") == "page" else "\n",
    "cr": lambda lines, element: "\n",
    "noBreakHyphen": lambda lines, element: "-",
    "softHyphen": lambda lines, element: "",
    "sym": Lines.symbol,
    "drawing": Lines.drawing,
    "pict": Lines.drawing,
    "object": Lines.object,
}
