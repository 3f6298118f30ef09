"""Planted duplicates and contradictions are found, whatever else the bank holds; different items are left alone."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz

from itembank.items.content import ItemBody, ItemContent, Option, figure_block, text_block
from itembank.quality import similar
from itembank.quality.duplicates import CONTRADICTION, NEAR, REORDERED, SAME, Duplicates, entry_of, find_duplicates
from itembank.quality.similar import RATIO, longest_alike, near_pairs
from tests.bench.stems import invented_stems

OPTIONS = ("断开电源", "接通电源", "短接端子", "拆除保护")


def item(
    code: str,
    stem: str,
    options: tuple[str, ...] = OPTIONS,
    key: str = "A",
    figure: str = "",
    kind: str = "single_response",
) -> ItemBody:
    """A choice item."""
    blocks = (text_block(stem), *([figure_block(figure, "图")] if figure else []))
    letters = tuple(Option(letter, (text_block(text),)) for letter, text in zip("ABCDEFGH", options, strict=False))
    return ItemBody(ItemContent(code, kind, "A-A-001", blocks, letters), tuple(key))


def compare(*items: ItemBody, new_from: int = 0) -> Duplicates:
    """What is found among these items."""
    return find_duplicates([entry_of(each) for each in items], new_from)


def kinds(*items: ItemBody) -> list[tuple[str, str, str]]:
    """(code, code, kind) of every pair."""
    return [(pair.first.code, pair.second.code, pair.kind) for pair in compare(*items).pairs]


STEM = "检修配电柜前，作业人员首先应当进行的操作是（　）。"
OTHER = "三相异步电动机正反转控制线路中，两个接触器之间必须设置"


def test_marks_blanks_and_width_make_no_other_item() -> None:
    assert kinds(item("1", STEM), item("2", "检修配电柜前,作业人员首先应当进行的操作是( )")) == [("1", "2", SAME)]


def test_another_key_for_the_same_question_is_a_contradiction() -> None:
    assert kinds(item("1", STEM), item("2", STEM, key="B"), item("3", OTHER)) == [("1", "2", CONTRADICTION)]


def test_a_key_is_what_it_says_not_its_letter() -> None:
    turned = (OPTIONS[1], OPTIONS[0], *OPTIONS[2:])
    assert kinds(item("1", STEM, key="A"), item("2", STEM, turned, key="B")) == [("1", "2", REORDERED)]
    assert kinds(item("1", STEM, key="A"), item("2", STEM, turned, key="A")) == [("1", "2", CONTRADICTION)]


def test_a_few_changed_characters_make_near_stems() -> None:
    changed = STEM.replace("首先应当", "首先应该")
    (pair,) = compare(item("1", STEM), item("2", changed)).pairs
    assert pair.kind == NEAR and 75 <= pair.score < 100 and pair.same_options and pair.same_key
    assert kinds(item("1", STEM), item("2", changed, OPTIONS[::-1], key="D")) == [("1", "2", REORDERED)]


def test_a_question_turned_round_is_near_and_no_contradiction() -> None:
    one, other = item("1", "下列关于接地的说法正确的是"), item("2", "下列关于接地的说法错误的是", key="C")
    (pair,) = compare(one, other).pairs
    assert pair.kind == NEAR and not pair.same_key


def test_the_same_question_with_other_options_is_near() -> None:
    assert kinds(item("1", STEM), item("2", STEM, ("验电", "挂牌", "送电", "拆线"))) == [("1", "2", NEAR)]


def test_questions_about_different_figures_are_different_items() -> None:
    stem = "图中所示的电气符号表示（　）。"
    one, other = item("1", stem, figure="sha256:aa"), item("2", stem, key="B", figure="sha256:bb")
    assert kinds(one, other) == []
    assert kinds(one, replace(other, content=replace(other.content, stem=one.content.stem))) == [
        ("1", "2", CONTRADICTION)
    ]


def test_statements_judged_differently_contradict_and_have_no_order_of_options() -> None:
    fixed = (Option("true", (text_block("正确"),)), Option("false", (text_block("错误"),)))
    content = ItemContent("1", "true_false", "A-A-001", (text_block(STEM),), fixed)
    one, other = ItemBody(content, ("true",)), ItemBody(replace(content, code="2", options=fixed[::-1]), ("false",))
    assert kinds(one, other) == [("1", "2", CONTRADICTION)]
    assert kinds(one, replace(other, key=("true",))) == [("1", "2", SAME)]


def test_new_items_are_compared_with_all_and_known_ones_not_among_themselves() -> None:
    known = [item("1", STEM), item("2", STEM, key="B"), item("3", OTHER)]
    found = compare(*known, item("4", OTHER + "连锁"), item("5", STEM, key="C"), new_from=3)
    assert {(pair.first.code, pair.second.code) for pair in found.pairs} == {("3", "4"), ("1", "5"), ("2", "5")}


def test_codes_alone_show_nothing_of_the_items() -> None:
    (pair,) = compare(item("1", STEM), item("2", STEM, key="B")).pairs
    shown = str(pair.as_json(with_text=False))
    assert "配电柜" not in shown and "电源" not in shown
    assert pair.as_json()["item_b"] == {
        "stem": STEM,
        "options": [f"{a}. {b}" for a, b in zip("ABCD", OPTIONS, strict=True)],
        "key": "B",
    }


def test_a_bank_of_one_template_is_bounded_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("itembank.quality.duplicates.MOST_NEAR", 100)
    many = [item(str(n), f"第 {n} 号设备检修后，接线端子应当按图纸复核并记录") for n in range(60)]
    found = compare(*many, item("x", OTHER), item("y", OTHER, key="D"))
    assert not found.complete and found.counts()[CONTRADICTION] == 1 and found.counts()[NEAR] == 100


def test_a_large_group_of_one_stem_shows_every_item_with_each_other_sort() -> None:
    many = [item(f"{n:03d}", STEM, key="AB"[n % 2]) for n in range(40)]
    found = compare(*many)
    assert {pair.kind for pair in found.pairs} == {CONTRADICTION, SAME}
    assert {code for pair in found.pairs for code in (pair.first.code, pair.second.code)} == {
        f"{n:03d}" for n in range(40)
    }
    assert len(found.pairs) < 40 * 39 / 2 / 4


def every_pair(stems: list[str], new_from: int = 0) -> set[tuple[int, int]]:
    """The pairs by comparing each with each."""
    return {(a, b) for b in range(new_from, len(stems)) for a in range(b) if fuzz.ratio(stems[a], stems[b]) >= RATIO}


def searched(stems: list[str], new_from: int = 0) -> set[tuple[int, int]]:
    """The pairs by the index, even when they are few."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(similar, "FEW_COMPARISONS", -1)
        found = [(near.first, near.second) for near in near_pairs(stems, new_from)]
    assert len(found) == len(set(found)), "each pair once"
    return set(found)


WORDS = st.lists(st.sampled_from("电流电压断路器接地线绝缘检修操作票应当不得ABC12的在是"), min_size=1, max_size=40).map(
    "".join
)


@settings(max_examples=60, deadline=None)
@given(st.lists(WORDS, min_size=2, max_size=25, unique=True), st.integers(0, 10))
def test_nothing_is_found_that_is_not_alike_and_short_stems_lose_nothing(stems: list[str], new_from: int) -> None:
    new_from = min(new_from, len(stems) - 1)
    full = every_pair(stems, new_from)
    found = searched(stems, new_from)
    assert found <= full
    assert {pair for pair in full - found if len(stems[pair[0]]) < 15 or len(stems[pair[1]]) < 15} == set()
    assert {(near.first, near.second) for near in near_pairs(stems, new_from)} == full


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 3))
def test_a_planted_change_of_a_few_characters_is_found(seed: int, changes: int) -> None:
    draw = random.Random(seed)
    stems = invented_stems(300, seed)
    at = draw.randrange(len(stems))
    letters = list(stems[at])
    for _ in range(min(changes, max(1, len(letters) // 10))):
        place = draw.randrange(len(letters))
        letters[place : place + 1] = draw.choice([[], ["变"], ["变", letters[place]]])
    changed = "".join(letters)
    if changed in stems or fuzz.ratio(changed, stems[at]) < RATIO:
        return
    assert (at, len(stems)) in searched([*stems, changed])


@settings(max_examples=60, deadline=None)
@given(st.permutations(range(4)), st.integers(0, 3), st.integers(0, 3))
def test_reordering_is_told_from_contradiction(order: list[int], right: int, other: int) -> None:
    turned = tuple(OPTIONS[at] for at in order)
    one = item("1", STEM, key="ABCD"[right])
    expected = CONTRADICTION if other != right else SAME if order == [0, 1, 2, 3] else REORDERED
    assert kinds(one, item("2", STEM, turned, key="ABCD"[order.index(other)])) == [("1", "2", expected)]


def test_the_longest_stem_that_can_be_alike() -> None:
    for length in range(1, 15):
        longest = longest_alike(length, 75)
        assert fuzz.ratio("甲" * length, "甲" * longest) >= 75 > fuzz.ratio("甲" * length, "甲" * (longest + 1))


def test_thousands_of_items_with_one_stem_stay_a_small_list_that_names_each() -> None:
    items = [item(f"C-{n:04d}", STEM, (f"甲{n}", "乙", "丙")) for n in range(3_000)]
    items += [item(f"K-{n}", STEM, key="ABCD"[n % 4]) for n in range(40)]
    found = compare(*items)
    assert len(found.pairs) < 10 * len(items)
    assert {code for pair in found.pairs for code in (pair.first.code, pair.second.code)} == {
        i.content.code for i in items
    }
    told = {code for pair in found.pairs if pair.kind == CONTRADICTION for code in (pair.first.code, pair.second.code)}
    assert told == {f"K-{n}" for n in range(40)}
