"""What can be done in grading: take in the record, take in the keys, run, approve.

The keys are opened only by a run, and a run starts only once the countersigned record is in; every opening is
recorded. A run is never overwritten: grading again is another run beside it.
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from examserver.grading.keyed import ItemKey
from examserver.grading.marking.store import file_responses, read_marks_file, seal_marks
from examserver.grading.marking.tables import has_marked
from examserver.grading.record import SIGNERS, SittingRecord, open_record_key, open_session, read_record
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
)
from examserver.grading.tables import (
    ApprovalRow,
    KeyPackageRow,
    RecordRow,
    ResultRow,
    RunRow,
    approvals_of,
    load_newest_package,
    load_record,
    load_run,
    packages_of,
    results_of,
)
from examserver.grading.trace import (
    RESULT_TYPE,
    SHEET_TYPE,
    Basis,
    grade_session,
    keys_by_form,
    odd_answers,
    result_digest,
    sheet_body,
)
from examserver.hall.verify import verify_record
from examserver.kernel.access import Actor, system_actor
from examserver.kernel.calendar import local_day
from examserver.kernel.canonical import digest
from examserver.kernel.checks import Check
from examserver.kernel.crypto.keys import KeyPair
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.documents import Trust, read_document, require_signatures, sign_document
from examserver.kernel.errors import Json
from examserver.kernel.opener import Opener
from examserver.kernel.policy import integer_on
from examserver.planning.actions import plan_vault
from examserver.planning.tables import (
    PlanRow,
    candidates_of,
    lineage_of,
    load_plan,
    load_plan_of_sitting,
    plans_with_paper,
)
from examserver.plumbing.files import Vault
from examserver.plumbing.identity import offload
from examserver.plumbing.jobs import Progress, enqueue, job
from examserver.plumbing.log import append_leaf
from examserver.plumbing.policies import load_profile
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.trust import trust_of
from examserver.plumbing.work import Work, open_work
from itembank.papers.opening import open_key_package, read_key_package


def grading_vault(runtime: RoleRuntime) -> Vault:
    """Where records and key packages lie, by digest."""
    return Vault(runtime.files / "grading")


def import_record(runtime: RoleRuntime, actor: Actor, data: bytes) -> tuple[RecordRow, list[Check]]:
    """Take in a sitting record that verifies with all its signatures; the same file again changes nothing."""
    record = read_record(data)
    with open_work(runtime, actor, write=False) as work:
        plan, trust = load_plan_of_sitting(work.session, record.sitting), trust_of(work)
    if record.order_digest != plan.order_digest:
        raise RecordForAnotherOrder(order_digest=record.order_digest)
    checks = _verified(runtime, data, plan.order_digest, trust)
    require_signatures(record.document, trust, SIGNERS)
    stored = grading_vault(runtime).put(data)
    with open_work(runtime, actor) as work:
        found = work.session.get(RecordRow, record.sitting)
        if found is not None:
            if found.digest != stored:
                raise AnotherRecord(sitting=record.sitting, digest=found.digest)
            return found, checks
        row = _record_row(work, plan.id, record)
        work.session.add(row)
        work.record("record.imported", row.sitting, digest=row.digest, sessions=row.sessions, absent=row.absent)
        append_leaf(work, "record", {"digest": row.digest, "sitting": row.sitting, "merkle_root": record.merkle_root})
        return row, checks


def _verified(runtime: RoleRuntime, data: bytes, order_digest: str, trust: Trust) -> list[Check]:
    """The checks of the record by its own verifier, opened with the grading key; raises RecordRejected."""
    pair = KeyPair(runtime.keys.signing, runtime.keys.sealing)
    opener = Opener((pair,), (plan_vault(runtime).path(order_digest),))
    with NamedTemporaryFile(dir=runtime.files, suffix=".record.zip") as file:
        file.write(data)
        file.flush()
        report = offload(lambda: verify_record(Path(file.name), trust, opener))
    failed = report.failures()
    if failed or not report.ok:
        what = "; ".join(f"{check.name}: {check.detail} {check.place}".strip() for check in failed[:5])
        raise RecordRejected(what=what, failed=[check.as_json() for check in failed[:50]])
    return list(report.checks)


def _record_row(work: Work, plan: str, record: SittingRecord) -> RecordRow:
    return RecordRow(
        sitting=record.sitting,
        plan=plan,
        digest=record.digest,
        sessions=len(record.sessions),
        absent=sorted(record.absent),
        imported_ms=work.now_ms,
        imported_by=work.actor.id,
    )


def import_keys(runtime: RoleRuntime, actor: Actor, data: bytes) -> KeyPackageRow:
    """Take in a sealed key package of a planned paper, unopened; the same file again changes nothing."""
    package = read_key_package(data)
    with open_work(runtime, actor, write=False) as work:
        require_signatures(package.document, trust_of(work), {"bank"})
        if not plans_with_paper(work.session, package.manifest_digest):
            raise KeysForNoPlan(paper=package.paper)
    if package.grading_key != runtime.keys.sealing.id:
        raise KeysForAnotherGrader(grading_key=package.grading_key)
    stored = grading_vault(runtime).put(data)
    with open_work(runtime, actor) as work:
        found = work.session.get(KeyPackageRow, stored)
        if found is not None:
            return found
        row = KeyPackageRow(
            digest=stored,
            paper=package.paper,
            manifest_digest=package.manifest_digest,
            version=len(packages_of(work.session, package.manifest_digest)) + 1,
            imported_ms=work.now_ms,
            imported_by=work.actor.id,
        )
        work.session.add(row)
        work.record("keys.imported", row.paper, digest=stored, version=row.version)
        return row


def start_run(work: Work, sitting: str) -> RunRow:
    """Queue a run over the record and the newest keys; refused while either is missing."""
    plan = load_plan_of_sitting(work.session, sitting)
    record = load_record(work.session, sitting)
    cut_score = _signed_cut_score(work, plan)
    keys = load_newest_package(work.session, lineage_of(plan), sitting)
    run_id = work.new_id("run")
    row = RunRow(
        id=run_id,
        sitting=sitting,
        plan=plan.id,
        record_digest=record.digest,
        key_package_digest=keys.digest,
        key_version=keys.version,
        cut_score=cut_score,
        state="queued",
        job=enqueue(work, "grade_sitting", {"run": run_id}),
        requested_ms=work.now_ms,
        requested_by=work.actor.id,
        graded=0,
        passed=0,
        absent=len(record.absent),
        awaiting=0,
        marks_digest=seal_marks(work, grading_vault(work.runtime), sitting, record.digest),
    )
    work.session.add(row)
    work.record(
        "run.requested", row.id, sitting=sitting, record=record.digest, keys=keys.digest, marks=row.marks_digest
    )
    return row


def _signed_cut_score(work: Work, plan: PlanRow) -> str:
    """The cut score as the signed order says it; raises PlanAltered when the plan now says another."""
    order = read_document(plan_vault(work.runtime).get(plan.order_digest or ""), "exam.sitting-order")
    require_signatures(order, trust_of(work), {"authority"})
    said = str(order.body["policy"]["cut_score"]["value"])
    if said != plan.cut_score:
        raise PlanAltered(field="cut_score", stored=plan.cut_score, signed=said)
    return said


@job("grade_sitting", role="authority")
def grade_sitting(runtime: RoleRuntime, payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Open the keys, score every session, sign results and sheet; running it twice changes nothing."""
    actor = system_actor("grading")
    with open_work(runtime, actor) as work:
        run = load_run(work.session, payload["run"], lock=True)
        if run.state != "queued":
            return {"run": run.id, "state": run.state}
        work.record("keys.opened", run.key_package_digest, run=run.id, sitting=run.sitting, by=run.requested_by)
    bodies: list[Json] = []
    odd: dict[str, list[str]] = {}
    for body, items in graded_bodies(runtime, run):
        bodies.append(body | {"result": f"res_{run.id.removeprefix('run_')}_{len(bodies) + 1:05d}"})
        odd |= {body["ticket"]: items} if items else {}
        if len(bodies) % 50 == 0:
            progress(min(90, len(bodies) // 10), f"已评 {len(bodies)}")
    with open_work(runtime, actor) as work:
        if odd:
            work.record("run.odd_answers", run.id, tickets=odd)
        return _save_run(work, run.id, bodies) | {"odd_answers": odd}


def basis_of(run: RunRow) -> Basis:
    """What all results of a run share."""
    return Basis(
        run.id, run.sitting, run.record_digest, run.key_package_digest, run.key_version, run.cut_score,
        run.marks_digest,
    )  # fmt: skip


def run_keys(runtime: RoleRuntime, run: RunRow) -> dict[str, dict[str, ItemKey]]:
    """The keys of a run by form and item, opened."""
    package = read_key_package(grading_vault(runtime).get(run.key_package_digest))
    return keys_by_form(open_key_package(package, runtime.keys.sealing))


def graded_bodies(runtime: RoleRuntime, run: RunRow) -> Iterator[tuple[Json, list[str]]]:
    """Score every session that was examined, from the sealed files, by ticket: (result without id, odd items)."""
    vault, sealing = grading_vault(runtime), runtime.keys.sealing
    record = read_record(vault.get(run.record_digest))
    keys, marks = run_keys(runtime, run), read_marks_file(vault, run.marks_digest)
    record_key = open_record_key(record, sealing)
    lines = sorted(record.sessions, key=lambda line: line.ticket)
    for line in lines:
        opened = open_session(record, record_key, line)
        if line.examined:
            yield grade_session(basis_of(run), "", opened, keys, marks), odd_answers(opened, keys)


def _save_run(work: Work, run_id: str, bodies: list[Json]) -> dict[str, Any]:
    """Write results and sheet of a run, once."""
    run = load_run(work.session, run_id, lock=True)
    if run.state == "queued":
        signer = Signer("authority", "authority", work.runtime.keys.signing)
        graded = {body["ticket"] for body in bodies}
        roster = [one.ticket or "" for one in candidates_of(work.session, run.plan)]
        absent = [ticket for ticket in roster if ticket not in graded]
        work.session.add_all([_result_row(body, signer) for body in bodies])
        sheet = sign_document(sheet_body(basis_of(run), bodies, absent), SHEET_TYPE, 1, [signer])
        run.sheet, run.sheet_digest = sheet.decode(), digest(sheet)
        run.state, run.graded_ms = "graded", work.now_ms
        run.graded, run.passed = len(bodies), sum(1 for body in bodies if body["passed"])
        run.absent = len(absent)
        run.awaiting = file_responses(work, run, bodies, run_keys(work.runtime, run))
        work.record(
            "run.graded", run.id, graded=run.graded, passed=run.passed, sheet=run.sheet_digest, awaiting=run.awaiting
        )
        leaf = {"digest": run.sheet_digest, "run": run.id, "sitting": run.sitting, "record": run.record_digest}
        append_leaf(work, "run", leaf)
    return {"run": run.id, "state": run.state, "graded": run.graded, "passed": run.passed}


def _result_row(body: Json, signer: Signer) -> ResultRow:
    return ResultRow(
        id=body["result"],
        run=body["run"],
        sitting=body["sitting"],
        session=body["session"],
        ticket=body["ticket"],
        candidate=body["candidate"],
        score=body["score"],
        max=body["max"],
        passed=body["passed"],
        digest=result_digest(body),
        document=sign_document(body, RESULT_TYPE, 1, [signer]).decode(),
    )


def approvals_needed(work: Work, run: RunRow) -> int:
    """How many persons must approve, as the policy of the sitting's day says."""
    plan = load_plan(work.session, run.plan)
    return integer_on(load_profile(plan.profile), "result_approvers_min", local_day(plan.starts_ms))


def approve_run(work: Work, run_id: str) -> RunRow:
    """Add one person's approval; with the last one needed the results stand."""
    run = load_run(work.session, run_id, lock=True)
    if run.state == "queued" or run.sheet_digest is None:
        raise RunNotGraded(state=run.state)
    if run.awaiting:
        raise AwaitingMarks(count=run.awaiting)
    if work.actor.id == run.requested_by:
        raise GraderMayNotApprove()
    if has_marked(work.session, run.sitting, work.actor.id):
        raise MarkerMayNotApprove()
    present = approvals_of(work.session, run_id)
    if work.actor.id in {one.account for one in present}:
        raise ApprovedAlready()
    row = ApprovalRow(
        run=run_id, account=work.actor.id, name=work.actor.name, sheet_digest=run.sheet_digest, at_ms=work.now_ms
    )
    work.session.add(row)
    count = len(present) + 1
    if count >= approvals_needed(work, run):
        run.state = "approved"
    work.record("run.approved", run_id, sheet=run.sheet_digest, count=count, state=run.state)
    append_leaf(work, "approval", {"digest": run.sheet_digest, "run": run_id, "number": count, "state": run.state})
    return run


def standing_results(work: Work, run_id: str) -> list[ResultRow]:
    """The results of an approved run; raises RunNotGraded while they are not approved."""
    run = load_run(work.session, run_id)
    if run.state != "approved":
        raise RunNotGraded(state=run.state)
    return results_of(work.session, run_id)
