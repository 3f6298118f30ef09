"""Compares the items of a bank, or of a file before it goes into one; the bank's texts are read on record."""

from dataclasses import replace

from sqlalchemy import select

from examserver.plumbing.work import Work
from itembank.exchange.mapping import Mapping
from itembank.exchange.reading import Submitted, read_file
from itembank.exchange.rows import ReadRow
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


def compare_file(submitted: Submitted, mapping: Mapping, ratio: int = RATIO) -> Duplicates:
    """Every pair in a file, faulty rows included; needs no bank; raises what reading the file raises."""
    read = read_file(submitted, mapping, frozenset())
    return find_duplicates([_entry_of_row(row, read.place(row.number)) for row in read.rows], ratio=ratio)


def _entry_of_row(row: ReadRow, place: str) -> Entry:
    entry = entry_of(row.body, place)
    if any(flaw.code == "figure.missing" for flaw in row.flaws):
        # A figure nobody has seen is unlike every other: two such items cannot be called the same.
        return replace(entry, figures=f"unseen {row.number}")
    return entry
