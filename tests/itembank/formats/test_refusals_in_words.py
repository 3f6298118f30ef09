"""Every refusal of a file stands in two whole languages: no Chinese in the English half, blanks where they belong."""

import re

import pytest

from examserver.kernel.errors import ExamError
from itembank.exchange.archive import Limits, open_archive
from itembank.exchange.formats.refusals import FileNotText
from itembank.exchange.formats.registry import FORMATS
from itembank.exchange.refusals import DECIDED, ImportDecided
from itembank.exchange.sheet import read_sheet
from tests.itembank.formats.hostile import ARCHIVES, WRONG
from tests.itembank.formats.reading import SETTINGS

HAN = re.compile("[\u4e00-\u9fff、，。；：“”（）]")
STUCK = re.compile("[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u4e00-\u9fff]")
DOORS = {**{name: known.read for name, known in FORMATS.items()}, "sheet": lambda data, _: read_sheet(data)}


@pytest.mark.parametrize("door", DOORS)
def test_a_refused_file_is_told_in_both_languages_whole(door: str) -> None:
    refused = 0
    for name, data in {**WRONG, **{name: data for name, (data, _) in ARCHIVES.items()}}.items():
        try:
            DOORS[door](data, SETTINGS)
        except ExamError as error:
            refused += 1
            zh, en = error.text("zh"), error.text("en")
            assert not HAN.search(en) and "?" not in en and not STUCK.search(zh), (door, name, zh, en)
    assert refused > 15, "these are hostile files"


def test_words_for_what_a_file_is_stand_with_their_blanks() -> None:
    with pytest.raises(ExamError) as caught:
        FORMATS["docx"].read(WRONG["a program"], SETTINGS)
    assert caught.value.text("zh") == "文件内容不是 Word 文档（.docx），而是 Windows 程序"
    with pytest.raises(ExamError) as caught:
        FORMATS["gift"].read("没有题目".encode(), SETTINGS)
    assert caught.value.text("zh") == "文件中没有找到 GIFT 题目"
    with pytest.raises(ExamError) as caught:
        open_archive(ARCHIVES["a claim of one gigabyte"][0], Limits(most_per_entry=2**40, worst_ratio=2**40))
    assert caught.value.text("zh").startswith("压缩包解压后有 1024 MB")
    assert caught.value.text("en").startswith("The archive unpacks to 1024 MB")
    assert all("?" not in ImportDecided(**state).text("en") for state in DECIDED.values())


def test_bytes_that_are_no_text_are_called_so_and_a_marked_utf_16_table_is_read() -> None:
    with pytest.raises(FileNotText):
        read_sheet(b"\0\1\2\3" * 50)
    assert read_sheet("编号\t题干\nA-1\t问\n".encode("utf-16")).rows[0].text("题干") == "问"
