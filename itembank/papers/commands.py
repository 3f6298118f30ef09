"""`exam custodian`: a custodian makes a key of their own and releases a paper to one hall for one sitting.

The private key never leaves the custodian's machine: the bank is given the public part, the hall a share sealed to it.
"""

import json
import ssl
import time
import urllib.request
from pathlib import Path
from typing import Any

import click

from examserver.kernel.archive import read_archive
from examserver.kernel.canonical import b64u
from examserver.kernel.crypto.keys import KeyPair, key_id, read_key_file, write_key_file
from examserver.kernel.errors import Invalid, Refused
from examserver.kernel.fields import Fields, parse_json
from examserver.plumbing.files import SECRET, write_durably
from itembank.papers.manifest import MANIFEST_NAME, Manifest, read_manifest
from itembank.papers.opening import make_release

LARGEST_IDENTITY = 1_000_000


class KeyFileExists(Refused):
    """A key file is never overwritten: the shares sealed to it would be lost."""

    code = "custodian.key_exists"
    message_zh = "{path} 已存在,不会覆盖密钥"
    message_en = "{path} exists; a key is never overwritten"
    next_zh = "请换一个文件名"
    next_en = "Choose another file name"


class BadPassphraseFile(Invalid):
    """The passphrase must hold at least ten characters."""

    code = "custodian.passphrase"
    message_zh = "口令文件中的口令至少需要 10 个字符"
    message_en = "The passphrase in the file needs at least 10 characters"


class HallUnreachable(Refused):
    """The hall's identity could not be fetched over a trusted connection."""

    code = "custodian.hall_unreachable"
    message_zh = "无法取得考场身份:{reason}"
    message_en = "The hall's identity cannot be fetched: {reason}"
    next_zh = "请用考场交给您的身份文件,或以 --ca 指定考场的 CA 证书"
    next_en = "Use the identity file the hall gave you, or name the hall's CA certificate with --ca"


@click.group()
def custodian() -> None:
    """Make a custodian's key; release a paper to a hall."""


def _passphrase(path: Path) -> str:
    text = path.read_text("utf-8").strip()
    if len(text) < 10:
        raise BadPassphraseFile()
    return text


@custodian.command("new")
@click.option("--name", required=True, help="The custodian's name as the bank shows it.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Key file to write.")
@click.option("--passphrase-file", type=click.Path(exists=True, path_type=Path), required=True)
def new(name: str, out: Path, passphrase_file: Path) -> None:
    """Make a key pair under a passphrase and print the public part for the bank."""
    if out.exists():
        raise KeyFileExists(path=str(out))
    pair = KeyPair.generate()
    write_durably(out, write_key_file(pair, name, _passphrase(passphrase_file)), SECRET)
    public = {
        "name": name,
        "signing_key": b64u(pair.signing.public_raw),
        "sealing_key": b64u(pair.sealing.public_raw),
    }
    click.echo(json.dumps(public, ensure_ascii=False))


def _fetched(url: str, ca: Path | None) -> bytes:
    """The identity from the hall itself, over TLS checked against its CA."""
    if not url.startswith("https://"):
        raise HallUnreachable(reason="only https is trusted")
    address = url if url.endswith("/identity") else url.rstrip("/") + "/api/hall/identity"
    try:
        context = ssl.create_default_context(cafile=str(ca) if ca else None)
        with urllib.request.urlopen(address, timeout=15, context=context) as answer:
            data: bytes = answer.read(LARGEST_IDENTITY)
            return data
    except OSError as error:
        raise HallUnreachable(reason=str(error)) from error


def _hall_key(source: str, ca: Path | None) -> bytes:
    """The hall's raw X25519 key from its identity file or its address."""
    data = _fetched(source, ca) if "://" in source else Path(source).read_bytes()
    return Fields(parse_json(data, source), "identity").binary("sealing_key", 32)


def _read_package(path: Path) -> Manifest:
    data = path.read_bytes()
    return read_manifest(read_archive(data)[MANIFEST_NAME] if data[:2] == b"PK" else data)


def _chosen(manifest: Manifest, forms: str) -> list[str]:
    """Form ids for `all`, `regular`, `reserve` or a list of ids or names."""
    if forms in ("all", "regular", "reserve"):
        return [one.form for one in manifest.forms if forms == "all" or one.reserve == (forms == "reserve")]
    by_word = {word: one.form for one in manifest.forms for word in (one.form, one.name)}
    return [by_word.get(word, word) for word in forms.split(",")]


@custodian.command("release")
@click.option("--key", "key_file", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--passphrase-file", type=click.Path(exists=True, path_type=Path), required=True)
@click.option(
    "--package", type=click.Path(exists=True, path_type=Path), required=True, help="The sealed paper package."
)
@click.option("--hall", required=True, help="The hall's identity file, or its https address.")
@click.option("--ca", type=click.Path(exists=True, path_type=Path), help="CA certificate of the hall, with an address.")
@click.option("--sitting", required=True, help="The sitting the release is for.")
@click.option("--forms", default="all", show_default=True, help="all, regular, reserve, or form ids or names.")
@click.option("--device", required=True, help="The device the custodian acts on, as it will stand on record.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Key-release file to write.")
def release(
    key_file: Path,
    passphrase_file: Path,
    package: Path,
    hall: str,
    ca: Path | None,
    sitting: str,
    forms: str,
    device: str,
    out: Path,
) -> None:
    """Open this custodian's shares and seal them again for one hall and one sitting."""
    manifest = _read_package(package)
    pair = read_key_file(key_file.read_bytes(), _passphrase(passphrase_file))
    hall_key, chosen = _hall_key(hall, ca), _chosen(manifest, forms)
    made_ms = time.time_ns() // 1_000_000
    write_durably(out, make_release(manifest, pair, hall_key, sitting, chosen, device, made_ms))
    told: dict[str, Any] = {
        "paper": manifest.paper,
        "sitting": sitting,
        "hall": key_id("x25519", hall_key),
        "forms": chosen,
        "out": str(out),
    }
    click.echo(json.dumps(told, ensure_ascii=False))
