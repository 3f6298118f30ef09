"""What a person reads of finished forms: how far each is off its aims, its curves, and what the bank looks like after.

For the page and the command line, filed with each form (E2: "a deviation report is filed with each"). Figures come from
the forms as finished; the checker's own recount stands beside them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from itembank.assembly.blueprint import Blueprint
from itembank.assembly.curves import THETAS, Curve, Weighted, expected_score, told
from itembank.assembly.exposure import histogram
from itembank.assembly.facts import FormCheck
from itembank.items.content import ItemBody
from itembank.specs.tree import ContentSpecification, plain_decimal

Json = dict[str, Any]


@dataclass(frozen=True)
class Measure:
    """By what forms were compared: the ability of who just passes, and the parameters of their items."""

    theta: int | None
    curves: Mapping[str, Curve]


def form_report(
    blueprint: Blueprint, specification: ContentSpecification, bodies: Sequence[ItemBody], measure: Measure
) -> Json:
    """The deviation report of one form: areas against their weights, targets against what was reached, curves."""
    weighted = [
        Weighted(measure.curves[body.content.code], float(blueprint.points_of[body.content.type]))
        for body in bodies
        if body.content.code in measure.curves
    ]
    known = [body.difficulty for body in bodies if body.difficulty is not None]
    return {
        "areas": _areas(specification, bodies),
        "aims": _aims(blueprint, weighted, measure.theta),
        "mean_difficulty": round(sum(known) / len(known)) if known else None,
        "measured": len(weighted),
        "information": [round(told(weighted, theta), 3) for theta in THETAS] if weighted else [],
        "expected": [round(expected_score(weighted, theta), 2) for theta in THETAS] if weighted else [],
    }


def _areas(specification: ContentSpecification, bodies: Sequence[ItemBody]) -> list[Json]:
    """Every level-1 area with a weight: share of the items against it; within means at most one item off."""
    counts = Counter(specification.path(body.content.point)[:1] for body in bodies)
    total, found = len(bodies), []
    for node in specification.children.get(None, []):
        if node.weight is None or not total:
            continue
        count = counts[(node.code,)]
        off = count - float(node.weight) * total / 100
        found.append(
            {
                "area": node.code,
                "name": node.name,
                "weight": plain_decimal(node.weight),
                "items": count,
                "share": round(count * 100 / total, 2),
                "within": abs(off) <= 1,
            }
        )
    return found


def _aims(blueprint: Blueprint, weighted: Sequence[Weighted], theta: int | None) -> list[Json]:
    """Targets with what was reached and how far it is off, in per cent of the target (of the total for scores)."""
    aims = []
    for aim in blueprint.information:
        target, value = aim.information / 1000, told(weighted, aim.theta)
        aims.append(_aim(aim.name, target, value, target))
    if theta is not None:
        score = expected_score(weighted, theta)
        aims.append(_aim("expected_score", float(blueprint.cut_score), score, float(blueprint.total_points)))
    return aims


def _aim(name: str, target: float, value: float, scale: float) -> Json:
    off = abs(value - target) * 100 / scale if scale else 0.0
    return {"name": name, "target": round(target, 3), "value": round(value, 3), "deviation": round(off, 3)}


def assembly_report(
    blueprint: Blueprint, reports: Sequence[Json], overlap: Sequence[Sequence[int]], theta: int | None
) -> Json:
    """What is true of all forms together; `deviation` is the worst of any form from any target, in per cent."""
    worst: dict[str, float] = {}
    for report in reports:
        for aim in report["aims"]:
            worst[aim["name"]] = max(worst.get(aim["name"], 0.0), aim["deviation"])
        for area in report["areas"]:
            off = round(abs(area["share"] - float(area["weight"])), 3)
            worst["content"] = max(worst.get("content", 0.0), off)
    pairs = [count for i, line in enumerate(overlap) for count in line[i + 1 :]]
    return {
        "thetas": list(THETAS),
        "theta": theta,
        "targets": [[aim.theta, aim.information / 1000, aim.tolerance / 1000] for aim in blueprint.information],
        "deviations": worst,
        "deviation": max(worst.values(), default=0.0),
        "max_overlap": max(pairs, default=0),
    }


def exposure_report(pool: Mapping[str, int], forms: Sequence[Sequence[str]]) -> Json:
    """How often the items of the pool were used before this assembly, and after it would be: counts by uses."""
    here = Counter(code for codes in forms for code in codes)
    after = {code: uses + (code in here) for code, uses in pool.items()}
    most = sorted(((after.get(code, 1), code) for code in here), key=lambda each: (-each[0], each[1]))[:10]
    return {
        "before": histogram(list(pool.values())),
        "after": histogram(list(after.values())),
        "forms_per_item": histogram([here[code] for code in pool]),
        "most_used": [{"code": code, "uses": uses} for uses, code in most],
    }


def open_checks(checks: Sequence[Sequence[FormCheck]]) -> list[str]:
    """The names of checks that failed, once each."""
    return sorted({check.name for form in checks for check in form if not check.ok})
