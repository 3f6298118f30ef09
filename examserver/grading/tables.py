"""Rows of sitting records, key packages, runs, results and approvals (authority role), and how they are read."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Integer, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from examserver.kernel.errors import Missing
from examserver.plumbing.database import AuthorityBase
from examserver.plumbing.shared_tables import LOG_LEAF, SHARED


class NoSuchRecord(Missing):
    """The sitting's record is not in."""

    code = "record.missing"
    message_zh = "场次 {what} 的记录尚未收到"
    message_en = "The record of sitting {what} is not in"
    next_zh = "请先导入考场移交的场次记录"
    next_en = "Import the record handed over by the hall first"


class NoSuchKeys(Missing):
    """The sitting's key package is not in."""

    code = "keys.missing"
    message_zh = "场次 {what} 的答案包尚未收到"
    message_en = "The key package of sitting {what} is not in"
    next_zh = "请先导入题库签发的答案包"
    next_en = "Import the key package issued by the item bank first"


class NoSuchRun(Missing):
    """No grading run with this id."""

    code = "run.missing"


class NoSuchResult(Missing):
    """No result with this id."""

    code = "result.missing"


class RecordRow(AuthorityBase):
    """One sitting record as received; the file lies in the vault under its digest."""

    __tablename__ = "grading_record"

    sitting: Mapped[str] = mapped_column(String(40), primary_key=True)
    plan: Mapped[str] = mapped_column(String(40))
    digest: Mapped[str] = mapped_column(String(80))
    sessions: Mapped[int] = mapped_column(Integer)
    absent: Mapped[list[str]] = mapped_column(JSON)
    imported_ms: Mapped[int] = mapped_column(BigInteger)
    imported_by: Mapped[str] = mapped_column(String(120))


class KeyPackageRow(AuthorityBase):
    """One key package as received, still sealed; `version` counts the packages of a paper from 1."""

    __tablename__ = "grading_key_package"

    digest: Mapped[str] = mapped_column(String(80), primary_key=True)
    paper: Mapped[str] = mapped_column(String(40))
    manifest_digest: Mapped[str] = mapped_column(String(80), index=True)
    version: Mapped[int] = mapped_column(Integer)
    imported_ms: Mapped[int] = mapped_column(BigInteger)
    imported_by: Mapped[str] = mapped_column(String(120))

    __table_args__ = (UniqueConstraint("manifest_digest", "version", name="uq_grading_key_package_version"),)


class RunRow(AuthorityBase):
    """One grading of one sitting; never overwritten."""

    __tablename__ = "grading_run"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    sitting: Mapped[str] = mapped_column(String(40), index=True)
    plan: Mapped[str] = mapped_column(String(40))
    record_digest: Mapped[str] = mapped_column(String(80))
    key_package_digest: Mapped[str] = mapped_column(String(80))
    key_version: Mapped[int] = mapped_column(Integer)
    cut_score: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    job: Mapped[str] = mapped_column(String(40))
    requested_ms: Mapped[int] = mapped_column(BigInteger)
    requested_by: Mapped[str] = mapped_column(String(120))
    graded_ms: Mapped[int | None] = mapped_column(BigInteger)
    graded: Mapped[int] = mapped_column(Integer)
    passed: Mapped[int] = mapped_column(Integer)
    absent: Mapped[int] = mapped_column(Integer)
    sheet: Mapped[str | None] = mapped_column(Text)
    sheet_digest: Mapped[str | None] = mapped_column(String(80))
    awaiting: Mapped[int] = mapped_column(Integer, server_default="0")
    marks_digest: Mapped[str | None] = mapped_column(String(80))


class ResultRow(AuthorityBase):
    """One session's result in one run, with its signed document."""

    __tablename__ = "grading_result"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    run: Mapped[str] = mapped_column(String(40), index=True)
    sitting: Mapped[str] = mapped_column(String(40))
    session: Mapped[str] = mapped_column(String(40))
    ticket: Mapped[str] = mapped_column(String(40))
    candidate: Mapped[str] = mapped_column(String(40))
    score: Mapped[str] = mapped_column(String(20))
    max: Mapped[str] = mapped_column(String(20))
    passed: Mapped[bool] = mapped_column(Boolean)
    digest: Mapped[str] = mapped_column(String(80))
    document: Mapped[str] = mapped_column(Text)

    __table_args__ = (UniqueConstraint("run", "ticket", name="uq_grading_result_ticket"),)


class ApprovalRow(AuthorityBase):
    """One person's approval of one run."""

    __tablename__ = "grading_approval"

    run: Mapped[str] = mapped_column(String(40), primary_key=True)
    account: Mapped[str] = mapped_column(String(120), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    sheet_digest: Mapped[str] = mapped_column(String(80))
    at_ms: Mapped[int] = mapped_column(BigInteger)


def load_record(session: Session, sitting: str) -> RecordRow:
    """The record of a sitting; raises NoSuchRecord."""
    row = session.get(RecordRow, sitting)
    if row is None:
        raise NoSuchRecord(what=sitting[:60])
    return row


def all_records(session: Session) -> list[RecordRow]:
    """Every record, the latest first."""
    return list(session.scalars(select(RecordRow).order_by(RecordRow.imported_ms.desc(), RecordRow.sitting)))


def packages_of(session: Session, manifest_digest: str) -> list[KeyPackageRow]:
    """The key packages of a paper, by version."""
    query = select(KeyPackageRow).where(KeyPackageRow.manifest_digest == manifest_digest)
    return list(session.scalars(query.order_by(KeyPackageRow.version)))


def load_newest_package(session: Session, manifests: Iterable[str], sitting: str) -> KeyPackageRow:
    """The newest key package of a sitting's paper; raises NoSuchKeys."""
    found = [row for manifest in manifests for row in packages_of(session, manifest)]
    if not found:
        raise NoSuchKeys(what=sitting)
    return max(found, key=lambda row: row.version)


def all_packages(session: Session) -> list[KeyPackageRow]:
    """Every key package, the latest first."""
    return list(session.scalars(select(KeyPackageRow).order_by(KeyPackageRow.imported_ms.desc(), KeyPackageRow.digest)))


def load_run(session: Session, run_id: str, lock: bool = False) -> RunRow:
    """The run with this id; `lock` keeps other writers away until the transaction ends. Raises NoSuchRun."""
    row = session.get(RunRow, run_id, with_for_update=lock, populate_existing=lock)
    if row is None:
        raise NoSuchRun(what=run_id[:60])
    return row


def all_runs(session: Session) -> list[RunRow]:
    """Every run, the latest first."""
    return list(session.scalars(select(RunRow).order_by(RunRow.requested_ms.desc(), RunRow.id)))


def runs_of(session: Session, sitting: str) -> list[RunRow]:
    """The runs of a sitting, the oldest first."""
    return list(
        session.scalars(select(RunRow).where(RunRow.sitting == sitting).order_by(RunRow.requested_ms, RunRow.id))
    )


def results_of(session: Session, run_id: str) -> list[ResultRow]:
    """The results of a run, by ticket."""
    return list(session.scalars(select(ResultRow).where(ResultRow.run == run_id).order_by(ResultRow.ticket)))


def load_result(session: Session, result_id: str) -> ResultRow:
    """The result with this id; raises NoSuchResult."""
    row = session.get(ResultRow, result_id)
    if row is None:
        raise NoSuchResult(what=result_id[:60])
    return row


def approvals_of(session: Session, run_id: str) -> list[ApprovalRow]:
    """Who approved a run, in order."""
    query = select(ApprovalRow).where(ApprovalRow.run == run_id).order_by(ApprovalRow.at_ms, ApprovalRow.account)
    return list(session.scalars(query))


def leaf_bodies(session: Session, kind: str) -> list[dict[str, Any]]:
    """What the log's entries of a kind say; entries that are no longer readable are left to the log's own check."""
    query = select(LOG_LEAF.c.data).where(LOG_LEAF.c.kind == kind).order_by(LOG_LEAF.c.index)
    return [body for row in session.execute(query) if (body := _leaf_body(str(row[0]))) is not None]


def _leaf_body(text: str) -> dict[str, Any] | None:
    try:
        body = json.loads(text.partition("\n")[2])["body"]
    except (ValueError, KeyError, TypeError):
        return None
    return body if isinstance(body, dict) else None


def orphan_results(session: Session) -> list[ResultRow]:
    """Results whose run does not exist."""
    return list(session.scalars(select(ResultRow).where(ResultRow.run.not_in(select(RunRow.id)))))


def audit_count(session: Session, action: str, subject: str) -> int:
    """How often an act on a subject was recorded."""
    table = SHARED["authority"].audit
    query = select(func.count()).select_from(table).where(table.c.action == action, table.c.subject == subject)
    return int(session.execute(query).scalar() or 0)


def as_plain(row: Any, names: Iterable[str]) -> dict[str, Any]:
    """The named columns of a row."""
    return {name: getattr(row, name) for name in names}
