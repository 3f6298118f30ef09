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


def _tile(work: Work, *parts: str) -> FileAnswer:
    """Full tiles never change; partial ones are replaced by longer names."""
    return FileAnswer(actions.tile_path_of(work, *parts), "application/octet-stream", immutable=True)


TILE = "/api/public/log/tile/{level}/{first}"


@endpoint(
    "GET",
    TILE,
    role="authority",
    access=PUBLIC,
    answer=FileAnswer,
    errors=(actions.NoSuchTile,),
    summary="A hash tile, or with level `entries` an entry bundle (C2SP tlog-tiles)",
)
def fetch_tile(work: Work, level: str, first: str) -> FileAnswer:
    return _tile(work, level, first)


@endpoint(
    "GET",
    TILE + "/{second}",
    role="authority",
    access=PUBLIC,
    answer=FileAnswer,
    errors=(actions.NoSuchTile,),
    summary="A tile with a name of two parts (partial, or beyond the first thousand)",
)
def fetch_tile_of_two_parts(work: Work, level: str, first: str, second: str) -> FileAnswer:
    return _tile(work, level, first, second)


@endpoint(
    "GET",
    TILE + "/{second}/{third}",
    role="authority",
    access=PUBLIC,
    answer=FileAnswer,
    errors=(actions.NoSuchTile,),
    summary="A tile with a name of three parts (partial and beyond the first thousand)",
)
def fetch_tile_of_three_parts(work: Work, level: str, first: str, second: str, third: str) -> FileAnswer:
    return _tile(work, level, first, second, third)
