"""The least change to a blueprint the bank could meet: found by an elastic program, proved by assembling.

For the assembler whose blueprint is infeasible. Every demand somebody made gets a price for giving way - an item moved
to another area, a bound widened by one item, a hundredth of an amount; rivals and enemies never give way. Whole forms
are assembled with the changed blueprint before it is proposed: what is offered works.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from math import ceil
from typing import Any

from examserver.kernel.seeds import Draw
from itembank.assembly.blueprint import OFF, Blueprint
from itembank.assembly.conflict import all_demands
from itembank.assembly.demands import Demand, basis_of
from itembank.assembly.forms import Progress, Request, assemble_forms
from itembank.assembly.sampling import SAMPLE_FACTOR, sample_of, spread
from itembank.assembly.solver import Program, solve
from itembank.assembly.supply import PoolItem, Unit, check_supply, units_of
from itembank.assembly.telling import demand_words
from itembank.specs.tree import plain_decimal

FREE = float("inf")
MARGINS = (1.0, 1.1, 1.5, 2.5)
PRICE_OF_TOTAL = 20.0
PRICE_OF_POINT = 3.0
PRICE_OF_COMPARING = 30.0
PRICE_OF_SHARED = 0.5
PRICE_OF_USE = 4.0
PRICE_OF_FORM = 5.0
MOST_EXTRA_USES = 5
LARGEST_SAMPLE = 3000


@dataclass(frozen=True)
class Change:
    """One demand as it was and as it would be."""

    demand: str
    was: str
    becomes: str
    words_zh: str
    words_en: str


@dataclass(frozen=True)
class Relaxation:
    """A changed blueprint, and how many forms of it, that the bank can meet: assembled to see that it does."""

    blueprint: Blueprint
    forms: int
    reserve_forms: int
    changes: tuple[Change, ...]
    price: float


def least_relaxation(
    request: Request, pool: Sequence[PoolItem], most: int, progress: Progress | None = None
) -> Relaxation | None:
    """The cheapest change that works; None when none of those tried does. `most`: how many forms fitted together."""
    found: list[Relaxation] = []
    for propose in (_softer, _more_shared, _more_uses, _fewer):
        best = min((one.price for one in found), default=FREE)
        found += [one for one in propose(request, pool, most, best, progress) if one.changes]
    return min(found, key=lambda one: one.price, default=None)


def _works(request: Request, pool: Sequence[PoolItem], progress: Progress | None) -> bool:
    return bool(assemble_forms(request, pool, progress).forms)


def _relaxed(request: Request, was: Request, price: float) -> Relaxation:
    return Relaxation(request.blueprint, request.forms, request.reserve_forms, tuple(_changes(was, request)), price)


def _softer(
    request: Request, pool: Sequence[PoolItem], most: int, best: float, progress: Progress | None
) -> Iterator[Relaxation]:
    """Counts moved and bounds widened by the elastic program."""
    forms = 1 if request.blueprint.max_overlap else request.total
    for given in _given(request, pool, forms):
        for margin in MARGINS if given else ():
            changed = replace(request, blueprint=_with(request.blueprint, given, margin))
            if changed.blueprint.cells and _works(changed, pool, progress):
                yield _relaxed(changed, request, sum(slack.price * slack.amount for slack in given) * margin)
                return


@dataclass(frozen=True)
class _Slack:
    """How much a demand gives way: `down` where there is too little, otherwise where there is too much."""

    demand: Demand
    down: bool
    amount: float
    price: float


def _price(demand: Demand) -> float:
    return {"per_point": PRICE_OF_POINT, "expected_score": PRICE_OF_COMPARING}.get(demand.kind, 1 / demand.worth)


def _given(request: Request, pool: Sequence[PoolItem], forms: int) -> Iterator[list[_Slack]]:
    """What gives way, per form, at the least price.

    Of many units first by the relaxation over all of them, which bounds what is needed, then by a spread sample.
    """
    blueprint = request.blueprint
    units = [unit for unit in units_of(blueprint, pool) if request.reserve_forms or not unit.reserved]
    basis = basis_of(blueprint, units)
    if len(units) > LARGEST_SAMPLE:
        found = _solved(units, all_demands(blueprint, units, basis, forms), forms, relaxed=True)
        if all(abs(slack.amount - round(slack.amount)) < 1e-6 for slack in found if slack.demand.kind == "cell"):
            yield found
    ranked = spread(units, Counter(), Draw(request.seed, "relaxation"))
    sample = sample_of(blueprint, ranked, max(SAMPLE_FACTOR * forms, LARGEST_SAMPLE // blueprint.count))
    yield _solved(sample, all_demands(blueprint, sample, basis, forms), forms)


def _solved(units: Sequence[Unit], demands: Sequence[Demand], forms: int, relaxed: bool = False) -> list[_Slack]:
    program, slacks = _elastic(units, demands, forms)
    values = solve(program, 0, relaxed=relaxed)
    if values is None:
        return []
    found = [_Slack(demand, down, values[column], _price(demand)) for column, demand, down in slacks]
    return [slack for slack in found if slack.amount > 1e-6]


def _elastic(
    units: Sequence[Unit], demands: Sequence[Demand], forms: int
) -> tuple[Program, list[tuple[int, Demand, bool]]]:
    program, slacks = Program(), list[tuple[int, Demand, bool]]()
    for _ in units:
        program.column(0.0)
    shared = dict[str, int]()
    for demand in demands:
        row = list(demand.weights)
        whole = demand.kind in ("cell", "importance", "cognition", "cases", "public", "per_point")
        for down in () if demand.firm else (True, False):
            top = demand.high / forms if demand.kind == "cell" and down else FREE
            name = demand.kind if demand.kind == "per_point" else f"{demand.name} {down}"
            if demand.kind == "per_point" and down:
                continue
            if name not in shared:
                shared[name] = program.column(_price(demand), top, whole)
                slacks.append((shared[name], demand, down))
            row.append((shared[name], float(forms if down else -forms)))
        program.row(demand.name, row, demand.low, demand.high)
    _add_totals(program, slacks)
    return program, slacks


def _add_totals(program: Program, slacks: Sequence[tuple[int, Demand, bool]]) -> None:
    """What one area lacks another area gives, of the same type, unless the number of items is to change."""
    of_type: dict[str, list[tuple[int, float]]] = {}
    for column, demand, down in slacks:
        if demand.kind == "cell":
            of_type.setdefault(demand.name.split(":")[2], []).append((column, 1.0 if down else -1.0))
    for kind, columns in of_type.items():
        less = program.column(PRICE_OF_TOTAL, FREE)
        more = program.column(PRICE_OF_TOTAL, FREE)
        program.row(f"total:{kind}", [*columns, (less, -1.0), (more, 1.0)], 0, 0)


def _with(blueprint: Blueprint, given: Sequence[_Slack], margin: float) -> Blueprint:
    """The blueprint after giving way; counts as found, amounts with some margin."""
    changed = blueprint
    for slack in given:
        changed = _give(changed, slack, margin)
    cells = tuple(cell for cell in changed.cells if cell.count > 0)
    kinds = {cell.type for cell in cells}
    sections = tuple(section for section in changed.sections if section.type in kinds)
    changed = replace(changed, cells=cells, sections=sections)
    total = sum((cell.count * changed.points_of[cell.type] for cell in cells), Decimal(0))
    if total != changed.total_points and total:
        cut = (changed.cut_score * total / changed.total_points * 2).quantize(Decimal(1)) / 2
        changed = replace(changed, total_points=total, cut_score=max(cut, Decimal("0.5")))
    return replace(changed, importance=_capped(changed.importance, changed.count))


def _capped(bounds: Mapping[str, tuple[int, int]], count: int) -> dict[str, tuple[int, int]]:
    return {name: (max(0, low), min(high, count)) for name, (low, high) in bounds.items()}


def _give(blueprint: Blueprint, slack: _Slack, margin: float) -> Blueprint:
    kind, _, rest = slack.demand.name.partition(":")
    whole, count = ceil(slack.amount - 1e-6), max(blueprint.count, 1)
    if kind == "cell":
        step = -whole if slack.down else whole
        cells = (
            replace(cell, count=cell.count + step) if cell.name == slack.demand.name else cell
            for cell in blueprint.cells
        )
        return replace(blueprint, cells=tuple(cells))
    if kind in ("importance", "cognition"):
        bounds = dict(getattr(blueprint, kind))
        bounds[rest] = _wider(bounds[rest], whole, slack.down)
        wider: dict[str, Any] = {kind: bounds}
        return replace(blueprint, **wider)
    if kind == "per_point":
        return replace(blueprint, max_per_point=(blueprint.max_per_point or 0) + whole)
    if kind == "public":
        return replace(blueprint, public_share=min(100, ceil((blueprint.most_public + whole) * 100 / count)))
    return _give_amount(blueprint, slack, slack.amount * margin)


def _give_amount(blueprint: Blueprint, slack: _Slack, amount: float) -> Blueprint:
    kind, down = slack.demand.kind, slack.down
    if kind == "difficulty" and blueprint.difficulty:
        low, high = _wider(blueprint.difficulty, ceil(amount / max(blueprint.count, 1)), down)
        return replace(blueprint, difficulty=(low, min(high, 1000)))
    if kind == "information":
        wider = tuple(
            replace(aim, tolerance=aim.tolerance + ceil(amount * 1000)) if aim.name == slack.demand.name else aim
            for aim in blueprint.information
        )
        return replace(blueprint, information=wider)
    if kind == "expected_score":
        return replace(blueprint, comparable=OFF)
    changed: dict[str, Any] = {kind: _wider(getattr(blueprint, kind), ceil(amount), down)}
    return replace(blueprint, **changed)


def _wider(bounds: tuple[int, int], by: int, down: bool) -> tuple[int, int]:
    return (max(0, bounds[0] - by), bounds[1]) if down else (bounds[0], bounds[1] + by)


def _more_shared(
    request: Request, pool: Sequence[PoolItem], most: int, best: float, progress: Progress | None
) -> Iterator[Relaxation]:
    """Forms that share more items: the smallest limit that works, between the packing bound and half a form."""
    blueprint = request.blueprint
    if request.total < 2 or not _works(replace(request, forms=1, reserve_forms=0), pool, progress):
        return

    def fits(limit: int) -> Request | None:
        asked = replace(request, blueprint=replace(blueprint, max_overlap=limit))
        if check_supply(asked.blueprint, pool, asked.forms, asked.reserve_forms):
            return None
        return asked if _works(asked, pool, progress) else None

    top = min(blueprint.count, blueprint.max_overlap + int(min(best, blueprint.count) / PRICE_OF_SHARED))
    limit = _smallest(blueprint.max_overlap + 1, top, lambda each: fits(each) is not None)
    if limit is not None:
        asked = replace(request, blueprint=replace(blueprint, max_overlap=limit))
        yield _relaxed(asked, request, (limit - blueprint.max_overlap) * PRICE_OF_SHARED)


def _smallest(low: int, top: int, holds: Callable[[int], bool]) -> int | None:
    """The smallest number from `low` to `top` for which it holds, by doubling and halving; None if for none."""
    last, step = low - 1, 1
    while not holds(min(last + step, top)) if low <= top else True:
        if last + step >= top:
            return None
        last, step = last + step, step * 2
    high = min(last + step, top)
    while high - last > 1:
        middle = (last + high) // 2
        last, high = (last, middle) if holds(middle) else (middle, high)
    return high


def _more_uses(
    request: Request, pool: Sequence[PoolItem], most: int, best: float, progress: Progress | None
) -> Iterator[Relaxation]:
    """Items that were held back because of their uses."""
    limit = request.blueprint.max_uses
    for extra in range(1, MOST_EXTRA_USES + 1) if limit is not None else ():
        if extra * PRICE_OF_USE >= best:
            return
        asked = replace(request, blueprint=replace(request.blueprint, max_uses=(limit or 0) + extra))
        if _works(asked, pool, progress):
            yield _relaxed(asked, request, extra * PRICE_OF_USE)
            return


def _fewer(
    request: Request, pool: Sequence[PoolItem], most: int, best: float, progress: Progress | None
) -> Iterator[Relaxation]:
    """Fewer forms, the reserve kept as long as may be."""
    for total in range(request.total - 1, 0, -1):
        price = (request.total - total) * PRICE_OF_FORM
        if price >= best:
            return
        reserve = min(request.reserve_forms, total - 1)
        asked = replace(request, forms=total - reserve, reserve_forms=reserve)
        if total <= max(most, 1) and _works(asked, pool, progress):
            yield _relaxed(asked, request, price)
            return


def _changes(was: Request, now: Request) -> Iterator[Change]:
    """Everything that differs, in words."""
    before, after = _spoken(was), _spoken(now)
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name, "0"), after.get(name, "0")
        if old != new:
            words = demand_words(was.blueprint, name)
            yield Change(name, old, new, f"{words.zh}：{old} → {new}", f"{words.en}: {old} → {new}")


def _spoken(request: Request) -> dict[str, str]:
    blueprint = request.blueprint
    said = {cell.name: str(cell.count) for cell in blueprint.cells}
    for kind, bounds in (("importance", blueprint.importance), ("cognition", blueprint.cognition)):
        said |= {f"{kind}:{name}": _span(each) for name, each in bounds.items()}
    said |= {kind: _span(getattr(blueprint, kind)) for kind in ("words", "working_s", "cases")}
    band = blueprint.difficulty
    said["difficulty"] = f"{band[0] / 1000:g}–{band[1] / 1000:g}" if band else ""
    said |= {aim.name: f"{aim.information / 1000:g} ± {aim.tolerance / 1000:g}" for aim in blueprint.information}
    said["per_point"] = str(blueprint.max_per_point or "")
    said |= {"overlap": str(blueprint.max_overlap), "public": f"{blueprint.public_share}%"}
    said |= {"max_uses": str(blueprint.max_uses or ""), "expected_score": blueprint.comparable}
    said |= {"total_points": plain_decimal(blueprint.total_points), "cut_score": plain_decimal(blueprint.cut_score)}
    return said | {"forms": f"{request.forms}+{request.reserve_forms}"}


def _span(bounds: tuple[int, int] | None) -> str:
    return f"{bounds[0]}–{bounds[1]}" if bounds else ""
