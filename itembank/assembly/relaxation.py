"""The least change to a blueprint the bank could meet: found by an elastic program, proved by assembling.

For the assembler whose blueprint is infeasible. Bounds that stand alone change before the number of forms, that before
counts; within each step every change has its price. An item moves to another area where that keeps the total and the
other area hardly grows, otherwise what is lacking falls away. Rivals and enemies never give way. Whole forms are
assembled with the changed blueprint before it is proposed: what is offered works.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from math import ceil
from typing import Any

from examserver.kernel.seeds import Draw
from itembank.assembly.blueprint import OFF, Blueprint
from itembank.assembly.conflict import all_demands
from itembank.assembly.demands import basis_of
from itembank.assembly.elastic import FREE, Elastic, Slack, movable_types
from itembank.assembly.forms import Progress, Request, assemble_forms
from itembank.assembly.sampling import SAMPLE_FACTOR, sample_of, spread
from itembank.assembly.soundness import contradictions
from itembank.assembly.supply import PoolItem, check_supply, units_of
from itembank.assembly.telling import demand_words
from itembank.specs.tree import plain_decimal

MARGINS = (1.0, 1.02, 1.1, 1.5, 2.5)
PRICE_OF_SHARED = 0.5
PRICE_OF_USE = 4.0
PRICE_OF_FORM = 5.0
MOST_EXTRA_USES = 5
LARGEST_SAMPLE = 3000
MOST_POINTS = 1000
MOST_TOLERANCE = 1_000_000


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
    for step in ((_softer, _more_shared, _more_uses), (_fewer,), (_other_counts,)):
        found: list[Relaxation] = []
        for propose in step:
            best = min((one.price for one in found), default=FREE)
            found += [one for one in propose(request, pool, most, best, progress) if one.changes]
        if found:
            return min(found, key=lambda one: one.price)
    return None


def _works(request: Request, pool: Sequence[PoolItem], progress: Progress | None) -> bool:
    return not contradictions(request.blueprint) and bool(assemble_forms(request, pool, progress).forms)


def _relaxed(request: Request, was: Request, price: float) -> Relaxation:
    return Relaxation(request.blueprint, request.forms, request.reserve_forms, tuple(_changes(was, request)), price)


def _softer(
    request: Request, pool: Sequence[PoolItem], most: int, best: float, progress: Progress | None
) -> Iterator[Relaxation]:
    """Bounds widened while every count stays."""
    yield from _given_way(request, pool, progress, None)


def _other_counts(
    request: Request, pool: Sequence[PoolItem], most: int, best: float, progress: Progress | None
) -> Iterator[Relaxation]:
    """Counts moved to other areas of the same type where that keeps the total, otherwise given up."""
    blueprint = request.blueprint
    units = [unit for unit in units_of(blueprint, pool) if request.reserve_forms or not unit.reserved]
    movable = movable_types(blueprint, units, _summed(request))
    for kept in dict.fromkeys((movable, frozenset[str]())):
        for found in _given_way(request, pool, progress, kept):
            yield found
            return


def _summed(request: Request) -> int:
    """Over how many forms demands are summed: forms that may share items are looked at one by one."""
    return 1 if request.blueprint.max_overlap else request.total


def _given_way(
    request: Request, pool: Sequence[PoolItem], progress: Progress | None, kept: frozenset[str] | None
) -> Iterator[Relaxation]:
    """The first blueprint after giving way, with more and more margin, of which forms are made."""
    for given in _given(request, pool, kept):
        found = _widened(request, pool, progress, given, kept == frozenset())
        if found is not None:
            yield found
            return


def _widened(
    request: Request, pool: Sequence[PoolItem], progress: Progress | None, given: Sequence[Slack], falls: bool
) -> Relaxation | None:
    """Forms of the blueprint after giving way with the smallest margin of those tried; None when with none of them."""
    known = dict[str, bool]()

    def holds(margin: float, extra: int) -> Relaxation | None:
        blueprint = _with(request.blueprint, given, margin, extra if falls else 0)
        changed = replace(request, blueprint=blueprint)
        name = blueprint.digest()
        if name not in known:
            known[name] = blueprint.total_points <= MOST_POINTS and _works(changed, pool, progress)
        return _relaxed(changed, request, sum(slack.paid for slack in given) * margin) if known[name] else None

    for extra, margin in enumerate(MARGINS if given else ()):
        found = holds(margin, extra)
        if found is not None and extra:
            middle = (MARGINS[extra - 1] + margin) / 2
            return holds(middle, extra) or holds((middle + margin) / 2, extra) or found
        if found is not None:
            return found
    return None


def _given(request: Request, pool: Sequence[PoolItem], kept: frozenset[str] | None) -> Iterator[list[Slack]]:
    """What gives way, per form, at the least price.

    Of many units first by the relaxation over all of them, which bounds what is needed, then by a spread sample.
    """
    blueprint, forms = request.blueprint, _summed(request)
    units = [unit for unit in units_of(blueprint, pool) if request.reserve_forms or not unit.reserved]
    basis = basis_of(blueprint, units) if kept is None or kept == {cell.type for cell in blueprint.cells} else None
    if len(units) > LARGEST_SAMPLE:
        found = Elastic(blueprint, units, all_demands(blueprint, units, basis, forms), forms, kept, True).least()
        if all(abs(slack.amount - round(slack.amount)) < 1e-6 for slack in found if slack.demand.kind == "cell"):
            yield found
    ranked = spread(units, Counter(), Draw(request.seed, "relaxation"))
    sample = sample_of(blueprint, ranked, max(SAMPLE_FACTOR * forms, LARGEST_SAMPLE // blueprint.count))
    yield Elastic(blueprint, sample, all_demands(blueprint, sample, basis, forms), forms, kept).least()


def _with(blueprint: Blueprint, given: Sequence[Slack], margin: float, extra: int = 0) -> Blueprint:
    """The blueprint after giving way; counts as found or so many `extra` less, bounds with some margin."""
    changed = blueprint
    for slack in given:
        amount = slack.amount + extra if slack.demand.kind == "cell" else slack.amount * margin
        changed = _give(changed, replace(slack, amount=amount))
    cells = tuple(cell for cell in changed.cells if cell.count > 0)
    kinds = {cell.type for cell in cells}
    sections = tuple(section for section in changed.sections if section.type in kinds)
    changed = replace(changed, cells=cells, sections=sections)
    total = sum((cell.count * changed.points_of[cell.type] for cell in cells), Decimal(0))
    if total != changed.total_points and total:
        cut = (changed.cut_score * total / changed.total_points * 2).quantize(Decimal(1)) / 2
        changed = replace(changed, total_points=total, cut_score=max(cut, min(Decimal("0.5"), total)))
    return _capped(blueprint, changed)


def _capped(was: Blueprint, now: Blueprint) -> Blueprint:
    """No widened bound above the number of items, no overlap of more than all items."""
    importance, cognition = (
        {
            name: bounds if bounds == before.get(name) else (min(bounds[0], now.count), min(bounds[1], now.count))
            for name, bounds in after.items()
        }
        for before, after in ((was.importance, now.importance), (was.cognition, now.cognition))
    )
    overlap = min(now.max_overlap, now.count)
    return replace(now, importance=importance, cognition=cognition, max_overlap=overlap)


def _give(blueprint: Blueprint, slack: Slack) -> Blueprint:
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
    return _give_amount(blueprint, slack)


def _give_amount(blueprint: Blueprint, slack: Slack) -> Blueprint:
    kind, down, whole = slack.demand.kind, slack.down, ceil(slack.amount - 1e-6)
    if kind == "difficulty" and blueprint.difficulty:
        low, high = _wider(blueprint.difficulty, ceil(slack.amount / max(blueprint.count, 1) - 1e-6), down)
        return replace(blueprint, difficulty=(low, min(high, 1000)))
    if kind == "information":
        wider = tuple(
            replace(aim, tolerance=min(aim.tolerance + ceil(slack.amount * 1000), MOST_TOLERANCE))
            if aim.name == slack.demand.name
            else aim
            for aim in blueprint.information
        )
        return replace(blueprint, information=wider)
    if kind == "expected_score":
        return replace(blueprint, comparable=OFF)
    changed: dict[str, Any] = {kind: _wider(getattr(blueprint, kind), whole, down)}
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

    dearest = blueprint.max_overlap + int(min(best, blueprint.count) / PRICE_OF_SHARED)
    top = min(max(blueprint.count // 2, 1), dearest)
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
