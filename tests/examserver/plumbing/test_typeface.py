"""Fonts for documents: cut to the characters, joined where one font lacks some, and honest where none has them."""

import io

import pypdfium2
import pytest
from fontTools.ttLib import TTFont
from pypdf import PdfReader

from examserver.plumbing.fonts import RARE, load_fonts
from examserver.plumbing.pages import Sheet, register_fonts
from examserver.plumbing.typeface import (
    CharacterNotInFont,
    FontSource,
    NoChineseFont,
    cut_font,
    needed_characters,
)

NAME = "𠮷广明䶮㛃𬭎·Ab1"


def pdf_with(text: str, fonts: dict[str, str]) -> bytes:
    sheet = Sheet(120, 40, "x", fonts)
    sheet.text(10, 20, text, 20)
    return sheet.finish()


def dark_pixels(pdf: bytes) -> int:
    image = pypdfium2.PdfDocument(pdf)[0].render(scale=2).to_pil().convert("L")
    return sum(image.histogram()[:128])


def common_only() -> FontSource:
    """The machine's font without the characters that the shipped font is for."""
    kept = needed_characters(["广明䶮㛃𬭎·Ab1"])
    return FontSource("common", cut_font(load_fonts("regular"), kept))


def test_a_font_holds_exactly_what_was_asked_for() -> None:
    data = cut_font(load_fonts("bold"), needed_characters([NAME]), "ExamTest")
    assert set(TTFont(io.BytesIO(data)).getBestCmap()) == needed_characters([NAME]) | {0x20}


def test_rare_characters_come_from_the_shipped_font_where_the_machine_lacks_them() -> None:
    rare = FontSource("rare", (RARE / "ExamRareHan-Regular.otf").read_bytes())
    with pytest.raises(CharacterNotInFont):
        cut_font([common_only()], needed_characters([NAME]))
    fonts = register_fonts({"regular": [NAME]}, {"regular": [common_only(), rare]})
    pdf = pdf_with(NAME, fonts)
    assert NAME in pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range()
    everything = register_fonts({"regular": [NAME]}, {"regular": load_fonts("regular")})
    ink = dark_pixels(pdf_with(NAME, everything))
    assert abs(dark_pixels(pdf) - ink) < ink // 10


def test_fonts_are_embedded() -> None:
    pdf = pdf_with("证书", register_fonts({"regular": ["证书"]}, {"regular": load_fonts("regular")}))
    fonts = PdfReader(io.BytesIO(pdf)).pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    cjk = [font.get_object() for font in fonts.values() if "ExamCJK" in font.get_object()["/BaseFont"]]
    assert cjk
    assert all("/FontFile2" in font["/FontDescriptor"] for font in cjk)


def test_a_second_batch_has_its_own_characters() -> None:
    for text in ("甲乙", "丙丁"):
        fonts = register_fonts({"regular": [text]}, {"regular": load_fonts("regular")})
        assert text in pypdfium2.PdfDocument(pdf_with(text, fonts))[0].get_textpage().get_text_range()


def test_no_font_and_no_glyph_are_errors_not_blanks() -> None:
    with pytest.raises(NoChineseFont):
        cut_font([], needed_characters(["证"]))
    with pytest.raises(CharacterNotInFont) as refusal:
        cut_font(load_fonts("regular"), needed_characters(["证\U0003134a"]))
    assert refusal.value.fields["characters"] == "\U0003134a"
