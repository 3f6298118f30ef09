"""Finds every two stems that are nearly alike among tens of thousands, without comparing each with each.

For the check of duplicates. Source: cosine of TF-IDF over character pairs and triples, which needs no word boundaries
and so suits Chinese; prefix filtering (Bayardo, Ma and Srikant 2007) leaves the commonest grams of a stem out of the
search without losing a pair above the threshold. Short stems have too few grams for that: they are compared with every
stem that is not too long to be like them. Whatever is found counts only when rapidfuzz's ratio confirms it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

COSINE = 0.5
REMAINDER = 0.3
RATIO = 75
SHORT = 15
FEW_COMPARISONS = 20_000_000
_CELLS = 8_000_000
_POSTINGS = 10_000_000
_CONFIRMED_AT_ONCE = 500_000
_SHORT_CHUNK = 512


@dataclass(frozen=True)
class Near:
    """Two stems by their places in the list, the earlier first, and how alike they are (0 to 100)."""

    first: int
    second: int
    ratio: float


@dataclass(frozen=True)
class _Grams:
    """Which gram occurs in which stem with which weight: sorted by stem, only what the search needs of each stem."""

    stems: Ints
    grams: Ints
    weights: Floats
    distinct: int


def near_pairs(stems: Sequence[str], new_from: int = 0, ratio: int = RATIO) -> Iterator[Near]:
    """Every two stems at least `ratio` alike of which one stands at `new_from` or after; no stem is given twice."""
    count = len(stems)
    if (count - new_from) * count <= FEW_COMPARISONS:
        yield from _compared(stems, range(new_from, count), range(count), ratio)
        return
    lengths = np.array([len(stem) for stem in stems], dtype=np.int64)
    short = [at for at in range(count) if lengths[at] < SHORT]
    yield from _short_pairs(stems, lengths, short, new_from, ratio)
    for first, second in _candidates(stems, lengths, new_from, ratio):
        for start in range(0, len(first), _CONFIRMED_AT_ONCE):
            chunk = slice(start, start + _CONFIRMED_AT_ONCE)
            yield from _confirmed(stems, first[chunk], second[chunk], ratio)


def _confirmed(stems: Sequence[str], first: Ints, second: Ints, ratio: int) -> Iterator[Near]:
    one, other = [stems[at] for at in first], [stems[at] for at in second]
    scores = process.cpdist(one, other, scorer=fuzz.ratio, score_cutoff=ratio)
    for at in np.flatnonzero(scores):
        yield Near(int(first[at]), int(second[at]), float(scores[at]))


def longest_alike(length: int, ratio: int) -> int:
    """The greatest length at which a stem can still be this much like one of the given length."""
    return int(length * (200 - ratio) / ratio)


def _compared(stems: Sequence[str], rows: Sequence[int], columns: Sequence[int], ratio: int) -> Iterator[Near]:
    """Each of the rows with each of the columns; a pair of which both stand in both shows once."""
    both = set(rows) & set(columns)
    others = [stems[at] for at in columns]
    for start in range(0, len(rows), _SHORT_CHUNK):
        chunk = rows[start : start + _SHORT_CHUNK]
        scores = process.cdist([stems[at] for at in chunk], others, scorer=fuzz.ratio, score_cutoff=ratio)
        for row, column in zip(*scores.nonzero(), strict=True):
            one, other = chunk[int(row)], columns[int(column)]
            if one != other and not (one < other and one in both and other in both):
                yield Near(min(one, other), max(one, other), float(scores[row, column]))


def _short_pairs(stems: Sequence[str], lengths: Ints, short: list[int], new_from: int, ratio: int) -> Iterator[Near]:
    """Every short stem with every stem short enough to be like it."""
    for length in sorted({int(lengths[at]) for at in short}):
        rows = [at for at in short if lengths[at] == length]
        # Shorter ones have met this length in their own turn.
        within = (lengths >= length) & (lengths <= longest_alike(length, ratio))
        for near in _compared(stems, rows, np.flatnonzero(within).tolist(), ratio):
            if near.second >= new_from:
                yield near


def _candidates(stems: Sequence[str], lengths: Ints, new_from: int, ratio: int) -> Iterator[tuple[Ints, Ints]]:
    """(earlier, later) stems, none of them short, that share enough of their rare grams, block by block."""
    index = _index(stems)
    count = len(stems)
    by_gram = np.argsort(index.grams, kind="stable")
    posted_stems, posted_weights = index.stems[by_gram], index.weights[by_gram]
    posted_from = np.searchsorted(index.grams[by_gram], np.arange(index.distinct + 1))
    sizes_of = posted_from[index.grams + 1] - posted_from[index.grams]
    work = np.bincount(index.stems, weights=sizes_of, minlength=count).astype(np.float64)
    for start, end in _blocks(work, new_from, max(1, _CELLS // count)):
        low, high = np.searchsorted(index.stems, [start, end])
        grams = index.grams[low:high]
        sizes = sizes_of[low:high]
        rows = np.repeat(index.stems[low:high] - start, sizes)
        places = _ranges(posted_from[grams], sizes)
        shares = np.repeat(index.weights[low:high], sizes) * posted_weights[places]
        cells = np.bincount(rows * count + posted_stems[places], weights=shares, minlength=1)
        found = np.flatnonzero(cells >= COSINE - REMAINDER)
        second, first = found // count + start, found % count
        lower, upper = np.minimum(lengths[first], lengths[second]), np.maximum(lengths[first], lengths[second])
        kept = (first < second) & (lower >= SHORT) & (upper * ratio <= lower * (200 - ratio))
        if kept.any():
            yield first[kept], second[kept]


def _blocks(work: Floats, start: int, most: int) -> Iterator[tuple[int, int]]:
    """Runs of stems, each within the memory of a block: few enough of them, few enough postings to gather."""
    done = np.concatenate([[0.0], np.cumsum(work)])
    while start < len(work):
        fitting = int(np.searchsorted(done, done[start] + _POSTINGS, side="right")) - 1
        end = min(max(fitting, start + 1), start + most, len(work))
        yield start, end
        start = end


def _ranges(starts: Ints, sizes: Ints) -> Ints:
    """start, start + 1 … for every size, one after another."""
    ends = np.cumsum(sizes)
    places: Ints = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(starts - (ends - sizes), sizes)
    return places


def _index(stems: Sequence[str]) -> _Grams:
    """Weights of the grams of every stem without its commonest ones, whose weights together stay below REMAINDER."""
    owners, codes = _gram_codes(stems)
    grams, inverse = np.unique(codes, return_inverse=True)
    distinct = len(grams)
    cells, counts = np.unique(owners * distinct + inverse, return_counts=True)
    owners, numbers = cells // distinct, cells % distinct
    frequency = np.bincount(numbers, minlength=distinct)
    weights = counts * (np.log((1 + len(stems)) / (1 + frequency[numbers])) + 1)
    weights = weights / np.sqrt(np.bincount(owners, weights=weights**2, minlength=len(stems)))[owners]
    # Commonest last within each stem, in one order for all stems: that is what makes leaving them out safe.
    order = np.lexsort((numbers, frequency[numbers], owners))
    owners, numbers, weights = owners[order], numbers[order], weights[order]
    kept = _remaining(owners, weights**2) >= REMAINDER**2
    return _Grams(owners[kept], numbers[kept], weights[kept], distinct)


def _remaining(owners: Ints, squares: Floats) -> Floats:
    """For each gram, the sum of squares from it to the end of its stem."""
    backward = np.cumsum(squares[::-1])[::-1]
    last = np.append(np.flatnonzero(np.diff(owners)), len(owners) - 1)
    after = np.append(backward[last[:-1] + 1], 0.0)
    found: Floats = backward - after[np.searchsorted(last, np.arange(len(owners)))]
    return found


def _gram_codes(stems: Sequence[str]) -> tuple[Ints, Ints]:
    """(stem, gram) of every pair and triple of neighbouring characters of all stems."""
    letters = np.frombuffer("".join(stems).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64) + 1
    owner = np.repeat(np.arange(len(stems)), [len(stem) for stem in stems])
    pairs = letters[:-1] << 21 | letters[1:]
    triples = pairs[:-1] << 21 | letters[2:]
    whole_pair, whole_triple = owner[:-1] == owner[1:], owner[:-2] == owner[2:]
    owners = np.concatenate([owner[:-1][whole_pair], owner[:-2][whole_triple]])
    return owners, np.concatenate([pairs[whole_pair], triples[whole_triple]])
