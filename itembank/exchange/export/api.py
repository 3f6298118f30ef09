"""Endpoints of exports."""

from examserver.kernel.access import Permit
from examserver.plumbing.contract import FileAnswer, endpoint
from examserver.plumbing.jobs import NoSuchJob
from examserver.plumbing.work import Work
from itembank.exchange.export import actions
from itembank.exchange.export.actions import (
    Asked,
    NothingToExport,
    NotYourExport,
    PurposeMissing,
    TooManyToPrint,
)
from itembank.exchange.export.schemas import ExportItemsRequest, ExportTicket
from itembank.exchange.export.store import ExportGone
from itembank.items.actions import ItemQuery
from itembank.items.tables import NoSuchBank
from itembank.items.text import tidy


@endpoint(
    "POST",
    "/api/bank/banks/{bank_id}/exports",
    role="bank",
    access=Permit("items.export"),
    answer=ExportTicket,
    errors=(NoSuchBank, PurposeMissing, NothingToExport, TooManyToPrint),
    summary="Export items as QTI 3.0, Excel or PDF, for a purpose that is recorded",
)
def export_items(work: Work, bank_id: str, body: ExportItemsRequest) -> ExportTicket:
    """The job that makes the files."""
    said = body.filters.model_dump() | {"search": tidy(body.filters.search), "point": tidy(body.filters.point)}
    asked = Asked(body.format, tidy(body.purpose), body.with_keys, ItemQuery(**said), body.codes)
    job_id, count = actions.request_export(work, bank_id, asked)
    return ExportTicket(job=job_id, items=count)


@endpoint(
    "GET",
    "/api/bank/exports/{job_id}/files/{part}",
    role="bank",
    access=Permit("items.export"),
    answer=FileAnswer,
    errors=(NoSuchJob, NotYourExport, ExportGone),
    summary="Fetch a file of your own export (the fetching is recorded)",
    write=True,
)
def fetch_export(work: Work, job_id: str, part: str) -> FileAnswer:
    """The file: part 0, or part 1 for the pictures beside a workbook."""
    found = actions.fetch_export(work, job_id, int(part) if part.isdigit() else -1)
    return FileAnswer(found.data, found.media_type, found.name)
