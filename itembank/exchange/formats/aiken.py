"""Reads Aiken: a question, its options as `A.` or `A)`, one line `ANSWER: B`. For the importer.

Source: Moodle's description of the format. Besides it: several letters for several right answers (`ANSWER: A,C`),
stems of several lines, full-width letters and marks, 答案 for ANSWER. Numbers are lines of the file.
"""

import re
from collections.abc import Iterator

from itembank.exchange.formats.build import Question, Reading
from itembank.exchange.formats.source import LINE, Format, Settings, Source
from itembank.exchange.formats.texts import looks_like_text, plain_text_of
from itembank.exchange.rows import ReadRow
from itembank.items.kinds import OPTION_LETTERS

TITLES = ("Aiken", "Aiken")
_OPTION = re.compile(r"\s*([A-Za-zＡ-Ｚ])\s*[.)．）、]\s*(.*)", re.DOTALL)
_ANSWER = re.compile(r"\s*(?:ANSWER|Answer|答案)\s*[:：]\s*(.*?)\s*$")
_LETTERS = str.maketrans({chr(code + 0xFEE0): chr(code) for code in range(0x41, 0x5B)})


class _Part:
    """The lines of one question up to its answer."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.stem: list[str] = []
        self.options: list[tuple[str, str]] = []
        self.answer: str | None = None

    def take(self, line: str) -> None:
        """One more line of the stem, an option, or what continues an option."""
        option = _OPTION.match(line)
        if option and (self.options or option[1].upper().translate(_LETTERS) == "A"):
            self.options.append((option[1].upper().translate(_LETTERS), option[2].strip()))
        elif self.options:
            letter, text = self.options[-1]
            self.options[-1] = (letter, f"{text}\n{line.strip()}")
        else:
            self.stem.append(line.strip())


def _parts(text: str) -> Iterator[_Part]:
    """The questions of the file; a blank line after options ends one that has no answer."""
    part: _Part | None = None
    for number, line in enumerate(text.split("\n"), 1):
        answer = _ANSWER.fullmatch(line)
        if not line.strip():
            if part is not None and part.options:
                yield part
                part = None
            continue
        part = part or _Part(number)
        if answer:
            part.answer = answer[1]
            yield part
            part = None
        else:
            part.take(line)
    if part is not None:
        yield part


def _row(question: Question, part: _Part) -> ReadRow:
    letters = [letter for letter, _ in part.options]
    stem = question.text("\n".join(part.stem))
    if not part.options:
        zh, en = "没有选项：每个选项应以 A. 或 A) 开头", "There are no options: each begins with A. or A)"
        return question.unread("options.too_few", zh, en, "\n".join(part.stem))
    if letters != list(OPTION_LETTERS[: len(letters)]):
        shown = "、".join(letters)
        zh, en = f"选项字母应从 A 起连续，现为 {shown}", f"Option letters must run from A on; there are {shown}"
        question.flaw("options", "options.gap", zh, en, shown)
    return question.choice(stem, [question.text(text) for _, text in part.options], _key(question, part, letters))


def _key(question: Question, part: _Part, letters: list[str]) -> list[int]:
    if part.answer is None:
        zh, en = "缺少 ANSWER 行", "The line ANSWER is missing"
        question.flaw("key", "key.missing", zh, en)
        return []
    found = re.findall(r"[A-Z]", part.answer.upper().translate(_LETTERS))
    if not found or re.sub(r"[A-Z\s,，、;；&]", "", part.answer.upper().translate(_LETTERS)):
        zh, en = f"答案“{part.answer}”无法识别", f"The answer {part.answer} is not understood"
        question.flaw("key", "key.unreadable", zh, en, part.answer)
        return []
    outside = sorted(set(found) - set(letters))
    if outside:
        zh, en = f"答案 {'、'.join(outside)} 不在选项之内", "The answer names an option that is not there"
        question.flaw("key", "key.outside", zh, en, part.answer)
    return [letters.index(letter) for letter in found if letter in letters]


def read_aiken(data: bytes, settings: Settings) -> Source:
    """Every question of the file; raises UnreadableFile when it is no text or holds no question."""
    text = plain_text_of(data, "Aiken 文本", "Aiken text")
    reading = Reading("aiken", *TITLES, settings)
    parts = list(_parts(text))
    if any(part.options and part.answer is not None for part in parts):
        for part in parts:
            question = Question(part.number, settings)
            reading.add(question, _row(question, part))
    return reading.source(LINE)


def recognise(data: bytes, file_name: str) -> bool:
    """A line that begins with ANSWER after a line that begins with an option letter."""
    text = looks_like_text(data)
    return bool(re.search(r"^\s*[A-Z][.)]\s?.*\n\s*\n?ANSWER\s*:", text, re.MULTILINE))


FORMAT = Format("aiken", *TITLES, (".aiken", ".aiken.txt"), recognise, read_aiken)
