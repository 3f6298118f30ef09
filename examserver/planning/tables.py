"""Rows of plans, rosters and papers (authority role), and how they are read."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from examserver.kernel.errors import Missing
from examserver.plumbing.database import AuthorityBase
from itembank.papers.manifest import read_manifest


class NoSuchPlan(Missing):
    """No plan with this id, or no plan of this sitting."""

    code = "plan.missing"


class PlanRow(AuthorityBase):
    """One evaluation plan with its one sitting."""

    __tablename__ = "plan"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    sitting: Mapped[str] = mapped_column(String(40), unique=True)
    code13: Mapped[str] = mapped_column(String(13), index=True)
    institution_name: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(200))
    occupation_code: Mapped[str] = mapped_column(String(20))
    occupation_name: Mapped[str] = mapped_column(String(100))
    level: Mapped[int] = mapped_column(Integer)
    standard: Mapped[str] = mapped_column(String(200))
    method: Mapped[str] = mapped_column(String(40))
    centre: Mapped[str] = mapped_column(String(200))
    room: Mapped[dict[str, Any]] = mapped_column(JSON)
    staff: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    profile: Mapped[str] = mapped_column(String(40))
    starts_ms: Mapped[int] = mapped_column(BigInteger)
    duration_s: Mapped[int] = mapped_column(Integer)
    late_entry_cutoff_s: Mapped[int] = mapped_column(Integer)
    late_entry_deadline: Mapped[str] = mapped_column(String(20))
    grace_s: Mapped[int] = mapped_column(Integer)
    release_opens_ms: Mapped[int] = mapped_column(BigInteger)
    release_closes_ms: Mapped[int] = mapped_column(BigInteger)
    cut_score: Mapped[str] = mapped_column(String(20))
    day: Mapped[str] = mapped_column(String(10))
    day_serial: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(20))
    paper: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    manifest: Mapped[str | None] = mapped_column(Text)
    created_ms: Mapped[int] = mapped_column(BigInteger)
    created_by: Mapped[str] = mapped_column(String(120))
    edited_by: Mapped[list[str]] = mapped_column(JSON)
    approved_by: Mapped[str | None] = mapped_column(String(120))
    approved_ms: Mapped[int | None] = mapped_column(BigInteger)
    seat_seed: Mapped[str | None] = mapped_column(String(100))
    order_digest: Mapped[str | None] = mapped_column(String(80))
    order_hall: Mapped[str | None] = mapped_column(String(60))
    order_ms: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (UniqueConstraint("code13", "day", "day_serial", name="uq_plan_day_serial"),)


class CandidateRow(AuthorityBase):
    """One person on the roster of a plan; the document number is shown masked everywhere."""

    __tablename__ = "plan_candidate"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    plan: Mapped[str] = mapped_column(String(40), index=True)
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(100))
    document_type: Mapped[str] = mapped_column(String(40))
    document_number: Mapped[str] = mapped_column(String(40))
    sex: Mapped[str] = mapped_column(String(4))
    employer: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str] = mapped_column(String(40))
    extra_s: Mapped[int] = mapped_column(Integer)
    ticket: Mapped[str | None] = mapped_column(String(40), unique=True)
    seat: Mapped[str | None] = mapped_column(String(8))
    form: Mapped[str | None] = mapped_column(String(80))

    __table_args__ = (
        UniqueConstraint("plan", "document_number", name="uq_plan_candidate_document"),
        UniqueConstraint("plan", "position", name="uq_plan_candidate_position"),
    )


def load_plan(session: Session, plan_id: str, lock: bool = False) -> PlanRow:
    """The plan with this id; `lock` keeps other writers away until the transaction ends. Raises NoSuchPlan."""
    row = session.get(PlanRow, plan_id, with_for_update=lock)
    if row is None:
        raise NoSuchPlan(what=plan_id[:60])
    return row


def load_plan_of_sitting(session: Session, sitting: str) -> PlanRow:
    """The plan of a sitting; raises NoSuchPlan."""
    row = session.scalars(select(PlanRow).where(PlanRow.sitting == sitting)).first()
    if row is None:
        raise NoSuchPlan(what=sitting[:60])
    return row


def all_plans(session: Session) -> list[PlanRow]:
    """Every plan, the latest sitting first."""
    return list(session.scalars(select(PlanRow).order_by(PlanRow.starts_ms.desc(), PlanRow.id)))


def plans_with_paper(session: Session, manifest_digest: str) -> list[PlanRow]:
    """The plans whose paper has this manifest, or one re-sealed from it."""
    return [row for row in all_plans(session) if manifest_digest in lineage_of(row)]


def lineage_of(row: PlanRow) -> list[str]:
    """The digests of the manifests of a plan's paper: its own last, before it those it was re-sealed from."""
    return list(read_manifest(row.manifest.encode()).lineage) if row.manifest else []


def next_day_serial(session: Session, code13: str, day: str) -> int:
    """The number the institution's next plan of that day gets, from 1."""
    query = select(func.max(PlanRow.day_serial)).where(PlanRow.code13 == code13, PlanRow.day == day)
    return (session.execute(query).scalar() or 0) + 1


def candidates_of(session: Session, plan_id: str) -> list[CandidateRow]:
    """The roster of a plan, in the order of its rows."""
    query = select(CandidateRow).where(CandidateRow.plan == plan_id).order_by(CandidateRow.position)
    return list(session.scalars(query))


def candidate_counts(session: Session) -> dict[str, int]:
    """How many candidates each plan has."""
    query = select(CandidateRow.plan, func.count()).group_by(CandidateRow.plan)
    return {str(plan): int(count) for plan, count in session.execute(query)}


def holders_of(session: Session, tickets: Sequence[str]) -> list[CandidateRow]:
    """The candidates who have one of these ticket numbers."""
    return list(session.scalars(select(CandidateRow).where(CandidateRow.ticket.in_(tickets))))
