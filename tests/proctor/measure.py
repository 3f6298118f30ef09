"""Measures what video costs: `python -m tests.proctor.measure` prints a table (real parts, one process)."""

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from examserver.demo.film import FPS, room_pictures
from proctor.capture.stillness import calm
from proctor.segments.actions import Place
from proctor.segments.container import frames_in
from proctor.segments.verify import verify_video
from tests.proctor.clips import SITTING, Recorder, make_recorder

SEATS = 30
ROUNDS = 10


def timed(act: Callable[[], None]) -> tuple[float, float]:
    """Seconds on the wall and of processor time."""
    wall, spent = time.perf_counter(), _cpu()
    act()
    return time.perf_counter() - wall, _cpu() - spent


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def encode(folder: Path) -> tuple[float, bytes]:
    """Processor seconds for ten seconds of the demo's room at 640×360, and the segment."""
    pictures = [cv2.cvtColor(np.asarray(one), cv2.COLOR_RGB2BGR) for one in room_pictures()][: 10 * FPS]
    path = folder / "segment.webm"

    def write() -> None:
        writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"VP80"), FPS, (640, 360))
        last = None
        for picture in pictures:
            last = calm(last, np.asarray(picture, dtype=np.uint8))
            writer.write(last)
        writer.release()

    return timed(write)[1], path.read_bytes()


def fill(recorder: Recorder, clip: bytes) -> None:
    """Ten segments of thirty seats."""
    for n in range(1, ROUNDS + 1):
        for seat in range(1, SEATS + 1):
            recorder.take(n, Place(SITTING, "seat", f"{seat:02}", f"stn_{seat}"), clip)


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        spent, clip = encode(folder)
        recorder = make_recorder(folder)
        wall, cpu = timed(lambda: fill(recorder, clip))
        manifests = recorder.close()
        checked, _ = timed(lambda: [verify_video(one, recorder.trust, None) for one in manifests] and None)
        decoded, _ = timed(lambda: frames_in(clip) and None)
    count, size = ROUNDS * SEATS, len(clip)
    rows = [
        ("capture: one 640×360 camera at 10 pictures/s", f"{spent * 10:.0f} % of a core, {size / 10_000:.0f} kB/s"),
        ("hall: a segment of that size", f"{wall / count * 1000:.1f} ms, {cpu / count * 1000:.1f} ms of it processor"),
        ("hall: segments a second", f"{count / wall:.0f} (30 seats send 3)"),
        ("verify without key", f"{count * size / checked / 1e6:.0f} MB/s"),
        ("decode", f"{10 * FPS / decoded:.0f} pictures/s"),
    ]
    for what, figure in rows:
        sys.stdout.write(f"{what:<50} {figure}\n")


if __name__ == "__main__":
    main()
