"""Builds the two documents of a form: what the candidate sees, and the key that never travels with it.

For sealing. Source: the formats `exam.form/1` and answer key (examserver/docs/formats.md). Ids of options, targets and
gap options are those shown; the key uses the same and keeps the bank's id behind each for item statistics. The material
a case group shares stands once in the form, under the code of the case.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from examserver.kernel.canonical import b64u, digest, to_json
from itembank.assembly.order import PlacedItem, PlacedSection
from itembank.items.content import ItemBody, assets_of, content_digest
from itembank.items.kinds import INLINE_CHOICE, MATCHING, ORDERING, load_type

Json = dict[str, Any]


@dataclass(frozen=True)
class Asset:
    """A figure's bytes and media type."""

    media_type: str
    data: bytes


@dataclass(frozen=True)
class FormDocument:
    """A form ready for sealing: content without keys, key document, and the item versions it is made of."""

    form: str
    name: str
    reserve: bool
    content: Json
    key: Json
    item_versions: list[Json]

    @property
    def digest(self) -> str:
        """The name of the content for good."""
        return digest(to_json(self.content))

    @property
    def key_digest(self) -> str:
        """The name of the key document for good."""
        return digest(to_json(self.key))


@dataclass(frozen=True)
class FormFacts:
    """What a form is called and how long it takes."""

    form: str
    name: str
    reserve: bool
    title: str
    duration_s: int


def build_form_content(
    facts: FormFacts,
    sections: Sequence[PlacedSection],
    bodies: Mapping[str, ItemBody],
    assets: Mapping[str, Asset],
) -> FormDocument:
    """The documents of one form; every figure of its items must be among the assets."""
    used = sorted({each for part in sections for item in part.items for each in assets_of(bodies[item.code].content)})
    worth = {part.type: part.points for part in sections}
    content = {
        "form": facts.form,
        "name": facts.name,
        "title": facts.title,
        "duration_s": facts.duration_s,
        "sections": [_section(part, bodies, worth) for part in sections],
        "assets": {name: {"media_type": assets[name].media_type, "data": b64u(assets[name].data)} for name in used},
    }
    placed = [item for part in sections for item in part.items]
    cases = _cases([bodies[item.code] for item in placed])
    if cases:
        content["cases"] = cases
    key: Json = {"form": facts.form, "items": {item.id: _key(item, bodies[item.code], worth) for item in placed}}
    for item in placed:
        if bodies[item.code].scoring.get("rubric"):
            key["items"][item.id]["question"] = _question(item, bodies[item.code], assets)
    versions = [
        {"code": item.code, "version": item.version, "digest": content_digest(bodies[item.code].content)}
        for item in placed
    ]
    return FormDocument(facts.form, facts.name, facts.reserve, content, key, versions)


def _cases(bodies: Sequence[ItemBody]) -> Json:
    """What the members of each case share, once per case."""
    members = [body.content.case for body in bodies if body.content.case is not None]
    return {case.code: {"stimulus": [block.as_json() for block in case.stimulus]} for case in members}


def _section(part: PlacedSection, bodies: Mapping[str, ItemBody], worth: Mapping[str, str]) -> Json:
    return {"id": part.id, "title": part.title, "items": [_item(item, bodies[item.code], worth) for item in part.items]}


def _shown(choices: Sequence[Json], pairs: Sequence[tuple[str, str]]) -> list[Json]:
    """Targets or gap options in the order shown, under the ids shown."""
    by_own = {str(choice["id"]): choice["content"] for choice in choices}
    return [{"id": shown, "content": by_own[own]} for shown, own in pairs if own in by_own]


def _interaction(item: PlacedItem, interaction: Json) -> Json:
    """The interaction as the form shows it: targets and gap options drawn and relabelled."""
    shown = dict(interaction)
    if "targets" in interaction:
        shown["targets"] = _shown(interaction["targets"], item.options)
    if "gaps" in interaction:
        shown["gaps"] = [gap | {"options": _shown(gap["options"], item.options)} for gap in interaction["gaps"]]
    return shown


def _item(item: PlacedItem, body: ItemBody, worth: Mapping[str, str]) -> Json:
    by_letter = {option.id: option for option in body.content.options}
    options = [
        {"id": shown, "content": [block.as_json() for block in by_letter[own].content]}
        for shown, own in item.options
        if own in by_letter
    ]
    document: Json = {
        "id": item.id,
        "code": item.code,
        "version": item.version,
        "type": body.content.type,
        "points": worth[body.content.type],
        "stem": [block.as_json() for block in body.content.stem],
        "options": options,
    }
    if "rule" in body.scoring:
        document["rule"] = body.scoring["rule"]
    if body.content.interaction:
        document["interaction"] = _interaction(item, body.content.interaction)
    if body.content.case is not None:
        case = body.content.case
        document["case"] = {"code": case.code, "place": case.place, "size": case.size}
    return document


def _question(item: PlacedItem, body: ItemBody, assets: Mapping[str, Asset]) -> Json:
    """What a person who marks has to see of the item: its words, its picture, the material of its case."""
    case, interaction = body.content.case, _interaction(item, body.content.interaction)
    pictures = {
        name: {"media_type": assets[name].media_type, "data": b64u(assets[name].data)}
        for name in assets_of(body.content)
    }
    return {
        "stem": [block.as_json() for block in body.content.stem],
        "interaction": interaction,
        "stimulus": [block.as_json() for block in case.stimulus] if case else [],
        "assets": pictures,
    }


def _shown_key(item: PlacedItem, body: ItemBody) -> list[str]:
    """The key in the ids shown: in its own order where the order says something, else sorted."""
    shown = {own: label for label, own in item.options}
    if body.content.type in (ORDERING.code, INLINE_CHOICE.code):
        return [shown[own] for own in body.key]
    if body.content.type == MATCHING.code:
        pairs = (own.partition("-") for own in body.key)
        return sorted(f"{shown[left]}-{shown[right]}" for left, _, right in pairs)
    return sorted(shown[own] for own in body.key)


def _key(item: PlacedItem, body: ItemBody, worth: Mapping[str, str]) -> Json:
    document: Json = {
        "code": item.code,
        "version": item.version,
        "type": body.content.type,
        "key": _shown_key(item, body),
        "points": worth[body.content.type],
        "rule": body.scoring.get("rule", load_type(body.content.type).rule),
        "options": dict(item.options),
    }
    scoring = {name: value for name, value in body.scoring.items() if name != "rule"}
    return document | {"scoring": scoring} if scoring else document
