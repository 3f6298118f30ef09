"""Rows of content specifications (each upload is a new version, none is ever changed), occupations and standards."""

from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Integer, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from examserver.kernel.errors import Missing
from examserver.plumbing.database import BankBase
from itembank.specs.standards import Standard
from itembank.specs.tree import ContentSpecification, SpecNode


class NoSuchStandard(Missing):
    """No standard with this id."""

    code = "standard.missing"


class NoSuchOccupation(Missing):
    """No occupation of this code in this edition."""

    code = "occupation.missing"
    next_zh = "请先登记职业（编码与大典版本）"
    next_en = "Register the occupation (code and edition of the classification) first"


class OccupationRow(BankBase):
    """An occupation of the national classification: the edition is part of what a code means."""

    __tablename__ = "occupation"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    edition: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    by: Mapped[str] = mapped_column(String(40))
    created_ms: Mapped[int] = mapped_column(BigInteger)


class StandardRow(BankBase):
    """One version of a standard; a newer one supersedes it, nothing of it is ever changed."""

    __tablename__ = "standard"
    __table_args__ = (UniqueConstraint("kind", "document_no", "version"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))
    occupation_code: Mapped[str] = mapped_column(String(40))
    edition: Mapped[str] = mapped_column(String(20))
    levels: Mapped[list[int]] = mapped_column(JSON)
    document_no: Mapped[str] = mapped_column(String(120))
    version: Mapped[str] = mapped_column(String(40))
    ministry_filing: Mapped[str] = mapped_column(String(120))
    province_filing: Mapped[str] = mapped_column(String(120))
    valid_from: Mapped[str] = mapped_column(String(10))
    valid_to: Mapped[str] = mapped_column(String(10))
    superseded_by: Mapped[str] = mapped_column(String(40))
    by: Mapped[str] = mapped_column(String(40))
    by_name: Mapped[str] = mapped_column(String(120))
    created_ms: Mapped[int] = mapped_column(BigInteger)

    @property
    def standard(self) -> Standard:
        """What the rules need of it."""
        names = ("kind", "title", "occupation_code", "edition", "document_no", "version", "ministry_filing",
                 "province_filing", "valid_from", "valid_to", "superseded_by")  # fmt: skip
        return Standard(levels=tuple(self.levels), **{name: getattr(self, name) for name in names})


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


def load_standard(session: Session, standard_id: str) -> StandardRow:
    """The standard; raises NoSuchStandard."""
    row = session.get(StandardRow, standard_id)
    if row is None:
        raise NoSuchStandard(what=standard_id)
    return row


def all_standards(session: Session) -> list[StandardRow]:
    """Every version of every standard, by kind, document and version."""
    columns = (StandardRow.kind, StandardRow.document_no, StandardRow.version)
    return list(session.scalars(select(StandardRow).order_by(*columns)))


def all_occupations(session: Session) -> list[OccupationRow]:
    """Every occupation, by code and edition."""
    return list(session.scalars(select(OccupationRow).order_by(OccupationRow.code, OccupationRow.edition)))
