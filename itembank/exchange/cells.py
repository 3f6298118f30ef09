"""How the paragraphs, lists and words of an item are written into one cell of a workbook, and read from it.

For the project's own layout, both directions side by side: what is written here reads back the same. A cell of plain
words is one paragraph. Where there is more, a line `[[…]]` begins the next: `[[图 文件名|替代文字]]`, `[[音频 文件名|
文字|次数]]`, `[[富文本]]` (HTML up to the next such line), `[[文字]]`. Words that look like this carry a backslash.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from itembank.exchange.figures import Figure
from itembank.items.content import Block, audio_block, figure_block, html_block, text_block
from itembank.items.faults import Flaw
from itembank.items.rich import blocks_of_html, clean_html
from itembank.items.text import tidy

TEXT_MARK, HTML_MARK = "[[文字]]", "[[富文本]]"
_MARK = re.compile(r"\[\[\s*(文字|富文本|图|音频)(?:[ :：](.*))?\]\]")
_GUARDED = re.compile(r"\\*\s*(\[\[|\d{1,2}[A-H]?[.．、])")
_ENTRY = re.compile(r"(\d{1,2}[A-H]?)[.．、][ \t]*(.*)")
_PICTURE_IN_HTML = re.compile(r'src="(sha256:[0-9a-f]{64})"')

Find = Callable[[str], Figure | None]


@dataclass(frozen=True)
class ReadCell:
    """The paragraphs of a cell, what is wrong with it, and the pictures and sounds it uses."""

    blocks: tuple[Block, ...]
    flaws: tuple[Flaw, ...] = ()
    figures: tuple[Figure, ...] = ()


def asset_name(digest: str) -> str:
    """The file name, without suffix, under which a picture or sound stands in an exported archive."""
    return digest.replace(":", "-")


def guarded(text: str) -> str:
    """Words of which no line can be taken for a mark or the beginning of an entry."""
    return "\n".join("\\" + line if _GUARDED.match(line) else line for line in text.split("\n"))


def unguarded(text: str) -> str:
    """The words behind `guarded`."""
    return "\n".join(line[1:] if line.startswith("\\") and _GUARDED.match(line) else line for line in text.split("\n"))


def joined(parts: Iterable[str], mark: str = "|") -> str:
    """Words in one line, separated by a mark that is escaped inside them."""
    return mark.join(part.replace("\\", "\\\\").replace(mark, "\\" + mark).replace("\n", "\\n") for part in parts)


def parted(text: str, mark: str = "|") -> list[str]:
    """The words behind `joined`; blanks around them do not count."""
    parts, current, escaped = [], "", False
    for character in text:
        if escaped:
            known = {"n": "\n", mark: mark, "\\": "\\"}
            current, escaped = current + known.get(character, "\\" + character), False
        elif character == "\\":
            escaped = True
        elif character == mark:
            parts.append(current.strip())
            current = ""
        else:
            current += character
    return [*parts, (current + ("\\" if escaped else "")).strip()]


def write_blocks(blocks: Sequence[Block]) -> str:
    """The cell that reads back as these paragraphs."""
    lines: list[str] = []
    for number, block in enumerate(blocks):
        if block.kind == "text":
            lines += ([TEXT_MARK] if number else []) + [guarded(block.text)]
        elif block.kind == "html":
            lines += [HTML_MARK, guarded(block.text)]
        elif block.kind == "figure":
            lines.append(f"[[图 {joined((asset_name(block.asset), block.alt))}]]")
        else:
            lines.append(f"[[音频 {joined((asset_name(block.asset), block.alt, str(block.plays)))}]]")
    return "\n".join(lines)


def read_blocks(text: str, find: Find, field: str, rich: bool = False) -> ReadCell:
    """The paragraphs of a cell; with `rich`, words without a mark are HTML."""
    if "[[" not in text and not rich:
        words = tidy(unguarded(text))
        return ReadCell((text_block(words),) if words else ())
    reader = _Paragraphs(find, field, rich)
    for line in text.split("\n"):
        reader.take(line)
    reader.close()
    return ReadCell(tuple(reader.blocks), tuple(reader.flaws), tuple(dict.fromkeys(reader.figures)))


class _Paragraphs:
    """Walks the lines of one cell."""

    def __init__(self, find: Find, field: str, rich: bool) -> None:
        self.find, self.field, self.rich = find, field, rich
        self.blocks: list[Block] = []
        self.flaws: list[Flaw] = []
        self.figures: list[Figure] = []
        self.lines: list[str] = []
        self.kind = "markup" if rich else "text"

    def take(self, line: str) -> None:
        mark = _MARK.fullmatch(line.strip())
        if mark is None:
            self.lines.append(line)
            return
        self.close()
        kind, said = mark[1], mark[2] or ""
        if kind in ("图", "音频"):
            self.media(kind, said)
        else:
            self.kind = "html" if kind == "富文本" else "text"

    def close(self) -> None:
        text = tidy(unguarded("\n".join(self.lines)))
        self.lines = []
        if text and self.kind == "text":
            self.blocks.append(text_block(text))
        elif text:
            self.html(text)
        self.kind = "markup" if self.rich else "text"

    def html(self, text: str) -> None:
        """Rich text: as it is where it is clean already, otherwise sorted into paragraphs."""
        self.figures += [found for name in _PICTURE_IN_HTML.findall(text) if (found := self.find(asset_name(name)))]
        if self.kind == "html" and clean_html(text).html == text:
            self.blocks.append(html_block(text))
            return
        sources = {name: found for name in re.findall(r"src=[\"']([^\"']+)", text) if (found := self.find(name))}
        self.figures += sources.values()
        digests = {name: found.digest for name, found in sources.items()}
        blocks, flaws = blocks_of_html(text, digests, self.field)
        self.blocks += blocks
        self.flaws += flaws

    def media(self, kind: str, said: str) -> None:
        name, alt, plays = [*parted(said), "", ""][:3]
        figure = self.find(name)
        if figure is None:
            zh, en = f"文件 {name} 不在压缩包中", f"The file {name} is not in the archive"
            self.flaws.append(Flaw(self.field, "figure.missing", zh, en, name[:80]))
            return
        self.figures.append(figure)
        if kind == "图":
            self.blocks.append(figure_block(figure.digest, alt))
        else:
            self.blocks.append(audio_block(figure.digest, alt, int(plays) if plays.isdigit() else 0))


def write_entries(entries: Iterable[tuple[str, Sequence[Block]]]) -> str:
    """Numbered entries, each with its paragraphs: `1. 安培`, `2A. 黄`."""
    return "\n".join(f"{name}. {_first_line_free(write_blocks(blocks))}" for name, blocks in entries)


def _first_line_free(text: str) -> str:
    """A mark stands on a line of its own, also when it begins an entry."""
    return "\n" + text if _MARK.fullmatch(text.split("\n")[0].strip()) else text


def read_entries(text: str) -> tuple[list[tuple[str, str]], str]:
    """The numbered entries of a cell with the words of each, and the words before the first one."""
    entries: list[tuple[str, list[str]]] = []
    before: list[str] = []
    for line in text.split("\n"):
        entry = _ENTRY.fullmatch(line.strip())
        if entry is not None:
            entries.append((entry[1], [entry[2]]))
        else:
            (entries[-1][1] if entries else before).append(line)
    return [(name, "\n".join(lines).strip()) for name, lines in entries], tidy("\n".join(before))
