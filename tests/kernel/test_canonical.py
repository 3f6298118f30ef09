"""The encoder: same value, same bytes; what two languages may read differently is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examserver.kernel.canonical import NotCanonical, b64u, digest, encode, nfc, raw_digest, to_json, unb64u

TEXT = st.text().map(nfc).filter(lambda text: not any("\ud800" <= c <= "\udfff" for c in text))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_canonical_bytes_read_back_to_the_same_value_and_bytes(value: object) -> None:
    data = to_json(value)
    assert json.loads(data) == value
    assert to_json(json.loads(data)) == data


def test_keys_are_sorted_by_utf16_and_the_domain_tag_leads() -> None:
    assert encode({"b": 1, "a": "𠮷", "𠮷": 2, "\ufb01": 3}, "exam.x", 1) == (
        'exam.x/1\n{"a":"𠮷","b":1,"𠮷":2,"ﬁ":3}'.encode()
    )


@pytest.mark.parametrize("value", [1.5, 2**53, -(2**53), "e\u0301", "\ud800", b"x", {1: 2}, {"a": [0.1]}])
def test_what_evidence_may_not_hold_is_refused(value: object) -> None:
    with pytest.raises(NotCanonical):
        to_json(value)


def test_nesting_beyond_the_limit_is_refused_without_a_crash() -> None:
    value: object = 1
    for _ in range(1000):
        value = [value]
    with pytest.raises(NotCanonical):
        to_json(value)


@given(st.binary(max_size=100))
def test_base64url_has_exactly_one_spelling(data: bytes) -> None:
    assert unb64u(b64u(data)) == data


@pytest.mark.parametrize("text", ["AB==", "A", "A+/A", "AAB ", "AB", "é"])
def test_other_spellings_of_base64url_are_refused(text: str) -> None:
    with pytest.raises(NotCanonical):
        unb64u(text)


def test_a_digest_names_its_algorithm_and_reads_back() -> None:
    assert digest(b"").startswith("sha256:e3b0c442")
    assert raw_digest(digest(b"x")).hex() == digest(b"x").removeprefix("sha256:")
    for wrong in ("md5:00", "sha256:00", digest(b"x").upper()):
        with pytest.raises(NotCanonical):
            raw_digest(wrong)
