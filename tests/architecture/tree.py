"""Reads the repository for the tests beside it: which files there are, what modules import and call."""

import ast
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("examserver", "itembank", "proctor")
SKIPPED_FOLDERS = {".git", ".venv", "node_modules", "dist", "__pycache__", "exam.egg-info"}


@dataclass(frozen=True)
class Module:
    """One Python file of the product, by its dotted name."""

    name: str
    path: Path
    tree: ast.Module

    @property
    def place(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self.name.split("."))


def listed_by_git() -> list[Path] | None:
    """Every file git tracks or would track; None outside a checkout."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=30)
    except (OSError, subprocess.SubprocessError):
        return None
    return [ROOT / name for name in done.stdout.decode().split("\0") if name]


@cache
def repository_files() -> tuple[Path, ...]:
    """The repository's files, without what is installed or built."""
    listed = listed_by_git()
    if listed is None:
        listed = [path for path in ROOT.rglob("*") if not SKIPPED_FOLDERS & set(path.relative_to(ROOT).parts)]
    return tuple(sorted(path for path in listed if path.is_file()))


def files_with(*suffixes: str) -> list[Path]:
    """Files with one of the suffixes."""
    return [path for path in repository_files() if path.suffix in suffixes]


def generated(path: Path) -> bool:
    """Whether a machine writes this file, so that no rule for people applies."""
    place = path.relative_to(ROOT).as_posix()
    written = ("client_web/src/api/", "examserver/plumbing/migrations/")
    return place.startswith(written) or place.endswith("package-lock.json")


def dotted(path: Path) -> str:
    """`examserver/hall/timing.py` as `examserver.hall.timing`; a package by its own name."""
    words = list(path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(words[:-1] if words[-1] == "__init__" else words)


@cache
def modules() -> tuple[Module, ...]:
    """All modules of the three packages."""
    found = [path for path in files_with(".py") if path.relative_to(ROOT).parts[0] in PACKAGES]
    return tuple(Module(dotted(path), path, ast.parse(path.read_bytes(), str(path))) for path in found)


def imports(module: Module) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of everything the module imports, wherever in the file it does so."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = absolute_base(module, node)
            for alias in node.names:
                yield node.lineno, f"{base}.{alias.name}"


def absolute_base(module: Module, node: ast.ImportFrom) -> str:
    """The package an import names, relative ones resolved."""
    if not node.level:
        return node.module or ""
    up = node.level - 1 if module.path.name == "__init__.py" else node.level
    words = module.words[: len(module.words) - up]
    return ".".join((*words, node.module) if node.module else words)


def within(name: str, roots: Iterable[str]) -> bool:
    """Whether a dotted name is one of the roots or lies under one."""
    return any(name == root or name.startswith(root + ".") for root in roots)


def called_names(module: Module) -> Iterator[tuple[int, str]]:
    """(line, dotted text) of every name that is called or read as an attribute, such as `time.time`."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.lineno, node.func.id
        elif isinstance(node, ast.Attribute):
            yield node.lineno, ast.unparse(node) if isinstance(node.value, ast.Name) else f"?.{node.attr}"


def told(problems: Iterable[str]) -> str:
    """The problems as a failing test shows them."""
    return "\n" + "\n".join(problems)
