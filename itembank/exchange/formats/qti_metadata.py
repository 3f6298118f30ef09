"""What stands beside an item: title, identifier, LOM and QTI metadata, and the bank's own attributes in its packages.

For `qti.py`. Anything short in foreign metadata may name the competency point; it is taken only when it names a known
one. Our own attributes stand in a namespace of their own, so that others may leave them alone.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from itembank.exchange.formats.attributes import share_of
from itembank.exchange.formats.build import Blocks, Question
from itembank.exchange.formats.qti_items import Native
from itembank.exchange.formats.qti_xml import words
from itembank.exchange.rows import ReadRow
from itembank.items.cases import check_case
from itembank.items.check import check_item
from itembank.items.content import Case

NAMESPACE = "urn:exam:item-bank:1"
OWN = "bankItem"
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_DIFFICULTY = {"very easy": "0.9", "easy": "0.85", "medium": "0.65", "difficult": "0.35", "very difficult": "0.2"}


@dataclass(frozen=True)
class Metadata:
    """What a manifest says about one resource."""

    own: Mapping[str, str] = field(default_factory=dict, hash=False)
    names: tuple[str, ...] = ()
    difficulty: str = ""
    enemies: tuple[str, ...] = ()

    @property
    def native(self) -> Native | None:
        """What our own packages say that QTI cannot."""
        return Native(self.own.get("type", ""), self.own.get("rule", "")) if self.own else None


def metadata_in(element: Element | None) -> Metadata:
    """The metadata of a resource."""
    if element is None:
        return Metadata()
    own = next(element.iter(OWN), None)
    said = {child.tag: child.text or "" for child in own if child.tag != "enemy"} if own is not None else {}
    enemies = tuple(child.text or "" for child in own if child.tag == "enemy") if own is not None else ()
    names = dict.fromkeys(text for each in element.iter() if not len(each) and 0 < len(text := words(each)) <= 64)
    levels = [next(each.iter("value"), each) for each in element.iter("difficulty")]
    level = words(levels[0]) if levels else ""
    return Metadata(said, tuple(names), level, enemies)


def apply_metadata(question: Question, root: Element, metadata: Metadata) -> None:
    """Code, point, attributes and source of the question."""
    own, title = metadata.own, root.get("title", "").strip()
    identifier = root.get("identifier") or root.get("ident") or ""
    question.code = own.get("code") or (identifier if _CODE.fullmatch(identifier) else "")
    question.point_names = [own["point"]] if own.get("point") else [*metadata.names, title, identifier]
    if own:
        question.settings = replace(question.settings, default_point=own.get("point", ""))
        question.points = own.get("points", "")
        question.importance, question.cognition = own.get("importance") or None, own.get("cognition") or None
        question.difficulty = int(own["difficulty"]) if own.get("difficulty", "").isdigit() else None
        question.source = own.get("source", "")
        question.settings = replace(question.settings, source="")
        return
    level = _DIFFICULTY.get(metadata.difficulty.casefold(), "")
    question.difficulty = share_of(level) if level else None
    question.source = question.settings.source or title[:200]


def extended(row: ReadRow, own: Mapping[str, str], stimulus: Blocks, enemies: tuple[str, ...] = ()) -> ReadRow:
    """The row with what our own packages say besides: owner, funding, enemies, case group."""
    if not own:
        return row
    content = row.body.content
    if own.get("case"):
        content = replace(content, case=case_of(own, stimulus))
    body = replace(
        row.body, content=content, owner=own.get("owner", ""), funding=own.get("funding", ""), enemies=enemies
    )
    told = {flaw.code for flaw in row.flaws}
    new = () if "type" in {flaw.field for flaw in row.flaws} else check_item(body)
    return replace(row, body=body, flaws=(*row.flaws, *(flaw for flaw in new if flaw.code not in told)))


def case_of(own: Mapping[str, str], stimulus: Blocks) -> Case:
    """The case group our own metadata name."""
    place, size = (int(own[name]) if own.get(name, "").isdigit() else 0 for name in ("place", "size"))
    return Case(own["case"], place, size, stimulus)


def with_case(row: ReadRow, case: Case) -> ReadRow:
    """The row as a member of a case group."""
    body = replace(row.body, content=replace(row.body.content, case=case))
    return replace(row, body=body, flaws=(*row.flaws, *check_case(case)))
