"""The demo bank is sound: its specification adds up, its items are whole, balanced, different and enough."""

import itertools
from collections import Counter, defaultdict
from decimal import Decimal

import pytest
from rapidfuzz import fuzz

from examserver.demo.figures import FIGURES
from examserver.demo.workbook import read_items, read_specification

ITEMS = read_items()
NODES = {node["code"]: node for node in read_specification()}
POINTS = {code: node for code, node in NODES.items() if node["level"] == "4"}
AREAS = [code for code, node in NODES.items() if node["level"] == "2"]


def options_of(item: dict[str, str]) -> list[str]:
    return [item[f"option_{letter}"] for letter in "abcde" if item[f"option_{letter}"]]


def test_weights_of_children_sum_to_their_parent_and_level_one_to_a_hundred() -> None:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for node in NODES.values():
        if node["weight"]:
            sums[node["parent"]] += Decimal(node["weight"])
    assert sums.pop("") == 100
    assert sums == {code: Decimal(NODES[code]["weight"]) for code in sums}


def test_importance_ratios_equal_the_counted_points() -> None:
    for code, node in NODES.items():
        if node["level"] != "4":
            counts = Counter(p["importance"] for c, p in POINTS.items() if c.startswith(code + "-"))
            assert node["ratio"] == f"{counts['X']}:{counts['Y']}:{counts['Z']}", code


def test_every_node_hangs_under_its_parent_one_level_up() -> None:
    for code, node in NODES.items():
        assert node["parent"] == code.rpartition("-")[0]
        assert not node["parent"] or int(NODES[node["parent"]]["level"]) == int(node["level"]) - 1


def test_the_bank_is_large_enough_in_every_type() -> None:
    counts = Counter(item["type"] for item in ITEMS)
    assert len(ITEMS) >= 340
    assert counts["single_response"] >= 220
    assert counts["multiple_response"] >= 40
    assert counts["true_false"] >= 90
    assert sum(bool(item["figure"]) for item in ITEMS) >= 24


def test_codes_and_stems_occur_once() -> None:
    assert len({item["code"] for item in ITEMS}) == len(ITEMS)
    assert len({item["stem"] + item["figure"] for item in ITEMS}) == len(ITEMS)


def test_every_point_has_at_least_three_items_of_its_own_importance() -> None:
    counts = Counter(item["point"] for item in ITEMS)
    assert set(counts) == set(POINTS)
    assert min(counts.values()) >= 3
    assert all(item["importance"] == POINTS[item["point"]]["importance"] for item in ITEMS)


@pytest.mark.parametrize("area", AREAS)
def test_every_area_feeds_four_full_forms_without_overlap(area: str) -> None:
    counts = Counter(item["type"] for item in ITEMS if item["point"].startswith(area + "-"))
    weight = int(NODES[area]["weight"])
    assert sum(counts.values()) >= 20
    assert counts["single_response"] >= 4 * 80 * weight // 100
    assert counts["true_false"] >= 4 * 20 * weight // 100


def test_every_key_names_options_that_are_there() -> None:
    for item in ITEMS:
        letters = "ABCDE"[: len(options_of(item))]
        if item["type"] == "true_false":
            assert item["key"] in ("true", "false") and not letters, item["code"]
        elif item["type"] == "single_response":
            assert item["key"] in letters and len(item["key"]) == 1 and len(letters) == 4, item["code"]
        elif item["type"] == "multiple_response":
            assert set(item["key"]) <= set(letters) and list(item["key"]) == sorted(set(item["key"]))
            assert 2 <= len(item["key"]) <= 4 and 4 <= len(letters) <= 5, item["code"]


def test_options_of_an_item_differ() -> None:
    assert all(len(set(options_of(item))) == len(options_of(item)) for item in ITEMS)


def test_keys_are_balanced_over_the_letters_and_over_true_and_false() -> None:
    singles = Counter(item["key"] for item in ITEMS if item["type"] == "single_response")
    truths = Counter(item["key"] for item in ITEMS if item["type"] == "true_false")
    assert all(abs(count / singles.total() - 0.25) < 0.03 for count in singles.values())
    assert abs(truths["true"] / truths.total() - 0.5) < 0.06


def test_the_right_option_is_seldom_betrayed_by_its_length() -> None:
    singles = [item for item in ITEMS if item["type"] == "single_response"]
    longest = 0
    for item in singles:
        options = options_of(item)
        key = options.pop("ABCD".index(item["key"]))
        longest += len(key) > max(map(len, options))
    assert longest / len(singles) < 0.35


def test_attributes_stay_in_their_ranges() -> None:
    for item in ITEMS:
        assert item["cognitive_level"] in ("识记", "理解", "应用")
        assert Decimal("0.30") <= Decimal(item["difficulty"]) <= Decimal("0.90")


def test_no_two_items_are_near_duplicates() -> None:
    texts = [(item["code"], item["stem"] + "".join(sorted(options_of(item)))) for item in ITEMS]
    alike = [
        (first, second)
        for (first, one), (second, other) in itertools.combinations(texts, 2)
        if fuzz.ratio(one, other, score_cutoff=88)
    ]
    assert alike == []


def test_items_and_figures_need_each_other() -> None:
    assert {item["figure"] for item in ITEMS if item["figure"]} == set(FIGURES)
    assert all(item["figure"] for item in ITEMS if "图示" in item["stem"])
