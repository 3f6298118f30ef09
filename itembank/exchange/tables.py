"""Rows of imports: what was uploaded, what was found wrong, who decided; and mappings people have saved."""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Integer,
    String,
    Text,
    UniqueConstraint,
    false,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from examserver.kernel.errors import Missing
from examserver.plumbing.database import BankBase
from examserver.plumbing.work import Work
from itembank.review.tables import sight_in

UPLOADED, CHECKING, CHECKED, ACCEPTING = "uploaded", "checking", "checked", "accepting"
ACCEPTED, DISCARDED = "accepted", "discarded"


class NoSuchImport(Missing):
    """No import with this id."""

    code = "import.missing"


class ImportRow(BankBase):
    """One uploaded file under one mapping, with its report.

    `faults` and `warnings` are the first of each; all of them, the alike pairs and the cells of faulty rows are in the
    file `report_file`; `totals` counts them. `corrections` lie over the file, which stays as it came. `error` says why
    the last check or acceptance came to nothing. `unit` is that of the person who uploaded (empty: the authority).
    """

    __tablename__ = "item_import"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    bank_id: Mapped[str] = mapped_column(String(40), index=True)
    file_name: Mapped[str] = mapped_column(String(200))
    file_digest: Mapped[str] = mapped_column(String(80))
    figures_digest: Mapped[str] = mapped_column(String(80))
    format: Mapped[str] = mapped_column(String(20), default="sheet", server_default="sheet")
    counts: Mapped[str] = mapped_column(String(20), default="row", server_default="row")
    mapping: Mapped[str] = mapped_column(String(80))
    mapping_text: Mapped[str] = mapped_column(Text)
    sheet: Mapped[str] = mapped_column(String(120))
    rows: Mapped[int] = mapped_column(Integer)
    good: Mapped[int] = mapped_column(Integer)
    faulty: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    totals: Mapped[dict[str, int]] = mapped_column(JSON, default=dict, server_default="{}")
    faults: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    warnings: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    columns: Mapped[list[str]] = mapped_column(JSON)
    corrections: Mapped[dict[str, dict[str, str]]] = mapped_column(JSON, default=dict, server_default="{}")
    report_digest: Mapped[str] = mapped_column(String(80))
    report_file: Mapped[str] = mapped_column(String(80), default="", server_default="")
    error: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")
    state: Mapped[str] = mapped_column(String(20))
    job_id: Mapped[str] = mapped_column(String(40), default="", server_default="")
    by: Mapped[str] = mapped_column(String(40))
    by_name: Mapped[str] = mapped_column(String(120))
    unit: Mapped[str] = mapped_column(String(40), default="", server_default="")
    created_ms: Mapped[int] = mapped_column(BigInteger)
    decided_ms: Mapped[int | None] = mapped_column(BigInteger)
    took_ms: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")


class MappingRow(BankBase):
    """A mapping somebody saved under a name, for one bank or (bank_id empty) for all."""

    __tablename__ = "import_mapping"
    __table_args__ = (UniqueConstraint("bank_id", "name"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    bank_id: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(40))
    by_name: Mapped[str] = mapped_column(String(120))
    created_ms: Mapped[int] = mapped_column(BigInteger)


def load_import(session: Session, import_id: str) -> ImportRow:
    """The import; raises NoSuchImport."""
    row = session.get(ImportRow, import_id)
    if row is None:
        raise NoSuchImport(what=import_id)
    return row


def _own_imports(work: Work) -> ColumnElement[bool]:
    """The condition that leaves the acting person's own imports and, where they may read what their unit wrote, its."""
    sight = sight_in(work)
    if sight.everything:
        return true()
    unit = ImportRow.unit == sight.own_unit if sight.own_unit else false()
    return or_(ImportRow.by == work.actor.id, unit)


def load_own_import(work: Work, import_id: str) -> ImportRow:
    """An import whose file and report the acting person may see; raises NoSuchImport for any other."""
    row = work.session.scalars(select(ImportRow).where(ImportRow.id == import_id, _own_imports(work))).first()
    if row is None:
        raise NoSuchImport(what=import_id)
    return row


def own_imports_of(work: Work, bank_id: str) -> list[ImportRow]:
    """The imports of a bank that the acting person may see, newest first."""
    query = select(ImportRow).where(ImportRow.bank_id == bank_id, _own_imports(work))
    return list(work.session.scalars(query.order_by(ImportRow.created_ms.desc()).limit(100)))


def saved_mappings(session: Session, bank_id: str) -> list[MappingRow]:
    """The mappings saved for this bank and for all, the bank's own first."""
    query = select(MappingRow).where(or_(MappingRow.bank_id == bank_id, MappingRow.bank_id == ""))
    return sorted(session.scalars(query), key=lambda row: (not row.bank_id, row.name))
