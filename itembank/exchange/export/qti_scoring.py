"""Writes how an item of the bank is scored in the words of QTI 3.0: declarations and response processing.

For `qti_item.py`. What the bank's rules say exactly, standard operators say too: all or nothing is a match, shares are
mappings; wrong choices under "share, nothing if any is wrong" cost as much as the item is worth, bounded at nothing.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from xml.etree.ElementTree import Element

from itembank.exchange.export.markup import make

TEMPLATES = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates"


def part_of(points: str, count: int) -> str:
    """One of `count` equal shares, to a hundredth of a hundredth."""
    exact = (Decimal(points) / count).quantize(Decimal("0.0001"))
    return format(exact.normalize(), "f")


def declare(
    identifier: str,
    cardinality: str,
    base: str,
    correct: Sequence[str],
    mapping: Sequence[tuple[str, str]] = (),
    case: bool = True,
    lower: bool = False,
) -> Element:
    """A response with its right values and what each is worth."""
    element = make(
        "qti-response-declaration", {"identifier": identifier, "cardinality": cardinality, "base-type": base}
    )
    if correct:
        element.append(make("qti-correct-response", {}, *(make("qti-value", {}, value) for value in correct)))
    if mapping:
        bound = {"lower-bound": "0"} if lower else {}
        entries = [_entry(key, worth, base, case) for key, worth in mapping]
        element.append(make("qti-mapping", {**bound, "default-value": "0"}, *entries))
    return element


def _entry(key: str, worth: str, base: str, case: bool) -> Element:
    said = {"map-key": key, "mapped-value": worth}
    return make("qti-map-entry", said | ({"case-sensitive": str(case).lower()} if base == "string" else {}))


def declare_points(areas: Sequence[Mapping[str, object]], several: bool, points: str) -> Element:
    """Points on a picture with the areas that count."""
    cardinality = "multiple" if several else "single"
    element = make(
        "qti-response-declaration", {"identifier": "RESPONSE", "cardinality": cardinality, "base-type": "point"}
    )
    worth = part_of(points, max(1, len(areas)))
    entries = [
        make(
            "qti-area-map-entry",
            {"shape": str(area["shape"]), "coords": _coords(area["coords"]), "mapped-value": worth},
        )
        for area in areas
    ]
    element.append(make("qti-area-mapping", {"lower-bound": "0", "default-value": f"-{points}"}, *entries))
    return element


def _coords(coords: object) -> str:
    return ",".join(str(each) for each in coords) if isinstance(coords, list | tuple) else ""


def outcome(points: str, by_person: bool) -> Element:
    """The score of the item."""
    said = {"identifier": "SCORE", "cardinality": "single", "base-type": "float", "normal-maximum": points}
    if by_person:
        said["external-scored"] = "human"
    return make("qti-outcome-declaration", said, make("qti-default-value", {}, make("qti-value", {}, "0")))


def variable(identifier: str) -> Element:
    """The value of a response or outcome."""
    return make("qti-variable", {"identifier": identifier})


def number(value: str) -> Element:
    """A constant number."""
    return make("qti-base-value", {"base-type": "float"}, value)


def mapped(identifier: str) -> Element:
    """What a response is worth by its mapping."""
    return make("qti-map-response", {"identifier": identifier})


def matches(identifier: str) -> Element:
    """Whether a response is the right one."""
    return make("qti-match", {}, variable(identifier), make("qti-correct", {"identifier": identifier}))


def set_score(value: Element) -> Element:
    """Gives the score."""
    return make("qti-set-outcome-value", {"identifier": "SCORE"}, value)


def processing(*rules: Element) -> Element:
    """Rules one after the other."""
    return make("qti-response-processing", {}, *rules)


def when(test: Element, *then: Element) -> Element:
    """A rule under a condition."""
    return make("qti-response-condition", {}, make("qti-response-if", {}, test, *then))


def all_of(tests: Sequence[Element]) -> Element:
    """All tests at once."""
    return tests[0] if len(tests) == 1 else make("qti-and", {}, *tests)


def all_or_nothing(tests: Sequence[Element], points: str) -> Element:
    """Full points when every test holds."""
    return processing(when(all_of(tests), set_score(number(points))))


def match_correct(points: str) -> Element:
    """The standard template where the item is worth one point, the same with its points otherwise."""
    if points == "1":
        return make("qti-response-processing", {"template": f"{TEMPLATES}/match_correct.xml"})
    return all_or_nothing([matches("RESPONSE")], points)


def map_response() -> Element:
    """The standard template: what the mapping says."""
    return make("qti-response-processing", {"template": f"{TEMPLATES}/map_response.xml"})


def in_shares(identifiers: Sequence[str]) -> Element:
    """The sum of what the responses are worth."""
    parts = [mapped(identifier) for identifier in identifiers]
    return processing(set_score(parts[0] if len(parts) == 1 else make("qti-sum", {}, *parts)))


def any_worth(identifier: str) -> Element:
    """Whether a response is worth anything."""
    return make("qti-gt", {}, mapped(identifier), number("0"))


def by_place(order: Sequence[str], points: str) -> Element:
    """A share for every right place."""
    share = part_of(points, len(order))
    rules = []
    for place, identifier in enumerate(order, 1):
        given = make("qti-index", {"n": str(place)}, variable("RESPONSE"))
        wanted = make("qti-base-value", {"base-type": "identifier"}, identifier)
        more = set_score(make("qti-sum", {}, variable("SCORE"), number(share)))
        rules.append(when(make("qti-match", {}, given, wanted), more))
    return processing(*rules)


def equal_number(value: str, kind: str, amount: str) -> Element:
    """Whether the number given is the right one within its tolerance."""
    sides = (variable("RESPONSE"), make("qti-correct", {"identifier": "RESPONSE"}))
    if kind == "significant":
        return make("qti-equal-rounded", {"rounding-mode": "significantFigures", "figures": amount}, *sides)
    if kind == "exact":
        return make("qti-equal", {"tolerance-mode": "exact"}, *sides)
    size = format(Decimal(amount).scaleb(2), "f") if kind == "relative" else format(Decimal(amount), "f")
    return make("qti-equal", {"tolerance-mode": kind, "tolerance": f"{size} {size}"}, *sides)
