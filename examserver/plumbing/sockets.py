"""The Socket.IO edge: serves the declared events on python-socketio itself, because the hot path cannot afford a
framework.

Each event re-checks its actor and opens its own work; hot events skip the work and decide in memory. Answers
are acknowledgements: the declared answer, or `{"error": …}` in the shape of every other error.
"""

import logging
import secrets
from collections.abc import Callable, Mapping
from typing import Any

import socketio
from pydantic import BaseModel, ValidationError

from examserver.kernel.access import Actor, check_access
from examserver.kernel.errors import ExamError, NotSignedIn
from examserver.plumbing.contract import REGISTRY, SocketEvent
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.telemetry import METRICS
from examserver.plumbing.web import bad_request
from examserver.plumbing.work import open_work

logger = logging.getLogger("exam.sockets")
MAX_MESSAGE = 262_144


class Pusher:
    """Sends events to clients: through the server in this process, or through Redis from another one."""

    def __init__(self, server: Any = None) -> None:
        self.server = server

    def emit(self, namespace: str, name: str, body: BaseModel | dict[str, Any], room: str | None = None) -> None:
        """Send to a room (or everybody); without a server or queue nothing is sent."""
        if self.server is not None:
            data = body.model_dump(mode="json") if isinstance(body, BaseModel) else body
            self.server.emit(name, data, room=room, namespace=namespace)


def pusher(runtime: RoleRuntime) -> Pusher:
    """The runtime's pusher; a process without a server writes to the message queue when there is one."""

    def make() -> Pusher:
        url = runtime.settings.redis_url
        return Pusher(socketio.RedisManager(url, write_only=True) if url else None)

    return runtime.part(Pusher, make)


def build_sockets(runtimes: Mapping[str, RoleRuntime], redis_url: str = "") -> Any:
    """A python-socketio server with every declared namespace of these roles."""
    server = socketio.Server(
        async_mode="gevent",
        client_manager=socketio.RedisManager(redis_url) if redis_url else None,
        max_http_buffer_size=MAX_MESSAGE,
        # A silent seat shows within interval + 2 x timeout (python-engineio looks once per timeout): 9 s of 10.
        ping_interval=3,
        ping_timeout=3,
        http_compression=False,
    )
    for runtime in runtimes.values():
        runtime.part(Pusher, lambda: Pusher(server))
    for namespace, (role, connect) in REGISTRY.connectors.items():
        if role in runtimes:
            _serve_namespace(server, namespace, runtimes[role], connect)
    for declared in REGISTRY.events:
        if declared.role in runtimes:
            server.on(declared.name, _handler(server, declared, runtimes[declared.role]), declared.namespace)
    return server


def _serve_namespace(server: Any, namespace: str, runtime: RoleRuntime, connect: Callable[..., Actor]) -> None:
    def connected(sid: str, environ: dict[str, Any], auth: Any = None) -> None:
        try:
            actor = connect(runtime, auth if isinstance(auth, dict) else {}, environ, sid)
        except ExamError as error:
            raise socketio.exceptions.ConnectionRefusedError(error.as_json()) from None
        server.save_session(sid, {"actor": actor}, namespace=namespace)
        METRICS.count("exam_socket_connects_total", namespace=namespace)

    def disconnected(sid: str, _reason: Any = None) -> None:
        actor = _actor(server, sid, namespace)
        if actor is not None and namespace in REGISTRY.disconnectors:
            REGISTRY.disconnectors[namespace][1](runtime, actor, sid)

    server.on("connect", connected, namespace)
    server.on("disconnect", disconnected, namespace)


def _actor(server: Any, sid: str, namespace: str) -> Actor | None:
    try:
        found = server.get_session(sid, namespace=namespace).get("actor")
    except KeyError:
        return None
    return found if isinstance(found, Actor) else None


def _handler(server: Any, declared: SocketEvent, runtime: RoleRuntime) -> Callable[..., dict[str, Any]]:
    def handle(sid: str, *data: Any) -> dict[str, Any]:
        try:
            actor = _actor(server, sid, declared.namespace)
            if actor is None:
                raise NotSignedIn()
            check_access(actor, declared.access)
            body = declared.body.model_validate(data[0] if data and data[0] is not None else {})
            return _call(declared, runtime, actor, body, sid)
        except ValidationError as error:
            if declared.namespace in REGISTRY.refusals:
                REGISTRY.refusals[declared.namespace](runtime, actor, declared.name)
            return {"error": bad_request(error).as_json()}
        except ExamError as error:
            METRICS.count("exam_errors_total", code=error.code)
            return {"error": error.as_json()}
        except Exception:  # an unknown fault is answered without its text and logged whole
            request_id = secrets.token_hex(8)
            logger.exception("unexpected", extra={"facts": {"event": declared.name, "request_id": request_id}})
            return {"error": ExamError().as_json(request_id=request_id)}

    return handle


def _call(declared: SocketEvent, runtime: RoleRuntime, actor: Actor, body: BaseModel, sid: str) -> dict[str, Any]:
    if declared.hot:
        answer: BaseModel = declared.handler(runtime, actor, body, sid)
    else:
        with open_work(runtime, actor, declared.write) as work:
            answer = declared.handler(work, body, sid)
    return answer.model_dump(mode="json")
