"""Decides whether a bank may be declared ready for formal papers: every condition with what it wants and what is there.

For the authority's keeper; the rule proposes, a person declares. Source: ZJ16-4.3a2 (readiness state per bank; only
`ready` banks serve formal papers), ZJ16-3.3c (a special-ability specification needs both filing numbers), E3.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from examserver.kernel.errors import Invalid, Refused
from itembank.items.state import CLOSED, PREPARING, READY
from itembank.programmes.needs import Gap

STEPS = {PREPARING: (READY, CLOSED), READY: (PREPARING, CLOSED), CLOSED: (PREPARING,)}


class ReadinessStep(Refused):
    """The bank cannot go from where it is to where it is wanted."""

    code = "readiness.step"
    message_zh = "题库当前为“{current}”，不能改为“{wanted}”"
    message_en = "The bank is {current} and cannot become {wanted}"
    next_zh = "请刷新页面；已关闭的题库须先恢复为建设中"
    next_en = "Reload the page; a closed bank must go back to preparing first"


class NotReadyYet(Refused):
    """Conditions are not met; `conditions` lists them."""

    code = "readiness.conditions"
    message_zh = "题库还有 {count} 项就绪条件未满足：{first_zh}"
    message_en = "{count} condition(s) are not met: {first_en}"
    next_zh = "请按“建设计划”中的条件逐项补齐"
    next_en = "See the conditions under Programme"


class ReasonMissing(Invalid):
    """An act that somebody will have to explain later needs a reason now."""

    code = "readiness.reason_missing"
    message_zh = "请写明理由（至少 4 个字）"
    message_en = "Write the reason (at least 4 characters)"
    next_zh = "填写理由后重新提交"
    next_en = "Add a reason and submit again"


@dataclass(frozen=True)
class ReadinessFacts:
    """What the rule looks at; `standard_problem_*` are empty when the bound standard holds or none is bound."""

    has_specification: bool
    contradictions: int
    overridden: bool
    gaps: tuple[Gap, ...]
    reviewers: int
    reviewers_min: int
    standard_problem_zh: str = ""
    standard_problem_en: str = ""


@dataclass(frozen=True)
class Condition:
    """One condition in words with its numbers."""

    name: str
    ok: bool
    wanted: str
    found: str
    words_zh: str
    words_en: str


def conditions_of(facts: ReadinessFacts) -> list[Condition]:
    """Every condition of readiness, met or not."""
    return [
        _specified(facts),
        _consistent(facts),
        _filled(facts.gaps),
        _standing(facts),
        _reviewed(facts),
    ]


def _specified(facts: ReadinessFacts) -> Condition:
    zh, en = "题库有鉴定要素细目表", "the bank has a content specification"
    return Condition("specification", facts.has_specification, "1", str(int(facts.has_specification)), zh, en)


def _consistent(facts: ReadinessFacts) -> Condition:
    ok = facts.contradictions == 0 or facts.overridden
    found = f"{facts.contradictions}{' ✓' if facts.contradictions and ok else ''}"
    zh = "细目表没有未处理的矛盾（或已记录认可理由）"
    en = "no open contradiction in the specification, or an acceptance is on record"
    return Condition("contradictions", ok, "0", found, zh, en)


def _filled(gaps: Sequence[Gap]) -> Condition:
    short = [gap for gap in gaps if gap.missing]
    first = f" {short[0].point} {short[0].enrolled}/{short[0].need}" if short else ""
    met = len(gaps) - len(short)
    zh, en = "本阶段每个鉴定点的已入库题量达到目标", "every target of the phase is met by enrolled items"
    return Condition("targets", bool(gaps) and not short, str(len(gaps)), f"{met}{first}", zh, en)


def _standing(facts: ReadinessFacts) -> Condition:
    zh, en = "所依据的标准有效", "the standard the bank is bound to is in force"
    found_zh, found_en = facts.standard_problem_zh, facts.standard_problem_en
    ok = not found_zh
    return Condition("standard", ok, "✓", "✓" if ok else f"{found_zh} / {found_en}", zh, en)


def _reviewed(facts: ReadinessFacts) -> Condition:
    ok = facts.reviewers >= facts.reviewers_min
    zh, en = "审题专家库人数达到要求", "enough reviewers are in the pool"
    return Condition("reviewers", ok, f"≥{facts.reviewers_min}", str(facts.reviewers), zh, en)


def check_step(current: str, wanted: str, reason: str, conditions: Sequence[Condition]) -> None:
    """Raises ReadinessStep, ReasonMissing (leaving `ready` or closing) or NotReadyYet."""
    if wanted not in STEPS.get(current, ()):
        raise ReadinessStep(current=current, wanted=wanted)
    if wanted != READY and len(reason.strip()) < 4:
        raise ReasonMissing()
    open_ones = [each for each in conditions if not each.ok]
    if wanted == READY and open_ones:
        first = open_ones[0]
        raise NotReadyYet(
            count=len(open_ones),
            first_zh=f"{first.words_zh}（要求 {first.wanted}，现有 {first.found}）",
            first_en=f"{first.words_en} (wanted {first.wanted}, found {first.found})",
            conditions=[vars(each) for each in conditions],
        )
