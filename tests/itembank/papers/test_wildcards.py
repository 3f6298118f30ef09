"""Unreadable signs of a photograph are found as a regular expression finds them, and cost no more than plain ones."""

import re
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from itembank.papers.fragment import fits, stands_in
from itembank.papers.wildcards import found_in, may_stand_in, read_signs

READ, WORDS = st.text("ab?*", min_size=1, max_size=7), st.text("abc ", max_size=9)


def as_pattern(read: str, perhaps: bool) -> str:
    """The same reading as a regular expression."""
    told = {"*": "[^ ]*", "?": ".?" if perhaps else "."}
    return "".join(told.get(sign, sign) for sign in read)


@settings(max_examples=600, deadline=None)
@given(READ, WORDS, st.booleans())
def test_a_reading_is_found_exactly_where_its_regular_expression_is(read: str, words: str, perhaps: bool) -> None:
    reading, pattern = read_signs(read, perhaps), as_pattern(read, perhaps)
    found = re.search(pattern, words) is not None
    assert found_in(reading, words) == found
    assert found_in(reading, words, whole=True) == (re.fullmatch(pattern, words) is not None)
    assert may_stand_in(read, words) or not found


def test_a_thousand_unreadable_signs_cost_no_more_than_a_few() -> None:
    began = time.process_time()
    assert not stands_in("*a" * 900 + "*b", "a" * 899 + "b")
    assert not stands_in("?" * 1000 + "a?" * 300 + "b", "接地装置" * 200 + "a" * 120 + "b")
    assert not fits("*1" * 150 + "Z", "1" * 149 + "Z")
    assert time.process_time() - began < 0.5
