"""A blueprint the bank cannot meet: the smallest set of demands in conflict, and the least change that works."""

from dataclasses import replace
from decimal import Decimal

import pytest

from itembank.assembly.blueprint import Blueprint, Cell, InformationTarget, Section
from itembank.assembly.forms import Request, assemble_forms
from itembank.assembly.relaxation import Relaxation, least_relaxation
from itembank.assembly.soundness import check_blueprint
from itembank.assembly.supply import PoolItem
from tests.itembank.assembly.made import SINGLE, TREE, blueprint, body, measured, pooled, small

OWN = [body(number, area) for area in "ABCD" for number in range(60)]
POOL = [pooled(each) for each in OWN]
MULTIPLE = "multiple_response"


def relaxed(request: Request, pool: list[PoolItem]) -> Relaxation:
    """The least relaxation; it must be sound, and work."""
    made = assemble_forms(request, pool)
    assert made.forms == () and made.shortages
    found = least_relaxation(request, pool, made.most)
    assert found is not None and check_blueprint(found.blueprint, TREE) == []
    assert len(assemble_forms(Request(found.blueprint, request.seed, found.forms, found.reserve_forms), pool).forms) > 0
    return found


def test_a_thin_area_is_named_and_what_it_lacks_moves_to_another_area() -> None:
    pool = [replace(item, type=MULTIPLE) for item in POOL if item.path[0] == "B" or item.code < "C00009"]
    pool = [item for item in pool if item.path[0] in "BC"]
    sections = (Section(MULTIPLE, "多选题", Decimal(2)),)
    rules = Blueprint(
        "卷", 5400, Decimal(36), Decimal(60), sections, (Cell("B", MULTIPLE, 18), Cell("C", MULTIPLE, 12))
    )
    request = Request(rules, "薄", 1, 0)
    made = assemble_forms(request, pool)
    (shortage,) = made.shortages
    assert (shortage.area, shortage.type, shortage.needed, shortage.available) == ("C", MULTIPLE, 12, 9)
    found = relaxed(request, pool)
    assert {cell.area: cell.count for cell in found.blueprint.cells} == {"B": 21, "C": 9}
    assert [change.demand for change in found.changes] == [f"cell:B:{MULTIPLE}", f"cell:C:{MULTIPLE}"]
    assert "12 → 9" in found.changes[1].words_zh


def test_a_type_that_lacks_items_everywhere_gets_fewer_of_them_and_the_points_follow() -> None:
    pool = [item for item in POOL if item.path[0] == "A"][:8]
    found = relaxed(Request(small(count=10), "少", 1, 0), pool)
    assert found.blueprint.count == 8 and found.blueprint.total_points == 8
    assert found.blueprint.cut_score == 5, "sixty per cent of eight, to the half point"


@pytest.mark.parametrize(
    ("changes", "demand", "needed", "available"),
    [
        ({"difficulty": (890, 900)}, "difficulty", 890, None),
        ({"importance": {"X": (90, 100)}, "max_per_point": 8}, "importance:X", 90, 85),
        ({"words": (100, 1500)}, "words", 1500, None),
        ({"cognition": {"apply": (95, 100)}}, "cognition:apply", 95, None),
    ],
)
def test_demands_that_exclude_each_other_are_told_with_numbers(
    changes: dict[str, object], demand: str, needed: int, available: int | None
) -> None:
    request = Request(blueprint(**changes), "争", 1, 0)
    made = assemble_forms(request, POOL)
    found = {one.demand: one for one in made.shortages}
    assert demand in found and needed in (found[demand].needed, found[demand].available)
    assert all(one.available < one.needed for one in made.shortages), "too little never reads as enough"
    assert available in (None, found[demand].available)
    if found[demand].kind == "conflict":
        assert "其余要求之下" in found[demand].reason_zh and made.shortages[0].demand == demand
    change = {one.demand for one in relaxed(request, POOL).changes}
    assert change == {demand}, "a bound that stands alone gives way before any count"


def test_the_conflict_is_the_smallest_there_is() -> None:
    easy = small("A", 10, difficulty=(850, 900), words=(1, 5000), importance={"X": (0, 10)})
    made = assemble_forms(Request(easy, "小", 1, 0), [replace(item, difficulty=500) for item in POOL])
    assert {one.demand for one in made.shortages} == {"difficulty", f"cell:A:{SINGLE}"}


def test_whole_numbers_in_conflict_are_found_where_fractions_would_do() -> None:
    # Three rings of three enemies: four halves of items would do, four whole items do not.
    ring = [pooled(body(number, "A")) for number in range(9)]
    others = [[ring[number // 3 * 3 + place].code for place in range(3)] for number in range(9)]
    pool = [
        replace(item, enemies=tuple(code for code in codes if code != item.code))
        for item, codes in zip(ring, others, strict=True)
    ]
    made = assemble_forms(Request(small(count=4), "整", 1, 0), pool)
    assert {one.demand for one in made.shortages} == {"enemies", f"cell:A:{SINGLE}"}


def test_forms_that_cannot_all_be_different_may_share_a_few_items() -> None:
    found = relaxed(Request(small(count=20), "重", 4, 1), [item for item in POOL if item.path[0] == "A"])
    assert [change.demand for change in found.changes] in (["overlap"], ["forms"])
    found = relaxed(Request(small(count=20, max_overlap=2), "重", 5, 0), [item for item in POOL if item.path[0] == "A"])
    assert found.blueprint.max_overlap > 2


def test_items_held_back_for_their_uses_are_offered_back() -> None:
    pool = [replace(item, uses=1) for item in POOL if item.path[0] == "A"]
    found = relaxed(Request(small(count=20, max_uses=1), "旧", 1, 0), pool)
    assert [(change.demand, change.was, change.becomes) for change in found.changes] == [("max_uses", "1", "2")]


def test_information_out_of_reach_is_told_and_the_tolerance_widened() -> None:
    aims = (InformationTarget(0, 60_000, 1_000),)
    request = Request(blueprint(information=aims, comparable="off"), "息", 1, 0)
    pool = measured(POOL, 4)
    made = assemble_forms(request, pool)
    (aim,) = (one for one in made.shortages if one.demand == "information:0")
    assert aim.needed == 59_000 and aim.available < 59_000
    found = relaxed(request, pool)
    assert [change.demand for change in found.changes] == ["information:0"]
