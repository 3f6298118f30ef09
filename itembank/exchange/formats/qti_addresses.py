"""Where the files are that HTML written as text refers to: marks of course systems and question parts removed.

For the readers of QTI 1.2 and of pages in files of their own.
"""

import re
from collections.abc import Callable
from html import escape, unescape
from urllib.parse import unquote

_ROOT = re.compile(r"\$?(IMS[_-]CC[_-]FILE_?BASE|CANVAS_OBJECT_REFERENCE|WIKI_REFERENCE)\$?/?", re.IGNORECASE)
_SOURCE = re.compile(r"""(\bsrc\s*=\s*)("[^"]*"|'[^']*')""", re.IGNORECASE)
_CHINESE = re.compile(rb"charset\s*=\s*[\"']?gb", re.IGNORECASE)
_BODY = re.compile(r"<body\b[^>]*>(.*?)(</body>|$)", re.IGNORECASE | re.DOTALL)


def located(source: Callable[[str], str], raw: str) -> str:
    """The HTML with addresses as the package names its files; `source` fetches each of them."""

    def renamed(match: re.Match[str]) -> str:
        return f'{match[1]}"{escape(source(plain_address(unescape(match[2][1:-1]))))}"'

    return _SOURCE.sub(renamed, raw)


def plain_address(address: str) -> str:
    """An address without the marks and question part some systems put into it."""
    if address.startswith("data:"):
        return address
    return unquote(_ROOT.sub("", unquote(address))).partition("?")[0]


def page_body(data: bytes) -> str | None:
    """The inside of the body of an HTML page; None when it is none."""
    found = _BODY.search(_decoded(data))
    return found[1] if found else None


def _decoded(data: bytes) -> str:
    """UTF-8, otherwise what Chinese or Western pages of old were written in."""
    for encoding in ("utf-8-sig", "gb18030" if _CHINESE.search(data[:2000]) else "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return ""
