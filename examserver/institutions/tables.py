"""Rows of the institution register (authority role), and how they are read."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, BigInteger, String, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from examserver.institutions.scope import DirectoryEntry, Grant
from examserver.kernel.errors import Missing
from examserver.plumbing.database import AuthorityBase


class NoSuchInstitution(Missing):
    """No institution with this code or id."""

    code = "institution.missing"


class InstitutionRow(AuthorityBase):
    """One evaluation institution with its directory entry."""

    __tablename__ = "institution"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    code13: Mapped[str] = mapped_column(String(13), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    occupations: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    created_ms: Mapped[int] = mapped_column(BigInteger)
    created_by: Mapped[str] = mapped_column(String(120))


def find_institution(session: Session, key: str) -> InstitutionRow | None:
    """The institution with this code or id, if there is one."""
    query = select(InstitutionRow).where(or_(InstitutionRow.code13 == key, InstitutionRow.id == key))
    return session.scalars(query).first()


def load_institution(session: Session, key: str) -> InstitutionRow:
    """The institution with this code or id; raises NoSuchInstitution."""
    row = find_institution(session, key)
    if row is None:
        raise NoSuchInstitution(what=key[:60])
    return row


def all_institutions(session: Session) -> list[InstitutionRow]:
    """Every institution, by code."""
    return list(session.scalars(select(InstitutionRow).order_by(InstitutionRow.code13)))


def entry_of(row: InstitutionRow) -> DirectoryEntry:
    """What the directory says of an institution."""
    return DirectoryEntry(row.name, row.state, tuple(_grant(one) for one in row.occupations))


def _grant(one: dict[str, Any]) -> Grant:
    return Grant(one["code"], tuple(one["levels"]), _day(one.get("valid_from")), _day(one.get("valid_until")))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
