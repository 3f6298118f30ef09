"""Verifies a file of marks from itself alone: signed, whole, and every agreed score following from its readings.

Follows `examserver/docs/formats.md`, "Marks"; computed by the second scoring, which shares no code with marking.
"""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from examserver.grading.recheck import agreed
from examserver.kernel.canonical import digest
from examserver.kernel.checklist import Checklist
from examserver.kernel.checks import Report
from examserver.kernel.documents import Trust, check_signatures, read_document
from examserver.kernel.errors import Json
from examserver.kernel.fields import Fields
from examserver.kernel.opener import Opener


def verify_marks(path: Path, trust: Trust | None, opener: Opener | None) -> Report:
    """Checks a file of marks: signature, order, and every score against its readings."""
    checks = Checklist(path.name)
    data = path.read_bytes()
    document = checks.attempt("document_readable", f"digest {digest(data)}", read_document, data, "exam.marks")
    if document is not None:
        checks.extend(check_signatures(document, trust, {"authority"}))
        if checks.attempt("marks_complete", "every field is there and of its kind", _read, document.body):
            lines = document.body["responses"]
            names = [(line["session"], line["item"]) for line in lines]
            checks.hold("marks_in_order", names == sorted(set(names)), f"{len(names)} responses, each once")
            checks.each("marks_follow", _faults(lines), f"{len(names)} scores follow from their readings")
    return checks.report(path, "marks")


def _read(body: Json) -> bool:
    fields = Fields(body, "marks")
    fields.text("sitting", 80)
    fields.digest("record_digest")
    for one in fields.many("responses", 1_000_000):
        for name in ("session", "item", "code", "full", "points"):
            one.text(name, 80)
        _ = (one.integer("version", 1), one.integer("limit_percent"), one.values("marks", 3))
        one.finish()
    fields.finish()
    return True


def _faults(lines: list[Json]) -> Iterator[tuple[str, str]]:
    for line in lines:
        place = f"session {line['session']} item {line['item']}"
        try:
            expected = agreed(line["marks"], Fraction(line["full"]), line["limit_percent"])
        except (ValueError, AttributeError, TypeError, ZeroDivisionError) as error:
            yield place, str(error)
            continue
        if expected != Fraction(line["points"]):
            yield place, f"the readings give {float(expected)}, the file says {line['points']}"
