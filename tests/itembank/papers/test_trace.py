"""Leak tracing: the true source is always in the answer, more evidence never widens it, contradictions are said."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from examserver.cli import exam
from examserver.kernel.canonical import to_json
from examserver.kernel.crypto.keys import write_key_file
from examserver.kernel.seeds import Draw
from itembank.papers.fragment import Fragment, Seen, read_fragment, read_mark
from itembank.papers.trace import (
    ShownForm,
    ShownItem,
    Source,
    Traced,
    corrected,
    shown_form,
    sources_of_order,
    trace_fragment,
)
from tests.itembank.papers.build import NOW, ceremony
from tests.itembank.test_form_documents import built

THINGS = ("断路器", "隔离开关", "接触器", "熔断器", "互感器", "继电器", "变压器", "电容器", "避雷器", "电动机")
POOL = [(f"DG4-{n:04d}", f"第{n * 37 % 89}类{THINGS[n % 10]}检修后应先做的{n}号步骤是") for n in range(1, 61)]
HOUR_MS = 3_600_000


def form_of(number: int) -> ShownForm:
    """A form of 30 items of the pool in an order of its own, options too."""
    draw = Draw("trace", f"form{number}")
    items = []
    for place, (code, words) in enumerate(draw.shuffled(POOL)[:30], 1):
        texts = draw.shuffled([f"先{verb}{code[-2:]}号" for verb in ("验电", "放电", "挂牌", "合闸")])
        items.append(ShownItem(place, code, words, tuple(zip("ABCD", texts, strict=True))))
    return ShownForm("ppr_1", f"frm_{number}", "ABCDEF"[number], tuple(items))


FORMS = [form_of(number) for number in range(5)]


def source_of(hall: int, seat: int) -> Source:
    """Seat of a hall whose sitting begins three hours after the hall before it."""
    ticket, begins = f"33{hall:02d}20261201{seat:03d}", NOW + hall * 3 * HOUR_MS
    place = {"sitting": f"sit_{hall}", "hall": f"考点{hall}", "seat": f"{seat:02d}", "ticket": ticket}
    return Source("ppr_1", f"frm_{seat % 5}", **place, from_ms=begins, to_ms=begins + HOUR_MS)


SOURCES = [source_of(hall, seat) for hall in range(4) for seat in range(1, 31)]


def seen_of(item: ShownItem, draw: Draw, numbered: bool, options: int) -> Seen:
    """A photograph of an item: its code or a piece of its words, perhaps its number, the first options in order."""
    start = draw.below(3)
    words = item.code if draw.below(3) == 0 else item.words[start : start + 12]
    return Seen(words, item.number if numbered else None, tuple(text for _, text in item.options[:options]))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 119), st.integers(1, 6), st.booleans(), st.integers(0, 4), st.integers(0, 10**6))
def test_the_true_source_is_in_the_answer_and_more_evidence_never_widens_it(
    which: int, count: int, numbered: bool, options: int, seed: int
) -> None:
    true, draw = SOURCES[which], Draw(str(seed), "photograph")
    form = next(one for one in FORMS if one.form == true.form)
    start = draw.below(30 - count)
    seen = tuple(seen_of(item, draw, numbered, options) for item in form.items[start : start + count])
    mark = f"{true.ticket[:4]}*{true.ticket[-3:]} · {true.seat}"
    sizes = []
    for fragment in (
        Fragment(seen[:1]),
        Fragment(seen),
        Fragment(seen, mark),
        Fragment(seen, f"{true.ticket} · {true.seat}"),
    ):
        found = trace_fragment(fragment, FORMS, SOURCES)
        assert true in found.sources and not found.contradicted, (fragment, found.steps)
        assert all(step.after <= step.before for step in found.steps)
        sizes.append(len(found.sources))
    assert sizes == sorted(sizes, reverse=True) and sizes[-1] == 1


def test_order_of_items_names_the_form_and_order_of_options_alone_does_too() -> None:
    form = FORMS[2]
    found = trace_fragment(Fragment(tuple(Seen(item.code) for item in form.items[:8])), FORMS, SOURCES)
    assert found.distinct("form") == ["frm_2"] and len(found.distinct("hall")) == 4, "what it cannot tell apart stays"
    one = form.items[3]
    same = trace_fragment(Fragment((Seen(one.code, None, tuple(text for _, text in one.options)),)), FORMS, [])
    assert "frm_2" in same.distinct("form") and len(same.sources) < len(FORMS)


def test_the_minute_of_a_watermark_names_the_sitting() -> None:
    found = trace_fragment(Fragment((), "?? · 05 · 12月1日 12:30"), FORMS, SOURCES)
    begun = {one.sitting for one in SOURCES if one.from_ms <= NOW + 4 * HOUR_MS}
    assert set(found.distinct("sitting")) <= begun and found.distinct("seat") == ["05"]
    assert read_mark("330120261201007 · 07 · 12月1日 09:05").minute == 545


def test_evidence_that_contradicts_the_rest_is_said_and_does_not_empty_the_answer() -> None:
    items = tuple(Seen(item.code, item.number) for item in FORMS[0].items[:5])
    found = trace_fragment(Fragment(items, "9999999999"), FORMS, SOURCES)
    assert found.contradicted and found.distinct("form") == ["frm_0"]


def test_what_no_form_shows_is_told_once_and_leaves_nobody_named() -> None:
    seat = [source_of(0, 1)]
    shown = next(one for one in FORMS if one.form == seat[0].form)
    true, options = shown.items[0], [text for _, text in shown.items[0].options[:2]]
    for fragment, words in (
        (Fragment((Seen(true.code), Seen("DG4-9999"))), "no item of any form is like “DG4-9999”"),
        (Fragment((Seen(true.code, None, ("甲方", "乙方")),)), "no option like “甲方”, “乙方”"),
        (Fragment((Seen(true.code, None, (options[0], "甲方", options[1])),)), "no option like “甲方”"),
        (Fragment((Seen(true.code, 999),)), f"no form shows “{true.code}” as its number 999"),
        (Fragment((Seen(true.code),), "*999*"), "no seat, ticket or copy of these orders is “*999*”"),
    ):
        found = trace_fragment(fragment, [shown, FORMS[4]], seat)
        [against] = [step for step in found.steps if step.contradicts]
        assert words in against.words_en and against.words_zh and not found.as_json()["unique"], found.steps
    reserve = trace_fragment(Fragment((Seen(true.code),), "*001*"), [shown, FORMS[4]], seat)
    assert reserve.unique and reserve.sources[0].form_name == shown.name


def test_a_watermark_without_orders_excludes_no_form() -> None:
    copy = Source("", "frm_1", copy="K7Q-2MX-001")
    found = trace_fragment(Fragment((), "330126002"), FORMS, [copy])
    assert not found.contradicted and {one.form for one in found.sources} == {one.form for one in FORMS}


def test_a_printed_copy_is_named_by_its_mark() -> None:
    copies = [Source("", "frm_1", hall="备用考点", copy=f"K7Q-2MX-{n:03d}") for n in range(1, 4)]
    found = trace_fragment(Fragment((), "k7q-2m?-002"), FORMS, copies)
    assert [one.copy for one in found.sources if one.copy] == ["K7Q-2MX-002"]


def test_the_record_moves_people_and_swaps_forms_and_leaves_the_absent_out() -> None:
    order = {
        "sitting": "sit_1", "institution": {"name": "评价机构"}, "centre": "一号考点", "room": {"name": "101"},
        "starts_ms": NOW, "duration_s": 5400,
        "candidates": [
            {"ticket": f"T{n}", "seat": f"{n:02d}", "form": "frm_0", "accommodations": {"extra_s": 0}} for n in (1, 2)
        ],
    }  # fmt: skip
    record = {
        "sitting": "sit_1", "closed_ms": NOW + HOUR_MS,
        "sessions": [{"session": "s1", "ticket": "T1", "seat": "09", "form": "frm_3"}],
        "moves": [{"session": "s1", "from_seat": "01", "to_seat": "09"}],
    }  # fmt: skip
    placed = corrected(sources_of_order(order), record)
    assert {(one.ticket, one.seat, one.form) for one in placed} == {("T1", "01", "frm_3"), ("T1", "09", "frm_3")}


def test_the_command_line_opens_a_package_with_custodians_keys_and_names_the_seat(tmp_path: Path) -> None:
    paper = ceremony()
    (tmp_path / "p.paper.zip").write_bytes(paper.sealed.package)
    arguments: list[Any] = ["paper", "trace", "--json", "--package", tmp_path / "p.paper.zip"]
    (tmp_path / "phrase").write_text("a long enough passphrase")
    for n, pair in enumerate(paper.custodians[:2]):
        (tmp_path / f"{n}.key").write_bytes(write_key_file(pair, "保管人", "a long enough passphrase"))
        arguments += ["--key", tmp_path / f"{n}.key", "--passphrase-file", tmp_path / "phrase"]
    order = {
        "sitting": "sit_1", "institution": {"name": "评价机构"}, "centre": "一号考点", "room": {"name": "101"},
        "starts_ms": NOW, "duration_s": 5400,
        "candidates": [
            {"ticket": f"330126{n:03d}", "seat": f"{n:02d}", "form": form, "accommodations": {"extra_s": 0}}
            for n, form in enumerate(("frm_a", "frm_b"), 1)
        ],
    }  # fmt: skip
    file = {"type": "exam.sitting-order", "version": 1, "body": order, "signatures": []}
    (tmp_path / "o.order.json").write_bytes(to_json(file))
    arguments += ["--orders", tmp_path / "o.order.json", "--items", "DG4-0001", "--options", "1: A. 选项 A | B. 选项 B"]
    done = CliRunner().invoke(exam, [str(one) for one in [*arguments, "--watermark", "330126002"]])
    told = json.loads(done.output)
    assert (told["unique"], told["seats"], told["halls"]) == (True, ["02"], ["评价机构 一号考点 101"]), done.output
    words = CliRunner().invoke(exam, [str(one) for one in arguments if one != "--json"]).output
    assert "A 卷　考场 评价机构 一号考点 101　场次 sit_1　座位 01　准考证号 330126001　试卷" in words, words
    assert "form B, hall 评价机构 一号考点 101, sitting sit_1, seat 02, ticket 330126002" in words
    assert "共剩 3 个候选，现有线索无法再区分" in words and "3 of 3 candidates remain" in words
    unreadable = CliRunner().invoke(exam, [str(one) for one in [*arguments, "--options", "7: A|B"]])
    assert unreadable.exit_code != 0


def test_what_is_typed_becomes_a_fragment() -> None:
    made = read_fragment(["12. 断路器检修后", {"item": "DG4-0007", "options": ["先验电"]}], "")
    assert made.seen == (Seen("断路器检修后", 12), Seen("DG4-0007", None, ("先验电",)))
    assert isinstance(trace_fragment(made, FORMS, SOURCES), Traced)


def test_the_marks_of_a_sentence_never_exclude_what_was_photographed() -> None:
    options = (("A", "35v"), ("B", "a相带电"), ("C", "是否带电"))
    form = ShownForm("ppr_1", "frm_9", "A", (ShownItem(1, "DG4-1", "导线的单位是什么", options),))
    for seen in (
        Seen("导线的单位是什么？"),
        Seen("导?的单位"),
        Seen("导线的单*什么", 1, ("3.5 V", "A相带电", "是否带电？")),
        Seen("导线的单位", None, ("A. 3.5 V", "C．是否带电?")),
    ):
        assert not trace_fragment(Fragment((seen,)), [form], []).contradicted, seen
    assert trace_fragment(Fragment((Seen("导线的单位", None, ("C. 3.5 V",)),)), [form], []).contradicted


def test_a_photograph_of_a_cases_material_names_the_forms_that_have_it() -> None:
    document = built("trace")
    shown = shown_form("ppr_1", document.content)
    assert sum("380v变压器供电" in item.words for item in shown.items) == 2
    found = trace_fragment(Fragment((Seen("由一台 380 V 变压器供电，负荷如下"),)), [shown, FORMS[0]], [])
    assert found.distinct("form") == [shown.form]
