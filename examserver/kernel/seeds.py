"""Draws anybody can replay: a published seed, a purpose, SHA-256 in counter mode and rejection sampling.

Block i of the stream is SHA-256(encode({"seed", "purpose", "block": i}, "exam.draw", 1)). `below(n)` reads 8
bytes at a time, big-endian, and rejects values at or above the largest multiple of n below 2^64, so every
outcome is equally likely. `shuffled` is Fisher-Yates from the last position down. A journalist can reproduce it
in twenty lines.
"""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

from examserver.kernel.canonical import encode

T = TypeVar("T")


class Draw:
    """A deterministic stream of choices for one seed and one purpose."""

    def __init__(self, seed: str, purpose: str) -> None:
        self._seed, self._purpose = seed, purpose
        self._block, self._buffer = 0, b""

    def _word(self) -> int:
        if len(self._buffer) < 8:
            text = {"seed": self._seed, "purpose": self._purpose, "block": self._block}
            self._buffer += hashlib.sha256(encode(text, "exam.draw", 1)).digest()
            self._block += 1
        word, self._buffer = int.from_bytes(self._buffer[:8]), self._buffer[8:]
        return word

    def below(self, n: int) -> int:
        """An integer in [0, n), all equally likely."""
        if n < 1:
            raise ValueError("a draw needs at least one outcome")
        limit = 2**64 - 2**64 % n
        while (word := self._word()) >= limit:
            pass
        return word % n

    def fraction(self) -> int:
        """An integer in [0, 10^9): a fraction in billionths, without floats."""
        return self.below(10**9)

    def shuffled(self, values: Sequence[T]) -> list[T]:
        """A new list in drawn order."""
        result = list(values)
        for last in range(len(result) - 1, 0, -1):
            other = self.below(last + 1)
            result[last], result[other] = result[other], result[last]
        return result

    def sample(self, values: Sequence[T], k: int) -> list[T]:
        """The first `k` of the values in drawn order."""
        if k > len(values):
            raise ValueError("cannot draw more than there are")
        return self.shuffled(values)[:k]
