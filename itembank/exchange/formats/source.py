"""What every reader of a question file takes and gives: settings in, rows with their flaws out; one shape for all.

For the registry, the readers beside this file and the importer. A reader is a pure function of bytes: what is wrong
with the file as a whole is raised (`refusals.py`), what is wrong with one question stays with that question.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from itembank.exchange.mapping import folded
from itembank.exchange.rows import ReadRow
from itembank.items.faults import Flaw

LINE, QUESTION = "line", "question"


@dataclass(frozen=True)
class Settings:
    """What the person says for files that cannot say it themselves.

    `known_points` are the codes of the specification: a tag or category of the file is taken for the competency point
    only when it names one of them, or when `categories` says which point it means; otherwise `default_point` holds.
    Codes are the file's own where it has some that are sound, otherwise `code_prefix` and the number of the question.
    """

    default_point: str = ""
    code_prefix: str = "Q"
    default_points: str = "1"
    source: str = ""
    known_points: frozenset[str] = frozenset()
    min_options: Mapping[str, int] = field(default_factory=dict, hash=False)
    categories: Mapping[str, str] = field(default_factory=dict, hash=False)

    def point(self, candidates: Iterable[str]) -> str:
        """The point a candidate is said to mean, the first candidate that is a known point, or the default."""
        named = list(candidates)
        meant = [self.categories[folded(each)] for each in named if folded(each) in self.categories]
        return next((each for each in [*meant, *named] if each in self.known_points), self.default_point)

    def code(self, own: str, number: int) -> str:
        """The file's own code, or the prefix and the number of the question."""
        return own or f"{self.code_prefix}-{number:04d}"


@dataclass(frozen=True)
class Remark:
    """Something the person should know that keeps no question out: `number` as in ReadRow, 0 for the whole file."""

    number: int
    flaw: Flaw


@dataclass(frozen=True)
class Source:
    """Everything one file holds. `counts` says what the numbers of rows and remarks are: lines or questions."""

    rows: tuple[ReadRow, ...]
    kind: str
    warnings: tuple[Remark, ...] = ()
    counts: str = QUESTION


@dataclass(frozen=True)
class Format:
    """One kind of file: how it is called, how it is recognised, how it is read.

    `recognise` looks at the content (the file name only where two formats look alike); `read` raises UnreadableFile
    or RefusedArchive for the file as a whole and nothing else.
    """

    name: str
    title_zh: str
    title_en: str
    extensions: tuple[str, ...]
    recognise: Callable[[bytes, str], bool]
    read: Callable[[bytes, Settings], Source]
