"""Endpoints of assignments, the contribution ledger and a person's own work."""

from examserver.kernel.access import SIGNED_IN, NotPermitted, Permit
from examserver.plumbing.contract import FileAnswer, NoContent, endpoint
from examserver.plumbing.work import Work
from itembank.assignments import actions
from itembank.assignments.progress import AssignmentStep, AssignmentUnsound, NoteMissing, Wish
from itembank.assignments.schemas import (
    AssignmentList,
    AssignmentRequest,
    AssignmentsQuery,
    AssignmentView,
    Ledger,
    LedgerLine,
    ProgressLine,
    ReturnedItem,
    StepRequest,
    StepView,
    WorkView,
)
from itembank.assignments.tables import AssignmentRow, NoSuchAssignment
from itembank.items.tables import NoSuchBank, load_bank
from itembank.items.text import tidy
from itembank.review.drawn.api import review_line
from itembank.review.tables import drawn_for
from itembank.units.csv_file import csv_of
from itembank.units.store import today
from itembank.units.tables import NoSuchUnit, unit_names

_AUTHORITY = "assignments.edit"


def assignment_view(work: Work, row: AssignmentRow) -> AssignmentView:
    """An assignment as it is now."""
    lines = actions.progress(work, row)
    steps = [{name: one[name] for name in StepView.model_fields} for one in row.steps]
    return AssignmentView(
        id=row.id,
        bank=row.bank_id,
        bank_name=load_bank(work.session, row.bank_id).name,
        unit=row.unit_id,
        unit_name=unit_names(work.session).get(row.unit_id, ""),
        title=row.title,
        state=row.state,
        due_on=row.due_on,
        overdue=row.state in ("offered", "accepted") and row.due_on < today(work).isoformat(),
        note=row.note,
        wanted=row.wanted,
        drafted=sum(line.drafted for line in lines),
        approved=sum(line.approved for line in lines),
        enrolled=sum(line.enrolled for line in lines),
        lines=[ProgressLine(**vars(line)) for line in lines],
        steps=[StepView.model_validate(one) for one in steps],
        by=row.by_name,
        created_ms=row.created_ms,
    )


@endpoint(
    "GET",
    "/api/bank/assignments",
    role="bank",
    access=Permit("assignments.read"),
    answer=AssignmentList,
    summary="Assignments: those of your unit, or all for the authority's own people",
)
def list_assignments(work: Work, query: AssignmentsQuery) -> AssignmentList:
    """Live ones first."""
    rows = actions.visible_assignments(work, query.bank)
    return AssignmentList(assignments=[assignment_view(work, row) for row in rows])


@endpoint(
    "POST",
    "/api/bank/banks/{bank_id}/assignments",
    role="bank",
    access=Permit(_AUTHORITY),
    answer=AssignmentView,
    errors=(NoSuchBank, NoSuchUnit, AssignmentUnsound),
    summary="Give a unit an assignment",
)
def assign(work: Work, bank_id: str, body: AssignmentRequest) -> AssignmentView:
    """The assignment, offered."""
    wishes = [Wish(tidy(one.area), one.type, one.wanted) for one in body.wishes]
    row = actions.assign(work, bank_id, body.unit, tidy(body.title), wishes, body.due_on, tidy(body.note))
    return assignment_view(work, row)


@endpoint(
    "POST",
    "/api/bank/assignments/{assignment_id}/steps",
    role="bank",
    access=Permit("assignments.read"),
    answer=AssignmentView,
    errors=(NoSuchAssignment, AssignmentStep, NoteMissing),
    summary="A step: accept, decline, deliver by the unit; close, send back, withdraw by the authority",
)
def take_step(work: Work, assignment_id: str, body: StepRequest) -> AssignmentView:
    """The assignment after the step."""
    needed = "assignments.answer" if body.step in actions.BY_UNIT else _AUTHORITY
    if needed not in work.actor.permissions:
        raise NotPermitted(permission=needed)
    return assignment_view(work, actions.take_step(work, assignment_id, body.step, tidy(body.note)))


def _ledger(work: Work, bank_id: str) -> list[LedgerLine]:
    names = unit_names(work.session)
    return [LedgerLine(**vars(one), unit_name=names.get(one.unit, "")) for one in actions.read_ledger(work, bank_id)]


@endpoint(
    "GET",
    "/api/bank/ledger",
    role="bank",
    access=Permit("ledger.own"),
    answer=Ledger,
    summary="The contribution ledger by unit and person (of your own unit only, unless you may read it whole)",
)
def read_ledger(work: Work, query: AssignmentsQuery) -> Ledger:
    """Units in order, the most enrolled first."""
    return Ledger(entries=_ledger(work, query.bank))


@endpoint(
    "GET",
    "/api/bank/ledger.csv",
    role="bank",
    access=Permit("ledger.own"),
    answer=FileAnswer,
    summary="The contribution ledger as CSV",
)
def export_ledger(work: Work, query: AssignmentsQuery) -> FileAnswer:
    """One line per person."""
    headers = ("单位", "姓名", "命题", "批准", "入库", "退回中", "停用", "审题")
    rows = [
        (one.unit_name, one.name, one.drafted, one.approved, one.enrolled, one.returned, one.retired, one.reviewed)
        for one in _ledger(work, query.bank)
    ]
    return FileAnswer(csv_of(headers, rows), "text/csv; charset=utf-8", "ledger.csv")


@endpoint(
    "GET", "/api/bank/work", role="bank", access=SIGNED_IN, answer=WorkView, summary="What waits for the acting person"
)
def read_work(work: Work) -> WorkView:
    """Reviews, returned items, assignments, counts."""
    reviews = [review_line(work, row, item) for row, item in drawn_for(work.session, work.actor.id)]
    returned = [
        ReturnedItem(
            item=one.item.id,
            bank=one.item.bank_id,
            code=one.item.code,
            type=one.item.type,
            point=one.item.point,
            version=one.item.version,
            comment=one.comment,
        )
        for one in actions.returned_to(work)
    ]
    rows = actions.waiting_assignments(work) if "assignments.read" in work.actor.permissions else []
    return WorkView(
        reviews=reviews,
        returned=returned,
        assignments=[assignment_view(work, row) for row in rows],
        **actions.duties(work),
    )


@endpoint(
    "POST",
    "/api/bank/reminders",
    role="bank",
    access=Permit("review.draw"),
    answer=NoContent,
    summary="Have overdue reviews and assignments marked now (the server does it every hour)",
)
def remind(work: Work) -> NoContent:
    """Nothing but the queued job."""
    actions.request_reminders(work)
    return NoContent()
