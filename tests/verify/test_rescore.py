"""Scores are computed again from the sealed answers; a score, a pass or a candidate that does not follow is named."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from examserver.kernel.crypto.keys import KeyPair, SealingKey, SigningKey, write_key_file
from examserver.verify import verify
from tests.vectors import example_paper as paper
from tests.vectors import example_results as results
from tests.vectors import example_sitting as sitting
from tests.vectors.make_examples import FOLDER
from tests.verify.primitives import parse, signed_file

Json = dict[str, Any]
FIRST, SECOND = (one[1] for one in sitting.CANDIDATES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(FOLDER, tmp_path / "example")
    pair = KeyPair(SigningKey(paper.signing("authority")), SealingKey(paper.sealing("authority")))
    (tmp_path / "authority.key").write_bytes(write_key_file(pair, "authority", "a long passphrase"))
    (tmp_path / "phrase").write_text("a long passphrase", encoding="utf-8")
    return tmp_path / "example"


def rescored(folder: Path, with_key: bool = True) -> tuple[int, list[Json]]:
    key = folder.parent / "authority.key"
    words = ["--rescore", "--json", str(folder / "example.record.zip")]
    words += ["--open-with", str(key), "--passphrase-file", str(folder.parent / "phrase")] if with_key else []
    result = CliRunner().invoke(verify, words)
    assert isinstance(result.exception, SystemExit | None), result.exception
    return result.exit_code, json.loads(result.output)["checks"]


def change_sheet(folder: Path, change: Callable[[Json], None]) -> None:
    body = parse(results.sheet())["body"]
    change(body)
    signer = [("authority", paper.AUTHORITY, paper.signing("authority"))]
    (folder / "example.sheet.json").write_bytes(signed_file(body, "exam.result-sheet", signer))


def failures(folder: Path) -> list[tuple[str, str]]:
    status, checks = rescored(folder)
    found = [(one["name"], one["place"]) for one in checks if not one["ok"]]
    assert bool(found) == (status == 1)
    return found


def test_the_published_scores_follow_from_the_answers(folder: Path) -> None:
    status, checks = rescored(folder)
    assert status == 0, checks
    assert {"scores_same", "passes_same", "results_for_record", "results_for_keys"} <= {one["name"] for one in checks}


def better(body: Json) -> None:
    body["results"][1]["score"] = "2"


def passed(body: Json) -> None:
    body["results"][1]["passed"] = True


def left_out(body: Json) -> None:
    del body["results"][1]


def absent_too(body: Json) -> None:
    body["absent"] = [SECOND]


def invented(body: Json) -> None:
    body["results"].append({**body["results"][0], "ticket": "33010120261201003"})


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (better, ("scores_same", f"ticket {SECOND}")),
        (passed, ("passes_same", f"ticket {SECOND}")),
        (left_out, ("scores_same", f"ticket {SECOND}")),
        (absent_too, ("absent_same", "sheet")),
        (invented, ("scores_same", "ticket 33010120261201003")),
    ],
)
def test_a_result_that_does_not_follow_is_named_though_the_authority_signed_it(
    folder: Path, change: Callable[[Json], None], named: tuple[str, str]
) -> None:
    change_sheet(folder, change)
    assert named in failures(folder)


def test_results_for_another_record_are_noticed(folder: Path) -> None:
    def other(body: Json) -> None:
        body["record_digest"] = "sha256:" + "0" * 64

    change_sheet(folder, other)
    assert ("results_for_record", "sheet") in failures(folder)


def test_what_is_missing_for_a_rescoring_is_said(folder: Path) -> None:
    (folder / "example.sheet.json").unlink()
    status, checks = rescored(folder)
    assert status == 1 and "result sheet" in checks[-1]["detail"]
    status, checks = rescored(folder, with_key=False)
    assert status == 1 and "key" in checks[-1]["detail"]
