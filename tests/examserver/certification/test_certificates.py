"""Certificates through the real application: numbers, documents, PDFs, the public's questions, an insider's traces."""

import json
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from sqlalchemy import delete, update

from examserver.certification.actions import certification_trust, issue_certificate
from examserver.certification.fsck import fsck
from examserver.certification.tables import CertificateRow
from examserver.certification.verify import verify_certificate
from examserver.grading.tables import ResultRow
from examserver.kernel.access import Actor, system_actor
from examserver.kernel.documents import read_document
from examserver.plumbing.work import open_work
from tests.examserver.authority import Authority, Graded, make_authority, ok, refused


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return make_authority(tmp_path)


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> tuple[Authority, str, bytes]:
    """An authority with one certificate, its number and its PDF, for tests that only look."""
    authority = make_authority(tmp_path_factory.mktemp("register"))
    number = issued(authority, authority.approved(1, names={1: "𬭎睿·阿依"}))[0]["number"]
    return authority, number, authority["certifier"].get(f"/api/authority/certificates/{number}/pdf").data


def issued(authority: Authority, graded: Graded) -> list[dict[str, Any]]:
    """Issue the certificates of a run and list them by number."""
    ok(authority["certifier"].post(f"/api/authority/runs/{graded.run}/certificates"))
    authority.world.run_jobs()
    listed = ok(authority["certifier"].get(f"/api/authority/certificates?run={graded.run}"))["certificates"]
    return sorted(listed, key=lambda one: str(one["number"]))


def document(authority: Authority, number: str) -> bytes:
    return authority["certifier"].get(f"/api/authority/certificates/{number}/document").data


def ask(authority: Authority, **question: Any) -> dict[str, Any]:
    return ok(authority.world.public().post("/api/public/verify", question))


def failures(authority: Authority) -> list[str]:
    with open_work(authority.runtime, system_actor("test"), write=False) as work:
        return [f"{check.name} {check.place}: {check.detail}" for check in fsck(work) if not check.ok]


def read_qr_of(pdf: bytes, scale: float = 2) -> str:
    image = pypdfium2.PdfDocument(pdf)[0].render(scale=scale).to_pil()
    found = zxingcpp.read_barcodes(image)
    return str(found[0].text) if found else ""


def test_only_passed_results_get_consecutive_22_character_numbers(authority: Authority) -> None:
    graded = authority.approved(5, {2: 3, 4: 0})
    listed = issued(authority, graded)
    assert [one["number"] for one in listed] == [f"S000033000123264{n:06d}" for n in (1, 2, 3)]
    assert all(one["printed"] and one["name_masked"].endswith("**") for one in listed)
    assert not failures(authority)


def test_certificates_wait_for_the_second_approval(authority: Authority) -> None:
    graded = authority.graded(2)
    ok(authority["first"].post(f"/api/authority/runs/{graded.run}/approvals"))
    path = f"/api/authority/runs/{graded.run}/certificates"
    refused(authority["certifier"].post(path), "run.not_graded")


def test_issuing_again_issues_nothing_new(authority: Authority) -> None:
    graded = authority.approved(3)
    assert issued(authority, graded) == issued(authority, graded)


def test_the_pdf_shows_everything_and_its_qr_code_reads_at_several_sizes(
    register: tuple[Authority, str, bytes],
) -> None:
    authority, number, pdf = register
    body = read_document(document(authority, number)).body
    text = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range()
    assert body["name"] == "𬭎睿·阿依"
    for said in (number, body["name"], body["document_masked"], "电工", "中级工（四级）", body["institution"]["name"]):
        assert said in text
    codes = {read_qr_of(pdf, scale) for scale in (1.2, 2, 3)}
    assert len(codes) == 1
    answer = ask(authority, qr=codes.pop())
    assert answer["valid"], answer


def test_pdf_document_and_qr_text_verify_as_files(register: tuple[Authority, str, bytes], tmp_path: Path) -> None:
    authority, number, pdf = register
    trust = certification_trust(authority.runtime)
    files = {"c.pdf": pdf, "c.cert.json": document(authority, number), "c.txt": read_qr_of(pdf).encode()}
    for name, data in files.items():
        path = tmp_path / name
        path.write_bytes(data)
        report = verify_certificate(path, trust, None)
        assert report.ok, report.failures()
        assert not verify_certificate(path, None, None).ok


def test_every_kind_of_tampering_shows_in_the_files(register: tuple[Authority, str, bytes], tmp_path: Path) -> None:
    authority, number, pdf = register
    trust = certification_trust(authority.runtime)
    said = document(authority, number)
    flipped = bytearray(pdf)
    flipped[len(pdf) // 3] ^= 1
    spoiled = {
        "flipped.pdf": bytes(flipped),
        "appended.pdf": pdf + b"\n%% more\n",
        "cut.pdf": pdf[: len(pdf) // 2],
        "score.json": said.replace(b'"theory_score":"10"', b'"theory_score":"99"'),
        "junk.txt": b"https://localhost/verify#abc.def",
    }
    for name, data in spoiled.items():
        path = tmp_path / name
        path.write_bytes(data)
        assert not verify_certificate(path, trust, None).ok, name


def test_every_flipped_byte_of_the_pdf_is_caught(register: tuple[Authority, str, bytes], tmp_path: Path) -> None:
    authority, _, pdf = register
    path, trust = tmp_path / "c.pdf", certification_trust(authority.runtime)
    for at in range(0, len(pdf), len(pdf) // 40):
        spoiled = bytearray(pdf)
        spoiled[at] ^= 0x20
        path.write_bytes(spoiled)
        assert not verify_certificate(path, trust, None).ok, at


def test_the_public_needs_number_and_name_and_sees_masked_data(register: tuple[Authority, str, bytes]) -> None:
    authority, number, _ = register
    name = read_document(document(authority, number)).body["name"]
    answer = ask(authority, number=f" {number.lower()} ", name=name)
    assert (answer["valid"], answer["state"]) == (True, "valid")
    shown = json.dumps(answer, ensure_ascii=False)
    assert name not in shown
    assert answer["certificate"]["document_masked"].count("*") == 10
    wrong_name = ask(authority, number=number, name="别人")
    wrong_number = ask(authority, number=number[:-1] + "9", name=name)
    assert wrong_name == wrong_number
    assert wrong_name["state"] == "unknown"
    refused(authority.world.public().post("/api/public/verify", {"number": number}), "certificate.question_incomplete")


def test_a_forged_qr_code_is_unknown(register: tuple[Authority, str, bytes]) -> None:
    authority, _, pdf = register
    body, _, signature = read_qr_of(pdf).rpartition("#")[2].partition(".")
    forged = body + "." + ("A" if signature[0] != "A" else "B") + signature[1:]
    answer = ask(authority, qr=forged)
    assert (answer["valid"], answer["certificate"]) == (False, None)
    refused(authority.world.public().post("/api/public/verify", {"qr": "hello"}), "certificate.qr_malformed")


def test_a_void_certificate_is_shown_void_by_number_and_by_qr(authority: Authority) -> None:
    number = issued(authority, authority.approved(2))[0]["number"]
    path = f"/api/authority/certificates/{number}/void"
    refused(authority["certifier"].post(path, {"reason": "伪造材料"}), "certificate.issuer_may_not_void")
    assert ok(authority["other_certifier"].post(path, {"reason": "伪造材料"}))["state"] == "void"
    refused(authority["other_certifier"].post(path, {"reason": "再次"}), "certificate.void_already")
    name = read_document(document(authority, number)).body["name"]
    text = read_qr_of(authority["certifier"].get(f"/api/authority/certificates/{number}/pdf").data)
    for answer in (ask(authority, number=number, name=name), ask(authority, qr=text)):
        assert (answer["valid"], answer["state"]) == (False, "void")
    assert not failures(authority)


def test_guessing_from_one_source_is_slowed_down_and_recorded(authority: Authority) -> None:
    number = issued(authority, authority.approved(1))[0]["number"]
    public = authority.world.public()
    codes = [public.post("/api/public/verify", {"number": number, "name": f"猜{n}"}).status_code for n in range(25)]
    assert codes.count(429) >= 10
    assert codes[0] == 200
    with open_work(authority.runtime, system_actor("test"), write=False) as work:
        from examserver.certification.tables import misses_of_number
        from examserver.grading.tables import audit_count

        assert misses_of_number(work.session, number, 0) == 10
        assert audit_count(work.session, "certificate.number_guarded", number) >= 1


def test_a_changed_score_never_becomes_a_certificate(authority: Authority) -> None:
    graded = authority.approved(2, {1: 3})
    with open_work(authority.runtime, system_actor("insider")) as work:
        work.session.execute(update(ResultRow).where(ResultRow.score == "3").values(score="9", passed=True))
    started = ok(authority["certifier"].post(f"/api/authority/runs/{graded.run}/certificates"))
    authority.world.run_jobs()
    job = ok(authority["certifier"].get(f"/api/authority/jobs/{started['job']}"))
    assert job["error"]["code"] == "certificate.result_altered"


def test_an_insiders_certificate_without_a_result_is_named(authority: Authority) -> None:
    number = issued(authority, authority.approved(2))[0]["number"]
    forged = number[:-1] + "7"
    with open_work(authority.runtime, system_actor("insider")) as work:
        row = work.session.get_one(CertificateRow, number)
        columns = {column.name: getattr(row, column.name) for column in CertificateRow.__table__.columns}
        columns |= {"number": forged, "name": "冒名者", "candidate": "cnd_x", "result": "res_x"}
        columns |= {"digest": "sha256:" + "1" * 64}
        work.session.add(CertificateRow(**columns))
    said = "\n".join(failures(authority))
    assert f"certificate_has_result certificate {forged}" in said
    assert f"certificate_logged certificate {forged}" in said
    assert "number_series" in said
    assert not ask(authority, number=forged, name="冒名者")["valid"]


def test_a_changed_name_and_a_deleted_certificate_are_named(authority: Authority) -> None:
    first, second = (one["number"] for one in issued(authority, authority.approved(2)))
    with open_work(authority.runtime, system_actor("insider")) as work:
        work.session.execute(update(CertificateRow).where(CertificateRow.number == first).values(name="改名"))
        work.session.execute(delete(CertificateRow).where(CertificateRow.number == second))
    said = "\n".join(failures(authority))
    assert f"certificate_row certificate {first} field name" in said
    assert f"certificate_present certificate {second}" in said
    assert not ask(authority, number=first, name="改名")["valid"]


def test_an_institution_out_of_scope_gets_no_certificate(authority: Authority) -> None:
    graded = authority.approved(1)
    path = f"/api/authority/institutions/{graded.plan['institution']['code']}/directory"
    ok(authority["admin"].post(path, {"state": "suspended", "occupations": [], "reason": "停业整顿"}))
    started = ok(authority["certifier"].post(f"/api/authority/runs/{graded.run}/certificates"))
    authority.world.run_jobs()
    job = ok(authority["certifier"].get(f"/api/authority/jobs/{started['job']}"))
    assert job["error"]["code"] == "institution.out_of_scope"


def test_a_result_of_an_unapproved_run_cannot_be_issued_directly(authority: Authority) -> None:
    graded = authority.graded(1)
    result = ok(authority["grader"].get(f"/api/authority/runs/{graded.run}/results"))["results"][0]["id"]
    with pytest.raises(Exception, match="not graded yet"):
        issue_certificate(authority.runtime, Actor("acc_x", "x", "staff"), result)


def test_a_name_no_font_can_print_stops_only_its_own_certificate(authority: Authority) -> None:
    graded = authority.approved(2, names={1: "甲\U0003134a"})
    ok(authority["certifier"].post(f"/api/authority/runs/{graded.run}/certificates"))
    authority.world.run_jobs()
    listed = ok(authority["certifier"].get(f"/api/authority/certificates?run={graded.run}"))["certificates"]
    assert sorted(one["printed"] for one in listed) == [False, True]
    number = next(one["number"] for one in listed if not one["printed"])
    refused(authority["certifier"].get(f"/api/authority/certificates/{number}/pdf"), "certificate.not_printed_yet")
