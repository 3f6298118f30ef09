"""Decides when two items are the same item.

For the importer (duplicates are faults) and for assembly (items asking the same thing never meet in one form). Which of
stem, figures and options make an item is the mapping's choice: some banks ask one stem with other options on purpose.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from examserver.kernel.canonical import digest
from itembank.items.check import setting_identity, stem_identity
from itembank.items.content import ItemContent, assets_of, option_text
from itembank.items.text import identity


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
        figures=" ".join((*assets_of(content), *setting_identity(content))),
        options="\n".join(options),
        place=place,
    )


def rival_group(content: ItemContent) -> str:
    """The same for items that ask the same thing about the same figure: at most one of them per form."""
    own = likeness(content)
    return digest(f"{own.stem}\n{own.figures}".encode())[7:31]
