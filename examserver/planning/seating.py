"""Decides which seat and which form each candidate gets.

For: the seating of a sitting and its signed order. Source: the hall's rule that neighbours (left, right, front,
back) never answer the same form, so that a glance aside shows other items; the draw is seeded and recorded so
that anybody can repeat it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from examserver.kernel.errors import Invalid, Refused
from examserver.kernel.seeds import Draw


class TooFewSeats(Refused):
    code = "seating.too_few_seats"
    message_zh = "考场 {seats} 个座位坐不下 {candidates} 名考生。"
    message_en = "{candidates} candidates do not fit on {seats} seats."
    next_zh = "请换更大的考场或分成多个场次。"
    next_en = "Use a larger room or more than one sitting."


class TooFewForms(Refused):
    code = "seating.too_few_forms"
    message_zh = "{forms} 套试卷不能让 {candidates} 名考生在 {seats} 个座位上前后左右都不同卷；隔位就座最多 {fits} 人。"
    message_en = (
        "With {forms} form(s), {candidates} candidates on {seats} seats cannot all differ from their neighbours; "
        "leaving seats between them, {fits} fit."
    )
    next_zh = "请使用至少两套平行卷的试卷包，或换更大的考场。"
    next_en = "Use a paper with at least two parallel forms, or a larger room."


class NoForms(Invalid):
    code = "seating.no_forms"
    message_zh = "没有可分配的试卷。"
    message_en = "There are no forms to allot."
    next_zh = "请先导入密封试卷包。"
    next_en = "Import the sealed paper first."


@dataclass(frozen=True)
class Seat:
    """One place of the room; rows count from the front, columns from the left, both from 1."""

    seat: str
    row: int
    column: int


@dataclass(frozen=True)
class Placement:
    """Where one candidate sits and which form is allotted there."""

    candidate: str
    seat: Seat
    form: str


def lay_out(rows: int, columns: int) -> tuple[Seat, ...]:
    """Return the seats of a full rectangular room, numbered row by row from the front left."""
    width = max(2, len(str(rows * columns)))
    places = [(row, column) for row in range(1, rows + 1) for column in range(1, columns + 1)]
    return tuple(Seat(f"{n:0{width}d}", row, column) for n, (row, column) in enumerate(places, start=1))


def spare_names(rows: int, columns: int, spares: int) -> tuple[str, ...]:
    """Return the names of the spare workstations: the numbers that follow the seats'."""
    width = max(2, len(str(rows * columns + spares)))
    return tuple(f"{rows * columns + n:0{width}d}" for n in range(1, spares + 1))


def draw_seating(
    candidates: Sequence[str], seats: Sequence[Seat], forms: Sequence[str], seed: str
) -> tuple[Placement, ...]:
    """Return one placement per candidate, in seat order, the same for the same arguments.

    Raises TooFewSeats, TooFewForms or NoForms when no seating can keep neighbours on different forms.
    """
    if not forms:
        raise NoForms()
    used = choose_seats(seats, len(candidates), len(forms))
    order = Draw(seed, "seats").shuffled(sorted(candidates))
    allotted = allot_forms(used, sorted(forms), Draw(seed, "forms"))
    return tuple(Placement(candidate, seat, allotted[seat.seat]) for candidate, seat in zip(order, used, strict=True))


def choose_seats(seats: Sequence[Seat], count: int, forms: int) -> tuple[Seat, ...]:
    """Return the seats to fill: the first ones, or with a single form only seats that touch no other."""
    ordered = sorted(seats, key=lambda seat: (seat.row, seat.column))
    if count > len(ordered):
        raise TooFewSeats(seats=len(ordered), candidates=count)
    if forms > 1:
        return tuple(ordered[:count])
    apart = max((_squares(ordered, colour) for colour in (0, 1)), key=len)
    if count > len(apart):
        raise TooFewForms(forms=forms, candidates=count, seats=len(ordered), fits=len(apart))
    return tuple(apart[:count])


def neighbours_of(seats: Sequence[Seat]) -> dict[str, tuple[str, ...]]:
    """Return for every seat the seats to its left, right, front and back among those given."""
    at = {(seat.row, seat.column): seat.seat for seat in seats}
    steps = ((0, -1), (0, 1), (-1, 0), (1, 0))
    return {
        seat.seat: tuple(
            at[seat.row + down, seat.column + along]
            for down, along in steps
            if (seat.row + down, seat.column + along) in at
        )
        for seat in seats
    }


def allot_forms(seats: Sequence[Seat], forms: Sequence[str], draw: Draw) -> dict[str, str]:
    """Return a form for every seat so that neighbours differ and the forms are used about equally often.

    Seats are served row by row, so at most two neighbours (left, front) already have a form: three forms always
    suffice. With two forms the room's chessboard decides; with one, the seats given must not touch.
    """
    if len(forms) == 2:
        return _chessboard(seats, forms, draw)
    around = neighbours_of(seats)
    taken: dict[str, str] = {}
    used: Counter[str] = Counter()
    for seat in sorted(seats, key=lambda each: (each.row, each.column)):
        forbidden = {taken[other] for other in around[seat.seat] if other in taken}
        chosen = _least_used([form for form in forms if form not in forbidden], used, draw)
        taken[seat.seat] = chosen
        used[chosen] += 1
    return taken


def clashing(placements: Sequence[Placement]) -> list[tuple[str, str]]:
    """Return the pairs of neighbouring seats that hold the same form."""
    around = neighbours_of([placement.seat for placement in placements])
    form_of: Mapping[str, str] = {placement.seat.seat: placement.form for placement in placements}
    pairs = {(seat, other) for seat, others in around.items() for other in others if seat < other}
    return sorted(pair for pair in pairs if form_of[pair[0]] == form_of[pair[1]])


def _least_used(allowed: Sequence[str], used: Counter[str], draw: Draw) -> str:
    """Return one of the allowed forms used least so far, drawn among equals."""
    fewest = min(used[form] for form in allowed)
    equal = [form for form in allowed if used[form] == fewest]
    return equal[draw.below(len(equal))]


def _chessboard(seats: Sequence[Seat], forms: Sequence[str], draw: Draw) -> dict[str, str]:
    """Return two forms laid out like the colours of a chessboard, which colour is which being drawn."""
    first = draw.below(2)
    return {seat.seat: forms[(seat.row + seat.column + first) % 2] for seat in seats}


def _squares(seats: Sequence[Seat], colour: int) -> list[Seat]:
    """Return the seats of one chessboard colour."""
    return [seat for seat in seats if (seat.row + seat.column) % 2 == colour]
