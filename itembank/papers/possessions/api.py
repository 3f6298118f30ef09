"""Endpoints of possession proofs (role bank)."""

from examserver.kernel.access import Permit
from examserver.kernel.documents import NotADocument
from examserver.plumbing.contract import FileAnswer, endpoint
from examserver.plumbing.work import Work
from itembank.papers.actions import NotSealedYet, PaperDestroyed
from itembank.papers.manifest import CustodianNotInPaper
from itembank.papers.possession import PossessionNotProven
from itembank.papers.possessions import actions
from itembank.papers.possessions.schemas import ChallengeRequest, PossessionsView, PossessionView
from itembank.papers.tables import NoSuchPaper, PossessionRow, all_custodians, load_own_paper, possessions_of


def _view(row: PossessionRow, names: dict[str, str]) -> PossessionView:
    return PossessionView(
        custodian=row.custodian,
        name=names.get(row.custodian, row.custodian),
        manifest_digest=row.manifest_digest,
        made_ms=row.made_ms,
        expires_ms=row.expires_ms,
        proven_ms=row.proven_ms,
        device=row.device,
    )


def _names(work: Work) -> dict[str, str]:
    return {row.id: row.name for row in all_custodians(work.session)}


@endpoint(
    "GET",
    "/api/bank/papers/{paper_id}/possessions",
    role="bank",
    access=Permit("papers.read"),
    answer=PossessionsView,
    errors=(NoSuchPaper,),
    summary="Which custodians have proven that they hold their shares, and when",
)
def list_possessions(work: Work, paper_id: str) -> PossessionsView:
    load_own_paper(work, paper_id)
    names = _names(work)
    return PossessionsView(possessions=[_view(row, names) for row in possessions_of(work.session, paper_id)])


@endpoint(
    "POST",
    "/api/bank/papers/{paper_id}/challenges",
    role="bank",
    access=Permit("papers.ceremony"),
    answer=FileAnswer,
    errors=(NoSuchPaper, NotSealedYet, PaperDestroyed, CustodianNotInPaper),
    summary="A signed challenge for one custodian, as a file",
)
def challenge_custodian(work: Work, paper_id: str, body: ChallengeRequest) -> FileAnswer:
    _, data = actions.challenge_custodian(work, paper_id, body.custodian, body.days)
    return FileAnswer(data, "application/json", f"{paper_id}.{body.custodian}.challenge.json")


@endpoint(
    "POST",
    "/api/bank/papers/{paper_id}/possessions",
    role="bank",
    access=Permit("papers.ceremony"),
    answer=PossessionView,
    errors=(NoSuchPaper, NotSealedYet, PaperDestroyed, NotADocument, PossessionNotProven),
    summary="Hand in a custodian's answer to a challenge",
)
def take_possession(work: Work, paper_id: str, raw: bytes) -> PossessionView:
    return _view(actions.take_possession(work, paper_id, raw), _names(work))
