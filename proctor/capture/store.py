"""Segments waiting on the capture machine's disk: numbered, durable, bounded, sent oldest first.

The folder survives the process: what was recorded before a crash is sent after it. When the bound is reached the oldest
waiting segment goes; the hole in the numbers and the gap in time stay visible.
"""

import os
import re
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from examserver.kernel.errors import Refused
from examserver.plumbing.files import write_durably

NAME = re.compile(r"(\d{6})-(\d{1,15})-(\d{1,15})\.webm")
LAST = "last-number"
PART = "part-"


class SpoolTaken(Refused):
    """Another capture process uses the folder."""

    code = "capture.spool_taken"
    message_zh = "采集缓存目录 {folder} 正被另一个采集进程使用"
    message_en = "The spool folder {folder} is used by another capture process"
    next_zh = "请结束该进程，或另选目录"
    next_en = "End that process or choose another folder"


@dataclass(frozen=True)
class Kept:
    """A segment waiting: number, the capture machine's times, file."""

    n: int
    from_ms: int
    to_ms: int
    path: Path


class Spool:
    """The waiting segments of one camera."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.most_bytes, self.dropped = folder, most_bytes, 0
        self._lock = threading.RLock()
        self._parts = 0
        self._hold = _hold(folder)
        for leftover in folder.glob(f"{PART}*"):
            leftover.unlink()
        self._last = max([self._read_last(), *(kept.n for kept in self.waiting())])

    def _read_last(self) -> int:
        with suppress(OSError, ValueError):
            return int((self.folder / LAST).read_text("ascii"))
        return 0

    def part(self) -> Path:
        """A file name to record into; it counts only once `keep` is called."""
        self._parts += 1
        return self.folder / f"{PART}{self._parts}.webm"

    def keep(self, part: Path, from_ms: int, to_ms: int) -> Kept:
        """Number a finished part and make it durable."""
        with self._lock:
            n = self._last + 1
            kept = Kept(n, from_ms, to_ms, self.folder / f"{n:06}-{from_ms}-{to_ms}.webm")
            with part.open("rb") as file:
                os.fsync(file.fileno())
            write_durably(self.folder / LAST, str(n).encode("ascii"))
            part.replace(kept.path)
            self._last = n
            self._bound()
            return kept

    def _bound(self) -> None:
        waiting = self.waiting()
        total = sum(_size(kept.path) for kept in waiting)
        for kept in waiting[:-1]:
            if total <= self.most_bytes:
                return
            total -= _size(kept.path)
            self.drop(kept)
            self.dropped += 1

    def waiting(self) -> list[Kept]:
        """Everything not sent yet, oldest first."""
        with self._lock:
            found = []
            for path in self.folder.iterdir():
                match = NAME.fullmatch(path.name)
                if match:
                    found.append(Kept(int(match[1]), int(match[2]), int(match[3]), path))
            return sorted(found, key=lambda kept: kept.n)

    def drop(self, kept: Kept) -> None:
        """The segment is stored by the server, or given up."""
        with self._lock:
            kept.path.unlink(missing_ok=True)

    def renumber(self, next_n: int) -> None:
        """Number everything waiting from `next_n` on, where the server is further than this folder remembers."""
        with self._lock:
            waiting = self.waiting()
            shift = next_n - (waiting[0].n if waiting else self._last + 1)
            if shift <= 0:
                return
            for kept in reversed(waiting):
                kept.path.replace(self.folder / f"{kept.n + shift:06}-{kept.from_ms}-{kept.to_ms}.webm")
            self._last += shift
            write_durably(self.folder / LAST, str(self._last).encode("ascii"))

    def close(self) -> None:
        """Let another process use the folder."""
        os.close(self._hold)


def _hold(folder: Path) -> int:
    """A lock the system lets go by itself when the process dies; raises SpoolTaken."""
    import fcntl

    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise SpoolTaken(folder=str(folder)) from None
    return descriptor


def _size(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_size
    return 0
