"""Assembly through the endpoints: blueprint, job, checks, refusals, approval by another person, recorded reading."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from examserver.kernel.access import system_actor
from examserver.kernel.canonical import to_json
from examserver.plumbing.shared_tables import SHARED
from examserver.plumbing.work import Work, open_work
from itembank.assembly.actions import assembly_facts, form_documents, mark_sealed
from itembank.assembly.content import FormDocument
from itembank.assembly.runs.actions import run_assembly
from itembank.assembly.store import ChecksFailed, FormAltered
from itembank.assembly.tables import AssemblyFormRow
from itembank.items.tables import ItemRow, ItemVersionRow
from tests.itembank.bank import Bank, Row, item_row, open_bank, spec_csv, spec_rows, workbook

AREAS = {"A": 5, "B": 20, "C": 35, "D": 40}
SINGLE, TRUTH = "single_response", "true_false"
BLANK = dict.fromkeys(("选项A", "选项B", "选项C", "选项D"))


def approved_documents(
    bank: Bank, assembly_id: str, load: Callable[[Work, str], list[FormDocument]]
) -> list[FormDocument]:
    """The documents of an assembly after its approval."""
    approved = bank.releaser.post(f"/api/bank/assemblies/{assembly_id}/approve")
    assert approved.status_code == 200, approved.text
    with open_work(bank.world.runtimes["bank"], system_actor("sealer")) as work:
        return load(work, assembly_id)


def rows() -> list[Row]:
    """48 single-response and 12 true/false items per area."""
    made = []
    for number in range(240):
        area = "ABCD"[number % 4]
        row = item_row(number, f"{area}-A-{number % 5 + 1:03d}", 难度=0.4 + number % 5 / 10)
        if number % 5 == 4:
            row |= {"题型": "判断题", "答案": "√" if number % 2 else "×", **BLANK}
        made.append(row)
    return made


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    opened = open_bank(tmp_path_factory.mktemp("bank"))
    assert opened.specify(spec_csv(spec_rows(AREAS, 5))).status_code == 200
    opened.fill(rows())
    return opened


def blueprint(**changes: Any) -> dict[str, Any]:
    """Twenty single-response and five true/false items."""
    singles = {"A": 1, "B": 4, "C": 7, "D": 8}
    made: dict[str, Any] = {
        "name": "电工四级理论",
        "duration_s": 5400,
        "cut_score": "18",
        "total_points": "30",
        "sections": [
            {"type": SINGLE, "title": "单项选择题", "points_each": "1"},
            {"type": TRUTH, "title": "判断题", "points_each": 2},
        ],
        "cells": [
            *({"area": area, "type": SINGLE, "count": count} for area, count in singles.items()),
            {"area": "", "type": TRUTH, "count": 5},
        ],
        "difficulty": {"mean_min": "0.5", "mean_max": "0.7"},
        "max_overlap": 0,
        "max_per_point": 4,
    }
    return made | changes


def test_forms_are_assembled_checked_approved_and_handed_over(bank: Bank) -> None:
    made = bank.assemble(blueprint(), 3, 1, "种子")
    assert made["state"] == "assembled"
    assert made["overlap"] == [[25 if i == j else 0 for j in range(4)] for i in range(4)]
    names = {check["name"] for form in made["forms"] for check in form["checks"]}
    assert {"items", "points", "cell:C:single_response", "mean_difficulty", "wrong_keys", "altered_items"} <= names
    documents = approved_documents(bank, made["id"], form_documents)
    assert [document.digest for document in documents] == [form["digest"] for form in made["forms"]]
    assert [document.reserve for document in documents] == [False, False, False, True]
    content, key = documents[0].content, documents[0].key
    assert set(content) == {"form", "name", "title", "duration_s", "sections", "assets"}
    assert [section["title"] for section in content["sections"]] == ["单项选择题", "判断题"]
    item = content["sections"][1]["items"][0]
    assert [option["id"] for option in item["options"]] == ["true", "false"]
    assert item["points"] == "2" and key["items"][item["id"]]["points"] == "2"
    assert b'"key"' not in to_json(content)


def test_facts_for_sealing_name_both_persons(bank: Bank) -> None:
    made = bank.assemble(blueprint(), 1, 0, "两人")
    approved_documents(bank, made["id"], form_documents)
    with open_work(bank.world.runtimes["bank"], system_actor("sealer")) as work:
        facts = assembly_facts(work, made["id"])
        mark_sealed(work, made["id"])
    assert facts.state == "approved" and facts.level == 4 and facts.occupation_code == "6-31-01-03"
    assert facts.assembled_by and facts.approved_by and facts.assembled_by != facts.approved_by
    assert bank.assembler.get(f"/api/bank/assemblies/{made['id']}").json["state"] == "sealed"


def test_the_same_seed_gives_byte_identical_forms(bank: Bank) -> None:
    made = [bank.assemble(blueprint(), 2, 1, "同一种子") for _ in range(2)]
    first, second = (approved_documents(bank, each["id"], form_documents) for each in made)
    assert [to_json(form.content) for form in first] == [to_json(form.content) for form in second]
    assert [to_json(form.key) for form in first] == [to_json(form.key) for form in second]
    other = bank.assemble(blueprint(), 2, 1, "另一种子")
    assert {form["digest"] for form in other["forms"]}.isdisjoint(form.digest for form in first)


def test_a_blueprint_the_bank_cannot_meet_is_refused_with_the_numbers(bank: Bank) -> None:
    cells = [{"area": "C", "type": TRUTH, "count": 13}]
    sections = [{"type": TRUTH, "title": "判断题", "points_each": "1"}]
    greedy = blueprint(cells=cells, sections=sections, total_points="13", cut_score="8", max_per_point=None)
    made = bank.assemble(greedy, 1, 0, "s")
    assert (made["state"], made["forms"]) == ("infeasible", [])
    (shortage,) = made["shortages"]
    assert (shortage["area"], shortage["type"], shortage["needed"], shortage["available"]) == ("C", TRUTH, 13, 12)
    assert "判断题" in shortage["reason_zh"]
    refused = bank.releaser.post(f"/api/bank/assemblies/{made['id']}/approve")
    assert refused.json["code"] == "assembly.wrong_state"


def test_drafts_retired_items_and_other_banks_are_never_used(tmp_path: Path) -> None:
    own = open_bank(tmp_path)
    assert own.specify(spec_csv(spec_rows({"C": 100}, 5))).status_code == 200
    own.fill([item_row(n, f"C-A-{n % 5 + 1:03d}") for n in range(9)])
    own.take(workbook([item_row(n, "C-A-001") for n in range(100, 110)]))
    cells = [{"area": "C", "type": SINGLE, "count": 9}]
    sections = [{"type": SINGLE, "title": "单选", "points_each": "1"}]
    wanted = blueprint(cells=cells, sections=sections, total_points="9", cut_score="6")
    assert own.assemble(wanted, 1, 0, "s")["state"] == "assembled"
    line = own.author.get(f"/api/bank/banks/{own.id}/items", query_string={"state": "enrolled"}).json["items"][0]
    own.approver.post(f"/api/bank/items/{line['id']}/retire", {"reason": "已公开"})
    made = own.assemble(wanted, 1, 0, "s")
    assert (made["state"], made["shortages"][0]["needed"], made["shortages"][0]["available"]) == ("infeasible", 9, 8)


def test_an_unsound_blueprint_is_refused_with_every_fault(bank: Bank) -> None:
    cells = [{"area": "Q", "type": SINGLE, "count": 4}, {"area": "A", "type": "essay", "count": 1}]
    refused = bank.assembler.post(f"/api/bank/banks/{bank.id}/blueprints", blueprint(cells=cells))
    assert refused.status_code == 422
    found = {fault["code"] for fault in refused.json["fields"]["faults"]}
    assert {"cell.area_unknown", "cell.no_section", "section.empty", "points.total"} <= found


def test_whoever_assembled_cannot_approve(bank: Bank) -> None:
    both = bank.world.signed_in("bank", "both", "paper_assembler", "paper_approver")
    own = bank.with_persons(assembler=both)
    made = own.assemble(blueprint(), 1, 0, "s")
    refused = both.post(f"/api/bank/assemblies/{made['id']}/approve")
    assert (refused.status_code, refused.json["code"]) == (409, "assembly.same_person")
    with open_work(bank.world.runtimes["bank"], system_actor("test"), write=False) as work:
        table = SHARED["bank"].audit
        kept = work.session.execute(select(table).where(table.c.action == "assembly.approval_refused")).all()
    assert len(kept) == 1, "the refused attempt leaves a trace"


def test_reading_a_form_needs_a_purpose_and_is_recorded(bank: Bank) -> None:
    made = bank.assemble(blueprint(), 1, 0, "预览")
    path = f"/api/bank/assemblies/{made['id']}/forms/{made['forms'][0]['form']}"
    assert bank.releaser.get(path).status_code == 422
    shown = bank.releaser.get(path, query_string={"purpose": "核对版式"}).json
    assert shown["key"] is None and shown["content"]["sections"][0]["items"]
    keyed = bank.releaser.get(path, query_string={"purpose": "核对答案", "with_key": "true"}).json
    assert len(keyed["key"]["items"]) == 25
    with open_work(bank.world.runtimes["bank"], system_actor("test"), write=False) as work:
        table = SHARED["bank"].audit
        read = work.session.execute(select(table.c.facts).where(table.c.action == "form.read")).scalars().all()
    assert "核对版式" in read[-2] and "核对答案" in read[-1]


def test_forms_whose_items_changed_since_never_leave(tmp_path: Path) -> None:
    own = open_bank(tmp_path)
    assert own.specify(spec_csv(spec_rows({"C": 100}, 5))).status_code == 200
    own.fill([item_row(n, f"C-A-{n % 5 + 1:03d}") for n in range(9)])
    cells = [{"area": "C", "type": SINGLE, "count": 9}]
    sections = [{"type": SINGLE, "title": "单选", "points_each": "1"}]
    made = own.assemble(blueprint(cells=cells, sections=sections, total_points="9", cut_score="6"), 1, 0, "s")
    with open_work(own.world.runtimes["bank"], system_actor("insider")) as work:
        work.session.execute(update(ItemRow).where(ItemRow.code == "T-00003").values(state="draft"))
    assert own.releaser.post(f"/api/bank/assemblies/{made['id']}/approve").json["code"] == "assembly.checks_failed"
    with open_work(own.world.runtimes["bank"], system_actor("insider")) as work:
        work.session.execute(update(ItemRow).where(ItemRow.code == "T-00003").values(state="enrolled"))
    approved_documents(own, made["id"], form_documents)
    with open_work(own.world.runtimes["bank"], system_actor("insider")) as work:
        version = work.session.scalars(select(ItemVersionRow)).first()
        assert version is not None
        stem = [{"kind": "text", "text": "被改动的题干"}]
        version.content = version.content | {"stem": stem}
    with pytest.raises(FormAltered), open_work(own.world.runtimes["bank"], system_actor("sealer")) as work:
        form_documents(work, made["id"])
    with open_work(own.world.runtimes["bank"], system_actor("insider")) as work:
        form = work.session.scalars(select(AssemblyFormRow)).one()
        form.sections = [form.sections[0] | {"items": form.sections[0]["items"][1:]}]
    with pytest.raises(ChecksFailed), open_work(own.world.runtimes["bank"], system_actor("sealer")) as work:
        form_documents(work, made["id"])


def test_an_assembly_run_twice_changes_nothing(bank: Bank) -> None:
    made = bank.assemble(blueprint(), 1, 0, "twice")
    answer = run_assembly(bank.world.runtimes["bank"], {"assembly": made["id"]}, lambda percent, note: None)
    assert answer["state"] == "assembled"
    assert bank.assembler.get(f"/api/bank/assemblies/{made['id']}").json["forms"] == made["forms"]


def test_a_second_worker_never_touches_what_was_approved_meanwhile(bank: Bank) -> None:
    runtime = bank.world.runtimes["bank"]
    made = bank.assembler.post(f"/api/bank/banks/{bank.id}/blueprints", blueprint(name="两个工作进程")).json["id"]
    asked = {"forms": 1, "reserve_forms": 0, "seed": "并行"}
    assembly = bank.assembler.post(f"/api/bank/blueprints/{made}/assemblies", asked).json["assembly"]

    def the_first_is_faster(percent: int, _note: str) -> None:
        if percent == 85:
            bank.world.run_jobs()
            assert bank.releaser.post(f"/api/bank/assemblies/{assembly}/approve").status_code == 200

    run_assembly(runtime, {"assembly": assembly}, the_first_is_faster)
    assert bank.assembler.get(f"/api/bank/assemblies/{assembly}").json["state"] == "approved"


def test_blueprints_and_assemblies_are_listed(bank: Bank) -> None:
    bank.assemble(blueprint(), 1, 0, "list")
    listed = bank.releaser.get(f"/api/bank/banks/{bank.id}/blueprints").json["blueprints"]
    assert listed[0]["items"] == 25 and listed[0]["total_points"] == "30"
    assert listed[0]["difficulty"] == {"mean_min": "0.5", "mean_max": "0.7"}
    assert bank.releaser.get("/api/bank/assemblies").json["assemblies"][0]["state"] == "assembled"


def test_the_whole_way_works_on_postgresql(tmp_path: Path, postgres_database: str) -> None:
    own = open_bank(tmp_path, database_urls={"bank": postgres_database})
    assert own.specify(spec_csv(spec_rows(AREAS, 5))).status_code == 200
    own.fill(rows())
    made = own.assemble(blueprint(), 2, 1, "种子")
    assert made["state"] == "assembled"
    documents = approved_documents(own, made["id"], form_documents)
    assert [document.name for document in documents] == ["A", "B", "R1"]
    found = own.author.get(f"/api/bank/banks/{own.id}/items", query_string={"search": "T-0001", "state": "enrolled"})
    assert found.json["total"] == 10
