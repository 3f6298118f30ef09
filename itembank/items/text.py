"""Decides how the text of an item is normalised, when two texts are the same, and what text may never hold.

For import and editing. Text is kept in NFC with every rare character (GB 18030 reaches far beyond the common planes);
only line ends and outer blanks change. Items are plain text: markup of any kind is refused, whatever its disguise.
"""

import html
import re
import unicodedata

import nh3

LONGEST_TEXT = 4000

_TAG = re.compile(r"<\s*[/!?]?\s*([a-zA-Z!?][^\s/<>]*)([^<>]*)(>?)")
_ACTIVE_NAMES = (
    "script iframe frame object embed applet svg math style link meta base form input button img image video audio "
    "source body html head template"
)
_OTHER_NAMES = (
    "a abbr b big blockquote br center code dd del details div dl dt em fieldset font h1 h2 h3 h4 h5 h6 hr i ins kbd "
    "label legend li main mark marquee menu nav ol option p pre q s samp select small span strike strong sub sup "
    "table tbody td textarea tfoot th thead title tr tt u ul"
)
_ACTIVE = frozenset(_ACTIVE_NAMES.split())
_HTML = _ACTIVE | frozenset(_OTHER_NAMES.split())
_HANDLER = re.compile(r"\bon[a-z]{3,20}\s*=|javascript\s*:|data\s*:\s*text/html", re.IGNORECASE)
_MARKS = re.compile("[\\s,;?!。、“”‘’\"']+")
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_HALF = re.compile("[\ud800-\udfff]")
_BLANK_FILL = re.compile(r"[(（\[【]\s*[_＿\s]*[)）\]】]|[_＿]{2,}")


def tidy(text: str) -> str:
    """NFC text with plain line ends and no outer blanks; half a character becomes the replacement mark, a flaw."""
    if _HALF.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "")
    return unicodedata.normalize("NFC", plain).strip()


def identity(text: str) -> str:
    """The same for two texts that differ only in width, blanks, sentence marks or the marks of the gap.

    What changes a meaning stays: case (mW is not MW), raised and lowered digits, decimal points, signs, ratios.
    """
    narrow = tidy(_BLANK_FILL.sub("", text)).translate(_NARROW)
    return _MARKS.sub("", narrow).rstrip(".:-—·")


def _unmasked(text: str) -> str:
    for _ in range(3):
        plain = html.unescape(text)
        if plain == text:
            break
        text = plain
    return text


def markup_in(text: str) -> str | None:
    """The first piece of HTML or script in the text, also when written as character references; None when plain.

    A comparison such as `I<5A` or `R1 < R2` is plain: only known elements count, or anything carrying a handler.
    """
    bare = unicodedata.normalize("NFKC", _unmasked(text))
    if "<" not in bare and not _HANDLER.search(bare):
        return None
    for match in _TAG.finditer(bare):
        if _is_active(match) or (_is_markup(match) and nh3.is_html(bare)):
            return match[0][:80]
    found = _HANDLER.search(bare) if nh3.is_html(bare) or "script" in bare.casefold() else None
    return found[0] if found else None


def _is_active(match: re.Match[str]) -> bool:
    """An element that loads or runs something is refused even when its tag is not closed."""
    return match[1].casefold() in _ACTIVE or match[1].startswith(("!--", "!["))


def _is_markup(match: re.Match[str]) -> bool:
    name, closed = match[1].casefold().lstrip("!?"), bool(match[3])
    return closed and (name in _HTML or name == "doctype" or bool(_HANDLER.search(match[2])))


def control_characters(text: str) -> list[str]:
    """Characters that no screen shows and some obey: controls, bidirectional overrides, the replacement mark."""
    return sorted({f"U+{ord(each):04X}" for each in text if _is_control(each)})


def _is_control(character: str) -> bool:
    if character in "\n\t":
        return False
    if character == "\ufffd" or "\u202a" <= character <= "\u202e" or "\u2066" <= character <= "\u2069":
        return True
    return unicodedata.category(character) in ("Cc", "Cs")


def private_characters(text: str) -> list[str]:
    """Characters of private use areas: home-made glyphs that another machine shows as an empty box."""
    return sorted({f"U+{ord(each):04X}" for each in text if unicodedata.category(each) == "Co"})
