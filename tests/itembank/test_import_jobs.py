"""Large files go through jobs that can be left and found again; the command line prints one JSON shape."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from itembank.commands import bank as bank_command
from tests.itembank.bank import HEADERS, Bank, item_row, open_bank, spec_csv, spec_rows, workbook
from tests.itembank.test_import import AREAS, count_items, thousand_rows
from tests.kit import PASSWORD

LONG = "依据企业内部培训教材编写，" * 70
CASE = ("案例编号", "案例序号", "案例材料")


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    opened = open_bank(tmp_path)
    assert opened.specify(spec_csv(spec_rows(AREAS, 5))).status_code == 200
    return opened


def run(bank: Bank, *words: str) -> tuple[int, dict[str, Any]]:
    """Exit status and the one JSON object of a command."""
    done = CliRunner().invoke(bank_command, [*words, "--json"], obj=bank.world.settings)
    assert done.output, done.exception
    return done.exit_code, json.loads(done.output)


def signed(folder: Path, login: str) -> tuple[str, ...]:
    """The options by which this person acts."""
    (folder / "password").write_text(PASSWORD)
    return ("--login", login, "--password-file", str(folder / "password"))


def test_the_command_line_tells_983_accepted_and_17_rejected_rows(bank: Bank, tmp_path: Path) -> None:
    rows, planted = thousand_rows()
    (tmp_path / "e1.xlsx").write_bytes(workbook(rows))
    assert bank.author.login
    person = signed(tmp_path, "author")
    code, shown = run(bank, "import", str(tmp_path / "e1.xlsx"), "--dry-run", *person)
    assert (code, shown["rows"], shown["accepted"], len(shown["rejected"])) == (1, 1000, 983, 17)
    assert {one["row"] for one in shown["rejected"]} == set(planted)
    assert all(one["column"] and one["reason"] for one in shown["rejected"])
    assert count_items(bank) == 0
    code, refused = run(bank, "import", str(tmp_path / "e1.xlsx"), *person)
    assert (code, refused["accepted"], count_items(bank)) == (1, 0, 0), "good rows only when the person says so"
    code, taken = run(bank, "import", str(tmp_path / "e1.xlsx"), "--take-good-rows", *person)
    assert (code, taken["accepted"], count_items(bank)) == (0, 983, 983)
    assert taken["seconds"] > 0 and taken["conflicts"] == []
    assert all(len(pair) == 3 for pair in taken["duplicates"])


def test_a_file_without_any_specification_is_looked_at_and_says_so(bank: Bank, tmp_path: Path) -> None:
    (tmp_path / "items.xlsx").write_bytes(workbook([item_row(1), item_row(2, 答案="F")]))
    code, shown = run(bank, "import", str(tmp_path / "items.xlsx"), "--dry-run")
    assert (code, shown["accepted"], [one["row"] for one in shown["rejected"]]) == (1, 1, [3])
    assert "specification.absent" in [one["code"] for one in shown["warnings"]]


def test_a_mapping_file_and_a_format_are_named_on_the_command_line(bank: Bank, tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_text("题目;甲项;乙项;丙项;答\n先做什么（　）;停电;送电;离开;1\n", "gb18030")
    (tmp_path / "old.toml").write_text(
        'name = "old"\ntitle_zh = "旧"\ntitle_en = "Old"\n'
        '[columns]\nstem = "题目"\nkey = "答"\noptions = ["甲项", "乙项", "丙项"]\n'
        "[keys]\nnumbers = true\n[specification]\nderive = true\n"
        '[defaults]\npoint = "A-A-001"\ncode_prefix = "OLD"\ntype = "key"\n',
        "utf-8",
    )
    code, shown = run(bank, "import", str(tmp_path / "old.csv"), "--mapping", str(tmp_path / "old.toml"), "--dry-run")
    assert (code, shown["rows"], shown["accepted"], shown["mapping"]) == (0, 1, 1, "old")
    (tmp_path / "items.txt").write_text("先做什么？\nA. 停电\nB. 送电\nC. 离开\nANSWER: A\n", "utf-8")
    assert bank.author.login
    words = ("import", str(tmp_path / "items.txt"), "--format", "aiken", "--point", "A-A-001", "--code-prefix", "AK")
    code, shown = run(bank, *words, *signed(tmp_path, "author"))
    assert (code, shown["accepted"], shown["format"]) == (0, 1, "aiken"), shown
    assert count_items(bank, search="AK-0001") == 1


def large_file() -> bytes:
    """600 sound rows and a faulty one as CSV, too large to be dealt with at once."""
    rows = [item_row(n, f"A-A-{n % 5 + 1:03d}", 来源=LONG) for n in range(600)] + [item_row(600, 答案="F")]
    lines = [",".join(str(row.get(header) or "") for header in HEADERS) for row in rows]
    return "\n".join([",".join(HEADERS), *lines]).encode()


def test_a_large_file_is_checked_and_taken_in_by_jobs(bank: Bank) -> None:
    started = bank.upload(large_file(), name="items.csv").json
    assert (started["state"], started["rows"]) == ("checking", 0) and started["job"]
    path = f"/api/bank/imports/{started['id']}"
    busy = bank.author.post(f"{path}/accept", {"take_good_rows": True})
    assert busy.json["code"] == "import.busy"
    bank.world.run_jobs()
    job = bank.author.get(f"/api/bank/jobs/{started['job']}").json
    assert (job["state"], job["percent"]) == ("done", 100) and job["note_zh"]
    checked = bank.author.get(path).json
    assert (checked["state"], checked["good"], checked["totals"]["faults"]) == ("checked", 600, 1)
    assert bank.author.post(f"{path}/accept", {"take_good_rows": True}).json["state"] == "accepted"
    assert count_items(bank) == 600


@pytest.mark.parametrize("name", ["short.csv", "packed.xlsx"])
def test_a_file_small_in_bytes_but_long_in_rows_keeps_no_writer_waiting(bank: Bank, name: str) -> None:
    rows = [item_row(n, f"A-A-{n % 5 + 1:03d}") for n in range(1_600)]
    lines = [",".join(str(row.get(header) or "") for header in HEADERS) for row in rows]
    data = workbook(rows) if name.endswith("xlsx") else "\n".join([",".join(HEADERS), *lines]).encode()
    assert len(data) < 2**20
    assert bank.upload(data, name=name).json["state"] == "checking"


def test_a_large_file_that_cannot_be_read_says_so_and_can_be_decided_again(tmp_path: Path) -> None:
    bare = open_bank(tmp_path)
    started = bare.upload(large_file(), name="items.csv").json
    assert started["state"] == "checking"
    bare.world.run_jobs()
    stopped = bare.author.get(f"/api/bank/imports/{started['id']}").json
    assert (stopped["state"], stopped["error"]["code"]) == ("uploaded", "import.no_specification")
    assert stopped["error"]["message_zh"] and stopped["error"]["next_en"]


def case_rows(**second: Any) -> list[dict[str, Any]]:
    """A case of two items, the second as changed, and an item beside it."""
    case = dict(zip(CASE, ("C-1", 1, "某车间的电动机起动后有异响。"), strict=True))
    one = item_row(1, **case)
    two = item_row(2, **(case | {"案例序号": 2} | second))
    return [one, two, item_row(3)]


def test_a_case_group_goes_in_whole_or_not_at_all(bank: Bank) -> None:
    headers = (*HEADERS, *CASE)
    faulty = bank.upload(workbook(case_rows(答案="F"), headers=headers)).json
    assert [(fault["row"], fault["code"]) for fault in faulty["faults"]] == [(2, "case.member"), (3, "key.outside")]
    assert faulty["good"] == 1
    whole = bank.upload(workbook(case_rows(), headers=headers)).json
    assert (whole["good"], whole["faults"]) == (3, [])
    bank.author.post(f"/api/bank/imports/{whole['id']}/accept", {})
    assert count_items(bank, case="C-1") == 2
