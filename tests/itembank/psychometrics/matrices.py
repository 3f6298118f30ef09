"""Response matrices made from a two-parameter model, for the tests beside this file."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from itembank.psychometrics.matrix import FormResponses

Json = dict[str, Any]


def simulate(
    rng: np.random.Generator,
    slopes: NDArray[np.float64],
    places: NDArray[np.float64],
    columns: Sequence[int],
    persons: int,
    matrix: str = "m1",
    held_ms: int = 1,
    ability: float = 0.0,
    groups: Mapping[str, tuple[str, ...]] | None = None,
) -> FormResponses:
    """Persons of a mean ability answering these columns; option A is right, wrong answers spread over B, C, D."""
    theta = rng.normal(ability, 1.0, (persons, 1))
    a, b = slopes[list(columns)], places[list(columns)]
    right = (rng.random((persons, len(columns))) < 1 / (1 + np.exp(-a * (theta - b)))).astype(np.float64)
    wrong = np.array(list("BCD"))[rng.integers(0, 3, right.shape)]
    return FormResponses(
        matrix=matrix,
        held_ms=held_ms,
        form=f"frm_{'-'.join(map(str, columns[:3]))}",
        items=tuple((f"Q{at:03d}", 1) for at in columns),
        keys=("A",) * len(columns),
        right=right,
        choices=np.where(right > 0.5, "A", wrong),
        seconds=rng.lognormal(3.5, 0.4, right.shape),
        groups=groups or {},
    )
