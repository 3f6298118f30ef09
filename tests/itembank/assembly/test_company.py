"""Case groups, enemies, levels, words, standing and uses: kept by the assembler, recounted by the checker."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from itembank.assembly.blueprint import Cell, read_blueprint
from itembank.assembly.checker import check_forms
from itembank.assembly.exposure import count_uses, histogram, months_before
from itembank.assembly.forms import Request, assemble_forms
from itembank.assembly.soundness import check_blueprint
from itembank.assembly.supply import check_supply, units_of
from tests.itembank.assembly.made import SINGLE, TREE, body, case_of, finished, pairs, pooled, small

OWN = [body(number, "A") for number in range(60)]
CASES = [member for number in range(4) for member in case_of(f"K{number}", "A", 100 + number * 10, 3)]


def failed_names(request: Request, own: list, pool: list, made: object) -> set[str]:  # type: ignore[type-arg]
    documents, facts = finished(request, made, own, pool)  # type: ignore[arg-type]
    found = check_forms(pairs(documents), facts, [one.reserve for one in documents])
    return {check.name for form in found for check in form if not check.ok}


def test_case_groups_come_whole_together_and_in_order() -> None:
    own = [*OWN, *CASES]
    pool = [pooled(each) for each in own]
    request = Request(small(count=15, cases=(2, 2)), "组", 2, 0)
    made = assemble_forms(request, pool)
    assert failed_names(request, own, pool, made) == set()
    for form in made.forms:
        members = Counter(item.case for item in form.items if item.case)
        assert sorted(members.values()) == [3, 3]


def test_a_group_with_a_member_missing_is_never_used() -> None:
    pool = [pooled(each) for each in CASES[:-1]]
    units = units_of(small(count=3), pool)
    assert [unit.items[0].case for unit in units] == ["K0", "K1", "K2"]
    (shortage,) = check_supply(small(count=11), pool, 1)
    assert shortage.available == 9 and "题组不完整" in shortage.reason_zh


def test_enemies_never_meet_whoever_names_the_other() -> None:
    pool = [pooled(each) for each in OWN[:20]]
    pool = [replace(item, enemies=(pool[number ^ 1].code,) if number % 2 else ()) for number, item in enumerate(pool)]
    made = assemble_forms(Request(small(count=10), "敌", 1, 0), pool)
    numbers = {int(item.code[1:]) for item in made.forms[0].items}
    assert len(numbers) == 10 and not any(number ^ 1 in numbers for number in numbers)
    assert assemble_forms(Request(small(count=11), "敌", 1, 0), pool).forms == ()


def test_cells_may_ask_for_a_cognitive_level_and_forms_for_bounds() -> None:
    cells = (Cell("A", SINGLE, 4, "apply"), Cell("A", SINGLE, 6, "recall"))
    rules = replace(small(count=10), cells=cells)
    assert check_blueprint(rules, TREE) == [] and read_blueprint(rules.as_json()) == rules
    pool = [pooled(each) for each in OWN]
    request = Request(rules, "层", 2, 0)
    made = assemble_forms(request, pool)
    assert failed_names(request, OWN, pool, made) == set()
    levels = [Counter(item.cognition for item in form.items) for form in made.forms]
    assert levels == [{"apply": 4, "recall": 6}] * 2
    bounded = assemble_forms(Request(small(count=12, cognition={"apply": (7, 8)}), "层", 1, 0), pool)
    assert 7 <= Counter(item.cognition for item in bounded.forms[0].items)["apply"] <= 8
    mixed = replace(rules, cells=(*cells, Cell("A-A", SINGLE, 1)))
    assert "cell.overlap" in {fault.code for fault in check_blueprint(mixed, TREE)}


def test_words_and_working_time_of_a_form_stay_within_bounds() -> None:
    own = [*OWN, *CASES]
    pool = [pooled(each) for each in own]
    lengths = sorted(item.words for item in pool)
    low = sum(lengths[-10:]) - 20
    rules = small(count=10, words=(low, low + 30), cases=(0, 1))
    request = Request(rules, "字", 1, 0)
    made = assemble_forms(request, pool)
    assert failed_names(request, own, pool, made) == set()
    section = replace(rules.sections[0], seconds_each=30)
    timed = replace(rules, words=None, sections=(section,), reading_per_minute=300, working_s=(300, 380))
    request = Request(timed, "时", 1, 0)
    made = assemble_forms(request, pool)
    assert failed_names(request, own, pool, made) == set()
    tight = replace(timed, duration_s=200)
    assert {"seconds.total", "working_s.unfounded"} <= {fault.code for fault in check_blueprint(tight, TREE)}


def test_reserved_items_stand_only_in_reserve_forms_and_released_ones_are_capped() -> None:
    standing = ["reserved"] * 12 + ["public"] * 24 + ["normal"] * 24
    pool = [pooled(each, standing=kind) for each, kind in zip(OWN, standing, strict=True)]
    request = Request(small(count=10, public_share=20), "备", 2, 1)
    made = assemble_forms(request, pool)
    assert failed_names(request, OWN, pool, made) == set()
    for form in made.forms:
        kinds = Counter(item.standing for item in form.items)
        assert kinds["public"] <= 2 and (form.reserve or kinds["reserved"] == 0)
    assert any(item.standing == "reserved" for item in made.forms[-1].items), "reserve forms take them first"
    documents, facts = finished(request, made, OWN, pool)
    as_regular = check_forms(pairs(documents), facts)[-1]
    assert "reserved_items_in_regular_form" in {check.name for check in as_regular if not check.ok}


def test_items_used_too_often_are_held_back_and_told() -> None:
    pool = [pooled(each, uses=number % 3) for number, each in enumerate(OWN)]
    made = assemble_forms(Request(small(count=20, max_uses=1), "用", 1, 0), pool)
    assert {item.uses for item in made.forms[0].items} == {0}
    (shortage,) = check_supply(small(count=21, max_uses=1), pool, 1)
    assert (shortage.needed, shortage.available) == (21, 20) and "40 题已达使用次数上限" in shortage.reason_zh


def test_uses_are_counted_by_paper_within_months_or_papers() -> None:
    day = 86_400_000
    now = 1_774_915_200_000  # 2026-03-31
    uses = [
        ("A1", "p1", now - 400 * day),
        ("A1", "p2", now - 40 * day),
        ("A1", "p3", now),
        ("B1", "p2", now - 40 * day),
    ]
    assert count_uses(uses, now, 0, 0) == {"A1": 3, "B1": 1}
    assert count_uses(uses, now, 1, 0) == {"A1": 1}
    assert count_uses(uses, now, 12, 0) == {"A1": 2, "B1": 1}
    assert count_uses(uses, now, 0, 2) == {"A1": 2, "B1": 1}
    assert months_before(now, 1) < now - 27 * day, "the last day of February"
    assert histogram([0, 0, 1, 3]) == [2, 1, 0, 1]


def test_an_item_marked_by_rubric_fits_only_a_section_of_its_own_points() -> None:
    pool = [pooled(each, worth="2") for each in OWN[:10]] + [pooled(each, worth="1") for each in OWN[10:20]]
    made = assemble_forms(Request(small(count=10), "分", 1, 0), pool)
    assert {item.worth for item in made.forms[0].items} == {"1"}
    assert small(count=10).points_of[SINGLE] == Decimal(1)


def test_an_older_blueprint_keeps_its_name() -> None:
    plain = small(count=10)
    assert set(plain.as_json()) == {
        "name", "duration_s", "cut_score", "total_points", "sections", "cells", "importance", "difficulty",
        "max_overlap", "max_per_point",
    }  # fmt: skip
    assert plain.as_json()["cells"] == [{"area": "A", "type": SINGLE, "count": 10}]
    assert plain.as_json()["sections"] == [{"type": SINGLE, "title": "单选题", "points_each": "1"}]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**6), st.data())
def test_whatever_is_demanded_the_checker_confirms_what_the_solver_chose(seed: int, data: st.DataObject) -> None:
    own = [*OWN, *CASES]
    low = data.draw(st.integers(0, 4))
    rules = small(
        count=12,
        importance={"X": (low, low + 6)},
        cognition={"apply": (data.draw(st.integers(0, 4)), 8)},
        cases=(data.draw(st.integers(0, 1)), 2),
        difficulty=(500, 800),
        words=(100, data.draw(st.integers(400, 600))),
        max_overlap=data.draw(st.integers(0, 6)),
        max_uses=data.draw(st.sampled_from([None, 2])),
    )
    pool = [pooled(each, uses=number % 3) for number, each in enumerate(own)]
    request = Request(rules, str(seed), 2, 1)
    made = assemble_forms(request, pool)
    assert len(made.forms) in (0, 3) and bool(made.forms) != bool(made.shortages)
    if made.forms:
        assert failed_names(request, own, pool, made) == set()
