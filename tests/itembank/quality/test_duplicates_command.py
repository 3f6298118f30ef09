"""`exam bank duplicates`: a file by itself; a bank by its codes, with its texts for a person who signs in."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from examserver.kernel.access import system_actor
from examserver.plumbing.audit_store import read_events
from examserver.plumbing.work import open_work
from itembank.commands import bank as bank_command
from tests.itembank.bank import Bank, item_row, open_bank, spec_csv, spec_rows, workbook
from tests.kit import PASSWORD

ROWS = [
    item_row(1, 题干="检修配电柜前，作业人员首先应当进行的操作是（　）。", 选项A="断开电源"),
    item_row(2, 题干="检修配电柜前，作业人员首先应该进行的操作是", 选项A="断开电源"),
    item_row(3, 题干="三相异步电动机正反转线路中，两个接触器之间必须设置（　）。"),
    item_row(
        4, 题干="三相异步电动机正反转线路中,两个接触器之间必须设置()", 选项A="直接送电", 选项B="按图纸第 3 页复核"
    ),
    item_row(5, 题干="兆欧表在使用前应当做开路和短路试验，其目的是（　）。"),
]


def run(settings: Any, *words: str | Path) -> Result:
    """The command's outcome."""
    return CliRunner().invoke(bank_command, ["duplicates", *map(str, words)], obj=settings)


@pytest.fixture
def opened(tmp_path: Path) -> Bank:
    """A bank that holds rows 1, 2, 3 and 5, for the import itself refuses row 4."""
    opened = open_bank(tmp_path / "data")
    assert opened.specify(spec_csv(spec_rows({"A": 100}, 5))).status_code == 200
    opened.take(workbook([ROWS[0], ROWS[1], ROWS[2], ROWS[4]]))
    return opened


def events(opened: Bank) -> int:
    """How many comparisons the audit chain holds."""
    with open_work(opened.world.runtimes["bank"], system_actor("test"), write=False) as work:
        return sum(event.action == "items.compared" for event in read_events(work.session, "bank"))


def test_a_file_is_compared_before_it_goes_anywhere(tmp_path: Path) -> None:
    file = tmp_path / "items.xlsx"
    file.write_bytes(workbook(ROWS))
    done = run(None, "--file", file, "--json")
    assert done.exit_code == 0, done.output
    shown = json.loads(done.output)
    assert [(pair["a"], pair["b"], pair["kind"]) for pair in shown["pairs"]] == [
        ("T-00003", "T-00004", "contradiction"),
        ("T-00001", "T-00002", "near_stem"),
    ]
    assert (shown["items"], shown["complete"], shown["by_kind"]["contradiction"]) == (5, True, 1)
    assert shown["pairs"][0]["place_b"] == "第 5 行" and shown["pairs"][0]["score"] == 100


def test_pairs_stand_side_by_side(tmp_path: Path) -> None:
    file = tmp_path / "items.xlsx"
    file.write_bytes(workbook(ROWS))
    done = run(None, "--file", file)
    lines = done.output.splitlines()
    assert any("首先应当进行" in line and "首先应该进行" in line for line in lines)
    assert any("答案矛盾" in line and "答案不同" in line for line in lines)
    assert "5 题 items，2 对 pairs" in done.output
    short = run(None, "--file", file, "--limit", "1")
    assert "首先应该" not in short.output and "只显示前 1 对" in short.output


def test_items_whose_figure_is_not_there_are_not_called_the_same(corpora: Path) -> None:
    done = run(None, "--file", corpora / "crac-2025" / "full.csv", "--json")
    shown = json.loads(done.output)
    assert shown["items"] == 1375 and shown["complete"]
    assert shown["by_kind"]["contradiction"] == shown["by_kind"]["same_item"] == 0
    best = [pair for pair in shown["pairs"] if pair["score"] == 100]
    assert best and all(not pair["same_options"] for pair in best), "one stem is asked again with other options"


def test_without_a_person_a_bank_shows_codes_alone(opened: Bank) -> None:
    done = run(opened.world.settings, "--json")
    assert done.exit_code == 0, done.output
    (pair,) = json.loads(done.output)["pairs"]
    assert (pair["a"], pair["b"], pair["kind"]) == ("T-00001", "T-00002", "near_stem") and "item_a" not in pair
    plain = run(opened.world.settings)
    assert "T-00001" in plain.output and "配电柜" not in plain.output
    assert events(opened) == 2


def test_a_person_who_may_read_items_sees_their_texts(opened: Bank, tmp_path: Path) -> None:
    assert opened.reviewer and opened.assembler, "their accounts exist"
    password = tmp_path / "password"
    password.write_text(PASSWORD)
    words = ("--bank", "电工四级题库", "--password-file", password, "--login")
    done = run(opened.world.settings, *words, "reviewer", "--json")
    assert done.exit_code == 0, done.output
    assert "配电柜" in json.loads(done.output)["pairs"][0]["item_a"]["stem"]
    refused = run(opened.world.settings, *words, "assembler", "--json")
    assert refused.exit_code != 0 and "配电柜" not in refused.output
    assert events(opened) == 1


def test_a_bank_that_is_not_there_is_named(opened: Bank) -> None:
    done = run(opened.world.settings, "--bank", "焊工三级题库")
    assert done.exception is not None and "焊工三级题库" in str(done.exception)
