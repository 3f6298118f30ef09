"""Endpoints of bank programmes: phases, gaps, readiness."""

from examserver.kernel.access import Permit
from examserver.plumbing.contract import FileAnswer, endpoint
from examserver.plumbing.work import Work
from itembank.items.tables import NoSuchBank
from itembank.items.text import tidy
from itembank.programmes import actions
from itembank.programmes.actions import NothingToAccept, PhaseUnsound
from itembank.programmes.needs import Gap, Target
from itembank.programmes.readiness import NotReadyYet, ReadinessStep, ReasonMissing
from itembank.programmes.schemas import (
    ConditionView,
    GapLine,
    OverrideView,
    PhaseRequest,
    PhaseView,
    ProgrammeView,
    ReadinessActView,
    ReadinessRequest,
    ReasonRequest,
    TargetLine,
)
from itembank.programmes.tables import OverrideRow, PhaseRow, find_override, phases_of, readiness_acts
from itembank.specs.tables import find_specification_row
from itembank.units.csv_file import csv_of

GAP_HEADERS = ("鉴定点", "名称", "题型", "目标", "已入库", "在建", "缺口", "无人在建")


def _phase(row: PhaseRow) -> PhaseView:
    return PhaseView(
        number=row.number,
        name=row.name,
        areas=row.areas,
        per_point=row.per_point,
        targets=[TargetLine(**target) for target in row.targets],
        due_on=row.due_on,
        by=row.by_name,
        created_ms=row.created_ms,
    )


def _gap(gap: Gap) -> GapLine:
    return GapLine(**vars(gap), missing=gap.missing, unplanned=gap.unplanned)


def _override(row: OverrideRow | None) -> OverrideView | None:
    if row is None:
        return None
    return OverrideView(contradictions=row.contradictions, reason=row.reason, by=row.by_name, at_ms=row.at_ms)


def programme_view(work: Work, bank_id: str) -> ProgrammeView:
    """The programme as it is now."""
    found, session = actions.standing_of(work, bank_id), work.session
    specification = find_specification_row(session, bank_id)
    totals = [gap for gap in found.gaps if not gap.type]
    acts = readiness_acts(session, bank_id)
    return ProgrammeView(
        bank=bank_id,
        bank_name=found.bank.name,
        readiness=found.bank.readiness,
        phases=[_phase(row) for row in phases_of(session, bank_id)],
        per_point=found.phase.per_point,
        need=sum(gap.need for gap in totals),
        enrolled=sum(gap.enrolled for gap in totals),
        pipeline=sum(gap.pipeline for gap in totals),
        missing=sum(gap.missing for gap in totals),
        gaps=[_gap(gap) for gap in found.gaps],
        conditions=[ConditionView(**vars(each)) for each in found.conditions],
        contradictions=len(specification.contradictions) if specification else 0,
        override=_override(find_override(session, specification.id) if specification else None),
        acts=[
            ReadinessActView(before=row.before, after=row.after, reason=row.reason, by=row.by_name, at_ms=row.at_ms)
            for row in acts
        ],
    )


@endpoint(
    "GET",
    "/api/bank/banks/{bank_id}/programme",
    role="bank",
    access=Permit("specs.read"),
    answer=ProgrammeView,
    errors=(NoSuchBank,),
    summary="The programme of a bank: phases, gap report, conditions of readiness",
)
def read_programme(work: Work, bank_id: str) -> ProgrammeView:
    """Where the bank stands."""
    return programme_view(work, bank_id)


@endpoint(
    "GET",
    "/api/bank/banks/{bank_id}/programme/gaps.csv",
    role="bank",
    access=Permit("specs.read"),
    answer=FileAnswer,
    errors=(NoSuchBank,),
    summary="The gap report as CSV",
)
def export_gaps(work: Work, bank_id: str) -> FileAnswer:
    """One line per target."""
    rows = [
        (gap.point, gap.name, gap.type, gap.need, gap.enrolled, gap.pipeline, gap.missing, gap.unplanned)
        for gap in actions.standing_of(work, bank_id).gaps
    ]
    return FileAnswer(csv_of(GAP_HEADERS, rows), "text/csv; charset=utf-8", f"gaps-{bank_id}.csv")


@endpoint(
    "POST",
    "/api/bank/banks/{bank_id}/phases",
    role="bank",
    access=Permit("programmes.edit"),
    answer=ProgrammeView,
    errors=(NoSuchBank, PhaseUnsound),
    summary="Plan the next phase of a bank",
)
def plan_phase(work: Work, bank_id: str, body: PhaseRequest) -> ProgrammeView:
    """The programme with the new phase."""
    targets = [Target(one.node, one.type, one.wanted) for one in body.targets]
    actions.plan_phase(work, bank_id, tidy(body.name), body.areas, body.per_point, targets, body.due_on)
    return programme_view(work, bank_id)


@endpoint(
    "POST",
    "/api/bank/banks/{bank_id}/specification/accept-contradictions",
    role="bank",
    access=Permit("programmes.edit"),
    answer=ProgrammeView,
    errors=(NoSuchBank, NothingToAccept, ReasonMissing),
    summary="Take the contradictions of the present specification on record, with the reason",
)
def accept_contradictions(work: Work, bank_id: str, body: ReasonRequest) -> ProgrammeView:
    """The programme with the acceptance."""
    actions.accept_contradictions(work, bank_id, tidy(body.reason))
    work.session.flush()
    return programme_view(work, bank_id)


@endpoint(
    "POST",
    "/api/bank/banks/{bank_id}/readiness",
    role="bank",
    access=Permit("programmes.edit"),
    answer=ProgrammeView,
    errors=(NoSuchBank, ReadinessStep, NotReadyYet, ReasonMissing),
    summary="Declare a bank preparing, ready or closed",
)
def declare_readiness(work: Work, bank_id: str, body: ReadinessRequest) -> ProgrammeView:
    """The programme after the act."""
    actions.declare_readiness(work, bank_id, body.state, tidy(body.reason))
    work.session.flush()
    return programme_view(work, bank_id)
