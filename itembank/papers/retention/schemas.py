"""Shapes of the retention endpoints."""

from pydantic import Field

from examserver.plumbing.contract import Schema


class MaterialView(Schema):
    """One thing that will be, or was, destroyed."""

    kind: str
    name: str
    words: str


class HoldView(Schema):
    """A legal hold; it stands while nobody has lifted it."""

    hold: str
    reason: str
    placed_by: str
    placed_ms: int
    lifted_by: str | None
    lifted_ms: int | None


class DestructionView(Schema):
    """A destruction: asked, done or withdrawn."""

    destruction: str
    state: str
    reason: str
    asked_by: str
    asked_ms: int
    approved_by: str | None
    done_ms: int | None
    material: list[MaterialView]


class RetentionView(Schema):
    """Until when a paper is kept, by which rule, what would go, what stands against it."""

    paper: str
    state: str
    retained_until_ms: int
    days: int
    source: str
    due: bool
    material: list[MaterialView]
    holds: list[HoldView]
    destructions: list[DestructionView]


class RetentionReasonRequest(Schema):
    """Why."""

    reason: str = Field(min_length=4, max_length=1000)
