"""Review and approval through the endpoints: three persons, verdicts kept, returned items come back as new versions."""

from pathlib import Path
from typing import Any

import pytest

from tests.itembank.bank import Bank, item_row, open_bank, spec_csv, spec_rows, workbook


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    opened = open_bank(tmp_path)
    assert opened.specify(spec_csv(spec_rows({"A": 100}, 4))).status_code == 200
    return opened


def items(bank: Bank, **filters: str) -> list[dict[str, Any]]:
    """The listed items."""
    found = bank.author.get(f"/api/bank/banks/{bank.id}/items", query_string=filters)
    assert found.json is not None
    lines: list[dict[str, Any]] = found.json["items"]
    return lines


def test_an_import_is_reviewed_and_approved_in_two_acts_by_two_more_persons(bank: Bank) -> None:
    import_id = bank.take(workbook([item_row(n) for n in range(120)]))
    verdict = {"import_id": import_id, "verdict": "accept", "comment": "齐全"}
    assert bank.approver.post("/api/bank/items/approve", verdict).json["code"] == "review.nothing_waiting"
    reviewed = bank.reviewer.post("/api/bank/items/review", verdict).json
    assert (reviewed["changed"], reviewed["state"], reviewed["skipped"]) == (120, "reviewed", [])
    approved = bank.approver.post("/api/bank/items/approve", verdict).json
    assert (approved["changed"], approved["state"]) == (120, "approved")
    version = bank.author.get(f"/api/bank/items/{items(bank)[0]['id']}").json["versions"][0]
    assert (version["author"], version["reviewer"], version["approver"]) == ("Author", "Reviewer", "Approver")
    assert [(one["stage"], one["verdict"], one["comment"]) for one in version["verdicts"]] == [
        ("review", "accept", "齐全"),
        ("approve", "accept", "齐全"),
    ]


def test_an_author_who_may_also_review_cannot_sign_their_own_items(bank: Bank) -> None:
    everything = bank.world.signed_in("bank", "allrounder", "item_author", "item_reviewer", "item_approver")
    own = bank.with_persons(author=everything)
    import_id = own.take(workbook([item_row(1), item_row(2)]))
    verdict = {"import_id": import_id, "verdict": "accept", "comment": ""}
    refused = everything.post("/api/bank/items/review", verdict)
    assert (refused.status_code, refused.json["code"]) == (409, "item.same_person")
    assert {line["state"] for line in items(bank)} == {"draft"}
    assert bank.reviewer.post("/api/bank/items/review", verdict).json["changed"] == 2
    assert everything.post("/api/bank/items/approve", verdict).json["code"] == "item.same_person"
    assert bank.approver.post("/api/bank/items/approve", verdict).json["changed"] == 2


def test_items_somebody_may_not_sign_are_named_and_the_others_signed(bank: Bank) -> None:
    everything = bank.world.signed_in("bank", "allrounder", "item_author", "item_reviewer")
    own = bank.with_persons(author=everything)
    bank.take(workbook([item_row(1)]))
    own.take(workbook([item_row(2)]))
    chosen = [line["id"] for line in items(bank)]
    done = everything.post("/api/bank/items/review", {"item_ids": chosen, "verdict": "accept"}).json
    assert done["changed"] == 1
    assert [(one["code"], one["reason"]) for one in done["skipped"]] == [("T-00002", "item.same_person")]


def revision(bank: Bank, item_id: str) -> dict[str, Any]:
    """A request that says again what the item's newest version says."""
    version = bank.author.get(f"/api/bank/items/{item_id}").json["versions"][0]
    content = version["content"]
    kept = {name: content[name] for name in ("type", "point", "stem", "options", "points")}
    return kept | {name: version[name] for name in ("key", "importance", "cognition", "difficulty", "source")}


def test_a_returned_item_comes_back_as_a_new_version_and_the_old_one_stays(bank: Bank) -> None:
    import_id = bank.take(workbook([item_row(1)]))
    item_id = items(bank)[0]["id"]
    silent = {"item_ids": [item_id], "verdict": "return", "comment": " "}
    assert bank.reviewer.post("/api/bank/items/review", silent).json["code"] == "item.comment_missing"
    returned = bank.reviewer.post("/api/bank/items/review", silent | {"comment": "选项 C 有歧义"}).json
    assert returned["state"] == "returned"
    change = revision(bank, item_id)
    change["options"][2]["content"][0]["text"] = "临时拆除保护"
    made = bank.author.post(f"/api/bank/items/{item_id}/versions", change)
    assert made.status_code == 200, made.text
    shown = made.json
    assert (shown["version"], shown["state"]) == (2, "draft")
    assert [version["version"] for version in shown["versions"]] == [2, 1]
    assert shown["versions"][1]["verdicts"][0]["comment"] == "选项 C 有歧义"
    assert shown["versions"][0]["digest"] != shown["versions"][1]["digest"]
    bank.sign(import_id)
    assert items(bank, state="enrolled")[0]["version"] == 2


def test_a_new_version_of_an_approved_item_must_be_signed_again(bank: Bank) -> None:
    bank.fill([item_row(1)])
    item_id = items(bank)[0]["id"]
    change = revision(bank, item_id)
    assert bank.author.post(f"/api/bank/items/{item_id}/versions", change).json["code"] == "item.unchanged"
    made = bank.author.post(f"/api/bank/items/{item_id}/versions", change | {"key": ["B"]})
    assert made.json["state"] == "draft"
    assert items(bank, state="enrolled") == []


def test_a_new_version_is_checked_like_an_import(bank: Bank) -> None:
    bank.take(workbook([item_row(1)]))
    item_id = items(bank)[0]["id"]
    stem = [{"kind": "text", "text": "<script>1</script>"}, {"kind": "figure", "asset": f"sha256:{0:064}", "alt": "x"}]
    bad = revision(bank, item_id) | {"point": "Z-9", "key": ["F"], "stem": stem}
    refused = bank.author.post(f"/api/bank/items/{item_id}/versions", bad)
    assert refused.status_code == 422
    found = {fault["code"] for fault in refused.json["fields"]["faults"]}
    assert found == {"text.markup", "key.outside", "point.unknown", "figure.missing"}


def test_a_new_version_cannot_become_another_item_of_the_bank(bank: Bank) -> None:
    bank.take(workbook([item_row(1), item_row(2)]))
    first, second = (line["id"] for line in items(bank))
    copied = bank.author.post(f"/api/bank/items/{second}/versions", revision(bank, first))
    assert copied.status_code == 422
    assert [fault["value"] for fault in copied.json["fields"]["faults"]] == ["T-00001"]


def test_a_retired_item_is_never_used_nor_revised_again(bank: Bank) -> None:
    bank.fill([item_row(1)])
    item_id = items(bank)[0]["id"]
    assert bank.author.post(f"/api/bank/items/{item_id}/retire", {"reason": "已公开"}).status_code == 403
    assert bank.approver.post(f"/api/bank/items/{item_id}/retire", {"reason": "已公开"}).json["state"] == "retired"
    refused = bank.author.post(f"/api/bank/items/{item_id}/versions", revision(bank, item_id) | {"key": ["B"]})
    assert refused.json["code"] == "item.wrong_state"


def test_items_are_found_by_state_type_point_and_words(bank: Bank) -> None:
    truth = item_row(3, 题型="判断题", 答案="×", 题干="对地电压为零", **BLANK)
    bank.take(workbook([item_row(1), item_row(2, "A-A-002"), truth]))
    assert len(items(bank, point="A-A-002")) == 1
    assert [line["type"] for line in items(bank, type="true_false")] == ["true_false"]
    assert len(items(bank, search="对地 电压")) == 1
    assert len(items(bank, search="T-0000")) == 3
    assert items(bank, search="100%_") == []


BLANK = dict.fromkeys(("选项A", "选项B", "选项C", "选项D"))
