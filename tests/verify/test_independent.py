"""The product's verifier and the one written from the formats alone agree, on good files and on tampered ones."""

import json
import random
import re
import shutil
from pathlib import Path

import pytest

from examserver.kernel.crypto.keys import KeyPair, SealingKey, SigningKey
from examserver.kernel.documents import read_trust
from examserver.kernel.opener import Opener
from examserver.verify import companions_of, verify_file
from tests.vectors.make_examples import FOLDER, example_files, values_text
from tests.verify.independent_kinds import check_file
from tests.verify.independent_verifier import Given
from tests.verify.primitives import unb64

ROOT = Path(__file__).parents[2]
ARTEFACTS = [name for name in example_files() if name != "trust.json" and not name.endswith(".seg")]
# Nothing signs a proof file's own spelling nor the address before a QR's fragment: they may differ and mean the same.
LOOSE = {"log-proof.json", "certificate.txt"}
VALUES = json.loads((FOLDER / "examples.json").read_text(encoding="utf-8"))
PEOPLE = VALUES["people"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(FOLDER, tmp_path / "example")
    return tmp_path / "example"


def verdicts(path: Path, keys: list[str]) -> tuple[str, str]:
    """What each verifier holds against the file; empty when nothing."""
    trust = (FOLDER / "trust.json").read_bytes()
    pairs = [KeyPair(SigningKey(bytes(32)), SealingKey(unb64(PEOPLE[who]["sealing_private"]))) for who in keys]
    report = verify_file(path, read_trust(trust), Opener(tuple(pairs), companions_of(path, ())))
    beside = {one.name: one.read_bytes() for one in path.parent.iterdir() if one.is_file() and one != path}
    given = Given(json.loads(trust)["keys"], beside, [pair.sealing.raw for pair in pairs])
    ours = "" if report.ok else "; ".join(f"{one.name} {one.detail}" for one in report.failures()) or "nothing checked"
    return ours, check_file(path, given) or ""


@pytest.mark.parametrize("name", ARTEFACTS)
@pytest.mark.parametrize("keys", [[], ["authority", "hall", "custodian-1", "custodian-3"]], ids=["no keys", "keys"])
def test_both_accept_the_worked_example(folder: Path, name: str, keys: list[str]) -> None:
    assert verdicts(folder / name, keys) == ("", "")


@pytest.mark.parametrize("name", ARTEFACTS)
def test_both_refuse_any_flipped_bit(folder: Path, name: str) -> None:
    path, drawn = folder / name, random.Random(name)
    good = path.read_bytes()
    for _ in range(25):
        changed = bytearray(good)
        changed[drawn.randrange(len(good))] ^= 1 << drawn.randrange(8)
        path.write_bytes(bytes(changed))
        ours, other = verdicts(path, [])
        if name in LOOSE and same_meaning(good, bytes(changed)):
            continue
        assert ours and other, (name, ours, other)


def same_meaning(before: bytes, after: bytes) -> bool:
    if b"/verify#" in before:
        return before.partition(b"#")[2] == after.partition(b"#")[2] or b"/verify#" not in after
    try:
        return bool(json.loads(before) == json.loads(after))
    except ValueError:
        return False


@pytest.mark.parametrize("name", ARTEFACTS)
def test_both_refuse_a_cut_or_lengthened_file(folder: Path, name: str) -> None:
    path = folder / name
    good = path.read_bytes()
    for data in (good[:-1], good[: len(good) // 2], b"", good + b"x"):
        path.write_bytes(data)
        ours, other = verdicts(path, [])
        assert ours and other, (name, len(data), ours, other)


def test_both_miss_a_segment_and_notice_one_that_was_exchanged(folder: Path) -> None:
    manifest = next(folder.glob("*.video.json"))
    first, second, last = sorted((folder / manifest.name.removesuffix(".video.json")).glob("*.seg"))
    good = {path: path.read_bytes() for path in (first, second, last)}
    changes = {
        "dropped": {first: None},
        "replaced": {second: good[second][:-1] + b"x"},
        "reordered": {first: good[second], second: good[first]},
        "added": {last.with_name("000003.seg"): good[last]},
    }
    for what, change in changes.items():
        for path, data in change.items():
            path.unlink() if data is None else path.write_bytes(data)
        ours, other = verdicts(manifest, [])
        assert ours and other, what
        last.with_name("000003.seg").unlink(missing_ok=True)
        for path, data in good.items():
            path.write_bytes(data)
    assert verdicts(manifest, ["hall"]) == ("", "")


def test_the_worked_example_can_be_made_again_byte_for_byte() -> None:
    for name, data in example_files().items():
        assert (FOLDER / name).read_bytes() == data, name
    assert (FOLDER / "examples.json").read_text(encoding="utf-8") == values_text()


def test_every_value_in_the_formats_is_one_of_the_example() -> None:
    text = (ROOT / "examserver" / "docs" / "formats.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"sha256:[0-9a-f]{64}|\b[A-Za-z0-9_-]{43}\b|\b[0-9A-Z]{5}(?:-[0-9A-Z]{5}){3}\b", text))
    known = (FOLDER / "examples.json").read_text(encoding="utf-8") + (FOLDER / "checkpoint").read_text(encoding="utf-8")
    assert shown and not [value for value in shown if value not in known]


def test_the_second_verifier_imports_nothing_of_the_product() -> None:
    for name in ("primitives", "independent_verifier", "independent_kinds"):
        text = (ROOT / "tests" / "verify" / f"{name}.py").read_text(encoding="utf-8")
        assert not re.findall(r"^\s*(?:from|import) (?:examserver|itembank|proctor)", text, re.MULTILINE)
