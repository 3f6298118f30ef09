"""Rows of certificates, number series and public queries (authority role), and how they are read."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, String, Text, UniqueConstraint, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from examserver.certification.number import LAST_SERIAL, SerialsUsedUp
from examserver.kernel.errors import Missing
from examserver.plumbing.database import AuthorityBase
from examserver.plumbing.shared_tables import LOG_LEAF


class NoSuchCertificate(Missing):
    """No certificate with this number."""

    code = "certificate.missing"


class CertificateRow(AuthorityBase):
    """One certificate that was issued; never deleted, only voided by decision."""

    __tablename__ = "certificate"

    number: Mapped[str] = mapped_column(String(22), primary_key=True)
    plan: Mapped[str] = mapped_column(String(40))
    sitting: Mapped[str] = mapped_column(String(40))
    run: Mapped[str] = mapped_column(String(40), index=True)
    result: Mapped[str] = mapped_column(String(60))
    candidate: Mapped[str] = mapped_column(String(40))
    ticket: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(100))
    document_masked: Mapped[str] = mapped_column(String(40))
    code13: Mapped[str] = mapped_column(String(13), index=True)
    institution_name: Mapped[str] = mapped_column(String(200))
    occupation_code: Mapped[str] = mapped_column(String(20))
    occupation_name: Mapped[str] = mapped_column(String(100))
    level: Mapped[int] = mapped_column(Integer)
    theory_score: Mapped[str] = mapped_column(String(20))
    issued_on: Mapped[str] = mapped_column(String(10))
    issued_ms: Mapped[int] = mapped_column(BigInteger)
    issued_by: Mapped[str] = mapped_column(String(120))
    digest: Mapped[str] = mapped_column(String(80), unique=True)
    document: Mapped[str] = mapped_column(Text)
    leaf: Mapped[int] = mapped_column(BigInteger)
    pdf_digest: Mapped[str | None] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(20))
    void: Mapped[dict[str, Any] | None] = mapped_column(JSON)

    __table_args__ = (UniqueConstraint("plan", "candidate", name="uq_certificate_candidate"),)


class SeriesRow(AuthorityBase):
    """The last serial of an institution, year and level; the lock on it makes serials gap-free."""

    __tablename__ = "certificate_series"

    code13: Mapped[str] = mapped_column(String(13), primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    level: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(Integer)


class QueryRow(AuthorityBase):
    """One public query that found nothing, kept to recognise guessing."""

    __tablename__ = "certificate_query"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    at_ms: Mapped[int] = mapped_column(BigInteger, index=True)
    source: Mapped[str] = mapped_column(String(80), index=True)
    number: Mapped[str] = mapped_column(String(40), index=True)
    outcome: Mapped[str] = mapped_column(String(40))


def lock_series(session: Session, code13: str, year: int, level: int) -> SeriesRow:
    """The series, made when it is the first, locked until the transaction ends."""
    values = {"code13": code13, "year": year, "level": level, "last": 0}
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(insert(SeriesRow).values(**values).on_conflict_do_nothing())
    return session.get_one(SeriesRow, (code13, year, level), with_for_update=True, populate_existing=True)


def take_serial(series: SeriesRow) -> int:
    """The next serial of a locked series; given back when the transaction does not commit."""
    if series.last >= LAST_SERIAL:
        raise SerialsUsedUp(code13=series.code13, year=series.year, level=series.level)
    series.last += 1
    return series.last


def find_certificate(session: Session, number: str) -> CertificateRow | None:
    """The certificate with this number, if there is one."""
    return session.get(CertificateRow, number)


def load_certificate(session: Session, number: str, lock: bool = False) -> CertificateRow:
    """The certificate with this number; raises NoSuchCertificate."""
    row = session.get(CertificateRow, number, with_for_update=lock, populate_existing=lock)
    if row is None:
        raise NoSuchCertificate(what=number[:40])
    return row


def certificate_of(session: Session, plan: str, candidate: str) -> CertificateRow | None:
    """The certificate a candidate got from a plan, if there is one."""
    query = select(CertificateRow).where(CertificateRow.plan == plan, CertificateRow.candidate == candidate)
    return session.scalars(query).first()


def all_certificates(session: Session) -> list[CertificateRow]:
    """Every certificate, by number."""
    return list(session.scalars(select(CertificateRow).order_by(CertificateRow.number)))


def certificates_page(session: Session, run: str | None, limit: int, offset: int) -> tuple[int, list[CertificateRow]]:
    """How many certificates there are (of a run), and one page of them, the latest first."""
    chosen = select(CertificateRow).where(CertificateRow.run == run) if run else select(CertificateRow)
    count = session.execute(select(func.count()).select_from(chosen.subquery())).scalar() or 0
    ordered = chosen.order_by(CertificateRow.issued_ms.desc(), CertificateRow.number).limit(limit).offset(offset)
    return int(count), list(session.scalars(ordered))


def certificates_of_run(session: Session, run: str) -> list[CertificateRow]:
    """The certificates issued from a run, by number."""
    return list(
        session.scalars(select(CertificateRow).where(CertificateRow.run == run).order_by(CertificateRow.number))
    )


def all_series(session: Session) -> dict[tuple[str, int, int], int]:
    """The last serial of every series; years in two digits."""
    return {(row.code13, row.year % 100, row.level): row.last for row in session.scalars(select(SeriesRow))}


def leaf_text(session: Session, index: int) -> str | None:
    """The log entry with this index."""
    row = session.execute(select(LOG_LEAF.c.data).where(LOG_LEAF.c.index == index)).first()
    return str(row[0]) if row else None


def misses_of_number(session: Session, number: str, since_ms: int) -> int:
    """How many queries with a wrong name a number has seen since then."""
    query = select(func.count()).select_from(QueryRow)
    return int(session.execute(query.where(QueryRow.number == number, QueryRow.at_ms >= since_ms)).scalar() or 0)
