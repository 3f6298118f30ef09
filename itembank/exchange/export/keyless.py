"""Takes from an item what only those may know who know the key.

For exports without keys: to let somebody look at the wording, or to hand items to a player that does not score.
"""

from dataclasses import replace
from xml.etree.ElementTree import Element

from itembank.items.content import ItemBody

_SECRET_PARTS = frozenset(("qti-correct-response", "qti-mapping", "qti-area-mapping"))
_SECRET_ATTRIBUTES = ("data-tolerance-kind", "data-tolerance-amount", "data-normalise")


def without_keys(body: ItemBody) -> ItemBody:
    """The item without key, accepted answers, tolerance, areas, rubric and model answer."""
    scoring = body.scoring
    kept = {"rule": scoring["rule"]} if "rule" in scoring else {}
    empty = {
        "blanks": [{"accept": [], "normalise": []} for _ in scoring.get("blanks", ())],
        "areas": [],
        "rubric": [],
        "model": [],
        "value": "",
    }
    left = {name: value for name, value in empty.items() if name in scoring}
    return replace(body, key=(), scoring={**left, **kept})


def strip_keys(item: Element) -> Element:
    """The assessment item without right responses, processing and rubrics."""
    for declaration in item.iter("qti-response-declaration"):
        for part in [child for child in declaration if child.tag in _SECRET_PARTS]:
            declaration.remove(part)
    for body in item.iter("qti-item-body"):
        for rubric in [child for child in body if child.tag == "qti-rubric-block"]:
            body.remove(rubric)
    for processing in [child for child in item if child.tag == "qti-response-processing"]:
        item.remove(processing)
    for element in item.iter():
        for name in _SECRET_ATTRIBUTES:
            element.attrib.pop(name, None)
    return item
