"""Shapes of the public log's endpoints."""

from pydantic import Field

from examserver.plumbing.contract import Schema


class LogProofQuery(Schema):
    """Which artefact: its digest, or that of the log entry."""

    digest: str = Field(pattern=r"^sha256:[0-9a-f]{64}$")


class LogProof(Schema):
    """An entry, its place, the sibling hashes up to the root, and the signed checkpoint (also a file to verify)."""

    type: str
    version: int
    index: int
    size: int
    leaf: str
    leaf_digest: str
    proof: list[str]
    checkpoint: str


class LogConsistencyQuery(Schema):
    """Two published sizes, the older first."""

    old: int = Field(ge=1)
    new: int = Field(ge=1)


class LogConsistency(Schema):
    """Two signed checkpoints and the hashes that show the older tree inside the newer (also a file to verify)."""

    type: str
    version: int
    old: str
    new: str
    proof: list[str]
