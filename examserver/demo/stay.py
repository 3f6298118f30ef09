"""After the exam: a second sitting runs for an hour with one seat left free, and all stays open to look around."""

import time
from dataclasses import replace

from rich.table import Table

from examserver.demo.client import Refusal
from examserver.demo.scene import Scene
from examserver.demo.steps.assembly import assemble
from examserver.demo.steps.hall import bind, bring_papers, release, seat_everybody, start
from examserver.demo.steps.plan import plan_sitting
from examserver.demo.steps.sealing import seal
from examserver.demo.steps.sitting import start_hall_camera
from examserver.kernel.documents import read_document

MINUTES = 60.0
KEPT_FACTS = ("bank", "custodians", "institution", "keys")
LOOK_AGAIN_S = 1.0


def stay_open(first: Scene) -> None:
    """Prepare the second sitting, print where to look, and serve until the person has had enough."""
    first.narrator.console.print("\n[bold cyan]另开一场供您试用[/] (a second sitting for you, 60 minutes)")
    scene = _second_sitting(first)
    _print_places(scene)
    _print_certificate(first)
    try:
        while scene.stage.running["server"].poll() is None:
            _help_free_seat(scene)
            time.sleep(LOOK_AGAIN_S)
    except KeyboardInterrupt:
        scene.narrator.console.print("再见 / good-bye")


def _second_sitting(first: Scene) -> Scene:
    wish = replace(first.wish, minutes=MINUTES, candidates=max(2, min(first.wish.candidates, 30)))
    facts = {name: first.facts[name] for name in KEPT_FACTS}
    scene = Scene(first.stage, first.cast, first.narrator, wish, "open", facts)
    for act in (assemble, seal, plan_sitting, bring_papers, seat_everybody, start_hall_camera, release, start):
        act(scene)
    return scene


def _help_free_seat(scene: Scene) -> None:
    """Bind whatever workstation appears to the free seat and admit who checks in there: a friendly invigilator."""
    invigilator, row = scene.cast["hall", "invigilator"], scene.facts["seats"][-1]
    try:
        cards = invigilator.get(f"/api/hall/sittings/{scene.facts['sitting']}/seats")["seats"]
        card = next(card for card in cards if card["seat"] == row["seat"])
        if card["station"] is None or not card["online"]:
            for station in invigilator.get("/api/hall/stations", unbound="true")["stations"][:1]:
                bind(scene, row["seat"], station["pairing_code"])
        elif card["phase"] == "waiting_admission":
            invigilator.post(f"/api/hall/sessions/{card['session']}/admit")
    except Refusal as refusal:
        scene.say(str(refusal))


def _print_places(scene: Scene) -> None:
    base, row, console = scene.stage.base, scene.facts["seats"][-1], scene.narrator.console
    places = Table(title="打开这些页面 / open these pages", title_justify="left", show_header=False)
    for path, words in (
        ("/seat", f"考生机位 {row['seat']}（准考证 {row['ticket']}，证件号 {row['document_number']}）"),
        ("/console", "监考控制台 invigilator console"),
        ("/desk", "机构组卷台 paper desk"),
        ("/authority", "计划、成绩与证书 plans, results, certificates"),
        ("/verify", "公众查验 public verification"),
    ):
        places.add_row(f"{base}{path}", words)
    console.print(places)
    console.print(f"浏览器若提示证书不受信任：导入 {scene.stage.ca} (the hall's own CA)")
    accounts = Table(title="演示账号（仅本次有效） / demo accounts, this run only", title_justify="left")
    for heading in ("页面", "账号", "密码", "身份"):
        accounts.add_column(heading)
    page = {"bank": "/desk", "authority": "/authority", "hall": "/console"}
    for (role, login), person in scene.cast.people.items():
        accounts.add_row(page[role], login, person.password, person.name)
    console.print(accounts)


def _print_certificate(first: Scene) -> None:
    """A certificate of the first exam to try the public page with, and how to leave."""
    console = first.narrator.console
    for file in sorted((first.folder / "certificates").glob("*.cert.json"))[:1]:
        body = read_document(file.read_bytes()).body
        console.print(f"可查验证书：{body['number']} {body['name']}（PDF：{file.with_name(body['number'] + '.pdf')}）")
    console.print("按 Ctrl-C 结束 / Ctrl-C ends everything")
