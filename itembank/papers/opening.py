"""Decides how a sealed paper opens: custodian to hall to form, and the key package for grading.

Source of the rule: `examserver/docs/formats.md`, "Key release". A custodian opens only their own share and seals it
again for one hall and one sitting; the hall joins the shares; a share that is not the one the bank sealed is named.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from examserver.kernel.canonical import b64u, digest
from examserver.kernel.crypto.keys import KeyPair, SealingKey, key_id, verify_signature
from examserver.kernel.crypto.seal import open_bytes, open_with, seal_to
from examserver.kernel.crypto.shares import Share, join_shares
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.documents import Document, NotADocument, read_document, sign_document
from examserver.kernel.errors import Broken, Json, Refused
from examserver.kernel.fields import Fields, parse_json
from itembank.papers.manifest import (
    KEYS_TYPE,
    RELEASE_TYPE,
    Custodian,
    Manifest,
    form_aad,
    keys_context,
    release_info,
    share_info,
)
from itembank.papers.slots import key_digest, proof_key, share_plaintext


class ShareAltered(Broken):
    """A share is not the one the bank sealed for this custodian."""

    code = "paper.share_altered"
    message_zh = "{custodian} 提交的试卷 {form} 的密钥份额与密封时不符"
    message_en = "The share of form {form} from {custodian} is not the one that was sealed"


class FormAltered(Broken):
    """A form's ciphertext or content is not the one in the manifest."""

    code = "paper.form_altered"
    message_zh = "试卷 {form} 与清单不符:{reason_zh}"
    message_en = "Form {form} does not match the manifest: {reason_en}"


class ReleaseNotForThis(Refused):
    """The release speaks of another paper, hall, sitting or person."""

    code = "release.not_for_this"
    message_zh = "开启文件不适用:{reason_zh}"
    message_en = "The key release does not apply here: {reason_en}"
    next_zh = "请由保管人针对本考场、本场次和本试卷包重新签发。"
    next_en = "Ask the custodian for a release made for this hall, sitting and paper."


class TooFewShares(Refused):
    """Fewer custodians than the threshold have released."""

    code = "release.too_few_shares"
    message_zh = "还需要其他保管人:已有 {given} 份,需要 {needed} 份"
    message_en = "More custodians are needed: {given} of {needed} shares are present"
    next_zh = "请另一名保管人提交开启文件。"
    next_en = "Have another custodian submit a release."


@dataclass(frozen=True)
class Release:
    """A parsed key release; its signature is checked by `check_release`."""

    document: Document
    paper: str
    manifest_digest: str
    hall: str
    sitting: str
    custodian: str
    device: str
    made_ms: int
    forms: tuple[tuple[str, bytes], ...]


def _read_share(manifest: Manifest, form_id: str, custodian_id: str, plaintext: bytes) -> Share:
    """The share in an opened slot; raises ShareAltered unless its digest is the manifest's."""
    slot = manifest.form(form_id).slot_of(custodian_id)
    if slot is None or digest(plaintext) != slot.share_digest:
        raise ShareAltered(custodian=custodian_id, form=form_id)
    fields = Fields(parse_json(plaintext, "share"), "share")
    share = Share(fields.integer("index", 1, 255), fields.binary("value", 32))
    if slot.proof_key not in (None, proof_key(form_id, share).public_raw):
        raise ShareAltered(custodian=custodian_id, form=form_id)
    return share


def open_share(manifest: Manifest, form_id: str, custodian_id: str, key: SealingKey) -> Share:
    """A custodian's own share of a form; raises CannotOpen, ShareAltered or a Missing."""
    slot = manifest.form(form_id).slot_of(manifest.custodian(custodian_id).custodian)
    if slot is None:
        raise ShareAltered(custodian=custodian_id, form=form_id)
    info = share_info(manifest.paper, form_id, custodian_id)
    return _read_share(manifest, form_id, custodian_id, open_with(key, slot.share, info, f"share of {form_id}"))


def make_release(
    manifest: Manifest,
    pair: KeyPair,
    hall_key: bytes,
    sitting: str,
    forms: Sequence[str],
    device: str,
    made_ms: int,
) -> bytes:
    """The key-release file of the custodian who owns `pair`, for one hall (raw X25519 key) and one sitting."""
    custodian = manifest.custodian_with_key(pair.signing.public_raw)
    hall = key_id("x25519", hall_key)
    entries = []
    for form_id in forms:
        share = open_share(manifest, form_id, custodian.custodian, pair.sealing)
        info = release_info(manifest.paper, form_id, hall, sitting)
        sealed = seal_to(hall_key, share_plaintext(form_id, share), info)
        entries.append({"form": form_id, "share": b64u(sealed)})
    body = {
        "paper": manifest.paper,
        "manifest_digest": manifest.digest,
        "hall": hall,
        "sitting": sitting,
        "forms": entries,
        "custodian": custodian.custodian,
        "device": device,
        "made_ms": made_ms,
    }
    return sign_document(body, RELEASE_TYPE, 1, [Signer("custodian", custodian.name, pair.signing)])


def _release_form(fields: Fields) -> tuple[str, bytes]:
    entry = (fields.text("form", 80), fields.binary("share"))
    fields.finish()
    return entry


def parse_release(document: Document) -> Release:
    """The release inside a signed document; raises NotADocument or MalformedField."""
    if (document.type, document.version) != (RELEASE_TYPE, 1):
        raise NotADocument(reason=f"it is a {document.type}/{document.version}, not a {RELEASE_TYPE}/1")
    fields = Fields(document.body, "release")
    release = Release(
        document=document,
        paper=fields.text("paper", 80),
        manifest_digest=fields.digest("manifest_digest"),
        hall=fields.text("hall", 80),
        sitting=fields.text("sitting", 80),
        custodian=fields.text("custodian", 80),
        device=fields.text("device", 200),
        made_ms=fields.integer("made_ms"),
        forms=tuple(_release_form(form) for form in fields.many("forms", 200)),
    )
    fields.finish()
    return release


def read_release(data: bytes) -> Release:
    """The release in a file's bytes, signature unchecked; raises NotADocument or MalformedField."""
    return parse_release(read_document(data, RELEASE_TYPE))


def signed_by(release: Release, custodian: Custodian) -> bool:
    """Whether the release carries exactly one signature, and it is this custodian's over this content."""
    signatures = release.document.signatures
    if len(signatures) != 1 or signatures[0].key != custodian.signing_key_id:
        return False
    if signatures[0].suite != "ed25519" or signatures[0].role != "custodian":
        return False
    return verify_signature(custodian.signing_key, signatures[0].value, release.document.signed_bytes(signatures[0]))


def check_release(release: Release, manifest: Manifest, hall: str, sitting: str) -> Custodian:
    """The custodian who signed; raises ReleaseNotForThis for another paper, hall, sitting or signer."""
    for given, expected, word_zh, word_en in (
        (release.paper, manifest.paper, "试卷包", "paper"),
        (release.manifest_digest, manifest.digest, "试卷包清单", "manifest"),
        (release.hall, hall, "考场", "hall"),
        (release.sitting, sitting, "场次", "sitting"),
    ):
        if given != expected:
            raise ReleaseNotForThis(reason_zh=f"{word_zh}不符({given})", reason_en=f"another {word_en} ({given})")
    custodian = manifest.custodian(release.custodian)
    if not signed_by(release, custodian):
        raise ReleaseNotForThis(
            reason_zh=f"签名不是保管人 {custodian.name} 的",
            reason_en=f"the signature is not that of the custodian {custodian.name}",
        )
    return custodian


def open_release(release: Release, manifest: Manifest, hall_key: SealingKey, sitting: str) -> dict[str, Share]:
    """The shares a custodian gave this hall, by form; raises ReleaseNotForThis, CannotOpen or ShareAltered."""
    check_release(release, manifest, hall_key.id, sitting)
    shares: dict[str, Share] = {}
    for form_id, sealed in release.forms:
        info = release_info(manifest.paper, form_id, hall_key.id, sitting)
        plaintext = open_with(hall_key, sealed, info, f"release of {form_id}")
        shares[form_id] = _read_share(manifest, form_id, release.custodian, plaintext)
    return shares


def join_form_key(manifest: Manifest, shares: Sequence[Share]) -> bytes:
    """The 32-byte form key from shares of distinct custodians; raises TooFewShares."""
    distinct = {share.index: share for share in shares}
    if len(distinct) < manifest.threshold:
        raise TooFewShares(given=len(distinct), needed=manifest.threshold)
    return join_shares([distinct[index] for index in sorted(distinct)][: manifest.threshold])


def check_form_key(manifest: Manifest, form_id: str, key: bytes) -> None:
    """Raises FormAltered unless the rebuilt key is the one the manifest names (where it names one)."""
    if manifest.form(form_id).key_digest not in (None, key_digest(manifest.paper, form_id, key)):
        raise FormAltered(form=form_id, reason_zh="拼合的密钥不对", reason_en="the rebuilt key is another one")


def open_form(manifest: Manifest, form_id: str, ciphertext: bytes, key: bytes) -> Json:
    """The form document in the clear; raises FormAltered or CannotOpen."""
    form = manifest.form(form_id)
    if digest(ciphertext) != form.cipher_digest:
        raise FormAltered(form=form_id, reason_zh="密文摘要不同", reason_en="the ciphertext has another digest")
    aad = form_aad(manifest.paper, form_id, manifest.scope)
    plaintext = open_bytes(key, ciphertext, aad, f"form {form_id}")
    if digest(plaintext) != form.plain_digest:
        raise FormAltered(form=form_id, reason_zh="明文摘要不同", reason_en="the content has another digest")
    content: Json = parse_json(plaintext, form_id)
    return content


@dataclass(frozen=True)
class KeyPackage:
    """A parsed key package, still sealed."""

    document: Document
    digest: str
    paper: str
    manifest_digest: str
    wrapped_key: bytes
    ciphertext: bytes
    plain_digest: str
    grading_key: str


def read_key_package(data: bytes) -> KeyPackage:
    """The key package in a file's bytes, signature unchecked; raises NotADocument or MalformedField."""
    document = read_document(data, KEYS_TYPE)
    if document.version != 1:
        raise NotADocument(reason=f"version {document.version} of {KEYS_TYPE} is unknown")
    fields = Fields(document.body, "keys")
    fields.choice("suite", ["aes-256-gcm"])
    fields.choice("hpke_suite", ["hpke-x25519-hkdf-sha256-aes-256-gcm"])
    package = KeyPackage(
        document=document,
        digest=digest(data),
        paper=fields.text("paper", 80),
        manifest_digest=fields.digest("manifest_digest"),
        wrapped_key=fields.binary("wrapped_key"),
        ciphertext=fields.binary("ciphertext"),
        plain_digest=fields.digest("plain_digest"),
        grading_key=fields.text("grading_key", 80),
    )
    fields.finish()
    return package


def open_key_package(package: KeyPackage, grading_key: SealingKey) -> list[Json]:
    """The answer keys, one per form; raises CannotOpen or FormAltered."""
    context = keys_context(package.paper, package.manifest_digest)
    key = open_with(grading_key, package.wrapped_key, context, "key of the key package")
    plaintext = open_bytes(key, package.ciphertext, context, "key package")
    if digest(plaintext) != package.plain_digest:
        raise FormAltered(form=package.paper, reason_zh="答案包摘要不同", reason_en="the keys have another digest")
    return Fields(parse_json(plaintext, "keys"), "keys").values("forms", 200)
