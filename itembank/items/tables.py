"""Rows of banks, items, their immutable versions, the verdicts on them, and figures by digest."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Index, Integer, LargeBinary, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from examserver.kernel.errors import Missing, Refused
from examserver.plumbing.database import BankBase
from itembank.exchange.identity import Likeness
from itembank.items.content import ItemBody, read_content
from itembank.items.state import READINESS_ZH, READY, RETIRED, Signatures

NORMAL, PUBLIC, RESERVED = "normal", "public", "reserved"
STANDINGS = (NORMAL, PUBLIC, RESERVED)


class NoSuchBank(Missing):
    """No bank with this id."""

    code = "bank.missing"


class BankNotReady(Refused):
    """Only a bank that was declared ready serves formal papers (ZJ16-4.3a2)."""

    code = "bank.not_ready"
    message_zh = "题库“{name}”尚未就绪（当前状态：{state_zh}），不能用于正式试卷"
    message_en = "The bank {name} is not ready (it is {state}) and serves no formal papers"
    next_zh = "请在“建设计划”中查看未满足的条件并宣布就绪，或先组试测卷"
    next_en = "See under Programme what is missing and have it declared ready, or assemble a trial paper"


class NoSuchItem(Missing):
    """No item with this id."""

    code = "item.missing"


class BankRow(BankBase):
    """One item bank: an occupation at a level under one standard."""

    __tablename__ = "item_bank"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    occupation_code: Mapped[str] = mapped_column(String(40))
    occupation_name: Mapped[str] = mapped_column(String(120))
    level: Mapped[int] = mapped_column(Integer)
    standard: Mapped[str] = mapped_column(String(200))
    owner: Mapped[str] = mapped_column(String(200))
    provenance: Mapped[str] = mapped_column(String(20))
    items_per_point: Mapped[int] = mapped_column(Integer)
    readiness: Mapped[str] = mapped_column(String(20), default="preparing", server_default="preparing")
    standard_id: Mapped[str] = mapped_column(String(40), default="", server_default="")
    funding: Mapped[str] = mapped_column(String(200), default="", server_default="")
    created_ms: Mapped[int] = mapped_column(BigInteger)


class ItemRow(BankBase):
    """One item under its code; its words are in its versions.

    `standing`: a `public` item is released and capped in later forms, a `reserved` one kept for reserve forms.
    """

    __tablename__ = "item"
    __table_args__ = (
        UniqueConstraint("bank_id", "code"),
        Index("ix_item_bank_state", "bank_id", "state"),
        Index("ix_item_bank_case", "bank_id", "case_code"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    bank_id: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(20))
    version: Mapped[int] = mapped_column(Integer)
    type: Mapped[str] = mapped_column(String(40))
    point: Mapped[str] = mapped_column(String(64))
    version_id: Mapped[str] = mapped_column(String(40))
    import_id: Mapped[str | None] = mapped_column(String(40), index=True)
    case_code: Mapped[str] = mapped_column(String(64), default="", server_default="")
    standing: Mapped[str] = mapped_column(String(20), default=NORMAL, server_default=NORMAL)


class ItemVersionRow(BankBase):
    """One version of an item: content, key and attributes never change; only who signed is added."""

    __tablename__ = "item_version"
    __table_args__ = (UniqueConstraint("item_id", "version"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    item_id: Mapped[str] = mapped_column(String(40))
    bank_id: Mapped[str] = mapped_column(String(40), index=True)
    version: Mapped[int] = mapped_column(Integer)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    key: Mapped[list[str]] = mapped_column(JSON)
    importance: Mapped[str | None] = mapped_column(String(2))
    cognition: Mapped[str | None] = mapped_column(String(20))
    difficulty: Mapped[int | None] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(Text)
    scoring: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")
    enemies: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    owner: Mapped[str] = mapped_column(String(200), default="", server_default="")
    funding: Mapped[str] = mapped_column(String(200), default="", server_default="")
    unit: Mapped[str] = mapped_column(String(40), default="", server_default="")
    words: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    digest: Mapped[str] = mapped_column(String(80))
    stem_identity: Mapped[str] = mapped_column(Text)
    figures_identity: Mapped[str] = mapped_column(Text)
    options_identity: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(String(40))
    author_name: Mapped[str] = mapped_column(String(120))
    reviewer: Mapped[str] = mapped_column(String(40), default="")
    reviewer_name: Mapped[str] = mapped_column(String(120), default="")
    approver: Mapped[str] = mapped_column(String(40), default="")
    approver_name: Mapped[str] = mapped_column(String(120), default="")
    origin_digest: Mapped[str] = mapped_column(String(80), default="")
    origin_row: Mapped[int | None] = mapped_column(Integer)
    created_ms: Mapped[int] = mapped_column(BigInteger)


class VerdictRow(BankBase):
    """One verdict of a reviewer or approver on one version; never changed."""

    __tablename__ = "item_verdict"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    version_id: Mapped[str] = mapped_column(String(40), index=True)
    stage: Mapped[str] = mapped_column(String(20))
    verdict: Mapped[str] = mapped_column(String(20))
    comment: Mapped[str] = mapped_column(Text)
    reasons: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")
    by: Mapped[str] = mapped_column(String(40))
    by_name: Mapped[str] = mapped_column(String(120))
    at_ms: Mapped[int] = mapped_column(BigInteger)


class AssetRow(BankBase):
    """One figure under the digest of its bytes."""

    __tablename__ = "item_asset"

    digest: Mapped[str] = mapped_column(String(80), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(40))
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class AssetGiverRow(BankBase):
    """Who brought a figure: they may look at it before an item holds it."""

    __tablename__ = "item_asset_giver"

    digest: Mapped[str] = mapped_column(String(80), primary_key=True)
    account: Mapped[str] = mapped_column(String(40), primary_key=True)


def load_bank(session: Session, bank_id: str) -> BankRow:
    """The bank; raises NoSuchBank."""
    row = session.get(BankRow, bank_id)
    if row is None:
        raise NoSuchBank(what=bank_id)
    return row


def demand_ready(bank: BankRow) -> None:
    """Raises BankNotReady unless the bank was declared ready."""
    if bank.readiness != READY:
        raise BankNotReady(name=bank.name, state=bank.readiness, state_zh=READINESS_ZH.get(bank.readiness, ""))


def load_item(session: Session, item_id: str) -> ItemRow:
    """The item; raises NoSuchItem."""
    row = session.get(ItemRow, item_id)
    if row is None:
        raise NoSuchItem(what=item_id)
    return row


def current_version(session: Session, item: ItemRow) -> ItemVersionRow:
    """The newest version of an item."""
    return session.get_one(ItemVersionRow, item.version_id)


def versions_of(session: Session, item_id: str) -> list[ItemVersionRow]:
    """All versions, newest first."""
    query = select(ItemVersionRow).where(ItemVersionRow.item_id == item_id)
    return list(session.scalars(query.order_by(ItemVersionRow.version.desc())))


def authors_of(session: Session, item_ids: list[str]) -> dict[str, frozenset[str]]:
    """By item: everybody who wrote a version of it; a later version holds what an earlier one said."""
    found: dict[str, set[str]] = {}
    for start in range(0, len(item_ids), 500):
        query = select(ItemVersionRow.item_id, ItemVersionRow.author).distinct()
        query = query.where(ItemVersionRow.item_id.in_(item_ids[start : start + 500]))
        for item_id, author in session.execute(query):
            found.setdefault(item_id, set()).add(author)
    return {item_id: frozenset(authors) for item_id, authors in found.items()}


def verdicts_on(session: Session, version_ids: list[str]) -> list[VerdictRow]:
    """Verdicts on these versions, oldest first."""
    query = select(VerdictRow).where(VerdictRow.version_id.in_(version_ids))
    return list(session.scalars(query.order_by(VerdictRow.at_ms, VerdictRow.id)))


def body_of(version: ItemVersionRow) -> ItemBody:
    """Everything a version fixes."""
    return ItemBody(
        content=read_content(version.content),
        key=tuple(version.key),
        importance=version.importance,
        cognition=version.cognition,
        difficulty=version.difficulty,
        source=version.source,
        scoring=version.scoring,
        enemies=tuple(version.enemies),
        owner=version.owner,
        funding=version.funding,
    )


def signatures_of(item: ItemRow, version: ItemVersionRow) -> Signatures:
    """Who has signed this version so far."""
    return Signatures(item.code, item.state, version.author, version.reviewer, version.approver)


def known_likenesses(session: Session, bank_id: str) -> list[Likeness]:
    """The likeness of every item of the bank, in order of codes; codes of retired items stay taken."""
    version = ItemVersionRow
    query = (
        select(ItemRow.code, ItemRow.point, ItemRow.state, version.stem_identity, version.figures_identity,
               version.options_identity)
        .join(version, version.id == ItemRow.version_id)
        .where(ItemRow.bank_id == bank_id)
        .order_by(ItemRow.code)
    )  # fmt: skip
    return [
        Likeness(row.code, row.point, "" if row.state == RETIRED else row.stem_identity, row.figures_identity,
                 row.options_identity, "题库中")
        for row in session.execute(query)
    ]  # fmt: skip


def load_assets(session: Session, digests: set[str]) -> dict[str, AssetRow]:
    """The figures with these digests."""
    found: dict[str, AssetRow] = {}
    wanted = sorted(digests)
    for start in range(0, len(wanted), 500):
        query = select(AssetRow).where(AssetRow.digest.in_(wanted[start : start + 500]))
        found |= {row.digest: row for row in session.scalars(query)}
    return found
