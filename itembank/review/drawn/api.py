"""Endpoints of drawn reviews: the draw, a person's own reviews, the verdict form, the comparison of versions."""

from examserver.kernel.access import Permit
from examserver.plumbing.contract import endpoint
from examserver.plumbing.work import Work
from itembank.items.api import item_view
from itembank.items.state import SamePerson
from itembank.items.tables import ItemRow, NoSuchBank, NoSuchItem, load_bank
from itembank.items.text import tidy
from itembank.review.actions import FlawedVersion, NothingWaiting
from itembank.review.criteria import CRITERIA, MAY_BE_NONE, Grade, VerdictIncomplete
from itembank.review.difference import Line, compare
from itembank.review.drawn import actions
from itembank.review.drawn.actions import DrawWish, PoolTooSmall, ReviewClosed, ReviewNotLapsed
from itembank.review.drawn.schemas import (
    CompareQuery,
    Comparison,
    CriterionView,
    DeclineRequest,
    DrawList,
    DrawRequest,
    DrawView,
    LineView,
    PieceView,
    RedrawRequest,
    ReviewLine,
    ReviewVerdict,
    ReviewView,
)
from itembank.review.tables import OPEN, DrawnRow, DrawRow, NoSuchReview, draws_of, open_reviews


def review_line(work: Work, row: DrawnRow, item: ItemRow, lapsed: bool = False) -> ReviewLine:
    """A drawn review as listed."""
    return ReviewLine(
        id=row.id,
        item=item.id,
        code=item.code,
        type=item.type,
        point=item.point,
        reviewer=row.reviewer,
        reviewer_name=row.reviewer_name,
        state=row.state,
        verdict=row.verdict,
        due_ms=row.due_ms,
        overdue=row.state == OPEN and row.due_ms < work.now_ms,
        lapsed=lapsed,
        done_ms=row.done_ms,
    )


def _draw(row: DrawRow) -> DrawView:
    return DrawView(
        id=row.id,
        seed=row.seed,
        per_item=row.per_item,
        recusal=row.recusal,
        pool=len(row.pool),
        items=len(row.items),
        drawn=(len(row.items) - len(row.unserved)) * row.per_item,
        unserved=len(row.unserved),
        reason=row.reason,
        due_ms=row.due_ms,
        by=row.by_name,
        at_ms=row.at_ms,
    )


def _list(work: Work, bank_id: str) -> DrawList:
    load_bank(work.session, bank_id)
    pool = actions.active_reviewers(work)
    return DrawList(
        waiting=actions.count_waiting(work, bank_id),
        draws=[_draw(row) for row in draws_of(work.session, bank_id)],
        open=[
            review_line(work, row, item, actions.has_lapsed(work, row, pool))
            for row, item in open_reviews(work.session, bank_id)
        ],
    )


@endpoint(
    "GET",
    "/api/bank/banks/{bank_id}/draws",
    role="bank",
    access=Permit("review.draw"),
    answer=DrawList,
    errors=(NoSuchBank,),
    summary="Draws of reviewers and the reviews still open",
)
def list_draws(work: Work, bank_id: str) -> DrawList:
    """Newest draw first, most urgent review first."""
    return _list(work, bank_id)


@endpoint(
    "POST",
    "/api/bank/banks/{bank_id}/draws",
    role="bank",
    access=Permit("review.draw"),
    answer=DrawList,
    errors=(NoSuchBank, NothingWaiting, PoolTooSmall),
    summary="Draw reviewers for the drafts of a bank, with recusal of the author's institution",
)
def draw_reviewers(work: Work, bank_id: str, body: DrawRequest) -> DrawList:
    """The list with the new draw."""
    actions.draw_reviews(work, bank_id, DrawWish(**body.model_dump()))
    return _list(work, bank_id)


@endpoint(
    "POST",
    "/api/bank/reviews/{drawn_id}/redraw",
    role="bank",
    access=Permit("review.draw"),
    answer=DrawList,
    errors=(NoSuchReview, ReviewClosed, ReviewNotLapsed, PoolTooSmall),
    summary="Take a lapsed review from somebody and draw another person",
)
def draw_again(work: Work, drawn_id: str, body: RedrawRequest) -> DrawList:
    """The list with the new draw."""
    return _list(work, actions.draw_again(work, drawn_id, tidy(body.reason)).bank_id)


def _comparison(item: ItemRow, old: int, new: int, lines: list[Line]) -> Comparison:
    shown = [
        LineView(part=line.part, kind=line.kind, pieces=[PieceView(**vars(piece)) for piece in line.pieces])
        for line in lines
    ]
    return Comparison(item=item.id, code=item.code, old=old, new=new, lines=shown)


def _changes(work: Work, item: ItemRow) -> Comparison | None:
    """What the present version changed; None for a first version."""
    versions = actions.two_newest(work, item)
    if len(versions) < 2:
        return None
    new, old = (actions.as_compared(version) for version in versions)
    return _comparison(item, versions[1].version, versions[0].version, compare(old, new))


@endpoint(
    "GET",
    "/api/bank/reviews/{drawn_id}",
    role="bank",
    access=Permit("items.review"),
    answer=ReviewView,
    errors=(NoSuchReview,),
    summary="Open a review drawn for you (the reading is recorded)",
    write=True,
)
def open_review(work: Work, drawn_id: str) -> ReviewView:
    """Item, changes and form."""
    row, item = actions.open_review(work, drawn_id)
    criteria = [
        CriterionView(name=name, label_zh=zh, label_en=en, optional=name in MAY_BE_NONE)
        for name, (zh, en) in CRITERIA.items()
    ]
    return ReviewView(
        review=review_line(work, row, item),
        item=item_view(work, item),
        changes=_changes(work, item),
        criteria=criteria,
    )


@endpoint(
    "POST",
    "/api/bank/reviews/{drawn_id}/decline",
    role="bank",
    access=Permit("items.review"),
    answer=ReviewLine,
    errors=(NoSuchReview, ReviewClosed),
    summary="Give back a review drawn for you",
)
def decline_review(work: Work, drawn_id: str, body: DeclineRequest) -> ReviewLine:
    """The declined review."""
    return review_line(work, *actions.decline_review(work, drawn_id, tidy(body.reason)))


@endpoint(
    "POST",
    "/api/bank/reviews/{drawn_id}/verdict",
    role="bank",
    access=Permit("items.review"),
    answer=ReviewLine,
    errors=(NoSuchReview, ReviewClosed, VerdictIncomplete, SamePerson, FlawedVersion),
    summary="Give the verdict of a review drawn for you",
)
def judge_review(work: Work, drawn_id: str, body: ReviewVerdict) -> ReviewLine:
    """The finished review."""
    grades = {name: Grade(one.grade, tidy(one.words)) for name, one in body.grades.items()}
    item = actions.judge_review(work, drawn_id, body.verdict, grades, tidy(body.comment))
    return review_line(work, actions.own_review(work, drawn_id), item)


@endpoint(
    "GET",
    "/api/bank/items/{item_id}/compare",
    role="bank",
    access=Permit("items.read"),
    answer=Comparison,
    errors=(NoSuchItem,),
    summary="Two versions of an item line by line (the reading is recorded)",
    write=True,
)
def compare_versions(work: Work, item_id: str, query: CompareQuery) -> Comparison:
    """Lines with their changed words."""
    item, lines = actions.compare_versions(work, item_id, query.old, query.new)
    return _comparison(item, query.old, query.new, lines)
