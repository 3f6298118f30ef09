"""Regular expressions that people write into mappings, matched in time linear in the text whatever they say.

For the importer. Anybody who may import can post a mapping, and the standard library's `re` takes a lifetime over
`(a+)+$`, holding the whole process meanwhile. RE2 never tries twice: it has no backreferences and no lookaround,
refuses patterns that would need much memory, and leaves the interpreter free while it searches.
"""

from dataclasses import dataclass, field
from typing import Any, Protocol

import re2

MOST_PATTERNS, LONGEST_PATTERN = 24, 300
SHORT, LONG = 200, 4_000
_MEMORY = 24_000


class BadPattern(ValueError):
    """Text that is no regular expression this system searches with; says why."""


class Found(Protocol):
    """Where a pattern was found."""

    def __getitem__(self, group: int) -> str | None: ...


@dataclass(frozen=True)
class Pattern:
    """A compiled pattern; it looks at so many characters of a cell and no more."""

    text: str
    most: int
    compiled: Any = field(repr=False, compare=False)

    def search(self, text: str) -> Found | None:
        """Where it is found first, or None."""
        found: Found | None = self.compiled.search(text[: self.most])
        return found


def _options() -> re2.Options:
    options = re2.Options()
    options.max_mem, options.log_errors = _MEMORY, False
    return options


_OPTIONS = _options()


def read_pattern(text: str, groups: int = 0, most: int = SHORT) -> Pattern:
    """The pattern, with at least so many groups; raises BadPattern."""
    if len(text) > LONGEST_PATTERN:
        raise BadPattern(f"at most {LONGEST_PATTERN} characters")
    try:
        compiled = re2.compile(text, _OPTIONS)
    except (re2.error, UnicodeEncodeError) as error:
        raise BadPattern(_reason(error)) from None
    if compiled.groups < groups:
        raise BadPattern("a group in parentheses is expected")
    return Pattern(text, most, compiled)


def _reason(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(error)
