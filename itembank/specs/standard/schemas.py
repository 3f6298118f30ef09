"""Messages about occupations, standards and the public catalogue."""

from typing import Literal

from pydantic import Field

from examserver.plumbing.contract import Schema


class OccupationRequest(Schema):
    """An occupation of the national classification."""

    code: str = Field(pattern=r"^\d-\d{2}-\d{2}-\d{2}$")
    edition: str = Field(pattern=r"^\d{4}$")
    name: str = Field(min_length=1, max_length=120)


class OccupationView(Schema):
    """An occupation."""

    code: str
    edition: str
    name: str


class StandardRequest(Schema):
    """A version of a standard; `supersedes` names the version it ends."""

    kind: Literal["national", "evaluation", "special"]
    title: str = Field(min_length=2, max_length=200)
    occupation_code: str = Field(default="", max_length=40)
    edition: str = Field(default="", max_length=20)
    levels: list[int] = Field(default_factory=list, max_length=5)
    document_no: str = Field(default="", max_length=120)
    version: str = Field(default="", max_length=40)
    ministry_filing: str = Field(default="", max_length=120)
    province_filing: str = Field(default="", max_length=120)
    valid_from: str = Field(default="", max_length=10)
    valid_to: str = Field(default="", max_length=10)
    supersedes: str = Field(default="", max_length=40)


class StandardView(Schema):
    """A standard, and why it is not in force today (empty: it is)."""

    id: str
    kind: str
    kind_zh: str
    kind_en: str
    title: str
    occupation_code: str
    edition: str
    levels: list[int]
    document_no: str
    version: str
    ministry_filing: str
    province_filing: str
    valid_from: str
    valid_to: str
    superseded_by: str
    problem_zh: str
    problem_en: str


class StandardList(Schema):
    """Occupations and every version of every standard."""

    occupations: list[OccupationView]
    standards: list[StandardView]


class BindStandard(Schema):
    """The standard a bank follows."""

    standard: str = Field(min_length=1, max_length=40)


class CatalogueBank(Schema):
    """What the public may know of a bank: no item, no count below the whole."""

    name: str
    occupation_code: str
    occupation_name: str
    level: int
    standard: str
    owner: str
    readiness: str
    points: int
    items: int


class Catalogue(Schema):
    """The public catalogue of technical resources: metadata of standards in force and of banks."""

    standards: list[StandardView]
    banks: list[CatalogueBank]
