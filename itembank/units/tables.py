"""Rows of units: the institutions whose people write, review and assemble. Whose account it is stands in its scope."""

from sqlalchemy import BigInteger, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from examserver.kernel.errors import Missing
from examserver.plumbing.database import BankBase


class NoSuchUnit(Missing):
    """No unit with this id."""

    code = "unit.missing"


class UnitRow(BankBase):
    """One institution that takes part in building or using banks."""

    __tablename__ = "bank_unit"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    contact: Mapped[str] = mapped_column(String(200))
    by: Mapped[str] = mapped_column(String(40))
    created_ms: Mapped[int] = mapped_column(BigInteger)


def load_unit(session: Session, unit_id: str) -> UnitRow:
    """The unit; raises NoSuchUnit."""
    row = session.get(UnitRow, unit_id)
    if row is None:
        raise NoSuchUnit(what=unit_id)
    return row


def all_units(session: Session) -> list[UnitRow]:
    """Every unit, by name."""
    return list(session.scalars(select(UnitRow).order_by(UnitRow.name)))


def unit_names(session: Session) -> dict[str, str]:
    """Names of units by id."""
    return {row.id: row.name for row in all_units(session)}
