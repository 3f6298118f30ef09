"""The rules of the workflow by themselves: draw, verdict form, comparison, targets, readiness, progress, allocation."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examserver.kernel.errors import ExamError
from itembank.allocation.rule import Terms, check_assembly, check_preview, holds
from itembank.assignments.progress import Made, Wish, ledger_of, next_step, progress_of
from itembank.items.state import CLOSED, PREPARING, READY
from itembank.programmes.needs import Count, Phase, Target, gaps_of
from itembank.programmes.readiness import ReadinessFacts, check_step, conditions_of
from itembank.review.criteria import CRITERIA, Grade, check_form, summary_of
from itembank.review.difference import compare, word_pieces
from itembank.review.draw import Candidate, ToReview, draw_reviewers
from itembank.specs.standards import Standard, check_standard, fits, problem_of
from itembank.specs.tree import derive_specification
from itembank.units.csv_file import csv_of
from itembank.units.sight import default_purpose, sight_of

TREE = derive_specification(["A-A-001", "A-A-002", "B-A-001"], "-")

units = st.sampled_from(["", "u1", "u2", "u3"])
drafts = st.lists(st.tuples(st.sampled_from("pqrs"), units, st.sampled_from(["", "", "K1", "K2"])), max_size=20)
pools = st.lists(st.tuples(units, st.integers(0, 3)), max_size=6)


def code_of(refused: pytest.ExceptionInfo[ExamError]) -> str:
    return refused.value.code


@given(drafts, pools, st.integers(1, 3), st.text(max_size=8))
def test_a_draw_never_breaks_recusal_and_can_be_replayed(
    told: list[tuple[str, str, str]], people: list[tuple[str, int]], per_item: int, seed: str
) -> None:
    items = [ToReview(f"i{n}", author, unit, group=group) for n, (author, unit, group) in enumerate(told)]
    pool = [Candidate("pqrs"[n] if n < 4 else f"r{n}", unit, load) for n, (unit, load) in enumerate(people)]
    drawn = draw_reviewers(items, pool, per_item, seed, recusal=True)
    assert drawn == draw_reviewers(list(items), list(reversed(pool)), per_item, seed, recusal=True)
    by_item = {item.item: {account for code, account in drawn.pairs if code == item.item} for item in items}
    unit_of = {one.account: one.unit for one in pool}
    for item in items:
        chosen = by_item[item.item]
        assert item.author not in chosen and len(chosen) == (0 if item.item in drawn.unserved else per_item)
        assert not item.unit or item.unit not in {unit_of[account] for account in chosen}
    for group in {item.group for item in items if item.group}:
        assert len({frozenset(by_item[item.item]) for item in items if item.group == group}) == 1


def test_work_is_spread_evenly_over_those_who_may() -> None:
    items = [ToReview(f"i{n:03}", "author", "u1") for n in range(100)]
    pool = [Candidate(f"r{n}", "u2", 0) for n in range(4)] + [Candidate("near", "u1", 0)]
    counts = Counter(account for _, account in draw_reviewers(items, pool, 1, "s", recusal=True).pairs)
    assert set(counts.values()) == {25} and "near" not in counts
    free = Counter(account for _, account in draw_reviewers(items, pool, 1, "s", recusal=False).pairs)
    assert set(free.values()) == {20}


def form(**changes: Grade) -> dict[str, Grade]:
    return {name: Grade("fine") for name in CRITERIA} | changes


def test_a_fault_needs_words_and_a_return() -> None:
    check_form("accept", form(wording=Grade("remark", "可更简洁")), "")
    check_form("return", form(key=Grade("fault", "应为 B")), "")
    for verdict, grades in (
        ("accept", form(key=Grade("fault", "应为 B"))),
        ("return", form(key=Grade("fault", " "))),
        ("return", form()),
        ("accept", form(key=Grade("none"))),
        ("accept", {}),
    ):
        with pytest.raises(ExamError) as refused:
            check_form(verdict, grades, "")
        assert code_of(refused) == "review.form"
    assert summary_of(form(key=Grade("fault", "应为 B")), "请改") == "答案：应为 B；请改"


def test_words_of_changed_lines_are_marked_in_chinese_latin_and_tags() -> None:
    pieces = [(each.kind, each.text) for each in word_pieces("电压为220V", "电压为<b>380</b>V")]
    assert pieces == [("same", "电压为"), ("removed", "220V"), ("added", "<b>380</b>V")]


def version(**changes: object) -> dict[str, object]:
    content = {
        "type": "single_response", "point": "A-A-001", "points": "1",
        "stem": [{"kind": "html", "html": "<p>问</p>"}, {"kind": "figure", "asset": "sha256:aa", "alt": "图"}],
        "options": [{"id": letter, "content": [{"kind": "text", "text": letter}]} for letter in "ABC"],
        "interaction": {"targets": [{"id": "1", "content": [{"kind": "text", "text": "甲"}]}]},
    }  # fmt: skip
    return {"content": content, "key": ["A"], "scoring": {}, "importance": "X"} | changes


def test_options_keys_and_nested_parts_have_lines_of_their_own() -> None:
    old, new = version(), version(key=["B"], scoring={"blanks": [{"accept": ["伏"]}]}, importance="Y")
    content = dict(new["content"])  # type: ignore[call-overload]
    content["options"] = content["options"][:2]
    content["interaction"] = {"targets": [{"id": "1", "content": [{"kind": "text", "text": "乙"}]}]}
    changes = {(line.part, line.kind) for line in compare(old, new | {"content": content}) if line.kind != "same"}
    assert changes == {
        ("option C", "removed"),
        ("interaction targets 1 content", "changed"),
        ("key", "changed"),
        ("importance", "changed"),
        ("scoring blanks 1 accept", "added"),
    }
    assert all(line.kind == "same" for line in compare(old, version()))


COUNTS = [
    Count("A-A-001", "single_response", "enrolled", 3), Count("A-A-001", "true_false", "draft", 2),
    Count("A-A-002", "single_response", "approved", 1), Count("B-A-001", "single_response", "enrolled", 9),
    Count("A-A-002", "single_response", "retired", 7),
]  # fmt: skip


def test_the_gap_report_counts_what_is_enrolled_in_work_and_missing() -> None:
    targets = [Target("A", "", 4), Target("A-A-001", "true_false", 2)]
    gaps = {(gap.point, gap.type): gap for gap in gaps_of(Phase(1, "", ("A",), 1), targets, COUNTS, TREE)}
    assert set(gaps) == {("A-A-001", ""), ("A-A-001", "true_false"), ("A-A-002", "")}
    whole, truth, other = gaps["A-A-001", ""], gaps["A-A-001", "true_false"], gaps["A-A-002", ""]
    assert (whole.need, whole.enrolled, whole.pipeline, whole.missing, whole.unplanned) == (4, 3, 2, 1, 0)
    assert (truth.need, truth.enrolled, truth.missing, truth.unplanned) == (2, 0, 2, 0)
    assert (other.need, other.enrolled, other.pipeline, other.unplanned) == (4, 0, 1, 3)


def test_readiness_needs_every_condition_and_a_reason_to_leave() -> None:
    gaps = tuple(gaps_of(Phase(1, "", ("B",), 4), (), COUNTS, TREE))
    facts = ReadinessFacts(True, 2, True, gaps, 1, 1)
    check_step(PREPARING, READY, "", conditions_of(facts))
    for worse, name in (
        (replace(facts, overridden=False), "contradictions"),
        (replace(facts, has_specification=False), "specification"),
        (replace(facts, reviewers=0), "reviewers"),
        (replace(facts, gaps=()), "targets"),
        (replace(facts, standard_problem_zh="失效", standard_problem_en="expired"), "standard"),
    ):
        assert [each.name for each in conditions_of(worse) if not each.ok] == [name]
        with pytest.raises(ExamError) as refused:
            check_step(PREPARING, READY, "", conditions_of(worse))
        assert code_of(refused) == "readiness.conditions"
    for before, after, reason in ((READY, CLOSED, ""), (CLOSED, READY, "理由充分"), (PREPARING, PREPARING, "理由充分")):
        with pytest.raises(ExamError):
            check_step(before, after, reason, conditions_of(facts))


def test_items_count_for_the_narrowest_wish_that_is_still_open() -> None:
    wishes = [Wish("A", "", 2), Wish("A-A-001", "single_response", 1)]
    made = [Made("A-A-001", "single_response", state) for state in ("enrolled", "approved", "draft", "retired")]
    broad, narrow = progress_of(wishes, [*made, Made("B-A-001", "single_response", "enrolled")], TREE)
    assert (narrow.drafted, narrow.approved, narrow.enrolled) == (1, 1, 1)
    assert (broad.drafted, broad.approved, broad.enrolled) == (2, 1, 0)


@pytest.mark.parametrize(
    ("state", "step", "after"),
    [("offered", "accept", "accepted"), ("accepted", "deliver", "delivered"), ("delivered", "close", "closed"),
     ("accepted", "withdraw", "withdrawn"), ("delivered", "send_back", "accepted")],
)  # fmt: skip
def test_an_assignment_takes_its_steps_in_order(state: str, step: str, after: str) -> None:
    assert next_step(state, step, "理由") == after
    with pytest.raises(ExamError):
        next_step("closed", step, "理由")


def test_the_ledger_adds_up_by_unit_and_person() -> None:
    told = [("u", "a", "甲", state) for state in ("draft", "approved", "enrolled", "returned", "retired")]
    (one, other) = ledger_of(told, {("u", "b"): 3}, {"b": "乙"})
    assert (one.name, one.drafted, one.approved, one.enrolled, one.returned, one.retired) == ("甲", 5, 2, 1, 1, 1)
    assert (other.name, other.drafted, other.reviewed) == ("乙", 0, 3)


def test_an_allocation_holds_for_its_days_areas_and_forms() -> None:
    terms = Terms(("A",), 3, "2026-01-01", "2026-12-31", "with_purpose")
    assert holds(terms, "2026-12-31") and not holds(terms, "2027-01-01")
    assert not holds(replace(terms, state="revoked"), "2026-06-01")
    check_assembly(terms, ["A", "A-A"], TREE, used=1, wanted=2)
    for areas, used in ((["B"], 0), ([""], 0), (["A"], 2)):
        with pytest.raises(ExamError):
            check_assembly(terms, areas, TREE, used, wanted=2)
    check_preview(terms, "with_purpose", with_key=False)
    for policy, with_key, own in (("hidden", False, terms), ("with_purpose", True, terms)):
        with pytest.raises(ExamError) as refused:
            check_preview(own, policy, with_key)
        assert code_of(refused) == "allocation.plaintext"


def test_people_of_an_institution_see_what_policy_grants() -> None:
    assert sight_of("a", "", {"items.read"}, "own_unit", "drawn").everything
    writer = sight_of("a", "u", {"items.edit", "items.read"}, "own_unit", "drawn")
    assert (writer.everything, writer.own_unit, writer.drawn_for) == (False, "u", "")
    assert sight_of("a", "u", {"items.review"}, "own_unit", "drawn").drawn_for == "a"
    assert sight_of("a", "u", {"items.review"}, "own_unit", "all").everything
    nobody = sight_of("a", "u", {"forms.read"}, "own_unit", "drawn")
    assert (nobody.everything, nobody.own_unit, nobody.drawn_for) == (False, "", "")
    assert default_purpose({"items.review", "items.read"}) == "审题"


def test_a_standard_needs_its_numbers_and_its_day() -> None:
    national = Standard("national", "电工", "6-31-01-03", "2015", (5, 4), "145号", "2018", valid_from="2018-12-26")
    assert check_standard(national) == [] and problem_of(national, "2026-11-22") is None
    assert fits(national, "6-31-01-03", 4) and not fits(national, "6-31-01-03", 2)
    assert problem_of(replace(national, valid_to="2020-01-01"), "2026-11-22") is not None
    assert problem_of(replace(national, superseded_by="std_2"), "2026-11-22") is not None
    special = Standard("special", "直播", "", "", (), "12", "1", "部 1", "", "2024-01-01")
    assert [fault.field for fault in check_standard(special)] == ["province_filing"]
    assert problem_of(special, "2026-11-22") == (
        "专项职业能力考核规范须有省级备案号",
        "a special-ability specification needs the province's filing number",
    )
    assert {fault.field for fault in check_standard(replace(national, levels=(9,), valid_from="2018-02-30"))} == {
        "levels",
        "valid_from",
    }


def test_a_spreadsheet_never_runs_what_a_person_typed() -> None:
    assert csv_of(("a",), [("=1+1",), ("题",)]).decode("utf-8-sig").splitlines() == ["a", "'=1+1", "题"]
