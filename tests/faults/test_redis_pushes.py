"""With a message queue configured, pushes go through it and still arrive."""

from pathlib import Path

import pytest

from tests.examserver.hall.independent_client import Client
from tests.examserver.hall.rig import document_number, ticket
from tests.faults.hall_server import HallServer, Staff, prepare, running


@pytest.mark.timeout(120)
def test_the_start_reaches_a_seat_through_redis(tmp_path: Path, redis_url: str) -> None:
    rig = prepare(tmp_path, 1, 12)
    with running(HallServer(tmp_path, env={"EXAM_REDIS_URL": redis_url})) as server:
        staff, client = Staff(server), Client(server.url, str(server.ca))
        staff.bind("01", client.enrol())
        staff.act("open")
        client.check_in(ticket(1), document_number(1))
        staff.admit_all()
        client.connect()
        client.prefetch()
        staff.release(rig)
        staff.act("start")
        start = client.wait_push("sitting:started")
        client.open_paper(start["form_key"], client.view()["session"]["form"])
        assert client.paper["sections"]
