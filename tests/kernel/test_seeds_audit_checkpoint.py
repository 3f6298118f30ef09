"""Draws replay, the audit chain shows what was done to it, checkpoints verify."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examserver.kernel.audit import GENESIS, AuditEvent, chained, verify_chain
from examserver.kernel.checkpoint import Checkpoint, CheckpointBroken, NotACheckpoint, make_checkpoint, read_checkpoint
from examserver.kernel.clock import FixedClock, SystemClock
from examserver.kernel.crypto.keys import SigningKey
from examserver.kernel.ids import make_id
from examserver.kernel.seeds import Draw


def test_a_draw_replays_from_its_seed_and_differs_by_purpose() -> None:
    assert Draw("2026", "seats").shuffled(range(30)) == Draw("2026", "seats").shuffled(range(30))
    assert Draw("2026", "seats").shuffled(range(30)) != Draw("2026", "forms").shuffled(range(30))
    assert Draw("seed", "vector").shuffled(list("abcdef")) == list("fcdbae")


@given(st.text(max_size=10), st.lists(st.integers(), max_size=20))
def test_a_shuffle_keeps_every_value(seed: str, values: list[int]) -> None:
    assert Counter(Draw(seed.encode("utf-8", "ignore").decode(), "p").shuffled(values)) == Counter(values)


def test_outcomes_are_evenly_spread() -> None:
    draw = Draw("spread", "dice")
    counts = Counter(draw.below(6) for _ in range(6000))
    assert set(counts) == set(range(6)) and all(850 < count < 1150 for count in counts.values())


def _chain(count: int) -> list[AuditEvent]:
    events, prev = [], GENESIS
    for seq in range(1, count + 1):
        events.append(chained(prev, AuditEvent(seq, 1000 + seq, "acc", "act", "subject", {"n": seq})))
        prev = events[-1].digest
    return events


def test_an_intact_audit_chain_passes() -> None:
    assert [check.ok for check in verify_chain(_chain(5))] == [True]


@given(st.integers(0, 4), st.sampled_from(["alter", "drop", "swap"]))
def test_any_change_to_the_audit_chain_is_named(index: int, change: str) -> None:
    events = _chain(6)
    if change == "alter":
        events[index] = replace(events[index], facts={"n": 99})
    elif change == "drop":
        del events[index]
    else:
        events[index], events[index + 1] = events[index + 1], events[index]
    failed = [check for check in verify_chain(events) if not check.ok]
    assert failed and "audit event" in failed[0].place


def test_a_checkpoint_verifies_under_its_key_and_not_when_touched() -> None:
    key = SigningKey.generate()
    text = make_checkpoint(Checkpoint("exam/authority", 7, b"r" * 32), key)
    assert read_checkpoint(text, key.public_raw).size == 7
    with pytest.raises(CheckpointBroken):
        read_checkpoint(text.replace("\n7\n", "\n8\n"), key.public_raw)
    with pytest.raises(CheckpointBroken):
        read_checkpoint(text, SigningKey.generate().public_raw)
    for broken in ("", "a\nb\nc\n\n", "a\n7\n!!\n\n— a b\n"):
        with pytest.raises(NotACheckpoint):
            read_checkpoint(broken, key.public_raw)


def test_identifiers_sort_by_time_and_clocks_never_go_back() -> None:
    assert make_id("ses", 1, b"\xff" * 10) < make_id("ses", 2, b"\x00" * 10)
    assert len(make_id("ses", 1, b"\x00" * 10)) == 30
    clock = FixedClock(5)
    clock.advance(3)
    assert clock.now_ms() == 8
    with pytest.raises(ValueError, match="back"):
        clock.advance(-1)
    system = SystemClock()
    assert system.now_ms() <= system.now_ms() and abs(system.wall_drift_ms()) < 1000
