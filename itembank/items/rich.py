"""Decides what rich text may hold, cleans foreign HTML by an allow-list, and turns HTML into the blocks of an item.

For every door of the bank: editor, importers, approval. The library (nh3, the parser of a browser in Rust) decides;
this module only says what is allowed: words, tables, MathML, pictures of the bank by digest. Never scripts, handlers,
styles, classes, links. A stored html block equals its own cleaning. Source: OWASP's advice to clean by an allow-list.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser

import nh3

from itembank.items.content import Block, audio_block, figure_block, html_block, text_block
from itembank.items.faults import Flaw
from itembank.items.text import markup_in, tidy

LONGEST_HTML = 20_000
# Parsers need quadratic time for what is not closed or nested without end; nobody writes a stem like that.
MOST_READ, MOST_UNCLOSED, DEEPEST = 2 * LONGEST_HTML, 20, 100

_TEXT_TAGS = (
    "p br b strong i em u sub sup ul ol li table thead tbody tfoot tr th td caption colgroup col span div pre code "
    "blockquote hr h3 h4 h5 h6 ruby rt rp img"
)
_MATH_TAGS = (
    "math mi mn mo ms mtext mspace mrow mfrac msqrt mroot mstyle merror mpadded mphantom mfenced menclose msub msup "
    "msubsup munder mover munderover mmultiscripts mprescripts none mtable mtr mtd mlabeledtr semantics"
)
_DROPPED_WHOLE = (
    "script style iframe object embed applet template noscript title head svg annotation annotation-xml select "
    "textarea noembed noframes xmp plaintext video canvas"
)
_ACTIVE_NAMES = "script iframe object embed applet form svg link meta base frame frameset"
_ACTIVE_TAGS = frozenset(_ACTIVE_NAMES.split())
_RUNS = re.compile(r"^[\s\x00-\x20]*(javascript|vbscript|data\s*:\s*text/html)", re.IGNORECASE)

TEXT_TAGS = frozenset(_TEXT_TAGS.split())
MATH_TAGS = frozenset(_MATH_TAGS.split())
ALLOWED_TAGS = TEXT_TAGS | MATH_TAGS

_MATH_NAMES = (
    "mathvariant displaystyle scriptlevel columnalign rowalign columnspan rowspan columnlines rowlines frame "
    "stretchy symmetric fence separator separators open close form accent accentunder linethickness bevelled notation "
    "width height depth lspace rspace voffset minsize maxsize movablelimits largeop dir"
)
_MATH_ATTRIBUTES = frozenset(_MATH_NAMES.split())
_ATTRIBUTES: dict[str, set[str]] = {
    **{name: set(_MATH_ATTRIBUTES) for name in MATH_TAGS},
    "math": {"display", "dir", "displaystyle"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "col": {"span"},
    "colgroup": {"span"},
    "img": {"src", "alt"},
}
_SPANS = frozenset({"colspan", "rowspan", "span", "columnspan"})
_SPAN = re.compile(r"[1-9]\d?")
_MATH_VALUE = re.compile(r"[^<>\"'`&:\\]{0,40}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_PREFIX = re.compile(r"<(/?)(?:m|mml|math|mathml):(?=[a-z])", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-z][a-z0-9-]*)((?:\s[^<>]*)?)>")
_MATH = re.compile(r"(<math\b[^<>]*>)(.*?)(</math>)", re.DOTALL)
_BARE_IMAGE = re.compile(r"<img(?![^<>]*\ssrc=\"sha256:)[^<>]*>")
_ATTRIBUTE = re.compile(r'\s([a-z-]+)="([^"]*)"')
_VOID = frozenset({"br", "hr", "img", "col"})
_DATA = re.compile(r"data:[a-z]{1,20}/[a-z0-9.+-]{1,40};base64,[A-Za-z0-9+/=\s]*")
_ANY_TAG = re.compile(r"<(/?)([A-Za-z][^\s<>/]{0,40})")
_OPEN_NAMES = "p li td th tr thead tbody tfoot source option colgroup input"
_MAY_STAY_OPEN = _VOID | frozenset(_OPEN_NAMES.split())
UNREADABLE = "?"


@dataclass(frozen=True)
class Cleaned:
    """Rich text as it may be stored, and the names of what had to go (`script`, `onclick`, `style`, `a` …)."""

    html: str
    removed: tuple[str, ...]

    @property
    def hostile(self) -> tuple[str, ...]:
        """What of it could have run or loaded something: reason enough to refuse a file."""
        running = ("on", "javascript:", UNREADABLE)
        return tuple(name for name in self.removed if name in _ACTIVE_TAGS or name.startswith(running))


def _allowed_value(tag: str, name: str, value: str) -> str | None:
    if tag == "img":
        return value if name == "alt" or _DIGEST.fullmatch(value) else None
    if name in _SPANS:
        return value if _SPAN.fullmatch(value.strip()) else None
    return value if _MATH_VALUE.fullmatch(value) else None


def _cleaner(mapping: Mapping[str, str] | None = None) -> nh3.Cleaner:
    """The library with our lists; with a mapping, pictures and sounds are renamed to their digests on the way."""
    tags, attributes = set(ALLOWED_TAGS), {tag: set(names) for tag, names in _ATTRIBUTES.items()}
    dropped, schemes = set(_DROPPED_WHOLE.split()), {"sha256"}
    judge = _allowed_value
    if mapping is not None:
        tags, schemes = tags | {"audio", "source"}, {"sha256", "data", "http", "https", "file", "cid"}
        attributes |= {"audio": {"src", "alt", "title"}, "source": {"src"}}
        judge = _Renamer(mapping).value
    return nh3.Cleaner(
        tags=tags, clean_content_tags=dropped, attributes=attributes, attribute_filter=judge, url_schemes=schemes,
        link_rel=None, strip_comments=True,
    )  # fmt: skip


@dataclass(frozen=True)
class _Renamer:
    """Puts the digest in the place of the name under which a file was written."""

    mapping: Mapping[str, str]

    def value(self, tag: str, name: str, value: str) -> str | None:
        """What the attribute becomes; an unknown source is kept under a mark so that it can be told."""
        if name == "src" and tag in ("img", "audio", "source"):
            return self.mapping.get(value) or (value if _DIGEST.fullmatch(value) else f"missing:{value[:120]}")
        return value if tag in ("audio", "source") else _allowed_value(tag, name, value)


_STRICT = _cleaner()
_LONELY = _cleaner({})


def is_unreadable(raw: str) -> bool:
    """Whether this is too long, too deep or too broken to be given to a parser; addresses with data do not count."""
    html = _DATA.sub("", raw)
    if len(html) > MOST_READ or html.count("<") - html.count(">") > MOST_UNCLOSED:
        return True
    depth = deepest = 0
    for mark in _ANY_TAG.finditer(html):
        if mark[2].lower() not in _MAY_STAY_OPEN:
            depth = max(0, depth - 1) if mark[1] else depth + 1
            deepest = max(deepest, depth)
    return deepest > DEEPEST


def clean_html(raw: str) -> Cleaned:
    """The part of this HTML that may be stored, unchanged when cleaned again, and what had to go."""
    if is_unreadable(raw):
        return Cleaned("", (UNREADABLE,))
    html = _cleaned(raw)
    return Cleaned(html, tuple(sorted(_names(raw) - _names(html))))


def is_clean(html: str) -> bool:
    """Whether this rich text may be stored as it is."""
    return clean_html(html).html == html


def _plain_math(raw: str) -> str:
    """MathML without the prefix that XML writers give it."""
    return _PREFIX.sub(r"<\1", raw)


def _cleaned(raw: str) -> str:
    return _settled(_plain_math(tidy(raw)))


def _settled(raw: str) -> str:
    """Cleaned until cleaning changes nothing; what never settles keeps only its words."""
    html = raw
    for _ in range(5):
        cleaned = _once(html)
        if cleaned == html:
            return html
        html = cleaned
    return tidy(nh3.clean_text(unescape(_TAG.sub(" ", html))))


def _once(html: str) -> str:
    cleaned = _BARE_IMAGE.sub("", _STRICT.clean(html))
    return tidy(_MATH.sub(_only_math, cleaned))


def _only_math(match: re.Match[str]) -> str:
    """A formula holds formula elements only: HTML inside MathML is where parsers of two browsers may disagree."""
    inner = _TAG.sub(lambda tag: tag[0] if tag[2] in MATH_TAGS - {"math"} else "", match[2])
    return f"{match[1]}{inner}{match[3]}"


class _Listener(HTMLParser):
    """Collects the names of elements and attributes of any text that calls itself HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        allowed = _ATTRIBUTES.get(tag, set())
        for name, value in attrs:
            if _RUNS.match(value or ""):
                self.names.add("javascript:")
            if not name.startswith("xmlns") and (name not in allowed or not _kept(tag, name, value or "")):
                self.names.add(name if name != "src" else f"{tag} src")


def _kept(tag: str, name: str, value: str) -> bool:
    return _allowed_value(tag, name, value) is not None


def _names(html: str) -> set[str]:
    listener = _Listener()
    try:
        listener.feed(_plain_math(html))
        listener.close()
    except (AssertionError, ValueError):
        listener.names.add(UNREADABLE)
    return listener.names


def blocks_of_html(
    raw: str, assets: Mapping[str, str], field: str = "stem"
) -> tuple[tuple[Block, ...], tuple[Flaw, ...]]:
    """The blocks of foreign HTML and what keeps it out: active content, pictures or sounds that did not come along.

    `assets` leads from the source as written (`images/a.png`) to the digest. Paragraphs of plain words become text
    blocks, a paragraph that is one picture a figure, one sound an audio block; everything else stays rich text. What
    is merely dropped (styles, links) is no flaw; `clean_html(raw).removed` names it.
    """
    if "<" not in raw and "&" not in raw:
        return tuple(_paragraph(raw)), ()
    if is_unreadable(raw):
        zh = f"标记过长、嵌套过深或没有闭合（最多 {MOST_READ:,} 字符、{DEEPEST} 层）"
        en = f"The markup is too long, too deep or not closed (at most {MOST_READ:,} characters, {DEEPEST} levels)"
        return (), (Flaw(field, "text.too_long", zh, en, raw[:80]),)
    flaws = _hostile_flaws(raw, field)
    renamed = (_cleaner(assets) if assets else _LONELY).clean(_plain_math(tidy(raw)))
    flaws += [_missing(name, field) for name in dict.fromkeys(re.findall(r'src="missing:([^"]*)"', renamed))]
    blocks: list[Block] = []
    for piece in _pieces(renamed):
        _append(blocks, piece)
    cleaned = (html_block(_cleaned(each.text)) if each.kind == "html" else each for each in blocks)
    return tuple(cleaned), tuple(flaws)


def _hostile_flaws(raw: str, field: str) -> list[Flaw]:
    hostile = clean_html(raw).hostile
    if not hostile:
        return []
    shown = "、".join(hostile)
    zh, en = f"含有脚本或会加载外部内容的标记：{shown}", f"Holds active content: {shown}"
    return [Flaw(field, "text.markup", zh, en, shown[:80])]


def _missing(name: str, field: str) -> Flaw:
    shown = unescape(name)
    zh, en = f"引用的图片或音频“{shown}”没有随文件提供", f"The file refers to {shown}, which did not come along"
    return Flaw(field, "figure.missing", zh, en, shown[:80])


def _pieces(html: str) -> Iterator[str]:
    """The top-level elements of well-formed HTML and the runs of words between them; a division is opened."""
    depth = start = 0
    for match in _TAG.finditer(html):
        closing, name = match[1] == "/", match[2]
        if depth == 0 and not closing and name in _BLOCK_TAGS:
            yield html[start : match.start()]
            start = match.start()
        if name not in _VOID and name != "source":
            depth += -1 if closing else 1
        if depth == 0 and name in _BLOCK_TAGS and (closing or name in _VOID):
            yield from _opened(html[start : match.end()], name)
            start = match.end()
    yield html[start:]


_BLOCK_NAMES = "p div ul ol table pre blockquote hr h3 h4 h5 h6 audio"
_BLOCK_TAGS = frozenset(_BLOCK_NAMES.split())


def _opened(piece: str, name: str) -> Iterator[str]:
    if name == "div":
        yield from _pieces(piece[piece.index(">") + 1 : piece.rindex("</div>")])
    else:
        yield piece


def _append(blocks: list[Block], piece: str) -> None:
    inner = piece.strip()
    if inner.startswith("<p>") and inner.endswith("</p>"):
        inner = inner[3:-4].strip()
    if not inner:
        return
    media = _only_media(inner)
    if media is not None:
        blocks.append(media)
    elif _is_words(inner):
        blocks += _paragraph(inner)
    else:
        _append_rich(blocks, piece)


def _is_words(inner: str) -> bool:
    """Nothing but words and line breaks, which say the same as plain text."""
    return {match[2] for match in _TAG.finditer(inner)} <= {"br", "span"}


def _paragraph(inner: str) -> Iterable[Block]:
    words = re.sub(r"[ \t\r\n]+", " ", inner)
    words = unescape(_TAG.sub(lambda tag: "\n" if tag[2] == "br" else "", words)).replace("\xa0", " ")
    text = "\n".join(line.strip() for line in tidy(words).split("\n"))
    if not text:
        return []
    return [text_block(text)] if markup_in(text) is None else [html_block(_cleaned(inner))]


def _only_media(inner: str) -> Block | None:
    """The block of a piece that is one picture or one sound and nothing else."""
    tags = [match for match in _TAG.finditer(inner) if not match[1]]
    if _TAG.sub("", inner).strip() or not tags or {tag[2] for tag in tags} - {"img", "audio", "source", "span"}:
        return None
    named = [(tag[2], dict(_ATTRIBUTE.findall(tag[3]))) for tag in tags]
    found = [(name, values) for name, values in named if _DIGEST.fullmatch(values.get("src", ""))]
    if len(found) != 1:
        return None
    name, values = found[0]
    alt = next((v for _, each in named for v in (each.get("alt"), each.get("title")) if v), "")
    make = figure_block if name == "img" else audio_block
    return make(values["src"], tidy(unescape(alt)))


def _append_rich(blocks: list[Block], piece: str) -> None:
    """Adds rich text to the rich block before it, or as a block of its own; sounds inside it follow as blocks."""
    sounds = [_only_media(match[0]) for match in re.finditer(r"<audio\b.*?</audio>", piece, re.DOTALL)]
    html = _cleaned(re.sub(r"<audio\b.*?</audio>", "", piece, flags=re.DOTALL))
    last = blocks[-1] if blocks else None
    if html and last is not None and last.kind == "html":
        html, _ = last.text + html, blocks.pop()
    if html:
        blocks.append(html_block(html))
    blocks += [sound for sound in sounds if sound is not None]
