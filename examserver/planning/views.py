"""Decides how plans, rosters and seats are shown: numbers of documents and phones only masked."""

from collections.abc import Sequence
from typing import Protocol

from examserver.institutions.codes import LEVEL_NAMES_ZH
from examserver.kernel.errors import Json
from examserver.planning.gates import Gate
from examserver.planning.identity_number import mask_number, mask_phone
from examserver.planning.roster import Roster
from examserver.planning.seating import lay_out, spare_names


class Listed(Protocol):
    """What a view needs of a candidate on the roster."""

    id: str
    position: int
    name: str
    document_type: str
    document_number: str
    sex: str
    employer: str
    phone: str
    extra_s: int
    ticket: str | None
    seat: str | None
    form: str | None


def candidate_view(one: Listed) -> Json:
    """A candidate, masked."""
    return {
        "candidate": one.id,
        "position": one.position,
        "name": one.name,
        "document_type": one.document_type,
        "document_masked": mask_number(one.document_number),
        "sex": one.sex,
        "employer": one.employer,
        "phone_masked": mask_phone(one.phone),
        "extra_s": one.extra_s,
        "ticket": one.ticket,
        "seat": one.seat,
        "form": one.form,
    }


def roster_report(roster: Roster, taken: int, candidates: int) -> Json:
    """What a spreadsheet held and what went in."""
    return {
        "rows": roster.rows,
        "good": len(roster.good),
        "faults": [vars(fault) for fault in roster.faults],
        "taken": taken,
        "candidates": candidates,
    }


def seating_view(plan: str, seed: str | None, room: Json, forms: Sequence[Json], candidates: Sequence[Listed]) -> Json:
    """The room with who sits where."""
    names = {form["form"]: form["name"] for form in forms}
    at = {one.seat: one for one in candidates if one.seat}
    rows, columns = room["rows"], room["columns"]
    return {
        "plan": plan,
        "seed": seed,
        "rows": rows,
        "columns": columns,
        "spares": list(spare_names(rows, columns, room["spares"])),
        "seats": [{**vars(seat), **_occupied(at.get(seat.seat), names)} for seat in lay_out(rows, columns)],
    }


def _occupied(one: Listed | None, names: Json) -> Json:
    if one is None:
        return {"form": None, "form_name": None, "occupant": None}
    occupant = {
        "candidate": one.id,
        "name": one.name,
        "document_masked": mask_number(one.document_number),
        "ticket": one.ticket,
    }
    return {"form": one.form, "form_name": names.get(one.form or ""), "occupant": occupant}


def gate_view(gate: Gate) -> Json:
    """A gate as endpoints show it."""
    return vars(gate)


def level_view(level: int) -> str:
    """The Chinese name of a level."""
    return LEVEL_NAMES_ZH[level]
