"""Decides whether an institution may evaluate an occupation at a level on a day.

For: plan filing, the sitting order and certificate issue, each of which asks again. Source: the reform opinion's
「按目录范围开展等级认定工作」 - an institution works only inside its published directory entry.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from examserver.kernel.errors import Refused


class OutOfScope(Refused):
    code = "institution.out_of_scope"
    message_zh = "{institution} 的目录不包括 {occupation_code} {level}级（{on}）：{why_zh}。"
    message_en = "The directory entry of {institution} lacks {occupation_code} level {level} on {on}: {why_en}."
    next_zh = "请核对职业编码和等级，或由主管部门先更新该机构的目录。"
    next_en = "Check the occupation code and level, or have the authority update the directory entry first."


@dataclass(frozen=True)
class Grant:
    """One occupation of a directory entry with its levels and the days it holds (until is exclusive)."""

    occupation_code: str
    levels: tuple[int, ...]
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True)
class DirectoryEntry:
    """What the published directory says of one institution."""

    institution: str
    state: str
    grants: tuple[Grant, ...]


@dataclass(frozen=True)
class ScopeFinding:
    """Why an activity lies outside the directory, in both languages."""

    why_zh: str
    why_en: str


def check_scope(entry: DirectoryEntry, occupation_code: str, level: int, on: date) -> ScopeFinding | None:
    """Return why the entry does not cover the activity, or None when it does."""
    if entry.state != "active":
        return ScopeFinding("机构已暂停或退出", "the institution is suspended or delisted")
    of_occupation = [grant for grant in entry.grants if grant.occupation_code == occupation_code]
    if not of_occupation:
        return ScopeFinding("目录中没有该职业", "the occupation is not listed")
    of_level = [grant for grant in of_occupation if level in grant.levels]
    if not of_level:
        return ScopeFinding("目录中没有该等级", "the level is not listed")
    if not any(_holds(grant, on) for grant in of_level):
        return ScopeFinding("目录在该日期无效", "the listing is not valid on that day")
    return None


def require_scope(entry: DirectoryEntry, occupation_code: str, level: int, on: date) -> None:
    """Raise OutOfScope unless the directory entry covers the activity."""
    finding = check_scope(entry, occupation_code, level, on)
    if finding:
        raise OutOfScope(
            institution=entry.institution,
            occupation_code=occupation_code,
            level=level,
            on=on.isoformat(),
            why_zh=finding.why_zh,
            why_en=finding.why_en,
        )


def overlapping(grants: Sequence[Grant]) -> list[str]:
    """Return occupation codes that appear more than once with a common level."""
    seen: dict[tuple[str, int], int] = {}
    for grant in grants:
        for level in grant.levels:
            seen[grant.occupation_code, level] = seen.get((grant.occupation_code, level), 0) + 1
    return sorted({code for (code, _), count in seen.items() if count > 1})


def _holds(grant: Grant, on: date) -> bool:
    """Return whether the grant holds on the day."""
    started = grant.valid_from is None or grant.valid_from <= on
    return started and (grant.valid_until is None or on < grant.valid_until)
