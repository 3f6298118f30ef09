"""What can be done with a sitting: import its order and papers, open admission, start, close.

Order and packages are verified before anything is stored: signature by a trusted key, digests, this hall, dates.
Starting is idempotent: the second press, or a second console, changes nothing and answers the same.
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from examserver.hall.console.cards import sitting_facts
from examserver.hall.live.sockets import tell_seats, tell_start
from examserver.hall.live.store import HallLive, hall_live
from examserver.hall.roster import ORDER_TYPE, Order, OrderForAnotherHall, read_order
from examserver.hall.sitting import check_gates, gates_of
from examserver.hall.tables import (
    FormRow,
    PaperRow,
    SeatRow,
    SessionEventRow,
    SessionRow,
    SittingRow,
    load_sitting,
    sessions_of,
)
from examserver.kernel.archive import read_archive
from examserver.kernel.canonical import digest
from examserver.kernel.checks import Check
from examserver.kernel.documents import read_document, require_signatures
from examserver.kernel.errors import Broken, Refused
from examserver.plumbing.files import Vault
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.trust import trust_of
from examserver.plumbing.work import Work
from examserver.responses.steps import session_header
from itembank.papers.manifest import MANIFEST_NAME, MANIFEST_TYPE, Manifest, read_manifest


class OrderDiffers(Refused):
    """Another order for the same sitting is already in use."""

    code = "order.differs"
    message_zh = "该场次已导入另一份指令，且已开始签到"
    message_en = "Another order of this sitting is in use already and admission has begun"
    next_zh = "请联系主管部门核实"
    next_en = "Ask the authority which order is valid"


class PackageUnwanted(Refused):
    """No imported order names this package."""

    code = "paper.unwanted"
    message_zh = "没有场次使用这个试卷包，或清单摘要与指令不符"
    message_en = "No sitting here uses this package, or its manifest is not the one in the order"
    next_zh = "请先导入场次指令，并核对试卷包"
    next_en = "Import the sitting order first and check which package it names"


class PackageExpired(Refused):
    """The package is past its last day."""

    code = "paper.expired"
    message_zh = "试卷包已过有效期"
    message_en = "The package has expired"
    next_zh = "请主管部门重新封装"
    next_en = "Ask for a freshly sealed package"


class PackageSuperseded(Refused):
    """The paper was re-sealed for other custodians; this hall knows the newer manifest."""

    code = "paper.superseded"
    message_zh = "这份试卷包已被重新密封的试卷包取代，不能再使用"
    message_en = "This package was superseded by a re-sealed one and must not be used"
    next_zh = "请使用新的试卷包，并核对场次指令"
    next_en = "Use the newer package, and check the sitting order"


class PackageInUse(Refused):
    """A sitting has been released with the package that the new one would replace."""

    code = "paper.in_use"
    message_zh = "已有场次用原试卷包启封且尚未结束，现在不能换包"
    message_en = "A sitting released with the earlier package is not over; the package cannot be changed now"
    next_zh = "请在该场次结束后再导入新的试卷包"
    next_en = "Import the new package when that sitting is over"


class PackageAltered(Broken):
    """A part of the package is missing, foreign or altered."""

    code = "paper.altered"
    message_zh = "试卷包已被改动：{what}"
    message_en = "The package was altered: {what}"
    next_zh = "请启用备用卷或重新取得试卷包，并报告主管部门"
    next_en = "Use the reserve form or fetch the package again, and report it"


class SittingOver(Refused):
    """The sitting is closed."""

    code = "sitting.closed"
    message_zh = "本场考试已结束"
    message_en = "The sitting is closed"
    next_zh = "请进行收卷和移交"
    next_en = "Go on to collecting and hand-over"


def vault(runtime: RoleRuntime) -> Vault:
    """Where the hall keeps ciphertexts, under their own digests."""
    return Vault(runtime.files / "papers")


def import_order(work: Work, data: bytes) -> SittingRow:
    """Verify and store a sitting order; the same order again changes nothing."""
    document = read_document(data, ORDER_TYPE)
    require_signatures(document, trust_of(work), {"authority"})
    order = read_order(document.body)
    own = work.runtime.keys.signing.id
    if order.hall_key != own:
        raise OrderForAnotherHall(hall_key=order.hall_key)
    known = work.session.get(SittingRow, order.sitting)
    if known is not None and known.order_digest == digest(data):
        return known
    if known is not None:
        _replace(work, known)
    row = SittingRow(
        id=order.sitting, order_file=data, order_digest=digest(data), starts_ms=order.schedule.starts_ms,
        last_lease=known.last_lease if known else 0, imported_ms=work.now_ms,
    )  # fmt: skip
    work.session.add(row)
    for place in order.places:
        work.session.add(
            SeatRow(sitting=row.id, seat=place.seat, row=place.row, column=place.column, spare=place.spare)
        )
    work.record("order.imported", row.id, digest=row.order_digest, candidates=len(order.entrants))
    hall = hall_live(work.runtime)
    work.after_commit(lambda: _refreshed(hall, row.id))
    return row


def _refreshed(hall: HallLive, sitting: str) -> None:
    hall.refresh(sitting)


def _replace(work: Work, known: SittingRow) -> None:
    """Make way for a corrected order while nobody has been admitted."""
    if known.opened_ms is not None:
        raise OrderDiffers()
    for seat in work.session.scalars(select(SeatRow).where(SeatRow.sitting == known.id)):
        work.session.delete(seat)
    work.session.delete(known)
    work.session.flush()
    work.record("order.replaced", known.id, digest=known.order_digest)


def import_paper(work: Work, data: bytes) -> tuple[Manifest, list[Check]]:
    """Verify and store a sealed package; raises what is wrong, and the attempt stays recorded."""
    work.attempt("paper.import_attempted", digest(data), size=len(data))
    entries = read_archive(data)
    document = read_document(entries.get(MANIFEST_NAME, b""), MANIFEST_TYPE)
    require_signatures(document, trust_of(work), {"bank"})
    manifest = read_manifest(entries[MANIFEST_NAME])
    _check_wanted(work.session, manifest, work.now_ms)
    _check_parts(manifest, entries)
    known = work.session.get(PaperRow, manifest.paper)
    if known is None:
        _store_paper(work, manifest, entries)
    elif known.manifest_digest != manifest.digest:
        _replace_paper(work, known, manifest, entries[MANIFEST_NAME])
    return manifest, [
        Check("signature", True, "signed by a trusted bank"),
        Check("order", True, "named by an order of this hall"),
        Check("digests", True, f"{len(manifest.forms)} forms as in the manifest"),
    ]


def _replace_paper(work: Work, known: PaperRow, manifest: Manifest, file: bytes) -> None:
    """Take a re-sealed manifest in place of the one it supersedes: the forms stay byte for byte."""
    held = read_manifest(known.manifest)
    if manifest.digest in held.lineage:
        raise PackageSuperseded()
    same = [(form.form, form.cipher_digest) for form in held.forms]
    if held.digest not in manifest.lineage or same != [(form.form, form.cipher_digest) for form in manifest.forms]:
        raise PackageUnwanted(paper=manifest.paper)
    for row in work.session.scalars(select(SittingRow)):
        named = (held.paper, held.digest) in {(one.paper, one.manifest_digest) for one in order_of(row).papers}
        if named and row.released_ms is not None and row.closed_ms is None:
            raise PackageInUse()
    known.manifest, known.manifest_digest, known.imported_ms = file, manifest.digest, work.now_ms
    work.record("paper.replaced", manifest.paper, manifest_digest=manifest.digest, supersedes=held.digest)
    hall = hall_live(work.runtime)
    work.after_commit(hall.load_all)


def _check_wanted(session: Session, manifest: Manifest, now_ms: int) -> None:
    wanted = {
        (paper.paper, paper.manifest_digest)
        for order in session.scalars(select(SittingRow.order_file))
        for paper in read_order(read_document(order).body).papers
    }
    if (manifest.paper, manifest.digest) not in wanted:
        raise PackageUnwanted(paper=manifest.paper)
    if now_ms >= manifest.expires_ms:
        raise PackageExpired()


def _check_parts(manifest: Manifest, entries: dict[str, bytes]) -> None:
    expected = {MANIFEST_NAME, *(form.entry for form in manifest.forms)}
    if set(entries) != expected:
        raise PackageAltered(what=", ".join(sorted(set(entries) ^ expected)))
    for form in manifest.forms:
        if digest(entries[form.entry]) != form.cipher_digest:
            raise PackageAltered(what=form.entry)


def _store_paper(work: Work, manifest: Manifest, entries: dict[str, bytes]) -> None:
    store = vault(work.runtime)
    for form in manifest.forms:
        store.put(entries[form.entry])
        work.session.add(
            FormRow(
                paper=manifest.paper, form=form.form, cipher_digest=form.cipher_digest,
                cipher_size=form.cipher_size, items=form.items,
            )
        )  # fmt: skip
    work.session.add(
        PaperRow(
            id=manifest.paper, manifest=entries[MANIFEST_NAME], manifest_digest=manifest.digest,
            title=manifest.title, imported_ms=work.now_ms,
        )
    )  # fmt: skip
    work.record("paper.imported", manifest.paper, manifest_digest=manifest.digest, forms=len(manifest.forms))
    hall = hall_live(work.runtime)
    work.after_commit(hall.load_all)


def open_admission(work: Work, sitting_id: str) -> None:
    """Let candidates check in; again: changes nothing."""
    row = load_sitting(work.session, sitting_id)
    hall = hall_live(work.runtime)
    live = hall.sittings[sitting_id]
    if row.closed_ms is not None:
        raise SittingOver()
    if row.opened_ms is not None:
        return
    check_gates("open", gates_of(sitting_facts(hall, live, work.now_ms)))
    row.opened_ms = work.now_ms
    work.record("sitting.opened", sitting_id)
    work.after_commit(lambda: tell_seats(hall, hall.refresh(sitting_id)))


def start_sitting(work: Work, sitting_id: str) -> None:
    """Start: every ready session gets its header, its chain and its key; again: changes nothing."""
    row = load_sitting(work.session, sitting_id)
    if row.started_ms is not None:
        return
    if row.closed_ms is not None:
        raise SittingOver()
    hall = hall_live(work.runtime)
    live = hall.sittings[sitting_id]
    check_gates("start", gates_of(sitting_facts(hall, live, work.now_ms)))
    row.started_ms = work.now_ms
    begun = [one for one in sessions_of(work.session, sitting_id) if may_begin(one)]
    for one in begun:
        begin(work, row, one, work.now_ms)
    work.record("sitting.started", sitting_id, sessions=len(begun))
    work.after_commit(lambda: _started(hall, sitting_id))


def _started(hall: HallLive, sitting_id: str) -> None:
    live = hall.refresh(sitting_id)
    begun = [one for one in live.sessions.values() if one.row.header is not None and one.row.closed_ms is None]
    tell_start(hall, live, begun)


def may_begin(row: SessionRow) -> bool:
    """Say whether a session is ready and not over."""
    over = row.refused_ms is not None or row.closed_ms is not None or row.submitted_ms is not None
    return row.admitted_ms is not None and row.ready_ms is not None and not over


def begin(work: Work, sitting: SittingRow, row: SessionRow, at_ms: int) -> None:
    """Give a session its header: from here on it has a chain and a clock."""
    if sitting.started_ms is None or row.header is not None:
        return
    row.header = session_header(row.id, row.sitting, row.ticket, row.form, row.paper, sitting.started_ms)
    row.entered_ms = at_ms
    note(work, row.id, "begun", at_ms, late_entry=at_ms > sitting.started_ms)


def note(work: Work, session_id: str, kind: str, at_ms: int, **facts: Any) -> None:
    """Append an event to a session's own story."""
    work.session.add(SessionEventRow(session=session_id, at_ms=at_ms, kind=kind, by=work.actor.id, facts=facts))


def order_of(row: SittingRow) -> Order:
    """Read the sitting's order."""
    return read_order(read_document(row.order_file).body)
