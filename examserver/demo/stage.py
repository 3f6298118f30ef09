"""The processes of the demo: server, worker, capture, virtual seats; each its own, each ended by its own id."""

import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from examserver.demo.client import StepFailed


def free_port(wanted: int = 0) -> int:
    """`wanted` when nobody listens there, else a free loopback port."""
    for port in (wanted, 0):
        with closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return int(probe.getsockname()[1])
    raise StepFailed(what="no free port on the loopback address")


@dataclass
class Stage:
    """What runs, where its output goes, and how it is stopped."""

    data: Path
    port: int
    env: dict[str, str] = field(default_factory=dict)
    running: dict[str, subprocess.Popen[Any]] = field(default_factory=dict)

    @property
    def base(self) -> str:
        """The address of the server."""
        return f"https://127.0.0.1:{self.port}"

    @property
    def ca(self) -> Path:
        """The hall's CA certificate."""
        return self.data / "hall" / "tls" / "ca.pem"

    def start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        """Start a process of this product under a name; its output goes to logs/<name>.log."""
        logs = self.data / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        with (logs / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=os.environ | self.env | {"EXAM_DATA_DIR": str(self.data), "EXAM_PUBLIC_URL": self.base},
            )
        self.running[name] = process
        return process

    def serve(self) -> None:
        """Start the server and wait until it answers."""
        self.start("server", "examserver.cli", "serve", "--port", str(self.port))
        self.wait_until_up()

    def wait_until_up(self, timeout_s: float = 60) -> None:
        """Wait for the server's first answer."""
        context = ssl.create_default_context(cafile=str(self.ca))
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if self.running["server"].poll() is not None:
                raise StepFailed(what=f"the server ended by itself, see {self.data / 'logs' / 'server.log'}")
            with suppress(httpx.TransportError):
                if httpx.get(f"{self.base}/api/hall/keys", verify=context, timeout=2).status_code == 200:
                    return
            time.sleep(0.05)
        raise StepFailed(what="the server did not answer in time")

    def kill_server(self) -> None:
        """SIGKILL, as a power cut to the process."""
        self.running["server"].kill()
        self.running["server"].wait()

    def stop(self) -> None:
        """End everything that was started, gently first."""
        for process in self.running.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.running.values():
            try:
                process.wait(timeout=8)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
