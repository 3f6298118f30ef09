"""The register of institutions: codes, directory, and the gate that asks it."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examserver.institutions.codes import (
    InstitutionCodeMalformed,
    LevelUnknown,
    check_kind,
    read_institution_code,
    read_level,
    read_occupation_code,
)
from examserver.institutions.scope import DirectoryEntry, Grant, OutOfScope, check_scope, overlapping, require_scope
from tests.examserver.authority import make_authority, ok, refused

ENTRY = DirectoryEntry("某机构", "active", (Grant("6-31-01-03", (5, 4), date(2026, 1, 1), date(2027, 1, 1)),))


def test_a_code_has_four_parts() -> None:
    parts = read_institution_code("S000033000123")
    assert (parts.letter, parts.ministry, parts.province, parts.serial) == ("S", "0000", "33", "000123")


@pytest.mark.parametrize(
    "text", ["", "S00003300012", "Z000033000123", "S000033000123\n", "S00003300012３", "s000033000123"]
)
def test_a_malformed_code_is_refused(text: str) -> None:
    with pytest.raises(InstitutionCodeMalformed):
        read_institution_code(text)


def test_the_first_letter_fits_the_kind() -> None:
    check_kind("Y000033000123", "employer")
    with pytest.raises(Exception, match="does not fit"):
        check_kind("Y000033000123", "social_org")


@given(st.integers(1, 5))
def test_a_level_is_read_from_every_way_of_writing_it(level: int) -> None:
    assert {read_level(level), read_level(str(level)), read_level(f"L{level}")} == {level}


@pytest.mark.parametrize("value", [0, 6, "L9", "四级", True, "4 "])
def test_an_unknown_level_is_refused(value: int | str) -> None:
    with pytest.raises(LevelUnknown):
        read_level(value)


def test_occupation_codes_have_one_shape() -> None:
    assert read_occupation_code("6-31-01-03") == "6-31-01-03"
    with pytest.raises(Exception, match="not valid"):
        read_occupation_code("6-31-1-3")


@pytest.mark.parametrize(
    ("code", "level", "on", "covered"),
    [
        ("6-31-01-03", 4, date(2026, 6, 1), True),
        ("6-31-01-03", 4, date(2026, 1, 1), True),
        ("6-31-01-03", 4, date(2025, 12, 31), False),
        ("6-31-01-03", 4, date(2027, 1, 1), False),
        ("6-31-01-03", 3, date(2026, 6, 1), False),
        ("6-31-01-04", 4, date(2026, 6, 1), False),
    ],
)
def test_scope_is_occupation_level_and_day(code: str, level: int, on: date, covered: bool) -> None:
    assert (check_scope(ENTRY, code, level, on) is None) == covered


def test_a_suspended_institution_covers_nothing() -> None:
    suspended = DirectoryEntry("某机构", "suspended", ENTRY.grants)
    with pytest.raises(OutOfScope):
        require_scope(suspended, "6-31-01-03", 4, date(2026, 6, 1))


def test_a_level_listed_twice_is_noticed() -> None:
    assert overlapping((Grant("6-31-01-03", (4,)), Grant("6-31-01-03", (5, 4)))) == ["6-31-01-03"]


def test_the_register_keeps_codes_unique_and_shows_the_directory(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    made = authority.institution()
    assert made["state"] == "active"
    again = {"code13": made["code13"], "name": "另一家", "kind": "social_org", "occupations": []}
    refused(authority["admin"].post("/api/authority/institutions", again), "institution.code_taken")
    listed = ok(authority["officer"].get("/api/authority/institutions"))["institutions"]
    assert [one["code13"] for one in listed] == [made["code13"]]
    assert authority["officer"].post("/api/authority/institutions", again).status_code == 403
    twice = {"code": "6-31-01-03", "levels": ["L4"]}
    spoiled = again | {"code13": "S000033000999", "occupations": [twice, twice]}
    refused(authority["admin"].post("/api/authority/institutions", spoiled), "institution.grants_overlap")
