"""What an item says, as frozen data: blocks of text and figures, options, and its canonical form without the key.

For every slice of the bank and, through the form document, for the candidate's screen. The digest of the canonical
form names one item version for good: whoever changes a character makes another version.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
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
    """A paragraph: plain `text`, cleaned `html` (in the field text), a `figure` or `audio` by the digest of its bytes.

    `plays` says how often a sound may be played, 0 for as often as one likes.
    """

    kind: str
    text: str = ""
    asset: str = ""
    alt: str = ""
    plays: int = 0

    def as_json(self) -> Json:
        """The block as the formats show it."""
        if self.kind in ("text", "html"):
            return {"kind": self.kind, self.kind: self.text}
        shown: Json = {"kind": self.kind, "asset": self.asset, "alt": self.alt}
        return shown | {"plays": self.plays} if self.kind == "audio" else shown


def text_block(text: str) -> Block:
    """A paragraph."""
    return Block("text", text=text)


def html_block(cleaned: str) -> Block:
    """Rich text that the allow-list has passed (`rich.py`): tables, MathML, raised and lowered text."""
    return Block("html", text=cleaned)


def figure_block(asset: str, alt: str) -> Block:
    """A figure by the digest of its bytes, with words for those who cannot see it."""
    return Block("figure", asset=asset, alt=alt)


def audio_block(asset: str, alt: str, plays: int = 0) -> Block:
    """A sound by the digest of its bytes, with words for those who cannot hear it."""
    return Block("audio", asset=asset, alt=alt, plays=plays)


@dataclass(frozen=True)
class Case:
    """The case group an item belongs to: `place` of `size` items under one shared stimulus, chosen together."""

    code: str
    place: int
    size: int
    stimulus: tuple[Block, ...]

    def as_json(self) -> Json:
        """The group as the formats show it."""
        stimulus = [block.as_json() for block in self.stimulus]
        return {"code": self.code, "place": self.place, "size": self.size, "stimulus": stimulus}


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
    """One item as the candidate may see it: no key, no statistics.

    `interaction` holds what its type needs besides options, in the shape `interactions.py` fixes; empty for choices.
    """

    code: str
    type: str
    point: str
    stem: tuple[Block, ...]
    options: tuple[Option, ...]
    points: str = "1"
    interaction: Json = field(default_factory=dict, hash=False)
    case: Case | None = None

    def as_json(self) -> Json:
        """Canonical data: the shape the contract of the formats fixes."""
        shown: Json = {
            "code": self.code,
            "type": self.type,
            "point": self.point,
            "stem": [block.as_json() for block in self.stem],
            "options": [option.as_json() for option in self.options],
            "points": self.points,
        }
        if self.interaction:
            shown["interaction"] = self.interaction
        if self.case is not None:
            shown["case"] = self.case.as_json()
        return shown

    @property
    def option_ids(self) -> tuple[str, ...]:
        """The bank's letters in the bank's order."""
        return tuple(option.id for option in self.options)


@dataclass(frozen=True)
class ItemBody:
    """Everything one item version fixes: content, key and the attributes assembly needs.

    `difficulty` is the expected share of right answers in thousandths; None when not yet known. `key` holds the ids a
    right answer consists of; `scoring` what a list of ids cannot say (accepted spellings, tolerance, areas, rubric) and
    the rule when it is not all or nothing. `enemies` are codes of items that never meet this one in a form.
    """

    content: ItemContent
    key: tuple[str, ...]
    importance: str | None = None
    cognition: str | None = None
    difficulty: int | None = None
    source: str = ""
    scoring: Json = field(default_factory=dict, hash=False)
    enemies: tuple[str, ...] = ()
    owner: str = ""
    funding: str = ""


_TAGS = re.compile(r"<[^<>]*>")


def words_of(block: Block) -> str:
    """The words of one paragraph; of rich text without its tags; nothing of figures and sounds."""
    if block.kind == "html":
        return " ".join(html.unescape(_TAGS.sub(" ", block.text)).split())
    return block.text if block.kind == "text" else ""


def plain_text(blocks: tuple[Block, ...]) -> str:
    """The words of the blocks, one per line; figures and sounds show only their alternative text."""
    return "\n".join(words_of(block) if block.kind in ("text", "html") else f"[{block.alt}]" for block in blocks)


def stem_text(content: ItemContent) -> str:
    """The words of the stem, without figures and sounds."""
    return _written(content.stem)


def option_text(option: Option) -> str:
    """The words of one option."""
    return _written(option.content)


def _written(blocks: tuple[Block, ...]) -> str:
    return "\n".join(words_of(block) for block in blocks if block.kind in ("text", "html"))


def word_count(content: ItemContent) -> int:
    """How much there is to read: every Chinese character and every run of other letters or digits.

    Stem, options, targets and gaps count; the stimulus of a case is read once for all its items and does not.
    """
    words = [stem_text(content), *(option_text(option) for option in content.options)]
    words += [_written(read_blocks(blocks)) for blocks in _choices_in(content.interaction)]
    return len(_WORD.findall("\n".join(words)))


def _choices_in(interaction: Json) -> Iterator[list[Json]]:
    """The paragraphs of every target and of every option of a gap."""
    groups = [interaction.get("targets", ()), *(gap["options"] for gap in interaction.get("gaps", ()))]
    for group in groups:
        yield from (choice["content"] for choice in group)


_WORD = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]|[^\W\u2e80-\u9fff_]+")
_IMAGE = re.compile(r'<img\b[^>]*?\bsrc="(sha256:[0-9a-f]{64})"')


def digests_in(value: object) -> Iterator[str]:
    """Digests in plain data of any depth: figures and sounds, pictures inside rich text, the hotspot's own."""
    if isinstance(value, dict):
        for name, part in value.items():
            if name == "asset" and isinstance(part, str):
                yield part
            elif name == "html" and isinstance(part, str):
                yield from _IMAGE.findall(part)
            else:
                yield from digests_in(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from digests_in(part)


def assets_of(content: ItemContent) -> tuple[str, ...]:
    """Digests of all figures and sounds, in order of first use: stem, options, interaction, stimulus of the case."""
    shown = content.as_json()
    parts = [shown["stem"], shown["options"], shown.get("interaction", {}), shown.get("case", {})]
    return tuple(dict.fromkeys(digests_in(parts)))


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
            interaction=_object(value.get("interaction", {})),
            case=_case(value["case"]) if "case" in value else None,
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise MalformedContent(place=str(error)[:80]) from None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("text expected")
    return value


def _object(value: Any) -> Json:
    if not isinstance(value, dict):
        raise TypeError("object expected")
    return value


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("whole number expected")
    return value


def _case(value: Json) -> Case:
    return Case(_text(value["code"]), _whole(value["place"]), _whole(value["size"]), _blocks(value["stimulus"]))


def read_blocks(values: list[Json]) -> tuple[Block, ...]:
    """Blocks from their plain data; raises MalformedContent."""
    try:
        return _blocks(values)
    except (KeyError, TypeError, AttributeError) as error:
        raise MalformedContent(place=str(error)[:80]) from None


def _blocks(values: list[Json]) -> tuple[Block, ...]:
    return tuple(_block(value) for value in values)


def _block(value: Json) -> Block:
    if value["kind"] == "text":
        return text_block(_text(value["text"]))
    if value["kind"] == "html":
        return html_block(_text(value["html"]))
    if value["kind"] == "figure":
        return figure_block(_text(value["asset"]), _text(value.get("alt", "")))
    if value["kind"] == "audio":
        return audio_block(_text(value["asset"]), _text(value.get("alt", "")), _whole(value.get("plays", 0)))
    raise TypeError(f"unknown block kind {value['kind']!r}")
