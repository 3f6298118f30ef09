"""Decides how a recording's bytes are sealed: one key per recording, wrapped to the review key, every segment bound to
its place.

The associated data names recording and number, so that a segment moved to another place does not open. The nonce
follows from key, number and content: the same segment sealed twice (a lost acknowledgement, two server processes) gives
the same file, and no nonce ever serves two contents. Source: `exam.video-manifest/1`.
"""

import hashlib
import hmac

from examserver.kernel.canonical import encode
from examserver.kernel.crypto.keys import SealingKey
from examserver.kernel.crypto.seal import open_bytes, open_with, seal_bytes, seal_to


def _info(recording: str) -> bytes:
    return encode({"recording": recording}, "exam.recording-info", 1)


def _aad(recording: str, n: int) -> bytes:
    return encode({"recording": recording, "n": n}, "exam.segment-aad", 1)


def wrap_key(review_public: bytes, recording: str, key: bytes) -> bytes:
    """The recording's key for whoever may review it (HPKE)."""
    return seal_to(review_public, key, _info(recording))


def unwrap_key(review: SealingKey, recording: str, wrapped: bytes) -> bytes:
    """The recording's key; raises CannotOpen."""
    return open_with(review, wrapped, _info(recording), f"key of recording {recording}")


def seal_segment(key: bytes, recording: str, n: int, plain: bytes, plain_digest: str) -> bytes:
    """The segment file's bytes; the same for the same content."""
    asked = encode({"n": n, "plain_digest": plain_digest}, "exam.segment-nonce", 1)
    nonce = hmac.new(key, asked, hashlib.sha256).digest()[:12]
    return seal_bytes(key, plain, _aad(recording, n), nonce)


def open_segment(key: bytes, recording: str, n: int, sealed: bytes) -> bytes:
    """The WebM bytes of a segment file; raises CannotOpen."""
    return open_bytes(key, sealed, _aad(recording, n), f"segment {n} of {recording}")
