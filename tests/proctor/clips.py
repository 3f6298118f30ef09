"""Real video made by OpenCV, recordings made by the product, and copies of them to tamper with."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from examserver.kernel.access import Actor, system_actor
from examserver.kernel.clock import FixedClock
from examserver.kernel.crypto.keys import KeyPair
from examserver.kernel.documents import Trust, TrustedKey
from examserver.kernel.opener import Opener
from examserver.plumbing.runtime import RoleRuntime
from proctor.segments.actions import Place, Received, close_recordings, receive_segment
from proctor.segments.intake import Offer
from tests.kit import make_world

SITTING = "sit_00000000000000000000000009"
SEAT = Place(SITTING, "seat", "03", "stn_1", "ses_1/1")
ROOM = Place(SITTING, "hall-1", None, "dev_1")
ACTOR = Actor("stn_1", "03", "seat", scope=SITTING, device="stn_1")
CLERK = system_actor("test")
START_MS = 1_790_000_000_000


def webm(folder: Path, seed: int, frames: int = 10, size: tuple[int, int] = (160, 120)) -> bytes:
    """A WebM segment in which something moves."""
    path = folder / f"clip-{seed}.webm"
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"VP80"), 10, size)
    assert writer.isOpened()
    for index in range(frames):
        picture = np.full((size[1], size[0], 3), 40 + seed * 13 % 160, np.uint8)
        cv2.circle(picture, (20 + 10 * index % size[0], 40 + seed % 40), 15, (30, 200, 240), -1)
        writer.write(picture)
    writer.release()
    return path.read_bytes()


@dataclass
class Recorder:
    """A hall role on a hand-moved clock that takes segments of ten seconds."""

    runtime: RoleRuntime
    clock: FixedClock
    clips: list[bytes]

    def take(self, n: int, place: Place = SEAT, clip: bytes | None = None, from_ms: int | None = None) -> Received:
        """Offer segment n, which by default covers the n-th ten seconds."""
        begin = START_MS + (n - 1) * 10_000 if from_ms is None else from_ms
        self.clock.advance(max(0, begin + 10_000 - self.clock.now_ms()))
        data = self.clips[n % len(self.clips)] if clip is None else clip
        return receive_segment(self.runtime, ACTOR, place, Offer(n, begin, begin + 10_000), data)

    def close(self) -> list[Path]:
        """Close the sitting's video; the manifests."""
        entries = close_recordings(self.runtime, CLERK, SITTING)
        return [self.folder / f"{entry['recording']}.video.json" for entry in entries]

    @property
    def folder(self) -> Path:
        """Where manifests and segment folders lie."""
        return self.runtime.files / "video"

    @property
    def trust(self) -> Trust:
        """Trust in this hall."""
        return Trust((TrustedKey("hall", "hall", self.runtime.keys.signing.public_raw),))

    @property
    def opener(self) -> Opener:
        """The review key."""
        return Opener((self.runtime.keys,))


def make_recorder(folder: Path, clips: int = 5, database_url: str = "") -> Recorder:
    """A fresh hall role with some clips at hand."""
    clock = FixedClock(START_MS)
    world = make_world(folder / "data", clock, roles=("hall",), database_urls={"hall": database_url})
    return Recorder(world.runtimes["hall"], clock, [webm(folder, seed) for seed in range(clips)])


def copied(manifest: Path, to: Path) -> Path:
    """A copy of a manifest and its segments; returns the copy of the manifest."""
    to.mkdir()
    name = manifest.name.removesuffix(".video.json")
    shutil.copytree(manifest.parent / name, to / name)
    shutil.copy(manifest, to / manifest.name)
    return to / manifest.name


def segment_file(manifest: Path, n: int) -> Path:
    """A segment's file."""
    return manifest.parent / manifest.name.removesuffix(".video.json") / f"{n:06}.seg"


def stranger() -> KeyPair:
    """Keys nobody trusts."""
    return KeyPair.generate()
