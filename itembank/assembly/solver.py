"""One form as a mixed-integer program, solved by HiGHS.

For `forms.py` and `conflict.py`. A binary column per unit - an item or a whole case group; the demands of `demands.py`
as rows; random costs spread the choice; what has a target is met as closely as the gap allows. Deterministic: one
thread, a fixed seed, and it stops by gap or number of nodes, never by time. Floats live only here: what comes out is a
choice of items, checked elsewhere.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import highspy
import numpy as np

from itembank.assembly.blueprint import Blueprint
from itembank.assembly.curves import Basis
from itembank.assembly.demands import Demand, demands_of, limits_of
from itembank.assembly.supply import PoolItem, Unit

ABSOLUTE_GAP = 0.25
MOST_NODES = 400
DEVIATION_COST = 100.0
"""One per cent off a target costs as much as one unit of the costs spread over the items."""


@dataclass
class Program:
    """A program in the making: columns with costs and bounds, rows collected sparsely."""

    costs: list[float] = field(default_factory=list)
    tops: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    index: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)

    def column(self, cost: float, top: float = 1.0, whole: bool = True) -> int:
        """One more column from 0 to `top`; its place."""
        self.costs.append(cost)
        self.tops.append(top)
        self.whole.append(whole)
        return len(self.costs) - 1

    def row(self, name: str, columns: Iterable[tuple[int, float]], low: float, high: float) -> None:
        """One more row: low ≤ Σ value·column ≤ high."""
        self.starts.append(len(self.index))
        for column, value in columns:
            self.index.append(column)
            self.value.append(value)
        self.lower.append(low)
        self.upper.append(high)
        self.names.append(name)

    def model(self, relaxed: bool = False) -> highspy.HighsLp:
        """The program for HiGHS; relaxed: without whole numbers."""
        program, matrix = highspy.HighsLp(), None
        program.num_col_, program.num_row_ = len(self.costs), len(self.lower)
        program.col_cost_ = np.array(self.costs, dtype=np.double)
        program.col_lower_, program.col_upper_ = np.zeros(len(self.costs)), np.array(self.tops)
        program.row_lower_, program.row_upper_ = np.array(self.lower), np.array(self.upper)
        if not relaxed:
            kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
            program.integrality_ = [kinds[whole] for whole in self.whole]
        matrix = program.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        matrix.start_ = np.array([*self.starts, len(self.index)], dtype=np.int32)
        matrix.index_ = np.array(self.index, dtype=np.int32)
        matrix.value_ = np.array(self.value, dtype=np.double)
        return program


def solver_for(program: highspy.HighsLp, seed: int = 0, nodes: int = MOST_NODES) -> Any:
    """HiGHS with this program, quiet and repeatable."""
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    options = {
        "output_flag": False,
        "threads": 1,
        "random_seed": seed % 2**31,
        "mip_abs_gap": ABSOLUTE_GAP,
        "mip_rel_gap": 0.0,
        "mip_max_nodes": nodes,
    }
    for name, value in options.items():
        solver.setOptionValue(name, value)
    solver.passModel(program)
    return solver


def solve(program: Program, seed: int, nodes: int = MOST_NODES, relaxed: bool = False) -> list[float] | None:
    """Values of the columns, or None when there is no solution within the nodes; relaxed: fractions allowed."""
    if not program.costs:
        return None
    solver = solver_for(program.model(relaxed), seed, nodes)
    solver.run()
    found = solver.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    return list(solver.getSolution().col_value) if found else None


@dataclass(frozen=True)
class FormProblem:
    """Which units may be chosen at which cost, and the earlier forms they may share only a few items with."""

    blueprint: Blueprint
    units: Sequence[Unit]
    costs: Sequence[float]
    basis: Basis | None = None
    earlier: Sequence[frozenset[str]] = ()


def add_form(program: Program, problem: FormProblem, demands: Sequence[Demand], barred: Sequence[bool] = ()) -> int:
    """Columns and rows of one form; the place of its first column. Barred units are never chosen."""
    tops = [0.0 if bar else 1.0 for bar in barred] or [1.0] * len(problem.units)
    first = len(program.costs)
    for cost, top in zip(problem.costs, tops, strict=True):
        program.column(cost, top)
    for demand in demands:
        shifted = [(first + place, weight) for place, weight in demand.weights]
        program.row(demand.name, shifted, demand.low, demand.high)
    _add_deviation(program, demands, first)
    for number, codes in enumerate(problem.earlier):
        shared = ((place, sum(item.code in codes for item in unit.items)) for place, unit in enumerate(problem.units))
        row = [(first + place, float(count)) for place, count in shared if count]
        program.row(f"overlap:{number}", row, 0, problem.blueprint.max_overlap)
    return first


def _add_deviation(program: Program, demands: Sequence[Demand], first: int) -> None:
    """One column for how far the form is off the worst of its targets, in parts of each."""
    aimed = [demand for demand in demands if demand.target is not None]
    if not aimed:
        return
    off = program.column(DEVIATION_COST, whole=False)
    for demand in aimed:
        target = demand.target or 0.0
        shifted = [(first + place, weight) for place, weight in demand.weights]
        program.row("deviation", [*shifted, (off, -demand.scale)], -highspy.kHighsInf, target)
        program.row("deviation", [*shifted, (off, demand.scale)], target, highspy.kHighsInf)


def choose_units(problem: FormProblem, seed: int, nodes: int = MOST_NODES) -> list[Unit] | None:
    """The units of one form, in order of codes; None when this selection cannot make one."""
    program, units = Program(), problem.units
    demands = [*demands_of(problem.blueprint, units, problem.basis), *limits_of(problem.blueprint, units)]
    add_form(program, problem, demands)
    values = solve(program, seed, nodes)
    if values is None:
        return None
    return [unit for unit, value in zip(units, values[: len(units)], strict=True) if value > 0.5]


def choose_jointly(
    problem: FormProblem, reserve: Sequence[bool], costs: Sequence[Sequence[float]], seed: int
) -> list[list[Unit]] | None:
    """All forms in one program, each unit at most once over all: for small banks where one by one gets stuck.

    `reserve` says of each form whether it may hold reserved units.
    """
    program, units = Program(), problem.units
    demands = [*demands_of(problem.blueprint, units, problem.basis), *limits_of(problem.blueprint, units)]
    firsts = []
    for may, cost in zip(reserve, costs, strict=True):
        barred = [unit.reserved and not may for unit in units]
        firsts.append(add_form(program, FormProblem(problem.blueprint, units, cost, problem.basis), demands, barred))
    for place in range(len(units)):
        program.row("once", [(first + place, 1.0) for first in firsts], 0, 1)
    values = solve(program, seed)
    if values is None:
        return None
    return [[unit for place, unit in enumerate(units) if values[first + place] > 0.5] for first in firsts]


def items_of(units: Iterable[Unit]) -> tuple[PoolItem, ...]:
    """The items of these units in order of codes."""
    return tuple(sorted((item for unit in units for item in unit.items), key=lambda item: item.code))
