"""Messages about allocations."""

from typing import Literal

from pydantic import Field

from examserver.plumbing.contract import Schema

_DAY = r"^\d{4}-\d{2}-\d{2}$"


class AllocationRequest(Schema):
    """Which unit may assemble what from the bank, how often and until when; no areas means all of it."""

    unit: str = Field(min_length=1, max_length=40)
    areas: list[str] = Field(default_factory=list, max_length=500)
    forms_max: int = Field(ge=1, le=10_000)
    valid_from: str = Field(pattern=_DAY)
    valid_to: str = Field(pattern=_DAY)
    preview: Literal["hidden", "with_purpose"] = "hidden"
    reason: str = Field(min_length=2, max_length=400)


class RevokeRequest(Schema):
    """Why an allocation ends."""

    reason: str = Field(min_length=2, max_length=400)


class AllocationView(Schema):
    """An allocation and what was used of it."""

    id: str
    bank: str
    bank_name: str
    unit: str
    unit_name: str
    areas: list[str]
    forms_max: int
    forms_used: int
    valid_from: str
    valid_to: str
    preview: str
    reason: str
    state: str
    holds: bool
    by: str
    created_ms: int


class AllocationList(Schema):
    """Allocations, newest first; `policy` is what the bank's policy says of form previews."""

    allocations: list[AllocationView]
    policy: str
