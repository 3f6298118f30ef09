"""Puts everything the responses of all sittings say about the items of a bank together, item version by item version.

For item statistics that return to the item. Persons met different forms, so classical figures are taken within a form
and weighed by persons, parameters estimated over all forms at once (forms are handed out at random, so their groups are
on one scale), fit and groups compared on the form most persons had. Limits are named, never silent.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from examserver.kernel.errors import Json
from itembank.psychometrics.classical import Distractor, ItemFigures, TestFigures, describe_items, describe_test
from itembank.psychometrics.dif import FEWEST_IN_GROUP, MOST_GROUPS, GroupFigure, compare_groups
from itembank.psychometrics.drift import Counted, Drift, Item, find_drift, flag_drift
from itembank.psychometrics.fit import Fit, check_fit
from itembank.psychometrics.flags import Flag, flag_item
from itembank.psychometrics.irt import Calibration, Estimate, calibrate
from itembank.psychometrics.matrix import FormResponses
from itembank.psychometrics.report import FEWEST_PERSONS_TO_ESTIMATE, FEWEST_TO_ESTIMATE
from itembank.psychometrics.responses import Responses

FEWEST_FOR_ASSEMBLY = 200
FEWEST_TO_DESCRIBE = 2
FEWEST_TO_JUDGE = 30
MOST_CELLS = 20_000_000
MOST_ANSWERS_SHOWN = 12


@dataclass(frozen=True)
class TestOfForm:
    """The test as the persons of one sitting met it in one form."""

    matrix: str
    form: str
    held_ms: int
    figures: TestFigures

    def as_json(self) -> Json:
        """Plain data."""
        return {"matrix": self.matrix, "form": self.form, "held_ms": self.held_ms, **asdict(self.figures)}


@dataclass(frozen=True)
class PooledItem:
    """Everything about one item version over all sittings."""

    code: str
    version: int
    persons: int
    sittings: int
    last_held_ms: int
    figures: ItemFigures
    estimate: Estimate | None
    fit: Fit | None
    groups: tuple[GroupFigure, ...]
    drift: Drift | None
    seconds: tuple[float, float, float] | None
    flags: tuple[Flag, ...]

    @property
    def usable(self) -> bool:
        """Whether its parameters may steer assembly: enough persons, no doubt about curve or key."""
        doubts = any(flag.code.startswith(("curve.", "item.reversed", "option.better")) for flag in self.flags)
        return self.estimate is not None and self.persons >= FEWEST_FOR_ASSEMBLY and not doubts

    def as_json(self) -> Json:
        """Plain data of what screens show."""
        return {
            **asdict(self.figures),
            "options": [asdict(each) for each in self.figures.options],
            "sittings": self.sittings,
            "last_held_ms": self.last_held_ms,
            "irt": asdict(self.estimate) if self.estimate else None,
            "fit": asdict(self.fit) if self.fit else None,
            "dif": [asdict(each) for each in self.groups],
            "drift": asdict(self.drift) if self.drift else None,
            "seconds": list(self.seconds) if self.seconds else None,
        }


@dataclass(frozen=True)
class Pooled:
    """The whole analysis of a bank."""

    persons: int
    items: tuple[PooledItem, ...]
    tests: tuple[TestOfForm, ...]
    notes: tuple[Flag, ...]


def analyse_pool(forms: Sequence[FormResponses]) -> Pooled:
    """All figures of all items met in these forms."""
    forms = sorted(forms, key=lambda form: (form.held_ms, form.matrix, form.form))
    described = [form for form in forms if len(form.right) >= FEWEST_TO_DESCRIBE]
    gathered = _gathered(forms, {id(form): describe_items(_responses(form)) for form in described})
    compared = {id(form): tuple(_compared(form)) for form in forms}
    calibrated, notes = _calibrated(forms)
    drifts = find_drift(_times(forms))
    items = [
        _item(item, parts, calibrated.get(item), _groups_of(item, parts, compared), drifts.get(item))
        for item, parts in sorted(gathered.items())
    ]
    notes += _unjudged(items)
    tests = [
        TestOfForm(form.matrix, form.form, form.held_ms, describe_test(form.right))
        for form in described
        if form.right.shape[1] > 1
    ]
    return Pooled(sum(len(form.right) for form in forms), tuple(items), tuple(tests), tuple(notes))


def _unjudged(items: Sequence[PooledItem]) -> list[Flag]:
    """A handful of answers proves nothing: such items are counted, not judged."""
    few = sum(item.persons < FEWEST_TO_JUDGE for item in items)
    if not few:
        return []
    zh = f"{few} 道题不足 {FEWEST_TO_JUDGE} 人次，只列数字，不作判断"
    en = f"{few} item(s) were met by fewer than {FEWEST_TO_JUDGE} persons: figures are shown, nothing is flagged"
    return [Flag("item.few", zh, en)]


def _responses(form: FormResponses) -> Responses:
    names = tuple(code for code, _ in form.items)
    return Responses(names, form.right, form.choices == "", form.choices, form.keys)


@dataclass(frozen=True)
class _Part:
    """One item in one form of one sitting."""

    form: FormResponses
    at: int
    figures: ItemFigures | None

    @property
    def persons(self) -> int:
        return len(self.form.right)


def _gathered(forms: Sequence[FormResponses], figures: dict[int, tuple[ItemFigures, ...]]) -> dict[Item, list[_Part]]:
    found: dict[Item, list[_Part]] = defaultdict(list)
    for form in forms:
        own = figures.get(id(form))
        for at, item in enumerate(form.items):
            found[item].append(_Part(form, at, own[at] if own else None))
    return found


def _times(forms: Sequence[FormResponses]) -> list[dict[Item, Counted]]:
    """Right answers per item and sitting, from old to new."""
    times: dict[tuple[int, str], Counter[tuple[Item, bool]]] = defaultdict(Counter)
    for form in forms:
        counts = times[form.held_ms, form.matrix]
        for item, right in zip(form.items, form.right.sum(axis=0), strict=True):
            counts[item, True] += int(right)
            counts[item, False] += len(form.right) - int(right)
    return [
        {item: Counted(count[item, True] + count[item, False], count[item, True]) for item, _ in count}
        for _, count in sorted(times.items())
    ]


@dataclass(frozen=True)
class _Measured:
    estimate: Estimate
    fit: Fit | None


def _calibrated(forms: Sequence[FormResponses]) -> tuple[dict[Item, _Measured], list[Flag]]:
    """Parameters of every item enough persons met, and what was left out of the estimation."""
    notes: list[Flag] = []
    kept = _newest(forms, notes)
    columns = _columns(kept)
    persons = sum(len(form.right) for form in kept)
    if len(columns) < FEWEST_TO_ESTIMATE or persons < FEWEST_PERSONS_TO_ESTIMATE:
        zh = f"数据太少（{persons} 人，{len(columns)} 道有足够作答且有差异的题），不估计参数"
        en = f"Too little data ({persons} persons, {len(columns)} items with enough answers): no parameters"
        return {}, [*notes, Flag("model.too_little", zh, en)]
    scores, met = np.zeros((persons, len(columns))), np.zeros((persons, len(columns)), dtype=bool)
    start = 0
    for form in kept:
        own, there = _shared(form, columns)
        scores[start : start + len(form.right), there] = form.right[:, own]
        met[start : start + len(form.right), there] = True
        start += len(form.right)
    made = calibrate(scores[met.any(axis=1)], "2pl", met[met.any(axis=1)])
    if not made.converged:
        zh, en = f"{made.rounds} 轮后仍未收敛，参数仅供参考", f"Not converged after {made.rounds} rounds"
        notes.append(Flag("estimation.unconverged", zh, en))
    fits = _fits(kept, columns, made)
    return {item: _Measured(made.items[at], fits.get(item)) for item, at in columns.items()}, notes


def _newest(forms: Sequence[FormResponses], notes: list[Flag]) -> list[FormResponses]:
    """As many forms, the newest first, as can be estimated at once."""
    kept: list[FormResponses] = []
    items: set[Item] = set()
    persons = 0
    for form in sorted(forms, key=lambda each: (-each.held_ms, each.matrix, each.form)):
        items |= set(form.items)
        persons += len(form.right)
        if persons * len(items) > MOST_CELLS:
            zh = f"作答太多，参数只按最近 {len(kept)} 份（共 {len(forms)} 份）估计"
            en = f"Too many responses: parameters come from the newest {len(kept)} of {len(forms)} forms"
            notes.append(Flag("estimation.newest", zh, en))
            break
        kept.append(form)
    return kept


def _columns(forms: Sequence[FormResponses]) -> dict[Item, int]:
    """The columns of items that vary and were met by enough persons."""
    counts: Counter[Item] = Counter()
    rights: Counter[Item] = Counter()
    for form in forms:
        for item, right in zip(form.items, form.right.sum(axis=0), strict=True):
            counts[item] += len(form.right)
            rights[item] += int(right)
    good = [item for item, n in counts.items() if n >= FEWEST_PERSONS_TO_ESTIMATE and 0 < rights[item] < n]
    return {item: at for at, item in enumerate(sorted(good))}


def _shared(form: FormResponses, columns: dict[Item, int]) -> tuple[list[int], list[int]]:
    """(places in the form, columns) of the items both have."""
    own = [at for at, item in enumerate(form.items) if item in columns]
    return own, [columns[form.items[at]] for at in own]


def _fits(forms: Sequence[FormResponses], columns: dict[Item, int], made: Calibration) -> dict[Item, Fit]:
    """Fit on the form most persons had, over all sittings that used it."""
    by_form: dict[tuple[Item, ...], list[FormResponses]] = defaultdict(list)
    for form in forms:
        by_form[form.items].append(form)
    found: dict[Item, Fit] = {}
    for items, same in sorted(by_form.items(), key=lambda each: sum(len(form.right) for form in each[1])):
        own, there = _shared(same[0], columns)
        scores = np.concatenate([form.right[:, own] for form in same])
        if len(own) < FEWEST_TO_ESTIMATE or len(scores) < FEWEST_PERSONS_TO_ESTIMATE:
            continue
        part = replace(made, items=tuple(made.items[at] for at in there), curves=made.curves[there])
        found |= dict(zip([items[at] for at in own], check_fit(scores, part), strict=True))
    return found


def _groups_of(item: Item, parts: list[_Part], compared: dict[int, tuple[GroupFigure, ...]]) -> tuple[GroupFigure, ...]:
    """The groups on the form most persons had."""
    form = max(parts, key=lambda each: each.persons).form
    return tuple(each for each in compared[id(form)] if each.item == item[0])


def _item(
    item: Item,
    parts: list[_Part],
    measured: _Measured | None,
    groups: tuple[GroupFigure, ...],
    drift: Drift | None,
) -> PooledItem:
    figures = _pooled_figures(item[0], parts)
    estimate, fit = (measured.estimate, measured.fit) if measured else (None, None)
    persons = sum(part.persons for part in parts)
    flags = [*flag_item(figures, estimate, fit, groups), *flag_drift(drift)] if persons >= FEWEST_TO_JUDGE else []
    return PooledItem(
        code=item[0],
        version=item[1],
        persons=persons,
        sittings=len({part.form.matrix for part in parts}),
        last_held_ms=max(part.form.held_ms for part in parts),
        figures=figures,
        estimate=estimate,
        fit=fit,
        groups=groups,
        drift=drift,
        seconds=_quartiles(np.concatenate([part.form.seconds[:, part.at] for part in parts])),
        flags=tuple(flags),
    )


def _quartiles(seconds: NDArray[np.float64]) -> tuple[float, float, float] | None:
    known = seconds[seconds > 0]
    if not len(known):
        return None
    low, middle, high = np.percentile(known, [25, 50, 75])
    return round(float(low), 1), round(float(middle), 1), round(float(high), 1)


def _pooled_figures(code: str, parts: list[_Part]) -> ItemFigures:
    weights = np.array([part.persons for part in parts], dtype=np.float64)

    def mean(values: Sequence[float | None]) -> float | None:
        known = [(value, weight) for value, weight in zip(values, weights, strict=True) if value is not None]
        whole = sum(weight for _, weight in known)
        return float(sum(value * weight for value, weight in known) / whole) if whole else None

    return ItemFigures(
        item=code,
        difficulty=mean([float(part.form.right[:, part.at].mean()) for part in parts]) or 0.0,
        discrimination=mean([part.figures.discrimination if part.figures else None for part in parts]),
        upper_lower=mean([part.figures.upper_lower if part.figures else None for part in parts]) or 0.0,
        alpha_without=None,
        left_out=mean([float((part.form.choices[:, part.at] == "").mean()) for part in parts]) or 0.0,
        options=_pooled_options(parts),
    )


def _pooled_options(parts: list[_Part]) -> tuple[Distractor, ...]:
    """Every option over all forms; of free answers the commonest and the key."""
    whole = sum(part.persons for part in parts)
    said: dict[str, list[tuple[Distractor, int]]] = defaultdict(list)
    for part in parts:
        for option in part.figures.options if part.figures else ():
            said[option.option].append((option, part.persons))
    found = [_pooled_option(option, each, whole) for option, each in sorted(said.items())]
    ranked = sorted(found, key=lambda option: (not option.right, -option.count))
    return tuple(sorted(ranked[:MOST_ANSWERS_SHOWN], key=lambda option: option.option))


def _pooled_option(option: str, each: list[tuple[Distractor, int]], whole: int) -> Distractor:
    persons = sum(n for _, n in each)
    known = [(one.correlation, n) for one, n in each if one.correlation is not None]
    count = sum(one.count for one, _ in each)
    return Distractor(
        option=option,
        right=any(one.right for one, _ in each),
        count=count,
        share=count / whole,
        correlation=sum(value * n for value, n in known) / sum(n for _, n in known) if known else None,
        lower=sum(one.lower * n for one, n in each) / persons,
        upper=sum(one.upper * n for one, n in each) / persons,
    )


def _compared(form: FormResponses) -> Iterator[GroupFigure]:
    """Every item of a form for groups of at least 50 persons, by each way of grouping."""
    names = tuple(name for name, _ in form.items)
    for groups in form.groups.values():
        sizes = Counter(group for group in groups if group)
        large = {group for group, size in sizes.items() if size >= FEWEST_IN_GROUP}
        if 2 <= len(large) <= MOST_GROUPS:
            chosen = np.array([group in large for group in groups])
            yield from compare_groups(names, form.right[chosen], tuple(group for group in groups if group in large))
