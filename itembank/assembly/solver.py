"""One form as a mixed-integer program, solved by HiGHS; and what is in the way when there is none.

For `forms.py`. Binary choice per item; counts per cell, importance, mean difficulty, limits per point, rivals and
overlap as rows; random costs spread the choice. Deterministic: one thread, a fixed seed, and it stops by gap or number
of nodes, never by time. Floats live only here: what comes out is a choice of items, checked elsewhere.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import highspy
import numpy as np

from itembank.assembly.blueprint import Blueprint
from itembank.assembly.supply import PoolItem, in_cell

ABSOLUTE_GAP = 0.25
MOST_NODES = 4000
SLACK_COST = 1000.0


@dataclass
class _Rows:
    """Rows of the program, collected sparsely."""

    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    index: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)

    def add(self, name: str, columns: Iterable[tuple[int, float]], low: float, high: float) -> None:
        """One row: low ≤ Σ value·column ≤ high."""
        self.starts.append(len(self.index))
        for column, value in columns:
            self.index.append(column)
            self.value.append(value)
        self.lower.append(low)
        self.upper.append(high)
        self.names.append(name)


@dataclass(frozen=True)
class FormProblem:
    """Which items may be chosen at which cost, and the earlier forms they may share only a few items with."""

    blueprint: Blueprint
    items: Sequence[PoolItem]
    costs: Sequence[float]
    earlier: Sequence[frozenset[str]] = ()


def _rows(problem: FormProblem) -> _Rows:
    blueprint, items, rows = problem.blueprint, problem.items, _Rows()
    for cell in blueprint.cells:
        members = [(i, 1.0) for i, item in enumerate(items) if in_cell(item, cell)]
        rows.add(f"cell:{cell.area or '*'}:{cell.type}", members, cell.count, cell.count)
    for name, (low, high) in sorted(blueprint.importance.items()):
        members = [(i, 1.0) for i, item in enumerate(items) if item.importance == name]
        rows.add(f"importance:{name}", members, low, high)
    if blueprint.difficulty is not None:
        low, high = (bound * blueprint.count for bound in blueprint.difficulty)
        rows.add("difficulty", [(i, float(item.difficulty or 0)) for i, item in enumerate(items)], low, high)
    _add_limits(rows, problem)
    for number, codes in enumerate(problem.earlier):
        members = [(i, 1.0) for i, item in enumerate(items) if item.code in codes]
        rows.add(f"overlap:{number}", members, 0, blueprint.max_overlap)
    return rows


def _add_limits(rows: _Rows, problem: FormProblem) -> None:
    points: dict[str, list[tuple[int, float]]] = {}
    groups: dict[str, list[tuple[int, float]]] = {}
    for i, item in enumerate(problem.items):
        points.setdefault(item.point, []).append((i, 1.0))
        groups.setdefault(item.group, []).append((i, 1.0))
    limit = problem.blueprint.max_per_point
    for point, members in points.items():
        if limit is not None and len(members) > limit:
            rows.add(f"point:{point}", members, 0, limit)
    for group, members in groups.items():
        if len(members) > 1:
            rows.add(f"rivals:{group}", members, 0, 1)


def _model(rows: _Rows, costs: Sequence[float], integral: int) -> highspy.HighsLp:
    """The program with the first `integral` columns binary and the rest (slacks) unbounded above."""
    program, columns = highspy.HighsLp(), len(costs)
    program.num_col_, program.num_row_ = columns, len(rows.lower)
    program.col_cost_ = np.array(costs, dtype=np.double)
    program.col_lower_ = np.zeros(columns)
    program.col_upper_ = np.array([1.0] * integral + [highspy.kHighsInf] * (columns - integral))
    program.row_lower_, program.row_upper_ = np.array(rows.lower), np.array(rows.upper)
    kinds = [highspy.HighsVarType.kInteger] * integral + [highspy.HighsVarType.kContinuous] * (columns - integral)
    program.integrality_ = kinds
    matrix = program.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.start_ = np.array([*rows.starts, len(rows.index)], dtype=np.int32)
    matrix.index_ = np.array(rows.index, dtype=np.int32)
    matrix.value_ = np.array(rows.value, dtype=np.double)
    return program


def _solve(program: highspy.HighsLp, seed: int, nodes: int) -> list[float] | None:
    """Values of the columns, or None when there is no solution within the nodes."""
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
    solver.run()
    found = solver.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    return list(solver.getSolution().col_value) if found else None


def choose_items(problem: FormProblem, seed: int, nodes: int = MOST_NODES) -> list[PoolItem] | None:
    """The items of one form, in order of codes; None when this selection of items cannot make one."""
    if not problem.items:
        return None
    values = _solve(_model(_rows(problem), problem.costs, len(problem.items)), seed, nodes)
    if values is None:
        return None
    return [item for item, value in zip(problem.items, values, strict=True) if value > 0.5]


@dataclass(frozen=True)
class Violation:
    """A rule that could only be met by breaking it by this much."""

    rule: str
    amount: int


def explain(problem: FormProblem, seed: int) -> list[Violation]:
    """Which rules stand in each other's way: every row gets a slack, and the least total slack is found."""
    rows, count = _rows(problem), len(problem.items)
    elastic = _Rows()
    owners: list[str] = []
    spans = [*rows.starts, len(rows.index)]
    for number, name in enumerate(rows.names):
        members = list(
            zip(
                rows.index[spans[number] : spans[number + 1]],
                rows.value[spans[number] : spans[number + 1]],
                strict=True,
            )
        )
        scale = 1.0 if name != "difficulty" else 1000.0
        members += [(count + len(owners), scale), (count + len(owners) + 1, -scale)]
        owners += [name, name]
        elastic.add(name, members, rows.lower[number], rows.upper[number])
    costs = [*(cost / SLACK_COST for cost in problem.costs), *([1.0] * len(owners))]
    values = _solve(_model(elastic, costs, count), seed, MOST_NODES)
    slacks: dict[str, float] = {}
    for name, value in zip(owners, (values or [])[count:], strict=False):
        slacks[name] = slacks.get(name, 0.0) + value
    return [Violation(name, max(1, round(value))) for name, value in slacks.items() if value > 1e-6]


def choose_jointly(
    blueprint: Blueprint, items: Sequence[PoolItem], forms: int, costs: Sequence[float], seed: int
) -> list[list[PoolItem]] | None:
    """All forms in one program, each item at most once over all: for small banks where one by one gets stuck."""
    rows, width = _Rows(), len(items)
    for form in range(forms):
        own = _rows(FormProblem(blueprint, items, costs[:width]))
        spans = [*own.starts, len(own.index)]
        for number, name in enumerate(own.names):
            span = slice(spans[number], spans[number + 1])
            shifted = [(form * width + i, v) for i, v in zip(own.index[span], own.value[span], strict=True)]
            rows.add(name, shifted, own.lower[number], own.upper[number])
    for i in range(width):
        rows.add("once", [(form * width + i, 1.0) for form in range(forms)], 0, 1)
    values = _solve(_model(rows, costs, forms * width), seed, MOST_NODES)
    if values is None:
        return None
    return [[item for i, item in enumerate(items) if values[form * width + i] > 0.5] for form in range(forms)]
