"""Whoever changes an answer, a session or the roster later is named, even the hall itself with its own keys."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from examserver.kernel.crypto.keys import KeyPair, SealingKey, SigningKey
from examserver.kernel.documents import read_trust
from examserver.kernel.opener import Opener
from examserver.verify import verify_file
from tests.vectors import example_paper as paper
from tests.vectors import example_sitting as sitting
from tests.vectors.make_examples import FOLDER
from tests.verify import primitives as p
from tests.verify.test_independent import verdicts

Json = dict[str, Any]
SIGNERS = [("hall", paper.HALL, "hall"), ("chief_invigilator", "钱主考", "chief"),
           ("quality_supervisor", "孙督导", "supervisor")]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(FOLDER, tmp_path / "example")
    return tmp_path / "example"


def remade(
    change_body: Callable[[Json], None] = lambda body: None,
    change_session: Callable[[Json], None] = lambda document: None,
    agree: bool = False,
    signers: list[tuple[str, str, str]] = SIGNERS,
) -> bytes:
    """The example's record with changes, sealed and signed again with the true keys; `agree` makes digests fit."""
    entries = p.entries_of(sitting.record())
    body = p.parse(entries["record.json"])["body"]
    document = sitting.session_document(0)
    change_session(document)
    aad = p.encode({"sitting": paper.SITTING, "session": sitting.SESSIONS[0]}, "exam.session-aad")
    sealed = p.seal(paper.fixed("key of record"), p.plain_json(document), aad, paper.fixed("another nonce", 12))
    entries[f"sessions/{sitting.SESSIONS[0]}.bin"] = sealed
    line = body["sessions"][0]
    line["cipher_digest"] = p.digest(sealed)
    if agree:
        line["closed_digest"] = p.digest(p.encode(sitting.closed(document), "exam.session-closed"))
        line["steps"] = len(document["entries"])
    change_body(body)
    signed = [(role, name, paper.signing(person)) for role, name, person in signers]
    entries["record.json"] = p.signed_file(body, "exam.sitting-record", signed)
    names = ["record.json", *(f"sessions/{one['session']}.bin" for one in body["sessions"])]
    return p.archive([(name, entries[name]) for name in names if name in entries])


def verdict(folder: Path, data: bytes) -> tuple[str, str]:
    (folder / "example.record.zip").write_bytes(data)
    return verdicts(folder / "example.record.zip", ["authority"])


def test_a_record_sealed_and_signed_again_unchanged_holds(folder: Path) -> None:
    assert verdict(folder, remade()) == ("", "")


def another_answer(document: Json) -> None:
    document["entries"][3]["step"]["value"] = "C"


def dropped_step(document: Json) -> None:
    del document["entries"][1]


def swapped_steps(document: Json) -> None:
    document["entries"][1], document["entries"][3] = document["entries"][3], document["entries"][1]


def doubled_step(document: Json) -> None:
    document["entries"].insert(2, document["entries"][1])


def later_arrival(document: Json) -> None:
    document["entries"][4]["received_ms"] += 1


def last_step_gone(document: Json) -> None:
    document["entries"].pop()


@pytest.mark.parametrize(
    "change", [another_answer, dropped_step, swapped_steps, doubled_step, later_arrival, last_step_gone]
)
@pytest.mark.parametrize("agree", [False, True], ids=["digests as signed", "digests made to fit"])
def test_a_changed_answer_is_caught_and_the_session_named(
    folder: Path, change: Callable[[Json], None], agree: bool
) -> None:
    ours, other = verdict(folder, remade(change_session=change, agree=agree))
    assert ours and other


def test_the_step_and_its_time_are_named(folder: Path) -> None:
    path = folder / "example.record.zip"
    path.write_bytes(remade(change_session=dropped_step, agree=True))
    pair = KeyPair(SigningKey(bytes(32)), SealingKey(paper.sealing("authority")))
    report = verify_file(path, read_trust((folder / "trust.json").read_bytes()), Opener((pair,)))
    first = report.failures()[0]
    assert f"session {sitting.SESSIONS[0]} ticket {sitting.CANDIDATES[0][1]} seat 01 step 3 item i001" in first.place
    assert str(paper.START_MS + 21_035) in first.place


def session_gone(body: Json) -> None:
    del body["sessions"][0]


def sessions_swapped(body: Json) -> None:
    body["sessions"].reverse()


def present_and_absent(body: Json) -> None:
    body["absent"] = [sitting.CANDIDATES[1][1]]


def stranger_absent(body: Json) -> None:
    body["absent"] = ["33010120261201999"]


def another_head(body: Json) -> None:
    body["sessions"][1]["head"] = p.digest(b"another")


def another_root(body: Json) -> None:
    body["merkle_root"] = p.digest(b"another")


def a_field_more(body: Json) -> None:
    body["note"] = "x"


@pytest.mark.parametrize(
    "change",
    [session_gone, sessions_swapped, present_and_absent, stranger_absent, another_head, another_root, a_field_more],
)
def test_a_changed_list_of_sessions_is_caught(folder: Path, change: Callable[[Json], None]) -> None:
    ours, other = verdict(folder, remade(change_body=change))
    assert ours and other


def test_a_record_without_countersignatures_is_not_accepted(folder: Path) -> None:
    ours, other = verdict(folder, remade(signers=SIGNERS[:1]))
    assert "signed_by_chief_invigilator" in ours and "quality_supervisor" in other


def test_a_receipt_is_compared_with_the_record_beside_it(folder: Path) -> None:
    def shortened(body: Json) -> None:
        body["sessions"][0]["head"] = sitting.session_document(0)["entries"][4]["step"]["prev"]
        body["sessions"][0]["steps"] = 4

    (folder / "example.record.zip").write_bytes(remade(change_body=shortened))
    for name in ("receipt.json", "receipt.txt"):
        ours, _ = verdicts(folder / name, [])
        assert "receipt_in_record" in ours


def test_a_receipt_of_another_hall_is_not_trusted(folder: Path) -> None:
    body = sitting.receipt_body()
    forged = p.signed_file(body, "exam.receipt", [("hall", paper.HALL, paper.signing("custodian-1"))])
    (folder / "receipt.json").write_bytes(forged)
    ours, other = verdicts(folder / "receipt.json", [])
    assert "signer_trusted" in ours and "not trusted" in other
    assert json.loads(forged)["body"] == body


def test_a_flipped_byte_of_sealed_answers_names_session_ticket_and_seat(folder: Path) -> None:
    data = bytearray((folder / "example.record.zip").read_bytes())
    data[data.index(f"sessions/{sitting.SESSIONS[1]}.bin".encode()) + 200] ^= 1
    (folder / "example.record.zip").write_bytes(bytes(data))
    ours, other = verdicts(folder / "example.record.zip", ["authority"])
    assert "session_digest" in ours and other
    report = verify_file(folder / "example.record.zip", read_trust((folder / "trust.json").read_bytes()), None)
    place = f"session {sitting.SESSIONS[1]} ticket {sitting.CANDIDATES[1][1]} seat 02"
    assert place in {check.place for check in report.failures()}
