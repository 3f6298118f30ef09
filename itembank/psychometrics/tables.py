"""Rows of response matrices, of analyses, and of the figures of each item version."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, BigInteger, Float, Index, Integer, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from examserver.kernel.errors import Missing
from examserver.plumbing.database import BankBase
from itembank.items.tables import ItemRow, ItemVersionRow

RUNNING, DONE, FAILED = "running", "done", "failed"


class NoAnalysis(Missing):
    """The bank's responses have not been analysed."""

    code = "statistics.none"
    message_zh = "题库还没有统计结果"
    message_en = "The bank has no statistics yet"
    next_zh = "请导入成绩机构交回的作答矩阵，然后重新统计"
    next_en = "Import the response matrices the grading authority hands back, then run the statistics"


class MatrixRow(BankBase):
    """One response matrix as the authority signed it; the file lies in the vault under its digest."""

    __tablename__ = "response_matrix"
    __table_args__ = (UniqueConstraint("sitting", "run"),)

    digest: Mapped[str] = mapped_column(String(80), primary_key=True)
    bank_id: Mapped[str] = mapped_column(String(40), index=True)
    sitting: Mapped[str] = mapped_column(String(40))
    run: Mapped[str] = mapped_column(String(40))
    paper: Mapped[str] = mapped_column(String(40))
    persons: Mapped[int] = mapped_column(Integer)
    items: Mapped[int] = mapped_column(Integer)
    remarks: Mapped[int] = mapped_column(Integer)
    held_ms: Mapped[int] = mapped_column(BigInteger)
    by: Mapped[str] = mapped_column(String(40))
    by_name: Mapped[str] = mapped_column(String(120))
    imported_ms: Mapped[int] = mapped_column(BigInteger)


class AnalysisRow(BankBase):
    """One analysis of all matrices a bank then had; never changed once done, a later one stands beside it."""

    __tablename__ = "item_analysis"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    bank_id: Mapped[str] = mapped_column(String(40), index=True)
    state: Mapped[str] = mapped_column(String(20))
    matrices: Mapped[list[str]] = mapped_column(JSON)
    tests: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    notes: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    persons: Mapped[int] = mapped_column(Integer)
    job_id: Mapped[str] = mapped_column(String(40), default="")
    by: Mapped[str] = mapped_column(String(40))
    by_name: Mapped[str] = mapped_column(String(120))
    created_ms: Mapped[int] = mapped_column(BigInteger)
    done_ms: Mapped[int | None] = mapped_column(BigInteger)


class ItemStatisticRow(BankBase):
    """What one analysis says of one item version; `figures` holds what screens show and no rule asks for."""

    __tablename__ = "item_statistic"
    __table_args__ = (Index("ix_item_statistic_code", "bank_id", "code"),)

    analysis_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    bank_id: Mapped[str] = mapped_column(String(40))
    n: Mapped[int] = mapped_column(Integer)
    p: Mapped[float] = mapped_column(Float)
    discrimination: Mapped[float | None] = mapped_column(Float)
    a: Mapped[float | None] = mapped_column(Float)
    b: Mapped[float | None] = mapped_column(Float)
    c: Mapped[float | None] = mapped_column(Float)
    usable: Mapped[bool] = mapped_column(default=False)
    flags: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)


@dataclass(frozen=True)
class Parameters:
    """Measured parameters of the present version of an item: 2PL (c = 0) or 3PL, share right, persons behind them."""

    a: float
    b: float
    c: float
    p: float
    n: int


def matrices_of(session: Session, bank_id: str) -> list[MatrixRow]:
    """The matrices of a bank, oldest sitting first."""
    query = select(MatrixRow).where(MatrixRow.bank_id == bank_id)
    return list(session.scalars(query.order_by(MatrixRow.held_ms, MatrixRow.digest)))


def analyses_of(session: Session, bank_id: str) -> list[AnalysisRow]:
    """The analyses of a bank, newest first."""
    query = select(AnalysisRow).where(AnalysisRow.bank_id == bank_id)
    return list(session.scalars(query.order_by(AnalysisRow.created_ms.desc(), AnalysisRow.id.desc())))


def find_analysis(session: Session, bank_id: str) -> AnalysisRow | None:
    """The newest finished analysis of a bank."""
    return next((row for row in analyses_of(session, bank_id) if row.state == DONE), None)


def statistics_of(session: Session, analysis_id: str, code: str = "") -> list[ItemStatisticRow]:
    """The figures of one analysis, by code and version; of one item when its code is given."""
    query = select(ItemStatisticRow).where(ItemStatisticRow.analysis_id == analysis_id)
    query = query.where(ItemStatisticRow.code == code) if code else query
    return list(session.scalars(query.order_by(ItemStatisticRow.code, ItemStatisticRow.version)))


def history_of(session: Session, bank_id: str, code: str) -> list[tuple[AnalysisRow, ItemStatisticRow]]:
    """What every finished analysis said of an item, oldest first."""
    query = (
        select(AnalysisRow, ItemStatisticRow)
        .join(ItemStatisticRow, ItemStatisticRow.analysis_id == AnalysisRow.id)
        .where(ItemStatisticRow.bank_id == bank_id, ItemStatisticRow.code == code, AnalysisRow.state == DONE)
        .order_by(AnalysisRow.created_ms, AnalysisRow.id, ItemStatisticRow.version)
    )
    return [(analysis, row) for analysis, row in session.execute(query)]


def parameters_of(session: Session, bank_id: str) -> dict[str, Parameters]:
    """Measured parameters by code, only of versions still current whose estimate is fit for assembly."""
    analysis = find_analysis(session, bank_id)
    if analysis is None:
        return {}
    query = (
        select(ItemStatisticRow)
        .join(ItemRow, (ItemRow.bank_id == ItemStatisticRow.bank_id) & (ItemRow.code == ItemStatisticRow.code))
        .join(ItemVersionRow, ItemVersionRow.id == ItemRow.version_id)
        .where(ItemStatisticRow.analysis_id == analysis.id, ItemVersionRow.version == ItemStatisticRow.version)
        .where(ItemStatisticRow.usable)
    )
    return {
        row.code: Parameters(row.a, row.b, row.c or 0.0, row.p, row.n)
        for row in session.scalars(query)
        if row.a is not None and row.b is not None
    }
