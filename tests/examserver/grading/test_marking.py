"""Answers that persons mark: two readings without names, a third where they are far apart, a run with the marks."""

import json
import os
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from examserver.grading.fsck import fsck
from examserver.grading.marking.agreement import far_apart, settled, wanted
from examserver.grading.marking.tables import MarkRow
from examserver.grading.marking.verify import verify_marks
from examserver.grading.recheck import agreed
from examserver.grading.verify import verify_result
from examserver.kernel.access import system_actor
from examserver.kernel.crypto.keys import KeyPair
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.opener import Opener
from examserver.plumbing.trust import trust_of
from examserver.plumbing.work import open_work
from examserver.rescore import verify_rescore
from itembank.papers.sealing import FormToSeal, seal_paper
from tests.examserver.authority import FORMS, ITEMS, Authority, build_record, make_authority, ok, refused, upload
from tests.itembank.papers.build import answer_key, custodian_of, facts, form_document
from tests.verify.independent_scoring import marked_points

Json = dict[str, Any]
RUBRIC = [
    {"id": "1", "title": "要点", "points": "3", "bands": [{"points": "3", "words": "完整"}]},
    {"id": "2", "title": "表述", "points": "1", "bands": []},
]
PROSE = {
    "code": "DG4-0011", "version": 1, "type": "short_answer", "key": [], "points": "2", "rule": "rubric",
    "scoring": {"rubric": RUBRIC, "model": [{"kind": "text", "text": "先试验电器"}]},
    "question": {"stem": [{"kind": "text", "text": "简述验电。"}], "interaction": {}, "stimulus": [], "assets": {}},
}  # fmt: skip


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """An authority whose paper asks for words."""
    return with_prose(make_authority(tmp_path))


def with_prose(made: Authority) -> Authority:
    """The authority with a paper that has, beside ten choices, one answer in words."""
    forms = []
    for form, name, reserve in FORMS:
        content, key = form_document(form, name, ITEMS), answer_key(form, ITEMS)
        prose = {"id": "i011", "code": "DG4-0011", "version": 1, "type": "short_answer", "points": "2", "stem": []}
        content["sections"][0]["items"].append(prose | {"options": [], "interaction": {"lines": 4, "longest": 400}})
        key["items"]["i011"] = PROSE
        forms.append(FormToSeal(form, name, reserve, content, key))
    custodians = [custodian_of(n, KeyPair.generate()) for n in range(3)]
    signer, grading = Signer("bank", "省级题库", made.bank.signing), made.runtime.keys.sealing.public_raw
    made.__dict__["sealed"] = seal_paper(facts(2), forms, custodians, grading, signer, os.urandom)
    return made


def held(authority: Authority) -> Json:
    """A sitting of three: two wrote something, one left it open; record and keys are in."""
    plan = authority.ordered_plan(3)
    written = {1: {"i011": "先在有电处试验电器。"}, 2: {"i011": "看看再说"}, 3: {"i011": None}}
    record = build_record(authority, authority.order(plan["id"]), {1: 6, 2: 6, 3: 6}, more=written)
    ok(upload(authority["grader"], "/api/authority/records", record, "x.record.zip"))
    ok(upload(authority["grader"], "/api/authority/key-packages", authority.sealed.keys, "x.keys.json"))
    return plan | {"record": record}


def graded(authority: Authority, plan: Json) -> Json:
    started = ok(authority["grader"].post(f"/api/authority/sittings/{plan['sitting']}/runs"))
    authority.world.run_jobs()
    return ok(authority["grader"].get(f"/api/authority/runs/{started['run']}"))


def question(authority: Authority) -> str:
    (found,) = ok(authority["one"].get("/api/authority/marking/questions"))["questions"]
    return str(found["id"])


def mark(authority: Authority, who: str, points: dict[str, dict[str, str]]) -> list[str]:
    """Mark everything that is offered, by what was written; gives the responses marked."""
    done, path = [], f"/api/authority/marking/questions/{question(authority)}/next"
    while (task := ok(authority[who].post(path)))["response"]:
        given = points[task["value"][:1]]
        ok(authority[who].post(f"/api/authority/marking/responses/{task['response']}/marks", {"points": given}))
        done.append(task["response"])
    return done


GOOD, POOR = {"1": "3", "2": "1"}, {"1": "0", "2": "0.5"}


def test_a_run_with_unmarked_answers_is_graded_and_can_not_be_approved(authority: Authority) -> None:
    run = graded(authority, held(authority))
    assert (run["state"], run["awaiting"], run["passed"]) == ("graded", 2, 3)
    said = refused(authority["first"].post(f"/api/authority/runs/{run['id']}/approvals"), "run.awaiting_marks")
    assert "2" in said["message"]
    result = ok(authority["grader"].get(f"/api/authority/runs/{run['id']}/results"))["results"][0]
    trace = ok(authority["grader"].get(f"/api/authority/results/{result['id']}"))["items"][-1]
    assert (trace["points"], trace["awaiting"], trace["max"]) == ("0", True, "2")


def test_two_persons_mark_without_names_and_a_later_run_takes_their_marks_in(
    authority: Authority, tmp_path: Path
) -> None:
    plan = held(authority)
    first = graded(authority, plan)
    shown = authority["one"].post(f"/api/authority/marking/questions/{question(authority)}/next").get_data(as_text=True)
    assert "考生" not in shown
    assert plan["sitting"] not in shown
    assert len(mark(authority, "one", {"先": GOOD, "看": POOR})) == 2
    assert mark(authority, "one", {"先": GOOD, "看": POOR}) == [], "nobody marks twice"
    assert len(mark(authority, "two", {"先": {"1": "2.5", "2": "1"}, "看": POOR})) == 2
    assert mark(authority, "three", {"先": GOOD, "看": POOR}) == [], "no third where two agree"
    progress = ok(authority["grader"].get(f"/api/authority/sittings/{plan['sitting']}/marking"))
    assert (progress["responses"], progress["settled"], progress["unmarked"]) == (2, 2, 0)
    run = graded(authority, plan)
    assert run["awaiting"] == 0 and run["marks_digest"]
    results = ok(authority["grader"].get(f"/api/authority/runs/{run['id']}/results"))["results"]
    assert [one["score"] for one in results] == ["7.88", "6.25", "6"], "3.75 of 4 are 1.88 of the form's 2 points"
    moves = ok(authority["grader"].get(f"/api/authority/runs/{run['id']}/comparison?with_run={first['id']}"))["moves"]
    assert [one["after"] for one in moves] == ["7.88", "6.25"]
    with open_work(authority.runtime, system_actor("test"), write=False) as work:
        assert [check for check in fsck(work) if not check.ok] == []
        row = work.session.scalars(select(MarkRow).limit(1)).one()
        row.total, row.points = "0", {"1": "0", "2": "0"}
        assert [check.name for check in fsck(work) if not check.ok] == ["marks_audited"], "a changed mark is named"
        work.session.rollback()
    verified(authority, plan, run, results, tmp_path)
    both = authority.world.signed_in("authority", "both", "assessor", "result_approver")
    with open_work(authority.runtime, system_actor("test")) as work:
        mark_row = work.session.scalars(select(MarkRow).limit(1)).one()
        was, mark_row.account = mark_row.account, ok(both.get("/api/authority/me"))["account_id"]
    refused(both.post(f"/api/authority/runs/{run['id']}/approvals"), "run.marker_may_not_approve")
    with open_work(authority.runtime, system_actor("test")) as work:
        work.session.get_one(MarkRow, mark_row.id).account = was
    for login in ("first", "second"):
        run = ok(authority[login].post(f"/api/authority/runs/{run['id']}/approvals"))
    assert run["state"] == "approved"


def verified(authority: Authority, plan: Json, run: Json, results: list[Json], folder: Path) -> None:
    """Result, marks and the whole sitting verify from their files, and without the marks the sitting does not."""
    get = authority["grader"].get
    files = {
        "r.record.zip": plan["record"],
        "k.keys.json": authority.sealed.keys,
        "s.sheet.json": get(f"/api/authority/runs/{run['id']}/sheet").data,
        "m.marks.json": get(f"/api/authority/runs/{run['id']}/marks").data,
        "x.result.json": get(f"/api/authority/results/{results[0]['id']}/document").data,
    }
    paths = {name: folder / name for name in files}
    for name, data in files.items():
        paths[name].write_bytes(data)
    with open_work(authority.runtime, system_actor("test"), write=False) as work:
        trust = trust_of(work)
    keys = authority.runtime.keys
    opener = Opener((KeyPair(keys.signing, keys.sealing),), tuple(paths.values()))
    assert verify_marks(paths["m.marks.json"], trust, None).ok
    checked = verify_result(paths["x.result.json"], trust, opener)
    assert checked.ok and "score_recomputed" in {check.name for check in checked.checks}
    assert verify_rescore(paths["r.record.zip"], trust, opener).ok
    body = json.loads(files["m.marks.json"])["body"]
    assert marked_points(PROSE, body["responses"][0]) == Decimal("1.88")


def test_marks_far_apart_ask_a_third_and_the_closest_two_count(authority: Authority) -> None:
    plan = held(authority)
    graded(authority, plan)
    mark(authority, "one", {"先": GOOD, "看": POOR})
    mark(authority, "two", {"先": {"1": "1", "2": "0"}, "看": POOR})
    progress = ok(authority["grader"].get(f"/api/authority/sittings/{plan['sitting']}/marking"))
    assert (progress["settled"], progress["third"]) == (1, 1)
    task = ok(authority["three"].post(f"/api/authority/marking/questions/{question(authority)}/next"))
    assert task["third"] is True
    mark(authority, "three", {"先": {"1": "3", "2": "0.5"}})
    run = graded(authority, plan)
    results = ok(authority["grader"].get(f"/api/authority/runs/{run['id']}/results"))["results"]
    assert results[0]["score"] == "7.88", "4 and 3.5 are closest: 3.75 of 4"


def test_points_outside_the_rubric_and_strangers_are_refused(authority: Authority) -> None:
    graded(authority, held(authority))
    task = ok(authority["one"].post(f"/api/authority/marking/questions/{question(authority)}/next"))
    path = f"/api/authority/marking/responses/{task['response']}/marks"
    for points in ({"1": "4", "2": "0"}, {"1": "1"}, {"1": "1", "2": "0.333"}, {"1": "x", "2": "0"}, GOOD | {"9": "1"}):
        refused(authority["one"].post(path, {"points": points}), "marking.points")
    assert authority["first"].post(path, {"points": GOOD}).status_code == 403
    ok(authority["one"].post(path, {"points": GOOD}))
    refused(authority["one"].post(path, {"points": GOOD}), "marking.done")


MARKS = st.lists(st.decimals(0, 4, places=1), min_size=3, max_size=3)


@given(MARKS, st.integers(0, 100))
def test_three_ways_of_agreeing_never_differ(marks: list[Decimal], percent: int) -> None:
    count = 2 + far_apart(marks[0], marks[1], Decimal(4), percent)
    used = marks[:count]
    assert wanted(used, Decimal(4), percent) == 0
    points = settled(used, Decimal(4), percent)
    assert points is not None and min(used) <= points <= max(used)
    line = {"marks": [{"1": str(one)} for one in used], "limit_percent": percent}
    full = PROSE | {"points": "4"}
    assert agreed(line["marks"], Fraction(4), percent) == Fraction(points)
    assert marked_points(full, line) == points
