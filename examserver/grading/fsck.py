"""Decides whether the stored scores are those the sealed answers give, for the daily check and any auditor.

Source: an insider may change a row, never the sealed record, the sealed keys or their signatures. Every run is
computed again from those, and every stored field that differs is named with the value expected.
"""

import json
from collections.abc import Iterator

from examserver.grading.actions import approvals_needed, graded_bodies, grading_vault
from examserver.grading.marking.fsck import check_marks
from examserver.grading.tables import (
    ResultRow,
    RunRow,
    all_records,
    all_runs,
    approvals_of,
    leaf_bodies,
    orphan_results,
    results_of,
)
from examserver.grading.trace import result_digest
from examserver.kernel.canonical import digest
from examserver.kernel.checks import Check
from examserver.kernel.documents import check_signatures, read_document
from examserver.kernel.errors import ExamError, Json
from examserver.plumbing.trust import trust_of
from examserver.plumbing.work import Work

COLUMNS = ("run", "sitting", "session", "ticket", "candidate", "score", "max", "passed")


def fsck(work: Work) -> list[Check]:
    """Recompute every graded run and name every stored value that differs."""
    checks = [check for row in all_records(work.session) for check in _check_file(work, row.sitting, row.digest)]
    for run in reversed(all_runs(work.session)):
        if run.state != "queued":
            checks += _checked(work, run)
    checks += check_marks(work)
    for row in orphan_results(work.session):
        checks.append(Check("result_has_run", False, f"run {row.run} does not exist", f"result {row.id}"))
    return checks or [Check("results_recomputed", True, "no results yet")]


def _check_file(work: Work, sitting: str, wanted: str) -> Iterator[Check]:
    """Whether the sealed record is still the one that was imported."""
    logged = {body.get("digest") for body in leaf_bodies(work.session, "record")}
    yield Check("record_logged", wanted in logged, f"digest {wanted}", f"record of sitting {sitting}")
    try:
        grading_vault(work.runtime).get(wanted)
    except ExamError as error:
        yield Check("record_file", False, error.text("en"), f"record of sitting {sitting}")


def _checked(work: Work, run: RunRow) -> list[Check]:
    """All checks of one run; an unreadable record or key package is a failed check."""
    found = [*_sheet_faults(work, run), *_approval_faults(work, run)]
    try:
        expected = {body["ticket"]: body for body, _ in graded_bodies(work.runtime, run)}
    except ExamError as error:
        return [*found, Check("run_recomputed", False, error.text("en"), f"run {run.id}")]
    found += _result_faults(work, run, expected)
    detail = f"{len(expected)} results recomputed from record {run.record_digest} and keys {run.key_package_digest}"
    return found or [Check("results_recomputed", True, detail, f"run {run.id}")]


def _result_faults(work: Work, run: RunRow, expected: dict[str, Json]) -> list[Check]:
    """Rows that are missing, extra, or say something else than the sealed answers."""
    rows = {row.ticket: row for row in results_of(work.session, run.id)}
    found = [_fault(run, ticket, "row", "none", "a result") for ticket in sorted(set(expected) - set(rows))]
    found += [_fault(run, ticket, "row", "a result", "none") for ticket in sorted(set(rows) - set(expected))]
    for ticket in sorted(set(rows) & set(expected)):
        found += _row_faults(work, run, rows[ticket], expected[ticket] | {"result": rows[ticket].id})
    passed = sum(1 for body in expected.values() if body["passed"])
    if (run.graded, run.passed) != (len(expected), passed):
        found.append(_fault(run, "all", "counts", f"{run.graded}/{run.passed}", f"{len(expected)}/{passed}"))
    return found


def _row_faults(work: Work, run: RunRow, row: ResultRow, expected: Json) -> Iterator[Check]:
    """What one row says otherwise than expected, column by column, then inside its signed document."""
    for column in COLUMNS:
        if getattr(row, column) != expected[column]:
            yield _fault(run, row.ticket, column, getattr(row, column), expected[column])
    if row.digest != result_digest(expected):
        yield _fault(run, row.ticket, "digest", row.digest, result_digest(expected))
    try:
        document = read_document(row.document.encode(), "exam.result")
    except ExamError as error:
        yield _fault(run, row.ticket, "document", error.text("en"), "a signed result")
        return
    for name in sorted({*document.body, *expected}):
        if document.body.get(name) != expected.get(name):
            yield _fault(run, row.ticket, f"document.{name}", document.body.get(name), expected.get(name))
    failed = [one for one in check_signatures(document, trust_of(work), {"authority"}) if not one.ok]
    yield from (_fault(run, row.ticket, "document.signature", one.detail, "a valid signature") for one in failed)


def _sheet_faults(work: Work, run: RunRow) -> Iterator[Check]:
    """Whether the signed sheet is the one in the log and lists exactly the stored results."""
    place = f"run {run.id} sheet"
    if run.sheet is None or digest(run.sheet.encode()) != run.sheet_digest:
        yield Check("sheet_digest", False, f"stored digest {run.sheet_digest}", place)
        return
    logged = {body.get("digest") for body in leaf_bodies(work.session, "run")}
    if run.sheet_digest not in logged:
        yield Check("sheet_logged", False, f"no log entry about {run.sheet_digest}", place)
    document = read_document(run.sheet.encode(), "exam.result-sheet")
    yield from (one for one in check_signatures(document, trust_of(work), {"authority"}) if not one.ok)
    listed = {one["ticket"]: one["result_digest"] for one in document.body["results"]}
    for row in results_of(work.session, run.id):
        if listed.get(row.ticket) != row.digest:
            yield _fault(run, row.ticket, "sheet", row.digest, listed.get(row.ticket))


def _approval_faults(work: Work, run: RunRow) -> Iterator[Check]:
    """Whether an approved run has its approvals, by distinct persons other than the grader, and in the log."""
    present, place = approvals_of(work.session, run.id), f"run {run.id} approvals"
    if run.requested_by in {one.account for one in present}:
        yield Check("approver_not_grader", False, "the grader approved", place)
    needed = approvals_needed(work, run)
    if run.state == "approved" and len(present) < needed:
        yield Check("approvals_complete", False, f"{len(present)} approvals of {needed}", place)
    bodies = leaf_bodies(work.session, "approval")
    logged = sum(1 for body in bodies if body.get("run") == run.id and body.get("digest") == run.sheet_digest)
    if logged != len(present):
        yield Check("approvals_logged", False, f"{logged} log entries, {len(present)} approvals", place)


def _fault(run: RunRow, ticket: str, field: str, stored: object, expected: object) -> Check:
    place = f"run {run.id} ticket {ticket} field {field}"
    return Check(
        "result_recomputed", False, f"stored {_short(stored)}, the sealed record gives {_short(expected)}", place
    )


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 120 else f"{text[:117]}..."
