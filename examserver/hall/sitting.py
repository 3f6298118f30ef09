"""Decides the life of a sitting and of one seat: which phase it is in, which gates are open, what comes next.

For the console (gates with their reasons), the seat page (its one phase) and every action that needs a gate open.
Source: the hall's twelve steps; one press to start, never before the papers are released by their custodians.
"""

from dataclasses import dataclass
from enum import StrEnum

from examserver.kernel.errors import Refused


class SittingPhase(StrEnum):
    """Six stages, in order."""

    PREPARING = "preparing"
    ADMISSION = "admission"
    RUNNING = "running"
    CLOSED = "closed"
    RECORDED = "recorded"
    SIGNED = "signed"


class GateClosed(Refused):
    """Something that must come first has not happened."""

    code = "sitting.gate_closed"
    message_zh = "现在还不能{act_zh}：{why_zh}"
    message_en = "Cannot {act_en} yet: {why_en}"
    next_zh = "请先完成未通过的条件"
    next_en = "First complete the condition that is still open"


@dataclass(frozen=True)
class SittingFacts:
    """Everything the gates look at."""

    now_ms: int
    starts_ms: int
    papers_needed: int
    papers_present: int
    seats_needed: int
    seats_bound: int
    custodians_needed: int
    shares_present: int
    released: bool
    ready: int
    admitted: int
    opened_ms: int | None = None
    started_ms: int | None = None
    closed_ms: int | None = None
    recorded_ms: int | None = None
    signed_ms: int | None = None


@dataclass(frozen=True)
class Gate:
    """A condition, open or not, with the reason in both languages."""

    name: str
    ok: bool
    why_zh: str
    why_en: str


def phase_of(facts: SittingFacts) -> SittingPhase:
    """Give the stage the sitting is in."""
    reached = (
        (facts.signed_ms, SittingPhase.SIGNED),
        (facts.recorded_ms, SittingPhase.RECORDED),
        (facts.closed_ms, SittingPhase.CLOSED),
        (facts.started_ms, SittingPhase.RUNNING),
        (facts.opened_ms, SittingPhase.ADMISSION),
    )
    return next((phase for at, phase in reached if at is not None), SittingPhase.PREPARING)


def gates_of(facts: SittingFacts) -> list[Gate]:
    """Give the gates before the start, in the order they are opened."""
    papers = f"{facts.papers_present}/{facts.papers_needed}"
    seats = f"{facts.seats_bound}/{facts.seats_needed}"
    shares = f"{facts.shares_present}/{facts.custodians_needed}"
    started = facts.started_ms is not None
    return [
        Gate("papers", facts.papers_present >= facts.papers_needed, f"试卷包 {papers}", f"paper packages {papers}"),
        Gate("seats", facts.seats_bound >= facts.seats_needed, f"机位绑定 {seats}", f"workstations bound {seats}"),
        Gate("admission", facts.opened_ms is not None, "尚未开放签到", "admission is not open"),
        Gate("release", facts.released, f"试卷启封 {shares} 人", f"custodians {shares}"),
        Gate("ready", started or facts.ready > 0, f"就绪考生 {facts.ready} 人", f"{facts.ready} candidates ready"),
    ]


REQUIRED = {
    "open": ("papers",),
    "release": ("papers",),
    "start": ("papers", "admission", "release", "ready"),
}
ACTS = {"open": ("开放签到", "open admission"), "release": ("启封试卷", "release"), "start": ("开考", "start")}


def check_gates(act: str, gates: list[Gate]) -> None:
    """Raise GateClosed naming the first gate this act needs and that is closed."""
    for gate in gates:
        if gate.name in REQUIRED[act] and not gate.ok:
            zh, en = ACTS[act]
            raise GateClosed(act_zh=zh, act_en=en, why_zh=gate.why_zh, why_en=gate.why_en, gate=gate.name)


def next_act(facts: SittingFacts) -> str:
    """Give the one primary button of the phase."""
    phase = phase_of(facts)
    if phase is SittingPhase.ADMISSION:
        return "start" if facts.released else "release"
    table = {
        SittingPhase.PREPARING: "open",
        SittingPhase.RUNNING: "collect",
        SittingPhase.CLOSED: "hand_over",
        SittingPhase.RECORDED: "countersign",
        SittingPhase.SIGNED: "none",
    }
    return table[phase]


@dataclass(frozen=True)
class SeatFacts:
    """What decides the one phase a workstation shows."""

    fenced: bool = False
    bound: bool = False
    opened: bool = False
    started: bool = False
    checked_in: bool = False
    confirmed: bool = False
    refused: bool = False
    admitted: bool = False
    ready: bool = False
    submitted: bool = False
    closed: bool = False


def seat_phase(facts: SeatFacts) -> str:
    """Give the phase a workstation shows: the furthest thing that happened wins."""
    if facts.fenced:
        return "moved"
    if not facts.bound:
        return "unbound"
    if not facts.checked_in:
        return "check_in" if facts.opened and not facts.closed else "bound"
    if facts.submitted:
        return "submitted"
    if facts.closed:
        return "closed"
    if facts.refused:
        return "refused"
    if not facts.admitted:
        return "waiting_admission" if facts.confirmed else "check_in"
    if not facts.ready:
        return "admitted"
    return "answering" if facts.started else "ready"
