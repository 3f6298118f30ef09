"""Decides whether words with unreadable signs stand in printed ones, in time linear in the printed words.

For leak tracing. `*` stands for any signs but a blank, `?` for one sign, or for one or none. Every state of the reading
is one bit (Shift-And), so nothing is ever tried twice: as a regular expression a few `*` would take hours.
"""

from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Reading:
    """What was read, as bits: bit n is set where the sign after n signs may be this one, any one, many, or none."""

    signs: dict[str, int]
    one: int
    many: int
    none: int
    size: int


@lru_cache(maxsize=256)
def read_signs(read: str, perhaps: bool) -> Reading:
    """The reading of these signs; with `perhaps`, a question mark may also be no sign at all."""
    signs: dict[str, int] = {}
    for place, sign in enumerate(read):
        signs[sign] = signs.get(sign, 0) | 1 << place
    one, many = signs.pop("?", 0), signs.pop("*", 0)
    return Reading(signs, one, many, many | (one if perhaps else 0), len(read))


def _without_signs(reading: Reading, states: int) -> int:
    """The states reached where the next signs may be none: one addition carries through each run of them."""
    return states | (((states & reading.none) + reading.none) ^ reading.none)


def found_in(reading: Reading, words: str, whole: bool = False) -> bool:
    """Whether the reading stands somewhere in the words, or is all of them."""
    done, start = 1 << reading.size, _without_signs(reading, 1)
    states = start
    for sign in words:
        if states & done and not whole:
            return True
        passed = (states & (reading.signs.get(sign, 0) | reading.one)) << 1
        stayed = states & reading.many if sign != " " else 0
        states = _without_signs(reading, passed | stayed) | (0 if whole else start)
    return bool(states & done)


def may_stand_in(read: str, words: str) -> bool:
    """Whether every readable piece stands in the words at all: what costs least and is seldom so."""
    return all(piece in words for piece in read.replace("?", "*").split("*"))
