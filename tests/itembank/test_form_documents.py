"""Every type of item becomes form and key: drawn, relabelled, and never giving itself away."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from itembank.assembly.blueprint import Blueprint, Cell, Section
from itembank.assembly.content import FormDocument, FormFacts, build_form_content
from itembank.assembly.order import place_items
from itembank.items.content import ItemBody
from itembank.items.kinds import ITEM_TYPES
from tests.every_type import ASSETS, BODIES, CASE
from tests.itembank.items.samples import SOUND_ITEMS, choices

Json = dict[str, Any]
SECTIONS = tuple(Section(kind, ITEM_TYPES[kind].label_zh, Decimal(2)) for kind in ITEM_TYPES)
RULES = Blueprint("卷", 3600, Decimal(10), Decimal(28), SECTIONS, (Cell("", "single_response", 1),))
OWN = {one.content.code: one for one in BODIES}


def built(seed: str) -> FormDocument:
    """The form of all bodies under a seed."""
    numbered = {code: (1, one) for code, one in OWN.items()}
    sections = place_items(RULES, numbered, list(OWN), seed, "frm_1")
    return build_form_content(FormFacts("frm_1", "A", False, "卷", 3600), sections, OWN, ASSETS)


def items(document: FormDocument) -> dict[str, Json]:
    return {item["code"]: item for section in document.content["sections"] for item in section["items"]}


def keys(document: FormDocument) -> dict[str, Json]:
    return {one["code"]: one for one in document.key["items"].values()}


SEEDS = st.integers(0, 10**6).map(str)


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_every_shown_id_leads_back_to_the_bank(seed: str) -> None:
    document = built(seed)
    shown, keyed = items(document), keys(document)
    for code, own in OWN.items():
        back = keyed[code]["options"]
        assert {back[one["id"]]: one["content"] for one in shown[code]["options"]} == {
            one.id: one.as_json()["content"] for one in own.content.options
        }
    pairs = (pair.split("-") for pair in keyed["T-05"]["key"])
    assert {f"{keyed['T-05']['options'][a]}-{keyed['T-05']['options'][b]}" for a, b in pairs} == {"A-2", "B-1", "C-3"}
    assert [keyed["T-04"]["options"][one] for one in keyed["T-04"]["key"]] == ["A", "B", "C", "D"]
    assert [keyed["T-09"]["options"][one] for one in keyed["T-09"]["key"]] == ["1B", "2A"]


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_what_is_to_be_ordered_never_stands_in_the_right_order(seed: str) -> None:
    document = built(seed)
    shown = [one["id"] for one in items(document)["T-04"]["options"]]
    assert shown != keys(document)["T-04"]["key"]


def test_targets_and_gap_options_are_drawn_too() -> None:
    drawn = [items(built(str(seed))) for seed in range(12)]
    assert len({str(one["T-05"]["interaction"]["targets"]) for one in drawn}) > 3
    assert len({str(one["T-09"]["interaction"]["gaps"]) for one in drawn}) > 3
    gaps = drawn[0]["T-09"]["interaction"]["gaps"]
    assert [[one["id"] for one in gap["options"]] for gap in gaps] == [["1A", "1B", "1C"], ["2A", "2B"]]


def test_members_of_a_case_stand_together_and_share_their_material_once() -> None:
    document = built("s")
    codes = list(items(document))
    at = codes.index("T-13")
    assert codes[at + 1] == "T-14", "the second member follows the first, though it is of another type"
    assert items(document)["T-14"]["case"] == {"code": "K1", "place": 2, "size": 2}
    assert document.content["cases"] == {"K1": {"stimulus": [block.as_json() for block in CASE]}}


def test_nothing_of_the_scoring_reaches_the_candidate() -> None:
    document = built("s")
    shown = str(document.content)
    assert "accept" not in shown
    assert "tolerance" not in shown
    assert "试电笔" not in shown
    assert set(document.content["assets"]) == set(ASSETS)
    assert keys(document)["T-06"]["scoring"]["blanks"][0]["accept"] == ["试电笔", "电笔"]
    assert keys(document)["T-06"]["rule"] == "per_part"
    assert keys(document)["T-10"]["rule"] == "rubric"
    assert "scoring" not in keys(document)["T-01"]


def orders_of(body: ItemBody, many: int) -> Counter[str]:
    """How often each order of its options and targets is shown under so many seeds."""
    shown: Counter[str] = Counter()
    for number in range(many):
        section = Section(body.content.type, "题", Decimal(2))
        rules = Blueprint("卷", 3600, Decimal(1), Decimal(2), (section,), (Cell("", body.content.type, 1),))
        (placed,) = place_items(rules, {"X": (1, body)}, ["X"], str(number), "frm_1")[0].items
        shown["".join(own for _, own in placed.options)] += 1
    return shown


def test_every_order_but_the_right_one_is_shown_equally_often() -> None:
    shown = orders_of(SOUND_ITEMS["ordering"], 1_500)
    right = "".join(SOUND_ITEMS["ordering"].key)
    assert right not in shown and min(shown.values()) * 1.5 > max(shown.values())


def test_targets_beside_none_of_the_above_are_shuffled_too() -> None:
    body = SOUND_ITEMS["matching"]
    targets = choices("", "123", "安培", "伏特", "以上都不是")
    told = replace(body, content=replace(body.content, interaction={"targets": targets, "reuse": False}))
    shown = orders_of(told, 60)
    assert {order[-3:] for order in shown} == {"123", "213"}
