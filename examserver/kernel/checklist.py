"""Decides how a verifier goes on after a fault: every check is written down, and bad input becomes a failed check."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from examserver.kernel.checks import Check, Report
from examserver.kernel.errors import ExamError

T = TypeVar("T")


class Checklist:
    """Collects the checks of one verification in the order they were made."""

    def __init__(self, place: str = "") -> None:
        self.place = place
        self.checks: list[Check] = []

    def hold(self, name: str, ok: bool, detail: str, place: str = "") -> bool:
        """Write one check down and say whether it held."""
        self.checks.append(Check(name, ok, detail, place or self.place))
        return ok

    def extend(self, checks: Iterable[Check]) -> bool:
        """Write several checks down and say whether all held."""
        found = list(checks)
        self.checks.extend(found)
        return all(check.ok for check in found)

    def attempt(self, name: str, detail: str, act: Callable[..., T], *given: Any, at: str = "") -> T | None:
        """What `act(*given)` gives, or None and a failed check at place `at` when it raises one of our errors."""
        try:
            result = act(*given)
        except ExamError as error:
            self.hold(name, False, f"{error.text('zh')} / {error.text('en')}", at)
            return None
        except RecursionError:
            self.hold(name, False, "nested too deeply", at)
            return None
        self.hold(name, True, detail, at)
        return result

    def each(self, name: str, faults: Iterable[tuple[str, str]], good: str) -> bool:
        """One failed check for each (place, detail), or a single passed one saying `good`."""
        found = [Check(name, False, detail, place) for place, detail in faults]
        return self.extend(found or [Check(name, True, good, self.place)])

    def report(self, path: Path, kind: str) -> Report:
        """The report over everything written down."""
        return Report(path.name, kind, tuple(self.checks))
