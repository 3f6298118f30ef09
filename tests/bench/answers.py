"""Answers per second and their latency, and the start storm, against a bare echo over the same transport."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.crowd import ready_hall
from tests.bench.load import Crowd
from tests.bench.registry import Row, bench, percentile
from tests.conftest import ROOT, free_port
from tests.faults.hall_server import HallServer, Staff, compare, running

SECONDS = 6.0
IN_FLIGHT = 64
RATE = 300.0


@bench("answers")
def measure_answers(folder: Path) -> list[Row]:
    """Measure with 200 and with 1,000 candidates."""
    rows: list[Row] = []
    for candidates in (200, 1000):
        place = folder / str(candidates)
        tokens = ready_hall(place, candidates)
        server = HallServer(place, env={"EXAM_HALL__MAX_STEPS_PER_SECOND": "100000"})
        with running(server):
            hall = asyncio.run(_hall(server, tokens))
        found = compare(place, [], prepared=True)
        hall["stored"] = found["stored"]
        with echo(server) as url:
            bare = asyncio.run(_bare(url, str(server.ca), tokens))
        rows += [
            Row("answers", f"{candidates} durable", hall),
            Row("answers", f"{candidates} bare echo", bare),
            Row("answers", f"{candidates} ratio", {key: hall[key] / bare[key] for key in bare}),
        ]
    return rows


async def _hall(server: HallServer, tokens: list[str]) -> dict[str, float]:
    crowd = Crowd(server.url, str(server.ca), tokens)
    joined = await crowd.connect()
    staff = await asyncio.to_thread(Staff, server)
    pressed = time.perf_counter()
    await asyncio.to_thread(staff.act, "start")
    while any(person.started is None for person in crowd.people):
        await asyncio.sleep(0.01)
    waits = [(person.pushes["sitting:started"] - pressed) * 1000 for person in crowd.people]
    await crowd.resume()
    figures = await _load(crowd)
    await crowd.close()
    return {
        "join_s": joined,
        "start_first_ms": min(waits),
        "start_p99_ms": percentile(waits, 0.99),
        "start_last_ms": max(waits),
        **figures,
    }


async def _bare(url: str, ca: str, tokens: list[str]) -> dict[str, float]:
    crowd = Crowd(url, ca, tokens)
    joined = await crowd.connect()
    figures = await _load(crowd)
    await crowd.close()
    return {"join_s": joined, **figures}


async def _load(crowd: Crowd) -> dict[str, float]:
    await crowd.closed_loop(IN_FLIGHT, 1.0)
    per_second, closed = await crowd.closed_loop(IN_FLIGHT, SECONDS)
    steady = await crowd.open_loop(RATE, SECONDS)
    return {
        "acks_per_s": per_second,
        "closed_p99_ms": percentile(closed, 0.99),
        f"p50_ms_at_{RATE:.0f}": percentile(steady, 0.5),
        f"p99_ms_at_{RATE:.0f}": percentile(steady, 0.99),
    }


@contextmanager
def echo(server: HallServer) -> Iterator[str]:
    """The bare echo on the same certificate."""
    port, tls = free_port(), server.folder / "hall" / "tls"
    command = [sys.executable, "-m", "tests.bench.echo_server", str(port), str(tls / "cert.pem"), str(tls / "key.pem")]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        time.sleep(2)
        yield f"https://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait(10)
