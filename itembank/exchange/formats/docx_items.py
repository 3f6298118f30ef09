"""Makes an item of one question of a Word document: its kind, its key from three possible places, its pictures.

For the reader of Word documents. A key may stand on its own line, in the brackets of the stem, or in the list at the
end; two of them that disagree are a flaw. The brackets of the stem are emptied: no candidate shall read the key there.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from html import escape

from itembank.exchange.formats import docx_labels as words
from itembank.exchange.formats import moodle_rules as rules
from itembank.exchange.formats.attributes import apply_attribute
from itembank.exchange.formats.build import Blocks, Json, Question, truth_of
from itembank.exchange.formats.docx_labels import narrow
from itembank.exchange.formats.docx_layout import Draft
from itembank.exchange.formats.docx_text import Lines, Picture, Problem, is_plain, without_marks
from itembank.exchange.rows import ReadRow
from itembank.items.kinds import OPTION_LETTERS

_KEY_WORDS = r"(?:[A-H][\s,、;]*){1,8}|√|×|✓|✗|✔|✘|对|错|正确|错误|[TF]"
_BRACKET = re.compile(rf"[(](?P<before>\s*)(?P<key>{_KEY_WORDS})(?P<after>\s*)[)]")
_ENDS = re.compile(r"[\s。.?!？！;；]*$")
_BLANK = re.compile(r"_{2,}|[(]\s*_*\s*[)]")
_LETTERS = re.compile(r"[A-H](?:[\s,、;.]*[A-H])*\s*[.。]?")
EMPTY = "（　）"

Load = Callable[[str], tuple[str, bytes] | None]


@dataclass
class Maker:
    """Makes rows of drafts: needs the marks of the document and a way to its pictures."""

    lines: Lines
    load: Load

    def row(self, draft: Draft, question: Question, listed: Sequence[str]) -> ReadRow:
        """The finished question, its printed number told with its flaws."""
        question.points = words.own_points("\n".join(draft.stem)) or draft.heading.points
        for label, value in draft.attributes:
            apply_attribute(question, label, without_marks(value))
        for line in draft.unplaced:
            zh, en = "题目之后的一行不属于任何部分，未导入", "A line after the question belongs to no part of it"
            question.remark("", "docx.unplaced", zh, en, without_marks(line))
        if draft.explained:
            question.notes.add("feedback")
        row = self._row(draft, question, listed)
        printed = f"{draft.heading.label}、{draft.number}" if draft.heading.label else str(draft.number)
        if printed == str(question.number):
            return row
        flaws = [
            replace(f, reason_zh=f"〔{printed}〕{f.reason_zh}", reason_en=f"[{printed}] {f.reason_en}")
            for f in row.flaws
        ]
        return replace(row, flaws=tuple(flaws))

    def _row(self, draft: Draft, question: Question, listed: Sequence[str]) -> ReadRow:
        kind = draft.kind or draft.heading.kind
        if kind == words.OTHER:
            zh, en = (
                "Word 中的匹配、排序、作图题不能识别，请用 Excel 模板导入",
                "Use the workbook for this kind of question",
            )
            return question.unread("type.unsupported", zh, en)
        stem = "\n".join(draft.stem)
        if draft.options:
            stem, key = self._key(question, stem, draft, listed)
            return self._choice(question, draft, kind, stem, key)
        if kind == words.TRUTH or (kind not in (words.SHORT, words.LONG) and self._says_truth(stem, draft, listed)):
            stem, key = self._key(question, stem, draft, listed)
            return self._truth(question, stem, key)
        answer = self._answer(question, draft, listed)
        if kind == words.BLANKS or (not kind and _BLANK.search(narrow(stem)) and answer):
            return self._blanks(question, stem, answer)
        if kind in words.LETTERED:
            question.flaw("options", "options.too_few", "没有识别出选项", "No options were found")
            return question.finish("single_response", self.blocks(question, stem, "stem"), key=self._letters(answer))
        return self._written(question, kind, stem, answer)

    def blocks(self, question: Question, text: str, field: str) -> Blocks:
        """A piece of the document as blocks, its pictures kept with the question."""
        for problem in dict.fromkeys(each for each in self.lines.marks_in(text) if isinstance(each, Problem)):
            question.flaw(field, problem.code, problem.zh, problem.en)
        if is_plain(text):
            return question.text(text)
        assets: dict[str, str] = {}

        def shown(picture: Picture) -> str:
            return self._picture(question, picture, field, assets)

        pieces = [self.lines.rich(line, shown) for line in text.split("\n") if line.strip()]
        html = "".join(piece if piece.startswith("<table") else f"<p>{piece}</p>" for piece in pieces)
        return question.html(html, field, assets)

    def _picture(self, question: Question, picture: Picture, field: str, assets: dict[str, str]) -> str:
        loaded = self.load(picture.relation)
        if loaded is None:
            zh, en = "图片不在文件中（可能是链接）", "A picture is not in the file (perhaps a link)"
            question.flaw(field, "figure.missing", zh, en)
            return ""
        figure = question.asset(*loaded, field)
        if figure is None:
            return ""
        assets[f"cid:{picture.relation}"] = figure.digest
        return f'<img src="cid:{picture.relation}" alt="{escape(picture.alt[:200])}">'

    def _answer(self, question: Question, draft: Draft, listed: Sequence[str]) -> str:
        """The key outside the stem: its own line, or the list at the end; both are compared."""
        own = "\n".join(draft.answer or []).strip()
        found = list(dict.fromkeys(_bare(each) for each in [own, *listed] if each.strip()))
        if len(found) > 1:
            shown = " / ".join(without_marks(each)[:20] for each in found)
            zh, en = f"题下答案与文末答案不一致：{shown}", f"Two keys disagree: {shown}"
            question.flaw("key", "key.conflict", zh, en, shown)
        return own or (listed[0].strip() if listed else "")

    def _key(self, question: Question, stem: str, draft: Draft, listed: Sequence[str]) -> tuple[str, str]:
        """(stem with emptied brackets, key) of a question whose key is letters or right and wrong."""
        answer = self._answer(question, draft, listed)
        brackets = list(_BRACKET.finditer(narrow(stem)))
        if not brackets:
            return stem, answer
        last = brackets[-1]
        same = _bare(last["key"]) == _bare(answer)
        if answer and not same:
            certain = bool(last["before"] or last["after"] or _ENDS.match(stem, last.end()))
            if certain and _LETTERS.fullmatch(narrow(answer)):
                zh = f"题干括号中的“{last['key'].strip()}”与答案“{answer}”不一致"
                question.flaw("key", "key.conflict", zh, "The key in the stem differs from the answer", answer)
            return stem, answer
        return f"{stem[: last.start()]}{EMPTY}{stem[last.end() :]}", answer or last["key"].strip()

    def _says_truth(self, stem: str, draft: Draft, listed: Sequence[str]) -> bool:
        answer = "\n".join(draft.answer or []) or "".join(listed[:1])
        last = list(_BRACKET.finditer(narrow(stem)))[-1:]
        return truth_of(answer or "".join(each["key"] for each in last)) is not None

    def _letters(self, key: str) -> list[str]:
        text = narrow(key).strip()
        return re.findall("[A-H]", text) if _LETTERS.fullmatch(text) else []

    def _choice(self, question: Question, draft: Draft, kind: str, stem: str, key: str) -> ReadRow:
        letters = [option.letter for option in draft.options]
        if letters != list(OPTION_LETTERS[: len(letters)]):
            shown = "、".join(letters)
            zh, en = f"选项字母应从 A 起连续，现为 {shown}", f"Option letters must run from A on; there are {shown}"
            question.flaw("options", "options.gap", zh, en, shown)
        options = [self.blocks(question, option.text, f"option:{option.letter}") for option in draft.options]
        chosen = self._letters(key) or self._truth_letter(key, draft)
        outside = [letter for letter in chosen if letter not in letters]
        if key and not chosen:
            question.flaw("key", "key.unreadable", f"答案“{key[:40]}”无法识别", "The key is not understood", key)
        elif outside:
            zh = f"答案 {'、'.join(outside)} 不在选项之内"
            question.flaw("key", "key.outside", zh, "The key names an option that is not there", key)
        elif kind == words.SINGLE and len(chosen) > 1:
            question.flaw("key", "key.count", "单选题有多个答案", "A single-response item has several keys", key)
        right = [letters.index(letter) for letter in chosen if letter in letters]
        several = kind == words.SEVERAL or len(right) > 1
        return question.choice(self.blocks(question, stem, "stem"), options, right, several)

    def _truth_letter(self, key: str, draft: Draft) -> list[str]:
        """The letter of the option that says right or wrong as the key does."""
        truth = truth_of(key)
        return [option.letter for option in draft.options if truth and truth_of(option.text) == truth][:1]

    def _truth(self, question: Question, stem: str, key: str) -> ReadRow:
        truth = truth_of(key) or {"A": "true", "B": "false"}.get(narrow(key).strip())
        if truth is None:
            zh = f"判断题答案“{key[:20]}”无法识别" if key else "缺少答案"
            question.flaw(
                "key", "key.unreadable" if key else "key.missing", zh, "The key is missing or not understood", key
            )
        return question.true_false(self.blocks(question, stem, "stem"), truth == "true")

    def _blanks(self, question: Question, stem: str, answer: str) -> ReadRow:
        count = len(_BLANK.findall(narrow(stem))) or 1
        parts = _parts(answer, count)
        if not answer:
            question.flaw("key", "key.missing", "缺少答案", "The key is missing")
        elif not is_plain(answer):
            zh, en = (
                "填空题的答案只能是文字，不能含公式或图片",
                "The key of a blank must be words, no formula or picture",
            )
            question.flaw("key", "key.unreadable", zh, en)
        elif len(parts) != count:
            zh = f"有 {count} 个空，答案却有 {len(parts)} 个（请用分号隔开）"
            question.flaw("key", "key.count", zh, f"{count} blanks but {len(parts)} answers; part them by ;", answer)
        if any(flaw.field == "key" for flaw in question.flaws):
            return question.left_out(self.blocks(question, stem, "stem"))
        numbers = iter(range(1, count + 1))
        marked = _replaced(stem, lambda: f"{{{{{next(numbers)}}}}}") if _BLANK.search(narrow(stem)) else stem
        accepted = [[each.strip() for each in re.split(r"[|｜]", part) if each.strip()] for part in parts]
        blanks = [{"accept": accept, "normalise": ["width", "space"]} for accept in accepted]
        widths = [{"id": str(n), "width": rules.width_of(accept)} for n, accept in enumerate(accepted, 1)]
        scoring: Json = {"blanks": blanks, "rule": "per_part"} if count > 1 else {"blanks": blanks}
        blocks = self.blocks(question, marked, "stem")
        blocks = blocks if marked != stem else rules.with_blanks(blocks, 1)
        return question.finish("text_entry", blocks, interaction={"blanks": widths}, scoring=scoring)

    def _written(self, question: Question, kind: str, stem: str, answer: str) -> ReadRow:
        if not answer and not kind:
            zh, en = "没有选项也没有答案，无法判断题型", "There are neither options nor an answer"
            return question.unread("type.unknown", zh, en, without_marks(stem))
        model = self.blocks(question, re.sub(r"^\s*答\s*[:：]\s*", "", answer), "rubric")
        if not model:
            question.remark("rubric", "key.missing", "没有参考答案", "There is no model answer")
        lines = rules.LONG_LINES if kind == words.LONG else rules.SHORT_LINES
        return rules.essay(question, self.blocks(question, stem, "stem"), model, lines)


def _bare(key: str) -> str:
    """A key as it is compared: letters without separators, right and wrong in one spelling."""
    text = narrow(key).strip()
    if _LETTERS.fullmatch(text):
        return "".join(sorted(re.findall("[A-H]", text)))
    return truth_of(text) or text


def _parts(answer: str, count: int) -> list[str]:
    """The answers of so many blanks, by the first separator that yields as many."""
    text = re.sub(r"[。.]\s*$", "", answer.strip())
    if count == 1:
        return [text] if text else []
    for separator in (r"[;；\n]+", r"(?:^|\s*)[（(]\d[)）]\s*|[①-⑳]", r"[、,，]", r"[\s　]+"):
        parts = [part.strip() for part in re.split(separator, text) if part.strip()]
        if len(parts) == count:
            return parts
    return [part.strip() for part in re.split(r"[;；\n]+", text) if part.strip()]


def _replaced(stem: str, mark: Callable[[], str]) -> str:
    """The stem with every blank replaced; places are found in narrow text, which is as long."""
    pieces, place = [], 0
    for found in _BLANK.finditer(narrow(stem)):
        pieces += [stem[place : found.start()], mark()]
        place = found.end()
    return "".join([*pieces, stem[place:]])
