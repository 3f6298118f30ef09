"""Step 1, Bank: a workbook is imported with its faults seen, the good rows taken, then signed and enrolled."""

from examserver.demo.client import StepFailed, must_refuse
from examserver.demo.scene import LEVEL, OCCUPATION, OCCUPATION_CODE, STANDARD, Scene
from examserver.demo.workbook import WorkbookFiles, build_workbook


def fill_bank(scene: Scene) -> None:
    """Leave a ready bank behind; figures: items_in_bank."""
    admin = scene.cast["bank", "bank-admin"]
    author = scene.cast["bank", "author"]
    files = build_workbook(scene.stage.data / "workbooks", faults=True)
    bank = admin.post(
        "/api/bank/banks",
        {
            "name": "电工四级题库",
            "occupation_code": OCCUPATION_CODE,
            "occupation_name": OCCUPATION,
            "level": str(LEVEL),
            "standard": STANDARD,
            "owner": "示范技能鉴定指导中心",
        },
    )["id"]
    admin.upload(f"/api/bank/banks/{bank}/specification", {"file": files.workbook})
    checked = author.upload(f"/api/bank/banks/{bank}/imports", {"file": files.workbook, "figures": files.figures_zip})
    _compare_faults(checked["faults"], files)
    scene.say(f"{checked['rows']} 行，可用 {checked['good']} 行，问题 {len(checked['faults'])} 处（逐行列出）")
    must_refuse(lambda: author.post(f"/api/bank/imports/{checked['id']}/accept", {"take_good_rows": False}))
    author.post(f"/api/bank/imports/{checked['id']}/accept", {"take_good_rows": True})
    verdict = {"import_id": checked["id"], "verdict": "accept", "comment": "审核通过"}
    must_refuse(lambda: author.post("/api/bank/items/review", verdict), "denied.permission")
    scene.cast["bank", "reviewer"].post("/api/bank/items/review", verdict)
    approved = scene.cast["bank", "approver"].post("/api/bank/items/approve", verdict)
    scene.say(f"审题、审定由不同的人完成：{approved['changed']} 题通过")
    _open_for_papers(scene, bank)
    scene.facts["bank"] = bank
    scene.figures["items_in_bank"] = approved["changed"]


def _open_for_papers(scene: Scene, bank: str) -> None:
    """The authority enrols what was approved and declares the bank ready; an unready bank serves no formal paper."""
    keeper, whole = scene.cast["bank", "keeper"], {"bank": bank, "verdict": "accept"}
    must_refuse(lambda: scene.cast["bank", "approver"].post("/api/bank/items/enrol", whole), "denied.permission")
    must_refuse(lambda: keeper.post(f"/api/bank/banks/{bank}/readiness", {"state": "ready"}), "readiness.conditions")
    enrolled = keeper.post("/api/bank/items/enrol", whole)
    least = min(gap["enrolled"] for gap in keeper.get(f"/api/bank/banks/{bank}/programme")["gaps"])
    phase = {"name": "首期", "per_point": least, "due_on": ""}
    keeper.post(f"/api/bank/banks/{bank}/phases", phase)
    programme = keeper.post(f"/api/bank/banks/{bank}/readiness", {"state": "ready"})
    points = sum(1 for gap in programme["gaps"] if not gap["type"])
    scene.say(f"第四人入库 {enrolled['changed']} 题；{points} 个鉴定点各不少于 {least} 题，题库宣布就绪")


def _compare_faults(found: list[dict[str, object]], files: WorkbookFiles) -> None:
    """Every fault planted in the workbook must be reported at its row and with its kind."""
    reported = {(fault["row"], fault["code"]) for fault in found}
    for planted in files.faulty_rows:
        if (planted.row, planted.kind) not in reported:
            raise StepFailed(what=f"the fault {planted.kind} in row {planted.row} was not reported")
