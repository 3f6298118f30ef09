"""Anybody can fetch the published log over HTTP, recompute it, and prove an entry; nothing else of the disk."""

from pathlib import Path

import pytest

from examserver.kernel.access import system_actor
from examserver.kernel.canonical import digest
from examserver.kernel.documents import Trust, TrustedKey
from examserver.plumbing.log import append_leaf
from examserver.plumbing.work import open_work
from examserver.transparency.tiles import bundle_paths
from examserver.transparency.verify import verify_checkpoint, verify_log_consistency, verify_log_proof
from tests.kit import World, make_world

SIZE = 300


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = make_world(tmp_path_factory.mktemp("log"))
    for part in range(2):
        with open_work(world.runtimes["authority"], system_actor("test")) as work:
            for n in range(SIZE // 2):
                append_leaf(work, "manifest", {"digest": digest(f"{part} {n}".encode())})
    return world


def trust_of(world: World) -> Trust:
    return Trust((TrustedKey("authority", "人社厅", world.runtimes["authority"].keys.signing.public_raw),))


def test_a_stranger_recomputes_the_log_from_what_is_public(world: World, tmp_path: Path) -> None:
    public = world.public()
    text = public.get("/api/public/log/checkpoint").data
    (tmp_path / "checkpoint").write_bytes(text)
    assert text.split(b"\n")[1] == str(SIZE).encode()
    for name, _ in bundle_paths(SIZE):
        answer = public.get(f"/api/public/log/{name}")
        assert answer.status_code == 200, name
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(answer.data)
    report = verify_checkpoint(tmp_path / "checkpoint", trust_of(world), None)
    assert report.ok and "root" in {check.name for check in report.checks}, report.failures()
    assert public.get("/api/public/log/tile/0/000").data[:32]
    assert public.get("/api/public/log/tile/1/000.p/1").status_code == 200


def test_proofs_are_public_files_that_verify(world: World, tmp_path: Path) -> None:
    public, wanted = world.public(), digest(b"1 77")
    (tmp_path / "proof.json").write_bytes(public.get(f"/api/public/log/proof?digest={wanted}").data)
    assert verify_log_proof(tmp_path / "proof.json", trust_of(world), None).ok
    (tmp_path / "grew.json").write_bytes(public.get(f"/api/public/log/consistency?old={SIZE // 2}&new={SIZE}").data)
    assert verify_log_consistency(tmp_path / "grew.json", trust_of(world), None).ok
    assert public.get(f"/api/public/log/proof?digest={digest(b'x')}").json["code"] == "log.not_found"
    assert public.get("/api/public/log/proof?digest=x").status_code == 422


@pytest.mark.parametrize(
    "name",
    [
        "0/999",
        "entries/..",
        "0/..%2f..%2frole.key.json",
        "../role.key.json",
        "0/000.p/../../../role.passphrase",
        "9/000",
    ],
)
def test_nothing_but_published_tiles_is_served(world: World, name: str) -> None:
    answer = world.public().get(f"/api/public/log/tile/{name}")
    assert answer.status_code == 404
    assert b"sealed" not in answer.data
