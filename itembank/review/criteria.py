"""The verdict form of a review: what a reviewer must look at, and when the form is complete.

For drawn reviews. Source: the usual review criteria of item writing (correctness, key, distractors, wording, fit of
point and level, difficulty, figure, bias); ZJ16-4.3d (unified standard and format).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from examserver.kernel.errors import Invalid
from itembank.items.state import ACCEPT, RETURN

FINE, REMARK, FAULT, NOT_APPLICABLE = "fine", "remark", "fault", "none"
GRADES = (FINE, REMARK, FAULT, NOT_APPLICABLE)

CRITERIA = {
    "correctness": ("科学性", "correctness"),
    "key": ("答案", "key"),
    "distractors": ("干扰项", "distractors"),
    "wording": ("文字表述", "wording"),
    "fit": ("鉴定点与等级", "point and level"),
    "difficulty": ("难度", "difficulty"),
    "figure": ("图表与媒体", "figures and media"),
    "bias": ("公平与敏感内容", "bias"),
}
MAY_BE_NONE = frozenset({"distractors", "figure"})


class VerdictIncomplete(Invalid):
    """The form leaves a question open or contradicts itself; `faults` lists everything."""

    code = "review.form"
    message_zh = "审题意见表有 {count} 处未完成：{first_zh}"
    message_en = "The verdict form has {count} open point(s): {first_en}"
    next_zh = "请逐项评价；有问题的项须写明理由，并选择退回"
    next_en = "Grade every criterion; a fault needs its reason and a return"


@dataclass(frozen=True)
class Grade:
    """What a reviewer says of one criterion."""

    grade: str
    words: str = ""


def check_form(verdict: str, grades: Mapping[str, Grade], comment: str) -> None:
    """Raises VerdictIncomplete with everything that is open."""
    faults = [each for name in CRITERIA for each in _check_grade(name, grades.get(name))]
    faults += [(f"没有“{name}”这一项", f"there is no criterion {name}") for name in grades if name not in CRITERIA]
    serious = [name for name, one in grades.items() if one.grade == FAULT and name in CRITERIA]
    if verdict == ACCEPT and serious:
        zh, en = CRITERIA[serious[0]]
        faults.append((f"“{zh}”有问题，不能通过", f"an item with a fault in {en} cannot be accepted"))
    if verdict == RETURN and not serious and not comment.strip():
        faults.append(("退回须指出有问题的项或写明总体意见", "a return names a fault or gives a comment"))
    if faults:
        raise VerdictIncomplete(count=len(faults), first_zh=faults[0][0], first_en=faults[0][1], faults=faults)


def _check_grade(name: str, given: Grade | None) -> list[tuple[str, str]]:
    zh, en = CRITERIA[name]
    if given is None or given.grade not in GRADES:
        return [(f"“{zh}”未评价", f"{en} is not graded")]
    if given.grade == NOT_APPLICABLE and name not in MAY_BE_NONE:
        return [(f"“{zh}”必须评价", f"{en} must be graded")]
    if given.grade in (REMARK, FAULT) and not given.words.strip():
        return [(f"“{zh}”须写明理由", f"{en} needs a reason")]
    return []


def summary_of(grades: Mapping[str, Grade], comment: str) -> str:
    """The form in a sentence, for the history of the item."""
    said = [f"{CRITERIA[name][0]}：{one.words.strip()}" for name, one in grades.items() if one.words.strip()]
    return "；".join([*said, *([comment.strip()] if comment.strip() else [])])
