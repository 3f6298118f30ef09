"""`exam bank stats` takes files alone, prints figures or every fault of the file."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from itembank.commands import bank as bank_command

HEADER = "编号,Q1,Q2,Q3,性别"


def run(*words: str | Path) -> Result:
    """The command's outcome; it is given no settings because it needs none."""
    return CliRunner().invoke(bank_command, ["stats", *map(str, words)])


def rows(count: int = 120) -> list[str]:
    """Sound rows of options under HEADER."""
    rng = np.random.default_rng(2)
    able = rng.normal(size=count)
    lines = []
    for n in range(count):
        cells = [
            "A" if rng.random() < 1 / (1 + np.exp(-able[n] - 0.3 * q)) else rng.choice(["B", "C"]) for q in range(3)
        ]
        lines.append(",".join([str(n), *cells, "男" if n % 2 else "女"]))
    return lines


def written(folder: Path, lines: list[str], name: str = "responses.csv", encoding: str = "utf-8") -> Path:
    """A file of these lines."""
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding)
    return path


def faults(done: Result) -> list[dict[str, Any]]:
    """The faults of a refused file."""
    assert done.exit_code == 1, done.output
    found: list[dict[str, Any]] = json.loads(done.output)["error"]["fields"]["faults"]
    return found


def places(done: Result) -> list[tuple[int, str, str]]:
    """(row, column, code) of every fault."""
    return [(each["row"], each["column"], each["code"]) for each in faults(done)]


def test_it_gives_everything_as_one_object(corpora: Path) -> None:
    folder = corpora / "responses"
    done = run(folder / "HCItest.csv", "--key", folder / "HCIkey.csv", "--group", "gender", "--json")
    assert done.exit_code == 0, done.output
    shown = json.loads(done.output)
    assert shown["test"]["persons"] == 651 and shown["test"]["alpha"] == pytest.approx(0.7155, abs=1e-4)
    low, high = shown["test"]["interval"]
    assert low < shown["test"]["kr20"] < high
    item = shown["items"][16]
    assert set(item) >= {"item", "difficulty", "discrimination", "options", "irt", "fit", "dif", "flags"}
    assert {flag["code"] for flag in item["flags"]} >= {"item.weak", "curve.flat", "curve.unsure", "curve.extreme"}
    assert item["dif"][0]["group"] == "1" and item["dif"][0]["grade"] == "A"
    assert shown["model"]["converged"] and shown["notes"][0]["code"] == "columns.unused"


def test_it_prints_a_table_for_people(corpora: Path) -> None:
    done = run(corpora / "responses" / "LSAT.csv")
    assert done.exit_code == 0, done.output
    assert "1000 名考生" in done.output and "α 0.2950" in done.output and "log L -2466.65" in done.output
    assert "Item 3" in done.output and "0.553" in done.output and "-0.28 ±0.10" in done.output
    assert "区分度低" in done.output and "low discrimination" in done.output


@pytest.mark.parametrize(
    "key",
    ["key\nA\nA\nA\n", "A\nA\nA\n", "题号,答案\nQ3,A\nQ1,a\nQ2,Ａ\n", "Q1,Q2,Q3\nA,A,A\n", "A,A,A\n"],
    ids=["one column", "bare column", "two columns", "two lines", "one line"],
)
def test_a_key_may_be_written_in_several_ways(tmp_path: Path, key: str) -> None:
    file, answers = written(tmp_path, [HEADER, *rows()]), tmp_path / "key.csv"
    answers.write_text(key, "utf-8")
    done = run(file, "--key", answers, "--group", "性别", "--json")
    assert done.exit_code == 0, done.output
    shown = {item["item"]: item["difficulty"] for item in json.loads(done.output)["items"]}
    marks = [line.split(",")[1:4].count("A") for line in rows()]
    assert sum(shown.values()) == pytest.approx(sum(marks) / 120) and set(shown) == {"Q1", "Q2", "Q3"}


def test_gb18030_and_spellings_of_right_and_wrong_are_read(tmp_path: Path) -> None:
    words = ["对", "×", "正确", "FALSE", "√", "错误"] * 20
    file = written(
        tmp_path, ["判断一,判断二", *(f"{word},{words[-n]}" for n, word in enumerate(words))], encoding="gb18030"
    )
    answers = written(tmp_path, ["判断一,判断二", "对,错"], "key.csv", "gb18030")
    shown = json.loads(run(file, "--key", answers, "--json").output)
    assert [item["difficulty"] for item in shown["items"]] == [0.5, 0.5]
    assert [option["option"] for option in shown["items"][0]["options"]] == ["×", "√"]


def test_every_ragged_row_is_named(tmp_path: Path) -> None:
    lines = [HEADER, *rows()]
    lines[5] += ",A"
    lines[9] = "8,A,B"
    answers = written(tmp_path, ["key", "A", "A", "A"], "key.csv")
    done = run(written(tmp_path, lines), "--key", answers, "--json")
    assert places(done) == [(6, "", "row.ragged"), (10, "", "row.ragged")]


def test_unknown_options_are_named_with_row_and_column(tmp_path: Path) -> None:
    lines = [HEADER, *rows()]
    lines[3] = "2,A,Z,?,男"
    answers = written(tmp_path, ["key", "A", "A", "A"], "key.csv")
    done = run(written(tmp_path, lines), "--key", answers, "--json")
    assert places(done) == [(4, "Q2", "option.unknown"), (4, "Q3", "option.unknown")]
    plain = run(written(tmp_path, lines), "--key", answers)
    assert plain.exit_code == 1 and "第 4 行 Q2：“Z”不是选项" in plain.output


def test_missing_columns_are_named(tmp_path: Path) -> None:
    file = written(tmp_path, [HEADER, *rows()])
    named = written(tmp_path, ["item,key", "Q1,A", "Q7,A", "Q8,B"], "key.csv")
    assert places(run(file, "--key", named, "--json")) == [(0, "Q7", "column.missing"), (0, "Q8", "column.missing")]
    assert places(run(file, "--key", named, "--group", "年龄", "--json")) == [(0, "年龄", "column.missing")]
    more = written(tmp_path, ["key", *"AAAAA"], "more.csv")
    assert places(run(file, "--key", more, "--group", "性别", "--json")) == [(0, "", "column.missing")]


def test_options_without_a_key_are_told_once_per_column(tmp_path: Path) -> None:
    done = run(written(tmp_path, [HEADER, *rows()]), "--ignore", "性别", "--json")
    assert places(done) == [(0, "Q1", "column.no_item"), (0, "Q2", "column.no_item"), (0, "Q3", "column.no_item")]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file.empty"),
        (b"\x89PNG\0\0\0", "file.unreadable"),
        (b"\xff\xff\xff\xff\xff", "file.unreadable"),
        (b'a,b\n"0,1\n', "file.malformed"),
        (b"a,b\n0,1\n1,1\n", "file.too_small"),
        (b"a,a\n" + b"0,1\n" * 20, "column.repeated"),
        (b"a,\n" + b"0,1\n" * 20, "column.unnamed"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_the_reason(tmp_path: Path, data: bytes, code: str) -> None:
    (tmp_path / "file.csv").write_bytes(data)
    assert [each["code"] for each in faults(run(tmp_path / "file.csv", "--json"))] == [code]


def test_candidates_all_alike_have_no_reliability_and_nothing_fails(tmp_path: Path) -> None:
    done = run(written(tmp_path, ["a,b,c", *["1,1,0"] * 200]), "--json")
    shown = json.loads(done.output)
    assert shown["test"]["alpha"] is None and shown["test"]["error"] is None and shown["model"] is None
    assert {flag["code"] for item in shown["items"] for flag in item["flags"]} == {"item.constant"}
    assert {note["code"] for note in shown["notes"]} == {"model.too_little", "test.constant"}
    assert run(written(tmp_path, ["a,b,c", *["1,1,0"] * 200])).exit_code == 0


def test_a_reference_without_groups_is_a_mistake_of_the_command(tmp_path: Path) -> None:
    assert run(written(tmp_path, ["a,b", *["1,0"] * 20]), "--reference", "男").exit_code == 2
