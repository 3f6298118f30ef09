"""A form changed after it was assembled is always caught: every type of item, every kind of change."""

import copy
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from itembank.assembly.blueprint import Blueprint, Cell, Section
from itembank.assembly.checker import check_forms
from itembank.assembly.content import FormFacts, build_form_content
from itembank.assembly.facts import BankItem, CheckFacts
from itembank.assembly.order import place_items
from itembank.items.content import Case, MalformedContent
from itembank.items.kinds import ITEM_TYPES
from tests.every_type import ASSETS, BODIES, CASE
from tests.itembank.test_specification import tree_of

Json = dict[str, Any]
Form = tuple[Json, Json]
SPEC = tree_of([["A", 1, None, "领域", 100, None, "1:0:0"], ["A-A", 2, "A", "范围", 100, None, "1:0:0"],
                ["A-A-1", 3, "A-A", "要点", None, "X", None]])  # type: ignore[arg-type]  # fmt: skip


def _rules() -> Blueprint:
    worth = {body.content.type: Decimal(body.content.points) for body in BODIES}
    worth |= {"numeric_entry": Decimal(2), "single_response": Decimal(1)}
    counts = {kind: sum(body.content.type == kind for body in BODIES) for kind in ITEM_TYPES}
    sections = tuple(Section(kind, ITEM_TYPES[kind].label_zh, worth[kind]) for kind in ITEM_TYPES if counts[kind])
    cells = tuple(Cell("A", section.type, counts[section.type]) for section in sections)
    total = sum((worth[cell.type] * cell.count for cell in cells), Decimal(0))
    return Blueprint("各题型", 5400, total / 2, total, sections, cells, words=(0, 2000), public_share=10)


def _built() -> tuple[Form, CheckFacts]:
    rules, own = _rules(), {body.content.code: body for body in BODIES}
    sections = place_items(rules, {code: (1, body) for code, body in own.items()}, list(own), "种子", "frm_1")
    made = build_form_content(FormFacts("frm_1", "A", False, "卷", 5400), sections, own, ASSETS)
    bank = {code: BankItem(1, "enrolled", body) for code, body in own.items()}
    return (made.content, made.key), CheckFacts(rules, SPEC, bank)


FORM, FACTS = _built()


def failed(form: Form, facts: CheckFacts = FACTS) -> set[str]:
    """Names of the checks a form fails."""
    return {check.name for check in check_forms([form], facts)[0] if not check.ok}


def item_of(form: Form, kind: str) -> tuple[Json, Json]:
    """An item of this type, and its key."""
    items = [item for section in form[0]["sections"] for item in section["items"] if item["type"] == kind]
    return items[0], form[1]["items"][items[0]["id"]]


def test_the_form_of_every_type_passes_untouched() -> None:
    assert failed(copy.deepcopy(FORM)) == set()


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [leaf for name, part in value.items() for leaf in _leaves(part, (*path, name))]
    if isinstance(value, list):
        return [leaf for place, part in enumerate(value) for leaf in _leaves(part, (*path, place))]
    return [path]


# What sealing names and what a screen shows besides the items is not the checker's: the digest holds it.
FRAME = {"name", "title", "duration_s", "id", "media_type"}
PLACES = [path for path in _leaves(list(FORM)) if path[1] != "assets" and not (FRAME & set(map(str, path[-1:])))]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(PLACES))
def test_whatever_single_value_is_changed_the_checker_sees_it(path: tuple[Any, ...]) -> None:
    form = copy.deepcopy(list(FORM))
    parent: Any = form
    for step in path[:-1]:
        parent = parent[step]
    old = parent[path[-1]]
    parent[path[-1]] = not old if isinstance(old, bool) else old + 1 if isinstance(old, int | float) else f"{old}改"
    try:
        found = failed((form[0], form[1]))
    except (ValueError, KeyError, ArithmeticError, MalformedContent):
        return  # not even readable any more: it can never be sealed
    assert found != set(), path


def _swap_targets(form: Form) -> None:
    targets = item_of(form, "matching")[0]["interaction"]["targets"]
    targets[0]["content"], targets[1]["content"] = targets[1]["content"], targets[0]["content"]


def _swap_gap_options(form: Form) -> None:
    gap = item_of(form, "inline_choice")[0]["interaction"]["gaps"][0]
    gap["options"][0]["content"], gap["options"][1]["content"] = (
        gap["options"][1]["content"],
        gap["options"][0]["content"],
    )


def _rematch(form: Form) -> None:
    key = item_of(form, "matching")[1]["key"]
    (one, first), (two, second) = (pair.split("-") for pair in key[:2])
    key[:2] = sorted([f"{one}-{second}", f"{two}-{first}"])


def _reorder_key(form: Form) -> None:
    item_of(form, "ordering")[1]["key"].reverse()


def _show_the_order(form: Form) -> None:
    item, keyed = item_of(form, "ordering")
    by_id = {option["id"]: option for option in item["options"]}
    item["options"] = [by_id[each] for each in keyed["key"]]


def _widen_tolerance(form: Form) -> None:
    item_of(form, "numeric_entry")[1]["scoring"]["tolerance"] = {"kind": "relative", "amount": "0.9"}


def _accept_more(form: Form) -> None:
    item_of(form, "text_entry")[1]["scoring"]["blanks"][0]["accept"].append("螺丝刀")


def _grow_area(form: Form) -> None:
    item_of(form, "hotspot")[1]["scoring"]["areas"][0]["coords"][2] += 100


def _soften_rule(form: Form) -> None:
    item_of(form, "single_response")[1]["rule"] = "per_part"


def _inflate_rubric(form: Form) -> None:
    item_of(form, "short_answer")[1]["scoring"]["rubric"][0]["points"] = "9"


def _tear_case(form: Form) -> None:
    items = next(part["items"] for part in form[0]["sections"] if any("case" in item for item in part["items"]))
    first = next(item for item in items if "case" in item)
    items.remove(first)
    items.append(first)


def _drop_member(form: Form) -> None:
    for part in form[0]["sections"]:
        part["items"] = [item for item in part["items"] if item.get("case", {}).get("place") != 2]


def _alter_material(form: Form) -> None:
    form[0]["cases"]["K1"]["stimulus"][0]["text"] += "（改）"


def _foreign_material(form: Form) -> None:
    form[0]["cases"]["K9"] = {"stimulus": []}


def _lose_sound(form: Form) -> None:
    form[0]["assets"].pop(next(name for name, one in form[0]["assets"].items() if one["media_type"] == "audio/wav"))


def _add_figure(form: Form) -> None:
    form[0]["assets"]["sha256:" + "0" * 64] = {"media_type": "image/png", "data": ""}


def _move_to_other_section(form: Form) -> None:
    one, other = form[0]["sections"][0], form[0]["sections"][1]
    other["items"].append(one["items"].pop())


def _price(form: Form) -> None:
    item, keyed = item_of(form, "true_false")
    item["points"] = keyed["points"] = "3"


CHANGES: list[tuple[Callable[[Form], None], str]] = [
    (_swap_targets, "altered_items"),
    (_swap_gap_options, "altered_items"),
    (_rematch, "wrong_keys"),
    (_reorder_key, "wrong_keys"),
    (_show_the_order, "orders_given_away"),
    (_widen_tolerance, "wrong_keys"),
    (_accept_more, "wrong_keys"),
    (_grow_area, "wrong_keys"),
    (_soften_rule, "wrong_keys"),
    (_inflate_rubric, "rubrics_not_worth_their_points"),
    (_tear_case, "cases_broken"),
    (_drop_member, "cases_broken"),
    (_alter_material, "cases_altered"),
    (_foreign_material, "cases_altered"),
    (_lose_sound, "figures_missing_or_altered"),
    (_add_figure, "figures_missing_or_altered"),
    (_move_to_other_section, "items_in_wrong_section"),
    (_price, "wrong_points"),
]


@pytest.mark.parametrize(("change", "name"), CHANGES, ids=[change.__name__ for change, _ in CHANGES])
def test_a_deliberate_change_is_named(change: Callable[[Form], None], name: str) -> None:
    form = copy.deepcopy(FORM)
    change(form)
    assert name in failed(form)


def test_what_changed_in_the_bank_is_named() -> None:
    def with_item(code: str, **changes: Any) -> CheckFacts:
        return replace(FACTS, bank={**FACTS.bank, code: replace(FACTS.bank[code], **changes)})

    body = FACTS.bank["T-01"].body
    rival = replace(body, enemies=("T-02",))
    other = Case("K1", 2, 3, CASE)
    member = FACTS.bank["T-14"].body
    grown = replace(member, content=replace(member.content, case=other))
    for facts, name in (
        (with_item("T-01", state="retired"), "not_enrolled"),
        (with_item("T-01", state="approved"), "not_enrolled"),
        (with_item("T-01", standing="reserved"), "reserved_items_in_regular_form"),
        (replace(with_item("T-01", standing="public"), blueprint=replace(FACTS.blueprint, public_share=0)), "public"),
        (with_item("T-01", body=rival), "enemies_together"),
        (replace(FACTS, enemies=frozenset({frozenset({"T-03", "T-04"})})), "enemies_together"),
        (with_item("T-14", body=grown), "cases_broken"),
        (replace(with_item("T-01", uses=2), blueprint=replace(FACTS.blueprint, max_uses=2)), "used_too_often"),
        (replace(FACTS, blueprint=replace(FACTS.blueprint, words=(5000, 6000))), "words"),
        (replace(FACTS, blueprint=replace(FACTS.blueprint, cases=(2, 3))), "cases"),
    ):
        assert name in failed(copy.deepcopy(FORM), facts), name
    trial = replace(with_item("T-01", state="approved"), purpose="trial")
    assert failed(copy.deepcopy(FORM), trial) == set()
