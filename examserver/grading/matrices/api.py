"""The endpoint of response matrices."""

from examserver.grading.matrices.actions import response_matrix
from examserver.grading.refusals import RunNotGraded
from examserver.grading.tables import NoSuchRun
from examserver.kernel.access import Actor, Permit
from examserver.plumbing.contract import FileAnswer, endpoint
from examserver.plumbing.runtime import RoleRuntime


@endpoint(
    "GET",
    "/api/authority/runs/{run_id}/matrix",
    role="authority",
    access=Permit("results.read"),
    answer=FileAnswer,
    errors=(NoSuchRun, RunNotGraded),
    hot=True,
    summary="The response matrix of an approved run for the item bank (the making is recorded)",
)
def read_response_matrix(runtime: RoleRuntime, actor: Actor, run_id: str) -> FileAnswer:
    """A signed file without names."""
    name, data = response_matrix(runtime, actor, run_id)
    return FileAnswer(data, "application/json", name)
