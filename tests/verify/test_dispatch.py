"""`exam verify` recognises artefacts, names faults, ends with a status, and never with a traceback."""

import json
import re
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from examserver.kernel.archive import read_archive
from examserver.kernel.crypto.keys import write_key_file
from examserver.kernel.documents import Trust
from examserver.verify import verify
from examserver.words import WORDS
from itembank.papers.opening import make_release
from tests.itembank.papers.build import NOW, Ceremony, ceremony


@pytest.fixture(scope="module")
def paper() -> Ceremony:
    return ceremony()


@pytest.fixture
def folder(tmp_path: Path, paper: Ceremony) -> Path:
    (tmp_path / "trust.json").write_bytes(paper.trust.as_file())
    inner = tmp_path / "papers" / "2026"
    inner.mkdir(parents=True)
    (inner / "p.paper.zip").write_bytes(paper.sealed.package)
    (inner / "p.keys.json").write_bytes(paper.sealed.keys)
    (inner / "manifest.json").write_bytes(paper.sealed.manifest)
    hall = paper.hall.sealing.public_raw
    (inner / "r.json").write_bytes(
        make_release(paper.manifest, paper.custodians[0], hall, "sit_1", ["frm_a"], "d", NOW)
    )
    return inner


def run(*words: object) -> Result:
    return CliRunner().invoke(verify, [str(word) for word in words])


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("p.paper.zip", "paper package"),
        ("p.keys.json", "key package"),
        ("manifest.json", "paper manifest"),
        ("r.json", "key release"),
    ],
)
def test_an_artefact_is_recognised_and_its_trust_list_found_above(folder: Path, name: str, kind: str) -> None:
    result = run(folder / name, "--json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.output)
    assert (report["kind"], report["ok"]) == (kind, True)


def test_the_content_decides_not_the_name(folder: Path) -> None:
    (folder / "holiday.pdf").write_bytes((folder / "p.paper.zip").read_bytes())
    assert json.loads(run(folder / "holiday.pdf", "--json").output)["kind"] == "paper package"


def test_the_table_numbers_every_check_and_says_the_verdict(folder: Path) -> None:
    result = run(folder / "p.paper.zip")
    assert "全部通过" in result.output
    assert "压缩包完整" in result.output


def test_several_files_are_reported_together(folder: Path) -> None:
    result = run(folder / "p.paper.zip", folder / "p.keys.json", "--json")
    answer = json.loads(result.output)
    assert answer["ok"] and len(answer["reports"]) == 2


def test_sealed_parts_are_opened_with_a_key_file(folder: Path, paper: Ceremony) -> None:
    (folder / "phrase").write_text("a long passphrase", encoding="utf-8")
    (folder / "grading.key.json").write_bytes(write_key_file(paper.grading, "authority", "a long passphrase"))
    given = ["--open-with", folder / "grading.key.json", "--passphrase-file", folder / "phrase", "--json"]
    report = json.loads(run(folder / "p.keys.json", *given).output)
    assert "keys_content" in {check["name"] for check in report["checks"]} and report["ok"]


def test_an_altered_package_fails_with_status_1_and_names_the_form(folder: Path) -> None:
    data = bytearray((folder / "p.paper.zip").read_bytes())
    data[data.index(b"forms/frm_b.bin") + 100] ^= 1
    (folder / "p.paper.zip").write_bytes(bytes(data))
    result = run(folder / "p.paper.zip", "--json")
    assert result.exit_code == 1
    assert "forms/frm_b.bin" in json.loads(result.output)["checks"][0]["detail"]


def test_without_a_trust_list_the_report_says_so(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "trust.json").unlink()
    report = json.loads(run(folder / "p.paper.zip", "--json").output)
    assert {check["name"] for check in report["checks"] if not check["ok"]} == {"signer_trusted"}


def slipped(folder: Path, name: str) -> bytes:
    path = folder / "slip.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", b"{}")
        archive.writestr(name, b"x")
    return path.read_bytes()


def doubled(folder: Path, paper: Ceremony) -> bytes:
    path = folder / "double.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", paper.sealed.manifest)
        with pytest.warns(UserWarning):
            archive.writestr("manifest.json", b"{}")
    return path.read_bytes()


def bomb(folder: Path) -> bytes:
    path = folder / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", b"\0" * 50_000_000)
    return path.read_bytes()


def hostile(folder: Path, paper: Ceremony) -> dict[str, bytes]:
    """Files nobody honest makes."""
    package, keys = paper.sealed.package, paper.sealed.keys
    deep = b"[" * 100_000 + b"]" * 100_000
    return {
        "empty": b"",
        "noise": bytes(range(256)) * 40,
        "cut package": package[: len(package) // 2],
        "package and more": package + b"x",
        "cut json": keys[: len(keys) // 2],
        "slip": slipped(folder, "../../etc/passwd"),
        "root": slipped(folder, "/etc/passwd"),
        "backslash": slipped(folder, "..\\x"),
        "doubled": doubled(folder, paper),
        "bomb": bomb(folder),
        "only a zip head": b"PK\x03\x04",
        "deep json": b'{"type":"exam.key-package","body":' + deep + b"}",
        "deep document": b'{"body":{"a":' + deep + b'},"signatures":[],"type":"exam.key-release","version":1}',
        "huge number": b'{"type":"exam.key-package","version":' + b"9" * 10_000 + b"}",
        "float": b'{"body":{"x":1e999},"signatures":[],"type":"exam.key-package","version":1}',
        "wrong types": b'{"body":[],"signatures":{},"type":"exam.key-package","version":"1"}',
        "signatures of numbers": b'{"body":{},"signatures":[1,2],"type":"exam.paper-manifest","version":1}',
        "not utf-8": b'{"type":"exam.key-package","x":"\xff\xfe"}',
        "surrogate": b'{"body":{"x":"\\ud800"},"signatures":[],"type":"exam.key-release","version":1}',
        "null body": b'{"body":null,"signatures":[],"type":"exam.key-release","version":1}',
        "doubled member": keys.replace(b'{"body"', b'{"version":1,"body"', 1),
        "spaced": keys.replace(b",", b", ", 1),
        "pdf of nothing": b"%PDF-1.7\n%%EOF",
        "checkpoint of nothing": b"origin\n1\n" + b"A" * 43 + b"=\n\n",
        "proof of nothing": b'{"type":"exam.log-proof","version":1}',
        "proof of wrong things": b'{"type":"exam.log-proof","version":1,"index":"a","size":[],"leaf":1}',
        "unknown kind": b'{"type":"exam.unheard-of"}',
    }


def test_hostile_files_end_in_a_report(folder: Path, paper: Ceremony) -> None:
    for name, data in hostile(folder, paper).items():
        path = folder / "hostile"
        path.write_bytes(data)
        result = run(path, "--json")
        assert result.exit_code == 1, (name, result.output)
        assert isinstance(result.exception, SystemExit), (name, result.exception)
        report = json.loads(result.output)
        assert report["checks"] and all(one["detail"] for one in report["checks"] if not one["ok"]), name


def test_missing_and_unreadable_files_are_reported(folder: Path) -> None:
    for path in (folder / "nothing here", folder):
        result = run(path, "--json")
        assert result.exit_code == 1
        assert json.loads(result.output)["checks"][0]["name"] == "file_readable"


def test_an_empty_trust_list_trusts_nobody(folder: Path) -> None:
    (folder / "none.json").write_bytes(Trust().as_file())
    result = run(folder / "p.paper.zip", "--trust", folder / "none.json", "--json")
    assert result.exit_code == 1


def test_the_package_holds_what_its_manifest_names(folder: Path, paper: Ceremony) -> None:
    assert list(read_archive(paper.sealed.package)) == ["manifest.json", *(one.entry for one in paper.manifest.forms)]


def test_every_check_a_verifier_makes_has_words_for_a_person() -> None:
    root = Path(__file__).parents[2]
    sources = [path for name in ("examserver", "itembank", "proctor") for path in (root / name).rglob("verify.py")]
    sources += [root / "examserver" / "rescore.py", root / "examserver" / "transparency" / "tree.py"]
    made = {
        name
        for path in sources
        for name in re.findall(r'(?:hold|each|attempt|Check)\(\s*"([a-z_]+)"', path.read_text(encoding="utf-8"))
    }
    assert len(made) > 80
    assert not sorted(made - set(WORDS))
