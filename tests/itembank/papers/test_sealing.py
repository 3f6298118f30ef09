"""Nobody opens a paper alone, any enough custodians do, and sealing refuses what would break that."""

import json
import os
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examserver.kernel.archive import read_archive
from examserver.kernel.canonical import b64u, to_json
from examserver.kernel.crypto.keys import KeyPair
from examserver.kernel.crypto.seal import CannotOpen, seal_to
from examserver.kernel.crypto.shares import Share, join_shares
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.documents import sign_document
from examserver.kernel.errors import Refused
from itembank.papers import sealing
from itembank.papers.manifest import RELEASE_TYPE, Custodian, release_info
from itembank.papers.opening import (
    FormAltered,
    ReleaseNotForThis,
    ShareAltered,
    TooFewShares,
    join_form_key,
    make_release,
    open_form,
    open_key_package,
    open_release,
    open_share,
    read_key_package,
    read_release,
)
from tests.itembank.papers.build import NOW, Ceremony, ceremony, custodian_of, facts, form_document, forms_to_seal


@pytest.fixture(scope="module")
def paper() -> Ceremony:
    return ceremony()


def shares_at_hall(paper: Ceremony, who: tuple[int, ...], form: str = "frm_a") -> list[Share]:
    """What the hall holds after these custodians released a form."""
    releases = [
        make_release(
            paper.manifest, paper.custodians[n], paper.hall.sealing.public_raw, "sit_1", [form], f"token {n}", NOW
        )
        for n in who
    ]
    return [open_release(read_release(data), paper.manifest, paper.hall.sealing, "sit_1")[form] for data in releases]


def ciphertext(paper: Ceremony, form: str = "frm_a") -> bytes:
    return read_archive(paper.sealed.package)[f"forms/{form}.bin"]


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_any_threshold_of_custodians_open_and_fewer_cannot(data: st.DataObject) -> None:
    count = data.draw(st.integers(2, 6))
    threshold = data.draw(st.integers(2, count))
    paper = ceremony(threshold, count)
    who = data.draw(st.permutations(range(count)))
    shares = [open_share(paper.manifest, "frm_b", f"cus_{n:02}", paper.custodians[n].sealing) for n in who]
    key = join_form_key(paper.manifest, shares[:threshold])
    content = open_form(paper.manifest, "frm_b", ciphertext(paper, "frm_b"), key)
    assert {**form_document("frm_b", "B"), "salt": content["salt"]} == content
    with pytest.raises(TooFewShares):
        join_form_key(paper.manifest, shares[: threshold - 1])
    with pytest.raises(CannotOpen):
        too_few = join_shares(shares[: threshold - 1])
        open_form(paper.manifest, "frm_b", ciphertext(paper, "frm_b"), too_few)


def test_too_few_shares_fit_every_possible_key() -> None:
    """One share of a two-of-n key completes to any key at all, so it tells nothing about the true one."""
    paper = ceremony(2, 3)
    share = open_share(paper.manifest, "frm_a", "cus_00", paper.custodians[0].sealing)
    keys = {join_shares([share, Share(2, os.urandom(32))]) for _ in range(50)}
    assert len(keys) == 50


def test_the_order_of_custodians_does_not_matter(paper: Ceremony) -> None:
    keys = {join_form_key(paper.manifest, shares_at_hall(paper, who)) for who in permutations(range(3), 2)}
    assert len(keys) == 1


def test_more_shares_than_needed_give_the_same_key(paper: Ceremony) -> None:
    two, three = shares_at_hall(paper, (0, 1)), shares_at_hall(paper, (2, 1, 0))
    assert join_form_key(paper.manifest, two) == join_form_key(paper.manifest, three)


def test_the_same_share_twice_is_one_share(paper: Ceremony) -> None:
    with pytest.raises(TooFewShares):
        join_form_key(paper.manifest, shares_at_hall(paper, (1, 1)))


def test_a_release_opens_only_at_its_hall(paper: Ceremony) -> None:
    data = make_release(
        paper.manifest, paper.custodians[0], paper.hall.sealing.public_raw, "sit_1", ["frm_a"], "token", NOW
    )
    with pytest.raises(ReleaseNotForThis):
        open_release(read_release(data), paper.manifest, KeyPair.generate().sealing, "sit_1")
    with pytest.raises(ReleaseNotForThis):
        open_release(read_release(data), paper.manifest, paper.hall.sealing, "sit_2")


def test_a_release_for_another_paper_is_refused(paper: Ceremony) -> None:
    other = ceremony()
    data = make_release(
        other.manifest, other.custodians[0], paper.hall.sealing.public_raw, "sit_1", ["frm_a"], "token", NOW
    )
    with pytest.raises(ReleaseNotForThis):
        open_release(read_release(data), paper.manifest, paper.hall.sealing, "sit_1")


def test_a_custodian_cannot_release_in_anothers_name(paper: Ceremony) -> None:
    data = make_release(
        paper.manifest, paper.custodians[0], paper.hall.sealing.public_raw, "sit_1", ["frm_a"], "token", NOW
    )
    file = json.loads(data)
    file["body"]["custodian"] = "cus_01"
    with pytest.raises(ReleaseNotForThis):
        open_release(read_release(to_json(file)), paper.manifest, paper.hall.sealing, "sit_1")


def test_a_false_share_is_named(paper: Ceremony) -> None:
    true_release = json.loads(
        make_release(
            paper.manifest, paper.custodians[1], paper.hall.sealing.public_raw, "sit_1", ["frm_a"], "token", NOW
        )
    )
    body, hall = true_release["body"], paper.hall.sealing
    info = release_info(paper.manifest.paper, "frm_a", hall.id, "sit_1")
    false_share = to_json({"form": "frm_a", "index": 2, "value": b64u(bytes(32))})
    body["forms"] = [{"form": "frm_a", "share": b64u(seal_to(hall.public_raw, false_share, info))}]
    signer = Signer("custodian", "吴保管", paper.custodians[1].signing)
    data = sign_document(body, RELEASE_TYPE, 1, [signer])
    with pytest.raises(ShareAltered) as refusal:
        open_release(read_release(data), paper.manifest, hall, "sit_1")
    assert refusal.value.fields == {"custodian": "cus_01", "form": "frm_a"}


def test_another_forms_ciphertext_is_refused(paper: Ceremony) -> None:
    key = join_form_key(paper.manifest, shares_at_hall(paper, (0, 2)))
    with pytest.raises(FormAltered):
        open_form(paper.manifest, "frm_a", ciphertext(paper, "frm_b"), key)


def test_the_key_package_opens_for_grading_alone(paper: Ceremony) -> None:
    package = read_key_package(paper.sealed.keys)
    assert [form["form"] for form in open_key_package(package, paper.grading.sealing)] == ["frm_a", "frm_b", "frm_r"]
    with pytest.raises(CannotOpen):
        open_key_package(package, paper.hall.sealing)


def test_a_paper_reveals_no_item_text(paper: Ceremony) -> None:
    assert "下列说法".encode() not in paper.sealed.package + paper.sealed.keys
    assert b"DG4-" not in paper.sealed.package + paper.sealed.keys


def sealed_with(custodians: list[Custodian], **changes: object) -> None:
    signer = Signer("bank", "省级题库", KeyPair.generate().signing)
    grading = KeyPair.generate().sealing.public_raw
    sealing.seal_paper(facts(**changes), forms_to_seal(), custodians, grading, signer, os.urandom)  # type: ignore[arg-type]


def three() -> list[Custodian]:
    return [custodian_of(n, KeyPair.generate()) for n in range(3)]


@pytest.mark.parametrize(
    ("custodians", "changes"),
    [
        (three()[:1], {"threshold": 1}),
        (three(), {"threshold": 1}),
        (three(), {"threshold": 4}),
        ([*three(), custodian_of(0, KeyPair.generate())], {}),
        ([custodian_of(n, pair) for pair in [KeyPair.generate()] for n in range(2)], {}),
        (three(), {"not_before_ms": NOW, "expires_ms": NOW}),
    ],
    ids=["one custodian", "threshold one", "threshold too high", "same person", "same key", "dates"],
)
def test_a_sealing_that_would_break_a_rule_is_refused(custodians: list[Custodian], changes: dict[str, object]) -> None:
    with pytest.raises(Refused):
        sealed_with(custodians, **changes)
