"""Step 7, Results: closed by the clock, record signed and handed over, graded, approved by two, certificates issued."""

import time
from pathlib import Path

from examserver.demo.client import StepFailed, must_refuse
from examserver.demo.scene import Scene


def close_sitting(scene: Scene) -> None:
    """Wait for the server clock to close the sitting; nobody needs to press anything."""
    chief, path = scene.cast["hall", "chief"], f"/api/hall/sittings/{scene.facts['sitting']}"
    with scene.narrator.long("等待服务器时钟收卷") as bar:
        first = time.time() * 1000
        while True:
            view = chief.get(path)
            if view["phase"] == "closed":
                break
            deadline = (view["deadline_ms"] or first) + view["grace_s"] * 1000
            if time.time() * 1000 > deadline + 60_000:
                raise StepFailed(what=f"the sitting is {view['phase']} a minute after its deadline")
            bar.tell(min(99, int((time.time() * 1000 - first) * 100 / max(1, deadline - first))), "等待服务器时钟收卷")
            time.sleep(0.5)
    scene.facts["room"].end()


def hand_over(scene: Scene) -> None:
    """Sitting record built, signed by hall, chief and quality supervisor, carried to the authority; facts: record."""
    chief, path = scene.cast["hall", "chief"], f"/api/hall/sittings/{scene.facts['sitting']}"
    with scene.narrator.long("生成考试记录") as bar:
        chief.wait_job(chief.post(f"{path}/hand-over")["job"], bar.tell)
    for login in ("chief", "quality"):
        person = scene.cast["hall", login]
        person.post(f"{path}/countersign", {"password": person.password})
    record = chief.download(f"{path}/record", scene.folder / f"{scene.facts['sitting']}.record.zip")
    scene.facts["record"] = record
    scene.say(f"考试记录 {record.stat().st_size // 1024} KB：考场、主考、质量督导员三方签名")


def trust_hall_staff(scene: Scene) -> None:
    """The authority learns the hall staff's personal keys before the sitting's record arrives."""
    admin = scene.cast["authority", "authority-admin"]
    rows = scene.cast["hall", "hall-admin"].get("/api/hall/staff-keys")["keys"]
    for row in rows:
        body = {"role": row["role"], "name": row["name"], "signing_key": row["public_key"], "sealing_key": None}
        admin.post("/api/authority/trusted-keys", body)


def grade(scene: Scene) -> None:
    """No keys are opened before the record is in; then graded; facts: run; figures: graded, passed."""
    officer = scene.cast["authority", "grader"]
    runs = f"/api/authority/sittings/{scene.facts['sitting']}/runs"
    officer.upload("/api/authority/key-packages", {"file": scene.facts["key_package"]})
    must_refuse(lambda: officer.post(runs))
    officer.upload("/api/authority/records", {"file": scene.facts["record"]})
    queued = officer.post(runs)
    with scene.narrator.long("评分") as bar:
        officer.wait_job(queued["job"], bar.tell)
    results = officer.get(f"/api/authority/runs/{queued['run']}/results")["results"]
    run = queued["run"]
    sheet = officer.download(f"/api/authority/runs/{run}/sheet", scene.folder / f"{run}.sheet.json")
    scene.facts |= {"run": run, "results": results, "sheet": sheet}
    scene.figures |= {"graded": len(results), "passed": sum(result["passed"] for result in results)}
    scene.say(f"{len(results)} 份成绩，{scene.figures['passed']} 人合格，每题可追溯到作答步骤")


def approve(scene: Scene) -> None:
    """Two persons approve; one person twice is one approval."""
    run = f"/api/authority/runs/{scene.facts['run']}"
    first, second = scene.cast["authority", "approver-a"], scene.cast["authority", "approver-b"]
    first.post(f"{run}/approvals")
    must_refuse(lambda: first.post(f"{run}/approvals"))
    must_refuse(lambda: scene.cast["authority", "certifier"].post(f"{run}/certificates"))
    second.post(f"{run}/approvals")


def certify(scene: Scene) -> None:
    """Certificates with 22-character numbers as signed documents and PDF; figures: certificates."""
    officer = scene.cast["authority", "certifier"]
    with scene.narrator.long("制作证书") as bar:
        queued = officer.post(f"/api/authority/runs/{scene.facts['run']}/certificates")
        officer.wait_job(queued["job"], bar.tell)
    issued = officer.get("/api/authority/certificates", run=scene.facts["run"])["certificates"]
    scene.facts["certificates"] = issued
    scene.figures["certificates"] = len(issued)
    if len(issued) != scene.figures["passed"]:
        raise StepFailed(what=f"{scene.figures['passed']} passed, {len(issued)} certificates")
    folder: Path = scene.folder / "certificates"
    for row in issued[:5]:
        number = row["number"]
        officer.download(f"/api/authority/certificates/{number}/document", folder / f"{number}.cert.json")
        officer.download(f"/api/authority/certificates/{number}/pdf", folder / f"{number}.pdf")
    scene.say(f"{len(issued)} 张证书，首张编号 {issued[0]['number'] if issued else '-'}")
