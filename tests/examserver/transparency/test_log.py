"""The log is published after every act, proves what it holds, and names whoever edits it (scenario E23)."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from examserver.kernel.access import PUBLIC_ACTOR, system_actor
from examserver.kernel.canonical import digest, encode
from examserver.kernel.checks import Check, Report
from examserver.kernel.documents import Trust, TrustedKey
from examserver.kernel.opener import Opener
from examserver.plumbing.log import append_leaf, published_together
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.settings import load_settings
from examserver.plumbing.work import open_work
from examserver.transparency import actions
from examserver.transparency.api import prove_in_log, prove_log_grew, show_checkpoint
from examserver.transparency.commands import authority
from examserver.transparency.fsck import check_audit, check_log_of
from examserver.transparency.schemas import LogConsistencyQuery, LogProofQuery
from examserver.transparency.store import log_folder
from examserver.transparency.verify import verify_checkpoint, verify_log_consistency, verify_log_proof


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[RoleRuntime]:
    runtime = RoleRuntime("authority", load_settings(env={}, data_dir=tmp_path))
    runtime.database.prepare()
    yield runtime
    runtime.close()


def number(n: int) -> str:
    return f"S0000330101{n:011}"


def issue(runtime: RoleRuntime, n: int) -> str:
    """An act that leaves an entry; gives the digest of its artefact."""
    artefact = digest(number(n).encode())
    with open_work(runtime, system_actor("test")) as work:
        append_leaf(work, "manifest", {"number": number(n), "digest": artefact})
        work.record("paper.registered", number(n))
    return artefact


def trust_of(runtime: RoleRuntime) -> Trust:
    return Trust((TrustedKey("authority", "人社厅", runtime.keys.signing.public_raw),))


def edit(runtime: RoleRuntime, statement: str) -> None:
    """What a database administrator can do."""
    with runtime.database.engine.execution_options(exam_write=True).begin() as connection:
        connection.exec_driver_sql(statement)


def faults(runtime: RoleRuntime) -> list[Check]:
    with open_work(runtime, system_actor("fsck"), write=False) as work:
        return [check for check in check_log_of(work) + check_audit(work) if not check.ok]


def test_every_act_is_published_at_once_and_the_log_is_whole(runtime: RoleRuntime) -> None:
    for n in range(5):
        issue(runtime, n)
    folder = log_folder(runtime.files)
    assert sorted(path.name for path in (folder / "checkpoints").iterdir()) == [f"{n:012}" for n in range(1, 6)]
    assert (folder / "checkpoint").read_text().splitlines()[1] == "5"
    assert faults(runtime) == []
    report = verify_checkpoint(folder / "checkpoint", trust_of(runtime), None)
    assert report.ok, report.failures()


def test_several_entries_of_one_act_are_published_together(runtime: RoleRuntime) -> None:
    with open_work(runtime, system_actor("test")) as work:
        for n in range(600):
            append_leaf(work, "manifest", {"number": number(n)})
    folder = log_folder(runtime.files)
    assert len(list((folder / "checkpoints").iterdir())) == 1
    assert (folder / "tile/entries/001").exists()
    assert (folder / "tile/0/002.p/88").exists()
    assert (folder / "tile/1/000.p/2").exists()
    assert verify_checkpoint(folder / "checkpoint", trust_of(runtime), None).ok


def test_the_many_acts_of_a_job_are_published_together_at_its_end(runtime: RoleRuntime) -> None:
    with published_together(runtime):
        for n in range(5):
            issue(runtime, n)
        assert not log_folder(runtime.files).exists()
        assert faults(runtime) == []
    assert [path.name for path in (log_folder(runtime.files) / "checkpoints").iterdir()] == ["000000000005"]
    issue(runtime, 6)
    assert (log_folder(runtime.files) / "checkpoint").read_text().splitlines()[1] == "6"


def test_an_act_that_is_rolled_back_leaves_no_entry(runtime: RoleRuntime) -> None:
    with pytest.raises(KeyError), open_work(runtime, system_actor("test")) as work:
        append_leaf(work, "manifest", {"number": number(1)})
        raise KeyError
    assert not log_folder(runtime.files).exists()
    issue(runtime, 2)
    assert faults(runtime) == []


def proof_file(runtime: RoleRuntime, artefact: str, tmp_path: Path) -> Path:
    with open_work(runtime, PUBLIC_ACTOR, write=False) as work:
        proof = prove_in_log(work, LogProofQuery(digest=artefact))
    path = tmp_path / "proof.json"
    path.write_text(proof.model_dump_json(), encoding="utf-8")
    return path


def test_a_holder_proves_their_entry_and_an_altered_one_fails(runtime: RoleRuntime, tmp_path: Path) -> None:
    artefacts = [issue(runtime, n) for n in range(7)]
    path = proof_file(runtime, artefacts[3], tmp_path)
    (tmp_path / "certificate").write_bytes(number(3).encode())
    report = verify_log_proof(path, trust_of(runtime), Opener((), (tmp_path / "certificate",)))
    assert report.ok and report.checks[-1].name == "speaks_of_file"
    altered = json.loads(path.read_text())
    altered["leaf"] = altered["leaf"].replace(number(3), number(9))
    altered["leaf_digest"] = digest(altered["leaf"].encode())
    path.write_text(json.dumps(altered), encoding="utf-8")
    report = verify_log_proof(path, trust_of(runtime), None)
    assert [check.name for check in report.failures()] == ["included"]
    assert number(9) in report.failures()[0].place


def test_an_artefact_without_entry_has_no_proof(runtime: RoleRuntime) -> None:
    issue(runtime, 1)
    with open_work(runtime, PUBLIC_ACTOR, write=False) as work, pytest.raises(actions.NotInLog):
        actions.prove_inclusion(work, digest(b"a certificate nobody issued"))


def test_before_the_first_act_nothing_is_published(runtime: RoleRuntime) -> None:
    with open_work(runtime, PUBLIC_ACTOR, write=False) as work, pytest.raises(actions.NothingPublished):
        show_checkpoint(work)


def test_the_log_proves_that_it_only_grew(runtime: RoleRuntime, tmp_path: Path) -> None:
    for n in range(9):
        issue(runtime, n)
    path = tmp_path / "grew.json"
    with open_work(runtime, PUBLIC_ACTOR, write=False) as work:
        grew = prove_log_grew(work, LogConsistencyQuery(old=3, new=9))
        with pytest.raises(actions.NoSuchTree):
            actions.prove_consistency(work, 9, 3)
    path.write_text(grew.model_dump_json(), encoding="utf-8")
    assert verify_log_consistency(path, trust_of(runtime), None).ok
    path.write_text(grew.model_copy(update={"proof": grew.proof[::-1]}).model_dump_json(), encoding="utf-8")
    assert not verify_log_consistency(path, trust_of(runtime), None).ok


def test_a_deleted_entry_is_named_with_what_it_said(runtime: RoleRuntime) -> None:
    for n in range(6):
        issue(runtime, n)
    edit(runtime, 'DELETE FROM log_leaf WHERE "index" = 2')
    found = [check for check in faults(runtime) if check.name == "log_sequence"]
    assert len(found) == 1
    assert f"log entry 2 (manifest {number(2)} at " in found[0].place
    assert number(2) in found[0].detail


def test_a_deleted_last_entry_is_named(runtime: RoleRuntime) -> None:
    for n in range(3):
        issue(runtime, n)
    edit(runtime, 'DELETE FROM log_leaf WHERE "index" = 2')
    assert any(number(2) in check.place for check in faults(runtime))


def test_an_altered_entry_is_named_even_with_its_digest_mended(runtime: RoleRuntime) -> None:
    for n in range(4):
        issue(runtime, n)
    body = {"number": number(1), "digest": digest(b"forged")}
    data = encode({"kind": "manifest", "at_ms": 0, "body": body}, "exam.log-leaf", 1).decode()
    edit(
        runtime,
        f"UPDATE log_leaf SET data = '{data}', digest = '{digest(data.encode())}', at_ms = 0 WHERE \"index\" = 1",
    )
    names = {check.name for check in faults(runtime)}
    assert {"log_published", "checkpoint_root"} <= names
    assert any(number(1) in check.place for check in faults(runtime) if check.name == "log_published")


def test_an_inserted_entry_is_named(runtime: RoleRuntime) -> None:
    for n in range(3):
        issue(runtime, n)
    data = encode({"kind": "manifest", "at_ms": 0, "body": {"number": number(77)}}, "exam.log-leaf", 1).decode()
    edit(runtime, 'UPDATE log_leaf SET "index" = 3 WHERE "index" = 2')
    edit(runtime, f"INSERT INTO log_leaf VALUES (2, 'manifest', '{digest(data.encode())}', '{data}', 0)")
    assert any(check.name == "log_published" and number(2) in check.place for check in faults(runtime))


def test_a_log_that_was_rewritten_is_not_published_again(runtime: RoleRuntime) -> None:
    for n in range(3):
        issue(runtime, n)
    edit(runtime, 'DELETE FROM log_leaf WHERE "index" = 1')
    issue(runtime, 9)
    with pytest.raises(actions.LogForked):
        actions.publish(runtime)
    assert (log_folder(runtime.files) / "checkpoint").read_text().splitlines()[1] == "3"


def test_a_deleted_checkpoint_is_missed(runtime: RoleRuntime) -> None:
    for n in range(3):
        issue(runtime, n)
    edit(runtime, "DELETE FROM log_checkpoint WHERE size = 2")
    assert [check.place for check in faults(runtime)] == ["checkpoint 000000000002"]


def test_an_audit_chain_cut_at_its_end_is_noticed(runtime: RoleRuntime) -> None:
    for n in range(3):
        issue(runtime, n)
    edit(runtime, "DELETE FROM audit_event WHERE seq >= (SELECT max(seq) FROM audit_event)")
    assert [check.name for check in faults(runtime)] == ["audit_anchor"]


def test_files_lost_in_a_crash_are_written_again_at_the_start(runtime: RoleRuntime) -> None:
    for n in range(3):
        issue(runtime, n)
    folder = log_folder(runtime.files)
    (folder / "checkpoints" / "000000000003").unlink()
    (folder / "tile/entries/000.p/3").unlink()
    (folder / "checkpoint").write_text((folder / "checkpoints" / "000000000002").read_text(), encoding="utf-8")
    actions.restore_files(runtime)
    assert faults(runtime) == []
    assert verify_checkpoint(folder / "checkpoint", trust_of(runtime), None).ok


def test_tampered_tiles_are_caught_offline(runtime: RoleRuntime) -> None:
    for n in range(3):
        issue(runtime, n)
    bundle = log_folder(runtime.files) / "tile/entries/000.p/3"
    bundle.write_bytes(bundle.read_bytes().replace(number(1).encode(), number(8).encode()))
    report: Report = verify_checkpoint(log_folder(runtime.files) / "checkpoint", trust_of(runtime), None)
    assert "root" in {check.name for check in report.failures()}


def test_the_command_names_the_fault_and_ends_with_status_1(runtime: RoleRuntime, tmp_path: Path) -> None:
    for n in range(3):
        issue(runtime, n)
    settings = load_settings(env={}, data_dir=tmp_path)
    good = CliRunner().invoke(authority, ["fsck", "--json"], obj=settings)
    assert good.exit_code == 0, good.output
    edit(runtime, 'DELETE FROM log_leaf WHERE "index" = 1')
    bad = CliRunner().invoke(authority, ["fsck"], obj=settings)
    assert bad.exit_code == 1
    assert number(1) in bad.output.replace("\n", "").replace(" ", "").replace("│", "")
