"""What can be done with papers at the bank: enrol custodians, seal an approved assembly, hand out the files.

Separation of duties (domain C.6): whoever assembled or approved an assembly does not seal it, and nobody seals for
custodians of their own enrolling: with two made-up custodians a sealer could open the paper alone.
"""

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import or_, select

from examserver.kernel.access import Actor
from examserver.kernel.canonical import digest, unb64u
from examserver.kernel.crypto.keys import key_id
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.errors import Invalid, Refused
from examserver.plumbing.files import Vault
from examserver.plumbing.jobs import Progress, enqueue, job
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.trust import NoTrustedKey, load_trusted
from examserver.plumbing.work import Work, open_work
from itembank.allocation.store import owned
from itembank.assembly.actions import AssemblyFacts, assembly_facts, form_documents, mark_sealed
from itembank.assembly.swaps.tables import swaps_of
from itembank.assembly.tables import APPROVED_FORMS, SEALED, AssemblyRow, load_assembly
from itembank.items.state import FORMAL
from itembank.items.tables import demand_ready, load_bank
from itembank.papers.manifest import Custodian, read_manifest
from itembank.papers.schemas import CustodianRequest, SealRequest
from itembank.papers.sealing import FormToSeal, PaperFacts, SealedPaper, check_terms, seal_paper
from itembank.papers.tables import CustodianRow, PaperRow, load_custodian, load_own_paper, load_paper


class BadCustodianKey(Invalid):
    """A custodian's public key is not 32 bytes of base64url."""

    code = "custodian.bad_key"
    message_zh = "保管人公钥格式不正确"
    message_en = "The custodian's public key is not well-formed"
    next_zh = "请使用 exam custodian new 生成的公钥"
    next_en = "Use the public keys printed by exam custodian new"


class CustodianKnown(Refused):
    """The person or one of the keys is enrolled already."""

    code = "custodian.known"
    message_zh = "该姓名或密钥已登记为保管人:{name}"
    message_en = "This name or key is already enrolled as custodian {name}"
    next_zh = "每位保管人须使用自己的密钥;同名者请加注工号"
    next_en = "Every custodian uses a key of their own; tell persons of one name apart by staff number"


class SealerNotSeparate(Refused):
    """The person who assembled or approved the forms may not seal them."""

    code = "paper.sealer_not_separate"
    message_zh = "组卷人、批准人与密封人必须是不同的人"
    message_en = "Whoever assembled or approved the forms may not seal them"
    next_zh = "请由另一名有密封权限的人员操作"
    next_en = "Have another person with the permission to seal do it"


class CustodianNotSeparate(Refused):
    """The sealer enrolled a custodian of this paper."""

    code = "paper.custodian_not_separate"
    message_zh = "保管人 {name} 由您登记，您不能为其密封试卷"
    message_en = "You enrolled custodian {name}; another person must seal a paper for them"
    next_zh = "请由管理员登记保管人，或由另一名封卷人密封"
    next_en = "Have the administrator enrol custodians, or another sealer seal"


class NotApproved(Refused):
    """Only an approved assembly is sealed, and only once at a time."""

    code = "paper.assembly_not_approved"
    message_zh = "组卷 {assembly} 的状态是 {state},不能密封"
    message_en = "Assembly {assembly} is {state} and cannot be sealed"
    next_zh = "请先由批准人批准组卷结果"
    next_en = "Have the assembly approved first"


class TrialPaper(Refused):
    """A trial paper may hold items nobody has enrolled; it never leaves the bank."""

    code = "paper.trial"
    message_zh = "组卷 {assembly} 是试测卷，不能密封"
    message_en = "Assembly {assembly} is a trial paper and is never sealed"
    next_zh = "请以“正式卷”重新组卷"
    next_en = "Assemble a formal paper"


class NotSealedYet(Refused):
    """The files exist only once the paper is sealed."""

    code = "paper.not_sealed"
    message_zh = "试卷 {paper} 尚未密封完成"
    message_en = "Paper {paper} is not sealed yet"
    next_zh = "请等待密封任务完成"
    next_en = "Wait for the sealing job to finish"


class PaperDestroyed(Refused):
    """The material was destroyed when its time was over."""

    code = "paper.destroyed"
    message_zh = "试卷 {paper} 的材料已按规定销毁"
    message_en = "The material of paper {paper} was destroyed when its time was over"
    next_zh = "销毁记录在该试卷的“保存与销毁”页"
    next_en = "The record of it is on the paper's page, under retention"


def paper_vault(runtime: RoleRuntime) -> Vault:
    """Where packages and key packages lie, by digest."""
    return Vault(runtime.files / "papers")


def _check_key(text: str) -> None:
    if len(unb64u(text)) != 32:
        raise BadCustodianKey()


def enrol_custodian(work: Work, body: CustodianRequest) -> CustodianRow:
    """Register a person's public keys; raises BadCustodianKey or CustodianKnown."""
    _check_key(body.signing_key)
    _check_key(body.sealing_key)
    same = or_(
        CustodianRow.name == body.name,
        CustodianRow.signing_key == body.signing_key,
        CustodianRow.sealing_key == body.sealing_key,
    )
    known = work.session.scalars(select(CustodianRow).where(same)).first()
    if known is not None:
        raise CustodianKnown(name=known.name)
    row = CustodianRow(
        id=work.new_id("cus"),
        name=body.name,
        signing_key=body.signing_key,
        sealing_key=body.sealing_key,
        created_ms=work.now_ms,
        created_by=work.actor.id,
    )
    work.session.add(row)
    work.record("custodian.enrolled", row.id, name=row.name, key=key_id("ed25519", unb64u(row.signing_key)))
    return row


def _custodian(row: CustodianRow) -> Custodian:
    return Custodian(row.id, row.name, unb64u(row.signing_key), unb64u(row.sealing_key))


def _facts(row: PaperRow, facts: AssemblyFacts, now_ms: int) -> PaperFacts:
    return PaperFacts(
        paper=row.id,
        title=row.title,
        occupation_code=facts.occupation_code,
        level=facts.level,
        standard=facts.standard,
        bank_name=facts.bank_name,
        provenance=facts.provenance,
        plan=None,
        not_before_ms=row.not_before_ms,
        expires_ms=row.expires_ms,
        created_ms=now_ms,
        blueprint_digest=facts.blueprint_digest,
        specification_digest=facts.specification_digest,
        threshold=row.threshold,
    )


def _check_duties(work: Work, row: AssemblyRow) -> None:
    """Raises NotApproved, TrialPaper, BankNotReady or SealerNotSeparate; a refused attempt stays on record."""
    work.attempt("paper.sealing_asked", row.id, state=row.state)
    if row.state not in (APPROVED_FORMS, SEALED):
        raise NotApproved(assembly=row.id, state=row.state)
    if row.purpose != FORMAL:
        raise TrialPaper(assembly=row.id)
    demand_ready(load_bank(work.session, row.bank_id))
    swappers = {swap.by for swap in swaps_of(work.session, row.id)}
    if work.actor.id in {row.by, row.approver} | swappers:
        raise SealerNotSeparate()


def _grading_key(work: Work) -> bytes:
    """The authority's sealing key; raises NoTrustedKey."""
    key = load_trusted(work, "authority").sealing_raw
    if key is None:
        raise NoTrustedKey(what="authority sealing key")
    return key


def custodians_for(work: Work, wanted: Sequence[str]) -> list[Custodian]:
    """The custodians asked for; raises CustodianNotSeparate for one the sealer enrolled."""
    rows = [load_custodian(work.session, custodian) for custodian in wanted]
    for row in rows:
        if row.created_by == work.actor.id:
            raise CustodianNotSeparate(name=row.name)
    return [_custodian(row) for row in rows]


def ask_sealing(work: Work, assembly_id: str, body: SealRequest) -> PaperRow:
    """Check everything a sealing needs and queue it; raises the rule that stands against it."""
    _check_duties(work, owned(work, load_assembly(work.session, assembly_id)))
    facts = assembly_facts(work, assembly_id)
    _grading_key(work)
    custodians = custodians_for(work, body.custodians)
    paper_id = work.new_id("ppr")
    row = PaperRow(
        id=paper_id,
        assembly=assembly_id,
        title=body.title,
        custodians=list(body.custodians),
        threshold=body.threshold,
        not_before_ms=body.not_before_ms,
        expires_ms=body.expires_ms,
        state="sealing",
        requested_by=work.actor.id,
        requested_ms=work.now_ms,
        job=enqueue(work, "seal_paper", {"paper": paper_id}),
        forms=[],
    )
    check_terms(_facts(row, facts, work.now_ms), custodians)
    work.session.add(row)
    work.record(
        "paper.sealing_queued", paper_id, assembly=assembly_id, custodians=row.custodians, threshold=row.threshold
    )
    return row


def _seal(runtime: RoleRuntime, actor: Actor, paper_id: str, progress: Progress) -> SealedPaper | None:
    """The sealed files of a paper that waits for them; None when it is sealed already."""
    with open_work(runtime, actor) as work:
        row = load_paper(work.session, paper_id)
        if row.state == "sealed":
            return None
        documents = form_documents(work, row.assembly)
        facts = _facts(row, assembly_facts(work, row.assembly), work.now_ms)
        custodians = [_custodian(load_custodian(work.session, one)) for one in row.custodians]
        grading_key = _grading_key(work)
    progress(30, "正在加密试卷")
    forms = [FormToSeal(one.form, one.name, one.reserve, one.content, one.key) for one in documents]
    signer = Signer("bank", facts.bank_name, runtime.keys.signing)
    return seal_paper(facts, forms, custodians, grading_key, signer, secrets.token_bytes)


def _save(work: Work, paper_id: str, sealed: SealedPaper) -> None:
    row = load_paper(work.session, paper_id)
    if row.state == "sealed":
        return  # another worker was faster, and its package may be in halls already
    manifest = read_manifest(sealed.manifest)
    row.state, row.sealed_ms = "sealed", work.now_ms
    row.manifest_digest = sealed.manifest_digest
    row.package_digest, row.keys_digest = digest(sealed.package), digest(sealed.keys)
    row.forms = [
        {"form": form.form, "name": form.name, "reserve": form.reserve, "items": form.items} for form in manifest.forms
    ]
    mark_sealed(work, row.assembly)
    work.record(
        "paper.sealed",
        paper_id,
        manifest=row.manifest_digest,
        package=row.package_digest,
        keys=row.keys_digest,
        threshold=row.threshold,
        custodians=row.custodians,
    )


@job("seal_paper", role="bank")
def run_sealing(runtime: RoleRuntime, payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Seal a queued paper; safe to run twice."""
    paper_id = str(payload["paper"])
    with open_work(runtime, Actor("system:worker", "worker", "system"), write=False) as work:
        requested_by = load_paper(work.session, paper_id).requested_by
    actor = Actor(requested_by, "worker", "system")
    progress(5, "正在读取试卷")
    sealed = _seal(runtime, actor, paper_id, progress)
    if sealed is not None:
        progress(80, "正在保存试卷包")
        vault = paper_vault(runtime)
        vault.put(sealed.package)
        vault.put(sealed.keys)
        with open_work(runtime, actor) as work:
            _save(work, paper_id, sealed)
    return {"paper": paper_id}


def take_file(work: Work, paper_id: str, what: str) -> bytes:
    """The package or the key package of a sealed paper; the download is recorded."""
    row = load_own_paper(work, paper_id)
    if row.destroyed_ms is not None:
        raise PaperDestroyed(paper=paper_id)
    name = row.package_digest if what == "package" else row.keys_digest
    if name is None:
        raise NotSealedYet(paper=paper_id)
    work.record(f"paper.{what}_taken", paper_id, digest=name, device=work.actor.device)
    return paper_vault(work.runtime).get(name)
