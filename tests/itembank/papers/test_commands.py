"""A custodian's own machine: a key that never leaves it, and a release file for one hall."""

import json
import os
import ssl
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from examserver.hall.store import Tls, ensure_tls
from examserver.kernel.archive import read_archive
from examserver.kernel.canonical import b64u
from examserver.kernel.crypto.keys import KeyPair, SigningKey, read_key_file
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.documents import SignatureBroken, Trust, TrustedKey, sign_document
from itembank.papers.ceremony import RESEAL, Call, released_shares, sign_call
from itembank.papers.commands import AnotherHall, HallUnreachable, KeyFileExists, NotNow, NotOrdered, custodian
from itembank.papers.manifest import MANIFEST_NAME, Custodian, hall_identity, read_manifest
from itembank.papers.opening import open_release, read_release
from itembank.papers.possession import Challenge, check_possession, read_possession, sign_challenge
from itembank.papers.sealing import SealedPaper, seal_paper
from itembank.papers.store import BadPassphraseFile
from tests.itembank.papers.build import HOUR, facts, forms_to_seal

PASSPHRASE = "a long enough passphrase"


def run(*words: object) -> Result:
    return CliRunner().invoke(custodian, [str(word) for word in words])


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    path = tmp_path / "passphrase"
    path.write_text(PASSPHRASE + "\n", encoding="utf-8")
    return path


def made_key(tmp_path: Path, passphrase: Path, name: str) -> tuple[Path, dict[str, str]]:
    out = tmp_path / f"{name}.key.json"
    result = run("new", "--name", name, "--out", out, "--passphrase-file", passphrase)
    assert result.exit_code == 0, result.output
    return out, json.loads(result.output)


def sealed_for(pairs: list[KeyPair], names: list[str]) -> SealedPaper:
    custodians = [
        Custodian(f"cus_{name}", name, pair.signing.public_raw, pair.sealing.public_raw)
        for name, pair in zip(names, pairs, strict=True)
    ]
    signer = Signer("bank", "省级题库", KeyPair.generate().signing)
    grading = KeyPair.generate().sealing.public_raw
    terms = facts(not_before_ms=now() - HOUR, expires_ms=now() + HOUR)
    return seal_paper(terms, forms_to_seal(), custodians, grading, signer, os.urandom)


def now() -> int:
    return time.time_ns() // 1_000_000


def test_a_new_key_is_the_owners_alone_and_its_public_part_is_printed(tmp_path: Path, passphrase: Path) -> None:
    path, public = made_key(tmp_path, passphrase, "周保管")
    pair = read_key_file(path.read_bytes(), PASSPHRASE)
    assert public["signing_key"] == b64u(pair.signing.public_raw)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_key_is_never_overwritten(tmp_path: Path, passphrase: Path) -> None:
    path, _ = made_key(tmp_path, passphrase, "周保管")
    before = path.read_bytes()
    result = run("new", "--name", "x", "--out", path, "--passphrase-file", passphrase)
    assert isinstance(result.exception, KeyFileExists)
    assert path.read_bytes() == before


def test_a_short_passphrase_is_refused(tmp_path: Path) -> None:
    short = tmp_path / "short"
    short.write_text("1234", encoding="utf-8")
    result = run("new", "--name", "x", "--out", tmp_path / "k", "--passphrase-file", short)
    assert isinstance(result.exception, BadPassphraseFile)
    assert not (tmp_path / "k").exists()


@pytest.mark.parametrize(
    ("forms", "released"),
    [("regular", {"frm_a", "frm_b"}), ("reserve", {"frm_r"}), ("all", {"frm_a", "frm_b", "frm_r"}), ("B", {"frm_b"})],
)
def test_a_release_opens_at_the_hall_it_names(tmp_path: Path, passphrase: Path, forms: str, released: set[str]) -> None:
    names = ["周保管", "吴保管"]
    keys = [made_key(tmp_path, passphrase, name)[0] for name in names]
    paper = sealed_for([read_key_file(path.read_bytes(), PASSPHRASE) for path in keys], names)
    (tmp_path / "p.paper.zip").write_bytes(paper.package)
    hall = KeyPair.generate()
    (tmp_path / "hall.json").write_text(json.dumps(identity_of(hall)), encoding="utf-8")
    out = tmp_path / "release.json"
    given = ["--key", keys[0], "--passphrase-file", passphrase, "--package", tmp_path / "p.paper.zip"]
    given += ["--hall", tmp_path / "hall.json", *ordered(tmp_path, hall), "--forms", forms]
    result = run("release", *given, "--device", "保管人令牌甲", "--out", out)
    assert result.exit_code == 0, result.exception
    shares = open_release(read_release(out.read_bytes()), read_manifest(paper.manifest), hall.sealing, "sit_1")
    assert set(shares) == released


def test_a_hall_is_never_asked_without_tls(tmp_path: Path, passphrase: Path) -> None:
    key, _ = made_key(tmp_path, passphrase, "周保管")
    pair = read_key_file(key.read_bytes(), PASSPHRASE)
    paper = sealed_for([pair, KeyPair.generate()], ["周保管", "吴保管"])
    (tmp_path / "p.paper.zip").write_bytes(paper.package)
    given = ["--key", key, "--passphrase-file", passphrase, "--package", tmp_path / "p.paper.zip"]
    given += ["--hall", "http://127.0.0.1:9", *ordered(tmp_path, KeyPair.generate()), "--device", "x"]
    result = run("release", *given, "--out", tmp_path / "r.json")
    assert isinstance(result.exception, HallUnreachable)


def test_a_release_can_ask_the_hall_itself_over_tls_checked_against_its_ca(tmp_path: Path, passphrase: Path) -> None:
    names = ["周保管", "吴保管"]
    keys = [made_key(tmp_path, passphrase, name)[0] for name in names]
    paper = sealed_for([read_key_file(path.read_bytes(), PASSPHRASE) for path in keys], names)
    (tmp_path / "p.paper.zip").write_bytes(paper.package)
    hall = KeyPair.generate()
    tls, stranger = (ensure_tls(tmp_path / name, ("localhost", "127.0.0.1")) for name in ("hall", "stranger"))
    with served(identity_of(hall), tls) as address:
        given = ["--key", keys[0], "--passphrase-file", passphrase, "--package", tmp_path / "p.paper.zip"]
        given += ["--hall", address, *ordered(tmp_path, hall), "--device", "令牌", "--out", tmp_path / "r.json"]
        refused = run("release", *given, "--ca", stranger.ca)
        assert isinstance(refused.exception, HallUnreachable)
        assert not (tmp_path / "r.json").exists()
        result = run("release", *given, "--ca", tls.ca)
    assert result.exit_code == 0, result.exception
    release = read_release((tmp_path / "r.json").read_bytes())
    shares = open_release(release, read_manifest(paper.manifest), hall.sealing, "sit_1")
    assert shares.keys() == {"frm_a", "frm_b", "frm_r"}


def identity_of(hall: KeyPair, sealing: bytes | None = None) -> dict[str, str]:
    """What a hall says of itself; with another `sealing` key, what a thief would have it say."""
    signing, own = hall.signing.public_raw, hall.sealing.public_raw
    binding = hall.signing.sign(hall_identity(signing, own))
    keys = {"signing_key": b64u(signing), "sealing_key": b64u(sealing or own)}
    return {"name": "考场", **keys, "binding": b64u(binding)}


def ordered(folder: Path, hall: KeyPair, **changes: object) -> list[object]:
    """Options naming a sitting order for this hall and the trust list that knows its authority."""
    authority = SigningKey.generate()
    papers = []
    if (folder / "p.paper.zip").exists():
        manifest = read_manifest(read_archive((folder / "p.paper.zip").read_bytes())[MANIFEST_NAME])
        papers.append({"paper": manifest.paper, "manifest_digest": manifest.digest})
    window = {"release_opens_ms": now() - HOUR, "release_closes_ms": now() + HOUR}
    body = {"sitting": "sit_1", "hall_key": hall.signing.id, "papers": papers, **window, **changes}
    order = sign_document(body, "exam.sitting-order", 1, [Signer("authority", "主管部门", authority)])
    (folder / "sit_1.order.json").write_bytes(order)
    trust = Trust((TrustedKey("authority", "主管部门", authority.public_raw),))
    (folder / "trust.json").write_bytes(trust.as_file())
    return ["--order", folder / "sit_1.order.json", "--trust", folder / "trust.json"]


def test_no_share_goes_to_a_hall_the_authority_did_not_order(tmp_path: Path, passphrase: Path) -> None:
    names = ["周保管", "吴保管"]
    keys = [made_key(tmp_path, passphrase, name)[0] for name in names]
    paper = sealed_for([read_key_file(path.read_bytes(), PASSPHRASE) for path in keys], names)
    (tmp_path / "p.paper.zip").write_bytes(paper.package)
    hall, thief, out = KeyPair.generate(), KeyPair.generate(), tmp_path / "r.json"
    given = ["--key", keys[0], "--passphrase-file", passphrase, "--package", tmp_path / "p.paper.zip"]
    given += [*ordered(tmp_path, hall), "--hall", tmp_path / "hall.json", "--device", "令牌", "--out", out]
    for false in (identity_of(thief), identity_of(hall, thief.sealing.public_raw)):
        (tmp_path / "hall.json").write_text(json.dumps(false), encoding="utf-8")
        assert isinstance(run("release", *given).exception, AnotherHall)
    (tmp_path / "hall.json").write_text(json.dumps(identity_of(hall)), encoding="utf-8")
    (tmp_path / "trust.json").write_bytes(Trust().as_file())
    assert isinstance(run("release", *given).exception, SignatureBroken)
    assert not out.exists()


@contextmanager
def served(identity: dict[str, str], tls: Tls) -> Iterator[str]:
    """The address of a hall that answers with this identity."""

    class Hall(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/api/hall/identity"
            self.send_response(200 if found else 404)
            self.end_headers()
            self.wfile.write(json.dumps(identity).encode() if found else b"")

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Hall)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls.certificate, tls.key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def test_nothing_is_released_outside_the_window_or_for_a_paper_the_order_does_not_name(
    tmp_path: Path, passphrase: Path
) -> None:
    key, _ = made_key(tmp_path, passphrase, "周保管")
    paper = sealed_for([read_key_file(key.read_bytes(), PASSPHRASE), KeyPair.generate()], ["周保管", "吴保管"])
    (tmp_path / "p.paper.zip").write_bytes(paper.package)
    hall, out = KeyPair.generate(), tmp_path / "r.json"
    (tmp_path / "hall.json").write_text(json.dumps(identity_of(hall)), encoding="utf-8")
    given = ["--key", key, "--passphrase-file", passphrase, "--package", tmp_path / "p.paper.zip"]
    given += ["--hall", tmp_path / "hall.json", "--device", "令牌", "--out", out]
    for changes, refused in (
        ({"release_opens_ms": now() + HOUR}, NotNow),
        ({"release_closes_ms": now() - 1}, NotNow),
        ({"papers": []}, NotOrdered),
    ):
        assert isinstance(run("release", *given, *ordered(tmp_path, hall, **changes)).exception, refused)
    assert not out.exists()


def test_a_custodian_sees_proves_and_answers_from_the_command_line(tmp_path: Path, passphrase: Path) -> None:
    key, _ = made_key(tmp_path, passphrase, "周保管")
    own, bank = read_key_file(key.read_bytes(), PASSPHRASE), SigningKey.generate()
    paper = sealed_for([own, KeyPair.generate()], ["周保管", "吴保管"])
    manifest = read_manifest(paper.manifest)
    (tmp_path / "p.paper.zip").write_bytes(paper.package)
    (tmp_path / "trust.json").write_bytes(Trust((TrustedKey("bank", "省级题库", bank.public_raw),)).as_file())
    given = ["--key", key, "--passphrase-file", passphrase, "--package", tmp_path / "p.paper.zip"]
    shown = json.loads(run("show", *given).output)
    assert (shown["shares"], shown["threshold"], shown["custodians"]) == (3, 2, ["周保管", "吴保管"])
    signer, answering = Signer("bank", "省级题库", bank), ["--trust", tmp_path / "trust.json", "--device", "笔记本"]
    asked = Challenge(manifest.paper, manifest.digest, "cus_周保管", os.urandom(32), now(), now() + HOUR)
    (tmp_path / "c.json").write_bytes(sign_challenge(asked, signer))
    proven = run("prove", *given, *answering, "--challenge", tmp_path / "c.json", "--out", tmp_path / "proof.json")
    assert proven.exit_code == 0, proven.exception
    check_possession(read_possession((tmp_path / "proof.json").read_bytes()), manifest, [b64u(asked.nonce)])
    ceremony = KeyPair.generate()
    forms = tuple(form.form for form in manifest.forms)
    call = Call(
        "cer_1", RESEAL, manifest.paper, manifest.digest, forms, ceremony.sealing.public_raw, now() - 1, now() + HOUR,
        now(), "保管人调离", "甲", "乙", manifest.custodians, 2, 0, "",
    )  # fmt: skip
    (tmp_path / "call.json").write_bytes(sign_call(call, signer))
    done = run("answer", *given, *answering, "--call", tmp_path / "call.json", "--out", tmp_path / "a.json")
    assert done.exit_code == 0, done.exception
    shares, _ = released_shares(call, manifest, [(tmp_path / "a.json").read_bytes()], ceremony.sealing)
    assert [len(shares[form]) for form in forms] == [1, 1, 1]
    (tmp_path / "call.json").write_bytes(sign_call(call, Signer("bank", "题库", SigningKey.generate())))
    forged = run("answer", *given, *answering, "--call", tmp_path / "call.json", "--out", tmp_path / "b.json")
    assert isinstance(forged.exception, SignatureBroken) and not (tmp_path / "b.json").exists()
