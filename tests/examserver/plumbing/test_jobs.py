"""Jobs: run once, watched by id, taken again when their worker died, failed in words."""

from pathlib import Path
from typing import Any

from sqlalchemy import update

from examserver.kernel.access import system_actor
from examserver.kernel.errors import Refused
from examserver.plumbing.jobs import RUNNERS, Progress, enqueue, job, load_job, run_all
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.shared_tables import SHARED
from examserver.plumbing.work import open_work
from tests.kit import make_world


def _queued(runtime: RoleRuntime, kind: str, payload: dict[str, Any]) -> str:
    with open_work(runtime, system_actor("test")) as work:
        return enqueue(work, kind, payload)


def _state(runtime: RoleRuntime, job_id: str) -> Any:
    with open_work(runtime, system_actor("test"), write=False) as work:
        return load_job(work, job_id)


def test_a_job_runs_once_and_keeps_its_result(tmp_path: Path) -> None:
    runtime = make_world(tmp_path).runtimes["bank"]

    @job("count_words", role="bank")
    def run(_runtime: RoleRuntime, payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
        progress(50, "一半")
        return {"words": len(payload["text"].split())}

    job_id = _queued(runtime, "count_words", {"text": "a b c"})
    assert run_all(runtime) == 1 and run_all(runtime) == 0
    row = _state(runtime, job_id)
    assert (row.state, row.percent, row.result) == ("done", 100, {"words": 3})


def test_a_refusal_ends_the_job_with_its_code_and_a_fault_is_tried_three_times(tmp_path: Path) -> None:
    runtime = make_world(tmp_path).runtimes["bank"]
    tries: list[int] = []

    def refuse(_runtime: RoleRuntime, _payload: dict[str, Any], _progress: Progress) -> dict[str, Any]:
        raise Refused()

    def fault(_runtime: RoleRuntime, _payload: dict[str, Any], _progress: Progress) -> dict[str, Any]:
        tries.append(1)
        raise ZeroDivisionError("secret text")

    RUNNERS["bank", "refuse"], RUNNERS["bank", "fault"] = refuse, fault
    refused, failed = _queued(runtime, "refuse", {}), _queued(runtime, "fault", {})
    run_all(runtime)
    assert _state(runtime, refused).error["code"] == "refused"
    assert _state(runtime, failed).state == "failed" and len(tries) == 3
    assert "secret" not in str(_state(runtime, failed).error)


def test_a_job_whose_worker_died_is_taken_again_after_its_lease(tmp_path: Path) -> None:
    runtime = make_world(tmp_path).runtimes["bank"]
    RUNNERS["bank", "again"] = lambda _runtime, _payload, _progress: {"done": True}
    job_id = _queued(runtime, "again", {})
    table = SHARED["bank"].job
    with runtime.database.transaction() as session:
        session.execute(update(table).values(state="running", lease_ms=runtime.clock.now_ms() + 60_000, attempts=1))
    assert run_all(runtime) == 0
    with runtime.database.transaction() as session:
        session.execute(update(table).values(lease_ms=runtime.clock.now_ms() - 1))
    assert run_all(runtime) == 1 and _state(runtime, job_id).state == "done"
