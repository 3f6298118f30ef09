"""Phases and gates of a sitting, and the one phase a workstation shows."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examserver.hall.sitting import (
    GateClosed,
    SeatFacts,
    SittingFacts,
    check_gates,
    gates_of,
    next_act,
    phase_of,
    seat_phase,
)

READY = SittingFacts(
    now_ms=10, starts_ms=20, papers_needed=1, papers_present=1, seats_needed=3, seats_bound=3, custodians_needed=2,
    shares_present=2, released=True, ready=3, admitted=3, opened_ms=5,
)  # fmt: skip


def test_a_sitting_goes_through_its_phases_in_order() -> None:
    facts = replace(READY, opened_ms=None, released=False)
    seen = [(phase_of(facts).value, next_act(facts))]
    for field, at in (("opened_ms", 1), ("started_ms", 2), ("closed_ms", 3), ("recorded_ms", 4), ("signed_ms", 5)):
        facts = replace(facts, **{field: at})
        seen.append((phase_of(facts).value, next_act(facts)))
    assert seen == [
        ("preparing", "open"), ("admission", "release"), ("running", "collect"), ("closed", "hand_over"),
        ("recorded", "countersign"), ("signed", "none"),
    ]  # fmt: skip


def test_after_the_release_the_next_act_is_the_start() -> None:
    assert next_act(READY) == "start"
    check_gates("start", gates_of(READY))


@pytest.mark.parametrize(
    ("change", "gate"),
    [
        ({"papers_present": 0}, "papers"),
        ({"opened_ms": None}, "admission"),
        ({"released": False}, "release"),
        ({"ready": 0}, "ready"),
    ],
)
def test_a_closed_gate_names_itself(change: dict[str, int | bool | None], gate: str) -> None:
    facts = replace(READY, **change)  # type: ignore[arg-type]
    with pytest.raises(GateClosed) as refusal:
        check_gates("start", gates_of(facts))
    assert refusal.value.fields["gate"] == gate


def test_unbound_seats_are_shown_but_stop_nobody() -> None:
    facts = replace(READY, seats_bound=1)
    assert not next(gate for gate in gates_of(facts) if gate.name == "seats").ok
    check_gates("start", gates_of(facts))


FLAGS = ["bound", "opened", "started", "checked_in", "confirmed", "refused", "admitted", "ready", "submitted", "closed"]


@given(st.sets(st.sampled_from(FLAGS)))
def test_a_fenced_workstation_is_moved_and_an_unbound_one_shows_nothing(flags: set[str]) -> None:
    facts = SeatFacts(**{name: name in flags for name in FLAGS})
    assert seat_phase(replace(facts, fenced=True)) == "moved"
    assert seat_phase(replace(facts, bound=False)) == "unbound"


@given(st.sets(st.sampled_from(FLAGS)))
def test_only_an_admitted_ready_session_of_a_started_sitting_answers(flags: set[str]) -> None:
    phase = seat_phase(SeatFacts(**{name: name in flags for name in FLAGS}))
    if phase == "answering":
        assert {"bound", "started", "checked_in", "admitted", "ready"} <= flags
        assert not {"refused", "submitted", "closed"} & flags
