"""Decides whether ordered plans and their rosters still say what was signed, for the daily check and any auditor.

Source: an insider may change a row of a plan or roster, never the signed order. Every field that the order states and
the database holds is compared, and what differs is named with both values.
"""

from collections.abc import Iterator

from examserver.kernel.checks import Check
from examserver.kernel.documents import check_signatures, read_document
from examserver.kernel.errors import ExamError, Json
from examserver.planning.actions import plan_vault
from examserver.planning.order import document_check
from examserver.planning.tables import CandidateRow, PlanRow, all_plans, candidates_of
from examserver.plumbing.trust import trust_of
from examserver.plumbing.work import Work

PLAIN = (
    "sitting", "centre", "occupation_code", "occupation_name", "level", "standard", "starts_ms", "duration_s",
    "late_entry_cutoff_s", "late_entry_deadline", "grace_s", "release_opens_ms", "release_closes_ms", "seat_seed",
)  # fmt: skip


def fsck(work: Work) -> list[Check]:
    """Every difference between ordered plans and their signed orders, or one passed check."""
    ordered = [row for row in all_plans(work.session) if row.state == "ordered"]
    found = [check for row in ordered for check in _plan_faults(work, row)]
    return found or [Check("plans", True, f"{len(ordered)} ordered plans say what was signed")]


def _plan_faults(work: Work, row: PlanRow) -> Iterator[Check]:
    place = f"plan {row.id} sitting {row.sitting}"
    try:
        order = read_document(plan_vault(work.runtime).get(row.order_digest or ""), "exam.sitting-order")
    except ExamError as error:
        yield Check("plan_order", False, error.text("en"), place)
        return
    failed = (one for one in check_signatures(order, trust_of(work), {"authority"}) if not one.ok)
    yield from (Check("plan_order_signature", False, one.detail, place) for one in failed)
    for name, stored, signed in _compared(row, order.body):
        if stored != signed:
            yield Check("plan_row", False, f"stored {stored}, signed {signed}", f"{place} field {name}")
    yield from _roster_faults(place, candidates_of(work.session, row.id), order.body["candidates"])


def _compared(row: PlanRow, body: Json) -> Iterator[tuple[str, object, object]]:
    """(field, stored, signed) of everything both say."""
    yield from ((name, getattr(row, name), body.get(name)) for name in PLAIN)
    yield "id", row.id, body.get("plan")
    yield "institution", {"code": row.code13, "name": row.institution_name}, body.get("institution")
    yield "cut_score", row.cut_score, body["policy"]["cut_score"]["value"]
    yield "hall_key", row.order_hall, body.get("hall_key")
    paper = row.paper or {}
    yield "paper", [{"paper": paper.get("paper"), "manifest_digest": paper.get("manifest_digest")}], body.get("papers")


def _roster_faults(place: str, rows: list[CandidateRow], signed: list[Json]) -> Iterator[Check]:
    """Candidates that are missing, extra or changed; document numbers are compared by digest and never printed."""
    stored = {row.id: row for row in rows}
    said = {one["candidate"]: one for one in signed}
    for candidate in sorted(set(stored) ^ set(said)):
        detail = "signed, but not on the roster" if candidate in said else "on the roster, but not in the order"
        yield Check("plan_roster", False, detail, f"{place} candidate {candidate}")
    for candidate in sorted(set(stored) & set(said)):
        row, one = stored[candidate], said[candidate]
        for name in ("ticket", "name", "seat", "form"):
            if getattr(row, name) != one[name]:
                detail = f"stored {getattr(row, name)}, signed {one[name]}"
                yield Check("plan_roster", False, detail, f"{place} candidate {candidate} field {name}")
        if document_check(one["ticket"], row.document_number) != one["document_check"]:
            detail = "the document number is not the one that was signed"
            yield Check("plan_roster", False, detail, f"{place} candidate {candidate} field document_number")
