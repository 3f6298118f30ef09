"""The capture process: real clips in, self-contained segments out, nothing forgotten over crashes and outages."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from examserver.demo.film import room_clip
from examserver.kernel.access import system_actor
from examserver.kernel.clock import SystemClock
from examserver.kernel.documents import Trust, TrustedKey
from examserver.kernel.opener import Opener
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.work import open_work
from proctor.capture.actions import register_device
from proctor.capture.device import NoCamera, Plan, record
from proctor.capture.sending.device import Hall, Sender
from proctor.capture.stillness import calm
from proctor.capture.store import Kept, Spool, SpoolTaken
from proctor.segments.actions import close_recordings, recordings_of
from proctor.segments.container import check_webm, frames_in
from proctor.segments.verify import verify_video
from tests.conftest import ROOT
from tests.examserver.hall.rig import SITTING
from tests.faults.hall_server import HallServer, prepare, running, settings_of

MEGABYTE = 1024 * 1024
NOBODY = system_actor("test")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's room, filmed."""
    path = tmp_path_factory.mktemp("clip") / "room.avi"
    room_clip(path)
    return path


def unheard(folder: Path, spool: Spool) -> Sender:
    """A sender whose hall does not exist; it is never started."""
    return Sender(Hall("https://127.0.0.1:1", folder / "ca", folder / "token", "hall-1"), spool, SystemClock())


def recorded(source: Path, folder: Path, seconds: float, **changes: Any) -> list[Kept]:
    """Record for some seconds without a hall; what waits on disk."""
    spool, stop = Spool(folder / "spool", 100 * MEGABYTE), threading.Event()
    plan = Plan(**{"source": str(source), "segment_s": 1.0, "loop": True, **changes})
    timer = threading.Timer(seconds, stop.set)
    timer.start()
    record(plan, spool, unheard(folder, spool), SystemClock(), stop)
    timer.cancel()
    waiting = spool.waiting()
    spool.close()
    return waiting


def test_a_clip_becomes_self_contained_segments_without_a_gap(clip: Path, tmp_path: Path) -> None:
    waiting = recorded(clip, tmp_path, 3.4)
    assert [kept.n for kept in waiting] == list(range(1, len(waiting) + 1)) and len(waiting) >= 3
    for kept in waiting:
        data = kept.path.read_bytes()
        check_webm(data)
        assert frames_in(data) > 0
    pauses = [after.from_ms - before.to_ms for before, after in pairwise(waiting)]
    assert all(0 <= pause < 1_000 for pause in pauses), pauses


def test_a_real_recording_is_taken_as_it_is(corpora: Path, tmp_path: Path) -> None:
    source = corpora / "video" / "book.mkv"
    if not source.exists():
        pytest.skip("the corpora hold no video")
    waiting = recorded(source, tmp_path, 2.4, loop=False)
    assert sum(frames_in(kept.path.read_bytes()) for kept in waiting) >= 10
    reader = cv2.VideoCapture(str(waiting[0].path))
    good, picture = reader.read()
    reader.release()
    assert good and picture.shape[1] == 640 and float(np.std(picture)) > 10


def test_a_clip_that_ends_ends_the_recording(clip: Path, tmp_path: Path) -> None:
    started = time.monotonic()
    waiting = recorded(clip, tmp_path, 60, loop=False, fps=30, segment_s=20.0)
    assert time.monotonic() - started < 30 and len(waiting) == 1
    assert waiting[0].to_ms - waiting[0].from_ms > 10_000


def test_a_source_that_does_not_open_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoCamera):
        recorded(tmp_path / "no-such.avi", tmp_path, 1)


def test_what_only_flickers_is_held_still_and_what_moves_is_kept() -> None:
    chance = np.random.default_rng(1)
    wall = np.full((120, 160, 3), 120, np.uint8)
    first = wall + chance.integers(0, 5, wall.shape, dtype=np.uint8)
    second = wall + chance.integers(0, 5, wall.shape, dtype=np.uint8)
    cv2.circle(second, (80, 60), 20, (255, 255, 255), -1)
    calmed = calm(first, second)
    assert (calmed[:30] == first[:30]).all() and (calmed[50:70, 70:90] == 255).all()
    assert calm(None, second) is second and calm(first, second[:60]).shape == (60, 160, 3)


def kept(spool: Spool, size: int = 100, from_ms: int = 0) -> Kept:
    """Something to send."""
    part = spool.part()
    part.write_bytes(b"x" * size)
    return spool.keep(part, from_ms, from_ms + 10)


def test_the_spool_goes_on_counting_after_a_crash(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MEGABYTE)
    for _ in range(3):
        kept(spool)
    for waiting in spool.waiting():
        spool.drop(waiting)
    spool.part().write_bytes(b"half a segment")
    spool.close()
    again = Spool(tmp_path, MEGABYTE)
    assert kept(again).n == 4 and not list(tmp_path.glob("part-*"))


def test_a_full_spool_gives_up_the_oldest_and_says_so(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 1_000)
    for _ in range(5):
        kept(spool, 400)
    assert [one.n for one in spool.waiting()] == [4, 5] and spool.dropped == 3


def test_the_spool_follows_a_server_that_is_further(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MEGABYTE)
    kept(spool)
    kept(spool)
    spool.renumber(10)
    spool.renumber(3)
    assert [one.n for one in spool.waiting()] == [10, 11] and kept(spool).n == 12


def test_two_processes_do_not_share_a_spool(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MEGABYTE)
    with pytest.raises(SpoolTaken):
        Spool(tmp_path, MEGABYTE)
    spool.close()
    Spool(tmp_path, MEGABYTE).close()


class CaptureProcess:
    """`exam capture` in a process of its own."""

    def __init__(self, folder: Path, server: HallServer, clip: Path) -> None:
        self.runtime = RoleRuntime("hall", settings_of(folder))
        with open_work(self.runtime, NOBODY) as work:
            _, token = register_device(work, SITTING, "hall-1", "考场全景")
        (folder / "token").write_text(token)
        options = ["--url", server.url, "--ca", str(server.ca), "--token-file", str(folder / "token"), "--loop"]
        options += ["--camera", "hall-1", "--source", str(clip), "--segment-s", "1", "--spool", str(folder / "spool")]
        self.command = [sys.executable, "-m", "examserver.cli", "capture", *options]
        self.log = folder / "capture.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, cwd=ROOT, stdout=log, stderr=log, env=dict(os.environ))

    def end(self, how: signal.Signals) -> int:
        """End it; its exit status."""
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(40)

    @contextmanager
    def going(self) -> Iterator["CaptureProcess"]:
        """Started, and ended afterwards whatever happens."""
        self.start()
        try:
            yield self
        finally:
            if self.process is not None and self.process.poll() is None:
                self.process.kill()
                self.process.wait(10)


def segments(capture: CaptureProcess) -> int:
    """How many segments the hall has acknowledged."""
    with open_work(capture.runtime, NOBODY, write=False) as work:
        return sum(entry["segments"] for entry in recordings_of(work, SITTING))


def await_segments(least: int, capture: CaptureProcess) -> None:
    """Wait until the hall has this many."""
    until = time.monotonic() + 40
    while segments(capture) < least:
        assert time.monotonic() < until, capture.log.read_text()[-2000:]
        time.sleep(0.2)


@pytest.mark.faults
@pytest.mark.timeout(170)
def test_killed_capture_and_killed_server_leave_a_valid_manifest_with_a_visible_gap(clip: Path, tmp_path: Path) -> None:
    prepare(tmp_path, 1, 3)
    with running(HallServer(tmp_path)) as server:
        capture = CaptureProcess(tmp_path, server, clip)
        with capture.going():
            await_segments(2, capture)
            capture.end(signal.SIGKILL)
            dark = time.monotonic()
            server.kill()
            time.sleep(2.5)
            capture.start()
            lasted_ms = (time.monotonic() - dark) * 1000
            time.sleep(3)
            server.start()
            await_segments(segments(capture) + 4, capture)
            assert capture.end(signal.SIGTERM) == 0, capture.log.read_text()[-2000:]
    assert not list((tmp_path / "spool").glob("*.webm")), "everything recorded was sent"
    runtime = capture.runtime
    entries = close_recordings(runtime, NOBODY, SITTING)
    manifest = runtime.files / "video" / f"{entries[0]['recording']}.video.json"
    trust = Trust((TrustedKey("hall", "hall", runtime.keys.signing.public_raw),))
    report = verify_video(manifest, trust, Opener((runtime.keys,)))
    runtime.close()
    assert len(entries) == 1 and report.ok, report.failures()
    gaps = next(check for check in report.checks if check.name == "gaps_told")
    assert gaps.detail.startswith("1 gaps") and gaps.place.startswith("gap 2"), gaps
    covered, span = (int(word) for word in gaps.detail.split(", ")[1].split() if word.isdigit())
    assert span - covered >= lasted_ms - 1_000, (gaps, lasted_ms)


@pytest.mark.faults
def test_a_capture_with_an_empty_spool_goes_on_where_the_server_is(clip: Path, tmp_path: Path) -> None:
    prepare(tmp_path, 1, 3)
    with running(HallServer(tmp_path)) as server:
        capture = CaptureProcess(tmp_path, server, clip)
        with capture.going():
            await_segments(2, capture)
            capture.end(signal.SIGTERM)
            before = segments(capture)
            for path in (tmp_path / "spool").iterdir():
                path.unlink()
            capture.start()
            await_segments(before + 2, capture)
            capture.end(signal.SIGTERM)
    assert "given up" not in capture.log.read_text()
