"""Reads the QTI 1.2 questions of several parts: blanks, drop-downs, pairs, numbers, essays, areas.

For `qti_old.py`. Canvas writes `[name]` in the text for the response `response_name`; others let the response stand in
the flow of the text.
"""

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from itembank.exchange.formats.build import Blocks
from itembank.exchange.formats.qti_addresses import plain_address
from itembank.exchange.formats.qti_body import unmarked
from itembank.exchange.formats.qti_items import choices_json
from itembank.exchange.formats.qti_keys import NEAR, NOWHERE, Rule, accepted, judged, share
from itembank.exchange.formats.qti_numbers import decimal_of, measure
from itembank.exchange.formats.qti_old_text import OldItem, labels_of
from itembank.exchange.formats.qti_operators import Scorer
from itembank.exchange.formats.qti_pictures import only_true
from itembank.exchange.formats.qti_xml import first, words
from itembank.exchange.rows import ReadRow
from itembank.items.content import Block, Json, Option
from itembank.items.kinds import OPTION_LETTERS

_TESTS = ("varequal", "vargte", "varlte", "vargt", "varlt")


def _name(response: Element) -> str:
    return response.get("ident", "")


def _judge(item: OldItem) -> Scorer:
    if item.judge is None:
        item.question.flaw("key", "key.missing", "没有评分规则，无法确定答案", "No processing, so that there is no key")
    return item.judge or (lambda responses: 0.0)


def _names(response: Element) -> list[str]:
    """The names under which the text may speak of a response."""
    return [name for name in (words(response.find("material")), _name(response).removeprefix("response_")) if name]


def _place(blocks: Sequence[Block], response: Element) -> tuple[int, int, str] | None:
    """Where the stem speaks of this response: paragraph, position, the words in brackets."""
    for name in _names(response):
        spelled = f"[{name}]"
        for number, block in enumerate(blocks):
            if spelled in block.text:
                return number, block.text.index(spelled), spelled
    return None


def stands_in_text(item: OldItem, response: Element) -> bool:
    """Whether the stem speaks of this response."""
    return _place(item.stem, response) is not None


def sort_by_text(item: OldItem) -> None:
    """Puts the responses into the order in which the text speaks of them."""
    places = {_name(response): _place(item.stem, response) for response in item.responses}
    if all(places.values()):
        item.responses.sort(key=lambda response: (places[_name(response)] or (0, 0, ""))[:2])


def _marked(item: OldItem) -> Blocks:
    """The stem with the marks of the blanks in the place of `[name]`; a single blank stands at the end."""
    blocks = list(item.stem)
    if item.body.marks == len(item.responses):
        return item.stem
    for number, response in enumerate(item.responses, 1):
        found = _place(blocks, response)
        if found is not None:
            old = blocks[found[0]]
            text = old.text.replace(found[2], f"{{{{{number}}}}}", 1)
            blocks[found[0]] = Block(old.kind, text, old.asset, old.alt, old.plays)
        elif len(item.responses) == 1:
            blocks = _with_blank(blocks)
    return tuple(blocks)


def _with_blank(blocks: list[Block]) -> list[Block]:
    if blocks and blocks[-1].kind == "text":
        return [*blocks[:-1], Block("text", f"{blocks[-1].text} {{{{1}}}}")]
    return [*blocks, Block("text", "{{1}}")]


def read_blanks(item: OldItem) -> ReadRow:
    """Texts to fill in; where the file lists what may be chosen, gaps to choose in."""
    sort_by_text(item)
    if any(label.get("answer_type") in ("dropdown", "wordbank") for label in item.root.iter("response_label")):
        return read_dropdowns(item)
    _check_algorithms(item)
    score, names = _judge(item), [_name(each) for each in item.responses]
    values = [_values(item, response) for response in item.responses]
    blanks = [{"id": str(number), "width": 10} for number in range(1, len(names) + 1)]
    found: list[Json] = []
    rule = judged(item.question, "accept", lambda: _fill(item, score, names, values, found)) or ""
    scoring: Json = {"blanks": found or [{"accept": [], "normalise": []} for _ in blanks]}
    if rule:
        scoring["rule"] = rule
    return item.question.finish("text_entry", _marked(item), interaction={"blanks": blanks}, scoring=scoring)


_OPEN = ("TextRegex", "TextCloseEnough", "TextContainsAnswer")


def _check_algorithms(item: OldItem) -> None:
    """Canvas accepts patterns and misspellings where it says so; such answers cannot be listed."""
    used = dict.fromkeys(label.get("scoring_algorithm", "") for label in item.root.iter("response_label"))
    found = [name for name in used if name in _OPEN]
    if found:
        shown = "、".join(found)
        zh, en = f"评分规则 {shown} 接受的答案无法一一列出", f"The answers accepted by {shown} cannot be listed"
        item.question.flaw("accept", "qti.open_answers", zh, en, shown)


def _values(item: OldItem, response: Element) -> dict[str, str]:
    """What may be answered: the value the processing tests for, and the text it stands for."""
    labels = {label.get("ident", ""): words(label) for label in labels_of(response)}
    tested = [
        (test.text or "").strip() for test in item.root.iter("varequal") if test.get("respident") == _name(response)
    ]
    shown = {ident: text for ident, text in labels.items() if text}
    return {**{text: shown.get(text, text) for text in tested if text}, **shown}


def _fill(
    item: OldItem, score: Scorer, names: Sequence[str], values: Sequence[dict[str, str]], found: list[Json]
) -> Rule:
    right: dict[str, list[str]] = {}
    for name, known in zip(names, values, strict=True):
        worths = {value: score({**right, name: [value]}) for value in known}
        right[name] = [max(worths, key=lambda value: worths[value])] if worths else []
    best = score(right)
    for name, known in zip(names, values, strict=True):
        full, _ = accepted(score, right, name, known, best)
        full = list(known) if _any_label(item, name) else full
        texts = [known[value] for value in full] if best > NEAR else []
        swapped = next((value.swapcase() for value in full if value.swapcase() != value and value == known[value]), "")
        loose = bool(swapped) and score({**right, name: [swapped]}) >= best - NEAR
        found.append({"accept": list(dict.fromkeys(texts)), "normalise": ["case"] if loose else []})
    wrongs = [[{**right, name: [NOWHERE]}, {**right, name: []}] for name in names]
    return share(item.question, score, right, wrongs)


def _any_label(item: OldItem, name: str) -> bool:
    """Whether every label of a response is right, although the processing names only one: so Canvas counts blanks."""
    labels = labels_of(next(each for each in item.responses if _name(each) == name))
    classic = item.metadata.get("question_type") == "fill_in_multiple_blanks_question"
    listed = classic and not any(label.get("scoring_algorithm") for label in labels)
    return listed or any(label.get("scoring_algorithm") == "TextInChoices" for label in labels)


def read_dropdowns(item: OldItem) -> ReadRow:
    """A choice in each gap."""
    sort_by_text(item)
    score, gaps = _judge(item), list[Json]()
    right: dict[str, list[str]] = {}
    key: list[str] = []
    others: list[list[str]] = []
    for number, response in enumerate(item.responses, 1):
        labels = labels_of(response)
        ids = [label.get("ident", "") for label in labels]
        shown = [f"{number}{letter}" for letter in OPTION_LETTERS[: len(ids)]]
        contents = [item.blocks(label, f"gaps:{number}") for label in labels]
        gaps.append({"id": str(number), "options": choices_json(shown, contents)})
        worths = {each: score({**right, _name(response): [each]}) for each in ids}
        best = max(worths, key=lambda each: worths[each]) if worths else ""
        if best and ids.index(best) < len(shown):
            right[_name(response)] = [best]
            key.append(shown[ids.index(best)])
            others.append([each for each in ids if each != best])
    wrongs = [[{**right, name: [each]} for each in some] for name, some in zip(right, others, strict=True)]
    rule = judged(item.question, "key", lambda: share(item.question, score, right, wrongs)) or ""
    scoring = {"rule": rule} if rule else {}
    return item.question.finish("inline_choice", _marked(item), key=key, interaction={"gaps": gaps}, scoring=scoring)


def read_pairs(item: OldItem) -> ReadRow:
    """One response for each left one, all with the same labels."""
    if any(each.get("rcardinality") == "Multiple" for each in item.responses):
        zh = "归类题中一类收多项，且可能有不属于任何类的项，本系统没有"
        return item.unread("qti.match_shape", zh, "Categories that take several are not possible here", "Multiple")
    labels = {label.get("ident", ""): label for response in item.responses for label in labels_of(response)}
    numbers = {ident: str(place) for place, ident in enumerate(labels, 1)}
    score = _judge(item)
    options = [
        Option(letter, item.blocks(response, f"option:{letter}"))
        for letter, response in zip(OPTION_LETTERS, item.responses, strict=False)
    ]
    right: dict[str, list[str]] = {}
    for response in item.responses:
        worths = {label.get("ident", ""): 0.0 for label in labels_of(response)}
        worths = {each: score({**right, _name(response): [each]}) for each in worths}
        right[_name(response)] = [max(worths, key=lambda each: worths[each])] if worths else []
    wrongs = [[{**right, name: [label]} for label in labels if [label] != chosen] for name, chosen in right.items()]
    rule = judged(item.question, "key", lambda: share(item.question, score, right, wrongs)) or ""
    chosen = [each[0] for each in right.values() if each]
    key = sorted(f"{letter}-{numbers[each]}" for letter, each in zip(OPTION_LETTERS, chosen, strict=False))
    targets = choices_json(
        list(numbers.values()), [item.blocks(label, f"targets:{numbers[ident]}") for ident, label in labels.items()]
    )
    interaction = {"targets": targets, "reuse": len(set(chosen)) < len(chosen)}
    scoring = {"rule": rule} if rule else {}
    return item.question.finish("matching", item.stem, options, key, interaction, scoring)


def read_number(item: OldItem) -> ReadRow:
    """A number with the stretch the conditions allow."""
    name = _name(item.responses[0]) if item.responses else ""
    score = _judge(item)
    constants = [(test.text or "").strip() for test in item.root.iter() if test.tag in _TESTS]
    equals = [(test.text or "").strip() for test in item.root.iter("varequal")]
    exact = next((text for text in equals if decimal_of(text) is not None), "")
    found: list[Json] = []

    def decide() -> Rule:
        measured = measure(item.question, lambda text: score({name: [text]}), "", [exact, *constants], None)
        found.extend([measured] if measured else [])
        return ""

    judged(item.question, "key", decide)
    scoring = found[0] if found else {"value": "", "tolerance": {"kind": "exact", "amount": "0"}}
    return item.question.finish("numeric_entry", unmarked(item.stem), interaction={"unit": "none"}, scoring=scoring)


def read_essay(item: OldItem) -> ReadRow:
    """An answer in words; such files have no rubric."""
    points = item.question.points
    zh, en = "原题没有评分标准，已按整题给一条评分要点，请命题人补写", "No rubric: one criterion stands for it"
    item.question.remark("rubric", "qti.no_rubric", zh, en)
    rubric = [{"id": "1", "title": "按整题作答质量评分", "points": points, "bands": []}]
    scoring: Json = {"rubric": rubric, "model": []}
    interaction = {"lines": 12, "longest": 3000}
    return item.question.finish("extended_response", item.stem, interaction=interaction, scoring=scoring)


def read_area(item: OldItem) -> ReadRow:
    """An area of a picture, in fractions of its sides as Canvas writes it."""
    response = item.responses[0] if item.responses else item.root
    picture = first(response, "matimage")
    source = item.body.source(plain_address(picture.get("uri", ""))) if picture is not None else ""
    figure = item.question.figures.get(item.body.assets.get(source, ""))
    if figure is None:
        zh, en = f"引用的图片“{source}”没有随文件提供", f"The item refers to {source}, which did not come along"
        item.question.flaw("picture", "figure.missing", zh, en, source)
    width, height = (figure.width, figure.height) if figure else (100, 100)
    areas = [_area(item, label, width, height) for label in labels_of(response)]
    interaction: Json = {
        "asset": figure.digest if figure else "", "alt": "图", "width": width, "height": height, "choose": len(areas)
    }  # fmt: skip
    known = [each for each in areas if each is not None]
    return only_true(item.question.finish("hotspot", item.stem, interaction=interaction, scoring={"areas": known}))


def _area(item: OldItem, label: Element, width: int, height: int) -> Json | None:
    shape, numbers = label.get("rarea", ""), [decimal_of(each) for each in words(label).split(",")]
    if shape != "rectangle" or len(numbers) != 4 or any(each is None or not 0 <= each <= 1 for each in numbers):
        zh, en = f"不支持的热区“{shape} {words(label)}”", f"The area {shape} {words(label)} is not possible here"
        item.question.flaw("areas", "areas.shape", zh, en, shape)
        return None
    sides = (width, height, width, height)
    coords = [round(float(each or 0) * side) for each, side in zip(numbers, sides, strict=True)]
    return {"shape": "rect", "coords": coords}
