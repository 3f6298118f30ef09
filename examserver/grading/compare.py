"""Decides how two runs of one sitting differ: whose score moves and who crosses the cut score.

For: the two persons who approve a later run. Source: a regrade is a new run beside the old one, compared, then
approved; the old run stays and still reproduces.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Standing:
    """Score and verdict of one ticket in a run."""

    score: str
    passed: bool


@dataclass(frozen=True)
class Move:
    """One ticket whose score differs; `crosses` is "up", "down" or ""."""

    ticket: str
    before: str
    after: str
    crosses: str


def moves_between(before: Mapping[str, Standing], after: Mapping[str, Standing]) -> list[Move]:
    """The tickets whose score or verdict differs, in ticket order; a missing ticket counts as score 0, failed."""
    none = Standing("0", False)
    found = []
    for ticket in sorted({*before, *after}):
        old, new = before.get(ticket, none), after.get(ticket, none)
        if Decimal(old.score) != Decimal(new.score) or old.passed != new.passed:
            crosses = "" if old.passed == new.passed else ("up" if new.passed else "down")
            found.append(Move(ticket, old.score, new.score, crosses))
    return found
