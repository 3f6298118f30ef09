"""Endpoints of custodians' ceremonies (role bank)."""

from examserver.kernel.access import Actor, Permit
from examserver.kernel.documents import NotADocument
from examserver.plumbing.contract import FileAnswer, endpoint
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.work import Work
from itembank.papers.actions import CustodianNotSeparate, NotSealedYet, PaperDestroyed
from itembank.papers.ceremonies import actions
from itembank.papers.ceremonies.schemas import (
    CeremoniesView,
    CeremonyReleaseView,
    CeremonyRequest,
    CeremonyView,
    PrintRequest,
    SubmittedView,
)
from itembank.papers.ceremony import CallNotForThis
from itembank.papers.manifest import FormNotInPaper
from itembank.papers.opening import ReleaseNotForThis, ShareAltered
from itembank.papers.printing.actions import TooManyCopies, print_copies
from itembank.papers.printing.store import PrintFailed
from itembank.papers.resealing import NoKeyDigest
from itembank.papers.sealing import CustodiansNotDistinct, TooFewCustodians
from itembank.papers.tables import (
    CeremonyRow,
    NoSuchCeremony,
    NoSuchCustodian,
    NoSuchPaper,
    ceremonies_of,
    load_own_paper,
    person_names,
    releases_of,
)


def ceremony_view(work: Work, row: CeremonyRow) -> CeremonyView:
    """A ceremony as it is shown."""
    wish = CeremonyRequest.model_validate(row.wish)
    releases, names = releases_of(work.session, row.id), person_names(work.session)
    return CeremonyView(
        ceremony=row.id,
        paper=row.paper,
        kind=row.kind,
        state=row.state,
        reason=row.reason,
        asked_by=names.get(row.asked_by, row.asked_by),
        asked_ms=row.asked_ms,
        approved_by=names.get(row.approved_by or "", row.approved_by),
        approved_ms=row.approved_ms,
        closes_ms=wish.closes_ms,
        custodians=wish.custodians,
        threshold=wish.threshold,
        form=wish.form,
        copies=wish.copies,
        printed=row.printed,
        place=wish.place,
        needed=actions.needed_answers(work, row),
        releases=[
            CeremonyReleaseView(custodian=one.custodian, name=one.name, device=one.device, at_ms=one.at_ms)
            for one in releases
        ],
        ended_ms=row.ended_ms,
    )


@endpoint(
    "GET",
    "/api/bank/papers/{paper_id}/ceremonies",
    role="bank",
    access=Permit("papers.read"),
    answer=CeremoniesView,
    errors=(NoSuchPaper,),
    summary="A paper's ceremonies and who has answered",
)
def list_ceremonies(work: Work, paper_id: str) -> CeremoniesView:
    load_own_paper(work, paper_id)
    return CeremoniesView(ceremonies=[ceremony_view(work, row) for row in ceremonies_of(work.session, paper_id)])


@endpoint(
    "POST",
    "/api/bank/papers/{paper_id}/ceremonies",
    role="bank",
    access=Permit("papers.ceremony"),
    answer=CeremonyView,
    errors=(
        NoSuchPaper,
        NoSuchCustodian,
        NotSealedYet,
        PaperDestroyed,
        NoKeyDigest,
        FormNotInPaper,
        TooFewCustodians,
        CustodiansNotDistinct,
        CustodianNotSeparate,
        actions.CeremonyUnsound,
        actions.CeremonyUnderWay,
    ),
    summary="Ask for a ceremony: other custodians for a paper, or printed copies of a form",
)
def ask_ceremony(work: Work, paper_id: str, body: CeremonyRequest) -> CeremonyView:
    return ceremony_view(work, actions.ask_ceremony(work, paper_id, body))


@endpoint(
    "POST",
    "/api/bank/ceremonies/{ceremony_id}/approve",
    role="bank",
    access=Permit("papers.custody"),
    answer=CeremonyView,
    errors=(NoSuchCeremony, NotSealedYet, PaperDestroyed, actions.CeremonyWrongState, actions.CeremonyNeedsAnother),
    summary="Approve a ceremony by a second person, and sign its call",
)
def approve_ceremony(work: Work, ceremony_id: str) -> CeremonyView:
    return ceremony_view(work, actions.approve_ceremony(work, ceremony_id))


@endpoint(
    "GET",
    "/api/bank/ceremonies/{ceremony_id}/call",
    role="bank",
    access=Permit("papers.read"),
    answer=FileAnswer,
    errors=(NoSuchCeremony, actions.CeremonyWrongState),
    summary="The signed call for the custodians",
)
def take_call(work: Work, ceremony_id: str) -> FileAnswer:
    return FileAnswer(actions.take_call(work, ceremony_id), "application/json", f"{ceremony_id}.call.json")


@endpoint(
    "POST",
    "/api/bank/ceremonies/{ceremony_id}/answers",
    role="bank",
    access=Permit("papers.ceremony"),
    answer=SubmittedView,
    errors=(
        NoSuchCeremony,
        NotADocument,
        CallNotForThis,
        ReleaseNotForThis,
        ShareAltered,
        actions.CeremonyWrongState,
        actions.AnswerRefused,
    ),
    summary="Hand in a custodian's answer; the last one needed completes the ceremony",
)
def submit_answer(work: Work, ceremony_id: str, raw: bytes) -> SubmittedView:
    done = actions.submit_answer(work, ceremony_id, raw)
    return SubmittedView(
        outcome=str(done.verdict.outcome),
        shares=done.verdict.shares,
        needed=done.verdict.needed,
        ceremony=ceremony_view(work, done.row),
    )


@endpoint(
    "POST",
    "/api/bank/ceremonies/{ceremony_id}/close",
    role="bank",
    access=Permit("papers.ceremony"),
    answer=CeremonyView,
    errors=(NoSuchCeremony, actions.CeremonyWrongState),
    summary="End a ceremony and wipe its key",
)
def close_ceremony(work: Work, ceremony_id: str) -> CeremonyView:
    return ceremony_view(work, actions.close_ceremony(work, ceremony_id))


@endpoint(
    "POST",
    "/api/bank/ceremonies/{ceremony_id}/copies",
    role="bank",
    access=Permit("papers.print"),
    answer=FileAnswer,
    errors=(
        NoSuchCeremony,
        NotSealedYet,
        PaperDestroyed,
        actions.CeremonyWrongState,
        CallNotForThis,
        TooManyCopies,
        PrintFailed,
    ),
    summary="Print marked copies of the form with their answer sheets; every copy is recorded",
    hot=True,
)
def print_paper_copies(runtime: RoleRuntime, actor: Actor, ceremony_id: str, body: PrintRequest) -> FileAnswer:
    made = print_copies(runtime, actor, ceremony_id, body.copies)
    return FileAnswer(made, "application/pdf", f"{ceremony_id}.pdf")
