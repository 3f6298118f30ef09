"""Reads the interactions of QTI that work on a picture: hotspot, select point, drawing.

For `qti.py`. A hotspot's right choices become the areas, whatever choices there are besides; points count by the
areas of the mapping that are worth most.
"""

from collections.abc import Sequence
from dataclasses import replace
from xml.etree.ElementTree import Element

from itembank.exchange.formats.qti_items import Item
from itembank.exchange.formats.qti_keys import NEAR, Rule, choose, judged, no_answer, several, share
from itembank.exchange.formats.qti_operators import Declared
from itembank.exchange.formats.qti_shapes import Area, area_of
from itembank.exchange.formats.qti_texts import rubric_of
from itembank.exchange.formats.qti_xml import children, count_of, words
from itembank.exchange.rows import ReadRow
from itembank.items.content import Json

OFF = "-9999 -9999"


def _picture(item: Item, element: Element) -> Json:
    """The picture of an interaction with its size in pixels."""
    shown = next((each for each in element if each.tag in ("object", "img")), None)
    if shown is None or shown.get("data-blank"):
        side = {} if shown is None else shown.attrib
        return {
            "asset": "",
            "alt": "" if shown is None else shown.get("alt", ""),
            "width": count_of(side.get("width"), 600),
            "height": count_of(side.get("height"), 400),
        }
    src = item.body.source(shown.get("data") or shown.get("src") or "")
    digest = item.body.assets.get(src, "")
    figure = item.question.figures.get(digest)
    if figure is None and not any(flaw.code == "figure.unusable" for flaw in item.question.flaws):
        zh, en = f"引用的图片“{src}”没有随文件提供", f"The item refers to {src}, which did not come along"
        item.question.flaw("picture", "figure.missing", zh, en, src)
    width, height = (figure.width, figure.height) if figure else (0, 0)
    if item.native is not None:
        sides = (count_of(shown.get("width"), width), count_of(shown.get("height"), height))
        return {"asset": digest, "alt": shown.get("alt", ""), "width": sides[0], "height": sides[1]}
    return {"asset": digest, "alt": words(shown) or shown.get("alt", "") or "图", "width": width, "height": height}


def _scale(item: Item, element: Element, picture: Json) -> tuple[float, float]:
    """How many pixels of the picture one unit of the item's coordinates is, across and down."""
    shown = next((each for each in element if each.tag in ("object", "img")), element)
    width = count_of(shown.get("width"), picture["width"]) or picture["width"]
    height = count_of(shown.get("height"), picture["height"]) or picture["height"]
    scale = (picture["width"] / width, picture["height"] / height) if picture["width"] else (1.0, 1.0)
    if scale != (1.0, 1.0):
        size = f"{picture['width']}×{picture['height']}"
        zh = f"图片实际为 {size}，题目按 {width}×{height} 标注，坐标已换算，请核对热区"
        en = f"The picture is {size}, the item says {width}×{height}; the areas were converted, please check"
        item.question.remark("areas", "qti.areas_scaled", zh, en, size)
    return scale


def _areas(item: Item, areas: Sequence[Area]) -> list[Json]:
    for area in areas:
        if not area.sound:
            zh, en = f"不支持的热区形状“{area.shape}”", f"The shape {area.shape} is not possible here"
            item.question.flaw("areas", "areas.shape", zh, en, area.shape)
    return [area.as_json() for area in areas if area.sound]


def read_hotspot(item: Item) -> ReadRow:
    """Choices that are places on a picture."""
    element = item.fields[0]
    own = item.response(element)
    places = {each.get("identifier", ""): area_of(each) for each in children(element, "hotspotChoice")}
    most = 1 if own.cardinality == "single" else count_of(element.get("maxChoices"), 1)
    found: list[str] = []

    def decide() -> Rule:
        key, rule = choose(item.question, item.scorer(), own.identifier, list(places), own.correct, most)
        found.extend(key)
        return "per_part" if rule and item.native is not None else ""

    rule = judged(item.question, "areas", decide)
    return _pointed(item, element, [places[each] for each in found], len(found), rule or "")


def _pointed(item: Item, element: Element, found: Sequence[Area], count: int, rule: str) -> ReadRow:
    picture = _picture(item, element)
    across, down = _scale(item, element, picture) if item.native is None else (1.0, 1.0)
    areas = _areas(item, [area.scaled(across, down) for area in found] if item.native is None else found)
    interaction = {**picture, "choose": count}
    scoring = item.scoring(rule, {"areas": areas}, len(areas))
    return only_true(item.question.finish("hotspot", item.stem, interaction=interaction, scoring=scoring))


def only_true(row: ReadRow) -> ReadRow:
    """Without faults that follow from a missing picture only: nothing lies beyond a picture nobody has."""
    if not any(flaw.code in ("figure.missing", "figure.unusable") for flaw in row.flaws):
        return row
    return replace(row, flaws=tuple(flaw for flaw in row.flaws if flaw.code != "areas.outside"))


def read_point(item: Item) -> ReadRow:
    """Points set freely, judged by areas."""
    element = item.fields[0]
    own = item.response(element)
    if not own.areas:
        zh, en = "只给出一个点而没有区域（areaMapping），无法判分", "A point without an areaMapping cannot be scored"
        return item.question.unread("qti.point_without_area", zh, en, "selectPointInteraction")
    found: list[Area] = []
    rule = judged(item.question, "areas", lambda: _judge_points(item, own, found))
    most = 1 if own.cardinality == "single" else count_of(element.get("maxChoices"), 1)
    return _pointed(item, element, found, most or len(found), rule or "")


def _judge_points(item: Item, own: Declared, found: list[Area]) -> Rule:
    score = item.scorer()
    if item.native is not None:
        found += [area for area, _ in own.areas]
        return item.native.rule
    sound = [area for area, _ in own.areas if area.sound]
    found += [area for area, _ in own.areas if not area.sound]
    alone = {area: score({own.identifier: [_written(area)]}) for area in sound}
    if own.cardinality == "single":
        best = max(alone.values(), default=0.0)
        winners = [area for area, worth in alone.items() if worth >= best - NEAR]
        found += winners[:1]
        if len(winners) > 1:
            several(item.question, " / ".join(_written(area) for area in winners))
    else:
        found += [area for area, worth in own.areas if worth > 0 and area.sound]
    if not found:
        no_answer(item.question)
        return ""
    points = [_written(area) for area in found if area.sound]
    wrongs = [[{own.identifier: [*points[:at], OFF, *points[at + 1 :]]}] for at in range(len(points))]
    return share(item.question, score, {own.identifier: points}, wrongs, " ".join(points))


def _written(area: Area) -> str:
    x, y = area.middle()
    return f"{x:g} {y:g}"


def read_drawing(item: Item) -> ReadRow:
    """A picture to draw on, marked by a person."""
    return item.question.finish(
        "drawing", item.stem, interaction=_picture(item, item.fields[0]), scoring=rubric_of(item)
    )
