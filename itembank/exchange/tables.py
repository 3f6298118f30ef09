"""Rows of imports: what was uploaded, what was found wrong, who decided."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from examserver.kernel.errors import Missing
from examserver.plumbing.database import BankBase

CHECKED, ACCEPTED, DISCARDED = "checked", "accepted", "discarded"


class NoSuchImport(Missing):
    """No import with this id."""

    code = "import.missing"


class ImportRow(BankBase):
    """One uploaded file under one mapping, with its report."""

    __tablename__ = "item_import"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    bank_id: Mapped[str] = mapped_column(String(40), index=True)
    file_name: Mapped[str] = mapped_column(String(200))
    file_digest: Mapped[str] = mapped_column(String(80))
    figures_digest: Mapped[str] = mapped_column(String(80))
    mapping: Mapped[str] = mapped_column(String(80))
    mapping_text: Mapped[str] = mapped_column(Text)
    sheet: Mapped[str] = mapped_column(String(120))
    rows: Mapped[int] = mapped_column(Integer)
    good: Mapped[int] = mapped_column(Integer)
    faults: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    warnings: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    columns: Mapped[list[str]] = mapped_column(JSON)
    report_digest: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(20))
    by: Mapped[str] = mapped_column(String(40))
    by_name: Mapped[str] = mapped_column(String(120))
    created_ms: Mapped[int] = mapped_column(BigInteger)
    decided_ms: Mapped[int | None] = mapped_column(BigInteger)


def load_import(session: Session, import_id: str) -> ImportRow:
    """The import; raises NoSuchImport."""
    row = session.get(ImportRow, import_id)
    if row is None:
        raise NoSuchImport(what=import_id)
    return row


def imports_of(session: Session, bank_id: str) -> list[ImportRow]:
    """The imports of a bank, newest first."""
    query = select(ImportRow).where(ImportRow.bank_id == bank_id)
    return list(session.scalars(query.order_by(ImportRow.created_ms.desc()).limit(100)))
