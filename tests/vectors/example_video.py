"""The worked example of the formats, fourth part: a recording of three segments with a gap before the last.

Made from `examserver/docs/formats.md` alone, like the other parts; every segment holds the same tiny clip.
"""

from pathlib import Path
from typing import Any

from tests.vectors.example_paper import HALL, HPKE_SUITE, SITTING, START_MS, SUITE, fixed, sealing, signing
from tests.verify.primitives import (
    b64,
    digest,
    encode,
    hpke_seal,
    key_id,
    parse,
    seal,
    sealing_public,
    sha256,
    signed_file,
)

Json = dict[str, Any]
RECORDING = "rec_01jdexamp1e000000000000081"
CLIP = Path(__file__).parent / "segment.webm"
TIMES = [(1, 0, 10_000), (2, 10_000, 20_000), (4, 30_000, 40_000)]


def sealed_segment(n: int) -> bytes:
    """A segment's file."""
    aad = encode({"recording": RECORDING, "n": n}, "exam.segment-aad")
    return seal(fixed("key of recording"), CLIP.read_bytes(), aad, fixed(f"nonce of segment {n}", 12))


def segment_files() -> dict[str, bytes]:
    """The segments' files by name, with their folder."""
    return {f"{RECORDING}/{n:06}.seg": sealed_segment(n) for n, _, _ in TIMES}


def video_manifest() -> bytes:
    """<recording>.video.json."""
    review, info = sealing_public(sealing("hall")), encode({"recording": RECORDING}, "exam.recording-info")
    header = {
        "recording": RECORDING, "sitting": SITTING, "camera": "seat-01", "seat": "01", "device": "stn_example",
        "opened_ms": START_MS - 5_000, "suite": SUITE, "hpke_suite": HPKE_SUITE, "review_key": key_id("x25519", review),
        "wrapped_key": b64(hpke_seal(review, fixed("key of recording"), info, fixed("ephemeral of recording"))),
    }  # fmt: skip
    link, segments = sha256(encode(header, "exam.video-header")), []
    for n, start, end in TIMES:
        segment = {
            "n": n, "from_ms": START_MS + start, "to_ms": START_MS + end, "received_ms": START_MS + end + 200,
            "media_type": "video/webm;codecs=vp8", "plain_digest": digest(CLIP.read_bytes()),
            "cipher_digest": digest(sealed_segment(n)), "size": len(sealed_segment(n)),
        }  # fmt: skip
        before, link = link, sha256(link + encode(segment, "exam.video-segment"))
        segments.append({**segment, "prev": f"sha256:{before.hex()}", "link": f"sha256:{link.hex()}"})
    body = {
        **header, "closed_ms": START_MS + 45_000, "segments": segments, "gap_ms": 1500,
        "gaps": [{"from_ms": START_MS + 20_000, "to_ms": START_MS + 30_000}], "head": f"sha256:{link.hex()}",
    }  # fmt: skip
    return signed_file(body, "exam.video-manifest", [("hall", HALL, signing("hall"))])


def video_line() -> Json:
    """The recording as the sitting record names it."""
    body = parse(video_manifest())["body"]
    return {"recording": RECORDING, "camera": "seat-01", "seat": "01", "segments": len(TIMES), "head": body["head"],
            "manifest_digest": digest(video_manifest())}  # fmt: skip
