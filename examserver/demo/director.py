"""Gives orders to a process of the demo by JSON lines and reads its answers."""

import json
import os
import subprocess
import sys
import threading
from queue import Empty, Queue
from typing import Any

from examserver.demo.client import StepFailed
from examserver.demo.stage import Stage

Json = dict[str, Any]


class Director:
    """One directed process: virtual seats or the browser seat."""

    def __init__(self, stage: Stage, name: str, *command: str) -> None:
        self._name = name
        logs = stage.data / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        with (logs / f"{name}.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=os.environ | stage.env,
                text=True,
            )
        stage.running[name] = self._process
        self._answers: Queue[str] = Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._answers.put(line)
        self._answers.put("")

    def send(self, do: str, **order: Any) -> None:
        """Give an order without waiting; read its answer later with `answer`."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **order}, ensure_ascii=False) + "\n")
        self._process.stdin.flush()

    def answer(self, timeout_s: float = 120) -> Json:
        """The next answer; raises StepFailed when the order failed or nothing came."""
        try:
            line = self._answers.get(timeout=timeout_s)
        except Empty:
            raise StepFailed(what=f"{self._name} did not answer within {timeout_s} s") from None
        if not line:
            raise StepFailed(what=f"{self._name} ended by itself, see its log")
        answer: Json = json.loads(line)
        if "failed" in answer:
            raise StepFailed(what=f"{self._name} {answer['failed']}: {answer['reason']}")
        return answer

    def do(self, do: str, timeout_s: float = 120, **order: Any) -> Json:
        """Give an order and wait for its answer."""
        self.send(do, **order)
        return self.answer(timeout_s)

    def end(self) -> None:
        """Say good-bye and wait for the process."""
        if self._process.poll() is None:
            self.send("quit")
            try:
                self._process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
