"""A lean load client: many WebSockets in one asyncio loop, Socket.IO frames by hand, one chain per candidate."""

import asyncio
import hashlib
import json
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.examserver.hall.independent_client import canonical


@dataclass
class Candidate:
    """One connected candidate."""

    token: str
    socket: Any = None
    session: str = ""
    lease: int = 1
    seq: int = 0
    head: bytes = b""
    calls: int = 0
    waiting: dict[int, asyncio.Future[Any]] = field(default_factory=dict)
    pushes: dict[str, float] = field(default_factory=dict)
    started: Any = None

    def next_step(self) -> dict[str, Any]:
        """The next step of the chain."""
        self.seq += 1
        step = {
            "session": self.session, "lease": self.lease, "seq": self.seq, "item": f"i{1 + self.seq % 12:03}",
            "kind": "answer", "value": "ABCD"[self.seq % 4], "made_ms": int(time.time() * 1000),
            "prev": "sha256:" + self.head.hex(),
        }  # fmt: skip
        self.head = hashlib.sha256(self.head + canonical(step, "exam.step")).digest()
        return step

    async def connect(self, http: aiohttp.ClientSession, url: str) -> None:
        """Open the socket and listen."""
        address = url.replace("https", "wss") + "/socket.io/?EIO=4&transport=websocket"
        self.socket = await http.ws_connect(address, max_msg_size=0, autoping=False)
        await self.socket.receive_str()
        await self.socket.send_str("40/seat," + json.dumps({"token": self.token}))
        answer = await self.socket.receive_str()
        while answer == "2":
            await self.socket.send_str("3")
            answer = await self.socket.receive_str()
        assert answer.startswith("40/seat,"), answer

    async def listen(self) -> None:
        """Take acknowledgements and pushes as they come."""
        async for message in self.socket:
            text = message.data
            if text == "2":
                await self.socket.send_str("3")
            elif text.startswith("43/seat,"):
                number, _, rest = text[8:].partition("[")
                future = self.waiting.pop(int(number), None)
                if future is not None and not future.done():
                    future.set_result(json.loads("[" + rest)[0])
            elif text.startswith("42/seat,"):
                name, body = json.loads(text[8:])
                self.pushes.setdefault(name, time.perf_counter())
                if name == "sitting:started":
                    self.started = body

    async def call(self, event: str, body: Any) -> Any:
        """Emit and wait for the acknowledgement."""
        self.calls += 1
        number = self.calls
        future = asyncio.get_running_loop().create_future()
        self.waiting[number] = future
        await self.socket.send_str(f"42/seat,{number}" + json.dumps([event, body]))
        return await asyncio.wait_for(future, 30)


class Crowd:
    """All candidates of a measurement."""

    def __init__(self, url: str, ca: str, tokens: Sequence[str]) -> None:
        self.url, self.tls = url, ssl.create_default_context(cafile=ca)
        self.people = [Candidate(token) for token in tokens]
        self.http: Any = None
        self.listeners: list[asyncio.Task[None]] = []

    async def connect(self) -> float:
        """Connect everybody, 50 at a time; seconds until the last one is in."""
        connector = aiohttp.TCPConnector(limit=0, ssl=self.tls)
        self.http = aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=None))
        gate, begun = asyncio.Semaphore(50), time.perf_counter()

        async def one(person: Candidate) -> None:
            async with gate:
                await person.connect(self.http, self.url)
            self.listeners.append(asyncio.create_task(person.listen()))

        await asyncio.gather(*(one(person) for person in self.people))
        return time.perf_counter() - begun

    async def resume(self) -> None:
        """Take session, lease and head from the server."""
        for at in range(0, len(self.people), 100):
            views = await asyncio.gather(*(one.call("session:resume", {}) for one in self.people[at : at + 100]))
            for person, view in zip(self.people[at:], views, strict=False):
                held = view["session"]
                person.session, person.lease, person.seq = held["session"], held["lease"], held["seq"]
                person.head = bytes.fromhex(held["head"][7:])

    async def closed_loop(self, in_flight: int, seconds: float) -> tuple[float, list[float]]:
        """Save as fast as acknowledgements come, this many at once: (acks per second, latencies in ms)."""
        latencies: list[float] = []
        end, free = time.perf_counter() + seconds, list(self.people)

        async def worker() -> None:
            while time.perf_counter() < end:
                person = free.pop(0)
                latencies.append(await save(person))
                free.append(person)

        begun = time.perf_counter()
        await asyncio.gather(*(worker() for _ in range(in_flight)))
        return len(latencies) / (time.perf_counter() - begun), latencies

    async def open_loop(self, per_second: float, seconds: float) -> list[float]:
        """Save at a fixed rate whatever happens: latencies in ms."""
        latencies: list[float] = []
        tasks, begun = [], time.perf_counter()
        for at in range(int(per_second * seconds)):
            await asyncio.sleep(max(0.0, begun + at / per_second - time.perf_counter()))
            person = self.people[at % len(self.people)]
            tasks.append(asyncio.create_task(save(person)))
        latencies += await asyncio.gather(*tasks)
        return latencies

    async def close(self) -> None:
        """Let go of everything."""
        for task in self.listeners:
            task.cancel()
        await self.http.close()


async def save(person: Candidate) -> float:
    """Save one step; milliseconds until it is acknowledged as durable."""
    step = person.next_step()
    before = time.perf_counter()
    answer = await person.call("response:save", {"steps": [step]})
    assert answer["results"][0]["status"] == "accepted", answer
    return (time.perf_counter() - before) * 1000
