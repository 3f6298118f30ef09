"""Messages about remarks on items."""

from typing import Literal

from pydantic import Field

from examserver.plumbing.contract import Schema


class RemarkView(Schema):
    """A remark on an item; `by` is empty for candidates and statistics."""

    id: str
    source: str
    by: str
    code: str
    item: str
    version: int
    text: str
    made_ms: int
    state: str
    action: str
    note: str
    closed_by: str
    closed_ms: int | None


class RemarkList(Schema):
    """Remarks, open ones first, newest first."""

    remarks: list[RemarkView]
    open: int


class RemarksQuery(Schema):
    """Filters of the remarks."""

    state: Literal["", "open", "closed"] = ""


class CloseRemarkRequest(Schema):
    """The decision about a remark and why."""

    action: Literal["no_change", "revise", "retire", "key_error"]
    note: str = Field(max_length=1000)


class AddRemarkRequest(Schema):
    """What a member of staff has to say about an item."""

    text: str = Field(max_length=1000)
