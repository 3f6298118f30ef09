"""A client written from the protocol document alone takes an exam on a real server, through every trouble it names."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.examserver.hall.independent_client import Client, Refused
from tests.examserver.hall.rig import Rig, document_number, ticket
from tests.faults.hall_server import HallServer, Staff, compare, prepare, running


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[tuple[HallServer, Staff, Rig]]:
    rig = prepare(tmp_path, 2, 12)
    with running(HallServer(tmp_path)) as server:
        yield server, Staff(server), rig


def seated(server: HallServer, staff: Staff, number: int) -> Client:
    """A client that is ready."""
    client = Client(server.url, str(server.ca))
    staff.bind(f"{number:02}", client.enrol())
    staff.act("open")
    assert client.check_in(ticket(number), document_number(number))["phase"] == "waiting_admission"
    staff.admit_all()
    client.connect()
    assert client.prefetch()["phase"] == "ready"
    return client


def test_an_exam_from_enrolment_to_receipt(hall: tuple[HallServer, Staff, Rig], tmp_path: Path) -> None:
    server, staff, rig = hall
    client = seated(server, staff, 1)
    staff.release(rig)
    staff.act("start")
    start = client.wait_push("sitting:started")
    session = client.view()["session"]
    client.open_paper(start["form_key"], session["form"])
    client.take_session(session)
    items = [item["id"] for section in client.paper["sections"] for item in section["items"]]
    assert len(items) == 12

    client.change(items[0], "A")
    client.change(items[0], True, "flag")
    assert {one["status"] for one in client.save()["results"]} == {"accepted"}

    client.drop()
    client.change(items[1], ["A", "C"])
    client.save("http")
    client.change(items[2], "true")
    server.kill()
    server.start()
    client.connect()
    client.take_session(client.call("session:resume", {})["session"])
    assert {one["status"] for one in client.save()["results"]} == {"accepted"}
    staff.act("message", {"sessions": "all", "text": "请注意时间"})
    assert client.wait_push("message:sent")["text"] == "请注意时间"

    spare = Client(server.url, str(server.ca))
    staff.bind("03", spare.enrol())
    spare.connect()
    staff.post(f"/api/hall/sessions/{client.session}/move", {"to_seat": "03", "reason": "equipment"})
    assert client.wait_push("session:moved")["to_seat"] == "03"
    with pytest.raises(Refused, match=r"seat\.not_bound"):
        client.call("response:save", {"steps": [client.change(items[3], "B")]})
    view = spare.view()
    assert view["phase"] == "answering" and len(view["session"]["answers"]) == 3
    spare.prefetch()
    spare.open_paper(view["session"]["form_key"], view["session"]["form"])
    spare.take_session(view["session"])
    spare.change(items[3], "B")
    spare.save()
    receipt = spare.submit()
    assert receipt["steps"] == 5 and spare.view()["phase"] == "submitted"
    acked = [{"session": receipt["session"], "seq": 5, "head": receipt["head"]}]
    found = compare(tmp_path, acked)
    assert found["stored"] == 5 and found["lost"] == found["changed"] == found["doubled"] == 0
