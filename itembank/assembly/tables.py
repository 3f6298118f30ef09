"""Rows of blueprints, assemblies and their forms."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Integer, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from examserver.kernel.errors import Missing
from examserver.plumbing.database import BankBase
from itembank.assembly.blueprint import Blueprint, read_blueprint
from itembank.assembly.order import PlacedItem, PlacedSection
from itembank.assembly.supply import PoolItem
from itembank.exchange.identity import rival_group
from itembank.items.content import ItemBody
from itembank.items.state import FORMAL, USABLE
from itembank.items.tables import ItemRow, ItemVersionRow, body_of
from itembank.specs.tree import ContentSpecification

RUNNING, ASSEMBLED, INFEASIBLE, FAILED = "running", "assembled", "infeasible", "failed"
APPROVED_FORMS, SEALED = "approved", "sealed"


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
    """One run of the assembler: what was asked, what came of it, who approved."""

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


class AssemblyFormRow(BankBase):
    """One form of an assembly: its places, the digests of its documents, what the checker found."""

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
    session: Session, bank_id: str, specification: ContentSpecification, purpose: str = FORMAL
) -> tuple[list[PoolItem], dict[str, ItemBody]]:
    """Items of this bank alone that a paper of this purpose may use, in order of codes, and their bodies by code."""
    query = (
        select(ItemVersionRow, ItemRow.code)
        .join(ItemRow, ItemRow.version_id == ItemVersionRow.id)
        .where(ItemRow.bank_id == bank_id, ItemRow.state.in_(USABLE[purpose]))
        .order_by(ItemRow.code)
    )
    pool, bodies = [], {}
    for version, code in session.execute(query):
        body = body_of(version)
        bodies[code] = body
        pool.append(_pool_item(version, body, specification))
    return sorted(pool, key=lambda item: item.code), bodies


def _pool_item(version: ItemVersionRow, body: ItemBody, specification: ContentSpecification) -> PoolItem:
    content = body.content
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
        group=rival_group(content),
    )


def bank_items(session: Session, bank_id: str, codes: set[str]) -> dict[str, tuple[int, str, ItemBody]]:
    """Version, state and body of these items as the bank holds them now."""
    found: dict[str, tuple[int, str, ItemBody]] = {}
    wanted = sorted(codes)
    query = select(ItemRow, ItemVersionRow).join(ItemVersionRow, ItemVersionRow.id == ItemRow.version_id)
    for start in range(0, len(wanted), 500):
        chunk = query.where(ItemRow.bank_id == bank_id, ItemRow.code.in_(wanted[start : start + 500]))
        for item, version in session.execute(chunk):
            found[item.code] = (version.version, item.state, body_of(version))
    return found
