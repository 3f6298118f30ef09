"""Moodle's questions about places: words dropped or selected in a text, markers dropped on a picture.

For the reader of Moodle XML. Words become gaps with their options; markers become a hotspot when there is only one kind
of marker, since a hotspot does not ask which marker stands where.
"""

import re
from collections.abc import Callable
from xml.etree.ElementTree import Element

from itembank.exchange.formats import moodle_rules as rules
from itembank.exchange.formats.build import Blocks, Json, Question
from itembank.exchange.formats.media import decoded
from itembank.exchange.formats.moodle_rules import FULL, Answer, GapAnswers
from itembank.exchange.formats.xml_reader import text_at
from itembank.exchange.rows import ReadRow

_PLACE = re.compile(r"\[\[(\d{1,2})\]\]")


def words_row(question: Question, element: Element, stem: Callable[[Callable[[str], str]], Blocks]) -> ReadRow:
    """Select missing words, drag and drop into text: every gap offers the words of its group."""
    words = [*element.findall("selectoption"), *element.findall("dragbox")]
    wanted: list[int] = []

    def mark(match: re.Match[str]) -> str:
        wanted.append(int(match[1]))
        return f"{{{{{len(wanted)}}}}}"

    blocks = stem(lambda raw: _PLACE.sub(mark, raw))
    if not wanted or max(wanted) > len(words) or min(wanted) < 1:
        zh, en = "题干中的 [[数字]] 与备选词不符", "The marks [[n]] of the text do not fit the words"
        return question.unread("type.places", zh, en)
    return rules.gaps(question, blocks, [_gap(question, words, place - 1) for place in wanted])


def _gap(question: Question, words: list[Element], right: int) -> GapAnswers:
    group = text_at(words[right], "group")
    offered = [(n, text_at(word, "text")) for n, word in enumerate(words) if text_at(word, "group") == group]
    answers = [Answer(question.text(text), FULL if n == right else FULL * 0, text) for n, text in offered]
    return GapAnswers("choice", tuple(answers))


def marker_row(question: Question, element: Element, stem: Blocks) -> ReadRow:
    """Drag and drop markers: a hotspot when all markers are alike."""
    drags, drops = element.findall("drag"), element.findall("drop")
    if len(drags) != 1:
        zh = f"有 {len(drags)} 种标记；热区题不区分标记，请每种标记各出一道题"
        return question.unread("type.markers", zh, f"There are {len(drags)} kinds of markers; make one item for each")
    areas = [_area(drop) for drop in drops]
    known = [area for area in areas if area is not None]
    if not known or len(known) < len(areas):
        return question.unread("type.markers", "标记区域无法识别", "A drop zone is not understood")
    file = element.find("file")
    name = file.get("name", "") if file is not None else ""
    data = decoded(question, name, file.text or "") if file is not None else None
    figure = question.asset(name, data) if data is not None else None
    if figure is None:
        return question.unread("type.markers", "缺少可用的底图", "There is no usable picture")
    label = text_at(drags[0], "text") or name
    size: Json = {"width": figure.width, "height": figure.height, "choose": len(known)}
    interaction: Json = {"asset": figure.digest, "alt": label, **size}
    return question.finish("hotspot", stem, interaction=interaction, scoring={"areas": known, "rule": "per_part"})


def _area(drop: Element) -> Json | None:
    """The zone in our shapes: circle x,y;r - rectangle x,y;w,h - polygon x,y;x,y;…"""
    shape, coords = text_at(drop, "shape").lower(), text_at(drop, "coords")
    numbers = [rules.number_of(part) for part in re.split(r"[,;]", coords)]
    values = [int(number) for number in numbers if number is not None]
    if len(values) != len(numbers):
        return None
    if shape == "circle" and len(values) == 3:
        return {"shape": "circle", "coords": values}
    if shape == "rectangle" and len(values) == 4:
        x, y, width, height = values
        return {"shape": "rect", "coords": [x, y, x + width, y + height]}
    if shape == "polygon" and len(values) >= 6 and len(values) % 2 == 0:
        return {"shape": "poly", "coords": values}
    return None
