"""What can be done with response matrices: make the one of an approved run, signed, for the item bank."""

import secrets
from collections.abc import Iterator

from examserver.grading.actions import grading_vault
from examserver.grading.matrices.matrix import MATRIX_TYPE, Line, MatrixFacts, matrix_body, remarks_of
from examserver.grading.record import SittingRecord, open_record_key, open_session, read_record
from examserver.grading.refusals import RunNotGraded
from examserver.grading.tables import KeyPackageRow, RunRow, load_run, results_of
from examserver.kernel.access import Actor
from examserver.kernel.canonical import digest
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.documents import read_document, sign_document
from examserver.kernel.errors import Json
from examserver.planning.tables import PlanRow, candidates_of, load_plan
from examserver.plumbing.identity import offload
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.work import Work, open_work


def response_matrix(runtime: RoleRuntime, actor: Actor, run_id: str) -> tuple[str, bytes]:
    """(file name, signed matrix) of an approved run; raises RunNotGraded. Every making is recorded."""
    with open_work(runtime, actor, write=False) as work:
        run = load_run(work.session, run_id)
        if run.state != "approved":
            raise RunNotGraded(state=run.state)
        plan = load_plan(work.session, run.plan)
        facts = _facts(work, run, plan)
        groups = {one.ticket or "": _groups(one.sex, plan) for one in candidates_of(work.session, plan.id)}
        results = [read_document(row.document.encode(), "exam.result").body for row in results_of(work.session, run.id)]
    body = offload(lambda: _body(runtime, run.record_digest, facts, results, groups))
    signed = sign_document(body, MATRIX_TYPE, 1, [Signer("authority", "authority", runtime.keys.signing)])
    with open_work(runtime, actor) as work:
        work.record("matrix.made", run_id, digest=digest(signed), persons=len(results), remarks=len(body["remarks"]))
    return f"{run.sitting}.matrix.json", signed


def _facts(work: Work, run: RunRow, plan: PlanRow) -> MatrixFacts:
    keys = work.session.get_one(KeyPackageRow, run.key_package_digest)
    return MatrixFacts(
        sitting=run.sitting,
        run=run.id,
        paper=keys.paper,
        manifest_digest=keys.manifest_digest,
        key_version=run.key_version,
        occupation_code=plan.occupation_code,
        level=str(plan.level),
        institution=plan.code13,
        held_ms=plan.starts_ms,
    )


def _groups(sex: str, plan: PlanRow) -> dict[str, str]:
    named = {"sex": sex, "institution": plan.code13}
    return {name: value for name, value in named.items() if value}


def _body(
    runtime: RoleRuntime, record_digest: str, facts: MatrixFacts, results: list[Json], groups: dict[str, dict[str, str]]
) -> Json:
    """The matrix, with the time per item from the sealed steps and the remarks from the record's incidents."""
    record = read_record(grading_vault(runtime).get(record_digest))
    spent = dict(_time_spent(runtime, record))
    lines = [Line(one, spent.get(one["session"], {}), groups.get(one["ticket"], {})) for one in results]
    items = {str(one["form"]): {item["item"]: item for item in one["items"]} for one in results}
    form_of = {line.session: line.form for line in record.sessions}
    remarks = remarks_of(record.document.body.get("incidents", []), form_of, items)
    return matrix_body(facts, lines, remarks, secrets.token_bytes(32))


def _time_spent(runtime: RoleRuntime, record: SittingRecord) -> Iterator[tuple[str, dict[str, int]]]:
    record_key = open_record_key(record, runtime.keys.sealing)
    for line in record.sessions:
        if line.examined:
            yield line.session, open_session(record, record_key, line).spent
