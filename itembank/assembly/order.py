"""Decides the order in which a form shows its items and options, from the seed, once and for all.

For the form document. Items are shuffled within their section; options within their item, then relabelled in the order
shown, so that neither letter nor position tells anything of the bank's order. Items whose options speak of each other
("以上都对", "A 和 B") keep theirs.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from examserver.kernel.seeds import Draw
from itembank.assembly.blueprint import Blueprint
from itembank.items.content import ItemBody, ItemContent, option_text
from itembank.items.kinds import ITEM_TYPES, OPTION_LETTERS
from itembank.specs.tree import plain_decimal

_REFERS = re.compile(
    r"^(以上|上述|前述)|(以上|上述)(各项|选项|答案)?(都|均|全|皆)|[A-H]\s*[、,，和与及]\s*[A-H]|选项\s*[A-H]"
)


@dataclass(frozen=True)
class PlacedItem:
    """An item at its place: position id, version, and which bank letter stands behind each shown letter."""

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


def _placed_options(content: ItemContent, draw: Draw) -> tuple[tuple[str, str], ...]:
    own = content.option_ids
    if ITEM_TYPES[content.type].fixed_options:
        return tuple((letter, letter) for letter in own)
    shown = draw.shuffled(own) if may_shuffle(content) else list(own)
    return tuple(zip(OPTION_LETTERS, shown, strict=False))


def place_items(
    blueprint: Blueprint, bodies: Mapping[str, tuple[int, ItemBody]], codes: Sequence[str], seed: str, form: str
) -> tuple[PlacedSection, ...]:
    """The sections of a form with items and options in drawn order; `bodies` gives version and body by code."""
    draw, sections, number = Draw(seed, f"order/{form}"), [], 0
    for index, section in enumerate(blueprint.sections, 1):
        mine = [code for code in sorted(codes) if bodies[code][1].content.type == section.type]
        placed = []
        for code in draw.shuffled(mine):
            number += 1
            version, body = bodies[code]
            placed.append(PlacedItem(f"i{number:03d}", code, version, _placed_options(body.content, draw)))
        points = plain_decimal(section.points_each)
        sections.append(PlacedSection(f"S{index}", section.type, section.title, points, tuple(placed)))
    return tuple(sections)
