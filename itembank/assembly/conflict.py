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
RULES = ("per_point", "rivals", "enemies")


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
    told = [_told(blueprint, units, demand, _Rest(demands, involved), forms) for demand in _gathered(involved)]
    return sorted(told, key=_weight)


def _weight(told: Shortage) -> int:
    """Bounds that stand alone first, then rules about particular items, then the counts of the cells."""
    kind = told.demand.partition(":")[0]
    return (kind in RULES) + 2 * (kind == "cell")


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
    return demand.kind if demand.kind in RULES else demand.name


def _gathered(involved: Sequence[Demand]) -> list[Demand]:
    """One demand of each group."""
    return list({_group(demand): demand for demand in reversed(involved)}.values())[::-1]


@dataclass(frozen=True)
class _Reach:
    """How far a sum can go while the other demands hold."""

    low: float
    high: float


@dataclass(frozen=True)
class _Rest:
    """All demands, and those of them that take part in the conflict."""

    every: Sequence[Demand]
    involved: Sequence[Demand]


def _reach(units: Sequence[Unit], demand: Demand, rest: _Rest) -> _Reach:
    """How far it goes beside all other demands, or, where they alone exclude each other, beside those involved."""
    group = _group(demand)
    every, involved = ([one for one in among if _group(one) != group] for among in (rest.every, rest.involved))
    return _ends(units, demand, every) or _ends(units, demand, involved) or _Reach(demand.low, demand.high)


def _ends(units: Sequence[Unit], demand: Demand, others: Sequence[Demand]) -> _Reach | None:
    ends = []
    for sign in (1.0, -1.0):
        program = _program(units, others)
        for place, weight in demand.weights:
            program.costs[place] = sign * weight
        solver = solver_for(program.model(relaxed=True))
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        ends.append(sign * float(solver.getInfo().objective_function_value))
    return _Reach(ends[0], ends[1])


def _told(blueprint: Blueprint, units: Sequence[Unit], demand: Demand, rest: _Rest, forms: int) -> Shortage:
    group = _group(demand)
    words = demand_words(blueprint, demand.name)
    if group != demand.name:
        count = sum(_group(one) == group for one in rest.involved)
        zh = f"{words.zh}：涉及 {count} 处，与其余要求不能全部同时做到"
        en = f"{words.en}: {count} involved, not all of them can hold beside the others"
        return Shortage("*", group, count, count - 1, "conflict", zh, en, group)
    reach = _reach(units, demand, rest)
    short = reach.high < demand.low - CLOSE
    factor = words.parts * words.factor / (forms if words.mean else 1)
    needed, available = _whole_parts(demand, reach, factor, short)
    spread = ("", "") if forms == 1 or words.mean else (f"（{forms} 套合计）", f" (over {forms} forms)")
    zh = f"{words.zh}{spread[0]}：" + (
        "要求至少 {}，其余要求之下最多 {}" if short else "其余要求之下至少要 {}，要求至多 {}"
    )
    en = f"{words.en}{spread[1]}: " + (
        "at least {} wanted, at most {} beside the others"
        if short
        else "at least {} are taken by the others, at most {} wanted"
    )
    shown = [f"{each / words.parts:g}" for each in (needed, available)]
    area, kind = _area_and_type(demand.name)
    return Shortage(area, kind, needed, available, "conflict", zh.format(*shown), en.format(*shown), demand.name)


def _whole_parts(demand: Demand, reach: _Reach, factor: float, short: bool) -> tuple[int, int]:
    """What is needed and what there is, in whole parts: rounded so that too little never reads as enough."""
    if short:
        needed, available = ceil(demand.low * factor - CLOSE), floor(reach.high * factor + CLOSE)
    else:
        needed, available = ceil(reach.low * factor - CLOSE), floor(demand.high * factor + CLOSE)
    # Where only whole numbers are in conflict, the sums alone look as if they were met.
    return needed, min(available, needed - 1)


def _area_and_type(name: str) -> tuple[str, str]:
    kind, _, rest = name.partition(":")
    if kind != "cell":
        return "*", rest or kind
    area, _, kind_of_item = rest.partition(":")
    return area, kind_of_item.partition(":")[0]
