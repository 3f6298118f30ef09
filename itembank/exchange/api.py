"""Endpoints of imports: upload and check, look at faults and alike items, correct, accept or discard."""

import csv
import io
from dataclasses import replace

from examserver.kernel.access import Actor, Permit
from examserver.kernel.errors import Missing
from examserver.plumbing.contract import FileAnswer, Files, endpoint
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.work import Work, open_work
from itembank.exchange import actions
from itembank.exchange.actions import choose_mapping
from itembank.exchange.archive import RefusedArchive
from itembank.exchange.figures import RefusedFigures
from itembank.exchange.formats.refusals import UnreadableFile
from itembank.exchange.formats.registry import UnknownFormat
from itembank.exchange.mapping import MalformedMapping
from itembank.exchange.reading import HeadersMissing, Submitted, UnknownLayout
from itembank.exchange.refusals import (
    BankMoved,
    FaultsNotAccepted,
    ImportBusy,
    ImportDecided,
    ImportUnchecked,
    NoSpecification,
    NothingGood,
    NotYourImport,
)
from itembank.exchange.schemas import (
    AcceptRequest,
    CellView,
    CorrectionRequest,
    FaultView,
    ImportForm,
    ImportList,
    ImportView,
    PairPage,
    PairsQuery,
    PairView,
    RowView,
    import_view,
)
from itembank.exchange.sheet import UnreadableSheet
from itembank.exchange.store import NoSuchMapping, load_report, mappings_for
from itembank.exchange.tables import ImportRow, NoSuchImport, load_own_import, own_imports_of
from itembank.items.tables import NoSuchBank, load_bank
from itembank.specs.api import FileExpected, uploaded
from itembank.units.store import purpose_of

PAGE_SIZE = 20
MOST_UPLOADED = 240 * 2**20
CHECK_ERRORS = (
    UnreadableSheet,
    UnreadableFile,
    RefusedArchive,
    RefusedFigures,
    UnknownFormat,
    UnknownLayout,
    MalformedMapping,
    HeadersMissing,
    NoSpecification,
    NoSuchMapping,
)


class NoSuchRow(Missing):
    """The report keeps no cells of this row: it is sound, or one of too many faulty ones."""

    code = "import.row_missing"
    next_zh = "只有前 2,000 个有问题的行可以在此改正，其余请在原文件中修改"
    next_en = "Only the first 2,000 faulty rows can be corrected here; mend the others in the file"


@endpoint(
    "POST",
    "/api/bank/banks/{bank_id}/imports",
    role="bank",
    access=Permit("items.import"),
    answer=ImportView,
    errors=(NoSuchBank, FileExpected, *CHECK_ERRORS),
    summary="Check a file of items (and a zip of figures); large ones by a job; nothing goes in yet",
    multipart=True,
    hot=True,
    max_bytes=MOST_UPLOADED,
)
def check_import_file(runtime: RoleRuntime, actor: Actor, bank_id: str, files: Files, form: ImportForm) -> ImportView:
    """The report with every fault, or the job that makes it."""
    data = uploaded(files, "file")
    figures = files["figures"].data if "figures" in files else b""
    submitted = Submitted(files["file"].name, data, figures, form.mapping, form.sheet, form.format)
    with open_work(runtime, actor, write=False) as work:
        load_bank(work.session, bank_id)
        known = replace(submitted, mapping_text=choose_mapping(submitted, mappings_for(work.session, bank_id)))
    with open_work(runtime, actor) as work:
        return import_view(actions.check_file(work, bank_id, known))


@endpoint(
    "GET",
    "/api/bank/banks/{bank_id}/imports",
    role="bank",
    access=Permit("items.read"),
    answer=ImportList,
    errors=(NoSuchBank,),
    summary="The imports of a bank",
)
def list_imports(work: Work, bank_id: str) -> ImportList:
    """Newest first, without their faults: those of one's own unit, or all for the authority's own people."""
    load_bank(work.session, bank_id)
    return ImportList(imports=[import_view(row, with_faults=False) for row in own_imports_of(work, bank_id)])


@endpoint(
    "GET",
    "/api/bank/imports/{import_id}",
    role="bank",
    access=Permit("items.read"),
    answer=ImportView,
    errors=(NoSuchImport,),
    summary="One import with its faults (the reading is recorded)",
    write=True,
)
def read_import(work: Work, import_id: str) -> ImportView:
    """The report again."""
    row = load_own_import(work, import_id)
    _record(work, row, "import.report_read", len(row.faults) + len(row.warnings))
    return import_view(row)


@endpoint(
    "POST",
    "/api/bank/imports/{import_id}/corrections",
    role="bank",
    access=Permit("items.import"),
    answer=ImportView,
    errors=(NoSuchImport, ImportBusy, ImportDecided, ImportUnchecked, NotYourImport, *CHECK_ERRORS),
    summary="Lay corrections over rows of the file and check it again",
)
def correct_import(work: Work, import_id: str, body: CorrectionRequest) -> ImportView:
    """The new report, or the job that makes it."""
    changes = {each.row: each.cells for each in body.rows}
    return import_view(actions.correct_rows(work, import_id, changes))


@endpoint(
    "POST",
    "/api/bank/imports/{import_id}/accept",
    role="bank",
    access=Permit("items.import"),
    answer=ImportView,
    errors=(
        NoSuchImport,
        ImportBusy,
        ImportDecided,
        ImportUnchecked,
        NotYourImport,
        FaultsNotAccepted,
        NothingGood,
        BankMoved,
    ),
    summary="Take the good rows as drafts, many of them by a job",
)
def accept_import(work: Work, import_id: str, body: AcceptRequest) -> ImportView:
    """The accepted import, or the job that takes it in."""
    return import_view(actions.accept_import(work, import_id, body.take_good_rows))


@endpoint(
    "POST",
    "/api/bank/imports/{import_id}/discard",
    role="bank",
    access=Permit("items.import"),
    answer=ImportView,
    errors=(NoSuchImport, ImportBusy, ImportDecided, NotYourImport),
    summary="Take nothing of the file",
)
def discard_import(work: Work, import_id: str) -> ImportView:
    """The discarded import."""
    return import_view(actions.discard_import(work, import_id))


@endpoint(
    "GET",
    "/api/bank/imports/{import_id}/rows/{number}",
    role="bank",
    access=Permit("items.import"),
    answer=RowView,
    errors=(NoSuchImport, NoSuchRow),
    summary="A faulty row with its cells, for correcting it (the reading is recorded)",
    write=True,
)
def read_row_cells(work: Work, import_id: str, number: str) -> RowView:
    """The cells as they were read last, corrections included."""
    row = load_own_import(work, import_id)
    report = load_report(work.runtime, row.report_file)
    if number not in report["cells"]:
        raise NoSuchRow(what=number)
    _record(work, row, "import.row_read", 1)
    cells = [CellView(column=column, text=text) for column, text in report["cells"][number].items()]
    faults = [FaultView(**fault) for fault in report["faults"] if str(fault["row"]) == number]
    return RowView(row=int(number), cells=cells, faults=faults)


@endpoint(
    "GET",
    "/api/bank/imports/{import_id}/pairs",
    role="bank",
    access=Permit("items.read"),
    answer=PairPage,
    errors=(NoSuchImport,),
    summary="Items of the file that are like others, side by side (the reading is recorded)",
    write=True,
)
def read_pairs(work: Work, import_id: str, query: PairsQuery) -> PairPage:
    """One page, the gravest first."""
    row = load_own_import(work, import_id)
    pairs = load_report(work.runtime, row.report_file)["pairs"]
    start = (query.page - 1) * PAGE_SIZE
    shown = [PairView.model_validate(pair) for pair in pairs[start : start + PAGE_SIZE]]
    _record(work, row, "import.pairs_read", len(shown))
    return PairPage(total=len(pairs), page=query.page, page_size=PAGE_SIZE, pairs=shown)


@endpoint(
    "GET",
    "/api/bank/imports/{import_id}/report.csv",
    role="bank",
    access=Permit("items.read"),
    answer=FileAnswer,
    errors=(NoSuchImport,),
    summary="Every fault and warning as CSV (the reading is recorded)",
    write=True,
)
def download_report(work: Work, import_id: str) -> FileAnswer:
    """UTF-8 with its mark, so that Excel shows it; no cell can act as a formula."""
    row = load_own_import(work, import_id)
    report = load_report(work.runtime, row.report_file)
    _record(work, row, "import.report_read", len(report["faults"]) + len(report["warnings"]))
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(
        ["类别 kind", "行 row", "列 column", "代码 code", "原因", "reason", "建议", "suggestion", "值 value"]
    )
    for kind, name in (("错误 fault", "faults"), ("提示 warning", "warnings")):
        for one in report[name]:
            told = [one["column"], one["code"], one["reason_zh"], one["reason_en"]]
            told += [one.get("suggestion_zh", ""), one.get("suggestion_en", ""), one["value"]]
            writer.writerow([kind, one["row"], *map(_harmless, told)])
    return FileAnswer(stream.getvalue().encode("utf-8-sig"), "text/csv", f"{row.file_name}-report.csv")


def _record(work: Work, row: ImportRow, action: str, shown: int) -> None:
    """Records a reading of what stands in an uploaded file, where anything of it is shown."""
    if shown:
        facts = {"bank": row.bank_id, "file_name": row.file_name, "shown": shown}
        work.record(action, row.id, purpose=purpose_of(work), **facts)


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) else text
