"""What a verifier says: named checks with an outcome, a detail and the place they speak of."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Check:
    """One named check; `place` names the record, field or time when it failed."""

    name: str
    ok: bool
    detail: str = ""
    place: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain data for a report."""
        return {"name": self.name, "ok": self.ok, "detail": self.detail, "place": self.place}


@dataclass(frozen=True)
class Report:
    """All checks of one artefact."""

    artefact: str
    kind: str
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """True when there was something to check and every check held."""
        return bool(self.checks) and all(check.ok for check in self.checks)

    def failures(self) -> list[Check]:
        """The checks that did not hold."""
        return [check for check in self.checks if not check.ok]

    def as_json(self) -> dict[str, Any]:
        """Plain data: artefact, kind, ok, checks."""
        return {
            "artefact": self.artefact,
            "kind": self.kind,
            "ok": self.ok,
            "checks": [check.as_json() for check in self.checks],
        }
