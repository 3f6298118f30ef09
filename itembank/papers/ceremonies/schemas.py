"""Shapes of the ceremony endpoints."""

from typing import Literal

from pydantic import Field

from examserver.plumbing.contract import Schema


class CeremonyRequest(Schema):
    """What custodians shall be called to: other custodians for a paper, or so many printed copies of one form."""

    kind: Literal["reseal", "print"]
    reason: str = Field(min_length=4, max_length=1000)
    closes_ms: int = Field(ge=0, le=2**53)
    custodians: list[str] = Field(default=[], max_length=20)
    threshold: int = Field(default=0, ge=0, le=20)
    form: str = Field(default="", max_length=80)
    copies: int = Field(default=0, ge=0, le=2000)
    place: str = Field(default="", max_length=400)


class CeremonyReleaseView(Schema):
    """One custodian's answer."""

    custodian: str
    name: str
    device: str
    at_ms: int


class CeremonyView(Schema):
    """A ceremony: asked, called, ready (print), done or cancelled; who asked, who approved, who has answered."""

    ceremony: str
    paper: str
    kind: str
    state: str
    reason: str
    asked_by: str
    asked_ms: int
    approved_by: str | None
    approved_ms: int | None
    closes_ms: int
    custodians: list[str]
    threshold: int
    form: str
    copies: int
    printed: int
    place: str
    needed: int
    releases: list[CeremonyReleaseView]
    ended_ms: int | None


class CeremoniesView(Schema):
    """A paper's ceremonies, newest first."""

    ceremonies: list[CeremonyView]


class SubmittedView(Schema):
    """What an answer did: waiting for others, or the ceremony is complete."""

    outcome: str
    shares: int
    needed: int
    ceremony: CeremonyView


class PrintRequest(Schema):
    """How many copies to print now; the ceremony's number is the limit over all prints."""

    copies: int = Field(ge=1, le=60)
