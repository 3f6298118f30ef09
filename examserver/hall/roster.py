"""Decides what a sitting order says: who sits where with which form, by which times, under which policy.

Read strictly from the signed order (`exam.sitting-order/1`); the hall knows candidates from nowhere else.
The second factor is never in the order in clear: a candidate is recognised by the digest of ticket and document.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from examserver.hall.timing import LateEntryDeadline, Schedule
from examserver.kernel.canonical import digest_of, nfc
from examserver.kernel.errors import Invalid, Refused
from examserver.kernel.fields import Fields

ORDER_TYPE = "exam.sitting-order"
LEVELS = {5: "五级（初级工）", 4: "四级（中级工）", 3: "三级（高级工）", 2: "二级（技师）", 1: "一级（高级技师）"}


class OrderContradicts(Invalid):
    """The order is well-formed but says things that can't all be true."""

    code = "order.contradicts"
    message_zh = "场次指令自相矛盾：{reason_zh}"
    message_en = "The sitting order contradicts itself: {reason_en}"
    next_zh = "请向主管部门索取改正后的场次指令"
    next_en = "Ask the authority for a corrected order"


class OrderForAnotherHall(Refused):
    """The order names another hall's key."""

    code = "order.other_hall"
    message_zh = "这份场次指令是发给另一考场服务器（{hall_key}）的"
    message_en = "This sitting order is for another hall ({hall_key})"
    next_zh = "请核对考场，或请主管部门为本考场重新签发"
    next_en = "Check the hall, or ask the authority for an order made out to this hall"


@dataclass(frozen=True)
class Place:
    """One seat of the room."""

    seat: str
    row: int
    column: int
    spare: bool


@dataclass(frozen=True)
class Entrant:
    """One candidate as the order lists them."""

    candidate: str
    ticket: str
    name: str
    document_tail: str
    document_check: str
    seat: str
    form: str
    photo: str | None
    extra_s: int


@dataclass(frozen=True)
class PaperWanted:
    """A paper the sitting uses."""

    paper: str
    manifest_digest: str


@dataclass(frozen=True)
class Window:
    """When custodians may release."""

    opens_ms: int
    closes_ms: int


@dataclass(frozen=True)
class Order:
    """The whole order."""

    sitting: str
    plan: str
    institution: str
    centre: str
    room: str
    rows: int
    columns: int
    places: tuple[Place, ...]
    occupation_code: str
    occupation: str
    level: int
    standard: str
    schedule: Schedule
    release: Window
    papers: tuple[PaperWanted, ...]
    forms: tuple[str, ...]
    reserve_forms: tuple[str, ...]
    entrants: tuple[Entrant, ...]
    policy: dict[str, Any]
    grading_key: bytes
    hall_key: str

    @property
    def title(self) -> str:
        """What candidates and staff call the sitting."""
        return f"{self.occupation} {LEVELS[self.level]}"

    @cached_property
    def by_ticket(self) -> dict[str, Entrant]:
        """The candidates by ticket."""
        return {one.ticket: one for one in self.entrants}

    def entrant(self, ticket: str) -> Entrant | None:
        """The candidate with this ticket, if the order lists one."""
        return self.by_ticket.get(ticket)


def document_check(ticket: str, document_number: str) -> str:
    """Give the digest by which the second factor is recognised: upper case, no spaces, NFC."""
    plain = nfc("".join(document_number.split()).upper())
    return digest_of({"ticket": ticket, "document_number": plain}, "exam.document-check", 1)


def read_order(body: dict[str, Any]) -> Order:
    """Read an order's body; raises MalformedField or OrderContradicts."""
    fields = Fields(body, "order")
    room = fields.within("room")
    institution = fields.within("institution")
    order = Order(
        sitting=fields.text("sitting", 40),
        plan=fields.text("plan", 40),
        institution=institution.text("name", 200),
        centre=_named(fields, "centre"),
        room=room.text("name", 200),
        rows=room.integer("rows", 1, 200),
        columns=room.integer("columns", 1, 200),
        places=_places(room),
        occupation_code=fields.text("occupation_code", 20),
        occupation=fields.text("occupation_name", 100),
        level=fields.integer("level", 1, 5),
        standard=fields.text("standard", 200, empty=True),
        schedule=_schedule(fields),
        release=Window(fields.integer("release_opens_ms"), fields.integer("release_closes_ms")),
        papers=tuple(_paper(one) for one in fields.many("papers", 100)),
        forms=tuple(fields.texts("forms", 1000)),
        reserve_forms=tuple(fields.texts("reserve_forms", 1000)),
        entrants=tuple(_entrant(one) for one in fields.many("candidates", 20_000)),
        policy=dict(fields.any("policy")) if isinstance(fields.any("policy"), dict) else {},
        grading_key=fields.binary("grading_key", 32),
        hall_key=fields.text("hall_key", 60),
    )
    _check_agreement(order)
    return order


def _named(fields: Fields, name: str) -> str:
    """A text, or the name inside an object."""
    value = fields.any(name)
    return fields.within(name).text("name", 200) if isinstance(value, dict) else fields.text(name, 200, empty=True)


def _places(room: Fields) -> tuple[Place, ...]:
    spares = set(room.texts("spares", 2000))
    seats = [
        Place(one.text("seat", 8), one.integer("row", 1, 500), one.integer("column", 1, 500), False)
        for one in room.many("seats", 20_000)
    ]
    listed = {place.seat for place in seats}
    last = max((place.row for place in seats), default=0)
    extra = [Place(seat, last + 1, at + 1, True) for at, seat in enumerate(sorted(spares - listed))]
    return tuple([Place(p.seat, p.row, p.column, p.seat in spares) for p in seats] + extra)


def _schedule(fields: Fields) -> Schedule:
    return Schedule(
        starts_ms=fields.integer("starts_ms"),
        duration_s=fields.integer("duration_s", 1, 86_400),
        late_entry_cutoff_s=fields.integer("late_entry_cutoff_s", 0, 86_400),
        grace_s=fields.integer("grace_s", 0, 3600),
        late_entry_deadline=LateEntryDeadline(fields.choice("late_entry_deadline", ["sitting", "own"])),
    )


def _paper(one: Fields) -> PaperWanted:
    return PaperWanted(one.text("paper", 40), one.digest("manifest_digest"))


def _entrant(one: Fields) -> Entrant:
    return Entrant(
        candidate=one.text("candidate", 40),
        ticket=one.text("ticket", 40),
        name=one.text("name", 100),
        document_tail=one.text("document_tail", 8, empty=True),
        document_check=one.digest("document_check"),
        seat=one.text("seat", 8),
        form=one.text("form", 40),
        photo=one.nullable("photo", one.digest),
        extra_s=one.within("accommodations").integer("extra_s", 0, 86_400),
    )


def _check_agreement(order: Order) -> None:
    seats = [place.seat for place in order.places]
    _one_each("座位号", "seat", seats)
    _one_each("准考证号", "ticket", [one.ticket for one in order.entrants])
    _one_each("座位", "seat of a candidate", [one.seat for one in order.entrants])
    known, forms = set(seats), set(order.forms)
    for one in order.entrants:
        if one.seat not in known:
            raise _contradiction(f"考生 {one.ticket} 的座位 {one.seat} 不存在", f"seat {one.seat} does not exist")
        if one.form not in forms:
            raise _contradiction(f"考生 {one.ticket} 的试卷不在列", f"form {one.form} is not in the order")
    if order.release.opens_ms >= order.release.closes_ms:
        raise _contradiction("试卷启封时段为空", "the release window is empty")


def _one_each(zh: str, en: str, values: list[str]) -> None:
    twice = sorted({value for value in values if values.count(value) > 1}) if len(set(values)) < len(values) else []
    if twice:
        raise _contradiction(f"{zh} {twice[0]} 重复", f"{en} {twice[0]} occurs twice")


def _contradiction(zh: str, en: str) -> OrderContradicts:
    return OrderContradicts(reason_zh=zh, reason_en=en)
