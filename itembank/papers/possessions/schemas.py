"""Shapes of the possession endpoints."""

from pydantic import Field

from examserver.plumbing.contract import Schema


class PossessionView(Schema):
    """A challenge and whether it was answered."""

    custodian: str
    name: str
    manifest_digest: str
    made_ms: int
    expires_ms: int
    proven_ms: int | None
    device: str


class PossessionsView(Schema):
    """A paper's challenges, newest first."""

    possessions: list[PossessionView]


class ChallengeRequest(Schema):
    """Who is to prove that they hold their shares, within how many days."""

    custodian: str = Field(min_length=1, max_length=80)
    days: int = Field(default=7, ge=1, le=60)
