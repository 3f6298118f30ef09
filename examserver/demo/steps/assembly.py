"""Step 2, Assembly: three parallel forms and a reserve by the solver, confirmed by an independent checker."""

import tomllib
from typing import Any

from examserver.demo.client import Refusal, StepFailed
from examserver.demo.scene import Scene
from examserver.plumbing.settings import REPOSITORY

FORMS, RESERVE = 3, 1


def demo_blueprint() -> dict[str, Any]:
    """The blueprint of config/demo."""
    return tomllib.loads((REPOSITORY / "config" / "demo" / "blueprint.toml").read_text("utf-8"))


def refuse_greedy(scene: Scene) -> None:
    """A blueprint the bank cannot meet is refused with area, type, needed, available."""
    shortages = _too_much(scene, _blueprint(scene))
    words = "；".join(f"{row['area']} {row['type']} 需 {row['needed']} 有 {row['available']}" for row in shortages[:2])
    scene.say(f"超出题库的组卷方案被拒：{words}")


def _blueprint(scene: Scene) -> dict[str, Any]:
    return demo_blueprint() | {"duration_s": max(60, round(scene.wish.minutes * 60))}


def assemble(scene: Scene) -> None:
    """Assemble, look at the checker's verdict, approve by another person; facts: assembly; figures: forms."""
    officer, bank = scene.cast["bank", "assembler"], scene.facts["bank"]
    made = officer.post(f"/api/bank/banks/{bank}/blueprints", _blueprint(scene))
    view = _run(scene, made["id"], f"{scene.wish.seed}-{scene.name}")
    if view["state"] != "assembled" or len(view["forms"]) != FORMS + RESERVE:
        raise StepFailed(what=f"assembly ended as {view['state']}: {view.get('shortages')}")
    failed = [check for form in view["forms"] for check in form["checks"] if not check["ok"]]
    if failed:
        raise StepFailed(what=f"the checker refused: {failed[0]}")
    scene.cast["bank", "paper-approver"].post(f"/api/bank/assemblies/{view['id']}/approve")
    checks = sum(len(form["checks"]) for form in view["forms"])
    scene.say(f"{len(view['forms'])} 套卷，独立核查 {checks} 项全部通过，另一人批准")
    scene.facts["assembly"] = view["id"]
    scene.facts["form_digests"] = [form["digest"] for form in view["forms"]]
    scene.figures["forms"] = len(view["forms"])


def _run(scene: Scene, blueprint_id: str, seed: str) -> dict[str, Any]:
    officer = scene.cast["bank", "assembler"]
    asked = {"forms": FORMS, "reserve_forms": RESERVE, "seed": seed}
    queued = officer.post(f"/api/bank/blueprints/{blueprint_id}/assemblies", asked)
    with scene.narrator.long("组卷") as bar:
        officer.wait_job(queued["job"], bar.tell)
    view: dict[str, Any] = officer.get(f"/api/bank/assemblies/{queued['assembly']}")
    return view


def _too_much(scene: Scene, blueprint: dict[str, Any]) -> list[dict[str, Any]]:
    """The shortages of a blueprint that asks an area for ten times what it gives; at once or from the run."""
    first, *others = blueprint["cells"]
    greedy = blueprint | {"cells": [first | {"count": first["count"] + 40}, *others]}
    greedy |= {"name": "超量方案", "total_points": str(int(blueprint["total_points"]) + 40)}
    try:
        made = scene.cast["bank", "assembler"].post(f"/api/bank/banks/{scene.facts['bank']}/blueprints", greedy)
        view = _run(scene, made["id"], "greedy")
    except Refusal as refusal:
        view = {"state": "infeasible", "shortages": refusal.body.get("fields", {}).get("shortages", [])}
    if view["state"] != "infeasible" or not view["shortages"]:
        raise StepFailed(what="a blueprint the bank cannot meet was not refused")
    shortages: list[dict[str, Any]] = view["shortages"]
    return shortages
