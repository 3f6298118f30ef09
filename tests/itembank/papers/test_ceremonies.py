"""Custody through the endpoints: two persons and the custodians re-seal, print and destroy; nobody does it alone."""

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pypdf import PdfReader

from examserver.cli import exam
from examserver.kernel.access import system_actor
from examserver.kernel.archive import read_archive
from examserver.kernel.clock import Clock
from examserver.kernel.crypto.keys import KeyPair
from examserver.kernel.documents import Trust, TrustedKey
from examserver.kernel.opener import Opener
from examserver.plumbing.audit_store import read_events
from examserver.plumbing.work import open_work
from examserver.verify import verify_file
from itembank.papers.actions import paper_vault
from itembank.papers.ceremonies.actions import manifest_of
from itembank.papers.ceremony import read_call
from itembank.papers.fsck import fsck
from itembank.papers.manifest import MANIFEST_NAME, Manifest, read_manifest
from itembank.papers.opening import make_release
from itembank.papers.possession import prove_possession, read_challenge
from tests.itembank.bank import Bank, open_bank, spec_csv, spec_rows
from tests.itembank.papers.test_endpoints import approved, enrolled, terms, trust_authority
from tests.itembank.test_assembly import AREAS, rows
from tests.kit import PASSWORD, Person

NOW = 1796086800000
YEAR = 366 * 86_400_000


class Hands(Clock):
    """A clock whose hands the test moves."""

    at_ms = NOW

    def now_ms(self) -> int:
        return self.at_ms


@dataclass
class Office:
    """A bank with a sealed paper, its custodians' keys, and the persons of custody."""

    bank: Bank
    clock: Hands
    pairs: list[KeyPair]
    custodians: list[str]
    sealer: Person
    officer: Person
    other: Person
    paper: str

    def package(self) -> bytes:
        return self.sealer.get(f"/api/bank/papers/{self.paper}/package").data

    def manifest(self) -> Manifest:
        return manifest_of(self.package())

    def trust(self) -> Trust:
        return Trust((TrustedKey("bank", "题库", self.bank.world.runtimes["bank"].keys.signing.public_raw),))

    def asked(self, **wish: object) -> str:
        body = {"reason": "保管人调离", "closes_ms": self.clock.at_ms + 3_600_000} | wish
        answer = self.sealer.post(f"/api/bank/papers/{self.paper}/ceremonies", body)
        assert answer.status_code == 200, answer.text
        return str(answer.json["ceremony"])

    def answer(self, ceremony: str, number: int, device: str = "") -> bytes:
        """A custodian's answer to the ceremony's call."""
        call = read_call(self.sealer.get(f"/api/bank/ceremonies/{ceremony}/call").data)
        made = self.clock.at_ms
        key, forms = call.sealing_key, call.forms
        return make_release(self.manifest(), self.pairs[number], key, ceremony, forms, device or f"设备{number}", made)

    def hand_in(self, ceremony: str, data: bytes) -> dict[str, object]:
        answer = self.sealer.post(f"/api/bank/ceremonies/{ceremony}/answers", data=data)
        return dict(answer.json or {})


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    clock = Hands()
    bank = open_bank(tmp_path_factory.mktemp("bank"), clock=clock)
    assert bank.specify(spec_csv(spec_rows(AREAS, 5))).status_code == 200
    bank.fill(rows())
    trust_authority(bank)
    pairs = [KeyPair.generate() for _ in range(4)]
    custodians = [enrolled(bank.admin, f"保管人{n}", pair).json["custodian"] for n, pair in enumerate(pairs)]
    person = bank.world.signed_in
    sealer, officer = person("bank", "sealer", "paper_sealer"), person("bank", "officer", "custody_officer")
    other = person("bank", "other", "custody_officer")
    assembly = approved(bank, "仪式")
    asked = sealer.post(f"/api/bank/assemblies/{assembly}/papers", terms(custodians[:3]))
    assert asked.status_code == 200, asked.text
    bank.world.run_jobs()
    return Office(bank, clock, pairs, custodians, sealer, officer, other, asked.json["paper"])


def test_a_custodian_proves_possession_once_per_challenge(office: Office) -> None:
    path = f"/api/bank/papers/{office.paper}"
    sealed = office.sealer.post(f"{path}/challenges", {"custodian": office.custodians[0]}).data
    asked = read_challenge(sealed)
    proof = prove_possession(office.manifest(), office.pairs[0], asked, "笔记本", NOW)
    assert office.sealer.post(f"{path}/possessions", data=proof).json["proven_ms"] == office.clock.at_ms
    again = office.sealer.post(f"{path}/possessions", data=proof)
    assert (again.status_code, again.json["code"]) == (409, "possession.not_proven")
    listed = office.officer.get(f"{path}/possessions").json["possessions"]
    assert [(one["name"], one["device"]) for one in listed] == [("保管人0", "笔记本")]


def test_a_custodian_is_replaced_by_two_persons_and_two_custodians_and_no_form_is_opened(
    office: Office, tmp_path: Path
) -> None:
    before, keep = office.package(), [office.custodians[n] for n in (0, 1, 3)]
    ceremony = office.asked(kind="reseal", custodians=keep, threshold=2)
    assert office.sealer.post(f"/api/bank/ceremonies/{ceremony}/approve").status_code == 403
    assert office.officer.post(f"/api/bank/ceremonies/{ceremony}/approve").json["state"] == "called"
    first = office.hand_in(ceremony, office.answer(ceremony, 0))
    assert (first["outcome"], first["shares"]) == ("waiting", 1)
    same = office.hand_in(ceremony, office.answer(ceremony, 0, "另一台"))
    assert same["code"] == "ceremony.answer_refused"
    assert office.hand_in(ceremony, office.answer(ceremony, 2))["outcome"] == "released"
    after, manifest = office.package(), office.manifest()
    assert {name: data for name, data in read_archive(after).items() if name != MANIFEST_NAME} == {
        name: data for name, data in read_archive(before).items() if name != MANIFEST_NAME
    }
    old = read_manifest(read_archive(before)[MANIFEST_NAME])
    assert manifest.lineage == (old.digest, manifest.digest)
    (tmp_path / "new.paper.zip").write_bytes(after)
    (tmp_path / "old.paper.zip").write_bytes(before)
    opener = Opener((office.pairs[1], office.pairs[3]), (tmp_path / "old.paper.zip",))
    report = verify_file(tmp_path / "new.paper.zip", office.trust(), opener)
    assert report.ok and "form_content" in {check.name for check in report.checks}, report.failures()
    (tmp_path / "p.keys.json").write_bytes(office.sealer.get(f"/api/bank/papers/{office.paper}/keys").data)
    keys = verify_file(tmp_path / "p.keys.json", office.trust(), Opener((), (tmp_path / "new.paper.zip",)))
    assert keys.ok and "keys_for_paper" in {check.name for check in keys.checks}, keys.failures()
    view = office.sealer.get(f"/api/bank/papers/{office.paper}").json
    assert (view["superseded"], len(view["custodians"])) == ([old.digest], 3)
    with open_work(office.bank.world.runtimes["bank"], system_actor("test"), write=False) as work:
        said = [
            event.action for event in read_events(work.session, "bank") if event.subject in (ceremony, office.paper)
        ]
        assert [check for check in fsck(work) if not check.ok] == []
    assert {"ceremony.asked", "ceremony.called", "ceremony.answered", "paper.resealed", "ceremony.ended"} <= set(said)
    assert "forms.handed_over" not in said


def test_nobody_approves_their_own_request_and_one_runs_at_a_time(office: Office) -> None:
    asked = {"kind": "print", "form": office.manifest().forms[0].form, "copies": 2, "place": "备用考点"}
    body = asked | {"reason": "考场停电", "closes_ms": office.clock.at_ms + 1000}
    made = office.officer.post(f"/api/bank/papers/{office.paper}/ceremonies", body).json["ceremony"]
    refused = office.officer.post(f"/api/bank/ceremonies/{made}/approve")
    assert (refused.status_code, refused.json["code"]) == (409, "ceremony.needs_another")
    second = office.sealer.post(f"/api/bank/papers/{office.paper}/ceremonies", body)
    assert second.json["code"] == "ceremony.under_way"
    assert office.officer.post(f"/api/bank/ceremonies/{made}/close").json["state"] == "cancelled"


def test_marked_copies_are_printed_after_the_custodians_answered_and_never_more_than_approved(office: Office) -> None:
    form = office.manifest().forms[0]
    ceremony = office.asked(kind="print", form=form.form, copies=2, place="备用考点一", reason="考场停电")
    early = office.officer.post(f"/api/bank/ceremonies/{ceremony}/copies", {"copies": 1})
    assert early.json["code"] == "ceremony.wrong_state"
    assert office.officer.post(f"/api/bank/ceremonies/{ceremony}/approve").status_code == 200
    for number in (0, 3):
        done = office.hand_in(ceremony, office.answer(ceremony, number))
    assert done["outcome"] == "released"
    pdf = office.officer.post(f"/api/bank/ceremonies/{ceremony}/copies", {"copies": 2})
    assert pdf.status_code == 200 and pdf.data[:5] == b"%PDF-", pdf.text[:300]
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.data)).pages)
    assert "T-000" not in text and "答题卡" in text
    more = office.officer.post(f"/api/bank/ceremonies/{ceremony}/copies", {"copies": 1})
    assert more.json["code"] == "print.too_many"
    assert office.sealer.post(f"/api/bank/ceremonies/{ceremony}/copies", {"copies": 1}).status_code == 403
    mark = next(word for word in text.split() if word.count("-") == 2 and word[:3].isalnum() and len(word) == 11)
    asked = {"watermark": mark, "papers": [office.paper], "reason": "网上出现照片"}
    traced = office.officer.post("/api/bank/traces", asked).json
    assert (traced["unique"], traced["halls"], traced["forms"]) == (True, ["备用考点一"], [form.form])
    assert office.officer.post(f"/api/bank/ceremonies/{ceremony}/close").json["state"] == "done"


def test_a_fragment_is_traced_in_the_bank_without_opening_the_package(office: Office) -> None:
    places = office.bank.assembler.get(
        f"/api/bank/assemblies/{office.sealer.get(f'/api/bank/papers/{office.paper}').json['assembly']}"
    ).json
    assert places["state"] == "sealed"
    asked = {"items": [{"item": "T-00001"}], "papers": [office.paper], "reason": "网上出现照片"}
    traced = office.officer.post("/api/bank/traces", asked)
    assert traced.status_code == 200, traced.text
    assert traced.json["candidates"] <= 3 and traced.json["steps"][0]["before"] >= traced.json["candidates"]
    assert office.sealer.post("/api/bank/traces", asked).status_code == 403


def test_the_command_line_seals_and_traces_like_the_page(office: Office, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(PASSWORD)
    assembly = approved(office.bank, "命令行")

    def run(*words: object) -> dict[str, Any]:
        data = str(office.bank.world.settings.data_dir)
        done = CliRunner().invoke(exam, ["--data", data, "paper", *map(str, words)])
        assert done.exit_code == 0, (done.output, done.exception)
        return dict(json.loads(done.output))

    person = ["--password-file", tmp_path / "secret", "--login"]
    window = ["--threshold", 2, "--from", NOW, "--until", NOW + 1000, "--title", "命令行密封"]
    holders = [word for one in office.custodians[:2] for word in ("--custodian", one)]
    sealed = run("seal", assembly, *window, *holders, *person, "sealer")
    assert sealed["state"] == "sealed" and sealed["manifest"].startswith("sha256:")
    view = office.sealer.get(f"/api/bank/papers/{sealed['paper']}").json
    assert (view["threshold"], len(view["custodians"])) == (2, 2)
    told = run("trace", "--json", "--paper", sealed["paper"], "--items", "号设备检修后", *person, "officer")
    assert told["candidates"] == 3 and told["papers"] == [sealed["paper"]], "words every item has tell nothing apart"


def test_material_goes_after_its_time_only_without_a_hold_and_by_two_persons(office: Office, tmp_path: Path) -> None:
    path, vault = f"/api/bank/papers/{office.paper}", paper_vault(office.bank.world.runtimes["bank"])
    early = office.sealer.post(f"{path}/destructions", {"reason": "保存期满"})
    assert (early.status_code, early.json["code"]) == (409, "destruction.too_early")
    office.clock.at_ms = NOW + 7 * YEAR
    sealer, officer, other = (again(office, name) for name in ("sealer", "officer", "other"))
    hold = officer.post(f"{path}/holds", {"reason": "行政复议"}).json["hold"]
    held = sealer.post(f"{path}/destructions", {"reason": "保存期满"})
    assert held.json["code"] == "destruction.legal_hold"
    assert officer.post(f"/api/bank/holds/{hold}/lift").json["code"] == "retention.needs_another"
    assert other.post(f"/api/bank/holds/{hold}/lift").status_code == 200
    (tmp_path / "p.paper.zip").write_bytes(sealer.get(f"{path}/package").data)
    asked = officer.post(f"{path}/destructions", {"reason": "保存期满"}).json
    files = [one["name"] for one in asked["material"] if one["kind"] in ("package", "keys")]
    assert len(files) == 3 and all(vault.path(name).exists() for name in files)
    assert (
        officer.post(f"/api/bank/destructions/{asked['destruction']}/approve").json["code"] == "retention.needs_another"
    )
    done = other.post(f"/api/bank/destructions/{asked['destruction']}/approve")
    assert done.json["state"] == "done", done.text
    assert not any(vault.path(name).exists() for name in files)
    assert sealer.get(f"{path}/package").status_code == 409
    record = sealer.get(f"/api/bank/destructions/{asked['destruction']}/record").data
    (tmp_path / "d.destruction.json").write_bytes(record)
    assert verify_file(tmp_path / "d.destruction.json", office.trust(), None).ok
    kept = verify_file(tmp_path / "d.destruction.json", office.trust(), Opener((), (tmp_path / "p.paper.zip",)))
    assert [check.name for check in kept.failures()] == ["really_gone"]
    with open_work(office.bank.world.runtimes["bank"], system_actor("test"), write=False) as work:
        assert [check for check in fsck(work) if not check.ok] == []
    vault.put((tmp_path / "p.paper.zip").read_bytes())
    with open_work(office.bank.world.runtimes["bank"], system_actor("test"), write=False) as work:
        assert "really_gone" in {check.name for check in fsck(work) if not check.ok}
    assert other.post(f"/api/bank/destructions/{asked['destruction']}/approve").status_code == 200
    assert not any(vault.path(name).exists() for name in files), "approving once more removes what was left"


def again(office: Office, login: str) -> Person:
    """The person signed in anew: years have passed."""

    person = Person(office.bank.world.app.test_client(), "bank", login)
    answer = person.post("/api/bank/sign-in", {"login": login, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    person.headers["X-Exam-Csrf"] = answer.json["csrf"] if answer.json else ""
    return person
