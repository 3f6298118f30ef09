"""Verifies a sitting record from its file alone, for the authority or an inspector.

Follows `examserver/docs/formats.md`, "Sessions, record, receipt", and imports nothing of the hall that makes them. With
the order beside it the roster is compared; with the grading key every answer chain is walked, step by step.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from examserver.kernel.archive import read_archive, salvage
from examserver.kernel.canonical import digest, digest_of, encode
from examserver.kernel.checklist import Checklist
from examserver.kernel.checks import Check, Report
from examserver.kernel.crypto.seal import open_bytes, open_with
from examserver.kernel.documents import Document, Trust, check_signatures, read_document
from examserver.kernel.errors import ExamError, Json
from examserver.kernel.fields import Fields, parse_json
from examserver.kernel.merkle import leaf_hash, root
from examserver.kernel.opener import Opener

RECORD_TYPE, RECORD_NAME = "exam.sitting-record", "record.json"
SIGNERS = {"hall", "chief_invigilator", "quality_supervisor"}
Fault = tuple[str, str]


@dataclass(frozen=True)
class Line:
    """A session as the signed body names it."""

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
    def entry(self) -> str:
        """Its place in the archive."""
        return f"sessions/{self.session}.bin"

    @property
    def place(self) -> str:
        """How a report names it."""
        return f"session {self.session} ticket {self.ticket} seat {self.seat}"


@dataclass(frozen=True)
class Record:
    """The signed body, read strictly."""

    sitting: str
    order_digest: str
    manifests: tuple[str, ...]
    hall: str
    wrapped_key: bytes
    lines: tuple[Line, ...]
    merkle_root: str
    video: tuple[Json, ...]
    absent: tuple[str, ...]


def _line(fields: Fields) -> Line:
    line = Line(
        session=fields.text("session", 80),
        candidate=fields.text("candidate", 80),
        ticket=fields.text("ticket", 80),
        seat=fields.text("seat", 20),
        form=fields.text("form", 80),
        state=fields.choice("state", ["submitted", "closed", "refused", "not_started"]),
        steps=fields.integer("steps"),
        head=fields.digest("head"),
        closed_digest=fields.digest("closed_digest"),
        cipher_digest=fields.digest("cipher_digest"),
    )
    fields.finish()
    return line


def _optional(fields: Fields, *names: str) -> None:
    for name in names:
        fields.nullable(name, fields.text)


def _read_release(one: Fields) -> None:
    for name in ("custodian", "name", "device", "reason"):
        one.text(name, 400, empty=True)
    one.integer("at_ms")
    one.choice("outcome", ["waiting", "released", "refused"])


def _read_incident(one: Fields) -> None:
    for name in ("incident", "kind", "by"):
        one.text(name, 200)
    one.text("text", 8000, empty=True)
    _optional(one, "session", "seat")
    one.integer("at_ms")


def _read_credit(one: Fields) -> None:
    for name in ("credit", "reason", "by"):
        one.text(name, 200)
    one.text("note", 8000, empty=True)
    one.texts("sessions", 60_000)
    _ = (one.integer("seconds"), one.integer("at_ms"))


def _read_move(one: Fields) -> None:
    for name in ("session", "from_seat", "to_seat", "by", "reason"):
        one.text(name, 200)
    _ = (one.integer("lease", 1), one.integer("at_ms"))


def _read_outage(one: Fields) -> None:
    _ = (one.integer("from_ms"), one.integer("to_ms"))


def _read_video(one: Fields) -> None:
    _ = (one.text("recording", 80), one.text("camera", 200), one.digest("head"), one.integer("segments"))
    _optional(one, "seat")
    one.nullable("manifest_digest", one.digest)


EVENTS = {
    "releases": _read_release,
    "incidents": _read_incident,
    "credits": _read_credit,
    "moves": _read_move,
    "outages": _read_outage,
    "video": _read_video,
}


def _read_events(fields: Fields) -> None:
    """The lists of what happened, every entry with exactly its fields."""
    for name, read in EVENTS.items():
        for one in fields.many(name, 100_000):
            read(one)
            one.finish()
    audit = fields.within("audit")
    _ = (audit.integer("count"), audit.digest("head"))
    audit.finish()
    _ = (fields.integer("started_ms"), fields.integer("closed_ms"))


def read_record(body: Json) -> Record:
    """The record in a document's body; raises MalformedField."""
    fields = Fields(body, "record")
    _read_events(fields)
    record = Record(
        sitting=fields.text("sitting", 80),
        order_digest=fields.digest("order_digest"),
        manifests=tuple(fields.texts("manifests", 100)),
        hall=fields.text("hall", 80),
        wrapped_key=fields.binary("wrapped_key"),
        lines=tuple(_line(one) for one in fields.many("sessions", 60_000)),
        merkle_root=fields.digest("merkle_root"),
        video=tuple(dict(one.all()) for one in fields.many("video", 100_000)),
        absent=tuple(fields.texts("absent", 60_000)),
    )
    fields.finish()
    return record


def verify_record(path: Path, trust: Trust | None, opener: Opener | None) -> Report:
    """Checks a sitting record; with the grading key in `opener` also every answer in it."""
    checks = Checklist(path.name)
    try:
        data = path.read_bytes()
    except OSError as error:
        checks.hold("file_readable", False, f"the file cannot be read: {error.strerror}")
        return checks.report(path, "sitting record")
    entries = checks.attempt("archive_whole", "one layout, no byte out of place", read_archive, data)
    _check_record(salvage(data) if entries is None else entries, trust, opener, checks)
    return checks.report(path, "sitting record")


def _check_record(entries: dict[str, bytes], trust: Trust | None, opener: Opener | None, checks: Checklist) -> None:
    file = entries.get(RECORD_NAME)
    if file is None:
        checks.hold("record_readable", False, "the archive holds no record.json", RECORD_NAME)
        return
    document = checks.attempt("record_readable", digest(file), read_document, file, RECORD_TYPE, at=RECORD_NAME)
    if document is None:
        return
    checks.extend(check_signatures(document, trust, SIGNERS))
    checks.each("signers_distinct", _signer_faults(document), "three different keys")
    checks.hold("record_version", document.version == 1, f"version {document.version}", RECORD_NAME)
    record = checks.attempt("record_complete", "every field is there", read_record, document.body, at=RECORD_NAME)
    if record is None:
        return
    checks.each("events_of_sessions", _event_faults(record, document.body), "moves and credits name these sessions")
    checks.each("sessions_distinct", _line_faults(record), f"{len(record.lines)} sessions, sorted by ticket")
    checks.each("entries_complete", _entry_faults(record, entries), "nothing missing, extra or reordered")
    checks.each("session_digest", _cipher_faults(record, entries), "every sealed session is the one that was signed")
    _check_order(record, trust, opener, checks)
    _check_video(record, opener, checks)
    _open_sessions(record, entries, opener, checks)


def _signer_faults(document: Document) -> Iterator[Fault]:
    keys = [one.key for one in document.signatures if one.role in SIGNERS]
    for key in sorted({one for one in keys if keys.count(one) > 1}):
        yield f"key {key}", "signed in two roles; three different persons are needed"


def _event_faults(record: Record, body: Json) -> Iterator[Fault]:
    known = {line.session for line in record.lines}
    for move in body["moves"]:
        if move["session"] not in known:
            yield f"move at {move['at_ms']}", f"the record has no session {move['session']}"
    for credit in body["credits"]:
        for session in sorted(set(credit["sessions"]) - known):
            yield f"credit {credit['credit']} at {credit['at_ms']}", f"the record has no session {session}"


def _line_faults(record: Record) -> Iterator[Fault]:
    tickets, ids = [one.ticket for one in record.lines], [one.session for one in record.lines]
    for line in record.lines:
        if tickets.count(line.ticket) > 1 or ids.count(line.session) > 1:
            yield line.place, "it occurs twice"
        if line.ticket in record.absent:
            yield line.place, "its ticket is also listed as absent"
    if tickets != sorted(tickets):
        yield "sessions", "they are not in the order of tickets"


def _entry_faults(record: Record, entries: dict[str, bytes]) -> Iterator[Fault]:
    expected, found = [RECORD_NAME, *(one.entry for one in record.lines)], list(entries)
    for line in record.lines:
        if line.entry not in entries:
            yield line.place, "its sealed answers are missing"
    known = set(expected)
    for name in found:
        if name not in known:
            yield name, "in the archive but not in the record"
    if sorted(expected) == sorted(found) and expected != found:
        yield "archive", "entries are reordered"


def _cipher_faults(record: Record, entries: dict[str, bytes]) -> Iterator[Fault]:
    for line in record.lines:
        sealed = entries.get(line.entry)
        if sealed is not None and digest(sealed) != line.cipher_digest:
            yield line.place, f"digest {digest(sealed)}, the record says {line.cipher_digest}"


def _companion(wanted: str, opener: Opener | None) -> Document | None:
    """The document with this digest among the companion files."""
    for path in opener.companions if opener else ():
        try:
            data = path.read_bytes()
            if digest(data) == wanted:
                return read_document(data)
        except (OSError, ExamError):
            continue
    return None


def _check_order(record: Record, trust: Trust | None, opener: Opener | None, checks: Checklist) -> None:
    """With the order beside the record: the same sitting, hall and candidates."""
    order = _companion(record.order_digest, opener)
    if order is None:
        return
    checks.extend(check_signatures(order, trust, {"authority"}))
    body = Fields(order.body, "order")
    checks.hold("order_of_sitting", body.text("sitting") == record.sitting, record.sitting, "order")
    checks.hold("order_of_hall", body.text("hall_key") == record.hall, record.hall, "order")
    manifests = [one.digest("manifest_digest") for one in body.many("papers")]
    checks.hold("papers_ordered", set(record.manifests) == set(manifests), f"{len(manifests)} papers", "order")
    rows = {one.text("ticket"): one for one in body.many("candidates")}
    checks.each("roster_complete", _roster_faults(record, rows), f"all {len(rows)} candidates, each once")


def _roster_faults(record: Record, rows: dict[str, Fields]) -> Iterator[Fault]:
    present = {one.ticket: one for one in record.lines}
    for ticket in sorted(set(rows) - set(present) - set(record.absent)):
        yield f"ticket {ticket}", "ordered, but neither among the sessions nor absent"
    for ticket in sorted((set(present) | set(record.absent)) - set(rows)):
        yield f"ticket {ticket}", "in the record, but not ordered"
    for ticket, line in present.items():
        if ticket in rows and rows[ticket].text("candidate") != line.candidate:
            yield line.place, "the ticket belongs to another candidate"


def _check_video(record: Record, opener: Opener | None, checks: Checklist) -> None:
    """Video manifests beside the record are the ones it names."""
    for one in record.video:
        manifest = _companion(str(one["manifest_digest"]), opener)
        if manifest is not None:
            ok = manifest.body.get("head") == one["head"] and manifest.body.get("recording") == one["recording"]
            checks.hold("video_named", ok, f"head {one['head']}", f"recording {one['recording']}")


def _record_key(record: Record, opener: Opener | None) -> bytes | None:
    info = encode({"sitting": record.sitting}, "exam.record-info", 1)
    for key in opener.sealing_keys() if opener else ():
        try:
            return open_with(key, record.wrapped_key, info)
        except ExamError:
            continue
    return None


def _open_sessions(record: Record, entries: dict[str, bytes], opener: Opener | None, checks: Checklist) -> None:
    key = _record_key(record, opener)
    if key is None:
        return
    leaves: list[bytes] = []
    faults: list[Check] = []
    for line in record.lines:
        try:
            leaves.append(_leaf(record, line, entries.get(line.entry, b""), key, faults))
        except ExamError as error:
            faults.append(Check("session_opens", False, error.text("en"), line.place))
    checks.extend(faults or [Check("answers_chain", True, f"{len(leaves)} sessions, every step in its place")])
    computed = f"sha256:{root([leaf_hash(leaf) for leaf in leaves]).hex()}"
    checks.hold("merkle_root", computed == record.merkle_root, f"recomputed {computed}", RECORD_NAME)


def _leaf(record: Record, line: Line, sealed: bytes, key: bytes, faults: list[Check]) -> bytes:
    """The closed statement's bytes of one session; what is wrong with it goes into `faults`."""
    aad = encode({"sitting": record.sitting, "session": line.session}, "exam.session-aad", 1)
    document = Fields(parse_json(open_bytes(key, sealed, aad, line.place), line.session), line.session)
    header, entries = document.within("header"), document.many("entries", 1_000_000)
    # Somebody refused at the door has a session that never started: no header, no steps.
    expected_header = (("session", line.session), ("ticket", line.ticket), ("form", line.form))
    for name, expected in expected_header if header.all() or entries else ():
        if header.text(name) != expected:
            faults.append(Check("session_header", False, f"{name} is {header.text(name)}", line.place))
    head = _walk(dict(header.all()), entries, line, faults)
    if not head == document.digest("head") == line.head:
        faults.append(
            Check("answers_chain", False, f"the steps lead to {head}, the record says {line.head}", line.place)
        )
    closed = {
        "session": line.session,
        "steps": len(entries),
        "head": head,
        "entries_digest": digest_of(document.values("entries"), "exam.session-entries", 1),
        "submitted_ms": document.nullable("submitted_ms", document.integer),
        "closed_ms": document.integer("closed_ms"),
    }
    leaf = encode(closed, "exam.session-closed", 1)
    if digest(leaf) != line.closed_digest or len(entries) != line.steps:
        faults.append(Check("session_closed", False, f"{len(entries)} steps, the record says {line.steps}", line.place))
    return leaf


def _walk(header: Json, entries: Sequence[Fields], line: Line, faults: list[Check]) -> str:
    """The head recomputed; every step out of its place is named with its item and time."""
    link, lease, received = hashlib.sha256(encode(header, "exam.session", 1)).digest(), 0, 0
    for place, entry in enumerate(entries, 1):
        step = entry.within("step")
        seq, prev, item = step.integer("seq"), step.text("prev", 80), step.text("item", 80)
        if seq != place or prev != f"sha256:{link.hex()}" or step.text("session", 80) != line.session:
            where = f"{line.place} step {seq} item {item} received at {entry.integer('received_ms')}"
            faults.append(Check("answers_chain", False, f"it does not follow step {place - 1}", where))
        if step.integer("lease") < lease or entry.integer("received_ms") < received:
            where = f"{line.place} step {seq} item {item} received at {entry.integer('received_ms')}"
            faults.append(Check("answers_in_time", False, f"it is older than step {place - 1}", where))
        lease, received = step.integer("lease"), entry.integer("received_ms")
        link = hashlib.sha256(link + encode(dict(step.all()), "exam.step", 1)).digest()
    return f"sha256:{link.hex()}"
