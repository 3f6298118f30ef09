"""Decides the order in which a form shows its items and options, from the seed, once and for all.

For the form document. Items are shuffled within their section; options, targets and the options of a gap within their
item, then relabelled in the order shown, so that neither letter nor position tells anything of the bank's order. Items
whose options speak of each other ("以上都对", "A 和 B") keep theirs, of targets only the last one such; what is to be
ordered never shows the right order. The members of a case stand together in their own order, in the section of the
first of them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from examserver.kernel.seeds import Draw
from itembank.assembly.blueprint import Blueprint
from itembank.items.content import ItemBody, ItemContent, Json, option_text, read_blocks, words_of
from itembank.items.kinds import ITEM_TYPES, OPTION_LETTERS, ORDERING
from itembank.specs.tree import plain_decimal

_LETTERS = re.compile(r"[A-H]\s*[、,，和与及]\s*[A-H]|选项\s*[A-H]")
_REFERS = re.compile(
    r"^(以上|上述|前述)|(以上|上述)(各项|选项|答案)?(都|均|全|皆)|[A-H]\s*[、,，和与及]\s*[A-H]|选项\s*[A-H]"
)


@dataclass(frozen=True)
class PlacedItem:
    """An item at its place: position id, version, and which id of the bank stands behind each shown id.

    Ids are those of options ("A"), then of targets ("1"), then of the options of gaps ("1A").
    """

    id: str
    code: str
    version: int
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PlacedSection:
    """A section with its items in the order shown."""

    id: str
    type: str
    title: str
    points: str
    items: tuple[PlacedItem, ...]


def may_shuffle(content: ItemContent) -> bool:
    """Whether the options make sense in any order."""
    if ITEM_TYPES[content.type].fixed_options:
        return False
    return not any(_REFERS.search(option_text(option)) for option in content.options)


def _refers(choice: Json) -> bool:
    """Whether this target or gap option speaks of the others."""
    return any(_REFERS.search(words_of(block)) for block in read_blocks(choice["content"]))


def _names_letters(choice: Json) -> bool:
    return any(_LETTERS.search(words_of(block)) for block in read_blocks(choice["content"]))


def _drawn(choices: Sequence[Json], draw: Draw) -> list[str]:
    """Targets or gap options in the order shown; one "以上都不是" at the end stays there, below all the others."""
    own = [str(choice["id"]) for choice in choices]
    referring = [place for place, choice in enumerate(choices) if _refers(choice)]
    if not referring:
        return draw.shuffled(own)
    if referring != [len(own) - 1] or _names_letters(choices[-1]):
        return own
    return [*draw.shuffled(own[:-1]), own[-1]]


def _drawn_options(body: ItemBody, draw: Draw) -> list[str]:
    """The bank's letters in the order shown; what is to be ordered in any order but that of the key, all as likely."""
    content, own = body.content, list(body.content.option_ids)
    if content.type == ORDERING.code:
        shown = draw.shuffled(own)
        while len(own) > 1 and tuple(shown) == body.key:
            shown = draw.shuffled(own)
        return shown
    return draw.shuffled(own) if may_shuffle(content) else own


def _placed_options(body: ItemBody, draw: Draw) -> tuple[tuple[str, str], ...]:
    content = body.content
    if ITEM_TYPES[content.type].fixed_options:
        return tuple((letter, letter) for letter in content.option_ids)
    pairs = list(zip(OPTION_LETTERS, _drawn_options(body, draw), strict=False))
    targets = _drawn(content.interaction.get("targets", ()), draw)
    pairs += [(str(place), own) for place, own in enumerate(targets, 1)]
    for gap in content.interaction.get("gaps", ()):
        letters = zip(OPTION_LETTERS, _drawn(gap["options"], draw), strict=False)
        pairs += [(f"{gap['id']}{letter}", own) for letter, own in letters]
    return tuple(pairs)


def _place_in_case(body: ItemBody) -> int:
    return body.content.case.place if body.content.case else 0


def _units(bodies: Mapping[str, tuple[int, ItemBody]], codes: Sequence[str]) -> list[tuple[str, ...]]:
    """What is placed as one: an item by itself, or the chosen members of a case in their order."""
    units: dict[str, list[str]] = {}
    for code in sorted(codes):
        case = bodies[code][1].content.case
        units.setdefault(f"case {case.code}" if case else f"item {code}", []).append(code)
    ordered = (sorted(unit, key=lambda code: _place_in_case(bodies[code][1])) for unit in units.values())
    return [tuple(unit) for unit in ordered]


def place_items(
    blueprint: Blueprint, bodies: Mapping[str, tuple[int, ItemBody]], codes: Sequence[str], seed: str, form: str
) -> tuple[PlacedSection, ...]:
    """The sections of a form with items and options in drawn order; `bodies` gives version and body by code."""
    draw, sections, number = Draw(seed, f"order/{form}"), [], 0
    units = _units(bodies, codes)
    for index, section in enumerate(blueprint.sections, 1):
        mine = [unit for unit in units if bodies[unit[0]][1].content.type == section.type]
        placed = []
        for code in (code for unit in draw.shuffled(mine) for code in unit):
            number += 1
            version, body = bodies[code]
            placed.append(PlacedItem(f"i{number:03d}", code, version, _placed_options(body, draw)))
        points = plain_decimal(section.points_each)
        sections.append(PlacedSection(f"S{index}", section.type, section.title, points, tuple(placed)))
    return tuple(sections)
