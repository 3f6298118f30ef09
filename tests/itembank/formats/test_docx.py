"""Word documents in the layouts people really type: what a reader of the paper would understand, the importer does."""

import io
import zipfile

import pytest

from examserver.kernel.canonical import digest
from itembank.exchange.formats.refusals import UnreadableFile
from itembank.exchange.formats.registry import find_format
from itembank.exchange.rows import ReadRow
from itembank.items.content import plain_text
from tests.itembank.bank import picture
from tests.itembank.formats.reading import codes, counted, options, read, stem, told
from tests.itembank.formats.word import Word, parsed, plain_model


def test_options_stand_in_lines_columns_cells_and_right_behind_the_stem() -> None:
    word = Word().lines(
        "1. 一（）\nA. 甲 B. 乙\nC. 丙 D. 丁\n答案：A\n2. 二（）A. 甲 B. 乙 C. 丙 D. 丁\n答案：B\n3. 三（）"
    )
    word.table([["A. 甲", "B. 乙"], ["C. 丙", "D. 丁"]]).lines("答案：C\n4. 四（）\n(A) 甲\t(B) 乙\t(C) 丙\n答案：C")
    source = parsed(word)
    assert [options(row) for row in source.rows] == [["甲", "乙", "丙", "丁"]] * 3 + [["甲", "乙", "丙"]]
    assert [row.body.key for row in source.rows] == [("A",), ("B",), ("C",), ("C",)]


def test_automatic_numbers_and_letters_count_as_if_typed() -> None:
    word = Word().numbering(31, ("decimal", "%1."), ("upperLetter", "%2．")).numbering(32, ("chineseCounting", "%1、"))
    word.numbered("单项选择题", 32)
    for number in (1, 2):
        word.numbered(f"第{number}题的题干（　）。", 31)
        for text in ("甲", "乙", "丙"):
            word.numbered(f"{text}{number}", 31, level=1)
    word.numbered("判断题", 32).lines("（1）地球是圆的。\n（2）水往高处流。")
    word.lines("参考答案\n一、单项选择题\n1-2：CA\n二、判断题\n（1）√（2）×")
    source = parsed(word)
    assert counted(source) == (4, 4, {})
    assert [row.body.key for row in source.rows] == [("C",), ("A",), ("true",), ("false",)]
    assert options(source.rows[1]) == ["甲2", "乙2", "丙2"]


LIST = "1. 一\nA. 甲\nB. 乙\nC. 丙\n2. 二\nA. 甲\nB. 乙\nC. 丙\n3. 三\nA. 甲\nB. 乙\nC. 丙\n"


@pytest.mark.parametrize(
    "answers",
    [
        "答案\n1-3 ABC",
        "参考答案：\n1.A 2.B 3.C",
        "标准答案\n1～3：A B C",
        "1-3 ABC",
        "答案\n1、A\n2、B\n3、C",
        "参考答案\n1A2B3C",
    ],
)
def test_answers_at_the_end_find_their_questions(answers: str) -> None:
    source = parsed(Word().lines(LIST + answers))
    assert counted(source) == (3, 3, {})
    assert [row.body.key for row in source.rows] == [("A",), ("B",), ("C",)]


def test_a_table_of_answers_at_the_end_is_understood() -> None:
    word = Word().lines("一、单选题\n" + LIST + "二、判断题\n1. 甲\n2. 乙")
    word.table([["题号", "1", "2", "3"], ["答案", "C", "B", "A"]]).table([["题号", "1", "2"], ["答案", "√", "×"]])
    rows = parsed(word).rows
    assert [row.body.key for row in rows] == [("C",), ("B",), ("A",), ("true",), ("false",)]


def test_answers_in_words_at_the_end_become_model_answers() -> None:
    text = "一、简答题\n1. 简述甲。\n2. 简述乙。\n参考答案\n一、简答题\n1. 甲的要点\n第二行\n2. 乙的要点"
    rows = parsed(Word().lines(text)).rows
    assert [plain_model(row.body.scoring["model"]) for row in rows] == ["甲的要点\n第二行", "乙的要点"]


def test_a_list_that_does_not_fit_is_told_and_gives_no_key() -> None:
    source = parsed(Word().lines(LIST + "答案\n1-3 AB"))
    assert "key.list" in told(source) and all("key.missing" in codes(row) for row in source.rows)


def test_keys_that_disagree_keep_the_question_out() -> None:
    both = "1. 一（ A ）\nA. 甲\nB. 乙\nC. 丙\n答案：B\n2. 二\nA. 甲\nB. 乙\nC. 丙\n答案：A\n答案\n1.B 2.C"
    assert [codes(row) for row in parsed(Word().lines(both)).rows] == [["key.conflict"], ["key.conflict"]]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("一、单选题\n1. 题\nA. 甲\nB. 乙\nC. 丙", "key.missing"),
        ("一、单选题\n1. 题\nA. 甲\nB. 乙\nC. 丙\n答案：E", "key.outside"),
        ("一、单选题\n1. 题\nA. 甲\nB. 乙\nC. 丙\n答案：AB", "key.count"),
        ("一、单选题\n1. 题\nA. 甲\nB. 乙\nC. 丙\n答案：甲乙", "key.unreadable"),
        ("一、单选题\n1. 题\nA. 甲\nC. 乙\nD. 丙\n答案：A", "options.gap"),
        ("一、单选题\n1. 题\nA. 甲\nB. 甲\nC. 丙\n答案：A", "options.repeated"),
        ("一、单选题\n1. 题没有选项\n答案：A", "options.too_few"),
        ("一、判断题\n1. 题\n答案：也许", "key.unreadable"),
        ("一、填空题\n1. ____和____\n答案：甲", "key.count"),
        ("一、单选题\n1. 题\nA. 甲\nB. 乙\nC. 丙\n答案：A\n难度：很高", "difficulty.malformed"),
        ("一、连线题\n1. 连一连", "type.unsupported"),
        ("一、单选题\n1.\nA. 甲\nB. 乙\nC. 丙\n答案：A", "stem.missing"),
    ],
)
def test_what_is_wrong_with_a_question_is_said_and_stops_no_other(text: str, code: str) -> None:
    good = "\n2. 好题\nA. 甲\nB. 乙\nC. 丙\n答案：A" if "选" in text else "\n二、判断题\n1. 好题\n答案：√"
    rows = parsed(Word().lines(text + good)).rows
    assert code in codes(rows[0]) and rows[-1].flaws == ()


def test_letters_that_name_things_are_no_options() -> None:
    text = "1. 已知 A、B、C 三相电压对称，\nA、B两点间接有负载，求（　）。\nA. 电流\nB. 电压\nC. 功率\n答案：C"
    (row,) = parsed(Word().lines(text)).rows
    assert (row.flaws, options(row)) == ((), ["电流", "电压", "功率"])
    assert stem(row).endswith("A、B两点间接有负载，求（　）。")


def test_a_jump_of_the_numbers_is_told() -> None:
    assert "number.gap" in told(parsed(Word().lines(LIST.replace("3. 三", "4. 三") + "答案\n1-4 ABCA")))


def test_pictures_come_along_where_they_stand() -> None:
    word = Word().figure("1. 看图", "回答（）").lines("A. 甲").figure("B. ", colour="blue").lines("C. 丙\n答案：B")
    (row,) = parsed(word).rows
    assert row.flaws == () and {figure.digest for figure in row.figures} == {
        digest(picture("red")),
        digest(picture("blue")),
    }
    assert [block.kind for block in row.body.content.stem] == ["html"]
    assert [block.kind for block in row.body.content.options[1].content] == ["figure"]


def test_tables_raised_text_and_formulas_become_rich_text() -> None:
    half = "<m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f>"
    word = (
        Word()
        .lines("1. 见表")
        .table([["量", "值"], ["U", "220"]])
        .runs(("A. x", ""), ("2", "sup"), ("B. H", ""), ("2", "sub"))
    )
    word.formula("C. ", half, " 倍").lines("答案：C")
    (row,) = parsed(word).rows
    assert row.flaws == ()
    assert row.body.content.stem[1].text.startswith("<table><tbody><tr><td>量</td>")
    shown = [option.content[0].text for option in row.body.content.options]
    assert shown == [
        "<p>x<sup>2</sup></p>",
        "<p>H<sub>2</sub></p>",
        "<p><math><mfrac><mrow><mn>1</mn></mrow><mrow><mn>2</mn></mrow></mfrac></math> 倍</p>",
    ]


def test_underlined_blanks_are_gaps_and_hidden_text_is_not_read() -> None:
    word = (
        Word().runs(("1. 工频为", ""), ("      ", "underline"), ("Hz", ""), ("（答案50）", "hidden")).lines("答案：50")
    )
    (row,) = parsed(word).rows
    assert (stem(row), row.body.scoring["blanks"][0]["accept"]) == ("工频为{{1}}Hz", ["50"])


BROKEN = {
    "docx.text_box": "<w:pict><v:shape><v:textbox><w:txbxContent><w:p/></w:txbxContent></v:textbox></v:shape></w:pict>",
    "docx.object": '<w:object><o:OLEObject ProgID="Equation.3" r:id="rId1"/></w:object>',
    "docx.drawing": '<w:drawing><wp:inline><a:graphic><a:graphicData uri="chart"/></a:graphic></wp:inline></w:drawing>',
    "docx.symbol": '<w:sym w:font="Webdings" w:char="F0AA"/>',
    "figure.missing": '<w:pict><v:shape><v:imagedata r:id="rId999"/></v:shape></w:pict>',
}


@pytest.mark.parametrize("code", BROKEN)
def test_what_word_can_show_and_an_exam_screen_cannot_is_named(code: str) -> None:
    word = (
        Word()
        .lines("1. 题")
        .xml(BROKEN[code])
        .lines("A. 甲\nB. 乙\nC. 丙\n答案：A\n2. 好\nA. 甲\nB. 乙\nC. 丙\n答案：A")
    )
    bad, good = parsed(word).rows
    assert codes(bad) == [code] and good.flaws == ()


def test_a_metafile_is_refused_for_its_question_with_advice() -> None:
    data = Word().figure("1. 看图").lines("A. 甲\nB. 乙\nC. 丙\n答案：A").data()
    (row,) = read("docx", replaced(data, picture(), b"\xd7\xcd\xc6\x9a" + b"\0" * 100)).rows
    assert codes(row) == ["figure.unusable"] and "PNG" in row.flaws[0].reason_zh


def test_an_unknown_construct_of_a_formula_is_named() -> None:
    word = Word().formula("1. 求", "<m:strange><m:e/></m:strange>").lines("A. 甲\nB. 乙\nC. 丙\n答案：A")
    (row,) = parsed(word).rows
    assert codes(row) == ["math.unsupported"] and "strange" in row.flaws[0].reason_zh


def replaced(data: bytes, old: bytes, new: bytes) -> bytes:
    """The document with one of its files exchanged, or with text exchanged in its main part."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            content = before.read(name)
            after.writestr(
                name, new if content == old else content.replace(old, new) if name.endswith(".xml") else content
            )
    return stream.getvalue()


def test_deleted_text_is_left_out_and_inserted_text_read() -> None:
    word = Word().lines("1. 题MARK\nA. 甲\nB. 乙\nC. 丙\n答案：A")
    deleted, inserted = b"<w:del><w:r><w:delText>x</w:delText></w:r></w:del>", b"<w:ins><w:r><w:t>y</w:t></w:r></w:ins>"
    changed = b"</w:t></w:r>" + deleted + inserted + b"<w:r><w:t>"
    assert stem(read("docx", replaced(word.data(), b"MARK", changed)).rows[0]) == "题y"


def test_a_strict_document_is_read_like_any_other() -> None:
    data = replaced(
        Word().lines(LIST + "答案\n1-3 ABC").data(),
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
    )
    assert counted(read("docx", data)) == (3, 3, {})


def test_documents_without_questions_and_other_office_files_are_refused() -> None:
    for data, code in (
        (Word().lines("一封信\n没有题目").data(), "import.no_questions"),
        (Word().lines("1. 题" + "很长" * 15_000).data(), "import.line_too_long"),
    ):
        with pytest.raises(UnreadableFile) as caught:
            read("docx", data)
        assert caught.value.code == code
    found = find_format(Word().lines("1. 题").data(), "misnamed.bin")
    assert found is not None and found.name == "docx"


def plain(row: ReadRow) -> str:
    """The rich text of the stem."""
    return "".join(block.text for block in row.body.content.stem)


def test_cells_keep_their_spans() -> None:
    word = Word().lines("1. 见表")
    table = word.document.add_table(2, 2)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "合并"
    table.cell(1, 0).text, table.cell(1, 1).text = "左", "右"
    tall = word.document.add_table(3, 2)
    tall.cell(0, 0).merge(tall.cell(1, 0)).text = "高"
    (row,) = parsed(word.lines("A. 甲\nB. 乙\nC. 丙\n答案：A")).rows
    assert '<td rowspan="2">高</td>' in plain(row) and "<tr><td></td></tr>" in plain(row)
    assert '<td colspan="2">合并</td>' in row.body.content.stem[1].text
    assert "合并" in plain_text(row.body.content.stem)
