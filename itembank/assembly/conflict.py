"""Why no form can be made although arithmetic allows it: the smallest set of demands that exclude each other.

For the assembler. Source: measured facts on test assembly - an irreducible infeasible set of the LP relaxation, by
HiGHS; where only whole numbers are in conflict, demands are left out one by one until what is left is possible. Over
several forms without shared items the sums of all of them are looked at. Every demand is told with what is needed and
how far the others let it go.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, floor

import highspy

from itembank.assembly.blueprint import Blueprint
from itembank.assembly.curves import Basis
from itembank.assembly.demands import Demand, demands_of, limits_of
from itembank.assembly.solver import Program, solve, solver_for
from itembank.assembly.supply import Shortage, Unit
from itembank.assembly.telling import demand_words

STRATEGIES = (6, 2, 4)
NODES = 200
CLOSE = 1e-6
MOST_COLUMNS = 1500


def all_demands(blueprint: Blueprint, units: Sequence[Unit], basis: Basis | None, forms: int) -> list[Demand]:
    """Demands and limits summed over so many forms that share nothing."""
    limits = limits_of(blueprint, units)
    # Over several forms one rival may be in each of them: no such rule is left on the sums, but the one on points is.
    kept = [demand for demand in limits if forms == 1 or not demand.firm]
    found = [*demands_of(blueprint, units, basis), *kept]
    return [replace(demand, low=demand.low * forms, high=demand.high * forms) for demand in found]


def _program(units: Sequence[Unit], demands: Sequence[Demand]) -> Program:
    program = Program()
    for _ in units:
        program.column(0.0)
    for demand in demands:
        program.row(demand.name, demand.weights, demand.low, demand.high)
    return program


def find_conflict(blueprint: Blueprint, units: Sequence[Unit], basis: Basis | None, forms: int) -> list[Shortage]:
    """The conflicting demands in words with numbers; empty when nothing can be proved."""
    demands = all_demands(blueprint, units, basis, forms)
    names = _smallest_relaxed(units, demands) or (_left_after_leaving_out(units, demands) if forms == 1 else [])
    involved = [demand for place, demand in enumerate(demands) if place in set(names)]
    return [_told(blueprint, units, demand, involved, forms) for demand in _gathered(involved)]


def _smallest_relaxed(units: Sequence[Unit], demands: Sequence[Demand]) -> list[int]:
    """Places of the demands of the smallest irreducible set found in the relaxation; empty if that is possible.

    Where there are too many units for HiGHS's own search, its proof of infeasibility names the demands to search.
    """
    model = _program(units, demands).model(relaxed=True)
    solver = solver_for(model)
    solver.setOptionValue("presolve", "off")
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kInfeasible:
        return []
    _, proved, ray = solver.getDualRay()
    named = [place for place in range(len(demands)) if not proved or abs(float(ray[place])) > CLOSE]
    found = _by_highs(model) if len(units) <= MOST_COLUMNS else []
    found += [_filtered(units, demands, order, whole=False) for order in (named, named[::-1])]
    return min((rows for rows in found if rows), key=len, default=[])


def _by_highs(model: highspy.HighsLp) -> list[list[int]]:
    found = []
    for strategy in STRATEGIES:
        solver = solver_for(model)
        solver.setOptionValue("iis_strategy", strategy)
        _, iis = solver.getIis()
        found.append([int(row) for row in iis.row_index_] if iis.valid_ else [])
    return found


def _left_after_leaving_out(units: Sequence[Unit], demands: Sequence[Demand]) -> list[int]:
    return _filtered(units, demands, list(range(len(demands))), whole=True)


def _filtered(units: Sequence[Unit], demands: Sequence[Demand], among: Sequence[int], whole: bool) -> list[int]:
    """Of some demands those without any one of which the rest would be possible: one kind left out after the other."""
    kept = list(among)
    if _possible(units, [demands[place] for place in kept], whole):
        return []
    for name in dict.fromkeys(_group(demands[place]) for place in reversed(among)):
        rest = [place for place in kept if _group(demands[place]) != name]
        if not _possible(units, [demands[place] for place in rest], whole):
            kept = rest
    return kept


def _possible(units: Sequence[Unit], demands: Sequence[Demand], whole: bool) -> bool:
    program = _program(units, demands)
    if whole:
        return solve(program, 0, NODES) is not None
    solver = solver_for(program.model(relaxed=True))
    solver.run()
    return bool(solver.getModelStatus() != highspy.HighsModelStatus.kInfeasible)


def _group(demand: Demand) -> str:
    """Rules about particular items stand and fall together."""
    return demand.kind if demand.kind in ("per_point", "rivals", "enemies") else demand.name


def _gathered(involved: Sequence[Demand]) -> list[Demand]:
    """One demand of each group."""
    return list({_group(demand): demand for demand in reversed(involved)}.values())[::-1]


@dataclass(frozen=True)
class _Reach:
    """How far a sum can go while the other demands hold."""

    low: float
    high: float


def _reach(units: Sequence[Unit], demand: Demand, others: Sequence[Demand]) -> _Reach:
    ends = []
    for sign in (1.0, -1.0):
        program = _program(units, others)
        for place, weight in demand.weights:
            program.costs[place] = sign * weight
        solver = solver_for(program.model(relaxed=True))
        solver.run()
        ends.append(sign * float(solver.getInfo().objective_function_value))
    return _Reach(ends[0], ends[1])


def _told(
    blueprint: Blueprint, units: Sequence[Unit], demand: Demand, involved: Sequence[Demand], forms: int
) -> Shortage:
    group = _group(demand)
    words = demand_words(blueprint, demand.name)
    if group != demand.name:
        count = sum(_group(one) == group for one in involved)
        zh, en = f"{words.zh}（涉及 {count} 处）", f"{words.en} ({count} of them involved)"
        return Shortage("*", group, round(demand.high), count, "conflict", zh, en, group)
    reach = _reach(units, demand, [one for one in involved if _group(one) != group])
    short = reach.high < demand.low - CLOSE
    factor = words.factor / (forms if words.mean else 1)
    needed, possible = (demand.low, reach.high) if short else (demand.high, reach.low)
    spread = f"（{forms} 套合计）" if forms > 1 and not words.mean else ""
    zh_how, zh_end = ("至少", "最多") if short else ("至多", "最少")
    en_how, en_end = ("at least", "at most") if short else ("at most", "at least")
    zh = f"{words.zh}{spread}：要求{zh_how} {_shown(needed * factor)}，其余要求之下{zh_end} {_shown(possible * factor)}"
    en = (
        f"{words.en}: {en_how} {_shown(needed * factor)} wanted, {en_end} {_shown(possible * factor)} beside the others"
    )
    whole = floor(possible * factor * words.parts + CLOSE) if short else ceil(possible * factor * words.parts - CLOSE)
    area, kind = _area_and_type(demand.name)
    return Shortage(area, kind, round(needed * factor * words.parts), whole, "conflict", zh, en, demand.name)


def _shown(value: float) -> str:
    return f"{round(value, 3) + 0.0:g}"


def _area_and_type(name: str) -> tuple[str, str]:
    kind, _, rest = name.partition(":")
    if kind != "cell":
        return "*", rest or kind
    area, _, kind_of_item = rest.partition(":")
    return area, kind_of_item.partition(":")[0]
