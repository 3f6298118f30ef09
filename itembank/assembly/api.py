"""Endpoints of blueprints and assemblies."""

from examserver.kernel.access import Permit
from examserver.plumbing.contract import endpoint
from examserver.plumbing.work import Work
from itembank.allocation.rule import AllocationUsedUp, NotAllocated, OutsideAllocation, PlaintextWithheld
from itembank.allocation.store import own_allocations, owned
from itembank.assembly import actions
from itembank.assembly.actions import AssemblerApproves, BlueprintUnsound, NoRelaxation, NotAssembled, SwapperApproves
from itembank.assembly.forecast import forecast_of
from itembank.assembly.schemas import (
    AssembleRequest,
    AssemblyList,
    AssemblyStarted,
    AssemblyView,
    BlueprintList,
    BlueprintRequest,
    BlueprintView,
    ExposedItem,
    ExposureList,
    Forecast,
    FormPreview,
    PreviewQuery,
    SealableAssembly,
    SealableList,
)
from itembank.assembly.store import ChecksFailed, FormAltered, NoSpecificationYet, load_specification
from itembank.assembly.tables import (
    AssemblyRow,
    NoSuchAssembly,
    NoSuchBlueprint,
    NoSuchForm,
    assemblies,
    blueprints_of,
    forms_of,
    load_assembly,
    load_blueprint_row,
    uses_of,
)
from itembank.assembly.views import assembly_view, blueprint_of_request, blueprint_view
from itembank.items.state import FORMAL
from itembank.items.tables import BankNotReady, NoSuchBank, load_bank
from itembank.items.text import tidy


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
    return blueprint_view(row, load_specification(work, bank_id))


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
    return BlueprintList(blueprints=[blueprint_view(row, specification) for row in rows])


@endpoint(
    "POST",
    "/api/bank/blueprints/{blueprint_id}/assemblies",
    role="bank",
    access=Permit("forms.assemble"),
    answer=AssemblyStarted,
    errors=(NoSuchBlueprint, NoSpecificationYet, BankNotReady, NotAllocated, OutsideAllocation, AllocationUsedUp),
    summary="Have forms assembled by a job",
)
def start_assembly(work: Work, blueprint_id: str, body: AssembleRequest) -> AssemblyStarted:
    """The assembly to watch."""
    row = actions.request_assembly(work, blueprint_id, body.forms, body.reserve_forms, body.seed, body.purpose)
    return AssemblyStarted(assembly=row.id, job=row.job_id)


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
    own = own_allocations(work)
    rows = [row for row in assemblies(work.session) if own is None or row.allocation_id in own]
    return AssemblyList(assemblies=[assembly_view(work, row, full=False) for row in rows])


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
    own = own_allocations(work)
    rows = [row for row in assemblies(work.session) if (row.state, row.purpose) == ("approved", FORMAL)]
    rows = [row for row in rows if own is None or row.allocation_id in own]
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
    return assembly_view(work, owned(work, load_assembly(work.session, assembly_id)))


@endpoint(
    "GET",
    "/api/bank/assemblies/{assembly_id}/forms/{form_id}",
    role="bank",
    access=Permit("forms.read"),
    answer=FormPreview,
    errors=(
        NoSuchAssembly,
        NoSuchForm,
        ChecksFailed,
        FormAltered,
        NotAllocated,
        PlaintextWithheld,
        actions.FormWithheld,
    ),
    summary="Read a form in plain text, saying why (recorded); not once it is sealed",
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
    errors=(NoSuchAssembly, NotAssembled, AssemblerApproves, SwapperApproves, ChecksFailed, FormAltered),
    summary="Release the forms for sealing: by another person than the assembler",
)
def approve_assembly(work: Work, assembly_id: str) -> AssemblyView:
    """The approved assembly."""
    return assembly_view(work, actions.approve_assembly(work, assembly_id))


@endpoint(
    "POST",
    "/api/bank/assemblies/{assembly_id}/cancel",
    role="bank",
    access=Permit("forms.assemble"),
    answer=AssemblyView,
    errors=(NoSuchAssembly, NotAssembled),
    summary="Stop an assembly that waits or runs",
)
def cancel_assembly(work: Work, assembly_id: str) -> AssemblyView:
    """The cancelled assembly."""
    return assembly_view(work, actions.cancel_assembly(work, assembly_id))


@endpoint(
    "POST",
    "/api/bank/assemblies/{assembly_id}/relax",
    role="bank",
    access=Permit("forms.assemble"),
    answer=AssemblyStarted,
    errors=(
        NoSuchAssembly, NoRelaxation, BlueprintUnsound, BankNotReady, NotAllocated, OutsideAllocation, AllocationUsedUp,
    ),
    summary="Accept the least relaxation: save the changed blueprint and assemble from it",
)  # fmt: skip
def accept_relaxation(work: Work, assembly_id: str) -> AssemblyStarted:
    """The assembly to watch."""
    row = actions.accept_relaxation(work, assembly_id)
    return AssemblyStarted(assembly=row.id, job=row.job_id)


@endpoint(
    "POST",
    "/api/bank/banks/{bank_id}/blueprints/forecast",
    role="bank",
    access=Permit("blueprints.edit"),
    answer=Forecast,
    errors=(NoSuchBank, NoSpecificationYet),
    summary="What the bank has for a blueprint before anything is assembled",
)
def forecast(work: Work, bank_id: str, body: BlueprintRequest) -> Forecast:
    """Supply of every cell, measured items, the information a form would tell on average."""
    return forecast_of(work, bank_id, blueprint_of_request(body))


@endpoint(
    "GET",
    "/api/bank/banks/{bank_id}/exposure",
    role="bank",
    access=Permit("forms.read"),
    answer=ExposureList,
    errors=(NoSuchBank,),
    summary="How often the items of a bank were in approved papers",
)
def list_exposure(work: Work, bank_id: str) -> ExposureList:
    """The most used first."""
    uses = uses_of(work.session, load_bank(work.session, bank_id).id)
    ordered = sorted(uses.items(), key=lambda each: (-each[1].count, each[0]))
    return ExposureList(items=[ExposedItem(code=code, **vars(use)) for code, use in ordered])
