"""What is exported, imported and exported again is the same file, for items of every type."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from itembank.exchange.export.package import Media, write_package
from itembank.exchange.export.workbook import fields_of, write_figures, write_workbook
from itembank.exchange.figures import NO_FIGURES, read_figures
from itembank.exchange.formats.qti import read_qti
from itembank.exchange.formats.source import Settings
from itembank.exchange.mapping import read_mapping
from itembank.exchange.rows import read_row
from itembank.exchange.sheet import read_sheet
from itembank.exchange.store import mapping_text
from itembank.items.content import ItemBody, text_block
from itembank.items.rich import clean_html
from itembank.items.shapes import canonical
from tests.every_type import ASSETS, BODIES
from tests.itembank.export.generate import KINDS, MEDIA, bodies, sets


def _clean(body: ItemBody) -> ItemBody:
    """As the bank would have stored it."""
    stem = tuple(replace(block, text=clean_html(block.text).html) if block.kind == "html" else block
                 for block in body.content.stem)  # fmt: skip
    return canonical(replace(body, content=replace(body.content, stem=stem), cognition="understand"))


EVERY = tuple(map(_clean, BODIES))
EVERY_MEDIA = {digest: Media(asset.media_type, asset.data) for digest, asset in ASSETS.items()}
_QUICK = settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))


def again(package: bytes) -> tuple[list[ItemBody], dict[str, Media]]:
    """What a package holds; no item of it may have a flaw or a remark."""
    source = read_qti(package, Settings(known_points=frozenset(["A-A-001", "A-A-1"])))
    assert not [flaw for row in source.rows for flaw in row.flaws]
    assert not source.warnings
    media = {figure.digest: Media(figure.media_type, figure.data) for row in source.rows for figure in row.figures}
    return [row.body for row in source.rows], media


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__.strip("_"))
@_QUICK
@given(data=st.data())
def test_an_item_of_any_kind_comes_back_as_it_left(kind: Any, data: st.DataObject) -> None:
    body = data.draw(bodies(kind))
    first = write_package([body], MEDIA)
    (read,), media = again(first)
    assert read == body
    assert write_package([read], MEDIA | media) == first


@_QUICK
@given(items=sets())
def test_a_package_exported_again_is_the_same_file_to_the_byte(items: list[ItemBody]) -> None:
    used = {digest: MEDIA[digest] for digest in MEDIA if digest in repr(items)}
    first = write_package(items, used)
    read, media = again(first)
    assert sorted(read, key=lambda body: body.content.code) == sorted(items, key=lambda body: body.content.code)
    assert write_package(read, media) == first == write_package(items[::-1], used)


def _children(element: Element) -> list[str]:
    return [child.tag.rpartition("}")[2] for child in element]


def test_items_follow_the_schema_in_names_and_order() -> None:
    package = write_package(EVERY, EVERY_MEDIA)
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        pages = {name: fromstring(archive.read(name)) for name in archive.namelist() if name.startswith("items/")}
        manifest = fromstring(archive.read("imsmanifest.xml"))
        names = set(archive.namelist())
    order = (
        "qti-response-declaration", "qti-outcome-declaration", "qti-assessment-stimulus-ref", "qti-item-body",
        "qti-response-processing",
    )  # fmt: skip
    for root in pages.values():
        assert root.tag == "{http://www.imsglobal.org/xsd/imsqtiasi_v3p0}qti-assessment-item"
        places = [order.index(tag) for tag in _children(root)]
        assert places == sorted(places)
        declared = {each.get("identifier") for each in root if each.tag.endswith("declaration")}
        used = {each.get("response-identifier") for each in root.iter()} - {None}
        assert used <= declared
    listed = {each.get("href") for each in manifest.iter() if each.tag.endswith("}file")}
    assert listed == names - {"imsmanifest.xml"}
    kinds = {
        each.tag.rpartition("}")[2] for root in pages.values() for each in root.iter() if "interaction" in each.tag
    }
    assert kinds == {
        "qti-choice-interaction", "qti-order-interaction", "qti-match-interaction", "qti-text-entry-interaction",
        "qti-inline-choice-interaction", "qti-select-point-interaction", "qti-extended-text-interaction",
        "qti-drawing-interaction",
    }  # fmt: skip


def test_without_keys_nothing_in_the_package_tells_the_answer() -> None:
    package = write_package(EVERY, EVERY_MEDIA, with_keys=False)
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        said = "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml"))
    assert "correct-response" not in said and "mapping" not in said and "rubric" not in said
    assert "黄绿双" in said, "options stay"
    assert "试电笔" not in said and "300,150" not in said, "accepted answers and areas go"


def test_the_same_items_in_another_tool_are_scored_by_standard_processing_only() -> None:
    package = write_package(EVERY, EVERY_MEDIA)
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        foreign = {name: archive.read(name) for name in archive.namelist() if name != "imsmanifest.xml"}
    read = {}
    for name, data in foreign.items():
        if name.startswith("items/"):
            (row,) = read_qti(data, Settings(default_point="A-A-1")).rows
            read[row.body.content.code] = row.body
    for body in (each for each in EVERY if each.content.case is None):
        got, kind = read[body.content.code], body.content.type
        if kind in ("single_response", "multiple_response", "true_false", "ordering", "matching", "inline_choice"):
            assert (got.key, got.scoring) == (body.key, body.scoring), kind
        elif kind == "text_entry":
            assert [each["accept"] for each in got.scoring["blanks"]] == [["试电笔", "电笔"], ["有电设备", "带电设备"]]
    assert read["T-08"].scoring["areas"] == [{"shape": "circle", "coords": [300, 150, 42]}]


LAYOUT = read_mapping(mapping_text("exam-workbook"))


def _from_workbook(book: bytes, figures: bytes) -> list[ItemBody]:
    sheet = read_sheet(book, LAYOUT.sheet, LAYOUT.header_row)
    found = read_figures(figures) if figures else NO_FIGURES
    rows = [read_row(row, LAYOUT, found) for row in sheet.rows]
    assert not [(row.body.content.code, flaw) for row in rows for flaw in row.flaws]
    return [row.body for row in rows]


def _quiet(done: int, total: int) -> None:
    """Nobody watches."""


def _workbook_twice(items: Sequence[ItemBody], media: dict[str, Media]) -> None:
    figures = write_figures({name: found for name, found in media.items() if name in repr(items)})
    first = write_workbook(items, LAYOUT, None, _quiet)
    read = _from_workbook(first, figures)
    assert [canonical(body) for body in read] == [
        canonical(body) for body in sorted(items, key=lambda body: body.content.code)
    ]
    second = write_workbook(read, LAYOUT, None, _quiet)
    assert [row.cells for row in read_sheet(second, LAYOUT.sheet).rows] == [
        row.cells for row in read_sheet(first, LAYOUT.sheet).rows
    ]
    assert second == first, "not only the cells: the file"


def test_a_workbook_of_every_type_comes_back_and_leaves_the_same() -> None:
    _workbook_twice(EVERY, EVERY_MEDIA)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__.strip("_"))
@_QUICK
@given(data=st.data())
def test_a_row_of_any_kind_comes_back_as_it_left(kind: Any, data: st.DataObject) -> None:
    body = data.draw(bodies(kind))
    _workbook_twice([body], MEDIA)


def test_a_stem_that_looks_like_a_formula_stays_words() -> None:
    stem = (text_block('=HYPERLINK("x")+1'),)
    body = replace(EVERY[0], content=replace(EVERY[0].content, stem=stem))
    (read,) = _from_workbook(write_workbook([body], LAYOUT, None, _quiet), b"")
    assert read.content.stem == stem


def test_every_field_of_the_layout_has_a_column() -> None:
    assert len(fields_of(LAYOUT)) == len(set(fields_of(LAYOUT))) > 35
