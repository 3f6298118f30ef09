"""Rows of public releases."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, String, Text, or_, select
from sqlalchemy.orm import Mapped, Session, defer, mapped_column

from examserver.kernel.errors import Missing
from examserver.plumbing.database import BankBase
from itembank.assembly.tables import APPROVED_FORMS, AssemblyFormRow, AssemblyRow, sections_of
from itembank.items.state import ENROLLED
from itembank.items.tables import NORMAL, ItemRow
from itembank.papers.tables import PaperRow

MOST_LISTED = 500
PROPOSED, RELEASED, WITHDRAWN = "proposed", "released", "withdrawn"


class NoSuchRelease(Missing):
    """No public release with this id."""

    code = "publication.missing"


class ReleaseRow(BankBase):
    """One release: what was proposed, by whom drawn, and the signed document once it is public."""

    __tablename__ = "public_release"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    bank_id: Mapped[str] = mapped_column(String(40), index=True)
    state: Mapped[str] = mapped_column(String(20))
    ratio: Mapped[str] = mapped_column(String(10))
    types: Mapped[list[str]] = mapped_column(JSON)
    area: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    eligible: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    eligible_digest: Mapped[str] = mapped_column(String(80))
    count: Mapped[int] = mapped_column(Integer)
    hidden: Mapped[str] = mapped_column(String(80))
    commitment: Mapped[str] = mapped_column(String(80))
    words: Mapped[str] = mapped_column(String(200), default="")
    document: Mapped[str] = mapped_column(Text, default="")
    assets: Mapped[list[str]] = mapped_column(JSON, default=list)
    by: Mapped[str] = mapped_column(String(40))
    by_name: Mapped[str] = mapped_column(String(120))
    created_ms: Mapped[int] = mapped_column(BigInteger)
    approver: Mapped[str] = mapped_column(String(40), default="")
    approver_name: Mapped[str] = mapped_column(String(120), default="")
    released_ms: Mapped[int | None] = mapped_column(BigInteger)


def load_release(session: Session, release_id: str) -> ReleaseRow:
    """The release, kept from other writers until the transaction ends; raises NoSuchRelease."""
    row = session.get(ReleaseRow, release_id, with_for_update=True)
    if row is None:
        raise NoSuchRelease(what=release_id[:60])
    return row


def releases_of(session: Session, bank_id: str) -> list[ReleaseRow]:
    """The releases of a bank, newest first."""
    query = select(ReleaseRow).where(ReleaseRow.bank_id == bank_id)
    return list(session.scalars(query.order_by(ReleaseRow.created_ms.desc(), ReleaseRow.id)))


def public_releases(session: Session) -> list[ReleaseRow]:
    """The latest releases, newest first, without their documents."""
    query = select(ReleaseRow).where(ReleaseRow.state == RELEASED).options(defer(ReleaseRow.document))
    return list(session.scalars(query.order_by(ReleaseRow.released_ms.desc(), ReleaseRow.id).limit(MOST_LISTED)))


def released_assets(session: Session) -> set[str]:
    """Digests of the figures and sounds of everything ever released."""
    rows = session.scalars(select(ReleaseRow.assets).where(ReleaseRow.state == RELEASED))
    return {digest for assets in rows for digest in assets}


def items_in_live_papers(session: Session, bank_id: str, now_ms: int) -> set[str]:
    """Codes of items in approved forms, and in sealed papers whose window has not passed."""
    running = select(PaperRow.assembly).where(PaperRow.expires_ms > now_ms)
    query = (
        select(AssemblyFormRow)
        .join(AssemblyRow, AssemblyRow.id == AssemblyFormRow.assembly_id)
        .where(AssemblyRow.bank_id == bank_id)
        .where(or_(AssemblyRow.state == APPROVED_FORMS, AssemblyRow.id.in_(running)))
    )
    return {item.code for form in session.scalars(query) for part in sections_of(form) for item in part.items}


def load_public_release(session: Session, release_id: str) -> ReleaseRow:
    """A release that is public; raises NoSuchRelease for any other."""
    row = session.get(ReleaseRow, release_id)
    if row is None or row.state != RELEASED:
        raise NoSuchRelease(what=release_id[:60])
    return row


def enrolled_items(session: Session, bank_id: str, types: list[str]) -> list[ItemRow]:
    """Enrolled items nobody has released or reserved, of these types (all when empty), none of a case group."""
    query = select(ItemRow).where(
        ItemRow.bank_id == bank_id, ItemRow.state == ENROLLED, ItemRow.standing == NORMAL, ItemRow.case_code == ""
    )
    query = query.where(ItemRow.type.in_(types)) if types else query
    return list(session.scalars(query.order_by(ItemRow.code)))
