"""Rows of custodians and sealed papers (bank role), and how they are read."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, LargeBinary, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from examserver.kernel.errors import Missing
from examserver.plumbing.database import BankBase
from examserver.plumbing.shared_tables import SHARED
from examserver.plumbing.work import Work
from itembank.allocation.store import own_allocations
from itembank.assembly.tables import load_assembly
from itembank.items.tables import ItemVersionRow


class NoSuchPaper(Missing):
    """No sealed paper with this id."""

    code = "paper.sealed_missing"


class NoSuchCustodian(Missing):
    """No custodian with this id."""

    code = "custodian.missing"


class NoSuchCeremony(Missing):
    """No ceremony with this id."""

    code = "ceremony.missing"


class NoSuchDestruction(Missing):
    """No destruction with this id."""

    code = "destruction.missing"


class NoSuchHold(Missing):
    """No legal hold with this id."""

    code = "hold.missing"


class CustodianRow(BankBase):
    """A person who may keep shares: name and public keys, never private ones."""

    __tablename__ = "paper_custodian"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    signing_key: Mapped[str] = mapped_column(String(60), unique=True)
    sealing_key: Mapped[str] = mapped_column(String(60), unique=True)
    created_ms: Mapped[int] = mapped_column(BigInteger)
    created_by: Mapped[str] = mapped_column(String(120))


class PaperRow(BankBase):
    """A paper from the request to seal it until it is destroyed; the files lie in the vault under their digests.

    `earlier` lists the packages a re-sealing superseded: manifest and package digest, ceremony, when.
    """

    __tablename__ = "paper"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    assembly: Mapped[str] = mapped_column(String(40), index=True)
    title: Mapped[str] = mapped_column(String(400))
    custodians: Mapped[list[str]] = mapped_column(JSON)
    threshold: Mapped[int] = mapped_column(Integer)
    not_before_ms: Mapped[int] = mapped_column(BigInteger)
    expires_ms: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(20))
    requested_by: Mapped[str] = mapped_column(String(120))
    requested_ms: Mapped[int] = mapped_column(BigInteger)
    job: Mapped[str] = mapped_column(String(40))
    forms: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    manifest_digest: Mapped[str | None] = mapped_column(String(80))
    package_digest: Mapped[str | None] = mapped_column(String(80))
    keys_digest: Mapped[str | None] = mapped_column(String(80))
    sealed_ms: Mapped[int | None] = mapped_column(BigInteger)
    earlier: Mapped[list[dict[str, Any]]] = mapped_column(JSON, server_default="[]", default=list)
    destroyed_ms: Mapped[int | None] = mapped_column(BigInteger)


class CeremonyRow(BankBase):
    """A ceremony of a paper's custodians from the request on; `sealed_key` is its private key under the bank's own."""

    __tablename__ = "paper_ceremony"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    paper: Mapped[str] = mapped_column(String(40), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    wish: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(String(1000))
    asked_by: Mapped[str] = mapped_column(String(120))
    asked_ms: Mapped[int] = mapped_column(BigInteger)
    approved_by: Mapped[str | None] = mapped_column(String(120))
    approved_ms: Mapped[int | None] = mapped_column(BigInteger)
    call: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    ended_ms: Mapped[int | None] = mapped_column(BigInteger)
    printed: Mapped[int] = mapped_column(Integer, default=0)


class CeremonyReleaseRow(BankBase):
    """One custodian's answer to a call, as handed in."""

    __tablename__ = "paper_ceremony_release"

    ceremony: Mapped[str] = mapped_column(String(40), primary_key=True)
    custodian: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    device: Mapped[str] = mapped_column(String(200))
    at_ms: Mapped[int] = mapped_column(BigInteger)
    file: Mapped[bytes] = mapped_column(LargeBinary)


class CopyRow(BankBase):
    """One printed copy: its mark stands on every page, and says here where the copy went."""

    __tablename__ = "paper_copy"

    mark: Mapped[str] = mapped_column(String(20), primary_key=True)
    paper: Mapped[str] = mapped_column(String(40), index=True)
    ceremony: Mapped[str] = mapped_column(String(40))
    form: Mapped[str] = mapped_column(String(80))
    number: Mapped[int] = mapped_column(Integer)
    place: Mapped[str] = mapped_column(String(400))
    by: Mapped[str] = mapped_column(String(120))
    at_ms: Mapped[int] = mapped_column(BigInteger)


class PossessionRow(BankBase):
    """A challenge to one custodian of one paper, and the answer that proved possession."""

    __tablename__ = "paper_possession"

    nonce: Mapped[str] = mapped_column(String(60), primary_key=True)
    paper: Mapped[str] = mapped_column(String(40), index=True)
    manifest_digest: Mapped[str] = mapped_column(String(80))
    custodian: Mapped[str] = mapped_column(String(40))
    made_ms: Mapped[int] = mapped_column(BigInteger)
    expires_ms: Mapped[int] = mapped_column(BigInteger)
    made_by: Mapped[str] = mapped_column(String(120))
    proven_ms: Mapped[int | None] = mapped_column(BigInteger)
    device: Mapped[str] = mapped_column(String(200), default="")
    file: Mapped[bytes | None] = mapped_column(LargeBinary)


class HoldRow(BankBase):
    """A legal hold: while it stands nothing of the paper is destroyed."""

    __tablename__ = "paper_hold"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    paper: Mapped[str] = mapped_column(String(40), index=True)
    reason: Mapped[str] = mapped_column(String(1000))
    placed_by: Mapped[str] = mapped_column(String(120))
    placed_ms: Mapped[int] = mapped_column(BigInteger)
    lifted_by: Mapped[str | None] = mapped_column(String(120))
    lifted_ms: Mapped[int | None] = mapped_column(BigInteger)


class DestructionRow(BankBase):
    """A destruction from its request; the signed record stays for good."""

    __tablename__ = "paper_destruction"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    paper: Mapped[str] = mapped_column(String(40), index=True)
    state: Mapped[str] = mapped_column(String(20))
    material: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(String(1000))
    asked_by: Mapped[str] = mapped_column(String(120))
    asked_ms: Mapped[int] = mapped_column(BigInteger)
    approved_by: Mapped[str | None] = mapped_column(String(120))
    done_ms: Mapped[int | None] = mapped_column(BigInteger)
    record: Mapped[bytes | None] = mapped_column(LargeBinary)


def person_names(session: Session) -> dict[str, str]:
    """Name and login of every account by its id: how documents and pages call the persons who asked and approved."""
    account = SHARED["bank"].account
    rows = session.execute(select(account.c.id, account.c.name, account.c.login))
    return {one: f"{name}（{login}）" for one, name, login in rows}


def load_custodian(session: Session, custodian_id: str) -> CustodianRow:
    """The custodian; raises NoSuchCustodian."""
    row = session.get(CustodianRow, custodian_id)
    if row is None:
        raise NoSuchCustodian(what=custodian_id)
    return row


def all_custodians(session: Session) -> list[CustodianRow]:
    """Every custodian, by name."""
    return list(session.scalars(select(CustodianRow).order_by(CustodianRow.name)))


def load_paper(session: Session, paper_id: str) -> PaperRow:
    """The paper; raises NoSuchPaper."""
    row = session.get(PaperRow, paper_id)
    if row is None:
        raise NoSuchPaper(what=paper_id)
    return row


def all_papers(session: Session) -> list[PaperRow]:
    """Every paper, newest first."""
    return list(session.scalars(select(PaperRow).order_by(PaperRow.requested_ms.desc(), PaperRow.id)))


def _is_own(work: Work, row: PaperRow) -> bool:
    """Whether a paper was assembled under an allocation of the acting person's unit; the authority's own see all."""
    own = own_allocations(work)
    return own is None or load_assembly(work.session, row.assembly).allocation_id in own


def load_own_paper(work: Work, paper_id: str) -> PaperRow:
    """A paper the acting person has to do with; for an institution another's does not exist: NoSuchPaper."""
    row = load_paper(work.session, paper_id)
    if not _is_own(work, row):
        raise NoSuchPaper(what=paper_id)
    return row


def load_own_ceremony(work: Work, ceremony_id: str, lock: bool = False) -> CeremonyRow:
    """A ceremony of a paper the acting person has to do with; raises NoSuchCeremony or NoSuchPaper."""
    row = load_ceremony(work.session, ceremony_id, lock=lock)
    load_own_paper(work, row.paper)
    return row


def own_papers(work: Work) -> list[PaperRow]:
    """The papers the acting person has to do with, newest first."""
    return [row for row in all_papers(work.session) if _is_own(work, row)]


def all_item_versions(session: Session) -> list[ItemVersionRow]:
    """Every version of every item, by id."""
    return list(session.scalars(select(ItemVersionRow).order_by(ItemVersionRow.id)))


def load_ceremony(session: Session, ceremony_id: str, lock: bool = False) -> CeremonyRow:
    """The ceremony; `lock` keeps other writers away until the transaction ends. Raises NoSuchCeremony."""
    row = session.get(CeremonyRow, ceremony_id, with_for_update=lock, populate_existing=lock)
    if row is None:
        raise NoSuchCeremony(what=ceremony_id[:60])
    return row


def ceremonies_of(session: Session, paper_id: str) -> list[CeremonyRow]:
    """A paper's ceremonies, newest first."""
    query = select(CeremonyRow).where(CeremonyRow.paper == paper_id)
    return list(session.scalars(query.order_by(CeremonyRow.asked_ms.desc(), CeremonyRow.id.desc())))


def releases_of(session: Session, ceremony_id: str) -> list[CeremonyReleaseRow]:
    """The answers to a call, in the order they came."""
    query = select(CeremonyReleaseRow).where(CeremonyReleaseRow.ceremony == ceremony_id)
    return list(session.scalars(query.order_by(CeremonyReleaseRow.at_ms, CeremonyReleaseRow.custodian)))


def wipe_for_good(session: Session) -> None:
    """What this transaction overwrites is overwritten on the disk too (SQLite keeps freed pages otherwise)."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA secure_delete=ON"))


def possessions_of(session: Session, paper_id: str) -> list[PossessionRow]:
    """A paper's challenges and answers, newest first."""
    query = select(PossessionRow).where(PossessionRow.paper == paper_id)
    return list(session.scalars(query.order_by(PossessionRow.made_ms.desc(), PossessionRow.nonce)))


def copies_of(session: Session, paper_id: str) -> list[CopyRow]:
    """A paper's printed copies, by mark."""
    return list(session.scalars(select(CopyRow).where(CopyRow.paper == paper_id).order_by(CopyRow.mark)))


def holds_of(session: Session, paper_id: str) -> list[HoldRow]:
    """A paper's legal holds, newest first."""
    return list(session.scalars(select(HoldRow).where(HoldRow.paper == paper_id).order_by(HoldRow.placed_ms.desc())))


def destructions_of(session: Session, paper_id: str) -> list[DestructionRow]:
    """What was asked to be destroyed of a paper, newest first."""
    query = select(DestructionRow).where(DestructionRow.paper == paper_id)
    return list(session.scalars(query.order_by(DestructionRow.asked_ms.desc())))
