"""Public endpoints of the authority's log: the signed state, and proofs for holders and auditors."""

from examserver.kernel.access import PUBLIC
from examserver.plumbing.contract import FileAnswer, endpoint
from examserver.plumbing.work import Work
from examserver.transparency import actions
from examserver.transparency.schemas import LogConsistency, LogConsistencyQuery, LogProof, LogProofQuery


@endpoint(
    "GET",
    "/api/public/log/checkpoint",
    role="authority",
    access=PUBLIC,
    answer=FileAnswer,
    errors=(actions.NothingPublished,),
    summary="The newest signed checkpoint (C2SP signed note)",
)
def show_checkpoint(work: Work) -> FileAnswer:
    return FileAnswer(actions.checkpoint_text(work).encode(), "text/plain; charset=utf-8")


@endpoint(
    "GET",
    "/api/public/log/proof",
    role="authority",
    access=PUBLIC,
    answer=LogProof,
    errors=(actions.NothingPublished, actions.NotInLog),
    summary="Proof that the log holds an entry about an artefact",
)
def prove_in_log(work: Work, query: LogProofQuery) -> LogProof:
    return LogProof(**actions.prove_inclusion(work, query.digest))


@endpoint(
    "GET",
    "/api/public/log/consistency",
    role="authority",
    access=PUBLIC,
    answer=LogConsistency,
    errors=(actions.NoSuchTree,),
    summary="Proof that the log only grew between two published states",
)
def prove_log_grew(work: Work, query: LogConsistencyQuery) -> LogConsistency:
    return LogConsistency(**actions.prove_consistency(work, query.old, query.new))
