"""Step 4, Plan: roster from a spreadsheet, seats drawn from a recorded seed, tickets, the signed sitting order."""

import math
import time
from typing import Any

from openpyxl import load_workbook

from examserver.demo.client import StepFailed, must_refuse
from examserver.demo.scene import INSTITUTION, INSTITUTION_CODE, LEVEL, OCCUPATION, OCCUPATION_CODE, STANDARD, Scene
from examserver.demo.workbook import build_roster
from examserver.kernel.seeds import Draw

HOUR_MS = 3_600_000
SPARES = 2


def register_institution(scene: Scene) -> None:
    """The institution in the authority's directory; facts: institution."""
    admin = scene.cast["authority", "authority-admin"]
    body = {
        "code13": INSTITUTION_CODE,
        "name": INSTITUTION,
        "kind": "social_org",
        "occupations": [{"code": OCCUPATION_CODE, "levels": [LEVEL]}],
    }
    scene.facts["institution"] = admin.post("/api/authority/institutions", body)["id"]


def room_for(candidates: int) -> dict[str, Any]:
    """A room wide enough for the candidates, with spare workstations."""
    columns = max(2, math.ceil(math.sqrt(candidates * 1.2)))
    return {"name": "第一机房", "rows": math.ceil(candidates / columns), "columns": columns, "spares": SPARES}


def plan_sitting(scene: Scene) -> None:
    """File, approve, seat and order one sitting; facts: plan, order, sitting, seats."""
    officer = scene.cast["authority", "plan-officer"]
    plan = officer.post("/api/authority/plans", _plan(scene))["id"]
    _roster(scene, plan)
    officer.upload(f"/api/authority/plans/{plan}/paper", {"file": scene.facts["package"]})
    must_refuse(lambda: officer.post(f"/api/authority/plans/{plan}/approve"), "denied.permission")
    scene.cast["authority", "plan-approver"].post(f"/api/authority/plans/{plan}/approve")
    officer.post(f"/api/authority/plans/{plan}/seating", {"seed": f"seats-{scene.wish.seed}"})
    seats = _occupied(scene, plan)
    tickets = officer.download(f"/api/authority/plans/{plan}/tickets.pdf", scene.folder / "tickets.pdf")
    if not tickets.read_bytes().startswith(b"%PDF"):
        raise StepFailed(what="the admission tickets are no PDF")
    hall_key = scene.facts["keys"]["hall"]["key"]
    ordered = officer.post(f"/api/authority/plans/{plan}/order", {"hall_key": hall_key})
    scene.facts |= {"plan": plan, "seats": seats, "sitting": ordered["sitting"]}
    scene.facts["order"] = officer.download(
        f"/api/authority/plans/{plan}/order", scene.folder / f"{ordered['sitting']}.order.json"
    )
    scene.say(f"{len(seats)} 人座位由种子抽定，邻座异卷；准考证 {tickets.stat().st_size // 1024} KB")


def _plan(scene: Scene) -> dict[str, Any]:
    now_ms = int(time.time() * 1000)
    return {
        "institution": scene.facts["institution"],
        "title": f"电工四级理论知识考试 {scene.name}",
        "occupation_code": OCCUPATION_CODE,
        "occupation_name": OCCUPATION,
        "level": LEVEL,
        "standard": STANDARD,
        "method": "theory",
        "centre": "示范考点",
        "room": room_for(scene.wish.candidates),
        "starts_ms": now_ms + 120_000,
        "duration_s": max(60, round(scene.wish.minutes * 60)),
        "late_entry_cutoff_s": min(1800, round(scene.wish.minutes * 60)),
        "grace_s": 10,
        "release_opens_ms": now_ms - HOUR_MS // 2,
        "release_closes_ms": now_ms + HOUR_MS,
        "cut_score": "60",
    }


def _roster(scene: Scene, plan: str) -> None:
    """Upload the roster; nothing goes in before its report has been seen."""
    officer, path = scene.cast["authority", "plan-officer"], f"/api/authority/plans/{plan}/roster"
    roster = build_roster(scene.stage.data / "workbooks", scene.wish.candidates, _roster_seed(scene))
    checked = officer.upload(path, {"file": roster})
    if checked["faults"] or checked["good"] != scene.wish.candidates:
        raise StepFailed(what=f"the roster has faults: {checked['faults'][:3]}")
    officer.upload(f"{path}?take_good_rows=true", {"file": roster})
    scene.facts["roster"] = roster


def _roster_seed(scene: Scene) -> int:
    return Draw(scene.wish.seed, "roster").below(2**31)


def _occupied(scene: Scene, plan: str) -> list[dict[str, str]]:
    """Seat, ticket and document number of every candidate; the numbers are on the candidates' own cards."""
    officer = scene.cast["authority", "plan-officer"]
    sheet = load_workbook(scene.facts["roster"], read_only=True).worksheets[0]
    documents = [str(row[2]) for row in sheet.iter_rows(min_row=2, values_only=True) if row[0]]
    rows = officer.get(f"/api/authority/plans/{plan}/roster")["candidates"]
    seated = [
        {"seat": row["seat"], "ticket": row["ticket"], "document_number": documents[row["position"] - 1]}
        for row in rows
    ]
    return sorted(seated, key=lambda row: row["seat"])
