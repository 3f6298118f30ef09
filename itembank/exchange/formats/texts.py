"""Turns the bytes of a text file into lines, or says why they are no text: encoding, length of lines.

For Aiken and GIFT. UTF-8 with or without its mark, UTF-16 with its mark, GB 18030 (and so GBK, GB 2312), in this order.
"""

import codecs

from itembank.exchange.formats.refusals import (
    FileNotText,
    FileTooLarge,
    LineTooLong,
    UnreadableFile,
    check_kind,
    check_size,
)

MOST_TEXT = 20 * 2**20
LONGEST_LINE = 100_000
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_FEW_CONTROLS = 0.01


def plain_text_of(data: bytes, wanted_zh: str, wanted_en: str) -> str:
    """The text with plain line ends; raises an UnreadableFile that says what the bytes are instead."""
    check_size(data)
    check_kind(data, wanted_zh, wanted_en)
    if len(data) > MOST_TEXT:
        raise FileTooLarge(size=len(data) // 2**20, most=MOST_TEXT // 2**20)
    text = _decoded(data).replace("\r\n", "\n").replace("\r", "\n")
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > LONGEST_LINE:
            raise LineTooLong(line=number, most=LONGEST_LINE)
    return text


def looks_like_text(data: bytes) -> str:
    """The first part of the file as text, for recognising formats; empty when it is none."""
    try:
        return plain_text_of(_whole_start(data), "", "")
    except UnreadableFile:
        return ""


def _whole_start(data: bytes) -> bytes:
    """So much of the beginning that no character is cut."""
    if len(data) <= 200_000:
        return data
    end = data.rfind(b"\n", 0, 200_000)
    even = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data[: 200_000 if even or end < 0 else end]


def _decoded(data: bytes) -> str:
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    for name in [marked] if marked else ["utf-8", "gb18030"]:
        try:
            text = data.decode(name)
        except UnicodeDecodeError as error:
            place = f"{name}: {error.start}"
            continue
        controls = sum(text.count(chr(code)) for code in range(32) if chr(code) not in "\t\n\r\f\v\x1a")
        if "\0" not in text and controls <= len(text) * _FEW_CONTROLS:
            return text.rstrip("\x1a")
        place = f"{name}: U+0000–U+001F × {controls}"
        break
    raise FileNotText(place=place)
