"""What an import keeps: mapping files, uploads and reports under their digest, and its good rows in the bank.

Rows are written in chunks within the transaction of the caller: all of a file, or nothing.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

from sqlalchemy import func, insert, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from examserver.kernel.errors import ExamError, Missing
from examserver.plumbing.files import Vault
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.settings import REPOSITORY
from examserver.plumbing.work import Work
from itembank.exchange.archive import RefusedArchive
from itembank.exchange.check import Examined, GoodRow
from itembank.exchange.figures import Figure, RefusedFigures
from itembank.exchange.formats.refusals import UnreadableFile
from itembank.exchange.mapping import Mapping, is_mapping, read_mapping
from itembank.exchange.reading import SHEET, Read, Submitted, format_of
from itembank.exchange.refusals import BankMoved
from itembank.exchange.sheet import MOST_UNPACKED, is_workbook
from itembank.exchange.tables import ImportRow, saved_mappings
from itembank.exchange.ticks import Tick
from itembank.items.actions import version_values
from itembank.items.cases import case_code
from itembank.items.state import DRAFT
from itembank.items.tables import AssetRow, ItemRow, ItemVersionRow, load_assets

MAPPINGS = REPOSITORY / "config" / "mappings"
CHUNK = 2_000
AT_ONCE_BYTES, AT_ONCE_UNPACKED, AT_ONCE_LINES = 2**20, 2**20, 1_500
# The file itself is at fault, whoever reads it under whatever mapping.
REFUSALS = (UnreadableFile, RefusedArchive, RefusedFigures)


class NoSuchMapping(Missing):
    """No mapping file of this name."""

    code = "mapping.missing"
    next_zh = "可用的映射：{names}"
    next_en = "Available mappings: {names}"


def mapping_names() -> list[str]:
    """Names of the mappings that ship with the system."""
    return sorted(path.stem for path in MAPPINGS.glob("*.toml"))


def mapping_text(name: str) -> str:
    """The TOML text of a shipped mapping; raises NoSuchMapping."""
    return _named(name, shipped_mappings())


def shipped_mappings() -> dict[str, str]:
    """Every mapping that ships with the system, as TOML text by name."""
    return {name: (MAPPINGS / f"{name}.toml").read_text("utf-8") for name in mapping_names()}


def is_light(submitted: Submitted) -> bool:
    """Whether a file is read and checked in about a second, in which nobody else can write; a workbook counts unpacked.

    A workbook no library would open is light: it is refused at once.
    """
    data = submitted.data
    if len(data) > AT_ONCE_BYTES or format_of(submitted) != SHEET:
        return len(data) <= AT_ONCE_BYTES
    if not is_workbook(data):
        return max(data.count(b"\n"), data.count(b"\r")) <= AT_ONCE_LINES
    try:
        with ZipFile(BytesIO(data)) as workbook:
            unpacked = sum(each.file_size for each in workbook.infolist())
    except BadZipFile:
        return True
    return unpacked <= AT_ONCE_UNPACKED or unpacked > MOST_UNPACKED


def searches_only_as_shipped(mapping: Mapping) -> bool:
    """Whether its regular expressions all ship with the system: those of persons are left to jobs, however small."""
    return mapping.patterns <= frozenset().union(*(read_mapping(text).patterns for text in shipped_mappings().values()))


def mappings_for(session: Session, bank_id: str) -> dict[str, str]:
    """Every mapping a bank can use, by name; one it saved itself stands before one for all, that before a shipped.

    Saved ones an earlier release understood and this one does not (a pattern that looks ahead) are not offered.
    """
    saved = {row.name: row.text for row in reversed(saved_mappings(session, bank_id)) if is_mapping(row.text)}
    return shipped_mappings() | saved


def _named(name: str, texts: dict[str, str]) -> str:
    if name not in texts:
        raise NoSuchMapping(what=name, names="、".join(texts))
    return texts[name]


def uploads(runtime: RoleRuntime) -> Vault:
    """Where uploaded files, archives of figures and reports are kept."""
    return Vault(runtime.files / "imports")


def forget_files(work: Work, row: ImportRow) -> None:
    """Removes the bytes of this import from the disk, unless another import has the same."""
    for name in filter(None, {row.file_digest, row.figures_digest}):
        same = or_(ImportRow.file_digest == name, ImportRow.figures_digest == name)
        others = select(func.count()).select_from(ImportRow).where(ImportRow.id != row.id, same)
        with work.session.no_autoflush:
            if not work.session.scalar(others):
                uploads(work.runtime).remove(name)


@contextmanager
def left_without_trace(work: Work, row: ImportRow) -> Iterator[None]:
    """What is refused while it is first looked at takes its bytes with it: the row goes with the transaction."""
    try:
        yield
    except ExamError:
        forget_files(work, row)
        raise


def keep_report(runtime: RoleRuntime, report: dict[str, Any]) -> str:
    """Keeps a whole report; returns its digest."""
    return uploads(runtime).put(json.dumps(report, ensure_ascii=False).encode())


def load_report(runtime: RoleRuntime, digest: str) -> dict[str, Any]:
    """A whole report: faults, warnings, pairs, cells of faulty rows; empty where there is none yet."""
    empty: dict[str, Any] = {"faults": [], "warnings": [], "pairs": [], "cells": {}}
    found: dict[str, Any] = json.loads(uploads(runtime).get(digest)) if digest else {}
    return empty | found


@dataclass(frozen=True)
class Prepared:
    """A file read again and looked at, with the columns of every sound row made before anybody has to wait."""

    read: Read
    mapping: Mapping
    examined: Sequence[Examined]
    versions: dict[int, dict[str, object]]


def prepare_rows(
    work: Work, row: ImportRow, read: Read, mapping: Mapping, examined: Sequence[Examined], tick: Tick
) -> Prepared:
    """The columns of a first version for every row that is sound by itself."""
    versions = {}
    for done, each in enumerate(examined):
        if done % 1000 == 0:
            tick(3, done)
        if not each.read.flaws:
            values = version_values(work, work.new_id("itm"), row.bank_id, 1, each.read.body)
            versions[each.read.number] = values | {"origin_digest": row.file_digest, "origin_row": each.read.number}
    return Prepared(read, mapping, examined, versions)


def save_rows(work: Work, row: ImportRow, good: Sequence[GoodRow], prepared: Prepared) -> None:
    """Writes these rows as drafts with their figures; raises BankMoved when another import took one of the codes."""
    _save_figures(work, {figure.digest: figure for each in good for figure in each.figures})
    versions = [prepared.versions[each.row] | {"importance": each.body.importance} for each in good]
    items = [_item_values(row, each, values) for each, values in zip(good, versions, strict=True)]
    try:
        for chunk in _chunks(items):
            work.session.execute(insert(ItemRow), chunk)
        for chunk in _chunks(versions):
            work.session.execute(insert(ItemVersionRow), chunk)
    except IntegrityError as error:
        # Another import took one of these codes between our look and our write: everything is rolled back.
        raise BankMoved() from error


def _item_values(row: ImportRow, each: GoodRow, version: dict[str, object]) -> dict[str, object]:
    content = each.body.content
    return {
        "id": version["item_id"],
        "bank_id": row.bank_id,
        "code": content.code,
        "state": DRAFT,
        "version": 1,
        "type": content.type,
        "point": content.point,
        "version_id": version["id"],
        "import_id": row.id,
        "case_code": case_code(content),
    }


def _chunks(rows: list[dict[str, object]]) -> Iterator[list[dict[str, object]]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]


def _save_figures(work: Work, figures: dict[str, Figure]) -> None:
    present = load_assets(work.session, set(figures))
    new: list[dict[str, object]] = [
        {"digest": f.digest, "media_type": f.media_type, "width": f.width, "height": f.height, "data": f.data}
        for f in figures.values()
        if f.digest not in present
    ]
    for start in range(0, len(new), 50):
        work.session.execute(insert(AssetRow), new[start : start + 50])
