"""Step 3, Sealing: the forms and, apart from them, the answer keys are sealed; three custodians, two needed to open."""

import time

from examserver.demo.client import Person, StepFailed, must_refuse
from examserver.demo.scene import Scene
from examserver.kernel.canonical import b64u

HOUR_MS = 3_600_000


def exchange_keys(scene: Scene) -> None:
    """Each role learns the public keys of the roles it deals with, entered by its administrator."""
    people = {"bank": "bank-admin", "authority": "authority-admin", "hall": "hall-admin"}
    own = {role: scene.cast[role, login].get(f"/api/{role}/keys")["own"] for role, login in people.items()}
    for role, login in people.items():
        for other in people.keys() - {role}:
            _trust(scene.cast[role, login], own[other])
    scene.facts["keys"] = own


def _trust(admin: Person, key: dict[str, str]) -> None:
    body = {name: key[name] for name in ("role", "name", "signing_key", "sealing_key")}
    admin.post(f"/api/{admin.role}/trusted-keys", body)


def enrol_custodians(scene: Scene) -> None:
    """Register the custodians' public keys with the bank - never by the sealer; facts: custodians."""
    admin = scene.cast["bank", "bank-admin"]
    scene.facts["custodians"] = [
        admin.post(
            "/api/bank/custodians",
            {
                "name": custodian.name,
                "signing_key": b64u(custodian.pair.signing.public_raw),
                "sealing_key": b64u(custodian.pair.sealing.public_raw),
            },
        )["custodian"]
        for custodian in scene.cast.custodians
    ]


def seal(scene: Scene) -> None:
    """Seal the approved forms; facts: paper, package, key_package."""
    sealer, now_ms = scene.cast["bank", "sealer"], int(time.time() * 1000)
    asked = {
        "title": f"电工四级理论知识考试 {scene.name}",
        "custodians": scene.facts["custodians"],
        "threshold": 2,
        "not_before_ms": now_ms - HOUR_MS,
        "expires_ms": now_ms + 24 * HOUR_MS,
    }
    assembly = scene.facts["assembly"]
    wrong = scene.cast["bank", "assembler"]
    must_refuse(lambda: wrong.post(f"/api/bank/assemblies/{assembly}/papers", asked), "denied.permission")
    queued = sealer.post(f"/api/bank/assemblies/{assembly}/papers", asked)
    with scene.narrator.long("封卷") as bar:
        sealer.wait_job(queued["job"], bar.tell)
    paper = sealer.get(f"/api/bank/papers/{queued['paper']}")
    if paper["state"] != "sealed":
        raise StepFailed(what=f"the paper is {paper['state']}")
    scene.facts["paper"] = paper
    scene.facts["package"] = sealer.download(
        f"/api/bank/papers/{paper['paper']}/package", scene.folder / f"{paper['paper']}.paper.zip"
    )
    scene.facts["key_package"] = sealer.download(
        f"/api/bank/papers/{paper['paper']}/keys", scene.folder / f"{paper['paper']}.keys.json"
    )
    scene.say(
        f"试卷包 {scene.facts['package'].stat().st_size // 1024} KB，答案包另行密封；保管人 3 名，任意 2 名可开启"
    )
