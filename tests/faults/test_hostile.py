"""A hostile seat is refused, recorded, and slows nobody else; it never sees a key or another's data (E20)."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import websocket

from tests.examserver.hall.independent_client import Client, Refused
from tests.examserver.hall.rig import document_number, ticket
from tests.faults.hall_server import HallServer, Staff, compare, prepare, running


@pytest.fixture
def started(tmp_path: Path) -> Iterator[tuple[HallServer, Staff, Client, Client]]:
    """A running sitting with an honest seat 01 and a hostile seat 02."""
    rig = prepare(tmp_path, 2, 12)
    with running(HallServer(tmp_path)) as server:
        staff = Staff(server)
        clients = []
        for number in (1, 2):
            client = Client(server.url, str(server.ca))
            staff.bind(f"{number:02}", client.enrol())
            staff.act("open")
            client.check_in(ticket(number), document_number(number))
            staff.admit_all()
            client.connect()
            client.prefetch()
            clients.append(client)
        staff.release(rig)
        staff.act("start")
        for client in clients:
            client.take_session(client.view()["session"])
        yield server, staff, clients[0], clients[1]


def refusal(act: object, *given: object) -> str:
    """The code of the refusal."""
    try:
        answer = act(*given)  # type: ignore[operator]
    except Refused as error:
        return str(error.body["code"])
    return "ok" if "results" not in answer else str(answer["results"][0]["status"])


@pytest.mark.timeout(120)
def test_a_hostile_seat_is_refused_recorded_and_slows_nobody(
    started: tuple[HallServer, Staff, Client, Client], tmp_path: Path
) -> None:
    server, staff, honest, hostile = started
    mine = hostile.change("i001", "A")
    hostile.queue.clear()

    # Frames replayed, another's session, malformed shapes, keys asked for.
    assert refusal(hostile.call, "response:save", {"steps": [mine]}) == "accepted"
    assert refusal(hostile.call, "response:save", {"steps": [mine]}) == "duplicate"
    assert refusal(hostile.call, "response:save", {"steps": [{**mine, "value": "B"}]}) == "stale"
    assert refusal(hostile.call, "response:save", {"steps": [{**mine, "session": honest.session}]}) == "fenced"
    assert refusal(hostile.call, "response:save", {"steps": [{**mine, "lease": 99, "seq": 2}]}) == "fenced"
    for bad in ({}, {"steps": "x"}, {"steps": [1]}, {"steps": [{**mine, "value": {"$": 1}}]}, [1, 2], "x", 7):
        assert refusal(hostile.call, "response:save", bad) == "request.invalid"
    for path in ("/api/hall/sittings", "/api/hall/stations", "/api/hall/sittings/x/record"):
        assert refusal(hostile.request, "GET", path) == "denied.not_signed_in"
    other_form = next(one for one in hostile.manifest["forms"] if digest_of_other(hostile, one))
    assert refusal(hostile.request, "GET", form_path(hostile, other_form["form"])) == "paper.missing"

    # A flood, while the honest seat's answers stay quick.
    slow, waits = 0, []
    for at in range(60):
        steps = [hostile.change("i002", "AB"[n % 2]) for n in range(100)]
        hostile.queue.clear()
        slow += refusal(hostile.call, "response:save", {"steps": steps}) == "responses.slow_down"
        if at % 6 == 0:
            before = time.perf_counter()
            honest.change("i001", "AB"[at % 2])
            assert honest.save()["results"][0]["status"] == "accepted"
            waits.append(time.perf_counter() - before)
    assert slow > 40 and max(waits) < 1.0, (slow, waits)

    # A hundred megabytes: the connection is dropped; HTTP refuses by size.
    with pytest.raises((websocket.WebSocketException, OSError)):
        for _ in range(100):
            assert hostile.socket is not None
            hostile.socket.send("42/seat,1" + json.dumps(["response:save", "x" * 1_000_000]))
        for _ in range(5):
            hostile.socket.recv()
        raise websocket.WebSocketException("still open")
    assert refusal(hostile.request, "POST", "/api/hall/seat/responses", {"x": "y" * 1_000_000}) == "request.too_large"
    honest.change("i003", "A")
    assert honest.save()["results"][0]["status"] == "accepted"

    # The console knows, and the audit names the seat.
    kinds = {alarm["kind"] for alarm in staff.cards()["02"]["alarms"]}
    assert "hostile" in kinds and not staff.cards()["01"]["alarms"]
    time.sleep(3)
    server.stop()
    acked = [{"session": honest.session, "seq": honest.seq, "head": f"sha256:{honest.head.hex()}"}]
    assert compare(tmp_path, acked)["lost"] == 0


def digest_of_other(client: Client, form: dict[str, object]) -> bool:
    """Whether a form of the manifest is not the client's own."""
    return form["form"] != client.view()["session"]["form"]


def form_path(client: Client, form: str) -> str:
    """The address of a form's ciphertext."""
    return f"/api/hall/papers/{client.manifest['paper']}/forms/{form}"


@pytest.mark.timeout(120)
def test_a_whole_session_carries_no_answer_key(started: tuple[HallServer, Staff, Client, Client]) -> None:
    _, _, honest, _ = started
    view = honest.view()
    honest.open_paper(view["session"]["form_key"], view["session"]["form"])
    seen = json.dumps([view, honest.paper, honest.manifest, honest.pushes])
    assert "all_or_nothing" not in seen and not re.search(r'"key"\s*:\s*\[', seen)
    assert "考生2" not in json.dumps(view, ensure_ascii=False)


@pytest.mark.timeout(120)
def test_a_seat_that_reads_nothing_delays_nobody(started: tuple[HallServer, Staff, Client, Client]) -> None:
    _, staff, honest, mute = started
    for _ in range(30):
        staff.act("message", {"sessions": "all", "text": "长" * 400})
    waits = []
    for at in range(30):
        before = time.perf_counter()
        honest.change("i001", "AB"[at % 2])
        honest.save()
        waits.append(time.perf_counter() - before)
    assert sorted(waits)[28] < 0.5
    assert mute.socket is not None


@pytest.mark.timeout(120)
def test_a_lost_seat_shows_within_ten_seconds_and_a_reconnected_one_is_back(
    started: tuple[HallServer, Staff, Client, Client],
) -> None:
    _, staff, _, client = started
    before = time.monotonic()
    while not any(alarm["kind"] == "lost" for alarm in staff.cards()["02"]["alarms"]):
        assert time.monotonic() - before < 12, "a silent seat must show"
        time.sleep(0.2)
    assert time.monotonic() - before <= 11
    client.connect()
    assert staff.cards()["02"]["online"] and not staff.cards()["02"]["alarms"]
