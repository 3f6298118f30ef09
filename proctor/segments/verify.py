"""Verifies a recording from its manifest and the folder of segment files beside it, for anybody.

Follows `examserver/docs/formats.md`. Without a key it proves that no segment is missing, replaced, re-encoded,
reordered or added; with the review key also that every segment opens, is the one received, and decodes. Every fault
names the segment's number and its time.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from examserver.kernel.canonical import digest
from examserver.kernel.checklist import Checklist
from examserver.kernel.checks import Report
from examserver.kernel.crypto.seal import HPKE_SUITE, SUITE
from examserver.kernel.documents import Document, Trust, check_signatures, read_document
from examserver.kernel.errors import ExamError
from examserver.kernel.opener import Opener
from proctor.segments.chain import Fault, Segment, chain_faults, covered_ms, gaps, head, order_faults, span_ms
from proctor.segments.container import frames_in
from proctor.segments.manifest import MANIFEST_TYPE, VERSION, Manifest, file_name, parse_manifest, wrapped_key
from proctor.segments.sealing import open_segment, unwrap_key

LARGEST_FILE = 64 * 1024 * 1024
Found = tuple[str, str]


def verify_video(path: Path, trust: Trust | None, opener: Opener | None) -> Report:
    """Checks a `.video.json` manifest and the segment files in the folder named after the recording beside it."""
    checks = Checklist(path.name)
    data = _bytes_of(path)
    if data is None:
        checks.hold("file_readable", False, "the file cannot be read", path.name)
        return checks.report(path, "video")
    document = checks.attempt("manifest_readable", "a signed document", read_document, data, MANIFEST_TYPE)
    if document is not None:
        checks.hold("version_known", document.version == VERSION, f"version {document.version}")
        checks.extend(check_signatures(document, trust, {"hall"}))
        manifest = checks.attempt("manifest_complete", digest(data), _parsed, document)
        if manifest is not None:
            _check_manifest(manifest, checks)
            _check_files(manifest, path.parent / manifest.header.recording, checks)
            _check_content(manifest, path.parent / manifest.header.recording, opener, checks)
    return checks.report(path, "video")


def _parsed(document: Document) -> Manifest:
    return parse_manifest(document.body)


def _bytes_of(path: Path) -> bytes | None:
    """The file's bytes; None where there is no readable file of sensible size."""
    try:
        if not path.is_file() or path.stat().st_size > LARGEST_FILE:
            return None
        return path.read_bytes()
    except OSError:
        return None


def _clock(ms: int) -> str:
    try:
        return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    except (ValueError, OverflowError, OSError):
        return str(ms)


def place_of(segment: Segment) -> str:
    """Number and time of a segment in words."""
    return f"segment {segment.n}, {_clock(segment.from_ms)} to {_clock(segment.to_ms)} UTC"


def _placed(manifest: Manifest, faults: Iterator[Fault]) -> Iterator[Found]:
    places = {segment.n: place_of(segment) for segment in manifest.segments}
    for fault in faults:
        yield places.get(fault.n, f"segment {fault.n}"), fault.reason


def _check_manifest(manifest: Manifest, checks: Checklist) -> None:
    header, segments = manifest.header, manifest.segments
    known = (header.suite, header.hpke_suite) == (SUITE, HPKE_SUITE)
    checks.hold("suite_known", known, f"{header.suite}, {header.hpke_suite}", header.recording)
    chain = _placed(manifest, chain_faults(header, manifest.chain))
    checks.each("segment_chain", chain, f"{len(segments)} segments, each linked to the one before")
    checks.each("segment_order", _placed(manifest, order_faults(manifest.chain)), "numbers and times grow")
    found = head(header, manifest.chain)
    checks.hold("chain_head", found == manifest.head, f"head {found}", header.recording)
    checks.hold(
        "gaps_told",
        manifest.gaps == tuple(gaps(segments, manifest.gap_ms)),
        f"{len(manifest.gaps)} gaps, {covered_ms(segments)} of {span_ms(segments)} ms recorded",
        "; ".join(f"gap {_clock(gap.from_ms)} to {_clock(gap.to_ms)} UTC" for gap in manifest.gaps[:20]),
    )


def _check_files(manifest: Manifest, folder: Path, checks: Checklist) -> None:
    expected = {file_name(segment.n): segment for segment in manifest.segments}
    present = set(_names_in(folder))
    missing = [(place_of(one), "its file is missing") for name, one in expected.items() if name not in present]
    checks.each("segment_present", missing, f"{len(expected)} files are there")
    extra = [(f"file {name}", "the manifest knows no such segment") for name in sorted(present - set(expected))]
    checks.each("segment_extra", extra, "no file too many")
    altered = _altered(manifest, folder, present)
    checks.each("segment_digest", altered, "every file is the one that was signed")


def _names_in(folder: Path) -> Iterator[str]:
    try:
        yield from (path.name for path in folder.iterdir() if path.suffix == ".seg")
    except OSError:
        return


def _altered(manifest: Manifest, folder: Path, present: set[str]) -> Iterator[Found]:
    owner = {segment.cipher_digest: segment for segment in manifest.segments}
    for segment in manifest.segments:
        if file_name(segment.n) not in present:
            continue
        data = _bytes_of(folder / file_name(segment.n))
        found = "" if data is None else digest(data)
        if found == segment.cipher_digest and data is not None and len(data) == segment.size:
            continue
        other = owner.get(found)
        if other is not None and other.n != segment.n:
            yield place_of(segment), f"reordered: its file holds {place_of(other)}"
        else:
            yield place_of(segment), "replaced, re-encoded or altered: its file has another digest than the signed one"


def _check_content(manifest: Manifest, folder: Path, opener: Opener | None, checks: Checklist) -> None:
    """With the review key: every segment opens, is what was received, and its pictures decode."""
    header = manifest.header
    keys = [key for key in (opener.sealing_keys() if opener else ()) if key.id == header.review_key]
    if not keys:
        return
    key = checks.attempt("video_key", "the key opens", unwrap_key, keys[0], header.recording, wrapped_key(header))
    if key is None:
        return
    faults, frames = [], 0
    for segment in manifest.segments:
        decoded = _frames(key, manifest, segment, folder)
        if isinstance(decoded, str):
            faults.append((place_of(segment), decoded))
        else:
            frames += decoded
    checks.each("segment_content", faults, f"{len(manifest.segments)} segments open, {frames} pictures decode")


def _frames(key: bytes, manifest: Manifest, segment: Segment, folder: Path) -> int | str:
    """How many pictures of a segment decode, or what is wrong with it."""
    data = _bytes_of(folder / file_name(segment.n))
    if data is None:
        return "its file cannot be read"
    try:
        plain = open_segment(key, manifest.header.recording, segment.n, data)
    except ExamError:
        return "it does not open with the recording's key: altered or moved from elsewhere"
    if digest(plain) != segment.plain_digest:
        return "it opens, but holds other video than was received"
    return frames_in(plain) or "it opens, but no picture decodes"
