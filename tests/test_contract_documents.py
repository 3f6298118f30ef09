"""The committed contract is the code's: whoever changes an endpoint commits its OpenAPI document and its types too."""

import json
import subprocess
from pathlib import Path

from examserver.plumbing.openapi import document
from examserver.slices import load_slices
from tests.conftest import leave_out

CLIENT = Path(__file__).resolve().parents[1] / "client_web"
AGAIN = "run `.venv/bin/exam openapi --out client_web/openapi.json`, then `npm run types` in client_web"


def test_the_committed_openapi_document_is_the_one_the_code_declares() -> None:
    load_slices()
    committed = json.loads((CLIENT / "openapi.json").read_text("utf-8"))
    declared = json.loads(json.dumps(document()))
    changed = sorted(
        path
        for path in committed["paths"].keys() | declared["paths"].keys()
        if committed["paths"].get(path) != declared["paths"].get(path)
    )
    assert not changed, f"{changed}: {AGAIN}"
    assert committed == declared, AGAIN


def test_the_committed_types_are_those_of_the_document() -> None:
    if not (CLIENT / "node_modules").is_dir():
        leave_out("The web client's packages are not installed (make setup installs them).")
    command = ["../config/deploy/with-node.sh", "npm", "run", "--silent", "types:check"]
    checked = subprocess.run(command, cwd=CLIENT, capture_output=True, timeout=120, check=False)
    assert checked.returncode == 0, AGAIN
