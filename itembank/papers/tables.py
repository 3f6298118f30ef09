"""Rows of custodians and sealed papers (bank role), and how they are read."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from examserver.kernel.errors import Missing
from examserver.plumbing.database import BankBase
from itembank.items.tables import ItemVersionRow


class NoSuchPaper(Missing):
    """No sealed paper with this id."""

    code = "paper.sealed_missing"


class NoSuchCustodian(Missing):
    """No custodian with this id."""

    code = "custodian.missing"


class CustodianRow(BankBase):
    """A person who may keep shares: name and public keys, never private ones."""

    __tablename__ = "paper_custodian"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    signing_key: Mapped[str] = mapped_column(String(60), unique=True)
    sealing_key: Mapped[str] = mapped_column(String(60), unique=True)
    created_ms: Mapped[int] = mapped_column(BigInteger)
    created_by: Mapped[str] = mapped_column(String(120))


class PaperRow(BankBase):
    """A paper from the request to seal it until it is sealed; the files lie in the vault under their digests."""

    __tablename__ = "paper"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    assembly: Mapped[str] = mapped_column(String(40), index=True)
    title: Mapped[str] = mapped_column(String(400))
    custodians: Mapped[list[str]] = mapped_column(JSON)
    threshold: Mapped[int] = mapped_column(Integer)
    not_before_ms: Mapped[int] = mapped_column(BigInteger)
    expires_ms: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(20))
    requested_by: Mapped[str] = mapped_column(String(120))
    requested_ms: Mapped[int] = mapped_column(BigInteger)
    job: Mapped[str] = mapped_column(String(40))
    forms: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    manifest_digest: Mapped[str | None] = mapped_column(String(80))
    package_digest: Mapped[str | None] = mapped_column(String(80))
    keys_digest: Mapped[str | None] = mapped_column(String(80))
    sealed_ms: Mapped[int | None] = mapped_column(BigInteger)


def load_custodian(session: Session, custodian_id: str) -> CustodianRow:
    """The custodian; raises NoSuchCustodian."""
    row = session.get(CustodianRow, custodian_id)
    if row is None:
        raise NoSuchCustodian(what=custodian_id)
    return row


def all_custodians(session: Session) -> list[CustodianRow]:
    """Every custodian, by name."""
    return list(session.scalars(select(CustodianRow).order_by(CustodianRow.name)))


def load_paper(session: Session, paper_id: str) -> PaperRow:
    """The paper; raises NoSuchPaper."""
    row = session.get(PaperRow, paper_id)
    if row is None:
        raise NoSuchPaper(what=paper_id)
    return row


def all_papers(session: Session) -> list[PaperRow]:
    """Every paper, newest first."""
    return list(session.scalars(select(PaperRow).order_by(PaperRow.requested_ms.desc(), PaperRow.id)))


def all_item_versions(session: Session) -> list[ItemVersionRow]:
    """Every version of every item, by id."""
    return list(session.scalars(select(ItemVersionRow).order_by(ItemVersionRow.id)))
