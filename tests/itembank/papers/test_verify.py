"""Scenario E5: whatever is changed in a package, key package or release is caught and named."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from examserver.kernel.archive import read_archive, write_archive
from examserver.kernel.canonical import to_json
from examserver.kernel.checks import Report
from examserver.kernel.crypto.keys import KeyPair
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.documents import Trust, sign_document
from examserver.kernel.opener import Opener
from itembank.papers.opening import make_release
from itembank.papers.verify import verify_key_package, verify_package, verify_release
from tests.itembank.papers.build import NOW, Ceremony, ceremony


@pytest.fixture(scope="module")
def paper() -> Ceremony:
    return ceremony()


@pytest.fixture
def folder(tmp_path: Path, paper: Ceremony) -> Path:
    (tmp_path / "p.paper.zip").write_bytes(paper.sealed.package)
    (tmp_path / "p.keys.json").write_bytes(paper.sealed.keys)
    (tmp_path / "r.json").write_bytes(release(paper))
    return tmp_path


def release(paper: Ceremony, sitting: str = "sit_1") -> bytes:
    hall = paper.hall.sealing.public_raw
    return make_release(paper.manifest, paper.custodians[0], hall, sitting, ["frm_a", "frm_b"], "令牌甲", NOW)


def failed(report: Report) -> set[str]:
    return {check.name for check in report.failures()}


def test_a_good_package_passes_every_check(folder: Path, paper: Ceremony) -> None:
    report = verify_package(folder / "p.paper.zip", paper.trust, None)
    assert report.ok, report.failures()
    assert len(report.checks) >= 10


def test_with_enough_custodian_keys_the_forms_are_opened_and_checked(folder: Path, paper: Ceremony) -> None:
    report = verify_package(folder / "p.paper.zip", paper.trust, Opener(paper.custodians[1:]))
    assert report.ok, report.failures()
    assert sum(check.name == "form_content" for check in report.checks) == 3


def test_a_good_key_package_passes_and_opens(folder: Path, paper: Ceremony) -> None:
    opener = Opener((paper.grading,), (folder / "p.paper.zip",))
    report = verify_key_package(folder / "p.keys.json", paper.trust, opener)
    assert report.ok, report.failures()
    assert {"keys_open", "keys_content", "keys_for_paper"} <= {check.name for check in report.checks}


def test_a_good_release_passes_beside_its_package(folder: Path, paper: Ceremony) -> None:
    report = verify_release(folder / "r.json", paper.trust, Opener((paper.hall,), (folder / "p.paper.zip",)))
    assert report.ok, report.failures()
    assert {"signature", "custodian_of_paper", "shares_open"} <= {check.name for check in report.checks}


def test_without_a_trust_list_nothing_is_trusted(folder: Path, paper: Ceremony) -> None:
    assert failed(verify_package(folder / "p.paper.zip", None, None)) == {"signer_trusted"}
    assert failed(verify_package(folder / "p.paper.zip", Trust(), None)) == {"signer_trusted"}
    assert not verify_release(folder / "r.json", paper.trust, None).ok


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.integers(0, 10**9), bit=st.integers(0, 7))
def test_any_flipped_bit_of_a_package_is_caught(folder: Path, paper: Ceremony, where: int, bit: int) -> None:
    caught(folder, paper.sealed.package, where, bit, lambda path: verify_package(path, paper.trust, None))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.integers(0, 10**9), bit=st.integers(0, 7))
def test_any_flipped_bit_of_a_key_package_is_caught(folder: Path, paper: Ceremony, where: int, bit: int) -> None:
    caught(folder, paper.sealed.keys, where, bit, lambda path: verify_key_package(path, paper.trust, None))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.integers(0, 10**9), bit=st.integers(0, 7))
def test_any_flipped_bit_of_a_release_is_caught(folder: Path, paper: Ceremony, where: int, bit: int) -> None:
    opener = Opener((), (folder / "p.paper.zip",))
    caught(folder, release(paper), where, bit, lambda path: verify_release(path, paper.trust, opener))


def caught(folder: Path, data: bytes, where: int, bit: int, verify: Callable[[Path], Report]) -> None:
    changed = bytearray(data)
    changed[where % len(data)] ^= 1 << bit
    path = folder / "changed"
    path.write_bytes(bytes(changed))
    report = verify(path)
    assert not report.ok
    assert all(check.detail for check in report.failures())


def repacked(paper: Ceremony, change: Callable[[dict[str, bytes]], dict[str, bytes]]) -> bytes:
    """The package with entries changed and packed again with a right layout and right sums."""
    return write_archive(list(change(read_archive(paper.sealed.package)).items()))


def flipped(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


CHANGES: dict[str, tuple[Callable[[dict[str, bytes]], dict[str, bytes]], str, str]] = {
    "a byte of a form": (
        lambda e: {**e, "forms/frm_b.bin": flipped(e["forms/frm_b.bin"])},
        "form_digest",
        "forms/frm_b.bin",
    ),
    "a form missing": (
        lambda e: {k: v for k, v in e.items() if k != "forms/frm_r.bin"},
        "entries_complete",
        "forms/frm_r.bin",
    ),
    "a form too many": (
        lambda e: {**e, "forms/frm_x.bin": b"x"},
        "entries_complete",
        "forms/frm_x.bin",
    ),
    "forms reordered": (lambda e: dict(reversed(e.items())), "entries_complete", "package"),
    "forms exchanged": (
        lambda e: {**e, "forms/frm_a.bin": e["forms/frm_b.bin"], "forms/frm_b.bin": e["forms/frm_a.bin"]},
        "form_digest",
        "forms/frm_a.bin",
    ),
    "no manifest": (
        lambda e: {k: v for k, v in e.items() if k != "manifest.json"},
        "manifest_readable",
        "manifest.json",
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_repacked_package_is_caught_and_the_entry_named(folder: Path, paper: Ceremony, what: str) -> None:
    change, check, place = CHANGES[what]
    (folder / "changed").write_bytes(repacked(paper, change))
    report = verify_package(folder / "changed", paper.trust, None)
    assert (check, place) in {(one.name, one.place) for one in report.failures()}


def resigned(paper: Ceremony, change: Callable[[dict[str, Any]], None]) -> bytes:
    """The package with another manifest body, signed again by the bank itself."""
    entries = read_archive(paper.sealed.package)
    body = json.loads(entries["manifest.json"])["body"]
    change(body)
    signer = Signer("bank", "省级题库", paper.bank.signing)
    entries["manifest.json"] = sign_document(body, "exam.paper-manifest", 1, [signer])
    return write_archive(list(entries.items()))


def one_custodian(body: dict[str, Any]) -> None:
    body["threshold"] = 1


def same_person(body: dict[str, Any]) -> None:
    body["custodians"][1]["name"] = body["custodians"][0]["name"]


def slot_missing(body: dict[str, Any]) -> None:
    del body["forms"][1]["slots"][0]


def never_valid(body: dict[str, Any]) -> None:
    body["expires_ms"] = body["not_before_ms"]


def unknown_field(body: dict[str, Any]) -> None:
    body["extra"] = "field"


def wrong_kind(body: dict[str, Any]) -> None:
    body["forms"][0]["cipher_size"] = "many"


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (one_custodian, "nobody_opens_alone"),
        (same_person, "custodians_distinct"),
        (slot_missing, "slots_complete"),
        (never_valid, "dates_in_order"),
        (unknown_field, "manifest_complete"),
        (wrong_kind, "manifest_complete"),
    ],
)
def test_a_bank_that_breaks_the_rules_is_caught_too(
    folder: Path, paper: Ceremony, change: Callable[[dict[str, Any]], None], check: str
) -> None:
    (folder / "changed").write_bytes(resigned(paper, change))
    assert failed(verify_package(folder / "changed", paper.trust, None)) == {check}


def test_a_manifest_signed_by_a_stranger_is_not_trusted(folder: Path, paper: Ceremony) -> None:
    entries = read_archive(paper.sealed.package)
    body = json.loads(entries["manifest.json"])["body"]
    stranger = Signer("bank", "省级题库", KeyPair.generate().signing)
    entries["manifest.json"] = sign_document(body, "exam.paper-manifest", 1, [stranger])
    (folder / "changed").write_bytes(write_archive(list(entries.items())))
    assert failed(verify_package(folder / "changed", paper.trust, None)) == {"signer_trusted"}


def test_keys_of_another_paper_are_caught(folder: Path, paper: Ceremony) -> None:
    file = json.loads(paper.sealed.keys)
    file["body"]["paper"] = "ppr_other"
    (folder / "changed").write_bytes(to_json(file))
    report = verify_key_package(folder / "changed", paper.trust, Opener((paper.grading,), (folder / "p.paper.zip",)))
    assert {"signature", "keys_for_paper", "keys_open"} <= failed(report)
