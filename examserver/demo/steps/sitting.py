"""Step 6, Sitting: answering with a killed server, a dead workstation and a lost network, under cameras."""

import json
import time
from typing import Any

from examserver.demo.client import StepFailed
from examserver.demo.director import Director
from examserver.demo.film import room_clip, seat_clip
from examserver.demo.scene import Scene
from examserver.demo.steps.hall import admit_waiting, bind

CAMERA = "hall-1"
OUTAGE_CREDIT_S = 10


def start_hall_camera(scene: Scene) -> None:
    """A hall camera (a clip made here, read by OpenCV) in a capture process of its own."""
    clip = scene.stage.data / "clips" / "room.avi"
    clip.parent.mkdir(parents=True, exist_ok=True)
    room_clip(clip)
    asked = {"sitting": scene.facts["sitting"], "camera": CAMERA, "label": "考场全景"}
    device = scene.cast["hall", "hall-admin"].post("/api/hall/devices", asked)
    token = scene.stage.data / "clips" / "capture.token"
    token.write_text(device["token"], "utf-8")
    options = {
        "--url": scene.stage.base,
        "--ca": str(scene.stage.ca),
        "--token-file": str(token),
        "--camera": CAMERA,
        "--source": str(clip),
        "--spool": str(scene.stage.data / "clips" / "spool"),
        "--segment-s": "5",
    }
    words = [word for pair in options.items() for word in pair]
    scene.stage.start("capture", "examserver.cli", "capture", *words, "--loop")


def seat_browser(scene: Scene) -> None:
    """Seat the last candidate at a real Chromium; where there is none, at one more virtual workstation, and say so."""
    from examserver.demo import browser_seat

    row = scene.facts["seats"][-1]
    scene.facts["browser"] = None
    if not browser_seat.available():
        scene.say("没有 Chromium：最后一个机位改由程序扮演 (no Chromium here: the last seat is played by the program)")
        _seat_program(scene, row)
        return
    clip = scene.stage.data / "clips" / "seat.mjpeg"
    clip.parent.mkdir(parents=True, exist_ok=True)
    seat_clip(clip)
    options = ("--url", scene.stage.base, "--ca", str(scene.stage.ca), "--clip", str(clip))
    folder = ("--folder", str(scene.stage.data / "browser"))
    browser = Director(scene.stage, "browser-seat", "examserver.demo.browser_seat", *options, *folder)
    bind(scene, row["seat"], browser.do("open")["pairing_code"])
    browser.do("check_in", ticket=row["ticket"], document_number=row["document_number"])
    browser.do("confirm")
    admit_waiting(scene, 1)
    browser.do("wait_ready")
    scene.facts["browser"] = browser


def _seat_program(scene: Scene, row: dict[str, Any]) -> None:
    room: Director = scene.facts["room"]
    station = room.do("enrol", count=1)["stations"][0]
    bind(scene, row["seat"], station["pairing_code"])
    order = {name: row[name] for name in ("ticket", "document_number")} | {"station": station["station"]}
    room.do("check_in", seats=[order])
    admit_waiting(scene, 1)
    room.do("prepare")


def answer(scene: Scene) -> None:
    """The sitting with its troubles; figures: server_kills, seat_moves."""
    browser: Director | None = scene.facts["browser"]
    if browser is not None:
        browser.do("wait_started")
        browser.send("answer", beliefs=str(scene.facts["beliefs"]), seconds=scene.facts["work_s"])
    _at(scene, 0.20)
    tickets = [row["ticket"] for row in scene.facts["seats"]]
    scene.facts["room"].do("network_down", ticket=tickets[0], seconds=scene.facts["work_s"] * 0.3)
    _at(scene, 0.35)
    _kill_server(scene)
    _at(scene, 0.55)
    _lose_workstation(scene, tickets[1 if len(tickets) > 2 else 0])
    _await_answers(scene, browser)


def _at(scene: Scene, share: float) -> None:
    """Wait until this share of the working time is over."""
    moment = scene.facts["started_ms"] / 1000 + scene.facts["work_s"] * share
    time.sleep(max(0.0, moment - time.time()))


def _kill_server(scene: Scene) -> None:
    scene.stage.kill_server()
    down = time.monotonic()
    scene.stage.serve()
    seconds = time.monotonic() - down
    scene.figures["server_kills"] = scene.figures.get("server_kills", 0) + 1
    asked = {"sessions": "all", "seconds": OUTAGE_CREDIT_S, "reason": "equipment", "note": "服务器中断补时"}
    path = f"/api/hall/sittings/{scene.facts['sitting']}"
    scene.cast["hall", "chief"].post(f"{path}/credit", asked)
    scene.say(f"考场服务器被强行终止，{seconds:.1f} 秒后恢复，全场补时 {OUTAGE_CREDIT_S} 秒")


def _lose_workstation(scene: Scene, ticket: str) -> None:
    room: Director = scene.facts["room"]
    invigilator = scene.cast["hall", "invigilator"]
    path = f"/api/hall/sittings/{scene.facts['sitting']}"
    room.do("die", ticket=ticket)
    cards = invigilator.get(f"{path}/seats")["seats"]
    session = next(card["session"] for card in cards if card["candidate"] and card["candidate"]["ticket"] == ticket)
    seat, station = scene.facts["spares"][0]
    asked = {"to_seat": seat, "reason": "equipment", "note": "机位故障，换至备用机"}
    invigilator.post(f"/api/hall/sessions/{session}/move", asked)
    left = scene.facts["work_s"] * 0.35
    room.do("resume_on", ticket=ticket, station=station, seconds=left)
    scene.figures["seat_moves"] = scene.figures.get("seat_moves", 0) + 1
    scene.say(f"一台机位损坏，考生换到备用机 {seat} 继续作答")


def _await_answers(scene: Scene, browser: Director | None) -> None:
    room: Director = scene.facts["room"]
    settled = room.do("settle", timeout_s=scene.facts["work_s"] + 120, seconds=scene.facts["work_s"] + 60)
    if settled["pending"]:
        raise StepFailed(what=f"{settled['pending']} changes were never acknowledged")
    if browser is not None:
        browser.answer(timeout_s=scene.facts["work_s"] + 60)
        browser.do("screenshot", path=str(scene.stage.data / "browser" / "player.png"))
        browser.do("submit")
        scene.say(f"真实浏览器机位交卷，回执 {browser.do('wait_receipt')['code']}")
    tickets = [row["ticket"] for row in scene.facts["seats"]][2:-1:3]
    room.do("submit", tickets=tickets)
    _measure(scene, browser)


def _measure(scene: Scene, browser: Director | None) -> None:
    """Latencies and every acknowledgement; figures: start_p99_ms, save_p50_ms, save_p99_ms, answers_acked.

    A save is timed from the change, or from the moment the seat was connected again after an outage made on purpose;
    `unsaved_max_ms` tells the longest time a change waited, outages included.
    """
    out = scene.stage.data / "virtual-report.json"
    scene.facts["room"].do("report", out=str(out))
    report = json.loads(out.read_text("utf-8"))
    acked = report["acked"]
    if browser is not None:
        acked = acked + browser.do("report")["acked"]
        browser.end()
    starts = [shown - scene.facts["pressed_ms"] for shown in report["shown_ms"].values() if shown is not None]
    scene.facts["acked"] = acked
    scene.figures |= {
        "answers_acked": len(acked),
        "start_p99_ms": round(percentile(starts, 99), 1),
        "save_p50_ms": round(percentile(report["latencies_ms"], 50), 1),
        "save_p99_ms": round(percentile(report["latencies_ms"], 99), 1),
        "unsaved_max_ms": round(report["unsaved_ms"], 1),
    }
    scene.say(f"{len(acked)} 次作答变更全部得到落盘确认；开考到首题 p99 {scene.figures['start_p99_ms']} 毫秒")


def percentile(values: list[float], rank: int) -> float:
    """The nearest-rank percentile; 0 of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * rank // 100)] if ordered else 0.0
