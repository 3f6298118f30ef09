"""Decides nothing: carries what a person hands to a verifier besides the file and the trust list.

Keys let a verifier look inside sealed parts; companions are other files a claim refers to (the manifest of a paper,
the order of a sitting), so that references between artefacts are checked too.
"""

from dataclasses import dataclass
from pathlib import Path

from examserver.kernel.crypto.keys import KeyPair, SealingKey


@dataclass(frozen=True)
class Opener:
    """Opened key files and companion files of one verification."""

    pairs: tuple[KeyPair, ...] = ()
    companions: tuple[Path, ...] = ()

    def sealing_keys(self) -> tuple[SealingKey, ...]:
        """The keys that may open what was sealed to somebody."""
        return tuple(pair.sealing for pair in self.pairs)
