"""Grading through the real application: records, keys, runs, approvals, and what an insider cannot hide."""

import json
from pathlib import Path

import pytest
from sqlalchemy import update

from examserver.grading.fsck import fsck
from examserver.grading.tables import ResultRow
from examserver.grading.verify import verify_result, verify_result_sheet
from examserver.kernel.access import system_actor
from examserver.kernel.crypto.keys import KeyPair
from examserver.kernel.opener import Opener
from examserver.planning.tables import load_plan
from examserver.plumbing.trust import trust_of
from examserver.plumbing.work import open_work
from tests.examserver.authority import Authority, build_record, make_authority, ok, refused, upload


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return make_authority(tmp_path)


def failures(authority: Authority) -> list[str]:
    """The failed checks of grading's fsck, as places and details."""
    with open_work(authority.runtime, system_actor("test"), write=False) as work:
        return [f"{check.place}: {check.detail}" for check in fsck(work) if not check.ok]


def test_a_sitting_is_graded_with_a_trace_for_every_item(authority: Authority) -> None:
    graded = authority.graded(4, {1: 10, 2: 6, 3: 5, 4: 0})
    run = ok(authority["grader"].get(f"/api/authority/runs/{graded.run}"))
    assert (run["state"], run["graded"], run["passed"]) == ("graded", 4, 2)
    results = ok(authority["grader"].get(f"/api/authority/runs/{graded.run}/results"))["results"]
    assert [(one["score"], one["passed"]) for one in results] == [("10", True), ("6", True), ("5", False), ("0", False)]
    trace = ok(authority["grader"].get(f"/api/authority/results/{results[2]['id']}"))
    assert [one["points"] for one in trace["items"]] == ["1"] * 5 + ["0"] * 5
    assert trace["items"][0]["step"]["seq"] == 11
    assert trace["items"][0]["value"] == "B"
    assert not failures(authority)


def test_names_are_masked_in_result_lists(authority: Authority) -> None:
    graded = authority.graded(2)
    shown = ok(authority["grader"].get(f"/api/authority/runs/{graded.run}/results"))["results"]
    assert all(one["name_masked"].startswith("考") and one["name_masked"].endswith("**") for one in shown)


def test_grading_waits_for_the_record_and_the_keys(authority: Authority) -> None:
    plan = authority.ordered_plan(2)
    path = f"/api/authority/sittings/{plan['sitting']}/runs"
    refused(authority["grader"].post(path), "record.missing")
    record = build_record(authority, authority.order(plan["id"]), {})
    ok(upload(authority["grader"], "/api/authority/records", record, "x.record.zip"))
    refused(authority["grader"].post(path), "keys.missing")


def test_a_record_without_every_countersignature_is_refused(authority: Authority) -> None:
    plan = authority.ordered_plan(2)
    record = build_record(authority, authority.order(plan["id"]), {}, signers=2)
    said = refused(upload(authority["grader"], "/api/authority/records", record, "x.zip"), "record.rejected")
    assert "quality_supervisor" in said["message"]


def test_an_altered_record_is_refused_and_the_same_record_again_changes_nothing(authority: Authority) -> None:
    plan = authority.ordered_plan(2)
    record = build_record(authority, authority.order(plan["id"]), {})
    spoiled = bytearray(record)
    spoiled[len(record) // 2] ^= 1
    assert upload(authority["grader"], "/api/authority/records", bytes(spoiled), "x.zip").status_code == 422
    first = ok(upload(authority["grader"], "/api/authority/records", record, "x.zip"))
    assert ok(upload(authority["grader"], "/api/authority/records", record, "x.zip"))["digest"] == first["digest"]
    other = build_record(authority, authority.order(plan["id"]), {1: 3})
    refused(upload(authority["grader"], "/api/authority/records", other, "x.zip"), "record.another")


def test_absent_candidates_are_listed_and_get_no_result(authority: Authority) -> None:
    plan = authority.ordered_plan(3)
    record = build_record(authority, authority.order(plan["id"]), {}, absent=1)
    ok(upload(authority["grader"], "/api/authority/records", record, "x.zip"))
    ok(upload(authority["grader"], "/api/authority/key-packages", authority.sealed.keys, "x.json"))
    run = ok(authority["grader"].post(f"/api/authority/sittings/{plan['sitting']}/runs"))["run"]
    authority.world.run_jobs()
    shown = ok(authority["grader"].get(f"/api/authority/runs/{run}"))
    assert (shown["graded"], shown["absent"]) == (2, 1)
    assert not failures(authority)


def test_somebody_turned_away_has_no_result_and_counts_as_absent(authority: Authority) -> None:
    plan = authority.ordered_plan(3)
    record = build_record(authority, authority.order(plan["id"]), {}, turned_away=1)
    ok(upload(authority["grader"], "/api/authority/records", record, "x.zip"))
    ok(upload(authority["grader"], "/api/authority/key-packages", authority.sealed.keys, "x.json"))
    run = ok(authority["grader"].post(f"/api/authority/sittings/{plan['sitting']}/runs"))["run"]
    authority.world.run_jobs()
    shown = ok(authority["grader"].get(f"/api/authority/runs/{run}"))
    assert (shown["graded"], shown["absent"]) == (2, 1)
    sheet = json.loads(authority["grader"].get(f"/api/authority/runs/{run}/sheet").data)["body"]
    assert len(sheet["absent"]) == 1
    assert not failures(authority)


def test_two_persons_approve_and_never_the_grader(authority: Authority) -> None:
    graded = authority.graded(2)
    path = f"/api/authority/runs/{graded.run}/approvals"
    assert authority["grader"].post(path).status_code == 403
    assert ok(authority["first"].post(path))["state"] == "graded"
    refused(authority["first"].post(path), "run.approved_already")
    assert ok(authority["second"].post(path))["state"] == "approved"
    assert not failures(authority)


def test_a_grader_with_the_approval_permission_is_still_refused(authority: Authority) -> None:
    both = authority.world.signed_in("authority", "both", "grading_officer", "result_approver")
    authority.people["grader"] = both
    graded = authority.graded(2)
    refused(both.post(f"/api/authority/runs/{graded.run}/approvals"), "run.grader_may_not_approve")


def test_a_score_changed_in_the_database_is_named_with_the_true_value(authority: Authority) -> None:
    graded = authority.approved(3, {2: 5})
    with open_work(authority.runtime, system_actor("insider")) as work:
        rows = ok(authority["grader"].get(f"/api/authority/runs/{graded.run}/results"))["results"]
        victim = next(one for one in rows if one["score"] == "5")
        work.session.execute(update(ResultRow).where(ResultRow.id == victim["id"]).values(score="9", passed=True))
    said = failures(authority)
    assert any(f"ticket {victim['ticket']} field score" in one and "9" in one and "5" in one for one in said)
    assert any("field passed" in one for one in said)


def test_a_deleted_result_is_missed(authority: Authority) -> None:
    graded = authority.graded(3)
    with open_work(authority.runtime, system_actor("insider")) as work:
        row = work.session.query(ResultRow).filter(ResultRow.run == graded.run).first()
        assert row is not None
        ticket = row.ticket
        work.session.delete(row)
    assert any(f"ticket {ticket} field row" in one for one in failures(authority))


def test_grading_again_is_another_run_beside_the_first(authority: Authority) -> None:
    graded = authority.graded(2)
    again = ok(authority["grader"].post(f"/api/authority/sittings/{graded.plan['sitting']}/runs"))["run"]
    authority.world.run_jobs()
    assert again != graded.run
    compared = ok(authority["grader"].get(f"/api/authority/runs/{again}/comparison?with_run={graded.run}"))
    assert compared["moves"] == []
    assert len(ok(authority["grader"].get("/api/authority/runs"))["runs"]) == 2


def test_opening_the_keys_is_on_record(authority: Authority) -> None:
    from examserver.grading.tables import audit_count

    authority.graded(2)
    with open_work(authority.runtime, system_actor("test"), write=False) as work:
        row = work.session.query(ResultRow).first()
        assert row is not None
        package = json.loads(row.document)["body"]["key_package_digest"]
        assert audit_count(work.session, "keys.opened", package) == 1


def test_results_and_sheets_verify_as_files_and_show_tampering(authority: Authority, tmp_path: Path) -> None:
    graded = authority.graded(2, {1: 7})
    with open_work(authority.runtime, system_actor("test"), write=False) as work:
        trust = trust_of(work)
    listed = ok(authority["grader"].get(f"/api/authority/runs/{graded.run}/results"))["results"]
    result, sheet = tmp_path / "r.result.json", tmp_path / "s.sheet.json"
    result.write_bytes(authority["grader"].get(f"/api/authority/results/{listed[0]['id']}/document").data)
    sheet.write_bytes(authority["grader"].get(f"/api/authority/runs/{graded.run}/sheet").data)
    record, keys = tmp_path / "x.record.zip", tmp_path / "x.keys.json"
    record.write_bytes(graded.record)
    keys.write_bytes(authority.sealed.keys)
    pair = KeyPair(authority.runtime.keys.signing, authority.runtime.keys.sealing)
    report = verify_result(result, trust, Opener((pair,), (record, keys)))
    assert report.ok, report.failures()
    assert "score_recomputed" in {check.name for check in report.checks}
    assert verify_result_sheet(sheet, trust, Opener((), (result,))).ok
    result.write_bytes(result.read_bytes().replace(b'"score":"7"', b'"score":"8"'))
    names = {check.name for check in verify_result(result, trust, Opener((pair,), (record, keys))).failures()}
    assert {"signature", "score_adds_up"} <= names
    assert not verify_result_sheet(sheet, trust, Opener((), (result,))).ok


def test_a_cut_score_changed_after_the_order_stops_the_grading(authority: Authority) -> None:
    plan = authority.ordered_plan(2)
    ok(
        upload(
            authority["grader"], "/api/authority/records", build_record(authority, authority.order(plan["id"]), {}), "x"
        )
    )
    ok(upload(authority["grader"], "/api/authority/key-packages", authority.sealed.keys, "x.json"))
    with open_work(authority.runtime, system_actor("insider")) as work:
        load_plan(work.session, plan["id"]).cut_score = "1"
    refused(authority["grader"].post(f"/api/authority/sittings/{plan['sitting']}/runs"), "plan.altered")
