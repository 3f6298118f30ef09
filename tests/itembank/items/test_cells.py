"""The project's own workbook: what is written into its cells reads back the same; people may write more freely."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from itembank.exchange.cells import asset_name, guarded, joined, parted, read_blocks, unguarded, write_blocks
from itembank.exchange.cells_of import by_header, cells_of
from itembank.exchange.figures import Figure, Figures
from itembank.exchange.mapping import Mapping, read_mapping
from itembank.exchange.rows import fill_cases, read_row
from itembank.exchange.sheet import SheetRow
from itembank.items.content import (
    Block,
    Case,
    ItemBody,
    ItemContent,
    Option,
    audio_block,
    figure_block,
    html_block,
    text_block,
)
from itembank.items.kinds import ITEM_TYPES
from itembank.items.rich import clean_html
from itembank.items.shapes import canonical
from itembank.items.text import tidy
from tests.itembank.items.samples import CASE_ITEMS, PICTURE, SOUND, SOUND_ITEMS, with_rich_stem

LAYOUT = read_mapping(Path("config/mappings/exam-workbook.toml").read_text("utf-8"))
FIGURES = Figures(
    {
        f"{asset_name(PICTURE)}.png": Figure("panel.png", PICTURE, "image/png", b"", 600, 300),
        f"{asset_name(SOUND)}": Figure("beep", SOUND, "audio/mpeg", b"", 0, 0),
        "面板.png": Figure("面板.png", PICTURE, "image/png", b"", 600, 300),
    }
)


def _row(cells: dict[str, str], layout: Mapping = LAYOUT, number: int = 2) -> SheetRow:
    headers = {name: layout.columns.header(name) for name in cells}
    assert all(headers.values()), [name for name, header in headers.items() if not header]
    return SheetRow(number, {header: tidy(text) for header, text in by_header(cells, headers).items()})


def _back(body: ItemBody) -> ItemBody:
    read = read_row(_row(cells_of(body)), LAYOUT, FIGURES)
    assert read.flaws == (), read.flaws
    return read.body


@pytest.mark.parametrize("kind", ITEM_TYPES)
@pytest.mark.parametrize("change", [lambda body: body, with_rich_stem], ids=["plain", "rich"])
def test_every_type_reads_back_as_it_was_written(kind: str, change: Callable[[ItemBody], ItemBody]) -> None:
    body = change(SOUND_ITEMS[kind])
    assert _back(body) == canonical(body)


def test_a_case_reads_back_as_it_was_written() -> None:
    for body in CASE_ITEMS:
        assert _back(body) == canonical(body)


LETTERS = st.sampled_from([*"甲乙𠮷𬭎AZ|\\[]{}<>&;；:：.．-_ \n1289、…\"'×±"])
WORDS = st.lists(LETTERS, min_size=1, max_size=12).map("".join).map(tidy).filter(bool)
PLAIN = st.one_of(WORDS, st.sampled_from(["[[图 x]]", "\\[[文字]]", "1. 甲", "\\2A. 乙\n3、丙", "[[富文本]]", "a|b\\"]))
HTML = WORDS.map(lambda words: f"<p>{words.replace('<', '')}<sub>2</sub></p>").map(lambda raw: clean_html(raw).html)
ALT = WORDS.map(lambda words: words.replace("\n", " "))
BLOCK: st.SearchStrategy[Block] = st.one_of(
    PLAIN.map(text_block),
    HTML.map(html_block),
    ALT.map(lambda alt: figure_block(PICTURE, alt)),
    st.tuples(ALT, st.integers(0, 10)).map(lambda said: audio_block(SOUND, *said)),
)
BLOCKS = st.lists(BLOCK, min_size=1, max_size=4).map(tuple)


@settings(deadline=None, max_examples=60)
@given(BLOCKS)
def test_any_paragraphs_read_back_from_one_cell(blocks: tuple[Block, ...]) -> None:
    cell = read_blocks(tidy(write_blocks(blocks)), FIGURES.find, "stem")
    assert cell.blocks == blocks and not cell.flaws


@given(st.lists(WORDS, min_size=1, max_size=5))
def test_words_in_one_line_and_guarded_words_read_back(words: list[str]) -> None:
    assert parted(joined(words)) == words
    assert unguarded(guarded(words[0])) == words[0]


def _json(blocks: tuple[Block, ...]) -> list[dict[str, Any]]:
    return [block.as_json() for block in blocks]


@st.composite
def _bodies(draw: st.DrawFn) -> ItemBody:
    """Any item of any type, sound or not, as far as its cells can be written."""
    kind = draw(st.sampled_from([kind for kind in ITEM_TYPES if kind != "true_false"]))
    sample = SOUND_ITEMS[kind]
    few = st.integers(1, 3)
    interaction, scoring = dict(sample.content.interaction), dict(sample.scoring)
    options = tuple(Option(letter, draw(BLOCKS)) for letter in "ABC"[: draw(few) if sample.content.options else 0])
    if "targets" in interaction:
        targets = [{"id": str(number), "content": _json(draw(BLOCKS))} for number in range(1, 4)]
        interaction |= {"targets": targets, "reuse": draw(st.booleans())}
    if "gaps" in interaction:
        interaction["gaps"] = [
            {"id": gap, "options": [{"id": f"{gap}{letter}", "content": _json(draw(BLOCKS))} for letter in "AB"]}
            for gap in "12"
        ]
    if "blanks" in interaction:
        kinds = st.lists(st.sampled_from(["width", "case", "space", "marks"]), unique=True)
        accept = st.lists(WORDS.filter(lambda word: "\n" not in word), min_size=1, max_size=3, unique=True)
        scoring["blanks"] = [{"accept": draw(accept), "normalise": draw(kinds)} for _ in "12"]
        interaction["blanks"] = [{"id": number, "width": draw(st.integers(1, 60))} for number in "12"]
    if "tolerance" in scoring:
        amounts = st.sampled_from(["0.5", "5", "1e-3"])
        scoring["tolerance"] = draw(
            st.one_of(
                st.just({"kind": "exact"}),
                st.builds(dict, kind=st.sampled_from(["absolute", "relative"]), amount=amounts),
                st.just({"kind": "significant", "amount": "3"}),
            )
        )
        unit = draw(st.sampled_from(["none", "shown", "asked"]))
        interaction = {"unit": unit} | ({"unit_text": "kΩ"} if unit == "shown" else {})
        scoring = {name: scoring[name] for name in ("value", "tolerance")}
        scoring |= {"unit": {"accept": ["V", "伏|特"]}} if unit == "asked" else {}
    if "rubric" in scoring:
        bands = [{"points": "1", "words": draw(WORDS)}]
        rubric = [{"id": "1", "title": draw(WORDS), "points": "5", "bands": draw(st.sampled_from([[], bands]))}]
        scoring = {"rubric": rubric, "model": _json(draw(BLOCKS))}
    case = Case("K1", 1, 3, draw(BLOCKS)) if draw(st.booleans()) else None
    words = draw(WORDS)
    content = ItemContent("Q-1", kind, "A-A-1", draw(BLOCKS), options, "5", interaction, case)
    return replace(sample, content=content, scoring=scoring, owner=words, funding=words, enemies=("Q-2", "Q-3"))


@settings(deadline=None, max_examples=80)
@given(_bodies())
def test_any_item_of_any_type_reads_back_from_its_row(body: ItemBody) -> None:
    read = read_row(_row(cells_of(body)), LAYOUT, FIGURES)
    assert read.body == canonical(body)


def _typed(kind: str, **cells: str) -> ItemBody:
    row = {"code": "Q-1", "point": "A-A-1", "type": kind, "stem": "题干"} | cells
    read = read_row(_row(row), LAYOUT, FIGURES)
    assert read.flaws == (), read.flaws
    return read.body


@pytest.mark.parametrize(
    ("cells", "value", "tolerance", "unit"),
    [
        ({"key": "220±5 V"}, "220", {"kind": "absolute", "amount": "5"}, {"unit": "shown", "unit_text": "V"}),
        ({"key": "２２０±２％"}, "220", {"kind": "relative", "amount": "0.02"}, {"unit": "none"}),
        ({"key": "-3.5e2"}, "-3.5e2", {"kind": "exact"}, {"unit": "none"}),
        ({"key": "10", "tolerance": "3位"}, "10", {"kind": "significant", "amount": "3"}, {"unit": "none"}),
        ({"key": "10", "tolerance": "2%"}, "10", {"kind": "relative", "amount": "0.02"}, {"unit": "none"}),
        ({"key": "10", "unit": "填写：A|安"}, "10", {"kind": "exact"}, {"unit": "asked"}),
    ],
)
def test_numbers_are_read_as_people_write_them(cells: dict[str, str], value: str, tolerance: Any, unit: Any) -> None:
    body = _typed("数值题", **cells)
    assert (body.scoring["value"], body.scoring["tolerance"]) == (value, tolerance)
    assert body.content.interaction == unit


def test_drawn_blanks_become_numbered_marks_and_one_line_says_what_does_not_matter() -> None:
    body = _typed(
        "填空题",
        stem="低压验电器又叫____，使用前应在（　）上试验。",
        key="试电笔|电笔\n有电设备",
        normalise="空格 大小写",
    )
    assert body.content.stem == (text_block("低压验电器又叫{{1}}，使用前应在{{2}}上试验。"),)
    assert [blank["accept"] for blank in body.scoring["blanks"]] == [["试电笔", "电笔"], ["有电设备"]]
    assert [blank["normalise"] for blank in body.scoring["blanks"]] == [["space", "case"]] * 2


def test_a_row_said_to_be_rich_holds_html() -> None:
    cells = {"option:A": "甲", "option:B": "x<sub>2</sub>", "option:C": "丙", "key": "A", "rich": "富文本"}
    body = _typed(
        "单选题", stem='<p style="color:red">H<sub>2</sub>O</p><p><img src="面板.png" alt="面板"></p>', **cells
    )
    assert body.content.stem == (html_block("<p>H<sub>2</sub>O</p>"), figure_block(PICTURE, "面板"))
    assert body.content.options[1].content == (html_block("x<sub>2</sub>"),)


@pytest.mark.parametrize("mark", ["富文本", ""])
@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", '<img src=x onerror="alert(1)">', "<svg onload=f()>"])
def test_script_in_a_cell_keeps_the_row_out_rich_or_not(mark: str, hostile: str) -> None:
    row = {"code": "Q-1", "point": "A-A-1", "type": "判断题", "key": "对", "rich": mark}
    for stem in (f"题干{hostile}", f"题干\n[[富文本]]\n<p>甲{hostile}</p>"):
        read = read_row(_row(row | {"stem": stem}), LAYOUT, FIGURES)
        assert "text.markup" in {flaw.code for flaw in read.flaws}


def test_without_that_word_markup_stays_a_fault() -> None:
    row = {"code": "Q-1", "point": "A-A-1", "type": "单选题", "stem": "<b>甲</b>", "key": "A"}
    row |= {"option:A": "甲", "option:B": "乙", "option:C": "丙"}
    assert [flaw.code for flaw in read_row(_row(row), LAYOUT, FIGURES).flaws] == ["text.markup"]


def test_a_case_says_its_stimulus_once_and_its_size_by_its_rows() -> None:
    cells = {"code": "Q", "point": "A", "type": "判断题", "stem": "题", "key": "对", "case": "K1"}
    rows = [_row(cells | {"case_place": str(place)}, number=place) for place in (1, 2, 3)]
    rows[1] = _row(cells | {"case_place": "2", "case_stimulus": "材料"}, number=2)
    cases = [read_row(row, LAYOUT, FIGURES).body.content.case for row in fill_cases(rows, LAYOUT)]
    assert cases == [Case("K1", place, 3, (text_block("材料"),)) for place in (1, 2, 3)]


@pytest.mark.parametrize(
    ("kind", "cells", "field", "code"),
    [
        ("数值题", {"key": "大约十"}, "key", "key.unreadable"),
        ("数值题", {"key": "10", "tolerance": "差不多"}, "tolerance", "tolerance.malformed"),
        ("热区题", {"picture": "没有.png|图", "areas": "圆 1,2,3"}, "picture", "figure.missing"),
        ("热区题", {"picture": "面板.png|图", "areas": "星 1,2,3"}, "areas", "areas.unreadable"),
        ("简答题", {"rubric": "随便"}, "rubric", "rubric.unreadable"),
        ("匹配题", {"targets": "安培"}, "targets", "targets.unreadable"),
        ("文中选择题", {"gaps": "1. 红"}, "gaps", "gaps.unreadable"),
        ("填空题", {"key": "甲", "normalise": "颜色"}, "normalise", "normalise.unknown"),
        ("填空题", {"key": "甲", "widths": "宽"}, "widths", "widths.malformed"),
        ("判断题", {"key": "对", "rule": "看心情"}, "rule", "rule.unknown"),
        ("判断题", {"key": "对", "case": "K1", "case_place": "三"}, "case_place", "case.place"),
        ("判断题", {"key": "对", "rich": "彩色"}, "rich", "rich.unknown"),
        ("作图题", {"lines": "1", "picture": "空白||600×300"}, "rubric", "rubric.count"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_column(kind: str, cells: dict[str, str], field: str, code: str) -> None:
    row = {"code": "Q-1", "point": "A-A-1", "type": kind, "stem": "题干____"} | cells
    flaws = {(flaw.field, flaw.code) for flaw in read_row(_row(row), LAYOUT, FIGURES).flaws}
    assert (field, code) in flaws
    assert LAYOUT.columns.header(field)
