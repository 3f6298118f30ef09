"""Short ways to read a file in a test and to say what came of it."""

from collections import Counter

from itembank.exchange.formats.registry import FORMATS
from itembank.exchange.formats.source import Settings, Source
from itembank.exchange.rows import ReadRow
from itembank.items.content import plain_text

SETTINGS = Settings(default_point="A-A-001", known_points=frozenset({"A-A-001", "A-A-002"}))


def read(name: str, data: str | bytes, settings: Settings = SETTINGS) -> Source:
    """What the reader of this format makes of the file."""
    return FORMATS[name].read(data.encode() if isinstance(data, str) else data, settings)


def one(name: str, data: str | bytes) -> ReadRow:
    """The only question of the file."""
    (row,) = read(name, data).rows
    return row


def codes(row: ReadRow) -> list[str]:
    """What keeps the question out."""
    return [flaw.code for flaw in row.flaws]


def stem(row: ReadRow) -> str:
    """The words of the stem."""
    return plain_text(row.body.content.stem)


def options(row: ReadRow) -> list[str]:
    """The words of the options."""
    return [plain_text(option.content) for option in row.body.content.options]


def counted(source: Source) -> tuple[int, int, dict[str, int]]:
    """(questions, good ones, how many questions have each code)."""
    found = Counter(code for row in source.rows for code in set(codes(row)))
    return len(source.rows), sum(not row.flaws for row in source.rows), dict(found)


def told(source: Source) -> set[str]:
    """The codes of everything the person is told besides flaws."""
    return {remark.flaw.code for remark in source.warnings}
