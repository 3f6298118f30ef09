"""A content specification is read into a tree, and everything in it that contradicts itself is reported."""

from decimal import Decimal
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from itembank.exchange.mapping import read_mapping
from itembank.exchange.sheet import read_sheet
from itembank.exchange.store import mapping_text
from itembank.specs.reading import read_specification
from itembank.specs.tree import (
    ContentSpecification,
    SpecNode,
    check_specification,
    count_importance,
    derive_specification,
)
from tests.itembank.bank import SPEC_HEADERS, item_row, open_bank, spec_csv, spec_rows, workbook

COLUMNS = read_mapping(mapping_text("exam-workbook")).specification.columns


def tree_of(rows: list[list[object]]) -> ContentSpecification:
    """The tree of these rows."""
    return read_specification(read_sheet(spec_csv(rows)), COLUMNS).specification


def contradictions(rows: list[list[object]]) -> list[tuple[str, str]]:
    """(code, node) of everything wrong with these rows."""
    read = read_specification(read_sheet(spec_csv(rows)), COLUMNS)
    return [(each.code, each.node) for each in [*read.unreadable, *check_specification(read.specification)]]


def sound() -> list[list[object]]:
    """Two areas of 40 and 60, each with three points."""
    return spec_rows({"A": 40, "B": 60}, 3)


def test_a_sound_sheet_becomes_a_tree_without_contradiction() -> None:
    tree = tree_of(sound())
    assert check_specification(tree) == []
    assert len(tree.points) == 6
    assert tree.path("B-A-002") == ("B", "B-A", "B-A-002")
    assert count_importance(tree, "A") == (3, 0, 0)


def test_weights_that_do_not_add_up_are_reported_at_every_level() -> None:
    rows = sound()
    rows[0][4] = 30
    assert contradictions(rows) == [("spec.level1_weight", ""), ("spec.child_weight", "A")]


def test_a_ratio_that_the_points_do_not_bear_out_is_reported() -> None:
    rows = sound()
    rows[1][6] = "5:2:0"
    assert contradictions(rows) == [("spec.ratio", "A-A")]


def test_structure_faults_are_all_listed_and_stop_the_upload() -> None:
    rows = sound()
    rows[3][2] = "Q"
    rows[4][1] = 1
    rows.append(list(rows[2]))
    found = {code for code, _ in contradictions(rows)}
    assert {"spec.unknown_parent", "spec.level", "spec.repeated"} <= found


def test_unreadable_cells_are_named() -> None:
    rows = sound()
    rows[0][4], rows[1][6], rows[2][5], rows[3][1] = "四十", "5-2", "W", "一"
    found = {code for code, _ in contradictions(rows)}
    assert {
        "spec.weight_unreadable",
        "spec.ratio_unreadable",
        "spec.importance_unreadable",
        "spec.level_unreadable",
    } <= found


def test_a_loop_of_parents_ends() -> None:
    nodes = (SpecNode("A", 1, "B", "a"), SpecNode("B", 2, "A", "b"))
    tree = ContentSpecification(nodes)
    assert tree.path("A") == ("B", "A")
    assert any(each.structural for each in check_specification(tree))


@given(st.lists(st.integers(1, 99), min_size=1, max_size=6), st.integers(1, 4))
def test_any_weights_that_sum_to_a_hundred_are_accepted(parts: list[int], points: int) -> None:
    weights = [Decimal(part) for part in parts]
    weights[-1] += 100 - sum(weights)
    rows = spec_rows({chr(65 + i): weight for i, weight in enumerate(weights)}, points)  # type: ignore[misc]
    found = contradictions(rows)
    assert found == [] or weights[-1] < 0


def test_a_tree_derived_from_codes_has_their_ancestors_in_natural_order() -> None:
    tree = derive_specification(["3.10.1", "3.2.1", "1.1.1"], ".")
    assert [node.code for node in tree.nodes if node.level == 2] == ["1.1", "3.2", "3.10"]
    assert set(tree.points) == {"1.1.1", "3.2.1", "3.10.1"}
    assert check_specification(tree) == []


def test_an_upload_reports_contradictions_and_coverage_of_the_present_phase(tmp_path: Path) -> None:
    bank = open_bank(tmp_path)
    rows = sound()
    rows[1][6] = "5:2:0"
    made = bank.specify(spec_csv(rows))
    assert made.status_code == 200
    assert [each["code"] for each in made.json["contradictions"]] == ["spec.ratio"]
    before = bank.author.get(f"/api/bank/banks/{bank.id}/specification").json["nodes"]
    assert {node["code"]: node["need"] for node in before if node["code"] in ("A", "A-A-001")} == {
        "A": 12,
        "A-A-001": 4,
    }
    bank.fill([item_row(1, "A-A-001"), item_row(2, "A-A-001"), item_row(3, "B-A-002")])
    shown = bank.author.get(f"/api/bank/banks/{bank.id}/specification").json
    nodes = {node["code"]: node for node in shown["nodes"]}
    assert nodes["A-A-001"]["have"] == {"enrolled": 2} and nodes["A-A-001"]["need"] == 1
    assert nodes["A"]["have"] == {"enrolled": 2} and nodes["A"]["need"] == 1
    assert nodes["B"]["enrolled_by_type"] == {"single_response": 1}


def test_an_unusable_sheet_is_refused_with_every_fault_and_leaves_nothing(tmp_path: Path) -> None:
    bank = open_bank(tmp_path)
    rows = sound()
    rows[3][2], rows[0][4] = "Q", "x"
    refused = bank.specify(spec_csv(rows))
    assert refused.status_code == 422
    assert refused.json["code"] == "specification.unusable"
    assert {fault["code"] for fault in refused.json["fields"]["faults"]} >= {
        "spec.unknown_parent",
        "spec.weight_unreadable",
    }
    assert bank.author.get(f"/api/bank/banks/{bank.id}/specification").status_code == 404


def test_the_sheet_of_a_workbook_is_found_by_its_name(tmp_path: Path) -> None:
    bank = open_bank(tmp_path)
    rows = [dict(zip(SPEC_HEADERS, row, strict=True)) for row in sound()]
    made = bank.specify(workbook(rows, "细目表", SPEC_HEADERS), "bank.xlsx")
    assert made.status_code == 200, made.text
    assert made.json["points"] == 6
