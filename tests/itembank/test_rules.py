"""Pure rules of items: text, soundness, identity, three persons."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itembank.items.check import check_item
from itembank.items.content import ItemBody, ItemContent, Option, content_digest, read_content, text_block
from itembank.items.state import (
    APPROVE,
    APPROVED,
    DRAFT,
    RETURNED,
    REVIEW,
    REVIEWED,
    CommentMissing,
    SamePerson,
    Signatures,
    WrongState,
    next_state,
)
from itembank.items.text import control_characters, identity, markup_in, private_characters, tidy


def item(**changes: object) -> ItemBody:
    """A sound single-response item."""
    options = tuple(Option(letter, (text_block(f"选项{letter}"),)) for letter in "ABCD")
    content = ItemContent("T-1", "single_response", "A-A-001", (text_block("安全电压是（　）。"),), options)
    return replace(ItemBody(content, ("A",), "X", "recall", 650), **changes)  # type: ignore[arg-type]


def with_content(**changes: object) -> ItemBody:
    """The sound item with another content."""
    own = item()
    return replace(own, content=replace(own.content, **changes))  # type: ignore[arg-type]


def codes(body: ItemBody) -> set[str]:
    """Codes of all flaws."""
    return {flaw.code for flaw in check_item(body)}


def test_a_sound_item_has_no_flaw() -> None:
    assert check_item(item()) == []


def letters(text: str) -> tuple[Option, ...]:
    """Options under these letters with texts of their own."""
    return tuple(Option(letter, (text_block(f"选项{letter}"),)) for letter in text)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (item(key=()), "key.missing"),
        (item(key=("E",)), "key.outside"),
        (item(key=("A", "B")), "key.count"),
        (item(key=("A", "A")), "key.repeated"),
        (item(importance="W"), "importance.unknown"),
        (item(cognition="guess"), "cognition.unknown"),
        (item(difficulty=1200), "difficulty.range"),
        (item(difficulty=0), "difficulty.range"),
        (with_content(type="essay"), "type.unknown"),
        (with_content(code=""), "code.missing"),
        (with_content(code="../x"), "code.malformed"),
        (with_content(point=""), "point.missing"),
        (with_content(points="-1"), "points.malformed"),
        (with_content(stem=()), "stem.missing"),
        (with_content(stem=(text_block("<script>x</script>"),)), "text.markup"),
        (with_content(stem=(text_block("隐\u202e藏"),)), "text.control"),
        (with_content(stem=(text_block("长" * 4001),)), "text.too_long"),
        (with_content(options=letters("AB")), "options.too_few"),
        (with_content(options=letters("ABD")), "options.gap"),
        (with_content(type="multiple_response"), "key.count"),
        (with_content(type="true_false"), "options.fixed"),
    ],
)
def test_every_kind_of_flaw_is_named(body: ItemBody, code: str) -> None:
    assert code in codes(body)


def test_two_equal_options_are_a_flaw_but_mw_and_megawatt_are_not() -> None:
    same = (*letters("ABC"), Option("D", (text_block("选项B"),)))
    assert codes(with_content(options=same)) == {"options.repeated"}
    units = tuple(Option(x, (text_block(t),)) for x, t in zip("ABC", ("5mW", "5MW", "5W"), strict=True))
    assert codes(with_content(options=units)) == set()


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&amp;lt;script&amp;gt;",
        "＜script＞alert(1)＜／script＞",
        "<SCRIPT src=//x.example/y.js",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<b>粗体</b>",
        "<!-- 注释 -->",
        '<a href="javascript:alert(1)">x</a>',
        "<weird onclick=alert(1)>",
    ],
)
def test_markup_is_found_in_every_disguise(text: str) -> None:
    assert markup_in(f"题干{text}（　）") is not None


@pytest.mark.parametrize(
    "text", ["I<5A 且 U>3V", "若a<b且c>d", "R1 < R2", "U₁<U₂", "电流 <5A>", "1<p<2", "AT&T", "x->y", "𠮷野家", "A&lt;B"]
)
def test_comparisons_and_ampersands_are_plain_text(text: str) -> None:
    assert markup_in(text) is None


def test_rare_characters_survive_and_home_made_ones_are_named() -> None:
    assert tidy(" 𠮷䶮㛃𬭎\r\n") == "𠮷䶮㛃𬭎"
    assert control_characters("𠮷䶮\n\t") == []
    assert private_characters("人名\ue000") == ["U+E000"]
    assert control_characters("\ufffd") == ["U+FFFD"]


def test_identity_ignores_form_and_keeps_meaning() -> None:
    assert identity("（　　）是“安全”电压。") == identity("( )是安全电压")
    assert identity("电压为３６V，") == identity("电压为36V")
    assert identity("1.5kV") != identity("15kV")
    assert identity("词头 m") != identity("词头 M")
    assert identity("10²") != identity("102")
    assert identity("-5℃") != identity("5℃")


@given(st.text(max_size=200))
def test_normalised_text_is_stable_and_every_check_is_total(text: str) -> None:
    plain = tidy(text)
    assert tidy(plain) == plain
    markup_in(plain)
    assert identity(plain) == identity(plain + " ")
    check_item(with_content(stem=(text_block(plain),)))


@given(st.text(min_size=1, max_size=40), st.integers(2, 8))
def test_content_is_read_back_as_it_was_and_named_by_its_digest(text: str, count: int) -> None:
    content = with_content(stem=(text_block(tidy(text)),), options=letters("ABCDEFGH"[:count])).content
    again = read_content(content.as_json())
    assert again == content
    assert content_digest(again) == content_digest(content)
    assert content_digest(replace(content, point="B")) != content_digest(content)


def signed(state: str, **persons: str) -> Signatures:
    """A version in this state signed by these persons."""
    return Signatures("T-1", state, **({"author": "ann"} | persons))


def test_an_item_becomes_usable_through_three_persons_only() -> None:
    assert next_state(signed(DRAFT), REVIEW, "accept", "ben", "Ben", "") == REVIEWED
    assert next_state(signed(REVIEWED, reviewer="ben"), APPROVE, "accept", "cat", "Cat", "") == APPROVED


@pytest.mark.parametrize(
    ("state", "reviewer", "stage", "person"),
    [(DRAFT, "", REVIEW, "ann"), (REVIEWED, "ben", APPROVE, "ann"), (REVIEWED, "ben", APPROVE, "ben")],
)
def test_nobody_signs_twice(state: str, reviewer: str, stage: str, person: str) -> None:
    with pytest.raises(SamePerson):
        next_state(signed(state, reviewer=reviewer), stage, "accept", person, person, "")


def test_a_step_needs_its_state_and_a_return_its_reason() -> None:
    with pytest.raises(WrongState):
        next_state(signed(DRAFT), APPROVE, "accept", "cat", "Cat", "")
    with pytest.raises(WrongState):
        next_state(signed(APPROVED), REVIEW, "accept", "ben", "Ben", "")
    with pytest.raises(CommentMissing):
        next_state(signed(DRAFT), REVIEW, "return", "ben", "Ben", " ")
    assert next_state(signed(DRAFT), REVIEW, "return", "ben", "Ben", "题意不清") == RETURNED
