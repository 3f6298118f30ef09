"""Decides how a form key is shared among custodians, and what a holder can show of a share without giving it away.

For sealing, re-sealing, custodians and verifiers. Source: `examserver/docs/formats.md`, "Sealed paper package". The
proof key of a share is an Ed25519 key whose private half follows from the share alone (256 random bits): a signature
by it shows possession to everybody and teaches nobody the share.
"""

import hashlib
from collections.abc import Sequence

from examserver.kernel.canonical import b64u, digest, digest_of, encode, to_json
from examserver.kernel.crypto.keys import SigningKey
from examserver.kernel.crypto.seal import seal_to
from examserver.kernel.crypto.shares import Share, split_secret
from examserver.kernel.errors import Json
from itembank.papers.manifest import Custodian, share_info


def share_plaintext(form: str, share: Share) -> bytes:
    """What is sealed into a slot."""
    return to_json({"form": form, "index": share.index, "value": b64u(share.value)})


def proof_key(form: str, share: Share) -> SigningKey:
    """The key only a holder of the share can sign with."""
    seed = encode({"form": form, "index": share.index, "value": b64u(share.value)}, "exam.share-proof", 1)
    return SigningKey(hashlib.sha256(seed).digest())


def key_digest(paper: str, form: str, key: bytes) -> str:
    """The name of a form key: shows that a rebuilt key is the right one, without opening the form."""
    return digest_of({"paper": paper, "form": form, "key": b64u(key)}, "exam.form-key", 1)


def make_slots(paper: str, form: str, key: bytes, threshold: int, custodians: Sequence[Custodian]) -> list[Json]:
    """The slots of a form: any `threshold` of the custodians rebuild the key, fewer learn nothing."""
    shares = split_secret(key, threshold, len(custodians))
    return [_slot(paper, form, *pair) for pair in zip(custodians, shares, strict=True)]


def _slot(paper: str, form: str, custodian: Custodian, share: Share) -> Json:
    plaintext = share_plaintext(form, share)
    sealed = seal_to(custodian.sealing_key, plaintext, share_info(paper, form, custodian.custodian))
    return {
        "custodian": custodian.custodian,
        "share": b64u(sealed),
        "share_digest": digest(plaintext),
        "proof_key": b64u(proof_key(form, share).public_raw),
    }
