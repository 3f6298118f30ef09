"""Who is signed in: staff accounts with argon2 hashes, session cookies, and bearer tokens of machines.

Guessing is throttled by login within an address, never by address alone: a hall of identical computers behind one
address must never lock itself out. A session outlives a sitting (12 hours by default) and dies with sign-out.
"""

import hashlib
import secrets
import tomllib
from collections.abc import Callable
from typing import Any, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from limits import parse
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from examserver.kernel.access import PUBLIC_ACTOR, Actor
from examserver.kernel.errors import Denied, Invalid, Refused, Unavailable
from examserver.plumbing.contract import REGISTRY
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.settings import REPOSITORY
from examserver.plumbing.shared_tables import SHARED
from examserver.plumbing.work import Work, open_work

T = TypeVar("T")
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
ATTEMPTS = parse("8 per minute")
FROM_EVERYWHERE = parse("60 per minute")
MIN_PASSWORD = 10


class WrongCredentials(Denied):
    """Login or password is wrong (never said which)."""

    code = "sign_in.wrong"
    http_status = 401
    message_zh = "账号或密码不正确"
    message_en = "Login or password is wrong"
    next_zh = "请核对后重试，或联系管理员重置密码"
    next_en = "Check and try again, or have the password reset"


class TooManyAttempts(Unavailable):
    """Too many wrong passwords for this login within a minute."""

    code = "sign_in.throttled"
    message_zh = "该账号尝试次数过多，请一分钟后再试"
    message_en = "Too many attempts for this login; try again in a minute"
    next_zh = "等待一分钟后再登录；忘记密码请联系管理员"
    next_en = "Wait a minute, then sign in; ask the administrator if the password is forgotten"


class BadAccount(Invalid):
    """An account cannot be made like this."""

    code = "account.invalid"
    message_zh = "账号信息不符合要求：{reason_zh}"
    message_en = "The account is not acceptable: {reason}"


class LoginTaken(Refused):
    """The login exists already."""

    code = "account.login_taken"
    message_zh = "登录名 {login} 已被使用"
    message_en = "The login {login} is taken"
    next_zh = "请换一个登录名"
    next_en = "Choose another login"


class Throttle:
    """Counts sign-ins per login until one succeeds; in Redis when there is one, else in this process."""

    def __init__(self, redis_url: str) -> None:
        self._limiter = MovingWindowRateLimiter(RedisStorage(redis_url) if redis_url else MemoryStorage())

    def attempt(self, role: str, login: str, address: str = "") -> None:
        """Count a try before it is judged, so that a thousand at once are not judged together; TooManyAttempts.

        Few tries per login and address, more per login from everywhere: who guesses at one machine locks out neither
        the person at another nor the others at the same one.
        """
        if not self._limiter.hit(ATTEMPTS, role, login, address) or not self._limiter.hit(FROM_EVERYWHERE, role, login):
            raise TooManyAttempts(retry_after_s=60)

    def succeeded(self, role: str, login: str, address: str = "") -> None:
        """Forget the tries of a login that got in."""
        self._limiter.clear(ATTEMPTS, role, login, address)


def throttle_of(runtime: RoleRuntime) -> Throttle:
    """The one throttle of this runtime."""
    return runtime.part(Throttle, lambda: Throttle(runtime.settings.redis_url))


def offload(act: Callable[[], T]) -> T:
    """Run a long call into C in a native thread when this process is a gevent server, else in place."""
    from gevent import get_hub, monkey

    if not monkey.is_module_patched("threading"):
        return act()
    result: T = get_hub().threadpool.apply(act)
    return result


def hash_token(token: str) -> str:
    """What is stored of a bearer token or cookie."""
    return hashlib.sha256(token.encode()).hexdigest()


def role_permissions(role: str) -> dict[str, list[str]]:
    """The persons' roles of one system role and their permissions, from config/roles.toml."""
    found: dict[str, list[str]] = tomllib.loads((REPOSITORY / "config" / "roles.toml").read_text("utf-8"))[role]
    return found


def create_account(work: Work, login: str, name: str, roles: list[str], password: str, scope: str | None = None) -> str:
    """A new account; returns its id; raises BadAccount or LoginTaken."""
    known = role_permissions(work.role)
    if not login.strip() or not name.strip() or not roles or not set(roles) <= known.keys():
        names = ", ".join(sorted(known))
        zh, en = f"须有登录名、姓名和已有的角色（{names}）", f"login, name and known roles are needed ({names})"
        raise BadAccount(reason_zh=zh, reason=en)
    if len(password) < MIN_PASSWORD:
        zh, en = f"密码至少 {MIN_PASSWORD} 个字符", f"the password needs at least {MIN_PASSWORD} characters"
        raise BadAccount(reason_zh=zh, reason=en)
    table = SHARED[work.role].account
    if work.session.execute(select(table.c.id).where(table.c.login == login)).first():
        raise LoginTaken(login=login)
    account_id = work.new_id("acc")
    work.session.execute(
        insert(table).values(
            id=account_id,
            login=login,
            name=name,
            roles=roles,
            scope=scope,
            password_hash=HASHER.hash(password),
            state="active",
            created_ms=work.now_ms,
        )
    )
    work.record("account.created", account_id, login=login, name=name, roles=roles, scope=scope)
    return account_id


def _staff_actor(row: Any, role: str, device: str) -> Actor:
    known = role_permissions(role)
    permissions = {permission for name in row.roles for permission in known.get(name, [])}
    return Actor(row.id, row.name, "staff", frozenset(permissions), row.scope, device)


def sign_in(runtime: RoleRuntime, login: str, password: str, device: str) -> tuple[str, int]:
    """A new session token and its lifetime in seconds; `device` is address and browser.

    Raises WrongCredentials or TooManyAttempts.
    """
    throttle, address = throttle_of(runtime), device.partition(" ")[0]
    throttle.attempt(runtime.role, login, address)
    table = SHARED[runtime.role].account
    with runtime.database.transaction(write=False) as session:
        row = session.execute(select(table).where(table.c.login == login, table.c.state == "active")).first()
    hashed = row.password_hash if row else DUMMY_HASH
    if not offload(lambda: _matches(hashed, password)) or row is None:
        with open_work(runtime, PUBLIC_ACTOR) as work:
            work.record("sign_in.refused", login[:80] or "-", device=device)
        raise WrongCredentials()
    throttle.succeeded(runtime.role, login, address)
    return _open_session(runtime, _staff_actor(row, runtime.role, device))


def _matches(hashed: str, password: str) -> bool:
    try:
        return HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


DUMMY_HASH = HASHER.hash(secrets.token_hex(16))


def _open_session(runtime: RoleRuntime, actor: Actor) -> tuple[str, int]:
    token, lifetime_s = secrets.token_urlsafe(32), runtime.settings.web.session_hours * 3600
    with open_work(runtime, actor) as work:
        table = SHARED[runtime.role].staff_session
        work.session.execute(delete(table).where(table.c.expires_ms < work.now_ms))
        work.session.execute(
            insert(table).values(
                token_hash=hash_token(token),
                account_id=actor.id,
                csrf=secrets.token_urlsafe(24),
                device=actor.device[:200],
                created_ms=work.now_ms,
                expires_ms=work.now_ms + lifetime_s * 1000,
            )
        )
        work.record("sign_in.accepted", actor.id, device=actor.device)
    return token, lifetime_s


def staff_of_cookie(runtime: RoleRuntime, session: Session, token: str) -> tuple[Actor, str] | None:
    """The actor and CSRF value behind a session cookie, or None when it has ended."""
    shared = SHARED[runtime.role]
    held, account = shared.staff_session, shared.account
    query = (
        select(account, held.c.csrf, held.c.device)
        .join(held, held.c.account_id == account.c.id)
        .where(held.c.token_hash == hash_token(token), held.c.expires_ms > runtime.clock.now_ms())
        .where(account.c.state == "active")
    )
    row = session.execute(query).first()
    return (_staff_actor(row, runtime.role, row.device), row.csrf) if row else None


def sign_out(work: Work, token: str) -> None:
    """End the session behind this cookie."""
    table = SHARED[work.role].staff_session
    work.session.execute(delete(table).where(table.c.token_hash == hash_token(token)))
    work.record("sign_out", work.actor.id)


def actor_of_token(runtime: RoleRuntime, session: Session, token: str) -> Actor | None:
    """The machine (seat, capture device) behind a bearer token, or None."""
    for resolve in REGISTRY.token_resolvers.get(runtime.role, []):
        actor = resolve(runtime, session, token)
        if actor is not None:
            return actor
    return None
