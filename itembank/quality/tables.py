"""Rows of comparisons: which pairs of a bank's items are alike, and what a person decided about a pair."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Integer, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from examserver.kernel.errors import Missing
from examserver.plumbing.database import BankBase

RUNNING, DONE, FAILED = "running", "done", "failed"
KEEP, RETIRE, ENEMIES = "keep", "retire", "enemies"


class NoSuchComparison(Missing):
    """The bank has not been compared yet."""

    code = "comparison.missing"
    next_zh = "请先运行一次查重"
    next_en = "Have the bank compared first"


class ComparisonRow(BankBase):
    """One comparison of all items of a bank: the pairs by their codes, the gravest first."""

    __tablename__ = "item_comparison"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    bank_id: Mapped[str] = mapped_column(String(40), index=True)
    job_id: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(20))
    ratio: Mapped[int] = mapped_column(Integer)
    items: Mapped[int] = mapped_column(Integer)
    counts: Mapped[dict[str, int]] = mapped_column(JSON)
    pairs: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    complete: Mapped[bool] = mapped_column(Boolean)
    by: Mapped[str] = mapped_column(String(40))
    by_name: Mapped[str] = mapped_column(String(120))
    created_ms: Mapped[int] = mapped_column(BigInteger)
    took_ms: Mapped[int] = mapped_column(BigInteger)


class PairDecisionRow(BankBase):
    """What a person decided about two items; never changed: another decision is another row."""

    __tablename__ = "item_pair_decision"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    bank_id: Mapped[str] = mapped_column(String(40), index=True)
    first: Mapped[str] = mapped_column(String(64))
    second: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(20))
    decision: Mapped[str] = mapped_column(String(20))
    retired: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    versions: Mapped[str] = mapped_column(String(40))
    by: Mapped[str] = mapped_column(String(40))
    by_name: Mapped[str] = mapped_column(String(120))
    at_ms: Mapped[int] = mapped_column(BigInteger)


def newest_comparison(session: Session, bank_id: str) -> ComparisonRow:
    """The latest comparison of a bank; raises NoSuchComparison."""
    query = select(ComparisonRow).where(ComparisonRow.bank_id == bank_id).order_by(ComparisonRow.created_ms.desc())
    row = session.scalars(query.limit(1)).first()
    if row is None:
        raise NoSuchComparison(what=bank_id)
    return row


def pair_of(first: str, second: str) -> tuple[str, str]:
    """Two codes in one order."""
    return (first, second) if first <= second else (second, first)


def decisions_of(session: Session, bank_id: str) -> dict[tuple[str, str], PairDecisionRow]:
    """The latest decision about every pair of a bank."""
    query = select(PairDecisionRow).where(PairDecisionRow.bank_id == bank_id)
    rows = session.scalars(query.order_by(PairDecisionRow.at_ms, PairDecisionRow.id))
    return {(row.first, row.second): row for row in rows}


def enemy_pairs(session: Session, bank_id: str) -> set[frozenset[str]]:
    """Codes of items that a person keeps from meeting in one form."""
    decided = decisions_of(session, bank_id)
    return {frozenset(pair) for pair, row in decided.items() if row.decision == ENEMIES}
