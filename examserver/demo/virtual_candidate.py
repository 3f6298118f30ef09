"""A candidate in code: checks in, prefetches, decrypts at the start, answers by plan, and queues what is not
acknowledged.
"""

import asyncio
import contextlib
import hashlib
import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from examserver.demo.beliefs import Value
from examserver.demo.virtual_plan import Move, final_answers, moves_of
from examserver.demo.virtual_station import Answered, Json, NotReached, Workstation
from examserver.kernel.canonical import digest, encode, raw_digest, unb64u
from itembank.papers.manifest import Manifest, read_manifest
from itembank.papers.opening import open_form

BATCH = 40
PULSE_S = 3.0
OPENED: dict[tuple[str, bytes], Json] = {}


class VirtualCandidate:
    """One candidate, now at this workstation, later perhaps at another."""

    def __init__(self, seed: str, beliefs: Mapping[str, Sequence[str]], ticket: str, document_number: str) -> None:
        self.seed, self.beliefs, self.ticket, self._document = seed, beliefs, ticket, document_number
        self.station: Workstation | None = None
        self.acked: dict[int, str] = {}
        self.latencies_ms: list[float] = []
        self.unsaved_ms = 0.0
        self.shown_ms: float | None = None
        self.session = ""
        self.resumes = 0
        self.finished, self.closed = False, False
        self._form: Json = {}
        self._finals: dict[str, Value] = {}
        self._held: dict[str, Json] = {}
        self._queue: deque[Json] = deque()
        self._seq, self._head, self._lease = 0, "", 0
        self._offset_ms = 0.0
        self._manifest: Manifest | None = None
        self._cipher = b""
        self._started = asyncio.Event()
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def pending(self) -> int:
        """Changes the server has not acknowledged."""
        return len(self._queue)

    async def check_in(self, station: Workstation) -> None:
        """Sit down: ticket and second factor, then confirm the identity shown."""
        self._sit(station)
        await station.post("/api/hall/seat/check-in", {"ticket": self.ticket, "document_number": self._document})
        await station.post("/api/hall/seat/confirm", {})

    def _sit(self, station: Workstation) -> None:
        self.station = station
        station.on_push = self._pushed
        station.on_connected = self._resumed
        station.stay_connected()

    async def prepare(self) -> None:
        """Prefetch the ciphertext, check its digest, say ready."""
        view = await self._seat().get("/api/hall/seat")
        held = view["session"]
        self.session, self._lease = held["session"], held["lease"]
        manifest = await self._seat().fetch(f"/api/hall/papers/{held['paper']}/manifest")
        self._manifest = read_manifest(manifest)
        self._cipher = await self._seat().fetch(f"/api/hall/papers/{held['paper']}/forms/{held['form']}")
        if digest(self._cipher) != held["cipher_digest"]:
            raise ValueError("the ciphertext is not the one the hall announced")
        ready = {"cipher_digest": held["cipher_digest"], "checks": {"storage": True, "camera": False}}
        self._take_view(await self._seat().post("/api/hall/seat/ready", ready))

    def work(self, seconds: float) -> None:
        """From the start on, make the planned changes over this many seconds."""
        self._tasks = [
            asyncio.create_task(self._make_moves(seconds)),
            asyncio.create_task(self._send()),
            asyncio.create_task(self._pulse()),
        ]

    async def sit_elsewhere(self, station: Workstation, seconds: float) -> None:
        """Go on at another workstation: everything comes from the server, nothing from the old machine."""
        self._queue.clear()
        self._seq, self._head, self._held = 0, "", {}
        self._sit(station)
        await self.prepare()
        view = await station.get("/api/hall/seat")
        self._take_view(view)
        self.resumes += 1
        self.work(seconds)

    async def leave(self) -> None:
        """This workstation is dead from now on."""
        for task in self._tasks:
            task.cancel()
        await self._seat().unplug()

    async def submit(self) -> None:
        """Hand in early with the head both sides hold."""
        await self._seat().call("session:submit", {"head": self._head, "seq": self._seq})
        self.closed = True

    def _seat(self) -> Workstation:
        if self.station is None:
            raise RuntimeError("the candidate has no workstation")
        return self.station

    def _pushed(self, name: str, body: Json) -> None:
        if name == "sitting:started":
            self._offset_ms = body["server_ms"] - time.time() * 1000
            self._open(unb64u(body["form_key"]))
        elif name == "seat:changed":
            self._take_view(body)

    async def _resumed(self) -> None:
        self._take_view(await self._seat().call("session:resume", {}))
        self._wake.set()

    def _take_view(self, view: Json) -> None:
        """Adopt what the server holds: the clock, the head, the answers, the key."""
        held = view.get("session")
        self._offset_ms = view["server_ms"] - time.time() * 1000
        if view["phase"] in ("submitted", "closed"):
            self.closed = True
        if not held or not held["head"]:
            return
        self._lease = held["lease"]
        self._reconcile(held)
        if held["form_key"]:
            self._open(unb64u(held["form_key"]))

    def _reconcile(self, held: Json) -> None:
        """Drop what the server already has; chain what it lacks onto its head."""
        self._held = held["answers"]
        waiting = [step for step in self._queue if step["seq"] > held["seq"]]
        known = [step for step in self._queue if step["seq"] <= held["seq"]]
        for step in known:
            self._queue.remove(step)
        self._seq, self._head = held["seq"], held["head"]
        if waiting and waiting[0]["prev"] == held["head"] and waiting[0]["lease"] == self._lease:
            self._seq, self._head = waiting[-1]["seq"], waiting[-1]["_head"]
            return
        self._queue.clear()
        for step in waiting:
            self._add(Move(step["item"], step["kind"], step["value"]))

    def _open(self, key: bytes) -> None:
        if self._form or self._manifest is None:
            return
        form_id = self._form_id()
        self._form = _opened(self._manifest, form_id, self._cipher, key)
        self.shown_ms = time.time() * 1000
        self._finals = final_answers(self.seed, self.ticket, self._form, self.beliefs)
        self._started.set()

    def _form_id(self) -> str:
        assert self._manifest is not None
        wanted = digest(self._cipher)
        return next(form.form for form in self._manifest.forms if form.cipher_digest == wanted)

    async def _make_moves(self, seconds: float) -> None:
        await self._started.wait()
        if not self._head:
            self._take_view(await self._until_reached("session:resume"))
        moves = self._remaining()
        start, pause = time.monotonic(), seconds / max(1, len(moves))
        for number, move in enumerate(moves, 1):
            self._add(move)
            await asyncio.sleep(max(0.0, start + number * pause - time.monotonic()))
        self.finished = True

    async def _until_reached(self, event: str) -> Json:
        while True:
            try:
                return await self._seat().call(event, {})
            except NotReached:
                await asyncio.sleep(0.1)

    def _remaining(self) -> list[Move]:
        """The plan without what the server already holds in its final form."""
        moves = moves_of(self.seed, self.ticket, self._form, self._finals)
        if not self.resumes:
            return moves
        done = {item for item, state in self._held.items() if state["value"] == self._finals.get(item)}
        flagged = [Move(item, "flag", False) for item, state in self._held.items() if state["flag"]]
        finals = [Move(i, "answer", value) for i, value in self._finals.items() if value is not None and i not in done]
        return finals + flagged

    def _add(self, move: Move) -> None:
        """Queue one change, chained to the one before."""
        step = {
            "session": self.session,
            "lease": self._lease,
            "seq": self._seq + 1,
            "item": move.item,
            "kind": move.kind,
            "value": move.value,
            "made_ms": int(time.time() * 1000 + self._offset_ms),
            "prev": self._head,
        }
        link = hashlib.sha256(raw_digest(self._head) + encode(step, "exam.step", 1)).hexdigest()
        self._seq, self._head = self._seq + 1, f"sha256:{link}"
        self._queue.append(step | {"_head": self._head, "_made": time.monotonic()})
        self._wake.set()

    async def _send(self) -> None:
        while not self.closed:
            await self._wake.wait()
            self._wake.clear()
            while self._queue and not self.closed:
                try:
                    await self._send_batch()
                except NotReached:
                    await asyncio.sleep(0.2)
                except Answered as refusal:
                    await asyncio.sleep(float(refusal.body.get("fields", {}).get("retry_after_s", 0.5)))

    async def _send_batch(self) -> None:
        batch = [self._queue[index] for index in range(min(BATCH, len(self._queue)))]
        steps = [{key: value for key, value in step.items() if key[0] != "_"} for step in batch]
        answer = await self._seat().call("response:save", {"steps": steps})
        arrived = time.monotonic()
        for step, result in zip(batch, answer["results"], strict=True):
            if result["status"] in ("accepted", "duplicate"):
                self.acked[step["seq"]] = result["head"]
                self.unsaved_ms = max(self.unsaved_ms, (arrived - step["_made"]) * 1000)
                self.latencies_ms.append((arrived - max(step["_made"], self._seat().connected_at)) * 1000)
                if self._queue and self._queue[0] is step:
                    self._queue.popleft()
            elif result["status"] in ("closed", "fenced"):
                self.closed = True
            else:
                self._take_view(await self._seat().call("session:resume", {}))
                return

    async def _pulse(self) -> None:
        while not self.closed:
            with contextlib.suppress(NotReached, Answered):  # the next pulse tells it again
                await self._seat().call("seat:pulse", {"unsaved": self.pending})
            await asyncio.sleep(PULSE_S)


def _opened(manifest: Manifest, form_id: str, cipher: bytes, key: bytes) -> Json:
    """Real seats decrypt on machines of their own; here a form is opened once for all who sit it in this process."""
    if (form_id, key) not in OPENED:
        OPENED[form_id, key] = open_form(manifest, form_id, cipher, key)
    return OPENED[form_id, key]


def acknowledged(candidate: VirtualCandidate) -> list[dict[str, Any]]:
    """Every acknowledgement this candidate holds."""
    return [
        {"session": candidate.session, "ticket": candidate.ticket, "seq": seq, "head": head}
        for seq, head in sorted(candidate.acked.items())
    ]
