"""Rows of drawn reviews: the draw with its seed and pool, and who is to review which version by when."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Index,
    Integer,
    Select,
    String,
    Text,
    false,
    not_,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from examserver.kernel.errors import Missing
from examserver.plumbing.database import BankBase
from examserver.plumbing.work import Work
from itembank.items.tables import ItemRow, ItemVersionRow, NoSuchItem, load_item
from itembank.units.sight import Sight, sight_of
from itembank.units.store import bank_policy

OPEN, DONE, WITHDRAWN, DECLINED = "open", "done", "withdrawn", "declined"
UNDONE = (OPEN, DECLINED)
MOST_SHOWN = 500


class NoSuchReview(Missing):
    """No review of this id was drawn for this person."""

    code = "review.missing"


class DrawRow(BankBase):
    """One draw of reviewers: enough to replay it."""

    __tablename__ = "review_draw"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    bank_id: Mapped[str] = mapped_column(String(40), index=True)
    seed: Mapped[str] = mapped_column(String(200))
    per_item: Mapped[int] = mapped_column(Integer)
    recusal: Mapped[str] = mapped_column(String(40))
    pool: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    unserved: Mapped[list[str]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text)
    due_ms: Mapped[int] = mapped_column(BigInteger)
    by: Mapped[str] = mapped_column(String(40))
    by_name: Mapped[str] = mapped_column(String(120))
    at_ms: Mapped[int] = mapped_column(BigInteger)


class DrawnRow(BankBase):
    """One version to be reviewed by one person until a day."""

    __tablename__ = "review_drawn"
    __table_args__ = (Index("ix_review_drawn_reviewer", "reviewer", "state"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    draw_id: Mapped[str] = mapped_column(String(40), index=True)
    bank_id: Mapped[str] = mapped_column(String(40), index=True)
    item_id: Mapped[str] = mapped_column(String(40), index=True)
    version_id: Mapped[str] = mapped_column(String(40))
    reviewer: Mapped[str] = mapped_column(String(40))
    reviewer_name: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(20))
    verdict: Mapped[str] = mapped_column(String(20))
    due_ms: Mapped[int] = mapped_column(BigInteger)
    overdue_ms: Mapped[int | None] = mapped_column(BigInteger)
    done_ms: Mapped[int | None] = mapped_column(BigInteger)
    created_ms: Mapped[int] = mapped_column(BigInteger)


def load_drawn(session: Session, drawn_id: str) -> DrawnRow:
    """The drawn review; raises NoSuchReview."""
    row = session.get(DrawnRow, drawn_id)
    if row is None:
        raise NoSuchReview(what=drawn_id)
    return row


def withdraw_open(session: Session, item_ids: list[str]) -> None:
    """Open reviews of these items lapse: there is a newer version, or the item is judged."""
    for start in range(0, len(item_ids), 500):
        chunk = DrawnRow.item_id.in_(item_ids[start : start + 500])
        session.execute(update(DrawnRow).where(chunk, DrawnRow.state.in_(UNDONE)).values(state=WITHDRAWN))


def drawn_for(session: Session, reviewer: str) -> list[tuple[DrawnRow, ItemRow]]:
    """A person's reviews: the open ones, those due first at the top, then the last hundred done."""
    query = select(DrawnRow, ItemRow).join(ItemRow, ItemRow.id == DrawnRow.item_id).where(DrawnRow.reviewer == reviewer)
    due = query.where(DrawnRow.state == OPEN).order_by(DrawnRow.due_ms, ItemRow.code).limit(MOST_SHOWN)
    done = query.where(DrawnRow.state == DONE).order_by(DrawnRow.done_ms.desc()).limit(100)
    return [(drawn, item) for part in (due, done) for drawn, item in session.execute(part)]


def open_reviews(session: Session, bank_id: str) -> list[tuple[DrawnRow, ItemRow]]:
    """The reviews of a bank nobody has given, the most urgent first; at most as many as a page can show."""
    query = select(DrawnRow, ItemRow).join(ItemRow, ItemRow.id == DrawnRow.item_id)
    query = query.where(DrawnRow.state.in_(UNDONE), DrawnRow.bank_id == bank_id).limit(MOST_SHOWN)
    return [(drawn, item) for drawn, item in session.execute(query.order_by(DrawnRow.due_ms, ItemRow.code))]


def drawn_on(session: Session, version_id: str) -> list[DrawnRow]:
    """Every review drawn for a version that still counts."""
    query = select(DrawnRow).where(DrawnRow.version_id == version_id, DrawnRow.state != WITHDRAWN)
    return list(session.scalars(query))


def draws_of(session: Session, bank_id: str) -> list[DrawRow]:
    """The draws of a bank, newest first."""
    query = select(DrawRow).where(DrawRow.bank_id == bank_id)
    return list(session.scalars(query.order_by(DrawRow.at_ms.desc(), DrawRow.id.desc())))


def sight_in(work: Work) -> Sight:
    """What the acting person may read today."""
    actor = work.actor
    if actor.kind != "staff" or not actor.scope:
        return Sight(True)
    policy = bank_policy(work)
    return sight_of(actor.id, actor.scope, actor.permissions, policy.author_sees, policy.reviewer_sees)


def seen_items(work: Work) -> ColumnElement[bool]:
    """The condition on ItemRow joined with ItemVersionRow that leaves what the acting person may read."""
    sight = sight_in(work)
    if sight.everything:
        return true()
    found: list[ColumnElement[bool]] = [false()]
    if sight.own_unit:
        found.append(ItemVersionRow.unit == sight.own_unit)
    if sight.drawn_for:
        mine = select(DrawnRow.item_id).where(DrawnRow.reviewer == sight.drawn_for, DrawnRow.state.in_((OPEN, DONE)))
        found.append(ItemRow.id.in_(mine))
    return or_(*found)


def seen_rows(work: Work, bank_id: str) -> Select[ItemRow]:
    """The items of a bank that the acting person may read."""
    query = select(ItemRow).join(ItemVersionRow, ItemVersionRow.id == ItemRow.version_id)
    return query.where(ItemRow.bank_id == bank_id, seen_items(work))


def seen_codes(work: Work, bank_id: str) -> set[str]:
    """The codes of the items of a bank that the acting person may read."""
    return set(work.session.scalars(seen_rows(work, bank_id).with_only_columns(ItemRow.code)))


def seen_by_code(work: Work, bank_id: str, codes: Iterable[str]) -> dict[str, ItemRow]:
    """Those of the named items that the acting person may read."""
    wanted = sorted(set(codes))
    chunks = (wanted[start : start + 500] for start in range(0, len(wanted), 500))
    found = (work.session.scalars(seen_rows(work, bank_id).where(ItemRow.code.in_(chunk))) for chunk in chunks)
    return {row.code: row for rows in found for row in rows}


def closed_cases(work: Work, bank_id: str) -> frozenset[str]:
    """The case groups of a bank with a member that the acting person may not read."""
    query = select(ItemRow.case_code).join(ItemVersionRow, ItemVersionRow.id == ItemRow.version_id).distinct()
    query = query.where(ItemRow.bank_id == bank_id, ItemRow.case_code != "", not_(seen_items(work)))
    return frozenset(work.session.scalars(query))


def may_see(work: Work, item: ItemRow) -> bool:
    """Whether the acting person may read this item."""
    if sight_in(work).everything:
        return True
    query = select(ItemRow.id).join(ItemVersionRow, ItemVersionRow.id == ItemRow.version_id)
    return work.session.execute(query.where(ItemRow.id == item.id, seen_items(work))).first() is not None


def load_seen(work: Work, item_id: str) -> ItemRow:
    """An item the acting person may read; raises NoSuchItem for any other."""
    item = load_item(work.session, item_id)
    if not may_see(work, item):
        raise NoSuchItem(what=item_id)
    return item
