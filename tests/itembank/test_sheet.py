"""Sheets and rows: numbers as Excel shows them, guessed cells are faults, spellings of keys, hostile workbooks."""

import io
import re
import time
import zipfile
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from itembank.exchange.actions import Submitted, choose_mapping
from itembank.exchange.archive import ArchiveBomb
from itembank.exchange.check import BankFacts, CheckedImport, HeadersMissing, check_import
from itembank.exchange.figures import NO_FIGURES
from itembank.exchange.formats.refusals import XmlRefused
from itembank.exchange.mapping import MalformedMapping, Mapping, read_mapping
from itembank.exchange.sheet import MOST_ROWS, UnreadableSheet, read_sheet
from itembank.exchange.store import mapping_names, mapping_text
from tests.itembank.bank import HEADERS, Row, item_row, spec_rows, workbook
from tests.itembank.test_specification import tree_of

OWN = read_mapping(mapping_text("exam-workbook"))
TREE = tree_of(spec_rows({"A": 100}, 4))
BLANK = dict.fromkeys(("选项A", "选项B", "选项C", "选项D"))


def check(rows: list[Row], mapping: Mapping = OWN) -> CheckedImport:
    """The report on a workbook of these rows."""
    return check_import(read_sheet(workbook(rows), "试题"), mapping, NO_FIGURES, BankFacts(TREE, []))


def codes(rows: list[Row]) -> list[str]:
    """Codes of all faults."""
    return [fault.code for fault in check(rows).faults]


def test_rows_are_numbered_as_excel_shows_them_whatever_is_blank_between() -> None:
    report = check([item_row(1), {}, {}, item_row(2, 答案="E"), {}, item_row(3)])
    assert [(fault.row, fault.column) for fault in report.faults] == [(5, "答案")]
    assert [good.row for good in report.good] == [2, 7]


def test_a_csv_in_gb18030_keeps_its_rare_characters() -> None:
    text = ",".join(HEADERS) + '\nT-1,A-A-001,单选题,"𠮷野的\n䶮（　）",甲,乙,丙,𬭎,,D,X,识记,0.5,,\n'
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        sheet = read_sheet(text.encode(encoding))
        report = check_import(sheet, OWN, NO_FIGURES, BankFacts(TREE, []))
        assert report.faults == ()
        content = report.good[0].body.content
        assert content.stem[0].text == "𠮷野的\n䶮（　）"
        assert content.options[3].content[0].text == "𬭎"


def test_text_is_kept_in_nfc() -> None:
    (good,) = check([item_row(1, 题干="A\u030a 单位（　）")]).good
    assert good.body.content.stem[0].text == "Å 单位（　）"


def test_what_excel_guessed_is_a_fault_and_not_text() -> None:
    assert codes([item_row(1, 选项B=date(2026, 3, 1))]) == ["cell.date"]
    assert codes([item_row(1, 选项B="=1+1")]) == ["cell.formula"]
    assert codes([item_row(1, 来源="=HYPERLINK(1)")]) == ["cell.formula"]
    numbers = check([item_row(1, 选项A=36, 选项B=0.1 + 0.2, 选项C=-5, 选项D=True)])
    texts = [option.content[0].text for option in numbers.good[0].body.content.options]
    assert texts == ["36", "0.3", "-5", "TRUE"]


def test_a_shifted_row_is_told() -> None:
    text = "J,P,I,Q,T,A,B,C,D\nLX,1.1.1,MC1-0001,问,A,甲,乙,丙,丁,戊\n"
    crac = read_mapping(mapping_text("crac-2025"))
    report = check_import(read_sheet(text.encode()), crac, NO_FIGURES, BankFacts(None, []))
    assert [fault.code for fault in report.faults] == ["cell.extra"]


@pytest.mark.parametrize(
    ("spelled", "key"),
    [("A", "A"), ("a", "A"), ("Ｂ", "B"), (" C ", "C")],
)
def test_single_keys_are_understood_however_spelled(spelled: str, key: str) -> None:
    (good,) = check([item_row(1, 答案=spelled)]).good
    assert good.body.key == (key,)


@pytest.mark.parametrize("spelled", ["AC", "CA", "A;C", "A；C", "A、C", "ａ，ｃ", "A C", "A/C"])
def test_several_keys_are_understood_however_spelled(spelled: str) -> None:
    (good,) = check([item_row(1, 题型="多选题", 答案=spelled)]).good
    assert good.body.key == ("A", "C")


@pytest.mark.parametrize(
    ("spelled", "key"),
    [
        ("正确", "true"),
        ("对", "true"),
        ("√", "true"),
        ("T", "true"),
        ("错误", "false"),
        ("×", "false"),
        (False, "false"),
    ],
)
def test_truth_is_understood_however_spelled(spelled: Any, key: str) -> None:
    (good,) = check([item_row(1, 题型="判断", 答案=spelled, **BLANK)]).good
    assert good.body.key == (key,)
    assert good.body.content.option_ids == ("true", "false")


def test_a_letter_means_what_its_own_option_says() -> None:
    (good,) = check([item_row(1, 题型="判断题", 答案="A", **BLANK | {"选项A": "错误", "选项B": "正确"})]).good
    assert good.body.key == ("false",)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"鉴定点": "B-9"}, "point.unknown"),
        ({"鉴定点": None}, "point.missing"),
        ({"题型": "口试题"}, "type.unknown"),
        ({"题型": None}, "type.missing"),
        ({"答案": "甲"}, "key.unreadable"),
        ({"答案": "E"}, "key.outside"),
        ({"答案": "AB"}, "key.count"),
        ({"题型": "判断题", "答案": "也许", **BLANK}, "key.unreadable"),
        ({"题型": "判断题", "答案": "对"}, "options.fixed"),
        ({"选项B": None, "选项C": None, "选项D": None}, "options.too_few"),
        ({"选项B": None}, "options.gap"),
        ({"选项B": "拆除保护"}, "options.repeated"),
        ({"题干": None}, "stem.missing"),
        ({"题干": "见下图，（　）"}, "figure.missing"),
        ({"图": "a.png"}, "figure.missing"),
        ({"难度": "很难"}, "difficulty.malformed"),
        ({"难度": 65}, "difficulty.range"),
        ({"重要程度": "W"}, "importance.unknown"),
        ({"认知层次": "猜"}, "cognition.unknown"),
        ({"编号": None}, "code.missing"),
        ({"编号": "甲 1"}, "code.malformed"),
        ({"选项B": "<iframe src=x>"}, "text.markup"),
    ],
)
def test_every_fault_has_its_code_and_keeps_the_row_out(change: Row, code: str) -> None:
    report = check([item_row(1, **change), item_row(2)])
    assert [fault.code for fault in report.faults] == [code]
    assert [good.row for good in report.good] == [3]
    assert report.faults[0].column


def test_one_row_may_have_several_faults_and_all_are_listed() -> None:
    found = codes([item_row(1, 鉴定点="Q", 答案=None, 难度=2, 重要程度="?")])
    assert sorted(found) == ["difficulty.range", "importance.unknown", "key.missing", "point.unknown"]


@pytest.mark.parametrize(
    ("said", "thousandths"), [(0.65, 650), ("65%", 650), ("0.5", 500), ("较难", 500), ("易", 850), (None, None)]
)
def test_difficulty_is_a_share_however_said(said: Any, thousandths: int | None) -> None:
    (good,) = check([item_row(1, 难度=said)]).good
    assert good.body.difficulty == thousandths


def test_importance_comes_from_the_point_when_the_row_says_none() -> None:
    (good,) = check([item_row(1, 重要程度=None)]).good
    assert good.body.importance == "X"
    report = check([item_row(1, 重要程度="一般")])
    assert (report.good[0].body.importance, report.warnings[0].code) == ("Y", "importance.differs")


def test_alike_stems_and_home_made_characters_are_warnings() -> None:
    stem = "三相异步电动机起动时电流过大，下列措施中不能减小起动电流的是（　）。"
    report = check([item_row(1, 题干=stem), item_row(2, 题干=stem.replace("不能", "能")), item_row(3, 选项A="\ue123")])
    assert report.faults == ()
    told = [(one.row, one.code) for one in report.warnings if not one.code.startswith("doubt.")]
    assert told == [(3, "stem.alike"), (4, "text.private_use")]


def test_a_duplicate_of_a_faulty_row_is_judged_by_itself() -> None:
    report = check([item_row(1, 答案=None), item_row(2, 题干=item_row(1)["题干"])])
    assert [good.row for good in report.good] == [3]


LETTERS = st.characters(codec="utf-8", categories=["L", "N", "P", "S"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "答案": st.sampled_from(["A", "B", "E", "AB", "", "对", None]),
                "题型": st.sampled_from(["单选题", "多选题", "判断题", "画图题", None]),
                "鉴定点": st.sampled_from(["A-A-001", "A-A-004", "Z"]),
                "题干": st.one_of(st.none(), st.text(LETTERS, max_size=30)),
                "难度": st.one_of(st.none(), st.floats(-1, 2, allow_nan=False)),
            },
        ),
        min_size=1,
        max_size=8,
    )
)
def test_every_row_is_either_wholly_good_or_listed(changes: list[Row]) -> None:
    rows = [item_row(number, **change) for number, change in enumerate(changes)]
    report = check(rows)
    faulty = {fault.row for fault in report.faults}
    good = {each.row for each in report.good}
    assert faulty.isdisjoint(good)
    assert faulty | good == set(range(2, len(rows) + 2))


def test_headers_that_are_missing_or_doubled_are_named() -> None:
    with pytest.raises(HeadersMissing) as missing:
        check_import(read_sheet(workbook([{}], headers=("编号", "题干"))), OWN, NO_FIGURES, BankFacts(TREE, []))
    assert "鉴定点" in missing.value.text("zh")
    with pytest.raises(UnreadableSheet):
        read_sheet(b"a,b,a\n1,2,3\n")


def test_a_missing_sheet_is_told_with_those_there_are() -> None:
    with pytest.raises(UnreadableSheet) as refusal:
        read_sheet(workbook([item_row(1)]), "第二张")
    assert "试题" in refusal.value.text("zh")


def repacked(data: bytes, name: str, content: bytes) -> bytes:
    """The workbook with one part replaced or added."""
    source, stream = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for part in source.namelist():
            if part != name:
                made.writestr(part, source.read(part))
        made.writestr(name, content)
    return stream.getvalue()


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    + b"".join(b'<!ENTITY %c "&%c;&%c;&%c;&%c;&%c;&%c;&%c;&%c;">' % (c, *[c - 1] * 8) for c in b"cdefghij")
    + b"]>"
)
MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
ROW = b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>%s</t></is></c></row></sheetData>'


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"])
@pytest.mark.timeout(30)
def test_entity_bombs_and_outside_entities_come_to_nothing(part: str) -> None:
    outside = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY j SYSTEM "file:///etc/passwd">]>'
    for prologue in (LAUGHS, outside):
        hostile = repacked(
            workbook([item_row(1)]), part, prologue + b"<worksheet " + MAIN + b">" + ROW % b"&j;" + b"</worksheet>"
        )
        with pytest.raises(XmlRefused):
            read_sheet(hostile)


def test_a_workbook_that_unpacks_to_too_much_is_refused() -> None:
    with pytest.raises(ArchiveBomb):
        read_sheet(repacked(workbook([item_row(1)]), "xl/bomb.xml", b"\0" * (20 * 2**20)))


def test_too_many_rows_are_refused() -> None:
    lines = ["J,P"] + ["1,2"] * (MOST_ROWS + 1)
    with pytest.raises(UnreadableSheet):
        read_sheet("\n".join(lines).encode())


def test_the_workbook_of_another_program_is_read_the_same() -> None:
    book = load_workbook(io.BytesIO(workbook([item_row(1)])))
    book.worksheets[0].freeze_panes = "A2"
    book.create_sheet("说明")
    stream = io.BytesIO()
    book.save(stream)
    assert read_sheet(stream.getvalue(), "试题").rows == read_sheet(workbook([item_row(1)]), "试题").rows


def test_shipped_mappings_are_sound_and_recognised_by_their_own_headers() -> None:
    for name in mapping_names():
        mapping = read_mapping(mapping_text(name))
        assert mapping.name == name
        headers = list(dict.fromkeys([*mapping.columns.expected(), *mapping.recognise]))
        for data in (workbook([], "任意", headers), ",".join(headers).encode()):
            assert choose_mapping(Submitted("file", data)) == mapping_text(name)


def test_headers_are_known_whatever_their_width_and_blanks() -> None:
    headers = [header.replace("选项", "选 项").translate({ord("A"): "Ａ"}) for header in HEADERS]
    row = dict(zip(headers, (item_row(1).get(header) for header in HEADERS), strict=True))
    report = check_import(read_sheet(workbook([row], headers=headers)), OWN, NO_FIGURES, BankFacts(TREE, []))
    assert len(report.good) == 1 and report.warnings == ()


def test_a_filled_column_nobody_reads_is_told() -> None:
    headers = (*HEADERS, "第五选项", "空列")
    report = check_import(
        read_sheet(workbook([item_row(1, 第五选项="戊")], headers=headers)), OWN, NO_FIGURES, BankFacts(TREE, [])
    )
    assert [(one.row, one.column, one.code) for one in report.warnings] == [(1, "第五选项", "column.ignored")]


def test_the_header_of_an_earlier_template_is_read_as_the_column_it_means() -> None:
    headers = (*HEADERS, "敌 对题")
    rows = [item_row(1, **{"敌 对题": "T-00002"}), item_row(2)]
    report = check_import(read_sheet(workbook(rows, headers=headers)), OWN, NO_FIGURES, BankFacts(TREE, []))
    assert report.faults == report.warnings == () and "互斥题" in report.columns
    assert [row.body.enemies for row in report.good] == [("T-00002",), ()]
    both = [item_row(1, 互斥题="T-00002", 敌对题="T-00003"), item_row(2)]
    report = check_import(
        read_sheet(workbook(both, headers=(*HEADERS, "互斥题", "敌对题"))), OWN, NO_FIGURES, BankFacts(TREE, [])
    )
    assert report.good[0].body.enemies == ("T-00002",)
    assert [(one.column, one.code) for one in report.warnings] == [("敌对题", "column.ignored")]
    by_hand = mapping_text("exam-workbook").replace('enemies = "互斥题"', 'enemies = "敌对题"')
    assert read_mapping(by_hand).spellings == {}


@pytest.mark.parametrize(
    "text",
    [
        "name = ",
        'name = "x"',
        mapping_text("exam-workbook") + '\n[surprise]\na = "b"\n',
        mapping_text("exam-workbook").replace('key = "答案"', 'kye = "答案"'),
        mapping_text("exam-workbook").replace('"单选题" = "single_response"', '"单选题" = "essay"'),
        mapping_text("exam-workbook").replace('rule = "column"', 'rule = "guess"'),
        mapping_text("exam-workbook").replace('identity = ["stem", "figures"]', 'identity = ["key"]'),
        mapping_text("crac-2025").replace('"^MC1-"', '"^MC1-("'),
    ],
)
def test_a_mapping_with_a_word_nobody_knows_is_refused(text: str) -> None:
    with pytest.raises(MalformedMapping) as caught:
        read_mapping(text)
    zh, en = caught.value.text("zh"), caught.value.text("en")
    assert "?" not in zh + en.partition("(")[0] and re.search("[\u4e00-\u9fff]", zh.partition(" ")[2]), (zh, en)


def test_all_options_in_one_cell_can_be_mapped() -> None:
    text = mapping_text("exam-workbook")
    start, end = text.index("options = ["), text.index("key = ")
    one = read_mapping(text[:start] + 'options = ["选项"]\n' + text[end:] + '\n[options]\nseparators = "\\n|"\n')
    headers = ("编号", "鉴定点", "题型", "题干", "选项", "答案")
    row = {
        "编号": "T-1",
        "鉴定点": "A-A-001",
        "题型": "单选",
        "题干": "问（　）",
        "选项": "A.甲|B、乙\nC．丙|D) 丁",
        "答案": "C",
    }
    report = check_import(read_sheet(workbook([row], headers=headers)), one, NO_FIGURES, BankFacts(TREE, []))
    assert report.faults == ()
    texts = [option.content[0].text for option in report.good[0].body.content.options]
    assert texts == ["甲", "乙", "丙", "丁"]


def test_a_csv_of_a_hundred_thousand_columns_is_read_as_far_as_a_workbook_would_be() -> None:
    began = time.process_time()
    sheet = read_sheet(("甲,乙\n" + "a," * 100_000 + "\n").encode())
    assert (sheet.headers, sheet.rows[0].text("乙")) == (("甲", "乙"), "a")
    assert time.process_time() - began < 1
