"""Who works at the bank, read from its accounts, and the policy values that hold for the bank."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from examserver.kernel.access import Actor
from examserver.kernel.calendar import local_day, local_time
from examserver.kernel.policy import integer_on, text_on
from examserver.plumbing.identity import role_permissions
from examserver.plumbing.policies import load_profile
from examserver.plumbing.shared_tables import SHARED
from examserver.plumbing.work import Work
from itembank.items.tables import BankRow, ItemRow
from itembank.units.reads import READINGS, Reading, items_of
from itembank.units.sight import default_purpose
from itembank.units.tables import unit_names


@dataclass(frozen=True)
class BankPolicy:
    """The values of config/policy that bind the bank, on one day."""

    reviewers_min: int
    reviewer_recusal: bool
    reviewer_sees: str
    author_sees: str
    review_days: int
    form_preview: str


@dataclass(frozen=True)
class Member:
    """One account of the bank and the unit it belongs to (empty: the authority's own staff)."""

    id: str
    login: str
    name: str
    roles: tuple[str, ...]
    unit: str
    active: bool


def today(work: Work) -> date:
    """The day in China at the moment of the work."""
    return local_day(work.now_ms)


def bank_policy(work: Work) -> BankPolicy:
    """The bank's policy values of today."""
    profile, on = load_profile(work.runtime.settings.policy.profile), today(work)
    return BankPolicy(
        reviewers_min=integer_on(profile, "bank_reviewers_min", on),
        reviewer_recusal=text_on(profile, "bank_reviewer_recusal", on) == "author_institution",
        reviewer_sees=text_on(profile, "bank_reviewer_sees", on),
        author_sees=text_on(profile, "bank_author_sees", on),
        review_days=integer_on(profile, "bank_review_days", on),
        form_preview=text_on(profile, "bank_form_preview", on),
    )


def members(work: Work) -> list[Member]:
    """Every account of the bank, by login."""
    table = SHARED[work.role].account
    rows = work.session.execute(select(table).order_by(table.c.login))
    return [
        Member(row.id, row.login, row.name, tuple(row.roles), row.scope or "", row.state == "active") for row in rows
    ]


def acting_for(session: Session, account_id: str, name: str) -> Actor:
    """The person a job acts for, with the unit and the permissions of now; somebody unknown may do nothing."""
    table = SHARED["bank"].account
    row = session.execute(select(table.c.roles, table.c.scope).where(table.c.id == account_id)).first()
    if row is None:
        return Actor(account_id, name, "staff")
    known = role_permissions("bank")
    permissions = {permission for role in row.roles for permission in known.get(role, [])}
    return Actor(account_id, name, "staff", frozenset(permissions), row.scope)


def people_with(work: Work, role: str) -> list[Member]:
    """Active members who hold this role."""
    return [member for member in members(work) if member.active and role in member.roles]


def purpose_of(work: Work) -> str:
    """Why the acting person reads: as they said, or as their role has it."""
    own = "系统处理" if work.actor.kind == "system" else default_purpose(work.actor.permissions)
    return work.purpose or own


def china_time(at_ms: int) -> str:
    """A moment as a person in China writes it."""
    return f"{local_time(at_ms):%Y-%m-%d %H:%M:%S}"


def readings(work: Work, person: str, purpose: str, before: int, most: int) -> tuple[list[Reading], int]:
    """So many readings, newest first, and where the next page begins (0: there is none)."""
    table = SHARED[work.role].audit
    query = select(table).where(table.c.action.in_(READINGS)).order_by(table.c.seq.desc()).limit(most + 1)
    if person:
        query = query.where(table.c.actor == person)
    if purpose:
        query = query.where(table.c.facts.contains(purpose, autoescape=True))
    if before:
        query = query.where(table.c.seq < before)
    rows = work.session.execute(query).all()
    people = {member.id: member for member in members(work)}
    units = unit_names(work.session)
    titles = _titles(work, {row.subject for row in rows[:most]})
    found = [_reading(row, people.get(row.actor), units, titles) for row in rows[:most]]
    return found, found[-1].seq if len(rows) > most else 0


def _titles(work: Work, subjects: set[str]) -> dict[str, str]:
    """What the subjects of readings are called."""
    banks = {row.id: row.name for row in work.session.scalars(select(BankRow))}
    items: dict[str, str] = {}
    wanted = sorted(subject for subject in subjects if subject not in banks)
    for start in range(0, len(wanted), 500):
        query = select(ItemRow.id, ItemRow.code).where(ItemRow.id.in_(wanted[start : start + 500]))
        items |= {row.id: row.code for row in work.session.execute(query)}
    return banks | items


def _reading(row: Any, member: Member | None, units: dict[str, str], titles: dict[str, str]) -> Reading:
    facts = json.loads(row.facts)
    return Reading(
        seq=row.seq,
        at_ms=row.at_ms,
        person=row.actor,
        person_name=member.name if member else row.actor,
        unit_name=units.get(member.unit, "") if member else "",
        action=row.action,
        subject=row.subject,
        subject_name=titles.get(row.subject) or str(facts.get("file_name", row.subject)),
        items=items_of(facts),
        purpose=str(facts.get("purpose", "")),
    )
