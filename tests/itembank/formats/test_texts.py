"""Aiken and GIFT: what a question says becomes an item, what it cannot say is told, no encoding is mistaken."""

import codecs

import pytest

from itembank.exchange.formats.refusals import FileNotText, NoQuestions
from itembank.exchange.formats.registry import find_format
from itembank.exchange.formats.source import LINE, Settings
from tests.itembank.formats.reading import codes, one, options, read, stem, told

QUESTION = "三相电压为（　）？\nA. 220 V\nB. 380 V\nC. 36 V 𠮷\nANSWER: B\n"
TEXT = QUESTION.replace("V 𠮷", "V") + "\n" + QUESTION.replace("三相", "线")


@pytest.mark.parametrize(
    "data",
    [
        QUESTION.encode(),
        codecs.BOM_UTF8 + QUESTION.encode(),
        QUESTION.encode("gb18030"),
        QUESTION.encode("utf-16"),
        codecs.BOM_UTF16_BE + QUESTION.encode("utf-16-be"),
        QUESTION.replace("\n", "\r\n").encode(),
        QUESTION.replace("\n", "\r").encode("gb18030"),
    ],
)
def test_every_usual_encoding_gives_the_same_question(data: bytes) -> None:
    found = find_format(data, "x.txt")
    assert found is not None and found.name == "aiken"
    row = one("aiken", data)
    assert (stem(row), options(row), row.body.key) == ("三相电压为（　）？", ["220 V", "380 V", "36 V 𠮷"], ("B",))
    assert row.flaws == ()


def test_bytes_in_no_known_encoding_are_refused() -> None:
    with pytest.raises(FileNotText):
        read("gift", "题{T}".encode() + b"\xff\xfe\xff")


def test_aiken_numbers_are_lines_and_a_broken_question_stops_no_other() -> None:
    broken = "没有答案的题\nA. 一\nB. 二\nC. 三\n\n答案在外\nA. 一\nB. 二\nC. 三\nANSWER: D\n\n"
    broken += "跳号\nA. 一\nC. 二\nD. 三\nANSWER: A\n\n"
    source = read("aiken", broken + TEXT)
    assert source.counts == LINE
    assert [row.number for row in source.rows] == [1, 6, 12, 18, 24]
    assert [codes(row) for row in source.rows] == [["key.missing"], ["key.outside"], ["options.gap"], [], []]


def test_aiken_takes_several_letters_full_width_marks_and_stems_of_several_lines() -> None:
    row = one(
        "aiken",
        "哪些是安全用具？\n（多选）\nＡ．绝缘手套\nＢ、验电器\nＣ） 手机\nD. 绝缘靴\n   高压用\n答案：A、B，D\n",
    )
    assert row.body.content.type == "multiple_response"
    assert (stem(row), row.body.key) == ("哪些是安全用具？\n（多选）", ("A", "B", "D"))
    assert options(row)[3] == "绝缘靴\n高压用" and row.flaws == ()


def test_aiken_statements_are_true_false_items() -> None:
    assert one("aiken", "地球是圆的。\nA) True\nB) False\nANSWER: B\n").body.key == ("false",)


GIFT = {
    "为{~甲 =乙 ~丙}": ("single_response", ("B",), {}),
    "选{~%50%甲 ~%50%乙 ~%-100%丙 ~%-100%丁}": ("multiple_response", ("A", "B"), {"rule": "partial_no_wrong"}),
    "对{TRUE}": ("true_false", ("true",), {}),
    "错{F#反馈}": ("true_false", ("false",), {}),
    "值{#3.14:0.01}": (
        "numeric_entry",
        (),
        {"value": "3.14", "tolerance": {"kind": "absolute", "amount": "0.01"}},
    ),
    "域{#1.5..2.5}": ("numeric_entry", (), {"value": "2", "tolerance": {"kind": "absolute", "amount": "0.5"}}),
    "准{#-1822}": ("numeric_entry", (), {"value": "-1822", "tolerance": {"kind": "exact"}}),
    "答{=伏 =伏特 =V}": (
        "text_entry",
        (),
        {"blanks": [{"accept": ["伏", "伏特", "V"], "normalise": ["width", "case", "space"]}]},
    ),
    "配{=电压 -> V =电流 -> A =电动势 -> V}": ("matching", ("A-1", "B-2", "C-1"), {"rule": "per_part"}),
}


@pytest.mark.parametrize("text", GIFT)
def test_every_kind_of_gift_question_becomes_its_type(text: str) -> None:
    row = one("gift", text)
    assert (row.body.content.type, row.body.key, row.body.scoring) == GIFT[text]
    assert row.flaws == ()


def test_an_essay_has_one_criterion_for_all_points_and_says_so() -> None:
    source = read("gift", "::论述::谈谈安全用电。{}")
    assert source.rows[0].body.content.type == "extended_response" and source.rows[0].flaws == ()
    assert source.rows[0].body.scoring["rubric"][0]["points"] == "1"
    assert "rubric.default" in told(source)


def test_a_missing_word_leaves_a_gap_where_it_stood() -> None:
    assert (
        stem(one("gift", "三相电的线电压是{~220 V =380 V ~36 V}，俗称动力电。"))
        == "三相电的线电压是（　），俗称动力电。"
    )
    assert stem(one("gift", "Grant is {~buried =entombed ~living} in his tomb.")) == "Grant is ____ in his tomb."
    assert stem(one("gift", "电压的单位是{=伏}。")) == "电压的单位是{{1}}。"


def test_escapes_flags_comments_categories_and_tags_are_understood() -> None:
    text = (
        "$CATEGORY: $course$/安全/A-A-002 触电\n\n// 注释 [id:DG-7] [tag:难度:0.6]\n"
        "::名称::[html]<b>公式</b> U\\=I\\:R \\{x\\} \\\\ 为{~[plain]1 \\# 2 =\\~3 ~四#反馈####总反馈}\n\n"
        "只有说明，没有答案\n"
    )
    source = read("gift", text)
    (row,) = source.rows
    assert stem(row) == "公式 U=I:R {x} \\ 为" and options(row) == ["1 # 2", "~3", "四"]
    content = row.body.content
    assert (content.code, content.point, row.body.difficulty, row.number) == ("DG-7", "A-A-002", 600, 4)
    assert told(source) == {"feedback.dropped", "description.ignored"}


def test_what_gift_cannot_say_clearly_is_a_flaw_of_that_question_alone() -> None:
    text = "一{~甲 =乙 ~丙\n\n二{~甲 ~乙 ~丙}\n\n三{#十}\n\n四{=a*}\n\n五{=甲 -> 1 =乙}\n\n六{哪个}\n\n七{T}\n"
    rows = read("gift", text).rows
    assert [codes(row)[:1] for row in rows] == [
        ["gift.braces"], ["key.missing"], ["key.unreadable"], ["key.wildcard"], ["gift.pair"], ["gift.answers"], [],
    ]  # fmt: skip
    assert [row.number for row in rows] == [1, 3, 5, 7, 9, 11, 13]


def test_partial_credit_that_the_bank_does_not_know_is_told() -> None:
    assert "penalty.dropped" in told(read("gift", "选{=甲 ~%50%乙 ~丙}"))
    assert "penalty.dropped" in told(read("gift", "选{~%70%甲 ~%30%乙 ~丙 ~丁}"))


def test_an_option_that_is_a_percentage_stays_an_option() -> None:
    assert options(one("gift", "相对湿度不超过{~20% =30% ~40%以上}")) == ["20%", "30%", "40%以上"]


def test_two_fully_right_options_are_no_single_choice() -> None:
    assert codes(one("gift", "选{=甲 =乙 ~丙}")) == ["key.count"]


def test_codes_are_made_of_the_prefix_and_the_line() -> None:
    (row,) = read("gift", "\n\n对{T}", Settings(default_point="A", code_prefix="LN")).rows
    assert (row.body.content.code, row.body.content.point) == ("LN-0003", "A")


def test_prose_is_neither() -> None:
    for name in ("gift", "aiken"):
        with pytest.raises(NoQuestions):
            read(name, "这是一封信。\n\n没有任何题目。\n")
    assert find_format("这是一封信。".encode(), "letter.txt") is None
