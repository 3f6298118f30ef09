"""The least change to a blueprint: bounds before counts, nothing blown up, and it can be given back as it is."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from itembank.assembly.blueprint import Blueprint, Cell, InformationTarget, Section, read_blueprint
from itembank.assembly.conflict import find_conflict
from itembank.assembly.forms import Request
from itembank.assembly.runs.actions import relaxation_as_json
from itembank.assembly.schemas import BlueprintRequest
from itembank.assembly.supply import Shortage, units_of
from itembank.assembly.telling import gathered
from itembank.assembly.views import blueprint_of_request, relaxation_view, request_as_json
from tests.itembank.assembly.made import AREAS, SINGLE, blueprint, body, measured, pooled, small
from tests.itembank.assembly.test_conflicts import POOL, relaxed

THOUSANDTHS = st.integers(0, 1000)
BOUNDS = st.tuples(st.integers(0, 50), st.integers(50, 100))
LEVELS = ("recall", "understand", "apply")


def ordered(values: st.SearchStrategy[int]) -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(values, values).map(lambda pair: (min(pair), max(pair)))


BLUEPRINTS = st.builds(
    Blueprint,
    name=st.just("卷"),
    duration_s=st.integers(1, 86_400),
    cut_score=st.decimals("0.01", 1000, places=2),
    total_points=st.decimals("0.01", 1000, places=2),
    sections=st.just((Section(SINGLE, "单选题", Decimal("0.5"), 30),)),
    cells=st.lists(
        st.builds(Cell, st.sampled_from(["", "A", "B"]), st.just(SINGLE), st.integers(1, 500), st.sampled_from(LEVELS)),
        min_size=1,
        max_size=3,
    ).map(tuple),
    importance=st.dictionaries(st.sampled_from("XYZ"), BOUNDS),
    difficulty=st.none() | ordered(THOUSANDTHS),
    max_overlap=st.integers(0, 500),
    max_per_point=st.none() | st.integers(1, 500),
    cognition=st.dictionaries(st.sampled_from(LEVELS), BOUNDS),
    words=st.none() | BOUNDS,
    working_s=st.none() | BOUNDS,
    reading_per_minute=st.integers(0, 5000),
    cases=st.none() | BOUNDS,
    information=st.lists(
        st.builds(InformationTarget, st.integers(-6000, 6000), st.integers(1, 10**6), st.integers(0, 10**6)), max_size=3
    ).map(tuple),
    comparable=st.sampled_from(["auto", "required", "off"]),
    cut_theta=st.none() | st.integers(-6000, 6000),
    max_uses=st.none() | st.integers(1, 1000),
    uses_months=st.integers(0, 240),
    uses_papers=st.integers(0, 1000),
    public_share=st.integers(0, 100),
)


def given_back(rules: Blueprint) -> Blueprint:
    """The rules after being written to a file and read again."""
    return blueprint_of_request(BlueprintRequest.model_validate(json.loads(json.dumps(request_as_json(rules)))))


@settings(max_examples=60, deadline=None)
@given(BLUEPRINTS)
def test_every_blueprint_is_read_back_from_the_file_it_is_written_to(rules: Blueprint) -> None:
    assert given_back(rules) == rules and read_blueprint(rules.as_json()) == rules


@pytest.mark.parametrize(
    ("changes", "demands"),
    [
        ({"difficulty": (930, 950)}, {"difficulty"}),
        ({"information": (InformationTarget(0, 60_000, 1_000),), "comparable": "off"}, {"information:0"}),
        ({"importance": {"Z": (70, 80)}, "words": (100, 200)}, {"importance:Z", "words"}),
        ({"cognition": {"apply": (95, 100)}}, {"cognition:apply"}),
        ({"working_s": (10, 20), "reading_per_minute": 300}, {"working_s"}),
        ({"max_uses": 1}, {"max_uses"}),
        ({"max_per_point": 1}, {"per_point"}),
    ],
)
def test_bounds_that_stand_alone_give_way_and_the_paper_stays_whole(changes: dict[str, Any], demands: set[str]) -> None:
    pool = [replace(item, uses="max_uses" in changes) for item in measured(POOL, 4)]
    found = relaxed(Request(blueprint(**{"comparable": "off"} | changes), "宽", 1, 0), pool)
    assert {change.demand for change in found.changes} == demands
    assert found.blueprint.cells == blueprint().cells and found.blueprint.total_points == 100
    assert all(" → " in change.words_zh and " → " in change.words_en for change in found.changes)
    assert given_back(found.blueprint) == found.blueprint
    view = relaxation_view(relaxation_as_json(found))
    assert view is not None and blueprint_of_request(view.blueprint) == found.blueprint


def test_a_mistyped_count_becomes_what_there_is_and_no_area_is_blown_up() -> None:
    cells = tuple(Cell(area, SINGLE, 300 if area == "A" else 10) for area in AREAS)
    pool = [item for item in POOL if item.path[0] != "A" or item.code < "A00017"]
    rules = blueprint(cells=cells, total_points=Decimal(330), difficulty=(550, 800), max_per_point=None)
    for _ in range(2):
        found = relaxed(Request(rules, "误", 2, 0), pool)
        assert [(one.demand, one.was, one.becomes) for one in found.changes] == [
            (f"cell:A:{SINGLE}", "300", "8"),
            ("total_points", "330", "38"),
            ("cut_score", "60", "7"),
        ]
        assert given_back(found.blueprint) == found.blueprint


def test_a_conflict_names_the_bound_first_in_numbers_that_never_read_as_enough() -> None:
    rules = blueprint(difficulty=(890, 900))
    told = find_conflict(rules, units_of(rules, POOL), None, 1)
    assert told[0].demand == "difficulty" and len(told) > 1
    assert {one.demand.partition(":")[0] for one in told[1:]} == {"cell"}
    assert all(one.available < one.needed for one in told)
    assert all("." not in one.reason_zh for one in told[1:]), "items are whole"


def test_many_cells_in_conflict_are_one_sentence_for_a_person() -> None:
    cells = [
        Shortage(area, SINGLE, 4, 3, "conflict", f"领域 {area} 单选题的题数", "", f"cell:{area}") for area in AREAS
    ]
    bound = Shortage("*", "words", 2, 1, "conflict", "字数", "Words", "words")
    first, second = gathered([bound, *cells])
    assert first == bound and "涉及 4 处" in second.reason_zh and "4 involved" in second.reason_en
    assert gathered([bound, *cells[:3]]) == [bound, *cells[:3]]
    short = [replace(one, kind="cell") for one in cells]
    assert gathered(short) == short, "what arithmetic proves is told area by area"


def test_rules_about_items_say_how_many_are_involved_and_that_not_all_hold() -> None:
    ring = [pooled(body(number, "A")) for number in range(3)]
    pool = [replace(item, enemies=tuple(one.code for one in ring if one != item)) for item in ring]
    rules = small(count=2)
    told = {one.demand: one for one in find_conflict(rules, units_of(rules, pool), None, 1)}
    assert told["enemies"].available < told["enemies"].needed and "不能全部同时做到" in told["enemies"].reason_zh
    assert (told[f"cell:A:{SINGLE}"].needed, told[f"cell:A:{SINGLE}"].available) == (2, 1)
