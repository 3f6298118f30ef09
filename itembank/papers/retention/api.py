"""Endpoints of retention, legal holds and destruction (role bank)."""

from examserver.kernel.access import Permit
from examserver.kernel.policy import PolicyValueMissing
from examserver.plumbing.contract import FileAnswer, endpoint
from examserver.plumbing.work import Work
from itembank.papers.actions import NotSealedYet, PaperDestroyed
from itembank.papers.destruction import TooEarlyToDestroy, UnderLegalHold
from itembank.papers.retention import actions
from itembank.papers.retention.schemas import (
    DestructionView,
    HoldView,
    MaterialView,
    RetentionReasonRequest,
    RetentionView,
)
from itembank.papers.tables import (
    DestructionRow,
    HoldRow,
    NoSuchDestruction,
    NoSuchHold,
    NoSuchPaper,
    destructions_of,
    holds_of,
    load_own_paper,
    person_names,
)


def _hold(work: Work, row: HoldRow) -> HoldView:
    names = person_names(work.session)
    return HoldView(
        hold=row.id,
        reason=row.reason,
        placed_by=names.get(row.placed_by, row.placed_by),
        placed_ms=row.placed_ms,
        lifted_by=names.get(row.lifted_by or "", row.lifted_by),
        lifted_ms=row.lifted_ms,
    )


def _destruction(work: Work, row: DestructionRow) -> DestructionView:
    names = person_names(work.session)
    return DestructionView(
        destruction=row.id,
        state=row.state,
        reason=row.reason,
        asked_by=names.get(row.asked_by, row.asked_by),
        asked_ms=row.asked_ms,
        approved_by=names.get(row.approved_by or "", row.approved_by),
        done_ms=row.done_ms,
        material=[MaterialView(**one) for one in row.material],
    )


@endpoint(
    "GET",
    "/api/bank/papers/{paper_id}/retention",
    role="bank",
    access=Permit("papers.read"),
    answer=RetentionView,
    errors=(NoSuchPaper, PolicyValueMissing),
    summary="Until when a paper is kept, what will be destroyed then, and what holds it",
)
def show_retention(work: Work, paper_id: str) -> RetentionView:
    paper = load_own_paper(work, paper_id)
    rule = actions.retention(work, paper)
    return RetentionView(
        paper=paper.id,
        state=paper.state,
        retained_until_ms=rule.until_ms,
        days=int(str(rule.rule.value)),
        source=rule.rule.source,
        due=work.now_ms >= rule.until_ms,
        material=[MaterialView(**one.as_json()) for one in actions.material_of(work, paper)],
        holds=[_hold(work, one) for one in holds_of(work.session, paper_id)],
        destructions=[_destruction(work, one) for one in destructions_of(work.session, paper_id)],
    )


@endpoint(
    "POST",
    "/api/bank/papers/{paper_id}/holds",
    role="bank",
    access=Permit("papers.hold"),
    answer=HoldView,
    errors=(NoSuchPaper,),
    summary="Place a legal hold: nothing of the paper is destroyed while it stands",
)
def place_hold(work: Work, paper_id: str, body: RetentionReasonRequest) -> HoldView:
    return _hold(work, actions.place_hold(work, paper_id, body.reason))


@endpoint(
    "POST",
    "/api/bank/holds/{hold_id}/lift",
    role="bank",
    access=Permit("papers.hold"),
    answer=HoldView,
    errors=(NoSuchHold, actions.NeedsAnotherPerson),
    summary="Lift a legal hold, by another person than who placed it",
)
def lift_hold(work: Work, hold_id: str) -> HoldView:
    return _hold(work, actions.lift_hold(work, hold_id))


@endpoint(
    "POST",
    "/api/bank/papers/{paper_id}/destructions",
    role="bank",
    access=Permit("papers.ceremony"),
    answer=DestructionView,
    errors=(
        NoSuchPaper,
        NotSealedYet,
        PaperDestroyed,
        TooEarlyToDestroy,
        UnderLegalHold,
        actions.DestructionWrongState,
    ),
    summary="Ask for a paper's material to be destroyed",
)
def ask_destruction(work: Work, paper_id: str, body: RetentionReasonRequest) -> DestructionView:
    return _destruction(work, actions.ask_destruction(work, paper_id, body.reason))


@endpoint(
    "POST",
    "/api/bank/destructions/{destruction_id}/approve",
    role="bank",
    access=Permit("papers.custody"),
    answer=DestructionView,
    errors=(
        NoSuchDestruction,
        NotSealedYet,
        PaperDestroyed,
        TooEarlyToDestroy,
        UnderLegalHold,
        actions.DestructionWrongState,
        actions.NeedsAnotherPerson,
    ),
    summary="Approve a destruction by a second person, and destroy",
)
def approve_destruction(work: Work, destruction_id: str) -> DestructionView:
    return _destruction(work, actions.approve_destruction(work, destruction_id))


@endpoint(
    "POST",
    "/api/bank/destructions/{destruction_id}/withdraw",
    role="bank",
    access=Permit("papers.ceremony"),
    answer=DestructionView,
    errors=(NoSuchDestruction, actions.DestructionWrongState),
    summary="Take a request for destruction back",
)
def withdraw_destruction(work: Work, destruction_id: str) -> DestructionView:
    return _destruction(work, actions.withdraw_destruction(work, destruction_id))


@endpoint(
    "GET",
    "/api/bank/destructions/{destruction_id}/record",
    role="bank",
    access=Permit("papers.read"),
    answer=FileAnswer,
    errors=(NoSuchDestruction, actions.DestructionWrongState),
    summary="The signed record of a destruction",
)
def take_destruction_record(work: Work, destruction_id: str) -> FileAnswer:
    data = actions.take_record(work, destruction_id)
    return FileAnswer(data, "application/json", f"{destruction_id}.destruction.json")
