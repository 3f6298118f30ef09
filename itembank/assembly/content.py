"""Builds the two documents of a form: what the candidate sees, and the key that never travels with it.

For sealing. Source: the formats `exam.form/1` and answer key (examserver/docs/formats.md). Option ids are the letters
shown; the key uses the same letters and keeps the bank's letter behind each for item statistics.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from examserver.kernel.canonical import b64u, digest, to_json
from itembank.assembly.order import PlacedItem, PlacedSection
from itembank.items.content import ItemBody, assets_of, content_digest
from itembank.items.kinds import load_type

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
    content = {
        "form": facts.form,
        "name": facts.name,
        "title": facts.title,
        "duration_s": facts.duration_s,
        "sections": [_section(part, bodies) for part in sections],
        "assets": {name: {"media_type": assets[name].media_type, "data": b64u(assets[name].data)} for name in used},
    }
    placed = [(part, item) for part in sections for item in part.items]
    key = {
        "form": facts.form,
        "items": {item.id: _key(item, bodies[item.code], part.points) for part, item in placed},
    }
    versions = [
        {"code": item.code, "version": item.version, "digest": content_digest(bodies[item.code].content)}
        for _, item in placed
    ]
    return FormDocument(facts.form, facts.name, facts.reserve, content, key, versions)


def _section(part: PlacedSection, bodies: Mapping[str, ItemBody]) -> Json:
    items = [_item(item, bodies[item.code], part.points) for item in part.items]
    return {"id": part.id, "title": part.title, "items": items}


def _item(item: PlacedItem, body: ItemBody, points: str) -> Json:
    by_letter = {option.id: option for option in body.content.options}
    options = [
        {"id": shown, "content": [block.as_json() for block in by_letter[own].content]} for shown, own in item.options
    ]
    return {
        "id": item.id,
        "code": item.code,
        "version": item.version,
        "type": body.content.type,
        "points": points,
        "stem": [block.as_json() for block in body.content.stem],
        "options": options,
    }


def _key(item: PlacedItem, body: ItemBody, points: str) -> Json:
    return {
        "code": item.code,
        "version": item.version,
        "type": body.content.type,
        "key": sorted(shown for shown, own in item.options if own in body.key),
        "points": points,
        "rule": load_type(body.content.type).rule,
        "options": dict(item.options),
    }
