"""Endpoints of the mapping screen: upload, proposal, preview, check, saved mappings."""

from examserver.kernel.access import Actor, Permit
from examserver.plumbing.contract import FileAnswer, Files, endpoint
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.work import Work
from itembank.exchange.api import CHECK_ERRORS, MOST_UPLOADED
from itembank.exchange.check import Fault
from itembank.exchange.formats.registry import FORMATS
from itembank.exchange.layouts import actions
from itembank.exchange.layouts.actions import Asked, Proposal, UnknownEncoding
from itembank.exchange.layouts.schemas import (
    ImportFormat,
    ImportFormatList,
    ImportPreview,
    ImportPreviewItem,
    ImportPreviewOption,
    LayoutProposal,
    LayoutQuestion,
    MappingList,
    MappingTables,
    MappingView,
    SaveLayout,
    SheetColumnView,
    UploadedImport,
    UploadForm,
)
from itembank.exchange.mapping import MalformedMapping, read_mapping
from itembank.exchange.reading import Submitted
from itembank.exchange.refusals import ImportBusy, ImportDecided, NotYourImport
from itembank.exchange.rows import ReadRow
from itembank.exchange.schemas import FaultView, ImportView, import_view
from itembank.exchange.store import NoSuchMapping, mappings_for, shipped_mappings
from itembank.exchange.tables import MappingRow, NoSuchImport, saved_mappings
from itembank.items.content import option_text, stem_text
from itembank.items.tables import NoSuchBank, load_bank
from itembank.specs.api import FileExpected, uploaded

OPEN_ERRORS = (NoSuchImport, ImportBusy, ImportDecided, NotYourImport, *CHECK_ERRORS)


def _proposal(made: Proposal) -> LayoutProposal:
    columns = [SheetColumnView(header=header, cells=cells) for header, cells in made.columns]
    return LayoutProposal(**{**vars(made), "columns": columns})


@endpoint(
    "POST",
    "/api/bank/banks/{bank_id}/uploads",
    role="bank",
    access=Permit("items.import"),
    answer=UploadedImport,
    errors=(NoSuchBank, FileExpected, *CHECK_ERRORS),
    summary="Keep a file and propose how to read it; nothing is checked yet",
    multipart=True,
    hot=True,
    max_bytes=MOST_UPLOADED,
)
def upload_file(runtime: RoleRuntime, actor: Actor, bank_id: str, files: Files, form: UploadForm) -> UploadedImport:
    """The kept file and the first proposal."""
    data = uploaded(files, "file")
    figures = files["figures"].data if "figures" in files else b""
    submitted = Submitted(files["file"].name, data, figures, format=form.format)
    row, proposal = actions.upload_file(runtime, actor, bank_id, submitted)
    return UploadedImport(imported=import_view(row), proposal=_proposal(proposal))


@endpoint(
    "POST",
    "/api/bank/imports/{import_id}/proposal",
    role="bank",
    access=Permit("items.import"),
    answer=LayoutProposal,
    errors=(*OPEN_ERRORS, UnknownEncoding),
    summary="Look at another sheet, header row or encoding of a kept file, or under a named mapping",
    write=False,
)
def propose(work: Work, import_id: str, body: LayoutQuestion) -> LayoutProposal:
    """The proposal for this part of the file."""
    return _proposal(actions.propose(work, import_id, Asked(**body.model_dump())))


@endpoint(
    "POST",
    "/api/bank/imports/{import_id}/preview",
    role="bank",
    access=Permit("items.import"),
    answer=ImportPreview,
    errors=OPEN_ERRORS,
    summary="The first items of a kept file under a mapping (the reading is recorded)",
    write=False,
)
def preview(work: Work, import_id: str, body: MappingTables) -> ImportPreview:
    """Items as they would go in."""
    read = actions.preview(work, import_id, body.mapping, body.sheet)
    return ImportPreview(items=[_item(row, faults) for row, faults in read])


def _item(row: ReadRow, faults: list[Fault]) -> ImportPreviewItem:
    content, key = row.body.content, row.body.key
    return ImportPreviewItem(
        row=row.number,
        code=content.code,
        type=content.type,
        point=content.point,
        stem=stem_text(content),
        options=[ImportPreviewOption(id=o.id, text=option_text(o), right=o.id in key) for o in content.options],
        key=" ".join(key),
        faults=[FaultView(**vars(fault)) for fault in faults],
    )


@endpoint(
    "POST",
    "/api/bank/imports/{import_id}/check",
    role="bank",
    access=Permit("items.import"),
    answer=ImportView,
    errors=OPEN_ERRORS,
    summary="Check a kept file under a mapping; large files by a job",
)
def check(work: Work, import_id: str, body: MappingTables) -> ImportView:
    """The report, or the job that makes it."""
    return import_view(actions.check_under(work, import_id, body.mapping, body.sheet))


@endpoint(
    "GET",
    "/api/bank/formats",
    role="bank",
    access=Permit("items.import"),
    answer=ImportFormatList,
    summary="The formats of question files beside sheets",
)
def list_formats(work: Work) -> ImportFormatList:
    """Every reader."""
    return ImportFormatList(
        formats=[
            ImportFormat(name=f.name, title_zh=f.title_zh, title_en=f.title_en, extensions=list(f.extensions))
            for f in FORMATS.values()
        ]
    )


@endpoint(
    "GET",
    "/api/bank/mappings",
    role="bank",
    access=Permit("items.import"),
    answer=MappingList,
    summary="The layouts that ship with the system",
)
def list_mappings(work: Work) -> MappingList:
    """Every mapping under config/mappings."""
    return MappingList(mappings=[_mapping(text, None) for text in shipped_mappings().values()])


@endpoint(
    "GET",
    "/api/bank/banks/{bank_id}/mappings",
    role="bank",
    access=Permit("items.import"),
    answer=MappingList,
    errors=(NoSuchBank,),
    summary="The layouts a bank can use: shipped, saved for all, saved for it",
)
def list_bank_mappings(work: Work, bank_id: str) -> MappingList:
    """Saved ones with who saved them."""
    load_bank(work.session, bank_id)
    saved = {row.name: row for row in reversed(saved_mappings(work.session, bank_id))}
    texts = mappings_for(work.session, bank_id)
    return MappingList(mappings=[_mapping(text, saved.get(name)) for name, text in texts.items()])


def _mapping(text: str, saved: MappingRow | None) -> MappingView:
    mapping = read_mapping(text)
    origin = "shipped" if saved is None else "bank" if saved.bank_id else "all"
    return MappingView(
        name=mapping.name,
        title_zh=mapping.title_zh,
        title_en=mapping.title_en,
        headers=mapping.columns.expected(),
        origin=origin,
        by=saved.by_name if saved else "",
    )


@endpoint(
    "POST",
    "/api/bank/banks/{bank_id}/mappings",
    role="bank",
    access=Permit("items.import"),
    answer=MappingView,
    errors=(NoSuchBank, MalformedMapping),
    summary="Save a mapping under a name, for this bank or for all",
)
def save_mapping(work: Work, bank_id: str, body: SaveLayout) -> MappingView:
    """The saved mapping."""
    row = actions.save_mapping(work, bank_id, body.name, body.title, body.mapping, body.for_all)
    return _mapping(row.text, row)


@endpoint(
    "GET",
    "/api/bank/banks/{bank_id}/mappings/{name}",
    role="bank",
    access=Permit("items.import"),
    answer=FileAnswer,
    errors=(NoSuchBank, NoSuchMapping),
    summary="A mapping as TOML, as config/mappings and the command line take it",
)
def download_mapping(work: Work, bank_id: str, name: str) -> FileAnswer:
    """The text."""
    text = actions.load_mapping_text(work, bank_id, name)
    return FileAnswer(text.encode(), "application/toml", f"{name}.toml")
