"""The workbook opens in a spreadsheet, passes the bank's own import, and its faulty twin is told fault by fault."""

import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from examserver.demo.figures import FIGURES
from examserver.demo.workbook import (
    ITEM_HEADERS,
    ROSTER_HEADERS,
    SPECIFICATION_HEADERS,
    TYPES,
    WorkbookFiles,
    build_roster,
    build_workbook,
    read_items,
    read_specification,
)
from examserver.planning.roster import check_roster
from examserver.planning.roster import read_sheet as read_roster_sheet
from itembank.exchange.check import BankFacts, CheckedImport, check_import
from itembank.exchange.figures import read_figures
from itembank.exchange.mapping import read_mapping
from itembank.exchange.sheet import read_sheet
from itembank.exchange.store import mapping_text
from itembank.specs.reading import read_specification as read_specification_sheet
from itembank.specs.tree import ContentSpecification, check_specification

TODAY = date(2026, 6, 1)


def imported(files: WorkbookFiles) -> tuple[ContentSpecification, CheckedImport]:
    mapping = read_mapping(mapping_text("exam-workbook"))
    data = files.workbook.read_bytes()
    read = read_specification_sheet(read_sheet(data, "细目表", 1), mapping.specification.columns)
    assert read.unreadable == ()
    figures = read_figures(files.figures_zip.read_bytes())
    facts = BankFacts(read.specification, ())
    return read.specification, check_import(read_sheet(data, "试题", 1), mapping, figures, facts)


def test_the_workbook_holds_every_item_and_node_under_chinese_headings(tmp_path: Path) -> None:
    files = build_workbook(tmp_path, faults=False)
    book = openpyxl.load_workbook(files.workbook, read_only=True)
    items = list(book["试题"].iter_rows(values_only=True))
    nodes = list(book["细目表"].iter_rows(values_only=True))
    assert (items[0], nodes[0]) == (ITEM_HEADERS, SPECIFICATION_HEADERS)
    assert [row[0] for row in items[1:]] == [item["code"] for item in read_items()]
    assert [row[0] for row in nodes[1:]] == [node["code"] for node in read_specification()]
    assert {row[2] for row in items[1:]} == set(TYPES.values())


def test_the_figures_lie_beside_the_workbook_and_in_one_zip(tmp_path: Path) -> None:
    files = build_workbook(tmp_path, faults=False)
    with zipfile.ZipFile(files.figures_zip) as archive:
        assert archive.namelist() == sorted(FIGURES) == sorted(p.name for p in files.figures_dir.iterdir())


def test_the_good_workbook_passes_the_import_without_a_fault(tmp_path: Path) -> None:
    specification, report = imported(build_workbook(tmp_path, faults=False))
    assert check_specification(specification) == []
    assert report.faults == ()
    assert {each.code.partition(".")[0] for each in report.warnings} <= {"doubt"}, "matters of taste only"
    assert len(report.good) == report.rows == len(read_items())


def test_the_faulty_workbook_is_told_fault_by_fault_and_loses_no_good_row(tmp_path: Path) -> None:
    files = build_workbook(tmp_path, faults=True)
    _, report = imported(files)
    assert 12 <= len(files.faulty_rows) <= 14
    assert [(f.row, f.column, f.code) for f in report.faults] == [(f.row, f.column, f.kind) for f in files.faulty_rows]
    assert len(report.good) == len(read_items()) == report.rows - len(files.faulty_rows)


@pytest.mark.parametrize("faults", [False, True])
def test_the_same_workbook_is_written_byte_for_byte_again(tmp_path: Path, faults: bool) -> None:
    first, second = build_workbook(tmp_path / "a", faults), build_workbook(tmp_path / "b", faults)
    assert first.workbook.read_bytes() == second.workbook.read_bytes()
    assert first.figures_zip.read_bytes() == second.figures_zip.read_bytes()


def test_a_roster_of_three_thousand_is_accepted_whole(tmp_path: Path) -> None:
    path = build_roster(tmp_path, 3000, seed=11)
    roster = check_roster(read_roster_sheet(path.read_bytes()), TODAY)
    assert (len(roster.good), roster.faults) == (3000, ())
    assert len({entry.document_number for entry in roster.good}) == 3000
    assert len({entry.name for entry in roster.good}) > 2900
    assert all(entry.phone.startswith("120") for entry in roster.good)


def test_even_a_small_roster_has_names_that_try_the_typefaces(tmp_path: Path) -> None:
    path = build_roster(tmp_path, 30, seed=3)
    sheet = openpyxl.load_workbook(path, read_only=True).worksheets[0]
    header, *rows = sheet.iter_rows(values_only=True)
    names = [str(row[0]) for row in rows]
    assert header == ROSTER_HEADERS
    assert {"𠮷广明", "王䶮", "李㛃", "买买提·艾力"} <= set(names)


def test_the_seed_alone_decides_a_roster(tmp_path: Path) -> None:
    first = build_roster(tmp_path / "a", 60, seed=5).read_bytes()
    assert first == build_roster(tmp_path / "b", 60, seed=5).read_bytes()
    assert first != build_roster(tmp_path / "c", 60, seed=6).read_bytes()
