"""Endpoints of remarks on items."""

from examserver.kernel.access import Permit
from examserver.plumbing.contract import endpoint
from examserver.plumbing.work import Work
from itembank.items.tables import NoSuchBank, NoSuchItem, load_bank
from itembank.remarks import actions
from itembank.remarks.actions import AuthorMayNotClose, NoteMissing, RemarkClosed
from itembank.remarks.schemas import AddRemarkRequest, CloseRemarkRequest, RemarkList, RemarksQuery, RemarkView
from itembank.remarks.tables import OPEN, NoSuchRemark, RemarkRow, remarks_on
from itembank.review.tables import seen_by_code
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
    found = remarks_on(work.session, bank_id)
    items = seen_by_code(work, bank_id, [row.code for row in found])
    found = [row for row in found if row.code in items]
    rows = [row for row in found if query.state in ("", row.state)]
    if rows:
        work.record("remarks.listed", bank_id, shown=len(rows), purpose=purpose_of(work))
    return RemarkList(
        remarks=[remark_view(row, items[row.code].id) for row in rows],
        open=sum(row.state == OPEN for row in found),
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
    row, item = actions.close_remark(work, remark_id, body.action, body.note)
    return remark_view(row, item.id)


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
