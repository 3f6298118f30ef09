"""`exam custodian`: make a key, see what one holds, prove it, release to a hall, answer a call.

The private key never leaves the custodian's machine: the bank is given the public part, the hall a share sealed to it.
"""

import json
import ssl
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from examserver.kernel.archive import read_archive
from examserver.kernel.calendar import local_time
from examserver.kernel.canonical import b64u
from examserver.kernel.crypto.keys import KeyPair, key_id, read_key_file, verify_signature, write_key_file
from examserver.kernel.documents import read_document, read_trust, require_signatures
from examserver.kernel.errors import Refused
from examserver.kernel.fields import Fields, parse_json
from examserver.plumbing.files import SECRET, write_durably
from itembank.papers.ceremony import check_call, read_call
from itembank.papers.fingerprint import fingerprint_words
from itembank.papers.manifest import MANIFEST_NAME, Manifest, hall_identity, read_manifest
from itembank.papers.opening import make_release, open_share
from itembank.papers.possession import prove_possession, read_challenge
from itembank.papers.store import read_passphrase

LARGEST_IDENTITY = 1_000_000
EXISTING = click.Path(exists=True, path_type=Path)


class KeyFileExists(Refused):
    """A key file is never overwritten: the shares sealed to it would be lost."""

    code = "custodian.key_exists"
    message_zh = "{path} 已存在,不会覆盖密钥"
    message_en = "{path} exists; a key is never overwritten"
    next_zh = "请换一个文件名"
    next_en = "Choose another file name"


class AnotherHall(Refused):
    """Not the hall the sitting was ordered for: shares given to it would open the paper early."""

    code = "custodian.another_hall"
    message_zh = "考场身份与考试指令不符:{reason_zh}"
    message_en = "This is not the hall of the sitting order: {reason_en}"
    next_zh = "不要签发。请核对考试指令和考场身份,并报告主管部门"
    next_en = "Release nothing. Check the order and the identity, and tell the authority"


class NotNow(Refused):
    """A release made early would let whoever holds it open the paper early."""

    code = "custodian.not_now"
    message_zh = "不在规定的启封时段内（{opens} 起），不能签发"
    message_en = "This is outside the window, which opens at {opens}; nothing is released"
    next_zh = "请在时段内签发；若本机时间不对，请先校正"
    next_en = "Release within the window; set this machine's clock first if it is wrong"


class NotOrdered(Refused):
    """The order names another manifest: another paper, or the same before or after it was sealed again."""

    code = "custodian.not_ordered"
    message_zh = "场次指令没有指定这份试卷包（{paper}）"
    message_en = "The order does not name this package ({paper})"
    next_zh = "请取得最新的试卷包或场次指令"
    next_en = "Get the newest package, or the newest order"


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


@custodian.command("new")
@click.option("--name", required=True, help="The custodian's name as the bank shows it.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Key file to write.")
@click.option("--passphrase-file", type=click.Path(exists=True, path_type=Path), required=True)
def new(name: str, out: Path, passphrase_file: Path) -> None:
    """Make a key pair under a passphrase and print the public part for the bank."""
    if out.exists():
        raise KeyFileExists(path=str(out))
    pair = KeyPair.generate()
    write_durably(out, write_key_file(pair, name, read_passphrase(passphrase_file)), SECRET)
    words = fingerprint_words(pair.signing.public_raw, pair.sealing.public_raw)
    public = {
        "name": name,
        "signing_key": b64u(pair.signing.public_raw),
        "sealing_key": b64u(pair.sealing.public_raw),
        "fingerprint": words,
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


@dataclass(frozen=True)
class Ordered:
    """What an order says about a release: sitting, hall, window, manifests."""

    sitting: str
    hall_key: str
    opens_ms: int
    closes_ms: int
    manifests: frozenset[str]


def _ordered(order: Path, trust: Path) -> Ordered:
    """What an order the authority signed says about releases; raises SignatureBroken."""
    document = read_document(order.read_bytes(), "exam.sitting-order")
    require_signatures(document, read_trust(trust.read_bytes()), ["authority"])
    fields = Fields(document.body, "order")
    return Ordered(
        fields.text("sitting", 80),
        fields.text("hall_key", 80),
        fields.integer("release_opens_ms"),
        fields.integer("release_closes_ms"),
        frozenset(paper.digest("manifest_digest") for paper in fields.many("papers", 100)),
    )


def _check_time(ordered: Ordered, manifest: Manifest, now_ms: int) -> None:
    """Raises NotNow outside the window, or NotOrdered for a paper the order does not name."""
    if manifest.digest not in ordered.manifests:
        raise NotOrdered(paper=manifest.paper)
    opens = max(ordered.opens_ms, manifest.not_before_ms)
    if not opens <= now_ms < min(ordered.closes_ms, manifest.expires_ms):
        raise NotNow(opens=f"{local_time(opens):%Y-%m-%d %H:%M}")


def _hall_key(source: str, ca: Path | None, ordered: str) -> bytes:
    """The raw X25519 key which the ordered hall itself signed; raises AnotherHall."""
    data = _fetched(source, ca) if "://" in source else Path(source).read_bytes()
    fields = Fields(parse_json(data, source), "identity")
    signing, sealing = fields.binary("signing_key", 32), fields.binary("sealing_key", 32)
    if key_id("ed25519", signing) != ordered:
        raise AnotherHall(reason_zh="签名密钥不是指令中考场的", reason_en="its signing key is not the one in the order")
    if not verify_signature(signing, fields.binary("binding", 64), hall_identity(signing, sealing)):
        raise AnotherHall(reason_zh="解密密钥没有考场的签名", reason_en="the hall did not sign this sealing key")
    return sealing


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
@click.option("--order", type=EXISTING, required=True, help="The signed sitting order the release is for.")
@click.option("--trust", type=EXISTING, required=True, help="trust.json with the authority's key.")
@click.option("--forms", default="all", show_default=True, help="all, regular, reserve, or form ids or names.")
@click.option("--device", required=True, help="The device the custodian acts on, as it will stand on record.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Key-release file to write.")
def release(
    key_file: Path,
    passphrase_file: Path,
    package: Path,
    hall: str,
    ca: Path | None,
    order: Path,
    trust: Path,
    forms: str,
    device: str,
    out: Path,
) -> None:
    """Open this custodian's shares and seal them again for the hall and sitting the authority ordered."""
    ordered, manifest, made_ms = _ordered(order, trust), _read_package(package), time.time_ns() // 1_000_000
    sitting = ordered.sitting
    _check_time(ordered, manifest, made_ms)
    pair = read_key_file(key_file.read_bytes(), read_passphrase(passphrase_file))
    hall_key, chosen = _hall_key(hall, ca, ordered.hall_key), _chosen(manifest, forms)
    write_durably(out, make_release(manifest, pair, hall_key, sitting, chosen, device, made_ms))
    told: dict[str, Any] = {
        "paper": manifest.paper,
        "sitting": sitting,
        "hall": key_id("x25519", hall_key),
        "forms": chosen,
        "out": str(out),
    }
    click.echo(json.dumps(told, ensure_ascii=False))


def _own(command: Any) -> Any:
    """The options by which a custodian opens what is theirs."""
    command = click.option("--package", type=EXISTING, required=True, help="The sealed paper package.")(command)
    command = click.option("--passphrase-file", type=EXISTING, required=True)(command)
    return click.option("--key", "key_file", type=EXISTING, required=True)(command)


@custodian.command("show")
@_own
def show(key_file: Path, passphrase_file: Path, package: Path) -> None:
    """Open one's own shares of a paper, show nothing of them, and say what one holds."""
    manifest, pair = _read_package(package), read_key_file(key_file.read_bytes(), read_passphrase(passphrase_file))
    own = manifest.custodian_with_key(pair.signing.public_raw)
    for form in manifest.forms:
        open_share(manifest, form.form, own.custodian, pair.sealing)
    told = {
        "paper": manifest.paper,
        "title": manifest.title,
        "forms": [form.name for form in manifest.forms],
        "not_before_ms": manifest.not_before_ms,
        "expires_ms": manifest.expires_ms,
        "threshold": manifest.threshold,
        "custodians": [one.name for one in manifest.custodians],
        "custodian": own.custodian,
        "shares": len(manifest.forms),
    }
    click.echo(json.dumps(told, ensure_ascii=False))


def _signed_by_bank(path: Path, trust: Path) -> bytes:
    """A document's bytes once the bank's signature holds; raises SignatureBroken."""
    data = path.read_bytes()
    require_signatures(read_document(data), read_trust(trust.read_bytes()), ["bank"])
    return data


@custodian.command("prove")
@_own
@click.option("--challenge", type=EXISTING, required=True, help="The bank's challenge.")
@click.option("--trust", type=EXISTING, required=True, help="trust.json with the bank's key.")
@click.option("--device", required=True, help="The device the custodian acts on.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Answer to write.")
def prove(
    key_file: Path, passphrase_file: Path, package: Path, challenge: Path, trust: Path, device: str, out: Path
) -> None:
    """Prove to the bank that one still holds every share, showing none."""
    asked = read_challenge(_signed_by_bank(challenge, trust))
    manifest, pair = _read_package(package), read_key_file(key_file.read_bytes(), read_passphrase(passphrase_file))
    write_durably(out, prove_possession(manifest, pair, asked, device, time.time_ns() // 1_000_000))
    click.echo(json.dumps({"paper": manifest.paper, "custodian": asked.custodian, "out": str(out)}, ensure_ascii=False))


@custodian.command("answer")
@_own
@click.option("--call", "call_file", type=EXISTING, required=True, help="The bank's call to a ceremony.")
@click.option("--trust", type=EXISTING, required=True, help="trust.json with the bank's key.")
@click.option("--device", required=True, help="The device the custodian acts on, as it will stand on record.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Answer to write.")
def answer(
    key_file: Path, passphrase_file: Path, package: Path, call_file: Path, trust: Path, device: str, out: Path
) -> None:
    """Give one's shares to a ceremony of the bank: other custodians for the paper, or a paper print."""
    call = read_call(_signed_by_bank(call_file, trust))
    manifest, pair = _read_package(package), read_key_file(key_file.read_bytes(), read_passphrase(passphrase_file))
    made_ms = time.time_ns() // 1_000_000
    check_call(call, manifest, made_ms)
    write_durably(out, make_release(manifest, pair, call.sealing_key, call.ceremony, call.forms, device, made_ms))
    told = {"ceremony": call.ceremony, "kind": call.kind, "reason": call.reason, "place": call.place, "out": str(out)}
    click.echo(json.dumps(told, ensure_ascii=False))
