"""Messages about alike items of a bank and what is decided about them."""

from typing import Literal

from pydantic import Field

from examserver.plumbing.contract import Schema
from itembank.exchange.schemas import PairView


class AlikeRequest(Schema):
    """From which likeness of stems (per cent) two items are alike."""

    ratio: int = Field(default=85, ge=60, le=100)


class AlikeQuery(Schema):
    """Which pairs: of one kind or all, decided or still open."""

    kind: str = Field(default="", max_length=20)
    decided: bool = False
    page: int = Field(default=1, ge=1, le=10**6)


class PairDecisionView(Schema):
    """What a person decided about a pair."""

    decision: str
    retired: str
    reason: str
    by: str
    at_ms: int


class ComparedPair(Schema):
    """A pair side by side with the decision that holds for it."""

    pair: PairView
    decision: PairDecisionView | None


class AlikeView(Schema):
    """The newest comparison of a bank and one page of its pairs."""

    id: str
    state: str
    job: str
    ratio: int
    items: int
    counts: dict[str, int]
    complete: bool
    by: str
    created_ms: int
    took_ms: int
    open: int
    total: int
    page: int
    page_size: int
    pairs: list[ComparedPair]


class PairDecisionRequest(Schema):
    """Keep both, retire one, or make enemies of them; always with a reason."""

    first: str = Field(min_length=1, max_length=64)
    second: str = Field(min_length=1, max_length=64)
    decision: Literal["keep", "retire", "enemies"]
    retired: str = Field(default="", max_length=64)
    reason: str = Field(max_length=1000)
