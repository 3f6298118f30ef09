"""Every type of item: a sound one passes, and each departure is named with its field and code."""

import copy
from dataclasses import replace
from typing import Any

import pytest

from itembank.items.cases import check_case_company, check_case_group, check_enemies_known, enemy_pairs
from itembank.items.check import check_item
from itembank.items.content import Case, html_block, text_block
from itembank.items.kinds import ITEM_TYPES
from tests.itembank.items.samples import CASE_ITEMS, PICTURE, SOUND_ITEMS, STIMULUS, choices, with_rich_stem


def _flaws(body: Any) -> set[tuple[str, str]]:
    return {(flaw.field, flaw.code) for flaw in check_item(body)}


@pytest.mark.parametrize("kind", ITEM_TYPES)
def test_a_sound_item_of_every_type_has_no_flaw(kind: str) -> None:
    assert _flaws(SOUND_ITEMS[kind]) == set()
    assert _flaws(with_rich_stem(SOUND_ITEMS[kind])) == set()


def _changed(kind: str, place: str, value: Any) -> Any:
    """The sound item with one place of stem, key, interaction or scoring changed; `None` takes it away."""
    body = SOUND_ITEMS[kind]
    root, *steps = place.split(".")
    if root == "stem":
        return replace(body, content=replace(body.content, stem=(text_block(value),)))
    if root == "key":
        return replace(body, key=tuple(value))
    whole = copy.deepcopy(body.content.interaction if root == "interaction" else body.scoring)
    at: Any = whole
    for step in steps[:-1]:
        at = at[int(step) if step.isdigit() else step]
    last: Any = int(steps[-1]) if steps[-1].isdigit() else steps[-1]
    if value is None:
        del at[last]
    else:
        at[last] = value
    if root == "interaction":
        return replace(body, content=replace(body.content, interaction=whole))
    return replace(body, scoring=whole)


DEPARTURES: list[tuple[str, str, Any, str, str]] = [
    ("ordering", "key", "ABB", "key", "key.repeated"),
    ("ordering", "key", "AB", "key", "key.count"),
    ("ordering", "scoring.rule", "per_part", "scoring", "scoring.malformed"),
    ("matching", "key", ["A-2", "A-1"], "key", "key.pairs"),
    ("matching", "key", ["A-2", "B-2"], "key", "key.repeated"),
    ("matching", "key", ["A-2", "B-9"], "key", "key.outside"),
    ("matching", "key", ["B-1", "A-2"], "key", "key.order"),
    ("matching", "key", [], "key", "key.missing"),
    ("matching", "interaction.targets", choices("", "1", "安培"), "targets", "targets.count"),
    ("matching", "interaction.targets", choices("", "124", "安", "伏", "欧"), "targets", "targets.ids"),
    ("matching", "interaction.targets", choices("", "123", "安", "安", "欧"), "targets:2", "targets.repeated"),
    ("matching", "interaction.targets", choices("", "123", "安", " ", "欧"), "targets:2", "targets.empty"),
    ("matching", "interaction.targets", choices("", "123", "安", "<script>", "欧"), "targets:2", "text.markup"),
    ("matching", "interaction.targets.0.content.0.kind", "video", "interaction", "interaction.malformed"),
    ("matching", "interaction.surprise", True, "interaction", "interaction.malformed"),
    ("text_entry", "stem", "又叫{{1}}。", "stem", "blanks.marks"),
    ("text_entry", "stem", "又叫{{2}}，在{{1}}上。", "stem", "blanks.marks"),
    ("text_entry", "stem", "又叫{{1}}{{1}}{{2}}。", "stem", "blanks.marks"),
    ("text_entry", "interaction.blanks.0.width", 0, "blanks", "blanks.width"),
    ("text_entry", "interaction.blanks.0.id", "9", "blanks", "blanks.ids"),
    ("text_entry", "interaction.blanks", [], "blanks", "blanks.count"),
    ("text_entry", "scoring.blanks.1", None, "accept", "accept.count"),
    ("text_entry", "scoring.blanks.0.accept", [], "accept:1", "accept.missing"),
    ("text_entry", "scoring.blanks.0.accept", ["电笔", "电笔"], "accept:1", "accept.repeated"),
    ("text_entry", "scoring.blanks.0.accept", [" 电笔"], "accept:1", "accept.blanks"),
    ("text_entry", "scoring.blanks.0.accept", ["字" * 201], "accept:1", "text.too_long"),
    ("text_entry", "scoring.blanks.0.accept", ["电\u202e笔"], "accept:1", "text.control"),
    ("text_entry", "scoring.blanks.0.normalise", ["colour"], "scoring", "scoring.malformed"),
    ("text_entry", "key", ["A"], "key", "key.unwanted"),
    ("numeric_entry", "scoring.value", "十", "key", "number.malformed"),
    ("numeric_entry", "scoring.value", "NaN", "key", "number.malformed"),
    ("numeric_entry", "scoring.value", "1e999999", "key", "number.malformed"),
    ("numeric_entry", "scoring.tolerance.amount", "5", "tolerance", "tolerance.malformed"),
    ("numeric_entry", "scoring.tolerance.amount", "-0.1", "tolerance", "tolerance.malformed"),
    ("numeric_entry", "scoring.tolerance", {"kind": "significant", "amount": "0"}, "tolerance", "tolerance.malformed"),
    ("numeric_entry", "scoring.tolerance", {"kind": "exact", "amount": "1"}, "tolerance", "tolerance.malformed"),
    ("numeric_entry", "scoring.value", "0", "tolerance", "tolerance.zero"),
    ("numeric_entry", "scoring.unit", None, "unit", "unit.accept"),
    ("numeric_entry", "interaction.unit", "shown", "unit", "unit.text"),
    ("numeric_entry", "scoring.unit.accept", ["A", "A"], "unit", "unit.repeated"),
    ("hotspot", "interaction.asset", "", "picture", "picture.missing"),
    ("hotspot", "interaction.asset", "http://x.example/a.png", "picture", "figure.malformed"),
    ("hotspot", "interaction.alt", " ", "picture", "picture.alt"),
    ("hotspot", "interaction.width", 90000, "picture", "picture.size"),
    ("hotspot", "interaction.choose", 2, "choose", "choose.range"),
    ("hotspot", "scoring.areas", [], "areas", "areas.count"),
    ("hotspot", "scoring.areas.0.coords", [590, 150, 40], "areas:1", "areas.outside"),
    ("hotspot", "scoring.areas.1.coords", [60, 10, 10, 50], "areas:2", "areas.shape"),
    ("hotspot", "scoring.areas.2.coords", [1, 1, 2, 2, 3, 3], "areas:3", "areas.shape"),
    ("hotspot", "scoring.areas.2.coords", [1, 1, 9, 9, 3], "areas:3", "areas.shape"),
    ("hotspot", "scoring.areas.0.shape", "star", "scoring", "scoring.malformed"),
    ("inline_choice", "key", ["1B"], "key", "key.count"),
    ("inline_choice", "key", ["2A", "1B"], "key", "key.outside"),
    ("inline_choice", "interaction.gaps.0.options.1.id", "1C", "gaps:1", "gaps.ids"),
    ("inline_choice", "interaction.gaps.1.options.1", None, "gaps:2", "gaps.options"),
    ("inline_choice", "stem", "没有空。", "stem", "blanks.marks"),
    ("short_answer", "scoring.rubric.0.points", "2", "rubric", "rubric.sum"),
    ("short_answer", "scoring.rubric.0.points", "x", "rubric:1", "rubric.points"),
    ("short_answer", "scoring.rubric.0.bands.1.points", "4", "rubric:1", "rubric.bands"),
    ("short_answer", "scoring.rubric.0.bands.1.words", "", "rubric:1", "rubric.bands_empty"),
    ("short_answer", "scoring.rubric.1.title", "", "rubric:2", "rubric.title"),
    ("short_answer", "scoring.rubric.1.id", "7", "rubric", "rubric.ids"),
    ("short_answer", "scoring.rubric", [], "rubric", "rubric.count"),
    ("short_answer", "scoring.model", [{"kind": "html", "html": "<p onclick='x'>1</p>"}], "model", "html.unclean"),
    ("short_answer", "scoring.model", [{"kind": "figure", "asset": PICTURE, "alt": "图"}], "model", "model.media"),
    ("extended_response", "interaction.lines", 0, "lines", "lines.range"),
    ("extended_response", "interaction.longest", 0, "longest", "longest.range"),
    ("extended_response", "interaction.lines", "4", "interaction", "interaction.malformed"),
    ("drawing", "interaction.alt", "", "picture", "picture.alt"),
    ("drawing", "scoring.rubric.0.points", "9", "rubric", "rubric.sum"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "place", "value", "field", "code"), DEPARTURES)
def test_each_departure_is_named(kind: str, place: str, value: Any, field: str, code: str) -> None:
    assert (field, code) in _flaws(_changed(kind, place, value))


def test_every_flaw_is_told_at_once() -> None:
    body = _changed("hotspot", "scoring.areas.0.coords", [590, 150, 40])
    content = replace(body.content, points="0", point="", interaction=body.content.interaction | {"alt": ""})
    codes = {code for _, code in _flaws(replace(body, content=content, difficulty=2000))}
    assert codes == {"points.malformed", "point.missing", "difficulty.range", "picture.alt", "areas.outside"}


def test_a_drawing_may_have_an_empty_sheet() -> None:
    assert _flaws(_changed("drawing", "interaction.asset", "")) == set()


def test_rare_characters_of_every_plane_pass_and_invisible_ones_do_not() -> None:
    rare = "㐀 𠮷 𪜀 𬭎 𰻞 𲎯"
    assert _flaws(_changed("text_entry", "stem", f"{rare}{{{{1}}}}和{{{{2}}}}")) == set()
    assert ("stem", "text.control") in _flaws(_changed("text_entry", "stem", "又\u0007叫{{1}}{{2}}"))


def test_rich_text_that_is_not_its_own_cleaning_is_a_flaw() -> None:
    body = SOUND_ITEMS["single_response"]
    stem = (html_block('<p style="color:red">甲</p>'),)
    assert _flaws(replace(body, content=replace(body.content, stem=stem))) == {("stem", "html.unclean")}


def test_options_that_differ_only_in_raised_and_lowered_text_are_different() -> None:
    body = SOUND_ITEMS["single_response"]
    marks = [html_block(f"x<{tag}>2</{tag}>") for tag in ("sub", "sup")]
    first, second, third = body.content.options
    options = (replace(first, content=(marks[0],)), replace(second, content=(marks[1],)), third)
    assert _flaws(replace(body, content=replace(body.content, options=options))) == set()


def test_a_case_is_whole_when_its_members_agree() -> None:
    first, second = (body.content for body in CASE_ITEMS)
    assert all(_flaws(body) == set() for body in CASE_ITEMS)
    assert check_case_group([first, second]) == []
    assert [flaw.code for flaw in check_case_group([first])] == ["case.incomplete"]
    for case, codes in (
        (Case("K1", 1, 2, STIMULUS), {"case.place_taken"}),
        (Case("K1", 2, 3, STIMULUS), {"case.size_differs"}),
        (Case("K1", 2, 2, (text_block("别的材料"),)), {"case.stimulus_differs"}),
        (Case("K2", 2, 2, STIMULUS), {"case.code_differs"}),
    ):
        assert first.case is not None
        assert {flaw.code for flaw in check_case_company(first.case, [case])} == codes


@pytest.mark.parametrize(
    ("case", "code"),
    [
        (Case("K 1", 1, 2, STIMULUS), "case.code"),
        (Case("K1", 3, 2, STIMULUS), "case.place"),
        (Case("K1", 1, 9, STIMULUS), "case.size"),
        (Case("K1", 1, 2, ()), "case.stimulus"),
    ],
)
def test_a_member_with_a_wrong_case_is_flawed(case: Case, code: str) -> None:
    body = SOUND_ITEMS["single_response"]
    assert code in {found for _, found in _flaws(replace(body, content=replace(body.content, case=case)))}


def test_being_enemies_is_mutual_and_enemies_are_known() -> None:
    body = replace(SOUND_ITEMS["single_response"], enemies=("Q-2", "Q-9"))
    assert [flaw.code for flaw in check_enemies_known(body, {"Q-2"})] == ["enemies.unknown"]
    assert list(check_enemies_known(body, {"Q-2", "Q-9"})) == []
    assert enemy_pairs({"Q-1": ["Q-2"], "Q-2": [], "Q-3": ["Q-1"]}) == {
        frozenset(("Q-1", "Q-2")),
        frozenset(("Q-1", "Q-3")),
    }
    own = body.content.code
    assert ("enemies", "enemies.self") in _flaws(replace(body, enemies=(own,)))


def test_a_picture_is_named_by_its_digest_only() -> None:
    body = _changed("drawing", "interaction.asset", PICTURE[:-1])
    assert ("picture", "figure.malformed") in _flaws(body)
