"""Decides what still stands between a plan and its next step, and what the policy advises against.

For: the plan officer's page and the approval. Source: the plan must lie inside the institution's directory, have a
roster and a paper, fit its room; the policy profile gives ratios and customary limits. Advice never blocks: the
approver sees it and answers for it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from examserver.kernel.errors import ExamError
from examserver.planning.seating import choose_seats, lay_out


@dataclass(frozen=True)
class Gate:
    """One condition: whether it holds, and why not; advice does not block."""

    name: str
    ok: bool
    why_zh: str
    why_en: str
    advice: bool = False


@dataclass(frozen=True)
class PlanFacts:
    """What the gates look at."""

    candidates: int
    rows: int
    columns: int
    forms: int | None
    scope_zh: str
    scope_en: str
    seated: bool
    invigilators: int
    invigilator_ratio: int
    invigilators_min: int
    differences: tuple[tuple[str, str, str], ...]


def gates_of(facts: PlanFacts) -> list[Gate]:
    """Every gate of a plan, blocking ones first."""
    return [*_blocking(facts), *_advice(facts)]


def blocking(facts: PlanFacts) -> list[Gate]:
    """The gates that keep a plan from being approved."""
    return [gate for gate in _blocking(facts) if not gate.ok]


def _blocking(facts: PlanFacts) -> Iterator[Gate]:
    yield Gate("scope", not facts.scope_zh, facts.scope_zh or "在目录范围内", facts.scope_en or "within the directory")
    count = facts.candidates
    yield Gate("roster", count > 0, f"名单共 {count} 人" if count else "还没有考生名单", f"{count} candidates")
    forms = facts.forms
    yield Gate(
        "paper",
        forms is not None,
        f"试卷包含 {forms} 套平行卷" if forms is not None else "还没有试卷包",
        f"{forms} parallel forms" if forms is not None else "no paper yet",
    )
    yield _room_gate(facts)


def _room_gate(facts: PlanFacts) -> Gate:
    """Whether the candidates fit the room with neighbours on different forms."""
    try:
        choose_seats(lay_out(facts.rows, facts.columns), facts.candidates, max(facts.forms or 2, 1))
    except ExamError as error:
        return Gate("room", False, error.text("zh"), error.text("en"))
    places = facts.rows * facts.columns
    return Gate("room", True, f"{places} 个座位，邻座不同卷", f"{places} seats, neighbours on different forms")


def _advice(facts: PlanFacts) -> Iterator[Gate]:
    needed = max(facts.invigilators_min, -(-facts.candidates // facts.invigilator_ratio))
    yield Gate(
        "invigilators",
        facts.invigilators >= needed,
        f"监考员 {facts.invigilators} 名，按政策应不少于 {needed} 名",
        f"{facts.invigilators} invigilators; the policy asks for {needed}",
        advice=True,
    )
    for name, used, policy in facts.differences:
        yield Gate(
            f"policy.{name}", False, f"{name} 为 {used}，政策值为 {policy}", f"{name} is {used}, policy {policy}", True
        )
