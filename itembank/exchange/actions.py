"""Import in two steps: check a file against the bank and show every fault; take the good rows when the person says so.

Nothing goes in at the first step. The second re-reads the kept file against the bank of that moment and stops when
the report is no longer the one the person saw. What goes in keeps its origin: digest of the file, row. Small files are
dealt with at once, large ones by a job; either way everything of a file goes in within one transaction, or nothing.
"""

import time
from dataclasses import replace
from typing import Any

from sqlalchemy import func, select

from examserver.kernel.access import Actor
from examserver.kernel.canonical import digest, digest_of
from examserver.kernel.errors import ExamError
from examserver.plumbing.identity import offload
from examserver.plumbing.jobs import Progress, enqueue, job
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.work import Work, open_work
from itembank.exchange.check import BankFacts, CheckedImport, Fault, check_rows, examine, judge
from itembank.exchange.mapping import Mapping, read_mapping
from itembank.exchange.reading import (
    SHEET,
    Read,
    Submitted,
    UnknownLayout,
    default_mapping,
    format_of,
    read_file,
    recognised,
)
from itembank.exchange.refusals import (
    DECIDED,
    BankMoved,
    FaultsNotAccepted,
    ImportBusy,
    ImportDecided,
    ImportUnchecked,
    NoSpecification,
    NothingGood,
    NotYourImport,
)
from itembank.exchange.sheet import Book, UnreadableSheet
from itembank.exchange.store import (
    REFUSALS,
    Prepared,
    forget_files,
    is_light,
    keep_report,
    left_without_trace,
    mapping_text,
    mappings_for,
    prepare_rows,
    save_rows,
    searches_only_as_shipped,
    shipped_mappings,
    uploads,
)
from itembank.exchange.tables import (
    ACCEPTED,
    ACCEPTING,
    CHECKED,
    CHECKING,
    DISCARDED,
    UPLOADED,
    ImportRow,
    load_import,
    load_own_import,
)
from itembank.exchange.ticks import Pace, Tick, quiet
from itembank.items.content import read_content
from itembank.items.tables import ItemRow, ItemVersionRow, known_likenesses, load_bank
from itembank.quality.actions import entries_of_bank
from itembank.review.tables import closed_cases
from itembank.specs.actions import save_derived
from itembank.specs.reading import read_specification
from itembank.specs.tables import find_specification
from itembank.units.store import acting_for

CHECK_JOB, ACCEPT_JOB = "check_import", "accept_import"
AT_ONCE_ITEMS, AT_ONCE_ROWS = 5_000, 1_500
SHOWN_FAULTS, SHOWN_WARNINGS, KEPT_CELLS, KEPT_PAIRS = 2_000, 500, 2_000, 2_000


def choose_mapping(submitted: Submitted, saved: dict[str, str] | None = None) -> str:
    """The TOML text of the named mapping, or of the one whose headers the file has; raises UnknownLayout.

    `saved` are the mappings of a bank; without them those that ship with the system are tried.
    """
    texts = shipped_mappings() if saved is None else saved
    if submitted.mapping_text:
        return submitted.mapping_text
    if submitted.mapping:
        return texts[submitted.mapping] if submitted.mapping in texts else mapping_text(submitted.mapping)
    kind = format_of(submitted)
    if kind != SHEET:
        return default_mapping(kind)
    found = recognised(Book(submitted.data), map(read_mapping, texts.values()), submitted.sheet)
    if found is None:
        raise UnknownLayout(names=", ".join(texts))
    return texts[found.name]


def bank_facts(work: Work, bank_id: str, with_entries: bool) -> BankFacts:
    """What the bank of now holds; the entries for finding alike items are many and only read when asked for."""
    session = work.session
    query = (
        select(ItemRow.case_code, ItemVersionRow.content)
        .join(ItemVersionRow, ItemVersionRow.id == ItemRow.version_id)
        .where(ItemRow.bank_id == bank_id, ItemRow.case_code != "")
    )
    cases: dict[str, list[Any]] = {}
    for code, content in session.execute(query):
        cases.setdefault(code, []).append(read_content(content).case)
    entries = entries_of_bank(work, bank_id) if with_entries else []
    known = known_likenesses(session, bank_id)
    return BankFacts(find_specification(session, bank_id), known, entries, cases, closed_cases(work, bank_id))


def examine_alone(submitted: Submitted, mapping: Mapping, tick: Tick = quiet) -> tuple[Read, CheckedImport]:
    """Rows and report of a file by itself, against the specification sheet of the same workbook; needs no bank."""
    rule, specification = mapping.specification, None
    if rule.sheet and format_of(submitted) == SHEET:
        book = Book(submitted.data)
        if rule.sheet in book.names:
            specification = read_specification(book.read(rule.sheet, rule.header_row), rule.columns).specification
    read, report = _report(submitted, mapping, BankFacts(specification, []), tick)
    if specification is None and not rule.derive:
        zh, en = "没有细目表，鉴定点未核对", "There is no content specification here; points were not checked"
        report = replace(report, warnings=(Fault(0, "", "specification.absent", zh, en), *report.warnings))
    return read, report


def _points(bank: BankFacts) -> frozenset[str]:
    return frozenset(bank.specification.points) if bank.specification else frozenset()


def _report(submitted: Submitted, mapping: Mapping, bank: BankFacts, tick: Tick) -> tuple[Read, CheckedImport]:
    """Rows and report; no database is touched, so a native thread keeps the loop free for whoever else it serves."""

    def act() -> tuple[Read, CheckedImport]:
        read = read_file(submitted, mapping, _points(bank), tick)
        return read, check_rows(read, mapping, bank, tick)

    return offload(act)


def examine_against(work: Work, bank_id: str, submitted: Submitted, mapping: Mapping) -> tuple[Read, CheckedImport]:
    """The report on a file against the bank of now; writes nothing."""
    bank = bank_facts(work, bank_id, with_entries=True)
    if bank.specification is None and not mapping.specification.derive:
        raise NoSpecification()
    return _report(submitted, mapping, bank, quiet)


def report_digest(report: CheckedImport) -> str:
    """The name of a report: which rows are good, and what is wrong with the others."""
    faults = [[fault.row, fault.column, fault.code] for fault in report.faults]
    return digest_of({"good": [good.row for good in report.good], "faults": faults}, "exam.import-report", 2)


def keep_file(work: Work, bank_id: str, submitted: Submitted) -> ImportRow:
    """Keeps an uploaded file; it is neither read nor checked yet."""
    load_bank(work.session, bank_id)
    kind, vault = format_of(submitted), uploads(work.runtime)
    row = ImportRow(
        id=work.new_id("imp"), bank_id=bank_id, file_name=submitted.file_name[:200],
        file_digest=vault.put(submitted.data),
        figures_digest=vault.put(submitted.figures) if submitted.figures else "",
        format=kind, counts="row", mapping="", mapping_text="", sheet=submitted.sheet, rows=0, good=0, faulty=0,
        totals={}, faults=[], warnings=[], columns=[], corrections={}, report_digest="", report_file="", error={},
        state=UPLOADED, job_id="", by=work.actor.id, by_name=work.actor.name, unit=work.actor.scope or "",
        created_ms=work.now_ms, decided_ms=None, took_ms=0,
    )  # fmt: skip
    work.session.add(row)
    work.record("import.uploaded", row.id, bank=bank_id, file=row.file_digest, format=kind)
    return row


def submitted_of(work: Work, row: ImportRow) -> Submitted:
    """The kept file with everything said about it."""
    vault = uploads(work.runtime)
    figures = vault.get(row.figures_digest) if row.figures_digest else b""
    corrections = {int(number): cells for number, cells in row.corrections.items()}
    data = vault.get(row.file_digest)
    return Submitted(
        row.file_name, data, figures, row.mapping, row.sheet, row.format, row.mapping_text, corrections
    )  # fmt: skip


def check_file(work: Work, bank_id: str, submitted: Submitted) -> ImportRow:
    """Keeps a file and checks it under the named or recognised mapping; nothing goes into the bank."""
    load_bank(work.session, bank_id)
    text = choose_mapping(submitted, mappings_for(work.session, bank_id))
    row = keep_file(work, bank_id, submitted)
    with left_without_trace(work, row):
        return start_check(work, row, text, submitted.sheet)


def start_check(work: Work, row: ImportRow, text: str, sheet: str) -> ImportRow:
    """Checks a kept file under this mapping, at once or by a job."""
    mapping = read_mapping(text)
    row.mapping, row.mapping_text, row.sheet, row.error = mapping.name, text, sheet, {}
    submitted = submitted_of(work, row)
    held = work.session.scalar(select(func.count()).where(ItemRow.bank_id == row.bank_id)) or 0
    if is_light(submitted) and held <= AT_ONCE_ITEMS and searches_only_as_shipped(mapping):
        began = time.monotonic()
        _save_report(work, row, *examine_against(work, row.bank_id, submitted, mapping))
        row.took_ms = int((time.monotonic() - began) * 1000)
        return row
    row.state = CHECKING
    work.session.flush()
    row.job_id = enqueue(work, CHECK_JOB, {"import": row.id})
    return row


def demand_open(work: Work, row: ImportRow) -> None:
    """Raises unless the acting person may still decide about this import."""
    if row.state in (CHECKING, ACCEPTING):
        raise ImportBusy()
    if row.state not in (UPLOADED, CHECKED):
        raise ImportDecided(**DECIDED[row.state])
    if row.by != work.actor.id:
        raise NotYourImport(name=row.by_name)


def correct_rows(work: Work, import_id: str, changes: dict[int, dict[str, str]]) -> ImportRow:
    """Lays corrections over rows of the file and checks it again; the file and the origin of its rows stay."""
    row = load_own_import(work, import_id)
    demand_open(work, row)
    if not row.mapping_text:
        raise ImportUnchecked()
    laid = {str(number): {**row.corrections.get(str(number), {}), **cells} for number, cells in changes.items()}
    row.corrections = row.corrections | {number: cells for number, cells in laid.items() if cells}
    work.record("import.corrected", row.id, rows=len(changes))
    return start_check(work, row, row.mapping_text, row.sheet)


@job(CHECK_JOB, role="bank")
def run_check(runtime: RoleRuntime, payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Checks a large file and keeps its report; safe to run again."""
    import_id, began = payload["import"], time.monotonic()
    with open_work(runtime, _actor_of(runtime, import_id), write=False) as work:
        row = load_import(work.session, import_id)
        if row.state != CHECKING:
            return {"import": import_id, "state": row.state}
        submitted, mapping = submitted_of(work, row), read_mapping(row.mapping_text)
        bank = bank_facts(work, row.bank_id, with_entries=True)
    try:
        if bank.specification is None and not mapping.specification.derive:
            raise NoSpecification()
        read, report = _report(submitted, mapping, bank, Pace(progress))
    except Exception as error:
        _give_up(runtime, import_id, CHECKING, UPLOADED, error)
        raise
    with open_work(runtime, _actor_of(runtime, import_id)) as work:
        row = load_import(work.session, import_id)
        if row.state == CHECKING:
            _save_report(work, row, read, report)
            row.took_ms = int((time.monotonic() - began) * 1000)
        return {"import": import_id, "state": row.state, "rows": row.rows, "good": row.good}


def _actor_of(runtime: RoleRuntime, import_id: str) -> Actor:
    """The person who uploaded, with unit and permissions of now, as the job acts for them."""
    with runtime.database.transaction(write=False) as session:
        row = load_import(session, import_id)
        return acting_for(session, row.by, row.by_name)


def _give_up(runtime: RoleRuntime, import_id: str, where: str, back: str, error: Exception) -> None:
    """Puts an import back to where the person can decide again, with the reason."""
    told = error if isinstance(error, ExamError) else ExamError()
    with open_work(runtime, _actor_of(runtime, import_id)) as work:
        row = load_import(work.session, import_id)
        if row.state == where:
            row.state, row.error = back, {
                "code": told.code, "message_zh": told.text("zh"), "message_en": told.text("en"),
                "next_zh": told.next_step("zh"), "next_en": told.next_step("en"),
            }  # fmt: skip
            # A wrong sheet or header row is no reason to throw the upload away.
            if isinstance(error, REFUSALS) and not isinstance(error, UnreadableSheet):
                row.state, row.decided_ms = DISCARDED, work.now_ms
                forget_files(work, row)
            work.record("import.stopped", row.id, code=told.code)


def _save_report(work: Work, row: ImportRow, read: Read, report: CheckedImport) -> None:
    faults = [fault.as_json() for fault in report.faults]
    warnings = [warning.as_json() for warning in report.warnings]
    numbers = list(dict.fromkeys(fault.row for fault in report.faults))[:KEPT_CELLS]
    pairs = report.pairs.pairs
    whole = {
        "faults": faults,
        "warnings": warnings,
        "pairs": [pair.as_json() for pair in pairs[:KEPT_PAIRS]],
        "cells": {str(number): cells for number, cells in read.cells(numbers).items()},
    }
    row.report_file = keep_report(work.runtime, whole)
    row.faults, row.warnings = faults[:SHOWN_FAULTS], warnings[:SHOWN_WARNINGS]
    row.rows, row.good, row.faulty = report.rows, len(report.good), report.faulty_rows
    row.totals = {
        "faults": len(faults), "warnings": len(warnings), "duplicates": len(pairs) - len(report.conflicts),
        "conflicts": len(report.conflicts),
    }  # fmt: skip
    row.columns, row.counts, row.state = list(report.columns), read.counts, CHECKED
    row.report_digest = report_digest(report)
    facts = {"file": row.file_digest, "rows": row.rows, "good": row.good, "mapping": digest(row.mapping_text.encode())}
    work.record("import.checked", row.id, bank=row.bank_id, **facts)


def accept_import(work: Work, import_id: str, take_good_rows: bool) -> ImportRow:
    """Takes the good rows into the bank as drafts by this person, at once or by a job; raises why not."""
    row = load_own_import(work, import_id)
    demand_open(work, row)
    if row.state != CHECKED:
        raise ImportUnchecked()
    if row.faulty and not take_good_rows:
        raise FaultsNotAccepted(faulty=row.faulty, good=row.good)
    if not row.good:
        raise NothingGood()
    row.error = {}
    if row.rows <= AT_ONCE_ROWS and searches_only_as_shipped(read_mapping(row.mapping_text)):
        _take(work, row, _prepare(work, row, quiet))
        return row
    row.state = ACCEPTING
    work.session.flush()
    row.job_id = enqueue(work, ACCEPT_JOB, {"import": row.id})
    work.record("import.accepting", row.id, bank=row.bank_id)
    return row


@job(ACCEPT_JOB, role="bank")
def run_acceptance(runtime: RoleRuntime, payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Writes the good rows of a large file in one transaction; safe to run again."""
    import_id, pace = payload["import"], Pace(progress)
    with open_work(runtime, _actor_of(runtime, import_id), write=False) as work:
        row = load_import(work.session, import_id)
        if row.state != ACCEPTING:
            return {"import": import_id, "state": row.state}
        pace.expected = row.rows
    try:
        with open_work(runtime, _actor_of(runtime, import_id), write=False) as work:
            prepared = _prepare(work, load_import(work.session, import_id), pace)
        progress(60, "写入题库")
        with open_work(runtime, _actor_of(runtime, import_id)) as work:
            row = load_import(work.session, import_id)
            if row.state == ACCEPTING:
                _take(work, row, prepared)
            return {"import": import_id, "state": row.state, "items": row.good}
    except Exception as error:
        _give_up(runtime, import_id, ACCEPTING, CHECKED, error)
        raise


def _prepare(work: Work, row: ImportRow, tick: Tick) -> Prepared:
    """Everything that needs no lock: the file read again, every row looked at, the columns of its version made."""
    submitted, mapping = submitted_of(work, row), read_mapping(row.mapping_text)
    specification = find_specification(work.session, row.bank_id)
    points = frozenset(specification.points) if specification else frozenset[str]()
    read = offload(lambda: read_file(submitted, mapping, points, tick))
    examined = offload(lambda: examine(read, tick, with_doubts=False))
    return prepare_rows(work, row, read, mapping, examined, tick)


def _take(work: Work, row: ImportRow, prepared: Prepared) -> None:
    """Judges against the bank of this moment and writes; the caller's transaction holds all of it or nothing."""
    report = judge(prepared.read, prepared.examined, prepared.mapping, bank_facts(work, row.bank_id, False))
    if report_digest(report) != row.report_digest:
        raise BankMoved()
    rule = prepared.mapping.specification
    if rule.derive:
        points = [good.body.content.point for good in report.good]
        save_derived(work, row.bank_id, points, rule.separator, row.file_digest)
    save_rows(work, row, report.good, prepared)
    row.state, row.decided_ms = ACCEPTED, work.now_ms
    work.record("import.accepted", row.id, bank=row.bank_id, items=len(report.good), left_out=row.faulty)


def discard_import(work: Work, import_id: str) -> ImportRow:
    """Nothing of the file goes in."""
    row = load_own_import(work, import_id)
    demand_open(work, row)
    row.state, row.decided_ms = DISCARDED, work.now_ms
    work.record("import.discarded", row.id, bank=row.bank_id)
    return row
