"""What can be done with assignments: give one, take its steps, see one's own work, read the ledger."""

import logging
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from examserver.kernel.access import system_actor
from examserver.plumbing.contract import on_start
from examserver.plumbing.jobs import Progress, enqueue, job
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.work import Work, open_work
from itembank.assignments.progress import (
    ACCEPTED,
    CLOSED,
    DELIVERED,
    LIVE,
    OFFERED,
    Entry,
    Line,
    Wish,
    check_wishes,
    ledger_of,
    next_step,
    progress_of,
)
from itembank.assignments.tables import (
    AssignmentRow,
    assignments_of,
    load_assignment,
    made_for,
    reviews_by,
    written_by,
)
from itembank.items.state import APPROVED, DRAFT, RETURNED, REVIEWED
from itembank.items.tables import ItemRow, ItemVersionRow, VerdictRow, load_bank
from itembank.review.drawn.actions import mark_overdue
from itembank.review.tables import OPEN, DrawnRow
from itembank.specs.tables import find_specification
from itembank.specs.tree import ContentSpecification
from itembank.units.store import members, today
from itembank.units.tables import load_unit

logger = logging.getLogger("exam.reminders")
JOB = "work_reminders"
REMIND_EVERY_S = 3600
BY_UNIT = ("accept", "decline", "deliver")


@dataclass(frozen=True)
class Returned:
    """An item that came back to its author."""

    item: ItemRow
    comment: str


def assign(
    work: Work, bank_id: str, unit: str, title: str, wishes: list[Wish], due_on: str, note: str
) -> AssignmentRow:
    """A new assignment, offered to the unit; raises AssignmentUnsound or NoSuchUnit."""
    load_bank(work.session, bank_id)
    load_unit(work.session, unit)
    tree = find_specification(work.session, bank_id) or ContentSpecification(())
    check_wishes(wishes, due_on, today(work).isoformat(), tree)
    row = AssignmentRow(
        id=work.new_id("asg"),
        bank_id=bank_id,
        unit_id=unit,
        title=title,
        wishes=[vars(wish) for wish in wishes],
        wanted=sum(wish.wanted for wish in wishes),
        due_on=due_on,
        note=note,
        state=OFFERED,
        by=work.actor.id,
        by_name=work.actor.name,
        created_ms=work.now_ms,
        steps=[],
    )
    work.session.add(row)
    work.session.flush()
    work.record("assignment.offered", row.id, bank=bank_id, unit=unit, wanted=row.wanted, due_on=due_on)
    return row


def progress(work: Work, row: AssignmentRow) -> list[Line]:
    """How far every wish of an assignment is, counted from the items."""
    wishes = [Wish(one["area"], one["type"], one["wanted"]) for one in row.wishes]
    tree = find_specification(work.session, row.bank_id) or ContentSpecification(())
    return progress_of(wishes, made_for(work.session, row), tree)


def take_step(work: Work, assignment_id: str, step: str, note: str) -> AssignmentRow:
    """A step of the unit or of the authority, kept with the counts of the moment; raises what stands against it."""
    own = work.actor.scope or "-" if step in BY_UNIT else ""
    row = load_assignment(work.session, assignment_id, own)
    state = next_step(row.state, step, note)
    lines = progress(work, row)
    counts = {name: sum(getattr(line, name) for line in lines) for name in ("drafted", "approved", "enrolled")}
    kept = {"step": step, "note": note, "by": work.actor.name, "by_id": work.actor.id, "at_ms": work.now_ms} | counts
    if state == CLOSED:
        kept["lines"] = [vars(line) for line in lines]
    row.steps = [*row.steps, kept]
    work.record(f"assignment.{step}", row.id, before=row.state, after=state, note=note[:200], **counts)
    row.state = state
    return row


def visible_assignments(work: Work, bank_id: str = "") -> list[AssignmentRow]:
    """Assignments the acting person has to do with: those of their unit, or all for the authority's own people."""
    return assignments_of(work.session, bank_id, work.actor.scope or "")


def waiting_assignments(work: Work) -> list[AssignmentRow]:
    """What a person's own page shows: their unit's running assignments; for the authority those delivered or late."""
    rows = [row for row in visible_assignments(work) if row.state in LIVE]
    if work.actor.scope:
        return rows
    day = today(work).isoformat()
    return [row for row in rows if row.state == DELIVERED or row.due_on < day]


def mark_late(work: Work) -> int:
    """Marks every running assignment whose day has passed and records it once; returns how many."""
    day = today(work).isoformat()
    late = [
        row
        for row in assignments_of(work.session, live=True)
        if row.state in (OFFERED, ACCEPTED) and row.due_on < day and row.overdue_ms is None
    ]
    for row in late:
        row.overdue_ms = work.now_ms
        work.record("assignment.overdue", row.id, unit=row.unit_id, due_on=row.due_on)
    return len(late)


def read_ledger(work: Work, bank_id: str) -> list[Entry]:
    """The contribution ledger: of the person's own unit, or of all for those who may read it whole."""
    unit = "" if "ledger.read" in work.actor.permissions else work.actor.scope or "-"
    people = {member.id: member for member in members(work)}
    reviews = reviews_by(work.session, bank_id)
    own = {
        (people[account].unit, account): number
        for account, number in reviews.items()
        if account in people and unit in ("", people[account].unit)
    }
    names = {member.id: member.name for member in people.values()}
    return ledger_of(written_by(work.session, bank_id, unit), own, names)


def returned_to(work: Work) -> list[Returned]:
    """The acting person's items that came back, with the last verdict's words."""
    query = select(ItemRow, ItemVersionRow.id).join(ItemVersionRow, ItemVersionRow.id == ItemRow.version_id)
    query = query.where(ItemRow.state == RETURNED, ItemVersionRow.author == work.actor.id)
    found = []
    for item, version_id in work.session.execute(query.order_by(ItemRow.code).limit(200)):
        last = select(VerdictRow.comment).where(VerdictRow.version_id == version_id)
        comment = work.session.scalar(last.order_by(VerdictRow.at_ms.desc()).limit(1))
        found.append(Returned(item, comment or ""))
    return found


def count_in(work: Work, state: str) -> int:
    """How many items of all banks are in this state."""
    return work.session.scalar(select(func.count()).select_from(ItemRow).where(ItemRow.state == state)) or 0


def count_overdue(work: Work) -> int:
    """How many drawn reviews are overdue."""
    late = (DrawnRow.state == OPEN, DrawnRow.due_ms < work.now_ms)
    return work.session.scalar(select(func.count()).select_from(DrawnRow).where(*late)) or 0


def duties(work: Work) -> dict[str, int | None]:
    """Counts of what waits at each stage, where the acting person has the duty and no drawn list of their own."""
    may = work.actor.permissions
    whole = not work.actor.scope
    return {
        "to_review": count_in(work, DRAFT) if "items.review" in may and whole else None,
        "to_approve": count_in(work, REVIEWED) if "items.approve" in may and whole else None,
        "to_enrol": count_in(work, APPROVED) if "items.enroll" in may else None,
        "overdue_reviews": count_overdue(work) if "review.draw" in may else None,
    }


def request_reminders(work: Work) -> str:
    """Queues the job that marks what is overdue; returns its id."""
    return enqueue(work, JOB, {})


@job(JOB, role="bank")
def run_reminders(runtime: RoleRuntime, payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Marks overdue reviews and assignments, each once; safe to run again."""
    with open_work(runtime, system_actor("reminders")) as work:
        return {"reviews": mark_overdue(work), "assignments": mark_late(work)}


@on_start("bank")
def remind_hourly(runtime: RoleRuntime) -> None:
    """A serving process marks what is overdue when it starts and every hour."""
    import gevent
    from gevent import monkey

    def run() -> None:
        while True:
            try:
                run_reminders(runtime, {}, lambda _percent, _note: None)
            except Exception:  # the next hour must come whatever this one met; the fault is logged whole
                logger.exception("reminders failed")
            gevent.sleep(REMIND_EVERY_S)

    if monkey.is_module_patched("threading"):
        gevent.spawn(run)
