"""What the eight steps share: where everything runs, who acts, what was asked for, and what has come of it so far."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from examserver.demo.cast import Cast
from examserver.demo.narrator import Narrator
from examserver.demo.stage import Stage

OCCUPATION_CODE = "6-31-01-03"
OCCUPATION = "电工"
STANDARD = "人社厅发〔2018〕145号"
INSTITUTION_CODE = "S000033000123"
INSTITUTION = "示范职业技能评价中心"
LEVEL = 4


@dataclass(frozen=True)
class Wish:
    """What the caller asked for."""

    candidates: int = 30
    minutes: float = 1.5
    seed: str = "2026"
    unattended: bool = True


@dataclass
class Scene:
    """One run of the demo: one exam from item to certificate."""

    stage: Stage
    cast: Cast
    narrator: Narrator
    wish: Wish
    name: str = "exam"
    facts: dict[str, Any] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """Where files that travel between the roles are put."""
        return self.stage.data / "artefacts" / self.name

    @property
    def virtual(self) -> int:
        """Candidates played by the program; the last seat is a real browser's."""
        return self.wish.candidates - 1

    def say(self, text: str) -> None:
        """One line for the onlooker."""
        self.narrator.say(text)
