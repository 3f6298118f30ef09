"""The response matrix: only of approved results, naming nobody, with the time each item took and the remarks."""

import json
from pathlib import Path

import pytest

from examserver.grading.matrices.matrix import Line, MatrixFacts, matrix_body, remarks_of
from examserver.grading.matrices.verify import verify_matrix
from examserver.grading.record import time_spent
from examserver.kernel.access import system_actor
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.documents import sign_document
from examserver.plumbing.trust import trust_of
from examserver.plumbing.work import open_work
from tests.examserver.authority import Authority, make_authority, refused

Json = dict[str, object]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return make_authority(tmp_path)


def test_only_approved_results_leave_and_they_name_nobody(authority: Authority, tmp_path: Path) -> None:
    graded = authority.graded(4, {1: 10, 2: 6, 3: 5, 4: 0})
    path = f"/api/authority/runs/{graded.run}/matrix"
    refused(authority["grader"].get(path), "run.not_graded")
    for login in ("first", "second"):
        authority[login].post(f"/api/authority/runs/{graded.run}/approvals")
    file = tmp_path / "x.matrix.json"
    file.write_bytes(authority["grader"].get(path).data)
    body = json.loads(file.read_bytes())["body"]
    points = sorted(sum(int(answer[1]) for answer in person["answers"]) for person in body["persons"])
    assert points == [0, 5, 6, 10]
    order = json.loads(authority.order(graded.plan["id"]))["body"]
    text = file.read_text("utf-8")
    for one in order["candidates"]:
        assert one["ticket"] not in text
        assert one["name"] not in text
        assert one["candidate"] not in text
    with open_work(authority.runtime, system_actor("test"), write=False) as work:
        report = verify_matrix(file, trust_of(work), None)
    assert report.ok, report.failures()


def test_two_matrices_of_one_run_stand_in_another_order(authority: Authority) -> None:
    graded = authority.approved(6, {n: n for n in range(1, 7)})
    path = f"/api/authority/runs/{graded.run}/matrix"
    orders = {authority["grader"].get(path).data for _ in range(6)}
    assert len(orders) > 1


def test_a_matrix_that_names_somebody_or_lacks_answers_is_told(authority: Authority, tmp_path: Path) -> None:
    graded = authority.approved(2)
    body = json.loads(authority["grader"].get(f"/api/authority/runs/{graded.run}/matrix").data)["body"]
    body["persons"][0]["ticket"] = "20261122"
    body["persons"][1]["answers"].pop()
    file = tmp_path / "x.matrix.json"
    signer = Signer("authority", "authority", authority.runtime.keys.signing)
    file.write_bytes(sign_document(body, "exam.response-matrix", 1, [signer]))
    with open_work(authority.runtime, system_actor("test"), write=False) as work:
        failed = {check.name for check in verify_matrix(file, trust_of(work), None).failures()}
    assert failed == {"pseudonymous", "answers_complete"}


def entry(item: str, received_ms: int) -> Json:
    """One step of a session as the record holds it."""
    return {"step": {"item": item}, "received_ms": received_ms}


def test_time_counts_for_the_item_of_the_next_step_and_a_long_pause_counts_as_ten_minutes() -> None:
    entries = [entry("i1", 0), entry("i1", 4_000), entry("i2", 9_000), entry("i1", 2_000_000)]
    assert time_spent(entries) == {"i1": 604_000, "i2": 5_000}


FACTS = MatrixFacts("sit", "run", "ppr", "sha256:x", 1, "6-31-01-03", "4", "S0", 5)


def result(session: str, value: object) -> Json:
    """The body of a result with one item."""
    item = {"item": "i001", "code": "Q1", "version": 1, "max": "1", "value": value, "points": "0"}
    return {"session": session, "form": "frm_1", "items": [item]}


@pytest.mark.parametrize(
    ("value", "told"),
    [("A", "A"), ("", None), (None, None), ([], None), (["A", "B"], ["A", "B"]), ("长" * 201, None)],
)
def test_long_answers_stay_behind(value: object, told: object) -> None:
    body = matrix_body(FACTS, [Line(result("s", value), {"i001": 7}, {})], [], b"salt")
    assert body["persons"][0]["answers"] == [[told, "0", 7]]


def test_remarks_go_over_by_code_without_who_made_them() -> None:
    incidents = [
        {"kind": "item_remark", "session": "s1", "text": "i001: 图看不清: 第二行", "by": "seat:07"},
        {"kind": "item_remark", "session": "s1", "text": "i999: 没有这道题"},
        {"kind": "note", "session": "s1", "text": "i001: 监考员的话"},
    ]
    items = {"frm_1": {"i001": {"code": "Q1", "version": 3}}}
    assert remarks_of(incidents, {"s1": "frm_1"}, items) == [{"code": "Q1", "version": 3, "text": "图看不清: 第二行"}]
