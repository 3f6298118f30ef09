"""No file names a package registry, a path of somebody's machine, or unfinished work."""

import re
from pathlib import Path

from tests.architecture.tree import ROOT, generated, repository_files, told

# Written in pieces so that this file passes its own test.
REGISTRIES = (
    "registry." + "npmjs",
    "registry." + "npmmirror",
    "py" + "pi.org",
    "python" + "hosted",
    "deb." + "debian.org",
)
FOLDERS = ("/ro" + "ot/", "/ho" + "me/", "/wo" + "rk/", "/tmp/br" + "ief", "/Us" + "ers/")
LEFTOVERS = (
    "TO" + "DO",
    "FIX" + "ME",
    "X" * 3,
    "HA" + "CK",
    "lorem " + "ipsum",
    r"raise NotImplemented" + "Error",
    "breakpoint" + r"\(\)",
)

HOSTS = re.compile("|".join(map(re.escape, REGISTRIES)))
MACHINE_PATH = re.compile("(?<![A-Za-z0-9_.])(?:" + "|".join(map(re.escape, FOLDERS)) + ")")
UNFINISHED = re.compile(r"\b(?:" + "|".join(LEFTOVERS) + r")(?!\w)")


def text_of(path: Path) -> str | None:
    """The file as text; None when it is not text."""
    data = path.read_bytes()
    if b"\0" in data[:8192]:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def places(pattern: re.Pattern[str], skip_generated: bool = False) -> list[str]:
    """Every line of the repository's text files where the pattern occurs."""
    found = []
    for path in repository_files():
        text = None if skip_generated and generated(path) else text_of(path)
        for number, line in enumerate((text or "").splitlines(), 1):
            match = pattern.search(line)
            if match:
                found.append(f"{path.relative_to(ROOT)}:{number}: {match[0]}")
    return found


def test_no_file_names_a_package_registry() -> None:
    problems = places(HOSTS)
    assert not problems, told(problems)


def test_no_file_names_a_path_of_a_machine() -> None:
    problems = places(MACHINE_PATH)
    assert not problems, told(problems)


def test_nothing_is_left_for_later() -> None:
    problems = places(UNFINISHED, skip_generated=True)
    assert not problems, told(problems)
