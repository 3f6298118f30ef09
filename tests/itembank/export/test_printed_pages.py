"""Printed items are read whole: heading, stem, options and key of an item stand on one page where a page holds them."""

import io
import re
from dataclasses import replace

from pypdf import PdfReader

from examserver.plumbing.fonts import load_fonts
from itembank.exchange.export.pdf import Reader, print_items
from itembank.items.content import Case, ItemBody, Option, text_block
from tests.every_type import BODIES

LONG = "停电后验电接地并悬挂标示牌。"


def numbered(number: int, case: Case | None = None) -> ItemBody:
    """A single choice as long as its number asks."""
    one = next(body for body in BODIES if body.content.type == "single_response")
    code, stem = f"P-{number:03d}", text_block(f"题干{number:03d}始" + LONG * (number % 17))
    options = tuple(
        Option(letter, (text_block(f"选项{number:03d}{letter}" + LONG * (number % 5)),)) for letter in "ABCD"
    )
    return replace(one, content=replace(one.content, code=code, stem=(stem,), options=options, case=case), key=("B",))


def pages_of(bodies: list[ItemBody]) -> list[str]:
    """The words of every page, with keys."""
    fonts = {style: load_fonts(style) for style in ("regular", "bold")}
    reader = Reader("阅", "2026-11-22 09:00", "审定")
    data = print_items("题库", bodies, {}, fonts, reader, True, lambda done, whole: None)
    return [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]


def test_no_item_is_parted_between_two_pages_while_one_holds_it() -> None:
    material = (text_block("案例材料" + LONG * 30),)
    members = [numbered(number, Case("P-040", place, 2, material)) for place, number in ((1, 41), (2, 42))]
    pages = pages_of([*(numbered(number) for number in range(1, 40)), *members])
    assert len(pages) > 5
    for page in pages:
        headings = re.findall(r"P-(\d{3})　单选题", page)
        assert headings and page.count("答案：B") == len(headings)
        for number in headings:
            assert all(f"选项{number}{letter}" in page for letter in "ABCD"), number
    (begun,) = [page for page in pages if "案例材料" in page]
    assert "P-041　单选题" in begun, "the text of a case is not left behind without its first item"


def test_an_item_longer_than_a_page_flows_over_several() -> None:
    one = numbered(1)
    long = replace(one, content=replace(one.content, stem=tuple(text_block(LONG * 12) for _ in range(30))))
    pages = pages_of([numbered(0), long, numbered(2)])
    assert len(pages) >= 3 and "P-001　单选题" in pages[0], "it begins where the one before ends"
    assert "题干002始" in pages[-1]
