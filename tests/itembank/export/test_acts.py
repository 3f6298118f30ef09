"""An export is asked for with a purpose, made by a job, fetched by who asked; all of it stands in the audit chain."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from click.testing import CliRunner, Result
from pypdf import PdfReader
from sqlalchemy import select

from examserver.kernel.access import system_actor
from examserver.plumbing.shared_tables import SHARED
from examserver.plumbing.work import open_work
from itembank.commands import bank as bank_command
from itembank.exchange.mapping import read_mapping
from itembank.exchange.store import mapping_text
from itembank.exchange.template.examples import figures_archive
from itembank.exchange.template.workbook import template_workbook
from tests.itembank.bank import Bank, open_bank
from tests.kit import PASSWORD

PURPOSE = "送省级专家审定"


def filled(folder: Path) -> Bank:
    """A bank with the examples of the template: items of every type and a case."""
    bank = open_bank(folder)
    book = template_workbook(read_mapping(mapping_text("exam-workbook")))
    specified = bank.specify(book, "template.xlsx")
    assert specified.status_code == 200, specified.text
    bank.take(book, figures=figures_archive())
    return bank


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    """One bank for all reads of this file."""
    return filled(tmp_path_factory.mktemp("bank"))


def ask(bank: Bank, kind: str, **more: Any) -> Any:
    return bank.approver.post(f"/api/bank/banks/{bank.id}/exports", {"format": kind, "purpose": PURPOSE, **more})


def export(bank: Bank, kind: str, **more: Any) -> list[bytes]:
    """The files of a finished export."""
    asked = ask(bank, kind, **more)
    assert asked.status_code == 200, asked.text
    bank.world.run_jobs()
    job = bank.approver.get(f"/api/bank/jobs/{asked.json['job']}").json
    assert job["state"] == "done", job
    assert job["result"]["items"] == asked.json["items"]
    return [fetch(bank, asked.json["job"], part) for part in range(len(job["result"]["files"]))]


def fetch(bank: Bank, job: str, part: int) -> bytes:
    got = bank.approver.get(f"/api/bank/exports/{job}/files/{part}")
    assert got.status_code == 200, got.text
    named = got.headers["Content-Disposition"]
    assert named.isascii() and quote("电工四级题库") in named, "headers carry Latin-1 only"
    data: bytes = got.data
    return data


def entries(bank: Bank, action: str) -> list[dict[str, Any]]:
    runtime = bank.world.runtimes["bank"]
    table = SHARED["bank"].audit
    with open_work(runtime, system_actor("test"), write=False) as work:
        rows = work.session.execute(select(table.c.facts).where(table.c.action == action).order_by(table.c.seq))
        return [json.loads(facts) if isinstance(facts, str) else facts for (facts,) in rows]


def test_every_type_goes_from_bank_to_bank_and_leaves_again_the_same(bank: Bank, tmp_path: Path) -> None:
    (first,) = export(bank, "qti3")
    other = open_bank(tmp_path)
    other.specify(template_workbook(read_mapping(mapping_text("exam-workbook"))), "template.xlsx")
    checked = other.upload(first, "bank.zip")
    assert checked.status_code == 200, checked.text
    assert checked.json["faults"] == [], checked.json["faults"]
    accepted = other.author.post(f"/api/bank/imports/{checked.json['id']}/accept", {"take_good_rows": False})
    assert accepted.status_code == 200, accepted.text
    assert export(other, "qti3") == [first]


def test_the_workbook_goes_from_bank_to_bank_and_leaves_again_the_same(bank: Bank, tmp_path: Path) -> None:
    book, figures = export(bank, "xlsx")
    other = open_bank(tmp_path)
    assert other.specify(book, "book.xlsx").status_code == 200
    other.take(book, figures=figures)
    assert export(other, "xlsx") == [book, figures]


def test_what_left_is_in_the_audit_chain_with_purpose_count_and_digest(bank: Bank) -> None:
    export(bank, "qti3", filters={"type": "single_response"})
    made, fetched = entries(bank, "items.exported")[-1], entries(bank, "export.fetched")[-1]
    assert (made["purpose"], made["format"], made["keys"]) == (PURPOSE, "qti3", True)
    assert made["items"] >= 1 and made["files"] == [fetched["file"]]


def test_nobody_exports_without_a_purpose_or_the_permission(bank: Bank) -> None:
    assert ask(bank, "qti3", purpose=" ").status_code == 422
    assert ask(bank, "qti3", purpose="　　").json["code"] == "export.purpose_missing"
    for person in (bank.admin, bank.author, bank.reviewer):
        path = f"/api/bank/banks/{bank.id}/exports"
        refused = person.post(path, {"format": "qti3", "purpose": PURPOSE})
        assert refused.json["code"] == "denied.permission"


def test_only_who_asked_may_fetch_the_file(bank: Bank) -> None:
    asked = ask(bank, "qti3")
    early = bank.approver.get(f"/api/bank/exports/{asked.json['job']}/files/0")
    assert early.json["code"] == "export.gone"
    bank.world.run_jobs()
    other = bank.world.signed_in("bank", "second-approver", "item_approver")
    assert other.get(f"/api/bank/exports/{asked.json['job']}/files/0").json["code"] == "export.not_yours"


def test_filters_that_leave_nothing_are_told(bank: Bank) -> None:
    assert ask(bank, "xlsx", filters={"point": "Z"}).json["code"] == "export.nothing"


def test_without_keys_no_file_tells_an_answer(bank: Bank) -> None:
    (package,) = export(bank, "qti3", with_keys=False)
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert b"correct-response" not in b"".join(map(archive.read, archive.namelist()))
    book = export(bank, "xlsx", with_keys=False)[0]
    with_keys = export(bank, "xlsx")[0]
    assert len(book) < len(with_keys)
    (pages,) = export(bank, "pdf", with_keys=False)
    assert "答案：" not in "".join(page.extract_text() for page in PdfReader(io.BytesIO(pages)).pages)


def test_every_printed_page_names_its_reader_and_the_purpose(bank: Bank) -> None:
    (pages,) = export(bank, "pdf", with_keys=True)
    read = PdfReader(io.BytesIO(pages)).pages
    for number, page in enumerate(read, 1):
        said = page.extract_text()
        assert f"用途：{PURPOSE}" in said and f"第 {number} 页" in said
        assert said.count("Approver 20") > 10, "across the page"
    assert "答案：" in "".join(page.extract_text() for page in read)


def run(bank: Bank, *said: str) -> Result:
    return CliRunner().invoke(bank_command, list(said), obj=bank.world.settings)


def test_a_person_exports_on_the_command_line(bank: Bank, tmp_path: Path) -> None:
    assert bank.approver
    secret, out = tmp_path / "password", tmp_path / "items.xlsx"
    secret.write_text(PASSWORD)
    person = ("--login", "approver", "--password-file", str(secret), "--purpose", PURPOSE)
    done = run(bank, "export", str(out), "--format", "xlsx", *person, "--json")
    assert done.exit_code == 0, done.output
    shown = json.loads(done.output)
    assert [Path(each["path"]).name for each in shown["files"]] == ["items.xlsx", "items-figures.zip"]
    assert (shown["items"] == len(entries(bank, "items.exported")) and out.exists()) or shown["items"] > 10
    dry = run(bank, "import", str(out), "--figures", str(tmp_path / "items-figures.zip"), "--dry-run", "--json")
    assert json.loads(dry.output)["rejected"] == []
    refused = run(bank, "export", str(out), "--format", "qti3", "--login", "approver")
    assert refused.exit_code == 2
