"""Assembly as acts: write a blueprint, have a job assemble forms, look at them, approve by another person, hand over.

The checker runs three times on the documents as they will be sealed: when the forms are made, when they are approved,
when they are handed over for sealing. A form that fails never leaves.
"""

import importlib.metadata
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete

from examserver.kernel.access import Actor, system_actor
from examserver.kernel.errors import Invalid, Refused
from examserver.plumbing.jobs import enqueue, job
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.work import Work, open_work
from itembank.assembly.blueprint import Blueprint, read_blueprint
from itembank.assembly.checker import FormCheck, overlap_matrix
from itembank.assembly.content import FormDocument, FormFacts
from itembank.assembly.forms import Assembled, Request, assemble_forms, pool_digest
from itembank.assembly.order import PlacedSection, place_items
from itembank.assembly.soundness import check_blueprint
from itembank.assembly.store import (
    build_document,
    check_documents,
    load_specification,
    rebuild_documents,
)
from itembank.assembly.supply import PoolItem
from itembank.assembly.tables import (
    APPROVED_FORMS,
    ASSEMBLED,
    FAILED,
    INFEASIBLE,
    RUNNING,
    SEALED,
    AssemblyFormRow,
    AssemblyRow,
    BlueprintRow,
    NoSuchForm,
    blueprint_of,
    load_assembly,
    load_blueprint_row,
    load_pool,
    sections_as_json,
)
from itembank.items.content import ItemBody
from itembank.items.state import FORMAL
from itembank.items.tables import demand_ready, load_bank
from itembank.items.text import tidy
from itembank.specs.tree import ContentSpecification, plain_decimal

JOB = "assemble_forms"
Progress = Callable[[int, str], None]


class BlueprintUnsound(Invalid):
    """The blueprint contradicts itself or the specification; `faults` lists everything."""

    code = "blueprint.unsound"
    message_zh = "组卷方案有 {count} 处问题：{first_zh}"
    message_en = "The blueprint has {count} fault(s): {first_en}"
    next_zh = "请逐一改正后重新保存"
    next_en = "Correct them and save again"


class NotAssembled(Refused):
    """The assembly is not at the stage this act needs."""

    code = "assembly.wrong_state"
    message_zh = "组卷处于“{state}”状态，不能执行此操作"
    message_en = "The assembly is in state {state}, which does not allow this"
    next_zh = "请刷新页面，查看组卷的当前状态"
    next_en = "Refresh the page and look at the state of the assembly"


class AssemblerApproves(Refused):
    """Whoever assembled cannot approve."""

    code = "assembly.same_person"
    message_zh = "组卷与审批须由不同的人完成；此次组卷由{name}发起"
    message_en = "Assembly and approval need two persons; {name} started this assembly"
    next_zh = "请由另一位审批人操作"
    next_en = "Let another approver do it"


@dataclass(frozen=True)
class AssemblyFacts:
    """What sealing needs to know about an assembly besides its forms."""

    assembly: str
    state: str
    bank_name: str
    provenance: str
    occupation_code: str
    occupation_name: str
    level: int
    standard: str
    title: str
    duration_s: int
    cut_score: str
    total_points: str
    blueprint_digest: str
    specification_digest: str
    seed: str
    assembled_by: str
    approved_by: str


def save_blueprint(work: Work, bank_id: str, blueprint: Blueprint) -> BlueprintRow:
    """A new blueprint of the bank; raises BlueprintUnsound with every fault."""
    load_bank(work.session, bank_id)
    faults = check_blueprint(blueprint, load_specification(work, bank_id))
    if faults:
        raise BlueprintUnsound(
            count=len(faults),
            first_zh=faults[0].reason_zh,
            first_en=faults[0].reason_en,
            faults=[vars(fault) for fault in faults],
        )
    row = BlueprintRow(
        id=work.new_id("bpt"),
        bank_id=bank_id,
        name=blueprint.name,
        body=blueprint.as_json(),
        digest=blueprint.digest(),
        by=work.actor.id,
        by_name=work.actor.name,
        created_ms=work.now_ms,
    )
    work.session.add(row)
    work.record("blueprint.saved", row.id, bank=bank_id, name=row.name, digest=row.digest)
    return row


def request_assembly(
    work: Work, blueprint_id: str, forms: int, reserve_forms: int, seed: str, purpose: str = FORMAL
) -> AssemblyRow:
    """Queues the assembly of so many forms; without a seed one is drawn and recorded. Formal ones need a ready bank."""
    blueprint = load_blueprint_row(work.session, blueprint_id)
    if purpose == FORMAL:
        demand_ready(load_bank(work.session, blueprint.bank_id))
    specification = load_specification(work, blueprint.bank_id)
    row = AssemblyRow(
        id=work.new_id("asm"),
        bank_id=blueprint.bank_id,
        blueprint_id=blueprint.id,
        blueprint_digest=blueprint.digest,
        specification_digest=specification.digest(),
        seed=tidy(seed) or secrets.token_hex(16),
        forms=forms,
        reserve_forms=reserve_forms,
        state=RUNNING,
        purpose=purpose,
        shortages=[],
        overlap=[],
        by=work.actor.id,
        by_name=work.actor.name,
        created_ms=work.now_ms,
        approved_ms=None,
    )
    work.session.add(row)
    row.job_id = enqueue(work, JOB, {"assembly": row.id})
    facts = {
        "blueprint": blueprint.digest,
        "seed": row.seed,
        "forms": forms,
        "reserve_forms": reserve_forms,
        "purpose": purpose,
    }
    work.record("assembly.requested", row.id, **facts)
    return row


@job(JOB, role="bank")
def run_assembly(runtime: RoleRuntime, payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Assembles, checks and saves the forms of one assembly; safe to run again."""
    actor = system_actor("assembler")
    try:
        return _run(runtime, actor, payload["assembly"], progress)
    except Exception:  # whatever it was, nobody must wait for this assembly; the job's row keeps the reason
        with open_work(runtime, actor) as work:
            row = load_assembly(work.session, payload["assembly"])
            if row.state == RUNNING:
                row.state = FAILED
                work.record("assembly.failed", row.id)
        raise


@dataclass(frozen=True)
class _Loaded:
    """Everything a run reads before it computes."""

    request: Request
    specification: ContentSpecification
    pool: list[PoolItem]
    bodies: dict[str, ItemBody]


def _load(work: Work, row: AssemblyRow) -> _Loaded:
    specification = load_specification(work, row.bank_id)
    pool, bodies = load_pool(work.session, row.bank_id, specification, row.purpose)
    request = Request(blueprint_of(work.session, row), row.seed, row.forms, row.reserve_forms)
    return _Loaded(request, specification, pool, bodies)


def _run(runtime: RoleRuntime, actor: Actor, assembly_id: str, progress: Progress) -> dict[str, Any]:
    progress(5, "读取题库")
    with open_work(runtime, actor, write=False) as work:
        row = load_assembly(work.session, assembly_id)
        if row.state not in (RUNNING, FAILED):
            return {"assembly": assembly_id, "state": row.state}
        loaded = _load(work, row)
    made = assemble_forms(
        loaded.request,
        loaded.pool,
        lambda done, total: progress(10 + 70 * done // total, f"已组成 {done}/{total} 套"),
    )
    progress(85, "独立核查")
    with open_work(runtime, actor) as work:
        row = load_assembly(work.session, assembly_id)
        # Another worker may have been faster, and a person have approved what it made.
        if row.state in (RUNNING, FAILED):
            _save(work, row, loaded, made)
        return {"assembly": assembly_id, "state": row.state, "forms": len(made.forms)}


def _save(work: Work, row: AssemblyRow, loaded: _Loaded, made: Assembled) -> None:
    row.pool_digest = pool_digest(loaded.pool)
    row.solver = f"HiGHS {importlib.metadata.version('highspy')}"
    row.shortages = [vars(shortage) for shortage in made.shortages]
    if not made.forms:
        row.state = INFEASIBLE
        work.record("assembly.infeasible", row.id, shortages=len(made.shortages))
        return
    versions = {item.code: item.version for item in loaded.pool}
    numbered = {code: (versions[code], body) for code, body in loaded.bodies.items()}
    blueprint, placed = loaded.request.blueprint, []
    for form in made.forms:
        codes = [item.code for item in form.items]
        facts = FormFacts(form.form, form.name, form.reserve, blueprint.name, blueprint.duration_s)
        placed.append((facts, place_items(blueprint, numbered, codes, row.seed, form.form)))
    documents = [build_document(work, facts, sections, loaded.bodies) for facts, sections in placed]
    checks = check_documents(work, row, documents)
    row.state = ASSEMBLED if all(check.ok for form in checks for check in form) else FAILED
    row.overlap = overlap_matrix([(document.content, document.key) for document in documents])
    work.session.execute(delete(AssemblyFormRow).where(AssemblyFormRow.assembly_id == row.id))
    for number, (document, (_, sections), found) in enumerate(zip(documents, placed, checks, strict=True)):
        work.session.add(_form_row(row.id, number, document, sections, found))
    facts_of_forms = {document.form: document.digest for document in documents}
    work.record("assembly.finished", row.id, state=row.state, pool=row.pool_digest, forms=facts_of_forms)


def _form_row(
    assembly_id: str, number: int, document: FormDocument, sections: tuple[PlacedSection, ...], checks: list[FormCheck]
) -> AssemblyFormRow:
    return AssemblyFormRow(
        assembly_id=assembly_id,
        form_id=document.form,
        number=number,
        name=document.name,
        reserve=document.reserve,
        sections=sections_as_json(sections),
        items=len(document.item_versions),
        digest=document.digest,
        key_digest=document.key_digest,
        checks=[vars(check) for check in checks],
    )


def approve_assembly(work: Work, assembly_id: str) -> AssemblyRow:
    """Another person than the assembler releases the forms for sealing, after one more check."""
    row = load_assembly(work.session, assembly_id)
    if row.state != ASSEMBLED:
        raise NotAssembled(state=row.state)
    if row.by == work.actor.id:
        work.attempt("assembly.approval_refused", row.id, reason=AssemblerApproves.code)
        raise AssemblerApproves(name=row.by_name)
    rebuild_documents(work, row)
    row.state, row.approver, row.approver_name = APPROVED_FORMS, work.actor.id, work.actor.name
    row.approved_ms = work.now_ms
    work.record("assembly.approved", row.id)
    return row


def preview_form(work: Work, assembly_id: str, form_id: str, purpose: str, with_key: bool) -> FormDocument:
    """A form in plain text for a person who says why; the reading is recorded with its purpose."""
    row = load_assembly(work.session, assembly_id)
    found = [document for document in rebuild_documents(work, row) if document.form == form_id]
    if not found:
        raise NoSuchForm(what=form_id)
    work.record("form.read", form_id, assembly=row.id, purpose=purpose, with_key=with_key)
    return found[0]


def form_documents(work: Work, assembly_id: str) -> list[FormDocument]:
    """The approved forms for sealing, checked once more; the reading is recorded."""
    row = load_assembly(work.session, assembly_id)
    if row.state not in (APPROVED_FORMS, SEALED):
        raise NotAssembled(state=row.state)
    documents = rebuild_documents(work, row)
    work.record("forms.handed_over", row.id, forms=len(documents))
    return documents


def mark_sealed(work: Work, assembly_id: str) -> None:
    """The assembly's forms have left in a sealed package."""
    row = load_assembly(work.session, assembly_id)
    if row.state not in (APPROVED_FORMS, SEALED):
        raise NotAssembled(state=row.state)
    row.state = SEALED


def assembly_facts(work: Work, assembly_id: str) -> AssemblyFacts:
    """What sealing writes into the manifest; raises NoSuchAssembly."""
    row = load_assembly(work.session, assembly_id)
    bank, blueprint = load_bank(work.session, row.bank_id), blueprint_of(work.session, row)
    return AssemblyFacts(
        assembly=row.id,
        state=row.state,
        bank_name=bank.name,
        provenance=bank.provenance,
        occupation_code=bank.occupation_code,
        occupation_name=bank.occupation_name,
        level=bank.level,
        standard=bank.standard,
        title=blueprint.name,
        duration_s=blueprint.duration_s,
        cut_score=plain_decimal(blueprint.cut_score),
        total_points=plain_decimal(blueprint.total_points),
        blueprint_digest=row.blueprint_digest,
        specification_digest=row.specification_digest,
        seed=row.seed,
        assembled_by=row.by,
        approved_by=row.approver,
    )


def find_blueprint(work: Work, blueprint_id: str) -> Blueprint:
    """The blueprint's rules; raises NoSuchBlueprint."""
    return read_blueprint(load_blueprint_row(work.session, blueprint_id).body)
