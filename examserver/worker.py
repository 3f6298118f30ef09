"""The worker process: long work (assembly, sealing, grading, PDF) away from the server that acknowledges answers."""

import signal
import threading

from examserver.app import build_runtimes
from examserver.plumbing.jobs import run_one
from examserver.plumbing.settings import Settings

IDLE_S = 0.3


def work(settings: Settings, until_idle: bool = False) -> int:
    """Run jobs of every role until told to stop, or until none is left; returns how many ran."""
    runtimes = build_runtimes(settings)
    stopping = threading.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: stopping.set())
    count = 0
    while not stopping.is_set():
        ran = sum(run_one(runtime) for runtime in runtimes.values())
        count += ran
        if not ran and until_idle:
            break
        if not ran:
            stopping.wait(IDLE_S)
    for runtime in runtimes.values():
        runtime.close()
    return count
