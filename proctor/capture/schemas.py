"""What cameras send and are told, and what registers them."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from examserver.kernel.canonical import nfc
from examserver.plumbing.contract import Schema

Camera = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
SittingId = Annotated[str, Field(pattern=r"^sit_[0-9a-z]{26}$")]
Moment = Annotated[int, Field(ge=0, le=2**53 - 1)]


class SegmentQuery(Schema):
    """Number and server time of a segment; `series` starts a recording of its own, with its own numbers."""

    n: Annotated[int, Field(ge=1, le=999_999)]
    from_ms: Moment
    to_ms: Moment
    series: Annotated[str, Field(pattern=r"^[A-Za-z0-9_/.:-]{0,80}$")] = ""


class SegmentAnswer(Schema):
    """The segment is durable: its link in the chain, the next free number, the server's clock."""

    recording: str
    n: int
    status: Literal["stored", "duplicate"]
    link: str
    next_n: int
    server_ms: int


class ThumbnailAnswer(Schema):
    """Shown to the consoles; the server's clock."""

    server_ms: int


class DeviceRequest(Schema):
    """A hall camera for a sitting."""

    sitting: SittingId
    camera: Camera
    label: Annotated[str, Field(max_length=120), AfterValidator(nfc)] = ""


class DeviceToken(Schema):
    """The token is shown this once."""

    device: str
    camera: str
    token: str


class DeviceView(Schema):
    """A registered camera; `seen_ms` when it last sent something since the server started."""

    device: str
    sitting: str
    camera: str
    label: str
    made_ms: int
    seen_ms: int | None


class DeviceList(Schema):
    """Registered cameras of a sitting."""

    devices: list[DeviceView]


class DeviceQuery(Schema):
    """Which sitting."""

    sitting: SittingId


class DeviceClock(Schema):
    """What a device needs to begin: whose camera it is, the next number, the server's clock."""

    device: str
    sitting: str
    camera: str
    next_n: int
    server_ms: int


class ThumbnailQuery(Schema):
    """Whose camera, where several seats have one of the same name."""

    seat: Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{1,8}$")] | None = None
