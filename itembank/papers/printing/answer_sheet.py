"""Decides how answers are given on paper: circles to fill for every choice, lines and pictures for the rest.

For: candidates and markers of a printed form. Every item of the form has its place, under the number it has in the
booklet; a picture to mark or draw on is printed again, so that nothing has to be copied over.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reportlab.lib.colors import Color
from reportlab.platypus import Flowable, KeepTogether, Spacer, Table, TableStyle

from examserver.kernel.errors import Json
from itembank.papers.printing.booklet import PrintedItem, numbered
from itembank.papers.printing.flow import GRID, MM, WIDE, Kit, escaped, figure
from itembank.papers.printing.wording import WORDS

CHOICES = ("single_response", "multiple_response", "true_false")
STEP = 8.2 * MM
DIGITS = "0123456789"


class Bubbles(Flowable):
    """A label and circles to fill, each with its sign inside."""

    def __init__(self, label: str, signs: Sequence[str], fonts: Mapping[str, str], lead: float = 12 * MM) -> None:
        super().__init__()
        self.label, self.signs, self.fonts, self.lead = label, tuple(signs), fonts, lead
        self.width, self.height = lead + STEP * len(signs), 7 * MM

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:
        """Its fixed size."""
        return self.width, self.height

    def draw(self) -> None:
        """Draw label and circles."""
        canvas = self.canv
        canvas.setFont(self.fonts["bold"], 9.5)
        canvas.drawRightString(self.lead - 2 * MM, 2.2 * MM, self.label)
        canvas.setFont(self.fonts["regular"], 8)
        canvas.setStrokeColor(Color(0.25, 0.25, 0.25))
        for number, sign in enumerate(self.signs):
            x = self.lead + STEP * (number + 0.5)
            canvas.circle(x, 3.3 * MM, 2.55 * MM, stroke=1, fill=0)
            canvas.drawCentredString(x, 2.35 * MM, sign)


class Lines(Flowable):
    """Ruled lines to write on."""

    def __init__(self, count: int, width: float = WIDE, apart: float = 9 * MM) -> None:
        super().__init__()
        self.count, self.width, self.apart = count, width, apart

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:
        """Its fixed size."""
        return self.width, self.count * self.apart

    def split(self, aW: float, aH: float) -> list[Flowable]:
        """As many lines as fit here, the others on the next page."""
        fit = int(aH // self.apart)
        return [Lines(fit, self.width, self.apart), Lines(self.count - fit, self.width, self.apart)] if fit else []

    def draw(self) -> None:
        """Draw the lines."""
        self.canv.setStrokeColor(Color(0.55, 0.55, 0.55))
        for number in range(self.count):
            self.canv.line(0, number * self.apart + 1, self.width, number * self.apart + 1)


def answer_sheet(form: Json, paper_title: str, kit: Kit) -> list[Flowable]:
    """The whole answer sheet."""
    made = _head(form, paper_title, kit)
    for section, items in numbered(form):
        title = kit.say(escaped(section["title"]), 11, bold=True, spaceBefore=8, spaceAfter=3)
        first, *others = _section(items, kit)
        made += [KeepTogether(group) for group in ([title, *first], *others)]
    return made


def _head(form: Json, paper_title: str, kit: Kit) -> list[Flowable]:
    title = f"{escaped(paper_title)}　{WORDS['sheet_title']}"
    fields: list[list[Any]] = [
        [WORDS["name"], "", WORDS["seat"], ""],
        [WORDS["ticket"], "", WORDS["signature"], ""],
        [WORDS["room"], "", WORDS["proctor"], ""],
    ]
    cells = [[kit.say(cell, 10) if cell else "" for cell in row] for row in fields]
    absent = Bubbles("", ["×"], kit.fonts, lead=0)
    return [
        kit.say(title, 14, bold=True),
        kit.say(f"{WORDS['form']}　{escaped(form['name'])}", 12, bold=True, spaceAfter=8),
        Spacer(1, 4 * MM),
        Table(cells, [22 * MM, 63 * MM, 22 * MM, 63 * MM], [9 * MM] * 3, style=GRID, hAlign="LEFT"),
        Table([[kit.say(WORDS["absent"], 9), absent]], [45 * MM, 20 * MM], hAlign="LEFT"),
    ]


def _section(items: Sequence[PrintedItem], kit: Kit) -> list[list[Flowable]]:
    """Runs of choice items in columns, everything else below each other; each group stays on one page."""
    made: list[list[Flowable]] = []
    run: list[PrintedItem] = []
    for one in [*items, None]:
        if one is not None and one.item["type"] in CHOICES:
            run.append(one)
            continue
        made += _columns(run, kit)
        run = []
        if one is not None:
            made.append([*_place(one, kit), Spacer(1, 5)])
    return made


def signs_of(item: Json) -> list[str]:
    """What is printed inside the circles of a choice item."""
    return [WORDS[option["id"]] if item["type"] == "true_false" else option["id"] for option in item["options"]]


def _columns(run: Sequence[PrintedItem], kit: Kit) -> list[list[Flowable]]:
    """Items running down in columns, five to a block, as on customary answer sheets."""
    most = max((len(one.item["options"]) for one in run), default=1)
    across = max(1, int(WIDE // (14 * MM + STEP * most)))
    cells = [Bubbles(str(one.number), signs_of(one.item), kit.fonts) for one in run]
    tight = TableStyle([("TOPPADDING", (0, 0), (-1, -1), 0), ("BOTTOMPADDING", (0, 0), (-1, -1), 0)])
    made: list[list[Flowable]] = []
    for start in range(0, len(cells), 5 * across):
        block = cells[start : start + 5 * across]
        down = range(min(5, len(block)))
        rows = [[block[at] if at < len(block) else "" for at in range(row, 5 * across, 5)] for row in down]
        made.append([Table(rows, [WIDE / across] * across, style=tight, hAlign="LEFT"), Spacer(1, 6)])
    return made


def _place(one: PrintedItem, kit: Kit) -> Iterator[Flowable]:
    """Where an item that is no plain choice is answered."""
    item, interaction, number = one.item, one.interaction, str(one.number)
    yield kit.say(number, 10, bold=True)
    if item["type"] == "ordering":
        signs = [option["id"] for option in item["options"]]
        for place in range(1, len(signs) + 1):
            yield Bubbles(WORDS["place"].format(n=place), signs, kit.fonts, lead=20 * MM)
    elif item["type"] == "matching":
        signs = [target["id"] for target in interaction["targets"]]
        for option in item["options"]:
            yield Bubbles(option["id"], signs, kit.fonts, lead=20 * MM)
    elif item["type"] == "inline_choice":
        for gap in interaction["gaps"]:
            signs = [choice["id"] for choice in gap["options"]]
            yield Bubbles(WORDS["gap"].format(n=gap["id"]), signs, kit.fonts, lead=20 * MM)
    elif item["type"] in ("hotspot", "drawing"):
        yield from _picture(interaction, kit)
    else:
        yield from _written(item, interaction, kit)


def _picture(interaction: Json, kit: Kit) -> Iterator[Flowable]:
    if interaction.get("asset"):
        yield from figure(kit, interaction["asset"], interaction.get("alt", ""))
    else:
        box = TableStyle([("BOX", (0, 0), (-1, -1), 0.6, "#888888")])
        high = min(120 * MM, WIDE * interaction["height"] / max(1, interaction["width"]))
        yield Table([[""]], [WIDE], [high], style=box, hAlign="LEFT")


def _written(item: Json, interaction: Json, kit: Kit) -> Iterator[Flowable]:
    """Lines: one per blank, one for number and unit, as many as the item grants for an essay."""
    if item["type"] == "text_entry":
        for blank in interaction["blanks"]:
            yield _field(WORDS["blank"].format(n=blank["id"]), kit)
    elif item["type"] == "numeric_entry":
        unit = interaction.get("unit")
        yield _field(WORDS["number"], kit, escaped(interaction["unit_text"]) if unit == "shown" else "")
        if unit == "asked":
            yield _field(WORDS["unit"], kit)
    else:
        yield Lines(max(2, min(int(interaction.get("lines", 6)), 60)))


def _field(label: str, kit: Kit, behind: str = "") -> Flowable:
    under = TableStyle([("LINEBELOW", (1, 0), (1, 0), 0.6, "#666666"), ("BOTTOMPADDING", (0, 0), (-1, -1), 1)])
    row = [[kit.say(label, 9.5), "", kit.say(behind, 9.5)]]
    return Table(row, [22 * MM, 90 * MM, 30 * MM], [8 * MM], style=under, hAlign="LEFT")
