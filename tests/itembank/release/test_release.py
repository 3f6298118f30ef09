"""Public release: a draw of two persons that replays, items that become public, and nothing else said (E3)."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examserver.kernel.access import system_actor
from examserver.kernel.canonical import digest_of
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.documents import Trust, sign_document
from examserver.kernel.seeds import Draw
from examserver.plumbing.trust import trust_of
from examserver.plumbing.work import open_work
from itembank.assembly.tables import forms_of, sections_of
from itembank.release.draw import Eligible, count_to_draw, draw_released, read_ratio
from itembank.release.verify import verify_public_release
from tests.itembank.bank import Bank, item_row, open_bank, spec_csv, spec_rows

Json = dict[str, Any]


def filled(folder: Path, items: int) -> Bank:
    """A ready bank with so many enrolled items on twenty points."""
    bank = open_bank(folder)
    assert bank.specify(spec_csv(spec_rows({"A": 100}, 20))).status_code == 200
    bank.fill([item_row(n, f"A-A-{(n - 1) % 20 + 1:03d}") for n in range(1, items + 1)])
    return bank


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    return filled(tmp_path, 20)


BLUEPRINT: Json = {
    "name": "小卷",
    "total_points": "8",
    "duration_s": 3600,
    "cut_score": "5",
    "sections": [{"type": "single_response", "title": "单选题", "points_each": "1"}],
    "cells": [{"area": "A", "type": "single_response", "count": 8}],
    "max_overlap": 0,
}


def propose(bank: Bank, **changes: Any) -> Any:
    """The answer to a proposal of a fifth of the bank."""
    body = {"ratio": "0.2", "types": [], "area": "", "reason": "条件成熟，按比例公开"} | changes
    return bank.keeper.post(f"/api/bank/banks/{bank.id}/releases", body)


def draw(bank: Bank, proposal: Json, words: str = "今日天气晴") -> Any:
    """The answer to the approver's draw."""
    return bank.approver.post(f"/api/bank/releases/{proposal['id']}/draw", {"words": words})


def test_a_fifth_of_three_hundred_items_is_drawn_published_and_replays(tmp_path: Path) -> None:
    bank = filled(tmp_path, 300)
    proposal = propose(bank).json
    assert (proposal["eligible"], proposal["count"], proposal["hidden"]) == (300, 60, "")
    drawn = draw(bank, proposal).json
    assert len(set(drawn["codes"])) == 60
    visitor = bank.world.public()
    listed = visitor.get("/api/bank/public/releases").json["releases"]
    assert [(one["items"], one["eligible"]) for one in listed] == [(60, 300)]
    file = tmp_path / "x.publication.json"
    file.write_bytes(visitor.get(f"/api/bank/public/releases/{drawn['id']}/document").data)
    body = json.loads(file.read_bytes())["body"]
    again = Draw(f"{body['hidden']}/{body['words']}", "public-release").sample(body["eligible"], 60)
    opened = [
        digest_of([one["content"]["code"], one["version"], one["salt"]], "exam.release-mark", 1)
        for one in body["items"]
    ]
    assert sorted(opened) == sorted(again)
    report = verify_public_release(file, bank_trust(bank), None)
    assert report.ok, report.failures()


def bank_trust(bank: Bank) -> Trust:
    """A trust list with the bank's own key."""
    with open_work(bank.world.runtimes["bank"], system_actor("test"), write=False) as work:
        return trust_of(work)


def test_keys_of_items_that_were_not_drawn_never_leave(bank: Bank) -> None:
    drawn = draw(bank, propose(bank).json).json
    text = bank.world.public().get(f"/api/bank/public/releases/{drawn['id']}/document").data.decode()
    body = json.loads(text)["body"]
    said = {item["content"]["code"] for item in body["items"]}
    assert said == set(drawn["codes"])
    others = bank.reviewer.get(f"/api/bank/banks/{bank.id}/items").json["items"]
    unsaid = [one for one in others if one["code"] not in said]
    assert len(unsaid) == 16
    assert not any(one["code"] in text or one["stem"] in text for one in unsaid)


def test_released_items_are_never_drawn_twice(bank: Bank) -> None:
    first = draw(bank, propose(bank).json).json["codes"]
    second = propose(bank).json
    assert second["eligible"] == 16
    assert not set(draw(bank, second).json["codes"]) & set(first)


def test_one_person_cannot_release_alone(bank: Bank) -> None:
    both = bank.world.signed_in("bank", "both", "bank_keeper", "item_approver")
    proposal = propose(bank.with_persons(keeper=both)).json
    refused = both.post(f"/api/bank/releases/{proposal['id']}/draw", {"words": "今日天气晴"})
    assert refused.json["code"] == "publication.same_person"
    assert bank.author.post(f"/api/bank/releases/{proposal['id']}/draw", {"words": "今日天气晴"}).status_code == 403
    assert draw(bank, proposal, "短").json["code"] == "publication.words"


def test_a_changed_bank_stops_the_draw_and_a_second_click_changes_nothing(bank: Bank) -> None:
    proposal = propose(bank).json
    assert propose(bank).json["code"] == "publication.open"
    assert draw(bank, proposal).status_code == 200
    assert draw(bank, proposal).json["code"] == "publication.decided"
    other = propose(bank).json
    item = bank.approver.get(f"/api/bank/banks/{bank.id}/items?state=enrolled").json["items"]
    free = next(one for one in item if one["standing"] == "normal")
    assert bank.approver.post(f"/api/bank/items/{free['id']}/retire", {"reason": "不再适用"}).status_code == 200
    assert draw(bank, other).json["code"] == "publication.bank_changed"
    withdrawn = bank.keeper.post(f"/api/bank/releases/{other['id']}/withdraw")
    assert withdrawn.json["state"] == "withdrawn"


def test_nobody_can_make_the_draw_a_choice(bank: Bank) -> None:
    assert propose(bank, ratio="1").json["code"] == "publication.above_policy"
    assert propose(bank, area="A-A-001").json["code"] == "publication.area"
    assert propose(bank, types=["ordering"]).json["code"] == "publication.too_few"
    assert propose(bank, area="A").json["eligible"] == 20


def test_items_of_a_paper_still_to_be_sat_are_never_released(bank: Bank) -> None:
    made = bank.assemble(BLUEPRINT, 1, 0, "s")
    path = f"/api/bank/assemblies/{made['id']}"
    with open_work(bank.world.runtimes["bank"], system_actor("test"), write=False) as work:
        forms = forms_of(work.session, made["id"])
        codes = {item.code for form in forms for part in sections_of(form) for item in part.items}
    assert len(codes) == 8
    proposal = propose(bank).json
    assert bank.releaser.post(f"{path}/approve").status_code == 200
    assert draw(bank, proposal).json["code"] == "publication.bank_changed", "it was approved after the proposal"
    bank.keeper.post(f"/api/bank/releases/{proposal['id']}/withdraw")
    again = propose(bank).json
    assert again["eligible"] == 12
    assert not set(draw(bank, again).json["codes"]) & codes


def test_before_the_draw_nothing_is_public(bank: Bank) -> None:
    proposal = propose(bank).json
    visitor = bank.world.public()
    assert visitor.get("/api/bank/public/releases").json["releases"] == []
    assert visitor.get(f"/api/bank/public/releases/{proposal['id']}").status_code == 404


@pytest.mark.parametrize("ratio", ["0", "1.5", "-0.2", "abc", "0.00001", "NaN"])
def test_an_impossible_ratio_is_refused(ratio: str, bank: Bank) -> None:
    assert propose(bank, ratio=ratio).json["code"] == "publication.ratio"


def changed(body: Json, part: str) -> None:
    """One way to cheat."""
    if part == "items":
        body["items"][0] = body["items"][1]
    elif part == "eligible":
        body["eligible"].pop()
    elif part == "hidden":
        body["hidden"] = "0" * 32
    elif part == "words":
        body["words"] += "。"
    else:
        body["items"][0]["content"]["points"] = "2"


@pytest.mark.parametrize(
    ("part", "check"),
    [
        ("items", "draw_replays"),
        ("eligible", "eligible_fixed"),
        ("hidden", "hidden_word_committed"),
        ("words", "draw_replays"),
        ("content", "item_content"),
    ],
)
def test_even_the_bank_cannot_sign_a_cheated_release(bank: Bank, tmp_path: Path, part: str, check: str) -> None:
    drawn = draw(bank, propose(bank).json).json
    visitor = bank.world.public()
    body = json.loads(visitor.get(f"/api/bank/public/releases/{drawn['id']}/document").data)["body"]
    changed(body, part)
    key = bank.world.runtimes["bank"].keys.signing
    file = tmp_path / "x.publication.json"
    file.write_bytes(sign_document(body, "exam.public-release", 1, [Signer("bank", "题库", key)]))
    failed = {one.name for one in verify_public_release(file, bank_trust(bank), None).failures()}
    assert check in failed


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 400), st.integers(1, 10_000), st.text(max_size=20))
def test_the_count_is_the_ratio_and_the_draw_repeats(size: int, share: int, words: str) -> None:
    ratio = read_ratio(str(share / 10_000))
    eligible = [Eligible(f"Q{n:04d}", 1, "salt") for n in range(size)]
    if ratio * size < ratio.__class__("0.5"):
        return
    count = count_to_draw(ratio, size)
    assert abs(count - float(ratio) * size) <= 0.5
    words = "".join(mark for mark in words if mark.isprintable() and ord(mark) < 0x3000)
    first = draw_released(f"x/{words!a}", eligible, count)
    assert first == draw_released(f"x/{words!a}", list(reversed(eligible)), count)
    assert len({one.code for one in first}) == count
