"""Custody without the web: re-sealing keeps every form shut, possession is proven without a share."""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from examserver.kernel.archive import read_archive, write_archive
from examserver.kernel.canonical import b64u
from examserver.kernel.crypto.keys import KeyPair
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.documents import sign_document
from examserver.kernel.opener import Opener
from examserver.verify import verify_file
from itembank.papers.ceremony import RESEAL, Call, CallNotForThis, check_call, rebuilt_keys, released_shares, sign_call
from itembank.papers.fingerprint import CLASSIC, fingerprint_words
from itembank.papers.manifest import MANIFEST_NAME, MANIFEST_TYPE
from itembank.papers.opening import FormAltered, TooFewShares, make_release, open_share
from itembank.papers.possession import (
    Challenge,
    PossessionNotProven,
    check_possession,
    prove_possession,
    read_challenge,
    read_possession,
    sign_challenge,
)
from itembank.papers.resealing import NoKeyDigest, Resealed, reseal_paper
from tests.itembank.papers.build import HOUR, NOW, Ceremony, ceremony, custodian_of

BANK = "省级题库"


def call_of(paper: Ceremony, new: list[KeyPair], key: KeyPair, **changes: Any) -> Call:
    """A call to re-seal the paper for new custodians, any two of whom open it."""
    manifest = paper.manifest
    made = Call(
        ceremony="cer_1", kind=RESEAL, paper=manifest.paper, manifest_digest=manifest.digest,
        forms=tuple(form.form for form in manifest.forms), sealing_key=key.sealing.public_raw, opens_ms=NOW,
        closes_ms=NOW + HOUR, made_ms=NOW, reason="保管人调离", asked_by="acc_1", approved_by="acc_2",
        custodians=tuple(custodian_of(n + 3, pair) for n, pair in enumerate(new)), threshold=2, copies=0, place="",
    )  # fmt: skip
    return replace(made, **changes)


def resealed(paper: Ceremony, new: list[KeyPair], givers: int = 2) -> Resealed:
    """The paper after two of its custodians answered the call."""
    key = KeyPair.generate()
    call, manifest = call_of(paper, new, key), paper.manifest
    answers = [
        make_release(manifest, pair, key.sealing.public_raw, call.ceremony, call.forms, f"设备{n}", NOW)
        for n, pair in enumerate(paper.custodians[:givers])
    ]
    shares, releases = released_shares(call, manifest, answers, key.sealing)
    keys = rebuilt_keys(call, manifest, shares)
    who = [release.custodian for release in releases]
    return reseal_paper(paper.sealed.package, call, keys, who, Signer("bank", BANK, paper.bank.signing), NOW + 1)


@pytest.fixture(scope="module")
def paper() -> Ceremony:
    return ceremony()


@pytest.fixture(scope="module")
def new() -> list[KeyPair]:
    return [KeyPair.generate() for _ in range(3)]


def test_resealing_changes_no_byte_of_a_form_and_only_the_new_custodians_open_it(
    paper: Ceremony, new: list[KeyPair], tmp_path: Path
) -> None:
    made = resealed(paper, new)
    old, fresh = read_archive(paper.sealed.package), read_archive(made.package)
    assert {name: fresh[name] for name in fresh if name != MANIFEST_NAME} == {
        name: old[name] for name in old if name != MANIFEST_NAME
    }
    (tmp_path / "new.paper.zip").write_bytes(made.package)
    (tmp_path / "old.paper.zip").write_bytes(paper.sealed.package)
    opened = verify_file(tmp_path / "new.paper.zip", paper.trust, Opener(tuple(new[1:]), (tmp_path / "old.paper.zip",)))
    names = {check.name for check in opened.checks}
    assert opened.ok and {"form_content", "reseal_kept_forms", "resealed_by_two"} <= names, opened.failures()
    before = verify_file(tmp_path / "new.paper.zip", paper.trust, Opener(paper.custodians))
    assert before.ok and "form_opens" not in {check.name for check in before.checks}, "the old shares open nothing"


def test_one_custodian_alone_reseals_nothing(paper: Ceremony, new: list[KeyPair]) -> None:
    with pytest.raises(TooFewShares):
        resealed(paper, new, givers=1)


def test_a_wrong_key_is_told_from_the_right_one_without_opening_a_form(paper: Ceremony) -> None:
    key = KeyPair.generate()
    call = call_of(paper, [KeyPair.generate(), KeyPair.generate()], key)
    manifest = paper.manifest
    shares = {
        form: [open_share(manifest, form, f"cus_{n:02}", paper.custodians[n].sealing) for n in range(2)]
        for form in call.forms
    }
    first = shares[call.forms[0]]
    shares[call.forms[0]] = [first[0], replace(first[1], value=bytes(32))]
    with pytest.raises(FormAltered):
        rebuilt_keys(call, manifest, shares)


def test_a_package_without_key_digests_says_so(paper: Ceremony, new: list[KeyPair]) -> None:
    entries = read_archive(paper.sealed.package)
    body = json.loads(entries[MANIFEST_NAME])["body"]
    for form in body["forms"]:
        del form["key_digest"]
        for slot in form["slots"]:
            del slot["proof_key"]
    manifest = sign_document(body, MANIFEST_TYPE, 1, [Signer("bank", BANK, paper.bank.signing)])
    older = write_archive([(name, manifest if name == MANIFEST_NAME else data) for name, data in entries.items()])
    call = call_of(paper, new, KeyPair.generate())
    with pytest.raises(NoKeyDigest):
        reseal_paper(older, call, {}, [], Signer("bank", BANK, paper.bank.signing), NOW)


def test_the_verifier_names_a_reseal_by_one_person_or_of_other_forms(
    paper: Ceremony, new: list[KeyPair], tmp_path: Path
) -> None:
    entries = read_archive(resealed(paper, new).package)
    body = json.loads(entries[MANIFEST_NAME])["body"]
    body["reseal"]["approved_by"] = body["reseal"]["asked_by"]
    body["forms"][0]["plain_digest"] = body["forms"][1]["plain_digest"]
    manifest = sign_document(body, MANIFEST_TYPE, 1, [Signer("bank", BANK, paper.bank.signing)])
    files = [(name, manifest if name == MANIFEST_NAME else data) for name, data in entries.items()]
    (tmp_path / "forged.paper.zip").write_bytes(write_archive(files))
    (tmp_path / "old.paper.zip").write_bytes(paper.sealed.package)
    report = verify_file(tmp_path / "forged.paper.zip", paper.trust, Opener((), (tmp_path / "old.paper.zip",)))
    assert {check.name for check in report.failures()} == {"resealed_by_two", "reseal_kept_forms"}


def test_a_call_is_answered_for_its_paper_and_within_its_time_only(paper: Ceremony, new: list[KeyPair]) -> None:
    call = call_of(paper, new, KeyPair.generate())
    check_call(call, paper.manifest, NOW)
    for changed, now in (
        (call, NOW - 1),
        (call, NOW + HOUR),
        (replace(call, approved_by=call.asked_by), NOW),
        (replace(call, manifest_digest="sha256:" + "0" * 64), NOW),
    ):
        with pytest.raises(CallNotForThis):
            check_call(changed, paper.manifest, now)


def challenge_of(paper: Ceremony, number: int) -> Challenge:
    return Challenge(paper.manifest.paper, paper.manifest.digest, f"cus_{number:02}", os.urandom(32), NOW, NOW + HOUR)


def test_possession_is_proven_to_anybody_and_shows_no_share(paper: Ceremony, tmp_path: Path) -> None:
    asked = challenge_of(paper, 1)
    file = prove_possession(paper.manifest, paper.custodians[1], asked, "保管人的笔记本", NOW)
    check_possession(read_possession(file), paper.manifest, [b64u(asked.nonce)])
    share = open_share(paper.manifest, "frm_a", "cus_01", paper.custodians[1].sealing)
    assert b64u(share.value) not in file.decode()
    (tmp_path / "p.possession.json").write_bytes(file)
    (tmp_path / "p.paper.zip").write_bytes(paper.sealed.package)
    report = verify_file(tmp_path / "p.possession.json", paper.trust, Opener((), (tmp_path / "p.paper.zip",)))
    assert report.ok, report.failures()
    sealed = sign_challenge(asked, Signer("bank", BANK, paper.bank.signing))
    assert read_challenge(sealed) == asked
    (tmp_path / "c.challenge.json").write_bytes(sealed)
    assert verify_file(tmp_path / "c.challenge.json", paper.trust, None).ok
    call = sign_call(call_of(paper, [KeyPair.generate()], KeyPair.generate()), Signer("bank", BANK, paper.bank.signing))
    (tmp_path / "c.call.json").write_bytes(call)
    assert verify_file(tmp_path / "c.call.json", paper.trust, Opener((), (tmp_path / "p.paper.zip",))).ok


def test_an_old_answer_another_persons_or_a_made_up_one_proves_nothing(paper: Ceremony) -> None:
    asked, other = challenge_of(paper, 1), challenge_of(paper, 1)
    file = prove_possession(paper.manifest, paper.custodians[1], asked, "笔记本", NOW)
    with pytest.raises(PossessionNotProven):
        check_possession(read_possession(file), paper.manifest, [b64u(other.nonce)])
    with pytest.raises(PossessionNotProven):
        prove_possession(paper.manifest, paper.custodians[0], asked, "笔记本", NOW)
    body = json.loads(file)["body"]
    body["forms"][0]["proof"] = body["forms"][1]["proof"]
    forged = sign_document(body, "exam.possession", 1, [Signer("custodian", "吴保管", paper.custodians[1].signing)])
    with pytest.raises(PossessionNotProven):
        check_possession(read_possession(forged), paper.manifest, [b64u(asked.nonce)])


def test_the_words_of_a_fingerprint_are_256_different_characters() -> None:
    assert len(CLASSIC) == len(set(CLASSIC)) == 256
    pair = KeyPair.generate()
    words = fingerprint_words(pair.signing.public_raw, pair.sealing.public_raw)
    assert len(words) == 9 and words != fingerprint_words(pair.sealing.public_raw, pair.signing.public_raw)
