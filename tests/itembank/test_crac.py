"""The real bank of the amateur radio certificate goes through the same door, and forms are assembled from it."""

import csv
import io
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from itembank.assembly.actions import form_documents
from itembank.exchange.actions import Submitted, choose_mapping, examine_alone
from itembank.exchange.mapping import read_mapping
from tests.itembank.bank import Bank, open_bank
from tests.itembank.test_assembly import approved_documents
from tests.itembank.test_figures import archive

SINGLE, MULTIPLE = "single_response", "multiple_response"

# What is wrong with the bank as published, found by comparing each row with itself and its neighbours.
EXPLAINED = {
    "MC1-0014": "key.declared",  # the label says one right option, the key names two
    "MC1-0016": "key.declared",
    "MC1-1012": "options.repeated",  # "50.0 伏" stands twice
    "MC1-1053": "options.repeated",  # "f = 2π(LC)＾(1/2)" stands twice
}


@pytest.fixture(scope="module")
def crac(corpora: Path) -> Path:
    """The folder of the bank."""
    folder = corpora / "crac-2025"
    if not folder.is_dir():
        pytest.skip(f"no CRAC bank at {folder}")
    return folder


def figures_of(folder: Path) -> bytes:
    """The figures as a zip."""
    return archive({path.name: path.read_bytes() for path in sorted((folder / "images_2").iterdir())})


@pytest.fixture(scope="module")
def bank(crac: Path, tmp_path_factory: pytest.TempPathFactory) -> Bank:
    """The imported and approved bank."""
    opened = open_bank(tmp_path_factory.mktemp("crac"))
    opened.sign(opened.take((crac / "full.csv").read_bytes(), figures_of(crac)))
    return opened


def test_the_layout_is_recognised_and_1371_of_1375_rows_are_good(crac: Path) -> None:
    data = (crac / "full.csv").read_bytes()
    submitted = Submitted("full.csv", data, figures_of(crac))
    mapping = read_mapping(choose_mapping(submitted))
    assert mapping.name == "crac-2025"
    _, report = examine_alone(submitted, mapping)
    assert (report.rows, len(report.good)) == (1375, 1371)
    codes = {n: row["I"] for n, row in enumerate(csv.DictReader(io.StringIO(data.decode())), 2)}
    assert {codes[fault.row]: fault.code for fault in report.faults} == EXPLAINED
    types = Counter(good.body.content.type for good in report.good)
    assert types == {SINGLE: 1121, MULTIPLE: 250}
    assert sum(bool(good.figures) for good in report.good) == 53


def test_without_its_figures_the_items_that_need_one_stay_out(crac: Path) -> None:
    submitted = Submitted("full.csv", (crac / "full.csv").read_bytes())
    _, report = examine_alone(submitted, read_mapping(choose_mapping(submitted)))
    missing = [fault for fault in report.faults if fault.code == "figure.missing"]
    assert 40 <= len(missing) <= 53


def test_the_points_become_a_specification(bank: Bank) -> None:
    shown = bank.author.get(f"/api/bank/banks/{bank.id}/specification").json
    assert shown["derived"] and shown["points"] == 112
    roots = [node for node in shown["nodes"] if node["level"] == 1]
    assert [node["code"] for node in roots] == ["1", "2", "3", "4", "5"]
    assert sum(node["have"]["enrolled"] for node in roots) == 1371


def blueprint() -> dict[str, Any]:
    """A paper of 100 points over the five parts."""
    singles = {"1": 12, "2": 18, "3": 18, "4": 20, "5": 2}
    multiples = {"1": 5, "2": 4, "3": 3, "4": 3}
    cells = [{"area": area, "type": SINGLE, "count": count} for area, count in singles.items()]
    cells += [{"area": area, "type": MULTIPLE, "count": count} for area, count in multiples.items()]
    return {
        "name": "操作技术能力验证",
        "duration_s": 5400,
        "cut_score": "60",
        "total_points": "100",
        "sections": [
            {"type": SINGLE, "title": "单项选择题", "points_each": "1"},
            {"type": MULTIPLE, "title": "多项选择题", "points_each": "2"},
        ],
        "cells": cells,
        "max_overlap": 0,
        "max_per_point": 4,
    }


def test_three_forms_and_a_reserve_are_assembled_and_checked(bank: Bank) -> None:
    made = bank.assemble(blueprint(), 3, 1, "2025-10-01")
    assert made["state"] == "assembled", made["shortages"]
    assert [(form["name"], form["reserve"], form["items"]) for form in made["forms"]] == [
        ("A", False, 85),
        ("B", False, 85),
        ("C", False, 85),
        ("R1", True, 85),
    ]
    assert all(check["ok"] for form in made["forms"] for check in form["checks"])
    again = bank.assemble(blueprint(), 3, 1, "2025-10-01")
    assert [form["digest"] for form in again["forms"]] == [form["digest"] for form in made["forms"]]
    documents = approved_documents(bank, made["id"], form_documents)
    assert any(document.content["assets"] for document in documents)
    keys = Counter(key for document in documents for one in document.key["items"].values() for key in one["key"])
    assert min(keys.values()) > 60, "the bank's key always comes first; the shown one does not"
