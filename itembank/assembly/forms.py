"""Assembles parallel forms from a blueprint, a pool and a seed: form by form on seeded sub-samples, always the same.

For the assembly job. Source: measured facts on test assembly: one joint program finds nothing on large banks, so each
form is a small program on units spread over the competency points, least used first; the sub-sample widens when it is
too narrow. Small banks that get stuck are solved jointly. The order of the forms is drawn afterwards.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from examserver.kernel.canonical import digest_of, raw_digest
from examserver.kernel.ids import crockford
from examserver.kernel.seeds import Draw
from itembank.assembly.blueprint import REQUIRED, Blueprint
from itembank.assembly.conflict import find_conflict
from itembank.assembly.curves import Basis
from itembank.assembly.demands import basis_of
from itembank.assembly.sampling import SAMPLE_FACTOR, costs_of, sample_of, spread
from itembank.assembly.solver import FormProblem, choose_jointly, choose_units, items_of
from itembank.assembly.supply import NORMAL, PoolItem, Shortage, Unit, check_supply, units_of

MOST_ATTEMPTS = 5
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
    """All forms, or the shortages because of which there is none; `most` is how many fitted together at best."""

    forms: tuple[AssembledForm, ...]
    shortages: tuple[Shortage, ...]
    basis: Basis | None = None
    most: int = 0


def pool_digest(pool: Sequence[PoolItem]) -> str:
    """The name of a pool: which item versions there were to choose from, and what else the choice looked at."""
    return digest_of([_pool_row(item) for item in sorted(pool, key=lambda item: item.code)], "exam.pool", 1)


def _pool_row(item: PoolItem) -> list[str | int]:
    row: list[str | int] = [item.code, item.version, item.digest]
    if item.standing != NORMAL or item.uses:
        row += [item.standing, item.uses]
    return row if item.curve is None else [*row, *(f"{value:.6f}" for value in vars(item.curve).values())]


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


@dataclass(frozen=True)
class _Search:
    """What every attempt looks at."""

    request: Request
    units: list[Unit]
    basis: Basis | None
    progress: Progress | None


def assemble_forms(request: Request, pool: Sequence[PoolItem], progress: Progress | None = None) -> Assembled:
    """The forms, or why there are none: first by arithmetic, then by the demands that exclude each other."""
    shortages = check_supply(request.blueprint, pool, request.forms, request.reserve_forms)
    if shortages:
        return Assembled((), tuple(shortages))
    units = units_of(request.blueprint, pool)
    search = _Search(request, units, basis_of(request.blueprint, units), progress)
    if search.basis is None and request.blueprint.comparable == REQUIRED:
        zh, en = (
            "按统计参数，没有能力值对应这条合格线",
            "By the measured parameters no ability corresponds to the cut score",
        )
        return Assembled((), (Shortage("*", "*", 1, 0, "conflict", zh, en, "expected_score"),))
    best, conflict = 0, tuple[Shortage, ...]()
    for attempt in range(MOST_ATTEMPTS):
        chosen = _one_by_one(search, f"{request.seed}/{attempt}")
        if len(chosen) == request.total:
            return Assembled(_named(request, pool, chosen), (), search.basis, request.total)
        best = max(best, len(chosen))
        conflict = conflict or tuple(_conflict_of(search, bool(best)))
        if conflict or not best:
            break
    joint = _jointly(search) if best and not conflict else None
    if joint is not None:
        return Assembled(_named(request, pool, joint), (), search.basis, request.total)
    return Assembled((), conflict or (_too_few(request, best),), search.basis, best)


def _conflict_of(search: _Search, one_fits: bool) -> list[Shortage]:
    """The demands in conflict within one form, or over all forms where one alone is possible."""
    request, blueprint = search.request, search.request.blueprint
    free = search.units if not request.forms else [unit for unit in search.units if not unit.reserved]
    if not one_fits:
        return find_conflict(blueprint, free, search.basis, 1) or [_together()]
    if blueprint.max_overlap:
        return []
    return find_conflict(blueprint, search.units, search.basis, request.total)


def _together() -> Shortage:
    return Shortage("*", "*", 1, 0, "combination", "各项要求不能同时满足", "The rules cannot be met together")


def _too_few(request: Request, best: int) -> Shortage:
    limit = request.blueprint.max_overlap
    zh = f"两两重复不超过 {limit} 题时只能组成 {best} 套试卷，需要 {request.total} 套"
    en = f"Sharing at most {limit} items, only {best} form(s) fit together, {request.total} are needed"
    return Shortage("*", "*", request.total, best, "forms", zh, en, "forms")


def _named(request: Request, pool: Sequence[PoolItem], chosen: Sequence["_Chosen"]) -> tuple[AssembledForm, ...]:
    """The forms under drawn names, those in reserve last: a name tells nothing of the order in which they were made."""
    names = [chr(ord("A") + i) if i < 26 else f"A{i - 25}" for i in range(request.forms)]
    names += [f"R{i + 1}" for i in range(request.reserve_forms)]
    drawn = Draw(request.seed, "form-order").shuffled(list(chosen))
    ordered = sorted(drawn, key=lambda form: form.reserve)
    name_of_pool = pool_digest(pool)
    return tuple(
        AssembledForm(form_id(request, name_of_pool, index), name, form.reserve, items_of(form.units))
        for index, (name, form) in enumerate(zip(names, ordered, strict=True))
    )


@dataclass(frozen=True)
class _Chosen:
    """The units of one form."""

    reserve: bool
    units: list[Unit]


def _turns(request: Request, seed: str) -> list[bool]:
    """In which turn a form in reserve is made: any, so that reserve forms are not always the last served."""
    return Draw(seed, "turns").shuffled([False] * request.forms + [True] * request.reserve_forms)


def _one_by_one(search: _Search, seed: str) -> list[_Chosen]:
    """As many forms as can be chosen one after another, up to what is asked."""
    used: Counter[str] = Counter()
    chosen: list[_Chosen] = []
    for number, reserve in enumerate(_turns(search.request, seed)):
        earlier = [frozenset(item.code for item in items_of(form.units)) for form in chosen]
        units = _one_form(search, reserve, used, earlier, f"{seed}/{number}")
        if units is None:
            break
        chosen.append(_Chosen(reserve, units))
        used.update(item.code for item in items_of(units))
        if search.progress:
            search.progress(number + 1, search.request.total)
    return chosen


def _one_form(
    search: _Search, reserve: bool, used: Counter[str], earlier: list[frozenset[str]], seed: str
) -> list[Unit] | None:
    blueprint = search.request.blueprint
    units = [unit for unit in search.units if reserve or not unit.reserved]
    if not blueprint.max_overlap:
        units, earlier = [unit for unit in units if not any(used[item.code] for item in unit.items)], []
    draw = Draw(seed, "form")
    ranked = spread(units, used, draw)
    costs = costs_of(units, used, draw)
    factor = SAMPLE_FACTOR
    while True:
        sample = sample_of(blueprint, ranked, factor)
        problem = FormProblem(blueprint, sample, [costs[unit.code] for unit in sample], search.basis, earlier)
        form = choose_units(problem, draw.below(2**31))
        if form is not None or len(sample) == len(ranked):
            return form
        factor *= 3


def _jointly(search: _Search) -> list[_Chosen] | None:
    request, units = search.request, search.units
    if request.blueprint.max_overlap or len(units) * request.total > MOST_JOINT_COLUMNS:
        return None
    draw = Draw(request.seed, "joint")
    reserve = [number >= request.forms for number in range(request.total)]
    costs = [[draw.fraction() / 10**9 for _ in units] for _ in reserve]
    problem = FormProblem(request.blueprint, units, costs[0], search.basis)
    found = choose_jointly(problem, reserve, costs, draw.below(2**31))
    if found is None:
        return None
    return [_Chosen(may, form) for may, form in zip(reserve, found, strict=True)]
