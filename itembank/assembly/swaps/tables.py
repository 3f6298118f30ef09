"""Rows of swaps: which item a person put in the place of which, in which form, and why."""

from sqlalchemy import BigInteger, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from examserver.plumbing.database import BankBase


class SwapRow(BankBase):
    """One swap in one form, with the digests of its content before and after; never changed.

    A case group is swapped whole: `out` and `into` are then several codes, parted by blanks.
    """

    __tablename__ = "item_swap"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    assembly_id: Mapped[str] = mapped_column(String(40), index=True)
    form_id: Mapped[str] = mapped_column(String(40))
    out: Mapped[str] = mapped_column(Text)
    into: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    before: Mapped[str] = mapped_column(String(80))
    after: Mapped[str] = mapped_column(String(80))
    by: Mapped[str] = mapped_column(String(40))
    by_name: Mapped[str] = mapped_column(String(120))
    at_ms: Mapped[int] = mapped_column(BigInteger)


def swaps_of(session: Session, assembly_id: str) -> list[SwapRow]:
    """The swaps in an assembly, oldest first."""
    query = select(SwapRow).where(SwapRow.assembly_id == assembly_id)
    return list(session.scalars(query.order_by(SwapRow.at_ms, SwapRow.id)))
