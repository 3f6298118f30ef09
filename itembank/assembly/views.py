"""Turns requests into blueprints, and stored blueprints and assemblies into what is shown."""

from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from examserver.plumbing.work import Work
from itembank.assembly.blueprint import Blueprint, Bounds, Cell, InformationTarget, Section, read_blueprint
from itembank.assembly.schemas import (
    AssemblyReport,
    AssemblyView,
    BlueprintCell,
    BlueprintDemands,
    BlueprintRequest,
    BlueprintSection,
    BlueprintView,
    ChangeView,
    DeviationView,
    DifficultyBand,
    FormCheckView,
    FormLine,
    FormReport,
    InformationAim,
    RelaxationView,
    ShortageView,
    SwapView,
)
from itembank.assembly.soundness import weight_deviations
from itembank.assembly.supply import Shortage
from itembank.assembly.swaps.tables import swaps_of
from itembank.assembly.tables import AssemblyFormRow, AssemblyRow, BlueprintRow, forms_of, load_blueprint_row
from itembank.assembly.telling import gathered
from itembank.items.text import tidy
from itembank.specs.tree import ContentSpecification, plain_decimal


def blueprint_of_request(body: BlueprintRequest) -> Blueprint:
    """The rules a request describes."""
    band = body.difficulty
    cells = tuple(Cell(one.area, one.type, one.count, one.cognition) for one in body.cells)
    count = sum(cell.count for cell in cells)
    return Blueprint(
        name=tidy(body.name),
        duration_s=body.duration_s,
        cut_score=body.cut_score,
        total_points=body.total_points,
        sections=tuple(Section(one.type, tidy(one.title), one.points_each, one.seconds_each) for one in body.sections),
        cells=cells,
        importance={**_counts(body.importance_shares, count), **(body.importance or {})},
        difficulty=(int(band.mean_min * 1000), int(band.mean_max * 1000)) if band else None,
        max_overlap=body.max_overlap,
        max_per_point=body.max_per_point,
        cognition=body.cognition,
        words=body.words,
        working_s=body.working_s,
        reading_per_minute=body.reading_per_minute,
        cases=body.cases,
        information=tuple(
            InformationTarget(_thousandths(one.theta), _thousandths(one.target), _thousandths(one.tolerance))
            for one in body.information
        ),
        comparable=body.comparable,
        cut_theta=None if body.cut_theta is None else _thousandths(body.cut_theta),
        max_uses=body.max_uses,
        uses_months=body.uses_months,
        uses_papers=body.uses_papers,
        public_share=body.public_share,
    )


def request_of_blueprint(rules: Blueprint) -> BlueprintRequest:
    """The request that describes these rules: `blueprint_of_request` gives them back."""
    return BlueprintRequest(
        name=rules.name,
        duration_s=rules.duration_s,
        cut_score=rules.cut_score,
        total_points=rules.total_points,
        sections=[BlueprintSection(**vars(section)) for section in rules.sections],
        cells=[BlueprintCell(**vars(cell)) for cell in rules.cells],
        importance=dict(rules.importance),
        difficulty=_band(rules),
        max_overlap=rules.max_overlap,
        max_per_point=rules.max_per_point,
        **_demands(rules),
    )


def request_as_json(rules: Blueprint) -> dict[str, Any]:
    """A blueprint as a file of the command line holds it; what it does not say is left out."""
    shown: dict[str, Any] = request_of_blueprint(rules).model_dump(mode="json", exclude_defaults=True)
    return shown


def relaxation_view(offered: Mapping[str, Any]) -> RelaxationView | None:
    """The stored least relaxation, its blueprint as a request that can be sent as it is; None when there is none."""
    if not offered:
        return None
    return RelaxationView(
        forms=offered["forms"],
        reserve_forms=offered["reserve_forms"],
        changes=[ChangeView(**change) for change in offered["changes"]],
        blueprint=request_of_blueprint(read_blueprint(offered["blueprint"])),
    )


def _band(rules: Blueprint) -> DifficultyBand | None:
    band = rules.difficulty
    return DifficultyBand(mean_min=_decimal(band[0]), mean_max=_decimal(band[1])) if band else None


def _thousandths(value: Decimal) -> int:
    return int(value * 1000)


def _counts(shares: Mapping[str, tuple[Decimal, Decimal]] | None, count: int) -> dict[str, Bounds]:
    """Per cent of the items as whole items within them."""
    return {
        name: (
            int((low * count / 100).to_integral_value(ROUND_CEILING)),
            int((high * count / 100).to_integral_value(ROUND_FLOOR)),
        )
        for name, (low, high) in (shares or {}).items()
    }


def _demands(rules: Blueprint) -> dict[str, Any]:
    """What a blueprint asks besides counts and points."""
    aims = [
        InformationAim(theta=_decimal(one.theta), target=_decimal(one.information), tolerance=_decimal(one.tolerance))
        for one in rules.information
    ]
    said = {name: getattr(rules, name) for name in BlueprintDemands.model_fields}
    cut = None if rules.cut_theta is None else _decimal(rules.cut_theta)
    return said | {"cognition": dict(rules.cognition), "information": aims, "cut_theta": cut}


def _decimal(thousandths: int) -> Decimal:
    return Decimal(thousandths) / 1000


def blueprint_view(row: BlueprintRow, specification: ContentSpecification) -> BlueprintView:
    """A stored blueprint with its deviations from the content weights."""
    rules = read_blueprint(row.body)
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
        difficulty=_band(rules),
        max_overlap=rules.max_overlap,
        max_per_point=rules.max_per_point,
        digest=row.digest,
        by=row.by_name,
        created_ms=row.created_ms,
        deviations=[DeviationView(**vars(each)) for each in weight_deviations(rules, specification)],
        **_demands(rules),
    )


def _form_line(row: AssemblyFormRow, full: bool) -> FormLine:
    return FormLine(
        form=row.form_id,
        name=row.name,
        reserve=row.reserve,
        digest=row.digest,
        items=row.items,
        checks=[FormCheckView(**check) for check in row.checks] if full else [],
        report=FormReport(**row.report) if full else FormReport(),
    )


def assembly_view(work: Work, row: AssemblyRow, full: bool = True) -> AssemblyView:
    """An assembly as shown; in lists without checks and reports."""
    return AssemblyView(
        id=row.id,
        bank=row.bank_id,
        purpose=row.purpose,
        blueprint=row.blueprint_id,
        blueprint_name=load_blueprint_row(work.session, row.blueprint_id).name,
        blueprint_digest=row.blueprint_digest,
        specification_digest=row.specification_digest,
        pool_digest=row.pool_digest,
        state=row.state,
        seed=row.seed,
        forms=[_form_line(form, full) for form in forms_of(work.session, row.id)],
        shortages=[ShortageView(**vars(one)) for one in gathered([Shortage(**each) for each in row.shortages])],
        overlap=row.overlap if full else [],
        job=row.job_id,
        solver=row.solver,
        by=row.by_name,
        approved_by=row.approver_name,
        created_ms=row.created_ms,
        approved_ms=row.approved_ms,
        took_ms=row.took_ms,
        report=AssemblyReport(**row.report) if full else AssemblyReport(),
        relaxation=relaxation_view(row.relaxation) if full else None,
        swaps=_swaps(work, row) if full else [],
    )


def _swaps(work: Work, row: AssemblyRow) -> list[SwapView]:
    return [
        SwapView(form=one.form_id, out=one.out, into=one.into, reason=one.reason, by=one.by_name, at_ms=one.at_ms)
        for one in swaps_of(work.session, row.id)
    ]
