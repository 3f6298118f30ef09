"""Decides what a sitting order says, as the authority signs it for one hall.

Source: the format `exam.sitting-order/1`. A candidate's document number never travels: the hall gets its last four
characters to show and a digest to compare with what the candidate types.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from examserver.kernel.canonical import b64u, digest_of
from examserver.kernel.errors import Json
from examserver.planning.identity_number import normalise_number
from examserver.planning.seating import Seat

ORDER_TYPE = "exam.sitting-order"


@dataclass(frozen=True)
class OrderedCandidate:
    """One candidate with everything the order needs to say of them."""

    candidate: str
    ticket: str
    name: str
    document_number: str
    seat: str
    form: str
    extra_s: int


@dataclass(frozen=True)
class OrderTimes:
    """When the sitting starts and which limits hold, all of it policy or the plan's own."""

    starts_ms: int
    duration_s: int
    late_entry_cutoff_s: int
    grace_s: int
    release_opens_ms: int
    release_closes_ms: int
    late_entry_deadline: str


@dataclass(frozen=True)
class OrderHeader:
    """What the sitting is."""

    sitting: str
    plan: str
    institution: Json
    centre: str
    room_name: str
    rows: int
    columns: int
    spares: tuple[str, ...]
    occupation_code: str
    occupation_name: str
    level: int
    standard: str
    seat_seed: str


def order_body(
    header: OrderHeader,
    times: OrderTimes,
    seats: Sequence[Seat],
    papers: Sequence[Json],
    forms: tuple[Sequence[str], Sequence[str]],
    candidates: Sequence[OrderedCandidate],
    staff: Sequence[Json],
    policy: Json,
    grading_key: bytes,
    hall_key: str,
) -> Json:
    """Return the body of the order; `forms` are those in use and those in reserve."""
    return {
        "sitting": header.sitting,
        "plan": header.plan,
        "institution": header.institution,
        "centre": header.centre,
        "room": _room(header, seats),
        "occupation_code": header.occupation_code,
        "occupation_name": header.occupation_name,
        "level": header.level,
        "standard": header.standard,
        "starts_ms": times.starts_ms,
        "duration_s": times.duration_s,
        "late_entry_cutoff_s": times.late_entry_cutoff_s,
        "grace_s": times.grace_s,
        "release_opens_ms": times.release_opens_ms,
        "release_closes_ms": times.release_closes_ms,
        "late_entry_deadline": times.late_entry_deadline,
        "papers": list(papers),
        "forms": sorted(forms[0]),
        "reserve_forms": sorted(forms[1]),
        "seat_seed": header.seat_seed,
        "candidates": [_candidate(one) for one in sorted(candidates, key=lambda one: one.ticket)],
        "staff": list(staff),
        "policy": policy,
        "grading_key": b64u(grading_key),
        "hall_key": hall_key,
    }


def document_check(ticket: str, document_number: str) -> str:
    """Return the digest by which the hall recognises the number a candidate types."""
    number = normalise_number(document_number)
    return digest_of({"ticket": ticket, "document_number": number}, "exam.document-check", 1)


def _room(header: OrderHeader, seats: Sequence[Seat]) -> Json:
    return {
        "name": header.room_name,
        "rows": header.rows,
        "columns": header.columns,
        "seats": [{"seat": seat.seat, "row": seat.row, "column": seat.column} for seat in seats],
        "spares": list(header.spares),
    }


def _candidate(one: OrderedCandidate) -> Json:
    return {
        "candidate": one.candidate,
        "ticket": one.ticket,
        "name": one.name,
        "document_tail": one.document_number[-4:],
        "document_check": document_check(one.ticket, one.document_number),
        "seat": one.seat,
        "form": one.form,
        "photo": None,
        "accommodations": {"extra_s": one.extra_s},
    }
