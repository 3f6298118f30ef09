"""Decides which items are released to the public: a ratio of the enrolled ones, by a draw anybody can replay.

For bank keepers and the public. Source: ZJ16-4.3h 「条件成熟的职业（工种）技能考核题目按比例向社会公开」; E3.
Nobody chooses the items: who proposes fixes the eligible set and a hidden word (only its digest is shown), who approves
adds words of their own, and the seed is made of both.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from examserver.kernel.canonical import digest, digest_of
from examserver.kernel.errors import Invalid, Json, Refused
from examserver.kernel.seeds import Draw

RELEASE_TYPE = "exam.public-release"
PURPOSE = "public-release"


class RatioOutOfRange(Invalid):
    """The ratio is no share between 0 and 1."""

    code = "publication.ratio"
    message_zh = "公开比例“{ratio}”应为 0 与 1 之间的小数，最多四位"
    message_en = "The ratio {ratio} must be a decimal between 0 and 1 with at most four digits"
    next_zh = "例如 0.2 表示公开百分之二十"
    next_en = "For instance 0.2 for twenty per cent"


class NothingToRelease(Refused):
    """No item, or not one whole item, is eligible."""

    code = "publication.nothing"
    message_zh = "符合条件的已入库试题有 {eligible} 道，按比例不足 1 道"
    message_en = "{eligible} enrolled item(s) are eligible; the ratio gives none"
    next_zh = "请放宽题型范围或提高比例"
    next_en = "Widen the types or raise the ratio"


@dataclass(frozen=True)
class Eligible:
    """One item that could be released, by code and version: its content stays unsaid until it is drawn."""

    code: str
    version: int

    def as_json(self) -> Json:
        """Plain data."""
        return {"code": self.code, "version": self.version}


def read_ratio(text: str) -> Decimal:
    """The ratio as a decimal; raises RatioOutOfRange."""
    try:
        ratio = Decimal(text)
    except InvalidOperation:
        raise RatioOutOfRange(ratio=text[:20]) from None
    exponent = ratio.as_tuple().exponent
    if not (ratio.is_finite() and 0 < ratio <= 1 and isinstance(exponent, int) and exponent >= -4):
        raise RatioOutOfRange(ratio=text[:20])
    return ratio


def count_to_draw(ratio: Decimal, eligible: int) -> int:
    """How many items the ratio gives, halves rounded up; raises NothingToRelease for none."""
    count = int((ratio * eligible).to_integral_value(ROUND_HALF_UP))
    if count < 1:
        raise NothingToRelease(eligible=eligible)
    return count


def eligible_digest(eligible: Iterable[Eligible]) -> str:
    """The name of an eligible set, fixed before anybody knows the seed."""
    rows = sorted(([one.code, one.version] for one in eligible), key=str)
    return digest_of(rows, "exam.release-eligible", 1)


def commitment_of(hidden: str) -> str:
    """What is shown of the hidden word before the draw."""
    return digest(hidden.encode())


def seed_of(hidden: str, words: str) -> str:
    """The seed both persons made together."""
    return f"{hidden}/{words}"


def draw_released(seed: str, eligible: Sequence[Eligible], count: int) -> list[Eligible]:
    """The released items in order of codes: the same for everybody who has seed and eligible set."""
    ordered = sorted(eligible, key=lambda one: one.code)
    return sorted(Draw(seed, PURPOSE).sample(ordered, count), key=lambda one: one.code)
