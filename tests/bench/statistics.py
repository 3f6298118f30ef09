"""Item statistics of a large sitting: reading, classical figures, estimation with errors, fit, groups."""

import time
from pathlib import Path

import numpy as np

from itembank.psychometrics.classical import describe_items, describe_test
from itembank.psychometrics.dif import compare_groups
from itembank.psychometrics.fit import check_fit
from itembank.psychometrics.irt import calibrate
from itembank.psychometrics.responses import Layout, read_responses
from tests.bench.registry import Row, bench

PERSONS = 20_000
ITEMS = 100


@bench("statistics")
def measure_statistics(folder: Path) -> list[Row]:
    """20,000 persons, 100 items of four options, two groups, from a CSV file."""
    file, key = folder / "responses.csv", folder / "key.csv"
    slopes, places = simulate(file, key)
    figures: dict[str, float] = {}
    clocks = [time.perf_counter(), time.process_time()]

    def lap(name: str) -> None:
        now = [time.perf_counter(), time.process_time()]
        figures[f"{name}_s"], figures[f"{name}_cpu_s"] = now[0] - clocks[0], now[1] - clocks[1]
        clocks[:] = now

    table = read_responses(file.read_bytes(), key.read_bytes(), Layout(group="组"))
    lap("read")
    describe_test(table.scores), describe_items(table)
    lap("classical")
    made = calibrate(table.scores)
    lap("two_parameters")
    check_fit(table.scores, made)
    lap("fit")
    compare_groups(table.items, table.scores, table.groups)
    lap("groups")
    calibrate(table.scores, "3pl")
    lap("three_parameters")
    figures["mean_error_a"] = float(np.mean([abs(item.a - a) for item, a in zip(made.items, slopes, strict=True)]))
    figures["mean_error_b"] = float(
        np.mean([abs((item.b or 0) - b) for item, b in zip(made.items, places, strict=True)])
    )
    return [Row("statistics", f"{PERSONS} × {ITEMS}", figures)]


def simulate(file: Path, key: Path) -> tuple[list[float], list[float]]:
    """Write responses under a two-parameter model; gives slopes and places."""
    rng = np.random.default_rng(2026)
    slopes, places = rng.lognormal(0, 0.3, ITEMS), rng.normal(size=ITEMS)
    theta = rng.normal(size=(PERSONS, 1))
    right = rng.random((PERSONS, ITEMS)) < 1 / (1 + np.exp(-slopes * (theta - places)))
    keys = rng.integers(0, 4, ITEMS)
    chosen = np.where(right, keys[None, :], (keys[None, :] + rng.integers(1, 4, right.shape)) % 4)
    letters = np.array(list("ABCD"))[chosen]
    header = ",".join(["组", *(f"Q{n}" for n in range(1, ITEMS + 1))])
    lines = [f"{'甲乙'[n % 2]},{','.join(row)}" for n, row in enumerate(letters.tolist())]
    file.write_text("\n".join([header, *lines]) + "\n", "utf-8")
    key.write_text("\n".join(["key", *("ABCD"[k] for k in keys)]) + "\n", "utf-8")
    return slopes.tolist(), places.tolist()
