"""Pure rules of assembly: blueprint, supply arithmetic, solver, order, and a checker that finds every tampering."""

import copy
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from functools import cache
from itertools import combinations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from itembank.assembly.blueprint import Blueprint, Cell, Section, read_blueprint
from itembank.assembly.checker import BankItem, CheckFacts, check_forms
from itembank.assembly.content import FormDocument, FormFacts, build_form_content
from itembank.assembly.forms import Request, assemble_forms
from itembank.assembly.order import may_shuffle, place_items
from itembank.assembly.soundness import check_blueprint, weight_deviations
from itembank.assembly.supply import PoolItem, check_supply, fewest_shared
from itembank.exchange.identity import rival_group
from itembank.items.content import ItemBody, ItemContent, Option, content_digest, text_block
from itembank.items.kinds import TRUE_FALSE
from itembank.specs.tree import ContentSpecification
from tests.itembank.test_specification import spec_rows, tree_of

SINGLE, TRUTH = "single_response", "true_false"
AREAS = {"A": 5, "B": 20, "C": 35, "D": 40}


def body(number: int, area: str, kind: str = SINGLE, points: int = 10) -> ItemBody:
    """An item of an area; attributes follow from its number."""
    options = tuple(Option(x, (text_block(f"做法 {x}{number}"),)) for x in "ABCD")
    if kind == TRUTH:
        options = tuple(Option(each, (text_block(text),)) for each, text in TRUE_FALSE.fixed_options)
    stem = (text_block(f"领域{area}的第{number}题（　）。"),)
    content = ItemContent(f"{area}{number:05d}", kind, f"{area}-A-{number % points + 1:03d}", stem, options)
    key = ("true",) if kind == TRUTH else ("ABCD"[number % 4],)
    return ItemBody(content, key, "XXYZ"[number % 4], "apply", 400 + number * 37 % 500)


def pooled(each: ItemBody, tree: ContentSpecification) -> PoolItem:
    """The item as assembly sees it."""
    content = each.content
    return PoolItem(
        content.code, 1, f"v{content.code}", content_digest(content), content.type, content.point,
        tree.path(content.point), each.importance, each.difficulty, rival_group(content),
    )  # fmt: skip


TREE = tree_of(spec_rows(AREAS, 10))  # type: ignore[arg-type]


def bodies(per_area: int) -> list[ItemBody]:
    """So many single-response items in every area."""
    return [body(number, area) for area in AREAS for number in range(per_area)]


def blueprint(**changes: Any) -> Blueprint:
    """A hundred items in the proportions of acceptance E2."""
    cells = tuple(Cell(area, SINGLE, count) for area, count in AREAS.items())
    sections = (Section(SINGLE, "单选题", Decimal(1)),)
    made = Blueprint("卷", 5400, Decimal(60), Decimal(100), sections, cells, max_per_point=5)
    return replace(made, **changes)


@cache
def pool(per_area: int) -> list[PoolItem]:
    """So many approved items in every area."""
    return [pooled(each, TREE) for each in bodies(per_area)]


def test_a_sound_blueprint_has_no_fault_and_is_read_back_as_it_was() -> None:
    sound = blueprint(importance={"X": (40, 60)}, difficulty=(600, 700))
    assert check_blueprint(sound, TREE) == []
    assert read_blueprint(sound.as_json()) == sound
    assert all(each.within for each in weight_deviations(sound, TREE))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"total_points": Decimal(99)}, "points.total"),
        ({"cut_score": Decimal(101)}, "cut_score.range"),
        ({"cells": (Cell("Q", SINGLE, 100),)}, "cell.area_unknown"),
        ({"cells": (Cell("A", SINGLE, 50), Cell("A-A", SINGLE, 50))}, "cell.overlap"),
        ({"cells": (Cell("", SINGLE, 50), Cell("A-A", SINGLE, 50))}, "cell.overlap"),
        ({"cells": (Cell("A", TRUTH, 100),)}, "cell.no_section"),
        ({"importance": {"X": (50, 40)}}, "importance.bounds"),
        ({"importance": {"X": (0, 10), "Y": (0, 10), "Z": (0, 10)}}, "importance.sum"),
        ({"difficulty": (700, 600)}, "difficulty.bounds"),
        ({"max_overlap": 101}, "overlap.bounds"),
        ({"duration_s": 0}, "duration.range"),
    ],
)
def test_a_blueprint_that_contradicts_itself_is_told_so(changes: dict[str, Any], code: str) -> None:
    assert code in {fault.code for fault in check_blueprint(blueprint(**changes), TREE)}


def test_a_thin_area_is_named_with_what_is_needed_and_what_there_is() -> None:
    thin = [item for item in pool(60) if not (item.path[0] == "C" and int(item.code[1:]) >= 9)]
    wanted = blueprint(cells=(Cell("A", SINGLE, 88), Cell("C", SINGLE, 12)), max_per_point=None)
    shortages = check_supply(replace(wanted, cells=wanted.cells[1:]), thin, 1)
    assert [(one.area, one.type, one.needed, one.available) for one in shortages] == [("C", SINGLE, 12, 9)]
    assert assemble_forms(Request(wanted, "s", 1, 0), thin).forms == ()


def test_disjoint_forms_need_their_items_once_each() -> None:
    shortages = check_supply(blueprint(), pool(100), 3)
    assert [(one.area, one.needed, one.available) for one in shortages] == [("C", 105, 100), ("D", 120, 100)]


def test_too_few_items_for_the_overlap_limit_are_told_by_arithmetic() -> None:
    assert fewest_shared(1000, 40, 100) == 6000, "each item used four times is shared by six pairs"
    assert fewest_shared(400, 4, 100) == 0
    allowed = blueprint(max_overlap=2, max_per_point=None)
    shortages = check_supply(allowed, pool(50), 40)
    assert [one.kind for one in shortages] == ["overlap"]
    assert shortages[0].available == 200 < shortages[0].needed


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**6), st.integers(1, 3), st.integers(0, 20))
def test_whatever_the_seed_every_form_follows_the_blueprint(seed: int, forms: int, overlap: int) -> None:
    rules = blueprint(max_overlap=overlap, importance={"X": (45, 55)}, difficulty=(600, 700))
    made = assemble_forms(Request(rules, str(seed), forms, 1), pool(170))
    assert len(made.forms) == forms + 1
    for form in made.forms:
        assert Counter(item.path[0] for item in form.items) == Counter(AREAS)
        assert max(Counter(item.point for item in form.items).values()) <= 5
        assert 45 <= sum(item.importance == "X" for item in form.items) <= 55
        assert 600 <= sum(item.difficulty or 0 for item in form.items) / 100 <= 700
    for one, other in combinations(made.forms, 2):
        assert len({i.code for i in one.items} & {i.code for i in other.items}) <= overlap


def test_the_same_seed_gives_the_same_forms_and_another_seed_others() -> None:
    first = assemble_forms(Request(blueprint(), "七", 2, 1), pool(150))
    assert assemble_forms(Request(blueprint(), "七", 2, 1), list(reversed(pool(150)))) == first
    other = assemble_forms(Request(blueprint(), "八", 2, 1), pool(150))
    assert {form.form for form in other.forms}.isdisjoint(form.form for form in first.forms)
    assert [form.items for form in other.forms] != [form.items for form in first.forms]


def test_names_do_not_tell_the_order_in_which_forms_were_made() -> None:
    orders = {
        tuple(form.name for form in sorted(made.forms, key=lambda each: each.items[0].code))
        for made in (assemble_forms(Request(blueprint(), str(seed), 3, 0), pool(150)) for seed in range(6))
    }
    assert len(orders) > 1


def test_rules_that_exclude_each_other_are_explained() -> None:
    impossible = blueprint(difficulty=(850, 900))
    made = assemble_forms(Request(impossible, "s", 1, 0), pool(60))
    assert made.forms == ()
    assert any("difficulty" in one.reason_en for one in made.shortages)


def test_a_small_bank_where_one_by_one_gets_stuck_is_solved_jointly() -> None:
    # Exactly twice the items: the core items must be split evenly, which a first greedy form need not do.
    own = [body(number, "A") for number in range(40)]
    items = [pooled(each, TREE) for each in own]
    rules = blueprint(cells=(Cell("A", SINGLE, 20),), total_points=Decimal(20), cut_score=Decimal(12), max_per_point=2)
    rules = replace(rules, importance={"X": (10, 10)}, difficulty=(630, 660))
    made = assemble_forms(Request(rules, "s", 2, 0), items)
    assert len(made.forms) == 2
    assert {item.code for form in made.forms for item in form.items} == {item.code for item in items}


def test_options_that_speak_of_each_other_keep_their_order() -> None:
    content = body(1, "A").content
    assert may_shuffle(content)
    for text in ("以上都对", "上述各项均是", "A 和 B", "选项C正确"):
        told = replace(content, options=(*content.options[:3], Option("D", (text_block(text),))))
        assert not may_shuffle(told)


def test_shown_letters_tell_nothing_of_the_bank_letters() -> None:
    own = {f"A{n:05d}": (1, replace(body(n, "A"), key=("A",))) for n in range(200)}
    rules = blueprint(cells=(Cell("A", SINGLE, 200),), total_points=Decimal(200))
    (section,) = place_items(rules, own, list(own), "seed", "frm_1")
    keyed = Counter(shown for item in section.items for shown, bank in item.options if bank == "A")
    assert set(keyed) == set("ABCD") and min(keyed.values()) > 30
    assert [item.id for item in section.items] == [f"i{n:03d}" for n in range(1, 201)]
    assert place_items(rules, own, list(reversed(own)), "seed", "frm_1") == (section,)
    assert place_items(rules, own, list(own), "seed", "frm_2") != (section,)


def assembled() -> tuple[list[FormDocument], CheckFacts]:
    """Two finished forms with everything to check them against."""
    rules = blueprint()
    own = {each.content.code: each for each in bodies(100)}
    made = assemble_forms(Request(rules, "s", 2, 0), [pooled(each, TREE) for each in own.values()])
    documents = []
    for form in made.forms:
        codes = [item.code for item in form.items]
        numbered = {code: (1, each) for code, each in own.items()}
        sections = place_items(rules, numbered, codes, "s", form.form)
        facts = FormFacts(form.form, form.name, form.reserve, "卷", 5400)
        documents.append(build_form_content(facts, sections, own, {}))
    bank = {code: BankItem(1, "enrolled", each) for code, each in own.items()}
    return documents, CheckFacts(rules, TREE, bank)


DOCUMENTS, FACTS = assembled()


def failed(contents: list[tuple[dict[str, Any], dict[str, Any]]], facts: CheckFacts = FACTS) -> set[str]:
    """Names of the checks the first form fails."""
    return {check.name for check in check_forms(contents, facts)[0] if not check.ok}


def copies() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """The two forms, free to be tampered with."""
    return [(copy.deepcopy(each.content), copy.deepcopy(each.key)) for each in DOCUMENTS]


def test_forms_as_assembled_pass_every_check() -> None:
    assert failed(copies()) == set()


def test_a_changed_word_is_found() -> None:
    forms = copies()
    forms[0][0]["sections"][0]["items"][0]["stem"][0]["text"] += "不"
    assert failed(forms) == {"altered_items"}


def test_swapped_options_without_their_letters_are_found() -> None:
    forms = copies()
    options = forms[0][0]["sections"][0]["items"][3]["options"]
    options[0]["content"], options[1]["content"] = options[1]["content"], options[0]["content"]
    assert failed(forms) == {"altered_items"}


def test_a_wrong_key_is_found() -> None:
    forms = copies()
    keyed = forms[0][1]["items"]["i001"]
    keyed["key"] = ["B" if keyed["key"] == ["A"] else "A"]
    assert failed(forms) == {"wrong_keys"}


def test_a_missing_key_and_a_missing_item_are_found() -> None:
    forms = copies()
    del forms[0][1]["items"]["i002"]
    assert "items_without_key" in failed(forms)
    forms = copies()
    del forms[0][0]["sections"][0]["items"][0]
    assert {"items", "points", "items_without_key"} <= failed(forms)


def test_an_item_taken_twice_or_shared_is_found() -> None:
    forms = copies()
    items = forms[0][0]["sections"][0]["items"]
    items[1] = copy.deepcopy(items[0]) | {"id": items[1]["id"]}
    assert "repeated_items" in failed(forms)
    assert "overlap_with_other_forms" in failed([copies()[0], copies()[0]])


def test_an_item_that_is_no_longer_approved_or_no_longer_the_same_version_is_found() -> None:
    code = DOCUMENTS[0].item_versions[0]["code"]
    own = FACTS.bank[code]
    for changed, name in (
        (replace(own, state="retired"), "not_enrolled"),
        (replace(own, version=2), "altered_items"),
    ):
        facts = replace(FACTS, bank={**FACTS.bank, code: changed})
        assert name in failed(copies(), facts)


def test_a_stricter_blueprint_is_failed() -> None:
    for changes, name in (
        ({"max_per_point": 1}, "most_per_point"),
        ({"importance": {"X": (99, 100)}}, "importance:X"),
        ({"difficulty": (990, 1000)}, "mean_difficulty"),
        ({"total_points": Decimal(50)}, "points"),
        ({"cells": (Cell("A", SINGLE, 6), Cell("D", SINGLE, 94))}, "cell:A:single_response"),
    ):
        facts = replace(FACTS, blueprint=replace(FACTS.blueprint, **changes))  # type: ignore[arg-type]
        assert name in failed(copies(), facts)


def test_a_form_document_holds_no_key() -> None:
    text = str(DOCUMENTS[0].content)
    assert "'key'" not in text and "'rule'" not in text
