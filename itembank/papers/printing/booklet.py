"""Decides how a form reads as a booklet: cover with rules and structure, sections, cases with their items, all types.

For: candidates when a hall cannot be used. Source: the form document itself (`exam.form/1`): the same items, options
and order the screen would show. Nothing that tells the key is on paper: no item codes, no bank letters.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, PageBreak, Paragraph, Spacer, Table, TableStyle

from examserver.kernel.errors import Json
from itembank.papers.printing.flow import GRID, MM, WIDE, Kit, escaped, figure, flow
from itembank.papers.printing.wording import RULES, TYPES, WORDS

SHORT = 22
NO_WIDTHS: Mapping[str, int] = {}


@dataclass(frozen=True)
class PrintedItem:
    """An item with the number it has in the whole form."""

    number: int
    item: Json

    @property
    def interaction(self) -> Json:
        """What its type needs besides options."""
        found: Json = self.item.get("interaction", {})
        return found


def numbered(form: Json) -> list[tuple[Json, list[PrintedItem]]]:
    """The sections with their items, numbered through the form."""
    made, number = [], 0
    for section in form["sections"]:
        items = []
        for item in section["items"]:
            number += 1
            items.append(PrintedItem(number, item))
        made.append((section, items))
    return made


def points_text(value: Decimal) -> str:
    """Points without trailing zeros."""
    return format(value.normalize(), "f")


def full_score(form: Json) -> Decimal:
    """All points of a form."""
    return sum((Decimal(item["points"]) for section in form["sections"] for item in section["items"]), Decimal(0))


def booklet(form: Json, paper_title: str, kit: Kit) -> list[Flowable]:
    """The whole booklet."""
    made = [*_cover(form, paper_title, kit), PageBreak()]
    for section, items in numbered(form):
        made += _section(section, items, form, kit)
    return made


def _cover(form: Json, paper_title: str, kit: Kit) -> list[Flowable]:
    minutes = f"{form['duration_s'] // 60} {WORDS['minutes']}"
    facts = [
        [WORDS["form"], escaped(form["name"]), WORDS["duration"], minutes],
        [
            WORDS["full"],
            points_text(full_score(form)),
            WORDS["count"],
            str(sum(len(s["items"]) for s in form["sections"])),
        ],
    ]
    fields = [[WORDS["name"], "", WORDS["ticket"], ""], [WORDS["seat"], "", WORDS["room"], ""]]
    sides = [22 * MM, 60 * MM, 24 * MM, 60 * MM]
    return [
        kit.say(WORDS["secret"], 11, bold=True),
        Spacer(1, 12 * MM),
        kit.centred(WORDS["cover"], 20, bold=True),
        Spacer(1, 8 * MM),
        kit.centred(escaped(paper_title), 16, bold=True),
        Spacer(1, 3 * MM),
        *([] if form["title"] == paper_title else [kit.centred(escaped(form["title"]), 13)]),
        Spacer(1, 8 * MM),
        _table(facts, sides, kit, 11),
        Spacer(1, 4 * MM),
        _table(fields, sides, kit, 11, 11 * MM),
        Spacer(1, 5 * MM),
        kit.say(WORDS["contents"], 12, bold=True, spaceAfter=4),
        _structure(form, kit),
        Spacer(1, 5 * MM),
        kit.say(WORDS["rules"], 12, bold=True, spaceAfter=4),
        *[
            kit.say(f"{number}. {rule}", 10.5, leftIndent=14, firstLineIndent=-14)
            for number, rule in enumerate(RULES, 1)
        ],
    ]


def _structure(form: Json, kit: Kit) -> Flowable:
    rows = [[WORDS["section"], WORDS["count"], WORDS["score"]]]
    for section in form["sections"]:
        points = sum((Decimal(item["points"]) for item in section["items"]), Decimal(0))
        rows.append([escaped(section["title"]), str(len(section["items"])), points_text(points)])
    rows.append([WORDS["sum"], str(sum(len(s["items"]) for s in form["sections"])), points_text(full_score(form))])
    return _table(rows, [106 * MM, 30 * MM, 30 * MM], kit, 10, 6.6 * MM)


def _table(
    rows: Sequence[Sequence[str]], widths: Sequence[float], kit: Kit, size: float, high: float = 8 * MM
) -> Flowable:
    cells = [[kit.say(cell, size) for cell in row] for row in rows]
    return Table(cells, list(widths), [high] * len(rows), style=GRID, hAlign="LEFT")


def _section(section: Json, items: Sequence[PrintedItem], form: Json, kit: Kit) -> list[Flowable]:
    worth = {one.item["points"] for one in items}
    each = f"　{WORDS['each'].format(n=worth.copy().pop())}" if len(worth) == 1 else ""
    kinds = sorted({one.item["type"] for one in items}, key=list(TYPES).index)
    made: list[Flowable] = [
        CondPageBreak(45 * MM),
        kit.say(f"{escaped(section['title'])}{each}", 13, bold=True, spaceBefore=10, spaceAfter=3),
        *[kit.say(TYPES[kind], 9.5, textColor="#555555") for kind in kinds],
        Spacer(1, 5),
    ]
    told: set[str] = set()
    for one in items:
        made += _case_of(one, items, form, kit, told)
        made += _item(one, kit, len(worth) > 1)
    return made


def _case_of(
    one: PrintedItem, items: Sequence[PrintedItem], form: Json, kit: Kit, told: set[str]
) -> Iterator[Flowable]:
    """The shared material before the first of its items."""
    case = one.item.get("case")
    if case is None or case["code"] in told:
        return
    told.add(case["code"])
    numbers = [other.number for other in items if other.item.get("case", {}).get("code") == case["code"]]
    yield CondPageBreak(60 * MM)
    yield kit.say(WORDS["case_items"].format(a=min(numbers), b=max(numbers)), 10.5, bold=True, spaceBefore=6)
    stimulus = flow(form["cases"][case["code"]]["stimulus"], kit, NO_WIDTHS, wide=WIDE - 14)
    yield Table([[stimulus]], [WIDE], style=TableStyle([("BOX", (0, 0), (-1, -1), 0.6, "#888888")]), splitInRow=1)
    yield Spacer(1, 4)


def _item(one: PrintedItem, kit: Kit, with_points: bool) -> list[Flowable]:
    """One item; its stem never stands alone at the foot of a page."""
    item = one.item
    points = WORDS["item_points"].format(n=item["points"]) if with_points else ""
    widths = {blank["id"]: int(blank.get("width", 8)) for blank in one.interaction.get("blanks", [])}
    stem = flow(item["stem"], kit, widths, lead=f"<b>{one.number}.</b>　{points}")
    rest = list(_answers(one, kit))
    together = [*stem, *rest[:1]] if sum(_height(each) for each in [*stem, *rest[:1]]) < 180 * MM else []
    return [
        KeepTogether(together) if together else Spacer(1, 1),
        *(rest[1:] if together else [*stem, *rest]),
        Spacer(1, 7),
    ]


def _height(flowable: Flowable) -> float:
    return float(flowable.wrap(WIDE, 10_000)[1])


def _answers(one: PrintedItem, kit: Kit) -> Iterator[Flowable]:
    """What stands below the stem of each type."""
    item, interaction = one.item, one.interaction
    if item["type"] == "matching":
        yield _pairs(item, kit)
    elif item["type"] == "inline_choice":
        for gap in interaction["gaps"]:
            yield kit.say(f"{WORDS['gap'].format(n=gap['id'])}　{_choices(gap['options'])}", leftIndent=20)
    elif item["type"] in ("hotspot", "drawing"):
        if interaction.get("asset"):
            yield from figure(kit, interaction["asset"], interaction.get("alt", ""))
        if item["type"] == "hotspot":
            yield kit.say(WORDS["choose"].format(n=interaction["choose"]), 9.5, leftIndent=20)
    elif item["type"] == "numeric_entry" and interaction.get("unit") == "shown":
        yield kit.say(f"{WORDS['unit']}：{escaped(interaction['unit_text'])}", 9.5, leftIndent=20)
    elif item["options"] and item["type"] != "true_false":
        yield from _options(item["options"], kit)


def _words(blocks: Sequence[Json]) -> str | None:
    """The text of an option that is one plain paragraph."""
    return blocks[0]["text"] if len(blocks) == 1 and blocks[0]["kind"] == "text" else None


def _choices(options: Sequence[Json]) -> str:
    """Options of a gap in one line."""
    return "　".join(f"{escaped(one['id'])}. {escaped(_words(one['content']) or '')}" for one in options)


def _options(options: Sequence[Json], kit: Kit) -> Iterator[Flowable]:
    """Options below each other; two in a line when all are short."""
    texts = [_words(option["content"]) for option in options]
    longest = max((len(text) if text is not None else 99 for text in texts), default=0)
    across = 4 if longest <= SHORT // 3 else 2
    if longest <= SHORT:
        cells: list[Any] = [
            kit.say(f"{option['id']}. {escaped(text or '')}") for option, text in zip(options, texts, strict=True)
        ]
        cells += [""] * (-len(cells) % across)
        rows = [cells[at : at + across] for at in range(0, len(cells), across)]
        style = TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("TOPPADDING", (0, 0), (-1, -1), 1),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
            ]
        )
        yield Table(rows, [156 * MM / across] * across, style=style, hAlign="LEFT")
        return
    for option in options:
        yield from _indented(flow(option["content"], kit, NO_WIDTHS, lead=f"{option['id']}. ", wide=WIDE - 40))


def _indented(flowables: Sequence[Flowable]) -> Iterator[Flowable]:
    for one in flowables:
        if isinstance(one, Paragraph):
            one.style.leftIndent = 20
        yield one


def _pairs(item: Json, kit: Kit) -> Flowable:
    """Left side and what may be matched to it, beside each other."""
    left = [each for one in item["options"] for each in flow(one["content"], kit, NO_WIDTHS, f"{one['id']}. ", 75 * MM)]
    targets = item["interaction"]["targets"]
    right = [each for one in targets for each in flow(one["content"], kit, NO_WIDTHS, f"{one['id']}. ", 75 * MM)]
    return Table([[left, right]], [80 * MM] * 2, style=TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP")]), hAlign="LEFT")
