"""Whoever tampers with a recording is caught, and the report names the segment and its time."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from examserver.kernel.canonical import digest, unb64u
from examserver.kernel.checks import Report
from examserver.kernel.crypto.seal import open_with
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.documents import Trust, TrustedKey, read_document, sign_document
from examserver.kernel.opener import Opener
from proctor.segments.verify import verify_video
from tests.proctor.clips import Recorder, copied, make_recorder, segment_file, stranger, webm


@dataclass
class Evidence:
    """A closed recording of segments 1, 2, 3, 5 (number 4 was dropped by the client: a gap of ten seconds)."""

    recorder: Recorder
    manifest: Path

    def verify(self, manifest: Path, key: bool = False) -> Report:
        """The report, with the review key or without."""
        return verify_video(manifest, self.recorder.trust, self.recorder.opener if key else None)


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    recorder = make_recorder(tmp_path_factory.mktemp("evidence"))
    for n in (1, 2, 3, 5):
        recorder.take(n)
    return Evidence(recorder, recorder.close()[0])


def test_an_untouched_recording_passes_with_and_without_the_key(evidence: Evidence) -> None:
    plain, opened = evidence.verify(evidence.manifest), evidence.verify(evidence.manifest, key=True)
    assert plain.ok and opened.ok, (plain.failures(), opened.failures())
    assert "segment_content" not in {check.name for check in plain.checks}
    content = next(check for check in opened.checks if check.name == "segment_content")
    assert content.detail == "4 segments open, 40 pictures decode"


def test_a_gap_is_told_with_its_time(evidence: Evidence) -> None:
    told = next(check for check in evidence.verify(evidence.manifest).checks if check.name == "gaps_told")
    assert told.ok and told.detail.startswith("1 gaps, 40000 of 50000 ms")
    assert told.place == "gap 2026-09-21 14:13:50.000 to 2026-09-21 14:14:00.000 UTC"


def drop(manifest: Path, _folder: Path) -> None:
    segment_file(manifest, 2).unlink()


def replace(manifest: Path, _folder: Path) -> None:
    segment_file(manifest, 2).write_bytes(segment_file(manifest, 2).read_bytes()[:-1] + b"x")


def re_encode(manifest: Path, folder: Path) -> None:
    segment_file(manifest, 2).write_bytes(webm(folder, 2, frames=9))


def truncate(manifest: Path, _folder: Path) -> None:
    file = segment_file(manifest, 2)
    file.write_bytes(file.read_bytes()[:-100])


def swap(manifest: Path, _folder: Path) -> None:
    second, third = segment_file(manifest, 2), segment_file(manifest, 3)
    kept = second.read_bytes()
    second.write_bytes(third.read_bytes())
    third.write_bytes(kept)


def add(manifest: Path, _folder: Path) -> None:
    segment_file(manifest, 4).write_bytes(segment_file(manifest, 3).read_bytes())


TAMPERINGS: list[tuple[Callable[[Path, Path], None], str, str]] = [
    (drop, "segment_present", "segment 2, 2026-09-21 14:13:30.000 to 2026-09-21 14:13:40.000 UTC"),
    (replace, "segment_digest", "segment 2, 2026-09-21 14:13:30.000"),
    (re_encode, "segment_digest", "segment 2, 2026-09-21 14:13:30.000"),
    (truncate, "segment_digest", "segment 2, 2026-09-21 14:13:30.000"),
    (swap, "segment_digest", "segment 2, 2026-09-21 14:13:30.000"),
    (add, "segment_extra", "file 000004.seg"),
]


@pytest.mark.parametrize(("tamper", "check", "place"), TAMPERINGS, ids=lambda one: getattr(one, "__name__", None))
@pytest.mark.parametrize("key", [False, True])
def test_a_tampered_segment_is_named_with_its_time(
    evidence: Evidence, tmp_path: Path, tamper: Callable[[Path, Path], None], check: str, place: str, key: bool
) -> None:
    manifest = copied(evidence.manifest, tmp_path / "copy")
    tamper(manifest, tmp_path)
    failures = evidence.verify(manifest, key).failures()
    assert any(one.name == check and one.place.startswith(place) for one in failures), failures


def test_swapped_segments_say_which_is_which(evidence: Evidence, tmp_path: Path) -> None:
    manifest = copied(evidence.manifest, tmp_path / "copy")
    swap(manifest, tmp_path)
    failures = {one.place.partition(",")[0]: one.detail for one in evidence.verify(manifest).failures()}
    assert failures["segment 2"].startswith("reordered: its file holds segment 3")
    assert failures["segment 3"].startswith("reordered: its file holds segment 2")


def edited(manifest: Path, edit: Callable[[dict[str, object]], None]) -> None:
    """Change the manifest's body and keep its old signature."""
    file = json.loads(manifest.read_bytes())
    edit(file["body"])
    manifest.write_text(json.dumps(file, ensure_ascii=False, sort_keys=True, separators=(",", ":")))


def test_an_edited_manifest_loses_its_signature_and_names_the_link(evidence: Evidence, tmp_path: Path) -> None:
    manifest = copied(evidence.manifest, tmp_path / "copy")
    edited(manifest, lambda body: body["segments"].pop(1))  # type: ignore[attr-defined]
    segment_file(manifest, 2).unlink()
    failures = {one.name: one.place for one in evidence.verify(manifest).failures()}
    assert {"signature", "segment_chain"} <= failures.keys()
    assert failures["segment_chain"].startswith("segment 3, 2026-09-21 14:13:40")


def test_a_manifest_signed_by_somebody_else_is_not_trusted(evidence: Evidence, tmp_path: Path) -> None:
    manifest = copied(evidence.manifest, tmp_path / "copy")
    document = read_document(manifest.read_bytes())
    manifest.write_bytes(
        sign_document(document.body, document.type, document.version, [Signer("hall", "hall", stranger().signing)])
    )
    assert {one.name for one in evidence.verify(manifest).failures()} == {"signer_trusted"}
    assert not verify_video(evidence.manifest, None, None).ok


def test_a_gap_that_is_not_told_is_found_even_in_a_signed_manifest(evidence: Evidence, tmp_path: Path) -> None:
    manifest = copied(evidence.manifest, tmp_path / "copy")
    body = read_document(manifest.read_bytes()).body | {"gaps": []}
    signer = Signer("hall", "hall", evidence.recorder.runtime.keys.signing)
    manifest.write_bytes(sign_document(body, "exam.video-manifest", 1, [signer]))
    assert {one.name for one in evidence.verify(manifest).failures()} == {"gaps_told"}


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"type":"exam.video-manifest"}', b"\xff" * 100])
def test_hostile_manifests_end_in_a_report(evidence: Evidence, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "rec_x.video.json"
    path.write_bytes(data)
    assert not evidence.verify(path).ok


@pytest.mark.parametrize("name", ["../escape", "/etc", "rec_x", ""])
def test_a_recording_cannot_point_outside_its_folder(evidence: Evidence, tmp_path: Path, name: str) -> None:
    body = read_document(evidence.manifest.read_bytes()).body | {"recording": name}
    signer = Signer("hall", "hall", evidence.recorder.runtime.keys.signing)
    path = tmp_path / "x.video.json"
    path.write_bytes(sign_document(body, "exam.video-manifest", 1, [signer]))
    assert "manifest_complete" in {one.name for one in evidence.verify(path).failures()}


def test_the_wrong_key_looks_at_nothing(evidence: Evidence) -> None:
    report = verify_video(evidence.manifest, evidence.recorder.trust, Opener((stranger(),)))
    assert report.ok and "segment_content" not in {check.name for check in report.checks}


def test_the_format_alone_is_enough_to_check_and_open_a_recording(evidence: Evidence) -> None:
    """The chain and one segment by hashlib, json and AES-GCM alone, as the format document tells a stranger."""

    def encode(value: object, tag: str) -> bytes:
        return tag.encode() + b"\n" + json.dumps(value, sort_keys=True, separators=(",", ":")).encode()

    body = json.loads(evidence.manifest.read_bytes())["body"]
    names = [
        "recording",
        "sitting",
        "camera",
        "seat",
        "device",
        "opened_ms",
        "suite",
        "hpke_suite",
        "review_key",
        "wrapped_key",
    ]
    link = hashlib.sha256(encode({name: body[name] for name in names}, "exam.video-header/1")).digest()
    for entry in body["segments"]:
        assert entry["prev"] == "sha256:" + link.hex()
        facts = {key: value for key, value in entry.items() if key not in ("prev", "link")}
        link = hashlib.sha256(link + encode(facts, "exam.video-segment/1")).digest()
        assert entry["link"] == "sha256:" + link.hex()
    assert body["head"] == "sha256:" + link.hex()
    info = encode({"recording": body["recording"]}, "exam.recording-info/1")
    key = open_with(evidence.recorder.runtime.keys.sealing, unb64u(body["wrapped_key"]), info)
    sealed = segment_file(evidence.manifest, 3).read_bytes()
    aad = encode({"n": 3, "recording": body["recording"]}, "exam.segment-aad/1")
    assert digest(AESGCM(key).decrypt(sealed[:12], sealed[12:], aad)) == body["segments"][2]["plain_digest"]


def test_a_database_edit_before_the_close_is_signed_as_broken(tmp_path: Path) -> None:
    recorder = make_recorder(tmp_path)
    for n in (1, 2, 3):
        received = recorder.take(n)
    with recorder.runtime.database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM video_segment WHERE n = 2")
    (recorder.folder / received.recording / "000002.seg").unlink()
    report = verify_video(recorder.close()[0], recorder.trust, None)
    broken = [one for one in report.failures() if one.name == "segment_chain"]
    assert len(broken) == 1 and broken[0].place.startswith("segment 3")


def test_trust_in_another_role_does_not_count(evidence: Evidence) -> None:
    key = evidence.recorder.runtime.keys.signing.public_raw
    report = verify_video(evidence.manifest, Trust((TrustedKey("bank", "hall", key),)), None)
    assert "signer_trusted" in {one.name for one in report.failures()}
