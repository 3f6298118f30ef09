"""Assembles parallel forms from a blueprint, a pool and a seed: form by form on seeded sub-samples, always the same.

For the assembly job. Source: measured facts on test assembly: one joint program finds nothing on large banks, so each
form is a small program on items spread over the competency points, least used first; the sub-sample widens when it is
too narrow. Small banks that get stuck are solved jointly. The order of the forms is drawn afterwards.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from examserver.kernel.canonical import digest_of, raw_digest
from examserver.kernel.ids import crockford
from examserver.kernel.seeds import Draw
from itembank.assembly.blueprint import Blueprint
from itembank.assembly.solver import FormProblem, choose_items, choose_jointly, explain
from itembank.assembly.supply import PoolItem, Shortage, check_supply, in_cell, usable

MOST_ATTEMPTS = 5
SAMPLE_FACTOR = 4
SMALLEST_SAMPLE = 40
MOST_JOINT_COLUMNS = 6000

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Request:
    """What is asked: so many forms and reserve forms from one seed."""

    blueprint: Blueprint
    seed: str
    forms: int
    reserve_forms: int

    @property
    def total(self) -> int:
        """All forms."""
        return self.forms + self.reserve_forms


@dataclass(frozen=True)
class AssembledForm:
    """One form: its drawn name and the chosen items in order of codes."""

    form: str
    name: str
    reserve: bool
    items: tuple[PoolItem, ...]


@dataclass(frozen=True)
class Assembled:
    """All forms, or the shortages because of which there is none."""

    forms: tuple[AssembledForm, ...]
    shortages: tuple[Shortage, ...]


def pool_digest(pool: Sequence[PoolItem]) -> str:
    """The name of a pool: which item versions there were to choose from."""
    rows = [[item.code, item.version, item.digest] for item in sorted(pool, key=lambda item: item.code)]
    return digest_of(rows, "exam.pool", 1)


def form_id(request: Request, pool: str, index: int) -> str:
    """The identifier of a form: the same request on the same pool names the same forms."""
    value = {
        "blueprint": request.blueprint.digest(),
        "pool": pool,
        "seed": request.seed,
        "forms": request.forms,
        "reserve_forms": request.reserve_forms,
        "index": index,
    }
    return "frm_" + crockford(int.from_bytes(raw_digest(digest_of(value, "exam.form-id", 1))[:16]), 26)


def assemble_forms(request: Request, pool: Sequence[PoolItem], progress: Progress | None = None) -> Assembled:
    """The forms, or why there are none: first by arithmetic, then by the rules that exclude each other."""
    shortages = check_supply(request.blueprint, pool, request.total)
    if shortages:
        return Assembled((), tuple(shortages))
    items = usable(request.blueprint, pool)
    best = 0
    for attempt in range(MOST_ATTEMPTS):
        chosen = _one_by_one(request, items, f"{request.seed}/{attempt}", progress)
        if len(chosen) == request.total:
            return Assembled(_named(request, pool, chosen), ())
        best = max(best, len(chosen))
        if not chosen:
            break
    joint = _jointly(request, items) if best else None
    if joint is not None:
        return Assembled(_named(request, pool, joint), ())
    return Assembled((), tuple(_explained(request, items, best)))


def _named(request: Request, pool: Sequence[PoolItem], chosen: Sequence[list[PoolItem]]) -> tuple[AssembledForm, ...]:
    names = [chr(ord("A") + i) if i < 26 else f"A{i - 25}" for i in range(request.forms)]
    names += [f"R{i + 1}" for i in range(request.reserve_forms)]
    drawn, name_of_pool = Draw(request.seed, "form-order").shuffled(list(chosen)), pool_digest(pool)
    return tuple(
        AssembledForm(form_id(request, name_of_pool, index), name, index >= request.forms, tuple(items))
        for index, (name, items) in enumerate(zip(names, drawn, strict=True))
    )


def _one_by_one(
    request: Request, items: Sequence[PoolItem], seed: str, progress: Progress | None
) -> list[list[PoolItem]]:
    """As many forms as can be chosen one after another, up to what is asked."""
    used: Counter[str] = Counter()
    chosen: list[list[PoolItem]] = []
    for number in range(request.total):
        form = _one_form(
            request.blueprint, items, used, [frozenset(i.code for i in f) for f in chosen], f"{seed}/{number}"
        )
        if form is None:
            break
        chosen.append(form)
        used.update(item.code for item in form)
        if progress:
            progress(number + 1, request.total)
    return chosen


def _one_form(
    blueprint: Blueprint, items: Sequence[PoolItem], used: Counter[str], earlier: list[frozenset[str]], seed: str
) -> list[PoolItem] | None:
    if not blueprint.max_overlap:
        items, earlier = [item for item in items if not used[item.code]], []
    draw = Draw(seed, "form")
    ranked = _spread(items, used, draw)
    costs = _costs(items, used, draw)
    factor = SAMPLE_FACTOR
    while True:
        sample = _sample(blueprint, ranked, factor)
        problem = FormProblem(blueprint, sample, [costs[item.code] for item in sample], earlier)
        form = choose_items(problem, draw.below(2**31))
        if form is not None or len(sample) == len(ranked):
            return form
        factor *= 3


def _spread(items: Sequence[PoolItem], used: Counter[str], draw: Draw) -> list[PoolItem]:
    """Items in drawn order, one per importance and point in turn, the least used first."""
    turns: Counter[tuple[str | None, str]] = Counter()
    ranked: list[tuple[int, int, int, PoolItem]] = []
    for item in sorted(draw.shuffled(items), key=lambda each: used[each.code]):
        place = (item.importance, item.point)
        ranked.append((used[item.code], turns[place], len(ranked), item))
        turns[place] += 1
    return [item for *_, item in sorted(ranked, key=lambda entry: entry[:3])]


def _sample(blueprint: Blueprint, ranked: Sequence[PoolItem], factor: int) -> list[PoolItem]:
    """The first items of the ranking for every cell, so many times its count; in order of codes."""
    taken: dict[str, PoolItem] = {}
    for cell in blueprint.cells:
        members = [item for item in ranked if in_cell(item, cell)]
        for item in members[: max(cell.count * factor, SMALLEST_SAMPLE)]:
            taken[item.code] = item
    return [taken[code] for code in sorted(taken)]


def _costs(items: Sequence[PoolItem], used: Counter[str], draw: Draw) -> dict[str, float]:
    """A random cost per item, dearer when used before or when its point has few items left for the next forms."""
    left = Counter(item.point for item in items if not used[item.code])
    return {
        item.code: draw.fraction() / 10**9 + used[item.code] + 1 / (1 + left[item.point])
        for item in sorted(items, key=lambda each: each.code)
    }


def _jointly(request: Request, items: Sequence[PoolItem]) -> list[list[PoolItem]] | None:
    columns = len(items) * request.total
    if request.blueprint.max_overlap or columns > MOST_JOINT_COLUMNS:
        return None
    draw = Draw(request.seed, "joint")
    costs = [draw.fraction() / 10**9 for _ in range(columns)]
    return choose_jointly(request.blueprint, items, request.total, costs, draw.below(2**31))


def _explained(request: Request, items: Sequence[PoolItem], best: int) -> list[Shortage]:
    if best:
        zh = f"只能组成 {best} 套互相满足重复上限的试卷，需要 {request.total} 套"
        en = f"Only {best} form(s) fit together, {request.total} are needed"
        return [Shortage("*", "*", request.total, best, "forms", zh, en)]
    draw = Draw(request.seed, "explain")
    problem = FormProblem(request.blueprint, items, [draw.fraction() / 10**9 for _ in items])
    found = explain(problem, draw.below(2**31))
    return [_shortage(request.blueprint, violation.rule, violation.amount) for violation in found] or [
        Shortage("*", "*", 1, 0, "combination", "各项要求不能同时满足", "The rules cannot be met together")
    ]


def _shortage(blueprint: Blueprint, rule: str, amount: int) -> Shortage:
    kind, _, rest = rule.partition(":")
    area, _, kind_of_item = rest.partition(":")
    needed = next((c.count for c in blueprint.cells if rule == f"cell:{c.area or '*'}:{c.type}"), amount)
    zh, en = f"规则“{rule}”与其他要求冲突，差 {amount}", f"The rule {rule} conflicts with the others by {amount}"
    return Shortage(area or "*", kind_of_item or kind, needed, max(0, needed - amount), "combination", zh, en)
