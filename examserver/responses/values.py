"""Decides which values a step may carry, whatever the type of the item: how large, and in which form of Unicode.

For the hall, which knows no item types. An honest player stays far below these limits and sends normalised text; what
passes them is refused before it touches the chain, so that the chain of hashes never holds what it could not encode.
"""

import re
import unicodedata
from collections.abc import Sequence

from examserver.responses.steps import Value

LONGEST_TEXT = 20_000
LONGEST_LIST = 256
MOST_BYTES = 65_536
_WIDEST = 4
_HALF = re.compile("[\ud800-\udfff]")
_PER_ALLOWANCE = 2_048


def _texts(value: Value | Sequence[str]) -> Sequence[str]:
    if isinstance(value, str):
        return (value,)
    return value if isinstance(value, list | tuple) else ()


def too_large(value: Value) -> bool:
    """Whether the text of a value takes more bytes than a step may carry."""
    texts = _texts(value)
    letters = sum(map(len, texts))
    return letters * _WIDEST > MOST_BYTES and sum(map(_bytes, texts)) > MOST_BYTES


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def normalised(value: Value) -> bool:
    """Whether every text of a value is in the normalisation form C that evidence is written in, and no half a sign."""
    return all(
        text.isascii() or (unicodedata.is_normalized("NFC", text) and not _HALF.search(text)) for text in _texts(value)
    )


def weight(value: Value | Sequence[str]) -> int:
    """What a value takes of a workstation's allowance: one, and one more per two thousand characters."""
    return 1 + sum(map(len, _texts(value))) // _PER_ALLOWANCE


def answers_something(value: Value) -> bool:
    """Whether a value is an answer: blanks all left empty are none, nor is a cleared choice."""
    return isinstance(value, str | tuple) and any(_texts(value))
