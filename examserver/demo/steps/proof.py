"""Step 8, Proof: every artefact verifies, every acknowledged answer is in the record, every tampering is named."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import httpx

from examserver.demo.client import StepFailed
from examserver.demo.scene import Scene
from examserver.demo.tamper import TAMPERINGS
from examserver.kernel.archive import read_archive
from examserver.kernel.canonical import digest_of, encode, unb64u
from examserver.kernel.crypto.keys import read_key_file
from examserver.kernel.crypto.seal import open_bytes, open_with
from examserver.kernel.documents import Trust, TrustedKey, read_document
from examserver.responses.steps import first_hash, hash_text, next_hash

PUBLIC_ROLE = {"authority": ("authority", "certification")}


def write_trust(scene: Scene) -> None:
    """trust.json beside the artefacts: the public keys a checker starts from."""
    keys: list[TrustedKey] = []
    for role, own in scene.facts["keys"].items():
        names = PUBLIC_ROLE.get(role, (role,))
        keys += [TrustedKey(name, own["name"], unb64u(own["signing_key"])) for name in names]
    for row in scene.cast["hall", "hall-admin"].get("/api/hall/staff-keys")["keys"]:
        keys.append(TrustedKey(row["role"], row["name"], unb64u(row["public_key"])))
    for custodian in scene.cast.custodians:
        keys.append(TrustedKey("custodian", custodian.name, custodian.pair.signing.public_raw))
    (scene.folder / "trust.json").write_bytes(Trust(tuple(keys)).as_file())


def run_exam(scene: Scene, *words: str) -> subprocess.CompletedProcess[str]:
    """The command line as a stranger would call it."""
    command = [sys.executable, "-m", "examserver.cli", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def _artefacts(scene: Scene) -> list[Path]:
    facts = scene.facts
    found = [facts["order"], facts["package"], facts["key_package"], *sorted(scene.folder.glob("release-*.json"))]
    found += [facts["record"], facts["sheet"], facts["matrix"], facts["publication"], *_video_manifests(scene)]
    found += [*sorted((scene.folder / "certificates").glob("*")), scene.stage.data / "authority" / "log"]
    return found


def _video_manifests(scene: Scene) -> list[Path]:
    return sorted((scene.stage.data / "hall" / "video").glob("*.video.json"))


def verify_artefacts(scene: Scene) -> None:
    """`exam verify` on every artefact; figures: verify."""
    role, trust = scene.stage.data / "authority", ("--trust", str(scene.folder / "trust.json"), "--json")
    key = ("--open-with", str(role / "role.key.json"), "--passphrase-file", str(role / "role.passphrase"))
    record = scene.facts["record"]
    asked: list[tuple[str, Path, tuple[str, ...]]] = []
    asked += [(file.name, file, key if file == record else ()) for file in _artefacts(scene)]
    asked.append((f"{record.name} rescored", record, (*key, "--rescore")))
    reports = []
    with scene.narrator.long("查验") as bar:
        for number, (name, file, options) in enumerate(asked):
            bar.tell(number * 100 // len(asked), f"查验 {name}")
            reports.append(_report(name, run_exam(scene, "verify", str(file), *trust, *options)))
    scene.figures["verify"] = reports
    scene.figures["video_segments"] = len(list((scene.stage.data / "hall" / "video").glob("*/*.seg")))
    failed = [report for report in reports if not report["ok"]]
    if failed:
        raise StepFailed(what=f"{failed[0]['artefact']} does not verify: {failed[0]['failures']}")
    scene.say(f"{len(reports)} 件凭证逐件查验，共 {sum(report['checks'] for report in reports)} 项全部通过")


def _report(name: str, done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    try:
        report = json.loads(done.stdout)
    except ValueError:
        return {"artefact": name, "ok": False, "checks": 0, "failures": [done.stderr[-300:]]}
    failures = [check for check in report["checks"] if not check["ok"]]
    shown = {"artefact": name, "ok": report["ok"] and done.returncode == 0, "checks": len(report["checks"])}
    return shown | ({"failures": failures[:5]} if failures else {})


def compare_answers(scene: Scene) -> None:
    """Open the record as the grading role and look for every acknowledgement; figures: answers_*."""
    heads = _record_heads(scene)
    acked = Counter((row["session"], row["seq"], row["head"]) for row in scene.facts["acked"])
    sequence = Counter((session, seq) for session, seq, _ in heads)
    scene.figures |= {
        "answers_in_record": len(heads),
        "answers_lost": sum(key not in heads for key in acked),
        "answers_duplicated": sum(count - 1 for count in sequence.values()),
    }
    if scene.figures["answers_lost"] or scene.figures["answers_duplicated"]:
        raise StepFailed(what=f"answers lost or doubled: {scene.figures}")
    scene.say(f"{len(acked)} 次确认全部在记录中：丢失 0，重复 0（记录共 {len(heads)} 步）")


def _record_heads(scene: Scene) -> list[tuple[str, int, str]]:
    """(session, seq, head) of every step in the record, heads recomputed from the steps."""
    role = scene.stage.data / "authority"
    pair = read_key_file((role / "role.key.json").read_bytes(), (role / "role.passphrase").read_text("utf-8"))
    entries = read_archive(scene.facts["record"].read_bytes())
    body = read_document(entries["record.json"]).body
    sitting = body["sitting"]
    key = open_with(pair.sealing, unb64u(body["wrapped_key"]), encode({"sitting": sitting}, "exam.record-info", 1))
    found: list[tuple[str, int, str]] = []
    for row in body["sessions"]:
        aad = encode({"sitting": sitting, "session": row["session"]}, "exam.session-aad", 1)
        document = json.loads(open_bytes(key, entries[f"sessions/{row['session']}.bin"], aad))
        head = first_hash(document["header"]) if document["entries"] else b""
        for entry in document["entries"]:
            head = next_hash(head, entry["step"])
            found.append((row["session"], entry["step"]["seq"], hash_text(head)))
    return found


def name_outcome(scene: Scene) -> None:
    """Digests that are the same for the same seed, whenever and wherever it runs; figures: outcome."""
    seats = {row["document_number"]: row["seat"] for row in scene.facts["seats"]}
    people = {row["ticket"]: row["document_number"] for row in scene.facts["seats"]}
    scores = {people[result["ticket"]]: result["score"] for result in scene.facts["results"]}
    scene.figures["outcome"] = {
        "forms": digest_of(scene.facts["form_digests"], "exam.demo-forms", 1),
        "seats": digest_of(seats, "exam.demo-seats", 1),
        "scores": digest_of(scores, "exam.demo-scores", 1),
    }


def tamper(scene: Scene) -> None:
    """Tamper with copies; each must be caught and named; figures: tamper_caught."""
    caught = []
    for name, act in TAMPERINGS.items():
        named = act(scene)
        if not named:
            raise StepFailed(what=f"the tampering “{name}” was not caught")
        caught.append({"tampering": name, "named": named})
        scene.say(f"篡改 {name} → 发现：{named[:110]}")
    scene.figures["tamper_caught"] = caught


def verify_publicly(scene: Scene) -> None:
    """The public endpoint, by number and name and by the QR alone, and a forged number refused."""
    certificates = scene.facts["certificates"]
    if not certificates:
        return
    number = certificates[0]["number"]
    document = read_document((scene.folder / "certificates" / f"{number}.cert.json").read_bytes()).body
    checks = [
        ({"number": number, "name": document["name"]}, True),
        ({"qr": qr_of(scene.folder / "certificates" / f"{number}.pdf")}, True),
        ({"number": number, "name": "张冠李戴"}, False),
    ]
    for body, expected in checks:
        answer = httpx.post(f"{scene.stage.base}/api/public/verify", json=body, verify=str(scene.stage.ca), timeout=20)
        if answer.json().get("valid", False) is not expected:
            raise StepFailed(what=f"public verification of {sorted(body)} answered {answer.text[:300]}")
    scene.say("公众查验：编号加姓名、仅凭二维码均有效；姓名不符不予确认")


def qr_of(pdf: Path) -> str:
    """The text of the QR code printed on a certificate, read from the rendered page as a phone would."""
    import cv2
    import numpy
    import pypdfium2

    page = pypdfium2.PdfDocument(str(pdf))[0]
    for scale in (3, 2, 4):
        picture = numpy.ascontiguousarray(page.render(scale=scale).to_numpy())
        text, _, _ = cv2.QRCodeDetector().detectAndDecode(picture)
        if text:
            return str(text)
    raise StepFailed(what=f"the QR code of {pdf.name} cannot be read")
