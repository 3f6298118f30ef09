"""How Moodle's kinds of questions and its weights become items of this bank; GIFT and Moodle XML share these rules.

For the two readers. A weight is a percentage as Moodle writes it, 100 for fully right. What the bank cannot express is
said: as a remark where the item stays the same question, as a flaw where it would become another one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from itembank.exchange.formats.build import Blocks, Json, Question
from itembank.exchange.rows import ReadRow
from itembank.items.content import Block, Option, html_block, plain_text, text_block
from itembank.items.kinds import OPTION_LETTERS

FULL = Decimal(100)
WEIGHT = re.compile(r"\s*%(-?\d+(?:\.\d+)?)%")
_RUN_OF_BLANKS = re.compile(r"_{3,}|＿{2,}")
_GAP_MARK = re.compile(r"\{\{\d+\}\}")
SHORT_LINES, SHORT_CHARS, LONG_LINES, LONG_CHARS = 8, 1000, 20, 4000


@dataclass(frozen=True)
class Answer:
    """One answer with its weight; `fed` when it carries feedback."""

    blocks: Blocks
    weight: Decimal
    text: str = ""
    fed: bool = False


def number_of(text: str) -> Decimal | None:
    """The number written here, also with an exponent or full-width digits; None when it is none."""
    try:
        value = Decimal(text.strip().replace("−", "-"))
    except InvalidOperation:
        return None
    return value if value.is_finite() and -30 < value.adjusted() < 30 else None


def written(number: Decimal) -> str:
    """A number as the bank writes it: no exponent, no idle zeros."""
    shown = format(number, "f")
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return "0" if shown in ("-0", "") else shown


def choice(question: Question, stem: Blocks, answers: Sequence[Answer], several: bool) -> ReadRow:
    """Multiple choice: one right answer, or several whose share earns points."""
    if any(answer.fed for answer in answers):
        question.notes.add("feedback")
    options = [answer.blocks for answer in answers]
    if not several:
        right = [place for place, answer in enumerate(answers) if answer.weight == FULL]
        if len(right) > 1:
            zh, en = f"单选题有 {len(right)} 个完全正确的选项", f"One answer is asked for, {len(right)} are fully right"
            question.flaw("key", "key.count", zh, en)
        if any(0 < answer.weight < FULL for answer in answers):
            question.notes.add("penalty")
        return question.choice(stem, options, right)
    right = [place for place, answer in enumerate(answers) if answer.weight > 0]
    weights = {answer.weight for answer in answers if answer.weight > 0}
    wrong = {answer.weight for answer in answers if answer.weight <= 0}
    if len(weights) > 1 or wrong - {-FULL}:
        question.notes.add("penalty")
    return question.choice(stem, options, right, several=True, rule="partial_no_wrong")


def short_text(question: Question, stem: Blocks, answers: Sequence[Answer], case_matters: bool = False) -> ReadRow:
    """Short answer: one blank that accepts every fully right spelling."""
    accepted = _accepted(question, answers)
    stem = with_blanks(stem, 1)
    blanks = [{"accept": accepted, "normalise": normalise(case_matters)}]
    interaction: Json = {"blanks": [{"id": "1", "width": width_of(accepted)}]}
    return question.finish("text_entry", stem, interaction=interaction, scoring={"blanks": blanks})


def normalise(case_matters: bool) -> list[str]:
    """Which differences of spelling do not matter."""
    return ["width", "space"] if case_matters else ["width", "case", "space"]


def width_of(accepted: Sequence[str]) -> int:
    """How wide a blank is drawn: room for the longest answer, telling little about it."""
    longest = max((len(text) for text in accepted), default=0)
    return max(8, min(40, (longest + 7) // 4 * 4))


def _accepted(question: Question, answers: Sequence[Answer]) -> list[str]:
    right = [answer.text for answer in answers if answer.weight == FULL]
    if any(answer.fed for answer in answers):
        question.notes.add("feedback")
    if any(0 < answer.weight < FULL for answer in answers):
        question.notes.add("penalty")
    wild = next((text for text in right if re.search(r"(?<!\\)\*", text)), None)
    if wild is not None:
        zh, en = f"答案“{wild}”含通配符 *，请列出可接受的写法", f"The answer {wild} has the wildcard *; list spellings"
        question.flaw("key", "key.wildcard", zh, en, wild)
    if not right:
        question.flaw("key", "key.missing", "没有完全正确的答案", "There is no fully right answer")
    return list(dict.fromkeys(text.replace("\\*", "*") for text in right))


@dataclass(frozen=True)
class Number:
    """A right number and how far an answer may be off; None where it could not be read."""

    value: Decimal | None
    tolerance: Decimal = Decimal(0)
    weight: Decimal = FULL
    written: str = ""


def margin(raw: str) -> Number:
    """A number as GIFT and cloze write it: `%50%3.14:0.01` or `3.141..3.142`."""
    weight = WEIGHT.match(raw)
    text = (raw[weight.end() :] if weight else raw).strip()
    share = Decimal(weight[1]) if weight else FULL
    if ".." in text:
        low, high = (number_of(part) for part in text.split("..", 1))
        if low is None or high is None or high < low:
            return Number(None, weight=share, written=text)
        return Number((low + high) / 2, (high - low) / 2, share, text)
    value, _, width = text.partition(":")
    tolerance = number_of(width) if width.strip() else Decimal(0)
    if tolerance is None or tolerance < 0:
        return Number(None, weight=share, written=text)
    return Number(number_of(value), tolerance, share, text)


def numeric(question: Question, stem: Blocks, numbers: Sequence[Number], interaction: Json, unit: Json) -> ReadRow:
    """Numerical: the one fully right number with its tolerance."""
    right = [number for number in numbers if number.weight == FULL]
    unread = next((number for number in right if number.value is None), None)
    if any(0 < number.weight < FULL for number in numbers):
        question.notes.add("penalty")
    if unread is not None:
        zh, en = f"答案“{unread.written}”不是数值", f"The answer {unread.written} is not a number"
        question.flaw("key", "key.unreadable", zh, en, unread.written)
    elif len(right) != 1:
        zh, en = (
            f"应有一个完全正确的数值，现有 {len(right)} 个",
            f"One right number is expected, there are {len(right)}",
        )
        question.flaw("key", "key.count", zh, en)
    chosen = right[0] if right and right[0].value is not None else Number(Decimal(0))
    exact = not chosen.tolerance
    tolerance = {"kind": "exact"} if exact else {"kind": "absolute", "amount": written(chosen.tolerance)}
    scoring: Json = {"value": written(chosen.value or Decimal(0)), "tolerance": tolerance, **unit}
    return question.finish("numeric_entry", stem, interaction=interaction, scoring=scoring)


def matching(question: Question, stem: Blocks, pairs: Sequence[tuple[Blocks, Blocks]]) -> ReadRow:
    """Matching: left sides are options, the different right sides targets; a right side alone only distracts."""
    targets: list[Blocks] = []
    for _, right in pairs:
        if right and right not in targets:
            targets.append(right)
    lefts = [(left, right) for left, right in pairs if left]
    if any(not right for _, right in lefts):
        question.flaw("key", "key.missing", "有一项没有对应的答案", "One side has no counterpart")
        lefts = [(left, right) for left, right in lefts if right]
    if len(lefts) > len(OPTION_LETTERS):
        zh = f"匹配项 {len(lefts)} 个，最多 {len(OPTION_LETTERS)} 个"
        question.flaw("options", "options.too_many", zh, f"At most {len(OPTION_LETTERS)} sides are possible")
    used = [targets.index(right) + 1 for _, right in lefts]
    shown = [{"id": str(n), "content": [b.as_json() for b in target]} for n, target in enumerate(targets, 1)]
    named = list(zip(OPTION_LETTERS, lefts, used, strict=False))
    options = [Option(letter, left) for letter, (left, _), _ in named]
    key = sorted(f"{letter}-{target}" for letter, _, target in named)
    interaction: Json = {"targets": shown, "reuse": len(set(used)) < len(used)}
    return question.finish("matching", stem, options, key, interaction, {"rule": "per_part"})


def essay(question: Question, stem: Blocks, model: Blocks = (), lines: int = LONG_LINES, words: str = "") -> ReadRow:
    """Essay: marked by a person against one criterion made of the marker's notes, which is said."""
    points = question.points or question.settings.default_points
    zh = "文件没有评分细则，已生成一条总分标准；请在编辑器中补充"
    question.remark("rubric", "rubric.default", zh, "The file has no rubric; one criterion for all points was made")
    bands = [{"points": points, "words": words or "要点完整、正确"}, {"points": "0", "words": "未作答或全部错误"}]
    rubric = [{"id": "1", "title": "按参考答案评分", "points": points, "bands": bands}]
    kind = "short_answer" if lines <= SHORT_LINES else "extended_response"
    space = {"lines": max(1, min(lines, 40)), "longest": SHORT_CHARS if lines <= SHORT_LINES else LONG_CHARS}
    scoring: Json = {"rubric": rubric, "model": [block.as_json() for block in model]}
    return question.finish(kind, stem, interaction=space, scoring=scoring)


@dataclass(frozen=True)
class GapAnswers:
    """What one gap of a text offers or accepts; `kind` is choice, text or number."""

    kind: str
    answers: tuple[Answer, ...]
    numbers: tuple[Number, ...] = ()
    case_matters: bool = False
    weight: int = 1


def gaps(question: Question, stem: Blocks, parts: Sequence[GapAnswers]) -> ReadRow:
    """A text with gaps marked {{1}} …: all of choice, or all of text, or one number; anything else is told."""
    kinds = {part.kind for part in parts}
    if len({part.weight for part in parts}) > 1:
        question.notes.add("penalty")
    if kinds == {"choice"}:
        return _inline(question, stem, parts)
    if kinds == {"text"}:
        blanks = [
            {"accept": _accepted(question, part.answers), "normalise": normalise(part.case_matters)} for part in parts
        ]
        widths = [{"id": str(n), "width": width_of(blank["accept"])} for n, blank in enumerate(blanks, 1)]
        scoring: Json = {"blanks": blanks, "rule": "per_part"}
        return question.finish("text_entry", stem, interaction={"blanks": widths}, scoring=scoring)
    if kinds == {"number"} and len(parts) == 1:
        plain = tuple(_with_text(block, _GAP_MARK.sub("____", block.text)) for block in stem)
        return numeric(question, plain, parts[0].numbers, {"unit": "none"}, {})
    zh = "完形填空混有不同类型的空（或多个数值空），请拆成几道题"
    return question.unread("type.mixed_gaps", zh, "Its gaps are of different kinds, or several numbers; split it")


def _inline(question: Question, stem: Blocks, parts: Sequence[GapAnswers]) -> ReadRow:
    shown, key = [], []
    for number, part in enumerate(parts, 1):
        right = [place for place, answer in enumerate(part.answers) if answer.weight == FULL]
        if len(right) != 1:
            zh = f"第 {number} 空应有一个完全正确的选项，现有 {len(right)} 个"
            question.flaw("key", "key.count", zh, f"Gap {number} needs one right option, there are {len(right)}")
        if len(part.answers) < 2:
            zh = f"第 {number} 空至少要有两个选项"
            question.flaw("options", "options.too_few", zh, f"Gap {number} needs two options at least")
        if len(part.answers) > len(OPTION_LETTERS):
            zh = f"第 {number} 空的选项多于 {len(OPTION_LETTERS)} 个"
            question.flaw("options", "options.too_many", zh, f"Gap {number} has too many options")
        if any(answer.fed for answer in part.answers):
            question.notes.add("feedback")
        if any(0 < answer.weight < FULL for answer in part.answers):
            question.notes.add("penalty")
        named = list(zip(OPTION_LETTERS, part.answers, strict=False))
        options = [{"id": f"{number}{x}", "content": [b.as_json() for b in answer.blocks]} for x, answer in named]
        shown.append({"id": str(number), "options": options})
        key += [f"{number}{OPTION_LETTERS[right[0]]}"] if right and right[0] < len(OPTION_LETTERS) else []
    return question.finish("inline_choice", stem, (), key, {"gaps": shown}, {"rule": "per_part"})


def with_blanks(stem: Blocks, count: int) -> Blocks:
    """The stem with its runs of underscores numbered as blanks, or with the missing marks at its end."""
    joined = plain_text(stem)
    if len(_GAP_MARK.findall(joined)) == count:
        return stem
    if len(_RUN_OF_BLANKS.findall(joined)) == count:
        numbers = iter(range(1, count + 1))
        return tuple(
            _with_text(block, _RUN_OF_BLANKS.sub(lambda _: f"{{{{{next(numbers)}}}}}", block.text)) for block in stem
        )
    marks = " ".join(f"{{{{{number}}}}}" for number in range(1, count + 1))
    last = stem[-1] if stem else None
    if last is not None and last.kind == "text":
        return (*stem[:-1], text_block(f"{last.text} {marks}"))
    return (*stem, text_block(marks))


def _with_text(block: Block, text: str) -> Block:
    if block.kind == "text":
        return text_block(text)
    return html_block(text) if block.kind == "html" else block
