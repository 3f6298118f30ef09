"""Assembly as acts: write a blueprint, have a job assemble forms, look at them, approve by another person, hand over.

The checker runs three times on the documents as they will be sealed: when the forms are made, when they are approved,
when they are handed over for sealing. A form that fails never leaves.
"""

import secrets
from dataclasses import dataclass

from examserver.kernel.errors import Invalid, Refused
from examserver.plumbing.jobs import enqueue
from examserver.plumbing.work import Work
from itembank.allocation.store import gate_assembly, gate_preview, owned
from itembank.assembly.blueprint import Blueprint, read_blueprint
from itembank.assembly.content import FormDocument
from itembank.assembly.soundness import check_blueprint
from itembank.assembly.store import load_specification, rebuild_documents
from itembank.assembly.swaps.tables import swaps_of
from itembank.assembly.tables import (
    APPROVED_FORMS,
    ASSEMBLED,
    CANCELLED,
    INFEASIBLE,
    JOB,
    RUNNING,
    SEALED,
    AssemblyRow,
    BlueprintRow,
    ItemUseRow,
    NoSuchForm,
    blueprint_of,
    forms_of,
    load_assembly,
    load_blueprint_row,
    sections_of,
)
from itembank.items.state import FORMAL
from itembank.items.tables import demand_ready, load_bank
from itembank.items.text import tidy
from itembank.specs.tree import ContentSpecification, plain_decimal


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


class SwapperApproves(Refused):
    """Whoever changed a form cannot approve it."""

    code = "assembly.swapper_approves"
    message_zh = "您替换过其中的试题，不能批准这次组卷"
    message_en = "You swapped an item of these forms and cannot approve them"
    next_zh = "请由另一位审批人操作"
    next_en = "Let another approver do it"


class NoRelaxation(Refused):
    """There is no proposal to accept."""

    code = "assembly.no_relaxation"
    message_zh = "这次组卷没有可采纳的放宽方案"
    message_en = "This assembly offers no relaxation"
    next_zh = "请按所列冲突修改组卷方案"
    next_en = "Change the blueprint by the conflicts listed"


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


def demand_sound(blueprint: Blueprint, specification: ContentSpecification) -> None:
    """Raises BlueprintUnsound with every fault."""
    faults = check_blueprint(blueprint, specification)
    if faults:
        raise BlueprintUnsound(
            count=len(faults),
            first_zh=faults[0].reason_zh,
            first_en=faults[0].reason_en,
            faults=[vars(fault) for fault in faults],
        )


def new_seed() -> str:
    """A seed nobody chose."""
    return secrets.token_hex(16)


def save_blueprint(work: Work, bank_id: str, blueprint: Blueprint) -> BlueprintRow:
    """A new blueprint of the bank; raises BlueprintUnsound with every fault."""
    load_bank(work.session, bank_id)
    demand_sound(blueprint, load_specification(work, bank_id))
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
    areas = [cell.area for cell in read_blueprint(blueprint.body).cells]
    allocation = gate_assembly(work, blueprint.bank_id, areas, forms + reserve_forms)
    specification = load_specification(work, blueprint.bank_id)
    row = AssemblyRow(
        id=work.new_id("asm"),
        bank_id=blueprint.bank_id,
        blueprint_id=blueprint.id,
        blueprint_digest=blueprint.digest,
        specification_digest=specification.digest(),
        seed=tidy(seed) or new_seed(),
        forms=forms,
        reserve_forms=reserve_forms,
        state=RUNNING,
        purpose=purpose,
        allocation_id=allocation,
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


def cancel_assembly(work: Work, assembly_id: str) -> AssemblyRow:
    """Stops an assembly that waits or runs; nothing of it is kept but that it was asked for."""
    row = owned(work, load_assembly(work.session, assembly_id))
    if row.state != RUNNING:
        raise NotAssembled(state=row.state)
    row.state = CANCELLED
    work.record("assembly.cancelled", row.id)
    return row


def accept_relaxation(work: Work, assembly_id: str) -> AssemblyRow:
    """Saves the blueprint as changed by the least relaxation and has forms assembled from it."""
    row = owned(work, load_assembly(work.session, assembly_id))
    if row.state != INFEASIBLE or not row.relaxation:
        raise NoRelaxation(state=row.state)
    offered = row.relaxation
    saved = save_blueprint(work, row.bank_id, read_blueprint(offered["blueprint"]))
    work.session.flush()
    work.record(
        "assembly.relaxed", row.id, blueprint=saved.digest, changes=[one["words_en"] for one in offered["changes"]]
    )
    return request_assembly(work, saved.id, offered["forms"], offered["reserve_forms"], row.seed, row.purpose)


def approve_assembly(work: Work, assembly_id: str) -> AssemblyRow:
    """Another person than the assembler releases the forms for sealing, after one more check."""
    row = owned(work, load_assembly(work.session, assembly_id))
    if row.state != ASSEMBLED:
        raise NotAssembled(state=row.state)
    if row.by == work.actor.id:
        work.attempt("assembly.approval_refused", row.id, reason=AssemblerApproves.code)
        raise AssemblerApproves(name=row.by_name)
    if any(swap.by == work.actor.id for swap in swaps_of(work.session, row.id)):
        work.attempt("assembly.approval_refused", row.id, reason=SwapperApproves.code)
        raise SwapperApproves()
    rebuild_documents(work, row)
    row.state, row.approver, row.approver_name = APPROVED_FORMS, work.actor.id, work.actor.name
    row.approved_ms = work.now_ms
    _count_uses(work, row)
    work.record("assembly.approved", row.id)
    return row


def _count_uses(work: Work, row: AssemblyRow) -> None:
    """Every item of the forms has been used once more from now on."""
    for form in forms_of(work.session, row.id):
        for code in {item.code for part in sections_of(form) for item in part.items}:
            use = ItemUseRow(
                assembly_id=row.id,
                form_id=form.form_id,
                code=code,
                bank_id=row.bank_id,
                reserve=form.reserve,
                purpose=row.purpose,
                at_ms=work.now_ms,
            )
            work.session.add(use)


class FormWithheld(Refused):
    """What was approved is kept from reading: nobody needs the key any more, and a sealed form nobody needs at all."""

    code = "form.withheld"
    message_zh = "{why_zh}，不能查看{what_zh}"
    message_en = "{why_en}: {what_en} is not shown"
    next_zh = "答案仅供批准人在批准之前核对；密封之后请凭摘要核对"
    next_en = "Keys are for the approver before the approval; sealed forms are known by their digests"


def _check_reader(work: Work, row: AssemblyRow, with_key: bool) -> None:
    """Raises FormWithheld for a sealed form, and for a key unless an approver has still to decide."""
    if row.state == SEALED:
        raise FormWithheld(why_zh="试卷已密封", why_en="The forms are sealed", what_zh="明文", what_en="their text")
    approves = work.actor.kind == "system" or "forms.approve" in work.actor.permissions
    key = {"what_zh": "答案", "what_en": "the key"}
    if with_key and row.state != ASSEMBLED:
        raise FormWithheld(why_zh="试卷已批准", why_en="The forms are approved", **key)
    if with_key and not approves:
        raise FormWithheld(why_zh="答案仅供批准人核对", why_en="Keys are for who approves", **key)


def preview_form(work: Work, assembly_id: str, form_id: str, purpose: str, with_key: bool) -> FormDocument:
    """A form in plain text for a person who says why; the reading is recorded with its purpose."""
    row = load_assembly(work.session, assembly_id)
    gate_preview(work, row.bank_id, row.allocation_id, with_key)
    _check_reader(work, row, with_key)
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
    work.record("forms.handed_over", row.id, forms=len(documents), purpose="封卷")
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
