"""Endpoints of review and approval."""

from examserver.kernel.access import Permit
from examserver.plumbing.contract import endpoint
from examserver.plumbing.work import Work
from itembank.items.state import APPROVE, REVIEW, CommentMissing, SamePerson, WrongState
from itembank.items.text import tidy
from itembank.review.actions import Chosen, FlawedVersion, NothingChosen, NothingWaiting, give_verdict
from itembank.review.schemas import SkippedItem, VerdictRequest, VerdictResult

_ERRORS = (NothingChosen, NothingWaiting, SamePerson, WrongState, CommentMissing, FlawedVersion)


def _verdict(work: Work, stage: str, body: VerdictRequest) -> VerdictResult:
    chosen = Chosen(body.import_id, tuple(body.item_ids))
    outcome = give_verdict(work, stage, chosen, body.verdict, tidy(body.comment))
    skipped = [SkippedItem(**vars(each)) for each in outcome.skipped]
    return VerdictResult(changed=outcome.changed, state=outcome.state, skipped=skipped)


@endpoint(
    "POST",
    "/api/bank/items/review",
    role="bank",
    access=Permit("items.review"),
    answer=VerdictResult,
    errors=_ERRORS,
    summary="Review drafts: by another person than the author",
)
def review_items(work: Work, body: VerdictRequest) -> VerdictResult:
    """What became of the items."""
    return _verdict(work, REVIEW, body)


@endpoint(
    "POST",
    "/api/bank/items/approve",
    role="bank",
    access=Permit("items.approve"),
    answer=VerdictResult,
    errors=_ERRORS,
    summary="Approve reviewed items: by a third person",
)
def approve_items(work: Work, body: VerdictRequest) -> VerdictResult:
    """What became of the items."""
    return _verdict(work, APPROVE, body)
