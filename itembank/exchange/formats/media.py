"""Files embedded in the text of a question: base64 beside it (Moodle) or data addresses inside it.

For the readers of HTML-bearing formats. Leads from the source as written to the digest of the bytes, which is what
`rich.blocks_of_html` asks for; what is no usable figure or sound becomes a flaw of the question.
"""

import base64
import binascii
import re
from html import escape
from urllib.parse import quote, unquote

from itembank.exchange.formats.build import Question
from itembank.items.rich import is_unreadable

_LINK = re.compile(r"<a\b[^<>]{0,500}?\bhref=[\"']([^\"'<>]{1,400})[\"'][^<>]{0,200}>([^<>]{0,400})</a>", re.IGNORECASE)
_DATA = re.compile(r"data:(?:image|audio)/[a-z0-9.+-]{1,40};base64,([A-Za-z0-9+/=\s]+)")


def decoded(question: Question, name: str, text: str, field: str = "stem") -> bytes | None:
    """The bytes of base64 text; a flaw and None when they are broken."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        zh, en = f"嵌入的文件 {name} 损坏（base64 有误）", f"The embedded file {name} is damaged (base64)"
        question.flaw(field, "figure.unusable", zh, en, name)
        return None


def embedded(question: Question, raw: str, field: str) -> dict[str, str]:
    """Digests by data address for every picture and sound written into the text itself."""
    found = {}
    for match in _DATA.finditer(raw):
        data = decoded(question, "data:", match[1], field)
        figure = question.asset("data:", data, field) if data is not None else None
        if figure is not None:
            found[match[0]] = figure.digest
    return found


def spellings(name: str) -> set[str]:
    """The ways an address may write this file name."""
    return {name, quote(name), unquote(name), quote(name, safe="/()!*'~")}


def shown_links(question: Question, raw: str, assets: dict[str, str]) -> str:
    """The text with links to embedded sounds and pictures turned into the sound or picture itself."""
    if not assets or is_unreadable(raw):
        return raw

    def shown(match: re.Match[str]) -> str:
        digest, words = assets.get(match[1], ""), re.sub(r"<[^<>]*>", "", match[2])
        if not digest:
            return match[0]
        name = escape(words.strip()[:80])
        if question.figures[digest].width:
            return f'{match[2]}<img src="{match[1]}" alt="{name}">'
        return f'{match[2]}<audio src="{match[1]}" title="{name}"></audio>'

    return _LINK.sub(shown, raw)
