"""Decides what the manifest of a recording holds and reads one back without trusting it.

Source of the rule: evidence format `exam.video-manifest/1` (`examserver/docs/formats.md`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from examserver.kernel.canonical import b64u, unb64u
from examserver.kernel.errors import Invalid
from examserver.kernel.fields import Fields
from proctor.segments.chain import GAP_MS, Gap, Header, Linked, Segment, gaps, head

MANIFEST_TYPE = "exam.video-manifest"
VERSION = 1
RECORDING = re.compile(r"rec_[0-9a-hjkmnp-tv-z]{26}")
MOST_SEGMENTS = 100_000


class NotARecording(Invalid):
    """The name of a recording is malformed."""

    code = "video.bad_recording_name"
    message_zh = "录像编号格式不正确：{recording}"
    message_en = "This is no name of a recording: {recording}"
    next_zh = "请从录像列表中选择"
    next_en = "Choose from the list of recordings"


@dataclass(frozen=True)
class Manifest:
    """A manifest as read from a file; nothing in it is checked beyond its shape."""

    header: Header
    closed_ms: int
    chain: tuple[Linked, ...]
    gap_ms: int
    gaps: tuple[Gap, ...]
    head: str

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The segments without their links."""
        return tuple(linked.segment for linked in self.chain)


def file_name(n: int) -> str:
    """Name of a segment's file within the recording's folder."""
    return f"{n:06}.seg"


def check_name(recording: str) -> str:
    """The name itself; raises NotARecording for anything that could lead elsewhere on disk."""
    if not RECORDING.fullmatch(recording):
        raise NotARecording(recording=recording[:60])
    return recording


def build_body(header: Header, chain: Sequence[Linked], closed_ms: int) -> dict[str, Any]:
    """The body the hall signs."""
    segments = [linked.segment for linked in chain]
    return header.body() | {
        "closed_ms": closed_ms,
        "segments": [linked.segment.body() | {"prev": linked.prev, "link": linked.link} for linked in chain],
        "gap_ms": GAP_MS,
        "gaps": [{"from_ms": gap.from_ms, "to_ms": gap.to_ms} for gap in gaps(segments)],
        "head": head(header, chain),
    }


def parse_manifest(body: dict[str, Any]) -> Manifest:
    """The manifest behind a document's body; raises MalformedField or NotARecording."""
    fields = Fields(body, "body")
    manifest = Manifest(
        header=_header(fields),
        closed_ms=fields.integer("closed_ms"),
        chain=tuple(_linked(one) for one in fields.many("segments", MOST_SEGMENTS)),
        gap_ms=fields.integer("gap_ms"),
        gaps=tuple(_gap(one) for one in fields.many("gaps", MOST_SEGMENTS)),
        head=fields.digest("head"),
    )
    fields.finish()
    check_name(manifest.header.recording)
    return manifest


def _header(fields: Fields) -> Header:
    return Header(
        recording=fields.text("recording"),
        sitting=fields.text("sitting"),
        camera=fields.text("camera"),
        seat=fields.nullable("seat", fields.text),
        device=fields.text("device"),
        opened_ms=fields.integer("opened_ms"),
        suite=fields.text("suite"),
        hpke_suite=fields.text("hpke_suite"),
        review_key=fields.text("review_key"),
        wrapped_key=b64u(fields.binary("wrapped_key")),
    )


def _linked(fields: Fields) -> Linked:
    segment = Segment(
        n=fields.integer("n", 1),
        from_ms=fields.integer("from_ms"),
        to_ms=fields.integer("to_ms"),
        received_ms=fields.integer("received_ms"),
        media_type=fields.text("media_type"),
        plain_digest=fields.digest("plain_digest"),
        cipher_digest=fields.digest("cipher_digest"),
        size=fields.integer("size"),
    )
    linked = Linked(segment, fields.digest("prev"), fields.digest("link"))
    fields.finish()
    return linked


def _gap(fields: Fields) -> Gap:
    gap = Gap(fields.integer("from_ms"), fields.integer("to_ms"))
    fields.finish()
    return gap


def wrapped_key(header: Header) -> bytes:
    """The wrapped key's bytes."""
    return unb64u(header.wrapped_key)
