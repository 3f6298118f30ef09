"""Items leave the bank: who asked, what for, how many, which file - in the audit chain before a byte can be fetched.

Every export is a job with progress. It holds what the person may read at that moment, may be fetched by that person
only, and is gone after a day. Source: ZJ16-4.3a3 (every export logged with its purpose).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func

from examserver.kernel.access import Actor
from examserver.kernel.calendar import local_time
from examserver.kernel.canonical import digest
from examserver.kernel.errors import Denied, Invalid, Refused
from examserver.plumbing.fonts import load_fonts
from examserver.plumbing.jobs import Progress, enqueue, job, load_job
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.work import Work, open_work
from itembank.exchange.export.keyless import without_keys
from itembank.exchange.export.package import Media, write_package
from itembank.exchange.export.pdf import Reader, print_items
from itembank.exchange.export.store import ExportGone, exports, forget_old, load_export
from itembank.exchange.export.workbook import write_figures, write_workbook
from itembank.exchange.mapping import read_mapping
from itembank.exchange.store import mapping_text
from itembank.items.actions import ItemQuery, filtered_items
from itembank.items.company import stored_in
from itembank.items.content import ItemBody
from itembank.items.tables import BankRow, ItemRow, body_of, load_assets, load_bank
from itembank.review.tables import seen_items
from itembank.specs.tables import find_specification
from itembank.specs.tree import ContentSpecification

JOB = "export_items"
LAYOUT = "exam-workbook"
QTI3, XLSX, PDF = "qti3", "xlsx", "pdf"
MOST_PRINTED = 3000
TYPES = {
    QTI3: ("zip", "application/zip"),
    XLSX: ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    PDF: ("pdf", "application/pdf"),
}


class PurposeMissing(Invalid):
    """Nobody reads a bank without saying why."""

    code = "export.purpose_missing"
    message_zh = "请写明导出用途"
    message_en = "Say what the export is for"
    next_zh = "例如：送省级专家审定、题库备份核对"
    next_en = "For instance: review by the provincial board, check of a backup"


class NothingToExport(Refused):
    """The filters leave no item this person may read."""

    code = "export.nothing"
    message_zh = "没有符合条件且您可以阅读的试题"
    message_en = "There is no item that fits and that you may read"
    next_zh = "请放宽筛选条件"
    next_en = "Widen the filters"


class TooManyToPrint(Refused):
    """Nobody reads so many pages."""

    code = "export.too_many_pages"
    message_zh = "打印清单最多 {most} 道，现有 {count} 道"
    message_en = "At most {most} items can be printed at once, there are {count}"
    next_zh = "请缩小范围，或改用 QTI 3.0 或 Excel"
    next_en = "Narrow the filters, or choose QTI 3.0 or Excel"


class NotYourExport(Denied):
    """Only the person who asked and said why may fetch the file."""

    code = "export.not_yours"
    message_zh = "导出文件只能由申请人下载"
    message_en = "Only the person who asked for the export may fetch it"


@dataclass(frozen=True)
class Asked:
    """An export as asked for."""

    format: str
    purpose: str
    with_keys: bool
    filters: ItemQuery
    codes: Sequence[str] = ()


@dataclass(frozen=True)
class Exported:
    """One file of an export."""

    data: bytes
    name: str
    media_type: str


def request_export(work: Work, bank_id: str, asked: Asked) -> tuple[str, int]:
    """Queues the export; returns the job and the number of items. Raises why there is none."""
    bank = load_bank(work.session, bank_id)
    if len(asked.purpose.strip()) < 2:
        raise PurposeMissing()
    query = _query(work, bank.id, asked)
    count = work.session.scalar(query.with_only_columns(func.count()).order_by(None)) or 0
    if not count:
        raise NothingToExport()
    if asked.format == PDF and count > MOST_PRINTED:
        raise TooManyToPrint(most=MOST_PRINTED, count=count)
    actor = work.actor
    payload = {
        "bank": bank.id,
        "format": asked.format,
        "purpose": asked.purpose.strip(),
        "with_keys": asked.with_keys,
        "filters": vars(asked.filters),
        "codes": list(asked.codes),
        "person": {
            "id": actor.id,
            "name": actor.name,
            "scope": actor.scope,
            "permissions": sorted(actor.permissions),
        },
    }
    job_id = enqueue(work, JOB, payload)
    facts = {"job": job_id, "format": asked.format, "items": count, "keys": asked.with_keys}
    work.record("export.asked", bank.id, purpose=payload["purpose"], **facts)
    return job_id, count


def _query(work: Work, bank_id: str, asked: Asked) -> Any:
    query = filtered_items(bank_id, asked.filters).where(seen_items(work))
    return query.where(ItemRow.code.in_(list(asked.codes))) if asked.codes else query


@dataclass(frozen=True)
class _Material:
    """What an export is made of, read in one transaction."""

    bank: BankRow
    bodies: list[ItemBody]
    media: dict[str, Media]
    specification: ContentSpecification | None
    at_ms: int


def _asked_of(payload: dict[str, Any]) -> Asked:
    filters = ItemQuery(**payload["filters"])
    return Asked(payload["format"], payload["purpose"], payload["with_keys"], filters, payload["codes"])


def _person_of(payload: dict[str, Any]) -> Actor:
    """The person who asked, as the job acts for them; permissions were checked when they asked."""
    said = payload["person"]
    return Actor(said["id"], said["name"], "staff", frozenset(said["permissions"]), said["scope"])


def _gather(work: Work, payload: dict[str, Any]) -> _Material:
    bank = load_bank(work.session, payload["bank"])
    rows = work.session.execute(_query(work, bank.id, _asked_of(payload)).order_by(ItemRow.code))
    bodies = [body_of(version) for _, version in rows]
    stored = load_assets(work.session, {each for body in bodies for each in stored_in(body) if each})
    media = {name: Media(row.media_type, row.data) for name, row in stored.items()}
    specification = find_specification(work.session, bank.id)
    work.session.expunge(bank)
    return _Material(bank, bodies, media, specification, work.now_ms)


@job(JOB, role="bank")
def run_export(runtime: RoleRuntime, payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Makes the files, keeps them for a day, records what left; safe to run again."""
    actor = _person_of(payload)
    forget_old(runtime)
    with open_work(runtime, actor, write=False) as work:
        material = _gather(work, payload)
    if not material.bodies:
        raise NothingToExport()
    files = _written(payload, material, actor, progress)
    kept = [{"digest": exports(runtime).put(each.data), "name": each.name, "bytes": len(each.data)} for each in files]
    with open_work(runtime, actor) as work:
        facts = {"format": payload["format"], "items": len(material.bodies), "keys": payload["with_keys"]}
        digests = [each["digest"] for each in kept]
        work.record("items.exported", payload["bank"], purpose=payload["purpose"], files=digests, **facts)
    return {"items": len(material.bodies), "files": kept}


def _written(payload: dict[str, Any], material: _Material, actor: Actor, progress: Progress) -> list[Exported]:
    told = [0]

    def report(done: int, total: int) -> None:
        percent = 95 * done // max(total, 1)
        if percent >= told[0] + 2:
            told[0] = percent
            progress(percent, f"{done}/{total}")

    made = _files(payload, material, actor, report)
    suffix, media_type = TYPES[payload["format"]]
    name = re.sub(r'[\\/:*?"<>|\s]+', "-", material.bank.name).strip("-")[:80]
    files = [Exported(made[0], f"{name}.{suffix}", media_type)]
    return [*files, *(Exported(data, f"{name}-figures.zip", "application/zip") for data in made[1:] if data)]


def _files(payload: dict[str, Any], material: _Material, actor: Actor, report: Any) -> list[bytes]:
    with_keys, bodies = payload["with_keys"], material.bodies
    if payload["format"] == QTI3:
        return [write_package(bodies, material.media, report, with_keys)]
    if payload["format"] == XLSX:
        layout, shown = read_mapping(mapping_text(LAYOUT)), bodies if with_keys else list(map(without_keys, bodies))
        return [write_workbook(shown, layout, material.specification, report), write_figures(material.media)]
    reader = Reader(actor.name, _china_time(material.at_ms), payload["purpose"])
    fonts = {style: load_fonts(style) for style in ("regular", "bold")}
    return [print_items(material.bank.name, bodies, material.media, fonts, reader, with_keys, report)]


def _china_time(at_ms: int) -> str:
    return f"{local_time(at_ms):%Y-%m-%d %H:%M}"


def fetch_export(work: Work, job_id: str, part: int) -> Exported:
    """One file of a finished export, for the person who asked; the fetching is recorded."""
    row = load_job(work, job_id)
    if row.kind != JOB or row.by != work.actor.id:
        raise NotYourExport()
    files = (row.result or {}).get("files", [])
    if row.state != "done" or not 0 <= part < len(files):
        raise ExportGone(what=job_id)
    found = files[part]
    data = load_export(work.runtime, found["digest"])
    work.record("export.fetched", row.payload["bank"], purpose=row.payload["purpose"], job=job_id, file=digest(data))
    suffix = found["name"].rpartition(".")[2]
    media_type = next(media for ending, media in TYPES.values() if ending == suffix)
    return Exported(data, found["name"], media_type)
