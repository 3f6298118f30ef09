"""Responses come back to the bank: signed matrices only, figures on the items, remarks closed by another person."""

from pathlib import Path

import pytest

from examserver.kernel.access import system_actor
from examserver.kernel.crypto.keys import KeyPair
from examserver.plumbing.work import open_work
from itembank.psychometrics.tables import parameters_of
from tests.itembank.psychometrics.sat import Sat


@pytest.fixture
def sat(tmp_path: Path) -> Sat:
    return Sat(tmp_path)


def test_figures_come_back_to_the_items_and_steer_assembly(sat: Sat) -> None:
    taken = sat.upload(sat.matrix(400))
    assert taken.status_code == 200, taken.text
    page = sat.analyse()
    assert page["analysis"]["persons"] == 400
    assert page["total"] == 10
    assert 0.5 < page["analysis"]["tests"][0]["alpha"] < 0.9
    by_code = {line["code"]: line["p"] for line in page["items"]}
    shares = [by_code[place["code"]] for place in sat.places]
    assert shares[0] > 0.7 > 0.35 > shares[-1]
    one = sat.analyst.get(f"/api/bank/items/{page['items'][0]['item']}/statistics").json
    assert {option["option"] for option in one["versions"][0]["figures"]["options"]} == {"A", "B"}
    assert one["versions"][0]["figures"]["seconds"] == [20, 20, 20]
    with open_work(sat.bank.world.runtimes["bank"], system_actor("test"), write=False) as work:
        parameters = parameters_of(work.session, sat.bank.id)
    assert len(parameters) == 10
    assert parameters[sat.places[0]["code"]].b < parameters[sat.places[-1]["code"]].b


def test_only_a_trusted_authority_may_hand_back_responses(sat: Sat) -> None:
    refused = sat.upload(sat.matrix(5, signer=KeyPair.generate()))
    assert refused.status_code >= 400
    assert sat.analyst.get(f"/api/bank/banks/{sat.bank.id}/matrices").json["matrices"] == []


def test_a_matrix_of_forms_from_elsewhere_is_refused(sat: Sat) -> None:
    items = [{"item": "i001", "code": "X", "version": 1, "max": "1"}]
    answer = sat.upload(sat.matrix(0, forms=[{"form": "frm_elsewhere", "items": items}]))
    assert answer.json["code"] == "matrix.other_bank"


def test_the_same_file_twice_and_a_regrade_count_once(sat: Sat) -> None:
    remark = {"code": sat.places[0]["code"], "version": 1, "text": "图看不清"}
    data = sat.matrix(150, [remark])
    assert sat.upload(data).json == sat.upload(data).json
    assert sat.upload(sat.matrix(150, [remark], run="run_2")).json["remarks"] == 0
    assert sat.analyse()["analysis"]["persons"] == 150
    assert sat.analyst.get(f"/api/bank/banks/{sat.bank.id}/remarks").json["open"] == 1


def test_a_remark_is_closed_once_by_somebody_else_and_the_item_leaves_the_pool(sat: Sat) -> None:
    code = sat.places[0]["code"]
    sat.upload(sat.matrix(20, [{"code": code, "version": 1, "text": "两个选项都对"}]))
    remark = sat.analyst.get(f"/api/bank/banks/{sat.bank.id}/remarks").json["remarks"][0]
    path = f"/api/bank/remarks/{remark['id']}/close"
    assert sat.analyst.post(path, {"action": "key_error", "note": ""}).json["code"] == "remark.note_missing"
    assert sat.bank.author.post(path, {"action": "no_change", "note": "没问题"}).status_code == 403
    closed = sat.analyst.post(path, {"action": "key_error", "note": "答案应为 B"})
    assert closed.json["state"] == "closed"
    assert sat.analyst.post(path, {"action": "no_change", "note": "再看"}).json["code"] == "remark.closed"
    lines = sat.bank.reviewer.get(f"/api/bank/banks/{sat.bank.id}/items?search={code}").json["items"]
    assert lines[0]["state"] == "returned"


def test_statistics_before_any_response_say_what_to_do(sat: Sat) -> None:
    page = sat.analyst.get(f"/api/bank/banks/{sat.bank.id}/statistics").json
    assert (page["analysis"], page["items"]) == (None, [])
    assert sat.analyst.post(f"/api/bank/banks/{sat.bank.id}/analyses").json["code"] == "statistics.none"


def test_staff_remark_too_and_a_grave_figure_opens_one_case(sat: Sat) -> None:
    page = sat.bank.reviewer.get(f"/api/bank/banks/{sat.bank.id}/items").json
    item = next(line for line in page["items"] if line["code"] == sat.places[1]["code"])
    said = sat.bank.reviewer.post(f"/api/bank/items/{item['id']}/remarks", {"text": "用词与现行标准不一致"})
    assert (said.json["source"], said.json["by"]) == ("staff", "Reviewer")
    sat.upload(sat.matrix(60, wrong_key=2))
    sat.analyse()
    sat.analyse()
    remarks = sat.analyst.get(f"/api/bank/banks/{sat.bank.id}/remarks").json["remarks"]
    raised = [one["code"] for one in remarks if one["source"] == "statistics"]
    assert raised.count(sat.places[2]["code"]) >= 1
    assert len(raised) == len({(one["code"], one["text"]) for one in remarks if one["source"] == "statistics"})
