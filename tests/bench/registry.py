"""The list of measurements: each is a function that takes a folder and gives rows for the table."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, the figures, and the ratio to a bare baseline of the same run."""

    bench: str
    name: str
    figures: dict[str, float] = field(default_factory=dict)


Bench = Callable[[Path], list[Row]]
BENCHES: dict[str, Bench] = {}


def bench(name: str) -> Callable[[Bench], Bench]:
    """Register a measurement under a name."""

    def declare(act: Bench) -> Bench:
        BENCHES[name] = act
        return act

    return declare


def percentile(values: list[float], share: float) -> float:
    """The value below which this share lies (0 for none)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
