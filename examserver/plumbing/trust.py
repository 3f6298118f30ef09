"""Keys of other roles and persons this role trusts, with the endpoints to see and add them."""

from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from examserver.kernel.canonical import b64u, unb64u
from examserver.kernel.crypto.keys import key_id
from examserver.kernel.documents import Trust
from examserver.kernel.documents import TrustedKey as DocumentKey
from examserver.kernel.errors import Invalid, Missing
from examserver.plumbing.shared_tables import SHARED
from examserver.plumbing.work import Work


class BadKey(Invalid):
    """Not a raw 32-byte public key in base64url."""

    code = "keys.malformed"
    message_zh = "公钥格式不正确"
    message_en = "The public key is not well-formed"


class NoTrustedKey(Missing):
    """Nobody of this role is trusted here yet."""

    code = "keys.not_trusted"
    message_zh = "尚未登记可信密钥：{what}"
    message_en = "No trusted key registered: {what}"
    next_zh = "请管理员先登记对方的公钥"
    next_en = "Have an administrator register the other side's key first"


@dataclass(frozen=True)
class TrustedKey:
    """A trusted party: signing key and, when it receives sealed things, sealing key (raw bytes)."""

    role: str
    name: str
    signing_raw: bytes
    sealing_raw: bytes | None

    @property
    def id(self) -> str:
        """The signing key's id."""
        return key_id("ed25519", self.signing_raw)


def _raw(text: str) -> bytes:
    data = unb64u(text)
    if len(data) != 32:
        raise BadKey()
    return data


def _sealing_id(text: str | None) -> str | None:
    return key_id("x25519", unb64u(text)) if text else None


def trust_key(work: Work, role: str, name: str, signing_key: str, sealing_key: str | None) -> TrustedKey:
    """Register a key (again: replaces its name and sealing key)."""
    found = TrustedKey(role, name, _raw(signing_key), _raw(sealing_key) if sealing_key else None)
    table = SHARED[work.role].trusted_key
    same = (table.c.key == found.id) & (table.c.role == role)
    before = work.session.execute(select(table).where(same)).first()
    work.session.execute(delete(table).where(same))
    work.session.execute(
        insert(table).values(
            key=found.id,
            role=role,
            name=name,
            signing_key=signing_key,
            sealing_key=sealing_key,
            added_ms=work.now_ms,
            added_by=work.actor.id,
        )
    )
    replaced = {"name": before.name, "sealing": _sealing_id(before.sealing_key)} if before else None
    work.record("keys.trusted", found.id, role=role, name=name, sealing=_sealing_id(sealing_key), replaced=replaced)
    return found


def trusted(work: Work, role: str | None = None) -> list[TrustedKey]:
    """The trusted keys, of one role or all, oldest first."""
    table = SHARED[work.role].trusted_key
    query = select(table).order_by(table.c.added_ms, table.c.key)
    if role is not None:
        query = query.where(table.c.role == role)
    return [
        TrustedKey(row.role, row.name, unb64u(row.signing_key), unb64u(row.sealing_key) if row.sealing_key else None)
        for row in work.session.execute(query)
    ]


def load_trusted(work: Work, role: str) -> TrustedKey:
    """The newest trusted key of a role; raises NoTrustedKey."""
    keys = trusted(work, role)
    if not keys:
        raise NoTrustedKey(what=role)
    return keys[-1]


def own_key(work: Work) -> TrustedKey:
    """This role's own public keys."""
    pair = work.runtime.keys
    return TrustedKey(work.role, work.role, pair.signing.public_raw, pair.sealing.public_raw)


def trust_of(work: Work) -> Trust:
    """The trust list verifiers take: this role's own key and every trusted one."""
    return Trust(tuple(DocumentKey(one.role, one.name, one.signing_raw) for one in (own_key(work), *trusted(work))))


def key_row(key: TrustedKey) -> dict[str, str | None]:
    """Plain data of a key for answers and files."""
    return {
        "role": key.role,
        "name": key.name,
        "key": key.id,
        "signing_key": b64u(key.signing_raw),
        "sealing_key": b64u(key.sealing_raw) if key.sealing_raw else None,
    }
