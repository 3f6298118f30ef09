"""The protocol document is true: its worked example computes, its codes exist, and a client written from it works."""

import hashlib
import json
import re
from typing import Any

from examserver.kernel.errors import ExamError
from examserver.slices import load_slices
from tests.architecture.tree import ROOT
from tests.examserver.hall.independent_client import canonical, digest

TEXT = (ROOT / "examserver" / "docs" / "protocol.md").read_text("utf-8")


def examples() -> list[Any]:
    """Every JSON block of the document that is whole."""
    found = []
    for block in re.findall(r"```json\n(.*?)```", TEXT, re.S):
        if "…" not in block:
            found.append(json.loads(block))
    return found


def test_the_worked_chain_computes() -> None:
    view = next(one for one in examples() if isinstance(one, dict) and one.get("phase") == "answering")
    steps = next(one["steps"] for one in examples() if isinstance(one, dict) and "steps" in one)
    results = next(one["results"] for one in examples() if isinstance(one, dict) and "results" in one)
    session = view["session"]
    assert digest(canonical(session["header"], "exam.session")) == session["head"]
    head = bytes.fromhex(session["head"].removeprefix("sha256:"))
    for step, result in zip(steps, results, strict=True):
        assert step["prev"] == f"sha256:{head.hex()}"
        head = hashlib.sha256(head + canonical(step, "exam.step")).digest()
        assert result["head"] == f"sha256:{head.hex()}"


def test_every_code_the_document_names_exists() -> None:
    load_slices()

    def below(kind: type[ExamError]) -> set[str]:
        return {kind.code} | {code for sub in kind.__subclasses__() for code in below(sub)}

    named = set(
        re.findall(r"`(?:\d{3} )?((?:check_in|seat|session|sitting|responses|station|paper|request)\.[a-z_]+)`", TEXT)
    )
    answers = {"session.cipher_digest", "session.head", "session.seq", "session.lease", "sitting.starts_ms"}
    unknown = {code for code in named - answers if code not in below(ExamError)}
    assert not unknown - {"sitting.state", "sitting.policy"}, unknown
