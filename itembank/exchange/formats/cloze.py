"""Reads Moodle's embedded answers, `{1:MULTICHOICE:=right~wrong#feedback}`, out of the text of a cloze question.

For the reader of Moodle XML. Source: Moodle's description of the format and `question/type/multianswer`. Gaps of one
kind make an item with several gaps; what is malformed is told with the piece that is.
"""

import html
import re
from decimal import Decimal

from itembank.exchange.formats import moodle_rules as rules
from itembank.exchange.formats.build import Question
from itembank.exchange.formats.moodle_rules import FULL, WEIGHT, Answer, GapAnswers

_GAP = re.compile(r"(?<!\\)\{(\d{0,3}):([A-Z]{2,14}(?:_[A-Z]{1,2})?):((?:\\.|[^{}\\])*)\}", re.DOTALL)
_BROKEN = re.compile(r"(?<!\\)\{\d{0,3}:[A-Z_]{2,20}[^{}]{0,60}\}?")
_CHOICE = ("MULTICHOICE", "MC", "MULTICHOICE_V", "MCV", "MULTICHOICE_H", "MCH", "MULTICHOICE_S", "MCS")
_CHOICE_SHUFFLED = ("MULTICHOICE_HS", "MCHS", "MULTICHOICE_VS", "MCVS")
_TEXT, _EXACT = ("SHORTANSWER", "SA", "MW"), ("SHORTANSWER_C", "SAC", "MWC")
_NUMBER = ("NUMERICAL", "NM")
_TAGS = re.compile(r"<[^<>]*>")


class Gaps:
    """Cuts the gaps out of a text one after another; `parts` holds them, flaws go to the question."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.parts: list[GapAnswers] = []

    def cut(self, raw: str) -> str:
        """The text with {{1}}, {{2}} … in the place of its gaps."""
        left = _GAP.sub(self._take, raw)
        broken = _BROKEN.search(left)
        if broken:
            zh, en = f"空的写法有误：{broken[0][:40]}", f"A gap is malformed: {broken[0][:40]}"
            self.question.flaw("stem", "cloze.malformed", zh, en, broken[0])
        elif not self.parts:
            zh, en = "没有任何空", "There is no gap"
            self.question.flaw("stem", "cloze.no_gap", zh, en)
        return left

    def _take(self, match: re.Match[str]) -> str:
        kind, weight = match[2], int(match[1] or 1)
        answers = html.unescape(_TAGS.sub("", match[3]))
        pieces = re.split(r"(?<!\\)~", answers)
        if kind in _NUMBER:
            numbers = tuple(rules.margin(_number(piece)) for piece in pieces)
            self.parts.append(GapAnswers("number", (), numbers, weight=weight))
        elif kind in (*_CHOICE, *_CHOICE_SHUFFLED, *_TEXT, *_EXACT):
            found = tuple(self._answer(piece) for piece in pieces if piece.strip())
            name = "text" if kind in (*_TEXT, *_EXACT) else "choice"
            self.parts.append(GapAnswers(name, found, case_matters=kind in _EXACT, weight=weight))
        else:
            zh, en = f"不支持的空类型 {kind}", f"Gaps of kind {kind} are not supported"
            self.question.flaw("type", "cloze.kind", zh, en, kind)
        return f"{{{{{len(self.parts)}}}}}"

    def _answer(self, piece: str) -> Answer:
        text, _, feedback = re.sub(r"(?<!\\)#", "\0", piece, count=1).partition("\0")
        right, weight = text.strip().startswith("="), WEIGHT.match(text)
        share = FULL if right else Decimal(weight[1]) if weight else Decimal(0)
        text = text.strip()[1:] if right else text[weight.end() :] if weight else text
        plain = re.sub(r"\\(.)", r"\1", text).strip()
        return Answer(self.question.text(plain), share, plain, bool(feedback.strip()))


def _number(piece: str) -> str:
    """One answer of a numerical gap without its mark and feedback; wrong answers get the weight nothing."""
    text = piece.partition("#")[0].strip()
    if text.startswith("="):
        return text[1:]
    return text if WEIGHT.match(text) else f"%0%{text}"
