"""Reads the interactions of QTI that are answered by writing: text entry, numbers, extended text.

For `qti.py`. What a blank accepts is what the item's own judge gives full marks, tried one by one from everything the
item names; a rubric block for scorers becomes the rubric.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import combinations
from xml.etree.ElementTree import Element

from itembank.exchange.formats.qti_body import unmarked
from itembank.exchange.formats.qti_items import Item
from itembank.exchange.formats.qti_keys import (
    NEAR,
    NOWHERE,
    Rule,
    accepted,
    judged,
    no_answer,
    points_text,
    share,
    unrewarded,
)
from itembank.exchange.formats.qti_numbers import Stated, decimal_of, measure
from itembank.exchange.formats.qti_operators import NUMERIC, Declared, Responses, Scorer
from itembank.exchange.formats.qti_xml import children, count_of, words
from itembank.exchange.rows import ReadRow
from itembank.items.content import Json
from itembank.items.text import tidy

SHORTEST_LONG_ANSWER = 300
OPEN_OPERATORS = ("patternMatch", "customOperator", "substring")


def read_text(item: Item) -> ReadRow:
    """Blanks in the running text, or one number."""
    if item.response(item.fields[0]).base in NUMERIC and (len(item.fields) == 1 or _has_unit(item)):
        return _read_number(item)
    owns = [item.response(element) for element in item.fields]
    blanks = [{"id": str(number), "width": _width(element)} for number, element in enumerate(item.fields, 1)]
    found: list[Json] = []
    rule = judged(item.question, "accept", lambda: _fill(item, owns, found))
    said: Json = {"blanks": found or [{"accept": [], "normalise": []} for _ in blanks]}
    scoring = item.scoring(rule or "", said, len(blanks))
    return item.question.finish("text_entry", item.stem, interaction={"blanks": blanks}, scoring=scoring)


def _width(element: Element) -> int:
    return max(1, min(60, count_of(element.get("expectedLength"), 10)))


def _has_unit(item: Item) -> bool:
    return item.native is not None and item.fields[-1].get("responseIdentifier") == "UNIT"


def _candidates(item: Item, own: Declared) -> list[str]:
    """Every text the item names for this blank: its key, its mapping, constants of the processing."""
    constants = [
        (each.text or "").strip() for processing in children(item.root, "responseProcessing")
        for each in processing.iter("baseValue") if each.get("baseType") in ("string", *NUMERIC)
    ]  # fmt: skip
    found = [text for text in (*own.correct, *own.mapping, *constants) if text]
    numbers = [number for text in found if (number := decimal_of(text)) is not None] if own.base in NUMERIC else []
    return [*found, *(points_text(number) for number in numbers)]


def _fill(item: Item, owns: Sequence[Declared], found: list[Json]) -> Rule:
    """Fills in what every blank accepts and returns the rule."""
    score = item.scorer()
    if any(next(item.root.iter(name), None) is not None for name in OPEN_OPERATORS):
        zh, en = "评分规则接受的答案无法一一列出", "The processing accepts answers that cannot be listed"
        item.question.flaw("accept", "qti.open_answers", zh, en)
    right = _best(item, owns, score)
    best = score(right)
    if best <= NEAR and not any(own.correct for own in owns):
        no_answer(item.question)
        return ""
    for own in owns:
        full, some = accepted(score, right, own.identifier, _candidates(item, own), best)
        if some and best > NEAR:
            zh, en = f"只得部分分的写法未导入：{'、'.join(some[:5])}", f"Spellings worth less are dropped: {some[:5]}"
            item.question.remark("accept", "qti.partial_spelling", zh, en, some[0])
        full = full if best > NEAR else []
        found.append({"accept": _distinct(full), "normalise": _normalise(item, own, score, right, best, full)})
    _check_linked(item, owns, score, right, best, found)
    wrongs: list[list[Responses]] = [
        [{**right, own.identifier: [NOWHERE]}, {**right, own.identifier: []}] for own in owns
    ]
    return share(item.question, score, right, wrongs, " ".join(each[0] for each in right.values() if each))


def _check_linked(
    item: Item, owns: Sequence[Declared], score: Scorer, right: dict[str, list[str]], best: float, found: Sequence[Json]
) -> None:
    """Blanks that look at each other, and numbers with a tolerance among them, cannot be kept as accepted texts."""
    for (one, ones), (other, others) in combinations(zip(owns, found, strict=True), 2):
        both = [text for text in ones["accept"] if text in others["accept"]]
        if both and score({**right, one.identifier: both[:1], other.identifier: both[:1]}) < best - NEAR:
            zh, en = "各空的答案互相牵制（不得重复），本系统没有", "The blanks depend on each other"
            item.question.flaw("accept", "qti.linked_blanks", zh, en, both[0])
            return
    for own in owns:
        number = decimal_of(right[own.identifier][0]) if own.base in NUMERIC and right[own.identifier] else None
        if number is None:
            continue
        beside = points_text(number + max(abs(number), Decimal(1)) / 10000)
        if score({**right, own.identifier: [beside]}) >= best - NEAR:
            zh, en = "多个数值空带误差范围，请拆成几道数值题", "Several numbers with a tolerance; split the item"
            item.question.flaw("accept", "qti.number_blanks", zh, en, str(number))
        else:
            zh, en = "数值空按文字比较，请补充其他写法", "Numbers in blanks are compared as text"
            item.question.remark("accept", "qti.numbers_as_text", zh, en, str(number))


def _distinct(texts: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(texts))


def _best(item: Item, owns: Sequence[Declared], score: Scorer) -> dict[str, list[str]]:
    """For each blank the declared answer, or the candidate that brings most."""
    right: dict[str, list[str]] = {}
    for own in owns:
        options = list(own.correct[:1]) or _candidates(item, own)
        worths = {text: score({**right, own.identifier: [text]}) for text in options}
        right[own.identifier] = [max(worths, key=lambda text: worths[text])] if worths else []
    return right


def _normalise(
    item: Item, own: Declared, score: Scorer, right: dict[str, list[str]], best: float, full: Sequence[str]
) -> list[str]:
    """Which differences the judge overlooks; of our own packages what they say."""
    element = next(each for each in item.fields if each.get("responseIdentifier") == own.identifier)
    said = element.get("data-normalise")
    if said is not None:
        return said.split()
    swapped = next((text.swapcase() for text in full if text.swapcase() != text), None)
    loose = swapped is not None and score({**right, own.identifier: [swapped]}) >= best - NEAR
    return ["case"] if loose else []


def _read_number(item: Item) -> ReadRow:
    element, own = item.fields[0], item.response(item.fields[0])
    score = item.scorer()
    unit, interaction = _unit(item, element)
    known = {"UNIT": [unit["accept"][0]]} if unit and unit["accept"] else {}

    def judge(text: str) -> float:
        return score({**known, own.identifier: [text]})

    found: list[Json] = []

    def decide() -> Rule:
        correct = own.correct[0] if own.correct else ""
        if item.native is not None:
            found.append(_own_number(item, element, correct, judge))
            return ""
        measured = measure(item.question, judge, correct, _constants(item, own), _stated(item))
        found.extend([measured] if measured else [])
        return ""

    judged(item.question, "key", decide)
    scoring = {**(found[0] if found else {"value": "", "tolerance": {"kind": "exact", "amount": "0"}})}
    if unit:
        scoring["unit"] = unit
    return item.question.finish("numeric_entry", unmarked(item.stem), interaction=interaction, scoring=scoring)


def _own_number(item: Item, element: Element, correct: str, judge: Callable[[str], float]) -> Json:
    """The tolerance as our own package says it; the judge must at least reward the number and not a far one."""
    value = decimal_of(correct) or Decimal(0)
    if judge(correct) <= NEAR or judge(points_text(2 * value + 1000)) > NEAR:
        unrewarded(item.question, correct)
    kind, amount = (element.get(f"data-tolerance-{name}", "") for name in ("kind", "amount"))
    return {"value": correct, "tolerance": {"kind": kind, "amount": amount}}


def _unit(item: Item, element: Element) -> tuple[Json | None, Json]:
    """What our own packages say about the unit: asked for in a second field, or shown behind the first."""
    if _has_unit(item):
        own = item.response(item.fields[-1])
        return {"accept": _distinct([*own.correct, *own.mapping])}, {"unit": "asked"}
    shown = element.get("data-unit-text")
    return None, {"unit": "shown", "unit_text": shown} if shown else {"unit": "none"}


def _constants(item: Item, own: Declared) -> list[str]:
    """Numbers at which the judge may change its mind: those it names, and around the key by every tolerance."""
    numbers = [text for text in _candidates(item, own) if decimal_of(text) is not None]
    spread: list[str] = []
    for equal in (each for each in item.root.iter("equal") if each.get("tolerance")):
        for text in numbers:
            value, relative = Decimal(text), equal.get("toleranceMode") == "relative"
            for part in equal.get("tolerance", "").split():
                reach = decimal_of(part)
                if reach is not None:
                    reach = abs(value) * reach / 100 if relative else reach
                    spread += [points_text(value - reach), points_text(value + reach)]
    return [*numbers, *spread]


def _stated(item: Item) -> Stated | None:
    """The tolerance the processing states, in the bank's words."""
    for equal in item.root.iter("equal"):
        parts = equal.get("tolerance", "").split()
        amount = decimal_of(parts[0]) if parts and parts[0] == parts[-1] else None
        if amount is not None and equal.get("toleranceMode") == "relative":
            return Stated("relative", format(amount.scaleb(-2), "f"))
        if amount is not None and equal.get("toleranceMode") == "absolute":
            return Stated("absolute", parts[0])
    rounded = next(item.root.iter("equalRounded"), None)
    if rounded is not None and rounded.get("roundingMode", "significantFigures") == "significantFigures":
        return Stated("significant", rounded.get("figures", ""))
    return None


def read_extended(item: Item) -> ReadRow:
    """An answer in words, marked by a person with a rubric."""
    element = item.fields[0]
    length, lines = count_of(element.get("expectedLength"), 0), count_of(element.get("expectedLines"), 0)
    if item.native is not None:
        kind, interaction = item.native.type, {"lines": lines, "longest": length}
    else:
        long = length >= SHORTEST_LONG_ANSWER or lines > 5 or not (length or lines)
        kind = "extended_response" if long else "short_answer"
        lines = max(1, min(60, lines or (12 if long else 4)))
        interaction = {"lines": lines, "longest": max(400, min(10_000, 3 * length or 60 * lines))}
    if len(item.response(element).correct) > 1:
        zh, en = "一题要求多个答案（maxStrings）", "Several strings are asked for"
        return item.question.unread("qti.unsupported", zh, en, "maxStrings")
    return item.question.finish(kind, item.stem, interaction=interaction, scoring=rubric_of(item))


def rubric_of(item: Item) -> Json:
    """The rubric for the person who marks: our own exactly, a foreign one as one criterion with its words."""
    own = next((each for each in item.body.rubrics if each.get("data-part") == "rubric"), None)
    if item.native is not None and own is not None:
        return _own_rubric(item, own)
    points = item.question.points = item.question.points or _most_points(item) or item.question.settings.default_points
    said = "\n".join(filter(None, (words(each) for each in item.body.rubrics)))[:2000]
    if not said:
        zh, en = (
            "原题没有评分标准，已按整题给一条评分要点，请命题人补写",
            "There is no rubric; one criterion stands for it",
        )
        item.question.remark("rubric", "qti.no_rubric", zh, en)
    bands = [{"points": points, "words": tidy(said)}, {"points": "0", "words": "不符合要求"}] if said else []
    title = "按原题评分标准" if said else "按整题作答质量评分"
    correct = [text for own_ in map(item.response, item.fields) for text in own_.correct]
    return {
        "rubric": [{"id": "1", "title": title, "points": points, "bands": bands}],
        "model": [block.as_json() for text in correct for block in item.question.text(text)],
    }


def _most_points(item: Item) -> str:
    """The most points the item says it is worth; empty when it does not say."""
    for outcome in children(item.root, "outcomeDeclaration"):
        declared = outcome.get("normalMaximum", "") if outcome.get("identifier") == "SCORE" else ""
        if outcome.get("identifier") in ("MAXSCORE", "SCORE_MAX"):
            declared = words(outcome)
        number = decimal_of(declared) if declared else None
        if number is not None and 0 < number < 1000 and number == round(number, 2):
            return points_text(number)
    return ""


def _own_rubric(item: Item, rubric: Element) -> Json:
    criteria = [
        {
            "id": each.get("data-criterion", ""),
            "title": item.body.native_text(next(children(each, "p"))),
            "points": each.get("data-points", ""),
            "bands": [
                {"points": band.get("data-points", ""), "words": item.body.native_text(band)}
                for band in each.iter("li")
            ],
        }
        for each in rubric.iter("div")
        if each.get("data-criterion")
    ]
    model = next((each for each in rubric.iter("div") if each.get("data-part") == "model"), None)
    blocks = () if model is None else item.body.native(model, "model")
    return {"rubric": criteria, "model": [block.as_json() for block in blocks]}
