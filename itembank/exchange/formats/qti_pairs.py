"""Reads the interactions of QTI whose answers are pairs: match, associate, gap match.

For `qti.py`. The bank pairs every left one with exactly one right one; what does not fit is told, never bent.
"""

from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element

from itembank.exchange.formats.build import Blocks
from itembank.exchange.formats.qti_items import Item, choices_json, lettered
from itembank.exchange.formats.qti_keys import Rule, judged, share
from itembank.exchange.formats.qti_operators import Declared
from itembank.exchange.formats.qti_xml import children
from itembank.exchange.rows import ReadRow
from itembank.items.content import Json
from itembank.items.kinds import OPTION_LETTERS

Pairs = list[tuple[str, str]]


def _pairs(own: Declared) -> Pairs:
    """The right pairs: as declared, otherwise those the mapping rewards."""
    rewarded = [key for key, (worth, _) in own.mapping.items() if worth > 0]
    parts = [tuple(each.split()) for each in own.correct or rewarded]
    return [(pair[0], pair[1]) for pair in parts if len(pair) == 2]


def _ids(elements: Sequence[Element]) -> list[str]:
    return [element.get("identifier", "") for element in elements]


def read_match(item: Item) -> ReadRow:
    """Two sets; whichever of them has each member in exactly one right pair becomes the left side."""
    element = item.fields[0]
    own = item.response(element)
    sets = [list(children(each, "simpleAssociableChoice")) for each in children(element, "simpleMatchSet")]
    pairs = _pairs(own)
    if len(sets) != 2 or not pairs:
        return _no_pairs(item)
    if sorted(one for one, _ in pairs) == sorted(_ids(sets[0])):
        return _matching(item, own, (sets[0], sets[1]), pairs, turned=False)
    if sorted(other for _, other in pairs) == sorted(_ids(sets[1])):
        zh = "原题左栏可配多项，导入后左右两栏互换"
        item.question.remark("options", "qti.sides_turned", zh, "The two sides change places: one left, one right")
        return _matching(item, own, (sets[1], sets[0]), [(other, one) for one, other in pairs], turned=True)
    zh = "匹配关系不是一对一：每一项须恰好配一个目标"
    en = "A matchInteraction in which a choice has no partner or several on both sides"
    return item.question.unread("qti.match_shape", zh, en, "matchInteraction")


def read_associate(item: Item) -> ReadRow:
    """Pairs within one list: fits when everyone has exactly one partner."""
    element = item.fields[0]
    own = item.response(element)
    choices = {choice.get("identifier", ""): choice for choice in children(element, "simpleAssociableChoice")}
    pairs = _pairs(own)
    if not pairs:
        return _no_pairs(item)
    if sorted(each for pair in pairs for each in pair) != sorted(choices):
        zh = "配对题（associateInteraction）中有的项没有或不止一个搭档"
        en = "An associateInteraction in which somebody has no partner or several"
        return item.question.unread("qti.match_shape", zh, en, "associateInteraction")
    zh, en = "原题为一列中两两配对，导入为左右两栏", "Pairs within one list become a left and a right side"
    item.question.remark("options", "qti.two_sides", zh, en)
    left = [choices[one] for one, _ in pairs]
    right = sorted((choices[other] for _, other in pairs), key=list(choices.values()).index)
    return _matching(item, own, (left, right), pairs, turned=False)


def _no_pairs(item: Item) -> ReadRow:
    zh, en = "没有列出正确的配对", "No right pairs are declared"
    item.question.flaw("key", "key.missing", zh, en)
    return item.question.finish("matching", item.stem, interaction={"targets": [], "reuse": False})


def _matching(
    item: Item, own: Declared, sides: tuple[list[Element], list[Element]], pairs: Pairs, turned: bool
) -> ReadRow:
    left, right = sides
    options, letters = lettered(item, left)
    numbers = {identifier: str(place) for place, identifier in enumerate(_ids(right), 1)}
    contents = [item.body.blocks(each, f"targets:{place}") for place, each in enumerate(right, 1)]
    if not all(one in letters and other in numbers for one, other in pairs):
        zh, en = "答案中的配对项不存在", "The key pairs what is not there"
        item.question.flaw("key", "key.outside", zh, en, " ".join(own.correct))
    key = sorted(f"{letters.get(one, '?')}-{numbers.get(other, '?')}" for one, other in pairs)
    rule = judged(item.question, "key", lambda: _share(item, own, pairs, list(numbers), turned))
    reuse = any(each.get("matchMax", "1") != "1" for each in right) or len({other for _, other in pairs}) < len(pairs)
    targets = choices_json(list(numbers.values()), contents)
    interaction: Json = {"targets": targets, "reuse": reuse}
    return item.question.finish("matching", item.stem, options, key, interaction, item.scoring(rule or ""))


def _share(item: Item, own: Declared, pairs: Pairs, targets: Sequence[str], turned: bool) -> Rule:
    """Asks the judge about every pair exchanged for a wrong one."""

    def written(chosen: Pairs) -> dict[str, list[str]]:
        parts = [sorted(pair) if own.base == "pair" else (pair[::-1] if turned else pair) for pair in chosen]
        return {own.identifier: [" ".join(part) for part in parts]}

    wrongs = [
        [written([*pairs[:place], (one, other), *pairs[place + 1 :]]) for other in targets if other != right]
        for place, (one, right) in enumerate(pairs)
    ]
    return share(item.question, item.scorer(), written(pairs), wrongs, " ".join(own.correct))


def read_gap_match(item: Item) -> ReadRow:
    """Words dragged into gaps: becomes a choice in each gap, from the same words."""
    element = item.fields[0]
    own, texts = item.response(element), list(children(element, "gapText"))
    if next(children(element, "gapImg"), None) is not None:
        zh, en = "拖放图片（gapImg）本系统没有", "Dragging pictures (gapImg) is not possible here"
        return item.question.unread("qti.unsupported", zh, en, "gapImg")
    gaps, pairs = _ids(item.body.gaps), _pairs(own)
    by_gap = {gap: text for text, gap in pairs}
    if len(pairs) != len(by_gap) or sorted(by_gap) != sorted(gaps):
        zh, en = "不是每个空都恰好有一个答案", "Not every gap has exactly one right text"
        return item.question.unread("qti.gap_shape", zh, en, "gapMatchInteraction")
    if len(texts) > len(OPTION_LETTERS):
        zh, en = f"备选词 {len(texts)} 个，最多 {len(OPTION_LETTERS)} 个", f"{len(texts)} texts, at most 8 are possible"
        return item.question.unread("qti.gap_shape", zh, en, "gapMatchInteraction")
    zh, en = (
        "拖放填空导入为下拉选择，同一词可重复选",
        "Dragging becomes a choice in each gap; a word may be chosen again",
    )
    item.question.remark("gaps", "qti.gaps_chosen", zh, en)
    contents = [item.body.blocks(text, "gaps") for text in texts]
    rule = judged(item.question, "key", lambda: _share_of_gaps(item, own, gaps, by_gap, _ids(texts)))
    return _finish_gaps(item, gaps, by_gap, _ids(texts), contents, rule or "")


def _share_of_gaps(
    item: Item, own: Declared, gaps: Sequence[str], by_gap: Mapping[str, str], texts: Sequence[str]
) -> Rule:
    def written(chosen: Mapping[str, str]) -> dict[str, list[str]]:
        return {own.identifier: [f"{chosen[gap]} {gap}" for gap in gaps]}

    wrongs = [
        [written({**by_gap, gap: text}) for text in texts if text != by_gap[gap] and text not in by_gap.values()]
        or [{own.identifier: [f"{by_gap[each]} {each}" for each in gaps if each != gap]}]
        for gap in gaps
    ]
    return share(item.question, item.scorer(), written(by_gap), wrongs, " ".join(own.correct))


def _finish_gaps(
    item: Item,
    gaps: Sequence[str],
    by_gap: Mapping[str, str],
    texts: Sequence[str],
    contents: Sequence[Blocks],
    rule: str,
) -> ReadRow:
    made: list[Json] = []
    key: list[str] = []
    for number, gap in enumerate(gaps, 1):
        ids = [f"{number}{letter}" for letter in OPTION_LETTERS[: len(texts)]]
        made.append({"id": str(number), "options": choices_json(ids, contents)})
        if by_gap[gap] in texts:
            key.append(ids[list(texts).index(by_gap[gap])])
    return item.question.finish(
        "inline_choice", item.stem, key=key, interaction={"gaps": made}, scoring=item.scoring(rule)
    )
