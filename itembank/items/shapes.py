"""The shapes of interaction and scoring, one pair per type of item; whoever reads one gets it typed, or a flaw.

For the checks, the editor's messages and the spreadsheet. What the values mean is judged in `interactions.py` and
`pictures.py`; here only their form is fixed: no unknown names, no other types.
"""

from dataclasses import replace
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from itembank.items.content import Block, ItemBody, Json, MalformedContent, read_blocks
from itembank.items.faults import Flaw

Rule = Literal["all_or_nothing", "per_part"]


class Shape(BaseModel):
    """Strict and closed: a misspelt name is a flaw, not a silent loss."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Nothing(Shape):
    """Types that need nothing besides their options."""


class Choice(Shape):
    """One thing to choose: a target of matching, an option of a gap."""

    id: str
    content: list[dict[str, Any]]

    def blocks(self) -> tuple[Block, ...]:
        """Its paragraphs; raises MalformedContent."""
        return read_blocks(self.content)


class Matching(Shape):
    """The right side of a matching item; `reuse`: one target may take several options."""

    targets: list[Choice]
    reuse: bool = False


class Blank(Shape):
    """One blank of the stem and how wide it is drawn, in characters."""

    id: str
    width: int


class TextEntry(Shape):
    """The blanks of the stem in their order."""

    blanks: list[Blank]


class NumericEntry(Shape):
    """Whether the unit is not wanted, printed behind the field, or asked for."""

    unit: Literal["none", "shown", "asked"]
    unit_text: str = ""


class Picture(Shape):
    """A picture to draw on; `asset` is empty for an empty sheet."""

    asset: str
    alt: str
    width: int
    height: int


class Hotspot(Picture):
    """A picture to point at, and how many points may be set."""

    choose: int


class Gap(Shape):
    """One gap of the stem with its own options, whose ids are the gap's id and a letter."""

    id: str
    options: list[Choice]


class InlineChoice(Shape):
    """The gaps of the stem in their order."""

    gaps: list[Gap]


class Space(Shape):
    """How much room an answer in words gets: lines on paper and screen, and the most characters."""

    lines: int
    longest: int


class ByChoice(Shape):
    """Points for multiple response: all or nothing, or the share of right options when none is wrong."""

    rule: Literal["all_or_nothing", "partial_no_wrong"] = "all_or_nothing"


class ByPlace(Shape):
    """Points for ordering: all or nothing, or a share per right place."""

    rule: Literal["all_or_nothing", "per_place"] = "all_or_nothing"


class ByPart(Shape):
    """Points for a set of parts: all or nothing, or a share per right part."""

    rule: Rule = "all_or_nothing"


class Accepted(Shape):
    """What one blank accepts, and which differences do not matter."""

    accept: list[str]
    normalise: list[Literal["width", "case", "space", "marks"]] = Field(default_factory=list)


class ByText(ByPart):
    """What every blank accepts."""

    blanks: list[Accepted]


class Tolerance(Shape):
    """How far a number may be off: not at all, by an amount, by a share, or in significant figures."""

    kind: Literal["exact", "absolute", "relative", "significant"]
    amount: str = ""


class Units(Shape):
    """The spellings of the unit that are right."""

    accept: list[str]


class ByNumber(Shape):
    """The right number, its tolerance, and the unit where it is asked for."""

    value: str
    tolerance: Tolerance
    unit: Units | None = None


class Area(Shape):
    """A shape on the picture, in its pixels."""

    shape: Literal["circle", "rect", "poly"]
    coords: list[int]


class ByArea(ByPart):
    """The areas a right answer points at, each once."""

    areas: list[Area]


class Band(Shape):
    """What earns so many points of a criterion."""

    points: str
    words: str


class Criterion(Shape):
    """One line of a rubric."""

    id: str
    title: str
    points: str
    bands: list[Band] = Field(default_factory=list)


class ByRubric(Shape):
    """How a person marks it, and an answer that would earn everything."""

    rubric: list[Criterion]
    model: list[dict[str, Any]] = Field(default_factory=list)

    def model_blocks(self) -> tuple[Block, ...]:
        """The paragraphs of the model answer; raises MalformedContent."""
        return read_blocks(self.model)


SHAPES: dict[str, tuple[type[Shape], type[Shape]]] = {
    "single_response": (Nothing, Nothing),
    "multiple_response": (Nothing, ByChoice),
    "true_false": (Nothing, Nothing),
    "ordering": (Nothing, ByPlace),
    "matching": (Matching, ByPart),
    "text_entry": (TextEntry, ByText),
    "numeric_entry": (NumericEntry, ByNumber),
    "hotspot": (Hotspot, ByArea),
    "inline_choice": (InlineChoice, ByPart),
    "short_answer": (Space, ByRubric),
    "extended_response": (Space, ByRubric),
    "drawing": (Picture, ByRubric),
}

_Found = TypeVar("_Found", bound=Shape)


def read_shape(shape: type[_Found], value: Json, field: str) -> _Found | Flaw:
    """The typed value, or the flaw that says where it departs from its shape."""
    try:
        found = shape.model_validate(value)
        for each in _block_lists(found):
            read_blocks(each)
        return found
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in (field, *first["loc"]))
        return _malformed(field, place, first["msg"])
    except MalformedContent as error:
        return _malformed(field, field, str(error.fields.get("place", "")))


def _block_lists(found: Shape) -> list[list[Json]]:
    if isinstance(found, Matching):
        return [choice.content for choice in found.targets]
    if isinstance(found, InlineChoice):
        return [choice.content for gap in found.gaps for choice in gap.options]
    return [found.model] if isinstance(found, ByRubric) else []


def _malformed(field: str, place: str, reason: str) -> Flaw:
    zh, en = f"{place} 的结构有误（{reason}）", f"{place} is malformed: {reason}"
    return Flaw(field, f"{field}.malformed", zh, en, place[:80])


def canonical(body: ItemBody) -> ItemBody:
    """The item with interaction and scoring in the one form in which they are stored; unchanged when malformed.

    Defaults that a reader needs are written out (`reuse`, `bands`, `model`, `normalise`), those that say nothing go.
    """
    interaction, scoring = SHAPES.get(body.content.type, (Nothing, Nothing))
    shown = read_shape(interaction, body.content.interaction, "interaction")
    scored = read_shape(scoring, body.scoring, "scoring")
    if isinstance(shown, Flaw) or isinstance(scored, Flaw):
        return body
    content = replace(body.content, interaction=_without_defaults(shown.model_dump(exclude_none=True)))
    return replace(body, content=content, scoring=_without_defaults(scored.model_dump(exclude_none=True)))


def _without_defaults(value: Json) -> Json:
    kept = {name: each for name, each in value.items() if (name, each) not in _SILENT}
    if "tolerance" in kept and kept["tolerance"]["kind"] == "exact":
        kept["tolerance"] = {"kind": "exact"}
    return kept


_SILENT = [("rule", "all_or_nothing"), ("unit_text", "")]
