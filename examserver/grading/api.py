"""Endpoints of grading: records, key packages, runs, results, approvals."""

import json
from typing import Any

from examserver.grading.actions import (
    approvals_needed,
    approve_run,
    grading_vault,
    import_keys,
    import_record,
    start_run,
)
from examserver.grading.compare import Standing, moves_between
from examserver.grading.refusals import (
    AnotherRecord,
    ApprovedAlready,
    AwaitingMarks,
    GraderMayNotApprove,
    KeysForAnotherGrader,
    KeysForNoPlan,
    MarkerMayNotApprove,
    PlanAltered,
    RecordForAnotherOrder,
    RecordRejected,
    RunNotGraded,
    RunWithoutMarks,
)
from examserver.grading.schemas import (
    ComparisonQuery,
    KeyPackageList,
    KeyPackageView,
    RecordList,
    RecordView,
    ResultView,
    RunComparison,
    RunList,
    RunResults,
    RunStarted,
    RunView,
)
from examserver.grading.tables import (
    NoSuchKeys,
    NoSuchRecord,
    NoSuchResult,
    NoSuchRun,
    RecordRow,
    RunRow,
    all_packages,
    all_records,
    all_runs,
    approvals_of,
    as_plain,
    load_record,
    load_result,
    load_run,
    results_of,
)
from examserver.kernel.access import Actor, Permit
from examserver.kernel.archive import MalformedArchive
from examserver.kernel.checks import Check
from examserver.kernel.documents import NotADocument, SignatureBroken
from examserver.planning.api import the_file
from examserver.planning.identity_number import mask_name
from examserver.planning.tables import NoSuchPlan, candidates_of, load_plan
from examserver.plumbing.contract import FileAnswer, Files, endpoint
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.work import Work

KEY_COLUMNS = ("digest", "paper", "manifest_digest", "version", "imported_ms")
RUN_COLUMNS = (
    "id", "sitting", "plan", "state", "job", "record_digest", "key_package_digest", "key_version", "cut_score",
    "requested_ms", "requested_by", "graded_ms", "graded", "passed", "absent", "sheet_digest", "awaiting",
    "marks_digest",
)  # fmt: skip


def record_view(row: RecordRow, checks: list[Check]) -> RecordView:
    """A record as endpoints show it."""
    plain = as_plain(row, ("sitting", "plan", "digest", "sessions", "absent", "imported_ms"))
    return RecordView.model_validate(plain | {"checks": [check.as_json() for check in checks]})


def run_view(work: Work, row: RunRow) -> RunView:
    """A run as endpoints show it."""
    approvals = [as_plain(one, ("account", "name", "at_ms")) for one in approvals_of(work.session, row.id)]
    title = load_plan(work.session, row.plan).title
    more = {"approvals": approvals, "approvals_needed": approvals_needed(work, row), "title": title}
    return RunView.model_validate(as_plain(row, RUN_COLUMNS) | more)


@endpoint(
    "GET",
    "/api/authority/records",
    role="authority",
    access=Permit("results.read"),
    answer=RecordList,
    summary="Sitting records that are in",
)
def list_records(work: Work) -> RecordList:
    """Every record."""
    return RecordList(records=[record_view(row, []) for row in all_records(work.session)])


@endpoint(
    "POST",
    "/api/authority/records",
    role="authority",
    access=Permit("records.import"),
    answer=RecordView,
    errors=(
        MalformedArchive,
        NotADocument,
        NoSuchPlan,
        RecordForAnotherOrder,
        RecordRejected,
        AnotherRecord,
        SignatureBroken,
    ),
    multipart=True,
    hot=True,
    summary="Take in a countersigned sitting record",
)
def post_record(runtime: RoleRuntime, actor: Actor, files: Files) -> RecordView:
    """Verify and keep a record."""
    row, checks = import_record(runtime, actor, the_file(files))
    return record_view(row, checks)


@endpoint(
    "GET",
    "/api/authority/key-packages",
    role="authority",
    access=Permit("results.read"),
    answer=KeyPackageList,
    summary="Key packages that are in",
)
def list_key_packages(work: Work) -> KeyPackageList:
    """Every key package."""
    return KeyPackageList.model_validate(
        {"packages": [as_plain(row, KEY_COLUMNS) for row in all_packages(work.session)]}
    )


@endpoint(
    "POST",
    "/api/authority/key-packages",
    role="authority",
    access=Permit("records.import"),
    answer=KeyPackageView,
    errors=(NotADocument, SignatureBroken, KeysForNoPlan, KeysForAnotherGrader),
    multipart=True,
    hot=True,
    summary="Take in a sealed key package, unopened",
)
def post_key_package(runtime: RoleRuntime, actor: Actor, files: Files) -> KeyPackageView:
    """Keep a key package."""
    return KeyPackageView.model_validate(as_plain(import_keys(runtime, actor, the_file(files)), KEY_COLUMNS))


@endpoint(
    "POST",
    "/api/authority/sittings/{sitting_id}/runs",
    role="authority",
    access=Permit("grading.run"),
    answer=RunStarted,
    errors=(NoSuchPlan, NoSuchRecord, NoSuchKeys, PlanAltered),
    summary="Open the keys and grade a sitting (job); never overwrites an earlier run",
)
def post_run(work: Work, sitting_id: str) -> RunStarted:
    """Queue a run."""
    row = start_run(work, sitting_id)
    return RunStarted(run=row.id, job=row.job)


@endpoint(
    "GET",
    "/api/authority/runs",
    role="authority",
    access=Permit("results.read"),
    answer=RunList,
    summary="All runs, the latest first",
)
def list_runs(work: Work) -> RunList:
    """Every run."""
    return RunList(runs=[run_view(work, row) for row in all_runs(work.session)])


@endpoint(
    "GET",
    "/api/authority/runs/{run_id}",
    role="authority",
    access=Permit("results.read"),
    answer=RunView,
    errors=(NoSuchRun,),
    summary="One run",
)
def get_run(work: Work, run_id: str) -> RunView:
    """One run."""
    return run_view(work, load_run(work.session, run_id))


@endpoint(
    "GET",
    "/api/authority/runs/{run_id}/results",
    role="authority",
    access=Permit("results.read"),
    answer=RunResults,
    errors=(NoSuchRun,),
    summary="The results of a run, names masked",
)
def get_run_results(work: Work, run_id: str) -> RunResults:
    """The results of a run."""
    run = load_run(work.session, run_id)
    names = {one.id: mask_name(one.name) for one in candidates_of(work.session, run.plan)}
    lines = [
        as_plain(row, ("id", "ticket", "score", "max", "passed", "digest"))
        | {"name_masked": names.get(row.candidate, "*")}
        for row in results_of(work.session, run_id)
    ]
    absent = load_record(work.session, run.sitting).absent
    return RunResults.model_validate({"run": run_id, "results": lines, "absent": absent})


@endpoint(
    "GET",
    "/api/authority/runs/{run_id}/sheet",
    role="authority",
    access=Permit("results.read"),
    answer=FileAnswer,
    errors=(NoSuchRun, RunNotGraded),
    summary="The signed result sheet of a run",
)
def get_run_sheet(work: Work, run_id: str) -> FileAnswer:
    """The result sheet file."""
    run = load_run(work.session, run_id)
    if run.sheet is None:
        raise RunNotGraded(state=run.state)
    return FileAnswer(run.sheet.encode(), "application/json", f"{run_id}.sheet.json")


@endpoint(
    "GET",
    "/api/authority/runs/{run_id}/marks",
    role="authority",
    access=Permit("results.read"),
    answer=FileAnswer,
    errors=(NoSuchRun, RunWithoutMarks),
    summary="The signed marks a run took in, without names",
)
def get_run_marks(work: Work, run_id: str) -> FileAnswer:
    """The file of marks."""
    run = load_run(work.session, run_id)
    if run.marks_digest is None:
        raise RunWithoutMarks()
    return FileAnswer(grading_vault(work.runtime).get(run.marks_digest), "application/json", f"{run_id}.marks.json")


@endpoint(
    "GET",
    "/api/authority/runs/{run_id}/comparison",
    role="authority",
    access=Permit("results.read"),
    answer=RunComparison,
    errors=(NoSuchRun,),
    summary="Whose score differs from an earlier run, and who crosses the cut score",
)
def get_run_comparison(work: Work, run_id: str, query: ComparisonQuery) -> RunComparison:
    """How a run differs from an earlier one."""
    before, after = load_run(work.session, query.with_run), load_run(work.session, run_id)
    standings = [
        {row.ticket: Standing(row.score, row.passed) for row in results_of(work.session, run.id)}
        for run in (before, after)
    ]
    moves = [vars(move) for move in moves_between(*standings)]
    return RunComparison.model_validate({"before": before.id, "after": after.id, "moves": moves})


@endpoint(
    "GET",
    "/api/authority/results/{result_id}",
    role="authority",
    access=Permit("results.read"),
    answer=ResultView,
    errors=(NoSuchResult,),
    summary="A result with its trace, item by item",
)
def get_result(work: Work, result_id: str) -> ResultView:
    """One result."""
    row = load_result(work.session, result_id)
    body = json.loads(row.document)["body"]
    items = [one | {"value": _shown(one["value"])} for one in body["items"]]
    return ResultView.model_validate(body | {"items": items, "digest": row.digest})


def _shown(value: Any) -> str | list[str] | None:
    """A response value; what no player sends is shown as its JSON text."""
    texts = isinstance(value, list) and all(isinstance(one, str) for one in value)
    return value if value is None or isinstance(value, str) or texts else json.dumps(value, ensure_ascii=False)


@endpoint(
    "GET",
    "/api/authority/results/{result_id}/document",
    role="authority",
    access=Permit("results.read"),
    answer=FileAnswer,
    errors=(NoSuchResult,),
    summary="A result as a signed file",
)
def get_result_document(work: Work, result_id: str) -> FileAnswer:
    """The result file."""
    row = load_result(work.session, result_id)
    return FileAnswer(row.document.encode(), "application/json", f"{result_id}.result.json")


@endpoint(
    "POST",
    "/api/authority/runs/{run_id}/approvals",
    role="authority",
    access=Permit("results.approve"),
    answer=RunView,
    errors=(NoSuchRun, RunNotGraded, AwaitingMarks, GraderMayNotApprove, MarkerMayNotApprove, ApprovedAlready),
    summary="Approve a run's results (two persons, neither the grader)",
)
def post_run_approval(work: Work, run_id: str) -> RunView:
    """Add this person's approval."""
    return run_view(work, approve_run(work, run_id))
