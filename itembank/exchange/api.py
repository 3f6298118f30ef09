"""Endpoints of imports."""

from examserver.kernel.access import Permit
from examserver.plumbing.contract import Files, endpoint
from examserver.plumbing.work import Work
from itembank.exchange import actions
from itembank.exchange.actions import (
    BankMoved,
    FaultsNotAccepted,
    ImportDecided,
    NoSpecification,
    NothingGood,
    NotYourImport,
    Submitted,
    UnknownLayout,
)
from itembank.exchange.check import HeadersMissing
from itembank.exchange.figures import RefusedFigures
from itembank.exchange.mapping import read_mapping
from itembank.exchange.schemas import (
    AcceptRequest,
    FaultView,
    ImportForm,
    ImportList,
    ImportView,
    MappingList,
    MappingView,
)
from itembank.exchange.sheet import UnreadableSheet
from itembank.exchange.store import NoSuchMapping, mapping_names, mapping_text
from itembank.exchange.tables import ImportRow, NoSuchImport, imports_of, load_import
from itembank.items.tables import NoSuchBank, load_bank
from itembank.specs.api import FileExpected, uploaded


def import_view(row: ImportRow) -> ImportView:
    """An import as shown."""
    return ImportView(
        id=row.id,
        bank=row.bank_id,
        file_name=row.file_name,
        file_digest=row.file_digest,
        mapping=row.mapping,
        rows=row.rows,
        good=row.good,
        faults=[FaultView(**fault) for fault in row.faults],
        warnings=[FaultView(**warning) for warning in row.warnings],
        state=row.state,
        columns=row.columns,
        by=row.by_name,
        created_ms=row.created_ms,
    )


@endpoint(
    "POST",
    "/api/bank/banks/{bank_id}/imports",
    role="bank",
    access=Permit("items.import"),
    answer=ImportView,
    errors=(
        NoSuchBank,
        FileExpected,
        UnreadableSheet,
        RefusedFigures,
        UnknownLayout,
        HeadersMissing,
        NoSpecification,
        NoSuchMapping,
    ),
    summary="Check a workbook or CSV (and a zip of figures); nothing goes in yet",
    multipart=True,
    max_bytes=240 * 2**20,
)
def check_import_file(work: Work, bank_id: str, files: Files, form: ImportForm) -> ImportView:
    """The report with every fault."""
    data = uploaded(files, "file")
    figures = files["figures"].data if "figures" in files else b""
    submitted = Submitted(files["file"].name, data, figures, form.mapping, form.sheet)
    return import_view(actions.check_file(work, bank_id, submitted))


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
    """Newest first."""
    load_bank(work.session, bank_id)
    return ImportList(imports=[import_view(row) for row in imports_of(work.session, bank_id)])


@endpoint(
    "GET",
    "/api/bank/imports/{import_id}",
    role="bank",
    access=Permit("items.read"),
    answer=ImportView,
    errors=(NoSuchImport,),
    summary="One import with its faults",
)
def read_import(work: Work, import_id: str) -> ImportView:
    """The report again."""
    return import_view(load_import(work.session, import_id))


@endpoint(
    "POST",
    "/api/bank/imports/{import_id}/accept",
    role="bank",
    access=Permit("items.import"),
    answer=ImportView,
    errors=(NoSuchImport, ImportDecided, NotYourImport, FaultsNotAccepted, NothingGood, BankMoved),
    summary="Take the good rows as drafts",
)
def accept_import(work: Work, import_id: str, body: AcceptRequest) -> ImportView:
    """The accepted import."""
    return import_view(actions.accept_import(work, import_id, body.take_good_rows))


@endpoint(
    "POST",
    "/api/bank/imports/{import_id}/discard",
    role="bank",
    access=Permit("items.import"),
    answer=ImportView,
    errors=(NoSuchImport, ImportDecided, NotYourImport),
    summary="Take nothing of the file",
)
def discard_import(work: Work, import_id: str) -> ImportView:
    """The discarded import."""
    return import_view(actions.discard_import(work, import_id))


@endpoint(
    "GET",
    "/api/bank/mappings",
    role="bank",
    access=Permit("items.import"),
    answer=MappingList,
    summary="The layouts the importer knows",
)
def list_mappings(work: Work) -> MappingList:
    """Every mapping under config/mappings."""
    read = [read_mapping(mapping_text(name)) for name in mapping_names()]
    return MappingList(
        mappings=[
            MappingView(name=m.name, title_zh=m.title_zh, title_en=m.title_en, headers=m.columns.expected())
            for m in read
        ]
    )
