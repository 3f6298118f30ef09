"""What can be done with drawn reviews: draw, draw again, open, decline, judge, mark what is overdue, compare versions.

Nobody chooses a reviewer: the seed is the server's, and another person is drawn only for a review that has lapsed.
"""

import secrets
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, insert, select

from examserver.kernel.errors import Refused
from examserver.plumbing.work import Work
from itembank.items.check import check_item
from itembank.items.state import ACCEPT, DRAFT, RETURN, REVIEW, check_no_author, check_three_persons, next_state
from itembank.items.tables import (
    ItemRow,
    ItemVersionRow,
    NoSuchItem,
    VerdictRow,
    authors_of,
    body_of,
    current_version,
    load_bank,
    load_item,
    signatures_of,
    versions_of,
)
from itembank.review.actions import FlawedVersion, NothingWaiting
from itembank.review.criteria import Grade, check_form, summary_of
from itembank.review.difference import Line, compare
from itembank.review.draw import Candidate, Drawn, ToReview, draw_reviewers
from itembank.review.tables import (
    DECLINED,
    DONE,
    OPEN,
    UNDONE,
    WITHDRAWN,
    DrawnRow,
    DrawRow,
    NoSuchReview,
    drawn_on,
    load_drawn,
    may_see,
    withdraw_open,
)
from itembank.units.store import BankPolicy, Member, bank_policy, people_with, purpose_of

REVIEWER = "item_reviewer"
DAY_MS = 86_400_000


class ReviewClosed(Refused):
    """The review was given already, or lapsed because there is a newer version."""

    code = "review.closed"
    message_zh = "这项审题已结束或已失效"
    message_en = "This review is finished or has lapsed"
    next_zh = "请刷新“我的工作”，查看仍待审的试题"
    next_en = "Refresh My work and see what is still open"


class ReviewNotLapsed(Refused):
    """The person drawn still has time and has not declined: drawing until somebody suits is choosing."""

    code = "review.not_lapsed"
    message_zh = "{name}的审题尚未逾期，本人也未请辞，不能改抽"
    message_en = "The review of {name} is not overdue and was not declined: nobody else is drawn"
    next_zh = "请等到期限之后，或请审题人在“我的工作”中请辞"
    next_en = "Wait until it is overdue, or let the reviewer decline it under My work"


class PoolTooSmall(Refused):
    """Nobody in the pool may review any of the items."""

    code = "review.pool_too_small"
    message_zh = "审题专家库中没有可抽取的人：{items} 题需各 {per_item} 人，回避后可用 {pool} 人"
    message_en = "Nobody can be drawn: {items} item(s) need {per_item} reviewer(s) each, {pool} are in the pool"
    next_zh = "请增加其他机构的审题专家，或减少每题审题人数"
    next_en = "Add reviewers of other institutions, or ask for fewer per item"


@dataclass(frozen=True)
class DrawWish:
    """Which drafts are to be reviewed, by how many, until when (days; 0: as policy says)."""

    per_item: int = 1
    days: int = 0
    area: str = ""
    import_id: str = ""


def _undrawn(bank_id: str, wish: DrawWish) -> list[ColumnElement[bool]]:
    """Drafts of the bank nobody has been drawn for."""
    taken = select(DrawnRow.version_id).where(DrawnRow.bank_id == bank_id, DrawnRow.state != WITHDRAWN)
    found = [ItemRow.bank_id == bank_id, ItemRow.state == DRAFT, ItemRow.version_id.not_in(taken)]
    if wish.area:
        found.append(ItemRow.point.startswith(wish.area, autoescape=True))
    if wish.import_id:
        found.append(ItemRow.import_id == wish.import_id)
    return found


def _waiting(work: Work, bank_id: str, wish: DrawWish) -> list[ToReview]:
    version = ItemVersionRow
    query = select(ItemRow.id, version.author, version.unit, ItemRow.case_code)
    query = query.join(version, version.id == ItemRow.version_id).where(*_undrawn(bank_id, wish))
    rows = work.session.execute(query.order_by(ItemRow.code))
    found = [(item, author, unit, case) for item, author, unit, case in rows]
    authors = authors_of(work.session, [item for item, *_ in found])
    return [ToReview(item, author, unit, authors[item], case) for item, author, unit, case in found]


def count_waiting(work: Work, bank_id: str) -> int:
    """How many drafts of the bank nobody has been drawn for."""
    query = select(func.count()).select_from(ItemRow).where(*_undrawn(bank_id, DrawWish()))
    return work.session.scalar(query) or 0


def two_newest(work: Work, item: ItemRow) -> list[ItemVersionRow]:
    """The present version and the one before it, as far as there are any."""
    return versions_of(work.session, item.id)[:2]


def _pool(work: Work) -> tuple[list[Candidate], dict[str, Member]]:
    people = {member.id: member for member in people_with(work, REVIEWER)}
    counted = select(DrawnRow.reviewer, func.count()).where(DrawnRow.state == OPEN).group_by(DrawnRow.reviewer)
    load = {row[0]: row[1] for row in work.session.execute(counted)}
    return [Candidate(one.id, one.unit, load.get(one.id, 0)) for one in people.values()], people


def draw_reviews(work: Work, bank_id: str, wish: DrawWish) -> DrawRow:
    """Draws reviewers for every draft that has none; raises NothingWaiting or PoolTooSmall."""
    load_bank(work.session, bank_id)
    items = _waiting(work, bank_id, wish)
    if not items:
        raise NothingWaiting()
    query = select(ItemRow.id, ItemRow.version_id).where(*_undrawn(bank_id, wish))
    versions = {row.id: row.version_id for row in work.session.execute(query)}
    return _draw(work, bank_id, items, versions, wish, "")


def _draw(
    work: Work, bank_id: str, items: list[ToReview], versions: dict[str, str], wish: DrawWish, reason: str
) -> DrawRow:
    policy = bank_policy(work)
    pool, people = _pool(work)
    seed = secrets.token_hex(16)
    found = draw_reviewers(items, pool, wish.per_item, seed, policy.reviewer_recusal)
    if not found.pairs:
        raise PoolTooSmall(items=len(items), per_item=wish.per_item, pool=len(pool))
    row = _draw_row(work, bank_id, items, pool, found, policy, wish, seed, reason)
    work.session.add(row)
    work.session.flush()
    drawn = [_drawn_values(work, row, item, versions[item], people[account]) for item, account in found.pairs]
    work.session.execute(insert(DrawnRow), drawn)
    facts = {"seed": seed, "items": len(items), "unserved": len(found.unserved), "per_item": wish.per_item}
    work.record("reviewers.drawn", bank_id, draw=row.id, pool=len(pool), recusal=row.recusal, reason=reason, **facts)
    return row


def _draw_row(
    work: Work,
    bank_id: str,
    items: list[ToReview],
    pool: list[Candidate],
    found: Drawn,
    policy: BankPolicy,
    wish: DrawWish,
    seed: str,
    reason: str,
) -> DrawRow:
    return DrawRow(
        id=work.new_id("drw"),
        bank_id=bank_id,
        seed=seed,
        per_item=wish.per_item,
        recusal="author_institution" if policy.reviewer_recusal else "none",
        pool=[vars(one) for one in pool],
        items=[vars(one) | {"barred": sorted(one.barred)} for one in items],
        unserved=list(found.unserved),
        reason=reason,
        due_ms=work.now_ms + (wish.days or policy.review_days) * DAY_MS,
        by=work.actor.id,
        by_name=work.actor.name,
        at_ms=work.now_ms,
    )


def _drawn_values(work: Work, draw: DrawRow, item_id: str, version_id: str, reviewer: Member) -> dict[str, object]:
    return {
        "id": work.new_id("rvw"),
        "draw_id": draw.id,
        "bank_id": draw.bank_id,
        "item_id": item_id,
        "version_id": version_id,
        "reviewer": reviewer.id,
        "reviewer_name": reviewer.name,
        "state": OPEN,
        "verdict": "",
        "due_ms": draw.due_ms,
        "overdue_ms": None,
        "done_ms": None,
        "created_ms": work.now_ms,
    }


def draw_again(work: Work, drawn_id: str, reason: str) -> DrawRow:
    """Takes a lapsed review from somebody and draws another person; ReviewClosed, ReviewNotLapsed, PoolTooSmall."""
    old = load_drawn(work.session, drawn_id)
    item = load_item(work.session, old.item_id)
    version = current_version(work.session, item)
    if old.state not in UNDONE or version.id != old.version_id:
        raise ReviewClosed()
    if not has_lapsed(work, old, active_reviewers(work)):
        raise ReviewNotLapsed(name=old.reviewer_name)
    before = work.session.scalars(select(DrawnRow.reviewer).where(DrawnRow.version_id == version.id))
    barred = frozenset(before) | authors_of(work.session, [item.id])[item.id]
    old.state = WITHDRAWN
    work.session.flush()
    again = ToReview(item.id, version.author, version.unit, barred)
    days = max(1, bank_policy(work).review_days // 2)
    return _draw(work, old.bank_id, [again], {item.id: version.id}, DrawWish(days=days), reason)


def active_reviewers(work: Work) -> frozenset[str]:
    """The accounts in the pool."""
    return frozenset(member.id for member in people_with(work, REVIEWER))


def has_lapsed(work: Work, row: DrawnRow, pool: frozenset[str]) -> bool:
    """Whether another person may be drawn: declined, overdue, or the reviewer has left the pool."""
    return row.state == DECLINED or (row.state == OPEN and (row.due_ms < work.now_ms or row.reviewer not in pool))


def decline_review(work: Work, drawn_id: str, reason: str) -> tuple[DrawnRow, ItemRow]:
    """The reviewer gives back a review they cannot give, with the reason; raises NoSuchReview or ReviewClosed."""
    row = own_review(work, drawn_id)
    if row.state != OPEN:
        raise ReviewClosed()
    row.state = DECLINED
    item = load_item(work.session, row.item_id)
    work.record("review.declined", item.id, code=item.code, review=row.id, reason=reason)
    return row, item


def own_review(work: Work, drawn_id: str) -> DrawnRow:
    """A review drawn for the acting person; raises NoSuchReview for anybody else's."""
    row = load_drawn(work.session, drawn_id)
    if row.reviewer != work.actor.id or row.state not in (OPEN, DONE):
        raise NoSuchReview(what=drawn_id)
    return row


def open_review(work: Work, drawn_id: str) -> tuple[DrawnRow, ItemRow]:
    """The review with its item in plain text; the reading is recorded with its purpose."""
    row = own_review(work, drawn_id)
    item = load_item(work.session, row.item_id)
    work.record("review.opened", item.id, code=item.code, review=row.id, purpose=purpose_of(work))
    return row, item


def judge_review(work: Work, drawn_id: str, verdict: str, grades: dict[str, Grade], comment: str) -> ItemRow:
    """The verdict of a drawn reviewer; the item moves on when all of them accepted, and back when one returns it."""
    row = own_review(work, drawn_id)
    item = load_item(work.session, row.item_id)
    version = current_version(work.session, item)
    if row.state != OPEN or version.id != row.version_id or item.state != DRAFT:
        raise ReviewClosed()
    check_form(verdict, grades, comment)
    signed = signatures_of(item, version)
    check_three_persons(signed, work.actor.id, work.actor.name)
    authors = authors_of(work.session, [item.id])[item.id]
    check_no_author(authors, item.code, work.actor.id, work.actor.name)
    if verdict == ACCEPT and check_item(body_of(version)):
        raise FlawedVersion(code=item.code)
    words = summary_of(grades, comment)
    _keep(work, row, verdict, grades, words)
    others = [one for one in drawn_on(work.session, version.id) if one.state in UNDONE and one.id != row.id]
    if verdict == RETURN or not others:
        item.state = next_state(signed, REVIEW, verdict, work.actor.id, work.actor.name, words or "—")
        version.reviewer, version.reviewer_name = work.actor.id, work.actor.name
        work.session.flush()
        withdraw_open(work.session, [item.id])
    facts = {"verdict": verdict, "state": item.state, "waiting": len(others)}
    work.record("review.given", item.id, code=item.code, version=version.version, review=row.id, **facts)
    return item


def _keep(work: Work, row: DrawnRow, verdict: str, grades: dict[str, Grade], words: str) -> None:
    row.state, row.verdict, row.done_ms = DONE, verdict, work.now_ms
    kept = VerdictRow(
        id=work.new_id("ver"),
        version_id=row.version_id,
        stage=REVIEW,
        verdict=verdict,
        comment=words,
        reasons={name: vars(one) for name, one in grades.items()},
        by=work.actor.id,
        by_name=work.actor.name,
        at_ms=work.now_ms,
    )
    work.session.add(kept)


def compare_versions(work: Work, item_id: str, old: int, new: int) -> tuple[ItemRow, list[Line]]:
    """Two versions of an item line by line; the reading is recorded with its purpose."""
    item = load_item(work.session, item_id)
    by_number = {version.version: version for version in versions_of(work.session, item.id)}
    if not may_see(work, item) or not {old, new} <= by_number.keys():
        raise NoSuchItem(what=f"{item_id} {old} {new}")
    work.record("item.compared", item.id, code=item.code, old=old, new=new, purpose=purpose_of(work))
    return item, compare(as_compared(by_number[old]), as_compared(by_number[new]))


def as_compared(version: ItemVersionRow) -> dict[str, object]:
    """A version as the comparison reads it."""
    body = body_of(version)
    return vars(body) | {"content": body.content.as_json(), "key": list(body.key)}


def mark_overdue(work: Work) -> int:
    """Marks every open review whose day has passed and records it once; returns how many."""
    query = select(DrawnRow).where(DrawnRow.state == OPEN, DrawnRow.due_ms < work.now_ms, DrawnRow.overdue_ms.is_(None))
    late = list(work.session.scalars(query))
    for row in late:
        row.overdue_ms = work.now_ms
        work.record("review.overdue", row.item_id, review=row.id, reviewer=row.reviewer, due_ms=row.due_ms)
    return len(late)
