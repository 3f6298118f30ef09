"""Assembly of 2, 10 and 40 forms of a hundred from 1,000, 5,000 and 20,000 measured items, against the first trials.

Importance is bounded, at most five items of a point, information aimed at three abilities; the checker is not timed.
"""

import random
import resource
import time
from dataclasses import replace
from itertools import combinations
from pathlib import Path

from itembank.assembly.blueprint import InformationTarget
from itembank.assembly.curves import information, solved
from itembank.assembly.demands import mean_form
from itembank.assembly.forms import Assembled, Request, assemble_forms
from itembank.assembly.supply import PoolItem
from tests.bench.registry import Row, bench
from tests.itembank.assembly.made import AREAS, SINGLE, blueprint

THETAS = (-1000, 0, 1000)
# (items, forms, most shared, seconds and deviation in per cent of the trials before the product; 0: not tried)
CASES = (
    (1_000, 2, 0, 0.0, 0.0),
    (1_000, 10, 15, 0.0, 0.0),
    (1_000, 40, 20, 0.0, 0.0),
    (5_000, 2, 0, 0.0, 0.0),
    (5_000, 10, 0, 5.0, 0.0),
    (5_000, 40, 10, 27.0, 0.0),
    (20_000, 2, 0, 0.0, 0.0),
    (20_000, 10, 0, 0.0, 0.0),
    (20_000, 40, 0, 26.0, 0.22),
)


@bench("assembly")
def measure_assembly(_folder: Path) -> list[Row]:
    """One row per case; a case that finds no forms says so with its shortage."""
    pools = {count: calibrated(count) for count in sorted({case[0] for case in CASES})}
    return [measured(pools[items], *rest) for items, *rest in CASES]


def calibrated(count: int) -> list[PoolItem]:
    """So many items in the proportions of the areas, with parameters as a calibration would give them."""
    draw, found = random.Random(2026), []
    areas = [area for area, weight in AREAS.items() for _ in range(weight)]
    for number in range(count):
        area = areas[number % 100]
        point = f"{area}-A-{draw.randrange(40):03d}"
        path, code = (area, f"{area}-A", point), f"{area}{number:06d}"
        item = PoolItem(
            code, 1, f"v{number}", f"d{number}", SINGLE, point, path, draw.choice("XXXYYZ"), None, f"g{number}",
            a=max(0.3, draw.lognormvariate(0, 0.3)), b=draw.gauss(-0.5, 1.0),
        )  # fmt: skip
        found.append(item)
    return found


def measured(pool: list[PoolItem], forms: int, shared: int, before_s: float, before_off: float) -> Row:
    """Assemble once and look at what came out."""
    rules = blueprint(importance={"X": (45, 60), "Y": (25, 40), "Z": (10, 25)}, max_per_point=5, max_overlap=shared)
    average = mean_form(rules, pool)
    aims = tuple(
        InformationTarget(theta, round(1000 * sum(one.times * information(one.curve, theta) for one in average)), 1000)
        for theta in THETAS
    )
    rules = replace(rules, information=aims)
    clock, processor = time.perf_counter(), time.process_time()
    made = assemble_forms(Request(rules, "bench", forms, 0), pool)
    figures = {"s": time.perf_counter() - clock, "cpu_s": time.process_time() - processor, "forms": len(made.forms)}
    if made.forms:
        figures |= looked_at(made, aims)
    if before_s:
        figures["trial_s"] = before_s
    if before_off:
        figures["trial_off_%"] = before_off
    figures["memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Row("assembly", f"{forms} of {len(pool)} (≤{shared})", figures)


def looked_at(made: Assembled, aims: tuple[InformationTarget, ...]) -> dict[str, float]:
    """Worst deviation from the information wanted, most shared items, spread of the expected score at the cut."""
    off, scores = 0.0, []
    for form in made.forms:
        for aim in aims:
            found = sum(information(item.curve, aim.theta) for item in form.items if item.curve)
            off = max(off, abs(found * 1000 - aim.information) / aim.information)
        scores.append(sum(_solved(item, made) for item in form.items))
    codes = [{item.code for item in form.items} for form in made.forms]
    most = max((len(one & other) for one, other in combinations(codes, 2)), default=0)
    return {"off_%": off * 100, "most_shared": most, "score_apart": max(scores) - min(scores)}


def _solved(item: PoolItem, made: Assembled) -> float:
    return solved(item.curve, made.basis.theta) if item.curve and made.basis else 0.0
