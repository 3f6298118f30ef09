"""Shapes of the tracing endpoint."""

from pydantic import Field

from examserver.plumbing.contract import Schema


class SeenView(Schema):
    """One photographed item: its code or words, its number where readable, its options from top to bottom."""

    item: str = Field(min_length=1, max_length=2000)
    number: int | None = Field(default=None, ge=1, le=1000)
    options: list[str] = Field(default=[], max_length=20)


class TraceRequest(Schema):
    """What a photograph shows; texts of order.json and record.json say who sat where."""

    items: list[SeenView] = Field(default=[], max_length=200)
    watermark: str = Field(default="", max_length=400)
    papers: list[str] = Field(default=[], max_length=200)
    orders: list[str] = Field(default=[], max_length=200)
    records: list[str] = Field(default=[], max_length=200)
    reason: str = Field(min_length=4, max_length=1000)


class TraceStepView(Schema):
    """One piece of evidence and how many candidates it left."""

    evidence: str
    before: int
    after: int
    words_zh: str
    words_en: str
    contradicts: bool


class TraceSourceView(Schema):
    """Where the fragment can come from."""

    paper: str
    form: str
    sitting: str
    hall: str
    seat: str
    ticket: str
    copy_mark: str


class TraceView(Schema):
    """The smallest set of sources that fits, with the evidence step by step; `shown` sources of `candidates`."""

    candidates: int
    unique: bool
    contradicted: bool
    forms: list[str]
    halls: list[str]
    sittings: list[str]
    seats: list[str]
    sources: list[TraceSourceView]
    steps: list[TraceStepView]
