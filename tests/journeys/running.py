"""Runs `exam demo` as a stranger would call it, in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


def run_demo(data: Path, *words: str) -> tuple[dict[str, Any], str]:
    """The object printed at the end and what was told meanwhile."""
    command = [sys.executable, "-m", "examserver.cli", "demo", "--exit", "--json", "--data", str(data), *words]
    env = {name: value for name, value in os.environ.items() if not name.startswith("EXAM_")}
    done = subprocess.run(command, capture_output=True, text=True, timeout=570, check=False, env=env)
    assert done.returncode == 0, done.stderr[-3000:]
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures, done.stderr
