"""The shapes in which steps travel: one save request for both carriers, its answer, and the receipt.

A value is what the candidate's item needs: an option, a list (options in order, pairs, blanks, marks on a picture,
strokes of a drawing), prose, or nothing. How large one may be altogether is decided in `values.py`.
"""

from typing import Annotated, Literal

from pydantic import Field

from examserver.plumbing.contract import Schema
from examserver.responses.values import LONGEST_LIST, LONGEST_TEXT

Text = Annotated[str, Field(max_length=LONGEST_TEXT)]
Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
Millis = Annotated[int, Field(ge=0, le=2**53 - 1)]
StepValue = bool | Text | Annotated[list[Text], Field(max_length=LONGEST_LIST)] | None


class StepIn(Schema):
    """One change a candidate made, chained to the one before."""

    session: Annotated[str, Field(max_length=40)]
    lease: Annotated[int, Field(ge=1, le=2**31)]
    seq: Annotated[int, Field(ge=1, le=20_000)]
    item: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")]
    kind: Literal["answer", "flag"]
    value: StepValue
    made_ms: Millis
    prev: Digest


class SaveRequest(Schema):
    """Up to 200 steps in order."""

    steps: Annotated[list[StepIn], Field(min_length=1, max_length=200)]


class StepResult(Schema):
    """What became of one step; `head` is the chain's head after it (or the present head when it was not taken)."""

    seq: int
    status: Literal["accepted", "duplicate", "stale", "gap", "closed", "fenced"]
    head: Digest


class SaveAnswer(Schema):
    """Everything accepted or duplicate here is on durable storage."""

    results: list[StepResult]
    head: Digest
    seq: int
    server_ms: int
    deadline_ms: int | None


class AnswerState(Schema):
    """What the server holds for one item."""

    value: StepValue
    flag: bool
    seq: int


class SubmitRequest(Schema):
    """The head the candidate believes to be last; the server refuses when it holds another."""

    head: Digest
    seq: Annotated[int, Field(ge=0, le=20_000)]


class ReceiptView(Schema):
    """The signed receipt: `document` is the file, `code` for the eye, `qr` the text inside the QR."""

    session: str
    ticket: str
    sitting: str
    steps: int
    head: Digest
    at_ms: int
    code: str
    qr: str
    document: str
