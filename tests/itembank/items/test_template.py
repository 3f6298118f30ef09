"""The template is made from the layout, holds one good item of every type, and imports without a fault."""

import json
from pathlib import Path

from click.testing import CliRunner
from openpyxl import load_workbook

from itembank.commands import bank as bank_command
from itembank.exchange.mapping import read_mapping
from itembank.exchange.template.explanations import COLUMNS
from itembank.items.kinds import ITEM_TYPES

LAYOUT = read_mapping(Path("config/mappings/exam-workbook.toml").read_text("utf-8"))


def test_the_template_imports_clean_and_shows_every_type(tmp_path: Path) -> None:
    out = tmp_path / "template.xlsx"
    made = CliRunner().invoke(bank_command, ["template", str(out)])
    assert made.exit_code == 0, made.output
    figures = tmp_path / "template-figures.zip"
    tried = CliRunner().invoke(bank_command, ["import", str(out), "--figures", str(figures), "--dry-run", "--json"])
    assert tried.exit_code == 0, tried.output
    report = json.loads(tried.output)
    assert (report["rejected"], report["rows"], report["accepted"]) == ([], 15, 15)
    types = {LAYOUT.types[row[2]] for row in load_workbook(out)["试题"].iter_rows(min_row=2, values_only=True)}
    assert types == set(ITEM_TYPES)


def test_a_picture_that_did_not_come_along_is_the_only_fault_of_its_row(tmp_path: Path) -> None:
    out = tmp_path / "t.xlsx"
    assert CliRunner().invoke(bank_command, ["template", str(out)]).exit_code == 0
    told = json.loads(CliRunner().invoke(bank_command, ["import", str(out), "--dry-run", "--json"]).output)
    faulty = [fault["row"] for fault in told["rejected"]]
    assert len(faulty) == len(set(faulty)) >= 3, "hotspot, drawing, sound"
    assert {fault["code"] for fault in told["rejected"]} == {"figure.missing"}


def test_a_digest_written_into_a_cell_is_no_picture(tmp_path: Path) -> None:
    out = tmp_path / "t.xlsx"
    assert CliRunner().invoke(bank_command, ["template", str(out)]).exit_code == 0
    book = load_workbook(out)
    sheet = book["试题"]
    for row in range(3, sheet.max_row + 1):
        sheet.cell(row, 1, f"X-{row}")
    sheet["D2"] = f'[[富文本]]\n<p>见图 <img src="sha256:{"a" * 64}" alt="图"></p>'
    book.save(out)
    tried = CliRunner().invoke(
        bank_command, ["import", str(out), "--figures", str(tmp_path / "t-figures.zip"), "--dry-run", "--json"]
    )
    codes = {fault["row"]: fault["code"] for fault in json.loads(tried.output)["rejected"] if fault["row"] == 2}
    assert codes == {2: "figure.missing"}


def test_every_column_of_the_layout_is_in_the_template_and_explained(tmp_path: Path) -> None:
    out = tmp_path / "t.xlsx"
    assert CliRunner().invoke(bank_command, ["template", str(out)]).exit_code == 0
    book = load_workbook(out)
    headers = {cell.value for cell in book["试题"][1]}
    assert headers == LAYOUT.columns.all()
    told = {row[0] for row in book["填写说明"].iter_rows(min_row=2, values_only=True)}
    assert told >= headers - set(LAYOUT.columns.options[1:])
    assert all(zh and en for zh, en in COLUMNS.values())


def test_a_template_that_is_no_workbook_is_refused_with_the_right_name(tmp_path: Path) -> None:
    refused = CliRunner().invoke(bank_command, ["template", str(tmp_path / "t.csv")])
    assert refused.exit_code == 2 and "t.xlsx" in refused.output
