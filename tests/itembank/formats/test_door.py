"""At the door of the running bank: hostile files leave no row and no file, good files of every format go in."""

import io
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import func, select

from examserver.kernel.access import system_actor
from examserver.plumbing.work import open_work
from itembank.exchange.tables import ImportRow
from itembank.items.tables import AssetRow, ItemRow
from tests.itembank.bank import Bank, open_bank, spec_csv, spec_rows
from tests.itembank.formats.hostile import ARCHIVES, WRONG, encrypted, xml_bomb
from tests.itembank.formats.word import Word

AREAS = {"A": 100}


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    opened = open_bank(tmp_path)
    assert opened.specify(spec_csv(spec_rows(AREAS, 5))).status_code == 200
    return opened


def rows_of(bank: Bank) -> list[int]:
    """How many rows the tables of items, figures and imports hold."""
    with open_work(bank.world.runtimes["bank"], system_actor("test"), write=False) as work:
        return [
            work.session.scalar(select(func.count()).select_from(table)) or 0
            for table in (ItemRow, AssetRow, ImportRow)
        ]


def files_of(bank: Bank, tmp_path: Path) -> set[str]:
    """Every file under the data folder that is no database and no log of one."""
    return {str(path) for path in tmp_path.rglob("*") if path.is_file() and ".db" not in path.name}


def test_hostile_files_of_every_kind_leave_no_row_and_no_file(
    bank: Bank, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    before = files_of(bank, tmp_path), rows_of(bank)
    bombs = {
        "questions.docx": xml_bomb("word/document.xml", "document"),
        "package.zip": xml_bomb("imsmanifest.xml", "m"),
    }
    sent = [(f"{n}.docx", data) for n, (data, _) in enumerate(ARCHIVES.values())]
    sent += [(f"{n}.zip", data) for n, (data, _) in enumerate(ARCHIVES.values())]
    sent += [(f"{n}.{end}", data) for n, data in enumerate(WRONG.values()) for end in ("xml", "gift", "aiken", "docx")]
    for name, data in [*bombs.items(), *sent]:
        refused = bank.upload(data, name)
        assert refused.status_code == 422, (name, refused.text)
        assert refused.json["code"] and refused.json["message"] and refused.json["next"]
    assert (files_of(bank, tmp_path), rows_of(bank)) == before


def test_a_large_hostile_file_is_forgotten_when_the_job_finds_out(bank: Bank, tmp_path: Path) -> None:
    before = files_of(bank, tmp_path)
    checked = bank.upload(b"::a::{T}\n\n" + b"{" * 1_200_000, "large.gift")
    assert (checked.status_code, checked.json["state"]) == (200, "checking")
    bank.world.run_jobs()
    seen = bank.author.get(f"/api/bank/imports/{checked.json['id']}").json
    assert (seen["state"], seen["error"]["code"]) == ("discarded", "import.line_too_long")
    assert files_of(bank, tmp_path) == before


def test_the_mapping_screen_keeps_no_hostile_file_either(bank: Bank, tmp_path: Path) -> None:
    before = files_of(bank, tmp_path), rows_of(bank)
    path = f"/api/bank/banks/{bank.id}/uploads"
    for name, data in {
        "a.docx": WRONG["a program"],
        "b.xml": WRONG["an XML bomb"],
        "c.xlsx": xml_bomb("a.xml", "a"),
    }.items():
        files = {"file": (io.BytesIO(data), name)}
        assert bank.author.post(path, data=files, content_type="multipart/form-data").status_code == 422
    figures = {"file": (io.BytesIO(AIKEN.encode()), "a.txt"), "figures": (io.BytesIO(encrypted()), "figures.zip")}
    assert bank.author.post(path, data=figures, content_type="multipart/form-data").status_code == 422
    assert (files_of(bank, tmp_path), rows_of(bank)) == before


QUIZ = (
    "<quiz><question type='truefalse'><questiontext format='html'><text>接地线可以不装。</text></questiontext>"
    "<answer fraction='0'><text>true</text></answer><answer fraction='100'><text>false</text></answer>"
    "<tags><tag><text>A-A-001</text></tag></tags></question></quiz>"
)
GIFT = "// [tag:A-A-002]\n验电前应当{~直接接地 =先检查验电器 ~拆除保护}\n"
PAPER = "一、单选题\n1. 电压的单位是（　）。\nA. 伏\nB. 安\nC. 欧\n答案：A\n鉴定点：A-A-003"
GOOD = {
    "a.gift": (GIFT.encode("gb18030"), "gift"),
    "b.xml": (QUIZ.encode(), "moodle"),
    "c.docx": (Word().lines(PAPER).data(), "docx"),
}
AIKEN = "停电后应当先做什么？\nA. 验电\nB. 接地\nC. 挂牌\nANSWER: A\n"


def test_a_good_file_of_every_format_goes_into_the_bank(bank: Bank) -> None:
    for name, (data, kind) in GOOD.items():
        checked = bank.upload(data, name)
        assert checked.status_code == 200, checked.text
        assert (checked.json["format"], checked.json["rows"], checked.json["faults"]) == (kind, 1, [])
        taken = bank.author.post(f"/api/bank/imports/{checked.json['id']}/accept", {"take_good_rows": False})
        assert taken.status_code == 200, taken.text
    assert rows_of(bank)[0] == len(GOOD)


def test_a_format_without_points_says_that_the_point_is_missing(bank: Bank) -> None:
    checked = bank.upload(AIKEN.encode(), "x.txt").json
    assert (checked["format"], [fault["code"] for fault in checked["faults"]]) == ("aiken", ["point.missing"])
