"""The shapes of workstations: enrolment, token, pairing, binding to a seat."""

from typing import Annotated

from pydantic import Field

from examserver.hall.schemas import SeatPhase, Text
from examserver.plumbing.contract import Schema


class EnrolRequest(Schema):
    """A workstation's own ECDSA P-256 public key (65 raw bytes, base64url) and a label to recognise it by."""

    public_key: Annotated[str, Field(min_length=87, max_length=87)]
    label: Annotated[Text, Field(max_length=80)] = ""


class EnrolAnswer(Schema):
    """The pairing code is shown on the screen; the challenge is signed to get a token."""

    station: str
    pairing_code: str
    challenge: str


class ChallengeAnswer(Schema):
    """A fresh challenge; valid for five minutes, once."""

    challenge: str


class TokenRequest(Schema):
    """Raw r|s signature over encode({"station","challenge"}, "exam.station-challenge", 1)."""

    challenge: Annotated[str, Field(max_length=80)]
    signature: Annotated[str, Field(min_length=86, max_length=86)]


class TokenAnswer(Schema):
    """An opaque bearer token; it outlives the sitting."""

    token: str
    expires_ms: int
    state: SeatPhase


class StationView(Schema):
    """One enrolled workstation as the console lists it."""

    station: str
    label: str
    pairing_code: str
    seat: str | None
    sitting: str | None
    enrolled_ms: int
    last_contact_ms: int | None


class StationList(Schema):
    """Workstations, newest first."""

    stations: list[StationView]


class StationQuery(Schema):
    """`unbound=true` lists only those without a seat."""

    unbound: bool = False


class BindRequest(Schema):
    """The six digits on the workstation's screen."""

    pairing_code: Annotated[str, Field(pattern=r"^[0-9]{6}$")]
