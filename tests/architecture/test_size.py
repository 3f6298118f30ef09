"""Files and functions stay small enough to be read in one go."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.tree import ROOT, files_with, generated, told

LINES_PER_FILE = 400
LINES_PER_FUNCTION = 50
SHARE_WITHIN = 0.99


def test_files_have_at_most_400_lines() -> None:
    sized = [
        (len(path.read_bytes().splitlines()), path) for path in files_with(".py", ".ts", ".vue") if not generated(path)
    ]
    problems = [f"{path.relative_to(ROOT)}: {lines} lines" for lines, path in sized if lines > LINES_PER_FILE]
    assert not problems, told(problems)


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """(place, lines) of every function in a Python file."""
    for node in ast.walk(ast.parse(path.read_bytes(), str(path))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (
                f"{path.relative_to(ROOT)}:{node.lineno} {node.name}",
                (node.end_lineno or node.lineno) - node.lineno + 1,
            )


def test_99_of_100_functions_have_at_most_50_lines() -> None:
    sized = [entry for path in files_with(".py") if not generated(path) for entry in functions(path)]
    long = sorted((entry for entry in sized if entry[1] > LINES_PER_FUNCTION), key=lambda entry: -entry[1])
    share = 1 - len(long) / max(len(sized), 1)
    assert share >= SHARE_WITHIN, told(f"{place}: {lines} lines" for place, lines in long)
