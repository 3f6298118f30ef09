"""Documents of custody: the product's verifier and the one written from the formats alone agree about them."""

import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from examserver.kernel.canonical import b64u
from examserver.kernel.crypto.keys import KeyPair
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.documents import sign_document
from examserver.kernel.opener import Opener
from examserver.kernel.policy import PolicyValue
from examserver.verify import verify_file
from itembank.papers.ceremony import sign_call
from itembank.papers.destruction import KEYS, PACKAGE, Destruction, Material, retention_of, sign_destruction
from itembank.papers.possession import Challenge, prove_possession, sign_challenge
from tests.itembank.papers.build import HOUR, NOW, Ceremony, ceremony
from tests.itembank.papers.test_custody import BANK, call_of, resealed
from tests.verify.independent_kinds import check_file
from tests.verify.independent_verifier import Given

NEW = [KeyPair.generate() for _ in range(3)]


@pytest.fixture(scope="module")
def paper() -> Ceremony:
    return ceremony()


@pytest.fixture(scope="module")
def folder(paper: Ceremony, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A paper, the same paper re-sealed, and every document of its custody."""
    found, bank = tmp_path_factory.mktemp("custody"), Signer("bank", BANK, paper.bank.signing)
    asked = Challenge(paper.manifest.paper, paper.manifest.digest, "cus_00", os.urandom(32), NOW, NOW + HOUR)
    rule = PolicyValue("retention_paper_days", 30, "days", "惯例", date(2020, 1, 1), None, "某人")
    kept = retention_of(NOW, rule)
    material = (Material(PACKAGE, "sha256:" + "1" * 64, "试卷包"), Material(KEYS, "sha256:" + "2" * 64, "答案包"))
    gone = Destruction("ppr_1", "卷", (paper.manifest.digest,), material, kept, "甲", "乙", "期满", kept.until_ms)
    files = {
        "old.paper.zip": paper.sealed.package,
        "new.paper.zip": resealed(paper, NEW).package,
        "c.call.json": sign_call(call_of(paper, NEW, KeyPair.generate()), bank),
        "c.challenge.json": sign_challenge(asked, bank),
        "p.possession.json": prove_possession(paper.manifest, paper.custodians[0], asked, "笔记本", NOW),
        "d.destruction.json": sign_destruction(gone, bank),
    }
    for name, data in files.items():
        (found / name).write_bytes(data)
    return found


def verdicts(path: Path, paper: Ceremony, beside: Path) -> tuple[bool, bool]:
    """Whether each verifier accepts the file, with the new custodians' keys and the folder's other files."""
    others = tuple(one for one in beside.iterdir() if one != path)
    report = verify_file(path, paper.trust, Opener(tuple(NEW[:2]), others))
    rows = [{"role": "bank", "key": paper.trust.keys[0].key, "public_key": b64u(paper.bank.signing.public_raw)}]
    given = Given(rows, {one.name: one.read_bytes() for one in others}, [pair.sealing.raw for pair in NEW[:2]])
    return report.ok, check_file(path, given) is None


NAMES = ("new.paper.zip", "c.call.json", "c.challenge.json", "p.possession.json", "d.destruction.json")


@pytest.mark.parametrize("name", NAMES)
def test_both_accept_what_the_product_makes(folder: Path, paper: Ceremony, name: str) -> None:
    assert verdicts(folder / name, paper, folder) == (True, True)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("c.call.json", {"approved_by": "acc_1"}),
        ("d.destruction.json", {"done_ms": NOW}),
        ("d.destruction.json", {"approved_by": "甲"}),
        ("p.possession.json", {"forms": []}),
        ("c.challenge.json", {"more": 1}),
    ],
)
def test_both_refuse_what_breaks_the_rule_though_it_is_signed(
    folder: Path, paper: Ceremony, tmp_path: Path, name: str, change: dict[str, Any]
) -> None:
    file = json.loads((folder / name).read_bytes())
    holder = name.startswith("p.")
    key = paper.custodians[0] if holder else paper.bank
    signer = Signer("custodian" if holder else "bank", "周保管" if holder else BANK, key.signing)
    path = tmp_path / name
    path.write_bytes(sign_document(file["body"] | change, file["type"], 1, [signer]))
    assert verdicts(path, paper, folder) == (False, False)
