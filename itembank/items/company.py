"""Decides whether an item fits the bank it stands in: point, pictures, case, enemies, repeated stems.

For editing by hand; the importer asks the same of many rows at once. The facts of the bank come in, nothing is read.
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass

from itembank.items.cases import check_case_company, check_enemies_known, closed_case
from itembank.items.content import Block, Case, ItemBody, digests_in
from itembank.items.faults import Flaw


@dataclass(frozen=True)
class Stored:
    """A stored picture or sound; a sound has no size."""

    media_type: str
    width: int
    height: int


@dataclass(frozen=True)
class Company:
    """What of the bank bears on one item; `same` are the codes of items that ask the same thing.

    `closed_case`: its case has members the acting person may not see; of those nothing is told.
    """

    same: tuple[str, ...]
    points: frozenset[str]
    stored: Mapping[str, Stored]
    codes: frozenset[str]
    cases: tuple[Case, ...] = ()
    closed_case: bool = False


def check_company(body: ItemBody, company: Company) -> list[Flaw]:
    """All flaws of the item against its bank."""
    content = body.content
    flaws = [
        Flaw("stem", "stem.repeated", f"与题库中 {code} 重复", f"It repeats {code}", code) for code in company.same
    ]
    if content.point and content.point not in company.points:
        zh = f"鉴定点“{content.point}”不在细目表中"
        flaws.append(Flaw("point", "point.unknown", zh, "The point is not in the specification", content.point))
    flaws += _check_stored(body, company.stored)
    flaws += check_enemies_known(body, company.codes)
    if content.case is not None:
        closed = [closed_case(content.case.code)] if company.closed_case else []
        flaws += closed or check_case_company(content.case, company.cases)
    return flaws


def _check_stored(body: ItemBody, stored: Mapping[str, Stored]) -> Iterator[Flaw]:
    """Every picture and sound is there, is what it is said to be, and has the size it is said to have."""
    yield from check_accompanied(body, stored)
    for field, block in _media_of(body):
        known = stored.get(block.asset)
        if known is not None and known.media_type.startswith("audio/") != (block.kind == "audio"):
            zh, en = "把音频当作图片，或把图片当作音频", "A sound is used as a picture, or a picture as a sound"
            yield Flaw(field, "figure.kind", zh, en, block.asset)
    yield from _check_size(body, stored)


def check_accompanied(body: ItemBody, there: Container[str]) -> Iterator[Flaw]:
    """Pictures and sounds an item names, but which are neither stored nor came along with its file."""
    for digest in sorted(stored_in(body)):
        if digest not in there:
            zh = f"图片或音频 {digest[:19]}… 不在题库中，也未随文件提供"
            yield Flaw(
                "figure", "figure.missing", zh, "The figure or sound is not stored and did not come along", digest
            )


def _check_size(body: ItemBody, stored: Mapping[str, Stored]) -> Iterator[Flaw]:
    shown = body.content.interaction
    known = stored.get(str(shown.get("asset", "")))
    if known is not None and (known.width, known.height) != (shown.get("width"), shown.get("height")):
        size = f"{known.width}×{known.height}"
        zh = f"图片的实际大小为 {size} 像素，与所写不符"
        yield Flaw("picture", "picture.differs", zh, f"The stored picture has {size} pixels", size)


def _media_of(body: ItemBody) -> Iterator[tuple[str, Block]]:
    content = body.content
    fields = [("stem", content.stem), *((f"option:{option.id}", option.content) for option in content.options)]
    if content.case is not None:
        fields.append(("case_stimulus", content.case.stimulus))
    for field, blocks in fields:
        yield from ((field, block) for block in blocks if block.kind in ("figure", "audio"))


def stored_in(body: ItemBody) -> set[str]:
    """Digests of all pictures and sounds of an item, those of the model answer among them."""
    return set(digests_in([body.content.as_json(), body.scoring])) - {""}
