"""An untrusted body is read field by field; every fault names its place."""

from collections.abc import Callable
from typing import Any

import pytest

from examserver.kernel.fields import Fields, MalformedField, is_digest, parse_json

DIGEST = "sha256:" + "0a" * 32


def read(act: Callable[[Fields], Any], value: object) -> Any:
    return act(Fields({"x": value}, "body"))


@pytest.mark.parametrize(
    ("act", "value", "result"),
    [
        (lambda f: f.text("x"), "文字", "文字"),
        (lambda f: f.text("x", empty=True), "", ""),
        (lambda f: f.integer("x", 1, 5), 5, 5),
        (lambda f: f.flag("x"), False, False),
        (lambda f: f.digest("x"), DIGEST, DIGEST),
        (lambda f: f.choice("x", ["a", "b"]), "b", "b"),
        (lambda f: f.binary("x", 2), "_-8", b"\xff\xef"),
        (lambda f: f.nullable("x", f.integer), None, None),
        (lambda f: f.nullable("x", f.integer), 3, 3),
        (lambda f: f.texts("x"), ["a"], ["a"]),
        (lambda f: f.values("x"), [1, "a"], [1, "a"]),
        (lambda f: f.within("x").integer("y"), {"y": 1}, 1),
        (lambda f: [one.integer("y") for one in f.many("x")], [{"y": 1}, {"y": 2}], [1, 2]),
    ],
)
def test_a_field_of_its_kind_is_read(act: Callable[[Fields], Any], value: object, result: object) -> None:
    assert read(act, value) == result


@pytest.mark.parametrize(
    ("act", "value"),
    [
        (lambda f: f.text("x"), ""),
        (lambda f: f.text("x"), 1),
        (lambda f: f.text("x", 3), "abcd"),
        (lambda f: f.integer("x"), True),
        (lambda f: f.integer("x"), 1.0),
        (lambda f: f.integer("x"), -1),
        (lambda f: f.integer("x"), 2**53),
        (lambda f: f.flag("x"), 1),
        (lambda f: f.digest("x"), "sha256:" + "0A" * 32),
        (lambda f: f.digest("x"), "0a" * 32),
        (lambda f: f.choice("x", ["a"]), "b"),
        (lambda f: f.choice("x", ["a"]), ["a"]),
        (lambda f: f.binary("x"), "_-9"),
        (lambda f: f.binary("x"), "a="),
        (lambda f: f.binary("x", 3), "_-8"),
        (lambda f: f.binary("x"), None),
        (lambda f: f.values("x"), {}),
        (lambda f: f.values("x", 1), [1, 2]),
        (lambda f: f.texts("x"), ["a", ""]),
        (lambda f: f.many("x"), [1]),
        (lambda f: f.within("x"), []),
    ],
)
def test_a_field_of_another_kind_is_a_fault_at_its_place(act: Callable[[Fields], Any], value: object) -> None:
    with pytest.raises(MalformedField) as fault:
        read(act, value)
    assert str(fault.value.fields["place"]).startswith("body.x")


def test_missing_and_unknown_fields_are_named() -> None:
    fields = Fields({"known": 1, "surplus": 2}, "body")
    with pytest.raises(MalformedField) as missing:
        fields.text("absent")
    assert missing.value.fields["place"] == "body.absent"
    fields.integer("known")
    with pytest.raises(MalformedField) as unknown:
        fields.finish()
    assert unknown.value.fields["place"] == "body.surplus"


def test_a_place_says_which_entry_of_a_list() -> None:
    rows = Fields({"rows": [{"y": 1}, {"y": "a"}]}, "body").many("rows")
    with pytest.raises(MalformedField) as fault:
        rows[1].integer("y")
    assert fault.value.fields["place"] == "body.rows[1].y"


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"[" * 100_000, b"9" * 5000])
def test_what_is_no_json_is_a_fault_and_not_a_crash(data: bytes) -> None:
    with pytest.raises(MalformedField):
        parse_json(data, "body")


def test_digests_are_lower_case_and_whole() -> None:
    assert is_digest(DIGEST)
    assert not any(is_digest(value) for value in (None, 1, "", DIGEST[:-1], DIGEST.upper(), "md5:" + "0" * 64))
