"""Shapes of the institution register's endpoints."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from examserver.institutions.codes import read_level
from examserver.kernel.canonical import nfc
from examserver.plumbing.contract import Schema


def _level(value: object) -> object:
    """4 from 4, "4" or "L4"; anything else goes on to be refused by the integer rule."""
    return read_level(value) if isinstance(value, (int, str)) else value


Text = Annotated[str, AfterValidator(nfc), Field(min_length=1, max_length=200)]
Level = Annotated[int, BeforeValidator(_level)]


class OccupationGrant(Schema):
    """One occupation of a directory entry with its levels and days (until is exclusive)."""

    code: str = Field(max_length=20)
    levels: list[Level] = Field(min_length=1, max_length=5)
    valid_from: date | None = None
    valid_until: date | None = None


class InstitutionRequest(Schema):
    """A new institution as the authority assigned it."""

    code13: str = Field(max_length=40)
    name: Text
    kind: Literal["employer", "social_org"]
    occupations: list[OccupationGrant] = Field(max_length=500)


class DirectoryRequest(Schema):
    """A changed directory entry: the whole list of occupations and the state."""

    state: Literal["active", "suspended", "delisted"]
    occupations: list[OccupationGrant] = Field(max_length=500)
    reason: Text


class InstitutionView(Schema):
    """An institution of the register."""

    id: str
    code13: str
    name: str
    kind: str
    state: str
    occupations: list[OccupationGrant]


class InstitutionList(Schema):
    """The register."""

    institutions: list[InstitutionView]
