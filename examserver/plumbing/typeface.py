"""Decides how Chinese letters get into a PDF: which font has them, and the small TrueType font that carries them.

For: everything printed. Source: reportlab embeds TrueType outlines only, while the free CJK fonts
of most systems hold cubic (CFF) outlines; so a document's own characters are cut out and, where needed, converted.
Rare characters of names (such as U+20BB7) must appear: a character no font has is an error, never a blank box.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from fontTools import subset
from fontTools.merge import Merger
from fontTools.merge import Options as MergeOptions
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont, newTable

from examserver.kernel.errors import Invalid, Unavailable


class NoChineseFont(Unavailable):
    code = "font.none"
    message_zh = "这台机器上没有中文字体，无法生成 PDF。"
    message_en = "No Chinese font was found on this machine, so no PDF can be made."
    next_zh = "请运行 make setup，或安装 fonts-noto-cjk，或用 EXAM_FONTS 指定字体目录。"
    next_en = "Run make setup, install fonts-noto-cjk, or name a folder of fonts in EXAM_FONTS."


class CharacterNotInFont(Invalid):
    code = "font.character_missing"
    message_zh = "字体中没有这些字：{characters}。"
    message_en = "The fonts lack these characters: {characters}."
    next_zh = "请安装含扩展区汉字的字体（fonts-noto-cjk），再重新生成。"
    next_en = "Install a font with the extension characters (fonts-noto-cjk) and make the document again."


@dataclass(frozen=True)
class FontSource:
    """One font file's bytes and the number of the face inside it (0 unless it is a collection)."""

    name: str
    data: bytes
    face: int = 0


def needed_characters(texts: Iterable[str]) -> frozenset[int]:
    """Return the code points of the texts, without line feeds."""
    return frozenset(ord(character) for text in texts for character in text if character not in "\n\r\t")


def cut_font(sources: Sequence[FontSource], characters: frozenset[int], name: str = "ExamCJK") -> bytes:
    """Return a TrueType font holding exactly the characters, each from the first source that has it.

    Fonts of one document need different names. Raises NoChineseFont without sources and CharacterNotInFont when a
    character is in none of them.
    """
    if not sources:
        raise NoChineseFont(retry_after_s=60)
    wanted, parts = characters | {0x20}, []
    for source in sources:
        font = _opened(source)
        here = wanted & frozenset(font.getBestCmap())
        if here:
            parts.append(_cut(font, here, name))
            wanted -= here
        if not wanted:
            return parts[0] if len(parts) == 1 else _joined(parts, name)
    raise CharacterNotInFont(characters="".join(sorted(chr(point) for point in wanted))[:60])


def _joined(parts: Sequence[bytes], name: str) -> bytes:
    """Return one font with the glyphs of several TrueType fonts, scaled alike (all have 1000 units to the em)."""
    merger = Merger(MergeOptions(drop_tables=["post", "vhea", "vmtx", "OS/2", "gasp", "prep", "fpgm", "cvt "]))
    font = merger.merge([io.BytesIO(part) for part in parts])
    font["post"] = TTFont(io.BytesIO(parts[0]))["post"]
    font["OS/2"] = TTFont(io.BytesIO(parts[0]))["OS/2"]
    font["post"].formatType = 3.0
    return _saved(font, name)


def _opened(source: FontSource) -> Any:
    """Return the face of a font file."""
    stream = io.BytesIO(source.data)
    if source.data[:4] == b"ttcf":
        return TTCollection(stream, lazy=True).fonts[source.face]
    return TTFont(stream, lazy=True)


def _cut(font: Any, characters: frozenset[int], name: str) -> bytes:
    """Return the font with only these characters, outlines quadratic."""
    options = subset.Options(layout_features=[], hinting=False, notdef_outline=True, glyph_names=False)
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "GDEF", "GPOS", "GSUB", "DSIG", "STAT", "meta"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=sorted(characters))
    cutter.subset(font)
    if "CFF " in font:
        _make_quadratic(font)
    return _saved(font, name)


def _saved(font: Any, name: str) -> bytes:
    """Return the font's file under this name."""
    for identifier, text in ((1, name), (2, "Regular"), (4, name), (6, name)):
        font["name"].setName(text, identifier, 3, 1, 0x409)
    result = io.BytesIO()
    font.flavor = None
    font.save(result, reorderTables=False)
    return result.getvalue()


def _make_quadratic(font: Any) -> None:
    """Replace cubic (CFF) outlines by quadratic (glyf) ones within a thousandth of the em."""
    order = font.getGlyphOrder()
    glyphs = font.getGlyphSet()
    largest_error = font["head"].unitsPerEm / 1000
    table = newTable("glyf")
    table.glyphOrder, table.glyphs = order, {name: _quadratic(glyphs, name, largest_error) for name in order}
    font["loca"], font["glyf"] = newTable("loca"), table
    table.compile(font)
    _set_true_type_tables(font, len(order))
    del font["CFF "]
    font.sfntVersion = "\x00\x01\x00\x00"


def _quadratic(glyphs: Any, name: str, largest_error: float) -> Any:
    """Return one glyph with quadratic outlines."""
    pen = TTGlyphPen(glyphs)
    glyphs[name].draw(Cu2QuPen(pen, largest_error, reverse_direction=True))
    return pen.glyph()


def _set_true_type_tables(font: Any, glyphs: int) -> None:
    """Set the maxp and post tables that TrueType outlines need."""
    maxp = newTable("maxp")
    maxp.tableVersion, maxp.numGlyphs = 0x00010000, glyphs
    for field in (
        "maxPoints", "maxContours", "maxCompositePoints", "maxCompositeContours", "maxTwilightPoints", "maxStorage",
        "maxFunctionDefs", "maxInstructionDefs", "maxStackElements", "maxSizeOfInstructions",
        "maxComponentElements", "maxComponentDepth",
    ):  # fmt: skip
        setattr(maxp, field, 0)
    maxp.maxZones = 1
    font["maxp"] = maxp
    font["post"].formatType = 3.0
