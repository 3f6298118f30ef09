"""Decides what an admission ticket says and how it looks.

For: candidates, who carry it to the exam room. Source: the ticket's customary content (person, document, number,
occupation and level, place, seat, time, rules). Three tickets on an A4 page, to be cut apart; the document number
is masked because the page passes through many hands.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from examserver.plumbing.pages import GREY, Sheet, register_fonts
from examserver.plumbing.typeface import FontSource

PER_PAGE = 3
WIDTH, HEIGHT, MARGIN = 210.0, 297.0, 12.0
CARD = (HEIGHT - 2 * MARGIN) / PER_PAGE
BLUE = (0.08, 0.26, 0.48)
LABELS = ("姓名", "性别", "证件号码", "准考证号", "职业（工种）", "等级", "考点", "考场", "座位", "考试时间")
CUT_HERE = "沿此线裁开"


@dataclass(frozen=True)
class Ticket:
    """What one ticket says; texts as they are printed."""

    number: str
    name: str
    sex: str
    document_masked: str
    occupation: str
    level: str
    centre: str
    room: str
    seat: str
    period: str


@dataclass(frozen=True)
class TicketFrame:
    """What all tickets of a sitting share."""

    title: str
    institution: str
    subject: str
    rules: tuple[str, ...]


def fill_rules(rules: Sequence[str], late_entry_cutoff_s: int) -> tuple[str, ...]:
    """The rules with the sitting's own limits in place of their fields."""
    minutes, seconds = divmod(late_entry_cutoff_s, 60)
    late_entry = (f"{minutes}分钟" if minutes else "") + (f"{seconds}秒" if seconds or not minutes else "")
    return tuple(rule.replace("{late_entry}", late_entry) for rule in rules)


def print_tickets(frame: TicketFrame, tickets: Sequence[Ticket], sources: Mapping[str, Sequence[FontSource]]) -> bytes:
    """Return the PDF of all tickets, three to an A4 page, in the order given."""
    sheet = Sheet(WIDTH, HEIGHT, f"{frame.title} {frame.subject}", register_fonts(_texts(frame, tickets), sources))
    for position, ticket in enumerate(tickets):
        if position and position % PER_PAGE == 0:
            sheet.next_page()
        top = MARGIN + (position % PER_PAGE) * CARD
        _draw_ticket(sheet, frame, ticket, top)
        if position % PER_PAGE < PER_PAGE - 1:
            _draw_cut(sheet, top + CARD)
    return sheet.finish()


def _texts(frame: TicketFrame, tickets: Sequence[Ticket]) -> dict[str, list[str]]:
    """Every text of the document by style, so that the fonts hold it."""
    words = [frame.title, frame.institution, frame.subject, *frame.rules, *LABELS, CUT_HERE, "0123456789. 考生须知"]
    said = [text for ticket in tickets for text in vars(ticket).values()]
    return {"regular": [*words, *said], "bold": [*words, *said]}


def _draw_ticket(sheet: Sheet, frame: TicketFrame, ticket: Ticket, top: float) -> None:
    """Draw one ticket below `top`."""
    left, right = MARGIN + 3, WIDTH - MARGIN - 3
    sheet.text(left, top + 9, frame.title, 15, "bold", ink=BLUE)
    sheet.text(right, top + 8.5, frame.institution, sheet.fitted(frame.institution, 9, 90), align="right", ink=GREY)
    sheet.line(left, top + 12, right, top + 12, 0.8, BLUE)
    _draw_rows(sheet, ticket, left, top + 19)
    sheet.qr(right - 33, top + 15, 33, ticket.number)
    sheet.text(right - 16.5, top + 51, ticket.number, sheet.fitted(ticket.number, 8, 36), align="center", ink=GREY)
    _draw_rules(sheet, frame.rules, left, top + 62, right - left)


def _draw_rows(sheet: Sheet, ticket: Ticket, left: float, y: float) -> None:
    """Draw the labelled values in two columns, number and seat larger."""
    wide, half = 112.0, 56.0
    rows = (
        ((LABELS[0], ticket.name, half), (LABELS[1], ticket.sex, half)),
        ((LABELS[2], ticket.document_masked, wide),),
        ((LABELS[3], ticket.number, wide),),
        ((LABELS[4], ticket.occupation, half + 14), (LABELS[5], ticket.level, half - 14)),
        ((LABELS[9], ticket.period, wide),),
        ((LABELS[6], ticket.centre, wide),),
        ((LABELS[7], ticket.room, half + 14), (LABELS[8], ticket.seat, half - 14)),
    )
    for row in rows:
        x = left
        for label, value, width in row:
            strong = label in (LABELS[0], LABELS[3], LABELS[8])
            sheet.text(x, y, label, 8.5, ink=GREY)
            start = 22 if x == left else 14
            size = sheet.fitted(value, 12 if strong else 10.5, width - start - 2, "bold" if strong else "regular")
            sheet.text(x + start, y, value, size, "bold" if strong else "regular")
            x += width + 14
        y += 6.1


def _draw_rules(sheet: Sheet, rules: Sequence[str], left: float, y: float, width: float) -> None:
    """Draw the rules for candidates, numbered."""
    sheet.line(left, y - 1.5, left + width, y - 1.5, 0.3, GREY)
    y += 3
    for number, rule in enumerate(rules, start=1):
        sheet.text(left, y, f"{number}.", 7.5, ink=GREY)
        y = sheet.paragraph(left + 4, y, rule, 7.5, width - 4, 3.6)


def _draw_cut(sheet: Sheet, y: float) -> None:
    """Draw the dashed line to cut along."""
    sheet.canvas.saveState()
    sheet.canvas.setDash(3, 3)
    sheet.line(6, y, WIDTH - 6, y, 0.3, GREY)
    sheet.canvas.restoreState()
    sheet.text(WIDTH / 2, y - 1, CUT_HERE, 6, align="center", ink=GREY)
