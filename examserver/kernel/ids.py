"""Identifiers: a readable prefix and a ULID (48 bits of time, 80 bits of entropy), lower-case Crockford base32."""

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def crockford(value: int, length: int) -> str:
    """`value` in lower-case Crockford base32, left-padded with zeros to `length` characters."""
    digits = []
    for _ in range(length):
        value, digit = divmod(value, 32)
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))


def make_id(prefix: str, now_ms: int, entropy: bytes) -> str:
    """`prefix_` and a 26-character ULID of the given millisecond and 10 bytes of entropy."""
    if len(entropy) != 10:
        raise ValueError("an identifier takes exactly 10 bytes of entropy")
    return f"{prefix}_{crockford((now_ms << 80) | int.from_bytes(entropy), 26)}"
