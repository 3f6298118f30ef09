"""Messages about response matrices and statistics."""

from typing import Any, Literal

from pydantic import Field

from examserver.plumbing.contract import Schema
from itembank.remarks.schemas import RemarkView


class MatrixView(Schema):
    """One response matrix the bank has taken in."""

    digest: str
    sitting: str
    paper: str
    persons: int
    items: int
    remarks: int
    held_ms: int
    by: str
    imported_ms: int


class MatrixList(Schema):
    """The matrices of a bank, oldest sitting first."""

    matrices: list[MatrixView]


class AnalysisView(Schema):
    """One analysis of all matrices a bank then had."""

    id: str
    state: str
    job: str
    matrices: int
    persons: int
    tests: list[dict[str, Any]]
    notes: list[dict[str, Any]]
    by: str
    created_ms: int
    done_ms: int | None


class StatisticsQuery(Schema):
    """Filters: only flagged items, part of a code, order, page."""

    flagged: bool = False
    search: str = Field(default="", max_length=64)
    sort: Literal["code", "p", "discrimination", "n"] = "code"
    page: int = Field(default=1, ge=1, le=100_000)


class StatisticLine(Schema):
    """One item version in the list."""

    item: str
    code: str
    version: int
    current: bool
    state: str
    n: int
    p: float
    discrimination: float | None
    a: float | None
    b: float | None
    usable: bool
    flags: list[dict[str, Any]]


class StatisticsPage(Schema):
    """The newest analysis and one page of its items; `analysis` is null before the first."""

    analysis: AnalysisView | None
    running: AnalysisView | None
    total: int
    flagged: int
    page: int
    page_size: int
    items: list[StatisticLine]


class VersionStatistic(Schema):
    """Everything the newest analysis says of one version."""

    version: int
    n: int
    p: float
    discrimination: float | None
    a: float | None
    b: float | None
    c: float | None
    usable: bool
    flags: list[dict[str, Any]]
    figures: dict[str, Any]


class HistoryPoint(Schema):
    """What an earlier analysis said of a version."""

    analysis: str
    done_ms: int
    version: int
    n: int
    p: float
    discrimination: float | None


class ItemStatisticsView(Schema):
    """Statistics, history, remarks and exposure of one item: in how many approved forms it stood, and when last."""

    item: str
    code: str
    versions: list[VersionStatistic]
    history: list[HistoryPoint]
    remarks: list[RemarkView]
    uses: int
    last_used_ms: int | None
