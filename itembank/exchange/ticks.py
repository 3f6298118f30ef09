"""How far reading and checking a file are, told phase by phase to whoever watches: percent and words.

For the jobs of an import and the bar on the command line. The shares of the phases are those measured with 60,000 rows.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

Tick = Callable[[int, int], None]
Progress = Callable[[int, str], None]

# Reading cells, rows into items, likeness and remarks, against the bank, alike stems, writing.
PHASES = (
    (0, "读取文件：{n} 行"),
    (20, "识别试题：{n} 行"),
    (40, "逐题检查：{n} 题"),
    (70, "与题库比对：{n} 题"),
    (75, "查找近似题：{n} 题"),
    (60, "写入题库：{n} 题"),
    (95, "保存报告：{n} 行"),
)
_ENDS = (20, 40, 70, 75, 95, 97, 99)


def quiet(_phase: int, _done: int) -> None:
    """Nobody watches."""


def silent(_percent: int, _words: str) -> None:
    """Nobody listens."""


@dataclass
class Pace:
    """Turns phase and count into percent and words; tells only what is new, so that nothing waits for the telling."""

    tell: Progress
    expected: int = 0
    last: list[tuple[int, str]] = field(default_factory=list)

    def __call__(self, phase: int, done: int) -> None:
        """`done` rows of this phase are behind us."""
        start, words = PHASES[phase]
        share = done / max(self.expected, done + 10_000) if self.expected == 0 else min(1.0, done / self.expected)
        now = (int(start + (_ENDS[phase] - start) * share), words.format(n=done))
        if not self.last or now[0] != self.last[0][0]:
            self.last[:] = [now]
            self.tell(*now)
