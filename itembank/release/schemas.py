"""Messages about public releases."""

from typing import Any

from pydantic import Field

from examserver.plumbing.contract import Schema


class PublicationProposal(Schema):
    """Which share of which enrolled items is to become public, and why."""

    ratio: str = Field(max_length=10)
    types: list[str] = Field(default_factory=list, max_length=12)
    area: str = Field(default="", max_length=64)
    reason: str = Field(min_length=2, max_length=400)


class PublicationDraw(Schema):
    """The words of the person who draws."""

    words: str = Field(max_length=200)


class PublicationView(Schema):
    """A release as the bank's staff sees it; `hidden` only once it is drawn."""

    id: str
    bank: str
    state: str
    ratio: str
    types: list[str]
    area: str
    reason: str
    eligible: int
    eligible_digest: str
    count: int
    commitment: str
    hidden: str
    words: str
    codes: list[str]
    by: str
    created_ms: int
    approver: str
    released_ms: int | None


class PublicationList(Schema):
    """The releases of a bank, newest first."""

    releases: list[PublicationView]
    ratio: str


class PublicReleaseLine(Schema):
    """One public release in the list."""

    id: str
    bank: str
    occupation_code: str
    occupation_name: str
    level: int
    standard: str
    items: int
    eligible: int
    released_ms: int


class PublicReleaseList(Schema):
    """Everything released, newest first."""

    releases: list[PublicReleaseLine]


class PublicReleaseView(Schema):
    """One release with its items and keys, and all that the draw needs; `body` is that of the signed document."""

    id: str
    body: dict[str, Any]
