"""The chain rule: what becomes of one step, for every order in which steps can arrive."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from examserver.responses.steps import (
    Accepted,
    Closed,
    Duplicate,
    Fenced,
    Gap,
    Head,
    Moment,
    Outcome,
    Phase,
    Stale,
    Step,
    accept_step,
    first_hash,
    hash_text,
    next_hash,
    session_header,
)

HEADER = session_header("ses_1", "sit_1", "T001", "frm_1", "ppr_1", 1_000)
OPEN = Phase(Moment.OPEN, 10_000)
GRACE = Phase(Moment.GRACE, 10_000)
CLOSED = Phase(Moment.CLOSED, 10_000)


def chain(length: int, lease: int = 1) -> tuple[list[Step], list[bytes]]:
    """A valid chain and all its hashes."""
    hashes = [first_hash(HEADER)]
    steps: list[Step] = []
    for seq in range(1, length + 1):
        value = "ABCD"[seq % 4]
        step = Step("ses_1", lease, seq, f"i{seq % 7:03}", "answer", value, 2_000 + seq, hash_text(hashes[-1]))
        steps.append(step)
        hashes.append(next_hash(hashes[-1], step.body()))
    return steps, hashes


def decide(steps: list[Step], hashes: list[bytes], step: Step, phase: Phase = OPEN, lease: int = 1) -> Outcome:
    """The outcome of one step at the end of a chain."""
    return accept_step(Head("ses_1", lease, len(steps), hashes[len(steps)]), step, phase, hashes)


def test_the_next_step_is_accepted_and_its_head_is_the_chained_hash() -> None:
    steps, hashes = chain(3)
    outcome = decide(steps[:2], hashes, steps[2])
    assert isinstance(outcome, Accepted) and not outcome.late
    assert outcome.head.hash == hashes[3] and outcome.head.seq == 3


def test_the_same_step_again_gets_the_same_head_even_after_closing() -> None:
    steps, hashes = chain(5)
    outcome = decide(steps, hashes, steps[1], CLOSED)
    assert isinstance(outcome, Duplicate) and outcome.head.hash == hashes[2]


def test_another_step_with_a_taken_number_is_stale() -> None:
    steps, hashes = chain(5)
    assert isinstance(decide(steps, hashes, replace(steps[1], value="D")), Stale)


def test_a_step_after_a_missing_one_is_a_gap() -> None:
    steps, hashes = chain(5)
    assert isinstance(decide(steps[:2], hashes, steps[4]), Gap)


def test_a_step_on_another_head_is_stale() -> None:
    steps, hashes = chain(3)
    assert isinstance(decide(steps[:2], hashes, replace(steps[2], prev=hash_text(hashes[0]))), Stale)


def test_a_step_of_an_old_lease_or_another_session_is_fenced() -> None:
    steps, hashes = chain(3)
    assert isinstance(decide(steps[:2], hashes, steps[2], lease=2), Fenced)
    assert isinstance(decide(steps[:2], hashes, replace(steps[2], session="ses_2")), Fenced)


def test_a_late_answer_is_kept_and_marked_late() -> None:
    steps, hashes = chain(3)
    outcome = decide(steps[:2], hashes, steps[2], GRACE)
    assert isinstance(outcome, Accepted) and outcome.late


def test_an_answer_made_after_the_deadline_is_refused_in_grace() -> None:
    steps, hashes = chain(3)
    assert isinstance(decide(steps[:2], hashes, replace(steps[2], made_ms=10_001), GRACE), Closed)


def test_no_new_step_is_taken_before_the_start_or_after_the_close() -> None:
    steps, hashes = chain(3)
    for phase in (CLOSED, Phase(Moment.BEFORE, None)):
        assert isinstance(decide(steps[:2], hashes, steps[2], phase), Closed)


@given(st.integers(0, 12).flatmap(lambda n: st.tuples(st.just(n), st.lists(st.integers(1, 12), max_size=60))))
def test_any_order_of_deliveries_builds_the_one_chain(case: tuple[int, list[int]]) -> None:
    steps, hashes = chain(12)
    seen = [hashes[0]]
    for seq in case[1]:
        before = list(seen)
        outcome = accept_step(Head("ses_1", 1, len(seen) - 1, seen[-1]), steps[seq - 1], OPEN, seen)
        if isinstance(outcome, Accepted):
            seen.append(outcome.head.hash)
            assert seq == len(before)
        else:
            assert isinstance(outcome, Duplicate if seq < len(before) else Gap)
    assert seen == hashes[: len(seen)]


@given(
    st.integers(1, 12),
    st.sampled_from(["value", "item", "made_ms", "kind", "lease", "prev"]),
    st.integers(0, 5),
)
def test_no_altered_step_passes_as_a_duplicate(seq: int, field: str, salt: int) -> None:
    steps, hashes = chain(12)
    changed = {
        "value": f"Z{salt}", "item": f"x{salt}", "made_ms": salt, "kind": "flag", "lease": 2 + salt,
        "prev": hash_text(bytes([salt]) * 32),
    }[field]  # fmt: skip
    outcome = decide(steps, hashes, replace(steps[seq - 1], **{field: changed}))
    assert isinstance(outcome, Stale | Fenced)
