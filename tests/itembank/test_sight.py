"""One rule decides what a person sees of items: whatever door an institution's people try, others' items stay shut."""

import io
from typing import Any

import pytest

from tests.itembank.bank import HEADERS, Bank, item_row, picture, workbook
from tests.itembank.test_workflow import House, good, refused
from tests.kit import Person

Json = dict[str, Any]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return House(tmp_path_factory.mktemp("sight"))


def text(words: str) -> list[Json]:
    return [{"kind": "text", "text": words}]


def single(code: str, words: str, **more: Any) -> Json:
    options = [{"id": letter, "content": text(f"{code} 的第 {letter} 项")} for letter in "ABCD"]
    item = {"code": code, "type": "single_response", "point": "A-A-001", "stem": text(words), "options": options}
    return item | {"key": ["A"], "importance": "X", "cognition": "apply", "difficulty": "0.6"} | more


def case(code: str, place: int, size: int = 2, **more: Any) -> Json:
    return {"case": {"code": code, "place": place, "size": size, "stimulus": text("某变压器额定 380V")} | more}


def write(bank: Bank, person: Person, item: Json) -> Json:
    made: Json = good(person.post(f"/api/bank/banks/{bank.id}/items", item))
    return made


def revision(code: str, words: str, **more: Any) -> Json:
    return {name: value for name, value in single(code, words, **more).items() if name != "code"}


def reads(house: House, action: str) -> list[Json]:
    return [one for one in house.reads() if one["action"] == action]


def test_nobody_joins_or_rewrites_a_case_whose_members_they_may_not_see(house: House) -> None:
    bank, writer = house.bank, house.writer
    secret = [write(bank, bank.author, single(f"S-{n}", f"绝密试题第 {n} 问？", **case("K1", n))) for n in (1, 2)]
    own = write(bank, writer, single("W-1", "自己的试题一道？"))
    theft = revision("W-1", "自己的试题一道？", **case("K1", 3, 3, for_all=True))
    answer = writer.post(f"/api/bank/items/{own['id']}/versions", theft)
    assert [fault["code"] for fault in answer.json["fields"]["faults"]] == ["case.closed"], answer.text
    checked = good(writer.post(f"/api/bank/banks/{bank.id}/items/check", theft | {"code": "W-1", "item": own["id"]}))
    assert [flaw["code"] for flaw in checked["flaws"]] == ["case.closed"]
    joined = single("W-2", "又一道自己的试题？", **case("K1", 2))
    assert refused(writer.post(f"/api/bank/banks/{bank.id}/items", joined)) == "item.flawed"
    assert refused(writer.get(f"/api/bank/items/{secret[0]['id']}")) == "item.missing"
    assert good(bank.author.get(f"/api/bank/items/{secret[0]['id']}"))["version"] == 1
    foreign = {"code": "W-1", "item": secret[0]["id"]}
    assert refused(writer.post(f"/api/bank/banks/{bank.id}/items/check", theft | foreign)) == "item.missing"


def test_an_item_stays_its_units_whoever_revises_it(house: House) -> None:
    bank, writer = house.bank, house.writer
    for n in (1, 2):
        write(bank, writer, single(f"C-{n}", f"学院自己的第 {n} 问？", **case("K2", n)))
    lines = good(writer.get(f"/api/bank/banks/{bank.id}/items", query_string={"case": "K2"}))["items"]
    change = revision("C-1", "学院自己的第 1 问？", **case("K2", 1, for_all=True, stimulus=text("另一台变压器")))
    good(bank.author.post(f"/api/bank/items/{lines[0]['id']}/versions", change))
    after = [good(writer.get(f"/api/bank/items/{line['id']}")) for line in lines]
    assert [(item["version"], item["state"]) for item in after] == [(2, "draft"), (2, "draft")]


def test_the_report_of_an_import_is_for_its_uploader_their_unit_and_the_authority(house: House) -> None:
    bank, stranger = house.bank, house.writer
    rows = [
        item_row(801),
        item_row(802),
        item_row(803) | {"答案": "Z"},
        item_row(801) | {"编号": "T-00999", "答案": "B"},
    ]
    made = good(bank.upload(workbook(rows)))
    path = f"/api/bank/imports/{made['id']}"
    doors = ("", "/pairs", f"/rows/{made['faults'][0]['row']}", "/report.csv")
    for door in doors:
        assert refused(stranger.get(path + door)) == "import.missing", door
    for act, body in (("accept", {"take_good_rows": True}), ("discard", {})):
        assert refused(stranger.post(f"{path}/{act}", body)) == "import.missing"
    assert good(stranger.get(f"/api/bank/banks/{bank.id}/imports"))["imports"] == []
    chief = house.bank.world.signed_in("bank", "chief", "item_author")
    for door in doors:
        assert chief.get(path + door, headers={"X-Exam-Purpose": "%E6%8A%BD%E6%9F%A5"}).status_code == 200
    kinds = ("import.report_read", "import.row_read", "import.pairs_read")
    told = [(one["purpose"], one["subject_name"]) for kind in kinds for one in reads(house, kind)[:1]]
    assert told == [("抽查", "items.xlsx")] * 3
    own = good(bank.with_persons(author=stranger).upload(workbook([item_row(804) | {"答案": "Z"}])))
    near = house.person("desk", house.college, "item_author")
    assert good(near.get(f"/api/bank/imports/{own['id']}"))["faulty"] == 1
    other = house.person("rival", house.company, "item_author")
    assert refused(other.get(f"/api/bank/imports/{own['id']}")) == "import.missing"
    assert refused(house.colleague.get(f"/api/bank/imports/{own['id']}")) == "import.missing"


def test_an_import_joins_no_case_of_others(house: House) -> None:
    bank = house.bank
    for n in (1, 2):
        write(bank, bank.author, single(f"D-{n}", f"第三组机密第 {n} 问？", **case("K3", n)))
    columns = (*HEADERS, "案例编号", "案例序号", "案例材料")
    row = item_row(820) | {"案例编号": "K3", "案例序号": "2/2", "案例材料": "猜测的材料"}
    checked = good(bank.with_persons(author=house.writer).upload(workbook([row], headers=columns)))
    assert [(fault["code"], fault["value"]) for fault in checked["faults"]] == [("case.closed", "K3")]


def test_whoever_may_not_read_an_item_may_not_retire_mark_or_decide_about_it(house: House) -> None:
    bank = house.bank
    first, second = (write(bank, bank.author, single(f"R-{n}", f"待停用的试题第 {n} 问？")) for n in (1, 2))
    stranger = house.person("elsewhere", house.college, "item_approver", "item_analyst")
    reason = {"reason": "看看答案"}
    assert refused(stranger.post(f"/api/bank/items/{first['id']}/retire", reason)) == "item.missing"
    pair = {"first": "R-1", "second": "R-2", "decision": "retire", "retired": "R-1"} | reason
    assert refused(stranger.post(f"/api/bank/banks/{bank.id}/pair-decisions", pair)) == "item.missing"
    assert refused(stranger.get(f"/api/bank/items/{first['id']}/statistics")) == "item.missing"
    assert refused(stranger.post(f"/api/bank/items/{first['id']}/remarks", {"text": "有误"})) == "item.missing"
    remark = good(bank.reviewer.post(f"/api/bank/items/{first['id']}/remarks", {"text": "选项 B 也对"}))
    listed = good(stranger.get(f"/api/bank/banks/{bank.id}/remarks"))
    assert (listed["remarks"], listed["open"]) == ([], 0)
    closing = {"action": "no_change", "note": "看看原文"}
    assert refused(stranger.post(f"/api/bank/remarks/{remark['id']}/close", closing)) == "remark.missing"
    assert good(bank.reviewer.get(f"/api/bank/banks/{bank.id}/remarks"))["open"] == 1
    retired = good(bank.approver.post(f"/api/bank/items/{second['id']}/retire", {"reason": "已公开"}))
    assert retired == {"id": second["id"], "code": "R-2", "version": 1, "state": "retired"}


def test_a_figure_is_for_who_may_see_an_item_that_holds_it_or_brought_it(house: House) -> None:
    bank, data = house.bank, picture("blue", 20)
    files = {"file": (io.BytesIO(data), "a.png")}
    path = f"/api/bank/banks/{bank.id}/assets"
    digest = good(bank.author.post(path, data=files, content_type="multipart/form-data"))["digest"]
    figure = {"kind": "figure", "asset": digest, "text": "接线图"}
    write(bank, bank.author, single("F-1", "图中何处接错？", stem=[*text("图中何处接错？"), figure]))
    show = f"/api/bank/figures/{digest}"
    assert refused(house.writer.get(show)) == "item.missing"
    assert bank.reviewer.get(show).data == data
    same = {"file": (io.BytesIO(data), "own.png")}
    good(house.writer.post(path, data=same, content_type="multipart/form-data"))
    assert house.writer.get(show).data == data
    write(bank, house.writer, single("F-2", "学院的图？", stem=[*text("学院的图中何处接错？"), figure]))
    assert house.person("artist", house.college, "item_author").get(show).data == data
    assert refused(house.person("copyist", house.company, "item_author").get(show)) == "item.missing"


def test_what_came_of_a_job_is_for_who_asked(house: House) -> None:
    bank = house.bank
    write(bank, bank.author, single("J-1", "导出的试题一道？"))
    asked = {"format": "xlsx", "purpose": "备份核对", "with_keys": True}
    job = good(bank.approver.post(f"/api/bank/banks/{bank.id}/exports", asked))["job"]
    bank.world.run_jobs()
    assert good(bank.approver.get(f"/api/bank/jobs/{job}"))["result"]["files"]
    assert good(bank.admin.get(f"/api/bank/jobs/{job}"))["result"]["files"]
    seen = good(house.writer.get(f"/api/bank/jobs/{job}"))
    assert (seen["state"], seen["result"], seen["error"], seen["note_zh"]) == ("done", None, None, "")
