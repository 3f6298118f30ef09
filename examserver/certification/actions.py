"""What can be done with certificates: issue them from approved results, print them, void one by decision.

A certificate takes its facts from the signed order and the signed result, never from a bare column, so that a changed
row cannot become a certificate. Number, row and log entry come into being in one transaction or not at all.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from examserver.certification.number import certificate_number, normalise_number
from examserver.certification.pades import sign_pdf
from examserver.certification.record import (
    CERTIFICATE_TYPE,
    CertificateFacts,
    certificate_body,
    certificate_digest,
    qr_text,
)
from examserver.certification.render import STYLES, CertificatePage, page_of, prepare_fonts, print_certificate
from examserver.certification.tables import (
    CertificateRow,
    certificate_of,
    certificates_of_run,
    load_certificate,
    lock_series,
    take_serial,
)
from examserver.grading.actions import standing_results
from examserver.grading.tables import ResultRow, RunRow, approvals_of, load_result, load_run, runs_of
from examserver.institutions.actions import require_in_scope
from examserver.kernel.access import Actor
from examserver.kernel.calendar import local_day
from examserver.kernel.canonical import digest, digest_of
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.documents import Trust, TrustedKey, read_document, require_signatures, sign_document
from examserver.kernel.errors import Broken, Json, Refused, Unavailable
from examserver.planning.actions import plan_vault
from examserver.planning.identity_number import mask_number
from examserver.planning.order import document_check
from examserver.planning.tables import CandidateRow, PlanRow, load_plan
from examserver.plumbing.files import Vault
from examserver.plumbing.fonts import load_fonts
from examserver.plumbing.jobs import Progress, enqueue, job
from examserver.plumbing.log import append_leaf
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.trust import trust_of
from examserver.plumbing.typeface import CharacterNotInFont, FontSource
from examserver.plumbing.work import Work, open_work

SIGNER_ROLE = "certification"


class ResultAltered(Broken):
    """A result or candidate in the database differs from what was signed."""

    code = "certificate.result_altered"
    message_zh = "准考证 {ticket} 的 {field} 与已签名内容不符，不能发证。"
    message_en = "Field {field} of ticket {ticket} differs from what was signed; no certificate is issued."
    next_zh = "请停止发证，运行 exam authority fsck 并通知监督人员。"
    next_en = "Stop issuing, run exam authority fsck and tell the supervisors."


class NotPassed(Refused):
    """The result is below the cut score."""

    code = "certificate.not_passed"
    message_zh = "准考证 {ticket} 成绩未达合格线。"
    message_en = "Ticket {ticket} is below the cut score."
    next_zh = "只有合格成绩可以发证。"
    next_en = "Only passed results get a certificate."


class RunSuperseded(Refused):
    """A later run of the sitting is approved."""

    code = "run.superseded"
    message_zh = "该场次已有更新的评分（{run}）获得核定。"
    message_en = "A later run of this sitting ({run}) has been approved."
    next_zh = "请按最新核定的评分发证。"
    next_en = "Issue certificates from the run approved last."


class VoidAlready(Refused):
    """The certificate is void."""

    code = "certificate.void_already"
    message_zh = "证书 {number} 已被宣布无效。"
    message_en = "Certificate {number} is void already."
    next_zh = "无需再次操作。"
    next_en = "Nothing more needs to be done."


class IssuerMayNotVoid(Refused):
    """Another person than the issuer decides to void."""

    code = "certificate.issuer_may_not_void"
    message_zh = "签发人不能宣布自己签发的证书无效。"
    message_en = "Whoever issued a certificate may not void it."
    next_zh = "请由另一名证书管理人员操作。"
    next_en = "Have another certificate officer do it."


class NotPrintedYet(Unavailable):
    """The PDF is being made."""

    code = "certificate.not_printed_yet"
    message_zh = "证书 PDF 正在生成，请稍候。"
    message_en = "The certificate's PDF is being made."
    next_zh = "几秒后再试。"
    next_en = "Try again in a few seconds."


@dataclass
class SignedOrders:
    """The candidates of the order read last, by id: a batch of certificates reads and verifies its order once."""

    held: tuple[str, dict[str, Json]] = field(default_factory=lambda: ("", {}))

    def of(self, work: Work, digest: str) -> dict[str, Json]:
        """The candidates of the order with this digest; raises when file or signature do not hold."""
        held = self.held
        if held[0] != digest:
            order = read_document(plan_vault(work.runtime).get(digest), "exam.sitting-order")
            require_signatures(order, trust_of(work), {"authority"})
            self.held = held = (digest, {one["candidate"]: one for one in order.body["candidates"]})
        return held[1]


def certificate_vault(runtime: RoleRuntime) -> Vault:
    """Where printed certificates lie, by digest."""
    return Vault(runtime.files / "certificates")


def certification_trust(runtime: RoleRuntime) -> Trust:
    """The key that signs certificates here."""
    return Trust((TrustedKey(SIGNER_ROLE, SIGNER_ROLE, runtime.keys.signing.public_raw),))


def start_issue(work: Work, run_id: str) -> str:
    """Queue the certificates of an approved run; returns the job."""
    standing_results(work, run_id)
    _require_latest(work, load_run(work.session, run_id))
    found = enqueue(work, "issue_certificates", {"run": run_id, "by": work.actor.id, "name": work.actor.name})
    work.record("certificates.requested", run_id, job=found)
    return found


def _require_latest(work: Work, run: RunRow) -> None:
    """Raise RunSuperseded when a later run of the sitting is approved."""
    later = [one for one in runs_of(work.session, run.sitting) if one.state == "approved"]
    if later and later[-1].id != run.id:
        raise RunSuperseded(run=later[-1].id)


@job("issue_certificates", role="authority")
def issue_certificates(runtime: RoleRuntime, payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Issue what is not issued yet, one transaction each, then print; running it twice changes nothing."""
    actor = Actor(payload["by"], payload["name"], "staff")
    with open_work(runtime, actor, write=False) as work:
        passed = [row.id for row in standing_results(work, payload["run"]) if row.passed]
    for done, result_id in enumerate(passed, start=1):
        issue_certificate(runtime, actor, result_id)
        if done % 20 == 0:
            progress(50 * done // len(passed), f"已签发 {done} / {len(passed)}")
    unprinted = print_missing(runtime, actor, payload["run"], progress)
    return {"run": payload["run"], "issued": len(passed), "unprinted": unprinted}


def issue_certificate(runtime: RoleRuntime, actor: Actor, result_id: str) -> str:
    """Issue the certificate of one result, or give the number it already has; safe under parallel workers."""
    with open_work(runtime, actor) as work:
        row = load_result(work.session, result_id)
        run = load_run(work.session, row.run)
        plan = load_plan(work.session, run.plan)
        today = local_day(work.now_ms)
        require_in_scope(work, plan.code13, plan.occupation_code, plan.level, local_day(plan.starts_ms))
        result = _signed_result(work, run, row)
        person = _signed_candidate(work, plan, row.candidate, row.ticket)
        series = lock_series(work.session, plan.code13, today.year, plan.level)
        present = certificate_of(work.session, plan.id, row.candidate)
        if present is not None:
            return present.number
        number = certificate_number(plan.code13, today.year, plan.level, take_serial(series))
        facts = _facts(number, plan, run, person, result, today.isoformat())
        return _save_certificate(work, facts, row).number


def _signed_result(work: Work, run: RunRow, row: ResultRow) -> Json:
    """The result as it was signed, listed on the approved sheet and passed; raises ResultAltered or NotPassed."""
    standing_results(work, run.id)
    document = read_document(row.document.encode(), "exam.result")
    require_signatures(document, trust_of(work), {"authority"})
    body = document.body
    for name in ("run", "sitting", "session", "ticket", "candidate", "score", "passed"):
        if getattr(row, name) != body[name]:
            raise ResultAltered(ticket=row.ticket, field=name)
    sheet = (run.sheet or "").encode()
    if {digest(sheet)} != {one.sheet_digest for one in approvals_of(work.session, run.id)}:
        raise ResultAltered(ticket=row.ticket, field="sheet")
    listed = {one["ticket"]: one["result_digest"] for one in read_document(sheet, "exam.result-sheet").body["results"]}
    if listed.get(row.ticket) != digest_of(body, "exam.result", 1):
        raise ResultAltered(ticket=row.ticket, field="digest")
    if not body["passed"]:
        raise NotPassed(ticket=row.ticket)
    return body


def _signed_candidate(work: Work, plan: PlanRow, candidate: str, ticket: str) -> CandidateRow:
    """The candidate, when name and document are those of the signed order; raises ResultAltered."""
    said = work.runtime.part(SignedOrders, SignedOrders).of(work, plan.order_digest or "").get(candidate)
    row = work.session.get(CandidateRow, candidate)
    if row is None or said is None or said["ticket"] != ticket:
        raise ResultAltered(ticket=ticket, field="candidate")
    if row.name != said["name"]:
        raise ResultAltered(ticket=ticket, field="name")
    if document_check(ticket, row.document_number) != said["document_check"]:
        raise ResultAltered(ticket=ticket, field="document_number")
    return row


def _facts(
    number: str, plan: PlanRow, run: RunRow, person: CandidateRow, result: Json, issued_on: str
) -> CertificateFacts:
    return CertificateFacts(
        number=number,
        name=person.name,
        document_masked=mask_number(person.document_number),
        occupation_code=plan.occupation_code,
        occupation_name=plan.occupation_name,
        level=plan.level,
        code13=plan.code13,
        institution=plan.institution_name,
        theory_score=result["score"],
        issued_on=issued_on,
        result_digest=digest_of(result, "exam.result", 1),
        run=run.id,
        plan=plan.id,
    )


def _save_certificate(work: Work, facts: CertificateFacts, result: ResultRow) -> CertificateRow:
    """Sign the document, append it to the log and write its row."""
    body = certificate_body(facts, work.runtime.settings.base_url())
    data = sign_document(body, CERTIFICATE_TYPE, 1, [Signer(SIGNER_ROLE, SIGNER_ROLE, work.runtime.keys.signing)])
    found = certificate_digest(body)
    leaf = append_leaf(work, "certificate", {"digest": found, "number": facts.number, "run": facts.run})
    row = CertificateRow(
        number=facts.number,
        plan=facts.plan,
        sitting=result.sitting,
        run=facts.run,
        result=result.id,
        candidate=result.candidate,
        ticket=result.ticket,
        name=facts.name,
        document_masked=facts.document_masked,
        code13=facts.code13,
        institution_name=facts.institution,
        occupation_code=facts.occupation_code,
        occupation_name=facts.occupation_name,
        level=facts.level,
        theory_score=facts.theory_score,
        issued_on=facts.issued_on,
        issued_ms=work.now_ms,
        issued_by=work.actor.id,
        digest=found,
        document=data.decode(),
        leaf=leaf,
        state="valid",
    )
    work.session.add(row)
    work.record("certificate.issued", facts.number, digest=found, result=result.id, leaf=leaf)
    return row


def print_missing(runtime: RoleRuntime, actor: Actor, run_id: str, progress: Progress) -> list[dict[str, str]]:
    """Print and sign the PDFs of a run that do not exist yet; returns those that cannot be, with the reason."""
    with open_work(runtime, actor, write=False) as work:
        rows = [row for row in certificates_of_run(work.session, run_id) if row.pdf_digest is None]
    if not rows:
        return []
    sources = {style: load_fonts(style) for style in STYLES}
    pages = {row.number: _page(runtime, row) for row in rows}
    printable, unprinted = _printable(rows, pages, sources)
    fonts = prepare_fonts([pages[row.number] for row in printable], sources)
    for done, row in enumerate(printable, start=1):
        _print(runtime, actor, row, pages[row.number], fonts)
        if done % 20 == 0:
            progress(50 + 50 * done // len(printable), f"已制证 {done} / {len(printable)}")
    return unprinted


def _printable(
    rows: list[CertificateRow], pages: dict[str, CertificatePage], sources: dict[str, tuple[FontSource, ...]]
) -> tuple[list[CertificateRow], list[dict[str, str]]]:
    """The certificates whose every character some font has, and the others with the reason: one rare name stops one."""
    try:
        prepare_fonts(list(pages.values()), sources)
        return rows, []
    except CharacterNotInFont:
        printable, unprinted = [], []
    for row in rows:
        try:
            prepare_fonts([pages[row.number]], sources)
            printable.append(row)
        except CharacterNotInFont as error:
            unprinted.append({"number": row.number, "reason": error.text("zh")})
    return printable, unprinted


def _page(runtime: RoleRuntime, row: CertificateRow) -> CertificatePage:
    body = json.loads(row.document)["body"]
    return page_of(body, qr_text(body, runtime.keys.signing, body["query_hint"].removesuffix("/verify")))


def _print(
    runtime: RoleRuntime, actor: Actor, row: CertificateRow, page: CertificatePage, fonts: dict[str, str]
) -> None:
    """Print one certificate, keep the file, then remember its digest."""
    pdf = print_certificate(page, fonts, row.document.encode())
    signed = sign_pdf(pdf, runtime.keys.signing, row.institution_name, f"职业技能等级证书 {row.number}")
    stored = certificate_vault(runtime).put(signed)
    with open_work(runtime, actor) as work:
        load_certificate(work.session, row.number, lock=True).pdf_digest = stored
        work.record("certificate.printed", row.number, digest=stored)


def read_pdf(work: Work, number: str) -> bytes:
    """The printed certificate; raises NotPrintedYet while the job that issued it has not printed it."""
    row = load_certificate(work.session, normalise_number(number))
    if row.pdf_digest is None:
        raise NotPrintedYet(retry_after_s=3)
    work.record("certificate.read", row.number, digest=row.pdf_digest)
    return certificate_vault(work.runtime).get(row.pdf_digest)


def void_certificate(work: Work, number: str, reason: str) -> CertificateRow:
    """Declare a certificate void by decision of another person than its issuer; the row and number stay."""
    row = load_certificate(work.session, normalise_number(number), lock=True)
    if row.state == "void":
        raise VoidAlready(number=row.number)
    if row.issued_by == work.actor.id:
        raise IssuerMayNotVoid()
    leaf = append_leaf(work, "void", {"digest": row.digest, "number": row.number})
    row.state = "void"
    row.void = {"reason": reason, "at_ms": work.now_ms, "by": work.actor.id, "leaf": leaf}
    work.record("certificate.voided", row.number, reason=reason, leaf=leaf)
    return row
