"""Decides in which form a submitted item is stored: text tidied, rich text cleaned, paragraphs in canonical shape.

For the editor's door. Nothing hostile is refused here: it is taken out and named, so that the author sees what is gone.
Source: the issue ("HTML is cleaned by an allow-list library at the door").
"""

from typing import Any

from itembank.items.content import Json
from itembank.items.rich import UNREADABLE, Cleaned, clean_html
from itembank.items.text import tidy

DEEPEST, MOST_RICH = 12, 200_000
_MEDIA = {"figure": ("asset", "alt"), "audio": ("asset", "alt", "plays")}


def _is_empty(value: Any) -> bool:
    """A paragraph of no words says nothing and is left out."""
    return value in ({"kind": "text", "text": ""}, {"kind": "html", "html": ""})


class Door:
    """Takes values in one after the other and remembers what had to go."""

    def __init__(self) -> None:
        self._removed: set[str] = set()
        self._rich = 0

    @property
    def removed(self) -> tuple[str, ...]:
        """Names of what was taken out so far."""
        return tuple(sorted(self._removed))

    def take(self, value: Any, depth: int = 0) -> Any:
        """The value as it is stored: every text tidied, every paragraph canonical; too deep a value is cut off."""
        if isinstance(value, str):
            return tidy(value)
        if depth > DEEPEST:
            return None
        if isinstance(value, list | tuple):
            return [taken for each in value if not _is_empty(taken := self.take(each, depth + 1))]
        if isinstance(value, dict):
            if value.get("kind") in ("text", "html", *_MEDIA):
                return self._block(value)
            return {tidy(str(name)): self.take(each, depth + 1) for name, each in value.items()}
        return value

    def _block(self, value: Json) -> Json:
        kind = value["kind"]
        if kind in ("text", "html"):
            text = value.get(kind, value.get("text", ""))
            return {"kind": kind, kind: self._text(kind, text)}
        shown: Json = {"kind": kind} | {name: value.get(name, "") for name in _MEDIA[kind][:2]}
        if kind == "audio":
            shown["plays"] = value.get("plays", 0)
        return {name: tidy(each) if isinstance(each, str) else each for name, each in shown.items()}

    def _text(self, kind: str, text: Any) -> Any:
        if not isinstance(text, str):
            return text
        if kind == "text":
            return tidy(text)
        self._rich += len(text)
        cleaned = clean_html(text) if self._rich <= MOST_RICH else Cleaned("", (UNREADABLE,))
        self._removed.update(cleaned.removed)
        return cleaned.html
