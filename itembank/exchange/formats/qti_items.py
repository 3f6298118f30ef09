"""Turns one assessmentItem of QTI 2.1, 2.2 or 3.0 into one row for the importer, or says by name what is against it.

For the reader of packages (`qti.py`). The item is read by its interaction; its key is what its own processing rewards.
Source: QTI 2.2 and 3.0 "Assessment, Section and Item Information Model".
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from itembank.exchange.formats.build import Blocks, Question
from itembank.exchange.formats.qti_body import Body, Files
from itembank.exchange.formats.qti_keys import Rule, arrange, choose, judged, share, unjudged
from itembank.exchange.formats.qti_operators import Declared, NotUnderstood, Scorer, declared_of
from itembank.exchange.formats.qti_processing import declared_judge, judge_of
from itembank.exchange.formats.qti_xml import children, count_of, first, truth, words
from itembank.exchange.rows import ReadRow
from itembank.items.content import Json, Option, text_block
from itembank.items.kinds import OPTION_LETTERS, TRUE_FALSE


@dataclass(frozen=True)
class Native:
    """What a package of our own says beside the item, for what QTI has no words for; None in foreign packages."""

    type: str = ""
    rule: str = ""


@dataclass
class Item:
    """One item while it is read."""

    question: Question
    root: Element
    body: Body
    native: Native | None = None
    stem: Blocks = ()
    declared: dict[str, Declared] = field(default_factory=dict)
    judge: Scorer | None = None

    @property
    def fields(self) -> list[Element]:
        """The interactions in order."""
        return self.body.fields

    def response(self, element: Element) -> Declared:
        """What is declared about the response of an interaction."""
        identifier = element.get("responseIdentifier", "")
        return self.declared.get(identifier) or Declared(identifier, "single", "identifier")

    def scorer(self) -> Scorer:
        """The item's judge, or one that goes by the declared responses where it has none."""
        if self.judge is not None:
            return self.judge
        unjudged(self.question)
        return declared_judge([self.response(element) for element in self.fields])

    def scoring(self, rule: Rule, said: Json | None = None, parts: int = 2) -> Json:
        """Scoring with its rule; of our own packages exactly as it was. With one part all rules are the same."""
        if self.native is not None:
            if parts > 1 and (self.native.rule or "all_or_nothing") != (rule or "all_or_nothing"):
                zh, en = "评分规则与题目元数据不一致", "The processing does not fit the rule in the metadata"
                self.question.flaw("points", "qti.rule_altered", zh, en, f"{rule} / {self.native.rule}")
            rule = self.native.rule
        return {**(said or {}), **({"rule": rule} if rule else {})}


Reader = Callable[[Item], ReadRow]


def read_item(
    question: Question, root: Element, files: Files, native: Native | None, readers: Mapping[str, Reader]
) -> tuple[ReadRow, Mapping[str, Blocks]]:
    """The row of this item and the texts it shares with others, by their place in the package.

    `readers` lead from the name of an interaction to what reads it.
    """
    refused = _refused_at_once(root)
    if refused is not None:
        return question.unread(*refused), {}
    item = Item(question, root, Body(question, files), native)
    return _read(item, next(children(root, "itemBody")), readers), item.body.stimuli


def _read(item: Item, body: Element, readers: Mapping[str, Reader]) -> ReadRow:
    question, root = item.question, item.root
    _take_stem(item, body)
    for reference in children(root, "assessmentStimulusRef"):
        if not item.body.take_stimulus(reference.get("href", "")):
            item.body.refuse(f"assessmentStimulusRef {reference.get('href', '')}")
    item.declared = {own.identifier: own for own in map(declared_of, children(root, "responseDeclaration"))}
    if any(each.tag == "modalFeedback" for each in root):
        question.notes.add("feedback")
    if item.body.refused:
        return _unsupported(question, item.body.refused)
    names = list(dict.fromkeys(element.tag for element in item.fields))
    if len(names) != 1 or (len(item.fields) > 1 and names[0] not in MANY):
        return _not_one(question, [element.tag for element in item.fields])
    try:
        item.judge = judge_of(root, item.declared)
    except NotUnderstood as error:
        zh, en = f"无法识别的评分规则“{error}”", f"Unknown response processing {error}"
        return question.unread("qti.processing", zh, en, str(error))
    return readers[names[0]](item)


MANY = frozenset({"textEntryInteraction", "inlineChoiceInteraction"})


def _refused_at_once(root: Element) -> tuple[str, str, str, str] | None:
    if root.get("adaptive") == "true":
        return "qti.adaptive", "自适应题（adaptive）不能导入", "Adaptive items cannot be imported", "adaptive"
    template = first(root, "templateDeclaration")
    if template is not None or first(root, "templateProcessing") is not None:
        zh, en = "随机参数题（templateDeclaration）不能导入", "Items with random parameters cannot be imported"
        return "qti.template", zh, en, "templateDeclaration"
    if next(children(root, "itemBody"), None) is None:
        return "qti.no_body", "没有题目正文（itemBody）", "There is no itemBody", "itemBody"
    return None


def _take_stem(item: Item, body: Element) -> None:
    """The paragraphs of the body; a part marked as the place of the answer is no part of the stem."""
    answers = [child for child in body if child.get("data-part") == "answer"]
    for answer in answers:
        body.remove(answer)
    item.stem = item.body.blocks(body, "stem")
    if any(child.get("data-block") for child in body):
        for child in body:
            if not child.get("data-block"):
                item.body.replaced(child)
    for answer in answers:
        item.body.fields += [each for each in answer.iter() if each.tag in MANY]


def _unsupported(question: Question, names: Sequence[str]) -> ReadRow:
    shown = "、".join(names)
    zh, en = f"题目含有本系统没有的内容：{shown}", f"The item holds what this system does not have: {', '.join(names)}"
    return question.unread("qti.unsupported", zh, en, shown)


def _not_one(question: Question, names: Sequence[str]) -> ReadRow:
    if not names:
        zh, en = "题目没有作答部分（interaction）", "The item has no interaction"
        return question.unread("qti.no_interaction", zh, en)
    shown = "、".join(dict.fromkeys(names))
    zh = f"一道题里有 {len(names)} 个作答部分（{shown}），请拆成几道题"
    en = f"The item has {len(names)} interactions ({', '.join(dict.fromkeys(names))}); split it"
    return question.unread("qti.composite", zh, en, shown)


def lettered(item: Item, elements: Sequence[Element]) -> tuple[list[Option], dict[str, str]]:
    """Options under the bank's letters, and the way from the file's identifiers to them."""
    count, most = len(elements), len(OPTION_LETTERS)
    if count > most:
        zh, en = f"选项 {count} 个，最多 {most} 个", f"There are {count} options, at most {most} are possible"
        item.question.flaw("options", "options.too_many", zh, en, str(count))
    pairs = list(zip(OPTION_LETTERS, elements, strict=False))
    options = [Option(letter, item.body.blocks(element, f"option:{letter}")) for letter, element in pairs]
    return options, {element.get("identifier", ""): letter for letter, element in pairs}


def read_choice(item: Item) -> ReadRow:
    """One or several right options, or true and false."""
    element = item.fields[0]
    own, choices = item.response(element), list(children(element, "simpleChoice"))
    options, letters = lettered(item, choices)
    ids = [choice.get("identifier", "") for choice in choices]
    most = 1 if own.cardinality == "single" else count_of(element.get("maxChoices"), 1)
    found: list[str] = []

    def decide() -> Rule:
        key, rule = choose(item.question, item.scorer(), own.identifier, ids, own.correct, most)
        found.extend(key)
        return rule

    rule = judged(item.question, "key", decide)
    told = [truth(words(choice)) for choice in choices]
    if item.native is not None and item.native.type == TRUE_FALSE.code:
        return _read_truth(item, ids, ids, found)
    if item.native is None and sorted(told) == ["false", "true"] and len(found) <= 1:
        return _read_truth(item, ids, told, found)
    key = [letters[each] for each in ids if each in found and each in letters]
    wanted = item.native.type if item.native is not None else ""
    kind = wanted or "multiple_response" if own.cardinality != "single" and most != 1 else "single_response"
    return item.question.finish(kind, item.stem, options, key, scoring=item.scoring(rule or ""))


def _read_truth(item: Item, ids: Sequence[str], told: Sequence[str], found: Sequence[str]) -> ReadRow:
    options = [Option(name, (text_block(label),)) for name, label in TRUE_FALSE.fixed_options]
    if item.native is not None:
        choices = children(item.fields[0], "simpleChoice")
        options = [Option(name, item.body.blocks(each, "options")) for name, each in zip(ids, choices, strict=True)]
    key = [told[ids.index(each)] for each in found]
    return item.question.finish(TRUE_FALSE.code, item.stem, options, key, scoring=item.scoring(""))


def read_order(item: Item) -> ReadRow:
    """Options to be put in order."""
    element = item.fields[0]
    own, choices = item.response(element), list(children(element, "simpleChoice"))
    options, letters = lettered(item, choices)
    if sorted(own.correct) != sorted(letters):
        zh, en = "答案没有列出全部选项的顺序", "The key does not give the order of all options"
        item.question.flaw("key", "key.count", zh, en, " ".join(own.correct))
        return item.question.finish("ordering", item.stem, options)
    rule = judged(item.question, "key", lambda: arrange(item.question, item.scorer(), own.identifier, own.correct))
    key = [letters[each] for each in own.correct]
    return item.question.finish("ordering", item.stem, options, key, scoring=item.scoring(rule or ""))


def read_inline(item: Item) -> ReadRow:
    """A choice in each gap of the running text."""
    gaps: list[Json] = []
    key: list[str] = []
    right: dict[str, list[str]] = {}
    others: list[list[str]] = []
    for number, element in enumerate(item.fields, 1):
        own = item.response(element)
        # An empty choice is how some tools show that nothing is chosen yet.
        choices = [each for each in children(element, "inlineChoice") if len(each) or words(each)]
        shown = [f"{number}{letter}" for letter in OPTION_LETTERS[: len(choices)]]
        ids = [choice.get("identifier", "") for choice in choices]
        contents = [item.body.blocks(choice, f"gaps:{number}") for choice in choices]
        gaps.append({"id": str(number), "options": choices_json(shown, contents)})
        answer = own.correct[0] if own.correct else best_alone(item, own, ids)
        if answer not in ids[: len(shown)]:
            zh, en = f"第 {number} 空没有答案", f"Gap {number} has no key"
            item.question.flaw("key", "key.missing", zh, en)
            continue
        key.append(shown[ids.index(answer)])
        right[own.identifier] = [answer]
        others.append([each for each in ids if each != answer])
    rule = None if len(key) < len(gaps) else judged(item.question, "key", lambda: _share_of_gaps(item, right, others))
    return item.question.finish(
        "inline_choice",
        item.stem,
        key=key,
        interaction={"gaps": gaps},
        scoring=item.scoring(rule or "", parts=len(gaps)),
    )


def best_alone(item: Item, own: Declared, ids: Sequence[str]) -> str:
    """Of these answers the one the judge rewards most when nothing else is answered; empty when it rewards none."""
    if item.judge is None:
        return ""
    try:
        worths = {each: item.judge({own.identifier: [each]}) for each in ids}
    except NotUnderstood:
        return ""
    best = max(worths, key=lambda each: worths[each], default="")
    return best if best and worths[best] > 0 else ""


def _share_of_gaps(item: Item, right: Mapping[str, list[str]], others: Sequence[Sequence[str]]) -> Rule:
    wrongs = [
        [{**right, identifier: [other]} for other in some] for identifier, some in zip(right, others, strict=True)
    ]
    return share(item.question, item.scorer(), right, wrongs, " ".join(each[0] for each in right.values()))


def choices_json(ids: Sequence[str], contents: Sequence[Blocks]) -> list[Json]:
    """Things to choose in the shape of the bank."""
    return [
        {"id": identifier, "content": [block.as_json() for block in blocks]}
        for identifier, blocks in zip(ids, contents, strict=False)
    ]
