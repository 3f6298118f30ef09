"""Shapes of the marking endpoints."""

from typing import Annotated, Any

from pydantic import Field

from examserver.plumbing.contract import Schema


class MarkingQuestion(Schema):
    """One question in the list of an assessor: what is left for this person, what for all."""

    id: str
    code: str
    type: str
    full: str
    responses: int
    settled: int
    third: int
    mine: int
    left: int


class MarkingQuestions(Schema):
    """All questions that persons mark."""

    questions: list[MarkingQuestion]


class MarkingTask(Schema):
    """The next response for this person, without a name; `response` is null when nothing is left."""

    question: MarkingQuestion
    shown: dict[str, Any]
    scoring: dict[str, Any]
    response: str | None
    value: Any
    third: bool


class MarkRequest(Schema):
    """Points per criterion of the rubric, and a note where one is wanted."""

    points: Annotated[dict[str, Annotated[str, Field(max_length=12)]], Field(min_length=1, max_length=50)]
    note: Annotated[str, Field(max_length=1000)] = ""


class MarkView(Schema):
    """A mark that was given."""

    response: str
    total: str
    reading: int


class MarkingProgress(Schema):
    """How far the marking of a sitting is."""

    sitting: str
    responses: int
    settled: int
    once: int
    third: int
    unmarked: int
