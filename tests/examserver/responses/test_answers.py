"""Replaying steps gives the state every screen and the grading see."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examserver.kernel.canonical import NotCanonical, encode
from examserver.kernel.crypto.keys import SigningKey, verify_signature
from examserver.kernel.crypto.sign import Signer
from examserver.responses.answers import ItemState, count_answered, replay, well_formed
from examserver.responses.receipt import make_receipt, receipt_body, short_code
from examserver.responses.steps import Step, Value
from examserver.responses.values import MOST_BYTES, normalised, too_large, weight


def step(seq: int, item: str, kind: str, value: Value) -> Step:
    """A step as replay looks at it."""
    return Step("ses_1", 1, seq, item, kind, value, 1, "")


def test_the_last_answer_of_an_item_counts_and_a_flag_changes_no_answer() -> None:
    states = replay([step(1, "a", "answer", "A"), step(2, "a", "flag", True), step(3, "a", "answer", "B")])
    assert states == {"a": ItemState("B", True, 3)}


def test_a_cleared_answer_is_not_an_answer() -> None:
    steps = [step(1, "a", "answer", "A"), step(2, "a", "answer", None), step(3, "b", "answer", ())]
    assert count_answered(replay(steps)) == 0
    assert count_answered(replay([step(1, "a", "answer", ("", "")), step(2, "b", "answer", ("", "9"))])) == 1


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["A", "B", None])), max_size=40))
def test_replay_agrees_with_reading_the_last_step_of_each_item(events: list[tuple[str, str | None]]) -> None:
    states = replay(step(seq, item, "answer", value) for seq, (item, value) in enumerate(events, 1))
    for item in {item for item, _ in events}:
        last = max(seq for seq, (name, _) in enumerate(events, 1) if name == item)
        assert states[item] == ItemState(events[last - 1][1], False, last)


@pytest.mark.parametrize(
    ("kind", "value", "good"),
    [
        ("flag", True, True),
        ("flag", "A", False),
        ("answer", "A", True),
        ("answer", True, False),
        ("answer", ("A", "C"), True),
        ("answer", ("C", "A"), True),
        ("answer", ("", "伏"), True),
        ("answer", "先验电，\n再挂地线", True),
        ("answer", (), True),
        ("answer", None, True),
    ],
)
def test_values_fit_their_kind(kind: str, value: Value, good: bool) -> None:
    assert well_formed(kind, value) is good


def test_a_receipt_is_signed_and_its_code_names_the_head() -> None:
    key = SigningKey.generate()
    body = receipt_body("ses_1", "T001", "sit_1", 3, "sha256:" + "0" * 64, 5)
    receipt = make_receipt(body, Signer("hall", "一号考场", key))
    other = short_code({**body, "head": "sha256:" + "1" * 64})
    assert len(receipt.code) == 23 and receipt.code != other
    assert receipt.qr.startswith("EXAMRECEIPT:1:")
    assert verify_signature(key.public_raw, key.sign(encode(body, "exam.receipt", 1)), encode(body, "exam.receipt", 1))


def test_long_prose_fits_and_what_is_larger_than_a_step_is_told() -> None:
    assert not too_large("验" * 20_000)
    assert not too_large(("a" * 20_000,) * 3)
    assert too_large(("a" * 20_000,) * 4)
    assert too_large("𬭎" * (MOST_BYTES // 4 + 1))
    assert not too_large("\ud800" * 17_000) and not normalised("\ud800"), "half a sign is refused, not stumbled over"


@given(st.text(alphabet=st.characters(exclude_categories=("Cs",))))
def test_only_normalised_text_reaches_the_chain(text: str) -> None:
    try:
        encode({"value": text}, "exam.step", 1)
        sound = True
    except NotCanonical:
        sound = False
    assert normalised(text) is normalised((text,)) is sound


def test_large_answers_take_more_of_the_allowance() -> None:
    assert [weight(one) for one in ("A", True, None, ("A", "B"))] == [1, 1, 1, 1]
    assert weight(("1" * 20_480,) * 2) == 21
