"""Messages about units, their people, purposes and the record of readings."""

from pydantic import Field

from examserver.plumbing.contract import Schema


class UnitRequest(Schema):
    """A new unit."""

    name: str = Field(min_length=2, max_length=200)
    contact: str = Field(default="", max_length=200)


class UnitView(Schema):
    """A unit and how many people it has."""

    id: str
    name: str
    contact: str
    members: int
    created_ms: int


class UnitList(Schema):
    """Every unit, by name."""

    units: list[UnitView]


class MemberView(Schema):
    """An account of the bank; the unit is empty for the authority's own people."""

    id: str
    login: str
    name: str
    roles: list[str]
    unit: str
    unit_name: str
    active: bool


class MemberList(Schema):
    """Every account of the bank, and the roles there are."""

    roles: list[str]
    members: list[MemberView]


class PlaceRequest(Schema):
    """The unit a person belongs to from now on; empty for the authority's own staff."""

    unit: str = Field(default="", max_length=40)


class PurposeList(Schema):
    """What a person is likely to read for; the first is written down when they choose none."""

    purposes: list[str]


class ReadsQuery(Schema):
    """Which readings: by person, by a word of the purpose, before an entry of the audit chain."""

    person: str = Field(default="", max_length=40)
    purpose: str = Field(default="", max_length=200)
    before: int = Field(default=0, ge=0, le=2**53)


class ReadView(Schema):
    """One reading of plain text: who, what, when, why."""

    seq: int
    at_ms: int
    person: str
    person_name: str
    unit_name: str
    action: str
    subject: str
    subject_name: str
    items: int
    purpose: str


class ReadList(Schema):
    """Readings, newest first; `more` is the value of `before` for the next page, 0 at the end."""

    reads: list[ReadView]
    more: int
