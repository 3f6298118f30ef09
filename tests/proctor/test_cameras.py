"""Cameras over the real endpoints: seats and devices send, consoles see, reviewers leave a trace."""

import base64
import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from werkzeug.test import TestResponse

from examserver.plumbing.audit_store import read_events
from examserver.plumbing.sockets import Pusher
from proctor.capture.actions import seats_seen
from proctor.segments.actions import close_recordings
from proctor.segments.verify import verify_video
from tests.examserver.hall.rig import SITTING
from tests.examserver.hall.seats import START_MS, HallRig, Seat, make_hall
from tests.kit import BASE
from tests.proctor.clips import CLERK, webm


def jpeg(size: tuple[int, int] = (160, 120)) -> bytes:
    """A small picture."""
    buffer = io.BytesIO()
    Image.new("RGB", size, "#557799").save(buffer, "JPEG")
    return buffer.getvalue()


class Room:
    """A hall with one bound seat, one unbound one, and a registered camera."""

    def __init__(self, folder: Path) -> None:
        self.hall: HallRig = make_hall(folder / "data")
        self.bound, self.unbound = self.hall.seat(), self.hall.seat()
        self.hall.bind(self.bound, "01")
        self.admin = self.hall.world.signed_in("hall", "admin", "hall_admin")
        self.token = self.register("hall-1")
        self.clip = webm(folder, 1)

    def register(self, camera: str, sitting: str = SITTING) -> str:
        """Register a camera."""
        answer = self.admin.post("/api/hall/devices", {"sitting": sitting, "camera": camera, "label": "考场全景"})
        assert answer.status_code == 200, answer.text
        return str(answer.get_json()["token"])

    def send(self, path: str, token: str, data: bytes, **query: Any) -> TestResponse:
        """POST raw bytes with a token."""
        headers = {"Authorization": f"Bearer {token}"}
        client = self.hall.world.app.test_client()
        return client.post(path, base_url=BASE, headers=headers, data=data, query_string=query)

    def seat_segment(self, seat: Seat, n: int, data: bytes | None = None, camera: str = "seat") -> TestResponse:
        """A workstation's segment n."""
        times = {"from_ms": START_MS + n * 10_000 - 30_000, "to_ms": START_MS + n * 10_000 - 20_000}
        path = f"/api/hall/seat/video/{camera}/segments"
        return self.send(path, seat.token, self.clip if data is None else data, n=n, series="ses_1/1", **times)

    def device_segment(self, n: int, token: str = "", camera: str = "hall-1") -> TestResponse:
        """A hall camera's segment n."""
        times = {"from_ms": START_MS + n * 10_000 - 30_000, "to_ms": START_MS + n * 10_000 - 20_000}
        return self.send(f"/api/hall/devices/{camera}/segments", token or self.token, self.clip, n=n, **times)


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


def code(answer: TestResponse) -> str:
    """The error's code."""
    return str(answer.get_json()["code"])


def test_a_seat_and_a_hall_camera_are_recorded_and_reviewed(room: Room) -> None:
    first, again = room.seat_segment(room.bound, 1), room.seat_segment(room.bound, 1)
    assert first.status_code == 200, first.text
    assert (first.get_json()["status"], again.get_json()["status"]) == ("stored", "duplicate")
    assert room.device_segment(1).status_code == 200
    listed = room.hall.supervisor.get(room.hall.sitting("recordings")).get_json()["recordings"]
    assert [(one["seat"], one["camera"], one["segments"]) for one in listed] == [("01", "seat", 1), (None, "hall-1", 1)]
    path = f"/api/hall/video/{listed[0]['recording']}"
    view = room.hall.invigilator.get(path).get_json()
    assert view["covered_ms"] == view["span_ms"] == 10_000 and view["gaps"] == []
    moment = room.hall.invigilator.get(f"{path}/moment", query_string={"at_ms": view["segments"][0]["from_ms"] + 4_200})
    assert moment.get_json() == {"n": 1, "offset_ms": 4_200, "next_n": None}
    played = room.hall.supervisor.get(f"{path}/1", query_string={"purpose": "incident 7"})
    assert (played.status_code, played.mimetype, played.data) == (200, "video/webm", room.clip)
    with room.hall.runtime.database.transaction(write=False) as session:
        looks = [one for one in read_events(session, "hall") if one.action == "video.read"]
    assert [(one.subject, one.facts["n"], one.facts["purpose"]) for one in looks] == [
        (listed[0]["recording"], 1, "incident 7")
    ]


def test_a_workstation_without_a_seat_has_no_video_to_send(room: Room) -> None:
    assert code(room.seat_segment(room.unbound, 1)) == "video.not_seated"
    assert code(room.send("/api/hall/seat/video/seat/thumbnail", room.unbound.token, jpeg())) == "video.not_seated"


def test_nobody_sends_for_anothers_camera(room: Room) -> None:
    other = room.register("hall-2")
    assert room.device_segment(1, other).status_code == 403
    assert room.device_segment(1, room.bound.token).status_code == 401
    assert room.seat_segment(room.bound, 1, camera="hall-1").status_code == 403
    assert (
        room.send("/api/hall/seat/video/seat/segments", room.token, room.clip, n=1, from_ms=1, to_ms=2).status_code
        == 401
    )
    assert room.seat_segment(Seat(room.hall.world.app.test_client(), token="guess"), 1).status_code == 401
    assert room.hall.supervisor.get(room.hall.sitting("recordings")).get_json() == {"recordings": []}


def test_a_new_token_ends_the_old_one_and_the_recording_goes_on(room: Room) -> None:
    first = room.device_segment(1).get_json()
    fresh = room.register("hall-1")
    assert room.device_segment(2).status_code == 401
    second = room.device_segment(2, fresh).get_json()
    assert second["recording"] == first["recording"]
    clock = room.hall.world.app.test_client().get(
        "/api/hall/devices/hall-1/clock", base_url=BASE, headers={"Authorization": f"Bearer {fresh}"}
    )
    assert clock.get_json()["next_n"] == 3
    listed = room.admin.get("/api/hall/devices", query_string={"sitting": SITTING}).get_json()["devices"]
    assert [(one["camera"], one["label"], one["seen_ms"]) for one in listed] == [("hall-1", "考场全景", START_MS)]


def test_hostile_bodies_are_refused_and_leave_nothing(room: Room) -> None:
    assert code(room.seat_segment(room.bound, 1, b"not a film")) == "video.not_webm"
    assert room.seat_segment(room.bound, 1, b"\x1aE\xdf\xa3" + b"\0" * (9 << 20)).status_code == 413
    assert code(room.seat_segment(room.bound, 4_000)) == "video.bad_segment"
    for query in (
        {"n": "one"},
        {"n": 0},
        {"n": 1, "from_ms": -1, "to_ms": 5},
        {"n": 1, "from_ms": 1, "to_ms": 2, "x": 1},
    ):
        answer = room.send("/api/hall/seat/video/seat/segments", room.bound.token, room.clip, **query)
        assert (answer.status_code, code(answer)) == (422, "request.invalid")
    long = {"n": 1, "from_ms": START_MS - 20_000, "to_ms": START_MS - 10_000, "series": "../" * 40}
    answer = room.send("/api/hall/seat/video/seat/segments", room.bound.token, room.clip, **long)
    assert answer.status_code == 422
    assert not (room.hall.runtime.files / "video").exists()


def test_thumbnails_reach_the_consoles_and_are_not_kept_on_disk(room: Room) -> None:
    pushed: list[tuple[str, dict[str, Any], str | None, str]] = []

    class Wire:
        """Stands for the Socket.IO server."""

        def emit(self, name: str, data: dict[str, Any], room: str | None, namespace: str) -> None:
            pushed.append((name, data, room, namespace))

    room.hall.runtime._parts[Pusher] = Pusher(Wire())
    path, picture = "/api/hall/seat/video/seat/thumbnail", jpeg()
    assert room.send(path, room.bound.token, picture).status_code == 200
    assert code(room.send(path, room.bound.token, picture)) == "video.thumbnail_rate"
    body = {"seat": "01", "camera": "seat", "jpeg": base64.b64encode(picture).decode()}
    assert pushed[-1] == ("thumbnail:taken", body, f"sitting:{SITTING}", "/console")
    shown = room.hall.invigilator.get(room.hall.sitting("thumbnails/seat"), query_string={"seat": "01"})
    assert (shown.mimetype, shown.data) == ("image/jpeg", picture)
    assert room.hall.invigilator.get(room.hall.sitting("thumbnails/hall-1")).status_code == 404
    assert seats_seen(room.hall.runtime, SITTING, START_MS + 30_000) == {"01"}
    assert seats_seen(room.hall.runtime, SITTING, START_MS + 30_001) == frozenset()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8\xff\xd9",
        b"GIF89a" + b"\0" * 50,
        jpeg()[:200],
        jpeg((1600, 4)),
        b"\xff\xd8\xff" + b"\0" * 40 + b"\xff\xd9",
    ],
)
def test_what_is_no_small_jpeg_is_no_thumbnail(room: Room, data: bytes) -> None:
    assert code(room.send("/api/hall/devices/hall-1/thumbnail", room.token, data)) == "video.not_jpeg"


def test_a_large_thumbnail_is_too_large(room: Room) -> None:
    assert room.send("/api/hall/devices/hall-1/thumbnail", room.token, b"\xff" * 70_000).status_code == 413


def test_only_those_who_may_see_video_see_it(room: Room) -> None:
    recording = room.seat_segment(room.bound, 1).get_json()["recording"]
    for path in (f"/api/hall/video/{recording}", f"/api/hall/video/{recording}/1", room.hall.sitting("recordings")):
        assert room.admin.get(path).status_code == 403
        assert room.hall.world.public().get(path).status_code == 401
    assert room.hall.invigilator.post("/api/hall/devices", {"sitting": SITTING, "camera": "x"}).status_code == 403


def test_an_altered_file_is_not_played(room: Room) -> None:
    recording = room.seat_segment(room.bound, 1).get_json()["recording"]
    file = room.hall.runtime.files / "video" / recording / "000001.seg"
    file.write_bytes(file.read_bytes()[:-1] + b"\0")
    answer = room.hall.supervisor.get(f"/api/hall/video/{recording}/1")
    assert (answer.status_code, code(answer)) == (500, "video.segment_altered")
    file.unlink()
    assert code(room.hall.supervisor.get(f"/api/hall/video/{recording}/1")) == "video.segment_lost"
    for wrong in ("2", "x", "-1", "0", "99999999", "１"):
        assert room.hall.supervisor.get(f"/api/hall/video/{recording}/{wrong}").status_code == 404


def test_the_signed_manifest_can_be_fetched_and_verified(room: Room, tmp_path: Path) -> None:
    recording = room.seat_segment(room.bound, 1).get_json()["recording"]
    path = f"/api/hall/video/{recording}/manifest"
    assert code(room.hall.supervisor.get(path)) == "video.not_signed"
    close_recordings(room.hall.runtime, CLERK, SITTING)
    document = room.hall.supervisor.get(path)
    on_disk = room.hall.runtime.files / "video" / f"{recording}.video.json"
    assert document.data == on_disk.read_bytes()
    assert "signer_trusted" in {one.name for one in verify_video(on_disk, None, None).failures()}
    assert code(room.seat_segment(room.bound, 2)) == "video.closed"
