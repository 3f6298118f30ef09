"""Endpoints of review, approval and enrolment."""

from examserver.kernel.access import Permit
from examserver.plumbing.contract import endpoint
from examserver.plumbing.work import Work
from itembank.items.state import APPROVE, ENROL, REVIEW, CommentMissing, SamePerson, WrongState
from itembank.items.text import tidy
from itembank.review.actions import (
    Chosen,
    DrawnForOthers,
    FlawedVersion,
    NothingChosen,
    NothingWaiting,
    ReviewerRecused,
    VerdictOutcome,
    give_verdict,
)
from itembank.review.drawn import api as drawn_api  # noqa: F401 - its endpoints belong to this slice
from itembank.review.schemas import EnrolItemsRequest, SkippedItem, VerdictRequest, VerdictResult

_ERRORS = (
    DrawnForOthers,
    ReviewerRecused,
    NothingChosen,
    NothingWaiting,
    SamePerson,
    WrongState,
    CommentMissing,
    FlawedVersion,
)


def _verdict(work: Work, stage: str, body: VerdictRequest) -> VerdictResult:
    chosen = Chosen(body.import_id, tuple(body.item_ids))
    return _told(give_verdict(work, stage, chosen, body.verdict, tidy(body.comment)))


def _told(outcome: VerdictOutcome) -> VerdictResult:
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


@endpoint(
    "POST",
    "/api/bank/items/enrol",
    role="bank",
    access=Permit("items.enroll"),
    answer=VerdictResult,
    errors=_ERRORS,
    summary="Enrol approved items of an import or a bank: by the authority, never by one who signed them",
)
def enrol_items(work: Work, body: EnrolItemsRequest) -> VerdictResult:
    """What became of the items."""
    chosen = Chosen(body.import_id, tuple(body.item_ids), body.bank, body.area, body.type)
    return _told(give_verdict(work, ENROL, chosen, body.verdict, tidy(body.comment)))
