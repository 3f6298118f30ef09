"""The recording half of a capture process: reads a camera or a clip with OpenCV and cuts self-contained WebM segments.

Every segment starts with a key frame and decodes alone, so that losing one loses nothing else. OpenCV writes VP8, which
every browser plays. A camera that fails is opened again; the time without pictures stays visible as a gap.
"""

import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from examserver.kernel.clock import Clock
from examserver.kernel.errors import Invalid
from examserver.plumbing.files import DiskFull
from proctor.capture.sending.device import Sender
from proctor.capture.stillness import Frame, calm
from proctor.capture.store import Spool

logger = logging.getLogger("exam.capture")
REOPEN_AFTER_S = 2.0
LATE_S = 1.0
THUMBNAIL_WIDTH = 320
THUMBNAIL_QUALITY = 60


class NoCamera(Invalid):
    """The source does not open."""

    code = "capture.no_camera"
    message_zh = "无法打开视频来源：{source}"
    message_en = "The source does not open: {source}"
    next_zh = "请检查摄像头连接或文件路径"
    next_en = "Check the camera's cable or the file's path"


class NoEncoder(Invalid):
    """OpenCV cannot write WebM on this machine."""

    code = "capture.no_encoder"
    message_zh = "本机 OpenCV 不能写入 WebM"
    message_en = "OpenCV on this machine cannot write WebM"
    next_zh = "请安装带 FFmpeg 的 opencv-python-headless"
    next_en = "Install opencv-python-headless, which brings FFmpeg"


@dataclass(frozen=True)
class Plan:
    """How to record: source (file or camera number), pictures a second, lengths, whether a clip repeats."""

    source: str
    fps: int = 10
    segment_s: float = 10.0
    thumbnail_s: float = 4.0
    width: int = 640
    loop: bool = False

    @property
    def is_camera(self) -> bool:
        """A number is a camera of this machine."""
        return self.source.isdigit()


def record(plan: Plan, spool: Spool, sender: Sender, clock: Clock, stop: threading.Event) -> None:
    """Record until stopped, the clip ends, or the sitting's video is closed; raises NoCamera, NoEncoder."""
    cutter = Cutter(plan, spool, sender, clock)
    next_picture = 0.0
    try:
        for frame in _frames(plan, stop):
            if sender.closed.is_set():
                break
            if frame is None:
                cutter.finish()
                continue
            small = _fitted(frame, plan.width)
            cutter.add(small)
            if time.monotonic() >= next_picture:
                next_picture = time.monotonic() + plan.thumbnail_s
                sender.show(_thumbnail(small))
    finally:
        cutter.finish()


def _frames(plan: Plan, stop: threading.Event) -> Iterator[Frame | None]:
    """Pictures at the plan's pace; None where the camera was lost, before it is opened again."""
    reader = _opened(plan)
    try:
        while not stop.is_set():
            yield from _live(reader, plan, stop) if plan.is_camera else _played(reader, plan, stop)
            if not plan.is_camera and not plan.loop:
                return
            if plan.is_camera:
                yield None
                stop.wait(REOPEN_AFTER_S)
            reader.release()
            reader = _reopened(plan, stop)
    finally:
        reader.release()


def _opened(plan: Plan) -> cv2.VideoCapture:
    reader = cv2.VideoCapture(int(plan.source)) if plan.is_camera else cv2.VideoCapture(plan.source)
    if not reader.isOpened():
        raise NoCamera(source=plan.source)
    return reader


def _reopened(plan: Plan, stop: threading.Event) -> cv2.VideoCapture:
    """The source again; a camera is waited for as long as it takes."""
    while True:
        try:
            return _opened(plan)
        except NoCamera:
            if not plan.is_camera or stop.wait(REOPEN_AFTER_S):
                raise


def _live(reader: cv2.VideoCapture, plan: Plan, stop: threading.Event) -> Iterator[Frame]:
    """Pictures of a camera as they come, the surplus left out; ends when the camera does."""
    due = time.monotonic()
    while not stop.is_set() and reader.grab():
        if time.monotonic() < due:
            continue
        due = max(due + 1 / plan.fps, time.monotonic() - LATE_S)
        good, frame = reader.retrieve()
        if good:
            yield np.asarray(frame, dtype=np.uint8)


def _played(reader: cv2.VideoCapture, plan: Plan, stop: threading.Event) -> Iterator[Frame]:
    """Pictures of a clip at the speed it was taken, thinned or repeated to the plan's pace."""
    own_fps = reader.get(cv2.CAP_PROP_FPS)
    step = (own_fps if 0 < own_fps <= 240 else plan.fps) / plan.fps
    due, wanted, taken = time.monotonic(), 0.0, -1
    frame: Frame | None = None
    while not stop.is_set():
        while taken < int(wanted):
            good, read = reader.read()
            if not good:
                return
            frame, taken = np.asarray(read, dtype=np.uint8), taken + 1
        if frame is not None:
            yield frame
        wanted += step
        due = max(due + 1 / plan.fps, time.monotonic() - LATE_S)
        stop.wait(max(0.0, due - time.monotonic()))


def _fitted(frame: Frame, width: int) -> Frame:
    """At most this wide, both sides even, as the encoder wants them."""
    height, own = frame.shape[:2]
    scale = min(1.0, width / own)
    size = (max(2, int(own * scale) // 2 * 2), max(2, int(height * scale) // 2 * 2))
    if size == (own, height):
        return frame
    return np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _thumbnail(frame: Frame) -> bytes:
    small = _fitted(frame, THUMBNAIL_WIDTH)
    _, encoded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, THUMBNAIL_QUALITY])
    return encoded.tobytes()


class Cutter:
    """Writes pictures into segments of the plan's length and hands each finished one to the spool."""

    def __init__(self, plan: Plan, spool: Spool, sender: Sender, clock: Clock) -> None:
        self._plan, self._spool, self._sender, self._clock = plan, spool, sender, clock
        self._writer: cv2.VideoWriter | None = None
        self._part, self._from_ms, self._size = Path(), 0, (0, 0)
        self._ended_ms = 0
        self._last: Frame | None = None

    def add(self, frame: Frame) -> None:
        """One picture; begins or ends a segment where it is time, or where the picture's size changes."""
        now_ms, size = self._clock.now_ms(), (frame.shape[1], frame.shape[0])
        full = now_ms - self._from_ms >= self._plan.segment_s * 1000
        if self._writer is not None and (full or size != self._size):
            self.finish()
        if self._writer is None:
            self._begin(now_ms, size)
        self._last = calm(self._last, frame)
        if self._writer is not None:
            self._writer.write(self._last)

    def _begin(self, now_ms: int, size: tuple[int, int]) -> None:
        # A segment never begins before the one before it ended: closing a file takes time of its own.
        self._part, self._from_ms = self._spool.part(), max(now_ms, self._ended_ms)
        self._size, self._last = size, None
        with _hushed():
            writer = cv2.VideoWriter(
                str(self._part), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"VP80"), self._plan.fps, size
            )
        if not writer.isOpened():
            raise NoEncoder()
        self._writer = writer

    def finish(self) -> None:
        """End the running segment, if there is one, and let it be sent."""
        if self._writer is None:
            return
        self._writer.release()
        self._writer = None
        to_ms = self._ended_ms = max(self._clock.now_ms(), self._from_ms + 1)
        try:
            kept = self._spool.keep(self._part, self._from_ms, to_ms)
        except (OSError, DiskFull) as error:
            # A full disk costs this segment; recording goes on, and the gap says so.
            logger.error("segment lost on this machine", extra={"facts": {"reason": str(error)}})
            self._part.unlink(missing_ok=True)
            return
        self._sender.wake()
        logger.info("segment recorded", extra={"facts": {"n": kept.n}})


@contextmanager
def _hushed() -> Iterator[None]:
    """Without the line FFmpeg prints for every WebM that is named by its AVI tag, which is OpenCV's only way to ask."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
