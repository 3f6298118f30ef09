"""Endpoints of certification: issue, register, files, void; and the public's questions."""

from examserver.certification.actions import (
    IssuerMayNotVoid,
    NotPrintedYet,
    RunSuperseded,
    VoidAlready,
    read_pdf,
    start_issue,
    void_certificate,
)
from examserver.certification.number import NumberMalformed, normalise_number
from examserver.certification.public.actions import QueriesThrottled, QuestionIncomplete, ask_public
from examserver.certification.record import QrMalformed
from examserver.certification.schemas import (
    CertificateList,
    CertificateQuery,
    CertificateView,
    IssueStarted,
    PublicAnswer,
    PublicKey,
    PublicKeys,
    PublicQuery,
    VoidRequest,
)
from examserver.certification.tables import CertificateRow, NoSuchCertificate, certificates_page, load_certificate
from examserver.grading.refusals import RunNotGraded
from examserver.grading.tables import NoSuchRun, as_plain
from examserver.institutions.codes import LEVEL_NAMES_ZH
from examserver.kernel.access import PUBLIC, Actor, Permit
from examserver.kernel.canonical import b64u
from examserver.planning.identity_number import mask_name
from examserver.plumbing.contract import FileAnswer, endpoint
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.work import Work

COLUMNS = (
    "number", "document_masked", "occupation_code", "occupation_name", "level", "theory_score", "issued_on", "plan",
    "run", "ticket", "state",
)  # fmt: skip


def certificate_view(row: CertificateRow) -> CertificateView:
    """A certificate as lists show it: masked."""
    more = {
        "name_masked": mask_name(row.name),
        "level_name": LEVEL_NAMES_ZH[row.level],
        "institution": row.institution_name,
        "printed": row.pdf_digest is not None,
    }
    return CertificateView.model_validate(as_plain(row, COLUMNS) | more)


@endpoint(
    "POST",
    "/api/authority/runs/{run_id}/certificates",
    role="authority",
    access=Permit("certificates.issue"),
    answer=IssueStarted,
    errors=(NoSuchRun, RunNotGraded, RunSuperseded),
    summary="Issue certificates for the passed results of an approved run (job)",
)
def post_certificates(work: Work, run_id: str) -> IssueStarted:
    """Queue the certificates of a run."""
    return IssueStarted(run=run_id, job=start_issue(work, run_id))


@endpoint(
    "GET",
    "/api/authority/certificates",
    role="authority",
    access=Permit("certificates.read"),
    answer=CertificateList,
    summary="The register of certificates, masked, page by page",
)
def list_certificates(work: Work, query: CertificateQuery) -> CertificateList:
    """One page of the register."""
    total, rows = certificates_page(work.session, query.run, query.limit, query.offset)
    return CertificateList(total=total, certificates=[certificate_view(row) for row in rows])


@endpoint(
    "GET",
    "/api/authority/certificates/{number}/pdf",
    role="authority",
    access=Permit("certificates.read"),
    answer=FileAnswer,
    errors=(NoSuchCertificate, NumberMalformed, NotPrintedYet),
    write=True,
    summary="The printed certificate; reading it is recorded",
)
def get_certificate_pdf(work: Work, number: str) -> FileAnswer:
    """The PDF of a certificate."""
    return FileAnswer(read_pdf(work, number), "application/pdf", f"{normalise_number(number)}.pdf")


@endpoint(
    "GET",
    "/api/authority/certificates/{number}/document",
    role="authority",
    access=Permit("certificates.read"),
    answer=FileAnswer,
    errors=(NoSuchCertificate, NumberMalformed),
    write=True,
    summary="The signed certificate document; reading it is recorded",
)
def get_certificate_document(work: Work, number: str) -> FileAnswer:
    """The document of a certificate."""
    row = load_certificate(work.session, normalise_number(number))
    work.record("certificate.read", row.number, digest=row.digest)
    return FileAnswer(row.document.encode(), "application/json", f"{row.number}.cert.json")


@endpoint(
    "POST",
    "/api/authority/certificates/{number}/void",
    role="authority",
    access=Permit("certificates.issue"),
    answer=CertificateView,
    errors=(NoSuchCertificate, NumberMalformed, VoidAlready, IssuerMayNotVoid),
    summary="Declare a certificate void, with the reason (another person than its issuer)",
)
def post_certificate_void(work: Work, number: str, body: VoidRequest) -> CertificateView:
    """Void a certificate."""
    return certificate_view(void_certificate(work, number, body.reason))


@endpoint(
    "POST",
    "/api/public/verify",
    role="authority",
    access=PUBLIC,
    answer=PublicAnswer,
    errors=(QueriesThrottled, QuestionIncomplete, QrMalformed),
    max_bytes=10_000,
    hot=True,
    summary="Whether a certificate holds: by number and name, or by its QR text alone",
)
def post_public_verify(runtime: RoleRuntime, actor: Actor, body: PublicQuery) -> PublicAnswer:
    """Answer the public, masked and throttled."""
    return PublicAnswer.model_validate(ask_public(runtime, actor, body.number, body.name, body.qr))


@endpoint(
    "GET",
    "/api/public/keys",
    role="authority",
    access=PUBLIC,
    answer=PublicKeys,
    summary="The keys that sign certificates",
)
def get_public_keys(work: Work) -> PublicKeys:
    """Public keys of the issuer."""
    signing = work.runtime.keys.signing
    own = PublicKey(key=signing.id, public_key=b64u(signing.public_raw), role="certification", name="certification")
    return PublicKeys(keys=[own])
