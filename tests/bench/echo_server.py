"""The bare baseline: the same transport (gevent, TLS, python-socketio), an event that only answers."""

from gevent import monkey

monkey.patch_all()

import sys  # noqa: E402
from typing import Any  # noqa: E402

import socketio  # noqa: E402
from gevent.pywsgi import WSGIServer  # noqa: E402
from geventwebsocket.handler import WebSocketHandler  # noqa: E402


def main(port: int, certificate: str, key: str) -> None:
    """Serve until killed."""
    server = socketio.Server(async_mode="gevent")

    def connect(_sid: str, _environ: Any, _auth: Any = None) -> None:
        return None

    def save(_sid: str, body: Any) -> Any:
        results = [{"seq": step["seq"], "status": "accepted", "head": step["prev"]} for step in body["steps"]]
        return {"results": results, "head": "", "seq": 0, "server_ms": 0, "deadline_ms": None}

    server.on("connect", connect, "/seat")
    server.on("response:save", save, "/seat")
    app = socketio.WSGIApp(server)
    WSGIServer(
        ("127.0.0.1", port), app, handler_class=WebSocketHandler, log=None, certfile=certificate, keyfile=key,
        backlog=4096,
    ).serve_forever()  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
