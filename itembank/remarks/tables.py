"""Rows of remarks on items."""

from sqlalchemy import BigInteger, Integer, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from examserver.kernel.errors import Missing
from examserver.plumbing.database import BankBase

OPEN, CLOSED = "open", "closed"
CANDIDATE, STAFF, STATISTICS = "candidate", "staff", "statistics"


class NoSuchRemark(Missing):
    """No remark with this id."""

    code = "remark.missing"


class RemarkRow(BankBase):
    """A remark on an item by a candidate (without a name), by staff or by the statistics, until closed with an action.

    `matrix` names the sitting it came with, `flag` the figure that raised it; either may be empty.
    """

    __tablename__ = "item_remark"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    bank_id: Mapped[str] = mapped_column(String(40), index=True)
    matrix: Mapped[str] = mapped_column(String(80))
    sitting: Mapped[str] = mapped_column(String(40), default="")
    code: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(String(20), default=CANDIDATE)
    flag: Mapped[str] = mapped_column(String(40), default="")
    by: Mapped[str] = mapped_column(String(40), default="")
    by_name: Mapped[str] = mapped_column(String(120), default="")
    text: Mapped[str] = mapped_column(Text)
    made_ms: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(String(20), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    closed_by: Mapped[str] = mapped_column(String(40), default="")
    closed_by_name: Mapped[str] = mapped_column(String(120), default="")
    closed_ms: Mapped[int | None] = mapped_column(BigInteger)


def load_remark(session: Session, remark_id: str) -> RemarkRow:
    """The remark; raises NoSuchRemark."""
    row = session.get(RemarkRow, remark_id, with_for_update=True)
    if row is None:
        raise NoSuchRemark(what=remark_id[:60])
    return row


def remarks_on(session: Session, bank_id: str, code: str = "", state: str = "") -> list[RemarkRow]:
    """Remarks of a bank or of one item: open ones first, newest first."""
    query = select(RemarkRow).where(RemarkRow.bank_id == bank_id)
    query = query.where(RemarkRow.code == code) if code else query
    query = query.where(RemarkRow.state == state) if state else query
    return list(session.scalars(query.order_by(RemarkRow.state.desc(), RemarkRow.made_ms.desc(), RemarkRow.id)))
