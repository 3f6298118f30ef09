"""Sealing: AES-256-GCM under a known key, HPKE (RFC 9180, base mode) to a public key.

Layouts: `seal_bytes` gives nonce (12) ‖ ciphertext ‖ tag (16). `seal_to` gives the encapsulated X25519 key (32)
‖ ciphertext ‖ tag (16) for DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM; the context travels as HPKE
`info`.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from examserver.kernel.crypto.keys import SealingKey
from examserver.kernel.errors import Broken

SUITE = "aes-256-gcm"
HPKE_SUITE = "hpke-x25519-hkdf-sha256-aes-256-gcm"
_HPKE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


class CannotOpen(Broken):
    """The sealed bytes were altered, belong to another context, or the key is another."""

    code = "seal.cannot_open"
    message_zh = "密封内容无法打开：{what} 已被改动、用途不符或密钥不对"
    message_en = "The sealed content does not open: {what} was altered, belongs elsewhere, or the key is another"


def new_key() -> bytes:
    """32 random bytes."""
    return os.urandom(32)


def seal_bytes(key: bytes, plaintext: bytes, aad: bytes, nonce: bytes | None = None) -> bytes:
    """nonce ‖ ciphertext ‖ tag under a 32-byte key, bound to `aad`; a fresh random nonce unless one is given."""
    used = os.urandom(12) if nonce is None else nonce
    return used + AESGCM(key).encrypt(used, plaintext, aad)


def open_bytes(key: bytes, sealed: bytes, aad: bytes, what: str = "ciphertext") -> bytes:
    """The plaintext; raises CannotOpen."""
    try:
        return AESGCM(key).decrypt(sealed[:12], sealed[12:], aad)
    except (InvalidTag, ValueError):
        raise CannotOpen(what=what) from None


def seal_to(public_raw: bytes, plaintext: bytes, info: bytes) -> bytes:
    """HPKE to an X25519 public key (32 raw bytes) in the context `info`."""
    return _HPKE.encrypt(plaintext, X25519PublicKey.from_public_bytes(public_raw), info=info)


def open_with(key: SealingKey, sealed: bytes, info: bytes, what: str = "sealed content") -> bytes:
    """The plaintext of `seal_to`; raises CannotOpen."""
    try:
        return _HPKE.decrypt(sealed, X25519PrivateKey.from_private_bytes(key.raw), info=info)
    except (InvalidTag, ValueError):
        raise CannotOpen(what=what) from None
