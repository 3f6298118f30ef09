"""The console learns of every change by itself within a second or two, and only staff may listen."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
import websocket

from tests.examserver.hall.independent_client import Client, Refused
from tests.examserver.hall.rig import SITTING, document_number, ticket
from tests.faults.hall_server import HallServer, Staff, prepare, running


class Console:
    """A console's socket, by hand."""

    def __init__(self, server: HallServer, cookie: str) -> None:
        address = server.url.replace("https", "wss") + "/socket.io/?EIO=4&transport=websocket"
        self.socket = websocket.create_connection(
            address, sslopt={"context": server.tls()}, timeout=10, header=[f"Cookie: {cookie}"]
        )
        self.frame()
        self.socket.send("40/console,{}")
        self.hello = self.frame()

    def frame(self) -> str:
        """The next frame that is no ping."""
        while True:
            text = self.socket.recv()
            if text != "2":
                return str(text)
            self.socket.send("3")

    def watch(self) -> Any:
        """Follow the sitting; gives the first map."""
        self.socket.send("42/console,1" + json.dumps(["console:watch", {"sitting": SITTING}]))
        while True:
            frame = self.frame()
            if frame.startswith("43/console,1["):
                return json.loads(frame[12:])[0]

    def wait(self, name: str, fits: Any, seconds: float = 6) -> Any:
        """Wait for a push of this name that fits."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            frame = self.frame()
            if frame.startswith("42/console,"):
                pushed, body = json.loads(frame[11:])
                if pushed == name and fits(body):
                    return body
        raise AssertionError(f"no {name} within {seconds} s")


@pytest.mark.timeout(120)
def test_the_console_is_told_of_changes_as_they_happen(tmp_path: Path) -> None:
    rig = prepare(tmp_path, 2, 12)
    with running(HallServer(tmp_path)) as server:
        staff = Staff(server)
        assert Console(server, "exam_hall=nobody").hello.startswith("44/console,")
        console = Console(server, f"exam_hall={staff.http.cookies['exam_hall']}")
        seats = {card["seat"]: card for card in console.watch()["seats"]}
        assert seats["01"]["phase"] == "bound" or seats["01"]["station"] is None

        client = Client(server.url, str(server.ca))
        staff.bind("01", client.enrol())
        staff.act("open")
        console.wait("sitting:update", lambda body: body["sitting"]["phase"] == "admission")
        client.check_in(ticket(1), document_number(1))
        console.wait("alarm:raised", lambda body: body["alarm"]["kind"] == "waiting" and body["seat"] == "01")
        staff.admit_all()
        client.connect()
        client.prefetch()
        console.wait("seat:update", lambda body: body["card"]["phase"] == "ready" and body["card"]["online"])
        staff.release(rig)
        staff.act("start")
        console.wait("sitting:update", lambda body: body["sitting"]["phase"] == "running")
        client.take_session(client.view()["session"])
        client.change("i001", "A")
        client.save()
        console.wait("seat:update", lambda body: body["card"]["answered"] == 1)
        client.call("seat:pulse", {"unsaved": 7, "focus": False})
        console.wait("alarm:raised", lambda body: body["alarm"]["kind"] == "unsaved")
        with pytest.raises(Refused):
            client.call("response:save", {"steps": "nonsense"})
        console.wait("alarm:raised", lambda body: body["alarm"]["kind"] == "hostile")
        client.drop()
        console.wait("alarm:raised", lambda body: body["alarm"]["kind"] == "lost", 10)
