"""Endpoints of doubles and contradictions: have a bank compared, look at pairs side by side, decide."""

from examserver.kernel.access import Permit
from examserver.plumbing.contract import endpoint
from examserver.plumbing.work import Work
from itembank.exchange.schemas import PairView
from itembank.items.state import WrongState
from itembank.items.tables import NoSuchBank, NoSuchItem
from itembank.items.text import tidy
from itembank.quality import actions
from itembank.quality.actions import ComparisonPage, ContradictionStays, ReasonMissing, Shown, Verdict
from itembank.quality.schemas import (
    AlikeQuery,
    AlikeRequest,
    AlikeView,
    ComparedPair,
    PairDecisionRequest,
    PairDecisionView,
)
from itembank.quality.tables import ComparisonRow, NoSuchComparison, PairDecisionRow


def _decision(row: PairDecisionRow) -> PairDecisionView:
    return PairDecisionView(
        decision=row.decision, retired=row.retired, reason=row.reason, by=row.by_name, at_ms=row.at_ms
    )


def _pair(shown: Shown) -> ComparedPair:
    pair = PairView.model_validate(shown.pair.as_json())
    return ComparedPair(pair=pair, decision=_decision(shown.decision) if shown.decision else None)


def _view(row: ComparisonRow, found: ComparisonPage | None, page: int) -> AlikeView:
    return AlikeView(
        id=row.id,
        state=row.state,
        job=row.job_id,
        ratio=row.ratio,
        items=row.items,
        counts=row.counts,
        complete=row.complete,
        by=row.by_name,
        created_ms=row.created_ms,
        took_ms=row.took_ms,
        open=found.open if found else 0,
        total=found.total if found else 0,
        page=page,
        page_size=actions.PAGE_SIZE,
        pairs=[_pair(each) for each in found.shown] if found else [],
    )


@endpoint(
    "POST",
    "/api/bank/banks/{bank_id}/comparisons",
    role="bank",
    access=Permit("items.read"),
    answer=AlikeView,
    errors=(NoSuchBank,),
    summary="Have a job compare every item of a bank with every other",
)
def start_comparison(work: Work, bank_id: str, body: AlikeRequest) -> AlikeView:
    """The comparison that is under way."""
    return _view(actions.start_comparison(work, bank_id, body.ratio), None, 1)


@endpoint(
    "GET",
    "/api/bank/banks/{bank_id}/comparison",
    role="bank",
    access=Permit("items.read"),
    answer=AlikeView,
    errors=(NoSuchBank, NoSuchComparison),
    summary="The newest comparison, pairs side by side (the reading is recorded)",
    write=True,
)
def read_comparison(work: Work, bank_id: str, query: AlikeQuery) -> AlikeView:
    """One page of pairs, the gravest first."""
    found = actions.read_comparison(work, bank_id, query.kind, query.decided, query.page)
    return _view(found.row, found, query.page)


@endpoint(
    "POST",
    "/api/bank/banks/{bank_id}/pair-decisions",
    role="bank",
    access=Permit("items.read"),
    answer=PairDecisionView,
    errors=(NoSuchBank, NoSuchItem, ReasonMissing, ContradictionStays, WrongState),
    summary="Decide about two alike items: keep both, retire one, never in one form",
)
def decide_pair(work: Work, bank_id: str, body: PairDecisionRequest) -> PairDecisionView:
    """The recorded decision."""
    reason = tidy(body.reason)
    verdict = Verdict(body.first, body.second, body.decision, reason, body.retired)
    return _decision(actions.decide_pair(work, bank_id, verdict))
