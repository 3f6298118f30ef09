"""Puts one question together while it is read, and all questions of a file into one Source.

For the readers beside this file: a Question collects what a file says and what is wrong with it, and `finish` makes the
row the importer knows. The rules of a sound item are not here but in `items/check.py`, which judges every finished row.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from itembank.exchange.figures import Figure, Unusable, read_asset
from itembank.exchange.formats.refusals import MOST_QUESTIONS, TooManyQuestions, no_questions
from itembank.exchange.formats.source import QUESTION, Remark, Settings, Source
from itembank.exchange.rows import ReadRow
from itembank.items.check import check_item
from itembank.items.content import Block, ItemBody, ItemContent, Option, audio_block, figure_block, text_block
from itembank.items.faults import Flaw
from itembank.items.kinds import MULTIPLE_RESPONSE, OPTION_LETTERS, SINGLE_RESPONSE, TRUE_FALSE
from itembank.items.rich import blocks_of_html, clean_html
from itembank.items.shapes import canonical
from itembank.items.text import tidy

Blocks = tuple[Block, ...]
# What goes because pictures and sounds get the names of the bank, which loses nothing.
_MORE_THAN_PLAIN = re.compile(r"<(?!/?(?:p|br|b|i|em|strong|sub|sup|tr|td|table|tbody|math|m[a-z]{1,5})\s*/?>)")
_RENAMED = frozenset({"img", "img src", "audio", "audio src", "alt", "title", "controls", "source", "source src"})
Json = dict[str, Any]


class Question:
    """One question while it is read."""

    def __init__(self, number: int, settings: Settings) -> None:
        self.number, self.settings = number, settings
        self.flaws: list[Flaw] = []
        self.remarks: list[Remark] = []
        self.figures: dict[str, Figure] = {}
        self.notes: set[str] = set()
        self.code = self.points = self.source = ""
        self.point_names: list[str] = []
        self.importance: str | None = None
        self.cognition: str | None = None
        self.difficulty: int | None = None

    def flaw(self, field: str, code: str, zh: str, en: str, value: str = "") -> None:
        """Something that keeps the question out."""
        self.flaws.append(Flaw(field, code, zh, en, value[:80]))

    def remark(self, field: str, code: str, zh: str, en: str, value: str = "") -> None:
        """Something the person should know about this question."""
        self.remarks.append(Remark(self.number, Flaw(field, code, zh, en, value[:80])))

    def text(self, raw: str) -> Blocks:
        """Plain text as blocks; none for blanks."""
        text = tidy(raw)
        return (text_block(text),) if text else ()

    def html(self, raw: str, field: str, assets: Mapping[str, str] | None = None) -> Blocks:
        """HTML as blocks: active content and files that did not come along become flaws, dropped styles a note."""
        blocks, flaws = blocks_of_html(raw, assets or {}, field)
        self.flaws += flaws
        if not flaws and _MORE_THAN_PLAIN.search(raw) and set(clean_html(raw).removed) - _RENAMED:
            self.notes.add("formatting")
        return blocks

    def asset(self, name: str, data: bytes, field: str = "stem") -> Figure | None:
        """The figure or sound of these bytes, kept with the question; a flaw and None when it is unusable."""
        found = read_asset(name, data)
        if isinstance(found, Unusable):
            self.flaw(field, "figure.unusable", f"图片 {name} {found.zh}", f"The figure {name} {found.en}", name)
            return None
        return self.figures.setdefault(found.digest, found)

    def finish(
        self,
        kind: str,
        stem: Blocks,
        options: Sequence[Option] = (),
        key: Iterable[str] = (),
        interaction: Json | None = None,
        scoring: Json | None = None,
    ) -> ReadRow:
        """The row; what `check_item` finds is added where the field has no flaw of its own yet, unless there is no kind
        to judge it by."""
        content = ItemContent(
            code=self.settings.code(self.code, self.number),
            type=kind,
            point=self.settings.point(self.point_names),
            stem=stem,
            options=tuple(options),
            points=self.points or self.settings.default_points,
            interaction=interaction or {},
        )
        body = ItemBody(
            content=content,
            key=tuple(key),
            importance=self.importance,
            cognition=self.cognition,
            difficulty=self.difficulty,
            source=self.source or self.settings.source,
            scoring=scoring or {},
        )
        body = canonical(body)
        told = {flaw.field for flaw in self.flaws}
        if kind:
            self.flaws += [flaw for flaw in check_item(body, self.settings.min_options) if flaw.field not in told]
        return ReadRow(self.number, body, tuple(self.flaws), tuple(self.figures.values()))

    def unread(self, code: str, zh: str, en: str, value: str = "") -> ReadRow:
        """A row that only says why this question cannot be an item here."""
        self.flaw("type", code, zh, en, value)
        return self.left_out(())

    def left_out(self, stem: Blocks) -> ReadRow:
        """The row of a question that is not understood far enough to be judged: it has its flaws already."""
        return self.finish("", stem)

    def choice(
        self, stem: Blocks, options: Sequence[Blocks], right: Iterable[int], several: bool = False, rule: str = ""
    ) -> ReadRow:
        """A choice question: true/false where the options say so, one or several right answers otherwise."""
        places = sorted(set(right))
        truth = [_truth(option) for option in options]
        if sorted(filter(None, truth)) == ["false", "true"] and len(options) == 2 and len(places) == 1:
            return self.true_false(stem, truth[places[0]] == "true")
        if len(options) > len(OPTION_LETTERS):
            zh, en = f"选项 {len(options)} 个，最多 {len(OPTION_LETTERS)} 个", f"There are {len(options)} options"
            self.flaw("options", "options.too_many", zh, f"{en}, at most {len(OPTION_LETTERS)} are possible")
        made = [Option(letter, blocks) for letter, blocks in zip(OPTION_LETTERS, options, strict=False)]
        kind = MULTIPLE_RESPONSE if several or len(places) > 1 else SINGLE_RESPONSE
        key = [OPTION_LETTERS[place] for place in places if place < len(made)]
        return self.finish(kind.code, stem, made, key, scoring={"rule": rule} if rule and len(key) > 1 else {})

    def true_false(self, stem: Blocks, right: bool) -> ReadRow:
        """A statement that is right or wrong."""
        options = [Option(name, (text_block(label),)) for name, label in TRUE_FALSE.fixed_options]
        return self.finish(TRUE_FALSE.code, stem, options, ["true" if right else "false"])


def asset_block(figure: Figure, alt: str) -> Block:
    """The block that shows a figure or plays a sound."""
    make = figure_block if figure.width else audio_block
    return make(figure.digest, alt)


_TRUE = frozenset(["正确", "对", "√", "✓", "✔", "是", "true", "t", "yes", "y", "right"])
_FALSE = frozenset(["错误", "错", "×", "✗", "✘", "x", "否", "false", "f", "no", "n", "wrong"])


def truth_of(word: str) -> str | None:
    """`true` or `false` for a word that says right or wrong; None for any other."""
    spelled = tidy(word).strip(" 。.()（）").casefold()
    return "true" if spelled in _TRUE else "false" if spelled in _FALSE else None


def _truth(option: Blocks) -> str | None:
    return truth_of(option[0].text) if len(option) == 1 and option[0].kind == "text" else None


_NOTES = {
    "feedback": ("带有反馈或解析，题库不保存，未导入", "carry feedback or explanations, which the bank does not keep"),
    "formatting": ("的样式或链接已去掉，文字保留", "lost styles or links; the words are kept"),
    "hints": ("带有多次作答的提示，未导入", "carry hints for further tries, which are not imported"),
    "markdown": ("标为 Markdown，按纯文本导入", "are marked as Markdown and were read as plain text"),
    "penalty": (
        "原有扣分或部分给分比例，已按本系统规则记分",
        "had own weights; they are scored by the rules of this system",
    ),
}


class Reading:
    """All questions of one file while it is read."""

    def __init__(self, kind: str, title_zh: str, title_en: str, settings: Settings) -> None:
        self.kind, self.titles, self.settings = kind, (title_zh, title_en), settings
        self.rows: list[ReadRow] = []
        self.remarks: list[Remark] = []
        self.noted: dict[str, list[int]] = {}

    def add(self, question: Question, row: ReadRow) -> None:
        """Takes a finished question; raises TooManyQuestions."""
        self.rows.append(row)
        self.remarks += question.remarks
        for note in sorted(question.notes):
            self.noted.setdefault(note, []).append(question.number)
        if len(self.rows) > MOST_QUESTIONS:
            raise TooManyQuestions(most=MOST_QUESTIONS)

    def remark(self, number: int, code: str, zh: str, en: str, value: str = "") -> None:
        """Something about the file, or about a part of it that is no question."""
        self.remarks.append(Remark(number, Flaw("", code, zh, en, value[:80])))

    def source(self, counts: str = QUESTION) -> Source:
        """Everything that was read; raises NoQuestions when there was nothing."""
        if not self.rows:
            raise no_questions(*self.titles)
        return Source(tuple(self.rows), self.kind, (*self._summaries(counts), *self.remarks), counts)

    def _summaries(self, counts: str) -> list[Remark]:
        unit = "行" if counts != QUESTION else "题"
        found = []
        for note, numbers in self.noted.items():
            zh, en = _NOTES[note]
            few, more = [str(number) for number in numbers[:10]], "…" if len(numbers) > 10 else ""
            told_zh = f"{len(numbers)} 道题{zh}（第 {'、'.join(few)}{more} {unit}）"
            told = told_zh, f"{len(numbers)} question(s) {en} ({', '.join(few)}{more})"
            found.append(Remark(0, Flaw("", f"{note}.dropped", *told)))
        return found
