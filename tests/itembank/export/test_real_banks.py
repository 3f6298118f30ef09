"""Whole banks leave and come back: the official amateur radio bank and the demo's, as QTI and as workbook."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from examserver.demo.workbook import build_workbook
from itembank.exchange.actions import choose_mapping, examine_alone
from itembank.exchange.export.package import Media, write_package
from itembank.exchange.export.workbook import write_figures, write_workbook
from itembank.exchange.figures import read_figures
from itembank.exchange.formats.qti import read_qti
from itembank.exchange.formats.source import Settings
from itembank.exchange.mapping import read_mapping
from itembank.exchange.reading import Submitted
from itembank.exchange.rows import read_row
from itembank.exchange.sheet import read_sheet
from itembank.exchange.store import mapping_text
from itembank.items.content import ItemBody
from itembank.items.shapes import canonical
from tests.itembank.test_crac import figures_of

LAYOUT = read_mapping(mapping_text("exam-workbook"))


def _quiet(done: int, total: int) -> None:
    """Nobody watches."""


def good_items(submitted: Submitted) -> tuple[list[ItemBody], dict[str, Media]]:
    _, report = examine_alone(submitted, read_mapping(choose_mapping(submitted)))
    figures = {figure.digest: figure for good in report.good for figure in good.figures}
    media = {digest: Media(figure.media_type, figure.data) for digest, figure in figures.items()}
    return [good.body for good in report.good], media


def in_order(items: Sequence[ItemBody]) -> list[ItemBody]:
    return sorted(map(canonical, items), key=lambda body: body.content.code)


def check_both_ways(items: list[ItemBody], media: dict[str, Media]) -> None:
    package = write_package(items, media)
    source = read_qti(package, Settings())
    assert not [(row.body.content.code, flaw) for row in source.rows for flaw in row.flaws]
    read = [row.body for row in source.rows]
    assert read == in_order(items)
    again = {figure.digest: Media(figure.media_type, figure.data) for row in source.rows for figure in row.figures}
    assert write_package(read, again) == package
    book, figures = write_workbook(items, LAYOUT, None, _quiet), read_figures(write_figures(media))
    rows = [read_row(row, LAYOUT, figures).body for row in read_sheet(book, LAYOUT.sheet).rows]
    assert rows == in_order(items)
    assert write_workbook(rows, LAYOUT, None, _quiet) == book


def test_the_official_amateur_radio_bank_comes_back_item_by_item(corpora: Path) -> None:
    folder = corpora / "crac-2025"
    if not folder.is_dir():
        pytest.skip(f"no CRAC bank at {folder}")
    items, media = good_items(Submitted("full.csv", (folder / "full.csv").read_bytes(), figures_of(folder)))
    assert (len(items), len(media)) == (1371, 53)
    check_both_ways(items, media)


def test_the_demo_bank_comes_back_item_by_item(tmp_path: Path) -> None:
    files = build_workbook(tmp_path, faults=False)
    submitted = Submitted("demo.xlsx", files.workbook.read_bytes(), files.figures_zip.read_bytes())
    items, media = good_items(submitted)
    assert len(items) >= 500
    check_both_ways(items, media)
