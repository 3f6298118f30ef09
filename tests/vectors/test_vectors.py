"""The committed vectors are what the code makes today, and what must be refused is refused."""

import json
from pathlib import Path

import pytest

from examserver.kernel.canonical import encode, to_json, unb64u
from examserver.kernel.crypto.seal import open_bytes
from examserver.kernel.errors import Invalid
from tests.vectors.make_shared import REFUSED, as_text, shared_vectors

HERE = Path(__file__).parent


@pytest.mark.parametrize("name", ["canonical.json", "chain.json", "form.json"])
def test_the_committed_vectors_are_made_by_the_code(name: str) -> None:
    assert (HERE / name).read_text(encoding="utf-8") == as_text(shared_vectors()[name])


@pytest.mark.parametrize(("name", "text"), REFUSED, ids=[name for name, _ in REFUSED])
def test_what_evidence_may_not_hold_is_refused(name: str, text: str) -> None:
    with pytest.raises(Invalid):
        encode(json.loads(text), "exam.step", 1)


def test_the_form_of_the_vector_opens_with_its_key() -> None:
    vector = json.loads((HERE / "form.json").read_text(encoding="utf-8"))
    plaintext = open_bytes(unb64u(vector["key"]), unb64u(vector["sealed"]), unb64u(vector["aad"]))
    assert plaintext == to_json(vector["form"])
