"""Whatever a file is made of, every door of the exchange refuses it with a reason at once and leaves nothing behind."""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from examserver.kernel.errors import ExamError
from itembank.exchange.figures import read_figures
from itembank.exchange.formats.registry import FORMATS, UnknownFormat, find_format, load_format
from itembank.exchange.formats.source import Settings
from itembank.exchange.sheet import read_sheet
from tests.itembank.bank import picture
from tests.itembank.formats.hostile import ARCHIVES, WRONG, packed, with_entry, xml_bomb
from tests.itembank.formats.word import Word

SETTINGS = Settings(default_point="A-A-001")
DOORS: dict[str, Callable[[bytes], object]] = {
    **{name: lambda data, form=form: form.read(data, SETTINGS) for name, form in FORMATS.items()},
    "workbook": read_sheet,
    "figures": read_figures,
}
PACKAGES = [name for name in DOORS if name in ("docx", "qti", "figures")]
# Any text is a CSV of one column; its headers are refused one step later.
_CSV = ("XML", "external", "parameter", "JSON", "UTF-16", "endless", "PDF")
WRONG_AT = [(door, name) for door in DOORS for name in WRONG if door != "workbook" or not any(c in name for c in _CSV)]


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for whatever anybody unpacks; it is empty at the end."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


def refusal(door: str, data: bytes) -> ExamError:
    """The refusal of these bytes: quick, one of our own errors, in both languages, with what to do next."""
    started = time.process_time()
    with pytest.raises(ExamError) as caught:
        DOORS[door](data)
    assert time.process_time() - started < 2
    error = caught.value
    assert error.http_status == 422
    for text in (error.text("zh"), error.text("en"), error.next_step("zh"), error.next_step("en")):
        assert text and "?" not in text.replace("<?", "")
    return error


@pytest.mark.parametrize(("door", "name"), WRONG_AT)
def test_what_is_no_file_of_questions_is_refused_with_a_reason(door: str, name: str) -> None:
    refusal(door, WRONG[name])


@pytest.mark.parametrize("door", PACKAGES)
@pytest.mark.parametrize("name", ARCHIVES)
def test_every_trick_of_an_archive_is_named_by_its_own_code(door: str, name: str) -> None:
    data, code = ARCHIVES[name]
    error = refusal(door, data)
    assert error.code == (code if door != "figures" else "import.figures_refused")


@pytest.mark.parametrize("door", [door for door in DOORS if door not in PACKAGES])
@pytest.mark.parametrize("name", ARCHIVES)
def test_archives_are_refused_where_none_is_expected_or_as_broken_workbooks(door: str, name: str) -> None:
    refusal(door, ARCHIVES[name][0])


def test_an_archive_inside_an_archive_is_refused_or_never_opened() -> None:
    inner = packed({"bomb.png": b"\0" * (30 * 2**20)})
    assert refusal("figures", packed({"a.png": picture(), "inner.zip": inner})).code == "import.figures_refused"
    assert refusal("qti", with_entry("inner.zip", inner)).code == "archive.nested"


def test_bombs_in_the_parts_of_packages_are_refused_before_they_expand() -> None:
    assert refusal("docx", xml_bomb("word/document.xml", "document")).code == "import.xml_doctype"
    assert refusal("qti", xml_bomb("imsmanifest.xml", "manifest")).code == "import.xml_doctype"


@pytest.mark.parametrize("name", ["test.docx", "test.xml", "test.gift", "test.txt", "test.zip", "x"])
def test_recognising_a_hostile_file_never_fails(name: str) -> None:
    for data in [*WRONG.values(), *(data for data, _ in ARCHIVES.values())]:
        started = time.process_time()
        find_format(data, name)
        assert time.process_time() - started < 2


SCRIPT = "<script>alert(1)</script>"
_SAFE = SCRIPT.replace("<", "&lt;")
_QUIZ = (
    "<quiz><question type='category'><category><text>{s}</text></category></question><question type='multichoice'>"
    "<name><text>{s}</text></name><questiontext format='{form}'><text>甲{s}</text></questiontext>"
    "<idnumber>{s}</idnumber>"
    "<answer fraction='100' format='{form}'><text>一{s}</text><feedback><text>{s}</text></feedback></answer>"
    "<answer fraction='0' format='{form}'><text>二{s}</text></answer><answer fraction='0'><text>三</text></answer>"
    "<tags><tag><text>{s}</text></tag></tags></question></quiz>"
)
SCRIPTED = {
    "aiken": f"甲{SCRIPT}\nA. 一{SCRIPT}\nB. 二\nC. 三\nANSWER: A\n",
    "gift": f"$CATEGORY: {SCRIPT}\n\n// [tag:{SCRIPT}]\n::{SCRIPT}::[html]甲{SCRIPT}"
    f"{{\\=一{SCRIPT} =二#{SCRIPT} ~三 ~四}}\n",
    "moodle": _QUIZ.format(s=_SAFE, form="html"),
    "moodle as plain text": _QUIZ.format(s=_SAFE, form="plain_text"),
}


@pytest.mark.parametrize("name", SCRIPTED)
def test_script_in_every_text_keeps_the_question_out_and_is_stored_nowhere(name: str) -> None:
    source = FORMATS[name.split()[0]].read(SCRIPTED[name].encode(), SETTINGS)
    assert all(any(flaw.code == "text.markup" for flaw in row.flaws) for row in source.rows)
    assert [row.body.content.point for row in source.rows] == ["A-A-001"]


def test_script_in_a_word_document_keeps_the_question_out() -> None:
    text = f"1. 甲{SCRIPT}（）\nA. 一{SCRIPT}\nB. 二\nC. 三\n答案：A\n2. 乙{SCRIPT}____\n答案：{SCRIPT}\n来源：{SCRIPT}"
    source = FORMATS["docx"].read(Word().lines(text).data(), SETTINGS)
    assert [any(flaw.code == "text.markup" for flaw in row.flaws) for row in source.rows] == [True, True]


def test_a_format_nobody_knows_is_refused_with_the_names_of_those_there_are() -> None:
    with pytest.raises(UnknownFormat) as caught:
        load_format("wordperfect")
    assert "gift" in caught.value.next_step("zh") and "moodle" in caught.value.next_step("en")


_FOLDER = "qtiworks-engine/src/test/resources/uk/ac/ed/ph/qtiworks/services"
ZIPS = {
    "ZipSlip.zip": "archive.path_escapes",
    "BadManifest.zip": "import.xml_malformed",
    "NotContentPackage.zip": "import.qti_no_manifest",
    "WebDeveloperTest1-incomplete.zip": "archive.broken",
}


@pytest.mark.parametrize("name", ZIPS)
def test_the_broken_packages_of_the_corpus_are_refused_by_name(corpora: Path, name: str) -> None:
    assert refusal("qti", (corpora / "qti-qtiworks" / _FOLDER / name).read_bytes()).code == ZIPS[name]
