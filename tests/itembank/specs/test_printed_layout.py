"""The printed layout of the content specification: read as it is, every contradiction told with place and numbers."""

from pathlib import Path

import pytest

from itembank.exchange.sheet import Book
from itembank.specs.official import check_official, is_official, read_official
from itembank.specs.tree import Contradiction, check_specification
from tests.itembank.bank import open_bank, spec_csv, spec_rows
from tests.itembank.specs.printed import SOUND, Line, changed, printed


def told(lines: list[Line], **options: object) -> list[Contradiction]:
    """Everything the import would report of these lines."""
    sheet = read_official(Book(printed(lines, **options)).grid(most=500))  # type: ignore[arg-type]
    return [*sheet.faults, *check_specification(sheet.specification), *check_official(sheet)]


def test_a_sound_sheet_becomes_a_tree_with_full_codes_and_nothing_to_report() -> None:
    sheet = read_official(Book(printed(SOUND)).grid(most=500))
    tree = sheet.specification
    assert told(SOUND) == [] and sheet.occupation == "电工" and sheet.declared_points == 11
    assert list(tree.points)[:4] == ["A-A-A-001", "A-A-A-002", "A-A-A-003", "A-B-A-001"]
    assert tree.by_code["A"].name == "基本要求" and str(tree.by_code["A"].weight) == "25"
    assert tree.by_code["A-B"].ratio == (2, 1, 1) and tree.by_code["B-A-A-004"].importance == "Y"


def test_headers_and_areas_repeated_on_every_page_change_nothing() -> None:
    again = changed(r4c0="A 基本要求（续）", r4c1="B 基础知识（续）", r4c2="A 电工基础（续）")
    sheet = read_official(Book(printed(again, pages=4)).grid(most=500))
    assert [vars(node) | {"row": 0} for node in sheet.specification.nodes] == [
        vars(node) | {"row": 0} for node in read_official(Book(printed(SOUND)).grid(most=500)).specification.nodes
    ]
    assert told(again, pages=4) == []


@pytest.mark.parametrize(
    ("lines", "code", "row", "numbers"),
    [
        (changed(r0c2="A 职业道德基本知识 (05:02:00) 5"), "spec.ratio", 4, ("5:2:0", "2:1:0")),
        (changed(r0c1="A 职业道德 (02:01:00) 3"), "spec.child_weight", 4, ("25", "23")),
        (changed(r7c0="B 相关知识 (03:01:00) 70"), "spec.level1_weight", 4, ("95", "100")),
        (changed(r8c3="005"), "spec.numbering", 11, ("002",)),
        (changed(r2c4="职业守则"), "spec.name_repeated", 6, ("职业守则",)),
        (changed(r6c5=""), "spec.importance", 10, ("A-B-A-004",)),
    ],
)
def test_every_contradiction_is_told_with_its_place_and_numbers(
    lines: list[Line], code: str, row: int, numbers: tuple[str, ...]
) -> None:
    found = [each for each in told(lines) if each.code == code]
    assert found and any(each.row == row for each in found), told(lines)
    assert any(all(number in each.reason_zh for number in numbers) for each in found)


def test_a_declared_total_that_is_not_there_is_told() -> None:
    assert [each.reason_zh for each in told(SOUND, total=491)] == ["表头写明鉴定点总数 491，实际 11"]


def test_what_cannot_be_read_is_named_with_its_row() -> None:
    found = told(changed(r3c1="基础知识，见附表"))
    assert any(each.structural and each.row == 7 and "基础知识" in each.reason_zh for each in found)


def test_letters_names_ratios_and_points_may_stand_in_cells_of_their_own() -> None:
    rows = [
        ["职业：电工"],
        ["A", "基本要求", "(01:01:00)", "100", "", "", "", "", ""],
        ["", "", "", "", "A", "职业道德", "01:01:00", "100", "001 道德的概念 Y"],
        ["", "", "", "", "", "", "", "", "002 职业守则 X"],
    ]
    assert is_official(rows)
    sheet = read_official(rows)
    assert list(sheet.specification.points) == ["A-A-001", "A-A-002"]
    assert check_specification(sheet.specification) == [] and sheet.faults == ()


def test_both_layouts_go_in_through_the_same_door(tmp_path: Path) -> None:
    bank = open_bank(tmp_path)
    made = bank.specify(printed(changed(r0c2="A 职业道德基本知识 (05:02:00) 5")), "spec.xlsx")
    assert made.status_code == 200, made.text
    assert (made.json["points"], [each["code"] for each in made.json["contradictions"]]) == (11, ["spec.ratio"])
    assert made.json["contradictions"][0]["row"] == 4
    plain = bank.specify(spec_csv(spec_rows({"A": 100}, 3)))
    assert (plain.json["version"], plain.json["points"], plain.json["contradictions"]) == (2, 3, [])
    refused = bank.specify(printed(changed(r3c1="基础知识，见附表")), "spec.xlsx")
    assert refused.status_code == 422 and refused.json["code"] == "specification.unusable"
