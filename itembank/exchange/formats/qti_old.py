"""Turns the items of QTI 1.2 (questestinterop: Canvas, Blackboard, Respondus, Common Cartridge) into rows.

For `qti.py`. What kind of question it is, is said by the metadata (`question_type`, `cc_profile`) or seen from its
responses; what is right, is asked of its own processing. Source: QTI 1.2 ASI binding, Canvas' own exports.
"""

from collections.abc import Callable, Iterator, Mapping
from xml.etree.ElementTree import Element

from itembank.exchange.formats.build import Blocks, Question
from itembank.exchange.formats.qti_body import Body, Files
from itembank.exchange.formats.qti_keys import Rule, arrange, choose, judged
from itembank.exchange.formats.qti_numbers import decimal_of
from itembank.exchange.formats.qti_old_judge import old_judge
from itembank.exchange.formats.qti_old_parts import (
    read_area,
    read_blanks,
    read_dropdowns,
    read_essay,
    read_number,
    read_pairs,
    stands_in_text,
)
from itembank.exchange.formats.qti_old_text import RESPONSES, OldItem, labels_of, materials_of, metadata_of, text_of
from itembank.exchange.formats.qti_xml import first, truth, words
from itembank.exchange.rows import ReadRow
from itembank.items.content import Option, text_block
from itembank.items.kinds import OPTION_LETTERS, TRUE_FALSE

_REFUSED = {
    "calculated_question": "随机参数题",
    "file_upload_question": "上传文件题",
    "media_question": "录音录像题",
    "cc.pattern_match.v0p1": "模式匹配题",
}


def old_items(root: Element) -> Iterator[Element]:
    """The items of the file in order, whatever the sections around them."""
    return root.iter("item")


def parent_of(item: Element) -> str:
    """The identifier of the item that holds the shared text of this one; empty when there is none."""
    return metadata_of(item).get("parent_stimulus_item_ident", "")


def stimulus_of(question: Question, item: Element, files: Files) -> Blocks:
    """The text of an item that is only there to be shared."""
    presentation = first(item, "presentation")
    old = OldItem(question, item, Body(question, files), None, {})
    return old.html(_stem_html(old, presentation), "case_stimulus") if presentation is not None else ()


def read_old_item(question: Question, root: Element, files: Files) -> ReadRow:
    """The row of this item."""
    metadata = metadata_of(root)
    item = OldItem(question, root, Body(question, files), old_judge(root), metadata)
    points = decimal_of(metadata.get("points_possible") or metadata.get("qmd_weighting") or "")
    usable = points is not None and points > 0 and points == round(points, 2)
    question.points = format(points.normalize(), "f") if points and usable else question.settings.default_points
    question.point_names += [value for value in metadata.values() if value]
    presentation = first(root, "presentation")
    if presentation is None:
        return item.unread("qti.no_body", "没有题目正文（presentation）", "There is no presentation", "presentation")
    item.responses = [each for each in presentation.iter() if each.tag in RESPONSES and each.tag != "response_grp"]
    item.stem = item.html(_stem_html(item, presentation), "stem")
    if first(root, "itemfeedback") is not None:
        question.notes.add("feedback")
    return _read(item)


def _stem_html(item: OldItem, presentation: Element) -> str:
    """The materials before and between the responses; where several blanks stand in a flow, with their marks."""
    several = len(item.responses) > 1 and all(each.tag in ("response_str", "response_num") for each in item.responses)
    parts: list[str] = []

    def walk(holder: Element) -> None:
        for child in holder:
            if child.tag == "material":
                parts.append(text_of(item.body, [child]))
            elif child.tag in RESPONSES:
                if several:
                    parts.append(item.body.mark())
                elif len(item.responses) == 1:
                    parts.append(text_of(item.body, materials_of(child)))
            else:
                walk(child)

    walk(presentation)
    joined = "".join(parts)
    return f"<p>{joined.replace('<div>', ' ').replace('</div>', ' ')}</p>" if several else joined


Reader = Callable[[OldItem], ReadRow]


def _read(item: OldItem) -> ReadRow:
    kind = item.metadata.get("question_type") or item.metadata.get("cc_profile") or ""
    if item.body.refused:
        shown = "、".join(item.body.refused)
        return item.unread("qti.unsupported", f"题目含有本系统没有的内容：{shown}", f"It holds {shown}", shown)
    if kind in _REFUSED:
        zh, en = f"{_REFUSED[kind]}（{kind}）不能导入", f"Items of the type {kind} cannot be imported"
        return item.unread("qti.unsupported", zh, en, kind)
    if first(item.root, "itemproc_extension") is not None and "calculated" in words(item.root):
        return item.unread("qti.unsupported", "公式计算题不能导入", "Calculated items cannot be imported", "calculated")
    reader = _BY_NAME.get(kind) or _by_shape(item)
    if reader is None:
        zh, en = "题目没有作答部分，或作答部分无法识别", "The item has no response that can be read"
        return item.unread("qti.no_interaction", zh, en, kind)
    return reader(item)


def _by_shape(item: OldItem) -> Reader | None:
    """How to read an item whose metadata says nothing."""
    tags = [each.tag for each in item.responses]
    if tags == ["response_lid"]:
        return _read_order if item.responses[0].get("rcardinality") == "Ordered" else _read_choice
    if tags and set(tags) == {"response_lid"}:
        return _several_choices(item)
    kinds = {each.get("fibtype", "").casefold() for each in item.root.iter("render_fib")}
    if len(tags) == 1 and item.judge is not None and kinds & {"decimal", "integer", "scientific"}:
        return read_number
    if tags and set(tags) <= {"response_str", "response_num"}:
        return read_blanks if item.judge is not None else read_essay if len(tags) == 1 else None
    return read_area if tags == ["response_xy"] else None


def _several_choices(item: OldItem) -> Reader | None:
    """Pairs where all responses have the same labels, otherwise gaps of which the text speaks."""
    labels = [{label.get("ident", "") for label in labels_of(response)} for response in item.responses]
    if all(each == labels[0] for each in labels) and len(labels[0]) > 1:
        return read_pairs
    spoken = all(stands_in_text(item, response) for response in item.responses)
    return read_blanks if spoken and all(len(each) == 1 for each in labels) else _ambiguous


def _ambiguous(item: OldItem) -> ReadRow:
    """Drop-down lists and lists of accepted spellings look the same where nothing says which they are."""
    zh, en = (
        "没有写明题型（question_type），下拉选择与填空无法区分",
        "Drop-downs or blanks: question_type is missing",
    )
    return item.unread("qti.ambiguous", zh, en, "response_lid")


def _options(item: OldItem) -> tuple[list[str], list[Option], list[str]]:
    """Identifiers, options under the bank's letters, their bare words."""
    labels = labels_of(item.responses[0])
    if len(labels) > len(OPTION_LETTERS):
        zh, en = (
            f"选项 {len(labels)} 个，最多 {len(OPTION_LETTERS)} 个",
            f"{len(labels)} options, at most 8",
        )
        item.question.flaw("options", "options.too_many", zh, en, str(len(labels)))
    pairs = zip(OPTION_LETTERS, labels, strict=False)
    options = [Option(letter, item.blocks(label, f"option:{letter}")) for letter, label in pairs]
    return [label.get("ident", "") for label in labels], options, [words(label) for label in labels]


def _read_choice(item: OldItem) -> ReadRow:
    if len(item.responses) != 1:
        zh, en = "选择题有多个作答部分", "A choice with several responses"
        return item.unread("qti.composite", zh, en, str(len(item.responses)))
    response = item.responses[0]
    ids, options, texts = _options(item)
    most = 1 if response.get("rcardinality", "Single") == "Single" else 0
    found: list[str] = []

    def decide() -> Rule:
        if item.judge is None:
            item.question.flaw(
                "key", "key.missing", "没有评分规则，无法确定答案", "No processing, so that there is no key"
            )
            return ""
        key, rule = choose(item.question, item.judge, response.get("ident", ""), ids, (), most)
        found.extend(key)
        return rule

    rule = judged(item.question, "key", decide) or ""
    told = [truth(text) for text in texts]
    if sorted(told) == ["false", "true"] and len(found) <= 1:
        fixed = [Option(name, (text_block(label),)) for name, label in TRUE_FALSE.fixed_options]
        key = [told[ids.index(each)] for each in found]
        return item.question.finish(TRUE_FALSE.code, item.stem, fixed, key)
    key = [letter for letter, identifier in zip(OPTION_LETTERS, ids, strict=False) if identifier in found]
    kind = "single_response" if most == 1 else "multiple_response"
    return item.question.finish(kind, item.stem, options, key, scoring={"rule": rule} if rule else {})


def _read_order(item: OldItem) -> ReadRow:
    ids, options, _ = _options(item)
    response = item.responses[0].get("ident", "")
    rewarded = [each for each in item.root.iter("respcondition") if first(each, "setvar") is not None]
    orders = [[(test.text or "").strip() for test in each.iter("varequal")] for each in rewarded]
    order = next((each for each in orders if sorted(each) == sorted(ids)), None)
    judge = item.judge
    if order is None or judge is None:
        zh, en = "答案没有列出全部选项的顺序", "The key does not give the order of all options"
        item.question.flaw("key", "key.count", zh, en)
        return item.question.finish("ordering", item.stem, options)
    rule = judged(item.question, "key", lambda: arrange(item.question, judge, response, order)) or ""
    key = [OPTION_LETTERS[ids.index(each)] for each in order if ids.index(each) < len(OPTION_LETTERS)]
    return item.question.finish("ordering", item.stem, options, key, scoring={"rule": rule} if rule else {})


_BY_NAME: Mapping[str, Reader] = {
    "multiple_choice_question": _read_choice,
    "true_false_question": _read_choice,
    "multiple_answers_question": _read_choice,
    "cc.multiple_choice.v0p1": _read_choice,
    "cc.multiple_response.v0p1": _read_choice,
    "cc.true_false.v0p1": _read_choice,
    "short_answer_question": read_blanks,
    "cc.fib.v0p1": read_blanks,
    "fill_in_multiple_blanks_question": read_blanks,
    "multiple_dropdowns_question": read_dropdowns,
    "matching_question": read_pairs,
    "categorization_question": read_pairs,
    "numerical_question": read_number,
    "essay_question": read_essay,
    "cc.essay.v0p1": read_essay,
    "hot_spot_question": read_area,
}
