"""A candidate client written from `examserver/docs/protocol.md` alone: nothing of the product is imported here.

HTTP by httpx, Socket.IO by hand over a plain WebSocket, cryptography by the `cryptography` package.
"""

import base64
import hashlib
import json
import ssl
import time
from typing import Any

import httpx
import websocket
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Json = dict[str, Any]


def b64u(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64u(text: str) -> bytes:
    """The bytes behind base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def canonical(value: Any, type: str) -> bytes:
    """Section 2: tag, line feed, JSON with sorted keys and no spaces."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"{type}/1\n".encode() + text.encode()


def digest(data: bytes) -> str:
    """`sha256:` and hexadecimal digits."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Refused(Exception):
    """The server said no; `body` is the error object."""

    def __init__(self, body: Json) -> None:
        self.body = body
        super().__init__(body["code"])


class Client:
    """One workstation with one candidate."""

    def __init__(self, url: str, ca: str) -> None:
        self.url, self.tls = url, ssl.create_default_context(cafile=ca)
        self.http = httpx.Client(base_url=url, verify=self.tls, timeout=20)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.station = self.code = self.token = ""
        self.session, self.lease, self.seq, self.head = "", 0, 0, b""
        self.queue: list[Json] = []
        self.offset_ms = 0
        self.cipher, self.manifest, self.paper = b"", {}, {}  # type: bytes, Json, Json
        self.socket: websocket.WebSocket | None = None
        self.calls = 0
        self.pushes: list[tuple[str, Json]] = []

    # --- HTTP ----------------------------------------------------------------------------------------------
    def request(self, method: str, path: str, body: Json | None = None) -> httpx.Response:
        """Call an endpoint; raises Refused."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        answer = self.http.request(method, path, json=body, headers=headers)
        if answer.status_code >= 400:
            raise Refused(answer.json())
        return answer

    def post(self, path: str, body: Json | None = None) -> Json:
        """POST JSON."""
        found: Json = self.request("POST", path, body or {}).json()
        return found

    # --- workstation ---------------------------------------------------------------------------------------
    def enrol(self) -> str:
        """Section 3: enrol, sign the challenge, keep the token; returns the pairing code."""
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        answer = self.post("/api/hall/stations", {"public_key": b64u(point), "label": "独立客户端"})
        self.station, self.code = answer["station"], answer["pairing_code"]
        self.renew(answer["challenge"])
        return self.code

    def renew(self, challenge: str | None = None) -> None:
        """A new token for a signed challenge."""
        base = f"/api/hall/stations/{self.station}"
        challenge = challenge or self.post(f"{base}/challenge")["challenge"]
        message = canonical({"station": self.station, "challenge": challenge}, "exam.station-challenge")
        r, s = decode_dss_signature(self.key.sign(message, ec.ECDSA(hashes.SHA256())))
        signature = b64u(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
        self.token = self.post(f"{base}/token", {"challenge": challenge, "signature": signature})["token"]

    def view(self) -> Json:
        """Section 4: where am I; sets the clock."""
        found: Json = self.request("GET", "/api/hall/seat").json()
        self.set_clock(found["server_ms"])
        return found

    def set_clock(self, server_ms: int) -> None:
        """Server time against our monotonic clock."""
        self.offset_ms = server_ms - time.monotonic_ns() // 1_000_000

    def server_now(self) -> int:
        """The server's time as this client believes it."""
        return time.monotonic_ns() // 1_000_000 + self.offset_ms

    # --- candidate -----------------------------------------------------------------------------------------
    def check_in(self, ticket: str, document: str) -> Json:
        """Section 5."""
        self.post("/api/hall/seat/check-in", {"ticket": ticket, "document_number": document})
        return self.post("/api/hall/seat/confirm")

    def prefetch(self) -> Json:
        """Section 6: fetch manifest and ciphertext, check, report ready."""
        session = self.view()["session"]
        base = f"/api/hall/papers/{session['paper']}"
        self.manifest = self.request("GET", f"{base}/manifest").json()["body"]
        self.cipher = self.request("GET", f"{base}/forms/{session['form']}").content
        entry = next(one for one in self.manifest["forms"] if one["form"] == session["form"])
        assert digest(self.cipher) == entry["cipher_digest"] == session["cipher_digest"]
        return self.post("/api/hall/seat/ready", {"cipher_digest": digest(self.cipher), "checks": {"storage": True}})

    def open_paper(self, form_key: str, form: str) -> None:
        """Section 7: decrypt."""
        scope, suite = self.manifest["scope"], self.manifest["suite"]
        context = {"paper": self.manifest["paper"], "form": form, "scope": scope, "suite": suite}
        plain = AESGCM(unb64u(form_key)).decrypt(
            self.cipher[:12], self.cipher[12:], canonical(context, "exam.form-aad")
        )
        entry = next(one for one in self.manifest["forms"] if one["form"] == form)
        assert digest(plain) == entry["plain_digest"]
        self.paper = json.loads(plain)

    def take_session(self, session: Json) -> None:
        """Sections 8 and 10: adopt the server's head; what is unsaved is chained on it again."""
        unsaved = [one for one in self.queue if one["seq"] > session["seq"] or one["lease"] != session["lease"]]
        self.session, self.lease = session["session"], session["lease"]
        self.seq, self.head, self.queue = session["seq"], bytes.fromhex(session["head"][7:]), []
        for one in unsaved:
            self.change(one["item"], one["value"], one["kind"], one["made_ms"])

    def change(self, item: str, value: Any, kind: str = "answer", made_ms: int | None = None) -> Json:
        """Section 8: make the next step and keep it until it is acknowledged."""
        step = {
            "session": self.session, "lease": self.lease, "seq": self.seq + 1, "item": item, "kind": kind,
            "value": value, "made_ms": made_ms or self.server_now(), "prev": "sha256:" + self.head.hex(),
        }  # fmt: skip
        self.head = hashlib.sha256(self.head + canonical(step, "exam.step")).digest()
        self.seq += 1
        self.queue.append(step)
        return step

    def save(self, carrier: str = "socket") -> Json:
        """Section 9: send the queue; acknowledged steps leave it."""
        body = {"steps": self.queue[:200]}
        answer = (
            self.call("response:save", body) if carrier == "socket" else self.post("/api/hall/seat/responses", body)
        )
        done = {one["seq"] for one in answer["results"] if one["status"] in ("accepted", "duplicate")}
        self.queue = [one for one in self.queue if one["seq"] not in done]
        return answer

    def submit(self) -> Json:
        """Section 11."""
        return self.post("/api/hall/seat/submit", {"head": "sha256:" + self.head.hex(), "seq": self.seq})

    # --- Socket.IO by hand ---------------------------------------------------------------------------------
    def connect(self) -> None:
        """Appendix A: Engine.IO 4 over one WebSocket, namespace /seat."""
        address = self.url.replace("https", "wss") + "/socket.io/?EIO=4&transport=websocket"
        self.socket = websocket.create_connection(address, sslopt={"context": self.tls}, timeout=15)
        assert self._frame().startswith("0")
        self.socket.send("40/seat," + json.dumps({"token": self.token}))
        answer = self._frame()
        if answer.startswith("44/seat,"):
            raise Refused(json.loads(answer[8:])["data"] if "data" in answer else json.loads(answer[8:]))
        assert answer.startswith("40/seat,"), answer

    def _frame(self) -> str:
        assert self.socket is not None
        while True:
            frame = self.socket.recv()
            text = frame.decode() if isinstance(frame, bytes) else frame
            if text != "2":
                return text
            self.socket.send("3")

    def call(self, event: str, body: Json) -> Json:
        """Emit and wait for the acknowledgement; pushes that come meanwhile are kept."""
        assert self.socket is not None
        self.calls += 1
        self.socket.send(f"42/seat,{self.calls}" + json.dumps([event, body], ensure_ascii=False))
        while True:
            frame = self._frame()
            head = f"43/seat,{self.calls}["
            if frame.startswith(head):
                answer: Json = json.loads(frame[len(head) - 1 :])[0]
                if "error" in answer:
                    raise Refused(answer["error"])
                return answer
            self._push(frame)

    def _push(self, frame: str) -> None:
        if frame.startswith("42/seat,"):
            name, body = json.loads(frame[8:])
            self.pushes.append((name, body))

    def wait_push(self, name: str) -> Json:
        """Wait for a push of this name."""
        while True:
            for at, (pushed, body) in enumerate(self.pushes):
                if pushed == name:
                    del self.pushes[at]
                    return body
            self._push(self._frame())

    def drop(self) -> None:
        """Lose the connection."""
        if self.socket is not None:
            self.socket.shutdown()
        self.socket = None
