"""What changed from one version of an item to the next, line by line, with the changed words marked.

For authors and reviewers. Every part of an item becomes lines under a label - paragraphs of the stem, each option,
targets, gaps, the key, scoring, attributes; rich text keeps its tags, so that a change of form alone is seen too. Lines
are aligned by `difflib`, words within a changed line again: Chinese by the character, anything else by the word, tags
whole.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

SAME, ADDED, REMOVED, CHANGED = "same", "added", "removed", "changed"

_TOKENS = re.compile(r"<[^>]*>|[A-Za-z0-9_.%]+|\s+|.", re.DOTALL)
_ATTRIBUTES = ("importance", "cognition", "difficulty", "source", "owner", "funding", "enemies")


@dataclass(frozen=True)
class Piece:
    """A run of text that is the same, added or removed."""

    kind: str
    text: str


@dataclass(frozen=True)
class Line:
    """One line of the comparison: its label and the pieces it is made of."""

    part: str
    kind: str
    pieces: tuple[Piece, ...]


def lines_of(version: dict[str, Any]) -> list[tuple[str, str]]:
    """Label and text of every line of a version (content, key, scoring, attributes), in reading order."""
    content = version["content"]
    made = [("type", content["type"]), ("point", content["point"]), ("points", content["points"])]
    case = content.get("case") or {}
    made += [("stimulus", text) for text in _texts(case.get("stimulus", []))]
    made += [("stem", text) for text in _texts(content["stem"])]
    for option in content["options"]:
        made += [(f"option {option['id']}", text) for text in _texts(option["content"])]
    made += list(_leaves("interaction", content.get("interaction") or {}))
    made.append(("key", " ".join(version["key"])))
    made += list(_leaves("scoring", version.get("scoring") or {}))
    made += [(name, _plain(version[name])) for name in _ATTRIBUTES if version.get(name)]
    return made


def _plain(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _texts(blocks: Sequence[dict[str, Any]]) -> Iterator[str]:
    for block in blocks:
        if block["kind"] in ("text", "html"):
            yield from (line for line in str(block[block["kind"]]).split("\n"))
        else:
            yield f"[{block['kind']} {block.get('alt') or ''} {str(block.get('asset'))[:19]}]"


def _leaves(path: str, value: Any) -> Iterator[tuple[str, str]]:
    """The values inside nested data, each under the way to it; lists of blocks are read as text."""
    if isinstance(value, dict):
        for name in value:
            yield from _leaves(f"{path} {name}", value[name])
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        if "kind" in value[0]:
            yield from ((path, text) for text in _texts(value))
        else:
            for number, one in enumerate(value, 1):
                yield from _leaves(f"{path} {one.get('id', number)}", one)
    elif value not in (None, "", []):
        yield path, _plain(value)


def compare(old: dict[str, Any], new: dict[str, Any]) -> list[Line]:
    """Every line of both versions in order, with what happened to it."""
    before, after = lines_of(old), lines_of(new)
    found: list[Line] = []
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            found += [Line(part, SAME, (Piece(SAME, text),)) for part, text in after[b1:b2]]
        else:
            found += _replaced(before[a1:a2], after[b1:b2])
    return found


def _replaced(before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]]) -> list[Line]:
    """Lines with the same label are compared word by word, the others were added or removed."""
    found: list[Line] = []
    waiting = list(after)
    for part, text in before:
        match = next((index for index, (label, _) in enumerate(waiting) if label == part), None)
        if match is None:
            found.append(Line(part, REMOVED, (Piece(REMOVED, text),)))
            continue
        found += [Line(label, ADDED, (Piece(ADDED, words),)) for label, words in waiting[:match]]
        found.append(Line(part, CHANGED, tuple(word_pieces(text, waiting[match][1]))))
        waiting = waiting[match + 1 :]
    return found + [Line(label, ADDED, (Piece(ADDED, words),)) for label, words in waiting]


def word_pieces(old: str, new: str) -> list[Piece]:
    """The words of two lines: what stayed, what went, what came."""
    before, after = _TOKENS.findall(old), _TOKENS.findall(new)
    found: list[Piece] = []
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece(SAME, "".join(after[b1:b2])))
            continue
        found += [Piece(REMOVED, "".join(before[a1:a2]))] if a2 > a1 else []
        found += [Piece(ADDED, "".join(after[b1:b2]))] if b2 > b1 else []
    return found
