"""Decides whether the words, rich text, pictures and sounds of one field may be stored.

For every check of items. Returns flaws in the shape of `faults.py`. A paragraph of plain text holds no markup at all; a
rich one holds exactly what the allow-list leaves of it; pictures and sounds are named by the digest of their bytes.
"""

import re
from collections.abc import Iterable, Iterator

from itembank.items.content import Block, words_of
from itembank.items.faults import Flaw
from itembank.items.rich import LONGEST_HTML, clean_html
from itembank.items.text import LONGEST_TEXT, control_characters, markup_in

MOST_PLAYS = 10
LONGEST_ALT = 200
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def check_text(field: str, text: str) -> Iterator[Flaw]:
    """Flaws of one plain text: markup, control characters, length."""
    found = markup_in(text)
    if found is not None:
        zh = "含有脚本或 HTML 标记；纯文本段落不收标记（小于号两侧请留空格）"
        yield Flaw(field, "text.markup", zh, "Holds a script or HTML; this paragraph is plain text", found)
    yield from check_characters(field, text)
    if len(text) > LONGEST_TEXT:
        zh = f"超过 {LONGEST_TEXT} 个字符"
        yield Flaw(field, "text.too_long", zh, f"Longer than {LONGEST_TEXT} characters", text[:40])


def check_characters(field: str, text: str) -> Iterator[Flaw]:
    """Flaws of characters no screen shows; rare Chinese characters of any plane are none."""
    controls = control_characters(text)
    if controls:
        names = " ".join(controls)
        yield Flaw(field, "text.control", f"含有不可见的控制字符或乱码：{names}", "Holds control characters", names)


def check_blocks(field: str, blocks: Iterable[Block]) -> Iterator[Flaw]:
    """Flaws of the paragraphs of one field; each kind of flaw once."""
    told: set[str] = set()
    for block in blocks:
        for flaw in _check_block(field, block):
            if flaw.code not in told:
                told.add(flaw.code)
                yield flaw


def _check_block(field: str, block: Block) -> Iterator[Flaw]:
    if block.kind == "text":
        yield from check_text(field, block.text)
    elif block.kind == "html":
        yield from check_html(field, block.text)
    else:
        yield from check_asset(field, block.asset)
        yield from check_alt(field, block.alt)
        if not 0 <= block.plays <= MOST_PLAYS:
            zh = f"播放次数应为 0（不限）至 {MOST_PLAYS}"
            yield Flaw(field, "sound.plays", zh, f"Plays lie between 0 and {MOST_PLAYS}", str(block.plays))


def check_html(field: str, html: str) -> Iterator[Flaw]:
    """Flaws of rich text: it must equal its own cleaning."""
    cleaned = clean_html(html)
    if cleaned.html != html:
        shown = "、".join(cleaned.removed) or html[:40]
        zh = f"富文本未经清理，含有不允许的内容：{shown}"
        yield Flaw(field, "html.unclean", zh, f"The rich text is not clean: {shown}", shown[:80])
    yield from check_characters(field, words_of(Block("html", text=html)))
    if len(html) > LONGEST_HTML:
        zh = f"富文本超过 {LONGEST_HTML} 个字符"
        yield Flaw(field, "text.too_long", zh, f"Longer than {LONGEST_HTML} characters", html[:40])


def check_asset(field: str, asset: str) -> Iterator[Flaw]:
    """A picture or sound is named by the digest of its bytes."""
    if not _DIGEST.fullmatch(asset):
        yield Flaw(field, "figure.malformed", "图片或音频的引用有误", "The figure or sound is not named", asset[:80])


def check_alt(field: str, alt: str) -> Iterator[Flaw]:
    """The words for those who cannot see or hear it are plain and short."""
    yield from check_text(field, alt)
    if len(alt) > LONGEST_ALT:
        zh = f"替代文字超过 {LONGEST_ALT} 个字符"
        yield Flaw(field, "text.too_long", zh, f"The words are longer than {LONGEST_ALT} characters", alt[:40])


def is_blank(blocks: Iterable[Block]) -> bool:
    """Whether the paragraphs show nothing: no words, no picture, no sound, no formula."""
    return all(
        block.kind in ("text", "html") and not words_of(block).strip() and "<img" not in block.text for block in blocks
    )
