"""Signed documents: the file form of every JSON artefact, and the list of keys one trusts.

A document file is RFC 8785 JSON of {"type", "version", "body", "signatures"}; a signature covers
encode({"body", "name", "role"}, type, version), so it binds the kind and version, the content, and in which role and
under which name the signer signed: a signature cannot be shown as somebody else's or moved to another role.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from examserver.kernel.canonical import NotCanonical, b64u, encode, to_json, unb64u
from examserver.kernel.checks import Check
from examserver.kernel.crypto.keys import key_id, verify_signature
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.errors import Broken, Invalid


class NotADocument(Invalid):
    """The bytes are no signed document of the expected kind."""

    code = "document.malformed"
    message_zh = "文件不是有效的签名文档：{reason}"
    message_en = "The file is not a valid signed document: {reason}"


class SignatureBroken(Broken):
    """A needed signature is absent, untrusted or wrong."""

    code = "document.signature"
    message_zh = "签名校验失败：{what}"
    message_en = "A signature does not verify: {what}"


@dataclass(frozen=True)
class Signature:
    """One signature on a document."""

    role: str
    name: str
    key: str
    suite: str
    value: bytes


@dataclass(frozen=True)
class Document:
    """A parsed document; its signatures are not yet checked."""

    type: str
    version: int
    body: dict[str, Any]
    signatures: tuple[Signature, ...]

    def signed_bytes(self, signature: Signature) -> bytes:
        """What this signature covers."""
        return _covered(self.body, self.type, self.version, signature.role, signature.name)


def _covered(body: dict[str, Any], type: str, version: int, role: str, name: str) -> bytes:
    return encode({"body": body, "name": name, "role": role}, type, version)


def signed(body: dict[str, Any], type: str, version: int, signer: Signer) -> dict[str, Any]:
    """One signature entry over the body."""
    value = signer.key.sign(_covered(body, type, version, signer.role, signer.name))
    return {
        "role": signer.role,
        "name": signer.name,
        "key": signer.key.id,
        "suite": "ed25519",
        "value": b64u(value),
    }


def sign_document(body: dict[str, Any], type: str, version: int, signers: Sequence[Signer]) -> bytes:
    """The document file's bytes."""
    signatures = [signed(body, type, version, signer) for signer in signers]
    return to_json({"type": type, "version": version, "body": body, "signatures": signatures})


def add_signature(data: bytes, signer: Signer) -> bytes:
    """The same document with one more signature."""
    document = read_document(data)
    file = json.loads(data)
    file["signatures"].append(signed(document.body, document.type, document.version, signer))
    return to_json(file)


def read_document(data: bytes, type: str | None = None) -> Document:
    """Parse a document file; raises NotADocument when it is malformed, not canonical or of another type."""
    try:
        file = json.loads(data)
        canonical = to_json(file) == data
    except NotCanonical as error:
        raise NotADocument(reason=str(error)) from None
    except (ValueError, RecursionError):
        raise NotADocument(reason="not JSON") from None
    if not canonical:
        raise NotADocument(reason="not in canonical form")
    document = _parsed(file)
    if type is not None and document.type != type:
        raise NotADocument(reason=f"it is a {document.type}, not a {type}")
    return document


def _parsed(file: Any) -> Document:
    if not isinstance(file, dict) or set(file) != {"type", "version", "body", "signatures"}:
        raise NotADocument(reason="type, version, body and signatures are needed, nothing else")
    body, entries = file["body"], file["signatures"]
    if not isinstance(file["type"], str) or type(file["version"]) is not int or not isinstance(body, dict):
        raise NotADocument(reason="type, version or body has the wrong shape")
    if not isinstance(entries, list):
        raise NotADocument(reason="signatures is not a list")
    return Document(file["type"], file["version"], body, tuple(_signature(entry) for entry in entries))


def _signature(entry: Any) -> Signature:
    fields = ("role", "name", "key", "suite", "value")
    if not isinstance(entry, dict) or set(entry) != set(fields):
        raise NotADocument(reason="a signature has the wrong fields")
    if not all(isinstance(entry[field], str) for field in fields):
        raise NotADocument(reason="a signature's fields must be text")
    try:
        value = unb64u(entry["value"])
    except NotCanonical:
        raise NotADocument(reason="a signature's value is not base64url") from None
    return Signature(entry["role"], entry["name"], entry["key"], entry["suite"], value)


@dataclass(frozen=True)
class TrustedKey:
    """A public signing key one trusts in a role."""

    role: str
    name: str
    public_raw: bytes

    @property
    def key(self) -> str:
        """Its key id."""
        return key_id("ed25519", self.public_raw)


@dataclass(frozen=True)
class Trust:
    """The keys a verifier starts from."""

    keys: tuple[TrustedKey, ...] = ()

    def find(self, role: str, key: str) -> TrustedKey | None:
        """The trusted key with this id in this role, if there is one."""
        return next((one for one in self.keys if one.role == role and one.key == key), None)

    def as_file(self) -> bytes:
        """trust.json: a plain JSON list of keys (exam.trust/1)."""
        rows = [
            {"key": one.key, "public_key": b64u(one.public_raw), "role": one.role, "name": one.name}
            for one in sorted(self.keys, key=lambda one: (one.role, one.name, one.key))
        ]
        return to_json({"type": "exam.trust", "version": 1, "keys": rows})


def read_trust(data: bytes) -> Trust:
    """The keys of a trust.json file; raises NotADocument."""
    try:
        file = json.loads(data)
        if file["type"] != "exam.trust":
            raise KeyError("type")
        rows = file["keys"]
        return Trust(tuple(TrustedKey(row["role"], row["name"], unb64u(row["public_key"])) for row in rows))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, NotCanonical):
        raise NotADocument(reason="not a trust list") from None


NO_TRUST = (
    "没有信任名单：用 --trust 指定 trust.json（由发证机构公布，或与文件同放） / "
    "no trust list was given: name one with --trust (the authority publishes trust.json, or it lies beside the file)"
)


def check_signatures(document: Document, trust: Trust | None, roles_needed: Iterable[str]) -> list[Check]:
    """One check per needed role and one per signature: present, trusted, and right over the content."""
    checks = [
        Check(
            f"signed_by_{role}",
            any(signature.role == role for signature in document.signatures),
            f"a signature in the role {role} is needed",
            document.type,
        )
        for role in sorted(roles_needed)
    ]
    if trust is None:
        return [*checks, Check("signer_trusted", False, NO_TRUST, document.type)]
    return checks + [_signature_check(document, signature, trust) for signature in document.signatures]


def _signature_check(document: Document, signature: Signature, trust: Trust) -> Check:
    place = f"{document.type} signature by {signature.role} {signature.name} {signature.key}"
    key = trust.find(signature.role, signature.key)
    if key is None:
        return Check("signer_trusted", False, "the key is not in the trust list for this role", place)
    if signature.suite != "ed25519":
        return Check("signature_suite", False, f"unknown suite {signature.suite}", place)
    ok = verify_signature(key.public_raw, signature.value, document.signed_bytes(signature))
    return Check("signature", ok, "Ed25519 over the canonical body" if ok else "the content was altered", place)


def require_signatures(document: Document, trust: Trust, roles_needed: Iterable[str]) -> None:
    """Raise SignatureBroken naming the first signature that is absent, untrusted or wrong."""
    for check in check_signatures(document, trust, roles_needed):
        if not check.ok:
            raise SignatureBroken(what=f"{check.place}: {check.detail}")
