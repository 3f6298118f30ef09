"""Prints items for people who read them: A4 pages, a line of attributes per item, keys only where asked for.

For reviewers and approvers. Every page carries who asked for it, when and for which purpose, at its foot and across it,
so that a photographed page names its reader. An item stands on one page from its heading to its key where a page holds
it. Characters no font of this machine has are written out as their number.
"""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from PIL import Image
from reportlab.lib.colors import Color
from reportlab.lib.utils import ImageReader

from examserver.plumbing.pages import GREY, INK, MM, Sheet, register_fonts
from examserver.plumbing.typeface import CharacterNotInFont, FontSource
from itembank.exchange.export.linear import Line, Part, Picture, Run, Table
from itembank.exchange.export.package import Media
from itembank.exchange.export.printed import attributes_of, heading_of, key_of, stem_of, stimulus_of
from itembank.items.content import ItemBody

WIDTH, HEIGHT, MARGIN, FOOT = 210.0, 297.0, 18.0, 18.0
SIZE, LEADING, STEP = 10.5, 5.6, 7.0
SMALL = 8.0
ACROSS = 0.13
KEY_INK = (0.05, 0.35, 0.20)
_DOTS = 96.0
_NEVER_FIRST = "，。；：、！？）》”’%°"
_FIXED = "题库试题清单　共 道　不含答案 内部资料 严禁外传　阅读人：用途：第 页 〔图：〕〔U+0123456789ABCDEF〕"


@dataclass(frozen=True)
class Reader:
    """Who reads the printed items, when, and what for."""

    name: str
    time: str
    purpose: str

    @property
    def mark(self) -> str:
        """The words across every page."""
        return f"{self.name} {self.time}"


Report = Callable[[int, int], None]
Ink = tuple[float, float, float]


@dataclass(frozen=True)
class Strip:
    """What is never parted between two pages: a line, a picture, a row of a table; drawn at a height of the page."""

    height: float
    draw: Callable[[float], None]


def _blank(height: float) -> Strip:
    return Strip(height, lambda _: None)


def print_items(
    title: str,
    bodies: Sequence[ItemBody],
    media: Mapping[str, Media],
    fonts: Mapping[str, Sequence[FontSource]],
    reader: Reader,
    with_keys: bool,
    report: Report,
) -> bytes:
    """The PDF of these items in order of their codes, members of a case together under their text."""
    items = sorted(bodies, key=_place)
    names, missing = _fonts(title, items, fonts, reader)
    printer = _Printer(title, names, media, reader, with_keys, missing)
    printer.begin(len(items))
    for number, body in enumerate(items, 1):
        printer.item(body, number, stimulus_of(body) if _first_of(body, items[number - 2 : number - 1]) else [])
        report(number, len(items))
    return printer.finish()


def _place(body: ItemBody) -> tuple[str, int, str]:
    """Members of a case stand where its code stands."""
    case = body.content.case
    return (case.code, case.place, body.content.code) if case else (body.content.code, 0, "")


def _first_of(body: ItemBody, before: Sequence[ItemBody]) -> bool:
    """Whether no item right before belongs to the same case."""
    last = before[-1].content.case if before else None
    own = body.content.case
    return own is not None and (last is None or (last.code, last.stimulus) != (own.code, own.stimulus))


def _fonts(
    title: str, items: Sequence[ItemBody], fonts: Mapping[str, Sequence[FontSource]], reader: Reader
) -> tuple[dict[str, str], frozenset[str]]:
    """Fonts with every character of the items, and the characters no font has."""
    fixed = [_FIXED, title, reader.mark, reader.purpose, "".join(map(chr, range(32, 127)))]
    heads = {*"".join(fixed), *"".join(heading_of(body, 0) for body in items)}
    regular = {*"".join(fixed), *(character for body in items for text in _texts(body) for character in text)}
    missing: set[str] = set()
    for _ in range(60):
        try:
            wanted = {"regular": ["".join(sorted(regular - missing))], "bold": ["".join(sorted(heads - missing))]}
            return register_fonts(wanted, fonts), frozenset(missing)
        except CharacterNotInFont as error:
            missing |= set(str(error.fields["characters"]))
    return register_fonts({"regular": fixed, "bold": fixed}, fonts), frozenset(regular - set("".join(fixed)))


def _texts(body: ItemBody) -> Iterator[str]:
    """Every word that is printed of an item."""
    yield attributes_of(body)
    for part in (*stimulus_of(body), *stem_of(body), *key_of(body)):
        if isinstance(part, Picture):
            yield part.alt
        lines = [part] if isinstance(part, Line) else []
        lines += [cell for row in part.rows for cell, _ in row] if isinstance(part, Table) else []
        yield from (run.text for line in lines for run in line.runs)


class _Printer:
    """Walks down the pages."""

    def __init__(
        self,
        title: str,
        fonts: Mapping[str, str],
        media: Mapping[str, Media],
        reader: Reader,
        with_keys: bool,
        missing: frozenset[str],
    ) -> None:
        self.sheet = Sheet(WIDTH, HEIGHT, title, fonts)
        self.title, self.media, self.reader, self.with_keys = title, media, reader, with_keys
        self.spelled = str.maketrans({each: f"〔U+{ord(each):04X}〕" for each in missing})
        self.y, self.page = MARGIN, 1

    def begin(self, count: int) -> None:
        """The head of the list."""
        self.sheet.text(WIDTH / 2, self.y + 4, self.shown(self.title), 15, "bold", "center")
        keys = "含答案" if self.with_keys else "不含答案"
        self.sheet.text(WIDTH / 2, self.y + 11, f"题库试题清单　共 {count} 道　{keys}", 9, align="center", ink=GREY)
        self.y += 19

    def shown(self, text: str) -> str:
        """Words with the characters no font has spelled out."""
        return text.translate(self.spelled)

    def mark_page(self) -> None:
        """Who reads it, across everything on the page and at its foot."""
        canvas = self.sheet.canvas
        canvas.saveState()
        canvas.setFillColor(Color(*INK))
        canvas.setFillAlpha(ACROSS)
        canvas.setFont(self.sheet.fonts["regular"], 20)
        canvas.translate(WIDTH / 2 * MM, HEIGHT / 2 * MM)
        canvas.rotate(38)
        for row in range(-4, 5):
            for column in (-1, 0, 1):
                canvas.drawCentredString(column * 105 * MM, row * 36 * MM, self.shown(self.reader.mark))
        canvas.restoreState()
        self.sheet.line(MARGIN, HEIGHT - FOOT + 4, WIDTH - MARGIN, HEIGHT - FOOT + 4, 0.3, GREY)
        said = f"内部资料 严禁外传　阅读人：{self.reader.name}　{self.reader.time}　用途：{self.reader.purpose}"
        self.sheet.text(MARGIN, HEIGHT - FOOT + 9, self.shown(said)[:90], SMALL, ink=GREY)
        self.sheet.text(WIDTH - MARGIN, HEIGHT - FOOT + 9, f"第 {self.page} 页", SMALL, align="right", ink=GREY)

    def need(self, height: float) -> None:
        """Begins another page when so many millimetres do not fit any more."""
        if self.y + height > HEIGHT - FOOT and self.y > MARGIN:
            self.mark_page()
            self.sheet.next_page()
            self.page, self.y = self.page + 1, MARGIN

    def item(self, body: ItemBody, number: int, before: Sequence[Part] = ()) -> None:
        """One item: heading, attributes, words, perhaps the key; right below the text of its case where that begins."""
        heading = self.shown(heading_of(body, number))
        strips = [
            Strip(LEADING + 0.6, lambda y: self.sheet.text(MARGIN, y + 4, heading, SIZE, "bold")),
            *self.paragraph((Run(attributes_of(body)),), MARGIN, SMALL, 4.2, GREY),
            *self.parts(stem_of(body), INK),
            *(self.parts(key_of(body), KEY_INK) if self.with_keys else ()),
        ]
        first = [*self.parts(before, INK), *([_blank(3)] if before else [])]
        if _height(first) + _height(strips) > HEIGHT - FOOT - MARGIN:
            self.place(first)
            first = []
        self.place([*first, *strips])
        self.y += 4

    def place(self, strips: Sequence[Strip]) -> None:
        """Draws strips below one another: together where one page holds them, else over as many as it takes."""
        whole = _height(strips)
        self.need(whole if whole <= HEIGHT - FOOT - MARGIN else 3 * LEADING + 6)
        for strip in strips:
            self.need(strip.height)
            strip.draw(self.y)
            self.y += strip.height

    def parts(self, parts: Sequence[Part], ink: Ink) -> Iterator[Strip]:
        """Paragraphs, pictures and tables one below the other."""
        for part in parts:
            if isinstance(part, Picture):
                yield from self.picture(part, ink)
            elif isinstance(part, Table):
                yield from self.table(part, ink)
            else:
                yield from self.paragraph(part.runs, MARGIN + STEP * part.indent, SIZE, LEADING, ink)

    def paragraph(self, runs: Sequence[Run], x: float, size: float, leading: float, ink: Ink) -> Iterator[Strip]:
        """Runs broken at the right margin."""
        for line in self.broken(runs, WIDTH - MARGIN - x, size):
            yield Strip(leading, partial(self.line, line, x, leading * 0.75, size, ink))

    def line(self, line: Sequence[Run], x: float, below: float, size: float, ink: Ink, y: float) -> None:
        """One line of a paragraph whose base line is so far below y."""
        self.draw(line, x, y + below, size, ink)

    def broken(self, runs: Sequence[Run], width: float, size: float) -> list[list[Run]]:
        """The lines of a paragraph at most so many millimetres wide."""
        lines: list[list[Run]] = [[]]
        used = 0.0
        for run in runs:
            small = size * 0.68 if run.rise else size
            for piece in _pieces(self.shown(run.text)):
                wide = self.sheet.measure(piece, small) / MM
                if used + wide > width and lines[-1] and piece[0] not in _NEVER_FIRST:
                    lines.append([])
                    used, piece = 0.0, piece.lstrip(" ")
                lines[-1].append(Run(piece, run.rise, run.stressed))
                used += self.sheet.measure(piece, small) / MM
        return lines

    def draw(self, line: Sequence[Run], x: float, y: float, size: float, ink: Ink) -> None:
        """One line of runs on its base line."""
        for run in _merged(line):
            small = size * 0.68 if run.rise else size
            self.sheet.text(x, y - 1.3 * run.rise, run.text, small, ink=ink)
            wide = self.sheet.measure(run.text, small) / MM
            if run.stressed and run.text.strip():
                self.sheet.line(x, y + 0.9, x + wide, y + 0.9, 0.4, ink)
            x += wide

    def picture(self, part: Picture, ink: Ink) -> Iterator[Strip]:
        """A picture no larger than the column, or its words where it cannot be drawn."""
        found = self.media.get(part.asset)
        if found is None:
            yield from self.paragraph((Run(f"〔图：{part.alt}〕"),), MARGIN + STEP, SIZE, LEADING, ink)
            return
        with Image.open(io.BytesIO(found.data)) as image:
            flat = _on_white(image)
        width, height = flat.width * 25.4 / _DOTS, flat.height * 25.4 / _DOTS
        scale = min(1.0, 130 / width, 95 / height)
        width, height = width * scale, height * scale

        def draw(y: float) -> None:
            place = (MARGIN + STEP) * MM, (HEIGHT - y - 1.5 - height) * MM
            self.sheet.canvas.drawImage(ImageReader(flat), *place, width * MM, height * MM)

        yield Strip(height + 4, draw)

    def table(self, part: Table, ink: Ink) -> Iterator[Strip]:
        """A table with rules; columns as wide as their longest words ask, rows as high as they need."""
        columns = max((sum(span for _, span in row) for row in part.rows), default=0)
        if not columns:
            return
        widths = self.widths(part, columns)
        for row in part.rows:
            yield self.row(row, widths, ink)
        yield _blank(2)

    def widths(self, part: Table, columns: int) -> list[float]:
        """The widths of the columns in millimetres."""
        wanted = [12.0] * columns
        for row in part.rows:
            at = 0
            for cell, span in row:
                text = "".join(run.text for run in cell.runs)
                if span == 1 and at < columns:
                    wanted[at] = max(wanted[at], self.sheet.measure(self.shown(text), SIZE - 1) / MM + 4)
                at += span
        most = WIDTH - 2 * MARGIN - STEP
        scale = min(1.0, most / sum(wanted))
        return [each * scale for each in wanted]

    def row(self, row: Sequence[tuple[Line, int]], widths: Sequence[float], ink: Ink) -> Strip:
        """One row of a table."""
        cells, at = [], 0
        for cell, span in row:
            width = sum(widths[at : at + span]) or widths[-1]
            cells.append((width, self.broken(cell.runs, width - 3, SIZE - 1)))
            at += span
        height = max((len(lines) for _, lines in cells), default=1) * 5 + 2

        def draw(y: float) -> None:
            x = MARGIN + STEP
            for width, lines in cells:
                self.sheet.box(x, y, width, height, 0.3, GREY)
                for number, line in enumerate(lines):
                    self.draw(line, x + 1.5, y + 4.5 + 5 * number, SIZE - 1, ink)
                x += width

        return Strip(height, draw)

    def finish(self) -> bytes:
        """The PDF."""
        self.mark_page()
        return self.sheet.finish()


def _height(strips: Sequence[Strip]) -> float:
    return sum(strip.height for strip in strips)


def _pieces(text: str) -> list[str]:
    """Words and single Chinese characters: where a line may break."""
    pieces: list[str] = []
    for character in text:
        joins = character.isascii() and not character.isspace()
        if pieces and joins and pieces[-1][-1].isascii() and not pieces[-1][-1].isspace() and len(pieces[-1]) < 40:
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def _merged(line: Sequence[Run]) -> list[Run]:
    """Neighbours of one kind drawn at once."""
    found: list[Run] = []
    for run in line:
        if found and (found[-1].rise, found[-1].stressed) == (run.rise, run.stressed):
            found[-1] = Run(found[-1].text + run.text, run.rise, run.stressed)
        else:
            found.append(run)
    return found


def _on_white(image: Image.Image) -> Image.Image:
    """The picture without transparency, which printers show as black."""
    whole = image.convert("RGBA")
    paper = Image.new("RGBA", whole.size, "white")
    paper.alpha_composite(whole)
    return paper.convert("RGB")
