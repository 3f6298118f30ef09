"""One run of the assembler: read the bank, compute without holding it up, check, save everything at once or nothing.

The job of an assembly, and the trial on the command line that keeps nothing. A run that was cancelled stops between
two forms and leaves nothing behind.
"""

import importlib.metadata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete

from examserver.kernel.access import Actor, system_actor
from examserver.kernel.errors import Refused
from examserver.plumbing.jobs import job
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.work import Work, open_work
from itembank.assembly.checker import overlap_matrix
from itembank.assembly.content import FormDocument, FormFacts
from itembank.assembly.facts import FormCheck
from itembank.assembly.forms import Assembled, AssembledForm, Request, assemble_forms, pool_digest
from itembank.assembly.order import PlacedSection, place_items
from itembank.assembly.relaxation import Relaxation, least_relaxation
from itembank.assembly.report import Json, Measure, assembly_report, exposure_report, form_report
from itembank.assembly.store import (
    Yardstick,
    build_document,
    check_documents,
    curves_as_json,
    load_specification,
)
from itembank.assembly.supply import PoolItem
from itembank.assembly.tables import (
    ASSEMBLED,
    CANCELLED,
    FAILED,
    INFEASIBLE,
    JOB,
    RUNNING,
    AssemblyFormRow,
    AssemblyRow,
    blueprint_of,
    load_assembly,
    load_pool,
    sections_as_json,
    uses_within,
)
from itembank.items.content import ItemBody
from itembank.specs.tree import ContentSpecification

Progress = Callable[[int, str], None]
SOLVER = f"HiGHS {importlib.metadata.version('highspy')}"


class AssemblyCancelled(Refused):
    """Somebody cancelled this assembly while it ran."""

    code = "assembly.cancelled"
    message_zh = "组卷已取消，没有留下任何试卷"
    message_en = "The assembly was cancelled; no form was kept"
    next_zh = "可以从组卷方案重新开始"
    next_en = "Start again from the blueprint"


@dataclass(frozen=True)
class Loaded:
    """Everything a run reads before it computes."""

    request: Request
    bank_id: str
    purpose: str
    now_ms: int
    specification: ContentSpecification
    pool: list[PoolItem]
    bodies: dict[str, ItemBody]


@dataclass(frozen=True)
class Prepared:
    """Everything a run saves: forms with what was found, or why there are none."""

    loaded: Loaded
    made: Assembled
    documents: list[FormDocument]
    sections: list[tuple[PlacedSection, ...]]
    checks: list[list[FormCheck]]
    reports: list[Json]
    report: Json
    overlap: list[list[int]]
    measured: Json
    relaxation: Relaxation | None

    @property
    def sound(self) -> bool:
        """Whether the checker found nothing."""
        return all(check.ok for form in self.checks for check in form)


def load_run(work: Work, bank_id: str, request: Request, purpose: str, assembly_id: str = "") -> Loaded:
    """What the bank has for this request now."""
    specification = load_specification(work, bank_id)
    uses = uses_within(work.session, bank_id, request.blueprint, work.now_ms, assembly_id)
    pool, bodies = load_pool(work.session, bank_id, specification, purpose, uses)
    return Loaded(request, bank_id, purpose, work.now_ms, specification, pool, bodies)


def compute(loaded: Loaded, progress: Progress) -> tuple[Assembled, Relaxation | None]:
    """The forms, or why there are none and the least change that would help."""
    request = loaded.request

    def tell(done: int, total: int) -> None:
        progress(10 + 70 * done // total, f"已组成 {done}/{total} 套")

    made = assemble_forms(request, loaded.pool, tell)
    if made.forms:
        return made, None
    progress(80, "题库不能满足方案，正在寻找最小的放宽")
    return made, least_relaxation(
        request, loaded.pool, made.most, lambda done, total: progress(80, "正在试组放宽后的方案")
    )


def prepare(work: Work, loaded: Loaded, made: Assembled, relaxation: Relaxation | None) -> Prepared:
    """Documents, checks and reports of what was made."""
    numbered = {item.code: (item.version, loaded.bodies[item.code]) for item in loaded.pool}
    placed = [(form, _placed(loaded, numbered, form)) for form in made.forms]
    documents = [build_document(work, _facts(loaded, form), sections, loaded.bodies) for form, sections in placed]
    codes = {item.code for form in made.forms for item in form.items}
    measure = Measure(made.basis.theta if made.basis else None, _curves(loaded, codes))
    yardstick = Yardstick(
        bank_id=loaded.bank_id,
        blueprint=loaded.request.blueprint,
        as_of_ms=loaded.now_ms,
        purpose=loaded.purpose,
        theta=measure.theta,
        curves=measure.curves,
    )
    reports = [_report(loaded, [item.code for item in form.items], measure) for form in made.forms]
    overlap = overlap_matrix([(document.content, document.key) for document in documents])
    return Prepared(
        loaded=loaded,
        made=made,
        documents=documents,
        sections=[sections for _, sections in placed],
        checks=check_documents(work, yardstick, documents),
        reports=reports,
        report=_whole(loaded, made, reports, overlap, measure.theta),
        overlap=overlap,
        measured={"theta": measure.theta, "curves": curves_as_json(measure.curves, codes)},
        relaxation=relaxation,
    )


def _placed(
    loaded: Loaded, numbered: Mapping[str, tuple[int, ItemBody]], form: AssembledForm
) -> tuple[PlacedSection, ...]:
    codes = [item.code for item in form.items]
    return place_items(loaded.request.blueprint, numbered, codes, loaded.request.seed, form.form)


def _facts(loaded: Loaded, form: AssembledForm) -> FormFacts:
    blueprint = loaded.request.blueprint
    return FormFacts(form.form, form.name, form.reserve, blueprint.name, blueprint.duration_s)


def _curves(loaded: Loaded, codes: set[str]) -> dict[str, Any]:
    return {item.code: item.curve for item in loaded.pool if item.code in codes and item.curve is not None}


def _report(loaded: Loaded, codes: list[str], measure: Measure) -> Json:
    bodies = [loaded.bodies[code] for code in codes]
    return form_report(loaded.request.blueprint, loaded.specification, bodies, measure)


def _whole(loaded: Loaded, made: Assembled, reports: list[Json], overlap: list[list[int]], theta: int | None) -> Json:
    pool = {item.code: item.uses for item in loaded.pool}
    exposure = exposure_report(pool, [[item.code for item in form.items] for form in made.forms])
    return assembly_report(loaded.request.blueprint, reports, overlap, theta) | {"exposure": exposure}


@job(JOB, role="bank")
def run_assembly(runtime: RoleRuntime, payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Assembles, checks and saves the forms of one assembly; safe to run again."""
    actor = system_actor("assembler")
    try:
        return _run(runtime, actor, payload["assembly"], progress)
    except AssemblyCancelled:
        return {"assembly": payload["assembly"], "state": CANCELLED, "forms": 0}
    except Exception:  # whatever it was, nobody must wait for this assembly; the job's row keeps the reason
        with open_work(runtime, actor) as work:
            row = load_assembly(work.session, payload["assembly"])
            if row.state == RUNNING:
                row.state = FAILED
                work.record("assembly.failed", row.id)
        raise


def _run(runtime: RoleRuntime, actor: Actor, assembly_id: str, progress: Progress) -> dict[str, Any]:
    begun = runtime.clock.now_ms()
    progress(5, "读取题库")
    with open_work(runtime, actor, write=False) as work:
        row = load_assembly(work.session, assembly_id)
        if row.state not in (RUNNING, FAILED):
            return {"assembly": assembly_id, "state": row.state}
        request = Request(blueprint_of(work.session, row), row.seed, row.forms, row.reserve_forms)
        loaded = load_run(work, row.bank_id, request, row.purpose, row.id)

    def tell(percent: int, note: str) -> None:
        with open_work(runtime, actor, write=False) as work:
            if load_assembly(work.session, assembly_id).state == CANCELLED:
                raise AssemblyCancelled()
        progress(percent, note)

    made, relaxation = compute(loaded, tell)
    tell(85, "独立核查")
    with open_work(runtime, actor, write=False) as work:
        prepared = prepare(work, loaded, made, relaxation)
    with open_work(runtime, actor) as work:
        row = load_assembly(work.session, assembly_id)
        # Another worker may have been faster, a person have approved what it made, or cancelled in the last moment.
        if row.state in (RUNNING, FAILED):
            _save(work, row, prepared)
            row.took_ms = runtime.clock.now_ms() - begun
        return {"assembly": assembly_id, "state": row.state, "forms": len(made.forms)}


def _save(work: Work, row: AssemblyRow, prepared: Prepared) -> None:
    row.pool_digest = pool_digest(prepared.loaded.pool)
    row.solver = SOLVER
    row.shortages = [vars(shortage) for shortage in prepared.made.shortages]
    row.relaxation = relaxation_as_json(prepared.relaxation)
    if not prepared.documents:
        row.state = INFEASIBLE
        work.record("assembly.infeasible", row.id, shortages=len(row.shortages))
        return
    row.state = ASSEMBLED if prepared.sound else FAILED
    row.overlap, row.report, row.measured = prepared.overlap, prepared.report, prepared.measured
    work.session.execute(delete(AssemblyFormRow).where(AssemblyFormRow.assembly_id == row.id))
    for number in range(len(prepared.documents)):
        work.session.add(_form_row(row.id, number, prepared))
    digests = {document.form: document.digest for document in prepared.documents}
    work.record("assembly.finished", row.id, state=row.state, pool=row.pool_digest, forms=digests)


def relaxation_as_json(relaxation: Relaxation | None) -> Json:
    """Plain data of the least change; empty when there is none."""
    if relaxation is None:
        return {}
    return {
        "blueprint": relaxation.blueprint.as_json(),
        "forms": relaxation.forms,
        "reserve_forms": relaxation.reserve_forms,
        "changes": [vars(change) for change in relaxation.changes],
    }


def _form_row(assembly_id: str, number: int, prepared: Prepared) -> AssemblyFormRow:
    document = prepared.documents[number]
    return AssemblyFormRow(
        assembly_id=assembly_id,
        form_id=document.form,
        number=number,
        name=document.name,
        reserve=document.reserve,
        sections=sections_as_json(prepared.sections[number]),
        items=len(document.item_versions),
        digest=document.digest,
        key_digest=document.key_digest,
        checks=[vars(check) for check in prepared.checks[number]],
        report=prepared.reports[number],
    )
