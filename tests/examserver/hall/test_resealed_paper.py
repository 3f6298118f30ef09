"""A hall and a paper that was sealed again for other custodians: the newest it knows of counts, nothing else."""

from pathlib import Path

import pytest

from examserver.kernel.crypto.keys import KeyPair
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.documents import sign_document
from itembank.papers.ceremony import RESEAL, Call, rebuilt_keys, released_shares
from itembank.papers.manifest import Custodian, read_manifest
from itembank.papers.opening import make_release
from itembank.papers.resealing import Resealed, reseal_paper
from tests.examserver.hall.rig import FORMS, PAPER, RESERVE, SITTING, Rig
from tests.examserver.hall.seats import START_MS, HallRig, make_hall


@pytest.fixture
def hall(tmp_path: Path) -> HallRig:
    return make_hall(tmp_path)


def resealed(rig: Rig, new: list[KeyPair]) -> Resealed:
    """The hall's paper for two other custodians."""
    manifest, key = read_manifest(rig.paper.manifest), KeyPair.generate()
    people = tuple(
        Custodian(f"new_{n}", f"新保管人{n}", one.signing.public_raw, one.sealing.public_raw)
        for n, one in enumerate(new)
    )
    call = Call(
        ceremony="cer_1", kind=RESEAL, paper=PAPER, manifest_digest=manifest.digest, forms=(*FORMS, RESERVE),
        sealing_key=key.sealing.public_raw, opens_ms=START_MS, closes_ms=START_MS + 1, made_ms=START_MS,
        reason="保管人调离", asked_by="甲", approved_by="乙", custodians=people, threshold=2, copies=0, place="",
    )  # fmt: skip
    answers = [
        make_release(manifest, pair, call.sealing_key, "cer_1", call.forms, f"设备{n}", START_MS)
        for n, pair in enumerate(rig.custodians[:2])
    ]
    shares, _ = released_shares(call, manifest, answers, key.sealing)
    keys = rebuilt_keys(call, manifest, shares)
    return reseal_paper(rig.paper.package, call, keys, ["cus_0", "cus_1"], Signer("bank", "题库", rig.bank.signing), 1)


def order_naming(rig: Rig, digest: str, sitting: str = SITTING) -> bytes:
    body = {**rig.order_body, "papers": [{"paper": PAPER, "manifest_digest": digest}], "sitting": sitting}
    return sign_document(body, "exam.sitting-order", 1, [Signer("authority", "样例主管部门", rig.authority.signing)])


def test_the_new_package_takes_the_place_of_the_old_which_is_refused_from_then_on(hall: HallRig) -> None:
    assert hall.upload("/api/hall/orders", hall.rig.order).status_code == 200
    assert hall.upload("/api/hall/papers", hall.rig.paper.package).status_code == 200
    new = [KeyPair.generate() for _ in range(2)]
    made = resealed(hall.rig, new)
    unwanted = hall.upload("/api/hall/papers", made.package)
    assert unwanted.get_json()["code"] == "paper.unwanted", "no order names it yet"
    assert hall.upload("/api/hall/orders", order_naming(hall.rig, made.manifest.digest)).status_code == 200
    assert hall.upload("/api/hall/papers", made.package).status_code == 200
    second = order_naming(hall.rig, hall.rig.paper.manifest_digest, "sit_00000000000000000000000002")
    assert hall.upload("/api/hall/orders", second).status_code == 200
    old = hall.upload("/api/hall/papers", hall.rig.paper.package)
    assert (old.status_code, old.get_json()["code"]) == (409, "paper.superseded")
    path = f"/api/hall/sittings/{SITTING}/release"
    assert hall.upload(path, hall.rig.release(0, "旧设备", START_MS)).status_code == 409
    for n, pair in enumerate(new):
        forms, sealing = [*FORMS, RESERVE], hall.rig.hall_sealing
        file = make_release(made.manifest, pair, sealing, SITTING, forms, f"新设备{n}", START_MS)
        assert hall.upload(path, file).status_code == 200
    stale = hall.upload("/api/hall/sittings/sit_00000000000000000000000002/release", file)
    assert stale.status_code == 409, "an order that names the old manifest opens nothing"
