"""Decides whether one item is sound: type, words, options, key, attributes, and what its type needs besides.

For import, editing and (once more) approval. Returns every flaw at once, never only the first. Source: acceptance E1,
domain C.2 (importance X core, Y general, Z auxiliary) and C.3 (item types).
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from examserver.kernel.canonical import digest_of
from itembank.items.cases import check_case, check_enemies
from itembank.items.content import ItemBody, ItemContent, Option, option_text, plain_text, stem_text
from itembank.items.faults import Flaw
from itembank.items.interactions import check_interaction
from itembank.items.kinds import INLINE_CHOICE, ITEM_TYPES, MATCHING, OPTION_LETTERS, ORDERING, ItemType
from itembank.items.text import identity
from itembank.items.words import check_blocks, check_text, is_blank

IMPORTANCE = ("X", "Y", "Z")
COGNITION = ("recall", "understand", "apply")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_POINTS = re.compile(r"(0|[1-9]\d{0,2})(\.\d{1,2})?")


def check_item(body: ItemBody, min_options: Mapping[str, int] | None = None) -> list[Flaw]:
    """All flaws of the item by itself; `min_options` may ask for more options per type than the type does."""
    kind = ITEM_TYPES.get(body.content.type)
    flaws = [*_check_code(body.content), *_check_texts(body.content), *_check_attributes(body)]
    for field in ("source", "owner", "funding"):
        flaws += check_text(field, getattr(body, field))
    flaws += [*check_case(body.content.case), *check_enemies(body)]
    if kind is None:
        reason = f"题型“{body.content.type}”不在题型表中"
        return [*flaws, Flaw("type", "type.unknown", reason, "The item type is not known", body.content.type)]
    fewest = max(kind.options[0], (min_options or {}).get(kind.code, 0))
    return [*flaws, *_check_options(body, kind, fewest), *_check_key(body, kind), *check_interaction(body)]


def _check_code(content: ItemContent) -> Iterator[Flaw]:
    if not content.code:
        yield Flaw("code", "code.missing", "缺少试题编号", "The item code is missing")
    elif not _CODE.fullmatch(content.code):
        reason = "编号只能含字母、数字、点、下划线和连字符，最长 64 个字符"
        yield Flaw("code", "code.malformed", reason, "A code has letters, digits, . _ - only", content.code[:80])
    if not _POINTS.fullmatch(content.points) or float(content.points) <= 0:
        yield Flaw("points", "points.malformed", "分值应为正数", "Points must be a positive number", content.points)


def _check_texts(content: ItemContent) -> Iterator[Flaw]:
    if not plain_text(content.stem).strip():
        yield Flaw("stem", "stem.missing", "缺少题干", "The stem is missing")
    yield from check_blocks("stem", content.stem)
    for option in content.options:
        yield from check_blocks(f"option:{option.id}", option.content)


def _check_attributes(body: ItemBody) -> Iterator[Flaw]:
    if not body.content.point:
        yield Flaw("point", "point.missing", "缺少鉴定点", "The competency point is missing")
    if body.importance is not None and body.importance not in IMPORTANCE:
        zh = "重要程度应为 X、Y 或 Z"
        yield Flaw("importance", "importance.unknown", zh, "Importance must be X, Y or Z", body.importance)
    if body.cognition is not None and body.cognition not in COGNITION:
        zh = "认知层次应为识记、理解或应用"
        yield Flaw("cognition", "cognition.unknown", zh, "Must be recall, understand or apply", body.cognition)
    if body.difficulty is not None and not 0 < body.difficulty < 1000:
        zh = "难度应为 0 与 1 之间的小数（预计答对的比例）"
        value = str(body.difficulty / 1000)
        yield Flaw("difficulty", "difficulty.range", zh, "Difficulty lies between 0 and 1", value)


def _check_options(body: ItemBody, kind: ItemType, fewest: int) -> Iterator[Flaw]:
    options, count = body.content.options, len(body.content.options)
    if kind.fixed_options:
        if body.content.option_ids != tuple(identifier for identifier, _ in kind.fixed_options):
            yield Flaw("options", "options.fixed", "判断题的选项固定为正确与错误", "The options are fixed")
        return
    if count < fewest:
        zh, en = f"选项太少：至少 {fewest} 个，现有 {count} 个", f"At least {fewest} options, there are {count}"
        yield Flaw("options", "options.too_few", zh, en, str(count))
    if count > kind.options[1]:
        zh, en = f"选项太多：最多 {kind.options[1]} 个", f"At most {kind.options[1]} options"
        yield Flaw("options", "options.too_many", zh, en, str(count))
    if body.content.option_ids != tuple(OPTION_LETTERS[:count]):
        yield Flaw("options", "options.gap", "选项有空缺：须从 A 起连续填写", "Options must follow from A on")
    yield from _check_repeated_options(options)


def _check_repeated_options(options: tuple[Option, ...]) -> Iterator[Flaw]:
    seen: dict[tuple[str, ...], str] = {}
    for option in options:
        if is_blank(option.content):
            yield Flaw(f"option:{option.id}", "options.empty", "选项为空", "The option is empty")
            continue
        shown = tuple(block.asset or " ".join(block.text.split()) for block in option.content)
        first = seen.setdefault(shown, option.id)
        if first != option.id:
            zh, en = f"选项 {option.id} 与选项 {first} 相同", f"Option {option.id} repeats option {first}"
            yield Flaw(f"option:{option.id}", "options.repeated", zh, en, option_text(option)[:80])


def _check_key(body: ItemBody, kind: ItemType) -> Iterator[Flaw]:
    key, shown = body.key, "".join(body.key)[:80]
    if kind in (MATCHING, INLINE_CHOICE):
        return
    if not kind.keys[1]:
        if key:
            zh, en = "此题型的答案写在评分规则中", "The answer of this type belongs to its scoring"
            yield Flaw("key", "key.unwanted", zh, en, shown)
        return
    if not key:
        yield Flaw("key", "key.missing", "缺少答案", "The key is missing")
        return
    outside = [letter for letter in key if letter not in body.content.option_ids]
    if outside:
        zh = f"答案 {'、'.join(outside)} 不在选项之内"
        yield Flaw("key", "key.outside", zh, "The key names an option that is not there", shown)
    if any(count > 1 for count in Counter(key).values()):
        yield Flaw("key", "key.repeated", "答案中有重复的选项", "The key names an option twice", shown)
    if kind == ORDERING and len(key) != len(body.content.options):
        zh, en = "答案须写出全部选项的正确顺序", "The key gives the right order of all options"
        yield Flaw("key", "key.count", zh, en, shown)
        return
    low, high = kind.keys
    if not low <= len(key) <= high:
        want = f"{low} 个" if low == high else f"至少 {low} 个"
        zh = f"{kind.label_zh}应有{want}正确选项，现有 {len(key)} 个"
        en = f"{kind.label_en}: {low} key(s) expected at least, {high} at most; there are {len(key)}"
        yield Flaw("key", "key.count", zh, en, shown)


_STRUCTURE = re.compile(r"<(sub|sup|m[a-z]+)\b[^<>]*>([^<]*)")


def setting_identity(content: ItemContent) -> tuple[str, ...]:
    """What tells items apart whose stems have the same words: the case, raised and lowered text, formulas."""
    marks = [pair for block in content.stem if block.kind == "html" for pair in _STRUCTURE.findall(block.text)]
    case = content.case
    parts = [("form", marks)] if marks else []
    parts += [("case", [block.as_json() for block in case.stimulus])] if case is not None else []
    return tuple(f"{name}:{digest_of({'of': value}, 'exam.setting', 1)[7:19]}" for name, value in parts)


def stem_identity(content: ItemContent) -> str:
    """What the stem says, whatever its width, blanks and punctuation."""
    return identity(stem_text(content))
