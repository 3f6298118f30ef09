"""Decides the bytes of a paper whose shares are made anew for other custodians, without opening a form.

Source of the rule: domain C.6 and `examserver/docs/formats.md`, "Re-sealing". The ciphertexts of the forms are carried
over byte for byte; only the slots change. A rebuilt form key is compared with its digest in the manifest and split
again; it never meets the ciphertext.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from examserver.kernel.archive import read_archive, write_archive
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.documents import read_document, sign_document
from examserver.kernel.errors import Json, Refused
from itembank.papers.ceremony import Call
from itembank.papers.manifest import MANIFEST_NAME, MANIFEST_TYPE, Manifest, read_manifest
from itembank.papers.slots import make_slots


class NoKeyDigest(Refused):
    """The package is older than key digests: nobody could tell a right key from a wrong one without opening."""

    code = "paper.no_key_digest"
    message_zh = "该试卷包密封时未写入密钥摘要，无法不启封而更换保管人"
    message_en = "This package names no key digests, so its custodians cannot be changed without opening it"
    next_zh = "请从已批准的组卷重新密封一份"
    next_en = "Seal a fresh paper from the approved assembly"


@dataclass(frozen=True)
class Resealed:
    """The package as it leaves, with its manifest."""

    package: bytes
    manifest: Manifest


def check_resealable(manifest: Manifest) -> None:
    """Raises NoKeyDigest for a package made before key digests."""
    if any(form.key_digest is None for form in manifest.forms):
        raise NoKeyDigest()


def reseal_paper(
    package: bytes, call: Call, keys: Mapping[str, bytes], released: Sequence[str], signer: Signer, now_ms: int
) -> Resealed:
    """The same forms under new slots: for the call's custodians, any `threshold` of whom open; signed by the bank."""
    entries = read_archive(package)
    old = read_manifest(entries[MANIFEST_NAME])
    check_resealable(old)
    body = read_document(entries[MANIFEST_NAME]).body
    forms = [_with_slots(form, call, keys[form["form"]]) for form in body["forms"]]
    changed: dict[str, Any] = {
        "created_ms": now_ms,
        "threshold": call.threshold,
        "custodians": [one.as_json() for one in call.custodians],
        "forms": forms,
        "reseal": _history(old, call, released),
    }
    manifest = sign_document({**body, **changed}, MANIFEST_TYPE, 1, [signer])
    files = [(name, data) for name, data in entries.items() if name != MANIFEST_NAME]
    return Resealed(write_archive([(MANIFEST_NAME, manifest), *files]), read_manifest(manifest))


def _with_slots(form: Json, call: Call, key: bytes) -> Json:
    return {**form, "slots": make_slots(call.paper, form["form"], key, call.threshold, call.custodians)}


def _history(old: Manifest, call: Call, released: Sequence[str]) -> Json:
    return {
        "ceremony": call.ceremony,
        "supersedes": list(old.lineage),
        "released": sorted(released),
        "asked_by": call.asked_by,
        "approved_by": call.approved_by,
        "reason": call.reason,
    }
