"""Recognises what a line of a Chinese question paper is: a heading, a numbered stem, options, 答案 and other labels.

For the layout of Word documents. Every pattern works on `narrow` text, which has the same length as the original, so
that places found there hold in the original. Source: the layouts of published theory papers of skill certification.
"""

import re
from dataclasses import dataclass

from itembank.exchange.formats.attributes import NAMES

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x09, 0xA0: 0x20, 0x2009: 0x20}
SINGLE, SEVERAL, CHOICE, TRUTH, BLANKS = "single", "several", "choice", "truth", "blanks"
SHORT, LONG, OTHER = "short", "long", "other"
LETTERED = (SINGLE, SEVERAL, CHOICE)

_KINDS = (
    (SEVERAL, "多项选择|多选|不定项"),
    (SINGLE, "单项选择|单选"),
    (TRUTH, "判断|是非|对错"),
    (BLANKS, "填空"),
    (CHOICE, "选择"),
    (SHORT, "简答|问答|名词解释|名词"),
    (LONG, "论述|案例|综合|分析|计算|应用|设计"),
    (OTHER, "匹配|连线|配对|排序|作图|画图|绘图|识图"),
)
_ANY_KIND = "|".join(words for _, words in _KINDS)
_FIRST_KIND = re.compile(_ANY_KIND)
_KEY_BEFORE = re.compile(r"\s*(?P<key>[(]\s*(?:[A-H]{1,8}|√|×|✓|✗|对|错|正确|错误)?\s*[)])\s*(?=\d{1,4}\s*[.、])")
_NUMERAL = r"(?:第\s*)?(?P<label>[一二三四五六七八九十]{1,3}|[IVX]{1,4}|[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ])\s*(?:大题|部分)?\s*[、.:)\s]"
_HEADING = re.compile(rf"\s*[(]?{_NUMERAL}[)]?\s*(?P<text>(?=.{{0,60}}(?:{_ANY_KIND}))[^?]{{2,160}})\s*$")
_BARE_HEADING = re.compile(rf"\s*(?P<text>(?:{_ANY_KIND})(?:题|类)?(?:型)?\s*(?:[(:共每].{{0,120}})?)\s*$")
_POINTS = re.compile(r"每\s*小?[题空]\s*(\d{1,3}(?:\.\d)?)\s*分")
_QUESTION = re.compile(
    r"\s*(?:第\s*(?P<word>\d{1,4})\s*题\s*[.、:]?|\(\s*(?P<paren>\d{1,4})\s*\)\s*[.、]?"
    r"|(?P<half>\d{1,4})\s*\)|(?P<dot>\d{1,4})\s*(?:[.:](?!\d)|[、。]))\s*"
)
_LOOSE_QUESTION = re.compile(r"\s*(?P<dot>\d{1,4})(?:\t|  +)\s*(?=[^\d\s])")
_TIGHT_QUESTION = re.compile(r"\s*(?P<dot>\d{1,4})\.(?=\d)")
_TAG = re.compile(rf"\s*[(\[【]\s*(?P<kind>(?:{_ANY_KIND})(?:题)?)\s*[)\]】]\s*")
_TAG_BEHIND = re.compile(r"[(\[【]\s*(?P<kind>单选|多选|不定项|判断)(?:题)?\s*[)\]】]\s*$")
_OWN_POINTS = re.compile(r"[(]\s*(?:本?小?题)?\s*(\d{1,3}(?:\.\d)?)\s*分\s*[)]\s*$")
_HEADED_LIST = re.compile(r"(?P<head>[^\d]{0,40}?(?:题|答案)[^\d]{0,12}?)[:\s]\s*(?P<rest>[(]?\d{1,4}.*)$", re.DOTALL)
_ANSWER = r"(?:参考|标准|正确)?\s*答\s*案|答"
_EXPLAIN = "答案解析|试题解析|解析|详解|分析|点评|解题思路|评分标准|评分细则"
_ATTRIBUTES = "|".join(sorted((name for name in NAMES if not name.isascii()), key=len, reverse=True))
_LABEL = re.compile(
    rf"[\[【(]\s*(?P<boxed>{_EXPLAIN}|{_ANSWER}|{_ATTRIBUTES})\s*[\]】)]\s*:?\s*"
    rf"|(?:^|(?<=[\s;。.]))(?P<open>{_EXPLAIN}|{_ANSWER}|{_ATTRIBUTES})\s*(?:是|为)?\s*:\s*"
)
_BARE_ANSWER = re.compile(
    r"(?:参考|标准|正确)?\s*答\s*案\s*(?:是|为)?\s*(?P<key>[A-H]{1,8}|√|×|对|错|正确|错误)\s*[.。]?\s*$"
)
_OPTION = re.compile(r"[(\[]?(?P<letter>[A-Ha-h])\s*(?:[)\]]\s*[.、]?|[.、:](?!\d{0,2}[a-zA-Z]\.))\s*")
_LOOSE_OPTION = re.compile(r"(?P<letter>[A-H])(?:\t|  +)\s*(?=\S)")
_LIST_HEAD = re.compile(
    r"\s*[\[【]?[一-龥]{0,14}?(?:参考|标准|正确)?答案(?:及|与|和)?(?:解析|评分标准|评分细则)?[\]】]?\s*:?\s*$"
)


@dataclass(frozen=True)
class Heading:
    """The heading of a section: its numeral, the kind of its questions, points for each of them."""

    label: str
    kind: str
    points: str = ""


@dataclass(frozen=True)
class Numbered:
    """The number that begins a question: how it is written, what it is, where the words begin."""

    style: str
    number: int
    end: int


@dataclass(frozen=True)
class Option:
    """An option in a line: its letter and its words."""

    letter: str
    text: str


def narrow(line: str) -> str:
    """The line with half-width letters, digits and marks, character by character."""
    return line.translate(_WIDE)


def kind_in(text: str) -> str:
    """The kind of question these words name, the first one when they name several; empty when they name none."""
    found = _FIRST_KIND.search(text.partition("(")[0]) or _FIRST_KIND.search(text)
    return next(kind for kind, words in _KINDS if re.fullmatch(words, found[0])) if found else ""


def heading_of(line: str) -> Heading | None:
    """The heading this line is."""
    text = narrow(line)
    found = _HEADING.match(text) or (_BARE_HEADING.match(text) if len(text.strip()) < 60 else None)
    if found is None or "\ufdd0" in line or not ("题" in found["text"] or len(found["text"]) <= 6):
        return None
    points = _POINTS.search(text)
    label = found.groupdict().get("label") or ""
    return Heading(label, kind_in(found["text"]), points[1] if points else "")


def numbered(line: str, expected: int = 0) -> Numbered | None:
    """The number at the start of the line; `2.5` and `2  words` begin question 2 only where 2 is expected."""
    text = narrow(line)
    found = _QUESTION.match(text)
    if found is None and expected:
        tight = _TIGHT_QUESTION.match(text) or _LOOSE_QUESTION.match(text)
        found = tight if tight and int(tight["dot"]) == expected else None
    if found is None:
        return None
    style, digits = next((name, each) for name, each in found.groupdict().items() if each)
    return Numbered(style, int(digits), found.end())


def key_behind(line: str) -> str:
    """A line that begins with its key, （√）1. …, with the bracket at its end, where every other stem has it."""
    found = _KEY_BEFORE.match(narrow(line))
    return f"{line[found.end() :].rstrip()}{line[found.start('key') : found.end('key')]}" if found else line


def tagged(text: str) -> tuple[str, str]:
    """(kind, rest) of a stem that begins or ends with its kind in brackets: （多选题）…"""
    found = _TAG.match(narrow(text))
    if found:
        return kind_in(found["kind"]), text[found.end() :]
    behind = _TAG_BEHIND.search(narrow(text))
    return (kind_in(behind["kind"]), text[: behind.start()]) if behind else ("", text)


def own_points(stem: str) -> str:
    """The points a stem names at its end: （10 分）; empty when it names none."""
    found = _OWN_POINTS.search(narrow(stem))
    return found[1] if found else ""


def headed_list(line: str) -> tuple[str, str]:
    """(heading, answers) of a line that holds both: 一、单选题：1-5 ABCDC; two empty texts for any other line."""
    found = _HEADED_LIST.match(narrow(line))
    return (line[: found.end("head")], line[found.start("rest") :]) if found else ("", "")


def labels(line: str) -> list[tuple[str, str]]:
    """(label, value) of a line that begins with a label such as 答案： or 【难度】; empty for any other line."""
    text = narrow(line)
    start = len(text) - len(text.lstrip())
    bare = _BARE_ANSWER.match(text[start:])
    if bare:
        return [("答案", bare["key"])]
    found = list(_LABEL.finditer(text[start:]))
    if not found or found[0].start():
        return []
    ends = [each.start() for each in found[1:]] + [len(text) - start]
    return [
        ("".join((each["boxed"] or each["open"]).split()), line[start + each.end() : start + end].strip())
        for each, end in zip(found, ends, strict=True)
    ]


def is_answer(label: str) -> bool:
    """Whether the label announces the key."""
    return bool(re.fullmatch(_ANSWER, label))


def is_explanation(label: str) -> bool:
    """Whether the label announces an explanation, which is not imported."""
    return bool(re.fullmatch(_EXPLAIN, label))


def is_list_head(line: str) -> bool:
    """Whether the line may head the list of answers at the end of the document."""
    return bool(_LIST_HEAD.match(narrow(line))) and len(line.strip()) < 40


def options_in(line: str, expected: str) -> tuple[str, list[Option]]:
    """(what stands before them, the options) of a line; inside it the first must be `expected`, and not alone."""
    text = narrow(line)
    marks = _option_marks(text, expected)
    if not marks:
        return line, []
    ends = [start for start, _, _ in marks[1:]] + [len(line)]
    found = [Option(letter, line[after:end].strip()) for (_, after, letter), end in zip(marks, ends, strict=True)]
    if len(found) > 1 and any(not option.text for option in found):
        # 已知 A、B、C 三相 … names things, it offers nothing.
        return line, []
    return line[: marks[0][0]].rstrip(), found


def opening_letter(line: str) -> str:
    """The letter of the option that opens the line; empty when none does."""
    before, options = options_in(line, "B")
    return options[0].letter if options and not before.strip() else ""


def _option_marks(text: str, expected: str) -> list[tuple[int, int, str]]:
    """(where the mark begins, where it ends, letter): letters that follow each other."""
    marks: list[tuple[int, int, str]] = []
    start = len(text) - len(text.lstrip())
    first = _OPTION.match(text, start) or _LOOSE_OPTION.match(text, start)
    if first and (first.re is _OPTION or first["letter"] == expected):
        marks.append((start, first.end(), first["letter"].upper()))
        expected = _after(first["letter"].upper())
    for found in _OPTION.finditer(text, marks[0][1] if marks else 0):
        if found["letter"] == expected and _stands_free(text, found.start()):
            marks.append((found.start(), found.end(), expected))
            expected = _after(expected)
    opens_line = bool(marks) and marks[0][0] == start
    return marks if opens_line or len(marks) > 1 else []


def _after(letter: str) -> str:
    return chr(ord(letter) + 1)


def _stands_free(text: str, place: int) -> bool:
    """An option mark follows a blank or a Chinese character, never a letter, a digit or a hyphen."""
    before = text[place - 1 : place]
    return not before or before.isspace() or not (before.isascii() and (before.isalnum() or before in "-_./(\\"))
