"""Verifies a response matrix from its file alone: signed, whole, and holding nothing that names a person.

For item banks and whoever watches what leaves the authority. Follows `examserver/docs/formats.md`, "Response matrix".
"""

from pathlib import Path

from examserver.kernel.checklist import Checklist
from examserver.kernel.checks import Report
from examserver.kernel.documents import Document, Trust, check_signatures, read_document
from examserver.kernel.fields import Fields
from examserver.kernel.opener import Opener

KIND = "response matrix"
PERSON_FIELDS = {"form", "groups", "answers"}
BODY_FIELDS = {
    "sitting", "run", "paper", "manifest_digest", "key_version", "occupation_code", "level", "institution", "held_ms",
    "groups", "forms", "persons", "remarks",
}  # fmt: skip


def verify_matrix(path: Path, trust: Trust | None, opener: Opener | None) -> Report:
    """The report on a matrix file."""
    checks = Checklist(path.name)
    try:
        data = path.read_bytes()
    except OSError as error:
        checks.hold("file_readable", False, f"the file cannot be read: {error.strerror}", path.name)
        return checks.report(path, KIND)
    document = checks.attempt("document_readable", "a signed document", read_document, data, "exam.response-matrix")
    if document is not None:
        checks.extend(check_signatures(document, trust, {"authority"}))
        checks.attempt("body_complete", "every field is there", _check_body, document, checks)
    return checks.report(path, KIND)


def _check_body(document: Document, checks: Checklist) -> None:
    fields = Fields(document.body, "matrix")
    sizes = {one.text("form", 80): len(one.many("items", 1000)) for one in fields.many("forms", 1000)}
    persons = fields.many("persons", 200_000)
    lengths = [(one.text("form", 80), len(one.values("answers", 1000))) for one in persons]
    wrong = [(f"person {at}", "another number of answers than items") for at, (form, size) in enumerate(lengths, 1)
             if sizes.get(form) != size]  # fmt: skip
    checks.each("answers_complete", wrong[:20], f"{len(persons)} persons, {len(sizes)} forms")
    named = [
        (f"person {at}", f"the fields {sorted(set(one) - PERSON_FIELDS)} may name somebody")
        for at, one in enumerate(document.body["persons"], 1)
        if set(one) - PERSON_FIELDS
    ]
    strange = sorted(set(document.body) - BODY_FIELDS)
    named += [("matrix", f"unexpected fields {strange}")] if strange else []
    checks.each("pseudonymous", named[:20], "no name, ticket, seat or session")
