"""Key pairs of roles and persons, their names, and the passphrase-protected file they live in.

Signing: Ed25519. Receiving sealed things: X25519. A key id is the algorithm and the first 16 hexadecimal digits
of the SHA-256 of the raw public key. The key file (exam.key-file/1) uses PBKDF2-HMAC-SHA256 and AES-256-GCM so
that a browser can open it with WebCrypto alone.
"""

import hashlib
import json
import os
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from examserver.kernel.canonical import NotCanonical, b64u, encode, to_json, unb64u
from examserver.kernel.errors import Denied, Invalid

ITERATIONS = 600_000


class WrongPassphrase(Denied):
    """The passphrase does not open the key file."""

    code = "key_file.passphrase"
    message_zh = "口令不正确，无法打开密钥文件"
    message_en = "The passphrase does not open the key file"
    next_zh = "请核对口令后重试"
    next_en = "Check the passphrase and try again"


class NotAKeyFile(Invalid):
    """The file is no key file of this system."""

    code = "key_file.malformed"
    message_zh = "这不是本系统的密钥文件"
    message_en = "This is not a key file of this system"


def key_id(algorithm: str, public_raw: bytes) -> str:
    """`ed25519:` or `x25519:` and 16 hexadecimal digits."""
    return f"{algorithm}:{hashlib.sha256(public_raw).hexdigest()[:16]}"


@dataclass(frozen=True)
class SigningKey:
    """An Ed25519 private key, held as its 32 raw bytes."""

    raw: bytes

    @staticmethod
    def generate() -> "SigningKey":
        """A new random key."""
        return SigningKey(Ed25519PrivateKey.generate().private_bytes_raw())

    @property
    def public_raw(self) -> bytes:
        """The 32 bytes others verify with."""
        return Ed25519PrivateKey.from_private_bytes(self.raw).public_key().public_bytes_raw()

    @property
    def id(self) -> str:
        """The key id of the public key."""
        return key_id("ed25519", self.public_raw)

    def sign(self, message: bytes) -> bytes:
        """The 64-byte Ed25519 signature (RFC 8032)."""
        return Ed25519PrivateKey.from_private_bytes(self.raw).sign(message)


@dataclass(frozen=True)
class SealingKey:
    """An X25519 private key, held as its 32 raw bytes."""

    raw: bytes

    @staticmethod
    def generate() -> "SealingKey":
        """A new random key."""
        return SealingKey(X25519PrivateKey.generate().private_bytes_raw())

    @property
    def public_raw(self) -> bytes:
        """The 32 bytes others seal to."""
        return X25519PrivateKey.from_private_bytes(self.raw).public_key().public_bytes_raw()

    @property
    def id(self) -> str:
        """The key id of the public key."""
        return key_id("x25519", self.public_raw)


def verify_signature(public_raw: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the Ed25519 signature holds."""
    try:
        Ed25519PublicKey.from_public_bytes(public_raw).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass(frozen=True)
class KeyPair:
    """What a person or a role owns: one key to sign with, one to receive sealed things."""

    signing: SigningKey
    sealing: SealingKey

    @staticmethod
    def generate() -> "KeyPair":
        """Two new random keys."""
        return KeyPair(SigningKey.generate(), SealingKey.generate())


def _file_key(passphrase: str, salt: bytes, iterations: int) -> bytes:
    return PBKDF2HMAC(hashes.SHA256(), 32, salt, iterations).derive(passphrase.encode("utf-8"))


def write_key_file(pair: KeyPair, name: str, passphrase: str) -> bytes:
    """The key file: public part readable, private part under the passphrase."""
    salt, nonce = os.urandom(16), os.urandom(12)
    public = {
        "name": name,
        "signing_key": b64u(pair.signing.public_raw),
        "sealing_key": b64u(pair.sealing.public_raw),
    }
    secret = to_json({"signing": b64u(pair.signing.raw), "sealing": b64u(pair.sealing.raw)})
    sealed = AESGCM(_file_key(passphrase, salt, ITERATIONS)).encrypt(nonce, secret, encode(public, "exam.key-file", 1))
    file = {
        "type": "exam.key-file",
        "version": 1,
        "public": public,
        "kdf": {"name": "pbkdf2-hmac-sha256", "iterations": ITERATIONS, "salt": b64u(salt)},
        "nonce": b64u(nonce),
        "sealed": b64u(sealed),
    }
    return to_json(file)


def read_key_file(data: bytes, passphrase: str) -> KeyPair:
    """The keys inside; raises NotAKeyFile or WrongPassphrase."""
    file = _key_file(data)
    try:
        key = _file_key(passphrase, unb64u(file["kdf"]["salt"]), file["kdf"]["iterations"])
        associated = encode(file["public"], "exam.key-file", 1)
        secret = json.loads(AESGCM(key).decrypt(unb64u(file["nonce"]), unb64u(file["sealed"]), associated))
        return KeyPair(SigningKey(unb64u(secret["signing"])), SealingKey(unb64u(secret["sealing"])))
    except InvalidTag:
        raise WrongPassphrase() from None
    except (KeyError, TypeError, ValueError, NotCanonical):
        raise NotAKeyFile() from None


def read_public_part(data: bytes) -> dict[str, str]:
    """Name and public keys of a key file, without the passphrase."""
    public = _key_file(data).get("public")
    if not isinstance(public, dict) or not {"name", "signing_key", "sealing_key"} <= public.keys():
        raise NotAKeyFile()
    return {str(key): str(value) for key, value in public.items()}


def _key_file(data: bytes) -> dict[str, Any]:
    try:
        file = json.loads(data)
    except (ValueError, RecursionError):
        raise NotAKeyFile() from None
    if not isinstance(file, dict) or file.get("type") != "exam.key-file" or file.get("version") != 1:
        raise NotAKeyFile()
    kdf = file.get("kdf")
    if not isinstance(kdf, dict) or not isinstance(kdf.get("iterations"), int) or kdf["iterations"] > 10**7:
        raise NotAKeyFile()
    return file
