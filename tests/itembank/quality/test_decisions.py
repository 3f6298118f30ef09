"""Alike items of a bank stand side by side; what a person decides is recorded and holds until an item is revised."""

from pathlib import Path
from typing import Any

import pytest

from examserver.kernel.access import system_actor
from examserver.plumbing.work import open_work
from itembank.quality.tables import enemy_pairs
from tests.itembank.bank import Bank, item_row, open_bank, spec_csv, spec_rows, workbook

STEM = "三相异步电动机直接起动时起动电流过大，可以采取的措施是（　）。"
OTHER = "三相异步电动机直接起动时起动电流过大，应当采取的措施是（　）。"


def row(number: int, stem: str, **changes: Any) -> dict[str, Any]:
    """An item with this stem and options like those of every other here."""
    options = {"选项A": "降压起动", "选项B": "直接送电", "选项C": "拆除保护", "选项D": "加大负载"}
    return item_row(number, "A-A-001", 题干=stem, **(options | changes))


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    """Item 2 is near item 1; item 3 contradicts item 2, which only another identity rule lets in."""
    opened = open_bank(tmp_path)
    assert opened.specify(spec_csv(spec_rows({"A": 100}, 5))).status_code == 200
    opened.take(workbook([row(1, STEM), row(2, OTHER), row(4, "兆欧表用来测量什么（　）。", 选项A="绝缘电阻")]))
    text = "J,P,I,Q,T,A,B,C,D\n"
    text += f"LK1,A-A-001,MC1-0003,{OTHER},B,降压起动,直接送电,拆除保护,加大负载与转速\n"
    opened.take(text.encode(), mapping="crac-2025")
    return opened


def compared(bank: Bank, **query: Any) -> Any:
    """The newest comparison."""
    return bank.reviewer.get(f"/api/bank/banks/{bank.id}/comparison", query_string=query)


def compare(bank: Bank) -> Any:
    """A new comparison, run to its end."""
    started = bank.reviewer.post(f"/api/bank/banks/{bank.id}/comparisons", {"ratio": 85})
    assert started.status_code == 200, started.text
    bank.world.run_jobs()
    return compared(bank).json


def decide(bank: Bank, person: Any, first: str, second: str, decision: str, **more: str) -> Any:
    """The answer to a decision."""
    body = {"first": first, "second": second, "decision": decision, "reason": "角度不同"} | more
    return person.post(f"/api/bank/banks/{bank.id}/pair-decisions", body)


def test_alike_items_are_decided_about_and_stay_decided(bank: Bank) -> None:
    assert compared(bank).json["code"] == "comparison.missing"
    found = compare(bank)
    pairs = [(one["pair"]["a"], one["pair"]["b"], one["pair"]["kind"]) for one in found["pairs"]]
    assert ("T-00001", "T-00002", "near_stem") in pairs
    assert found["open"] == found["total"] == len(pairs)
    assert found["pairs"][0]["pair"]["item_a"]["stem"] and found["items"] == 4
    refused = decide(bank, bank.author, "T-00001", "T-00002", "enemies")
    assert refused.status_code == 403
    assert (
        decide(bank, bank.reviewer, "T-00001", "T-00002", "keep", reason=" ").json["code"]
        == "comparison.reason_missing"
    )
    assert decide(bank, bank.reviewer, "T-00002", "T-00001", "enemies").status_code == 200
    assert compared(bank).json["open"] == found["open"] - 1
    (held,) = compared(bank, decided=True).json["pairs"]
    assert (held["decision"]["decision"], held["decision"]["reason"]) == ("enemies", "角度不同")
    with open_work(bank.world.runtimes["bank"], system_actor("test"), write=False) as work:
        assert enemy_pairs(work.session, bank.id) == {frozenset({"T-00001", "T-00002"})}


def test_only_who_may_retire_items_retires_one_of_a_pair(bank: Bank) -> None:
    compare(bank)
    assert decide(bank, bank.reviewer, "T-00001", "T-00002", "retire", retired="T-00001").status_code == 403
    assert decide(bank, bank.approver, "T-00001", "T-00002", "retire", retired="T-00004").status_code == 404
    assert decide(bank, bank.approver, "T-00001", "T-00002", "retire", retired="T-00001").status_code == 200
    left = [{one["pair"]["a"], one["pair"]["b"]} for one in compared(bank).json["pairs"]]
    assert all("T-00001" not in pair for pair in left)
    listed = bank.reviewer.get(f"/api/bank/banks/{bank.id}/items", query_string={"state": "retired"}).json
    assert [item["code"] for item in listed["items"]] == ["T-00001"]


def test_a_contradiction_in_a_file_is_told_beside_the_item_it_contradicts(bank: Bank) -> None:
    again = row(9, STEM, 答案="B")
    checked = bank.upload(workbook([again])).json
    assert [(fault["row"], fault["code"]) for fault in checked["faults"]] == [(2, "stem.repeated")]
    assert [(one["row"], one["code"]) for one in checked["warnings"] if one["code"] == "item.contradiction"] == [
        (2, "item.contradiction")
    ]
    assert checked["totals"]["conflicts"] == 1
    page = bank.author.get(f"/api/bank/imports/{checked['id']}/pairs").json
    assert [(one["a"], one["b"]) for one in page["pairs"] if one["kind"] == "contradiction"] == [("T-00001", "T-00009")]
    report = bank.author.get(f"/api/bank/imports/{checked['id']}/report.csv").data.decode("utf-8-sig")
    assert "stem.repeated" in report and "item.contradiction" in report


def test_a_pair_of_which_one_is_not_there_cannot_be_decided(bank: Bank) -> None:
    assert decide(bank, bank.reviewer, "T-00001", "nobody", "keep").status_code == 404
