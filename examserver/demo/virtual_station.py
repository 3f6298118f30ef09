"""A workstation in code: its own key, token, HTTP calls and socket, exactly as docs/protocol.md describes them."""

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import socketio
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from examserver.kernel.canonical import b64u, encode

logger = logging.getLogger("exam.virtual")
Json = dict[str, Any]
NAMESPACE = "/seat"
CALL_S = 6
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.05, 1.5


class NotReached(Exception):
    """The server is away or refused the connection; try again."""


class Answered(Exception):
    """The server answered with an error body."""

    def __init__(self, body: Json) -> None:
        self.body, self.code = body, str(body.get("code", ""))
        super().__init__(f"{self.code}: {body.get('message', '')}")


class Workstation:
    """One enrolled workstation; `on_push` hears what the server sends by itself."""

    def __init__(self, http: aiohttp.ClientSession, base: str) -> None:
        self._http, self._base = http, base
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.station, self.pairing_code, self.token = "", "", ""
        self.online, self.dead, self.connected_at = False, False, 0.0
        self.on_push: Callable[[str, Json], None] = lambda _name, _body: None
        self.on_connected: Callable[[], Awaitable[None]] | None = None
        self._socket: Any = None
        self._keeper: asyncio.Task[None] | None = None
        self._gone = asyncio.Event()

    async def enrol(self, label: str) -> None:
        """Enrol the public key and exchange the first challenge for a token."""
        raw = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        answer = await self.post("/api/hall/stations", {"public_key": b64u(raw), "label": label})
        self.station, self.pairing_code = answer["station"], answer["pairing_code"]
        body = {"challenge": answer["challenge"], "signature": self._signed(answer["challenge"])}
        self.token = (await self.post(f"/api/hall/stations/{self.station}/token", body))["token"]

    def _signed(self, challenge: str) -> str:
        message = encode({"station": self.station, "challenge": challenge}, "exam.station-challenge", 1)
        r, s = decode_dss_signature(self._key.sign(message, ec.ECDSA(hashes.SHA256())))
        return b64u(r.to_bytes(32) + s.to_bytes(32))

    async def get(self, path: str) -> Json:
        """GET JSON."""
        answer: Json = await self._request("GET", path, None)
        return answer

    async def post(self, path: str, body: Json) -> Json:
        """POST JSON."""
        answer: Json = await self._request("POST", path, body)
        return answer

    async def fetch(self, path: str) -> bytes:
        """GET bytes."""
        content: bytes = await self._request("GET", path, None, raw=True)
        return content

    async def _request(self, method: str, path: str, body: Json | None, raw: bool = False) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        try:
            async with self._http.request(method, self._base + path, json=body, headers=headers) as answer:
                if answer.status >= 400:
                    raise Answered(await answer.json())
                return await answer.read() if raw else await answer.json()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise NotReached(str(error)) from error

    def stay_connected(self) -> None:
        """Keep a socket open from now on, reconnecting with jittered pauses."""
        self._keeper = asyncio.create_task(self._keep())

    async def _keep(self) -> None:
        pause = FIRST_PAUSE_S
        while not self.dead:
            try:
                await self._connect()
                pause = FIRST_PAUSE_S
                if self.on_connected is not None:
                    await self.on_connected()
                await self._gone.wait()
                logger.info("%s: the connection is gone", self.station)
            except (
                socketio.exceptions.ConnectionError,
                aiohttp.ClientError,
                NotReached,
                OSError,
                TimeoutError,
            ) as error:
                pause = min(LONGEST_PAUSE_S, pause * 2)
                logger.info("%s: not connected (%s), again in %.2f s", self.station, error, pause)
            self.online = False
            await asyncio.sleep(pause * (0.5 + int.from_bytes(os.urandom(2)) / 65536))

    async def _connect(self) -> None:
        self._socket = socketio.AsyncClient(http_session=self._http, reconnection=False)
        self._gone.clear()
        self._socket.on("*", self._pushed, namespace=NAMESPACE)
        self._socket.on("disconnect", self._lost, namespace=NAMESPACE)
        await self._socket.connect(
            self._base,
            auth={"token": self.token},
            transports=["websocket"],
            namespaces=[NAMESPACE],
            wait_timeout=CALL_S,
        )
        self.online, self.connected_at = True, time.monotonic()
        logger.info("%s: connected", self.station)

    async def _lost(self, *_reason: Any) -> None:
        self._gone.set()

    async def _pushed(self, name: str, body: Json | None = None) -> None:
        self.on_push(name, body or {})

    async def call(self, name: str, body: Json) -> Json:
        """Emit an event and wait for its answer; raises NotReached or Answered."""
        if not self.online:
            raise NotReached("not connected")
        try:
            answer: Json = await self._socket.call(name, body, namespace=NAMESPACE, timeout=CALL_S)
        except (socketio.exceptions.SocketIOError, aiohttp.ClientError, OSError) as error:
            raise NotReached(str(error)) from error
        if "error" in answer:
            raise Answered(answer["error"])
        return answer

    async def unplug(self) -> None:
        """The network is gone: no socket until `stay_connected` again."""
        if self._keeper is not None:
            self._keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeper
        self.online = False
        if self._socket is not None:
            with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
                await asyncio.wait_for(self._socket.eio.disconnect(abort=True), CALL_S)
