"""Printed papers: every word of the form stands in the booklet, nothing of the key does, each copy bears its mark."""

import os
import re
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from click.testing import CliRunner, Result

from examserver.cli import exam
from examserver.kernel.access import system_actor
from examserver.kernel.archive import read_archive
from examserver.kernel.canonical import b64u
from examserver.kernel.crypto.keys import KeyPair
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.documents import sign_document
from examserver.plumbing.audit_store import read_events
from examserver.plumbing.fonts import load_fonts
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.trust import trust_key
from examserver.plumbing.work import open_work
from itembank.assembly.content import FormDocument
from itembank.items.content import html_block, text_block
from itembank.papers.manifest import MANIFEST_NAME, read_manifest
from itembank.papers.printing.actions import KeysTooEarly, OnePersonPrints
from itembank.papers.printing.answer_sheet import signs_of
from itembank.papers.printing.markup import inline, parse_fragment
from itembank.papers.printing.paper import print_form, print_marking_key
from itembank.papers.sealing import seal_paper
from tests.every_type import BODIES
from tests.itembank.papers.build import custodian_of, facts, forms_to_seal
from tests.itembank.test_form_documents import OWN, built
from tests.kit import PASSWORD, make_world

RARE = "𠮷𬭎囍"
MATH = (
    "<math><msup><mi>x</mi><mn>2</mn></msup><mo>=</mo><mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow>"
    "<msqrt><mi>c</mi></msqrt></mfrac></math>"
)
SOURCES = {style: load_fonts(style) for style in ("regular", "bold")}
MARKS = ["K7Q-2MX-001", "P3T-9WE-002"]


@pytest.fixture(scope="module")
def document() -> FormDocument:
    """A form of every type whose first item also has a rare character and a formula."""
    own = OWN["T-01"]
    stem = (*own.content.stem, text_block(f"姓名{RARE}"), html_block(f"<p>当 {MATH} 时</p>"))
    kept = OWN["T-01"]
    OWN["T-01"] = replace(own, content=replace(own.content, stem=stem))
    try:
        return built("print")
    finally:
        OWN["T-01"] = kept


@pytest.fixture(scope="module")
def printed(document: FormDocument) -> bytes:
    return print_form("ppr_1", "电工四级 2026 年第 12 批", document.content, MARKS, SOURCES)


def pages(pdf: bytes) -> list[str]:
    """The text of each page without white space."""
    document = pypdfium2.PdfDocument(pdf)
    return ["".join(page.get_textpage().get_text_range().split()) for page in document]


def words_of(document: FormDocument) -> list[str]:
    """Every text of a form: stems, options, targets, gap options, the case."""
    found: list[str] = []

    def walk(value: object) -> None:
        if isinstance(value, dict):
            found.extend(str(value[name]) for name in ("text", "html") if name in value)
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(document.content["sections"])
    walk(document.content.get("cases", {}))
    return found


def bare(text: str) -> str:
    plain = re.sub(r"<[^<>]*>", "", inline(parse_fragment(text)).replace("<br/>", "")) if "<" in text else text
    return "".join(re.sub(r"\{\{\d+\}\}", "|", plain).split())


def test_every_word_of_the_form_is_in_the_booklet_rare_characters_and_formulas_too(
    document: FormDocument, printed: bytes
) -> None:
    text = "".join(pages(printed))
    missing = [part for word in words_of(document) for part in bare(word).split("|") if part and part not in text]
    rows = [one for one in missing if "载流量" not in one]  # a table's cells stand apart on the page
    assert not rows, rows
    for part in (RARE, "x2=(a+b)/√(c)", "载流量", "25A", "提示音"):
        assert part in text, part


def test_the_paper_tells_neither_codes_nor_the_key(document: FormDocument, printed: bytes) -> None:
    text = "".join(pages(printed))
    assert not [body.content.code for body in BODIES if body.content.code in text]
    key = print_marking_key("电工四级", "A", document.key, "张三、李四", SOURCES)
    marking = "".join(pages(key))
    for word in ("试电笔或电笔", "相对±0.02", "圆(300,150,42)", "评分细则", "张三、李四"):
        assert word in marking and word not in text, word
    right = next(one for one in document.key["items"].values() if one["code"] == "T-04")
    assert "→".join(right["key"]) in marking


def test_every_page_of_a_copy_bears_its_mark_and_counts_its_own_part(printed: bytes) -> None:
    found = [page for page in pages(printed) if "此页无正文" not in page]
    half = len(found) // 2
    for mark, own in zip(MARKS, (found[:half], found[half:]), strict=True):
        assert all(mark in page for page in own)
        booklet = [page for page in own if "答题卡第" not in page]
        assert [f"第{n}页共{len(booklet)}页" in page for n, page in enumerate(booklet, 1)] == [True] * len(booklet)
    assert found[0] != found[half] and found[0].replace(MARKS[0], "") == found[half].replace(MARKS[1], "")


def test_an_answer_sheet_names_paper_form_copy_and_page_in_its_code(printed: bytes) -> None:
    document = pypdfium2.PdfDocument(printed)
    first = next(n for n, text in enumerate(pages(printed)) if "答题卡第1页" in text)
    picture = document[first].render(scale=3).to_pil()
    codes = [one.text for one in zxingcpp.read_barcodes(picture)]
    assert codes == [f"EXAMPAPER:1:ppr_1:frm_1:{MARKS[0]}:1"]


def test_every_item_has_its_place_on_the_answer_sheet(document: FormDocument, printed: bytes) -> None:
    sheet = "".join(text for text in pages(printed) if "答题卡第" in text)
    assert all(str(number) in sheet for number in range(1, len(BODIES) + 1))
    item = next(one for part in document.content["sections"] for one in part["items"] if one["type"] == "true_false")
    assert signs_of(item) == ["对", "错"]


def an_order(runtime: RoleRuntime, package: bytes, starts_ms: int) -> bytes:
    """A sitting order of this authority for the paper, an hour and a half long."""
    manifest = read_manifest(read_archive(package)[MANIFEST_NAME])
    body = {"starts_ms": starts_ms, "duration_s": 5400, "papers": [{"manifest_digest": manifest.digest}]}
    return sign_document(body, "exam.sitting-order", 1, [Signer("authority", "省中心", runtime.keys.signing)])


def test_the_marking_key_is_printed_by_two_of_the_authority_and_by_nobody_else(tmp_path: Path) -> None:
    world = make_world(tmp_path / "data", roles=("authority",))
    runtime = world.runtimes["authority"]
    for login in ("甲", "乙"):
        world.signed_in("authority", login, "grading_officer")
    bank = KeyPair.generate()
    with open_work(runtime, system_actor("test")) as work:
        trust_key(work, "bank", "省级题库", b64u(bank.signing.public_raw), None)
    pairs = [KeyPair.generate() for _ in range(2)]
    people = [custodian_of(n, pair) for n, pair in enumerate(pairs)]
    signer, grading = Signer("bank", "省级题库", bank.signing), runtime.keys.sealing.public_raw
    sealed = seal_paper(facts(2), forms_to_seal(), people, grading, signer, os.urandom)
    (tmp_path / "p.paper.zip").write_bytes(sealed.package)
    (tmp_path / "p.keys.json").write_bytes(sealed.keys)
    (tmp_path / "secret").write_text(PASSWORD)
    (tmp_path / "p.order.json").write_bytes(an_order(runtime, sealed.package, runtime.clock.now_ms() - 7_200_000))
    (tmp_path / "early.order.json").write_bytes(an_order(runtime, sealed.package, runtime.clock.now_ms() - 600_000))

    def run(*logins: str, order: str = "p.order.json") -> Result:
        asked = ["--keys", "p.keys.json", "--package", "p.paper.zip", "--order", order, "--out", "m.pdf"]
        words = ["--data", str(tmp_path / "data"), "paper", "marking-key", "--form", "A"]
        words += [one if one.startswith("--") else str(tmp_path / one) for one in asked]
        for login in logins:
            words += ["--login", login, "--password-file", str(tmp_path / "secret")]
        return CliRunner().invoke(exam, words)

    assert isinstance(run("甲", "甲").exception, OnePersonPrints)
    assert isinstance(run("甲", "乙", order="early.order.json").exception, KeysTooEarly), "the sitting still runs"
    done = run("甲", "乙")
    assert done.exit_code == 0, (done.output, done.exception)
    assert "评分标准" in "".join(pages((tmp_path / "m.pdf").read_bytes()))
    with open_work(runtime, system_actor("test"), write=False) as work:
        said = [event for event in read_events(work.session, "authority") if event.action == "marking_key.printed"]
    assert [len(event.facts["persons"]) for event in said] == [1 + 1]
