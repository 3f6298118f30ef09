"""Endpoints of cameras: seats and hall devices send segments and thumbnails; an administrator registers devices."""

from sqlalchemy.orm import Session

from examserver.kernel.access import DEVICE, SEAT, Actor, Permit
from examserver.plumbing.contract import FileAnswer, endpoint, resolves_tokens
from examserver.plumbing.files import DiskFull
from examserver.plumbing.identity import hash_token
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.work import Work
from proctor.capture.actions import (
    NoThumbnail,
    NotSeated,
    NotYourCamera,
    device_place,
    list_devices,
    newest_picture,
    next_number,
    register_device,
    seat_place,
    take_segment,
    take_thumbnail,
)
from proctor.capture.schemas import (
    DeviceClock,
    DeviceList,
    DeviceQuery,
    DeviceRequest,
    DeviceToken,
    DeviceView,
    SegmentAnswer,
    SegmentQuery,
    ThumbnailAnswer,
    ThumbnailQuery,
)
from proctor.capture.tables import device_of_token
from proctor.capture.thumbnails import TooManyThumbnails
from proctor.segments.actions import Place, TooManySeries, VideoBusy, VideoClosed
from proctor.segments.container import NotJpeg, NotWebm
from proctor.segments.intake import (
    MAX_SEGMENT_BYTES,
    MAX_THUMBNAIL_BYTES,
    BadSegment,
    Offer,
    SegmentConflict,
)

SEGMENT_ERRORS = (NotWebm, BadSegment, SegmentConflict, VideoClosed, VideoBusy, TooManySeries, DiskFull, NotYourCamera)
THUMBNAIL_ERRORS = (NotJpeg, TooManyThumbnails, NotYourCamera)
EDIT = Permit("devices.edit")


@resolves_tokens("hall")
def device_token(_runtime: RoleRuntime, session: Session, token: str) -> Actor | None:
    """A capture device by its token."""
    row = device_of_token(session, hash_token(token))
    return Actor(row.id, row.camera, "device", scope=row.sitting, device=row.id) if row else None


def _take(runtime: RoleRuntime, actor: Actor, place: Place, query: SegmentQuery, raw: bytes) -> SegmentAnswer:
    received = take_segment(runtime, actor, place, Offer(query.n, query.from_ms, query.to_ms), raw)
    return SegmentAnswer(
        recording=received.recording,
        n=received.n,
        status="stored" if received.stored else "duplicate",
        link=received.link,
        next_n=received.next_n,
        server_ms=runtime.clock.now_ms(),
    )


@endpoint(
    "POST",
    "/api/hall/seat/video/{camera}/segments",
    role="hall",
    access=SEAT,
    answer=SegmentAnswer,
    errors=(*SEGMENT_ERRORS, NotSeated),
    summary="Send one self-contained WebM segment of the seat's camera; answered when it is durable",
    max_bytes=MAX_SEGMENT_BYTES,
    hot=True,
)
def send_seat_segment(
    runtime: RoleRuntime, actor: Actor, camera: str, query: SegmentQuery, raw: bytes
) -> SegmentAnswer:
    """A workstation's segment."""
    return _take(runtime, actor, seat_place(actor, camera, query.series), query, raw)


@endpoint(
    "POST",
    "/api/hall/seat/video/{camera}/thumbnail",
    role="hall",
    access=SEAT,
    answer=ThumbnailAnswer,
    errors=(*THUMBNAIL_ERRORS, NotSeated),
    summary="Show a small JPEG of the seat's camera to the consoles; kept in memory only",
    max_bytes=MAX_THUMBNAIL_BYTES,
    hot=True,
)
def send_seat_thumbnail(runtime: RoleRuntime, actor: Actor, camera: str, raw: bytes) -> ThumbnailAnswer:
    """A workstation's picture."""
    return ThumbnailAnswer(server_ms=take_thumbnail(runtime, seat_place(actor, camera), raw))


@endpoint(
    "POST",
    "/api/hall/devices",
    role="hall",
    access=EDIT,
    answer=DeviceToken,
    errors=(NotYourCamera,),
    summary="Register a hall camera for a sitting; answers its token once, an earlier token ends",
)
def register_camera(work: Work, body: DeviceRequest) -> DeviceToken:
    """Register."""
    device, token = register_device(work, body.sitting, body.camera, body.label)
    return DeviceToken(device=device, camera=body.camera, token=token)


@endpoint(
    "GET", "/api/hall/devices", role="hall", access=EDIT, answer=DeviceList, summary="The hall cameras of a sitting"
)
def list_cameras(work: Work, query: DeviceQuery) -> DeviceList:
    """List."""
    found = list_devices(work, query.sitting)
    return DeviceList(
        devices=[
            DeviceView(
                device=row.id,
                sitting=row.sitting,
                camera=row.camera,
                label=row.label,
                made_ms=row.made_ms,
                seen_ms=seen,
            )
            for row, seen in found
        ]
    )


@endpoint(
    "GET",
    "/api/hall/devices/{camera}/clock",
    role="hall",
    access=DEVICE,
    answer=DeviceClock,
    errors=(NotYourCamera,),
    summary="The server's clock and the number the device goes on with",
)
def device_clock(work: Work, camera: str) -> DeviceClock:
    """Begin."""
    place = device_place(work.actor, camera)
    return DeviceClock(
        device=place.device,
        sitting=place.sitting,
        camera=camera,
        next_n=next_number(work, place),
        server_ms=work.now_ms,
    )


@endpoint(
    "POST",
    "/api/hall/devices/{camera}/segments",
    role="hall",
    access=DEVICE,
    answer=SegmentAnswer,
    errors=SEGMENT_ERRORS,
    summary="Send one self-contained WebM segment of a hall camera; answered when it is durable",
    max_bytes=MAX_SEGMENT_BYTES,
    hot=True,
)
def send_device_segment(
    runtime: RoleRuntime, actor: Actor, camera: str, query: SegmentQuery, raw: bytes
) -> SegmentAnswer:
    """A device's segment."""
    return _take(runtime, actor, device_place(actor, camera, query.series), query, raw)


@endpoint(
    "POST",
    "/api/hall/devices/{camera}/thumbnail",
    role="hall",
    access=DEVICE,
    answer=ThumbnailAnswer,
    errors=THUMBNAIL_ERRORS,
    summary="Show a small JPEG of a hall camera to the consoles; kept in memory only",
    max_bytes=MAX_THUMBNAIL_BYTES,
    hot=True,
)
def send_device_thumbnail(runtime: RoleRuntime, actor: Actor, camera: str, raw: bytes) -> ThumbnailAnswer:
    """A device's picture."""
    return ThumbnailAnswer(server_ms=take_thumbnail(runtime, device_place(actor, camera), raw))


@endpoint(
    "GET",
    "/api/hall/sittings/{sitting_id}/thumbnails/{camera}",
    role="hall",
    access=Permit("video.read"),
    answer=FileAnswer,
    errors=(NoThumbnail,),
    summary="The newest small picture of a camera",
)
def newest_thumbnail(work: Work, sitting_id: str, camera: str, query: ThumbnailQuery) -> FileAnswer:
    """Look."""
    return FileAnswer(newest_picture(work.runtime, sitting_id, camera, query.seat).jpeg, "image/jpeg")
