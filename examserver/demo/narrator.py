"""Tells what the demo is doing: eight numbered steps and their progress on standard error."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

STEPS = (
    ("Bank", "题库：导入、审题、审定"),
    ("Assembly", "组卷：三套平行卷和一套备用卷"),
    ("Sealing", "封卷：三名保管人，两人方可开启"),
    ("Plan", "计划：名单、座位、准考证、考试指令"),
    ("Hall", "考场：验卷、绑定、签到、开启、开考"),
    ("Sitting", "考试：作答、断电、换机、断网、录像"),
    ("Results", "成绩：收卷、评分、核定、发证"),
    ("Proof", "证明：逐件查验，逐项篡改逐项发现"),
)


class Narrator:
    """Writes to standard error; silent when asked."""

    def __init__(self, quiet: bool = False) -> None:
        self.console = Console(stderr=True, quiet=quiet, highlight=False)
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    @contextmanager
    def step(self, number: int) -> Iterator[None]:
        """One of the eight steps, timed."""
        name, words = STEPS[number - 1]
        self.console.print(f"[bold cyan]{number}. {name}[/] {words}")
        start = time.monotonic()
        yield
        self.console.print(f"   [green]✓[/] {time.monotonic() - start:.1f} s")

    def say(self, text: str) -> None:
        """One line below the step."""
        self.console.print(f"   {text}")

    @contextmanager
    def long(self, text: str) -> Iterator["Narrator"]:
        """A long piece of work with a bar; use `tell` inside."""
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self.console, transient=True) as progress:
            self._progress, self._task = progress, progress.add_task(text, total=100)
            yield self
        self._progress = None

    def tell(self, percent: int, note: str = "") -> None:
        """How far the long work is."""
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, completed=percent, description=note or None)
