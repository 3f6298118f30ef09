"""Every keyed type: three scorings written apart never differ, and known answers earn what they should."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examserver.grading.entries import normalise, read_number, rounded, within
from examserver.grading.keyed import ItemKey, KeyMalformed, judge_answer, read_keys, score_answer
from examserver.grading.recheck import worth
from tests.every_type import BODIES, right_value
from tests.itembank.test_form_documents import built, keys
from tests.verify.independent_scoring import points_of

Json = dict[str, Any]
KEYED = [one for code, one in sorted(keys(built("s")).items()) if one["rule"] != "rubric"]


def key_of(document: Json) -> ItemKey:
    return read_keys({"items": {"i001": document}})["i001"]


def scored(document: Json, value: Any) -> Decimal:
    """The points by the scoring that grades, which the two others must confirm."""
    points = score_answer(key_of(document), tuple(value) if isinstance(value, list) else value)
    assert Decimal(worth(document, value).numerator) / worth(document, value).denominator == points
    assert points_of(document, value) == points
    return points


def document(kind: str, key: list[str], rule: str = "all_or_nothing", points: str = "1", **scoring: Any) -> Json:
    made = {"code": "T", "version": 1, "type": kind, "key": key, "points": points, "rule": rule}
    return made | ({"scoring": scoring} if scoring else {})


@pytest.mark.parametrize("keyed", KEYED, ids=lambda one: str(one["code"]))
def test_the_right_answer_earns_all_and_no_answer_nothing(keyed: Json) -> None:
    assert scored(keyed, right_value(keyed)) == Decimal(keyed["points"])
    for nothing in (None, "", [], [""], True, ["x"], "x", [1], ["A", "A"]):
        assert scored(keyed, nothing) == 0, nothing


def test_every_type_of_the_bank_is_read_and_marked_ones_await_their_marks() -> None:
    read = read_keys(built("s").key)
    assert len({key.type for key in read.values()}) == 12
    assert [key.marked for key in read.values()].count(True) == 3
    assert {score_answer(key, "好") for key in read.values() if key.marked} == {Decimal(0)}
    assert len(BODIES) == len(read)


@pytest.mark.parametrize(
    ("kind", "key", "rule", "value", "points"),
    [
        ("multiple_response", ["A", "B", "D"], "partial_no_wrong", ["A"], "0.67"),
        ("multiple_response", ["A", "B", "D"], "partial_no_wrong", ["A", "C"], "0"),
        ("multiple_response", ["A", "B", "D"], "partial_no_wrong", ["A", "B", "D"], "2"),
        ("ordering", ["B", "A", "C"], "per_place", ["B", "C", "A"], "0.67"),
        ("ordering", ["B", "A", "C"], "per_place", ["B", "B", "B"], "0"),
        ("ordering", ["B", "A", "C"], "all_or_nothing", ["B", "C", "A"], "0"),
        ("matching", ["A-2", "B-1"], "per_part", ["A-2", "B-2"], "1"),
        ("matching", ["A-2", "B-1"], "per_part", ["A-1", "A-2", "B-1"], "1"),
        ("matching", ["A-2", "B-1"], "all_or_nothing", ["A-1", "A-2", "B-1"], "0"),
        ("inline_choice", ["1B", "2A"], "per_part", ["1B", ""], "1"),
        ("inline_choice", ["1B", "2A"], "all_or_nothing", ["1B", ""], "0"),
    ],
)
def test_parts_earn_their_share(kind: str, key: list[str], rule: str, value: list[str], points: str) -> None:
    assert scored(document(kind, key, rule, "2"), value) == Decimal(points)


def blank(*accept: str, normalise: tuple[str, ...] = ("width", "case", "space", "marks")) -> Json:
    return {"accept": list(accept), "normalise": list(normalise)}


@pytest.mark.parametrize(
    ("accept", "steps", "written", "right"),
    [
        ("试电笔", ("width",), " 试电笔　", True),
        ("PE线", ("width", "case"), "ｐｅ线", True),
        ("PE线", ("width",), "pe线", False),
        ("绝缘 手套", ("space",), "绝缘手套", True),
        ("绝缘手套", (), "绝缘 手套", False),
        ("先停电，后验电", ("marks",), "先停电后验电。", True),
        ("2.5", ("marks",), "25", False),
        ("2.5", ("width", "marks"), "２．５", True),
        ("𬭎", ("width",), "𬭎", True),
        ("。", ("marks",), "，", False),
    ],
)
def test_words_are_compared_as_the_item_says(accept: str, steps: tuple[str, ...], written: str, right: bool) -> None:
    key = document("text_entry", [], blanks=[blank(accept, normalise=steps)])
    assert scored(key, [written]) == int(right)


def number(value: str, kind: str = "exact", amount: str = "0", **more: Any) -> Json:
    return document("numeric_entry", [], value=value, tolerance={"kind": kind, "amount": amount}, **more)


@pytest.mark.parametrize(
    ("key", "written", "right"),
    [
        (number("220"), "２２０", True),
        (number("220"), "220.0", True),
        (number("1234.5"), "1,234.5", True),
        (number("1234.5"), "12,34.5", False),
        (number("0.0012"), "1.2×10^-3", True),
        (number("0.0012"), "1.2×10⁻³", True),
        (number("0.0012"), "1.2e－3", True),
        (number("-5"), "−5", True),
        (number("220"), "220V", False),
        (number("220"), "约220", False),
        (number("220"), "2e2000", False),
        (number("220", "absolute", "0.5"), "219.5", True),
        (number("220", "absolute", "0.5"), "219.49999999999999999999999999999999999999999999", False),
        (number("-10", "relative", "0.05"), "-10.5", True),
        (number("-10", "relative", "0.05"), "-10.51", False),
        (number("3.14159", "significant", "3"), "3.1416", True),
        (number("3.145", "significant", "3"), "3.15", True),
        (number("3.14159", "significant", "3"), "3.15", False),
        (number("0", "significant", "3"), "0.00", True),
    ],
)
def test_numbers_are_read_as_people_write_them(key: Json, written: str, right: bool) -> None:
    assert scored(key, [written]) == int(right)


@pytest.mark.parametrize(
    ("unit", "right"),
    [("V", True), ("伏", True), ("Ｖ", True), (" 伏 ", True), ("v", False), ("", False)],
)
def test_a_unit_that_is_asked_must_be_right_too(unit: str, right: bool) -> None:
    key = number("220", unit={"accept": ["V", "伏"]})
    assert scored(key, ["220", unit]) == int(right)
    assert scored(key, ["220"]) == 0


def test_compatibility_signs_of_units_count_as_what_they_stand_for() -> None:
    assert scored(number("20", unit={"accept": ["℃", "mm²", "μF"]}), ["20", "°C"]) == 1
    assert scored(number("20", unit={"accept": ["℃", "mm²", "μF"]}), ["20", "mm2"]) == 1
    assert scored(number("20", unit={"accept": ["℃", "mm²", "μF"]}), ["20", "\u00b5F"]) == 1


AREAS = [{"shape": "rect", "coords": [0, 0, 10, 10]}, {"shape": "poly", "coords": [20, 0, 40, 0, 30, 20]}]


@pytest.mark.parametrize(
    ("marks", "rule", "points"),
    [
        (["10,10", "30,20"], "all_or_nothing", "2"),
        (["10,10", "11,10"], "all_or_nothing", "0"),
        (["10,10"], "per_part", "1"),
        (["10,10", "30,5", "99,99"], "per_part", "1"),
        (["10,10", "nonsense"], "per_part", "0"),
        (["20,0", "1,1"], "per_part", "2"),
        (["21,3"], "per_part", "0"),
    ],
)
def test_marks_on_a_picture_count_within_the_border(marks: list[str], rule: str, points: str) -> None:
    assert scored(document("hotspot", [], rule, "2", areas=AREAS), marks) == Decimal(points)


WORDS = st.text(alphabet="试电笔Ｖv1２,.。 　(Ａa", max_size=6)
NUMBERS = st.one_of(
    st.decimals(-1000, 1000, places=3).map(str),
    st.text(alphabet="0123456789.,-+eE×10^⁻³２ ", max_size=10),
    st.sampled_from(["1.005", "1.0050001", "０.995", "-1.005", "1×10^0", "10⁰", "1e0"]),
)
POINTS = st.builds(lambda x, y: f"{x},{y}", st.integers(-5, 45), st.integers(-5, 25))
LETTERS = st.lists(st.sampled_from("ABCD"), max_size=5)
RULED = st.sampled_from(["all_or_nothing", "per_part"])
CASES = st.one_of(
    st.tuples(
        st.builds(lambda k, r: document("multiple_response", sorted(k), r, "1.5"), st.sets(st.sampled_from("ABCD"), min_size=1), st.sampled_from(["all_or_nothing", "partial_no_wrong"])),  # noqa: E501
        LETTERS,
    ),
    st.tuples(
        st.builds(lambda k, r: document("ordering", k, r, "1.5"), st.permutations("ABCD"), st.sampled_from(["all_or_nothing", "per_place"])),  # noqa: E501
        st.one_of(LETTERS, st.permutations("ABCD")),
    ),
    st.tuples(
        st.builds(lambda r: document("matching", ["A-2", "B-1", "C-3"], r, "2"), RULED),
        st.lists(st.builds(lambda a, b: f"{a}-{b}", st.sampled_from("ABC"), st.sampled_from("123")), max_size=4),
    ),
    st.tuples(
        st.builds(lambda w, n, r: document("text_entry", [], r, "2", blanks=[blank(*w, normalise=tuple(n)), blank("试电笔")]), st.lists(WORDS, min_size=1, max_size=2).filter(all), st.sets(st.sampled_from(["width", "case", "space", "marks"])), RULED),  # noqa: E501
        st.lists(WORDS, max_size=3),
    ),
    st.tuples(
        st.builds(lambda v, k, a: number(v, k, a), st.decimals(-1000, 1000, places=3).map(str), st.sampled_from(["exact", "absolute", "relative", "significant"]), st.sampled_from(["1", "2", "3"])),  # noqa: E501
        st.lists(NUMBERS, max_size=2),
    ),
    st.tuples(st.builds(lambda r: document("hotspot", [], r, "1", areas=[*AREAS, {"shape": "circle", "coords": [15, 15, 5]}]), RULED), st.lists(POINTS, max_size=4)),  # noqa: E501
)  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(CASES)
def test_three_scorings_written_apart_never_differ(case: tuple[Json, list[str]]) -> None:
    keyed, value = case
    points = scored(keyed, value)
    assert 0 <= points <= Decimal(keyed["points"])
    assert points.as_tuple().exponent in (0, -1, -2)


@given(st.decimals(-(10**6), 10**6, places=4), st.integers(1, 8))
def test_rounding_to_figures_stays_within_half_a_unit(value: Decimal, count: int) -> None:
    off = abs(rounded(value, count) - value)
    assert off * 2 <= Decimal(10) ** (value.adjusted() - count + 1) if value else off == 0


@given(st.text(max_size=20), st.sets(st.sampled_from(["width", "case", "space", "marks"])))
def test_normalising_twice_changes_nothing_more(text: str, steps: set[str]) -> None:
    once = normalise(text, steps)
    assert normalise(once, steps) == once or "marks" in steps


@given(st.decimals(-(10**12), 10**12, places=6))
def test_every_plain_number_is_read_back_exactly(value: Decimal) -> None:
    assert read_number(format(value, "f")) == value
    assert within(value, value, {"kind": "exact", "amount": ""})


def test_the_trace_names_what_was_right() -> None:
    key = document("matching", ["A-2", "B-1"], "per_part")
    parts = judge_answer(key_of(key), ("A-2", "B-2"))
    assert [(part.name, part.right) for part in parts] == [("A", True), ("B", False)]
    assert judge_answer(key_of(document("single_response", ["A"])), "A") == ()


@pytest.mark.parametrize(
    "broken",
    [
        document("text_entry", []),
        document("text_entry", [], blanks=[{"accept": []}]),
        document("text_entry", [], blanks=[{"accept": ["x"], "normalise": ["upper"]}]),
        number("zwei"),
        number("2", "nearly", "1"),
        number("2", "significant", "0"),
        number("2", "absolute", "-1"),
        document("hotspot", [], areas=[{"shape": "circle", "coords": [1, 2]}]),
        document("hotspot", ["A"], areas=AREAS),
        document("ordering", ["A", "B"], "per_part"),
        document("short_answer", [], "rubric", rubric=[]),
    ],
)
def test_a_key_no_scoring_understands_is_refused(broken: Json) -> None:
    with pytest.raises(Exception, match=r"i001") as caught:
        key_of(broken)
    assert isinstance(caught.value, KeyMalformed) or "scoring" in str(caught.value)
