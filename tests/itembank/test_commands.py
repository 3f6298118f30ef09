"""`exam bank` on the command line: the dry run lists every fault, a person acts under login and password."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from examserver.kernel.errors import ExamError
from itembank.commands import bank as bank_command
from tests.itembank.bank import SPEC_HEADERS, item_row, open_bank, spec_csv, spec_rows, workbook
from tests.kit import PASSWORD


def run(settings: Any, *words: str) -> Result:
    """The command's outcome."""
    return CliRunner().invoke(bank_command, list(words), obj=settings)


def test_a_dry_run_needs_no_bank_and_lists_every_fault(tmp_path: Path) -> None:
    world = open_bank(tmp_path / "data").world
    file = tmp_path / "items.csv"
    file.write_text(
        "J,P,I,Q,T,A,B,C,D\nLK1,1.1.1,MC1-0001,问,A,甲,乙,丙,丁\nLK2,1.1.1,MC1-0002,另问,,甲,乙,丙,丁\n", "utf-8"
    )
    done = run(world.settings, "import", str(file), "--dry-run", "--json")
    assert done.exit_code == 1
    shown = json.loads(done.output)
    assert (shown["mapping"], shown["rows"], shown["accepted"]) == ("crac-2025", 2, 1)
    (rejected,) = shown["rejected"]
    assert (rejected["row"], rejected["column"], rejected["code"]) == (3, "T", "key.missing")
    assert "缺少答案" in rejected["reason"]
    assert {"warnings", "duplicates", "conflicts", "seconds"} <= shown.keys()
    plain = run(world.settings, "import", str(file), "--dry-run")
    assert "第 3 行 T：缺少答案" in plain.output


def test_a_dry_run_uses_the_specification_sheet_of_the_same_workbook(tmp_path: Path) -> None:
    world = open_bank(tmp_path / "data").world
    book = load_workbook(io.BytesIO(workbook([item_row(1), item_row(2, "A-A-999")])))
    sheet = book.create_sheet("细目表")
    for row in (SPEC_HEADERS, *spec_rows({"A": 100}, 2)):
        sheet.append(list(row))
    book.save(tmp_path / "items.xlsx")
    shown = json.loads(run(world.settings, "import", str(tmp_path / "items.xlsx"), "--dry-run", "--json").output)
    assert (shown["accepted"], [one["code"] for one in shown["rejected"]]) == (1, ["point.unknown"])


def test_a_person_imports_and_assembles_on_the_command_line(tmp_path: Path) -> None:
    opened = open_bank(tmp_path / "data")
    settings = opened.world.settings
    assert opened.author and opened.assembler and opened.reviewer, "their accounts exist"
    password = tmp_path / "password"
    password.write_text(PASSWORD)
    spec, items, plan = tmp_path / "spec.csv", tmp_path / "items.xlsx", tmp_path / "plan.toml"
    spec.write_bytes(spec_csv(spec_rows({"A": 100}, 5)))
    items.write_bytes(workbook([item_row(n, f"A-A-{n % 5 + 1:03d}") for n in range(40)]))
    plan.write_text(
        'name = "卷"\nduration_s = 3600\ncut_score = "6"\ntotal_points = "10"\n'
        'cells = [{ area = "A", type = "single_response", count = 10 }]\n'
        '[[sections]]\ntype = "single_response"\ntitle = "单选题"\npoints_each = "1"\n',
        "utf-8",
    )
    common = ("--bank", "电工四级题库", "--password-file", str(password))
    seen = json.loads(run(settings, "import", str(spec), "--specification", "--dry-run", "--json").output)
    assert (seen["points"], seen["contradictions"], seen["dry_run"]) == (5, [], True)
    done = run(settings, "import", str(spec), "--specification", "--login", "admin", *common[2:])
    assert done.exit_code == 0, done.output
    done = run(settings, "import", str(items), "--login", "author", "--json", *common)
    assert done.exit_code == 0, done.output
    opened.sign(json.loads(done.output)["id"])
    again = tmp_path / "again.xlsx"
    again.write_bytes(
        workbook([item_row(0, "A-A-001"), *[item_row(99, "A-A-002", 编号=code) for code in ("N-1", "N-2")]])
    )
    told = json.loads(run(settings, "import", str(again), "--dry-run", "--login", "author", "--json", *common).output)
    assert [pair[2] for pair in told["duplicates"]] == [100.0, 100.0]
    assert told["duplicate_places"] == [["row 3", "row 4"], ["bank", "row 2"]], told["duplicates"]
    assert "（题库中）" in told["rejected"][0]["reason"] and "(in the bank)" in told["rejected"][0]["reason"]
    words = ("assemble", str(plan), "--forms", "2", "--reserve", "1", "--seed", "s", "--login", "assembler", "--json")
    done = run(settings, *words, *common)
    assert done.exit_code == 0, done.output
    assert [form["name"] for form in json.loads(done.output)["forms"]] == ["A", "B", "R1"]
    with pytest.raises(ExamError):
        raise run(settings, *words[:-3], "--login", "reviewer", *common).exception  # type: ignore[misc]


def test_init_prints_the_keys_of_the_role(tmp_path: Path) -> None:
    settings = open_bank(tmp_path / "data").world.settings
    shown = json.loads(run(settings, "init").output)
    assert shown["signing_key"].startswith("ed25519:") and shown["sealing_key"].startswith("x25519:")


def test_a_bank_is_opened_from_the_command_line(tmp_path: Path) -> None:
    settings = open_bank(tmp_path / "data").world.settings
    password = tmp_path / "password"
    password.write_text(PASSWORD)
    by = ("--login", "admin", "--password-file", str(password))
    words = ("open", "车工三级题库", "--occupation", "车工", "--level", "3", "--standard", "车工标准", *by)
    wrong = run(settings, *words, "--occupation-code", "车工")
    assert wrong.exit_code == 2
    assert "occupation_code" in wrong.output
    made = json.loads(run(settings, *words, "--occupation-code", "6-18-01-01", "--json").output)
    banks = json.loads(run(settings, "list", "--json").output)["banks"]
    assert {"id": made["id"], "name": "车工三级题库", "items": {}} in banks


def test_a_script_that_asked_for_json_gets_refusals_as_json(tmp_path: Path) -> None:
    file = tmp_path / "empty.gift"
    file.write_bytes(b"")
    command = [sys.executable, "-m", "examserver.cli", "--data", str(tmp_path / "data"), "bank", "import"]
    for words, status, code in (([str(file), "--dry-run"], 1, "import."), (["/nowhere.xlsx"], 2, "usage")):
        done = subprocess.run([*command, *words, "--json"], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == status
        error = json.loads(done.stdout)["error"]
        assert error["code"].startswith(code), error
        assert error["message"] and error["message_en"]
