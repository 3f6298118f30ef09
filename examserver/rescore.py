"""Scores a sitting again from its sealed record and the answer keys, and compares with the published results.

Shares no code with what graded: the points come from the second scoring, `grading/recheck.py`, written from
`examserver/docs/formats.md`, "Results". Given the record, with the key package and the result sheet as companions and
the authority's key to open both.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from examserver.grading.recheck import awaits_marks, marked_worth, worth
from examserver.kernel.archive import read_archive
from examserver.kernel.canonical import digest, encode, unb64u
from examserver.kernel.checklist import Checklist
from examserver.kernel.checks import Report
from examserver.kernel.crypto.keys import SealingKey
from examserver.kernel.crypto.seal import open_bytes, open_with
from examserver.kernel.documents import Document, Trust, check_signatures, read_document
from examserver.kernel.errors import ExamError, Invalid, Json
from examserver.kernel.fields import Fields, parse_json
from examserver.kernel.opener import Opener

EXAMINED = ("submitted", "closed")


class CannotRescore(Invalid):
    """Something a rescoring needs is missing."""

    code = "rescore.incomplete"
    message_zh = "无法重新评分:缺少{what_zh}"
    message_en = "The sitting cannot be scored again: {what_en} is missing"
    next_zh = "请用 --with 给出答案包和成绩单,用 --open-with 给出主管机构密钥"
    next_en = "Give key package and result sheet with --with, and the authority's key with --open-with"


@dataclass
class Material:
    """What was found among the companions: answer keys by form, and the result sheet."""

    keys: dict[str, Json] = field(default_factory=dict)
    key_digests: set[str] = field(default_factory=set)
    sheets: list[Document] = field(default_factory=list)
    marks: dict[str, dict[tuple[str, str], Json]] = field(default_factory=dict)


@dataclass(frozen=True)
class Scored:
    """One candidate's score as recomputed."""

    ticket: str
    session: str
    score: Decimal


def number(text: object, place: str) -> Decimal:
    """A score written as a decimal string; raises CannotRescore."""
    try:
        value = Decimal(str(text))
    except InvalidOperation:
        value = Decimal("NaN")
    if not isinstance(text, str) or not value.is_finite():
        raise CannotRescore(what_zh=f" {place} 的分数", what_en=f"a score at {place}")
    return value


def last_answers(entries: Sequence[Json]) -> dict[str, Any]:
    """The last acknowledged answer of each item is the submission."""
    answers: dict[str, Any] = {}
    for entry in entries:
        if entry["step"]["kind"] == "answer":
            answers[entry["step"]["item"]] = entry["step"]["value"]
    return answers


def points_of(key: Json, value: Any, marked: Json | None, place: str) -> Decimal:
    """The points of an answer under its key, or by its marks; raises CannotRescore where it cannot be scored."""
    try:
        points = marked_worth(key, marked) if awaits_marks(key) else worth(key, value)
    except (KeyError, TypeError, ValueError, ArithmeticError):
        raise CannotRescore(what_zh=f" {place} 可用的评分规则", what_en=f"a usable scoring rule for {place}") from None
    return Decimal(points.numerator) / Decimal(points.denominator)


def chain_head(document: Json) -> str:
    """The head recomputed from a session's header and steps; names the first step that breaks the chain."""
    link = hashlib.sha256(encode(document["header"], "exam.session", 1)).digest()
    for place, entry in enumerate(document["entries"], 1):
        step = entry["step"]
        if step["seq"] != place or step["prev"] != f"sha256:{link.hex()}":
            return f"broken at step {place} received at {entry['received_ms']}"
        link = hashlib.sha256(link + encode(step, "exam.step", 1)).digest()
    return f"sha256:{link.hex()}"


def _sealing_key(opener: Opener | None, sealed: bytes, info: bytes, what_zh: str, what_en: str) -> bytes:
    """What some given key opens; raises CannotRescore when none does."""
    keys: tuple[SealingKey, ...] = opener.sealing_keys() if opener else ()
    for key in keys:
        try:
            return open_with(key, sealed, info, what_en)
        except ExamError:
            continue
    raise CannotRescore(what_zh=what_zh, what_en=what_en)


def _add_keys(material: Material, data: bytes, document: Document, opener: Opener | None) -> None:
    fields = Fields(document.body, "keys")
    context = encode(
        {"paper": fields.text("paper"), "manifest_digest": fields.digest("manifest_digest")}, "exam.keys-aad", 1
    )
    wrapped = _sealing_key(
        opener, fields.binary("wrapped_key"), context, "打开答案包的密钥", "a key for the answer keys"
    )
    plaintext = open_bytes(wrapped, fields.binary("ciphertext"), context, "key package")
    for form in parse_json(plaintext, "keys")["forms"]:
        material.keys[form["form"]] = form["items"]
    material.key_digests.add(digest(data))


def _lineages(opener: Opener | None, manifests: Sequence[str], trust: Trust | None) -> set[str]:
    """The record's manifests, and those they were re-sealed from as the signed packages beside it say."""
    known = set(manifests)
    for path in opener.companions if opener else ():
        try:
            data = path.read_bytes()
            file = read_archive(data).get("manifest.json", b"") if data[:2] == b"PK" else data
            document = read_document(file, "exam.paper-manifest")
        except (OSError, ExamError):
            continue
        signed = all(check.ok for check in check_signatures(document, trust, {"bank"}))
        if signed and digest(file) in manifests:
            known |= set(document.body.get("reseal", {}).get("supersedes", []))
    return known


def _gather(opener: Opener | None, manifests: Sequence[str], trust: Trust | None, checks: Checklist) -> Material:
    """Key packages of the record's papers and the result sheets among the companions, their signatures checked."""
    material, known = Material(), _lineages(opener, manifests, trust)
    for path in opener.companions if opener else ():
        try:
            data = path.read_bytes()
            document = read_document(data) if data[:1] == b"{" else None
        except (OSError, ExamError):
            continue
        if document is None:
            continue
        if document.type == "exam.key-package" and document.body.get("manifest_digest") in known:
            checks.extend(check_signatures(document, trust, {"bank"}))
            _add_keys(material, data, document, opener)
        elif document.type == "exam.marks":
            checks.extend(check_signatures(document, trust, {"authority"}))
            lines = document.body["responses"]
            material.marks[digest(data)] = {(line["session"], line["item"]): line for line in lines}
        elif document.type == "exam.result-sheet":
            material.sheets.append(document)
    return material


def _session(entries: dict[str, bytes], record_key: bytes, sitting: str, row: Json) -> Json:
    """The session document behind a row of the record; raises when it does not open."""
    sealed = entries.get(f"sessions/{row['session']}.bin", b"")
    aad = encode({"sitting": sitting, "session": row["session"]}, "exam.session-aad", 1)
    document: Json = parse_json(open_bytes(record_key, sealed, aad, f"session {row['session']}"), row["session"])
    return document


def _chain_faults(documents: Sequence[tuple[Json, Json]]) -> Iterator[tuple[str, str]]:
    for document, row in documents:
        head = chain_head(document)
        if not head == row["head"] == document["head"]:
            yield f"session {row['session']} ticket {row['ticket']}", f"{head}; the record says {row['head']}"


def _scored(document: Json, row: Json, material: Material, marks: dict[tuple[str, str], Json]) -> Scored:
    keys = material.keys.get(row["form"])
    if keys is None:
        raise CannotRescore(what_zh="该卷答案包", what_en=f"the key of form {row['form']}")
    answers, place = last_answers(document["entries"]), f"session {row['session']} ticket {row['ticket']}"
    points = (
        points_of(key, answers.get(item), marks.get((row["session"], item)), f"{place} {item}")
        for item, key in keys.items()
    )
    score = sum(points, Decimal(0))
    return Scored(row["ticket"], row["session"], score)


def _differences(scored: Sequence[Scored], sheet: Json) -> Iterator[tuple[str, str]]:
    published = {row["ticket"]: row for row in sheet["results"]}
    for one in scored:
        row = published.pop(one.ticket, None)
        if row is None:
            yield f"ticket {one.ticket}", f"answered (score {one.score}) but has no result"
        elif number(row["score"], one.ticket) != one.score:
            yield f"ticket {one.ticket}", f"the result says {row['score']}, the answers give {one.score}"
    for ticket, row in published.items():
        yield f"ticket {ticket}", f"has a result ({row['score']}) but no answers in the record"


def _passes(sheet: Json) -> Iterator[tuple[str, str]]:
    cut = number(sheet["cut_score"], "cut_score")
    for row in sheet["results"]:
        if row["passed"] is not (number(row["score"], row["ticket"]) >= cut):
            yield (
                f"ticket {row['ticket']}",
                f"score {row['score']} with cut score {cut} is said to be passed={row['passed']}",
            )


def _marks_of(sheet: Document, material: Material) -> dict[tuple[str, str], Json]:
    """The marks a sheet rests on; raises CannotRescore where their file is not given."""
    named = sheet.body.get("marks_digest")
    if named is not None and named not in material.marks:
        raise CannotRescore(what_zh="评阅分文件", what_en="the file of marks")
    return material.marks.get(str(named), {})


def verify_rescore(path: Path, trust: Trust | None, opener: Opener | None) -> Report:
    """Scores the record again and compares each candidate; raises CannotRescore or what a malformed file raises."""
    checks = Checklist(path.name)
    data = path.read_bytes()
    entries = read_archive(data)
    record = read_document(entries["record.json"], "exam.sitting-record")
    checks.extend(check_signatures(record, trust, {"hall"}))
    fields = Fields(record.body, "record")
    sitting = fields.text("sitting")
    info = encode({"sitting": sitting}, "exam.record-info", 1)
    wrapped = unb64u(fields.text("wrapped_key"))
    record_key = _sealing_key(opener, wrapped, info, "打开考场记录的密钥", "a key for the sitting record")
    material = _gather(opener, fields.texts("manifests"), trust, checks)
    rows: list[Json] = fields.values("sessions")
    documents = [(_session(entries, record_key, sitting, row), row) for row in rows]
    checks.each("answers_chain", _chain_faults(documents), f"{len(rows)} sessions, every step in its place")
    examined = [(document, row) for document, row in documents if row["state"] in EXAMINED or row["steps"]]
    sheets = [sheet for sheet in material.sheets if sheet.body.get("sitting") == sitting]
    if not sheets:
        raise CannotRescore(what_zh="成绩单", what_en="the result sheet")
    for sheet in sheets:
        checks.extend(check_signatures(sheet, trust, {"authority"}))
        same = sheet.body["record_digest"] == digest(data)
        checks.hold("results_for_record", same, str(sheet.body["record_digest"]), "sheet")
        scored = [_scored(*one, material, _marks_of(sheet, material)) for one in examined]
        keys_named = sheet.body["key_package_digest"] in material.key_digests
        checks.hold("results_for_keys", keys_named, str(sheet.body["key_package_digest"]), "sheet")
        checks.each("scores_same", _differences(scored, sheet.body), f"{len(scored)} candidates scored again")
        absent = sorted({*fields.texts("absent"), *(row["ticket"] for row in rows)} - {one.ticket for one in scored})
        checks.hold("absent_same", sheet.body["absent"] == absent, f"{len(absent)} absent: {absent[:20]}", "sheet")
        checks.each("passes_same", _passes(sheet.body), "passed exactly at or above the cut score")
    return checks.report(path, "sitting scored again")
