"""Decides how the blocks of an item stand on paper: paragraphs, tables, figures to scale, lists.

For: booklets, answer sheets, marking keys. A figure keeps its proportions and is never enlarged beyond the size it has
on a screen; what cannot be printed (a sound) is named where it would stand.
"""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image as Pictures
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Image, Paragraph, Spacer, Table, TableStyle

from examserver.kernel.canonical import unb64u
from examserver.kernel.errors import Json
from itembank.papers.printing.markup import Node, inline, parse_fragment
from itembank.papers.printing.wording import WORDS

MM = 72 / 25.4
WIDE = 170 * MM
HIGHEST = 90 * MM
PIXEL = 0.55
BLANK = re.compile(r"\{\{(\d+)\}\}")
GRID = TableStyle(
    [
        ("GRID", (0, 0), (-1, -1), 0.5, colors.grey),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LEFTPADDING", (0, 0), (-1, -1), 4),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
    ]
)
BLOCKS = frozenset({"p", "div", "ul", "ol", "table", "pre", "blockquote", "hr", "h3", "h4", "h5", "h6", "img"})


@dataclass(frozen=True)
class Kit:
    """What a page is set with: fonts by style, the form's assets by digest."""

    fonts: Mapping[str, str]
    assets: Mapping[str, Json]

    def style(self, size: float = 10.5, bold: bool = False, **more: Any) -> ParagraphStyle:
        """A paragraph style; Chinese breaks anywhere but before closing marks."""
        name = self.fonts["bold" if bold else "regular"]
        given: dict[str, Any] = {"fontSize": size, "leading": size * 1.5, "wordWrap": "CJK", "splitLongWords": 1}
        return ParagraphStyle("p", fontName=name, **(given | more))

    def say(self, markup: str, size: float = 10.5, bold: bool = False, **more: Any) -> Paragraph:
        """A paragraph of inline markup; the wide blank of `（　）` keeps its width."""
        return Paragraph(markup.replace("\u3000", "\u00a0\u00a0"), self.style(size, bold, **more))

    def centred(self, markup: str, size: float, bold: bool = False) -> Paragraph:
        """A centred paragraph."""
        return self.say(markup, size, bold, alignment=TA_CENTER)


def escaped(text: str) -> str:
    """Text as inline markup, line breaks kept."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br/>")


def marked_blanks(markup: str, widths: Mapping[str, int]) -> str:
    """The marks of gaps as they are printed: a line as long as the answer, with the gap's number."""
    return BLANK.sub(lambda found: _blank(found[1], widths.get(found[1], 8)), markup)


def _blank(number: str, width: int) -> str:
    line = "_" * max(3, min(width, 20) // 2)
    return f"{line}{WORDS['blank'].format(n=number)}{line}"


def flow(
    blocks: Sequence[Json], kit: Kit, widths: Mapping[str, int], lead: str = "", wide: float = WIDE
) -> list[Flowable]:
    """The blocks in their order; `lead` stands before the first paragraph (an item's number, an option's letter)."""
    made: list[Flowable] = []
    for block in blocks:
        if block["kind"] == "figure":
            made += [*_led(kit, lead), *figure(kit, block["asset"], block["alt"], wide)]
        elif block["kind"] == "audio":
            made.append(kit.say(lead + escaped(WORDS["sound"].format(alt=block["alt"]))))
        elif block["kind"] == "html":
            made += _rich(parse_fragment(block["html"]), kit, widths, lead, wide)
        else:
            made.append(kit.say(lead + marked_blanks(escaped(block["text"]), widths)))
        lead = ""
    return made


def _led(kit: Kit, lead: str) -> list[Flowable]:
    return [kit.say(lead)] if lead else []


def figure(kit: Kit, asset: str, alt: str, wide: float = WIDE, high: float = HIGHEST) -> list[Flowable]:
    """A figure scaled into the space; its words where the picture cannot be read."""
    found = kit.assets.get(asset)
    if found is None:
        return [kit.say(escaped(WORDS["omitted"].format(alt=alt)))]
    data = png_of(unb64u(found["data"]))
    if data is None:
        return [kit.say(escaped(WORDS["omitted"].format(alt=alt)))]
    width, height = size_of(data)
    scale = min(PIXEL, wide / width, high / height)
    return [Image(io.BytesIO(data), width * scale, height * scale, hAlign="LEFT")]


def size_of(data: bytes) -> tuple[int, int]:
    """Width and height of a picture in pixels."""
    with Pictures.open(io.BytesIO(data)) as picture:
        return picture.size


def png_of(data: bytes) -> bytes | None:
    """The picture as PNG on white paper; None when it cannot be read."""
    try:
        with Pictures.open(io.BytesIO(data)) as picture:
            picture.load()
            seen = picture.convert("RGBA")
    except (OSError, ValueError, SyntaxError):
        return None
    paper = Pictures.new("RGBA", seen.size, "white")
    paper.alpha_composite(seen)
    out = io.BytesIO()
    paper.convert("RGB").save(out, "PNG")
    return out.getvalue()


def _rich(node: Node, kit: Kit, widths: Mapping[str, int], lead: str, wide: float) -> list[Flowable]:
    """Rich text: runs of inline parts become paragraphs, blocks stand for themselves."""
    made: list[Flowable] = []
    run = Node("p")
    for one in [*node.inside, Node("end")]:
        if isinstance(one, str) or one.tag not in (*BLOCKS, "end"):
            run.inside.append(one)
            continue
        written = marked_blanks(inline(run), widths).strip()
        if written or (lead and one.tag not in ("p", "div", "end")):
            made.append(kit.say(lead + written))
            lead = ""
        run = Node("p")
        if one.tag != "end":
            made += _block(one, kit, widths, lead, wide)
            lead = ""
    return made


def _block(node: Node, kit: Kit, widths: Mapping[str, int], lead: str, wide: float) -> list[Flowable]:
    if node.tag == "table":
        return [*_led(kit, lead), _table(node, kit, widths, wide)]
    if node.tag in ("ul", "ol"):
        return _list(node, kit, widths, wide)
    if node.tag == "img":
        source = node.attributes.get("src", "")
        return [*_led(kit, lead), *figure(kit, source, node.attributes.get("alt", ""), wide)]
    if node.tag == "hr":
        return [Spacer(1, 6)]
    if node.tag in ("h3", "h4", "h5", "h6"):
        return [kit.say(lead + marked_blanks(inline(node), widths), bold=True)]
    return _rich(node, kit, widths, lead, wide)


def _list(node: Node, kit: Kit, widths: Mapping[str, int], wide: float) -> list[Flowable]:
    made: list[Flowable] = []
    entries = [one for one in node.inside if isinstance(one, Node) and one.tag == "li"]
    for number, entry in enumerate(entries, 1):
        made += _rich(entry, kit, widths, f"{number}. " if node.tag == "ol" else "· ", wide)
    return made


def _rows(node: Node) -> list[list[Node]]:
    """The cells of a table, row by row, whatever groups they stand in."""
    rows: list[list[Node]] = []
    for one in node.inside:
        if isinstance(one, Node) and one.tag == "tr":
            rows.append([cell for cell in one.inside if isinstance(cell, Node) and cell.tag in ("td", "th")])
        elif isinstance(one, Node) and one.tag in ("thead", "tbody", "tfoot"):
            rows += _rows(one)
    return rows


def _span(cell: Node, name: str) -> int:
    written = cell.attributes.get(name, "1")
    return min(int(written), 40) if written.isdigit() and int(written) > 0 else 1


def _table(node: Node, kit: Kit, widths: Mapping[str, int], wide: float) -> Flowable:
    """A grid with joined cells where the source joins them."""
    placed: dict[tuple[int, int], Any] = {}
    joins, taken = [], set()
    rows = _rows(node)
    for y, row in enumerate(rows):
        x = 0
        for cell in row:
            while (x, y) in taken:
                x += 1
            across, down = _span(cell, "colspan"), min(_span(cell, "rowspan"), len(rows) - y)
            taken |= {(x + dx, y + dy) for dx in range(across) for dy in range(down)}
            placed[x, y] = _cell(cell, kit, widths)
            if across > 1 or down > 1:
                joins.append(("SPAN", (x, y), (x + across - 1, y + down - 1)))
            x += across
    columns = max((x for x, _ in taken), default=0) + 1
    grid = [[placed.get((x, y), "") for x in range(columns)] for y in range(len(rows))] or [[""]]
    each = min(wide / columns, 45 * MM)
    return Table(grid, [each] * columns, style=TableStyle([*GRID.getCommands(), *joins]), hAlign="LEFT")


def _cell(cell: Node, kit: Kit, widths: Mapping[str, int]) -> list[Flowable]:
    flowables = _rich(cell, kit, widths, "", 40 * MM)
    return flowables or [Spacer(1, 1)]
