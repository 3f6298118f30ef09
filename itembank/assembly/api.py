"""Endpoints of blueprints and assemblies."""

from decimal import Decimal

from examserver.kernel.access import Permit
from examserver.plumbing.contract import endpoint
from examserver.plumbing.work import Work
from itembank.assembly import actions
from itembank.assembly.actions import AssemblerApproves, BlueprintUnsound, NotAssembled
from itembank.assembly.blueprint import Blueprint, Cell, Section, read_blueprint
from itembank.assembly.schemas import (
    AssembleRequest,
    AssemblyList,
    AssemblyStarted,
    AssemblyView,
    BlueprintCell,
    BlueprintList,
    BlueprintRequest,
    BlueprintSection,
    BlueprintView,
    DeviationView,
    DifficultyBand,
    FormCheckView,
    FormLine,
    FormPreview,
    PreviewQuery,
    SealableAssembly,
    SealableList,
    ShortageView,
)
from itembank.assembly.soundness import weight_deviations
from itembank.assembly.store import ChecksFailed, FormAltered, NoSpecificationYet, load_specification
from itembank.assembly.tables import (
    AssemblyFormRow,
    AssemblyRow,
    BlueprintRow,
    NoSuchAssembly,
    NoSuchBlueprint,
    NoSuchForm,
    assemblies,
    blueprints_of,
    forms_of,
    load_assembly,
    load_blueprint_row,
)
from itembank.items.state import FORMAL
from itembank.items.tables import BankNotReady, NoSuchBank, load_bank
from itembank.items.text import tidy
from itembank.specs.tree import ContentSpecification, plain_decimal


def blueprint_of_request(body: BlueprintRequest) -> Blueprint:
    """The rules a request describes."""
    band = body.difficulty
    return Blueprint(
        name=tidy(body.name),
        duration_s=body.duration_s,
        cut_score=body.cut_score,
        total_points=body.total_points,
        sections=tuple(Section(one.type, tidy(one.title), one.points_each) for one in body.sections),
        cells=tuple(Cell(one.area, one.type, one.count) for one in body.cells),
        importance=body.importance or {},
        difficulty=(int(band.mean_min * 1000), int(band.mean_max * 1000)) if band else None,
        max_overlap=body.max_overlap,
        max_per_point=body.max_per_point,
    )


def _blueprint_view(row: BlueprintRow, specification: ContentSpecification) -> BlueprintView:
    rules = read_blueprint(row.body)
    band = rules.difficulty
    low_high = (Decimal(band[0]) / 1000, Decimal(band[1]) / 1000) if band else None
    return BlueprintView(
        id=row.id,
        bank=row.bank_id,
        name=row.name,
        duration_s=rules.duration_s,
        cut_score=plain_decimal(rules.cut_score),
        total_points=plain_decimal(rules.total_points),
        items=rules.count,
        sections=[BlueprintSection(**vars(section)) for section in rules.sections],
        cells=[BlueprintCell(**vars(cell)) for cell in rules.cells],
        importance=dict(rules.importance),
        difficulty=DifficultyBand(mean_min=low_high[0], mean_max=low_high[1]) if low_high else None,
        max_overlap=rules.max_overlap,
        max_per_point=rules.max_per_point,
        digest=row.digest,
        by=row.by_name,
        created_ms=row.created_ms,
        deviations=[DeviationView(**vars(each)) for each in weight_deviations(rules, specification)],
    )


@endpoint(
    "POST",
    "/api/bank/banks/{bank_id}/blueprints",
    role="bank",
    access=Permit("blueprints.edit"),
    answer=BlueprintView,
    errors=(NoSuchBank, NoSpecificationYet, BlueprintUnsound),
    summary="Write a blueprint",
)
def save_blueprint(work: Work, bank_id: str, body: BlueprintRequest) -> BlueprintView:
    """The stored blueprint with its deviations from the content weights."""
    row = actions.save_blueprint(work, bank_id, blueprint_of_request(body))
    return _blueprint_view(row, load_specification(work, bank_id))


@endpoint(
    "GET",
    "/api/bank/banks/{bank_id}/blueprints",
    role="bank",
    access=Permit("forms.read"),
    answer=BlueprintList,
    errors=(NoSuchBank,),
    summary="The blueprints of a bank",
)
def list_blueprints(work: Work, bank_id: str) -> BlueprintList:
    """Newest first."""
    load_bank(work.session, bank_id)
    rows = blueprints_of(work.session, bank_id)
    if not rows:
        return BlueprintList(blueprints=[])
    specification = load_specification(work, bank_id)
    return BlueprintList(blueprints=[_blueprint_view(row, specification) for row in rows])


@endpoint(
    "POST",
    "/api/bank/blueprints/{blueprint_id}/assemblies",
    role="bank",
    access=Permit("forms.assemble"),
    answer=AssemblyStarted,
    errors=(NoSuchBlueprint, NoSpecificationYet, BankNotReady),
    summary="Have forms assembled by a job",
)
def start_assembly(work: Work, blueprint_id: str, body: AssembleRequest) -> AssemblyStarted:
    """The assembly to watch."""
    row = actions.request_assembly(work, blueprint_id, body.forms, body.reserve_forms, body.seed, body.purpose)
    return AssemblyStarted(assembly=row.id, job=row.job_id)


def _form_line(row: AssemblyFormRow) -> FormLine:
    return FormLine(
        form=row.form_id,
        name=row.name,
        reserve=row.reserve,
        digest=row.digest,
        items=row.items,
        checks=[FormCheckView(**check) for check in row.checks],
    )


def assembly_view(work: Work, row: AssemblyRow) -> AssemblyView:
    """An assembly as shown."""
    return AssemblyView(
        id=row.id,
        bank=row.bank_id,
        blueprint=row.blueprint_id,
        blueprint_name=load_blueprint_row(work.session, row.blueprint_id).name,
        blueprint_digest=row.blueprint_digest,
        specification_digest=row.specification_digest,
        pool_digest=row.pool_digest,
        state=row.state,
        purpose=row.purpose,
        seed=row.seed,
        forms=[_form_line(form) for form in forms_of(work.session, row.id)],
        shortages=[ShortageView(**shortage) for shortage in row.shortages],
        overlap=row.overlap,
        job=row.job_id,
        solver=row.solver,
        by=row.by_name,
        approved_by=row.approver_name,
        created_ms=row.created_ms,
        approved_ms=row.approved_ms,
    )


@endpoint(
    "GET",
    "/api/bank/assemblies",
    role="bank",
    access=Permit("forms.read"),
    answer=AssemblyList,
    summary="All assemblies",
)
def list_assemblies(work: Work) -> AssemblyList:
    """Newest first."""
    return AssemblyList(assemblies=[assembly_view(work, row) for row in assemblies(work.session)])


@endpoint(
    "GET",
    "/api/bank/sealable-assemblies",
    role="bank",
    access=Permit("papers.seal"),
    answer=SealableList,
    summary="Approved assemblies for the person who seals, who may not read them",
)
def list_sealable(work: Work) -> SealableList:
    """Newest first, without any content."""
    rows = [row for row in assemblies(work.session) if (row.state, row.purpose) == ("approved", FORMAL)]
    return SealableList(assemblies=[_sealable(work, row) for row in rows])


def _sealable(work: Work, row: AssemblyRow) -> SealableAssembly:
    return SealableAssembly(
        id=row.id,
        blueprint_name=load_blueprint_row(work.session, row.blueprint_id).name,
        forms=len(forms_of(work.session, row.id)),
        approved_by=row.approver_name,
        approved_ms=row.approved_ms,
    )


@endpoint(
    "GET",
    "/api/bank/assemblies/{assembly_id}",
    role="bank",
    access=Permit("forms.read"),
    answer=AssemblyView,
    errors=(NoSuchAssembly,),
    summary="One assembly with its forms, checks, overlaps or shortages",
)
def read_assembly(work: Work, assembly_id: str) -> AssemblyView:
    """The assembly as it is now."""
    return assembly_view(work, load_assembly(work.session, assembly_id))


@endpoint(
    "GET",
    "/api/bank/assemblies/{assembly_id}/forms/{form_id}",
    role="bank",
    access=Permit("forms.read"),
    answer=FormPreview,
    errors=(NoSuchAssembly, NoSuchForm, ChecksFailed, FormAltered),
    summary="Read a form in plain text, saying why (recorded)",
    write=True,
)
def preview_form(work: Work, assembly_id: str, form_id: str, query: PreviewQuery) -> FormPreview:
    """The form as the candidate will see it."""
    found = actions.preview_form(work, assembly_id, form_id, tidy(query.purpose), query.with_key)
    return FormPreview(
        form=found.form,
        name=found.name,
        reserve=found.reserve,
        digest=found.digest,
        content=found.content,
        key=found.key if query.with_key else None,
    )


@endpoint(
    "POST",
    "/api/bank/assemblies/{assembly_id}/approve",
    role="bank",
    access=Permit("forms.approve"),
    answer=AssemblyView,
    errors=(NoSuchAssembly, NotAssembled, AssemblerApproves, ChecksFailed, FormAltered),
    summary="Release the forms for sealing: by another person than the assembler",
)
def approve_assembly(work: Work, assembly_id: str) -> AssemblyView:
    """The approved assembly."""
    return assembly_view(work, actions.approve_assembly(work, assembly_id))
