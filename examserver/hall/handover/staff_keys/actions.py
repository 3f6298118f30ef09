"""Personal signing keys of the hall's staff: made once, kept under the own password, opened for one signature.

Neither the hall's administrator nor a copy of the database can sign in a person's name: the private half is a key
file under the password, which is asked for again at every signature.
"""

from dataclasses import dataclass
from typing import Any

from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select, update

from examserver.kernel.access import Actor
from examserver.kernel.canonical import unb64u
from examserver.kernel.crypto.keys import (
    KeyPair,
    SigningKey,
    key_id,
    read_key_file,
    read_public_part,
    write_key_file,
)
from examserver.kernel.errors import Denied
from examserver.plumbing.identity import HASHER, offload, throttle_of
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.shared_tables import SHARED
from examserver.plumbing.work import Work, open_work


class WrongPassword(Denied):
    """The password is not the account's."""

    code = "staff_key.wrong_password"
    message_zh = "密码不正确，无法签署"
    message_en = "The password is not right; nothing was signed"
    next_zh = "请重新输入本人登录密码"
    next_en = "Enter your own sign-in password again"


@dataclass(frozen=True)
class Holder:
    """A staff member with the personal key opened."""

    account: str
    name: str
    roles: list[str]
    key: SigningKey


@dataclass(frozen=True)
class PublicHalf:
    """The public half of a staff member's key."""

    account: str
    name: str
    roles: list[str]
    key: str
    public_key: str


def enrol_staff_key(runtime: RoleRuntime, actor: Actor, password: str) -> PublicHalf:
    """Make the actor's personal key, unless there is one; raises WrongPassword, TooManyAttempts."""
    row = _kept(runtime, actor, password)
    return _public(row.id, row.name, row.roles, row.key_file)


def _kept(runtime: RoleRuntime, actor: Actor, password: str) -> Any:
    """The actor's account with its key file; the long computations run in no transaction, for answers must not wait."""
    row = _account(runtime, actor)
    throttle, name = throttle_of(runtime), f"staff-key {row.id}"
    throttle.attempt(runtime.role, name)
    if not offload(lambda: matches(row.password_hash, password)):
        raise WrongPassword()
    throttle.succeeded(runtime.role, name)
    if row.key_file is None:
        pair = KeyPair.generate()
        file = offload(lambda: write_key_file(pair, row.name, password)).decode()
        _keep(runtime, actor, file, pair.signing.id)
    return _account(runtime, actor)


def _account(runtime: RoleRuntime, actor: Actor) -> Any:
    table = SHARED[runtime.role].account
    with open_work(runtime, actor, write=False) as work:
        return work.session.execute(select(table).where(table.c.id == actor.id)).one()


def _keep(runtime: RoleRuntime, actor: Actor, file: str, key: str) -> None:
    """Keep a new key unless another call was faster."""
    table = SHARED[runtime.role].account
    with open_work(runtime, actor) as work:
        kept = work.session.scalar(select(table.c.key_file).where(table.c.id == actor.id))
        if kept is None:
            work.session.execute(update(table).where(table.c.id == actor.id).values(key_file=file))
            work.record("staff_key.enrolled", actor.id, key=key)


def matches(password_hash: str, password: str) -> bool:
    """Say whether the password is the account's."""
    try:
        return HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def open_staff_key(runtime: RoleRuntime, actor: Actor, password: str) -> Holder:
    """Open the actor's personal key, made now if need be; raises WrongPassword, TooManyAttempts."""
    row = _kept(runtime, actor, password)
    pair = offload(lambda: read_key_file(row.key_file.encode(), password))
    return Holder(row.id, row.name, list(row.roles), pair.signing)


def staff_keys(work: Work) -> list[PublicHalf]:
    """Give the public halves of all staff keys of this hall."""
    table = SHARED[work.role].account
    rows = work.session.execute(select(table).where(table.c.key_file.is_not(None)).order_by(table.c.login))
    return [_public(row.id, row.name, row.roles, row.key_file) for row in rows]


def _public(account: str, name: str, roles: list[str], file: str) -> PublicHalf:
    public = read_public_part(file.encode())["signing_key"]
    return PublicHalf(account, name, list(roles), key_id("ed25519", unb64u(public)), public)
