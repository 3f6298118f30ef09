"""Decides whether what an item's type needs besides options is sound: blanks, targets, gaps, numbers, areas, rubrics.

For import, editing and approval, called by `check.py`. Returns every flaw at once; the field leads to the column or the
part of the editor. Source: the interactions of QTI 3.0 as far as theory papers use them; the issue's list of types.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal, InvalidOperation

from itembank.items.content import ItemBody, plain_text
from itembank.items.faults import Flaw
from itembank.items.kinds import OPTION_LETTERS
from itembank.items.pictures import check_drawing, check_hotspot
from itembank.items.rubrics import check_space
from itembank.items.shapes import (
    SHAPES,
    Accepted,
    ByNumber,
    ByText,
    Choice,
    Gap,
    InlineChoice,
    Matching,
    NumericEntry,
    Shape,
    TextEntry,
    Tolerance,
    read_shape,
)
from itembank.items.text import tidy
from itembank.items.words import check_blocks, check_text, is_blank

MOST_BLANKS = 8
MOST_TARGETS = 10
LONGEST_ACCEPTED = 200
MOST_ACCEPTED = 20
MARK = re.compile(r"\{\{(\d{1,2})\}\}")
_NUMBER = re.compile(r"[-+]?\d{1,15}(\.\d{1,15})?([eE][-+]?\d{1,2})?")


def check_interaction(body: ItemBody) -> list[Flaw]:
    """All flaws of interaction, scoring and of a key that is not a choice among options."""
    kind = body.content.type
    interaction, scoring = SHAPES[kind]
    shown = read_shape(interaction, body.content.interaction, "interaction")
    scored = read_shape(scoring, body.scoring, "scoring")
    malformed = [each for each in (shown, scored) if isinstance(each, Flaw)]
    if isinstance(shown, Flaw) or isinstance(scored, Flaw):
        return malformed
    check = _CHECKS.get(kind)
    return list(check(body, shown, scored)) if check else []


def marks_of(body: ItemBody) -> list[str]:
    """The numbers of the marks of blanks in the stem, in their order."""
    return MARK.findall(plain_text(body.content.stem))


def _check_marks(body: ItemBody, ids: Sequence[str], field: str) -> Iterator[Flaw]:
    """The stem holds the mark of every blank once and in order."""
    if list(ids) != [str(number) for number in range(1, len(ids) + 1)]:
        yield Flaw(field, f"{field}.ids", "空须从 1 起连续编号", "Blanks are numbered from 1 on", " ".join(ids)[:80])
    found = marks_of(body)
    if found != list(ids):
        wanted = " ".join(f"{{{{{number}}}}}" for number in ids)
        zh = f"题干中的空与定义不符：题干应依次含有 {wanted}，现有 {len(found)} 个"
        en = f"The stem must hold {wanted} once each, in this order; it holds {len(found)}"
        yield Flaw("stem", "blanks.marks", zh, en, " ".join(found)[:80])


def _check_count(field: str, count: int, most: int, zh: str) -> Iterator[Flaw]:
    if not 1 <= count <= most:
        en = f"Between 1 and {most} are needed, there are {count}"
        yield Flaw(field, f"{field}.count", f"{zh}应为 1 至 {most} 个，现有 {count} 个", en, str(count))


def _check_text_entry(body: ItemBody, shown: Shape, scored: Shape) -> Iterator[Flaw]:
    assert isinstance(shown, TextEntry) and isinstance(scored, ByText)
    yield from _check_count("blanks", len(shown.blanks), MOST_BLANKS, "填空")
    yield from _check_marks(body, [blank.id for blank in shown.blanks], "blanks")
    for blank in shown.blanks:
        if not 1 <= blank.width <= 60:
            zh = f"第 {blank.id} 空的宽度应为 1 至 60 个字"
            yield Flaw("blanks", "blanks.width", zh, "A blank is 1 to 60 characters wide", str(blank.width))
    if len(scored.blanks) != len(shown.blanks):
        zh = f"有 {len(shown.blanks)} 个空，却给了 {len(scored.blanks)} 个空的答案"
        en = f"There are {len(shown.blanks)} blanks but answers for {len(scored.blanks)}"
        yield Flaw("accept", "accept.count", zh, en, str(len(scored.blanks)))
    for number, accepted in enumerate(scored.blanks, 1):
        yield from _check_accepted(f"accept:{number}", accepted)


def _check_accepted(field: str, accepted: Accepted) -> Iterator[Flaw]:
    words = accepted.accept
    if not words or not all(word.strip() for word in words):
        yield Flaw(field, "accept.missing", "缺少可接受的答案", "An accepted answer is missing")
    if len(words) > MOST_ACCEPTED:
        zh = f"可接受的答案多于 {MOST_ACCEPTED} 个"
        yield Flaw(field, "accept.too_many", zh, f"More than {MOST_ACCEPTED} accepted answers", str(len(words)))
    if len(set(words)) < len(words):
        yield Flaw(field, "accept.repeated", "可接受的答案有重复", "An accepted answer is given twice", words[0][:80])
    if len(set(accepted.normalise)) < len(accepted.normalise):
        yield Flaw(field, "accept.normalise", "忽略规则有重复", "A normalisation rule is given twice")
    for word in words:
        yield from _check_accepted_word(field, word)


def _check_accepted_word(field: str, word: str) -> Iterator[Flaw]:
    yield from check_text(field, word)
    if word != tidy(word) or "\n" in word:
        zh, en = "可接受的答案首尾不得有空白或换行", "An accepted answer is one line without outer blanks"
        yield Flaw(field, "accept.blanks", zh, en, word[:80])
    if len(word) > LONGEST_ACCEPTED:
        zh = f"可接受的答案超过 {LONGEST_ACCEPTED} 个字符"
        yield Flaw(field, "text.too_long", zh, f"Longer than {LONGEST_ACCEPTED} characters", word[:40])


def number_of(text: str) -> Decimal | None:
    """The number this text says; None when it says none."""
    if not _NUMBER.fullmatch(text):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _check_numeric(body: ItemBody, shown: Shape, scored: Shape) -> Iterator[Flaw]:
    assert isinstance(shown, NumericEntry) and isinstance(scored, ByNumber)
    value = number_of(scored.value)
    if value is None:
        zh = f"答案“{scored.value[:40]}”不是数值"
        yield Flaw("key", "number.malformed", zh, "The key is not a number", scored.value[:80])
    yield from _check_tolerance(scored.tolerance, value)
    yield from _check_unit(shown, scored)


def _check_tolerance(tolerance: Tolerance, value: Decimal | None) -> Iterator[Flaw]:
    amount = number_of(tolerance.amount)
    sound, zh, en = _TOLERANCES[tolerance.kind]
    if not sound(tolerance.amount, amount):
        yield Flaw("tolerance", "tolerance.malformed", zh, en, tolerance.amount[:80])
    elif tolerance.kind == "relative" and value == 0:
        zh, en = "答案为 0 时不能用相对误差", "A relative tolerance of zero is zero; use an absolute one"
        yield Flaw("tolerance", "tolerance.zero", zh, en, tolerance.amount[:80])


_TOLERANCES: dict[str, tuple[Callable[[str, Decimal | None], bool], str, str]] = {
    "exact": (lambda text, number: text in ("", "0"), "精确匹配不需要误差值", "An exact match takes no amount"),
    "absolute": (
        lambda text, number: number is not None and number > 0,
        "绝对误差应为正数",
        "An absolute tolerance is a positive number",
    ),
    "relative": (
        lambda text, number: number is not None and 0 < number < 1,
        "相对误差应在 0 与 1 之间（5% 写作 0.05）",
        "A relative tolerance lies between 0 and 1",
    ),
    "significant": (
        lambda text, number: text.isascii() and text.isdigit() and 1 <= int(text) <= 15,
        "有效数字位数应为 1 至 15 的整数",
        "Significant figures are a whole number from 1 to 15",
    ),
}


def _check_unit(shown: NumericEntry, scored: ByNumber) -> Iterator[Flaw]:
    asked = list(scored.unit.accept) if scored.unit else []
    if (shown.unit == "shown") != bool(shown.unit_text):
        zh, en = "只有显示单位时才填、且必须填单位文字", "The unit's words belong to a unit that is shown"
        yield Flaw("unit", "unit.text", zh, en, shown.unit_text[:80])
    if (shown.unit == "asked") != bool(asked):
        zh, en = "只有要求填写单位时才给、且必须给可接受的单位", "Accepted units belong to a unit that is asked for"
        yield Flaw("unit", "unit.accept", zh, en, " ".join(asked)[:80])
    for word in [shown.unit_text, *asked]:
        yield from check_text("unit", word)
        if len(word) > 20 or word != tidy(word):
            yield Flaw("unit", "unit.malformed", "单位最长 20 个字符，首尾无空白", "A unit is short", word[:80])
    if not all(asked) or len(set(asked)) < len(asked):
        yield Flaw("unit", "unit.repeated", "可接受的单位有空缺或重复", "An accepted unit is empty or given twice")


def _check_choices(field: str, choices: Sequence[Choice]) -> Iterator[Flaw]:
    """The contents of things to choose: sound, filled, different."""
    seen: dict[str, str] = {}
    for choice in choices:
        blocks, place = choice.blocks(), f"{field}:{choice.id}"[:20]
        if is_blank(blocks):
            yield Flaw(place, f"{field}.empty", f"{choice.id} 为空", f"{choice.id} is empty")
            continue
        yield from check_blocks(place, blocks)
        first = seen.setdefault(str(choice.content), choice.id)
        if first != choice.id:
            yield Flaw(place, f"{field}.repeated", f"{choice.id} 与 {first} 相同", f"{choice.id} repeats {first}")


def _check_matching(body: ItemBody, shown: Shape, scored: Shape) -> Iterator[Flaw]:
    assert isinstance(shown, Matching)
    ids = [target.id for target in shown.targets]
    if not 2 <= len(ids) <= MOST_TARGETS:
        zh = f"匹配目标应为 2 至 {MOST_TARGETS} 个，现有 {len(ids)} 个"
        yield Flaw("targets", "targets.count", zh, f"Between 2 and {MOST_TARGETS} targets", str(len(ids)))
    if ids != [str(number) for number in range(1, len(ids) + 1)]:
        zh = "匹配目标须从 1 起连续编号"
        yield Flaw("targets", "targets.ids", zh, "Targets are numbered from 1 on", " ".join(ids)[:80])
    yield from _check_choices("targets", shown.targets)
    yield from _check_pairs(body, set(ids), shown.reuse)


def _check_pairs(body: ItemBody, targets: set[str], reuse: bool) -> Iterator[Flaw]:
    key, shown = list(body.key), ";".join(body.key)[:80]
    pairs = [pair.partition("-") for pair in key]
    left, right = [pair[0] for pair in pairs], [pair[2] for pair in pairs]
    if not key:
        yield Flaw("key", "key.missing", "缺少答案", "The key is missing")
    elif sorted(left) != sorted(body.content.option_ids):
        zh, en = "每个选项须恰好配一个目标", "Every option is paired with exactly one target"
        yield Flaw("key", "key.pairs", zh, en, shown)
    elif not set(right) <= targets:
        yield Flaw("key", "key.outside", "答案中的目标不存在", "The key names a target that is not there", shown)
    elif not reuse and len(set(right)) < len(right):
        zh, en = "同一目标配了两次；如允许，请设为可重复使用", "A target is used twice, which this item does not allow"
        yield Flaw("key", "key.repeated", zh, en, shown)
    if key != sorted(key):
        yield Flaw("key", "key.order", "配对须按选项顺序书写", "The pairs are not sorted", shown)


def _check_inline(body: ItemBody, shown: Shape, scored: Shape) -> Iterator[Flaw]:
    assert isinstance(shown, InlineChoice)
    yield from _check_count("gaps", len(shown.gaps), MOST_BLANKS, "下拉空")
    yield from _check_marks(body, [gap.id for gap in shown.gaps], "gaps")
    for gap in shown.gaps:
        yield from _check_gap(gap)
    shown_key = ";".join(body.key)[:80]
    if not body.key:
        yield Flaw("key", "key.missing", "缺少答案", "The key is missing")
    elif len(body.key) != len(shown.gaps):
        zh = f"有 {len(shown.gaps)} 个空，答案却有 {len(body.key)} 个"
        en = f"There are {len(shown.gaps)} gaps but {len(body.key)} answers"
        yield Flaw("key", "key.count", zh, en, shown_key)
    elif any(
        answer not in {option.id for option in gap.options} for answer, gap in zip(body.key, shown.gaps, strict=True)
    ):
        zh, en = "答案须依次取自各空的选项", "The key takes one option of each gap, in order"
        yield Flaw("key", "key.outside", zh, en, shown_key)


def _check_gap(gap: Gap) -> Iterator[Flaw]:
    field, ids = "gaps", [option.id for option in gap.options]
    if not 2 <= len(ids) <= len(OPTION_LETTERS):
        zh = f"第 {gap.id} 空应有 2 至 {len(OPTION_LETTERS)} 个选项，现有 {len(ids)} 个"
        yield Flaw(f"{field}:{gap.id}"[:20], "gaps.options", zh, f"Gap {gap.id}: 2 to 8 options", str(len(ids)))
    if ids != [f"{gap.id}{letter}" for letter in OPTION_LETTERS[: len(ids)]]:
        zh = f"第 {gap.id} 空的选项编号应为 {gap.id}A、{gap.id}B ……"
        en = f"The options of gap {gap.id} are numbered {gap.id}A, {gap.id}B …"
        yield Flaw(f"{field}:{gap.id}"[:20], "gaps.ids", zh, en, " ".join(ids)[:80])
    yield from _check_choices(field, gap.options)


_CHECKS: dict[str, Callable[[ItemBody, Shape, Shape], Iterator[Flaw]]] = {
    "matching": _check_matching,
    "text_entry": _check_text_entry,
    "numeric_entry": _check_numeric,
    "hotspot": check_hotspot,
    "inline_choice": _check_inline,
    "short_answer": check_space,
    "extended_response": check_space,
    "drawing": check_drawing,
}
