"""Threshold shares of a 32-byte secret: any k of n rebuild it, fewer learn nothing (Shamir 1979).

The secret is cut into two halves of 16 bytes; each is shared over GF(2^128) by pycryptodome's Shamir scheme. A
share's value is the two 16-byte halves of the same index, concatenated.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from Crypto.Protocol.SecretSharing import Shamir

from examserver.kernel.errors import Invalid


class NotEnoughShares(Invalid):
    """The shares are too few, repeated or malformed."""

    code = "shares.insufficient"
    message_zh = "密钥份额不足、重复或格式不对"
    message_en = "The key shares are too few, repeated or malformed"


@dataclass(frozen=True)
class Share:
    """One share: index from 1, 32 bytes."""

    index: int
    value: bytes


def split_secret(secret: bytes, k: int, n: int) -> list[Share]:
    """n shares of which any k rebuild the 32-byte secret."""
    if len(secret) != 32 or not 1 <= k <= n <= 255:
        raise NotEnoughShares(k=k, n=n)
    if k == 1:
        return [Share(index, secret) for index in range(1, n + 1)]
    low, high = Shamir.split(k, n, secret[:16], False), Shamir.split(k, n, secret[16:], False)
    return [Share(index, first + second) for (index, first), (_, second) in zip(low, high, strict=True)]


def join_shares(shares: Sequence[Share]) -> bytes:
    """The 32-byte secret; with too few or foreign shares the result is some other value, so check what it opens."""
    if not shares or len({share.index for share in shares}) != len(shares):
        raise NotEnoughShares(given=len(shares))
    if any(len(share.value) != 32 for share in shares):
        raise NotEnoughShares(given=len(shares))
    if len(shares) == 1:
        return shares[0].value
    halves = [
        Shamir.combine([(share.index, share.value[part : part + 16]) for share in shares], False) for part in (0, 16)
    ]
    return halves[0] + halves[1]
