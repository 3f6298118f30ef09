"""Rows of questions that persons mark, of responses without names, and of the marks given (authority role).

Append-only: a mark is never changed, a further reading is a further row.
"""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from examserver.kernel.errors import Missing
from examserver.plumbing.database import AuthorityBase
from examserver.plumbing.shared_tables import SHARED


class NoSuchQuestion(Missing):
    """No question to mark with this id."""

    code = "marking.no_question"


class NoSuchResponse(Missing):
    """No response to mark with this id."""

    code = "marking.no_response"


class QuestionRow(AuthorityBase):
    """What is asked and how it is marked, as the sealed keys said it; one row per item version of a key package."""

    __tablename__ = "marking_question"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    key_package_digest: Mapped[str] = mapped_column(String(80))
    code: Mapped[str] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(Integer)
    type: Mapped[str] = mapped_column(String(40))
    full: Mapped[str] = mapped_column(String(20))
    limit_percent: Mapped[int] = mapped_column(Integer)
    scoring: Mapped[dict[str, Any]] = mapped_column(JSON)
    shown: Mapped[dict[str, Any]] = mapped_column(JSON)

    __table_args__ = (UniqueConstraint("key_package_digest", "code", "version", name="uq_marking_question_item"),)


class ResponseRow(AuthorityBase):
    """One response to be marked, under a number that tells nothing of the person; the session stays in this row."""

    __tablename__ = "marking_response"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    question: Mapped[str] = mapped_column(String(40), index=True)
    sitting: Mapped[str] = mapped_column(String(40), index=True)
    record_digest: Mapped[str] = mapped_column(String(80))
    session: Mapped[str] = mapped_column(String(40))
    item: Mapped[str] = mapped_column(String(40))
    value: Mapped[Any] = mapped_column(JSON)


class MarkRow(AuthorityBase):
    """What one person gave one response, criterion by criterion."""

    __tablename__ = "marking_mark"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    response: Mapped[str] = mapped_column(String(40), index=True)
    account: Mapped[str] = mapped_column(String(120))
    reading: Mapped[int] = mapped_column(Integer)
    points: Mapped[dict[str, Any]] = mapped_column(JSON)
    total: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text)
    at_ms: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        UniqueConstraint("response", "account", name="uq_marking_mark_account"),
        UniqueConstraint("response", "reading", name="uq_marking_mark_reading"),
    )


def load_question(session: Session, question_id: str) -> QuestionRow:
    """The question with this id; raises NoSuchQuestion."""
    row = session.get(QuestionRow, question_id)
    if row is None:
        raise NoSuchQuestion(what=question_id[:60])
    return row


def load_response(session: Session, response_id: str, lock: bool = False) -> ResponseRow:
    """The response with this id; raises NoSuchResponse."""
    row = session.get(ResponseRow, response_id, with_for_update=lock)
    if row is None:
        raise NoSuchResponse(what=response_id[:60])
    return row


def all_questions(session: Session) -> list[QuestionRow]:
    """Every question, by code."""
    return list(session.scalars(select(QuestionRow).order_by(QuestionRow.code, QuestionRow.id)))


def responses_of(session: Session, question_id: str) -> list[ResponseRow]:
    """The responses to a question, in the order of their numbers, which tell nothing."""
    return list(
        session.scalars(select(ResponseRow).where(ResponseRow.question == question_id).order_by(ResponseRow.id))
    )


def responses_of_record(session: Session, record_digest: str) -> list[ResponseRow]:
    """Every response of one record."""
    return list(
        session.scalars(select(ResponseRow).where(ResponseRow.record_digest == record_digest).order_by(ResponseRow.id))
    )


def marks_by_response(session: Session, responses: Iterable[ResponseRow]) -> dict[str, list[MarkRow]]:
    """The marks of these responses in the order they were given."""
    found: dict[str, list[MarkRow]] = {row.id: [] for row in responses}
    names = list(found)
    for start in range(0, len(names), 500):
        chunk = names[start : start + 500]
        query = select(MarkRow).where(MarkRow.response.in_(chunk)).order_by(MarkRow.response, MarkRow.reading)
        for mark in session.scalars(query):
            found[mark.response].append(mark)
    return found


def count_responses(session: Session, record_digest: str) -> int:
    """How many responses of a record are to be marked."""
    query = select(func.count()).select_from(ResponseRow).where(ResponseRow.record_digest == record_digest)
    return int(session.execute(query).scalar() or 0)


def all_marks(session: Session) -> list[MarkRow]:
    """Every mark."""
    return list(session.scalars(select(MarkRow)))


def audited_totals(session: Session) -> dict[tuple[str, int], str]:
    """The total of every mark by response and reading, as the audit chain holds it since it was given."""
    table = SHARED["authority"].audit
    rows = session.execute(select(table.c.subject, table.c.facts).where(table.c.action == "response.marked"))
    facts = ((str(subject), json.loads(text)) for subject, text in rows)
    return {(subject, int(fact["reading"])): str(fact["total"]) for subject, fact in facts}


def has_marked(session: Session, sitting: str, account: str) -> bool:
    """Whether this account has marked an answer of the sitting."""
    query = select(MarkRow.id).join(ResponseRow, ResponseRow.id == MarkRow.response)
    return session.scalars(query.where(ResponseRow.sitting == sitting, MarkRow.account == account)).first() is not None
