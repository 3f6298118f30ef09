"""Verifies results and result sheets from their files alone, for approvers, candidates and auditors.

Follows `examserver/docs/formats.md`, "Result". With the sitting record and the key package as companions and the
grading key in the opener, the score is computed again from the sealed answers, without the code that graded.
"""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path

from examserver.grading.keyed import read_keys
from examserver.grading.recheck import awaits_marks, marked_worth, worth
from examserver.grading.record import open_record_key, open_session, read_record
from examserver.kernel.canonical import digest, digest_of
from examserver.kernel.checklist import Checklist
from examserver.kernel.checks import Report
from examserver.kernel.crypto.keys import SealingKey
from examserver.kernel.documents import Document, Trust, check_signatures, read_document
from examserver.kernel.errors import Json
from examserver.kernel.fields import Fields
from examserver.kernel.opener import Opener
from itembank.papers.opening import open_key_package, read_key_package

Fault = tuple[str, str]


def verify_result(path: Path, trust: Trust | None, opener: Opener | None) -> Report:
    """Checks one result: signature, arithmetic, and with companions and key the score itself."""
    checks = Checklist(path.name)
    document = _document(path, "exam.result", checks)
    if document is not None:
        checks.extend(check_signatures(document, trust, {"authority"}))
        if checks.attempt("result_complete", "every field is there and of its kind", _read_result, document.body):
            _check_arithmetic(document.body, checks)
            _rescore(document.body, opener, checks)
    return checks.report(path, "result")


def verify_result_sheet(path: Path, trust: Trust | None, opener: Opener | None) -> Report:
    """Checks the result sheet of a run; with results among the companions also that they are the ones listed."""
    checks = Checklist(path.name)
    document = _document(path, "exam.result-sheet", checks)
    if document is not None:
        checks.extend(check_signatures(document, trust, {"authority"}))
        if checks.attempt("sheet_complete", "every field is there and of its kind", _read_sheet, document.body):
            _check_sheet(document.body, checks)
            _check_listed(document.body, opener, checks)
    return checks.report(path, "result sheet")


def _document(path: Path, kind: str, checks: Checklist) -> Document | None:
    try:
        data = path.read_bytes()
    except OSError as error:
        checks.hold("file_readable", False, f"the file cannot be read: {error.strerror}")
        return None
    return checks.attempt("document_readable", f"digest {digest(data)}", read_document, data, kind)


def _read_result(body: Json) -> bool:
    fields = Fields(body, "result")
    for name in ("result", "run", "sitting", "session", "ticket", "candidate", "form", "score", "max", "cut_score"):
        fields.text(name, 80)
    fields.flag("passed")
    fields.digest("record_digest")
    fields.digest("key_package_digest")
    for one in fields.many("items", 10_000):
        for name in ("item", "code", "rule", "points", "max"):
            one.text(name, 80)
        for name in ("version", "position", "key_version"):
            one.integer(name, 1)
        one.any("value")
        step = one.any("step")
        if step is not None:
            inner = one.within("step")
            inner.integer("seq", 1)
            inner.digest("hash")
            inner.integer("received_ms")
            inner.finish()
        _read_parts(one)
        one.finish()
    if fields.has("marks_digest"):
        fields.digest("marks_digest")
    fields.finish()
    return True


def _read_parts(one: Fields) -> None:
    """What of a composed answer was right, and whether a person still has to mark it."""
    for part in one.many("parts", 100) if one.has("parts") else ():
        part.text("part", 16)
        part.flag("right")
        part.finish()
    for mark in one.values("marks", 3) if one.has("marks") else ():
        Fields(mark, "marks").all()
    if one.has("awaiting"):
        one.flag("awaiting")


def _number(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _check_arithmetic(body: Json, checks: Checklist) -> None:
    checks.each("items_scored", _item_faults(body), f"{len(body['items'])} items, each within its points")
    summed = sum((_number(one["points"]) or Decimal(0) for one in body["items"]), Decimal(0))
    place = f"ticket {body['ticket']} score"
    checks.hold(
        "score_adds_up", summed == _number(body["score"]), f"items add up to {summed}, score {body['score']}", place
    )
    most = sum((_number(one["max"]) or Decimal(0) for one in body["items"]), Decimal(0))
    checks.hold("max_adds_up", most == _number(body["max"]), f"items add up to {most}, max {body['max']}", place)
    score, cut = _number(body["score"]), _number(body["cut_score"])
    right = score is not None and cut is not None and (score >= cut) == body["passed"]
    checks.hold("passed_follows", right, f"score {body['score']}, cut score {body['cut_score']}", place)


def _item_faults(body: Json) -> Iterator[Fault]:
    for position, one in enumerate(body["items"], start=1):
        points, most = _number(one["points"]), _number(one["max"])
        if points is None or most is None or not 0 <= points <= most:
            yield f"item {one['item']}", f"{one['points']} points of {one['max']}"
        if one["position"] != position:
            yield f"item {one['item']}", f"position {one['position']}, expected {position}"
        if one["step"] is None and (one["value"] is not None or points):
            yield f"item {one['item']}", "points or a value without an answer step"


def _rescore(body: Json, opener: Opener | None, checks: Checklist) -> None:
    """Compute the result again when record, key package and grading key were given."""
    files = {digest(path.read_bytes()): path for path in opener.companions if path.is_file()} if opener else {}
    record, keys = files.get(body["record_digest"]), files.get(body["key_package_digest"])
    marks = files.get(str(body.get("marks_digest")))
    if opener is None or record is None or keys is None or (body.get("marks_digest") and marks is None):
        return
    detail, lines = "from the sealed answers and keys", marked_lines(marks, body["session"])
    for key in opener.sealing_keys():
        faults = checks.attempt("rescored", detail, _differences, body, record, keys, key, lines)
        if faults is not None:
            checks.each("score_recomputed", faults, f"the sealed answers give {body['score']}")
            return


def marked_lines(path: Path | None, session: str) -> dict[str, Json]:
    """The lines of a file of marks about one session, by item."""
    body = read_document(path.read_bytes(), "exam.marks").body if path is not None else {"responses": []}
    return {line["item"]: line for line in body["responses"] if line["session"] == session}


def _differences(
    body: Json, record_path: Path, keys_path: Path, grading_key: SealingKey, marks: dict[str, Json]
) -> list[Fault]:
    """Where the result differs from what the sealed answers and keys give."""
    record = read_record(record_path.read_bytes())
    lines = [line for line in record.sessions if line.session == body["session"]]
    if not lines:
        return [(f"session {body['session']}", "the record has no such session")]
    opened = open_session(record, open_record_key(record, grading_key), lines[0])
    package = read_key_package(keys_path.read_bytes())
    forms = {one.get("form"): one for one in open_key_package(package, grading_key)}
    of_form = read_keys(forms[body["form"]]) if body["form"] in forms else {}
    faults = [] if list(of_form) == [one["item"] for one in body["items"]] else [("items", "not the items of the form")]
    for one in body["items"]:
        answered, keyed = opened.answers.get(one["item"]), of_form.get(one["item"])
        value = list(answered.value) if answered and isinstance(answered.value, tuple) else answered and answered.value
        key = forms[body["form"]]["items"][one["item"]] if keyed is not None else None
        points = _worth(key, value, marks.get(one["item"])) if key else Fraction(0)
        expected = Decimal(points.numerator) / Decimal(points.denominator)
        step = {"seq": answered.seq, "hash": answered.hash, "received_ms": answered.received_ms} if answered else None
        if step != one["step"]:
            faults.append((f"item {one['item']}", f"the record says step {step}, the result {one['step']}"))
        if keyed is not None and (keyed.code, keyed.version, keyed.rule) != (one["code"], one["version"], one["rule"]):
            faults.append((f"item {one['item']}", f"the key is for {keyed.code} version {keyed.version}, {keyed.rule}"))
        if value != one["value"]:
            faults.append((f"item {one['item']}", f"the record says {value}, the result {one['value']}"))
        if _number(one["points"]) != expected:
            faults.append((f"item {one['item']}", f"the key gives {expected} points, the result {one['points']}"))
    return faults


def _worth(key: Json, value: object, marked: Json | None) -> Fraction:
    """What an item is worth by its key, or by its marks where persons mark."""
    return marked_worth(key, marked) if awaits_marks(key) else worth(key, value)


def _read_sheet(body: Json) -> bool:
    fields = Fields(body, "sheet")
    for name in ("run", "sitting", "cut_score"):
        fields.text(name, 80)
    fields.digest("record_digest")
    fields.digest("key_package_digest")
    for one in fields.many("results", 20_000):
        one.text("ticket", 80)
        one.text("score", 20)
        one.flag("passed")
        one.digest("result_digest")
        one.finish()
    fields.texts("absent", 20_000)
    if fields.has("marks_digest"):
        fields.digest("marks_digest")
    fields.finish()
    return True


def _check_sheet(body: Json, checks: Checklist) -> None:
    tickets = [one["ticket"] for one in body["results"]]
    everybody = tickets + body["absent"]
    twice = (
        sorted({one for one in everybody if everybody.count(one) > 1}) if len(set(everybody)) < len(everybody) else []
    )
    checks.each("tickets_distinct", ((one, "listed twice") for one in twice), f"{len(everybody)} tickets")
    checks.hold("sheet_in_order", tickets == sorted(tickets), "results are listed by ticket")
    checks.each("passed_follows", _verdict_faults(body), f"cut score {body['cut_score']}")


def _verdict_faults(body: Json) -> Iterator[Fault]:
    cut = _number(body["cut_score"])
    for one in body["results"]:
        score = _number(one["score"])
        if score is None or cut is None or (score >= cut) != one["passed"]:
            yield f"ticket {one['ticket']}", f"score {one['score']} is marked {'passed' if one['passed'] else 'failed'}"


def _check_listed(body: Json, opener: Opener | None, checks: Checklist) -> None:
    """Compare result files given beside the sheet with its lines."""
    lines = {one["ticket"]: one for one in body["results"]}
    for path in opener.companions if opener else ():
        if path.name.endswith(".result.json"):
            found = read_document(path.read_bytes(), "exam.result").body
            line = lines.get(found.get("ticket"))
            same = line is not None and line["result_digest"] == digest_of(found, "exam.result", 1)
            checks.hold("result_listed", same, "the sheet names this result", path.name)
