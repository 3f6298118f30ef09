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
    eligible = [(one.text("code", 64), one.integer("version", 1)) for one in fields.many("eligible", 1_000_000)]
    rows = sorted(([code, version] for code, version in eligible), key=str)
    same = digest_of(rows, "exam.release-eligible", 1) == fields.text("eligible_digest", 80)
    checks.hold("eligible_fixed", same, f"{len(eligible)} eligible items")
    hidden, words = fields.text("hidden", 80), fields.text("words", 200)
    checks.hold("hidden_word_committed", digest(hidden.encode()) == fields.text("commitment", 80), "as committed")
    count, seed = fields.integer("count", 1), f"{hidden}/{words}"
    drawn = sorted(Draw(seed, "public-release").sample(sorted(eligible), min(count, len(eligible))))
    items = fields.many("items", 1_000_000)
    shown = [(Fields(one.any("content"), "content").text("code", 64), one.integer("version", 1)) for one in items]
    checks.hold("draw_replays", drawn == shown and len(shown) == count, f"{len(shown)} of {len(eligible)} items")
    for one, (code, _) in zip(items, shown, strict=True):
        found = digest_of(one.any("content"), "exam.item", 1)
        checks.hold("item_content", found == one.text("digest", 80), "the version the bank names", code)
