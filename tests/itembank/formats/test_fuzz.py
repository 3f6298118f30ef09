"""Whatever text is fed to a reader, it answers with questions or with one of our own refusals, nothing else."""

from html import escape

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from examserver.kernel.errors import ExamError
from itembank.exchange.formats.build import Question
from itembank.exchange.formats.docx_items import Maker
from itembank.exchange.formats.docx_labels import heading_of, labels, narrow, numbered, options_in
from itembank.exchange.formats.docx_layout import read_layout
from itembank.exchange.formats.docx_numbering import Numbering
from itembank.exchange.formats.docx_text import Lines
from itembank.exchange.formats.registry import FORMATS
from itembank.exchange.formats.source import Settings, Source
from itembank.exchange.rows import ReadRow
from itembank.items.check import check_item
from itembank.items.content import content_digest

SETTINGS = Settings(default_point="A-A-001")
QUICK = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))


def pieces(*known: str) -> st.SearchStrategy[str]:
    """Texts in which the words of a format are likely to meet each other and anything else."""
    return st.lists(st.sampled_from(known) | st.text(max_size=6), max_size=25).map("".join)


GIFT = pieces(
    "{", "}", "=", "~", "#", "->", "::", "\\", "%50%", "####", "[html]", "\n\n", "//", "$CATEGORY:", "T", "1..2", "题干"
)
AIKEN = pieces("A. ", "B) ", "C. ", "\n", "\n\n", "ANSWER: A", "ANSWER:", "答案：", "题干")
CLOZE = pieces("{1:MC:", "{:SA:", "{2:NM:", "=", "~", "#", "%50%", "}", "\\", "<b>", "&lt;", "[[1]]")
PAPER = pieces(
    "一、单项选择题", "1. ", "2、", "（3）", "A. ", "B、", "C．", "D ", "答案：", "【答案】", "参考答案",
    "1-5 ABCDC", "1.A 2.B", "（ A ）",
    "____", "√", "难度：0.5", "解析：", "\n", "\t", "　", "二、判断题", "三、填空题", "四、简答题", "题干",
)  # fmt: skip


def sound(rows: tuple[ReadRow, ...]) -> None:
    """Rows without flaws are items the bank would take: they can be named, and the check agrees."""
    for row in rows:
        if not row.flaws:
            assert content_digest(row.body.content).startswith("sha256:")
            assert check_item(row.body) == []


def read(name: str, data: bytes) -> Source | None:
    """What the reader says; None for a refusal."""
    try:
        source = FORMATS[name].read(data, SETTINGS)
    except ExamError as error:
        assert error.text("zh") and error.text("en")
        return None
    sound(source.rows)
    return source


@QUICK
@given(GIFT)
def test_any_text_is_gift_or_refused(text: str) -> None:
    read("gift", text.encode("utf-8", "surrogatepass"))


@QUICK
@given(AIKEN)
def test_any_text_is_aiken_or_refused(text: str) -> None:
    read("aiken", text.encode("utf-8", "surrogatepass"))


@QUICK
@given(st.binary(max_size=400))
def test_any_bytes_are_refused_or_read_by_every_format(data: bytes) -> None:
    for name in FORMATS:
        read(name, data)


_TYPES = ("multichoice", "truefalse", "shortanswer", "numerical", "matching", "essay", "cloze", "ordering", "gapselect",
          "ddwtos", "ddmarker", "description", "category", "calculated", "")  # fmt: skip


@QUICK
@given(st.sampled_from(_TYPES), CLOZE, CLOZE, st.sampled_from(("100", "50", "-100", "x", "NaN", "1e9")))
def test_any_words_in_moodle_xml_are_questions_or_told(kind: str, text: str, answer: str, weight: str) -> None:
    text, answer = (escape("".join(c for c in each if c.isprintable())) for each in (text, answer))
    part = f"<answer fraction='{weight}'><text>{answer}</text><tolerance>{weight}</tolerance></answer>"
    sub = f"<subquestion><text>{answer}</text><answer><text>{text}</text></answer></subquestion>"
    rest = f"<selectoption><text>{answer}</text><group>1</group></selectoption><drag><text>x</text></drag>"
    drop = f"<drop><shape>circle</shape><coords>{answer}</coords></drop><file name='{weight}'>{answer}</file>"
    asked = f"<questiontext format='html'><text>{text}</text></questiontext><defaultgrade>{weight}</defaultgrade>"
    body = f"<quiz><question type='{kind}'>{asked}{part * 2}{sub * 3}{rest}{drop}</question></quiz>"
    read("moodle", body.encode("utf-8", "replace"))


@QUICK
@given(PAPER)
def test_any_lines_of_a_paper_become_questions_with_their_flaws(text: str) -> None:
    lines = Lines(Numbering())
    paper = read_layout(text.split("\n"))
    maker = Maker(lines, lambda relation: None)
    for number, draft in enumerate(paper.drafts, 1):
        listed = paper.answers.of(draft.heading, draft.place, draft.number, alone=True)
        sound((maker.row(draft, Question(number, SETTINGS), listed),))


@QUICK
@given(PAPER)
def test_places_found_in_narrow_text_hold_in_the_line(line: str) -> None:
    assert len(narrow(line)) == len(line)
    heading_of(line)
    numbered(line, 3)
    labels(line)
    before, options = options_in(line, "A")
    assert line.startswith(before.rstrip()) and all(option.text in line for option in options)
