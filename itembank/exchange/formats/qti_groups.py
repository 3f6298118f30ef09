"""Decides which items of a package stand under one shared text and so make a case group.

For `qti.py`. Two to eight items under the same text are a group; a text of one item only is part of its stem.
"""

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from itembank.exchange.formats.build import Blocks, Question
from itembank.exchange.formats.qti_metadata import with_case
from itembank.exchange.rows import ReadRow
from itembank.items.cases import LARGEST_CASE, SMALLEST_CASE
from itembank.items.content import Case

_ODD = re.compile(r"[^A-Za-z0-9._-]+")


def group(
    rows: Sequence[ReadRow], shared: Mapping[int, Mapping[str, Blocks]], questions: Mapping[int, Question]
) -> list[ReadRow]:
    """The rows with their case groups; `shared` holds by number of the row the texts it refers to."""
    members: dict[str, list[int]] = {}
    for number, texts in shared.items():
        if texts:
            members.setdefault("\n".join(texts), []).append(number)
    cases: dict[int, Case] = {}
    for path, numbers in members.items():
        if SMALLEST_CASE <= len(numbers) <= LARGEST_CASE:
            code = _code(path, questions[numbers[0]])
            for place, number in enumerate(numbers, 1):
                cases[number] = Case(code, place, len(numbers), _together(shared[number]))
    return [_placed(row, cases.get(row.number), _together(shared.get(row.number, {}))) for row in rows]


def _together(texts: Mapping[str, Blocks]) -> Blocks:
    return tuple(block for blocks in texts.values() for block in blocks)


def _code(path: str, question: Question) -> str:
    """A code for the group from the name of the shared file, under the prefix of this import."""
    stem = posixpath.splitext(posixpath.basename(path.partition("\n")[0]))[0]
    name = _ODD.sub("-", f"{question.settings.code_prefix}-{stem}").strip("-._") or "case"
    return name[:64]


def _placed(row: ReadRow, case: Case | None, stimulus: Blocks) -> ReadRow:
    if case is not None:
        return with_case(row, case)
    if not stimulus:
        return row
    content = replace(row.body.content, stem=(*stimulus, *row.body.content.stem))
    return replace(row, body=replace(row.body, content=content))
