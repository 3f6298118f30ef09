"""Shapes of the paper endpoints."""

from pydantic import Field

from examserver.plumbing.contract import Schema


class CustodianRequest(Schema):
    """A new custodian: name and raw public keys (base64url) from `exam custodian new`."""

    name: str = Field(min_length=1, max_length=120)
    signing_key: str = Field(min_length=43, max_length=43)
    sealing_key: str = Field(min_length=43, max_length=43)


class CustodianView(Schema):
    """A custodian; `key` is the id of the signing key."""

    custodian: str
    name: str
    key: str
    signing_key: str
    sealing_key: str


class CustodiansView(Schema):
    """All custodians."""

    custodians: list[CustodianView]


class SealRequest(Schema):
    """How to seal an approved assembly."""

    title: str = Field(min_length=1, max_length=400)
    custodians: list[str] = Field(max_length=20)
    threshold: int = Field(ge=1, le=20)
    not_before_ms: int = Field(ge=0, le=2**53)
    expires_ms: int = Field(ge=0, le=2**53)


class SealingView(Schema):
    """The paper that is being sealed and the job that does it."""

    paper: str
    job: str


class SealedFormView(Schema):
    """A form inside a sealed paper, as the manifest names it."""

    form: str
    name: str
    reserve: bool
    items: int


class KeptBy(Schema):
    """Who keeps a share."""

    custodian: str
    name: str


class PaperView(Schema):
    """A paper and where it stands: sealing, sealed or destroyed; `superseded` are manifests no hall takes any more."""

    paper: str
    assembly: str
    title: str
    state: str
    threshold: int
    custodians: list[KeptBy]
    not_before_ms: int
    expires_ms: int
    requested_by: str
    requested_ms: int
    sealed_ms: int | None
    job: str
    forms: list[SealedFormView]
    manifest_digest: str | None
    package_digest: str | None
    keys_digest: str | None
    superseded: list[str]
    destroyed_ms: int | None


class PapersView(Schema):
    """All papers, newest first."""

    papers: list[PaperView]
