"""Who works at the bank, read from its accounts, and the policy values that hold for the bank."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from examserver.kernel.policy import integer_on, text_on
from examserver.plumbing.policies import load_profile
from examserver.plumbing.shared_tables import SHARED
from examserver.plumbing.work import Work


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
    return (datetime.fromtimestamp(work.now_ms / 1000, UTC) + timedelta(hours=8)).date()


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


def people_with(work: Work, role: str) -> list[Member]:
    """Active members who hold this role."""
    return [member for member in members(work) if member.active and role in member.roles]
