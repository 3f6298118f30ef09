"""Rows of content specifications: each upload is a new version, none is ever changed."""

from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Integer, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from examserver.plumbing.database import BankBase
from itembank.specs.tree import ContentSpecification, SpecNode


class SpecificationRow(BankBase):
    """One version of a bank's content specification."""

    __tablename__ = "specification"
    __table_args__ = (UniqueConstraint("bank_id", "version"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    bank_id: Mapped[str] = mapped_column(String(40), index=True)
    version: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(String(80))
    derived: Mapped[bool] = mapped_column(Boolean)
    nodes: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    contradictions: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    source_digest: Mapped[str] = mapped_column(String(80))
    by: Mapped[str] = mapped_column(String(40))
    by_name: Mapped[str] = mapped_column(String(120))
    created_ms: Mapped[int] = mapped_column(BigInteger)


def find_specification_row(session: Session, bank_id: str) -> SpecificationRow | None:
    """The newest version, or None."""
    query = select(SpecificationRow).where(SpecificationRow.bank_id == bank_id)
    return session.scalars(query.order_by(SpecificationRow.version.desc()).limit(1)).first()


def specification_of(row: SpecificationRow) -> ContentSpecification:
    """The tree a row holds."""
    return ContentSpecification(tuple(_node(value) for value in row.nodes), derived=row.derived)


def find_specification(session: Session, bank_id: str) -> ContentSpecification | None:
    """The newest tree, or None."""
    row = find_specification_row(session, bank_id)
    return specification_of(row) if row else None


def _node(value: dict[str, Any]) -> SpecNode:
    weight, ratio = value["weight"], value["ratio"]
    return SpecNode(
        code=value["code"],
        level=value["level"],
        parent=value["parent"],
        name=value["name"],
        weight=None if weight is None else Decimal(weight),
        importance=value["importance"],
        ratio=None if ratio is None else (ratio[0], ratio[1], ratio[2]),
    )
