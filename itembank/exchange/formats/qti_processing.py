"""What the response processing of a QTI 2.x or 3.0 item gives for a response: the item's own judge, run by us.

For the reader: it asks this judge about right and wrong responses instead of believing the declared key, so that
custom processing can never turn into another key unseen. Anything not understood is told by its name. Source: QTI 2.2
"Assessment, Section and Item Information Model", response processing and its standard templates.
"""

from collections.abc import Mapping
from math import isfinite
from xml.etree.ElementTree import Element

from itembank.exchange.formats.qti_operators import (
    NUMERIC,
    Declared,
    Exit,
    NotUnderstood,
    Responses,
    Run,
    Scorer,
    Value,
    mapped,
    number_in,
    typed,
)
from itembank.exchange.formats.qti_xml import children, values

_TEMPLATES = ("match_correct", "map_response", "map_response_point", "cc2_match", "cc2_map_response")


def judge_of(item: Element, declared: Mapping[str, Declared]) -> Scorer | None:
    """The item's own judge: from responses to its score; None when the item judges nothing.

    The judge raises NotUnderstood, as does an unknown template.
    """
    processing = next(children(item, "responseProcessing"), None)
    outcome = _score_outcome(item)
    if processing is None or outcome is None:
        return None
    template = (processing.get("template") or processing.get("templateLocation") or "").strip()
    if not len(processing) and not template:
        return None
    rules = list(processing) if len(processing) else [_template_rule(template, outcome, declared)]
    defaults = {each.get("identifier", ""): _default_of(each) for each in children(item, "outcomeDeclaration")}

    def judge(responses: Responses) -> float:
        run = Run(responses, declared, dict(defaults))
        try:
            run.walk(rules)
        except Exit:
            pass
        except (IndexError, TypeError, ArithmeticError) as error:
            raise NotUnderstood(f"responseProcessing ({type(error).__name__})") from None
        found = run.outcomes.get(outcome)
        score = 0.0 if found is None else number_in(found.items[0])
        if not isfinite(score):
            raise NotUnderstood(outcome)
        return score

    return judge


def _score_outcome(item: Element) -> str | None:
    numeric = [
        each.get("identifier", "")
        for each in children(item, "outcomeDeclaration")
        if each.get("baseType") in NUMERIC and each.get("cardinality", "single") == "single"
    ]
    if "SCORE" in numeric or not numeric:
        return "SCORE" if numeric else None
    named = [each for each in numeric if "SCORE" in each.upper() and "MAX" not in each.upper()]
    return named[0] if len(named) == 1 else None


def _default_of(outcome: Element) -> Value | None:
    base = outcome.get("baseType", "string")
    said = values(next(children(outcome, "defaultValue"), None))
    if not said and base in NUMERIC:
        return Value((0.0,))
    return Value(tuple(typed(each, base) for each in said)) if said else None


def _template_rule(template: str, outcome: str, declared: Mapping[str, Declared]) -> Element:
    """The rule a standard template stands for, applied to RESPONSE or to the only response there is."""
    name = template.rstrip("/").rpartition("/")[2].removesuffix(".xml").casefold()
    if name not in _TEMPLATES:
        raise NotUnderstood(f"template {template[-60:]}")
    response = "RESPONSE" if "RESPONSE" in declared or len(declared) != 1 else next(iter(declared))
    set_score = Element("setOutcomeValue", {"identifier": outcome})
    if name.endswith("map_response"):
        set_score.append(Element("mapResponse", {"identifier": response}))
        return set_score
    if name == "map_response_point":
        set_score.append(Element("mapResponsePoint", {"identifier": response}))
        return set_score
    return _match_rule(response, set_score)


def _match_rule(response: str, set_score: Element) -> Element:
    one = Element("baseValue", {"baseType": "float"})
    one.text = "1"
    set_score.append(one)
    match = Element("match")
    match.extend([Element("variable", {"identifier": response}), Element("correct", {"identifier": response})])
    branch, rule = Element("responseIf"), Element("responseCondition")
    branch.extend([match, set_score])
    rule.append(branch)
    return rule


def declared_judge(declared: list[Declared]) -> Scorer:
    """A judge for items without processing: one point when every response is what is declared."""

    def judge(responses: Responses) -> float:
        return float(all(_as_declared(own, list(responses.get(own.identifier, ()))) for own in declared))

    return judge


def _as_declared(own: Declared, given: list[str]) -> bool:
    if own.mapping and own.cardinality == "single":
        best = max(points for points, _ in own.mapping.values())
        return bool(given) and mapped(own, given) >= best
    wanted = list(own.correct)
    return bool(wanted) and (given == wanted if own.cardinality == "ordered" else sorted(given) == sorted(wanted))
