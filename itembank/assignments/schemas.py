"""Messages about assignments, the contribution ledger and a person's own work."""

from typing import Literal

from pydantic import Field

from examserver.plumbing.contract import Schema
from itembank.review.drawn.schemas import ReviewLine


class WishLine(Schema):
    """So many items of a type (empty: any) from an area or point (empty: anywhere)."""

    area: str = Field(default="", max_length=64)
    type: str = Field(default="", max_length=40)
    wanted: int = Field(ge=1, le=100_000)


class AssignmentRequest(Schema):
    """A new assignment for a unit."""

    unit: str = Field(min_length=1, max_length=40)
    title: str = Field(min_length=1, max_length=200)
    wishes: list[WishLine] = Field(min_length=1, max_length=500)
    due_on: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    note: str = Field(default="", max_length=2000)


class StepRequest(Schema):
    """A step by the unit (accept, decline, deliver) or by the authority (close, send back, withdraw)."""

    step: Literal["accept", "decline", "deliver", "close", "send_back", "withdraw"]
    note: str = Field(default="", max_length=2000)


class ProgressLine(Schema):
    """How far one wish is."""

    area: str
    type: str
    wanted: int
    drafted: int
    approved: int
    enrolled: int


class StepView(Schema):
    """One step that was taken, with the counts as they were then."""

    step: str
    note: str
    by: str
    at_ms: int
    drafted: int
    approved: int
    enrolled: int


class AssignmentView(Schema):
    """An assignment with its progress and history."""

    id: str
    bank: str
    bank_name: str
    unit: str
    unit_name: str
    title: str
    state: str
    due_on: str
    overdue: bool
    note: str
    wanted: int
    drafted: int
    approved: int
    enrolled: int
    lines: list[ProgressLine]
    steps: list[StepView]
    by: str
    created_ms: int


class AssignmentList(Schema):
    """Assignments, live ones first."""

    assignments: list[AssignmentView]


class AssignmentsQuery(Schema):
    """Of one bank, or of all."""

    bank: str = Field(default="", max_length=40)


class LedgerLine(Schema):
    """What one person of a unit has contributed."""

    unit: str
    unit_name: str
    account: str
    name: str
    drafted: int
    approved: int
    enrolled: int
    returned: int
    retired: int
    reviewed: int


class Ledger(Schema):
    """The contribution ledger by unit and person."""

    entries: list[LedgerLine]


class ReturnedItem(Schema):
    """An item of the person's own that came back, with the reviewers' words."""

    item: str
    bank: str
    code: str
    type: str
    point: str
    version: int
    comment: str


class WorkView(Schema):
    """What waits for the acting person; a count is null where they have no such duty."""

    reviews: list[ReviewLine]
    returned: list[ReturnedItem]
    assignments: list[AssignmentView]
    to_review: int | None
    to_approve: int | None
    to_enrol: int | None
    overdue_reviews: int | None
