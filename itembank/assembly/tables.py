"""Rows of blueprints, assemblies and their forms."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Index, Integer, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from examserver.kernel.canonical import digest, to_json
from examserver.kernel.errors import Missing
from examserver.plumbing.database import BankBase
from itembank.assembly.blueprint import Blueprint, read_blueprint
from itembank.assembly.curves import Curve
from itembank.assembly.exposure import PaperUse, count_uses
from itembank.assembly.order import PlacedItem, PlacedSection
from itembank.assembly.recount import rivals
from itembank.assembly.supply import PoolItem
from itembank.items.content import ItemBody, word_count
from itembank.items.kinds import load_type
from itembank.items.state import FORMAL, USABLE
from itembank.items.tables import ItemRow, ItemVersionRow, body_of
from itembank.psychometrics.tables import parameters_of
from itembank.quality.tables import enemy_pairs
from itembank.specs.tree import ContentSpecification

RUNNING, ASSEMBLED, INFEASIBLE, FAILED = "running", "assembled", "infeasible", "failed"
APPROVED_FORMS, SEALED, CANCELLED = "approved", "sealed", "cancelled"
JOB = "assemble_forms"


class NoSuchBlueprint(Missing):
    """No blueprint with this id."""

    code = "blueprint.missing"


class NoSuchAssembly(Missing):
    """No assembly with this id."""

    code = "assembly.missing"


class NoSuchForm(Missing):
    """No form with this id in the assembly."""

    code = "assembly.form_missing"


class BlueprintRow(BankBase):
    """A blueprint of a bank; never changed, a better one is a new row."""

    __tablename__ = "blueprint"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    bank_id: Mapped[str] = mapped_column(String(40), index=True)
    name: Mapped[str] = mapped_column(String(200))
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(80))
    by: Mapped[str] = mapped_column(String(40))
    by_name: Mapped[str] = mapped_column(String(120))
    created_ms: Mapped[int] = mapped_column(BigInteger)


class AssemblyRow(BankBase):
    """One run of the assembler: what was asked, what came of it, who approved.

    `measured` keeps the ability and the parameters by which forms were compared, so that later estimates change
    nothing of what was decided; `relaxation` the least change that would work where nothing did.
    """

    __tablename__ = "assembly"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    bank_id: Mapped[str] = mapped_column(String(40), index=True)
    blueprint_id: Mapped[str] = mapped_column(String(40))
    blueprint_digest: Mapped[str] = mapped_column(String(80))
    specification_digest: Mapped[str] = mapped_column(String(80))
    pool_digest: Mapped[str] = mapped_column(String(80), default="")
    seed: Mapped[str] = mapped_column(String(200))
    forms: Mapped[int] = mapped_column(Integer)
    reserve_forms: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(20))
    purpose: Mapped[str] = mapped_column(String(20), default=FORMAL, server_default=FORMAL)
    allocation_id: Mapped[str] = mapped_column(String(40), default="", server_default="")
    shortages: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    overlap: Mapped[list[list[int]]] = mapped_column(JSON)
    job_id: Mapped[str] = mapped_column(String(40), default="")
    solver: Mapped[str] = mapped_column(String(80), default="")
    by: Mapped[str] = mapped_column(String(40))
    by_name: Mapped[str] = mapped_column(String(120))
    created_ms: Mapped[int] = mapped_column(BigInteger)
    approver: Mapped[str] = mapped_column(String(40), default="")
    approver_name: Mapped[str] = mapped_column(String(120), default="")
    approved_ms: Mapped[int | None] = mapped_column(BigInteger)
    measured: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")
    relaxation: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")
    report: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")
    took_ms: Mapped[int] = mapped_column(Integer, default=0, server_default="0")


class AssemblyFormRow(BankBase):
    """One form of an assembly: its places, the digests of its documents, what the checker found, how far it is off."""

    __tablename__ = "assembly_form"

    assembly_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    form_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(20))
    reserve: Mapped[bool] = mapped_column(Boolean)
    sections: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    items: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(String(80))
    key_digest: Mapped[str] = mapped_column(String(80))
    checks: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    report: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")


class ItemUseRow(BankBase):
    """One use of an item by an approved form; nothing is ever taken out: whoever approved has seen it."""

    __tablename__ = "item_use"
    __table_args__ = (Index("ix_item_use_bank_code", "bank_id", "code"),)

    assembly_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    form_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    bank_id: Mapped[str] = mapped_column(String(40))
    reserve: Mapped[bool] = mapped_column(Boolean)
    purpose: Mapped[str] = mapped_column(String(20))
    at_ms: Mapped[int] = mapped_column(BigInteger)


@dataclass(frozen=True)
class Use:
    """How many papers an item was in, and when it was last approved for one."""

    count: int
    last_ms: int


def uses_of(session: Session, bank_id: str) -> dict[str, Use]:
    """The exposure of every item of the bank that was ever used, by code."""
    uses = _paper_uses(session, bank_id)
    found: dict[str, Use] = {}
    for code, _, at_ms in uses:
        so_far = found.get(code, Use(0, 0))
        found[code] = Use(so_far.count + 1, max(so_far.last_ms, at_ms))
    return found


def uses_within(session: Session, bank_id: str, blueprint: Blueprint, as_of_ms: int, but: str) -> dict[str, int]:
    """How often items were used within the blueprint's window before a moment, by other papers than `but`."""
    uses = [use for use in _paper_uses(session, bank_id) if use[1] != but and use[2] <= as_of_ms]
    return count_uses(uses, as_of_ms, blueprint.uses_months, blueprint.uses_papers)


def _paper_uses(session: Session, bank_id: str) -> list[PaperUse]:
    query = (
        select(ItemUseRow.code, ItemUseRow.assembly_id, func.max(ItemUseRow.at_ms))
        .where(ItemUseRow.bank_id == bank_id)
        .group_by(ItemUseRow.code, ItemUseRow.assembly_id)
    )
    return [(code, assembly, at_ms) for code, assembly, at_ms in session.execute(query)]


def load_blueprint_row(session: Session, blueprint_id: str) -> BlueprintRow:
    """The blueprint; raises NoSuchBlueprint."""
    row = session.get(BlueprintRow, blueprint_id)
    if row is None:
        raise NoSuchBlueprint(what=blueprint_id)
    return row


def blueprints_of(session: Session, bank_id: str) -> list[BlueprintRow]:
    """The blueprints of a bank, newest first."""
    query = select(BlueprintRow).where(BlueprintRow.bank_id == bank_id)
    return list(session.scalars(query.order_by(BlueprintRow.created_ms.desc(), BlueprintRow.id.desc())))


def blueprint_of(session: Session, row: AssemblyRow) -> Blueprint:
    """The blueprint an assembly followed."""
    return read_blueprint(load_blueprint_row(session, row.blueprint_id).body)


def load_assembly(session: Session, assembly_id: str) -> AssemblyRow:
    """The assembly; raises NoSuchAssembly."""
    row = session.get(AssemblyRow, assembly_id)
    if row is None:
        raise NoSuchAssembly(what=assembly_id)
    return row


def assemblies(session: Session) -> list[AssemblyRow]:
    """All assemblies, newest first."""
    return list(session.scalars(select(AssemblyRow).order_by(AssemblyRow.created_ms.desc()).limit(200)))


def forms_of(session: Session, assembly_id: str) -> list[AssemblyFormRow]:
    """The forms of an assembly in their order."""
    query = select(AssemblyFormRow).where(AssemblyFormRow.assembly_id == assembly_id)
    return list(session.scalars(query.order_by(AssemblyFormRow.number)))


def sections_as_json(sections: tuple[PlacedSection, ...]) -> list[dict[str, Any]]:
    """Plain data of placed sections."""
    return [
        vars(part) | {"items": [vars(item) | {"options": [list(pair) for pair in item.options]} for item in part.items]}
        for part in sections
    ]


def sections_of(row: AssemblyFormRow) -> tuple[PlacedSection, ...]:
    """The placed sections a form row holds."""
    return tuple(
        PlacedSection(one["id"], one["type"], one["title"], one["points"], tuple(_placed(i) for i in one["items"]))
        for one in row.sections
    )


def _placed(value: dict[str, Any]) -> PlacedItem:
    options = tuple((shown, own) for shown, own in value["options"])
    return PlacedItem(value["id"], value["code"], value["version"], options)


def load_pool(
    session: Session,
    bank_id: str,
    specification: ContentSpecification,
    purpose: str = FORMAL,
    uses: Mapping[str, int] | None = None,
) -> tuple[list[PoolItem], dict[str, ItemBody]]:
    """Items of this bank alone that a paper of this purpose may use, in order of codes, and their bodies by code."""
    query = (
        select(ItemVersionRow, ItemRow.standing)
        .join(ItemRow, ItemRow.version_id == ItemVersionRow.id)
        .where(ItemRow.bank_id == bank_id, ItemRow.state.in_(USABLE[purpose]))
        .order_by(ItemRow.code)
    )
    curves, enemies = curves_of(session, bank_id), enemies_of(session, bank_id)
    pool, bodies = [], {}
    for version, standing in session.execute(query):
        body = body_of(version)
        code = body.content.code
        bodies[code] = body
        known = _Known(standing, (uses or {}).get(code, 0), curves.get(code), enemies.get(code, frozenset()))
        pool.append(_pool_item(version, body, specification, known))
    return sorted(pool, key=lambda item: item.code), bodies


def curves_of(session: Session, bank_id: str) -> dict[str, Curve]:
    """The measured parameters of the bank's items, by code."""
    return {code: Curve(one.a, one.b, one.c) for code, one in parameters_of(session, bank_id).items()}


def enemies_of(session: Session, bank_id: str) -> dict[str, frozenset[str]]:
    """Whom a person keeps from meeting whom, besides what the items themselves say."""
    found: dict[str, set[str]] = {}
    for pair in enemy_pairs(session, bank_id):
        for code in pair:
            found.setdefault(code, set()).update(pair - {code})
    return {code: frozenset(others) for code, others in found.items()}


@dataclass(frozen=True)
class _Known:
    """What the bank knows of an item besides its version."""

    standing: str
    uses: int
    curve: Curve | None
    enemies: frozenset[str]


def _pool_item(version: ItemVersionRow, body: ItemBody, specification: ContentSpecification, known: _Known) -> PoolItem:
    content = body.content
    case, shared = content.case, content.case.stimulus if content.case else ()
    return PoolItem(
        code=content.code,
        version=version.version,
        version_id=version.id,
        digest=version.digest,
        type=content.type,
        point=content.point,
        path=specification.path(content.point),
        importance=body.importance,
        difficulty=body.difficulty,
        group=rivals(content),
        cognition=body.cognition,
        words=word_count(content),
        enemies=tuple(sorted({*body.enemies, *known.enemies})),
        case=case.code if case else "",
        place=case.place if case else 0,
        size=case.size if case else 0,
        stimulus=digest(to_json([block.as_json() for block in shared])) if case else "",
        stimulus_words=word_count(replace(content, stem=shared, options=())) if case else 0,
        standing=known.standing,
        uses=known.uses,
        a=known.curve.a if known.curve else None,
        b=known.curve.b if known.curve else None,
        c=known.curve.c if known.curve else 0.0,
        worth=content.points if load_type(content.type).rule == "rubric" else "",
    )


@dataclass(frozen=True)
class HeldItem:
    """An item as the bank holds it now."""

    version: int
    state: str
    body: ItemBody
    standing: str


def bank_items(session: Session, bank_id: str, codes: set[str]) -> dict[str, HeldItem]:
    """These items as the bank holds them now."""
    found: dict[str, HeldItem] = {}
    wanted = sorted(codes)
    query = select(ItemRow, ItemVersionRow).join(ItemVersionRow, ItemVersionRow.id == ItemRow.version_id)
    for start in range(0, len(wanted), 500):
        chunk = query.where(ItemRow.bank_id == bank_id, ItemRow.code.in_(wanted[start : start + 500]))
        for item, version in session.execute(chunk):
            found[item.code] = HeldItem(version.version, item.state, body_of(version), item.standing)
    return found
