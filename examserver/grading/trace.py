"""Decides what a result and a result sheet say, from an opened session and the keys.

For: the people who approve results, the candidate who asks why, and any auditor. Source: `evidence.md`, "Traceable
result": for every item its version, position, the response step that decided it, the key and rule version, and the
points, and of a typed or composed answer which parts were right; nothing in it depends on who runs it or when.
An item that a person marks awaits its marks and has no points so far.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from examserver.grading.keyed import (
    ItemKey,
    expected_value,
    judge_answer,
    read_keys,
    score_answer,
    total,
    write_points,
)
from examserver.grading.marking.agreement import scaled
from examserver.grading.record import Answered, OpenedSession
from examserver.grading.scoring import has_answer
from examserver.kernel.canonical import digest_of
from examserver.kernel.errors import Broken, Json

RESULT_TYPE = "exam.result"
SHEET_TYPE = "exam.result-sheet"


class FormWithoutKey(Broken):
    code = "grading.form_without_key"
    message_zh = "答案包中没有试卷 {form} 的答案。"
    message_en = "The key package holds no keys of form {form}."
    next_zh = "请核对答案包与试卷包是否同一批。"
    next_en = "Check that key package and paper belong together."


@dataclass(frozen=True)
class Basis:
    """What all results of a run share."""

    run: str
    sitting: str
    record_digest: str
    key_package_digest: str
    key_version: int
    cut_score: str
    marks_digest: str | None = None

    def names(self) -> Json:
        """The files a result rests on, by their digests; marks only where a run took some in."""
        files: Json = {"record_digest": self.record_digest, "key_package_digest": self.key_package_digest}
        return files | ({"marks_digest": self.marks_digest} if self.marks_digest else {})


def keys_by_form(keys: Sequence[Json]) -> dict[str, dict[str, ItemKey]]:
    """The keys of every form of a key package."""
    return {str(one.get("form")): read_keys(one) for one in keys}


def grade_session(
    basis: Basis,
    result: str,
    opened: OpenedSession,
    keys: Mapping[str, Mapping[str, ItemKey]],
    marks: Mapping[tuple[str, str], Json] = MappingProxyType({}),
) -> Json:
    """The result of one session with its trace; answers to items the form lacks earn nothing. Raises FormWithoutKey.

    `marks` are the settled ones by session and item.
    """
    line = opened.line
    if line.form not in keys:
        raise FormWithoutKey(form=line.form)
    of_form = keys[line.form]
    mine = {item: marks[line.session, item] for item in of_form if (line.session, item) in marks}
    points = {item: _points(key, opened.answers.get(item), mine.get(item)) for item, key in of_form.items()}
    score = total(points)
    return {
        "result": result,
        "run": basis.run,
        "sitting": basis.sitting,
        "session": line.session,
        "ticket": line.ticket,
        "candidate": line.candidate,
        "form": line.form,
        "score": write_points(score),
        "max": write_points(total({item: key.points for item, key in of_form.items()})),
        "cut_score": basis.cut_score,
        "passed": score >= Decimal(basis.cut_score),
        "items": [
            _traced(basis, key, opened.answers.get(item), points[item], mine.get(item)) for item, key in of_form.items()
        ],
    } | basis.names()


def odd_answers(opened: OpenedSession, keys: Mapping[str, Mapping[str, ItemKey]]) -> list[str]:
    """The items the form lacks or whose value has another shape: only a tampered client sends these."""
    of_form = keys.get(opened.line.form, {})
    return sorted(
        item
        for item, answered in opened.answers.items()
        if item not in of_form or not expected_value(of_form[item], answered.value)
    )


def _points(key: ItemKey, answered: Answered | None, marked: Json | None) -> Decimal:
    if key.marked and marked is not None:
        return scaled(Decimal(marked["points"]), Decimal(marked["full"]), key.points)
    return score_answer(key, answered.value) if answered else Decimal(0)


def _traced(basis: Basis, key: ItemKey, answered: Answered | None, points: Decimal, marked: Json | None) -> Json:
    """One line of the trace."""
    value = answered.value if answered else None
    step = {"seq": answered.seq, "hash": answered.hash, "received_ms": answered.received_ms} if answered else None
    traced: Json = {
        "item": key.item,
        "code": key.code,
        "version": key.version,
        "position": key.position,
        "step": step,
        "value": list(value) if isinstance(value, tuple) else value,
        "key_version": basis.key_version,
        "rule": key.rule,
        "points": write_points(points),
        "max": write_points(key.points),
    }
    parts = [{"part": part.name, "right": part.right} for part in judge_answer(key, value)]
    if parts:
        traced["parts"] = parts
    if key.marked and has_answer(value):
        return traced | ({"marks": marked["marks"]} if marked else {"awaiting": True})
    return traced


def result_digest(body: Json) -> str:
    """The digest by which sheets and certificates name a result."""
    return digest_of(body, RESULT_TYPE, 1)


def sheet_body(basis: Basis, results: Sequence[Json], absent: Sequence[str]) -> Json:
    """The result sheet of a run: one line per session by ticket, and the tickets that were absent."""
    return {
        "run": basis.run,
        "sitting": basis.sitting,
        "cut_score": basis.cut_score,
        "results": [
            {
                "ticket": one["ticket"],
                "score": one["score"],
                "passed": one["passed"],
                "result_digest": result_digest(one),
            }
            for one in sorted(results, key=lambda one: str(one["ticket"]))
        ],
        "absent": sorted(absent),
    } | basis.names()
