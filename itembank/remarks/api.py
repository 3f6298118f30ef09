"""Endpoints of remarks on items."""

from sqlalchemy import func, select

from examserver.kernel.access import Permit
from examserver.plumbing.contract import endpoint
from examserver.plumbing.work import Work
from itembank.items.tables import ItemRow, NoSuchBank, NoSuchItem, load_bank
from itembank.remarks import actions
from itembank.remarks.actions import AuthorMayNotClose, NoteMissing, RemarkClosed
from itembank.remarks.schemas import AddRemarkRequest, CloseRemarkRequest, RemarkList, RemarksQuery, RemarkView
from itembank.remarks.tables import OPEN, NoSuchRemark, RemarkRow, remarks_on
from itembank.units.store import purpose_of


def remark_view(row: RemarkRow, item: str) -> RemarkView:
    """A remark as shown."""
    return RemarkView(
        id=row.id,
        source=row.source,
        by=row.by_name,
        code=row.code,
        item=item,
        version=row.version,
        text=row.text,
        made_ms=row.made_ms,
        state=row.state,
        action=row.action,
        note=row.note,
        closed_by=row.closed_by_name,
        closed_ms=row.closed_ms,
    )


def _items(work: Work, bank_id: str, codes: list[str]) -> dict[str, ItemRow]:
    query = select(ItemRow).where(ItemRow.bank_id == bank_id, ItemRow.code.in_(codes))
    return {row.code: row for row in work.session.scalars(query)}


@endpoint(
    "GET",
    "/api/bank/banks/{bank_id}/remarks",
    role="bank",
    access=Permit("statistics.read"),
    answer=RemarkList,
    errors=(NoSuchBank,),
    summary="Remarks on items (the reading is recorded)",
    write=True,
)
def list_remarks(work: Work, bank_id: str, query: RemarksQuery) -> RemarkList:
    """Open ones first."""
    load_bank(work.session, bank_id)
    rows = remarks_on(work.session, bank_id, state=query.state)
    if rows:
        work.record("remarks.listed", bank_id, shown=len(rows), purpose=purpose_of(work))
    items = _items(work, bank_id, sorted({row.code for row in rows}))
    opened = select(func.count()).where(RemarkRow.bank_id == bank_id, RemarkRow.state == OPEN)
    return RemarkList(
        remarks=[remark_view(row, items[row.code].id) for row in rows if row.code in items],
        open=work.session.scalar(opened) or 0,
    )


@endpoint(
    "POST",
    "/api/bank/remarks/{remark_id}/close",
    role="bank",
    access=Permit("remarks.close"),
    answer=RemarkView,
    errors=(NoSuchRemark, RemarkClosed, AuthorMayNotClose, NoteMissing),
    summary="Close a remark with a decision",
)
def close_remark(work: Work, remark_id: str, body: CloseRemarkRequest) -> RemarkView:
    """The closed remark."""
    row = actions.close_remark(work, remark_id, body.action, body.note)
    return remark_view(row, _items(work, row.bank_id, [row.code])[row.code].id)


@endpoint(
    "POST",
    "/api/bank/items/{item_id}/remarks",
    role="bank",
    access=Permit("items.read"),
    answer=RemarkView,
    errors=(NoSuchItem, NoteMissing),
    summary="Remark on an item",
)
def add_remark(work: Work, item_id: str, body: AddRemarkRequest) -> RemarkView:
    """The open remark."""
    return remark_view(actions.add_remark(work, item_id, body.text), item_id)
