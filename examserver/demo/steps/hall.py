"""Step 5, Hall: order and papers verified, stations bound, check-in, prefetch, release by two, one press to start."""

import json
import time
from pathlib import Path
from typing import Any

from examserver.demo.beliefs import believed_of
from examserver.demo.cast import Custodian
from examserver.demo.client import Person, Refusal, StepFailed, must_refuse
from examserver.demo.director import Director
from examserver.demo.scene import Scene
from examserver.demo.workbook import read_items
from examserver.kernel.archive import read_archive
from examserver.kernel.canonical import unb64u
from itembank.papers.manifest import read_manifest
from itembank.papers.opening import make_release


def bring_papers(scene: Scene) -> None:
    """The hall takes the signed order and the sealed package, and refuses a package with one byte changed."""
    admin = scene.cast["hall", "hall-admin"]
    package: Path = scene.facts["package"]
    bent = scene.folder / "bent.paper.zip"
    data = bytearray(package.read_bytes())
    data[len(data) // 2] ^= 1
    bent.write_bytes(data)
    admin.upload("/api/hall/orders", {"file": scene.facts["order"]})
    refusal = must_refuse(lambda: admin.upload("/api/hall/papers", {"file": bent}))
    bent.unlink()
    admin.upload("/api/hall/papers", {"file": package})
    scene.say(f"考试指令与试卷包验签入库；改动一个字节的试卷包被拒（{refusal.code}）")


def make_staff_keys(scene: Scene) -> None:
    """Chief and quality supervisor make their personal signing keys, sealed under their own passwords."""
    for login in ("chief", "quality"):
        person = scene.cast["hall", login]
        person.post("/api/hall/staff-keys", {"password": person.password})


def seat_everybody(scene: Scene) -> None:
    """Workstations enrolled and bound, candidates checked in and admitted, ciphertext prefetched."""
    write_beliefs(scene)
    seats = scene.facts["seats"]
    seated = seats[: scene.virtual]
    room = Director(scene.stage, "virtual-seats", "examserver.demo.virtual_seats", *_virtual_options(scene))
    scene.facts["room"] = room
    spares = _spare_seats(scene)
    stations = room.do("enrol", count=len(seated) + len(spares))["stations"]
    for seat, station in zip([*(row["seat"] for row in seated), *spares], stations, strict=True):
        bind(scene, seat, station["pairing_code"])
    scene.facts["spares"] = list(zip(spares, (one["station"] for one in stations[len(seated) :]), strict=True))
    scene.cast["hall", "chief"].post(f"{_sitting(scene)}/open")
    orders = [
        {"station": station["station"], "ticket": row["ticket"], "document_number": row["document_number"]}
        for row, station in zip(seated, stations, strict=False)
    ]
    room.do("check_in", seats=orders)
    admit_waiting(scene, len(seated))
    ready = room.do("prepare")["ready"]
    scene.say(f"{ready} 台机位签到、核验、取密文就绪，备用机 {len(spares)} 台")


def _virtual_options(scene: Scene) -> tuple[str, ...]:
    beliefs = str(scene.facts["beliefs"])
    return (
        "--url",
        scene.stage.base,
        "--ca",
        str(scene.stage.ca),
        "--seed",
        str(scene.wish.seed),
        "--beliefs",
        beliefs,
    )


def _sitting(scene: Scene) -> str:
    return f"/api/hall/sittings/{scene.facts['sitting']}"


def _spare_seats(scene: Scene) -> list[str]:
    seats = scene.cast["hall", "chief"].get(f"{_sitting(scene)}/seats")["seats"]
    return [card["seat"] for card in seats if card["spare"]]


def bind(scene: Scene, seat: str, pairing_code: str) -> None:
    """The invigilator types the code shown on the workstation."""
    scene.cast["hall", "invigilator"].post(f"{_sitting(scene)}/seats/{seat}/bind", {"pairing_code": pairing_code})


def admit_waiting(scene: Scene, expected: int) -> None:
    """The invigilator compares each waiting candidate and admits."""
    invigilator = scene.cast["hall", "invigilator"]
    cards = invigilator.get(f"{_sitting(scene)}/seats")["seats"]
    waiting = [card for card in cards if card["phase"] == "waiting_admission"]
    if len(waiting) != expected:
        raise StepFailed(what=f"{expected} candidates should wait for admission, {len(waiting)} do")
    for card in waiting:
        invigilator.post(f"/api/hall/sessions/{card['session']}/admit")


def write_beliefs(scene: Scene) -> None:
    """What the virtual candidates believe: the demo bank's own table, which never travels to a seat."""
    beliefs = {row["code"]: believed_of(row) for row in read_items()}
    path = scene.stage.data / "beliefs.json"
    path.write_text(json.dumps(beliefs), "utf-8")
    scene.facts["beliefs"] = path


def release(scene: Scene) -> None:
    """One custodian alone opens nothing and is recorded; the second, another person on another device, opens."""
    first, second, _ = scene.cast.custodians
    chief = scene.cast["hall", "chief"]
    alone = _submit_release(scene, chief, first, "保管终端-1")
    if alone["released"]:
        raise StepFailed(what="one custodian alone opened the paper")
    again = _submit_release(scene, chief, first, "保管终端-2", may_refuse=True)
    if again["released"]:
        raise StepFailed(what="one custodian on two devices opened the paper")
    must_refuse(lambda: chief.post(f"{_sitting(scene)}/start"))
    opened = _submit_release(scene, chief, second, "保管终端-2")
    if not opened["released"]:
        raise StepFailed(what=f"two custodians did not open the paper: {opened}")
    scene.say("保管人甲一人不能开启（已记录）；甲、乙两人开启成功")


def _submit_release(
    scene: Scene, chief: Person, custodian: Custodian, device: str, may_refuse: bool = False
) -> dict[str, Any]:
    manifest = read_manifest(read_archive(scene.facts["package"].read_bytes())["manifest.json"])
    hall_key = unb64u(scene.facts["keys"]["hall"]["sealing_key"])
    forms = [form.form for form in manifest.forms]
    now_ms = int(time.time() * 1000)
    data = make_release(manifest, custodian.pair, hall_key, scene.facts["sitting"], forms, device, now_ms)
    path = scene.folder / f"release-{custodian.name[-2:]}-{device[-1]}.json"
    path.write_bytes(data)
    try:
        answer: dict[str, Any] = chief.upload(f"{_sitting(scene)}/release", {"file": path})
    except Refusal:
        if not may_refuse:
            raise
        return {"released": False}
    return answer


def start(scene: Scene) -> None:
    """One press: every ready seat gets 32 bytes; a second press changes nothing."""
    chief = scene.cast["hall", "chief"]
    seconds = scene.wish.minutes * 60 * 0.55
    scene.facts["room"].do("work", seconds=seconds)
    scene.facts["pressed_ms"] = time.time() * 1000
    view = chief.post(f"{_sitting(scene)}/start")
    again = chief.post(f"{_sitting(scene)}/start")
    if again["started_ms"] != view["started_ms"]:
        raise StepFailed(what="a second press on start moved the start")
    scene.facts |= {"started_ms": view["started_ms"], "deadline_ms": view["deadline_ms"], "work_s": seconds}
