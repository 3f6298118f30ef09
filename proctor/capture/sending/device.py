"""The sending half of a capture process: takes waiting segments to the hall, whatever happens to network or server.

One thread, one segment at a time, oldest first. The hall away: tried again with growing pauses, for ever. Refused for
good: given up and told in the log. Thumbnails only when nothing waits. Times go out in the server's clock.
"""

import logging
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from tenacity import Retrying, retry_if_exception_type, stop_when_event_set, wait_random_exponential
from tenacity.nap import sleep_using_event

from examserver.kernel.clock import Clock
from proctor.capture.store import Kept, Spool

logger = logging.getLogger("exam.capture")
FEW_WAITING = 2
SEND_TIMEOUT_S = 20.0


class Away(Exception):
    """The hall did not answer, or asked to come again."""


@dataclass(frozen=True)
class Hall:
    """Where the hall is, whose certificate authority is believed, whose token is shown, for which camera."""

    url: str
    ca: Path
    token_file: Path
    camera: str

    def client(self) -> httpx.Client:
        """A client that believes this authority only."""
        context = ssl.create_default_context(cafile=str(self.ca))
        return httpx.Client(base_url=self.url, verify=context, timeout=SEND_TIMEOUT_S, trust_env=False)

    def path(self, last: str) -> str:
        """The camera's endpoint of this name."""
        return f"/api/hall/devices/{self.camera}/{last}"


class Sender:
    """Sends until told to end, then what still waits for as long as the drain lasts."""

    def __init__(self, hall: Hall, spool: Spool, clock: Clock) -> None:
        self.hall, self.spool, self.clock = hall, spool, clock
        self.closed = threading.Event()
        self.sent = self.refused = 0
        self._offset_ms: int | None = None
        self._picture: bytes | None = None
        self._woken, self._ending, self._giving_up = threading.Event(), threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="sender", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Something new waits."""
        self._woken.set()

    def show(self, jpeg: bytes) -> None:
        """A picture for the console; only the newest is kept."""
        self._picture = jpeg
        self._woken.set()

    def end(self, drain_s: float) -> None:
        """Send what waits for at most this long, then stop."""
        self._ending.set()
        self._woken.set()
        self._thread.join(drain_s)
        self._giving_up.set()
        self._thread.join(SEND_TIMEOUT_S + 1)

    def _run(self) -> None:
        with self.hall.client() as client:
            while not (self._giving_up.is_set() or self.closed.is_set()):
                waiting = self.spool.waiting()
                if not waiting and self._ending.is_set():
                    return
                if waiting:
                    self._patiently(lambda: self._send(client, waiting[0]))  # noqa: B023 - called before the next turn
                if len(waiting) <= FEW_WAITING:
                    self._send_picture(client)
                if len(waiting) <= 1:
                    self._woken.wait(0.5)
                    self._woken.clear()

    def _patiently(self, act: Callable[[], None]) -> None:
        """Do it, again and again while the hall is away."""
        tries = Retrying(
            retry=retry_if_exception_type(Away),
            wait=wait_random_exponential(multiplier=0.4, max=5),
            stop=stop_when_event_set(self._giving_up),
            sleep=sleep_using_event(self._giving_up),
            retry_error_callback=lambda _state: None,
        )
        tries(act)

    def _send(self, client: httpx.Client, kept: Kept) -> None:
        """Send one segment; raises Away."""
        offset_ms = self._offset(client)
        try:
            data = kept.path.read_bytes()
        except FileNotFoundError:
            return  # the spool's bound took it meanwhile
        times = {"from_ms": kept.from_ms + offset_ms, "to_ms": kept.to_ms + offset_ms}
        answer = self._post(client, "segments", data, "video/webm", {"n": kept.n, **times})
        if answer.is_success:
            self.sent += 1
            self._learn(answer)
            self.spool.drop(kept)
            return
        self._refused(kept, answer)

    def _refused(self, kept: Kept, answer: httpx.Response) -> None:
        error = _error(answer)
        code, next_n = error.get("code"), error.get("fields", {}).get("next_n")
        if code == "video.conflict" and isinstance(next_n, int) and next_n > kept.n:
            self.spool.renumber(next_n)
        elif code == "video.closed":
            logger.info("the sitting's video is closed")
            self.closed.set()
        else:
            self.refused += 1
            logger.warning("segment given up", extra={"facts": {"n": kept.n, "code": code}})
            self.spool.drop(kept)

    def _offset(self, client: httpx.Client) -> int:
        """Server time minus this machine's, asked once before the first segment; raises Away."""
        if self._offset_ms is None:
            answer = self._get_clock(client)
            self.spool.renumber(answer["next_n"])
        return self._offset_ms or 0

    def _get_clock(self, client: httpx.Client) -> dict[str, Any]:
        before_ms = self.clock.now_ms()
        try:
            answer = client.get(self.hall.path("clock"), headers=self._headers())
        except httpx.HTTPError as error:
            raise Away(type(error).__name__) from None
        _present(answer)
        found: dict[str, Any] = answer.json()
        self._offset_ms = found["server_ms"] - (before_ms + self.clock.now_ms()) // 2
        return found

    def _learn(self, answer: httpx.Response) -> None:
        """Follow the server's clock without ever jumping back by much: half of each correction."""
        half_trip_ms = int(answer.elapsed.total_seconds() * 500)
        offset_ms = answer.json()["server_ms"] + half_trip_ms - self.clock.now_ms()
        if self._offset_ms is not None and half_trip_ms < 100:
            self._offset_ms += (offset_ms - self._offset_ms) // 2

    def _send_picture(self, client: httpx.Client) -> None:
        jpeg, self._picture = self._picture, None
        if jpeg is not None:
            try:
                self._post(client, "thumbnail", jpeg, "image/jpeg", {})
            except Away:
                return  # the next one comes in seconds

    def _post(
        self, client: httpx.Client, last: str, data: bytes, media_type: str, query: dict[str, int]
    ) -> httpx.Response:
        headers = self._headers() | {"Content-Type": media_type}
        try:
            answer = client.post(self.hall.path(last), params=query, content=data, headers=headers)
        except httpx.HTTPError as error:
            raise Away(type(error).__name__) from None
        if answer.status_code in (401, 403, 429) or answer.status_code >= 500:
            raise Away(str(answer.status_code))
        return answer

    def _headers(self) -> dict[str, str]:
        """Read anew each time: an administrator may have put a fresh token into the file."""
        return {"Authorization": f"Bearer {self.hall.token_file.read_text('utf-8').strip()}"}


def _present(answer: httpx.Response) -> None:
    if not answer.is_success:
        logger.warning("the hall refuses this device", extra={"facts": {"status": answer.status_code}})
        raise Away(str(answer.status_code))


def _error(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
