"""What must give way so that the bank can meet the rest: as few demands as can be, and of each as little.

For `relaxation.py`. Bounds that stand alone give way before counts; a count moves to another area of the same type only
a little, otherwise the paper shrinks. Of the bounds those that can be kept beside the others are kept, the dearest
last to go. Rivals and enemies never give way. The same demands always give the same answer.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from itembank.assembly.blueprint import Blueprint
from itembank.assembly.demands import Demand
from itembank.assembly.solver import Program, solve
from itembank.assembly.supply import Unit, in_cell

FREE = float("inf")
PRICE_OF_POINT = 3.0
PRICE_OF_COMPARING = 30.0
WHOLE = ("cell", "importance", "cognition", "cases", "public", "per_point")
SMALL_PART = 4
"""An area takes at most a quarter more items of a type than it was to have, in place of those another area lacks."""
NOTHING = 1e-6


@dataclass(frozen=True)
class Slack:
    """How much a demand gives way: `down` where there is too little, otherwise where there is too much."""

    demand: Demand
    down: bool
    amount: float
    price: float

    @property
    def paid(self) -> float:
        """What giving way costs."""
        return self.amount * self.price


def price_of(demand: Demand) -> float:
    """What one unit of a demand costs."""
    return {"per_point": PRICE_OF_POINT, "expected_score": PRICE_OF_COMPARING}.get(demand.kind, 1 / demand.worth)


def most_more(count: int) -> int:
    """How many items an area may take over from others."""
    return max(1, count // SMALL_PART)


def movable_types(blueprint: Blueprint, units: Sequence[Unit], forms: int) -> frozenset[str]:
    """Types of which a form can keep its number of items, when areas help each other out a little."""
    items = [item for unit in units for item in unit.items]
    needed, there = dict[str, int](), dict[str, int]()
    for cell in blueprint.cells:
        available = sum(in_cell(item, cell) for item in items) // forms
        needed[cell.type] = needed.get(cell.type, 0) + cell.count
        there[cell.type] = there.get(cell.type, 0) + min(available, cell.count + most_more(cell.count))
    return frozenset(kind for kind, count in needed.items() if there[kind] >= count)


@dataclass(frozen=True)
class Elastic:
    """A blueprint's demands over so many forms; `kept`: types whose number of items stays, None when all counts do."""

    blueprint: Blueprint
    units: Sequence[Unit]
    demands: Sequence[Demand]
    forms: int
    kept: Collection[str] | None
    relaxed: bool = False

    def least(self) -> list[Slack]:
        """What gives way; empty when nothing does or the rest is impossible all the same."""
        budget = FREE
        if self.kept is not None:
            first = self._solved(frozenset(), FREE, counts=True)
            budget = sum(slack.amount for slack in first or () if slack.demand.kind == "cell")
        found = self._solved(frozenset(), budget)
        tried = set[str]()
        while found:
            soft = {_key(slack.demand): slack.paid for slack in found if slack.demand.kind != "cell"}
            open_to = sorted((paid, name) for name, paid in soft.items() if name not in tried)
            if not open_to:
                break
            _, name = open_to[0]
            tried.add(name)
            others = {_key(demand) for demand in self.demands} - soft.keys()
            found = self._solved(frozenset(others | {name}), budget) or found
        return found or []

    def _solved(self, firm: frozenset[str], budget: float, counts: bool = False) -> list[Slack] | None:
        """The slacks with these demands firm; None when that is impossible."""
        made = _Made(self, firm, counts)
        made.build(budget)
        values = solve(made.program, 0, relaxed=self.relaxed)
        if values is None:
            return None
        found = [Slack(demand, down, values[column], price_of(demand)) for column, demand, down in made.slacks]
        return [slack for slack in found if slack.amount > NOTHING]


def _key(demand: Demand) -> str:
    """The limit per point is one number for all points."""
    return demand.kind if demand.kind == "per_point" else demand.name


@dataclass
class _Made:
    """One program in the making: a column per unit, then one for every direction in which a demand may give way."""

    elastic: Elastic
    firm: frozenset[str]
    counts: bool
    program: Program = field(default_factory=Program)
    slacks: list[tuple[int, Demand, bool]] = field(default_factory=list)
    shared: dict[str, int] = field(default_factory=dict)

    def build(self, budget: float) -> None:
        """All columns and rows."""
        for _ in self.elastic.units:
            self.program.column(0.0)
        for demand in self.elastic.demands:
            self._add(demand)
        cells = [(column, demand, down) for column, demand, down in self.slacks if demand.kind == "cell"]
        if budget < FREE and cells:
            self.program.row("counts", [(column, 1.0) for column, *_ in cells], 0, budget + NOTHING)
        for kind in sorted(self.elastic.kept or ()):
            row = [(column, 1.0 if down else -1.0) for column, demand, down in cells if _type_of(demand) == kind]
            self.program.row(f"total:{kind}", row, 0, 0)

    def _add(self, demand: Demand) -> None:
        forms = self.elastic.forms
        given = {down: self._column(demand, down) for down in (True, False)}
        slacks = [(column, float(forms if down else -forms)) for down, column in given.items() if column is not None]
        if demand.kind in ("difficulty", "public"):
            self._add_mean(demand, slacks)
        else:
            # One limit for all points gives way for those that need it: the others may stay below.
            low = -FREE if demand.kind == "per_point" else demand.low
            self.program.row(demand.name, [*demand.weights, *slacks], low, demand.high)

    def _add_mean(self, demand: Demand, slacks: Sequence[tuple[int, float]]) -> None:
        """A bound on the mean follows the number of items, which may change."""
        weights, whole = dict(demand.weights), self.elastic.forms * max(self.elastic.blueprint.count, 1)
        for bound, low, high in ((demand.low / whole, 0.0, FREE), (demand.high / whole, -FREE, 0.0)):
            row = [
                (place, weights.get(place, 0.0) - bound * len(unit.items))
                for place, unit in enumerate(self.elastic.units)
            ]
            self.program.row(demand.name, [*row, *slacks], low, high)

    def _column(self, demand: Demand, down: bool) -> int | None:
        """The column by which the demand gives way in this direction, if it may."""
        if demand.firm or (_key(demand) in self.firm and demand.kind != "cell"):
            return None
        if demand.kind in ("per_point", "public") and down:
            return None
        top = self._top(demand, down)
        if top == 0:
            return None
        name = f"{_key(demand)} {down}"
        if name not in self.shared:
            paid = (demand.kind == "cell") == self.counts
            cost = price_of(demand) if paid else 0.0
            self.shared[name] = self.program.column(cost, top, demand.kind in WHOLE)
            self.slacks.append((self.shared[name], demand, down))
        return self.shared[name]

    def _top(self, demand: Demand, down: bool) -> float:
        if demand.kind != "cell":
            return FREE
        kept, count = self.elastic.kept, demand.high / self.elastic.forms
        if kept is None:
            return 0
        if down:
            return count
        return most_more(int(count)) if _type_of(demand) in kept else 0


def _type_of(demand: Demand) -> str:
    return demand.name.split(":")[2]
