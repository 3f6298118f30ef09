"""The pure rules of planning: identity numbers, rosters, seats, ticket numbers, policy values."""

import io
import zipfile
from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examserver.kernel.policy import PolicyFileInvalid, PolicyValueMissing, layered, read_profile, value_on
from examserver.kernel.seeds import Draw
from examserver.planning.identity_number import (
    CITIZEN,
    check_character,
    check_citizen_number,
    mask_name,
    mask_number,
    normalise_number,
    sex_of,
)
from examserver.planning.numbering import TicketPatternInvalid, TicketScope, check_pattern, ticket_number
from examserver.planning.roster import RosterUnreadable, check_roster, read_sheet
from examserver.planning.seating import (
    NoForms,
    Seat,
    TooFewForms,
    TooFewSeats,
    allot_forms,
    clashing,
    draw_seating,
    lay_out,
    spare_names,
)
from examserver.planning.tickets import fill_rules
from examserver.plumbing.policies import load_profile
from tests.examserver.authority import identity_number, roster_rows, workbook

TODAY = date(2026, 11, 22)
HEADINGS = ("姓名", "证件类型", "证件号码", "性别", "单位", "手机号")


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014", "34052419800101001X"])
def test_numbers_with_the_right_check_character_are_good(number: str) -> None:
    assert check_citizen_number(number, TODAY) is None
    assert check_character(number[:17]) == number[17]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("330102199001011230", "roster.identity_check"),
        ("330102199002301234", "roster.identity_birth"),
        ("330102900101123", "roster.identity_shape"),
        ("33010219900101123４", "roster.identity_shape"),
        ("330102209901011234", "roster.identity_birth"),
    ],
)
def test_a_wrong_number_is_named_by_its_fault_and_never_repeated(number: str, code: str) -> None:
    fault = check_citizen_number(number, TODAY)
    assert fault is not None
    assert fault.code == code
    assert number not in fault.reason_zh + fault.reason_en


def test_small_x_blanks_and_full_width_digits_are_forgiven() -> None:
    assert normalise_number(" １1010519491231 002x") == "11010519491231002X"


@given(st.integers(1, 999))
def test_one_changed_digit_is_always_noticed(n: int) -> None:
    number = identity_number(n)
    assert check_citizen_number(number, TODAY) is None
    changed = number[:16] + str((int(number[16]) + 1 + n % 9) % 10) + number[17]
    assert changed == number or check_citizen_number(changed, TODAY) is not None


def test_masks_show_only_the_ends() -> None:
    assert mask_number("11010519491231002X") == "1101**********002X"
    assert mask_number("E1234567") == "******67"
    assert (mask_name("张三丰"), mask_name("李")) == ("张**", "李*")
    assert sex_of("11010519491231002X") == "女"


def sheet(*rows: tuple[str, ...]) -> bytes:
    return workbook(list(rows), HEADINGS)


def test_every_fault_of_a_roster_is_told_with_row_and_column() -> None:
    good = roster_rows(3)
    number = good[0][2]
    data = sheet(
        good[0],
        ("", CITIZEN, good[1][2], "", "", ""),
        ("李四", "学生证", good[2][2], "男", "", "123"),
        ("王五", CITIZEN, number[:-1] + ("1" if number[-1] != "1" else "2"), "无", "", ""),
        ("赵六", CITIZEN, number, "", "", ""),
    )
    found = check_roster(read_sheet(data), TODAY)
    assert [entry.row for entry in found.good] == [2]
    told = {(fault.row, fault.column, fault.code) for fault in found.faults}
    assert {
        (3, "姓名", "roster.missing"),
        (4, "证件类型", "roster.document_type"),
        (4, "手机号", "roster.phone"),
        (5, "证件号码", "roster.identity_check"),
        (5, "性别", "roster.sex"),
        (6, "证件号码", "roster.duplicate"),
    } <= told
    assert all(number[:14] not in str(vars(fault)) for fault in found.faults)


def test_a_sex_that_contradicts_the_number_is_a_fault() -> None:
    row = list(roster_rows(1)[0])
    row[3] = "女" if row[3] == "男" else "男"
    found = check_roster(read_sheet(sheet(tuple(row))), TODAY)
    assert [fault.code for fault in found.faults] == ["roster.sex_mismatch"]


def test_somebody_already_in_the_plan_is_a_duplicate() -> None:
    rows = read_sheet(sheet(*roster_rows(2)))
    found = check_roster(rows, TODAY, frozenset({roster_rows(1)[0][2]}))
    assert [(fault.row, fault.code) for fault in found.faults] == [(2, "roster.duplicate")]


@pytest.mark.parametrize("data", [b"", b"not a workbook", b"PK\x03\x04junk", workbook([], ("姓名", "单位"))])
def test_what_is_no_roster_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(RosterUnreadable):
        read_sheet(data)


def test_a_workbook_that_unpacks_to_gigabytes_is_refused_unread() -> None:
    packed = io.BytesIO(workbook(roster_rows(1)))
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/more.xml", "w") as part:
        for _ in range(101):
            part.write(b" " * 2**20)
    with pytest.raises(RosterUnreadable) as refused:
        read_sheet(packed.getvalue())
    assert "unpacks" in refused.value.text("en")


@given(st.integers(1, 8), st.integers(1, 8), st.integers(2, 5), st.text(min_size=1, max_size=20), st.data())
def test_neighbours_never_have_the_same_form(
    rows: int, columns: int, forms: int, seed: str, data: st.DataObject
) -> None:
    count = data.draw(st.integers(1, rows * columns))
    names = [f"c{n:03d}" for n in range(count)]
    from examserver.kernel.canonical import nfc

    placed = draw_seating(names, lay_out(rows, columns), [f"F{n}" for n in range(forms)], nfc(seed))
    assert not clashing(placed)
    assert sorted(one.candidate for one in placed) == names
    assert len({one.seat.seat for one in placed}) == count


@given(st.sets(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1), st.integers(2, 5), st.integers(0, 99))
def test_rooms_of_any_shape_are_seated(places: set[tuple[int, int]], forms: int, seed: int) -> None:
    seats = [Seat(f"{row}-{column}", row, column) for row, column in sorted(places)]
    allotted = allot_forms(seats, [f"F{n}" for n in range(forms)], Draw(str(seed), "forms"))
    at = {(seat.row, seat.column): allotted[seat.seat] for seat in seats}
    for (row, column), form in at.items():
        assert form not in {at.get((row + 1, column)), at.get((row, column + 1))}


@given(st.integers(0, 9999))
def test_three_forms_are_used_about_equally(seed: int) -> None:
    placed = draw_seating([f"c{n:02d}" for n in range(30)], lay_out(5, 6), ["A", "B", "C"], str(seed))
    used = Counter(one.form for one in placed)
    assert max(used.values()) - min(used.values()) <= 3


def test_the_same_seed_seats_the_same_and_another_seed_differs() -> None:
    names = [f"c{n:02d}" for n in range(30)]
    first = draw_seating(names, lay_out(5, 6), ["A", "B", "C"], "seed")
    assert first == draw_seating(list(reversed(names)), lay_out(5, 6), ["C", "B", "A"], "seed")
    assert first != draw_seating(names, lay_out(5, 6), ["A", "B", "C"], "other seed")


def test_one_form_leaves_seats_between_or_says_why_not() -> None:
    names = [f"c{n:02d}" for n in range(15)]
    assert not clashing(draw_seating(names, lay_out(5, 6), ["A"], "seed"))
    with pytest.raises(TooFewForms) as refusal:
        draw_seating([*names, "c15"], lay_out(5, 6), ["A"], "seed")
    assert refusal.value.fields["fits"] == 15


def test_too_many_candidates_or_no_forms_are_refused() -> None:
    with pytest.raises(TooFewSeats):
        draw_seating(["a", "b"], lay_out(1, 1), ["A", "B"], "seed")
    with pytest.raises(NoForms):
        draw_seating(["a"], lay_out(1, 1), [], "seed")


def test_spares_follow_the_seats() -> None:
    assert spare_names(5, 6, 2) == ("31", "32")
    assert [seat.seat for seat in lay_out(2, 2)] == ["01", "02", "03", "04"]


def test_ticket_numbers_follow_the_pattern() -> None:
    scope = TicketScope("33", "000123", "261122", 1)
    assert ticket_number("{province}{institution}{date}{sitting:2}{seat:3}", scope, "07") == "3300012326112201007"


@pytest.mark.parametrize("pattern", ["{date}{seat}", "{institution}{date}{sitting}{seat}{phone}", "x"])
def test_a_pattern_that_repeats_or_is_unknown_is_refused(pattern: str) -> None:
    with pytest.raises(TicketPatternInvalid):
        check_pattern(pattern)


VALUE = '[[value]]\nname = "{0}"\nvalue = {1}\nunit = "s"\nsource = "x"\nfrom = {2}\napprover = "y"\n'


def test_the_value_of_the_day_holds_and_an_own_value_hides_the_base() -> None:
    base = read_profile('profile = "b"\n' + VALUE.format("a", 1, "2020-01-01") + VALUE.format("c", 9, "2020-01-01"))
    own = read_profile('profile = "o"\n' + VALUE.format("a", 2, "2021-01-01") + VALUE.format("a", 3, "2023-01-01"))
    both = layered(own, base)
    assert value_on(both, "a", date(2022, 1, 1)).value == 2
    assert value_on(both, "a", date(2023, 1, 1)).value == 3
    assert value_on(both, "c", date(2023, 1, 1)).value == 9
    with pytest.raises(PolicyValueMissing):
        value_on(both, "a", date(2020, 6, 1))


@pytest.mark.parametrize("text", ["][", '[[value]]\nname = "a"\n', VALUE.format("a", 1.5, "2020-01-01")])
def test_a_policy_value_without_source_or_date_is_refused(text: str) -> None:
    with pytest.raises(PolicyFileInvalid):
        read_profile(text)


@pytest.mark.parametrize("name", ["default", "zhejiang"])
def test_the_shipped_profiles_are_complete(name: str) -> None:
    profile = load_profile(name)
    for wanted in ("late_entry_cutoff_s", "cut_score", "invigilator_ratio", "ticket_number_pattern", "grace_s"):
        value = value_on(profile, wanted, TODAY)
        assert value.source
        assert value.approver


@pytest.mark.parametrize(("limit", "said"), [(1800, "30分钟"), (90, "1分钟30秒"), (45, "45秒"), (0, "0秒")])
def test_the_tickets_rules_name_the_sittings_own_limit(limit: int, said: str) -> None:
    assert fill_rules(["开考{late_entry}后不得入场"], limit) == (f"开考{said}后不得入场",)
