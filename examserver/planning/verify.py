"""Verifies a sitting order from its file alone, for the hall, an inspector, or anybody.

Follows `examserver/docs/formats.md`, "Sitting order", and shares no step with its maker: the seating rule is checked
again here, from the rows and columns the order itself states.
"""

from collections.abc import Iterator
from pathlib import Path

from examserver.kernel.canonical import digest
from examserver.kernel.checklist import Checklist
from examserver.kernel.checks import Report
from examserver.kernel.documents import Trust, check_signatures, read_document
from examserver.kernel.errors import Json
from examserver.kernel.fields import Fields
from examserver.kernel.opener import Opener
from itembank.papers.manifest import MANIFEST_NAME

Fault = tuple[str, str]


def verify_order(path: Path, trust: Trust | None, opener: Opener | None) -> Report:
    """Checks a sitting order; with papers among the companions of `opener` also that they are the ones named."""
    checks = Checklist(path.name)
    try:
        data = path.read_bytes()
    except OSError as error:
        checks.hold("file_readable", False, f"the file cannot be read: {error.strerror}")
        return checks.report(path, "sitting order")
    document = checks.attempt("order_readable", f"digest {digest(data)}", read_document, data, "exam.sitting-order")
    if document is not None:
        checks.extend(check_signatures(document, trust, {"authority"}))
        checks.hold("order_version", document.version == 1, f"version {document.version}")
        fields = checks.attempt("order_complete", "every field is there and of its kind", _read, document.body)
        if fields is not None:
            _check_content(document.body, checks)
            _check_companions(document.body, opener, checks)
    return checks.report(path, "sitting order")


def _read(body: Json) -> bool:
    """Read every field strictly; raises MalformedField."""
    fields = Fields(body, "order")
    for name in ("sitting", "plan", "centre", "occupation_name", "hall_key", "seat_seed"):
        fields.text(name, 200)
    fields.text("standard", 200, empty=True)
    fields.text("occupation_code", 20)
    fields.integer("level", 1, 5)
    for name in ("starts_ms", "release_opens_ms", "release_closes_ms"):
        fields.integer(name)
    fields.integer("duration_s", 1, 86_400)
    fields.integer("late_entry_cutoff_s", 0, 86_400)
    fields.integer("grace_s", 0, 3600)
    fields.choice("late_entry_deadline", ["sitting", "own"])
    fields.texts("forms", 1000)
    fields.texts("reserve_forms", 1000)
    fields.binary("grading_key", 32)
    _read_parts(fields)
    fields.finish()
    return True


def _read_parts(fields: Fields) -> None:
    institution, room = fields.within("institution"), fields.within("room")
    institution.text("code", 13)
    institution.text("name", 200)
    institution.finish()
    room.text("name", 200)
    room.integer("rows", 1, 200)
    room.integer("columns", 1, 200)
    room.texts("spares", 2000)
    for seat in room.many("seats", 20_000):
        seat.text("seat", 8)
        seat.integer("row", 1, 500)
        seat.integer("column", 1, 500)
        seat.finish()
    room.finish()
    for paper in fields.many("papers", 100):
        paper.text("paper", 80)
        paper.digest("manifest_digest")
        paper.finish()
    for member in fields.many("staff", 500):
        for name in ("name", "role", "login"):
            member.text(name, 120, empty=name == "login")
        member.finish()
    for one in fields.many("candidates", 20_000):
        _read_candidate(one)
    _read_policy(fields.within("policy"), fields)


def _read_candidate(one: Fields) -> None:
    for name in ("candidate", "ticket", "name", "seat", "form"):
        one.text(name, 100)
    one.text("document_tail", 8, empty=True)
    one.digest("document_check")
    one.nullable("photo", one.digest)
    extra = one.within("accommodations")
    extra.integer("extra_s", 0, 86_400)
    extra.finish()
    one.finish()


def _read_policy(policy: Fields, fields: Fields) -> None:
    player = policy.within("player")
    player.integer("rules_s", 0, 3600)
    player.choice("seat_camera", ["required", "optional"])
    player.finish()
    for name in sorted(set(fields.any("policy")) - {"player"}):
        value = policy.within(name)
        for part in ("unit", "source", "from", "approver"):
            value.text(part, 400)
        value.any("value")
        value.finish()


def _check_content(body: Json, checks: Checklist) -> None:
    seats = {one["seat"]: (one["row"], one["column"]) for one in body["room"]["seats"]}
    checks.each("times_in_order", _time_faults(body), f"starts {body['starts_ms']}, {body['duration_s']} s")
    checks.each("candidates_distinct", _repeated(body), f"{len(body['candidates'])} candidates")
    checks.each("seats_exist", _seat_faults(body, seats), "every candidate sits on a seat of the room")
    checks.each("forms_allotted", _form_faults(body), "forms in use only, none from the reserve")
    checks.each("neighbours_differ", _neighbour_faults(body, seats), "left, right, front and back have other forms")


def _time_faults(body: Json) -> Iterator[Fault]:
    if not body["release_opens_ms"] < body["release_closes_ms"]:
        yield "release_opens_ms", "the release window is empty"
    if not body["release_opens_ms"] <= body["starts_ms"] + 1000 * body["late_entry_cutoff_s"]:
        yield "release_opens_ms", "release opens only after nobody may enter any more"
    if body["late_entry_cutoff_s"] > body["duration_s"]:
        yield "late_entry_cutoff_s", "entry would close after the end"


def _repeated(body: Json) -> Iterator[Fault]:
    for name in ("candidate", "ticket", "seat", "document_check"):
        values = [one[name] for one in body["candidates"]]
        for value in sorted({value for value in values if values.count(value) > 1}):
            yield f"candidates.{name}", f"{value} occurs twice"
    labels = [one["seat"] for one in body["room"]["seats"]]
    for label in sorted({label for label in labels if labels.count(label) > 1}):
        yield "room.seats", f"seat {label} occurs twice"


def _seat_faults(body: Json, seats: dict[str, tuple[int, int]]) -> Iterator[Fault]:
    for one in body["candidates"]:
        if one["seat"] not in seats:
            yield f"ticket {one['ticket']}", f"seat {one['seat']} is not a seat of the room"


def _form_faults(body: Json) -> Iterator[Fault]:
    for form in sorted(set(body["forms"]) & set(body["reserve_forms"])):
        yield f"form {form}", "it is in use and in reserve"
    for one in body["candidates"]:
        if one["form"] not in body["forms"]:
            yield f"ticket {one['ticket']}", f"form {one['form']} is not among the forms in use"


def _neighbour_faults(body: Json, seats: dict[str, tuple[int, int]]) -> Iterator[Fault]:
    at = {seats[one["seat"]]: one for one in body["candidates"] if one["seat"] in seats}
    for (row, column), one in sorted(at.items()):
        for place in ((row, column + 1), (row + 1, column)):
            other = at.get(place)
            if other is not None and other["form"] == one["form"]:
                yield f"seats {one['seat']} and {other['seat']}", f"both have form {one['form']}"


def _check_companions(body: Json, opener: Opener | None, checks: Checklist) -> None:
    """Compare manifests given beside the order with the digests it names."""
    named = {one["manifest_digest"] for one in body["papers"]}
    for path in opener.companions if opener else ():
        if path.name.endswith(MANIFEST_NAME):
            found = digest(path.read_bytes())
            checks.hold("paper_named", found in named, f"manifest {found}", path.name)
