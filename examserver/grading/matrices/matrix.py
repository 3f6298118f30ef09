"""Decides what the bank is told of a graded sitting: answers without persons, and the candidates' remarks on items.

For item statistics. Source: architecture, "response matrix: pseudonymous responses for item statistics". A matrix holds
no name, ticket, seat or time of day; its lines stand in an order drawn from a salt that nobody keeps. Long answers are
left out, only their points go over: what somebody wrote may tell who they are.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from examserver.kernel.errors import Json

MATRIX_TYPE = "exam.response-matrix"
LONGEST_VALUE = 200
LONGEST_REMARK = 1000


@dataclass(frozen=True)
class MatrixFacts:
    """What all lines share: which sitting, which paper, which standard, when it was held."""

    sitting: str
    run: str
    paper: str
    manifest_digest: str
    key_version: int
    occupation_code: str
    level: str
    institution: str
    held_ms: int


@dataclass(frozen=True)
class Line:
    """One examined candidate: the body of the approved result, milliseconds spent per item, groups to compare."""

    result: Json
    spent: Mapping[str, int]
    groups: Mapping[str, str]


def matrix_body(facts: MatrixFacts, lines: Sequence[Line], remarks: Sequence[Json], salt: bytes) -> Json:
    """The matrix: per form its items, per person the form, the groups and [value, points, ms] in the order of items."""
    drawn = sorted(lines, key=lambda line: hashlib.sha256(salt + str(line.result["session"]).encode()).digest())
    forms: dict[str, list[Json]] = {}
    for line in drawn:
        forms.setdefault(str(line.result["form"]), [_item(one) for one in line.result["items"]])
    return {
        **vars(facts),
        "groups": sorted({name for line in lines for name in line.groups}),
        "forms": [{"form": form, "items": forms[form]} for form in sorted(forms)],
        "persons": [_person(line) for line in drawn],
        "remarks": sorted(remarks, key=lambda one: (str(one["code"]), str(one["text"]))),
    }


def _item(traced: Json) -> Json:
    return {name: traced[name] for name in ("item", "code", "version", "max")}


def _person(line: Line) -> Json:
    answers = [[_short(one["value"]), one["points"], line.spent.get(one["item"], 0)] for one in line.result["items"]]
    return {"form": line.result["form"], "groups": dict(line.groups), "answers": answers}


def _short(value: object) -> object:
    """The answer where it is a choice or a few words; None where it was left out or is too long to go over."""
    if isinstance(value, str):
        return value if 0 < len(value) <= LONGEST_VALUE else None
    if isinstance(value, list) and value and sum(len(str(part)) for part in value) <= LONGEST_VALUE:
        return value
    return None


def remarks_of(
    incidents: Sequence[Json], form_of: Mapping[str, str], items: Mapping[str, Mapping[str, Json]]
) -> list[Json]:
    """Remarks on items as code, version and words; `form_of` names a session's form, `items` its items by position."""
    found = []
    for one in incidents:
        place, _, text = str(one.get("text", "")).partition(": ")
        item = items.get(form_of.get(str(one.get("session")), ""), {}).get(place)
        if one.get("kind") == "item_remark" and item is not None and text:
            found.append({"code": item["code"], "version": item["version"], "text": text[:LONGEST_REMARK]})
    return found
