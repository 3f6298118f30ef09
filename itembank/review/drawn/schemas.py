"""Messages about drawn reviews and the comparison of versions."""

from typing import Literal

from pydantic import Field

from examserver.plumbing.contract import Schema
from itembank.items.schemas import ItemView


class DrawRequest(Schema):
    """Draw reviewers for the drafts of a bank nobody was drawn for; `days` 0 means as policy says."""

    per_item: int = Field(default=1, ge=1, le=5)
    days: int = Field(default=0, ge=0, le=365)
    area: str = Field(default="", max_length=64)
    import_id: str = Field(default="", max_length=40)


class RedrawRequest(Schema):
    """Why another reviewer is drawn."""

    reason: str = Field(min_length=2, max_length=400)


class DeclineRequest(Schema):
    """Why a reviewer cannot give a review drawn for them."""

    reason: str = Field(min_length=2, max_length=400)


class DrawView(Schema):
    """One draw: seed and pool are enough to replay it; `unserved` items got nobody."""

    id: str
    seed: str
    per_item: int
    recusal: str
    pool: int
    items: int
    drawn: int
    unserved: int
    reason: str
    due_ms: int
    by: str
    at_ms: int


class ReviewLine(Schema):
    """A drawn review without any content; once `lapsed`, another person may be drawn."""

    id: str
    item: str
    code: str
    type: str
    point: str
    reviewer: str
    reviewer_name: str
    state: str
    verdict: str
    due_ms: int
    overdue: bool
    lapsed: bool
    done_ms: int | None


class DrawList(Schema):
    """The draws of a bank and the reviews still open, the most urgent first."""

    waiting: int
    draws: list[DrawView]
    open: list[ReviewLine]


class GradeRequest(Schema):
    """What the reviewer says of one criterion; a remark or a fault needs words."""

    grade: Literal["fine", "remark", "fault", "none"]
    words: str = Field(default="", max_length=1000)


class ReviewVerdict(Schema):
    """A filled-in verdict form; `grades` by criterion."""

    verdict: Literal["accept", "return"]
    grades: dict[str, GradeRequest]
    comment: str = Field(default="", max_length=2000)


class PieceView(Schema):
    """A run of text: same, added or removed."""

    kind: str
    text: str


class LineView(Schema):
    """One line of a comparison."""

    part: str
    kind: str
    pieces: list[PieceView]


class Comparison(Schema):
    """Two versions of an item, line by line."""

    item: str
    code: str
    old: int
    new: int
    lines: list[LineView]


class CompareQuery(Schema):
    """Which versions."""

    old: int = Field(ge=1)
    new: int = Field(ge=1)


class CriterionView(Schema):
    """A line of the verdict form; `optional` ones may not apply to an item."""

    name: str
    label_zh: str
    label_en: str
    optional: bool


class ReviewView(Schema):
    """A drawn review opened: the item, what the present version changed, the form."""

    review: ReviewLine
    item: ItemView
    changes: Comparison | None
    criteria: list[CriterionView]
