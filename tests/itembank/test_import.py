"""Import through the endpoints: faults are all listed, nothing goes in unseen, what goes in keeps its origin."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from examserver.kernel.access import system_actor
from examserver.kernel.canonical import digest
from examserver.plumbing.shared_tables import SHARED
from examserver.plumbing.work import open_work
from tests.itembank.bank import Bank, item_row, open_bank, picture, spec_csv, spec_rows, workbook
from tests.itembank.test_figures import archive

AREAS = {"A": 5, "B": 20, "C": 35, "D": 40}


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    opened = open_bank(tmp_path)
    assert opened.specify(spec_csv(spec_rows(AREAS, 5))).status_code == 200
    return opened


def thousand_rows() -> tuple[list[dict[str, Any]], dict[int, str]]:
    """The workbook of acceptance E1 and the expected code by row number in Excel."""
    rows = [item_row(n, f"{'ABCD'[n % 4]}-A-{n % 5 + 1:03d}") for n in range(1000)]
    planted: dict[int, str] = {}
    for place in (3, 111, 222, 333, 444, 555, 666):
        rows[place]["鉴定点"] = "Z-Z-999"
        planted[place + 2] = "point.unknown"
    for place in (10, 120, 230, 340, 450):
        rows[place]["答案"] = None
        planted[place + 2] = "key.missing"
    for place in (700, 710, 720, 730):
        rows[place]["题干"] = rows[place - 300]["题干"]
        planted[place + 2] = "stem.repeated"
    rows[999]["题干"] = "检修后应（　）。<script>fetch('/keys')</script>"
    planted[1001] = "text.markup"
    return rows, planted


def told(checked: dict[str, Any]) -> list[tuple[int, str]]:
    """Row and code of every fault."""
    return [(fault["row"], fault["code"]) for fault in checked["faults"]]


def count_items(bank: Bank, **filters: str) -> int:
    """Items matching the filters, as the list says."""
    found = bank.reviewer.get(f"/api/bank/banks/{bank.id}/items", query_string=filters)
    return int(found.json["total"]) if found.json else -1


def test_of_a_thousand_rows_983_go_in_and_17_are_listed(bank: Bank) -> None:
    rows, planted = thousand_rows()
    data = workbook(rows)
    checked = bank.upload(data).json
    assert (checked["rows"], checked["good"], checked["state"]) == (1000, 983, "checked")
    assert {fault["row"]: fault["code"] for fault in checked["faults"]} == planted
    assert len(checked["faults"]) == 17
    assert all(fault["reason_zh"] and fault["reason_en"] and fault["column"] for fault in checked["faults"])
    assert all(fault["suggestion_zh"] and fault["suggestion_en"] for fault in checked["faults"])
    assert count_items(bank) == 0, "nothing goes in before the person decides"
    bank.author.post(f"/api/bank/imports/{checked['id']}/accept", {"take_good_rows": True})
    assert count_items(bank, state="draft") == 983
    assert count_items(bank, state="approved") == 0
    one = bank.reviewer.get(f"/api/bank/banks/{bank.id}/items", query_string={"search": "T-00500"}).json
    item = bank.reviewer.get(f"/api/bank/items/{one['items'][0]['id']}").json
    assert item["versions"][0]["origin_row"] == 502
    assert item["versions"][0]["origin_file"] == digest(data)


def test_good_rows_wait_until_the_person_has_accepted_that_the_faulty_stay_out(bank: Bank) -> None:
    data = workbook([item_row(1), item_row(2, 答案="F")])
    checked = bank.upload(data).json
    refused = bank.author.post(f"/api/bank/imports/{checked['id']}/accept", {"take_good_rows": False})
    assert refused.status_code == 409
    assert refused.json["code"] == "import.faults_not_accepted"
    assert count_items(bank) == 0
    assert bank.author.post(f"/api/bank/imports/{checked['id']}/accept", {"take_good_rows": True}).status_code == 200
    again = bank.author.post(f"/api/bank/imports/{checked['id']}/accept", {"take_good_rows": True})
    assert again.json["code"] == "import.decided"
    assert count_items(bank) == 1


def test_a_discarded_import_leaves_no_item(bank: Bank) -> None:
    checked = bank.upload(workbook([item_row(1)])).json
    assert bank.author.post(f"/api/bank/imports/{checked['id']}/discard").json["state"] == "discarded"
    assert bank.author.post(f"/api/bank/imports/{checked['id']}/accept", {}).status_code == 409
    assert count_items(bank) == 0


def test_only_the_person_who_saw_the_faults_decides(bank: Bank) -> None:
    other = bank.world.signed_in("bank", "other", "item_author")
    checked = bank.upload(workbook([item_row(1)])).json
    refused = other.post(f"/api/bank/imports/{checked['id']}/accept", {"take_good_rows": True})
    assert refused.status_code == 403
    assert refused.json["code"] == "import.not_yours"


def test_items_already_in_the_bank_are_duplicates_in_the_next_file(bank: Bank) -> None:
    bank.take(workbook([item_row(1), item_row(2)]))
    second = [item_row(1), item_row(3, 题干=item_row(2)["题干"].replace("，", ",") + " "), item_row(4)]
    checked = bank.upload(workbook(second)).json
    assert told(checked) == [
        (2, "code.repeated"),
        (3, "stem.repeated"),
    ]
    assert checked["good"] == 1


def test_a_report_that_is_no_longer_true_cannot_be_accepted(bank: Bank) -> None:
    first = bank.upload(workbook([item_row(1)])).json
    second = bank.upload(workbook([item_row(1), item_row(2)])).json
    bank.author.post(f"/api/bank/imports/{first['id']}/accept", {"take_good_rows": True})
    refused = bank.author.post(f"/api/bank/imports/{second['id']}/accept", {"take_good_rows": True})
    assert refused.json["code"] == "import.bank_moved"
    assert count_items(bank) == 1


def test_a_bank_without_specification_takes_no_items(tmp_path: Path) -> None:
    empty = open_bank(tmp_path)
    refused = empty.upload(workbook([item_row(1)]))
    assert refused.status_code == 409
    assert refused.json["code"] == "import.no_specification"


def test_an_unknown_layout_is_told_with_the_known_ones(bank: Bank) -> None:
    refused = bank.upload(workbook([{"甲": 1}], headers=("甲", "乙")))
    assert refused.status_code == 422
    assert refused.json["code"] == "import.unknown_layout"
    assert "exam-workbook" in refused.json["next"]


def test_a_file_that_is_no_sheet_is_refused_in_words(bank: Bank) -> None:
    for data, code in {
        b"PK\x03\x04 cut off": "archive.broken",
        b"\xd0\xcf\x11\xe0 old": "import.unreadable",
        b"\x00\x01\x02\x03": "import.file_not_text",
        b"\xff\xfe\xfa": "import.unreadable",
    }.items():
        refused = bank.upload(data)
        assert (refused.status_code, refused.json["code"]) == (422, code)
        assert refused.json["message"]


def test_figures_travel_with_their_items(bank: Bank) -> None:
    red = picture("red")
    rows = [item_row(1, 图="a.png"), item_row(2, 题干="如图所示，该元件是（　）。"), item_row(3, 图="b.png")]
    checked = bank.upload(workbook(rows), figures=archive({"图/a.png": red})).json
    assert told(checked) == [
        (3, "figure.missing"),
        (4, "figure.missing"),
    ]
    bank.author.post(f"/api/bank/imports/{checked['id']}/accept", {"take_good_rows": True})
    shown = bank.author.get(f"/api/bank/figures/{digest(red)}")
    assert (shown.status_code, shown.mimetype, shown.data) == (200, "image/png", red)


def test_a_hostile_archive_of_figures_stops_the_import(bank: Bank) -> None:
    refused = bank.upload(workbook([item_row(1)]), figures=archive({"../../etc/cron.d/x.png": picture()}))
    assert refused.status_code == 422
    assert refused.json["code"] == "import.figures_refused"


def test_reading_items_leaves_a_trace(bank: Bank) -> None:
    bank.take(workbook([item_row(1)]))
    line = bank.reviewer.get(f"/api/bank/banks/{bank.id}/items").json["items"][0]
    bank.reviewer.get(f"/api/bank/items/{line['id']}")
    with open_work(bank.world.runtimes["bank"], system_actor("test"), write=False) as work:
        table = SHARED["bank"].audit
        actions = [row.action for row in work.session.execute(select(table).order_by(table.c.seq))]
    assert actions[-2:] == ["items.listed", "item.read"]
    assert {"import.checked", "import.accepted", "specification.imported"} <= set(actions)


def test_importing_needs_the_permission(bank: Bank) -> None:
    path = f"/api/bank/banks/{bank.id}/imports"
    refused = bank.reviewer.post(path, data={}, content_type="multipart/form-data")
    assert refused.status_code == 403


def test_a_slip_of_the_pen_is_told_the_nearest_known_word(bank: Bank) -> None:
    checked = bank.upload(workbook([item_row(1, "A-A-01"), item_row(2, 题型="单选提")])).json
    assert [fault["suggestion_zh"].split("？")[0] for fault in checked["faults"]] == ["是否为 A-A-001", "是否为 单选"]
