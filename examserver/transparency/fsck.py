"""Checks the whole authority database against what cannot be edited with it: published files, signed records, keys.

Each slice that keeps evidence gives `fsck(work) -> list[Check]` in a module of that name; this one adds the log and
the audit chain, and runs them all. It reads only.
"""

import importlib
import importlib.util

from examserver.kernel.audit import verify_chain
from examserver.kernel.checks import Check
from examserver.kernel.crypto.keys import verify_signature
from examserver.kernel.documents import Document, read_document
from examserver.kernel.errors import ExamError
from examserver.kernel.fields import Fields
from examserver.plumbing.audit_store import read_events
from examserver.plumbing.work import Work
from examserver.transparency.store import audit_head_file, log_folder, published_checkpoints, published_entries
from examserver.transparency.tables import all_checkpoints, leaf_rows
from examserver.transparency.tiles import LeafAltered
from examserver.transparency.tree import StoredLeaf, check_log

SLICES = ("examserver.planning", "examserver.grading", "examserver.certification")


def _published(work: Work, names: list[str]) -> list[bytes | None]:
    size = max((int(name) for name in names if name.isdigit()), default=0)
    try:
        return published_entries(log_folder(work.runtime.files), size)
    except LeafAltered:
        return [None] * size


def check_log_of(work: Work) -> list[Check]:
    """The log's rows against its published files and signed checkpoints."""
    rows = [StoredLeaf(row[0], row[1], row[2], row[3].encode(), row[4]) for row in leaf_rows(work.session)]
    row_texts = [(f"{row.size:012}", row.text) for row in all_checkpoints(work.session)]
    file_texts = published_checkpoints(log_folder(work.runtime.files))
    published = _published(work, [name for name, _ in file_texts])
    return check_log(rows, row_texts, published, file_texts, work.runtime.keys.signing.public_raw)


def _anchored(work: Work, document: Document) -> tuple[int, str] | None:
    """Count and head of the audit as last published, when our own key signed them."""
    key = work.runtime.keys.signing.public_raw
    if not any(verify_signature(key, one.value, document.signed_bytes(one)) for one in document.signatures):
        return None
    fields = Fields(document.body, "audit")
    return fields.integer("count"), fields.text("head", 80)


def check_audit(work: Work) -> list[Check]:
    """The audit chain in itself, and against the head that was signed with the last checkpoint."""
    checks = verify_chain(read_events(work.session, work.role))
    data = audit_head_file(log_folder(work.runtime.files))
    if data is None:
        return checks
    place = "audit head of the last publication"
    try:
        anchor = _anchored(work, read_document(data, "exam.audit-head"))
    except ExamError as error:
        return [*checks, Check("audit_anchor", False, error.text("en"), place)]
    if anchor is None:
        return [*checks, Check("audit_anchor", False, "its signature is not this authority's", place)]
    count, head = anchor
    found = next((event.digest for event in read_events(work.session, work.role) if event.seq == count), None)
    holds = found == head or count == 0
    detail = f"event {count} has digest {head}" if holds else f"event {count} is {found}, published was {head}"
    return [*checks, Check("audit_anchor", holds, detail, place)]


def _slice_checks(work: Work, module: str) -> list[Check]:
    """The checks of one slice; rows edited beyond reading are a failed check, not the end of all others."""
    name = module.split(".")[1]
    try:
        found: list[Check] = importlib.import_module(module).fsck(work)
    except ExamError as error:
        return [Check(f"{name}_readable", False, f"{error.text('zh')} / {error.text('en')}", name)]
    except Exception as error:  # noqa: BLE001 - whatever somebody wrote into the rows must end in the report
        return [Check(f"{name}_readable", False, f"its rows cannot be read: {type(error).__name__} {error}", name)]
    return found


def check_authority(work: Work) -> list[Check]:
    """Log, audit chain, then every slice's own evidence."""
    checks = [*check_log_of(work), *check_audit(work)]
    for name in SLICES:
        if importlib.util.find_spec(f"{name}.fsck") is not None:
            checks += _slice_checks(work, f"{name}.fsck")
    return checks
