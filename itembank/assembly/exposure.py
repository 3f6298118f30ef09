"""How often an item was in a paper lately: within so many months, within the last papers, or ever.

For assembly, which holds back what was used too often, and for whoever looks after a bank. A paper is one approved
assembly, however many of its forms hold the item.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

PaperUse = tuple[str, str, int]
"""Code of the item, paper, moment of its approval in milliseconds."""


def months_before(now_ms: int, months: int) -> int:
    """The same day and hour so many calendar months earlier; the last day of a shorter month."""
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    index = now.year * 12 + now.month - 1 - months
    year, month = divmod(index, 12)
    for day in range(now.day, 0, -1):
        try:
            return int(now.replace(year=year, month=month + 1, day=day).timestamp() * 1000)
        except ValueError:
            continue
    raise AssertionError("every month has a first day")


def count_uses(uses: Iterable[PaperUse], now_ms: int, months: int, papers: int) -> dict[str, int]:
    """Uses by code: of the last `months`, or by the last `papers`; ever when both are 0."""
    kept = list(uses)
    if months:
        since = months_before(now_ms, months)
        kept = [use for use in kept if use[2] >= since]
    if papers:
        last = {paper: at_ms for _, paper, at_ms in sorted(kept, key=lambda use: use[2])}
        newest = set(sorted(last, key=lambda paper: (last[paper], paper), reverse=True)[:papers])
        kept = [use for use in kept if use[1] in newest]
    return dict(Counter(code for code, _, _ in kept))


def histogram(counts: Sequence[int]) -> list[int]:
    """How many items were never used, once, twice, and so on."""
    found = Counter(counts)
    return [found[number] for number in range(max(found, default=0) + 1)]
