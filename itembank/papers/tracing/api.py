"""Endpoint of leak tracing (role bank)."""

from examserver.kernel.access import Permit
from examserver.kernel.documents import NotADocument, SignatureBroken
from examserver.plumbing.contract import endpoint
from examserver.plumbing.work import Work
from itembank.papers.fragment import FragmentUnreadable, read_fragment
from itembank.papers.tables import NoSuchPaper
from itembank.papers.trace import Source, Traced
from itembank.papers.tracing import actions
from itembank.papers.tracing.schemas import TraceRequest, TraceSourceView, TraceStepView, TraceView

MOST_SHOWN = 200


def _source(one: Source) -> TraceSourceView:
    return TraceSourceView(
        paper=one.paper,
        form=one.form,
        sitting=one.sitting,
        hall=one.hall,
        seat=one.seat,
        ticket=one.ticket,
        copy_mark=one.copy,
    )


def _view(found: Traced) -> TraceView:
    return TraceView(
        candidates=len(found.sources),
        unique=found.unique,
        contradicted=found.contradicted,
        forms=found.distinct("form"),
        halls=found.distinct("hall"),
        sittings=found.distinct("sitting"),
        seats=found.distinct("seat"),
        sources=[_source(one) for one in found.sources[:MOST_SHOWN]],
        steps=[TraceStepView(**step.as_json()) for step in found.steps],
    )


@endpoint(
    "POST",
    "/api/bank/traces",
    role="bank",
    access=Permit("papers.trace"),
    answer=TraceView,
    errors=(NoSuchPaper, FragmentUnreadable, NotADocument, SignatureBroken, actions.NothingToTrace),
    summary="Where a photographed fragment of a paper can come from",
    max_bytes=64_000_000,
)
def trace_fragment(work: Work, body: TraceRequest) -> TraceView:
    fragment = read_fragment([one.model_dump() for one in body.items], body.watermark)
    orders, records = [one.encode() for one in body.orders], [one.encode() for one in body.records]
    return _view(actions.trace(work, fragment, body.papers, orders, records, body.reason))
