"""Reads Moodle XML, the full export of a Moodle question bank, with its embedded pictures and sounds. For the importer.

Source: Moodle's `question/format/xml/format.php` and the exports of its question types. Texts are HTML and go through
the allow-list; a description asks nothing and has no tie to the questions after it, so it is told, not read.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from xml.etree.ElementTree import Element

from itembank.exchange.formats import moodle_rules as rules
from itembank.exchange.formats.attributes import apply_tag, category_points
from itembank.exchange.formats.build import Blocks, Json, Question, Reading, asset_block
from itembank.exchange.formats.cloze import Gaps
from itembank.exchange.formats.media import decoded, embedded, shown_links, spellings
from itembank.exchange.formats.moodle_rules import FULL, Answer, Number
from itembank.exchange.formats.places import marker_row, words_row
from itembank.exchange.formats.refusals import wrong_kind
from itembank.exchange.formats.source import Format, Settings, Source
from itembank.exchange.formats.xml_reader import local, parse_xml, text_at
from itembank.exchange.rows import ReadRow
from itembank.items.content import Option, plain_text
from itembank.items.kinds import OPTION_LETTERS
from itembank.items.text import markup_in

TITLES = ("Moodle XML", "Moodle XML")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_PLAIN = ("plain_text", "2")
_MARKDOWN = ("markdown", "4")
_HTML = ("html", "1")
_FILE = "@@PLUGINFILE@@/"


class MoodleQuestion:
    """One <question> on its way to an item."""

    def __init__(self, element: Element, category: str, question: Question) -> None:
        self.element, self.question = element, question
        self.kind = element.get("type", "")
        question.point_names = category_points(category)
        own = text_at(element, "idnumber")
        if _CODE.fullmatch(own):
            question.code = own
        for tag in [own, *(text_at(each, "text") for each in element.findall("tags/tag"))]:
            if tag:
                apply_tag(question, tag)
        grade = rules.number_of(text_at(element, "defaultgrade") or "1")
        question.points = rules.written(grade) if grade is not None and grade > 0 else ""
        self._note_dropped()

    def _note_dropped(self) -> None:
        if any(text_at(each, "text") for each in self.element.iter() if local(each).endswith("feedback")):
            self.question.notes.add("feedback")
        if any(text_at(each, "text") for each in self.element.findall("hint")):
            self.question.notes.add("hints")

    def blocks(self, element: Element | None, field: str = "stem", change: Callable[[str], str] = str) -> Blocks:
        """A text with its format and files as blocks; `change` is applied to the words before."""
        if element is None:
            return ()
        raw, form = change(element.findtext("text") or ""), element.get("format", "")
        assets = self.files(element, field)
        if form in _MARKDOWN:
            self.question.notes.add("markdown")
        if form in _PLAIN or form in _MARKDOWN or (form not in _HTML and not assets and not markup_in(raw)):
            return self.question.text(raw)
        raw = shown_links(self.question, raw, assets)
        return self.question.html(raw, field, assets | embedded(self.question, raw, field))

    def files(self, element: Element, field: str) -> dict[str, str]:
        """Digests by the addresses under which the text may name its embedded files."""
        found: dict[str, str] = {}
        for each in element.findall("file"):
            name = each.get("name", "")
            data = decoded(self.question, name, each.text or "", field)
            figure = self.question.asset(name, data, field) if data is not None else None
            if figure is not None:
                path = each.get("path", "/").strip("/")
                whole = f"{path}/{name}" if path else name
                found |= {_FILE + spelled: figure.digest for spelled in spellings(whole)}
        return found

    def stem(self, change: Callable[[str], str] = str) -> Blocks:
        """The question text, and the picture that old exports keep beside it."""
        blocks = self.blocks(self.element.find("questiontext"), "stem", change)
        old = self.element.findtext("image_base64") or ""
        data = decoded(self.question, text_at(self.element, "image"), old) if old.strip() else None
        figure = self.question.asset(text_at(self.element, "image"), data) if data is not None else None
        return (*blocks, asset_block(figure, figure.name)) if figure is not None else blocks

    def answers(self, field: str = "options") -> list[Answer]:
        """The answers with their weights."""
        found = []
        for each in self.element.findall("answer"):
            blocks, weight = self.blocks(each, field), rules.number_of(each.get("fraction", "0"))
            fed = bool(text_at(each, "feedback/text"))
            found.append(Answer(blocks, weight or Decimal(0), (each.findtext("text") or "").strip(), fed))
        return found

    def row(self) -> ReadRow:
        """The finished question."""
        reader = _KINDS.get(self.kind)
        if reader is None:
            zh, en = f"不支持的 Moodle 题型 {self.kind}", f"Moodle's type {self.kind} is not supported"
            return self.question.unread("type.unsupported", zh, en, self.kind)
        return reader(self)


def _multichoice(each: MoodleQuestion) -> ReadRow:
    several = text_at(each.element, "single").lower() in ("false", "0")
    return rules.choice(each.question, each.stem(), each.answers(), several)


def _truefalse(each: MoodleQuestion) -> ReadRow:
    right = [answer.text.casefold() for answer in each.answers() if answer.weight == FULL]
    if len(right) != 1 or right[0] not in ("true", "false"):
        zh, en = "判断题没有唯一的正确答案", "There is not exactly one right answer"
        each.question.flaw("key", "key.missing", zh, en, "、".join(right))
    return each.question.true_false(each.stem(), right[:1] == ["true"])


def _shortanswer(each: MoodleQuestion) -> ReadRow:
    exact = text_at(each.element, "usecase") == "1"
    return rules.short_text(each.question, each.stem(), each.answers("key"), exact)


def _numerical(each: MoodleQuestion) -> ReadRow:
    numbers = []
    for answer in each.element.findall("answer"):
        text = text_at(answer, "text")
        tolerance = rules.number_of(text_at(answer, "tolerance") or "0")
        weight = rules.number_of(answer.get("fraction", "0")) or Decimal(0)
        value = rules.number_of(text) if tolerance is not None and tolerance >= 0 else None
        numbers.append(Number(value, tolerance or Decimal(0), weight, text))
    interaction, unit = _units(each)
    return rules.numeric(each.question, each.stem(), numbers, interaction, unit)


def _units(each: MoodleQuestion) -> tuple[Json, Json]:
    """How the unit is handled: printed when Moodle does not mark it, asked for when it does."""
    units = [(text_at(u, "unit_name"), rules.number_of(text_at(u, "multiplier"))) for u in each.element.iter("unit")]
    same = [name for name, multiplier in units if name and multiplier == 1]
    if len(same) < len(units):
        zh = "只保留换算系数为 1 的单位，其余单位未导入"
        each.question.remark("key", "unit.dropped", zh, "Only units with the multiplier 1 were imported")
    if not same or text_at(each.element, "showunits") == "3":
        return {"unit": "none"}, {}
    if text_at(each.element, "unitgradingtype") in ("", "0"):
        return {"unit": "shown", "unit_text": same[0]}, {}
    return {"unit": "asked"}, {"unit": {"accept": same}}


def _matching(each: MoodleQuestion) -> ReadRow:
    pairs = []
    for part in each.element.findall("subquestion"):
        right = part.find("answer")
        text = (right.findtext("text") or "") if right is not None else ""
        pairs.append((each.blocks(part, "options"), each.question.text(text)))
    return rules.matching(each.question, each.stem(), pairs)


def _essay(each: MoodleQuestion) -> ReadRow:
    model = each.blocks(each.element.find("graderinfo"), "rubric")
    if text_at(each.element, "attachmentsrequired") not in ("", "0"):
        zh, en = "要求上传附件的论述题不支持", "Essays that require files are not supported"
        return each.question.unread("type.unsupported", zh, en)
    lines = text_at(each.element, "responsefieldlines")
    return rules.essay(each.question, each.stem(), model, int(lines) if lines.isdecimal() else rules.LONG_LINES)


def _cloze(each: MoodleQuestion) -> ReadRow:
    gaps = Gaps(each.question)
    stem = each.stem(gaps.cut)
    if each.question.flaws:
        return each.question.left_out(stem)
    return rules.gaps(each.question, stem, gaps.parts)


def _ordering(each: MoodleQuestion) -> ReadRow:
    options = [Option(letter, a.blocks) for letter, a in zip(OPTION_LETTERS, each.answers(), strict=False)]
    if len(each.element.findall("answer")) > len(OPTION_LETTERS):
        each.question.flaw("options", "options.too_many", "排序项过多", "There are too many things to order")
    rule = {} if text_at(each.element, "gradingtype") == "-1" else {"rule": "per_place"}
    return each.question.finish("ordering", each.stem(), options, [o.id for o in options], scoring=dict(rule))


_KINDS: dict[str, Callable[[MoodleQuestion], ReadRow]] = {
    "multichoice": _multichoice,
    "truefalse": _truefalse,
    "shortanswer": _shortanswer,
    "numerical": _numerical,
    "matching": _matching,
    "essay": _essay,
    "cloze": _cloze,
    "multianswer": _cloze,
    "ordering": _ordering,
    "gapselect": lambda each: words_row(each.question, each.element, each.stem),
    "ddwtos": lambda each: words_row(each.question, each.element, each.stem),
    "ddmarker": lambda each: marker_row(each.question, each.element, each.stem()),
}


def read_moodle(data: bytes, settings: Settings) -> Source:
    """Every question of the file; raises UnreadableFile when it is no Moodle XML or holds no question."""
    root = parse_xml(data)
    if local(root) != "quiz":
        found = f"根元素为 {local(root)[:40]} 的 XML", f"XML with the root {local(root)[:40]}"
        raise wrong_kind(TITLES, found)
    reading, category, number = Reading("moodle", *TITLES, settings), "", 0
    for element in root.findall("question"):
        kind = element.get("type", "")
        if kind == "category":
            category = text_at(element, "category/text")
            continue
        number += 1
        if kind == "description":
            shown = plain_text(MoodleQuestion(element, category, Question(number, settings)).stem())
            zh, en = "说明文字没有与题目的关联，未导入", "A description has no tie to questions; not imported"
            reading.remark(number, "description.ignored", zh, en, shown)
            continue
        question = Question(number, settings)
        reading.add(question, MoodleQuestion(element, category, question).row())
    return reading.source()


def recognise(data: bytes, file_name: str) -> bool:
    """XML whose root is <quiz>."""
    start = data[:4000]
    text = (
        start.decode("utf-16", "ignore") if start[:2] in (b"\xff\xfe", b"\xfe\xff") else start.decode("utf-8", "ignore")
    )
    return bool(re.match(r"\ufeff?\s*(?:<\?xml[^>]*\?>)?\s*(?:<!--.*?-->\s*)*<quiz[\s>/]", text, re.DOTALL))


FORMAT = Format("moodle", *TITLES, (".moodle.xml", ".xml"), recognise, read_moodle)
