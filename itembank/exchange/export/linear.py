"""Turns rich text into lines a printer can set: paragraphs of runs, table rows, pictures; formulas as linear text.

For `printed.py`. A fraction becomes (U)/(R), a root √(x), raised and lowered parts keep their place; nothing of what is
written is lost, only its arrangement on paper is simpler than on the screen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

from itembank.items.content import Block
from itembank.items.rich import MATH_TAGS

Rise = int


@dataclass(frozen=True)
class Run:
    """Some words: raised (1), lowered (-1) or level (0), with a line under them where they are stressed."""

    text: str
    rise: Rise = 0
    stressed: bool = False


@dataclass(frozen=True)
class Line:
    """A paragraph, indented by so many steps."""

    runs: tuple[Run, ...]
    indent: int = 0


@dataclass(frozen=True)
class Picture:
    """A picture by digest."""

    asset: str
    alt: str = ""


@dataclass(frozen=True)
class Table:
    """A table as rows of cells; a cell is a paragraph and the number of columns it spans."""

    rows: tuple[tuple[tuple[Line, int], ...], ...]


Part = Line | Picture | Table


def parts_of(blocks: Sequence[Block], indent: int = 0) -> list[Part]:
    """What the paragraphs look like on paper."""
    parts: list[Part] = []
    for block in blocks:
        if block.kind == "text":
            parts += [Line((Run(line),), indent) for line in block.text.split("\n")]
        elif block.kind == "html":
            parts += _Paper(indent).read(block.text)
        elif block.kind == "figure":
            parts.append(Picture(block.asset, block.alt))
        else:
            times = f"，可播放 {block.plays} 次" if block.plays else ""
            parts.append(Line((Run(f"〔音频：{block.alt or block.asset[7:15]}{times}〕"),), indent))
    return parts


@dataclass
class _Node:
    """An element of a formula."""

    tag: str
    attributes: dict[str, str]
    children: list["_Node | str"] = field(default_factory=list)


def _text(node: "_Node | str") -> str:
    return node if isinstance(node, str) else "".join(_text(child) for child in node.children)


def _elements(node: _Node) -> list[_Node]:
    return [child for child in node.children if isinstance(child, _Node)]


def _grouped(runs: list[Run]) -> list[Run]:
    """In brackets unless it is a single sign or number."""
    text = "".join(run.text for run in runs)
    simple = len(runs) == 1 and (len(text) == 1 or text.replace(".", "").isalnum())
    return runs if simple else [Run("("), *runs, Run(")")]


def formula(node: _Node) -> list[Run]:
    """A formula as runs of words."""
    parts = [formula(child) for child in _elements(node)]
    tag = node.tag
    if tag == "mfrac" and len(parts) == 2:
        return [*_grouped(parts[0]), Run("/"), *_grouped(parts[1])]
    if tag in ("msup", "mover") and len(parts) == 2:
        return [*parts[0], *_moved(parts[1], 1)]
    if tag in ("msub", "munder") and len(parts) == 2:
        return [*parts[0], *_moved(parts[1], -1)]
    if tag in ("msubsup", "munderover") and len(parts) == 3:
        return [*parts[0], *_moved(parts[1], -1), *_moved(parts[2], 1)]
    if tag == "msqrt":
        return [Run("√("), *_joined(parts), Run(")")]
    if tag == "mroot" and len(parts) == 2:
        return [*_moved(parts[1], 1), Run("√("), *parts[0], Run(")")]
    if tag == "mfenced":
        opening, closing = node.attributes.get("open", "("), node.attributes.get("close", ")")
        return [Run(opening), *_joined(parts, ","), Run(closing)]
    if tag == "mtable":
        return [Run("["), *_joined(parts, "; "), Run("]")]
    if tag in ("mtr", "mlabeledtr"):
        return _joined(parts, ", ")
    if tag == "mo":
        return [Run(f" {_text(node).strip()} " if _text(node).strip() in "=<>≤≥≠≈→" else _text(node).strip())]
    return _joined(parts) if parts else [Run(" ".join(_text(node).split()))]


def _joined(parts: Sequence[list[Run]], mark: str = "") -> list[Run]:
    found: list[Run] = []
    for number, part in enumerate(parts):
        found += ([Run(mark)] if number and mark else []) + part
    return found


def _moved(runs: Sequence[Run], rise: Rise) -> list[Run]:
    """Raised or lowered as a whole; what would move twice is bracketed."""
    if any(run.rise for run in runs):
        return [Run("(" + "".join(run.text for run in runs) + ")", rise)]
    return [Run(run.text.strip(), rise) for run in runs]


_BLOCKS = frozenset(["p", "div", "blockquote", "pre", "h3", "h4", "h5", "h6", "caption", "ul", "ol", "table"])
_STRESS = frozenset(("b", "strong", "em", "i", "u", "h3", "h4", "h5", "h6", "th"))


class _Paper(HTMLParser):
    """Reads clean HTML."""

    def __init__(self, indent: int) -> None:
        super().__init__(convert_charrefs=True)
        self.indent = indent
        self.parts: list[Part] = []
        self.runs: list[Run] = []
        self.open: list[str] = []
        self.counts: list[int] = []
        self.math: list[_Node] = []
        self.rows: list[list[tuple[Line, int]]] | None = None
        self.span = 1

    def read(self, html: str) -> list[Part]:
        """The parts of this rich text."""
        self.feed(html)
        self.close()
        self.end_line()
        return self.parts

    def end_line(self) -> None:
        """Ends the paragraph."""
        runs = tuple(run for run in self.runs if run.text)
        if any(run.text.strip() for run in runs) and self.rows is None:
            self.parts.append(Line(runs, self.indent + len(self.counts)))
            self.runs = []
        elif self.rows is None:
            self.runs = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "math" or (self.math and tag in MATH_TAGS):
            self.math.append(_Node(tag, attributes))
            return
        if tag in _BLOCKS:
            self.end_line()
        if tag not in ("br", "hr", "img", "col"):
            self.open.append(tag)
        starter = _STARTERS.get(tag)
        if starter is not None:
            starter(self, attributes)

    def handle_endtag(self, tag: str) -> None:
        if self.math and tag == self.math[-1].tag:
            self.end_math()
            return
        if tag in self.open:
            del self.open[len(self.open) - 1 - self.open[::-1].index(tag)]
        if tag in ("td", "th"):
            self.end_cell()
        elif tag == "table" and self.rows is not None:
            rows, self.rows = self.rows, None
            self.parts.append(Table(tuple(tuple(row) for row in rows if row)))
        elif tag in ("ul", "ol") and self.counts:
            self.end_line()
            self.counts.pop()
        elif tag in _BLOCKS or tag == "li":
            self.end_line()
        elif tag == "rt":
            self.runs.append(Run("）"))

    def end_math(self) -> None:
        """Closes an element of a formula; the outermost one becomes runs."""
        node = self.math.pop()
        if self.math:
            self.math[-1].children.append(node)
        else:
            self.runs += formula(node)

    def end_cell(self) -> None:
        """Closes a cell of a table."""
        if self.rows is not None:
            self.rows[-1].append((Line(tuple(self.runs)), self.span))
        self.runs = []

    def handle_data(self, data: str) -> None:
        if self.math:
            self.math[-1].children.append(data)
            return
        if "rp" in self.open:
            return
        text = data if "pre" in self.open else " ".join(data.replace("\n", " ").split(" "))
        rise = 1 if "sup" in self.open else -1 if "sub" in self.open else 0
        self.runs.append(Run(text, rise, bool(_STRESS & set(self.open))))

    def begin_table(self, attributes: dict[str, str]) -> None:
        """A table begins; one inside another becomes words."""
        self.rows = [] if self.rows is None else self.rows

    def begin_row(self, attributes: dict[str, str]) -> None:
        """A row begins."""
        if self.rows is not None:
            self.rows.append([])

    def begin_cell(self, attributes: dict[str, str]) -> None:
        """A cell begins."""
        self.runs = []
        self.span = int(attributes.get("colspan", "1") or 1)

    def begin_list(self, attributes: dict[str, str]) -> None:
        """A list begins; 0 counts nothing."""
        self.counts.append(1 if self.open[-1] == "ol" else 0)

    def begin_entry(self, attributes: dict[str, str]) -> None:
        """An entry of a list begins."""
        self.end_line()
        count = self.counts[-1] if self.counts else 0
        self.runs.append(Run(f"{count}. " if count else "· "))
        if count:
            self.counts[-1] = count + 1

    def break_line(self, attributes: dict[str, str]) -> None:
        """A line break; inside a table only a blank."""
        if self.rows is None:
            self.end_line()
        else:
            self.runs.append(Run(" "))

    def show_picture(self, attributes: dict[str, str]) -> None:
        """A picture; inside a table only its words."""
        if self.rows is None:
            self.end_line()
            self.parts.append(Picture(attributes.get("src", ""), attributes.get("alt", "")))
        else:
            self.runs.append(Run(f"〔图：{attributes.get('alt', '')}〕"))

    def begin_ruby(self, attributes: dict[str, str]) -> None:
        """The reading of a character follows in brackets."""
        self.runs.append(Run("（"))


_STARTERS = {
    "table": _Paper.begin_table,
    "tr": _Paper.begin_row,
    "td": _Paper.begin_cell,
    "th": _Paper.begin_cell,
    "ul": _Paper.begin_list,
    "ol": _Paper.begin_list,
    "li": _Paper.begin_entry,
    "br": _Paper.break_line,
    "img": _Paper.show_picture,
    "rt": _Paper.begin_ruby,
}
