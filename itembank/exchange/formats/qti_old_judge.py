"""What the response processing of a QTI 1.2 item gives for a response: conditions one after the other, then a score.

For `qti_old.py`. Canvas, Blackboard and Respondus leave out `continue` where they add up; there an addition goes on and
a setting stops. Percentages beyond the declared maximum stay percentages. Source: QTI 1.2 ASI binding.
"""

from collections.abc import Mapping
from math import isfinite
from xml.etree.ElementTree import Element

from itembank.exchange.formats.qti_operators import NotUnderstood, Responses, Scorer, number_in
from itembank.exchange.formats.qti_xml import children, first, number_of

_BOUNDS: Mapping[str, int] = {"vargte": 0, "varlte": 1, "vargt": 2, "varlt": 3}


def old_judge(item: Element) -> Scorer | None:
    """The item's own judge; None when it judges nothing."""
    processing = first(item, "resprocessing")
    if processing is None or first(processing, "setvar") is None:
        return None
    variable = processing.find("outcomes/decvar")
    start = number_of(None if variable is None else variable.get("defaultval"), 0)
    least = number_of(None if variable is None else variable.get("minvalue"), float("-inf"))
    conditions = [each for each in processing.iter("respcondition") if first(each, "setvar") is not None]
    ordered = {each.get("ident", "") for each in item.iter("response_lid") if each.get("rcardinality") == "Ordered"}

    def judge(responses: Responses) -> float:
        score = start
        for condition in conditions:
            if not _met(condition, responses, ordered):
                continue
            score, goes_on = _scored(condition, score)
            if not goes_on:
                break
        if not isfinite(score):
            raise NotUnderstood("setvar")
        return max(least, score)

    return judge


def _met(condition: Element, responses: Responses, ordered: set[str]) -> bool:
    return all(_holds_all(each, responses, ordered) for each in children(condition, "conditionvar"))


def _holds_all(group: Element, responses: Responses, ordered: set[str]) -> bool:
    """Whether every test of a group holds; several values of an ordered response are a sequence."""
    sequences: dict[str, list[str]] = {}
    for test in group:
        identifier = test.get("respident", "")
        if test.tag == "varequal" and identifier in ordered:
            sequences.setdefault(identifier, []).append((test.text or "").strip())
        elif not _holds(test, responses, ordered):
            return False
    return all(list(responses.get(identifier, ())) == wanted for identifier, wanted in sequences.items())


def _holds(test: Element, responses: Responses, ordered: set[str]) -> bool:
    given, wanted = responses.get(test.get("respident", ""), ()), (test.text or "").strip()
    if test.tag == "varequal":
        return _equals(given, wanted, test.get("case", "No") == "Yes")
    if test.tag in _BOUNDS:
        return any(_within(test.tag, number_in(each), number_in(wanted)) for each in given)
    if test.tag == "and":
        return _holds_all(test, responses, ordered)
    if test.tag == "or":
        return any(_holds(each, responses, ordered) for each in test)
    if test.tag == "not":
        return not any(_holds(each, responses, ordered) for each in test)
    if test.tag == "other":
        return True
    if test.tag == "unanswered":
        return not given
    if test.tag == "var_extension" or test.tag == "qticomment":
        return True
    raise NotUnderstood(test.tag)


def _equals(given: tuple[str, ...] | list[str] | object, wanted: str, exact: bool) -> bool:
    texts = [str(each).strip() for each in given] if isinstance(given, list | tuple) else []
    if exact:
        return wanted in texts
    folded = wanted.casefold()
    return any(text.casefold() == folded or _same_number(text, wanted) for text in texts)


def _same_number(text: str, wanted: str) -> bool:
    return "." in wanted and number_in(text) == number_in(wanted)


def _within(test: str, given: float, bound: float) -> bool:
    return (given >= bound, given <= bound, given > bound, given < bound)[_BOUNDS[test]]


def _scored(condition: Element, score: float) -> tuple[float, bool]:
    """The score after a condition that holds, and whether the next ones are still asked."""
    action = "Set"
    for setting in condition.iter("setvar"):
        action, amount = setting.get("action", "Set"), number_of((setting.text or "").strip() or None, 0)
        if action == "Add":
            score += amount
        elif action == "Subtract":
            score -= amount
        elif action == "Multiply":
            score *= amount
        elif action == "Divide":
            score = score / amount if amount else score
        else:
            score = amount
    goes_on = condition.get("continue")
    return score, goes_on == "Yes" or (goes_on is None and action == "Add")
