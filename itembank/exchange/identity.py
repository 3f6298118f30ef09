"""Decides when two items are the same item, and when they are so alike that a person should look.

For the importer (duplicates are faults, near duplicates warnings) and for assembly (items asking the same thing never
meet in one form). Which of stem, figures and options make an item is the mapping's choice: some banks ask one stem with
other options on purpose.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from examserver.kernel.canonical import digest
from itembank.items.check import stem_identity
from itembank.items.content import ItemContent, assets_of, option_text
from itembank.items.text import identity

MOST_COMPARISONS = 12_000_000
SHORTEST_STEM = 8
_CHUNK = 256


@dataclass(frozen=True)
class Likeness:
    """What identifies an item besides its code: normalised stem, figures, options whatever their order."""

    code: str
    point: str
    stem: str
    figures: str
    options: str
    place: str = ""

    def key(self, fields: Sequence[str]) -> tuple[str, ...]:
        """The chosen parts."""
        return tuple(getattr(self, name) for name in fields)


def likeness(content: ItemContent, place: str = "") -> Likeness:
    """The likeness of an item; `place` says where it stands, for the person."""
    options = sorted(identity(option_text(option)) for option in content.options)
    return Likeness(
        code=content.code,
        point=content.point,
        stem=stem_identity(content),
        figures=" ".join(assets_of(content)),
        options="\n".join(options),
        place=place,
    )


def rival_group(content: ItemContent) -> str:
    """The same for items that ask the same thing about the same figure: at most one of them per form."""
    own = likeness(content)
    return digest(f"{own.stem}\n{own.figures}".encode())[7:31]


@dataclass(frozen=True)
class Alike:
    """Two different items with nearly the same stem."""

    first: Likeness
    second: Likeness
    percent: int


def find_alike(new: Sequence[Likeness], known: Sequence[Likeness], percent: int) -> list[Alike]:
    """Pairs of a new item with an earlier new or a known one whose stems are at least `percent` alike.

    Too many comparisons for one request are narrowed to items of the same competency point.
    """
    if percent <= 0:
        return []
    new = [each for each in new if len(each.stem) >= SHORTEST_STEM]
    known = [each for each in known if len(each.stem) >= SHORTEST_STEM]
    if len(new) * (len(known) + len(new)) <= MOST_COMPARISONS:
        return list(_alike(new, known, percent))
    groups = _by_point(new), _by_point(known)
    return [pair for point, some in groups[0].items() for pair in _alike(some, groups[1].get(point, []), percent)]


def _by_point(items: Iterable[Likeness]) -> dict[str, list[Likeness]]:
    groups: dict[str, list[Likeness]] = {}
    for each in items:
        groups.setdefault(each.point, []).append(each)
    return groups


def _alike(new: Sequence[Likeness], known: Sequence[Likeness], percent: int) -> Iterator[Alike]:
    others = [*known, *new]
    stems = [each.stem for each in others]
    for start in range(0, len(new), _CHUNK):
        chunk = new[start : start + _CHUNK]
        # Only what stands before an item is compared with it: each pair shows once.
        ends = len(known) + start + len(chunk)
        scores = process.cdist([each.stem for each in chunk], stems[:ends], scorer=fuzz.ratio, score_cutoff=percent)
        for row, column in zip(*scores.nonzero(), strict=True):
            first, second = others[int(column)], chunk[int(row)]
            if int(column) < len(known) + start + int(row) and first.stem != second.stem:
                yield Alike(first, second, int(scores[row, column]))
