"""Shapes of the grading endpoints."""

from typing import Any

from pydantic import Field

from examserver.plumbing.contract import Schema


class GradingCheck(Schema):
    """One named check of an imported file."""

    name: str
    ok: bool
    detail: str
    place: str


class RecordView(Schema):
    """A sitting record that is in."""

    sitting: str
    plan: str
    digest: str
    sessions: int
    absent: list[str]
    imported_ms: int
    checks: list[GradingCheck]


class RecordList(Schema):
    """The sitting records that are in."""

    records: list[RecordView]


class KeyPackageView(Schema):
    """A key package that is in, still sealed."""

    digest: str
    paper: str
    manifest_digest: str
    version: int
    imported_ms: int


class KeyPackageList(Schema):
    """The key packages that are in."""

    packages: list[KeyPackageView]


class RunStarted(Schema):
    """A run that was queued."""

    run: str
    job: str


class RunApproval(Schema):
    """Who approved a run."""

    account: str
    name: str
    at_ms: int


class RunView(Schema):
    """A grading run."""

    id: str
    sitting: str
    plan: str
    title: str
    state: str
    job: str
    record_digest: str
    key_package_digest: str
    key_version: int
    cut_score: str
    requested_ms: int
    requested_by: str
    graded_ms: int | None
    graded: int
    passed: int
    absent: int
    sheet_digest: str | None
    awaiting: int
    marks_digest: str | None
    approvals: list[RunApproval]
    approvals_needed: int


class RunList(Schema):
    """All runs, the latest first."""

    runs: list[RunView]


class ResultLine(Schema):
    """One result in a list; the name is masked."""

    id: str
    ticket: str
    name_masked: str
    score: str
    max: str
    passed: bool
    digest: str


class RunResults(Schema):
    """The results of a run, by ticket."""

    run: str
    results: list[ResultLine]
    absent: list[str]


class ResultItem(Schema):
    """One line of a result's trace."""

    item: str
    code: str
    version: int
    position: int
    step: dict[str, Any] | None
    value: str | list[str] | None
    key_version: int
    rule: str
    points: str
    max: str
    parts: list[dict[str, Any]] = Field(default_factory=list)
    awaiting: bool = False
    marks: list[dict[str, str]] = Field(default_factory=list)


class ResultView(Schema):
    """A result with its trace."""

    result: str
    run: str
    sitting: str
    session: str
    ticket: str
    candidate: str
    form: str
    score: str
    max: str
    cut_score: str
    passed: bool
    items: list[ResultItem]
    record_digest: str
    key_package_digest: str
    marks_digest: str | None = None
    digest: str


class ComparisonQuery(Schema):
    """The earlier run to compare with."""

    with_run: str


class ScoreMove(Schema):
    """One ticket whose score differs; crosses is up, down or empty."""

    ticket: str
    before: str
    after: str
    crosses: str


class RunComparison(Schema):
    """How two runs of a sitting differ."""

    before: str
    after: str
    moves: list[ScoreMove]
