"""Shapes of the planning endpoints; candidates appear in lists masked."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from examserver.institutions.schemas import Level, Text
from examserver.kernel.canonical import nfc
from examserver.plumbing.contract import Schema

MILLISECONDS = 2**53 - 1
Moment = Annotated[int, Field(ge=0, le=MILLISECONDS)]
Optional = Annotated[str, AfterValidator(nfc), Field(max_length=200)]


def _score(text: str) -> str:
    value = Decimal(text) if text.replace(".", "", 1).isascii() and text.replace(".", "", 1).isdigit() else None
    if value is None or not 0 <= value <= 1000:
        raise ValueError("a score is a number from 0 to 1000, such as 60 or 60.5")
    return format(value.normalize(), "f")


Score = Annotated[str, Field(max_length=12), AfterValidator(_score)]


class PlanRoom(Schema):
    """The exam room: rows and columns of seats, and how many spare workstations."""

    name: Text
    rows: int = Field(ge=1, le=100)
    columns: int = Field(ge=1, le=100)
    spares: int = Field(default=0, ge=0, le=200)


class PlanStaff(Schema):
    """One member of staff named in the order."""

    name: Text
    role: Literal["chief_invigilator", "invigilator", "quality_supervisor", "hall_admin"]
    login: str = Field(default="", max_length=80)


class PlanRequest(Schema):
    """A plan for one sitting; what is left out comes from the policy profile of the day."""

    institution: str = Field(max_length=60)
    title: Text
    occupation_code: str = Field(max_length=20)
    occupation_name: Annotated[str, AfterValidator(nfc), Field(min_length=1, max_length=100)]
    level: Level
    standard: Optional = ""
    method: Literal["theory"] = "theory"
    centre: Text
    room: PlanRoom
    staff: list[PlanStaff] = Field(default_factory=list, max_length=500)
    profile: str | None = Field(default=None, max_length=40)
    starts_ms: Moment
    duration_s: int | None = Field(default=None, ge=1, le=86_400)
    late_entry_cutoff_s: int | None = Field(default=None, ge=0, le=86_400)
    grace_s: int | None = Field(default=None, ge=0, le=3600)
    release_opens_ms: Moment | None = None
    release_closes_ms: Moment | None = None
    cut_score: Score | None = None


class PlanFormView(Schema):
    """One form of the plan's paper."""

    form: str
    name: str
    reserve: bool


class PlanPaperView(Schema):
    """The plan's paper, as its manifest names it."""

    paper: str
    title: str
    manifest_digest: str
    forms: list[PlanFormView]


class PlanGate(Schema):
    """One thing that must be true before the next step; advice does not block."""

    name: str
    ok: bool
    why_zh: str
    why_en: str
    advice: bool = False


class PlanInstitution(Schema):
    """The institution whose plan it is."""

    code: str
    name: str


class PlanView(Schema):
    """A plan and where it stands."""

    id: str
    sitting: str
    state: Literal["draft", "approved", "ordered"]
    institution: PlanInstitution
    title: str
    occupation_code: str
    occupation_name: str
    level: int
    level_name: str
    standard: str
    method: str
    centre: str
    room: PlanRoom
    staff: list[PlanStaff]
    profile: str
    starts_ms: int
    duration_s: int
    late_entry_cutoff_s: int
    grace_s: int
    release_opens_ms: int
    release_closes_ms: int
    cut_score: str
    candidates: int
    paper: PlanPaperView | None
    seated: bool
    seat_seed: str | None
    order_digest: str | None
    hall_key: str | None
    created_by: str
    approved_by: str | None
    gates: list[PlanGate]


class PlanList(Schema):
    """All plans, the latest sitting first."""

    plans: list[PlanView]


class RosterQuery(Schema):
    """Whether the good rows go in, once the faults have been seen."""

    take_good_rows: bool = False


class RosterFaultView(Schema):
    """One fault of the spreadsheet."""

    row: int
    column: str
    code: str
    reason_zh: str
    reason_en: str
    value: str


class RosterReport(Schema):
    """What the spreadsheet holds, and whether anything went in."""

    rows: int
    good: int
    faults: list[RosterFaultView]
    taken: int
    candidates: int


class RosterCandidateView(Schema):
    """One candidate of the roster, masked."""

    candidate: str
    position: int
    name: str
    document_type: str
    document_masked: str
    sex: str
    employer: str
    phone_masked: str
    extra_s: int
    ticket: str | None
    seat: str | None
    form: str | None


class RosterView(Schema):
    """The roster of a plan, masked."""

    candidates: list[RosterCandidateView]


class SeatingRequest(Schema):
    """A seed for the draw; without one the server makes one."""

    seed: Annotated[str, AfterValidator(nfc), Field(min_length=1, max_length=100)] | None = None


class SeatOccupant(Schema):
    """Who sits there, masked."""

    candidate: str
    name: str
    document_masked: str
    ticket: str


class PlannedSeat(Schema):
    """One seat of the room."""

    seat: str
    row: int
    column: int
    form: str | None
    form_name: str | None
    occupant: SeatOccupant | None


class SeatingView(Schema):
    """The room as drawn."""

    plan: str
    seed: str | None
    rows: int
    columns: int
    spares: list[str]
    seats: list[PlannedSeat]


class OrderRequest(Schema):
    """The hall the order is made out to: the id of its signing key, as registered among the trusted keys."""

    hall_key: str = Field(min_length=1, max_length=60)


class OrderView(Schema):
    """The signed order, ready to be fetched."""

    sitting: str
    digest: str
    hall_key: str
    candidates: int
