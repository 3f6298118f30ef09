"""The demo's clips: the same every time, playable, and something moves in them."""

from pathlib import Path

import cv2
import numpy as np

from examserver.demo.film import FPS, ROOM_SIZE, SEAT_SIZE, SECONDS, room_clip, seat_clip, seat_pictures


def frames(path: Path) -> list[np.ndarray]:
    """All pictures of a file."""
    reader, found = cv2.VideoCapture(str(path)), []
    while True:
        good, picture = reader.read()
        if not good:
            reader.release()
            return found
        found.append(picture)


def test_the_rooms_clip_is_twelve_seconds_of_movement(tmp_path: Path) -> None:
    room_clip(tmp_path / "room.avi")
    pictures = frames(tmp_path / "room.avi")
    assert len(pictures) == SECONDS * FPS
    assert {picture.shape for picture in pictures} == {(ROOM_SIZE[1], ROOM_SIZE[0], 3)}
    change = cv2.absdiff(pictures[0], pictures[40])
    assert (change > 60).mean() > 0.002


def test_the_seats_clip_is_jpegs_in_a_row_each_three_times(tmp_path: Path) -> None:
    seat_clip(tmp_path / "seat.mjpeg")
    data = (tmp_path / "seat.mjpeg").read_bytes()
    assert data.startswith(b"\xff\xd8\xff") and data.endswith(b"\xff\xd9")
    assert data.count(b"\xff\xd8\xff") == 3 * SECONDS * FPS
    assert {picture.shape for picture in frames(tmp_path / "seat.mjpeg")} == {(SEAT_SIZE[1], SEAT_SIZE[0], 3)}


def test_the_same_film_every_time() -> None:
    first, second = next(seat_pictures()), next(seat_pictures())
    assert first.tobytes() == second.tobytes()
