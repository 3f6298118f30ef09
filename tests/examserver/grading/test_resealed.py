"""A paper sealed again for other custodians is graded with the key package of its first manifest."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from examserver.grading.fsck import fsck
from examserver.kernel.access import system_actor
from examserver.kernel.archive import read_archive, write_archive
from examserver.kernel.canonical import digest
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.documents import sign_document
from examserver.kernel.opener import Opener
from examserver.plumbing.trust import trust_of
from examserver.plumbing.work import open_work
from examserver.rescore import CannotRescore, verify_rescore
from itembank.papers.manifest import MANIFEST_NAME, MANIFEST_TYPE
from tests.examserver.authority import Authority, make_authority, ok


def seal_again(authority: Authority) -> None:
    """Give the authority's paper a manifest that came out of the one its keys name."""
    paper = authority.sealed
    entries = read_archive(paper.package)
    history = {
        "ceremony": "cer_1", "supersedes": [paper.manifest_digest], "released": ["cus_00", "cus_01"],
        "asked_by": "甲", "approved_by": "乙", "reason": "保管人调离",
    }  # fmt: skip
    body = json.loads(entries[MANIFEST_NAME])["body"] | {"reseal": history}
    manifest = sign_document(body, MANIFEST_TYPE, 1, [Signer("bank", "省级题库", authority.bank.signing)])
    files = [(name, manifest if name == MANIFEST_NAME else data) for name, data in entries.items()]
    package = write_archive(files)
    vars(authority)["sealed"] = replace(paper, package=package, manifest=manifest, manifest_digest=digest(manifest))


def test_a_resealed_paper_is_graded_with_the_keys_of_its_first_manifest(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    first = authority.sealed.manifest_digest
    seal_again(authority)
    graded = authority.graded(right={0: 9})
    assert graded.plan["paper"]["manifest_digest"] == authority.sealed.manifest_digest != first
    run = ok(authority["grader"].get(f"/api/authority/runs/{graded.run}"))
    assert run["state"] == "graded", run
    packages = ok(authority["grader"].get("/api/authority/key-packages"))
    assert first in json.dumps(packages), "the key package names the first manifest"
    with open_work(authority.runtime, system_actor("test"), write=False) as work:
        assert [check for check in fsck(work) if not check.ok] == []
        trust = trust_of(work)
    (tmp_path / "r.record.zip").write_bytes(graded.record)
    (tmp_path / "s.sheet.json").write_bytes(authority["grader"].get(f"/api/authority/runs/{graded.run}/sheet").data)
    (tmp_path / "k.keys.json").write_bytes(authority.sealed.keys)
    (tmp_path / "p.paper.zip").write_bytes(authority.sealed.package)
    beside = tuple(tmp_path / name for name in ("s.sheet.json", "k.keys.json", "p.paper.zip"))
    opener = Opener((authority.runtime.keys,), beside)
    report = verify_rescore(tmp_path / "r.record.zip", trust, opener)
    assert report.ok, report.failures()
    with pytest.raises(CannotRescore):
        verify_rescore(tmp_path / "r.record.zip", trust, replace(opener, companions=beside[:2]))
