"""Checks what the bank keeps against what cannot be edited with it: item digests, sealed files, the audit chain.

For the daily check and any auditor. It reads only; every record that does not hold is named.
"""

from collections.abc import Iterator

from examserver.kernel.audit import AuditEvent, verify_chain
from examserver.kernel.checks import Check
from examserver.kernel.documents import check_signatures, read_document
from examserver.kernel.errors import ExamError
from examserver.plumbing.audit_store import read_events
from examserver.plumbing.trust import trust_of
from examserver.plumbing.work import Work
from itembank.items.content import content_digest, read_content
from itembank.papers.actions import paper_vault
from itembank.papers.destruction import KEYS, PACKAGE
from itembank.papers.retention.actions import DESTROYED
from itembank.papers.tables import PaperRow, all_item_versions, all_papers, ceremonies_of, destructions_of
from itembank.papers.verify import verify_key_package, verify_package


def fsck(work: Work) -> list[Check]:
    """Audit chain, every item version, every sealed paper."""
    events = list(read_events(work.session, work.role))
    sealings = {event.subject: event for event in events if event.action in ("paper.sealed", "paper.resealed")}
    destroyed = {event.subject for event in events if event.action == "paper.destroyed"}
    checks = verify_chain(events)
    items = list(_item_faults(work))
    checks += items or [Check("item_content", True, "every item version has the content it is named by")]
    for row in all_papers(work.session):
        if row.state == DESTROYED or row.id in destroyed:
            checks += _gone_checks(work, row, row.id in destroyed)
        else:
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


def _gone_checks(work: Work, row: PaperRow, recorded: bool) -> Iterator[Check]:
    """A destroyed paper: said by an act on record, its signed record whole, none of its files and keys left."""
    place = f"paper {row.id} {row.title}"
    yield Check("paper_recorded", recorded and row.state == DESTROYED, f"its state is {row.state}", place)
    done = [one for one in destructions_of(work.session, row.id) if one.record is not None]
    yield Check("destruction_recorded", len(done) == 1, f"{len(done)} signed records of its destruction", place)
    for one in done:
        document = read_document(one.record or b"")
        yield from (check for check in check_signatures(document, trust_of(work), {"bank"}) if not check.ok)
        names = [str(each["name"]) for each in document.body["material"] if each["kind"] in (PACKAGE, KEYS)]
        left = [name for name in names if paper_vault(work.runtime).path(name).exists()]
        yield Check(
            "really_gone", not left, f"still there: {', '.join(left)}" if left else f"{len(names)} files", place
        )
    keys = [one.id for one in ceremonies_of(work.session, row.id) if one.sealed_key is not None]
    yield Check("really_gone", not keys, f"ceremony keys left: {', '.join(keys)}" if keys else "no key left", place)


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
