"""Decides what a candidate's answers are, from the steps: the last acknowledged answer of each item is the submission.

For the player (resuming), the console (counting) and grading (which step decided an item).  Source: ZJ16-4.3g,
paperless and traceable answers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from examserver.responses.steps import Step, Value
from examserver.responses.values import answers_something

ANSWER = "answer"
FLAG = "flag"


@dataclass(frozen=True, slots=True)
class ItemState:
    """What one item looks like after all steps: its answer, its flag, and the step that set the answer (0: none)."""

    value: Value = None
    flag: bool = False
    seq: int = 0

    @property
    def answered(self) -> bool:
        """Say whether the item counts as answered: a cleared choice or blanks all left empty do not."""
        return answers_something(self.value)


def apply_step(states: Mapping[str, ItemState], step: Step) -> ItemState:
    """Give the new state of the step's item."""
    before = states.get(step.item, ItemState())
    if step.kind == FLAG:
        return ItemState(before.value, step.value is True, before.seq)
    return ItemState(step.value, before.flag, step.seq)


def replay(steps: Iterable[Step]) -> dict[str, ItemState]:
    """Fold a session's steps, in order, into the state of every item touched."""
    states: dict[str, ItemState] = {}
    for step in steps:
        states[step.item] = apply_step(states, step)
    return states


def count_answered(states: Mapping[str, ItemState]) -> int:
    """Count the items that hold an answer now."""
    return sum(1 for state in states.values() if state.answered)


def well_formed(kind: str, value: Value) -> bool:
    """Say whether a value fits its kind: a flag is true or false; an answer is text, a list of texts, or cleared."""
    return isinstance(value, bool) if kind == FLAG else not isinstance(value, bool)
