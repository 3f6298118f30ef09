"""Decides what a sitting record says to grading: whose sessions there are, and the answers sealed inside.

For: grading runs, and whoever recomputes them. Source: `examserver/docs/formats.md`, "Sitting record". Opening one
session recomputes its digests and response chain; a session that differs from what the hall signed is never graded.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from examserver.grading.scoring import Value
from examserver.kernel.archive import read_archive
from examserver.kernel.canonical import digest, digest_of, encode, raw_digest
from examserver.kernel.crypto.keys import SealingKey
from examserver.kernel.crypto.seal import open_bytes, open_with
from examserver.kernel.documents import Document, NotADocument, read_document
from examserver.kernel.errors import Broken, Json
from examserver.kernel.fields import Fields, parse_json

RECORD_TYPE = "exam.sitting-record"
RECORD_NAME = "record.json"
EXAMINED = frozenset({"submitted", "closed"})
LONGEST_PAUSE_MS = 600_000
SIGNERS = frozenset({"hall", "chief_invigilator", "quality_supervisor"})


class SessionAltered(Broken):
    code = "record.session_altered"
    message_zh = "场次记录中考生会话 {session}（准考证 {ticket}）与签名内容不符：{reason_zh}。"
    message_en = "Session {session} (ticket {ticket}) differs from what was signed: {reason_en}."
    next_zh = "请停止评分，重新向考场索取记录并通知监督人员。"
    next_en = "Stop grading, fetch the record from the hall again and tell the supervisors."


@dataclass(frozen=True)
class SessionLine:
    """One session as the signed body lists it."""

    session: str
    candidate: str
    ticket: str
    seat: str
    form: str
    state: str
    steps: int
    head: str
    closed_digest: str
    cipher_digest: str

    @property
    def examined(self) -> bool:
        """Whether the candidate sat the exam: somebody turned away or never admitted has no result."""
        return self.state in EXAMINED or self.steps > 0


@dataclass(frozen=True)
class SittingRecord:
    """A parsed sitting record, its sessions still sealed; `digest` is that of the file."""

    digest: str
    document: Document
    sitting: str
    order_digest: str
    manifests: tuple[str, ...]
    wrapped_key: bytes
    merkle_root: str
    sessions: tuple[SessionLine, ...]
    absent: tuple[str, ...]
    sealed: dict[str, bytes]


@dataclass(frozen=True)
class Answered:
    """The step that set an item's answer for the last time."""

    seq: int
    hash: str
    received_ms: int
    late: bool
    value: Value


@dataclass(frozen=True)
class OpenedSession:
    """The final answers of one session, by item, and how many milliseconds went by before each item's steps."""

    line: SessionLine
    answers: dict[str, Answered]
    spent: dict[str, int] = field(default_factory=dict)


def read_record(data: bytes) -> SittingRecord:
    """The record in a file's bytes, signatures unchecked; raises MalformedArchive, NotADocument or MalformedField."""
    entries = read_archive(data)
    if RECORD_NAME not in entries:
        raise NotADocument(reason=f"there is no {RECORD_NAME}")
    document = read_document(entries[RECORD_NAME], RECORD_TYPE)
    fields = Fields(document.body, "record")
    return SittingRecord(
        digest=digest(data),
        document=document,
        sitting=fields.text("sitting", 40),
        order_digest=fields.digest("order_digest"),
        manifests=tuple(fields.texts("manifests", 100)),
        wrapped_key=fields.binary("wrapped_key"),
        merkle_root=fields.digest("merkle_root"),
        sessions=tuple(_line(one) for one in fields.many("sessions", 20_000)),
        absent=tuple(fields.texts("absent", 20_000)),
        sealed={name: content for name, content in entries.items() if name != RECORD_NAME},
    )


def _line(one: Fields) -> SessionLine:
    return SessionLine(
        session=one.text("session", 40),
        candidate=one.text("candidate", 40),
        ticket=one.text("ticket", 40),
        seat=one.text("seat", 8),
        form=one.text("form", 80),
        state=one.text("state", 40),
        steps=one.integer("steps"),
        head=one.digest("head"),
        closed_digest=one.digest("closed_digest"),
        cipher_digest=one.digest("cipher_digest"),
    )


def open_record_key(record: SittingRecord, grading_key: SealingKey) -> bytes:
    """The key of the record's sessions; raises CannotOpen."""
    info = encode({"sitting": record.sitting}, "exam.record-info", 1)
    return open_with(grading_key, record.wrapped_key, info, f"key of sitting record {record.sitting}")


def open_session(record: SittingRecord, record_key: bytes, line: SessionLine) -> OpenedSession:
    """One session with its final answers; raises SessionAltered or CannotOpen unless it is exactly what was signed."""
    sealed = record.sealed.get(f"sessions/{line.session}.bin")
    if sealed is None or digest(sealed) != line.cipher_digest:
        raise _altered(line, "密文缺失或摘要不同", "its ciphertext is missing or has another digest")
    aad = encode({"sitting": record.sitting, "session": line.session}, "exam.session-aad", 1)
    document = parse_json(open_bytes(record_key, sealed, aad, f"session {line.session}"), f"session {line.session}")
    fields = Fields(document, "session")
    entries, header = fields.values("entries", 1_000_000), fields.any("header")
    _require_closed(line, document, entries)
    steps = list(replay(line, header, entries))
    return OpenedSession(line, final_answers(steps), time_spent(entries))


def _require_closed(line: SessionLine, document: Json, entries: list[Json]) -> None:
    """Raise SessionAltered unless the opened session has the closed digest the hall signed."""
    closed = {
        "session": line.session,
        "steps": len(entries),
        "head": line.head,
        "entries_digest": digest_of(entries, "exam.session-entries", 1),
        "submitted_ms": document.get("submitted_ms"),
        "closed_ms": document.get("closed_ms"),
    }
    if digest_of(closed, "exam.session-closed", 1) != line.closed_digest or len(entries) != line.steps:
        raise _altered(line, "答题步骤与结束声明不符", "its steps are not those of its closing statement")


def replay(line: SessionLine, header: Json, entries: Sequence[Json]) -> Iterator[tuple[str, Json, Json]]:
    """Yield (hash, step, entry) along the response chain; raises SessionAltered where a link does not hold."""
    head = hashlib.sha256(encode(header, "exam.session", 1)).digest()
    named = tuple(header.get(name) for name in ("session", "ticket", "form"))
    if (header or entries) and named != (line.session, line.ticket, line.form):
        raise _altered(line, "会话头与名册不符", "its header names another session, ticket or form")
    for number, entry in enumerate(entries, start=1):
        step = Fields(entry, f"entry {number}").any("step")
        if Fields(step, f"step {number}").integer("seq") != number or raw_digest(step["prev"]) != head:
            raise _altered(line, f"第{number}步不连续", f"step {number} does not follow the one before")
        head = hashlib.sha256(head + encode(step, "exam.step", 1)).digest()
        yield f"sha256:{head.hex()}", step, entry
    if f"sha256:{head.hex()}" != line.head:
        raise _altered(line, "链尾不符", "its chain ends elsewhere")


def final_answers(steps: Sequence[tuple[str, Json, Json]]) -> dict[str, Answered]:
    """The last answer of each item with the step that gave it; a cleared answer counts as the last one too."""
    answers: dict[str, Answered] = {}
    for hashed, step, entry in steps:
        if step.get("kind") == "answer":
            value = step.get("value")
            answers[str(step.get("item"))] = Answered(
                seq=step["seq"],
                hash=hashed,
                received_ms=Fields(entry, "entry").integer("received_ms"),
                late=bool(entry.get("late")),
                value=tuple(value) if isinstance(value, list) else value,
            )
    return answers


def time_spent(entries: Sequence[Json]) -> dict[str, int]:
    """Milliseconds per item: what went by between one step and the next counts for the item of the next.

    A pause beyond ten minutes counts as ten; the first step tells nothing, since reading began at an unknown moment.
    """
    spent: dict[str, int] = {}
    for before, after in pairwise(entries):
        item = str(after["step"].get("item"))
        elapsed = int(after["received_ms"]) - int(before["received_ms"])
        spent[item] = spent.get(item, 0) + min(max(elapsed, 0), LONGEST_PAUSE_MS)
    return spent


def _altered(line: SessionLine, reason_zh: str, reason_en: str) -> SessionAltered:
    return SessionAltered(session=line.session, ticket=line.ticket, reason_zh=reason_zh, reason_en=reason_en)
