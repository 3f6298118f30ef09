"""A plan through the real application, from filing to the signed order and the printed tickets."""

import json
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp

from examserver.kernel.access import system_actor
from examserver.kernel.canonical import digest_of
from examserver.planning.fsck import fsck
from examserver.planning.tables import candidates_of, load_plan
from examserver.planning.verify import verify_order
from examserver.plumbing.audit_store import read_events
from examserver.plumbing.trust import trust_of
from examserver.plumbing.work import open_work
from tests.examserver.authority import (
    STARTS,
    Authority,
    identity_number,
    make_authority,
    ok,
    refused,
    roster_rows,
    upload,
    workbook,
)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return make_authority(tmp_path)


@pytest.fixture(scope="module")
def ordered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Authority, str]:
    """An authority with one ordered plan of 7 candidates, for tests that only look."""
    authority = make_authority(tmp_path_factory.mktemp("ordered"))
    return authority, authority.ordered_plan(7, {3: "𠮷𬭎"})["id"]


def test_what_a_plan_leaves_out_comes_from_the_policy_of_the_day(authority: Authority) -> None:
    authority.institution()
    plan = authority.plan(cut_score=None)
    assert (plan["duration_s"], plan["late_entry_cutoff_s"], plan["grace_s"], plan["cut_score"]) == (
        5400,
        1800,
        30,
        "60",
    )
    assert plan["release_opens_ms"] == STARTS - 3600_000
    assert {gate["name"]: gate["ok"] for gate in plan["gates"]} == {
        "scope": True, "roster": False, "paper": False, "room": True, "invigilators": False,
    }  # fmt: skip


def test_what_departs_from_policy_is_shown_as_advice(authority: Authority) -> None:
    authority.institution()
    plan = authority.plan(duration_s=600, late_entry_cutoff_s=60)
    advice = {gate["name"] for gate in plan["gates"] if gate["advice"] and not gate["ok"]}
    assert {"policy.duration_s", "policy.late_entry_cutoff_s", "policy.cut_score"} <= advice


def test_a_plan_outside_the_directory_is_refused(authority: Authority) -> None:
    authority.institution()
    asked = {
        "institution": "S000033000123", "title": "t", "occupation_code": "6-31-01-03", "occupation_name": "电工",
        "level": 1, "centre": "c", "room": {"name": "r", "rows": 1, "columns": 1}, "starts_ms": STARTS,
    }  # fmt: skip
    refused(authority["officer"].post("/api/authority/plans", asked), "institution.out_of_scope")


def test_nothing_of_a_roster_goes_in_before_its_faults_were_seen(authority: Authority) -> None:
    authority.institution()
    plan = authority.plan()["id"]
    rows = roster_rows(3)
    rows[1] = ("李四", "居民身份证", "330102199001011230", "", "", "")
    path = f"/api/authority/plans/{plan}/roster"
    seen = ok(upload(authority["officer"], path, workbook(rows), "r.xlsx"))
    assert (seen["rows"], seen["good"], seen["taken"], seen["candidates"]) == (3, 2, 0, 0)
    assert [(fault["row"], fault["column"]) for fault in seen["faults"]] == [(3, "证件号码")]
    taken = ok(upload(authority["officer"], path + "?take_good_rows=true", workbook(rows), "r.xlsx"))
    assert (taken["taken"], taken["candidates"]) == (2, 2)
    again = ok(upload(authority["officer"], path + "?take_good_rows=true", workbook(rows), "r.xlsx"))
    assert (again["taken"], again["candidates"]) == (0, 2)


def test_identity_numbers_are_masked_in_answers_and_absent_from_the_trail(authority: Authority) -> None:
    authority.institution()
    plan = authority.plan()["id"]
    authority.take_roster(plan, roster_rows(2))
    shown = authority["officer"].get(f"/api/authority/plans/{plan}/roster").text
    with open_work(authority.runtime, system_actor("test"), write=False) as work:
        trail = json.dumps([event.facts for event in read_events(work.session, "authority")], ensure_ascii=False)
    for n in (1, 2):
        assert identity_number(n) not in shown
        assert identity_number(n) not in trail
    assert identity_number(1)[:4] + "**********" + identity_number(1)[-4:] in shown


def test_the_maker_of_a_plan_may_not_approve_it(authority: Authority) -> None:
    authority.trust_everybody()
    authority.institution()
    both = authority.world.signed_in("authority", "both", "plan_officer", "plan_approver")
    authority.people["officer"] = both
    plan = authority.plan()["id"]
    refused(authority["approver"].post(f"/api/authority/plans/{plan}/approve"), "plan.incomplete")
    authority.take_roster(plan, roster_rows(2))
    authority.attach_paper(plan)
    refused(both.post(f"/api/authority/plans/{plan}/approve"), "plan.same_person")
    assert ok(authority["approver"].post(f"/api/authority/plans/{plan}/approve"))["state"] == "approved"
    path = f"/api/authority/plans/{plan}/roster?take_good_rows=true"
    refused(upload(both, path, workbook(roster_rows(3)), "r.xlsx"), "plan.not_draft")


def test_a_paper_must_be_the_banks_and_fit_the_plan(authority: Authority) -> None:
    authority.institution()
    plan = authority.plan()["id"]
    path = f"/api/authority/plans/{plan}/paper"
    refused(upload(authority["officer"], path, authority.sealed.package, "p.zip"), "document.signature")
    authority.trust_everybody()
    late = authority.plan(starts_ms=STARTS + 30 * 86_400_000)["id"]
    late_path = f"/api/authority/plans/{late}/paper"
    refused(upload(authority["officer"], late_path, authority.sealed.package, "p.zip"), "paper.unsuitable")
    spoiled = bytearray(authority.sealed.package)
    spoiled[-400] ^= 1
    assert upload(authority["officer"], path, bytes(spoiled), "p.zip").status_code == 422
    paper = ok(upload(authority["officer"], path, authority.sealed.package, "p.zip"))["paper"]
    assert [(form["name"], form["reserve"]) for form in paper["forms"]] == [
        ("A", False), ("B", False), ("C", False), ("R", True)
    ]  # fmt: skip


def test_a_room_that_is_too_small_keeps_a_plan_from_approval(authority: Authority) -> None:
    authority.trust_everybody()
    authority.institution()
    plan = authority.plan(room={"name": "r", "rows": 1, "columns": 2, "spares": 0})["id"]
    authority.take_roster(plan, roster_rows(3))
    authority.attach_paper(plan)
    said = refused(authority["approver"].post(f"/api/authority/plans/{plan}/approve"), "plan.incomplete")
    assert "2 个座位坐不下 3 名考生" in said["message"]


def test_seats_are_drawn_from_a_recorded_seed_and_can_be_drawn_again(ordered: tuple[Authority, str]) -> None:
    authority, plan = ordered
    drawn = ok(authority["officer"].get(f"/api/authority/plans/{plan}/seats"))
    assert drawn["seed"] == "seed-1"
    assert drawn["spares"] == ["31", "32"]
    at = {(one["row"], one["column"]): one["form_name"] for one in drawn["seats"] if one["occupant"]}
    assert len(at) == 7
    assert "R" not in at.values()
    for (row, column), form in at.items():
        assert form not in {at.get((row + 1, column)), at.get((row, column + 1))}
    with open_work(authority.runtime, system_actor("test"), write=False) as work:
        events = [event for event in read_events(work.session, "authority") if event.action == "plan.seats_drawn"]
    assert events[0].facts["seed"] == "seed-1"


def test_the_order_verifies_and_names_no_identity_number(ordered: tuple[Authority, str], tmp_path: Path) -> None:
    authority, plan = ordered
    path = tmp_path / "x.order.json"
    path.write_bytes(authority.order(plan))
    with open_work(authority.runtime, system_actor("test"), write=False) as work:
        trust, rows = trust_of(work), candidates_of(work.session, plan)
    report = verify_order(path, trust, None)
    assert report.ok, report.failures()
    body = json.loads(path.read_bytes())["body"]
    assert all(row.document_number not in path.read_text() for row in rows)
    first = next(one for one in body["candidates"] if one["candidate"] == rows[0].id)
    said = {"ticket": first["ticket"], "document_number": rows[0].document_number}
    assert first["document_check"] == digest_of(said, "exam.document-check", 1)
    assert body["reserve_forms"] == ["frm_r"]
    assert body["policy"]["late_entry_cutoff_s"]["source"]


@pytest.mark.parametrize(
    ("old", "new"),
    [('"seat":"02"', '"seat":"01"'), ('"duration_s":5400', '"duration_s":5401'), ('"name":"A"', '"name":"B"')],
)
def test_an_altered_order_does_not_verify(ordered: tuple[Authority, str], tmp_path: Path, old: str, new: str) -> None:
    authority, plan = ordered
    path = tmp_path / "x.order.json"
    path.write_text(
        authority.order(plan).decode().replace(old, new, 1) + ("" if old in authority.order(plan).decode() else " ")
    )
    with open_work(authority.runtime, system_actor("test"), write=False) as work:
        assert not verify_order(path, trust_of(work), None).ok


def test_an_order_is_made_once_and_for_a_registered_hall(ordered: tuple[Authority, str]) -> None:
    authority, plan = ordered
    path = f"/api/authority/plans/{plan}/order"
    again = ok(authority["officer"].post(path, {"hall_key": authority.hall.signing.id}))
    assert again["candidates"] == 7
    refused(authority["officer"].post(path, {"hall_key": "ed25519:0000000000000000"}), "plan.already_ordered")
    refused(authority["officer"].post(f"/api/authority/plans/{plan}/seating", {}), "plan.already_ordered")


def test_tickets_show_masked_numbers_rare_names_and_a_readable_code(ordered: tuple[Authority, str]) -> None:
    authority, plan = ordered
    pdf = authority["officer"].get(f"/api/authority/plans/{plan}/tickets.pdf").data
    pages = pypdfium2.PdfDocument(pdf)
    assert len(pages) == 3
    text = "".join(page.get_textpage().get_text_range() for page in pages)
    with open_work(authority.runtime, system_actor("test"), write=False) as work:
        rows = candidates_of(work.session, plan)
    for row in rows:
        assert row.ticket and row.ticket in text
        assert row.document_number not in text
        assert row.name in text
    codes = {code.text for page in pages for code in zxingcpp.read_barcodes(page.render(scale=2).to_pil())}
    assert codes == {row.ticket for row in rows}


def test_two_sittings_of_a_day_have_different_ticket_numbers(authority: Authority) -> None:
    first = authority.ordered_plan(2)
    second = authority.plan(title="第二场")["id"]
    authority.take_roster(second, roster_rows(2))
    authority.attach_paper(second)
    ok(authority["approver"].post(f"/api/authority/plans/{second}/approve"))
    ok(authority["officer"].post(f"/api/authority/plans/{second}/seating", {}))
    with open_work(authority.runtime, system_actor("test"), write=False) as work:
        tickets = [row.ticket for plan in (first["id"], second) for row in candidates_of(work.session, plan)]
    assert len(set(tickets)) == 4


def test_a_plan_or_roster_changed_after_the_order_is_named(authority: Authority) -> None:
    plan = authority.ordered_plan(3)["id"]
    with open_work(authority.runtime, system_actor("test"), write=False) as work:
        assert all(check.ok for check in fsck(work))
    with open_work(authority.runtime, system_actor("insider")) as work:
        load_plan(work.session, plan).cut_score = "1"
        changed, gone, _ = candidates_of(work.session, plan)
        changed.name, changed.document_number = "改名", identity_number(77)
        work.session.delete(gone)
        names = changed.id, gone.id
    with open_work(authority.runtime, system_actor("test"), write=False) as work:
        said = "\n".join(f"{check.place}: {check.detail}" for check in fsck(work) if not check.ok)
    assert "field cut_score: stored 1, signed 6" in said
    assert f"candidate {names[0]} field name" in said
    assert f"candidate {names[0]} field document_number" in said
    assert f"candidate {names[1]}: signed, but not on the roster" in said
    assert identity_number(77) not in said


def test_a_plan_that_departs_from_policy_says_so_in_its_order(ordered: tuple[Authority, str]) -> None:
    authority, plan = ordered
    policy = json.loads(authority.order(plan))["body"]["policy"]
    assert policy["cut_score"]["value"] == "6"
    assert "政策值 60" in policy["cut_score"]["source"]
    assert policy["player"] == {"rules_s": 10, "seat_camera": "optional"}
