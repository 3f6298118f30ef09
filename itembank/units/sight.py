"""Decides whose items a person may read, and the purpose that is written down when they do.

For every reading of plain text. Source: ZJ16-4.3a3 (one authoritative store, every read logged, institutions hold no
item plaintext); policy values `bank_author_sees` and `bank_reviewer_sees`.
"""

from collections.abc import Collection
from dataclasses import dataclass

ALL, OWN_UNIT, DRAWN = "all", "own_unit", "drawn"

# The purpose written down when a person has not said another one: the first permission that they hold decides.
_PURPOSES = (
    ("items.edit", "命题"),
    ("items.import", "命题"),
    ("items.review", "审题"),
    ("items.approve", "审定"),
    ("forms.approve", "审卷"),
    ("forms.assemble", "组卷"),
    ("papers.seal", "封卷"),
    ("items.enroll", "入库管理"),
)


@dataclass(frozen=True)
class Sight:
    """What a person may read: everything, or what their unit wrote, or what was drawn for them, or both of these."""

    everything: bool
    own_unit: str = ""
    drawn_for: str = ""


def sight_of(account: str, unit: str, permissions: Collection[str], author_sees: str, reviewer_sees: str) -> Sight:
    """The authority's own people (no unit) see all; an institution's see what policy grants to what they do."""
    writes = bool({"items.edit", "items.import"} & set(permissions))
    reviews = bool({"items.review", "items.approve"} & set(permissions))
    if not unit or (writes and author_sees == ALL) or (reviews and reviewer_sees == ALL):
        return Sight(True)
    return Sight(False, unit if writes else "", account if reviews else "")


def default_purpose(permissions: Collection[str]) -> str:
    """The purpose of somebody who said none."""
    return next((words for permission, words in _PURPOSES if permission in permissions), "未说明")


def purposes_for(permissions: Collection[str]) -> list[str]:
    """What a person's own work makes the likely purposes, the default first, then what anybody may have to do."""
    own = dict.fromkeys(words for permission, words in _PURPOSES if permission in permissions)
    return [*own, "质量抽查", "申诉核查", "内容更正"]
