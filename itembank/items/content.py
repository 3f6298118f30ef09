"""What an item says, as frozen data: blocks of text and figures, options, and its canonical form without the key.

For every slice of the bank and, through the form document, for the candidate's screen. The digest of the canonical
form names one item version for good: whoever changes a character makes another version.
"""

from dataclasses import dataclass
from typing import Any

from examserver.kernel.canonical import digest_of
from examserver.kernel.errors import Invalid

Json = dict[str, Any]


class MalformedContent(Invalid):
    """A stored or submitted item content is not of the described shape."""

    code = "item.malformed_content"
    message_zh = "试题内容结构有误：{place}"
    message_en = "The item content is malformed at {place}"


@dataclass(frozen=True)
class Block:
    """A paragraph of text, or a figure named by the digest of its bytes."""

    kind: str
    text: str = ""
    asset: str = ""
    alt: str = ""

    def as_json(self) -> Json:
        """The block as the formats show it."""
        if self.kind == "text":
            return {"kind": "text", "text": self.text}
        return {"kind": "figure", "asset": self.asset, "alt": self.alt}


def text_block(text: str) -> Block:
    """A paragraph."""
    return Block("text", text=text)


def figure_block(asset: str, alt: str) -> Block:
    """A figure by the digest of its bytes, with words for those who cannot see it."""
    return Block("figure", asset=asset, alt=alt)


@dataclass(frozen=True)
class Option:
    """One option under the bank's letter (or `true`, `false`)."""

    id: str
    content: tuple[Block, ...]

    def as_json(self) -> Json:
        """The option as the formats show it."""
        return {"id": self.id, "content": [block.as_json() for block in self.content]}


@dataclass(frozen=True)
class ItemContent:
    """One item as the candidate may see it: no key, no statistics."""

    code: str
    type: str
    point: str
    stem: tuple[Block, ...]
    options: tuple[Option, ...]
    points: str = "1"

    def as_json(self) -> Json:
        """Canonical data: the shape the contract of the formats fixes."""
        return {
            "code": self.code,
            "type": self.type,
            "point": self.point,
            "stem": [block.as_json() for block in self.stem],
            "options": [option.as_json() for option in self.options],
            "points": self.points,
        }

    @property
    def option_ids(self) -> tuple[str, ...]:
        """The bank's letters in the bank's order."""
        return tuple(option.id for option in self.options)


@dataclass(frozen=True)
class ItemBody:
    """Everything one item version fixes: content, key and the attributes assembly needs.

    `difficulty` is the expected share of right answers in thousandths; None when not yet known.
    """

    content: ItemContent
    key: tuple[str, ...]
    importance: str | None = None
    cognition: str | None = None
    difficulty: int | None = None
    source: str = ""


def plain_text(blocks: tuple[Block, ...]) -> str:
    """The words of the blocks, one per line; figures show only their alternative text."""
    return "\n".join(block.text if block.kind == "text" else f"[{block.alt}]" for block in blocks)


def stem_text(content: ItemContent) -> str:
    """The words of the stem, without figures."""
    return "\n".join(block.text for block in content.stem if block.kind == "text")


def option_text(option: Option) -> str:
    """The words of one option."""
    return "\n".join(block.text for block in option.content if block.kind == "text")


def assets_of(content: ItemContent) -> tuple[str, ...]:
    """Digests of all figures, in order of first use."""
    blocks = [*content.stem, *(block for option in content.options for block in option.content)]
    return tuple(dict.fromkeys(block.asset for block in blocks if block.kind == "figure"))


def content_digest(content: ItemContent) -> str:
    """The name of this content for good."""
    return digest_of(content.as_json(), "exam.item", 1)


def read_content(value: Json) -> ItemContent:
    """Content from its plain data; raises MalformedContent."""
    try:
        return ItemContent(
            code=_text(value["code"]),
            type=_text(value["type"]),
            point=_text(value["point"]),
            stem=_blocks(value["stem"]),
            options=tuple(Option(_text(each["id"]), _blocks(each["content"])) for each in value["options"]),
            points=_text(value.get("points", "1")),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise MalformedContent(place=str(error)[:80]) from None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("text expected")
    return value


def _blocks(values: list[Json]) -> tuple[Block, ...]:
    return tuple(_block(value) for value in values)


def _block(value: Json) -> Block:
    if value["kind"] == "text":
        return text_block(_text(value["text"]))
    if value["kind"] == "figure":
        return figure_block(_text(value["asset"]), _text(value.get("alt", "")))
    raise TypeError(f"unknown block kind {value['kind']!r}")
