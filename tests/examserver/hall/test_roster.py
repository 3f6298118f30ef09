"""Orders are read strictly; the second factor is recognised however it is typed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examserver.hall.roster import OrderContradicts, document_check, read_order
from examserver.kernel.crypto.keys import KeyPair
from examserver.kernel.fields import MalformedField
from tests.examserver.hall.rig import order_body, plain_documents, seal

BANK, HALL, GRADING = KeyPair.generate(), KeyPair.generate(), KeyPair.generate()
PAPER = seal(BANK, GRADING, tuple(KeyPair.generate() for _ in range(3)), 10**12, plain_documents(3))


def body(**changes: Any) -> dict[str, Any]:
    """An order's body."""
    return {**order_body(HALL, GRADING, PAPER, 10**12, 4), **changes}


def test_an_order_is_read_whole() -> None:
    order = read_order(body())
    assert [place.seat for place in order.places if place.spare] == ["05", "06"]
    assert order.entrant("T0002") is not None and order.entrant("T9999") is None
    assert order.title == "电工 四级（中级工）"


@pytest.mark.parametrize(
    "changes",
    [
        {"level": "4"},
        {"starts_ms": -1},
        {"duration_s": 0},
        {"late_entry_deadline": "whenever"},
        {"grading_key": "AAAA"},
        {"candidates": "all"},
        {"hall_key": ""},
        {"papers": [{"paper": "p"}]},
    ],
)
def test_a_malformed_field_is_named(changes: dict[str, Any]) -> None:
    with pytest.raises(MalformedField) as fault:
        read_order(body(**changes))
    assert next(iter(changes)) in str(fault.value)


def test_contradictions_are_refused() -> None:
    one, two, *rest = body()["candidates"]
    for candidates in (
        [one, {**two, "ticket": one["ticket"]}],
        [one, {**two, "seat": one["seat"]}],
        [one, {**two, "seat": "99"}],
        [one, {**two, "form": "frm_other"}],
    ):
        with pytest.raises(OrderContradicts):
            read_order(body(candidates=[*candidates, *rest]))
    with pytest.raises(OrderContradicts):
        read_order(body(release_opens_ms=5, release_closes_ms=5))


@given(st.text("0123456789xX", min_size=1, max_size=18), st.lists(st.integers(0, 17), max_size=4))
def test_spaces_and_case_of_a_document_number_do_not_matter(number: str, spaces: list[int]) -> None:
    typed = number
    for at in spaces:
        typed = typed[:at] + " " + typed[at:]
    assert document_check("T1", typed.lower()) == document_check("T1", number.upper())
    assert document_check("T2", number) != document_check("T1", number)
