"""Decides which items ask the same thing twice, and which say of the same question that another answer is right.

For reviewers and whoever imports. Four kinds, the gravest first: `contradiction` (same stem and options, another key),
`same_item` (nothing differs but marks, blanks or width), `reordered_options` (same options and key in another order),
`near_stem` (stems alike in most characters, or the same stem with other options). Items about different figures are
different items. A pair is a reason to look, not a verdict: "正确的是" and "错误的是" differ in one character.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, product

from examserver.kernel.errors import Json
from itembank.items.check import stem_identity
from itembank.items.content import ItemBody, assets_of, option_text, stem_text
from itembank.items.kinds import ITEM_TYPES, MULTIPLE_RESPONSE, SINGLE_RESPONSE, TRUE_FALSE
from itembank.items.text import identity
from itembank.quality.similar import RATIO, Near, near_pairs

CONTRADICTION, SAME, REORDERED, NEAR = "contradiction", "same_item", "reordered_options", "near_stem"
KINDS = (CONTRADICTION, SAME, REORDERED, NEAR)
MOST_NEAR = 20_000
MOST_SEEN = 1_000_000
MOST_SAME = 100_000
_ALL_PAIRS_UP_TO, _FIRSTS = 12, 4
_ANY_ORDER = (SINGLE_RESPONSE.code, MULTIPLE_RESPONSE.code, TRUE_FALSE.code)


@dataclass(frozen=True)
class Entry:
    """One item as it is compared (stem, options and key normalised) and as it is shown."""

    code: str
    place: str
    stem: str
    figures: str
    options: tuple[str, ...]
    key: tuple[str, ...]
    fixed: bool
    shown_stem: str
    shown_options: tuple[str, ...]
    shown_key: str

    @property
    def option_set(self) -> tuple[str, ...]:
        """The options whatever their order."""
        return tuple(sorted(self.options))


def entry_of(body: ItemBody, place: str = "") -> Entry:
    """The item as this module compares it; right options count by their words, not by their letters."""
    content = body.content
    words = {option.id: identity(option_text(option)) for option in content.options}
    right = [words.get(each, each) for each in body.key]
    kind = ITEM_TYPES.get(content.type)
    return Entry(
        code=content.code,
        place=place,
        stem=stem_identity(content),
        figures=" ".join(assets_of(content)),
        options=tuple(words.values()),
        key=tuple(sorted(right) if content.type in _ANY_ORDER else right),
        fixed=kind is not None and bool(kind.fixed_options),
        shown_stem=stem_text(content),
        shown_options=tuple(f"{option.id}. {option_text(option)}" for option in content.options),
        shown_key=" ".join(body.key),
    )


@dataclass(frozen=True)
class Pair:
    """Two items, how alike their stems are (0 to 100), and what they share."""

    first: Entry
    second: Entry
    score: float
    kind: str

    @property
    def same_options(self) -> bool:
        """Whether they offer the same options in whatever order."""
        return self.first.option_set == self.second.option_set

    @property
    def same_key(self) -> bool:
        """Whether the same words are right."""
        return self.first.key == self.second.key

    def as_json(self, with_text: bool = True) -> Json:
        """Plain data; without text nothing of the items is shown but their codes."""
        told: Json = {
            "a": self.first.code, "b": self.second.code, "place_a": self.first.place, "place_b": self.second.place,
            "score": round(self.score, 1), "kind": self.kind,
            "same_options": self.same_options, "same_key": self.same_key,
        }  # fmt: skip
        if with_text:
            told |= {"item_a": _shown(self.first), "item_b": _shown(self.second)}
        return told


def _shown(entry: Entry) -> Json:
    return {"stem": entry.shown_stem, "options": list(entry.shown_options), "key": entry.shown_key}


@dataclass(frozen=True)
class Duplicates:
    """All pairs, the gravest first; not `complete` when so many stems are alike that only the nearest are listed."""

    items: int
    pairs: tuple[Pair, ...]
    complete: bool

    def counts(self) -> dict[str, int]:
        """How many pairs of each kind."""
        return {kind: sum(pair.kind == kind for pair in self.pairs) for kind in KINDS}


def find_duplicates(entries: Sequence[Entry], new_from: int = 0, ratio: int = RATIO) -> Duplicates:
    """Every pair among the entries of which one stands at `new_from` or after."""
    groups: dict[str, list[int]] = {}
    for at, entry in enumerate(entries):
        if entry.stem:
            groups.setdefault(entry.stem, []).append(at)
    same = (pair for members in groups.values() for pair in _same_stem(entries, members, new_from))
    found, all_same = _nearest(same, MOST_SAME)
    near, all_near = _nearest(_near_stems(entries, groups, new_from, ratio), MOST_NEAR)
    found += near
    found.sort(key=lambda pair: (*_gravity(pair), pair.first.code, pair.second.code))
    return Duplicates(len(entries), tuple(found), all_same and all_near)


def _same_stem(entries: Sequence[Entry], members: list[int], new_from: int) -> Iterator[Pair]:
    """Pairs among items of one stem; in a large group each is shown beside the first of a few different sorts."""
    if len(members) <= _ALL_PAIRS_UP_TO:
        chosen: Iterable[tuple[int, int]] = combinations(members, 2)
    else:
        chosen = _beside_firsts(_firsts(entries, members))
    for one, other in chosen:
        if other >= new_from:
            yield from _pair(entries[one], entries[other], 100.0)


def _firsts(entries: Sequence[Entry], members: list[int]) -> dict[int, tuple[int, ...]]:
    """For each item of one stem the first ones with its options and other keys, and the first with other options.

    A few of each, or ten thousand short rows with one stem would make fifty million pairs.
    """
    sorts: dict[tuple[object, ...], dict[tuple[str, ...], int]] = {}
    for at in members:
        keys = sorts.setdefault((entries[at].figures, entries[at].option_set), {})
        keys.setdefault(entries[at].key, at)
    others = [next(iter(keys.values())) for keys in islice(sorts.values(), _FIRSTS)]
    beside = {sort: tuple({*islice(keys.values(), _FIRSTS), *others}) for sort, keys in sorts.items()}
    return {at: beside[entries[at].figures, entries[at].option_set] for at in members}


def _beside_firsts(firsts: dict[int, tuple[int, ...]]) -> Iterator[tuple[int, int]]:
    for at, beside in firsts.items():
        for one in beside:
            if one < at:
                yield one, at
            elif one > at and at not in firsts[one]:
                yield at, one


def _near_stems(entries: Sequence[Entry], groups: dict[str, list[int]], new_from: int, ratio: int) -> Iterator[Pair]:
    """Pairs of items whose stems differ and are alike."""
    # Stems that only known items have come first, so that they are not compared with each other.
    stems = sorted(groups, key=lambda stem: (groups[stem][-1] >= new_from, groups[stem][0]))
    first_new = sum(groups[stem][-1] < new_from for stem in stems)
    for near in near_pairs(stems, first_new, ratio):
        yield from _between(entries, groups[stems[near.first]], groups[stems[near.second]], near, new_from)


def _between(entries: Sequence[Entry], ones: list[int], others: list[int], near: Near, new_from: int) -> Iterator[Pair]:
    for one, other in islice(product(ones, others), _ALL_PAIRS_UP_TO**2):
        if max(one, other) >= new_from:
            yield from _pair(entries[min(one, other)], entries[max(one, other)], near.ratio)


def _pair(first: Entry, second: Entry, score: float) -> Iterator[Pair]:
    if first.figures and second.figures and first.figures != second.figures:
        return
    yield Pair(first, second, score, kind_of(first, second))


def kind_of(first: Entry, second: Entry) -> str:
    """What two items with the same or nearly the same stem are to each other."""
    same_options, same_stem = first.option_set == second.option_set, first.stem == second.stem
    if not same_options or first.figures != second.figures:
        return NEAR
    if first.key != second.key:
        return CONTRADICTION if same_stem else NEAR
    if first.options != second.options and not first.fixed:
        return REORDERED
    return SAME if same_stem else NEAR


def _nearest(pairs: Iterator[Pair], most: int) -> tuple[list[Pair], bool]:
    """The pairs, or when there are too many of them the gravest and nearest, and whether that is all."""
    kept: list[Pair] = []
    complete = True
    for seen, pair in enumerate(pairs, 1):
        if complete or _gravity(pair) < _gravity(kept[most - 1]):
            kept.append(pair)
        if len(kept) >= 2 * most:
            kept, complete = _best(kept, most), False
        if seen >= MOST_SEEN:
            complete = False
            break
    if len(kept) > most:
        kept, complete = _best(kept, most), False
    return kept, complete


def _best(pairs: list[Pair], most: int) -> list[Pair]:
    return sorted(pairs, key=_gravity)[:most]


def _gravity(pair: Pair) -> tuple[int, bool, float]:
    """The gravest kind first; within it those that also agree on what is right, then the most alike."""
    return KINDS.index(pair.kind), not pair.same_key, -pair.score
