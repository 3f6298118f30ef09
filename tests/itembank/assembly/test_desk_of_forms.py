"""Around assembly, by endpoints and command line: review and swap, cancel, exposure, trials, accepted relaxations."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, update

from examserver.kernel.access import system_actor
from examserver.kernel.errors import ExamError, for_scripts
from examserver.plumbing.shared_tables import SHARED
from examserver.plumbing.work import open_work
from itembank.assembly.commands import read_rules
from itembank.assembly.runs.actions import run_assembly
from itembank.assembly.tables import AssemblyFormRow, AssemblyRow, uses_of
from itembank.commands import bank as bank_command
from itembank.items.tables import ItemRow
from itembank.psychometrics.tables import AnalysisRow, ItemStatisticRow
from tests.itembank.bank import Bank, Row, item_row, open_bank, spec_csv, spec_rows
from tests.kit import PASSWORD

SINGLE = "single_response"
COUNT = 60


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    opened = open_bank(tmp_path_factory.mktemp("bank"))
    assert opened.specify(spec_csv(spec_rows({"A": 40, "B": 60}, 3))).status_code == 200
    opened.fill(
        item_row(n, f"{'AB'[n % 2]}-A-{n // 2 % 3 + 1:03d}", 难度=0.5 + n % 5 / 20, 重要程度="XY"[n // 2 % 2])
        for n in range(COUNT)
    )
    measure(opened)
    return opened


def measure(bank: Bank) -> None:
    """Parameters as an analysis of responses would leave them."""
    with open_work(bank.world.runtimes["bank"], system_actor("test")) as work:
        analysis = AnalysisRow(
            id="ana_1", bank_id=bank.id, state="done", matrices=[], tests=[], notes=[], persons=500, by="t",
            by_name="t", created_ms=1, done_ms=2,
        )  # fmt: skip
        work.session.add(analysis)
        for number, code in enumerate(work.session.scalars(select(ItemRow.code).order_by(ItemRow.code))):
            row = ItemStatisticRow(
                analysis_id="ana_1", code=code, version=1, bank_id=bank.id, n=500, p=0.6, discrimination=0.4,
                a=0.8 + number % 7 / 10, b=-1.5 + number % 11 / 5, c=None, usable=True, flags=[], figures={},
            )  # fmt: skip
            work.session.add(row)


def blueprint(**changes: Any) -> Row:
    """Ten items, four of A and six of B."""
    cells = [{"area": "A", "type": SINGLE, "count": 4}, {"area": "B", "type": SINGLE, "count": 6}]
    made: Row = {
        "name": "电工", "duration_s": 3600, "cut_score": "6", "total_points": "10", "cells": cells,
        "sections": [{"type": SINGLE, "title": "单选题", "points_each": "1"}], "max_per_point": 4,
    }  # fmt: skip
    return made | changes


def started(bank: Bank, **changes: Any) -> str:
    """The id of an assembly that waits for a worker."""
    made = bank.assembler.post(f"/api/bank/banks/{bank.id}/blueprints", blueprint(**changes))
    assert made.status_code == 200, made.text
    asked = {"forms": 2, "reserve_forms": 0, "seed": "s"}
    answer = bank.assembler.post(f"/api/bank/blueprints/{made.json['id']}/assemblies", asked)
    assembly: str = answer.json["assembly"]
    return assembly


def view(bank: Bank, assembly: str) -> Any:
    return bank.assembler.get(f"/api/bank/assemblies/{assembly}").json


def test_the_report_holds_curves_deviations_and_exposure(bank: Bank) -> None:
    aims = [{"theta": "0", "target": "2.2", "tolerance": "0.3"}]
    made = bank.assemble(blueprint(information=aims), 3, 1, "报告")
    assert made["state"] == "assembled", made["shortages"]
    report, form = made["report"], made["forms"][0]["report"]
    assert len(report["thetas"]) == len(form["information"]) == len(form["expected"]) == 33
    assert form["expected"] == sorted(form["expected"]) and form["measured"] == 10
    assert {aim["name"] for aim in form["aims"]} == {"information:0", "expected_score"}
    assert [(area["area"], area["items"], area["within"]) for area in form["areas"]] == [("A", 4, True), ("B", 6, True)]
    assert report["exposure"]["before"] == [COUNT] and report["exposure"]["after"] == [COUNT - 40, 40]
    assert report["deviation"] == max(report["deviations"].values()) and made["took_ms"] >= 0
    scores = [each["report"]["aims"][1]["value"] for each in made["forms"]]
    assert max(scores) - min(scores) <= 0.1, "a hundredth of ten points"


def test_a_waiting_assembly_is_cancelled_and_leaves_nothing(bank: Bank) -> None:
    assembly = started(bank)
    assert bank.assembler.post(f"/api/bank/assemblies/{assembly}/cancel").json["state"] == "cancelled"
    bank.world.run_jobs()
    assert (view(bank, assembly)["state"], view(bank, assembly)["forms"]) == ("cancelled", [])
    again = bank.assembler.post(f"/api/bank/assemblies/{assembly}/cancel")
    assert again.json["code"] == "assembly.wrong_state"


def test_a_running_assembly_stops_between_two_forms(bank: Bank) -> None:
    assembly, seen = started(bank), []

    def cancel_after_the_first(percent: int, _note: str) -> None:
        seen.append(percent)
        if len(seen) == 2:
            assert bank.assembler.post(f"/api/bank/assemblies/{assembly}/cancel").status_code == 200

    answer = run_assembly(bank.world.runtimes["bank"], {"assembly": assembly}, cancel_after_the_first)
    assert answer == {"assembly": assembly, "state": "cancelled", "forms": 0} and max(seen) < 80
    with open_work(bank.world.runtimes["bank"], system_actor("test"), write=False) as work:
        rows = select(AssemblyFormRow).where(AssemblyFormRow.assembly_id == assembly)
        assert work.session.scalars(rows).all() == []


def test_an_infeasible_blueprint_offers_a_change_that_is_accepted_with_one_act(bank: Bank) -> None:
    cells = [{"area": "A", "type": SINGLE, "count": 8}, {"area": "B", "type": SINGLE, "count": 2}]
    made = bank.assemble(blueprint(cells=cells, importance={"X": [10, 10]}, max_per_point=2), 1, 0, "窄")
    assert made["state"] == "infeasible" and made["forms"] == []
    assert all(one["demand"] and one["needed"] != one["available"] for one in made["shortages"])
    offered = made["relaxation"]
    assert offered["changes"] and all(change["was"] != change["becomes"] for change in offered["changes"])
    accepted = bank.assembler.post(f"/api/bank/assemblies/{made['id']}/relax")
    assert accepted.status_code == 200, accepted.text
    bank.world.run_jobs()
    assert view(bank, accepted.json["assembly"])["state"] == "assembled"
    refused = bank.assembler.post(f"/api/bank/assemblies/{accepted.json['assembly']}/relax")
    assert refused.json["code"] == "assembly.no_relaxation"


def test_a_reviewer_swaps_an_item_and_another_person_approves(bank: Bank) -> None:
    made = bank.assemble(blueprint(importance={"X": [4, 6]}), 2, 0, "换")
    form = made["forms"][0]
    path = f"/api/bank/assemblies/{made['id']}/forms/{form['form']}"
    shown = bank.releaser.get(path, query_string={"purpose": "审读"}).json["content"]
    item = shown["sections"][0]["items"][3]
    asked = {"item": item["code"], "purpose": "题干过时"}
    assert bank.releaser.get(f"{path}/swaps", query_string={"item": item["code"]}).status_code == 422, "say why"
    proposals = bank.releaser.get(f"{path}/swaps", query_string=asked).json["proposals"]
    distances = [one["distance"] for one in proposals]
    assert 1 <= len(proposals) <= 10 and distances == sorted(distances)
    assert all(one["items"][0]["point"][0] == "AB"[int(item["code"][2:]) % 2] for one in proposals)
    assert proposals[0]["items"][0]["stem"]
    wrong = {"item": item["code"], "replacement": item["code"], "reason": "同题"}
    assert bank.releaser.post(f"{path}/swaps", wrong).json["code"] == "swap.breaks_rules"
    choice = {"item": item["code"], "replacement": proposals[0]["code"], "reason": "题干过时"}
    after = bank.releaser.post(f"{path}/swaps", choice)
    assert after.status_code == 200, after.text
    swapped = after.json["forms"][0]
    assert swapped["digest"] != form["digest"] and all(check["ok"] for check in swapped["checks"])
    assert after.json["forms"][1]["digest"] == made["forms"][1]["digest"]
    (swap,) = after.json["swaps"]
    assert (swap["out"], swap["into"], swap["reason"]) == (item["code"], proposals[0]["code"], "题干过时")
    seen = bank.releaser.get(path, query_string={"purpose": "复核"}).json["content"]["sections"][0]["items"]
    kept = [(one["id"], one["code"]) for one in shown["sections"][0]["items"]]
    expected = [(place, swap["into"] if code == swap["out"] else code) for place, code in kept]
    assert [(one["id"], one["code"]) for one in seen] == expected, "all others keep their places"

    refused = bank.releaser.post(f"/api/bank/assemblies/{made['id']}/approve")
    assert refused.json["code"] == "assembly.swapper_approves"
    other = bank.world.signed_in("bank", "releaser2", "paper_approver")
    assert other.post(f"/api/bank/assemblies/{made['id']}/approve").status_code == 200
    closed = other.post(f"{path}/swaps", choice | {"item": proposals[0]["code"], "replacement": item["code"]})
    assert closed.json["code"] == "assembly.wrong_state"
    with open_work(bank.world.runtimes["bank"], system_actor("test"), write=False) as work:
        actions = set(work.session.execute(select(SHARED["bank"].audit.c.action)).scalars())
    assert {"form.swaps_proposed", "form.item_swapped", "assembly.cancelled"} <= actions


def test_approved_papers_count_as_uses_and_limit_later_forms(bank: Bank) -> None:
    before = bank.assembler.get(f"/api/bank/banks/{bank.id}/exposure").json["items"]
    made = bank.assemble(blueprint(max_uses=1), 1, 0, "曝光一")
    assert bank.releaser.post(f"/api/bank/assemblies/{made['id']}/approve").status_code == 200
    after = bank.assembler.get(f"/api/bank/banks/{bank.id}/exposure").json["items"]
    assert len(after) == len(before) + 10, "items used before were held back"
    with open_work(bank.world.runtimes["bank"], system_actor("test"), write=False) as work:
        used = uses_of(work.session, bank.id)
        row = work.session.get_one(AssemblyRow, made["id"])
        assert {use.count for use in used.values()} == {1} and max(u.last_ms for u in used.values()) == row.approved_ms
    later = bank.assemble(blueprint(max_uses=1, uses_months=6), 1, 0, "曝光二")
    assert later["report"]["exposure"]["before"] == [COUNT - len(after), len(after)]
    looked = bank.assembler.post(f"/api/bank/banks/{bank.id}/blueprints/forecast", blueprint(max_uses=1)).json
    assert (looked["held_back"], looked["usable"], looked["measured"]) == (
        len(after),
        COUNT - len(after),
        COUNT - len(after),
    )
    assert looked["theta"] and looked["shortages"] == [] and looked["cells"][0]["needed"] == 4


def test_shares_in_per_cent_become_counts(bank: Bank) -> None:
    asked = blueprint(importance_shares={"X": ["35", "65"]})
    saved = bank.assembler.post(f"/api/bank/banks/{bank.id}/blueprints", asked).json
    assert saved["importance"] == {"X": [4, 6]}


def test_a_trial_may_use_approved_items_and_is_never_sealable(tmp_path: Path) -> None:
    own = open_bank(tmp_path)
    assert own.specify(spec_csv(spec_rows({"A": 40, "B": 60}, 3))).status_code == 200
    own.fill(item_row(n, f"{'AB'[n % 2]}-A-{n // 2 % 3 + 1:03d}") for n in range(COUNT))
    with open_work(own.world.runtimes["bank"], system_actor("test")) as work:
        work.session.execute(update(ItemRow).where(ItemRow.code < "T-00040").values(state="approved"))
    made = own.assembler.post(f"/api/bank/banks/{own.id}/blueprints", blueprint(max_per_point=None)).json["id"]
    states = {}
    for purpose in ("formal", "trial"):
        asked = {"forms": 3, "reserve_forms": 0, "seed": "t", "purpose": purpose}
        assembly = own.assembler.post(f"/api/bank/blueprints/{made}/assemblies", asked).json["assembly"]
        own.world.run_jobs()
        states[purpose] = own.assembler.get(f"/api/bank/assemblies/{assembly}").json["state"]
        own.releaser.post(f"/api/bank/assemblies/{assembly}/approve")
    assert states == {"formal": "infeasible", "trial": "assembled"}
    sealer = own.world.signed_in("bank", "sealer", "paper_sealer")
    assert sealer.get("/api/bank/sealable-assemblies").json["assemblies"] == []


def run(bank: Bank, *words: str) -> Result:
    return CliRunner().invoke(bank_command, ["assemble", *words], obj=bank.world.settings)


def test_the_command_tries_without_a_login_and_keeps_with_one(bank: Bank, tmp_path: Path) -> None:
    plan, password = tmp_path / "plan.json", tmp_path / "password"
    plan.write_text(json.dumps(blueprint()), "utf-8")
    password.write_text(PASSWORD)
    words = ("--blueprint", str(plan), "--forms", "2", "--seed", "一", "--json")
    tried = json.loads(run(bank, *words).stdout)
    assert tried["state"] == "tried" and tried["max_overlap"] == 0 and tried["seconds"] >= 0
    assert [len(form["items"]) for form in tried["forms"]] == [10, 10]
    done = run(bank, *words, "--login", "assembler", "--password-file", str(password))
    assert done.exit_code == 0, done.output
    kept = json.loads(done.stdout)
    same = [(one["id"], one["digest"], one["items"]) for one in tried["forms"]]
    assert [(one["id"], one["digest"], one["items"]) for one in kept["forms"]] == same
    assert view(bank, kept["id"])["state"] == "assembled" and kept["deviation"] == tried["deviation"]


def test_the_command_tells_a_conflict_with_status_three(bank: Bank, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps(blueprint(difficulty={"mean_min": "0.9", "mean_max": "1"})), "utf-8")
    done = run(bank, "--blueprint", str(plan), "--forms", "1", "--seed", "一", "--json")
    assert done.exit_code == 3, done.output
    shown = json.loads(done.stdout)
    assert {"demand", "needed", "available"} <= set(shown["infeasible"][0])
    assert shown["relaxation"]["changes"] and shown["relaxation"]["changes"][0]["demand"] == "difficulty"
    offered = tmp_path / "offered.json"
    offered.write_text(json.dumps(shown["relaxation"]["blueprint"]), "utf-8")
    again = run(bank, "--blueprint", str(offered), "--forms", "1", "--seed", "一", "--json")
    assert again.exit_code == 0, "what is offered is taken as it is"
    plain = run(bank, str(plan), "--forms", "1", "--seed", "一")
    assert plain.exit_code == 3 and "最小的放宽" in plain.output
    assert run(bank).exit_code == 2


@pytest.mark.parametrize(
    ("name", "text", "place", "zh", "en"),
    [
        ("p.json", json.dumps(blueprint(color=1, words=[1])), "words[1]", "缺少", "missing"),
        ("p.json", json.dumps(blueprint(wordz=[1, 2])), "wordz", "是否为 words", "did you mean words"),
        ("p.json", json.dumps(blueprint(cells=[{"area": "A", "type": SINGLE, "count": 3, "colour": 1}])),
         "cells[0].colour", "没有这个项目", "no such key"),
        ("p.json", json.dumps(blueprint(max_overlap="三")), "max_overlap", "整数", "whole number"),
        ("p.json", json.dumps(blueprint(difficulty=[654, 950])), "difficulty", "项目 = 值", "keys with values"),
        ("p.json", json.dumps(blueprint(cut_score=-1)), "cut_score", "大于 0", "greater than 0"),
        ("p.json", "[]", "*", "项目 = 值", "keys with values"),
        ("p.json", "{", "", "第 1 行第 2 列", "line 1, column 2"),
        ("p.toml", "name = \n", "", "第 1 行第 8 列", "line 1, column 8"),
    ],
)  # fmt: skip
def test_a_malformed_blueprint_is_refused_in_both_languages_with_place_and_next_step(
    tmp_path: Path, name: str, text: str, place: str, zh: str, en: str
) -> None:
    plan = tmp_path / name
    plan.write_text(text, "utf-8")
    with pytest.raises(ExamError) as refusal:
        read_rules(plan)
    error = for_scripts(refusal.value)["error"]
    assert zh in error["message"] + str(error["fields"]) and en in error["message_en"] + str(error["fields"])
    assert place in {one["place"] for one in error["fields"].get("faults", [{"place": ""}])}
    assert error["next"] and error["next_en"] and "?" not in error["message_en"].replace("did you mean words?", "")
    assert "Input should" not in str(error) and "permitted" not in str(error)


def test_the_command_ends_with_the_refusal_of_a_malformed_blueprint(bank: Bank, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text("{", "utf-8")
    done = run(bank, str(plan), "--json")
    assert done.exit_code == 1 and isinstance(done.exception, ExamError), "the entry point prints it for scripts too"


def test_an_interrupted_command_keeps_nothing(bank: Bank, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan, password = tmp_path / "plan.json", tmp_path / "password"
    plan.write_text(json.dumps(blueprint(name="中断")), "utf-8")
    password.write_text(PASSWORD)

    def interrupted(_runtime: Any) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("itembank.assembly.commands.run_all", interrupted)
    done = run(bank, str(plan), "--forms", "1", "--login", "assembler", "--password-file", str(password))
    assert done.exit_code == 130
    newest = bank.assembler.get("/api/bank/assemblies").json["assemblies"][0]
    assert (newest["blueprint_name"], newest["state"], newest["forms"]) == ("中断", "cancelled", [])
    bank.world.run_jobs()
    assert view(bank, newest["id"])["state"] == "cancelled"
