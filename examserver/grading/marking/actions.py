"""What can be done in marking: see the questions, take the next response, give points, see how far it is.

Two persons mark every response without seeing each other's points or whose it is; a third where they are far apart. The
same person never marks a response twice: the table's own key says so too.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from examserver.grading.keyed import write_points
from examserver.grading.marking.agreement import READINGS, read_marks, settled, wanted
from examserver.grading.marking.schemas import MarkingProgress, MarkingQuestion, MarkRequest
from examserver.grading.marking.store import marked_responses
from examserver.grading.marking.tables import (
    MarkRow,
    QuestionRow,
    ResponseRow,
    all_questions,
    load_question,
    load_response,
    marks_by_response,
    responses_of,
)
from examserver.grading.tables import load_record
from examserver.kernel.errors import Refused
from examserver.kernel.seeds import Draw
from examserver.plumbing.work import Work


class MarkedAlready(Refused):
    """This person has marked the response, or enough persons have."""

    code = "marking.done"
    message_zh = "该作答您已评过，或已有足够的人评阅。"
    message_en = "You have marked this response, or enough persons have."
    next_zh = "请继续评下一份。"
    next_en = "Go on with the next one."


def _totals(marks: Sequence[MarkRow]) -> list[Decimal]:
    return [Decimal(mark.total) for mark in marks]


def _open_for(question: QuestionRow, marks: Sequence[MarkRow], account: str) -> bool:
    """Whether this person may mark a response with these marks."""
    if account in {mark.account for mark in marks}:
        return False
    return wanted(_totals(marks), Decimal(question.full), question.limit_percent) > 0


def question_view(work: Work, question: QuestionRow) -> MarkingQuestion:
    """A question with what is left of it for this person."""
    rows = responses_of(work.session, question.id)
    marks, me, full = marks_by_response(work.session, rows), work.actor.id, Decimal(question.full)
    done = [settled(_totals(marks[row.id]), full, question.limit_percent) is not None for row in rows]
    third = [len(marks[row.id]) == READINGS and not one for row, one in zip(rows, done, strict=True)]
    return MarkingQuestion(
        id=question.id,
        code=question.code,
        type=question.type,
        full=question.full,
        responses=len(rows),
        settled=sum(done),
        third=sum(third),
        mine=sum(me in {mark.account for mark in marks[row.id]} for row in rows),
        left=sum(_open_for(question, marks[row.id], me) for row in rows),
    )


def list_questions(work: Work) -> list[MarkingQuestion]:
    """Every question, with what is left for this person."""
    return [question_view(work, question) for question in all_questions(work.session)]


def next_task(work: Work, question_id: str) -> tuple[QuestionRow, ResponseRow | None, bool]:
    """The next response to mark: one begun by somebody else first; the reading is recorded."""
    question = load_question(work.session, question_id)
    rows = responses_of(work.session, question_id)
    marks = marks_by_response(work.session, rows)
    mine = [row for row in rows if _open_for(question, marks[row.id], work.actor.id)]
    order = {row.id: at for at, row in enumerate(Draw(work.actor.id, f"marking {question_id}").shuffled(mine))}
    chosen = min(mine, key=lambda row: (-len(marks[row.id]), order[row.id]), default=None)
    if chosen is not None:
        work.record("response.read", chosen.id, question=question.code)
    return question, chosen, chosen is not None and len(marks[chosen.id]) >= READINGS


def give_mark(work: Work, response_id: str, asked: MarkRequest) -> MarkRow:
    """Add this person's points; raises PointsMalformed or MarkedAlready."""
    response = load_response(work.session, response_id, lock=True)
    question = load_question(work.session, response.question)
    total = read_marks(question.scoring["rubric"], asked.points)
    present = marks_by_response(work.session, [response])[response.id]
    if not _open_for(question, present, work.actor.id):
        raise MarkedAlready()
    row = MarkRow(
        id=work.new_id("mrk"),
        response=response.id,
        account=work.actor.id,
        reading=len(present) + 1,
        points=dict(asked.points),
        total=write_points(total),
        note=asked.note,
        at_ms=work.now_ms,
    )
    work.session.add(row)
    work.record("response.marked", response.id, question=question.code, reading=row.reading, total=row.total)
    return row


def progress_of(work: Work, sitting: str) -> MarkingProgress:
    """How far the marking of a sitting's record is; raises NoSuchRecord."""
    record = load_record(work.session, sitting)
    found = marked_responses(work, record.digest)
    counts = [len(one.marks) for one in found if one.agreed is None]
    return MarkingProgress(
        sitting=sitting,
        responses=len(found),
        settled=len(found) - len(counts),
        once=counts.count(1),
        third=counts.count(READINGS),
        unmarked=counts.count(0),
    )


def task_value(response: ResponseRow | None) -> Any:
    """What the candidate wrote or drew; None when nothing is left to mark."""
    return response.value if response is not None else None
