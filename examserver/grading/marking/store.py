"""Files the responses of a run that persons have to mark, and gives back what their marks have come to.

Called by runs: the first run of a record files its responses without names; a later run takes the settled marks in.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from examserver.grading.keyed import ItemKey, write_points
from examserver.grading.marking.document import MARKS_TYPE, MarkedResponse, lines_of, marks_body
from examserver.grading.marking.tables import (
    QuestionRow,
    ResponseRow,
    load_question,
    marks_by_response,
    responses_of_record,
)
from examserver.grading.tables import RunRow
from examserver.kernel.calendar import local_day
from examserver.kernel.canonical import digest_of
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.documents import read_document, sign_document
from examserver.kernel.errors import Json
from examserver.kernel.policy import integer_on
from examserver.planning.tables import load_plan
from examserver.plumbing.files import Vault
from examserver.plumbing.policies import load_profile
from examserver.plumbing.work import Work

Keys = Mapping[str, Mapping[str, ItemKey]]


def file_responses(work: Work, run: RunRow, bodies: Iterable[Json], keys: Keys) -> int:
    """Keep every answer that awaits marks, once per record; gives how many of the run's items await them."""
    known = {row.id for row in responses_of_record(work.session, run.record_digest)}
    count = 0
    for body in bodies:
        for line in body["items"]:
            if not line.get("awaiting"):
                continue
            count += 1
            key = keys[str(body["form"])][str(line["item"])]
            row = _response(run, body, line, _question(work, run, key).id)
            if row.id not in known:
                work.session.add(row)
                known.add(row.id)
    return count


def _response(run: RunRow, body: Json, line: Json, question: str) -> ResponseRow:
    named = {"record": run.record_digest, "session": body["session"], "item": line["item"]}
    return ResponseRow(
        id="rsp_" + digest_of(named, "exam.response-id", 1)[7:27],
        question=question,
        sitting=run.sitting,
        record_digest=run.record_digest,
        session=body["session"],
        item=line["item"],
        value=line["value"],
    )


def _question(work: Work, run: RunRow, key: ItemKey) -> QuestionRow:
    """The question of a key, filed when it is met for the first time."""
    named = {"keys": run.key_package_digest, "code": key.code, "version": key.version}
    question_id = "mqu_" + digest_of(named, "exam.marking-question", 1)[7:27]
    known = work.session.get(QuestionRow, question_id)
    if known is not None:
        return known
    full = sum((Decimal(one["points"]) for one in key.scoring["rubric"]), Decimal(0))
    row = QuestionRow(
        id=question_id,
        key_package_digest=run.key_package_digest,
        code=key.code,
        version=key.version,
        type=key.type,
        full=write_points(full),
        limit_percent=_limit(work, run),
        scoring=key.scoring,
        shown=key.question,
    )
    work.session.add(row)
    work.session.flush()
    return row


def _limit(work: Work, run: RunRow) -> int:
    plan = load_plan(work.session, run.plan)
    return integer_on(load_profile(plan.profile), "marking_difference_percent", local_day(plan.starts_ms))


def marked_responses(work: Work, record_digest: str) -> list[MarkedResponse]:
    """Every filed response of a record with its marks so far."""
    rows = responses_of_record(work.session, record_digest)
    marks = marks_by_response(work.session, rows)
    questions = {name: load_question(work.session, name) for name in {row.question for row in rows}}
    return [_marked(row, questions[row.question], [mark.points for mark in marks[row.id]]) for row in rows]


def _marked(row: ResponseRow, question: QuestionRow, marks: list[dict[str, str]]) -> MarkedResponse:
    return MarkedResponse(
        row.session, row.item, question.code, question.version, Decimal(question.full), question.limit_percent,
        tuple(marks),
    )  # fmt: skip


def seal_marks(work: Work, vault: Vault, sitting: str, record_digest: str) -> str | None:
    """Sign and keep the settled marks of a record; gives the file's digest, None when nothing is settled."""
    body = marks_body(sitting, record_digest, marked_responses(work, record_digest))
    if not body["responses"]:
        return None
    return vault.put(sign_document(body, MARKS_TYPE, 1, [Signer("authority", "authority", work.runtime.keys.signing)]))


def read_marks_file(vault: Vault, marks_digest: str | None) -> dict[tuple[str, str], Json]:
    """The settled responses a run took in, by session and item."""
    if marks_digest is None:
        return {}
    return lines_of(read_document(vault.get(marks_digest), MARKS_TYPE).body)
