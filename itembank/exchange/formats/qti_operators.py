"""The operators of QTI response processing: from one response to a value.

For `qti_processing.py`. Source: QTI 2.2 "Assessment, Section and Item Information Model", expressions; values without a
content are NULL (None here) and make most operators NULL.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from xml.etree.ElementTree import Element

from itembank.exchange.formats.qti_shapes import Area, area_of, point_of
from itembank.exchange.formats.qti_xml import children, count_of, number_of, values

Responses = Mapping[str, Sequence[str]]
Scorer = Callable[[Responses], float]
Items = tuple[object, ...]
NUMERIC = ("float", "integer")
MOST_STEPS = 20_000


class NotUnderstood(ValueError):
    """A construct of the processing that cannot be followed; its argument is the construct's name."""


class Exit(Exception):
    """The processing says that it is over."""


@dataclass(frozen=True)
class Value:
    """Some values of one type; an empty container is None instead."""

    items: Items
    ordered: bool = False


@dataclass(frozen=True)
class Declared:
    """What an item declares about one response."""

    identifier: str
    cardinality: str
    base: str
    correct: tuple[str, ...] = ()
    mapping: Mapping[str, tuple[float, bool]] = field(default_factory=dict)
    default: float = 0.0
    bounds: tuple[float, float] = (float("-inf"), float("inf"))
    areas: tuple[tuple[Area, float], ...] = ()


def declared_of(element: Element) -> Declared:
    """The declaration of a response."""
    mapping = next(children(element, "mapping"), None)
    areas = next(children(element, "areaMapping"), None)
    rules = mapping if mapping is not None else areas
    said = {} if rules is None else rules.attrib
    base = element.get("baseType", "identifier")
    return Declared(
        identifier=element.get("identifier", ""),
        cardinality=element.get("cardinality", "single"),
        base=base,
        correct=tuple(_key(each, base) for each in values(next(children(element, "correctResponse"), None))),
        mapping={} if mapping is None else dict(_entries(mapping, base)),
        default=number_of(said.get("defaultValue"), 0),
        bounds=(
            number_of(said.get("lowerBound"), float("-inf")),
            number_of(said.get("upperBound"), float("inf")),
        ),
        areas=() if areas is None else tuple(map(_area_entry, children(areas, "areaMapEntry"))),
    )


def _entries(mapping: Element, base: str) -> list[tuple[str, tuple[float, bool]]]:
    found = []
    for entry in children(mapping, "mapEntry"):
        exact = entry.get("caseSensitive", "true") != "false"
        found.append((_key(entry.get("mapKey", ""), base), (number_of(entry.get("mappedValue"), 0), exact)))
    return found


def _area_entry(entry: Element) -> tuple[Area, float]:
    return area_of(entry), number_of(entry.get("mappedValue"), 0)


def _key(text: str, base: str) -> str:
    """A value as it is compared: pairs have no direction."""
    return " ".join(sorted(text.split())) if base == "pair" else text


def typed(text: str, base: str) -> object:
    if base in NUMERIC:
        return number_in(text)
    return text.strip() == "true" if base == "boolean" else _key(text, base)


@dataclass
class Run:
    """One response going through the processing."""

    responses: Responses
    declared: Mapping[str, Declared]
    outcomes: dict[str, Value | None]
    steps: int = 0

    def walk(self, rules: Sequence[Element]) -> None:
        for rule in rules:
            if rule.tag == "responseCondition":
                self.condition(rule)
            elif rule.tag == "setOutcomeValue":
                self.outcomes[rule.get("identifier", "")] = self.value(rule[0])
            elif rule.tag == "responseProcessingFragment":
                self.walk(list(rule))
            elif rule.tag == "exitResponse":
                raise Exit()
            else:
                raise NotUnderstood(rule.tag)

    def condition(self, rule: Element) -> None:
        for branch in rule:
            if branch.tag == "responseElse":
                return self.walk(list(branch))
            if self.truth(branch[0]):
                return self.walk(list(branch)[1:])
        return None

    def truth(self, element: Element) -> bool:
        found = self.value(element)
        return found is not None and found.items[0] is True

    def value(self, element: Element) -> Value | None:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise NotUnderstood("responseProcessing")
        operator = _OPERATORS.get(element.tag)
        if operator is None:
            raise NotUnderstood(element.get("class") or element.tag)
        return operator(self, element)

    def response(self, identifier: str) -> Value | None:
        own = self.declared[identifier]
        items = tuple(typed(each, own.base) for each in self.responses.get(identifier, ()) if each != "")
        return Value(items, own.cardinality == "ordered") if items else None

    def numbers(self, element: Element) -> list[float] | None:
        """The operands as numbers; None as soon as one has no value."""
        found: list[float] = []
        for child in element:
            value = self.value(child)
            if value is None:
                return None
            found += [number_in(each) for each in value.items]
        return found


def number_in(item: object) -> float:
    if isinstance(item, int | float) and not isinstance(item, bool):
        return float(item)
    if isinstance(item, str) and re.fullmatch(r"\s*[-+]?\d+(\.\d+)?([eE][-+]?\d+)?\s*", item):
        return float(item)
    return float("nan")


def _variable(run: Run, element: Element) -> Value | None:
    identifier = element.get("identifier", "")
    if identifier in run.declared:
        return run.response(identifier)
    if identifier in ("numAttempts", "duration", "completionStatus", "completion_status"):
        return Value((1.0,)) if identifier == "numAttempts" else None
    return run.outcomes.get(identifier)


def _correct(run: Run, element: Element) -> Value | None:
    own = run.declared.get(element.get("identifier", ""))
    if own is None or not own.correct:
        return None
    return Value(tuple(typed(each, own.base) for each in own.correct), own.cardinality == "ordered")


def _base_value(run: Run, element: Element) -> Value | None:
    return Value((typed(element.text or "", element.get("baseType", "string")),))


def _bool(test: bool | None) -> Value | None:
    return None if test is None else Value((test,))


def _match(run: Run, element: Element) -> Value | None:
    left, right = run.value(element[0]), run.value(element[1])
    if left is None or right is None:
        return None
    if left.ordered or right.ordered:
        return _bool(left.items == right.items)
    return _bool(sorted(map(str, left.items)) == sorted(map(str, right.items)))


def _map_response(run: Run, element: Element) -> Value | None:
    own = run.declared.get(element.get("identifier", ""))
    if own is None:
        raise NotUnderstood("mapResponse")
    given = run.responses.get(own.identifier, ())
    return Value((mapped(own, [_key(each, own.base) for each in given if each != ""]),))


def mapped(own: Declared, given: Sequence[str]) -> float:
    distinct = given if own.cardinality == "ordered" else dict.fromkeys(given)
    total = sum(_worth(own, each) for each in distinct)
    return max(own.bounds[0], min(own.bounds[1], total))


def _worth(own: Declared, given: str) -> float:
    for key, (worth, exact) in own.mapping.items():
        same = key == given or (not exact and key.casefold() == given.casefold())
        if same or (own.base in NUMERIC and number_in(key) == number_in(given)):
            return worth
    return own.default


def _map_point(run: Run, element: Element) -> Value | None:
    own = run.declared.get(element.get("identifier", ""))
    if own is None:
        raise NotUnderstood("mapResponsePoint")
    points = [point_of(each) for each in run.responses.get(own.identifier, ()) if each]
    hit = [worth for area, worth in own.areas if any(area.holds(*point) for point in points)]
    missed = [point for point in points if not any(area.holds(*point) for area, _ in own.areas)]
    total = sum(hit) + own.default * len(missed)
    return Value((max(own.bounds[0], min(own.bounds[1], total)),))


def _all(run: Run, element: Element) -> Value | None:
    return _bool(all(run.truth(child) for child in element))


def _any(run: Run, element: Element) -> Value | None:
    return _bool(any(run.truth(child) for child in element))


def _not(run: Run, element: Element) -> Value | None:
    found = run.value(element[0])
    return None if found is None else _bool(found.items[0] is not True)


def _gathered(run: Run, element: Element) -> Value | None:
    found = [value for child in element if (value := run.value(child)) is not None]
    items = tuple(item for value in found for item in value.items)
    return Value(items, element.tag == "ordered") if items else None


def _folded(fold: Callable[[list[float]], float]) -> Callable[[Run, Element], Value | None]:
    def operator(run: Run, element: Element) -> Value | None:
        numbers = run.numbers(element)
        return Value((fold(numbers),)) if numbers else None

    return operator


def _product(numbers: list[float]) -> float:
    total = 1.0
    for each in numbers:
        total *= each
    return total


def _compared(compare: Callable[[float, float], bool]) -> Callable[[Run, Element], Value | None]:
    def operator(run: Run, element: Element) -> Value | None:
        numbers = run.numbers(element)
        return None if numbers is None or len(numbers) != 2 else _bool(compare(numbers[0], numbers[1]))

    return operator


def _divide(numbers: list[float]) -> float:
    return numbers[0] / numbers[1] if numbers[1] else float("nan")


def tolerances(element: Element) -> tuple[float, float]:
    """How far below and above an `equal` accepts; one number holds for both."""
    parts = [number_of(each, float("nan")) for each in element.get("tolerance", "").split()] or [0.0]
    return parts[0], parts[-1]


def _equal(run: Run, element: Element) -> Value | None:
    numbers, mode = run.numbers(element), element.get("toleranceMode", "exact")
    if numbers is None or len(numbers) != 2:
        return None
    given, wanted = numbers if element[0].tag == "variable" else numbers[::-1]
    below, above = (0.0, 0.0) if mode == "exact" else tolerances(element)
    if mode == "relative":
        below, above = abs(wanted) * below / 100, abs(wanted) * above / 100
    slack = 1e-12 * max(1.0, abs(wanted))
    return _bool(wanted - below - slack <= given <= wanted + above + slack)


def rounded(number: float, mode: str, figures: int) -> Decimal:
    """The number to so many significant figures or decimal places."""
    exact = Decimal(str(number))
    places = figures - 1 - exact.adjusted() if mode == "significantFigures" and exact else figures
    return exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _equal_rounded(run: Run, element: Element) -> Value | None:
    numbers = run.numbers(element)
    if numbers is None or len(numbers) != 2 or any(each != each for each in numbers):
        return None
    mode, figures = element.get("roundingMode", "significantFigures"), count_of(element.get("figures"), 1)
    return _bool(rounded(numbers[0], mode, figures) == rounded(numbers[1], mode, figures))


def _strings(run: Run, element: Element) -> tuple[str, str] | None:
    pair = [run.value(child) for child in element]
    exact = element.get("caseSensitive", "true") != "false"
    texts = [str(value.items[0]) if exact else str(value.items[0]).casefold() for value in pair if value is not None]
    return (texts[0], texts[1]) if len(texts) == 2 else None


def _string_match(run: Run, element: Element) -> Value | None:
    pair = _strings(run, element)
    partly = element.get("substring", "false") == "true"
    return None if pair is None else _bool(pair[0] == pair[1] or (partly and pair[0] in pair[1]))


def _substring(run: Run, element: Element) -> Value | None:
    pair = _strings(run, element)
    return None if pair is None else _bool(pair[0] in pair[1])


def _member(run: Run, element: Element) -> Value | None:
    one, many = run.value(element[0]), run.value(element[1])
    return None if one is None or many is None else _bool(one.items[0] in many.items)


def _contains(run: Run, element: Element) -> Value | None:
    many, some = run.value(element[0]), run.value(element[1])
    return None if many is None or some is None else _bool(all(each in many.items for each in some.items))


def _delete(run: Run, element: Element) -> Value | None:
    one, many = run.value(element[0]), run.value(element[1])
    if one is None or many is None:
        return None
    kept = tuple(each for each in many.items if each != one.items[0])
    return Value(kept, many.ordered) if kept else None


def _size(run: Run, element: Element) -> Value | None:
    found = run.value(element[0])
    return Value((float(len(found.items)) if found else 0.0,))


def _index(run: Run, element: Element) -> Value | None:
    found, at = run.value(element[0]), count_of(element.get("n"), 0)
    return Value((found.items[at - 1],)) if found and 0 < at <= len(found.items) else None


def _null(run: Run, element: Element) -> Value | None:
    return _bool(run.value(element[0]) is None)


_OPERATORS: Mapping[str, Callable[[Run, Element], Value | None]] = {
    "variable": _variable,
    "correct": _correct,
    "baseValue": _base_value,
    "match": _match,
    "mapResponse": _map_response,
    "mapResponsePoint": _map_point,
    "and": _all,
    "or": _any,
    "not": _not,
    "isNull": _null,
    "multiple": _gathered,
    "ordered": _gathered,
    "sum": _folded(sum),
    "product": _folded(_product),
    "min": _folded(min),
    "max": _folded(max),
    "subtract": _folded(lambda numbers: numbers[0] - numbers[1]),
    "divide": _folded(_divide),
    "round": _folded(lambda numbers: float(Decimal(str(numbers[0])).quantize(Decimal(1), ROUND_HALF_UP))),
    "gt": _compared(lambda one, other: one > other),
    "gte": _compared(lambda one, other: one >= other),
    "lt": _compared(lambda one, other: one < other),
    "lte": _compared(lambda one, other: one <= other),
    "equal": _equal,
    "equalRounded": _equal_rounded,
    "stringMatch": _string_match,
    "substring": _substring,
    "member": _member,
    "contains": _contains,
    "delete": _delete,
    "containerSize": _size,
    "index": _index,
}
