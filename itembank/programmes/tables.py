"""Rows of bank programmes: phases, targets, accepted contradictions and every change of readiness."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from examserver.plumbing.database import BankBase
from itembank.items.tables import BankRow, ItemRow
from itembank.programmes.needs import Count, Phase, Target


class PhaseRow(BankBase):
    """One phase of a bank; the newest number is the current one, earlier ones stay as they were."""

    __tablename__ = "bank_phase"
    __table_args__ = (UniqueConstraint("bank_id", "number"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    bank_id: Mapped[str] = mapped_column(String(40), index=True)
    number: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(200))
    areas: Mapped[list[str]] = mapped_column(JSON)
    per_point: Mapped[int] = mapped_column(Integer)
    targets: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    due_on: Mapped[str] = mapped_column(String(10))
    by: Mapped[str] = mapped_column(String(40))
    by_name: Mapped[str] = mapped_column(String(120))
    created_ms: Mapped[int] = mapped_column(BigInteger)


class OverrideRow(BankBase):
    """Somebody takes the contradictions of one specification version on record, with the reason."""

    __tablename__ = "specification_override"

    specification_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    bank_id: Mapped[str] = mapped_column(String(40), index=True)
    contradictions: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(40))
    by_name: Mapped[str] = mapped_column(String(120))
    at_ms: Mapped[int] = mapped_column(BigInteger)


class ReadinessRow(BankBase):
    """One change of a bank's readiness with the conditions as they were found."""

    __tablename__ = "bank_readiness"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    bank_id: Mapped[str] = mapped_column(String(40), index=True)
    before: Mapped[str] = mapped_column(String(20))
    after: Mapped[str] = mapped_column(String(20))
    conditions: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(40))
    by_name: Mapped[str] = mapped_column(String(120))
    at_ms: Mapped[int] = mapped_column(BigInteger)


def phases_of(session: Session, bank_id: str) -> list[PhaseRow]:
    """The phases of a bank, newest first."""
    query = select(PhaseRow).where(PhaseRow.bank_id == bank_id)
    return list(session.scalars(query.order_by(PhaseRow.number.desc())))


def current_phase(session: Session, bank: BankRow) -> tuple[Phase, tuple[Target, ...]]:
    """The phase that holds and its targets; without any, the whole specification at the bank's own measure."""
    rows = phases_of(session, bank.id)
    if not rows:
        return Phase(0, "", (), bank.items_per_point), ()
    row = rows[0]
    targets = tuple(Target(one["node"], one["type"], one["wanted"]) for one in row.targets)
    return Phase(row.number, row.name, tuple(row.areas), row.per_point), targets


def counts_of(session: Session, bank_id: str) -> list[Count]:
    """Items of the bank by point, type and state."""
    columns = (ItemRow.point, ItemRow.type, ItemRow.state)
    query = select(*columns, func.count()).where(ItemRow.bank_id == bank_id).group_by(*columns)
    return [Count(point, kind, state, items) for point, kind, state, items in session.execute(query)]


def readiness_acts(session: Session, bank_id: str) -> list[ReadinessRow]:
    """Every change of readiness, newest first."""
    query = select(ReadinessRow).where(ReadinessRow.bank_id == bank_id)
    return list(session.scalars(query.order_by(ReadinessRow.at_ms.desc(), ReadinessRow.id.desc())))


def find_override(session: Session, specification_id: str) -> OverrideRow | None:
    """The acceptance of this specification's contradictions, or None."""
    return session.get(OverrideRow, specification_id)
