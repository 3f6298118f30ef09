"""Reads from the wire which steps a browser seat was acknowledged: the page itself is not asked.

Socket.IO packets (protocol 5): `42/seat,<id>["response:save",{…}]` asks, `43/seat,<id>[{…}]` answers. The HTTP
carrier's answers are read as they are.
"""

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # Playwright is a tool of demo and tests; nothing fails without it until a browser is wanted
    from playwright.sync_api import Page, Response, WebSocket

_ASK = re.compile(r"^42/seat,(\d+)(\[.*)$", re.S)
_ANSWER = re.compile(r"^43/seat,(\d+)(\[.*)$", re.S)
SAVED = ("accepted", "duplicate")


class Acknowledged:
    """Every step the hall acknowledged to one page, by session and number."""

    def __init__(self) -> None:
        self.heads: dict[tuple[str, int], str] = {}

    def watch(self, page: "Page") -> None:
        """Listen to everything this page sends and receives."""
        page.on("websocket", self._listen)
        page.on("response", self._answered)

    def rows(self, ticket: str) -> list[dict[str, Any]]:
        """One row per acknowledged step, in order."""
        return [
            {"session": session, "ticket": ticket, "seq": seq, "head": head}
            for (session, seq), head in sorted(self.heads.items())
        ]

    def _listen(self, socket: "WebSocket") -> None:
        asked: dict[str, str] = {}

        def sent(frame: str | bytes) -> None:
            found = _ASK.match(frame) if isinstance(frame, str) else None
            if found is not None and found[2].startswith('["response:save"'):
                asked[found[1]] = json.loads(found[2])[1]["steps"][0]["session"]

        def received(frame: str | bytes) -> None:
            found = _ANSWER.match(frame) if isinstance(frame, str) else None
            if found is not None and found[1] in asked:
                self._take(asked.pop(found[1]), json.loads(found[2])[0])

        socket.on("framesent", sent)
        socket.on("framereceived", received)

    def _answered(self, response: "Response") -> None:
        asked = response.request.post_data_json if response.url.endswith("/api/hall/seat/responses") else None
        if isinstance(asked, dict) and response.ok:
            self._take(asked["steps"][0]["session"], response.json())

    def _take(self, session: str, answer: dict[str, Any]) -> None:
        for result in answer.get("results", []):
            if result["status"] in SAVED:
                self.heads[session, result["seq"]] = result["head"]
