"""Reads GIFT, Moodle's text format: one question per paragraph, answers in braces. For the importer.

Source: Moodle's description of the format and its reader `question/format/gift/format.php`. Kinds: choice with one or
several right answers and weights, true/false, short answer, numerical (tolerance, range), matching, missing word,
essay; names, categories, comments with [id:] and [tag:], escapes, [html] [markdown] [moodle] [plain], feedback (told,
not kept), descriptions (told, not read). Numbers are lines of the file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from itembank.exchange.formats import moodle_rules as rules
from itembank.exchange.formats.attributes import apply_tag, category_points
from itembank.exchange.formats.build import Blocks, Question, Reading
from itembank.exchange.formats.moodle_rules import FULL, WEIGHT, Answer
from itembank.exchange.formats.refusals import no_questions
from itembank.exchange.formats.source import LINE, Format, Settings, Source
from itembank.exchange.formats.texts import looks_like_text, plain_text_of
from itembank.exchange.rows import ReadRow
from itembank.items.text import markup_in

TITLES = ("GIFT", "GIFT")
# Escaped characters travel as noncharacters, which no text holds, until the pieces are cut out.
_ESCAPED = ":#={}~\\n"
_HIDDEN = {char: chr(0xFDD0 + place) for place, char in enumerate(_ESCAPED)}
_SHOWN = {ord(hidden): "\n" if char == "n" else char for char, hidden in _HIDDEN.items()}
_ESCAPE = re.compile(r"\\([:#={}~\\n])")
_FLAG = re.compile(r"\s*\[(html|markdown|moodle|plain)\]", re.IGNORECASE)
_NAME = re.compile(r"\s*::(.*?)::", re.DOTALL)
_ID = re.compile(r"\[id:([^\]\\]+)\]")
_TAG = re.compile(r"\[tag:([^\]\\]+)\]")
_TRUTH = {"T": True, "TRUE": True, "F": False, "FALSE": False}
_SENTENCE_ENDS = (".", "?", "!", "。", "？", "！", ":", "：")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass
class _Part:
    """One paragraph of the file: its first line, its words without comments, and what comments say about it."""

    number: int
    text: str
    comment: str
    category: str


def _parts(text: str) -> Iterator[_Part]:
    lines: list[tuple[int, str]] = []
    comments: list[str] = []
    category = ""
    for number, line in enumerate([*text.split("\n"), ""], 1):
        bare = line.strip()
        if bare.startswith("//"):
            comments.append(bare)
        elif bare.startswith("$CATEGORY:"):
            category = bare.partition(":")[2].strip()
            comments = []
        elif bare:
            lines.append((number, line))
        elif lines:
            yield _Part(lines[0][0], "\n".join(each for _, each in lines), "\n".join(comments), category)
            lines, comments = [], []


class _Reader:
    """One paragraph on its way to a question."""

    def __init__(self, part: _Part, question: Question) -> None:
        self.part, self.question = part, question
        self.flag = ""
        own = _ID.search(part.comment)
        question.code = own[1].strip() if own else ""
        question.point_names = category_points(part.category)
        for tag in _TAG.findall(part.comment):
            apply_tag(question, tag)

    def blocks(self, raw: str, field: str) -> Blocks:
        """The piece as blocks, by its own flag or that of the question."""
        flag = _FLAG.match(raw)
        name = flag[1].lower() if flag else self.flag
        text = shown(raw[flag.end() :] if flag else raw)
        if name == "markdown":
            self.question.notes.add("markdown")
        if name == "html" or (name in ("", "moodle") and markup_in(text)):
            return self.question.html(text, field)
        return self.question.text(text)

    def answer(self, raw: str, right: bool) -> Answer:
        """One answer: weight, words, feedback."""
        text, _, feedback = raw.partition("#")
        weight = WEIGHT.match(text)
        share = Decimal(weight[1]) if weight else FULL if right else Decimal(0)
        text = text[weight.end() :] if weight else text
        plain = shown(_FLAG.sub("", text, count=1)).strip()
        return Answer(self.blocks(text, "options"), share, plain, bool(feedback.strip()))

    def row(self) -> ReadRow | None:
        """The finished question; None for a description, which asks nothing."""
        text = _ESCAPE.sub(lambda match: _HIDDEN[match[1]], self.part.text)
        name = _NAME.match(text)
        text = text[name.end() :] if name else text
        opens, closes = text.find("{"), text.rfind("}")
        if opens < 0 and closes < 0:
            return None
        if opens < 0 or closes < opens or text.count("{") > 1 or text.count("}") > 1:
            zh, en = "大括号 { } 不成对或多于一对", "Braces { } do not pair, or there is more than one pair"
            return self.question.unread("gift.braces", zh, en, shown(text))
        body, asked = text[:opens], text[opens + 1 : closes].strip()
        flag = _FLAG.match(body)
        self.flag = flag[1].lower() if flag else ""
        asked, found, _ = asked.partition("####")
        if found:
            self.question.notes.add("feedback")
        return self.dispatch(body, asked.strip(), text[closes + 1 :])

    def dispatch(self, body: str, asked: str, rest: str) -> ReadRow:
        """The kind Moodle sees in the braces, in Moodle's order."""
        if not asked:
            return rules.essay(self.question, self.stem(body, rest, "____"))
        if asked.startswith("#"):
            return self.numerical(self.stem(body, rest, "____"), asked[1:])
        if "~" in asked:
            return self.choice(self.stem(body, rest, "（　）" if _CHINESE.search(body) else "____"), asked)
        if "=" in asked and "->" in asked:
            return self.matching(self.stem(body, rest, ""), asked)
        said = asked.partition("#")[0].strip().upper()
        if said in _TRUTH:
            if "#" in asked:
                self.question.notes.add("feedback")
            return self.question.true_false(self.stem(body, rest, "____"), _TRUTH[said])
        if asked.startswith("="):
            answers = [self.answer(each, right=True) for each in asked.split("=")[1:]]
            return rules.short_text(self.question, self.stem(body, rest, "{{1}}"), answers)
        zh, en = (
            f"大括号中的“{shown(asked)[:40]}”不是任何题型的写法",
            "What stands in the braces is no kind of question",
        )
        return self.question.unread("gift.answers", zh, en, shown(asked))

    def stem(self, body: str, rest: str, gap: str) -> Blocks:
        """The words around the braces; a gap stands in their place where words go on behind them."""
        tail = rest.strip().rstrip('";').rstrip()
        goes_on = bool(tail.strip(" .。?？!！")) or (bool(tail) and not body.rstrip().endswith(_SENTENCE_ENDS))
        if not goes_on and gap != "{{1}}":
            return self.blocks(body, "stem")
        space = rest[: len(rest) - len(rest.lstrip())]
        return self.blocks(f"{body.rstrip(' ')}{_spaced(body, gap)}{space}{tail}", "stem")

    def choice(self, stem: Blocks, asked: str) -> ReadRow:
        several = "=" not in asked
        pieces = [piece for piece in re.split(r"(?=[~=])", asked) if piece.strip()]
        if not pieces[0].startswith(("~", "=")):
            zh, en = "大括号中第一个选项前应有 ~ 或 =", "The first option in the braces needs ~ or ="
            self.question.flaw("options", "gift.answers", zh, en, shown(pieces[0]))
            pieces = pieces[1:]
        answers = [self.answer(piece[1:], piece.startswith("=")) for piece in pieces]
        return rules.choice(self.question, stem, answers, several)

    def matching(self, stem: Blocks, asked: str) -> ReadRow:
        pairs = []
        for piece in asked.split("=")[1:]:
            left, arrow, right = piece.partition("#")[0].partition("->")
            if not arrow:
                zh, en = f"“{shown(piece).strip()[:40]}”缺少 ->", "A pair lacks ->"
                self.question.flaw("key", "gift.pair", zh, en, shown(piece).strip())
                continue
            pairs.append((self.blocks(left, "options"), self.question.text(shown(right))))
        return rules.matching(self.question, stem, pairs)

    def numerical(self, stem: Blocks, asked: str) -> ReadRow:
        asked = asked.partition("~")[0].strip()
        pieces = asked.split("=")[1:] if asked.startswith("=") else [asked]
        if any("#" in piece for piece in pieces):
            self.question.notes.add("feedback")
        numbers = [rules.margin(shown(piece.partition("#")[0])) for piece in pieces]
        return rules.numeric(self.question, stem, numbers, {"unit": "none"}, {})


def _spaced(body: str, gap: str) -> str:
    return f" {gap}" if gap and body.endswith(" ") else gap


def shown(text: str) -> str:
    """The text with its escaped characters as they are meant."""
    return text.translate(_SHOWN)


def read_gift(data: bytes, settings: Settings) -> Source:
    """Every question of the file; raises UnreadableFile when it is no text or holds no question."""
    reading = Reading("gift", *TITLES, settings)
    for part in _parts(plain_text_of(data, "GIFT 文本", "GIFT text")):
        question = Question(part.number, settings)
        row = _Reader(part, question).row()
        if row is None:
            zh, en = "只有说明、没有答案的段落，未导入", "A paragraph without answers is a description; not imported"
            reading.remark(part.number, "description.ignored", zh, en, part.text)
        else:
            reading.add(question, row)
    strange = all(any(flaw.code.startswith("gift.") for flaw in row.flaws) for row in reading.rows)
    if strange and not recognise(data, ""):
        raise no_questions(*TITLES)
    return reading.source(LINE)


def recognise(data: bytes, file_name: str) -> bool:
    """Braces with answers in them, or a category or a name as only GIFT writes them."""
    text = looks_like_text(data)
    if text.lstrip().startswith("<") or file_name.endswith((".csv", ".tsv", ".json")):
        return False
    answers = re.search(r"\{\s*(?:[=~#]|T(?:RUE)?\s*[}#]|F(?:ALSE)?\s*[}#]|\})", text)
    return bool(answers) or bool(re.search(r"^\$CATEGORY:", text, re.MULTILINE))


FORMAT = Format("gift", *TITLES, (".gift", ".gift.txt"), recognise, read_gift)
