"""Invented stems with the frequencies of a language: a few characters and words are everywhere, most are rare."""

import random
from itertools import accumulate

CHARACTERS = 2_500
WORDS = 6_000


def invented_stems(count: int, seed: int) -> list[str]:
    """So many different stems of 8 to 50 characters, the same for the same seed."""
    draw = random.Random(seed)
    characters = [chr(code) for code in draw.sample(range(0x4E00, 0x8000), CHARACTERS)]
    character_weights = list(accumulate(1 / rank**0.7 for rank in range(1, CHARACTERS + 1)))
    lengths = draw.choices((1, 2, 3, 4), (1, 3, 1, 1), k=WORDS)
    words = ["".join(draw.choices(characters, cum_weights=character_weights, k=length)) for length in lengths]
    word_weights = list(accumulate(1 / rank**0.8 for rank in range(1, WORDS + 1)))
    found: dict[str, None] = {}
    while len(found) < count:
        chosen, wanted = draw.choices(words, cum_weights=word_weights, k=48), draw.randint(8, 50)
        found["".join(chosen)[:wanted]] = None
    return list(found)
