"""Moodle XML: every question of the real exports comes in or says why not; pictures, sounds, weights, units, gaps."""

import base64
from pathlib import Path

import pytest

from examserver.kernel.errors import ExamError
from itembank.exchange.formats.registry import find_format
from tests.itembank.bank import picture
from tests.itembank.formats.reading import SETTINGS, codes, counted, one, options, read, stem, told

PNG = base64.b64encode(picture()).decode()

# Of every export in the corpus: questions, good ones, how many questions have which fault - or the refusal of the file.
CORPUS: dict[str, tuple[int, int, dict[str, int]] | str] = {
    "format/aiken/tests/fixtures/aiken_errors.txt": (6, 0, {"options.too_few": 6, "stem.missing": 1, "key.missing": 2}),
    "format/aiken/tests/fixtures/questions.aiken.txt": (2, 1, {"text.markup": 1}),
    "format/gift/examples.txt": (43, 43, {}),
    "format/gift/tests/fixtures/questions.gift.txt": (9, 9, {}),
    "format/gift/tests/fixtures/questions_in_category.gift.txt": (4, 4, {}),
    "format/missingword/tests/fixtures/question.missingword1.txt": (1, 1, {}),
    "format/missingword/tests/fixtures/question.missingword2.txt": (1, 1, {}),
    "format/missingword/tests/fixtures/question.missingword3.txt": (1, 1, {}),
    "format/xml/tests/fixtures/categories_reverse_order.xml": (2, 2, {}),
    "format/xml/tests/fixtures/category_with_description.xml": (1, 1, {}),
    "format/xml/tests/fixtures/export_category.xml": (1, 1, {}),
    "format/xml/tests/fixtures/multianswer.xml": (1, 0, {"type.mixed_gaps": 1}),
    "format/xml/tests/fixtures/multichoice.xml": (1, 1, {}),
    "format/xml/tests/fixtures/nested_categories.xml": (1, 1, {}),
    "format/xml/tests/fixtures/nested_categories_with_questions.xml": (5, 5, {}),
    "format/xml/tests/fixtures/old_format_file.xml": (2, 2, {}),
    "format/xml/tests/fixtures/sample_questions_with_old_image_tag.xml": (2, 1, {"type.mixed_gaps": 1}),
    "format/xml/tests/fixtures/truefalse.xml": (2, 2, {}),
    "type/ddimageortext/tests/fixtures/testquestion.moodle.xml": (1, 0, {"type.unsupported": 1}),
    "type/ddmarker/tests/fixtures/testquestion.moodle.xml": (1, 0, {"type.markers": 1}),
    "type/ddwtos/tests/fixtures/testquestion.moodle.xml": (1, 1, {}),
    "type/description/tests/fixtures/testquestion.moodle.xml": "import.no_questions",
    "type/essay/tests/fixtures/testquestion.moodle.xml": (1, 1, {}),
    "type/gapselect/tests/fixtures/testquestion.moodle.xml": (1, 1, {}),
    "type/match/tests/fixtures/testquestion.moodle.xml": (1, 1, {}),
    "type/multichoice/tests/fixtures/testquestion.moodle.xml": (1, 1, {}),
    "type/numerical/tests/fixtures/testquestion.moodle.xml": (1, 1, {}),
    "type/shortanswer/tests/fixtures/testquestion.moodle.xml": (1, 1, {}),
    "type/truefalse/tests/fixtures/testquestion.moodle.xml": (1, 1, {}),
}


@pytest.mark.parametrize("name", CORPUS)
def test_every_real_export_comes_in_or_says_why_not(corpora: Path, name: str) -> None:
    path = corpora / "moodle-fixtures" / "question" / name
    data = path.read_bytes()
    form = find_format(data, path.name)
    assert form is not None and form.name == (
        "moodle" if path.suffix == ".xml" else "aiken" if "aiken" in name else "gift"
    )
    wanted = CORPUS[name]
    if isinstance(wanted, str):
        with pytest.raises(ExamError) as caught:
            form.read(data, SETTINGS)
        assert caught.value.code == wanted
    else:
        assert counted(form.read(data, SETTINGS)) == wanted


def test_each_broken_cloze_question_of_the_corpus_has_its_own_reason(corpora: Path) -> None:
    data = (corpora / "moodle-fixtures/question/format/xml/tests/fixtures/broken_cloze_questions.xml").read_bytes()
    assert [codes(row)[0] for row in read("moodle", data).rows] == [
        "cloze.no_gap", "cloze.malformed", "options.too_few", "key.count", "key.unreadable",
    ]  # fmt: skip


def quiz(*questions: str) -> str:
    """An export of these questions."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>{"".join(questions)}</quiz>'


def asked(kind: str, text: str, rest: str = "", files: str = "") -> str:
    """A question of this type."""
    shown = f"<questiontext format='html'><text><![CDATA[{text}]]></text>{files}</questiontext>"
    return f"<question type='{kind}'><name><text>名称</text></name>{shown}{rest}</question>"


def answer(text: str, fraction: str = "0", rest: str = "") -> str:
    """An answer with its weight."""
    return f"<answer fraction='{fraction}' format='html'><text><![CDATA[{text}]]></text>{rest}</answer>"


CHOICES = answer("<p>甲</p>", "100") + answer("<p>乙</p>") + answer("<p>丙</p>")


def test_pictures_and_sounds_come_along_by_their_digest() -> None:
    sound = base64.b64encode(b"ID3\x03\x00" + b"\0" * 200).decode()
    files = f'<file name="图 1.png" path="/" encoding="base64">{PNG}</file>'
    files += f'<file name="a.mp3" encoding="base64">{sound}</file>'
    text = '<p>看图</p><p><img src="@@PLUGINFILE@@/%E5%9B%BE%201.png" alt="电路"></p>'
    text += '<p><a href="@@PLUGINFILE@@/a.mp3">听</a></p>'
    row = one("moodle", quiz(asked("multichoice", text, CHOICES, files)))
    assert row.flaws == () and sorted(figure.media_type for figure in row.figures) == ["audio/mpeg", "image/png"]
    assert [block.kind for block in row.body.content.stem] == ["text", "figure", "html", "audio"]
    assert row.body.content.stem[1].alt == "电路"


def test_a_picture_written_into_the_text_comes_along_too() -> None:
    row = one("moodle", quiz(asked("multichoice", f'看<img src="data:image/png;base64,{PNG}" alt="图">图', CHOICES)))
    assert row.flaws == () and len(row.figures) == 1


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ("", "figure.missing"),
        ('<file name="x.png" encoding="base64">%%%</file>', "figure.unusable"),
        ('<file name="x.png" encoding="base64">PHN2Zz48L3N2Zz4=</file>', "figure.unusable"),
    ],
)
def test_a_picture_that_is_not_there_or_no_picture_keeps_the_question_out(files: str, code: str) -> None:
    row = one("moodle", quiz(asked("multichoice", '<img src="@@PLUGINFILE@@/x.png">', CHOICES, files)))
    assert code in codes(row)


def test_scripts_keep_a_question_out_and_styles_only_lose_themselves() -> None:
    for hostile in ("<script>x()</script>题", '<p onclick="x()">题</p>', '<iframe src="//e"></iframe>题'):
        assert "text.markup" in codes(one("moodle", quiz(asked("multichoice", hostile, CHOICES))))
    source = read("moodle", quiz(asked("multichoice", '<p style="color:red" class="c">题 <b>一</b></p>', CHOICES)))
    assert source.rows[0].flaws == () and "formatting.dropped" in told(source)
    assert "style" not in str(source.rows[0].body.content.as_json())


def test_identifier_tags_category_and_grade_say_code_point_and_points() -> None:
    rest = (
        "<defaultgrade>2.5000000</defaultgrade><idnumber>DG.0042</idnumber><tags><tag><text>重要程度:X</text></tag>"
        "<tag><text>难度：0.7</text></tag><tag><text>其他</text></tag></tags>"
    )
    category = "<question type='category'><category><text>$course$/top/触电/A-A-002 急救</text></category></question>"
    row = one("moodle", quiz(category, asked("multichoice", "题", CHOICES + rest)))
    content = row.body.content
    assert (content.code, content.point, content.points) == ("DG.0042", "A-A-002", "2.5")
    assert (row.body.importance, row.body.difficulty, row.flaws) == ("X", 700, ())


def test_numbers_carry_tolerance_and_unit() -> None:
    units = "<units><unit><multiplier>1</multiplier><unit_name>V</unit_name></unit></units>"
    number = answer("220", "100", "<tolerance>5</tolerance>")
    shown = one("moodle", quiz(asked("numerical", "电压？", number + units)))
    assert shown.body.content.interaction == {"unit": "shown", "unit_text": "V"}
    assert shown.body.scoring == {"value": "220", "tolerance": {"kind": "absolute", "amount": "5"}}
    graded = one("moodle", quiz(asked("numerical", "电压？", number + units + "<unitgradingtype>1</unitgradingtype>")))
    assert (graded.body.content.interaction, graded.body.scoring["unit"]) == ({"unit": "asked"}, {"accept": ["V"]})
    assert graded.flaws == shown.flaws == ()


def test_cloze_of_one_kind_becomes_gaps_and_of_two_kinds_is_told() -> None:
    choice = "<p>铜是{1:MULTICHOICE:=导体#对~绝缘体}，橡胶是{1:MC:导体~%100%绝缘体}。</p>"
    row = one("moodle", quiz(asked("cloze", choice)))
    assert (row.body.content.type, row.body.key, row.flaws) == ("inline_choice", ("1A", "2B"), ())
    assert stem(row) == "铜是{{1}}，橡胶是{{2}}。"
    words = one("moodle", quiz(asked("cloze", "电压{1:SA:=伏~=V}电流{2:SAC:=A}")))
    blanks = words.body.scoring["blanks"]
    assert [blank["accept"] for blank in blanks] == [["伏", "V"], ["A"]]
    assert ["case" in blank["normalise"] for blank in blanks] == [True, False]
    number = one("moodle", quiz(asked("cloze", "工频{1:NUMERICAL:=50:0.5} Hz")))
    assert (number.body.content.type, number.body.scoring["value"], number.flaws) == ("numeric_entry", "50", ())
    assert codes(one("moodle", quiz(asked("cloze", "甲{1:SA:=伏}乙{1:MC:=一~二}")))) == ["type.mixed_gaps"]


def test_markers_of_one_kind_become_a_hotspot() -> None:
    drops = "".join(
        f"<drop><no>{n}</no><shape>{shape}</shape><coords>{coords}</coords><choice>1</choice></drop>"
        for n, (shape, coords) in enumerate(
            [("circle", "9,9;8"), ("rectangle", "25,20;12,8"), ("polygon", "2,22;18,22;10,38")]
        )
    )
    file = f'<file name="m.png" encoding="base64">{base64.b64encode(picture(size=40)).decode()}</file>'
    row = one("moodle", quiz(asked("ddmarker", "标出接地点", f"{file}<drag><no>1</no><text>接地</text></drag>{drops}")))
    assert row.flaws == () and row.body.content.interaction["choose"] == 3
    assert [area["coords"] for area in row.body.scoring["areas"]] == [
        [9, 9, 8], [25, 20, 37, 28], [2, 22, 18, 22, 10, 38],
    ]  # fmt: skip


def test_ordering_essay_and_matching_keep_what_they_say() -> None:
    order = one(
        "moodle", quiz(asked("ordering", "排序", answer("断电", "1") + answer("验电", "2") + answer("接地", "3")))
    )
    assert (order.body.key, order.body.scoring, options(order)) == (
        ("A", "B", "C"), {"rule": "per_place"}, ["断电", "验电", "接地"],
    )  # fmt: skip
    notes = "<graderinfo format='html'><text>要点</text></graderinfo><responsefieldlines>5</responsefieldlines>"
    essay = one("moodle", quiz(asked("essay", "简述", notes)))
    assert (essay.body.content.type, essay.body.scoring["model"]) == (
        "short_answer",
        [{"kind": "text", "text": "要点"}],
    )
    assert order.flaws == essay.flaws == ()


def test_a_chinese_encoding_is_read_and_an_unknown_type_is_named() -> None:
    text = quiz(asked("truefalse", "三相电", answer("true", "100") + answer("false")), asked("calculated", "题"))
    rows = read("moodle", text.replace("UTF-8", "GB2312").encode("gb18030")).rows
    assert stem(rows[0]) == "三相电" and rows[0].body.key == ("true",)
    assert (codes(rows[1]), rows[1].flaws[0].value, rows[1].number) == (["type.unsupported"], "calculated", 2)
