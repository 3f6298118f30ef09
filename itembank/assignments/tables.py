"""Rows of assignments, and the items and reviews that count for them and for the ledger."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, String, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from examserver.kernel.errors import Missing
from examserver.plumbing.database import BankBase
from itembank.assignments.progress import LIVE, Made
from itembank.items.state import REVIEW
from itembank.items.tables import ItemRow, ItemVersionRow, VerdictRow


class NoSuchAssignment(Missing):
    """No assignment with this id, or not one of the person's unit."""

    code = "assignment.missing"


class AssignmentRow(BankBase):
    """One order to a unit to write items."""

    __tablename__ = "assignment"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    bank_id: Mapped[str] = mapped_column(String(40), index=True)
    unit_id: Mapped[str] = mapped_column(String(40), index=True)
    title: Mapped[str] = mapped_column(String(200))
    wishes: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    wanted: Mapped[int] = mapped_column(Integer)
    due_on: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20))
    by: Mapped[str] = mapped_column(String(40))
    by_name: Mapped[str] = mapped_column(String(120))
    created_ms: Mapped[int] = mapped_column(BigInteger)
    overdue_ms: Mapped[int | None] = mapped_column(BigInteger)
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSON)


def load_assignment(session: Session, assignment_id: str, unit: str = "") -> AssignmentRow:
    """The assignment, of this unit where one is given; raises NoSuchAssignment."""
    row = session.get(AssignmentRow, assignment_id)
    if row is None or (unit and row.unit_id != unit):
        raise NoSuchAssignment(what=assignment_id)
    return row


def assignments_of(session: Session, bank_id: str = "", unit: str = "", live: bool = False) -> list[AssignmentRow]:
    """Assignments of a bank, of a unit, or of all; live ones first, the most urgent at the top."""
    query = select(AssignmentRow)
    if bank_id:
        query = query.where(AssignmentRow.bank_id == bank_id)
    if unit:
        query = query.where(AssignmentRow.unit_id == unit)
    if live:
        query = query.where(AssignmentRow.state.in_(LIVE))
    rows = session.scalars(query.order_by(AssignmentRow.due_on, AssignmentRow.id))
    return sorted(rows, key=lambda row: row.state not in LIVE)


def made_for(session: Session, row: AssignmentRow) -> list[Made]:
    """The items of the bank whose first version this unit wrote after the assignment was given, in order of codes."""
    first = select(ItemVersionRow.item_id).where(
        ItemVersionRow.bank_id == row.bank_id,
        ItemVersionRow.version == 1,
        ItemVersionRow.unit == row.unit_id,
        ItemVersionRow.created_ms >= row.created_ms,
    )
    query = select(ItemRow.point, ItemRow.type, ItemRow.state).where(ItemRow.id.in_(first)).order_by(ItemRow.code)
    return [Made(point, kind, state) for point, kind, state in session.execute(query)]


def written_by(session: Session, bank_id: str, unit: str) -> list[tuple[str, str, str, str]]:
    """Unit, author, author's name and state of every item, by its first version; of one bank or unit where given."""
    version = ItemVersionRow
    query = select(version.unit, version.author, version.author_name, ItemRow.state)
    query = query.join(ItemRow, ItemRow.id == version.item_id).where(version.version == 1)
    if bank_id:
        query = query.where(ItemRow.bank_id == bank_id)
    if unit:
        query = query.where(version.unit == unit)
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(query)]


def reviews_by(session: Session, bank_id: str) -> dict[str, int]:
    """How many versions each account has reviewed."""
    query = select(VerdictRow.by, func.count()).where(VerdictRow.stage == REVIEW).group_by(VerdictRow.by)
    if bank_id:
        own = select(ItemVersionRow.id).where(ItemVersionRow.bank_id == bank_id)
        query = query.where(VerdictRow.version_id.in_(own))
    return {row[0]: row[1] for row in session.execute(query)}
