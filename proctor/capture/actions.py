"""What cameras do: a device is registered, a seat or device sends a segment or a small picture."""

import base64
import secrets

from sqlalchemy import func, select

from examserver.kernel.access import Actor
from examserver.kernel.errors import Denied, Missing, Refused
from examserver.plumbing.identity import hash_token
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.sockets import pusher
from examserver.plumbing.work import Work
from proctor.capture.tables import DeviceRow, devices_in
from proctor.capture.thumbnails import Picture, Spot, Thumbnails
from proctor.segments.actions import Place, Received, receive_segment
from proctor.segments.container import check_jpeg
from proctor.segments.intake import MAX_THUMBNAIL_BYTES, Offer
from proctor.segments.tables import RecordingRow

SEAT_CAMERAS = ("seat", "screen")


class NotSeated(Refused):
    """The workstation is not bound to a seat of a sitting."""

    code = "video.not_seated"
    message_zh = "工作站尚未绑定座位，不能上传录像"
    message_en = "The workstation is not bound to a seat; it has no video to send"
    next_zh = "请监考员先绑定座位"
    next_en = "Have the invigilator bind it to a seat first"


class NotYourCamera(Denied):
    """The camera belongs to another seat or device."""

    code = "video.not_your_camera"
    message_zh = "摄像头“{camera}”不属于本设备"
    message_en = "The camera “{camera}” does not belong to this device"
    next_zh = "请核对摄像头名称与令牌"
    next_en = "Check the camera's name and the token"


class NoThumbnail(Missing):
    """The camera has sent no picture since the server started."""

    code = "video.no_thumbnail"
    message_zh = "摄像头“{camera}”暂无画面"
    message_en = "There is no picture of the camera “{camera}” yet"
    next_zh = "请稍候再看"
    next_en = "Look again in a moment"


def thumbnails_of(runtime: RoleRuntime) -> Thumbnails:
    """The runtime's newest pictures."""
    return runtime.part(Thumbnails, Thumbnails)


def seats_seen(runtime: RoleRuntime, sitting_id: str, now_ms: int) -> frozenset[str]:
    """Seats whose camera sent a segment or a picture within the last half minute."""
    return thumbnails_of(runtime).seats_seen(sitting_id, now_ms)


def register_device(work: Work, sitting: str, camera: str, label: str) -> tuple[str, str]:
    """A device and its new token; again for the same camera: the same device, and the former token ends."""
    if camera in SEAT_CAMERAS:
        raise NotYourCamera(camera=camera)
    token = secrets.token_urlsafe(32)
    query = select(DeviceRow).where(DeviceRow.sitting == sitting, DeviceRow.camera == camera)
    row = work.session.scalars(query).one_or_none()
    if row is None:
        row = DeviceRow(id=work.new_id("dev"), sitting=sitting, camera=camera, made_ms=work.now_ms)
        work.session.add(row)
    row.label, row.token_hash = label, hash_token(token)
    work.record("device.registered", row.id, sitting=sitting, camera=camera, label=label)
    return row.id, token


def list_devices(work: Work, sitting: str) -> list[tuple[DeviceRow, int | None]]:
    """A sitting's devices, each with when it was last heard of."""
    seen = thumbnails_of(work.runtime).seen
    return [(row, seen.get((sitting, row.camera, None))) for row in devices_in(work.session, sitting)]


def seat_place(actor: Actor, camera: str, series: str = "") -> Place:
    """Whose picture a workstation sends: always its own seat's; raises NotSeated, NotYourCamera."""
    if actor.scope is None:
        raise NotSeated()
    if camera not in SEAT_CAMERAS:
        raise NotYourCamera(camera=camera)
    return Place(actor.scope, camera, actor.name, actor.device, series)


def device_place(actor: Actor, camera: str, series: str = "") -> Place:
    """Whose picture a device sends: the room's, by the camera its token was made for; raises NotYourCamera."""
    if camera != actor.name or actor.scope is None:
        raise NotYourCamera(camera=camera)
    return Place(actor.scope, camera, None, actor.device, series)


def next_number(work: Work, place: Place) -> int:
    """The number a device goes on with."""
    query = select(func.max(RecordingRow.last_n)).where(
        RecordingRow.sitting == place.sitting,
        RecordingRow.camera == place.camera,
        RecordingRow.seat == (place.seat or ""),
        RecordingRow.device == place.device,
        RecordingRow.series == place.series,
    )
    return (work.session.scalar(query) or 0) + 1


def take_segment(runtime: RoleRuntime, actor: Actor, place: Place, offer: Offer, data: bytes) -> Received:
    """Store a segment and note that the camera lives."""
    received = receive_segment(runtime, actor, place, offer, data)
    thumbnails_of(runtime).note(_spot(place), runtime.clock.now_ms())
    return received


def take_thumbnail(runtime: RoleRuntime, place: Place, data: bytes) -> int:
    """Keep a picture in memory and show it to the sitting's consoles; raises NotJpeg, TooManyThumbnails."""
    check_jpeg(data[: MAX_THUMBNAIL_BYTES + 1])
    now_ms = runtime.clock.now_ms()
    thumbnails_of(runtime).take(_spot(place), data, now_ms)
    body = {"seat": place.seat, "camera": place.camera, "jpeg": base64.b64encode(data).decode("ascii")}
    # The consoles of a sitting listen in the room `sitting:<id>`; the event is declared beside the other pushes.
    pusher(runtime).emit("/console", "thumbnail:taken", body, f"sitting:{place.sitting}")
    return now_ms


def _spot(place: Place) -> Spot:
    return place.sitting, place.camera, place.seat


def newest_picture(runtime: RoleRuntime, sitting: str, camera: str, seat: str | None) -> Picture:
    """The newest picture of a camera; raises NoThumbnail."""
    picture = thumbnails_of(runtime).pictures.get((sitting, camera, seat))
    if picture is None:
        raise NoThumbnail(camera=camera[:40])
    return picture
