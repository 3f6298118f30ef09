"""What labels beside a question mean: 难度：0.65, 鉴定点：A-A-001, a tag `difficulty:0.65`, a category path.

For the readers of Moodle XML, GIFT and Word. A label nobody knows is left alone; a known one with a strange value is a
flaw of the question, so that nothing is lost in silence.
"""

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from itembank.exchange.formats.build import Question

_NAMES = {
    "point": "鉴定点 知识点 考点 鉴定点代码 point",
    "code": "编号 题号 试题编号 code id",
    "difficulty": "难度 难度系数 难易程度 难易度 difficulty",
    "importance": "重要程度 重要性 importance",
    "cognition": "认知层次 认知水平 掌握程度 cognition",
    "source": "来源 出处 source",
    "points": "分值 分数 points score",
}
NAMES = {word: name for name, words in _NAMES.items() for word in words.split()}
_SHARES = {"易": "0.85", "容易": "0.85", "较易": "0.75", "中": "0.65", "中等": "0.65", "较难": "0.5", "难": "0.35"}
_IMPORTANCE = {"X": "X", "Y": "Y", "Z": "Z", "核心": "X", "一般": "Y", "辅助": "Z"}
_IMPORTANCE |= {"核心要素": "X", "一般要素": "Y", "辅助要素": "Z"}
_COGNITION = {"识记": "recall", "了解": "recall", "理解": "understand", "掌握": "understand"}
_COGNITION |= {"应用": "apply", "运用": "apply", "recall": "recall", "understand": "understand", "apply": "apply"}


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().strip("。.").strip()


def apply_attribute(question: Question, name: str, raw: str) -> bool:
    """Sets what the label says; False when the label is none of ours."""
    known = NAMES.get(_folded(name).casefold())
    value = _folded(raw)
    if known is None or not value:
        return False
    if known == "point":
        question.point_names = [value, value.split()[0], *question.point_names]
    elif known == "code":
        question.code = value
    elif known == "source":
        question.source = raw.strip()
    elif known == "points":
        question.points = value.removesuffix("分").strip()
    else:
        _measured(question, known, value)
    return True


def _measured(question: Question, name: str, value: str) -> None:
    if name == "difficulty":
        question.difficulty = share_of(value)
        found = question.difficulty is not None
    elif name == "importance":
        question.importance = _IMPORTANCE.get(value.upper())
        found = question.importance is not None
    else:
        question.cognition = _COGNITION.get(value.casefold())
        found = question.cognition is not None
    if not found:
        zh, en = f"“{value}”无法识别", f"{value} is not understood"
        question.flaw(name, f"{name}.malformed" if name == "difficulty" else f"{name}.unknown", zh, en, value)


def share_of(value: str) -> int | None:
    """The expected share of right answers in thousandths, from a number, a percentage or a word; None otherwise."""
    text = _SHARES.get(value, value)
    try:
        number = Decimal(text.rstrip("%").strip()) * (10 if text.endswith("%") else 1000)
    except InvalidOperation:
        return None
    whole = number.is_finite() and abs(number) < 10**6 and number == number.to_integral_value()
    return int(number) if whole else None


def apply_tag(question: Question, tag: str) -> None:
    """A tag names a competency point, or is a label with its value (`难度:0.65`), or says nothing to us."""
    name, colon, value = re.sub("：", ":", tag).partition(":")
    if not colon or not apply_attribute(question, name, value):
        question.point_names.append(tag.strip())


def category_points(path: str) -> list[str]:
    """What a category path may name as the point: its parts from the last on, whole and by their first word."""
    parts = [part.strip() for part in path.split("/") if part.strip() and not part.startswith("$")]
    return [name for part in reversed(parts) for name in (part, part.split()[0])]
