"""Handing over: build the sitting record in a job, countersign it, give it out as one file.

Building twice changes nothing: the first complete record stays.  Everything in it is read from the rows and the step
log, never from memory.
"""

from typing import Any

from sqlalchemy import select

from examserver.hall.closing.actions import receipt_view
from examserver.hall.closing.closed import entries_digest as closed_entries
from examserver.hall.handover.record import (
    RECORD_NAME,
    RECORD_TYPE,
    VERSION,
    Closing,
    entry_name,
    merkle_root,
    seal_session,
    session_entry,
    wrap_key,
)
from examserver.hall.handover.signing import countersigned, role_to_sign
from examserver.hall.handover.staff_keys.actions import Holder
from examserver.hall.live.store import hall_live
from examserver.hall.roster import Order
from examserver.hall.sittings.actions import order_of
from examserver.hall.tables import (
    CreditRow,
    IncidentRow,
    MoveRow,
    OutageRow,
    RecordRow,
    ReleaseRow,
    SessionEventRow,
    SessionRow,
    SittingRow,
    load_sitting,
    sessions_of,
)
from examserver.kernel.access import system_actor
from examserver.kernel.archive import write_archive
from examserver.kernel.canonical import digest
from examserver.kernel.crypto.seal import new_key
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.documents import (
    Trust,
    TrustedKey,
    add_signature,
    read_document,
    require_signatures,
    sign_document,
)
from examserver.kernel.errors import Broken, Json, Missing, Refused
from examserver.plumbing.audit_store import audit_head
from examserver.plumbing.files import Vault
from examserver.plumbing.jobs import Progress, enqueue, job, load_job
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.work import Work, open_work
from examserver.responses.receipt import RECEIPT_TYPE
from examserver.responses.steps import first_hash, hash_text, next_hash
from examserver.responses.tables import load_entries
from proctor.segments.actions import close_recordings, recordings_of, timeline_of

CLERK = system_actor("hall-record")


class NotClosed(Refused):
    """The sitting is not closed."""

    code = "record.not_closed"
    message_zh = "本场考试尚未收卷完毕，不能移交"
    message_en = "The sitting is not collected yet"
    next_zh = "请先收卷"
    next_en = "Collect first"


class SessionAltered(Broken):
    """The log no longer holds what the session's signed receipt says."""

    code = "handover.session_altered"
    message_zh = "会话 {session} 的作答记录与收卷时签发的回执不一致：记录 {steps} 步，回执 {receipt_steps} 步"
    message_en = "Session {session} is not what its receipt says: {steps} steps in the log, {receipt_steps} signed"
    next_zh = "请停止移交，运行 exam hall fsck 并通知监督人员"
    next_en = "Stop the hand-over, run exam hall fsck and tell the supervisors"


class NoRecord(Missing):
    """There is no record yet."""

    code = "record.not_built"
    message_zh = "场次记录尚未生成"
    message_en = "The sitting record has not been built"
    next_zh = "请先移交，等待生成完成"
    next_en = "Hand over first and wait for the job"


def hand_over(work: Work, sitting_id: str) -> str:
    """Queue the building of the record; again: the same job, or a new one where it failed."""
    row = load_sitting(work.session, sitting_id)
    if row.closed_ms is None:
        raise NotClosed()
    if row.record_job is None or load_job(work, row.record_job).state == "failed":
        row.record_job = enqueue(work, "build_record", {"sitting": sitting_id})
        work.record("record.requested", sitting_id, job=row.record_job)
        work.after_commit(lambda: _refresh(work.runtime, sitting_id))
    return row.record_job


def _refresh(runtime: RoleRuntime, sitting_id: str) -> None:
    hall_live(runtime).refresh(sitting_id)


@job("build_record", role="hall")
def build_record(runtime: RoleRuntime, payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Build, seal and sign the record of a closed sitting."""
    sitting_id = payload["sitting"]
    with open_work(runtime, CLERK, write=False) as work:
        known = work.session.get(RecordRow, sitting_id)
        if known is not None:
            return {"sitting": sitting_id, "record": digest(known.document)}
        row = load_sitting(work.session, sitting_id)
        order = order_of(row)
        rows = sessions_of(work.session, sitting_id)
        closings = []
        for at, one in enumerate(rows):
            closings.append(_closing(work, one))
            progress(5 + 60 * at // max(1, len(rows)), f"读取作答记录 {at + 1}/{len(rows)}")
    record_key = new_key()
    sealed = {one.session: seal_session(record_key, sitting_id, one) for one in closings}
    progress(70, "写入密封文件")
    for data in sealed.values():
        sealed_vault(runtime).put(data)
    progress(85, "封存视频清单")
    close_recordings(runtime, CLERK, sitting_id)
    progress(90, "签名")
    with open_work(runtime, CLERK) as work:
        first = work.session.get(RecordRow, sitting_id)
        if first is not None:
            return {"sitting": sitting_id, "record": digest(first.document)}
        sessions = [session_entry(one, sealed[one.session]) for one in closings]
        body = _body(work, order, sessions)
        body |= {
            "wrapped_key": wrap_key(record_key, order.grading_key, sitting_id),
            "merkle_root": merkle_root(closings),
        }
        document = sign_document(body, RECORD_TYPE, VERSION, [Signer("hall", order.room, runtime.keys.signing)])
        work.session.add(RecordRow(sitting=sitting_id, document=document, built_ms=work.now_ms))
        load_sitting(work.session, sitting_id).recorded_ms = work.now_ms
        work.record("record.built", sitting_id, digest=digest(document), merkle_root=body["merkle_root"])
        work.after_commit(lambda: _refresh(runtime, sitting_id))
    return {"sitting": sitting_id, "record": digest(document)}


def sealed_vault(runtime: RoleRuntime) -> Vault:
    """Where sealed sessions lie, by digest: a second builder can't replace what the first record names."""
    return Vault(runtime.files / "records")


def _closing(work: Work, row: SessionRow) -> Closing:
    header = row.header or {}
    first = first_hash(header)
    entries = list(load_entries(work.session.connection(), row.id, first))
    events = work.session.scalars(
        select(SessionEventRow).where(SessionEventRow.session == row.id).order_by(SessionEventRow.n)
    )
    closing = Closing(
        session=row.id,
        candidate=row.candidate,
        ticket=row.ticket,
        seat=row.seat,
        form=row.form,
        state=_state(row),
        header=header,
        entries=[entry.body() for entry in entries],
        head=hash_text(entries[-1].head if entries else first),
        events=[{"at_ms": one.at_ms, "kind": one.kind, "by": one.by, "facts": one.facts} for one in events],
        submitted_ms=row.submitted_ms,
        closed_ms=row.closed_ms or 0,
    )
    _check_receipt(work, row, closing)
    return closing


def _chained(header: Json, entries: list[Json]) -> str:
    """The head the steps really have, whatever heads are stored beside them."""
    last = first_hash(header)
    for entry in entries:
        last = next_hash(last, entry["step"])
    return hash_text(last)


def _check_receipt(work: Work, row: SessionRow, closing: Closing) -> None:
    """Raise SessionAltered unless receipt and row of the close name these very steps and their head."""
    document = read_document(receipt_view(row).document.encode(), RECEIPT_TYPE)
    hall = TrustedKey("hall", "hall", work.runtime.keys.signing.public_raw)
    require_signatures(document, Trust((hall,)), {"hall"})
    said = document.body
    found = (row.id, len(closing.entries), _chained(closing.header, closing.entries))
    if found != (said["session"], said["steps"], said["head"]) or row.entries_digest != closed_entries(closing.entries):
        raise SessionAltered(session=row.id, steps=len(closing.entries), receipt_steps=said["steps"])


def _state(row: SessionRow) -> str:
    if row.submitted_ms is not None:
        return "submitted"
    if row.refused_ms is not None:
        return "refused"
    return "closed" if row.entered_ms is not None else "not_started"


def _body(work: Work, order: Order, sessions: list[Json]) -> Json:
    row = load_sitting(work.session, order.sitting)
    count, head = audit_head(work.session, work.role)
    present = {one["ticket"] for one in sessions}
    return {
        "sitting": row.id,
        "order_digest": row.order_digest,
        "manifests": [paper.manifest_digest for paper in order.papers],
        "hall": work.runtime.keys.signing.id,
        "started_ms": row.started_ms or 0,
        "closed_ms": row.closed_ms or 0,
        "releases": _releases(work, row),
        "sessions": sessions,
        "incidents": _incidents(work, row),
        "credits": _credits(work, row),
        "moves": _moves(work, row),
        "outages": [
            {"from_ms": one.from_ms, "to_ms": one.to_ms}
            for one in work.session.scalars(
                select(OutageRow).where(OutageRow.sitting == row.id).order_by(OutageRow.from_ms)
            )
        ],
        "video": recordings(work, row.id),
        "absent": sorted(one.ticket for one in order.entrants if one.ticket not in present),
        "audit": {"count": count, "head": head},
    }


def _releases(work: Work, row: SittingRow) -> list[Json]:
    rows = work.session.scalars(select(ReleaseRow).where(ReleaseRow.sitting == row.id).order_by(ReleaseRow.at_ms))
    return [
        {
            "custodian": one.custodian, "name": one.name, "device": one.device, "at_ms": one.at_ms,
            "outcome": one.outcome, "reason": one.reason,
        }
        for one in rows
    ]  # fmt: skip


def _incidents(work: Work, row: SittingRow) -> list[Json]:
    query = select(IncidentRow).where(IncidentRow.sitting == row.id).order_by(IncidentRow.at_ms, IncidentRow.id)
    return [
        {
            "incident": one.id, "session": one.session, "seat": one.seat, "kind": one.kind, "text": one.text,
            "by": one.by, "at_ms": one.at_ms,
        }
        for one in work.session.scalars(query)
    ]  # fmt: skip


def _credits(work: Work, row: SittingRow) -> list[Json]:
    query = select(CreditRow).where(CreditRow.sitting == row.id).order_by(CreditRow.at_ms, CreditRow.session)
    found: dict[str, Json] = {}
    for one in work.session.scalars(query):
        credit = found.setdefault(
            one.credit,
            {
                "credit": one.credit, "sessions": [], "seconds": one.seconds, "reason": one.reason,
                "note": one.note, "by": one.by, "at_ms": one.at_ms,
            },
        )  # fmt: skip
        credit["sessions"].append(one.session)
    return list(found.values())


def _moves(work: Work, row: SittingRow) -> list[Json]:
    query = select(MoveRow).where(MoveRow.sitting == row.id).order_by(MoveRow.at_ms, MoveRow.id)
    return [
        {
            "session": one.session, "from_seat": one.from_seat, "to_seat": one.to_seat, "lease": one.lease,
            "at_ms": one.at_ms, "by": one.by, "reason": one.reason,
        }
        for one in work.session.scalars(query)
    ]  # fmt: skip


def recordings(work: Work, sitting_id: str) -> list[Json]:
    """Give the sitting's recordings with the heads of their manifests."""
    return [dict(one) for one in recordings_of(work, sitting_id)]


def watched(work: Work, sitting_id: str, seat: str) -> list[Json]:
    """Give the recordings of a seat and of the room with the times of their segments."""
    return [dict(one) for one in timeline_of(work, sitting_id, seat)]


def countersign(work: Work, sitting_id: str, holder: Holder) -> list[str]:
    """Sign the record with a personal key opened for it; returns the roles that have signed."""
    record = work.session.get(RecordRow, sitting_id)
    if record is None:
        raise NoRecord()
    role = role_to_sign(holder.roles, holder.name, holder.key.id, record.document)
    record.document = add_signature(record.document, Signer(role, holder.name, holder.key))
    work.record("record.countersigned", sitting_id, role=role, key=holder.key.id, digest=digest(record.document))
    signed = [one.role for one in countersigned(record.document)]
    if len(signed) == 2:
        load_sitting(work.session, sitting_id).signed_ms = work.now_ms
    work.after_commit(lambda: _refresh(work.runtime, sitting_id))
    return signed


def record_file(work: Work, sitting_id: str) -> bytes:
    """Give the record as one archive; raises NoRecord."""
    record = work.session.get(RecordRow, sitting_id)
    if record is None:
        raise NoRecord()
    entries = [(RECORD_NAME, record.document)]
    for line in read_document(record.document).body["sessions"]:
        entries.append((entry_name(line["session"]), sealed_vault(work.runtime).get(line["cipher_digest"])))
    return write_archive(entries)
