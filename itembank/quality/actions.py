"""Compares the items of a bank, or of a file before it goes into one; the bank's texts are read on record."""

from dataclasses import replace

from sqlalchemy import select

from examserver.plumbing.work import Work
from itembank.exchange.actions import Submitted, choose_mapping
from itembank.exchange.figures import NO_FIGURES, read_figures
from itembank.exchange.mapping import read_mapping
from itembank.exchange.rows import ReadRow, read_row
from itembank.exchange.sheet import read_sheet, sheet_names
from itembank.items.state import RETIRED
from itembank.items.tables import ItemRow, ItemVersionRow, body_of, load_bank
from itembank.quality.duplicates import Duplicates, Entry, entry_of, find_duplicates
from itembank.quality.similar import RATIO


def entries_of_bank(work: Work, bank_id: str) -> list[Entry]:
    """The newest version of every item that is not retired; raises NoSuchBank."""
    load_bank(work.session, bank_id)
    query = (
        select(ItemVersionRow)
        .join(ItemRow, ItemRow.version_id == ItemVersionRow.id)
        .where(ItemRow.bank_id == bank_id, ItemRow.state != RETIRED)
        .order_by(ItemRow.code)
    )
    return [entry_of(body_of(version)) for version in work.session.scalars(query)]


def record_comparison(work: Work, bank_id: str, items: int, texts_shown: bool) -> None:
    """Leaves the trace of a reading of all items before anything of it is shown."""
    work.record("items.compared", bank_id, items=items, texts_shown=texts_shown)


def compare_file(submitted: Submitted, ratio: int = RATIO) -> Duplicates:
    """Every pair in a workbook or CSV, faulty rows included; needs no bank; raises what reading the file raises."""
    return find_duplicates(_entries_of_file(submitted), ratio=ratio)


def _entries_of_file(submitted: Submitted) -> list[Entry]:
    mapping = read_mapping(choose_mapping(submitted))
    several = len(sheet_names(submitted.data)) > 1
    wanted = submitted.sheet or (mapping.sheet if several else "")
    sheet = read_sheet(submitted.data, wanted, mapping.header_row, mapping.encoding)
    figures = read_figures(submitted.figures) if submitted.figures else NO_FIGURES
    return [_entry_of_row(read_row(row, mapping, figures)) for row in sheet.rows]


def _entry_of_row(row: ReadRow) -> Entry:
    entry = entry_of(row.body, f"第 {row.number} 行")
    if any(flaw.code == "figure.missing" for flaw in row.flaws):
        # A figure nobody has seen is unlike every other: two such items cannot be called the same.
        return replace(entry, figures=f"unseen {row.number}")
    return entry
