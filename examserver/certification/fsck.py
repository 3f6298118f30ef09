"""Decides whether every certificate in the register was issued by the rules, for the daily check and any auditor.

Source: an insider may insert, change or delete rows, but cannot sign a document, cannot add to the published log, and
cannot make a passed result. Whatever lacks one of these is named with its number and field.
"""

import json
from collections.abc import Iterator

from examserver.certification.actions import certificate_vault, certification_trust
from examserver.certification.number import series_faults
from examserver.certification.record import certificate_digest
from examserver.certification.tables import CertificateRow, all_certificates, all_series, leaf_text
from examserver.grading.tables import ResultRow, RunRow, leaf_bodies
from examserver.kernel.checks import Check
from examserver.kernel.documents import check_signatures, read_document
from examserver.kernel.errors import ExamError, Json
from examserver.plumbing.work import Work

COLUMNS = (
    "number", "name", "document_masked", "occupation_code", "occupation_name", "level", "theory_score", "issued_on",
    "run", "plan",
)  # fmt: skip


def fsck(work: Work) -> list[Check]:
    """Every fault of the register, or one passed check."""
    rows = all_certificates(work.session)
    found = [check for row in rows for check in _row_faults(work, row)]
    found += [
        Check("number_series", False, what, f"certificates {series}")
        for series, what in series_faults([row.number for row in rows], all_series(work.session))
    ]
    found += list(_log_faults(work, {row.number: row for row in rows}))
    return found or [
        Check("certificates", True, f"{len(rows)} certificates with result, approval, log entry and number")
    ]


def _row_faults(work: Work, row: CertificateRow) -> Iterator[Check]:
    place = f"certificate {row.number}"
    try:
        document = read_document(row.document.encode(), "exam.certificate")
    except ExamError as error:
        yield Check("certificate_document", False, error.text("en"), f"{place} field document")
        yield from _result_faults(work, row)
        return
    checks = check_signatures(document, certification_trust(work.runtime), {"certification"})
    yield from (Check("certificate_signature", False, one.detail, place) for one in checks if not one.ok)
    yield from _column_faults(row, document.body)
    yield from _result_faults(work, row)
    yield from _leaf_faults(work, row)
    yield from _pdf_faults(work, row)


def _column_faults(row: CertificateRow, body: Json) -> Iterator[Check]:
    """Columns that say something else than the signed document."""
    said = {name: body.get(name) for name in COLUMNS}
    said |= {"code13": body["institution"]["code13"], "institution_name": body["institution"]["name"]}
    said |= {"digest": certificate_digest(body)}
    for name, expected in said.items():
        if getattr(row, name) != expected:
            detail = f"stored {getattr(row, name)}, signed {expected}"
            yield Check("certificate_row", False, detail, f"certificate {row.number} field {name}")


def _result_faults(work: Work, row: CertificateRow) -> Iterator[Check]:
    """A certificate needs a passed result in an approved run."""
    place = f"certificate {row.number} result {row.result}"
    result, run = work.session.get(ResultRow, row.result), work.session.get(RunRow, row.run)
    if result is None:
        yield Check("certificate_has_result", False, "there is no such result", place)
        return
    if not result.passed or result.candidate != row.candidate or result.run != row.run:
        yield Check(
            "certificate_has_result", False, "the result is another candidate's, another run's, or failed", place
        )
    if run is None or run.state != "approved":
        yield Check("certificate_approved", False, f"run {row.run} is not approved", place)


def _leaf_faults(work: Work, row: CertificateRow) -> Iterator[Check]:
    """The log entry the row points at speaks of this certificate."""
    text = leaf_text(work.session, row.leaf) or ""
    try:
        said = json.loads(text.partition("\n")[2])["body"]["digest"]
    except (ValueError, KeyError, TypeError):
        said = "nothing"
    if said != row.digest:
        detail = f"log entry {row.leaf} speaks of {said}, not of {row.digest}"
        yield Check("certificate_logged", False, detail, f"certificate {row.number}")


def _pdf_faults(work: Work, row: CertificateRow) -> Iterator[Check]:
    """The printed file is still the one that was printed."""
    if row.pdf_digest is None:
        return
    try:
        certificate_vault(work.runtime).get(row.pdf_digest)
    except ExamError as error:
        yield Check("certificate_pdf", False, error.text("en"), f"certificate {row.number}")


def _log_faults(work: Work, rows: dict[str, CertificateRow]) -> Iterator[Check]:
    """What the log says was issued or voided is so in the register, and the other way round."""
    for body in leaf_bodies(work.session, "certificate"):
        if body.get("number") not in rows:
            detail = f"issued with digest {body.get('digest')}, but not in the register"
            yield Check("certificate_present", False, detail, f"certificate {body.get('number')}")
    logged = {str(body.get("number")) for body in leaf_bodies(work.session, "void")}
    void = {number for number, row in rows.items() if row.state == "void"}
    for number in sorted(logged ^ void):
        detail = (
            "voided in the log, not in the register" if number in logged else "void in the register, not in the log"
        )
        yield Check("certificate_void", False, detail, f"certificate {number} field state")
