"""A room of virtual candidates in a process of its own, directed by JSON lines on standard input.

`python -m examserver.demo.virtual_seats --url https://… --ca ca.pem --seed S --beliefs beliefs.json`. Each line
is an object with "do"; each gets one line back with "done" (or "failed" and the reason): enrol, check_in,
prepare, work, progress, network_down, die, resume_on, submit, settle, report, quit.
"""

import argparse
import asyncio
import json
import logging
import ssl
import sys
import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

import aiohttp

from examserver.demo.virtual_candidate import VirtualCandidate, acknowledged
from examserver.demo.virtual_station import Answered, Json, NotReached, Workstation

AT_ONCE = 25


class Room:
    """All virtual workstations and candidates of this process."""

    def __init__(self, http: aiohttp.ClientSession, url: str, seed: str, beliefs: dict[str, list[str]]) -> None:
        self._http, self._url, self._seed, self._beliefs = http, url, seed, beliefs
        self._stations: dict[str, Workstation] = {}
        self._candidates: dict[str, VirtualCandidate] = {}
        self._background: set[asyncio.Task[None]] = set()

    async def enrol(self, order: Json) -> Json:
        """Enrol `count` workstations."""
        made = [Workstation(self._http, self._url) for _ in range(order["count"])]
        await _each(made, lambda station: station.enrol(order.get("label", "virtual")))
        self._stations |= {station.station: station for station in made}
        return {"stations": [{"station": one.station, "pairing_code": one.pairing_code} for one in made]}

    async def check_in(self, order: Json) -> Json:
        """Seat candidates: each of `seats` names station, ticket, document_number."""

        async def seat(row: Json) -> None:
            candidate = VirtualCandidate(self._seed, self._beliefs, row["ticket"], row["document_number"])
            self._candidates[row["ticket"]] = candidate
            await candidate.check_in(self._stations[row["station"]])

        await _each(order["seats"], seat)
        return {"waiting": len(order["seats"])}

    async def prepare(self, _order: Json) -> Json:
        """Prefetch and report ready, for everybody admitted."""
        await _each(self._candidates.values(), lambda candidate: candidate.prepare())
        return {"ready": len(self._candidates)}

    async def work(self, order: Json) -> Json:
        """Answer over `seconds` from the start on."""
        for candidate in self._candidates.values():
            candidate.work(order["seconds"])
        return {}

    async def progress(self, _order: Json) -> Json:
        """Counts so far."""
        everybody = self._candidates.values()
        return {
            "shown": sum(one.shown_ms is not None for one in everybody),
            "acked": sum(len(one.acked) for one in everybody),
            "pending": sum(one.pending for one in everybody),
            "finished": sum(one.finished for one in everybody),
            "closed": sum(one.closed for one in everybody),
        }

    async def network_down(self, order: Json) -> Json:
        """Cut one candidate's network for `seconds`; answering goes on into the queue."""
        station = self._station_of(order["ticket"])
        await station.unplug()

        async def plug() -> None:
            await asyncio.sleep(order["seconds"])
            station.stay_connected()

        self._keep(plug())
        return {}

    async def die(self, order: Json) -> Json:
        """One workstation is gone for good, with whatever it had not sent."""
        candidate = self._candidates[order["ticket"]]
        lost = candidate.pending
        await candidate.leave()
        self._station_of(order["ticket"]).dead = True
        return {"unsent": lost}

    async def resume_on(self, order: Json) -> Json:
        """The candidate goes on at the workstation that was bound to the new seat."""
        candidate = self._candidates[order["ticket"]]
        await candidate.sit_elsewhere(self._stations[order["station"]], order["seconds"])
        return {"resumed": order["ticket"]}

    async def submit(self, order: Json) -> Json:
        """These candidates hand in early."""
        await _each([self._candidates[ticket] for ticket in order["tickets"]], lambda one: one.submit())
        return {"submitted": len(order["tickets"])}

    async def settle(self, order: Json) -> Json:
        """Wait until every plan is finished and every change acknowledged, at most `seconds`."""
        deadline = time.monotonic() + order["seconds"]
        while time.monotonic() < deadline:
            if all(one.closed or (one.finished and not one.pending) for one in self._candidates.values()):
                break
            await asyncio.sleep(0.05)
        return await self.progress({})

    async def report(self, order: Json) -> Json:
        """Write every acknowledgement, latency and first showing to the file `out`."""
        rows = [row for one in self._candidates.values() for row in acknowledged(one)]
        report = {
            "acked": rows,
            "latencies_ms": [value for one in self._candidates.values() for value in one.latencies_ms],
            "unsaved_ms": max((one.unsaved_ms for one in self._candidates.values()), default=0.0),
            "shown_ms": {one.ticket: one.shown_ms for one in self._candidates.values()},
            "pending": {one.ticket: one.pending for one in self._candidates.values() if one.pending},
        }
        Path(order["out"]).write_text(json.dumps(report), "utf-8")
        return {"acked": len(rows)}

    def _station_of(self, ticket: str) -> Workstation:
        station = self._candidates[ticket].station
        if station is None:
            raise KeyError(ticket)
        return station

    def _keep(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)


async def _each(things: Iterable[Any], act: Callable[[Any], Awaitable[None]]) -> None:
    """Do it for all, a few at a time, as a room full of people would."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(thing: Any) -> None:
        async with gate:
            await act(thing)

    await asyncio.gather(*(one(thing) for thing in things))


async def _obey(room: Room, order: Json) -> Json:
    try:
        handler = getattr(room, str(order["do"]))
        return {"done": order["do"], **await handler(order)}
    except (Answered, NotReached, KeyError, ValueError, AttributeError) as error:
        return {"failed": order.get("do"), "reason": f"{type(error).__name__}: {error}"}


async def direct(url: str, ca: Path, seed: str, beliefs: dict[str, list[str]]) -> None:
    """Read orders line by line until `quit` or the end of input."""
    reader = asyncio.StreamReader(limit=2**26)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    connector = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=str(ca)), limit=0)
    timeout = aiohttp.ClientTimeout(total=30)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as http:
        room = Room(http, url, seed, beliefs)
        while line := await reader.readline():
            order = json.loads(line)
            if order["do"] == "quit":
                break
            sys.stdout.write(json.dumps(await _obey(room, order)) + "\n")
            sys.stdout.flush()


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description="Virtual candidates for demo, drills and benchmarks")
    parser.add_argument("--url", required=True)
    parser.add_argument("--ca", type=Path, required=True)
    parser.add_argument("--seed", required=True)
    parser.add_argument("--beliefs", type=Path, required=True)
    asked = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s")
    logging.getLogger("exam.virtual").setLevel(logging.INFO)
    beliefs = json.loads(asked.beliefs.read_text("utf-8"))
    asyncio.run(direct(asked.url, asked.ca, asked.seed, beliefs))


if __name__ == "__main__":
    main()
