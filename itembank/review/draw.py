"""Decides who reviews which item: drawn from a recorded seed, nobody from the author's institution, work spread evenly.

For the authority's keeper. Source: ZJ16-4.3b (author, reviewer and approver are always different persons), policy value
`bank_reviewer_recusal`. The draw can be replayed from its seed, its items and its pool (`kernel/seeds.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nsmallest

from examserver.kernel.seeds import Draw

PURPOSE = "reviewers"


@dataclass(frozen=True)
class ToReview:
    """An item that waits for review: who wrote it, in which unit, who may not review it again, and its case group."""

    item: str
    author: str
    unit: str
    barred: frozenset[str] = frozenset()
    group: str = ""


@dataclass(frozen=True)
class Candidate:
    """Somebody in the pool with the number of reviews already open."""

    account: str
    unit: str
    load: int


@dataclass(frozen=True)
class Drawn:
    """Who reviews what, in the order of the items, and the items for which the pool is too small."""

    pairs: tuple[tuple[str, str], ...]
    unserved: tuple[str, ...]


def is_recused(item: ToReview, reviewer: str, unit: str, recusal: bool) -> bool:
    """Whether this person may not review the item: its author, barred, or of the author's institution."""
    return reviewer == item.author or reviewer in item.barred or (recusal and bool(unit) and unit == item.unit)


def draw_reviewers(
    items: Sequence[ToReview], pool: Sequence[Candidate], per_item: int, seed: str, recusal: bool
) -> Drawn:
    """So many different reviewers for every item, always the least loaded of those who may; ties fall by the draw.

    The members of a case group are read together: they get the same reviewers, or none.
    """
    draw = Draw(seed, PURPOSE)
    groups: dict[str, list[ToReview]] = {}
    for one in sorted(items, key=lambda each: each.item):
        groups.setdefault(f"case {one.group}" if one.group else one.item, []).append(one)
    order = draw.shuffled(list(groups.values()))
    ranks = {one.account: rank for rank, one in enumerate(draw.shuffled(sorted(pool, key=lambda one: one.account)))}
    load = {one.account: one.load for one in pool}
    found: dict[str, list[str]] = {}
    allowed: dict[frozenset[tuple[str, str, frozenset[str]]], list[str]] = {}
    for group in order:
        written = frozenset((item.author, item.unit, item.barred) for item in group)
        if written not in allowed:
            allowed[written] = [
                one.account
                for one in pool
                if not any(is_recused(item, one.account, one.unit, recusal) for item in group)
            ]
        free = allowed[written]
        chosen = nsmallest(per_item, free, key=lambda account: (load[account], ranks[account]))
        if len(chosen) < per_item:
            continue
        found |= dict.fromkeys((item.item for item in group), chosen)
        for account in chosen:
            load[account] += len(group)
    pairs = [(item.item, account) for item in items for account in found.get(item.item, [])]
    return Drawn(tuple(pairs), tuple(item.item for item in items if item.item not in found))
