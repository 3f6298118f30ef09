"""Verifies a public release from its file alone: the draw replays, the items are the drawn ones, nothing else is said.

For journalists, candidates, anybody. Follows `examserver/docs/formats.md`, "Public release".
"""

from pathlib import Path

from examserver.kernel.canonical import digest, digest_of
from examserver.kernel.checklist import Checklist
from examserver.kernel.checks import Report
from examserver.kernel.documents import Document, Trust, check_signatures, read_document
from examserver.kernel.fields import Fields
from examserver.kernel.opener import Opener
from examserver.kernel.seeds import Draw

KIND = "public release"


def verify_public_release(path: Path, trust: Trust | None, opener: Opener | None) -> Report:
    """The report on a release file."""
    checks = Checklist(path.name)
    try:
        data = path.read_bytes()
    except OSError as error:
        checks.hold("file_readable", False, f"the file cannot be read: {error.strerror}", path.name)
        return checks.report(path, KIND)
    document = checks.attempt("document_readable", "a signed document", read_document, data, "exam.public-release")
    if document is not None:
        checks.extend(check_signatures(document, trust, {"bank"}))
        checks.attempt("body_complete", "every field is there", _check_body, document, checks)
    return checks.report(path, KIND)


def _check_body(document: Document, checks: Checklist) -> None:
    fields = Fields(document.body, "release")
    marks = fields.texts("eligible", 1_000_000)
    same = digest_of(marks, "exam.release-eligible", 1) == fields.text("eligible_digest", 80) and marks == sorted(marks)
    checks.hold("eligible_fixed", same, f"{len(marks)} eligible items")
    hidden, words = fields.text("hidden", 80), fields.text("words", 200)
    checks.hold("hidden_word_committed", digest(hidden.encode()) == fields.text("commitment", 80), "as committed")
    count = fields.integer("count", 1)
    drawn = set(Draw(f"{hidden}/{words}", "public-release").sample(marks, min(count, len(marks))))
    items = fields.many("items", 1_000_000)
    opened = [_mark(one) for one in items]
    checks.hold("draw_replays", set(opened) == drawn and len(opened) == count, f"{len(opened)} of {len(marks)} items")
    for one in items:
        found = digest_of(one.any("content"), "exam.item", 1)
        checks.hold("item_content", found == one.text("digest", 80), "the version the bank names", _code(one))


def _code(item: Fields) -> str:
    return Fields(item.any("content"), "content").text("code", 64)


def _mark(item: Fields) -> str:
    """The mark an item opens: nobody can say of another item that it was drawn."""
    return digest_of([_code(item), item.integer("version", 1), item.text("salt", 64)], "exam.release-mark", 1)
