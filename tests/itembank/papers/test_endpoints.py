"""Sealing through the endpoints: an approved assembly, a third person, a job, and files that verify and open."""

from pathlib import Path
from typing import Any

import pytest

from examserver.kernel.access import system_actor
from examserver.kernel.canonical import b64u
from examserver.kernel.crypto.keys import KeyPair
from examserver.kernel.documents import Trust, TrustedKey
from examserver.kernel.opener import Opener
from examserver.plumbing.audit_store import read_events
from examserver.plumbing.work import open_work
from examserver.verify import verify_file
from itembank.papers.actions import run_sealing
from itembank.papers.fsck import fsck
from tests.itembank.bank import Bank, open_bank, spec_csv, spec_rows
from tests.itembank.test_assembly import AREAS, blueprint, rows
from tests.kit import Person

NOW, DAY = 1796086800000, 86_400_000
AUTHORITY = KeyPair.generate()


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    opened = open_bank(tmp_path_factory.mktemp("bank"))
    assert opened.specify(spec_csv(spec_rows(AREAS, 5))).status_code == 200
    opened.fill(rows())
    return opened


@pytest.fixture(scope="module")
def sealer(bank: Bank) -> Person:
    return bank.world.signed_in("bank", "sealer", "paper_sealer")


@pytest.fixture(scope="module")
def pairs() -> list[KeyPair]:
    return [KeyPair.generate() for _ in range(3)]


@pytest.fixture(scope="module")
def custodians(bank: Bank, pairs: list[KeyPair]) -> list[str]:
    return [enrolled(bank.admin, f"保管人{n}", pair).json["custodian"] for n, pair in enumerate(pairs)]


def enrolled(person: Person, name: str, pair: KeyPair) -> Any:
    keys = {"signing_key": b64u(pair.signing.public_raw), "sealing_key": b64u(pair.sealing.public_raw)}
    return person.post("/api/bank/custodians", {"name": name, **keys})


def trust_authority(bank: Bank) -> KeyPair:
    """The authority's keys as the bank's administrator registers them."""
    pair = AUTHORITY
    keys = {"signing_key": b64u(pair.signing.public_raw), "sealing_key": b64u(pair.sealing.public_raw)}
    answer = bank.admin.post("/api/bank/trusted-keys", {"role": "authority", "name": "人社厅", **keys})
    assert answer.status_code == 200, answer.text
    return pair


def approved(bank: Bank, seed: str, assembler: Person | None = None, releaser: Person | None = None) -> str:
    """An approved assembly, made and approved by these persons or the usual ones."""
    made = assemble(bank, seed, assembler or bank.assembler)
    answer = (releaser or bank.releaser).post(f"/api/bank/assemblies/{made}/approve")
    assert answer.status_code == 200, answer.text
    return made


def assemble(bank: Bank, seed: str, assembler: Person) -> str:
    made = assembler.post(f"/api/bank/banks/{bank.id}/blueprints", blueprint())
    asked = {"forms": 2, "reserve_forms": 1, "seed": seed}
    started = assembler.post(f"/api/bank/blueprints/{made.json['id']}/assemblies", asked)
    assert started.status_code == 200, started.text
    bank.world.run_jobs()
    return str(started.json["assembly"])


def terms(custodians: list[str], **changes: Any) -> dict[str, Any]:
    made = {
        "title": "第 12 批",
        "custodians": custodians,
        "threshold": 2,
        "not_before_ms": NOW,
        "expires_ms": NOW + DAY,
    }
    return made | changes


def test_a_paper_is_sealed_verifies_and_opens(
    bank: Bank, sealer: Person, custodians: list[str], pairs: list[KeyPair], tmp_path: Path
) -> None:
    authority = trust_authority(bank)
    assembly = approved(bank, "密封")
    asked = sealer.post(f"/api/bank/assemblies/{assembly}/papers", terms(custodians))
    assert asked.status_code == 200, asked.text
    paper = asked.json["paper"]
    assert sealer.get(f"/api/bank/papers/{paper}/package").json["code"] == "paper.not_sealed"
    bank.world.run_jobs()
    view = sealer.get(f"/api/bank/papers/{paper}").json
    assert (view["state"], len(view["forms"])) == ("sealed", 3), view
    (tmp_path / "p.paper.zip").write_bytes(sealer.get(f"/api/bank/papers/{paper}/package").data)
    (tmp_path / "p.keys.json").write_bytes(sealer.get(f"/api/bank/papers/{paper}/keys").data)
    trust = Trust((TrustedKey("bank", "题库", bank.world.runtimes["bank"].keys.signing.public_raw),))
    package = verify_file(tmp_path / "p.paper.zip", trust, Opener(tuple(pairs[:2])))
    assert package.ok, package.failures()
    assert sum(check.name == "form_content" for check in package.checks) == 3
    keys = verify_file(tmp_path / "p.keys.json", trust, Opener((authority,), (tmp_path / "p.paper.zip",)))
    assert keys.ok and "keys_content" in {check.name for check in keys.checks}, keys.failures()
    assert sealer.get(f"/api/bank/assemblies/{assembly}").status_code in (200, 403)
    assert bank.assembler.get(f"/api/bank/assemblies/{assembly}").json["state"] == "sealed"


def test_sealing_twice_by_the_job_changes_nothing(bank: Bank, sealer: Person, custodians: list[str]) -> None:
    trust_authority(bank)
    asked = sealer.post(f"/api/bank/assemblies/{approved(bank, '两次')}/papers", terms(custodians)).json
    bank.world.run_jobs()
    before = sealer.get(f"/api/bank/papers/{asked['paper']}").json
    run_sealing(bank.world.runtimes["bank"], {"paper": asked["paper"]}, lambda percent, note: None)
    assert sealer.get(f"/api/bank/papers/{asked['paper']}").json == before


def test_a_second_worker_never_replaces_a_sealed_package(bank: Bank, sealer: Person, custodians: list[str]) -> None:
    trust_authority(bank)
    paper = sealer.post(f"/api/bank/assemblies/{approved(bank, '并行')}/papers", terms(custodians)).json["paper"]
    first: list[Any] = []

    def the_first_is_faster(percent: int, _note: str) -> None:
        if percent == 80:
            bank.world.run_jobs()
            first.append(sealer.get(f"/api/bank/papers/{paper}").json)

    run_sealing(bank.world.runtimes["bank"], {"paper": paper}, the_first_is_faster)
    assert first[0]["state"] == "sealed" and sealer.get(f"/api/bank/papers/{paper}").json == first[0]


@pytest.mark.parametrize("duty", ["assembler", "releaser"])
def test_whoever_assembled_or_approved_may_not_seal_and_the_attempt_is_recorded(
    bank: Bank, custodians: list[str], duty: str
) -> None:
    trust_authority(bank)
    roles = {"assembler": "paper_assembler", "releaser": "paper_approver"}
    person = bank.world.signed_in("bank", f"double_{duty}", roles[duty], "paper_sealer")
    assembly = approved(bank, duty, **{duty: person})
    answer = person.post(f"/api/bank/assemblies/{assembly}/papers", terms(custodians))
    assert (answer.status_code, answer.json["code"]) == (409, "paper.sealer_not_separate")
    with bank.world.runtimes["bank"].database.transaction(write=False) as session:
        acts = [event.action for event in read_events(session, "bank", assembly)]
    assert "paper.sealing_asked" in acts


def test_forms_close_step_by_step_and_whoever_swapped_an_item_does_not_seal(
    bank: Bank, sealer: Person, custodians: list[str]
) -> None:
    trust_authority(bank)
    swapper = bank.world.signed_in("bank", "swapper", "paper_approver", "paper_sealer")
    assembly = assemble(bank, "换题", bank.assembler)
    form = bank.assembler.get(f"/api/bank/assemblies/{assembly}").json["forms"][0]["form"]
    path, why = f"/api/bank/assemblies/{assembly}/forms/{form}", {"purpose": "核对试卷"}
    keyed = why | {"with_key": "true"}
    assert bank.assembler.get(path, query_string=keyed).json["code"] == "form.withheld"
    assert swapper.get(path, query_string=keyed).json["key"]["items"]
    item = swapper.get(path, query_string=why).json["content"]["sections"][0]["items"][0]["code"]
    found = swapper.get(f"{path}/swaps", query_string={"item": item, "purpose": "题干过时"}).json["proposals"]
    swap = {"item": item, "replacement": found[0]["code"], "reason": "题干过时"}
    assert swapper.post(f"{path}/swaps", swap).status_code == 200
    assert bank.releaser.post(f"/api/bank/assemblies/{assembly}/approve").status_code == 200
    seal = f"/api/bank/assemblies/{assembly}/papers"
    assert swapper.post(seal, terms(custodians)).json["code"] == "paper.sealer_not_separate"
    assert bank.releaser.get(path, query_string=keyed).json["code"] == "form.withheld"
    assert bank.releaser.get(path, query_string=why).status_code == 200
    asked = sealer.post(seal, terms(custodians))
    bank.world.run_jobs()
    assert sealer.get(f"/api/bank/papers/{asked.json['paper']}").json["state"] == "sealed"
    assert bank.releaser.get(path, query_string=why).json["code"] == "form.withheld"


def test_papers_of_others_do_not_exist_for_an_institution(bank: Bank, sealer: Person, custodians: list[str]) -> None:
    trust_authority(bank)
    unit = bank.admin.post("/api/bank/units", {"name": "乙公司"}).json["id"]
    stranger = bank.world.signed_in("bank", "stranger", "paper_sealer", "custody_officer")
    account = stranger.get("/api/bank/me").json["account_id"]
    bank.admin.post(f"/api/bank/members/{account}/unit", {"unit": unit})
    assembly = approved(bank, "他人")
    assert stranger.get("/api/bank/sealable-assemblies").json["assemblies"] == []
    paper = sealer.post(f"/api/bank/assemblies/{assembly}/papers", terms(custodians)).json["paper"]
    bank.world.run_jobs()
    assert stranger.get("/api/bank/papers").json["papers"] == []
    for door in ("", "/package", "/keys", "/ceremonies", "/possessions", "/retention"):
        assert stranger.get(f"/api/bank/papers/{paper}{door}").json["code"] == "paper.sealed_missing", door


def test_nobody_seals_for_custodians_they_enrolled(bank: Bank, custodians: list[str]) -> None:
    trust_authority(bank)
    person = bank.world.signed_in("bank", "admin_and_sealer", "bank_admin", "paper_sealer")
    own = enrolled(person, "自登保管人", KeyPair.generate()).json["custodian"]
    path = f"/api/bank/assemblies/{approved(bank, '自登')}/papers"
    answer = person.post(path, terms([*custodians[:2], own]))
    assert (answer.status_code, answer.json["code"]) == (409, "paper.custodian_not_separate")
    assert person.post(path, terms(custodians)).status_code == 200
    bank.world.run_jobs()


def test_a_sealer_enrols_nobody(sealer: Person) -> None:
    assert enrolled(sealer, "任何人", KeyPair.generate()).json["code"] == "denied.permission"


def test_an_assembly_that_is_not_approved_is_not_sealed(bank: Bank, sealer: Person, custodians: list[str]) -> None:
    trust_authority(bank)
    made = assemble(bank, "未批准", bank.assembler)
    answer = sealer.post(f"/api/bank/assemblies/{made}/papers", terms(custodians))
    assert (answer.status_code, answer.json["code"]) == (409, "paper.assembly_not_approved")


def test_terms_that_let_one_person_open_are_refused(bank: Bank, sealer: Person, custodians: list[str]) -> None:
    trust_authority(bank)
    path = f"/api/bank/assemblies/{approved(bank, '条件')}/papers"
    refusals = {
        "paper.too_few_custodians": terms(custodians, threshold=1),
        "paper.custodians_not_distinct": terms([custodians[0], custodians[0]]),
        "paper.dates_out_of_order": terms(custodians, expires_ms=NOW),
    }
    for code, body in refusals.items():
        answer = sealer.post(path, body)
        assert (answer.status_code, answer.json["code"]) == (409, code)
    assert sealer.post(path, terms([*custodians, "cus_unknown"])).status_code == 404
    assert bank.world.run_jobs() == 0


def test_a_person_or_key_is_enrolled_as_custodian_once(bank: Bank, custodians: list[str], pairs: list[KeyPair]) -> None:
    assert enrolled(bank.admin, "保管人0", KeyPair.generate()).json["code"] == "custodian.known"
    assert enrolled(bank.admin, "另一人", pairs[0]).json["code"] == "custodian.known"
    bad = {"name": "x", "signing_key": "A" * 42 + "B", "sealing_key": "A" * 43}
    assert bank.admin.post("/api/bank/custodians", bad).status_code == 422


def test_papers_are_for_those_with_the_permission(bank: Bank, custodians: list[str]) -> None:
    assert bank.world.public().get("/api/bank/papers").status_code == 401
    assert bank.author.get("/api/bank/papers").status_code == 403
    assert bank.assembler.get("/api/bank/papers").status_code == 200
    assert bank.assembler.post("/api/bank/assemblies/asm_x/papers", terms(custodians)).status_code == 403


def checked(bank: Bank) -> list[tuple[str, str]]:
    with open_work(bank.world.runtimes["bank"], system_actor("fsck"), write=False) as work:
        return [(check.name, check.place) for check in fsck(work) if not check.ok]


def edit(bank: Bank, statement: str) -> None:
    """What a database administrator can do."""
    with bank.world.runtimes["bank"].database.engine.execution_options(exam_write=True).begin() as connection:
        connection.exec_driver_sql(statement)


def test_an_insider_who_edits_the_bank_is_named(bank: Bank, sealer: Person, custodians: list[str]) -> None:
    trust_authority(bank)
    paper = sealer.post(f"/api/bank/assemblies/{approved(bank, '内部')}/papers", terms(custodians)).json["paper"]
    bank.world.run_jobs()
    assert checked(bank) == []
    edit(bank, f"UPDATE paper SET manifest_digest = 'sha256:{'0' * 64}' WHERE id = '{paper}'")
    assert [name for name, _ in checked(bank)] == ["paper_recorded"]
    edit(bank, f"DELETE FROM paper WHERE id = '{paper}'")
    assert [name for name, place in checked(bank) if paper in place] == ["paper_kept"]
    edit(
        bank, "UPDATE item_version SET content = replace(content, 'T-00007', 'T-99999') WHERE content LIKE '%T-00007%'"
    )
    assert [name for name, place in checked(bank) if "T-99999" in place] == ["item_content"]
