"""The printed certificate carries its document: both verifiers find it there, and neither takes an altered one."""

import re
import shutil
import zlib
from pathlib import Path

import pytest

from examserver.certification.pades import sign_pdf
from examserver.certification.render import STYLES, page_of, prepare_fonts, print_certificate
from examserver.kernel.crypto.keys import SigningKey
from examserver.plumbing.fonts import load_fonts
from tests.vectors import example_paper as paper
from tests.vectors import example_results as results
from tests.vectors.make_examples import FOLDER
from tests.verify.independent_kinds import embedded
from tests.verify.test_independent import verdicts


@pytest.fixture(scope="module")
def pdf() -> bytes:
    page = page_of(results.certificate_body(), results.certificate_qr().decode())
    fonts = prepare_fonts([page], {style: load_fonts(style) for style in STYLES})
    printed = print_certificate(page, fonts, results.certificate())
    return sign_pdf(printed, SigningKey(paper.signing("authority")), paper.AUTHORITY, "职业技能等级证书")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(FOLDER, tmp_path / "example")
    return tmp_path / "example"


def test_both_find_and_accept_the_document_inside(folder: Path, pdf: bytes) -> None:
    (folder / "certificate.pdf").write_bytes(pdf)
    assert embedded(pdf) == results.certificate()
    assert verdicts(folder / "certificate.pdf", []) == ("", "")


def test_a_pdf_with_another_document_inside_is_refused_by_both(folder: Path, pdf: bytes) -> None:
    changed = pdf
    for piece in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            plain = zlib.decompress(piece)
        except zlib.error:
            continue
        if plain == results.certificate():
            altered = zlib.compress(plain.replace(b'"theory_score":"3"', b'"theory_score":"9"'), 9)
            changed = pdf.replace(piece, altered + b"\0" * (len(piece) - len(altered)))
    if changed == pdf:
        changed = pdf.replace(b'"theory_score":"3"', b'"theory_score":"9"')
    assert changed != pdf
    (folder / "certificate.pdf").write_bytes(changed)
    ours, other = verdicts(folder / "certificate.pdf", [])
    assert ours and other


def test_something_added_to_the_pdf_is_noticed(folder: Path, pdf: bytes) -> None:
    (folder / "certificate.pdf").write_bytes(pdf + b"\n1 0 obj\n<<>>\nendobj\n")
    ours, _ = verdicts(folder / "certificate.pdf", [])
    assert "pdf_whole" in ours
