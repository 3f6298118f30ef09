"""Endpoints of marking by persons."""

from examserver.grading.marking.actions import (
    MarkedAlready,
    give_mark,
    list_questions,
    next_task,
    progress_of,
    question_view,
    task_value,
)
from examserver.grading.marking.agreement import PointsMalformed
from examserver.grading.marking.schemas import (
    MarkingProgress,
    MarkingQuestions,
    MarkingTask,
    MarkRequest,
    MarkView,
)
from examserver.grading.marking.tables import NoSuchQuestion, NoSuchResponse
from examserver.grading.tables import NoSuchRecord
from examserver.kernel.access import Permit
from examserver.plumbing.contract import endpoint
from examserver.plumbing.work import Work


@endpoint(
    "GET",
    "/api/authority/marking/questions",
    role="authority",
    access=Permit("grading.mark"),
    answer=MarkingQuestions,
    summary="Questions that persons mark, with what is left for this person",
)
def get_marking_questions(work: Work) -> MarkingQuestions:
    """Every question."""
    return MarkingQuestions(questions=list_questions(work))


@endpoint(
    "POST",
    "/api/authority/marking/questions/{question_id}/next",
    role="authority",
    access=Permit("grading.mark"),
    answer=MarkingTask,
    errors=(NoSuchQuestion,),
    summary="The next response for this person, without a name (the reading is recorded)",
)
def post_next_response(work: Work, question_id: str) -> MarkingTask:
    """The next response."""
    question, response, third = next_task(work, question_id)
    return MarkingTask(
        question=question_view(work, question),
        shown=question.shown,
        scoring=question.scoring,
        response=response.id if response else None,
        value=task_value(response),
        third=third,
    )


@endpoint(
    "POST",
    "/api/authority/marking/responses/{response_id}/marks",
    role="authority",
    access=Permit("grading.mark"),
    answer=MarkView,
    errors=(NoSuchResponse, NoSuchQuestion, PointsMalformed, MarkedAlready),
    summary="Give points criterion by criterion; two persons per response, a third where they are far apart",
)
def post_mark(work: Work, response_id: str, body: MarkRequest) -> MarkView:
    """Add a mark."""
    row = give_mark(work, response_id, body)
    return MarkView(response=row.response, total=row.total, reading=row.reading)


@endpoint(
    "GET",
    "/api/authority/sittings/{sitting_id}/marking",
    role="authority",
    access=Permit("results.read"),
    answer=MarkingProgress,
    errors=(NoSuchRecord,),
    summary="How far the marking of a sitting is",
)
def get_marking_progress(work: Work, sitting_id: str) -> MarkingProgress:
    """Counts only."""
    return progress_of(work, sitting_id)
