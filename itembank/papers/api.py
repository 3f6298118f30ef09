"""Endpoints of custodians and sealed papers (role bank)."""

from examserver.kernel.access import Permit
from examserver.kernel.canonical import unb64u
from examserver.kernel.crypto.keys import key_id
from examserver.plumbing.contract import FileAnswer, endpoint
from examserver.plumbing.trust import NoTrustedKey
from examserver.plumbing.work import Work
from itembank.items.tables import BankNotReady
from itembank.papers import actions
from itembank.papers.ceremonies import api as ceremonies_api  # noqa: F401 - declares its endpoints
from itembank.papers.possessions import api as possessions_api  # noqa: F401
from itembank.papers.retention import api as retention_api  # noqa: F401
from itembank.papers.schemas import (
    CustodianRequest,
    CustodiansView,
    CustodianView,
    KeptBy,
    PapersView,
    PaperView,
    SealedFormView,
    SealingView,
    SealRequest,
)
from itembank.papers.sealing import CustodiansNotDistinct, DatesOutOfOrder, TooFewCustodians
from itembank.papers.tables import (
    CustodianRow,
    NoSuchCustodian,
    NoSuchPaper,
    PaperRow,
    all_custodians,
    load_own_paper,
    own_papers,
)
from itembank.papers.tracing import api as tracing_api  # noqa: F401


def _custodian_view(row: CustodianRow) -> CustodianView:
    return CustodianView(
        custodian=row.id,
        name=row.name,
        key=key_id("ed25519", unb64u(row.signing_key)),
        signing_key=row.signing_key,
        sealing_key=row.sealing_key,
    )


def _paper_view(row: PaperRow, names: dict[str, str]) -> PaperView:
    return PaperView(
        paper=row.id,
        assembly=row.assembly,
        title=row.title,
        state=row.state,
        threshold=row.threshold,
        custodians=[KeptBy(custodian=one, name=names.get(one, one)) for one in row.custodians],
        not_before_ms=row.not_before_ms,
        expires_ms=row.expires_ms,
        requested_by=row.requested_by,
        requested_ms=row.requested_ms,
        sealed_ms=row.sealed_ms,
        job=row.job,
        forms=[SealedFormView(**form) for form in row.forms],
        manifest_digest=row.manifest_digest,
        package_digest=row.package_digest,
        keys_digest=row.keys_digest,
        superseded=[str(one["manifest_digest"]) for one in row.earlier],
        destroyed_ms=row.destroyed_ms,
    )


def _names(work: Work) -> dict[str, str]:
    return {row.id: row.name for row in all_custodians(work.session)}


@endpoint(
    "GET",
    "/api/bank/custodians",
    role="bank",
    access=Permit("papers.read"),
    answer=CustodiansView,
    summary="Everybody who may keep a share of a paper",
)
def list_custodians(work: Work) -> CustodiansView:
    return CustodiansView(custodians=[_custodian_view(row) for row in all_custodians(work.session)])


@endpoint(
    "POST",
    "/api/bank/custodians",
    role="bank",
    access=Permit("custodians.edit"),
    answer=CustodianView,
    errors=(actions.BadCustodianKey, actions.CustodianKnown),
    summary="Enrol a custodian by name and public keys",
)
def enrol_custodian(work: Work, body: CustodianRequest) -> CustodianView:
    return _custodian_view(actions.enrol_custodian(work, body))


@endpoint(
    "POST",
    "/api/bank/assemblies/{assembly_id}/papers",
    role="bank",
    access=Permit("papers.seal"),
    answer=SealingView,
    errors=(
        actions.SealerNotSeparate,
        actions.CustodianNotSeparate,
        actions.NotApproved,
        actions.TrialPaper,
        BankNotReady,
        TooFewCustodians,
        CustodiansNotDistinct,
        DatesOutOfOrder,
        NoSuchCustodian,
        NoTrustedKey,
    ),
    summary="Seal an approved assembly for its custodians; answered at once, done by a job",
)
def seal_assembly(work: Work, assembly_id: str, body: SealRequest) -> SealingView:
    row = actions.ask_sealing(work, assembly_id, body)
    return SealingView(paper=row.id, job=row.job)


@endpoint(
    "GET",
    "/api/bank/papers",
    role="bank",
    access=Permit("papers.read"),
    answer=PapersView,
    summary="Every paper, newest first",
)
def list_papers(work: Work) -> PapersView:
    names = _names(work)
    return PapersView(papers=[_paper_view(row, names) for row in own_papers(work)])


@endpoint(
    "GET",
    "/api/bank/papers/{paper_id}",
    role="bank",
    access=Permit("papers.read"),
    answer=PaperView,
    errors=(NoSuchPaper,),
    summary="One paper: state, custodians, digests",
)
def show_paper(work: Work, paper_id: str) -> PaperView:
    return _paper_view(load_own_paper(work, paper_id), _names(work))


@endpoint(
    "GET",
    "/api/bank/papers/{paper_id}/package",
    role="bank",
    access=Permit("papers.read"),
    answer=FileAnswer,
    write=True,
    errors=(NoSuchPaper, actions.NotSealedYet, actions.PaperDestroyed),
    summary="The sealed paper package for halls; the download is recorded",
)
def take_paper_package(work: Work, paper_id: str) -> FileAnswer:
    data = actions.take_file(work, paper_id, "package")
    return FileAnswer(data, "application/zip", f"{paper_id}.paper.zip")


@endpoint(
    "GET",
    "/api/bank/papers/{paper_id}/keys",
    role="bank",
    access=Permit("papers.seal"),
    answer=FileAnswer,
    write=True,
    errors=(NoSuchPaper, actions.NotSealedYet, actions.PaperDestroyed),
    summary="The sealed key package for grading; the download is recorded",
)
def take_key_package(work: Work, paper_id: str) -> FileAnswer:
    data = actions.take_file(work, paper_id, "keys")
    return FileAnswer(data, "application/json", f"{paper_id}.keys.json")
