"""Guesses how the columns of an unknown sheet become items, as a mapping a person then corrects.

For the mapping screen. Evidence is what a header says (编号, 题干, 选项A …) and what its cells look like (letters of a
key, words of a type, the longest texts). No guess is used unseen: the person confirms it, and rows are checked as ever.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from itembank.exchange.mapping import BY_KEY, LETTERS, OPTION_MARK, Table
from itembank.exchange.sheet import header_name
from itembank.items.kinds import OPTION_LETTERS

ENOUGH = 40
SAMPLES = 50
HEADER_ROWS = 12

HEADER_WORDS: dict[str, tuple[str, ...]] = {
    "code": ("编号", "试题编号", "题目编号", "题号", "试题代码", "编码", "code", "id", "序号", "no", "number"),
    "point": (
        "鉴定点", "知识点", "鉴定点代码", "知识点代码", "考核点", "鉴定要素", "要点", "章节", "point", "topic", "分类",
        "category",
    ),
    "type": ("题型", "试题类型", "题目类型", "类型", "type", "questiontype"),
    "stem": ("题干", "题目", "试题内容", "题目内容", "试题", "题面", "问题", "内容", "stem", "question"),
    "key": ("答案", "正确答案", "标准答案", "参考答案", "正确选项", "answer", "key", "correctanswer", "correct"),
    "options": ("选项", "备选项", "备选答案", "候选答案", "选项内容", "options", "choices", "answers"),
    "importance": ("重要程度", "重要性", "importance"),
    "cognition": ("认知层次", "认知水平", "能力层次", "cognition"),
    "difficulty": ("难度", "难度系数", "难易度", "难易程度", "difficulty"),
    "figure": ("图", "图片", "附图", "插图", "图号", "image", "figure"),
    "source": ("来源", "出处", "依据", "命题依据", "source", "reference"),
}  # fmt: skip
TYPE_WORDS = {
    "single_response": ("单选题", "单选", "单项选择题", "单项选择", "选择题", "single", "mc"),
    "multiple_response": ("多选题", "多选", "多项选择题", "多项选择", "不定项选择题", "multiple"),
    "true_false": ("判断题", "判断", "是非题", "对错题", "truefalse", "judge", "tf"),
    "text_entry": ("填空题", "填空"),
    "numeric_entry": ("数值题", "计算题"),
    "short_answer": ("简答题", "简答", "问答题", "名词解释"),
    "extended_response": ("论述题", "论述", "综合题"),
    "ordering": ("排序题",),
    "matching": ("匹配题", "连线题"),
}
TRUE_WORDS = ["正确", "对", "√", "✓", "是", "T", "TRUE", "Y", "YES"]
FALSE_WORDS = ["错误", "错", "×", "✗", "X", "否", "F", "FALSE", "N", "NO"]
WORDS = {
    "importance": {"X": "X", "Y": "Y", "Z": "Z", "核心": "X", "一般": "Y", "辅助": "Z"},
    "cognition": {
        "识记": "recall", "了解": "recall", "理解": "understand", "掌握": "understand",
        "应用": "apply", "运用": "apply",
    },
    "difficulty": {"易": "0.85", "较易": "0.75", "中": "0.65", "较难": "0.5", "难": "0.35"},
}  # fmt: skip
_OPTION_HEADER = re.compile(r"^(?:选项|备选项|备选答案|答案选项|答案|option|choice|opt)?[(_-]?([a-h])[)]?(?:选项|项)?$")
_OPTION_NUMBER = re.compile(r"^(?:选项|备选项|备选答案|option|choice|opt)[(_-]?([1-8])[)]?$")
_KEY_LETTERS = re.compile(r"^[A-H](?:[\s;,、/|]*[A-H]){0,7}$")
_KEY_NUMBERS = re.compile(r"^[1-8](?:[\s;,、/|]*[1-8]){0,7}$")
_SEPARATORS = ("**", "##", "\n", "||", "|", "@@", "；", ";")


@dataclass(frozen=True)
class Guess:
    """A proposed mapping and, per field, whether its header or its content spoke for it."""

    table: Table
    evidence: dict[str, str]


def _word(text: str) -> str:
    """A header as compared with the lists of words."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s*_:：（）()【】\[\]]+", "", plain) or plain.strip()


def option_letter(header: str) -> str:
    """Which option a header names, empty for none: 选项A, A, 选项1, option_b."""
    plain = unicodedata.normalize("NFKC", header).casefold().replace(" ", "")
    if found := _OPTION_HEADER.match(plain):
        return found[1].upper()
    found = _OPTION_NUMBER.match(plain)
    return OPTION_LETTERS[int(found[1]) - 1] if found else ""


def _named(header: str) -> str:
    """The field a header names outright, empty for none."""
    word = _word(header)
    return next((field for field, words in HEADER_WORDS.items() if word in words), "")


def guess_header_row(grid: Sequence[Sequence[str]]) -> int:
    """The row (from 1) that holds most headers anybody knows; 0 when the first row holds an item already."""
    known = [sum(bool(_named(cell) or option_letter(cell)) for cell in row) for row in grid[:HEADER_ROWS]]
    best = max(range(len(known)), key=lambda at: (known[at], -at), default=0)
    if known and known[best] >= 2:
        return best + 1
    first = [unicodedata.normalize("NFKC", cell).strip() for cell in grid[0]] if grid else []
    looks_like_item = any(_KEY_LETTERS.match(cell) for cell in first) and any(len(cell) > 8 for cell in first)
    return 0 if looks_like_item else 1


def _share(cells: Sequence[str], fits: "re.Pattern[str] | set[str]") -> float:
    """How many of the filled cells look like this."""
    filled = [unicodedata.normalize("NFKC", cell).strip().upper() for cell in cells if cell.strip()]
    hits = sum(bool(fits.match(cell)) if isinstance(fits, re.Pattern) else cell in fits for cell in filled)
    return hits / len(filled) if filled else 0.0


_TRUTH = {unicodedata.normalize("NFKC", word).upper() for word in (*TRUE_WORDS, *FALSE_WORDS)}
_TYPES = {word.upper(): kind for kind, words in TYPE_WORDS.items() for word in words}


def _by_content(cells: Sequence[str]) -> dict[str, float]:
    """How much the cells of a column speak for each field."""
    filled = [cell for cell in cells if cell.strip()]
    if not filled:
        return {}
    length = sum(map(len, filled)) / len(filled)
    keys = max(_share(cells, _KEY_LETTERS), _share(cells, _KEY_NUMBERS) * 0.7, _share(cells, _TRUTH))
    together = _share(cells, _KEY_LETTERS) + _share(cells, _TRUTH)
    lettered = sum(len(re.findall(OPTION_MARK, cell)) >= 2 for cell in filled) / len(filled)
    return {
        "key": 55 * max(keys, min(together, 1.0)) if length <= 12 else 0,
        "type": 60 * _share(cells, set(_TYPES)),
        "options": 55 * lettered,
        "stem": min(60.0, 32 + length) if length >= 8 and lettered < 0.5 else 0,
    }


def _scores(headers: Sequence[str], columns: Sequence[Sequence[str]]) -> list[tuple[float, str, str, str]]:
    """(score, field, header, evidence), the best first."""
    found = []
    for header, cells in zip(headers, columns, strict=True):
        if not header or option_letter(header):
            continue
        word, content = _word(header), _by_content(cells)
        for field, words in HEADER_WORDS.items():
            score = 0.0
            if word in words:
                score = 100 - words.index(word)
            elif len(word) > 1 and any(len(each) > 1 and each in word for each in words):
                score = 60.0
            evidence = "header" if score else "content"
            score += content.get(field, 0.0) * (0.3 if score else 1.0)
            found.append((score, field, header, evidence))
    return sorted(found, key=lambda each: (-each[0], each[2]))


def guess_mapping(headers: Sequence[str], columns: Sequence[Sequence[str]]) -> Guess:
    """A mapping for a sheet with these headers and these cells per column."""
    names = [header_name(header) for header in headers]
    lettered = {letter: name for name in names if (letter := option_letter(name))}
    options = [lettered[letter] for letter in OPTION_LETTERS if letter in lettered]
    cells_of = dict(zip(names, columns, strict=True))
    chosen: dict[str, str] = {}
    evidence: dict[str, str] = {}
    for score, field, header, why in _scores(names, columns):
        taken = header in chosen.values() or field in chosen or (field == "options" and len(options) > 1)
        if score >= ENOUGH and not taken:
            chosen[field], evidence[field] = header, why
    table: Table = {"name": "custom", "title_zh": "自定义版式", "title_en": "Custom layout"}
    one_cell = chosen.pop("options", "")
    if len(options) < 2 and one_cell:
        options = [one_cell]
        table["options"] = {"separators": guess_separators(cells_of[one_cell])}
    table["columns"] = chosen | {"options": options}
    keys = cells_of.get(chosen.get("key", ""), ())
    table["keys"] = {
        "separators": ";,、/|*# ", "true": TRUE_WORDS, "false": FALSE_WORDS,
        "numbers": _share(keys, _KEY_NUMBERS) > 0.6 and bool(options),
    }  # fmt: skip
    table |= _types(cells_of.get(chosen.get("type", ""), ()), "type" in chosen)
    table |= {field: dict(words) for field, words in WORDS.items() if field in chosen}
    table["figures"] = {"rule": "column" if "figure" in chosen else "none", "separators": ";,、"}
    table["duplicates"] = {"identity": ["stem", "figures"], "near_ratio": 90}
    needed = [header for field, header in chosen.items() if field in ("code", "point", "type", "stem", "key")]
    table["recognise"] = {"headers": [*needed, *options[:2]]}
    defaults = {"code_prefix": "ITEM"} if "code" not in chosen else {}
    table["defaults"] = defaults | ({} if "type" in chosen else {"type": BY_KEY})
    return Guess(table, evidence)


def _types(cells: Sequence[str], mapped: bool) -> Table:
    """The spellings of types: those everybody uses, and which of the file's own are not among them."""
    if not mapped:
        return {}
    said = dict.fromkeys(unicodedata.normalize("NFKC", cell).strip() for cell in cells if cell.strip())
    known = {word: kind for kind, words in TYPE_WORDS.items() for word in words}
    return {"types": known | {word: _TYPES[word.upper()] for word in said if word.upper() in _TYPES}}


def guess_separators(cells: Sequence[str]) -> list[str]:
    """What stands between the options of one cell: the first mark that parts most of them, or the letters."""
    filled = [cell for cell in cells if cell.strip()]
    for mark in _SEPARATORS:
        parted = sum(len([part for part in cell.split(mark) if part.strip()]) >= 3 for cell in filled)
        if filled and parted / len(filled) >= 0.6:
            return [mark]
    return [LETTERS]
