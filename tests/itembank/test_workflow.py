"""The workflow through its endpoints: drawn reviews, assignments, readiness, allocation, readings, standards."""

import io
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from examserver.kernel.access import system_actor
from examserver.plumbing.shared_tables import SHARED
from examserver.plumbing.work import open_work
from itembank.review.tables import DrawnRow
from tests.itembank.bank import item_row, open_bank, spec_csv, spec_rows, workbook
from tests.kit import Person

FINE = {name: {"grade": "fine"} for name in ("correctness", "key", "wording", "fit", "difficulty", "bias")}
FORM = FINE | {"distractors": {"grade": "fine"}, "figure": {"grade": "none"}}
DAY_MS = 86_400_000


def good(answer: Any) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json


def refused(answer: Any) -> str:
    assert answer.status_code >= 400, answer.text
    code: str = answer.json["code"]
    return code


class House:
    """A bank, two institutions and their people."""

    def __init__(self, folder: Path) -> None:
        self.bank = bank = open_bank(folder)
        assert bank.specify(spec_csv(spec_rows({"A": 60, "B": 40}, 2))).status_code == 200
        self.admin, self.keeper = bank.admin, bank.keeper
        units = [good(self.admin.post("/api/bank/units", {"name": name}))["id"] for name in ("甲学院", "乙公司")]
        self.college, self.company = units
        self.writer = self.person("writer", self.college, "item_author")
        self.contact = self.person("contact", self.college, "unit_contact")
        self.colleague = self.person("colleague", self.college, "item_reviewer")
        self.near = self.person("near", self.company, "item_reviewer")
        self.far = self.person("far", self.company, "item_reviewer")
        self.pool = (self.near, self.far, bank.reviewer)

    def person(self, login: str, unit: str, *roles: str) -> Person:
        """Somebody of a unit, signed in."""
        made = self.bank.world.signed_in("bank", login, *roles)
        account = good(made.get("/api/bank/me"))["account_id"]
        good(self.admin.post(f"/api/bank/members/{account}/unit", {"unit": unit}))
        return made

    def write(self, *numbers: int, area: str = "A") -> str:
        """An import by the college's author."""
        rows = [item_row(number, f"{area}-A-{number % 2 + 1:03d}") for number in numbers]
        return self.bank.with_persons(author=self.writer).take(workbook(rows))

    def reads(self, **query: str) -> list[dict[str, Any]]:
        """The record of readings."""
        found: list[dict[str, Any]] = good(self.admin.get("/api/bank/reads", query_string=query))["reads"]
        return found


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return House(tmp_path_factory.mktemp("house"))


def mine(person: Person) -> list[dict[str, Any]]:
    """A person's open reviews."""
    found = good(person.get("/api/bank/work"))["reviews"]
    return [one for one in found if one["state"] == "open"]


def test_reviewers_are_drawn_without_the_authors_institution_and_see_only_their_own(house: House) -> None:
    import_id = house.write(*range(1, 7))
    path = f"/api/bank/banks/{house.bank.id}/draws"
    assert refused(house.keeper.post(path, {"seed": "2", "import_id": import_id})) == "request.invalid"
    drawn = good(house.keeper.post(path, {"import_id": import_id}))
    assert drawn["waiting"] == 0 and len(drawn["draws"][0]["seed"]) == 32 and drawn["draws"][0]["drawn"] == 6
    assert mine(house.colleague) == []
    assert sorted(len(mine(one)) for one in house.pool) == [2, 2, 2]
    seen = good(house.near.get(f"/api/bank/banks/{house.bank.id}/items"))
    assert {line["code"] for line in seen["items"]} == {one["code"] for one in mine(house.near)}
    other = mine(house.far)[0]
    assert refused(house.near.get(f"/api/bank/reviews/{other['id']}")) == "review.missing"
    assert refused(house.near.get(f"/api/bank/items/{other['item']}")) == "item.missing"
    verdict = {"item_ids": [other["item"]], "verdict": "accept"}
    assert refused(house.bank.reviewer.post("/api/bank/items/review", verdict)) == "review.drawn"
    assert refused(house.keeper.post(path, {"import_id": import_id})) == "review.nothing_waiting"


def test_a_verdict_form_is_complete_or_it_is_not_taken(house: House) -> None:
    path = f"/api/bank/reviews/{mine(house.near)[0]['id']}"
    opened = good(house.near.get(path, headers={"X-Exam-Purpose": "%E5%AE%A1%E9%A2%98%E5%A4%8D%E6%A0%B8"}))
    assert opened["item"]["versions"][0]["key"] and next(one["name"] for one in opened["criteria"]) == "correctness"
    assert house.reads(purpose="审题复核")[0]["person_name"] == "Near"
    assert refused(house.near.post(f"{path}/verdict", {"verdict": "accept", "grades": FINE})) == "review.form"
    faulty = FORM | {"key": {"grade": "fault", "words": "答案应为 B"}}
    assert refused(house.near.post(f"{path}/verdict", {"verdict": "accept", "grades": faulty})) == "review.form"
    done = good(house.near.post(f"{path}/verdict", {"verdict": "accept", "grades": FORM}))
    assert (done["state"], done["verdict"]) == ("done", "accept")
    assert refused(house.near.post(f"{path}/verdict", {"verdict": "accept", "grades": FORM})) == "review.closed"
    listed = good(house.bank.approver.get(f"/api/bank/banks/{house.bank.id}/items", query_string={"state": "reviewed"}))
    assert [line["id"] for line in listed["items"]] == [opened["item"]["id"]]


def test_a_returned_item_comes_back_to_its_author_and_the_next_reader_sees_what_changed(house: House) -> None:
    one = mine(house.near)[0]
    grades = FORM | {"distractors": {"grade": "fault", "words": "选项 C 也对"}}
    good(house.near.post(f"/api/bank/reviews/{one['id']}/verdict", {"verdict": "return", "grades": grades}))
    waiting = good(house.writer.get("/api/bank/work"))["returned"]
    assert [(each["code"], each["comment"]) for each in waiting] == [(one["code"], "干扰项：选项 C 也对")]
    version = good(house.writer.get(f"/api/bank/items/{one['item']}"))["versions"][0]
    content = version["content"]
    change = {name: content[name] for name in ("type", "point", "stem", "options", "points")}
    change |= {name: version[name] for name in ("key", "importance", "cognition", "difficulty", "source")}
    change["options"][2]["content"][0]["text"] = "拆除全部保护"
    good(house.writer.post(f"/api/bank/items/{one['item']}/versions", change))
    lines = good(house.writer.get(f"/api/bank/items/{one['item']}/compare?old=1&new=2"))["lines"]
    (altered,) = [line for line in lines if line["kind"] != "same"]
    assert altered["part"] == "option C"
    assert [(piece["kind"], piece["text"]) for piece in altered["pieces"]] == [
        ("same", "拆除"), ("added", "全部"), ("same", "保护"),
    ]  # fmt: skip
    drawn = good(house.keeper.post(f"/api/bank/banks/{house.bank.id}/draws", {"per_item": 3}))
    again = [each for each in drawn["open"] if each["item"] == one["item"]]
    assert sorted(each["reviewer_name"] for each in again) == ["Far", "Near", "Reviewer"]
    path = next(each["id"] for each in mine(house.near) if each["item"] == one["item"])
    opened = good(house.near.get(f"/api/bank/reviews/{path}"))
    assert [line["part"] for line in opened["changes"]["lines"] if line["kind"] == "changed"] == ["option C"]


def test_an_item_moves_on_when_all_its_reviewers_accepted(house: House) -> None:
    drawn = good(house.keeper.get(f"/api/bank/banks/{house.bank.id}/draws"))
    shared = next(each["item"] for each in drawn["open"] if drawn["draws"][0]["per_item"] == 3
                  and sum(other["item"] == each["item"] for other in drawn["open"]) == 3)  # fmt: skip
    states = []
    for person in house.pool:
        own = next(each["id"] for each in mine(person) if each["item"] == shared)
        good(person.post(f"/api/bank/reviews/{own}/verdict", {"verdict": "accept", "grades": FORM}))
        states.append(good(house.writer.get(f"/api/bank/items/{shared}"))["state"])
    assert states == ["draft", "draft", "reviewed"]


def test_what_is_overdue_is_marked_once_told_and_can_be_given_to_somebody_else(house: House) -> None:
    late = mine(house.far)[0]
    with open_work(house.bank.world.runtimes["bank"], system_actor("test")) as work:
        work.session.execute(update(DrawnRow).where(DrawnRow.id == late["id"]).values(due_ms=work.now_ms - DAY_MS))
    for _ in range(2):
        good(house.keeper.post("/api/bank/reminders"))
        house.bank.world.run_jobs()
    assert mine(house.far)[0]["overdue"] and good(house.keeper.get("/api/bank/work"))["overdue_reviews"] == 1
    with open_work(house.bank.world.runtimes["bank"], system_actor("test"), write=False) as work:
        table = SHARED["bank"].audit
        kept = work.session.execute(table.select().where(table.c.action == "review.overdue")).all()
    assert len(kept) == 1
    path = f"/api/bank/reviews/{late['id']}/redraw"
    again = good(house.keeper.post(path, {"reason": "出差"}))
    names = [one["reviewer_name"] for one in again["open"] if one["item"] == late["item"]]
    assert len(names) == 1 and names[0] in ("Near", "Reviewer")
    assert refused(house.keeper.post(path, {"reason": "出差"})) == "review.closed"


def test_nobody_else_is_drawn_for_a_review_that_still_runs_until_the_reviewer_declines(house: House) -> None:
    one = mine(house.near)[0]
    path = f"/api/bank/reviews/{one['id']}"
    assert refused(house.keeper.post(f"{path}/redraw", {"reason": "另请高明"})) == "review.not_lapsed"
    assert refused(house.far.post(f"{path}/decline", {"reason": "与我无关"})) == "review.missing"
    assert good(house.near.post(f"{path}/decline", {"reason": "与命题人共事"}))["state"] == "declined"
    assert refused(house.near.get(path)) == refused(house.near.get(f"/api/bank/items/{one['item']}")).replace(
        "item.", "review."
    )
    listed = good(house.keeper.get(f"/api/bank/banks/{house.bank.id}/draws"))["open"]
    assert [(each["state"], each["lapsed"]) for each in listed if each["id"] == one["id"]] == [("declined", True)]
    again = good(house.keeper.post(f"{path}/redraw", {"reason": "请辞"}))
    names = [each["reviewer_name"] for each in again["open"] if each["item"] == one["item"]]
    assert "Near" not in names and len(set(names)) == len(names) >= 1


def test_an_institutions_author_sees_what_their_own_institution_wrote(house: House) -> None:
    house.bank.take(workbook([item_row(900, "A-A-001")]))
    stranger = house.person("stranger", house.company, "item_author")
    assert good(stranger.get(f"/api/bank/banks/{house.bank.id}/items"))["total"] == 0
    codes = {line["code"] for line in good(house.writer.get(f"/api/bank/banks/{house.bank.id}/items"))["items"]}
    assert codes == {f"T-{number:05d}" for number in range(1, 7)}


def test_an_assignment_is_accepted_counted_from_the_items_and_closed_with_its_numbers(house: House) -> None:
    path = f"/api/bank/banks/{house.bank.id}/assignments"
    wish = {"unit": house.college, "title": "B 领域命题", "due_on": "2099-12-31", "note": ""}
    asked = wish | {"wishes": [{"area": "B-A-001", "type": "", "wanted": 1}, {"area": "B", "wanted": 2}]}
    unsound = wish | {"wishes": [{"area": "Q", "wanted": 1}], "due_on": "2020-01-01"}
    assert refused(house.keeper.post(path, unsound)) == "assignment.unsound"
    made = good(house.keeper.post(path, asked))
    steps = f"/api/bank/assignments/{made['id']}/steps"
    assert refused(house.keeper.post(steps, {"step": "accept"})) == "denied.permission"
    assert refused(house.contact.post(steps, {"step": "deliver"})) == "assignment.step"
    assert good(house.contact.post(steps, {"step": "accept"}))["state"] == "accepted"
    import_id = house.write(20, 21, 22, area="B")
    house.bank.approve(import_id)
    view = good(house.contact.get("/api/bank/assignments"))["assignments"][0]
    assert [(line["wanted"], line["drafted"], line["approved"]) for line in view["lines"]] == [(1, 1, 1), (2, 2, 2)]
    good(house.keeper.post("/api/bank/items/enrol", {"import_id": import_id, "verdict": "accept"}))
    good(house.contact.post(steps, {"step": "deliver"}))
    closed = good(house.keeper.post(steps, {"step": "close", "note": "合格"}))
    assert (closed["state"], closed["enrolled"], closed["steps"][-1]["enrolled"]) == ("closed", 3, 3)
    nobody = house.bank.world.signed_in("bank", "nobody", "unit_contact")
    assert refused(nobody.post(steps, {"step": "deliver"})) == "assignment.missing"
    stranger = house.person("visitor", house.company, "unit_contact")
    assert refused(stranger.post(steps, {"step": "deliver"})) == "assignment.missing"


def test_the_ledger_counts_by_institution_and_person_and_goes_into_a_spreadsheet(house: House) -> None:
    entries = {one["name"]: one for one in good(house.keeper.get("/api/bank/ledger"))["entries"]}
    writer = entries["Writer"]
    assert (writer["unit_name"], writer["drafted"], writer["enrolled"]) == ("甲学院", 9, 3)
    assert entries["Near"]["reviewed"] == 3 and entries["Near"]["unit_name"] == "乙公司"
    own = good(house.contact.get("/api/bank/ledger"))["entries"]
    assert {one["unit_name"] for one in own} == {"甲学院"}
    text = house.keeper.get("/api/bank/ledger.csv").data.decode("utf-8-sig")
    assert text.splitlines()[0].startswith("单位,姓名,命题") and "甲学院,Writer,9,3,3" in text


def test_whoever_wrote_any_version_of_an_item_signs_none_of_it(house: House) -> None:
    wrote = house.bank.world.signed_in("bank", "wrote", "item_author", "item_reviewer")
    import_id = house.bank.with_persons(author=wrote).take(workbook([item_row(970, "A-A-002")]))
    listed = wrote.get(f"/api/bank/banks/{house.bank.id}/items", query_string={"import_id": import_id})
    item = good(listed)["items"][0]["id"]
    version = good(wrote.get(f"/api/bank/items/{item}"))["versions"][0]
    change = {name: version["content"][name] for name in ("type", "point", "stem", "options", "points")}
    change |= {name: version[name] for name in ("key", "importance", "cognition", "difficulty")} | {"source": "教材"}
    good(house.bank.author.post(f"/api/bank/items/{item}/versions", change))
    verdict = {"item_ids": [item], "verdict": "accept"}
    assert refused(wrote.post("/api/bank/items/review", verdict)) == "item.same_person"
    drawn = good(house.keeper.post(f"/api/bank/banks/{house.bank.id}/draws", {"import_id": import_id}))
    names = [each["reviewer_name"] for each in drawn["open"] if each["item"] == item]
    assert len(names) == 1 and names != ["Wrote"]


def test_whoever_signed_an_item_cannot_enrol_it(house: House) -> None:
    both = house.bank.world.signed_in("bank", "both", "item_approver", "bank_keeper")
    import_id = house.bank.take(workbook([item_row(950, "A-A-002")]))
    house.bank.with_persons(approver=both).approve(import_id)
    enrol = {"import_id": import_id, "verdict": "accept"}
    assert refused(both.post("/api/bank/items/enrol", enrol)) == "item.same_person"
    assert good(house.keeper.post("/api/bank/items/enrol", enrol))["state"] == "enrolled"


def test_a_bank_is_ready_when_its_conditions_hold_and_a_person_says_so(house: House) -> None:
    path = f"/api/bank/banks/{house.bank.id}"
    gaps = good(house.keeper.get(f"{path}/programme"))
    assert (gaps["readiness"], gaps["need"], gaps["enrolled"]) == ("preparing", 16, 4)
    assert refused(house.keeper.post(f"{path}/readiness", {"state": "ready"})) == "readiness.conditions"
    phase = {"name": "一期", "areas": ["B"], "per_point": 1, "targets": [{"node": "B-A-001", "wanted": 2}]}
    assert refused(house.keeper.post(f"{path}/phases", phase | {"areas": ["Z"]})) == "phase.unsound"
    planned = good(house.keeper.post(f"{path}/phases", phase))
    assert [(one["point"], one["need"], one["enrolled"], one["missing"]) for one in planned["gaps"]] == [
        ("B-A-001", 2, 2, 0), ("B-A-002", 1, 1, 0),
    ]  # fmt: skip
    assert good(house.keeper.post(f"{path}/readiness", {"state": "ready"}))["readiness"] == "ready"
    assert refused(house.keeper.post(f"{path}/readiness", {"state": "closed"})) == "readiness.reason_missing"
    assert house.keeper.get(f"{path}/programme/gaps.csv").data.decode("utf-8-sig").count("B-A-00") == 2


BLUEPRINT = {
    "name": "机构卷", "duration_s": 3600, "cut_score": "1", "total_points": "1",
    "sections": [{"type": "single_response", "title": "单选题", "points_each": "1"}],
    "cells": [{"area": "B", "type": "single_response", "count": 1}],
}  # fmt: skip


def test_an_institution_assembles_unread_from_what_was_allocated(house: House) -> None:
    path = f"/api/bank/banks/{house.bank.id}"
    assembler = house.person("assembler2", house.company, "paper_assembler")
    blueprint = good(house.bank.assembler.post(f"{path}/blueprints", BLUEPRINT))["id"]
    start = f"/api/bank/blueprints/{blueprint}/assemblies"
    asked = {"forms": 1, "reserve_forms": 0, "seed": "s"}
    assert refused(assembler.post(start, asked)) == "allocation.none"
    grant = {"unit": house.company, "areas": ["A"], "forms_max": 1, "valid_from": "2020-01-01", "reason": "2026 年度"}
    wrong = good(house.keeper.post(f"{path}/allocations", grant | {"valid_to": "2099-01-01"}))["allocations"][0]
    assert refused(assembler.post(start, asked)) == "allocation.scope"
    good(house.keeper.post(f"/api/bank/allocations/{wrong['id']}/revoke", {"reason": "范围有误"}))
    good(house.keeper.post(f"{path}/allocations", grant | {"areas": ["B"], "valid_to": "2099-01-01"}))
    made = good(assembler.post(start, asked))
    house.bank.world.run_jobs()
    view = good(assembler.get(f"/api/bank/assemblies/{made['assembly']}"))
    assert view["state"] == "assembled", view
    assert refused(assembler.post(start, asked)) == "allocation.used_up"
    form = f"/api/bank/assemblies/{made['assembly']}/forms/{view['forms'][0]['form']}?purpose=核对"
    assert refused(assembler.get(form)) == "allocation.plaintext"
    assert good(house.bank.assembler.get(form))["content"]
    assert [one["id"] for one in good(assembler.get("/api/bank/assemblies"))["assemblies"]] == [made["assembly"]]
    assert good(assembler.get(f"{path}/allocations"))["allocations"][0]["forms_used"] == 1
    theirs = good(house.bank.assembler.post(start, asked | {"seed": "other"}))["assembly"]
    house.bank.world.run_jobs()
    assert refused(assembler.get(f"/api/bank/assemblies/{theirs}")) == "assembly.missing"
    approver = house.person("approver2", house.company, "paper_approver")
    assert refused(approver.post(f"/api/bank/assemblies/{theirs}/approve")) == "assembly.missing"
    assert good(approver.post(f"/api/bank/assemblies/{made['assembly']}/approve"))["state"] == "approved"


def test_an_unready_bank_serves_trial_papers_only_and_those_are_never_sealed(house: House) -> None:
    path = f"/api/bank/banks/{house.bank.id}"
    house.bank.approve(house.bank.take(workbook([item_row(960, "A-A-002")])))
    good(house.keeper.post(f"{path}/readiness", {"state": "preparing", "reason": "补充试题"}))
    cells = [{"area": "A-A-002", "type": "single_response", "count": 2}]
    changes = {"name": "试测", "cells": cells, "total_points": "2"}
    blueprint = good(house.bank.assembler.post(f"{path}/blueprints", BLUEPRINT | changes))["id"]
    start, asked = f"/api/bank/blueprints/{blueprint}/assemblies", {"forms": 1, "reserve_forms": 0, "seed": "t"}
    assert refused(house.bank.assembler.post(start, asked)) == "bank.not_ready"
    made = good(house.bank.assembler.post(start, asked | {"purpose": "trial"}))["assembly"]
    house.bank.world.run_jobs()
    view = good(house.bank.assembler.get(f"/api/bank/assemblies/{made}"))
    assert (view["state"], view["purpose"]) == ("assembled", "trial"), view
    good(house.bank.releaser.post(f"/api/bank/assemblies/{made}/approve"))
    sealer = house.bank.world.signed_in("bank", "sealer", "paper_sealer")
    terms = {"custodians": ["cus_a", "cus_b"], "threshold": 2, "not_before_ms": 1, "expires_ms": 2, "title": "试测"}
    assert refused(sealer.post(f"/api/bank/assemblies/{made}/papers", terms)) == "paper.trial"
    sealable = good(sealer.get("/api/bank/sealable-assemblies"))["assemblies"]
    assert made not in {one["id"] for one in sealable}
    good(house.keeper.post(f"{path}/readiness", {"state": "ready"}))


def test_every_reading_is_in_the_record_with_its_purpose(house: House) -> None:
    reads = house.reads()
    assert {"items.listed", "item.read", "review.opened", "item.compared", "form.read"} <= {
        one["action"] for one in reads
    }
    assert all(one["purpose"] for one in reads)
    by_writer = next(one for one in reads if one["person_name"] == "Writer")
    assert (by_writer["purpose"], by_writer["unit_name"]) == ("命题", "甲学院")
    assert house.writer.get("/api/bank/reads").status_code == 403
    lines = house.admin.get("/api/bank/reads.csv").data.decode("utf-8-sig").splitlines()
    assert len(lines) == len(reads) + 1 and "核对" in "".join(lines)
    assert good(house.near.get("/api/bank/purposes"))["purposes"][0] == "审题"


STANDARD = {
    "kind": "national", "title": "电工国家职业技能标准", "occupation_code": "6-31-01-03", "edition": "2015",
    "levels": [5, 4, 3], "document_no": "人社厅发〔2018〕145号", "version": "2018", "valid_from": "2018-12-26",
}  # fmt: skip


def test_standards_are_registered_superseded_and_bound(house: House) -> None:
    path = "/api/bank/standards"
    assert refused(house.admin.post(path, STANDARD)) == "occupation.missing"
    good(house.admin.post("/api/bank/occupations", {"code": "6-31-01-03", "edition": "2015", "name": "电工"}))
    old = good(house.admin.post(path, STANDARD))["standards"][0]
    assert refused(house.admin.post(path, STANDARD)) == "standard.known"
    special = {"kind": "special", "title": "直播运营", "document_no": "专项 12", "valid_from": "2024-01-01"}
    unfiled = house.admin.post(path, special | {"ministry_filing": "人社备 1"})
    assert refused(unfiled) == "standard.unsound" and unfiled.json["fields"]["faults"][0]["field"] == "province_filing"
    good(house.admin.post(path, special | {"ministry_filing": "人社备 1", "province_filing": "浙备 2"}))
    bind = f"/api/bank/banks/{house.bank.id}/standard"
    good(house.admin.post(bind, {"standard": old["id"]}))
    good(house.admin.post(path, STANDARD | {"version": "2026", "valid_from": "2026-01-01", "supersedes": old["id"]}))
    assert refused(house.admin.post(bind, {"standard": old["id"]})) == "standard.unfit"
    programme = good(house.keeper.get(f"/api/bank/banks/{house.bank.id}/programme"))
    assert [one["name"] for one in programme["conditions"] if not one["ok"]] == ["standard"]
    shown = house.bank.world.public().get("/api/bank/catalogue").json
    assert shown and [one["version"] for one in shown["standards"] if one["kind"] == "national"] == ["2026"]
    assert (shown["banks"][0]["items"], shown["banks"][0]["points"]) == (4, 4)
    assert "stem" not in str(shown)


def test_an_upload_without_a_file_is_told(house: House) -> None:
    answer = house.admin.post(
        f"/api/bank/banks/{house.bank.id}/specification",
        data={"other": (io.BytesIO(b"x"), "x")},
        content_type="multipart/form-data",
    )
    assert refused(answer) == "upload.file_missing"
