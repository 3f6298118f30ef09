"""Rows of allocations of banks to units, and how many forms each has cost."""

from sqlalchemy import JSON, BigInteger, Integer, String, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from examserver.kernel.errors import Missing
from examserver.plumbing.database import BankBase
from itembank.allocation.rule import Terms
from itembank.assembly.tables import FAILED, INFEASIBLE, AssemblyRow


class NoSuchAllocation(Missing):
    """No allocation with this id."""

    code = "allocation.missing"


class AllocationRow(BankBase):
    """One allocation of a bank to a unit; it is revoked, never changed."""

    __tablename__ = "allocation"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    bank_id: Mapped[str] = mapped_column(String(40), index=True)
    unit_id: Mapped[str] = mapped_column(String(40), index=True)
    areas: Mapped[list[str]] = mapped_column(JSON)
    forms_max: Mapped[int] = mapped_column(Integer)
    valid_from: Mapped[str] = mapped_column(String(10))
    valid_to: Mapped[str] = mapped_column(String(10))
    preview: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20))
    by: Mapped[str] = mapped_column(String(40))
    by_name: Mapped[str] = mapped_column(String(120))
    created_ms: Mapped[int] = mapped_column(BigInteger)

    @property
    def terms(self) -> Terms:
        """What the rule needs of it."""
        return Terms(
            tuple(self.areas), self.forms_max, self.valid_from, self.valid_to, self.preview, self.state
        )  # fmt: skip


def load_allocation(session: Session, allocation_id: str) -> AllocationRow:
    """The allocation; raises NoSuchAllocation."""
    row = session.get(AllocationRow, allocation_id)
    if row is None:
        raise NoSuchAllocation(what=allocation_id)
    return row


def allocations_of(session: Session, bank_id: str = "", unit_id: str = "") -> list[AllocationRow]:
    """Allocations of a bank, to a unit, or all; newest first."""
    query = select(AllocationRow)
    if bank_id:
        query = query.where(AllocationRow.bank_id == bank_id)
    if unit_id:
        query = query.where(AllocationRow.unit_id == unit_id)
    return list(session.scalars(query.order_by(AllocationRow.created_ms.desc(), AllocationRow.id.desc())))


def forms_used(session: Session, allocation_id: str) -> int:
    """Forms assembled or being assembled under an allocation, reserve forms included."""
    total = func.sum(AssemblyRow.forms + AssemblyRow.reserve_forms)
    query = select(total).where(AssemblyRow.allocation_id == allocation_id)
    return session.scalar(query.where(AssemblyRow.state.not_in((FAILED, INFEASIBLE)))) or 0
