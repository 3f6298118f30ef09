"""Decides what a recording's hash chain says: links, gaps, coverage, and which segment breaks it.

A recording is a row of self-contained segments. Link 0 is the digest of the header; link n binds the previous link to
everything known about segment n, so that a segment dropped, replaced, reordered or added changes every later link.
Source of the rule: evidence format `exam.video-manifest/1` (`examserver/docs/formats.md`).
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from examserver.kernel.canonical import digest_of, encode, raw_digest

GAP_MS = 1_500
HEADER_TYPE = "exam.video-header"
SEGMENT_TYPE = "exam.video-segment"


@dataclass(frozen=True)
class Header:
    """What is fixed when a recording opens; `seat` is None for a camera of the room."""

    recording: str
    sitting: str
    camera: str
    seat: str | None
    device: str
    opened_ms: int
    suite: str
    hpke_suite: str
    review_key: str
    wrapped_key: str

    def body(self) -> dict[str, Any]:
        """The header as evidence holds it."""
        return {
            "recording": self.recording,
            "sitting": self.sitting,
            "camera": self.camera,
            "seat": self.seat,
            "device": self.device,
            "opened_ms": self.opened_ms,
            "suite": self.suite,
            "hpke_suite": self.hpke_suite,
            "review_key": self.review_key,
            "wrapped_key": self.wrapped_key,
        }


@dataclass(frozen=True)
class Segment:
    """One segment: its number, the server time it covers, when it came in, and its digests; `size` of the file."""

    n: int
    from_ms: int
    to_ms: int
    received_ms: int
    media_type: str
    plain_digest: str
    cipher_digest: str
    size: int

    def body(self) -> dict[str, Any]:
        """The segment as the chain sees it."""
        return {
            "n": self.n,
            "from_ms": self.from_ms,
            "to_ms": self.to_ms,
            "received_ms": self.received_ms,
            "media_type": self.media_type,
            "plain_digest": self.plain_digest,
            "cipher_digest": self.cipher_digest,
            "size": self.size,
        }


@dataclass(frozen=True)
class Linked:
    """A segment in the chain: the link before it and the one it made."""

    segment: Segment
    prev: str
    link: str


@dataclass(frozen=True)
class Gap:
    """Server time between two segments that nobody recorded."""

    from_ms: int
    to_ms: int


@dataclass(frozen=True)
class Fault:
    """What is wrong with one segment of a chain."""

    n: int
    reason: str


def first_link(header: Header) -> str:
    """Link 0: the digest of the header."""
    return digest_of(header.body(), HEADER_TYPE, 1)


def next_link(prev: str, segment: Segment) -> str:
    """SHA-256 of the previous link's 32 bytes and the segment's canonical encoding."""
    return "sha256:" + hashlib.sha256(raw_digest(prev) + encode(segment.body(), SEGMENT_TYPE, 1)).hexdigest()


def link_all(header: Header, segments: Sequence[Segment]) -> list[Linked]:
    """The whole chain over these segments in this order."""
    chain, prev = [], first_link(header)
    for segment in segments:
        link = next_link(prev, segment)
        chain.append(Linked(segment, prev, link))
        prev = link
    return chain


def head(header: Header, chain: Sequence[Linked]) -> str:
    """The last link, or link 0 of an empty recording."""
    return chain[-1].link if chain else first_link(header)


def chain_faults(header: Header, chain: Sequence[Linked]) -> Iterator[Fault]:
    """Every segment whose links do not follow from what comes before it and from its own facts."""
    prev = first_link(header)
    for linked in chain:
        if linked.prev != prev:
            yield Fault(linked.segment.n, "it does not follow the segment before it: one was dropped, added or moved")
        if next_link(linked.prev, linked.segment) != linked.link:
            yield Fault(linked.segment.n, "its facts do not give its link: they were altered")
        prev = linked.link


def order_faults(chain: Sequence[Linked]) -> Iterator[Fault]:
    """Every segment whose number or time does not come after the one before it."""
    for before, after in pairwise(chain):
        if after.segment.n <= before.segment.n:
            yield Fault(after.segment.n, f"it comes after number {before.segment.n}")
        if after.segment.from_ms <= before.segment.from_ms:
            yield Fault(after.segment.n, f"it starts before segment {before.segment.n} does")
    for linked in chain:
        if linked.segment.to_ms <= linked.segment.from_ms:
            yield Fault(linked.segment.n, "it ends before it starts")


def gaps(segments: Sequence[Segment], longest_ms: int = GAP_MS) -> list[Gap]:
    """Every stretch longer than `longest_ms` between the first and the last segment that no segment covers."""
    found: list[Gap] = []
    reached = segments[0].to_ms if segments else 0
    for segment in segments[1:]:
        if segment.from_ms - reached > longest_ms:
            found.append(Gap(reached, segment.from_ms))
        reached = max(reached, segment.to_ms)
    return found


def covered_ms(segments: Sequence[Segment]) -> int:
    """How many milliseconds the segments cover, overlaps counted once."""
    total, reached = 0, 0
    for segment in segments:
        total += max(0, segment.to_ms - max(segment.from_ms, reached))
        reached = max(reached, segment.to_ms)
    return total


def span_ms(segments: Sequence[Segment]) -> int:
    """From the start of the first to the end of the last segment."""
    return max(one.to_ms for one in segments) - segments[0].from_ms if segments else 0
