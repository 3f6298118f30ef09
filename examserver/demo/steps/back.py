"""After the results: responses go back to the bank as statistics, and a share of the items becomes public."""

from examserver.demo.client import must_refuse
from examserver.demo.scene import Scene


def return_responses(scene: Scene) -> None:
    """The signed response matrix goes to the bank, which analyses it; figures: responses_analysed, items_flagged."""
    officer, analyst = scene.cast["authority", "grader"], scene.cast["bank", "analyst"]
    run, bank = scene.facts["run"], f"/api/bank/banks/{scene.facts['bank']}"
    file = scene.folder / f"{scene.facts['sitting']}.matrix.json"
    matrix = officer.download(f"/api/authority/runs/{run}/matrix", file)
    scene.facts["matrix"] = matrix
    analyst.upload(f"{bank}/matrices", {"file": matrix})
    with scene.narrator.long("统计试题") as bar:
        analyst.wait_job(analyst.post(f"{bank}/analyses")["job"], bar.tell)
    page = analyst.get(f"{bank}/statistics")
    scene.figures |= {"responses_analysed": page["analysis"]["persons"], "items_flagged": page["flagged"]}
    alphas = [f"{test['alpha']:.2f}" for test in page["analysis"]["tests"] if test["alpha"] is not None]
    told = f"，信度 α {'、'.join(alphas)}" if alphas else ""
    persons, items = page["analysis"]["persons"], page["total"]
    scene.say(f"{persons} 份作答回到题库：{items} 道试题有了统计，{page['flagged']} 道有提示{told}")


def release_publicly(scene: Scene) -> None:
    """A twentieth of the bank is drawn by two persons and published; figures: items_released."""
    keeper, approver = scene.cast["bank", "keeper"], scene.cast["bank", "approver"]
    asked = {"ratio": "0.05", "types": [], "area": "", "reason": "按比例向社会公开"}
    proposal = keeper.post(f"/api/bank/banks/{scene.facts['bank']}/releases", asked)
    must_refuse(lambda: keeper.post(f"/api/bank/releases/{proposal['id']}/draw", {"words": "自己抽取"}))
    drawn = approver.post(f"/api/bank/releases/{proposal['id']}/draw", {"words": f"场次 {scene.facts['sitting']}"})
    file = scene.folder / f"{drawn['id']}.publication.json"
    approver.download(f"/api/bank/public/releases/{drawn['id']}/document", file)
    scene.facts["publication"] = file
    scene.figures["items_released"] = len(drawn["codes"])
    scene.say(f"从 {drawn['eligible']} 道候选试题中公开 {len(drawn['codes'])} 道，抽取过程人人可重演")
