"""Messages about bank programmes, readiness and enrolment."""

from typing import Literal

from pydantic import Field

from examserver.plumbing.contract import Schema


class TargetLine(Schema):
    """So many enrolled items of a type (empty: any) for one point, or for each point below an area."""

    node: str = Field(min_length=1, max_length=64)
    type: str = Field(default="", max_length=40)
    wanted: int = Field(ge=0, le=1000)


class PhaseRequest(Schema):
    """The next phase; no areas means the whole specification."""

    name: str = Field(min_length=1, max_length=200)
    areas: list[str] = Field(default_factory=list, max_length=2000)
    per_point: int = Field(ge=0, le=1000)
    targets: list[TargetLine] = Field(default_factory=list, max_length=5000)
    due_on: str = Field(default="", pattern=r"^(\d{4}-\d{2}-\d{2})?$")


class PhaseView(Schema):
    """A phase as planned."""

    number: int
    name: str
    areas: list[str]
    per_point: int
    targets: list[TargetLine]
    due_on: str
    by: str
    created_ms: int


class GapLine(Schema):
    """One target: needed, enrolled, in the pipeline, still missing, and missing without anybody writing."""

    point: str
    name: str
    area: str
    type: str
    need: int
    enrolled: int
    pipeline: int
    missing: int
    unplanned: int


class ConditionView(Schema):
    """One condition of readiness."""

    name: str
    ok: bool
    wanted: str
    found: str
    words_zh: str
    words_en: str


class ReadinessActView(Schema):
    """One change of readiness."""

    before: str
    after: str
    reason: str
    by: str
    at_ms: int


class OverrideView(Schema):
    """Contradictions taken on record."""

    contradictions: int
    reason: str
    by: str
    at_ms: int


class ProgrammeView(Schema):
    """Where a bank stands: phases (newest first), gaps of the present one, conditions, acts."""

    bank: str
    bank_name: str
    readiness: str
    phases: list[PhaseView]
    per_point: int
    need: int
    enrolled: int
    pipeline: int
    missing: int
    gaps: list[GapLine]
    conditions: list[ConditionView]
    contradictions: int
    override: OverrideView | None
    acts: list[ReadinessActView]


class ReasonRequest(Schema):
    """Why."""

    reason: str = Field(min_length=1, max_length=1000)


class ReadinessRequest(Schema):
    """The readiness wanted; leaving `ready` and closing need a reason."""

    state: Literal["preparing", "ready", "closed"]
    reason: str = Field(default="", max_length=1000)
