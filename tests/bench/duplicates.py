"""Near duplicates and contradictions among 60,000 items: how many of the planted ones are found, and how fast."""

import random
import resource
import time
from dataclasses import replace
from pathlib import Path

from rapidfuzz import fuzz

from itembank.quality.duplicates import CONTRADICTION, NEAR, REORDERED, Entry, find_duplicates
from itembank.quality.similar import RATIO, SHORT
from tests.bench.registry import Row, bench
from tests.bench.stems import invented_stems

ITEMS = 60_000
CHANGED = 2_000
OTHERS = 500


@bench("duplicates")
def measure_duplicates(_folder: Path) -> list[Row]:
    """Search the whole bank, then for one new item."""
    draw = random.Random(2026)
    entries = [entry(f"I{n:06d}", stem, draw) for n, stem in enumerate(invented_stems(ITEMS, 2026))]
    planted = plant(entries, draw)
    every = [*entries, *(other for _, other, _ in planted)]
    clock, processor = time.perf_counter(), time.process_time()
    found = find_duplicates(every)
    figures = {"s": time.perf_counter() - clock, "cpu_s": time.process_time() - processor, "pairs": len(found.pairs)}
    by_codes = {(pair.first.code, pair.second.code): pair.kind for pair in found.pairs}
    hits = [(kind, one, by_codes.get((one.code, other.code)) == kind) for one, other, kind in planted]
    for kind in (NEAR, CONTRADICTION, REORDERED):
        figures[f"recall_{kind}"] = share([hit for sort, _, hit in hits if sort == kind])
    figures["recall_near_short"] = share([hit for sort, one, hit in hits if sort == NEAR and len(one.stem) < SHORT])
    figures["memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    clock = time.perf_counter()
    find_duplicates([*entries, planted[0][1]], new_from=ITEMS)
    figures["one_new_ms"] = (time.perf_counter() - clock) * 1000
    return [Row("duplicates", f"{len(every)} items", figures)]


def entry(code: str, stem: str, draw: random.Random) -> Entry:
    """An item with this stem and options of its own."""
    options = tuple(f"{code}{letter}{draw.randrange(1000)}" for letter in "ABCD")
    return Entry(code, "", stem, "", options, (options[0],), False, stem, options, "A")


def plant(entries: list[Entry], draw: random.Random) -> list[tuple[Entry, Entry, str]]:
    """(item, its planted double, what the double is)."""
    chosen = draw.sample(entries, CHANGED + 2 * OTHERS)
    planted = []
    for number, one in enumerate(chosen):
        code = f"P{number:06d}"
        if number < CHANGED:
            stem = changed(one.stem, draw)
            planted.append((one, replace(one, code=code, stem=stem, options=tuple("甲乙丙丁")), NEAR))
        elif number < CHANGED + OTHERS:
            planted.append((one, replace(one, code=code, key=(one.options[1],)), CONTRADICTION))
        else:
            planted.append((one, replace(one, code=code, options=one.options[::-1]), REORDERED))
    return planted


def changed(stem: str, draw: random.Random) -> str:
    """The stem with about one character in twelve replaced, added or lost, still as alike as the check asks."""
    while True:
        letters = list(stem)
        for _ in range(max(1, round(len(stem) / 12))):
            place = draw.randrange(len(letters))
            new = chr(draw.randrange(0x4E00, 0x8000))
            letters[place : place + 1] = draw.choice([[], [new], [new, letters[place]]])
        found = "".join(letters)
        if found != stem and fuzz.ratio(found, stem) >= RATIO:
            return found


def share(hits: list[bool]) -> float:
    """How many of them, 1.0 for all."""
    return sum(hits) / max(len(hits), 1)
