"""The serving process: the roles asked for, behind one HTTPS address, on gevent."""

import gc
import signal
from collections.abc import Mapping
from typing import Any

from examserver.plumbing.contract import REGISTRY
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.settings import Settings
from examserver.plumbing.sockets import build_sockets
from examserver.plumbing.web import build_web
from examserver.slices import load_slices


def build_runtimes(settings: Settings) -> dict[str, RoleRuntime]:
    """A runtime with its database ready for each role of these settings."""
    load_slices(settings.roles)
    runtimes: dict[str, RoleRuntime] = {role: RoleRuntime(role, settings) for role in settings.roles}
    for runtime in runtimes.values():
        runtime.database.prepare()
    return runtimes


def build_wsgi(settings: Settings, runtimes: Mapping[str, RoleRuntime]) -> Any:
    """The WSGI application: Socket.IO in front, Flask behind."""
    import socketio

    sockets = build_sockets(runtimes, settings.redis_url)
    for role, start in REGISTRY.started:
        if role in runtimes:
            start(runtimes[role])
    return socketio.WSGIApp(sockets, build_web(runtimes, settings.dist()))


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; gevent must have patched the standard library before."""
    import gevent
    from gevent.pywsgi import WSGIServer
    from geventwebsocket.handler import WebSocketHandler

    from examserver.hall.store import ensure_tls

    runtimes = build_runtimes(settings)
    tls = ensure_tls(settings.data_dir / "hall" / "tls", settings.hall.names)
    server = WSGIServer(
        (settings.host, settings.port),
        build_wsgi(settings, runtimes),
        handler_class=WebSocketHandler,
        log=None,
        keyfile=str(tls.key),
        certfile=str(tls.certificate),
        backlog=4096,
    )
    for one in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(one, server.stop)
    calm_collector()
    server.serve_forever()
    for runtime in runtimes.values():
        runtime.close()


def calm_collector() -> None:
    """Keep the garbage collector away from acknowledgements: p99 fell from 138 ms to 6-40 ms when measured."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)
