"""Checks what the bank keeps against what cannot be edited with it: item digests, sealed files, the audit chain.

For the daily check and any auditor. It reads only; every record that does not hold is named.
"""

from collections.abc import Iterator

from examserver.kernel.audit import AuditEvent, verify_chain
from examserver.kernel.checks import Check
from examserver.kernel.errors import ExamError
from examserver.plumbing.audit_store import read_events
from examserver.plumbing.trust import trust_of
from examserver.plumbing.work import Work
from itembank.items.content import content_digest, read_content
from itembank.papers.actions import paper_vault
from itembank.papers.tables import PaperRow, all_item_versions, all_papers
from itembank.papers.verify import verify_key_package, verify_package


def fsck(work: Work) -> list[Check]:
    """Audit chain, every item version, every sealed paper."""
    events = list(read_events(work.session, work.role))
    sealings = {event.subject: event for event in events if event.action == "paper.sealed"}
    checks = verify_chain(events)
    items = list(_item_faults(work))
    checks += items or [Check("item_content", True, "every item version has the content it is named by")]
    for row in all_papers(work.session):
        checks += _paper_checks(work, row, sealings.get(row.id))
    known = {row.id for row in all_papers(work.session)}
    checks += [
        Check("paper_kept", False, "it was sealed, but its row is gone", f"paper {paper} sealed at {event.at_ms}")
        for paper, event in sealings.items()
        if paper not in known
    ]
    return checks


def _item_faults(work: Work) -> Iterator[Check]:
    for row in all_item_versions(work.session):
        place = f"item version {row.id} ({row.content.get('code', '?')} version {row.version}, made {row.created_ms})"
        try:
            found = content_digest(read_content(row.content))
        except ExamError as error:
            yield Check("item_content", False, error.text("en"), place)
            continue
        if found != row.digest:
            yield Check("item_content", False, f"its content has digest {found}, it is named by {row.digest}", place)


def _paper_checks(work: Work, row: PaperRow, sealing: AuditEvent | None) -> list[Check]:
    """A sealed paper's row against the record of its sealing, its files against the row, then the files themselves."""
    place = f"paper {row.id} {row.title}"
    if row.state != "sealed":
        return [Check("paper_state", sealing is None, f"its state is {row.state}", place)]
    if sealing is None:
        return [Check("paper_recorded", False, "it is said to be sealed, but no act on record sealed it", place)]
    said = {"manifest": row.manifest_digest, "package": row.package_digest, "keys": row.keys_digest}
    checks = [
        Check(
            "paper_recorded", sealing.facts.get(name) == value, f"{name} {value} as recorded at {sealing.at_ms}", place
        )
        for name, value in said.items()
    ]
    for name, verify in (("package", verify_package), ("keys", verify_key_package)):
        wanted = said[name] or ""
        file = _file_check(work, wanted, f"{place} {name}")
        checks.append(file)
        if file.ok:
            report = verify(paper_vault(work.runtime).path(wanted), trust_of(work), None)
            checks += [check for check in report.checks if not check.ok]
    return checks


def _file_check(work: Work, wanted: str, place: str) -> Check:
    try:
        paper_vault(work.runtime).get(wanted)
    except ExamError as error:
        return Check("paper_file", False, error.text("en"), place)
    return Check("paper_file", True, f"digest {wanted}", place)
