"""Messy files meet the mapping screen: what is guessed, what a person changes, what is saved and known again."""

import io
import json
import time
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from itembank.exchange.guess import guess_header_row, guess_mapping, guess_separators, option_letter
from itembank.exchange.mapping import MalformedMapping, mapping_of, read_mapping
from itembank.exchange.reading import Submitted, default_mapping, read_file, settings_of
from tests.itembank.bank import Bank, item_row, open_bank, spec_csv, spec_rows, workbook

AREAS = {"A": 100}
STEMS = ["检修前应先做什么（　）", "触电急救的第一步是（　）", "兆欧表用来测量（　）", "接地电阻一般不大于（　）"]


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    opened = open_bank(tmp_path)
    assert opened.specify(spec_csv(spec_rows(AREAS, 5))).status_code == 200
    return opened


def upload(bank: Bank, data: bytes, name: str = "items.csv") -> Any:
    """The kept file and the first proposal."""
    answer = bank.author.post(
        f"/api/bank/banks/{bank.id}/uploads",
        data={"file": (io.BytesIO(data), name)},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 200, answer.text
    return answer.json


def check(bank: Bank, import_id: str, mapping: dict[str, Any], sheet: str = "") -> Any:
    """The answer to a check under this mapping."""
    return bank.author.post(f"/api/bank/imports/{import_id}/check", {"mapping": mapping, "sheet": sheet})


@pytest.mark.parametrize(
    ("header", "letter"),
    [
        ("选项A", "A"),
        ("A", "A"),
        ("备选项（B）", "B"),
        ("选项 3", "C"),
        ("option_d", "D"),
        ("答案", ""),
        ("AB", ""),
        ("I", ""),
    ],
)
def test_headers_of_options_are_known(header: str, letter: str) -> None:
    assert option_letter(header) == letter


def test_the_header_row_is_found_below_a_title() -> None:
    grid = [["电工四级题库", "", ""], ["", "", ""], ["序号", "题目", "正确答案"], ["1", STEMS[0], "A"]]
    assert guess_header_row(grid) == 3
    assert guess_header_row([[STEMS[0], "甲", "乙", "丙", "A"], [STEMS[1], "甲", "乙", "丙", "B"]]) == 0


@pytest.mark.parametrize(
    ("cell", "marks"),
    [
        ("甲**乙**丙", ["**"]),
        ("甲##乙##丙", ["##"]),
        ("甲\n乙\n丙", ["\n"]),
        ("甲|乙|丙", ["|"]),
        ("A.甲 B.乙 C.丙", ["A."]),
    ],
)
def test_what_parts_the_options_of_one_cell_is_guessed_and_understood(cell: str, marks: list[str]) -> None:
    assert guess_separators([cell] * 4) == marks
    guess = guess_mapping(["题目", "备选答案", "答案"], [STEMS, [cell] * 4, ["A", "B", "C", "A"]])
    mapping = mapping_of(guess.table | {"defaults": {"point": "p", "code_prefix": "T", "type": "key"}})
    assert mapping.option_split is not None
    assert len([part for part in mapping.option_split.split(cell) if part.strip()]) == 3


def test_columns_without_telling_headers_are_known_by_their_cells() -> None:
    columns = [STEMS, ["单选", "单选题", "多选", "判断"], ["A", "B", "A;C", "对"]]
    guess = guess_mapping(["甲列", "乙列", "丙列"], columns)
    assert {name: guess.table["columns"][name] for name in ("stem", "type", "key")} == {
        "stem": "甲列",
        "type": "乙列",
        "key": "丙列",
    }
    assert set(guess.evidence.values()) == {"content"}


MESSY = (
    "电工题库,,,\n序号,题目内容,备选答案,正确答案\n"
    + "".join(
        f"{n},{stem},甲{n}**乙{n}**丙{n}**丁{n},{key}\n"
        for n, (stem, key) in enumerate(zip(STEMS, "1243", strict=True), 1)
    )
).encode("gb18030")


def test_a_messy_file_becomes_items_when_a_person_names_the_point(bank: Bank) -> None:
    made = upload(bank, MESSY)
    proposal, import_id = made["proposal"], made["imported"]["id"]
    assert (proposal["header_row"], proposal["recognised"]) == (2, "")
    mapping = proposal["mapping"]
    assert mapping["columns"] == {"code": "序号", "stem": "题目内容", "key": "正确答案", "options": ["备选答案"]}
    assert mapping["keys"]["numbers"] and mapping["options"]["separators"] == ["**"]
    refused = bank.author.post(f"/api/bank/imports/{import_id}/preview", {"mapping": mapping})
    assert refused.json["code"] == "mapping.malformed", "a file without points needs one from the person"
    mapping["defaults"]["point"] = "A-A-001"
    shown = bank.author.post(f"/api/bank/imports/{import_id}/preview", {"mapping": mapping}).json["items"]
    assert [(item["row"], item["key"], item["faults"]) for item in shown] == [
        (3, "A", []),
        (4, "B", []),
        (5, "D", []),
        (6, "C", []),
    ]
    assert [option["text"] for option in shown[0]["options"]] == ["甲1", "乙1", "丙1", "丁1"]
    report = check(bank, import_id, mapping).json
    assert (report["state"], report["good"], report["faulty"]) == ("checked", 4, 0)


def test_a_saved_mapping_is_known_again_and_can_be_taken_away(bank: Bank) -> None:
    made = upload(bank, MESSY)
    mapping = made["proposal"]["mapping"]
    mapping["defaults"]["point"] = "A-A-001"
    save = {"name": "electricians-old", "title": "老题库", "mapping": mapping}
    saved = bank.author.post(f"/api/bank/banks/{bank.id}/mappings", save)
    assert saved.status_code == 200, saved.text
    again = upload(bank, MESSY)["proposal"]
    assert (again["recognised"], again["header_row"]) == ("electricians-old", 2)
    text = bank.author.get(f"/api/bank/banks/{bank.id}/mappings/electricians-old").text
    assert read_mapping(text).title_zh == "老题库"
    listed = bank.author.get(f"/api/bank/banks/{bank.id}/mappings").json["mappings"]
    assert {one["name"]: one["origin"] for one in listed}["electricians-old"] == "bank"
    whole = bank.upload(MESSY, name="next.csv").json
    assert (whole["mapping"], whole["good"]) == ("electricians-old", 4)


def test_a_layout_that_ships_is_recognised_and_kept_whole(bank: Bank) -> None:
    proposal = upload(bank, "J,P,I,Q,T,A,B,C,D\nLK1,1.1.1,MC1-0001,问什么,A,甲,乙,丙,丁\n".encode())["proposal"]
    assert proposal["recognised"] == "crac-2025"
    assert proposal["mapping"]["specification"]["derive"] is True


HOSTILE = "(a+)+$"
POSTED: list[Any] = [
    {"figures": {"rule": "column", "required_if": "(?=图)"}},
    {"figures": {"required_if": "a" * 301}},
    {"figures": {"required_if": "(?:(?:a{1,900}){1,900}){1,900}"}},
    {"figures": {"rule": "column", "separators": 5}},
    {"keys": {"count_pattern": "MC"}},
    {"keys": {"count_pattern": 5}},
    {"keys": {"separators": 5}},
    {"keys": {"true": [5]}},
    {"keys": 5},
    {"type_patterns": 5},
    {"type_patterns": [5]},
    {"type_patterns": [{"pattern": "a", "type": "single_response"}] * 25},
    {"columns": {"options": [5]}},
    {"defaults": [1]},
    {"sheet": {"encoding": 5}},
    {"duplicates": {"identity": 5}},
    {"specification": {"columns": 5}},
    {"specification": {"columns": {"code": 5}}},
    {"min_options": {"single_response": "x"}},
    {"defaults": {"categories": json.loads("[" * 400 + "]" * 400)}},
]


@pytest.mark.parametrize("posted", POSTED, ids=range(len(POSTED)))
def test_a_posted_mapping_of_a_wrong_shape_is_refused(posted: dict[str, Any]) -> None:
    good = tomllib.loads(default_mapping("gift")) | {"defaults": {"point": "A-A-001"}}
    with pytest.raises(MalformedMapping):
        mapping_of(good | posted)


def test_no_posted_pattern_keeps_the_bank_busy(bank: Bank) -> None:
    row = item_row(1) | {"题型": "单选题" + "a" * 60 + "!", "题干": "接线端子" + "a" * 60 + "！（　）"}
    made = upload(bank, workbook([row]), "items.xlsx")
    mapping = made["proposal"]["mapping"] | {"type_patterns": [{"pattern": HOSTILE, "type": "single_response"}]}
    mapping["figures"] |= {"required_if": HOSTILE}
    mapping["keys"] |= {"count_pattern": HOSTILE, "separators": ";"}
    began = time.process_time()
    report = check(bank, made["imported"]["id"], mapping)
    assert report.json["state"] == "checking", "patterns of a person are searched by a job, outside any transaction"
    bank.world.run_jobs()
    assert time.process_time() - began < 5
    read = bank.author.get(f"/api/bank/imports/{made['imported']['id']}").json
    assert (read["state"], read["rows"]) == ("checked", 1)


def test_another_sheet_and_header_row_can_be_looked_at(bank: Bank) -> None:
    data = workbook([{"甲": "x", "乙": "y"}], headers=("甲", "乙"))
    made = upload(bank, data, "items.xlsx")
    path = f"/api/bank/imports/{made['imported']['id']}/proposal"
    looked = bank.author.post(path, {"sheet": "试题", "header_row": 0}).json
    assert [column["header"] for column in looked["columns"]] == ["列A", "列B"]
    refused = bank.author.post(path, {"sheet": "没有", "header_row": 1})
    assert refused.json["code"] == "import.unreadable"
    refused = bank.author.post(path, {"encoding": "klingon"})
    assert refused.json["code"] == "import.unknown_encoding"


def test_a_faulty_row_is_corrected_on_the_spot_and_keeps_its_origin(bank: Bank) -> None:
    made = upload(bank, MESSY.replace(b",2\n", b",9\n"))
    import_id, mapping = made["imported"]["id"], made["proposal"]["mapping"]
    mapping["defaults"]["point"] = "A-A-001"
    report = check(bank, import_id, mapping).json
    assert [(fault["row"], fault["column"], fault["code"]) for fault in report["faults"]] == [
        (4, "正确答案", "key.unreadable")
    ]
    cells = bank.author.get(f"/api/bank/imports/{import_id}/rows/4").json
    assert {cell["column"]: cell["text"] for cell in cells["cells"]}["正确答案"] == "9"
    change = {"rows": [{"row": 4, "cells": {"正确答案": "2"}}]}
    mended = bank.author.post(f"/api/bank/imports/{import_id}/corrections", change).json
    assert (mended["good"], mended["faulty"], mended["corrected"]) == (4, 0, [4])
    assert mended["file_digest"] == report["file_digest"]
    accepted = bank.author.post(f"/api/bank/imports/{import_id}/accept", {}).json
    assert accepted["state"] == "accepted"
    items = bank.reviewer.get(f"/api/bank/banks/{bank.id}/items").json["items"]
    item = bank.reviewer.get(f"/api/bank/items/{items[1]['id']}").json
    assert (item["versions"][0]["origin_row"], item["versions"][0]["key"]) == (4, ["B"])


GIFT = "::Q1::检修前应先做什么？{=停电 ~送电 ~通话 ~离开}\n\n::Q2::触电急救第一步？{=断开电源 ~喊人 ~拍照 ~离开}\n"


def test_a_format_without_columns_takes_its_point_from_the_person(bank: Bank) -> None:
    made = upload(bank, GIFT.encode(), "items.gift")
    assert made["proposal"]["format"] == "gift"
    mapping = made["proposal"]["mapping"]
    mapping["defaults"] |= {"point": "A-A-002", "code_prefix": "GF"}
    shown = bank.author.post(f"/api/bank/imports/{made['imported']['id']}/preview", {"mapping": mapping}).json["items"]
    assert [(item["point"], item["key"]) for item in shown] == [("A-A-002", "A"), ("A-A-002", "A")]
    report = check(bank, made["imported"]["id"], mapping).json
    assert (report["good"], report["format"]) == (2, "gift"), report["faults"]
    accepted = bank.author.post(f"/api/bank/imports/{report['id']}/accept", {}).json
    assert accepted["state"] == "accepted"


def test_a_category_of_the_file_means_the_point_a_person_said() -> None:
    mapping = mapping_of(
        {"name": "m", "title_zh": "m", "title_en": "m", "defaults": {"categories": {"电机": "A-A-003"}}}
    )
    settings = settings_of(mapping, frozenset({"A-A-003", "A-A-001"}))
    assert settings.point(["安全", "电机"]) == "A-A-003"
    assert settings.point(["A-A-001"]) == "A-A-001"
    assert settings.point(["安全"]) == ""


def test_a_question_without_columns_is_corrected_part_by_part() -> None:
    mapping = mapping_of(tomllib.loads(default_mapping("gift")) | {"defaults": {"point": "A-A-001"}})
    text = "::Q1::检修前应先做什么？{=停电 ~停电 ~离开}\n"
    submitted = Submitted("items.gift", text.encode())
    (faulty,) = read_file(submitted, mapping, frozenset()).rows
    assert [flaw.code for flaw in faulty.flaws] == ["options.repeated"]
    corrections = {faulty.number: {"选项B": "送电", "编号": "G-1", "没有这一列": "x"}}
    (mended,) = read_file(replace(submitted, corrections=corrections), mapping, frozenset()).rows
    assert (mended.flaws, mended.body.content.code) == ((), "G-1")
    assert [option.content[0].text for option in mended.body.content.options] == ["停电", "送电", "离开"]
