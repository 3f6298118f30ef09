"""Decides which items are released to the public: a ratio of the eligible ones, by a draw anybody can replay.

For bank keepers and the public. Source: ZJ16-4.3h 「条件成熟的职业（工种）技能考核题目按比例向社会公开」; E3.
Nobody chooses the items: who proposes fixes the eligible set and a hidden word (only its digest is shown), who approves
adds words of their own, and the seed is made of both. The set is published as salted marks, opened for drawn items
only: whoever knows an item cannot read from the list that it is missing, that is, stands in a coming paper.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from examserver.kernel.canonical import digest, digest_of
from examserver.kernel.errors import Invalid, Json, Refused
from examserver.kernel.seeds import Draw

RELEASE_TYPE = "exam.public-release"
PURPOSE = "public-release"
FEWEST_ELIGIBLE = 10


class RatioOutOfRange(Invalid):
    """The ratio is no share between 0 and 1."""

    code = "publication.ratio"
    message_zh = "公开比例“{ratio}”应为 0 与 1 之间的小数，最多四位"
    message_en = "The ratio {ratio} must be a decimal between 0 and 1 with at most four digits"
    next_zh = "例如 0.2 表示公开百分之二十"
    next_en = "For instance 0.2 for twenty per cent"


class RatioAbovePolicy(Refused):
    """More is asked for than the policy of the day lets go."""

    code = "publication.above_policy"
    message_zh = "公开比例 {ratio} 超过现行政策的 {most}"
    message_en = "The ratio {ratio} is above the {most} of today's policy"
    next_zh = "请降低比例，或由主管部门修订政策值 release_ratio"
    next_en = "Lower it, or have the authority revise the policy value release_ratio"


class TooFewEligible(Refused):
    """So few items are eligible that the proposer would choose them."""

    code = "publication.too_few"
    message_zh = "符合条件的试题只有 {eligible} 道，少于 {least} 道，抽取就成了挑选"
    message_en = "Only {eligible} items are eligible, fewer than {least}: the draw would be a choice"
    next_zh = "请放宽题型或范围"
    next_en = "Widen types or area"


class NotAnArea(Invalid):
    """The area is no level-1 area of the specification."""

    code = "publication.area"
    message_zh = "“{area}”不是细目表的一级范围"
    message_en = "{area} is no level-1 area of the specification"
    next_zh = "请填写一级范围的代码，或留空表示整个题库"
    next_en = "Name a level-1 area, or leave it empty for the whole bank"


class NothingToRelease(Refused):
    """No item, or not one whole item, is eligible."""

    code = "publication.nothing"
    message_zh = "符合条件的已入库试题有 {eligible} 道，按比例不足 1 道"
    message_en = "{eligible} enrolled item(s) are eligible; the ratio gives none"
    next_zh = "请放宽题型范围或提高比例"
    next_en = "Widen the types or raise the ratio"


@dataclass(frozen=True)
class Eligible:
    """One item that could be released; `salt` hides it behind its mark until it is drawn."""

    code: str
    version: int
    salt: str

    @property
    def mark(self) -> str:
        """What the public sees of it."""
        return digest_of([self.code, self.version, self.salt], "exam.release-mark", 1)

    def as_json(self) -> Json:
        """Plain data, for the bank's own rows."""
        return dict(vars(self))


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


def check_fair(ratio: Decimal, most: Decimal, eligible: int) -> None:
    """Raises RatioAbovePolicy or TooFewEligible: a draw that leaves nothing to chance is a choice."""
    if ratio > most:
        raise RatioAbovePolicy(ratio=str(ratio), most=str(most))
    if eligible < FEWEST_ELIGIBLE:
        raise TooFewEligible(eligible=eligible, least=FEWEST_ELIGIBLE)


def marks_of(eligible: Iterable[Eligible]) -> list[str]:
    """The eligible set as the public sees it: marks in ascending order."""
    return sorted(one.mark for one in eligible)


def eligible_digest(marks: Sequence[str]) -> str:
    """The name of an eligible set, fixed before anybody knows the seed."""
    return digest_of(list(marks), "exam.release-eligible", 1)


def commitment_of(hidden: str) -> str:
    """What is shown of the hidden word before the draw."""
    return digest(hidden.encode())


def seed_of(hidden: str, words: str) -> str:
    """The seed both persons made together."""
    return f"{hidden}/{words}"


def draw_released(seed: str, eligible: Sequence[Eligible], count: int) -> list[Eligible]:
    """The released items in order of codes: the same for everybody who has seed and marks."""
    drawn = set(Draw(seed, PURPOSE).sample(marks_of(eligible), count))
    return sorted((one for one in eligible if one.mark in drawn), key=lambda one: one.code)
