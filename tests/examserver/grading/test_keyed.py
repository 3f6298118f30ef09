"""The pure rules of keyed scoring: which answers count, and for how much."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examserver.grading.compare import Move, Standing, moves_between
from examserver.grading.keyed import (
    ItemKey,
    KeyMalformed,
    expected_value,
    read_keys,
    score_answer,
    total,
    write_points,
)
from examserver.grading.record import Answered, OpenedSession, SessionLine, final_answers
from examserver.grading.trace import Basis, FormWithoutKey, grade_session, keys_by_form, odd_answers

OPTIONS = st.sampled_from("ABCDE")
DIGEST = "sha256:" + "0" * 64


def key_of(kind: str, *key: str, points: str = "1") -> ItemKey:
    return ItemKey("i001", 1, "DG4-0001", 1, kind, key, Decimal(points), "all_or_nothing")


@given(OPTIONS, OPTIONS)
def test_a_single_response_counts_when_it_is_the_key(key: str, value: str) -> None:
    assert score_answer(key_of("single_response", key, points="1.5"), value) == (Decimal("1.5") if key == value else 0)


@given(st.sets(OPTIONS, min_size=1), st.sets(OPTIONS))
def test_a_multiple_response_counts_only_when_exactly_right(key: set[str], value: set[str]) -> None:
    points = score_answer(key_of("multiple_response", *sorted(key), points="2"), tuple(sorted(value)))
    assert points == (2 if key == value else 0)


@pytest.mark.parametrize(("value", "points"), [("true", 0), ("false", 1), (None, 0)])
def test_true_false_counts_like_a_single_response(value: str | None, points: int) -> None:
    assert score_answer(key_of("true_false", "false"), value) == points


def test_nothing_chosen_is_nothing_earned() -> None:
    assert score_answer(key_of("multiple_response", "A", "B"), ()) == 0
    assert score_answer(key_of("single_response", "A"), None) == 0


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("single_response", ("A", "A")),
        ("single_response", True),
        ("true_false", False),
        ("multiple_response", ("A", "A")),
    ],
)
def test_a_value_no_player_sends_earns_nothing_and_is_told(kind: str, value: Any) -> None:
    key = key_of(kind, "A") if kind != "multiple_response" else key_of(kind, "A", "B")
    assert score_answer(key, value) == 0
    assert not expected_value(key, value) or kind == "multiple_response"


def key_document(**changes: Any) -> dict[str, Any]:
    item = {
        "code": "DG4-0001", "version": 1, "type": "single_response", "key": ["B"], "points": "1",
        "rule": "all_or_nothing", "options": {"A": "C"},
    }  # fmt: skip
    return {"form": "frm_a", "items": {"i002": item | changes, "i001": item}}


def test_keys_are_read_in_item_order() -> None:
    keys = read_keys(key_document())
    assert [(key.item, key.position) for key in keys.values()] == [("i001", 1), ("i002", 2)]


@pytest.mark.parametrize(
    "changes",
    [
        {"rule": "partial"}, {"points": "one"}, {"points": "-1"}, {"points": "NaN"}, {"key": []}, {"key": ["A", "B"]},
        {"type": "essay"}, {"points": 1},
    ],
)  # fmt: skip
def test_a_key_that_is_not_understood_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Exception, match=r"i002|key\.items"):
        read_keys(key_document(**changes))
    assert issubclass(KeyMalformed, Exception)


@given(st.lists(st.decimals("0", "100", places=1), max_size=30))
def test_points_add_up_exactly_and_print_plainly(points: list[Decimal]) -> None:
    added = total({f"i{n}": one for n, one in enumerate(points)})
    printed = write_points(added)
    assert Decimal(printed) == added
    assert "E" not in printed
    assert not (printed.endswith("0") and "." in printed)


def steps(*values: tuple[str, str, Any]) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    return [
        (f"sha256:{n:064x}", {"seq": n, "item": item, "kind": kind, "value": value}, {"received_ms": n, "late": n > 2})
        for n, (item, kind, value) in enumerate(values, start=1)
    ]


def test_the_last_answer_counts_late_or_cleared_and_flags_do_not() -> None:
    found = final_answers(
        steps(("i1", "answer", "A"), ("i2", "answer", "B"), ("i1", "flag", True), ("i2", "answer", None))
    )
    assert found["i1"].value == "A"
    assert (found["i2"].value, found["i2"].seq, found["i2"].late) == (None, 4, True)


LINE = SessionLine("ses_1", "cnd_1", "T1", "01", "frm_a", "submitted", 1, DIGEST, DIGEST, DIGEST)
BASIS = Basis("run_1", "sit_1", DIGEST, DIGEST, 1, "1")


def opened(**answers: str) -> OpenedSession:
    return OpenedSession(LINE, {item: Answered(1, DIGEST, 5, False, value) for item, value in answers.items()})


def test_a_result_traces_every_item_and_passes_at_the_cut_score() -> None:
    result = grade_session(BASIS, "res_1", opened(i001="B"), keys_by_form([key_document()]))
    assert (result["score"], result["max"], result["passed"]) == ("1", "2", True)
    assert [(one["item"], one["points"], one["step"] is None) for one in result["items"]] == [
        ("i001", "1", False), ("i002", "0", True)
    ]  # fmt: skip


def test_an_answer_to_an_item_the_form_lacks_is_told_and_harms_nobody() -> None:
    keys = keys_by_form([key_document()])
    strange = opened(i999="B", i001="B")
    assert grade_session(BASIS, "res_1", strange, keys)["score"] == "1"
    assert odd_answers(strange, keys) == ["i999"]
    assert not odd_answers(opened(i001="B"), keys)
    with pytest.raises(FormWithoutKey):
        grade_session(BASIS, "res_1", opened(), {})


def test_a_comparison_names_who_moves_and_who_crosses() -> None:
    before = {"T1": Standing("58", False), "T2": Standing("61", True), "T3": Standing("70", True)}
    after = {"T1": Standing("61", True), "T2": Standing("59", False), "T3": Standing("70", True)}
    assert moves_between(before, after) == [Move("T1", "58", "61", "up"), Move("T2", "61", "59", "down")]
    assert moves_between(before, before) == []
