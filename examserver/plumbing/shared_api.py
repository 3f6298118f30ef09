"""Endpoints every role has: sign-in, sign-out, who am I, accounts, keys, jobs."""

from typing import Any

from pydantic import Field

from examserver.kernel.access import PUBLIC, SIGNED_IN, Permit
from examserver.plumbing import identity, jobs, trust
from examserver.plumbing.contract import Schema, endpoint
from examserver.plumbing.work import Work


class AccountRequest(Schema):
    """A new staff account."""

    login: str = Field(min_length=1, max_length=80)
    name: str = Field(min_length=1, max_length=120)
    roles: list[str] = Field(min_length=1, max_length=20)
    password: str = Field(min_length=1, max_length=200)
    scope: str | None = None


class AccountView(Schema):
    """An account's id."""

    account_id: str


class KeyView(Schema):
    """A public key pair: ids and raw keys in base64url."""

    role: str
    name: str
    key: str
    signing_key: str
    sealing_key: str | None


class KeysView(Schema):
    """This role's own keys and the trusted ones."""

    own: KeyView
    trusted: list[KeyView]


class TrustRequest(Schema):
    """Keys of another role or person to trust."""

    role: str = Field(min_length=1, max_length=40)
    name: str = Field(min_length=1, max_length=120)
    signing_key: str = Field(max_length=80)
    sealing_key: str | None = Field(default=None, max_length=80)


class JobView(Schema):
    """How far a job is, and what came of it."""

    id: str
    kind: str
    state: str
    percent: int
    note_zh: str
    result: dict[str, Any] | None
    error: dict[str, Any] | None


def _declare(role: str) -> None:
    @endpoint(
        "POST",
        f"/api/{role}/accounts",
        role=role,
        access=Permit("accounts.edit"),
        answer=AccountView,
        errors=(identity.BadAccount, identity.LoginTaken),
        summary="Create a staff account",
    )
    def create(work: Work, body: AccountRequest) -> AccountView:
        account_id = identity.create_account(work, body.login, body.name, body.roles, body.password, body.scope)
        return AccountView(account_id=account_id)

    @endpoint("GET", f"/api/{role}/keys", role=role, access=PUBLIC, answer=KeysView, summary="Public keys of this role")
    def keys(work: Work) -> KeysView:
        rows = [KeyView.model_validate(trust.key_row(key)) for key in trust.trusted(work)]
        return KeysView(own=KeyView.model_validate(trust.key_row(trust.own_key(work))), trusted=rows)

    @endpoint(
        "POST",
        f"/api/{role}/trusted-keys",
        role=role,
        access=Permit("keys.trust"),
        answer=KeyView,
        errors=(trust.BadKey,),
        summary="Trust another role's or person's keys",
    )
    def trust_key(work: Work, body: TrustRequest) -> KeyView:
        key = trust.trust_key(work, body.role, body.name, body.signing_key, body.sealing_key)
        return KeyView.model_validate(trust.key_row(key))

    @endpoint(
        "GET",
        f"/api/{role}/jobs/{{job_id}}",
        role=role,
        access=SIGNED_IN,
        answer=JobView,
        errors=(jobs.NoSuchJob,),
        summary="Watch a job; what came of it is for who asked, and for who may read all jobs",
    )
    def job(work: Work, job_id: str) -> JobView:
        row = jobs.load_job(work, job_id)
        whole = row.by == work.actor.id or "jobs.read" in work.actor.permissions
        return JobView(
            id=row.id,
            kind=row.kind,
            state=row.state,
            percent=row.percent,
            note_zh=row.note if whole else "",
            result=row.result if whole else None,
            error=row.error if whole else None,
        )

    for handler in (create, keys, trust_key, job):
        handler.__name__ = f"{role}_{handler.__name__}"


for _role in ("bank", "authority", "hall"):
    _declare(_role)
