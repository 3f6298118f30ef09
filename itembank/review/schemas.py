"""Messages about review and approval."""

from typing import Literal

from pydantic import Field

from examserver.plumbing.contract import Schema


class VerdictRequest(Schema):
    """A verdict on a whole import or on some items; a return needs a comment."""

    import_id: str | None = Field(default=None, max_length=40)
    item_ids: list[str] = Field(default_factory=list, max_length=5000)
    verdict: Literal["accept", "return"]
    comment: str = Field(default="", max_length=1000)


class EnrolItemsRequest(VerdictRequest):
    """Which approved items are enrolled: an import, listed ones, or a bank's under an area and of a type."""

    bank: str = Field(default="", max_length=40)
    area: str = Field(default="", max_length=64)
    type: str = Field(default="", max_length=40)


class SkippedItem(Schema):
    """An item that was left as it is, and why."""

    item: str
    code: str
    reason: str
    reason_zh: str
    reason_en: str


class VerdictResult(Schema):
    """How many items reached which state, and which did not."""

    changed: int
    state: str
    skipped: list[SkippedItem]
