"""The byte rules of `examserver/docs/formats.md`, sections 1 to 7, written a second time from that text alone.

Nothing of the product is imported: only the standard library and `cryptography`. The verifier beside it and the maker
of the worked example stand on this.
"""

import base64
import hashlib
import hmac
import io
import json
import struct
import unicodedata
import zipfile
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


class Fault(Exception):
    """Something is not as the formats say; the text names it."""


def need(holds: bool, fault: str) -> None:
    """Raises Fault unless the condition holds."""
    if not holds:
        raise Fault(fault)


# Section 2: canonical encoding.
def ordered(value: Any, depth: int = 0) -> Any:
    """The value with members in the order of their UTF-16 code units; refuses what evidence may not hold."""
    need(depth <= 64, "nested too deeply")
    if isinstance(value, dict):
        members = sorted(value.items(), key=lambda member: str(member[0]).encode("utf-16-be", "surrogatepass"))
        return {ordered(key): ordered(inner, depth + 1) for key, inner in members}
    if isinstance(value, list):
        return [ordered(inner, depth + 1) for inner in value]
    if isinstance(value, str):
        need(unicodedata.is_normalized("NFC", value), "text is not NFC")
        need(not any(0xD800 <= ord(one) <= 0xDFFF for one in value), "a lone surrogate")
        return value
    if isinstance(value, bool) or value is None:
        return value
    need(isinstance(value, int) and abs(value) < 2**53, "a number that is no safe integer")
    return value


def plain_json(value: Any) -> bytes:
    """RFC 8785 text."""
    return json.dumps(ordered(value), ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def encode(value: Any, kind: str, version: int = 1) -> bytes:
    """Domain tag, line feed, RFC 8785 text."""
    return f"{kind}/{version}\n".encode() + plain_json(value)


def sha256(data: bytes) -> bytes:
    """The 32 bytes."""
    return hashlib.sha256(data).digest()


def digest(data: bytes) -> str:
    """As formats write it."""
    return "sha256:" + sha256(data).hex()


def b64(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def unb64(text: str) -> bytes:
    """The bytes; only the one way of writing them is taken."""
    need(isinstance(text, str), "base64url text expected")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as error:
        raise Fault("not base64url") from error
    need(b64(data) == text, "not canonical base64url")
    return data


def parse(data: bytes) -> Any:
    """JSON that is in canonical form already."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Fault("not JSON") from error
    need(plain_json(value) == data, "not in canonical form")
    return value


# Section 4: keys.
def key_id(algorithm: str, public: bytes) -> str:
    """Algorithm and 16 hexadecimal digits."""
    return f"{algorithm}:{sha256(public).hex()[:16]}"


def signing_public(private: bytes) -> bytes:
    """Ed25519 public key."""
    key = Ed25519PrivateKey.from_private_bytes(private).public_key()
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def sealing_public(private: bytes) -> bytes:
    """X25519 public key."""
    key = X25519PrivateKey.from_private_bytes(private).public_key()
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


# Section 3: signed documents.
def covered(file: dict[str, Any], signature: dict[str, Any]) -> bytes:
    """What a signature covers."""
    statement = {"body": file["body"], "name": signature["name"], "role": signature["role"]}
    return encode(statement, file["type"], file["version"])


def signed_file(body: Any, kind: str, signers: list[tuple[str, str, bytes]]) -> bytes:
    """A document file signed by (role, name, private key) each."""
    file: dict[str, Any] = {"type": kind, "version": 1, "body": body, "signatures": []}
    for role, name, private in signers:
        entry = {"role": role, "name": name, "key": key_id("ed25519", signing_public(private)), "suite": "ed25519"}
        value = Ed25519PrivateKey.from_private_bytes(private).sign(covered(file, entry))
        file["signatures"].append({**entry, "value": b64(value)})
    return plain_json(file)


def signature_holds(public: bytes, signature: bytes, message: bytes) -> bool:
    """Ed25519."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def read_signed(data: bytes, kind: str, trust: list[dict[str, str]], roles: set[str]) -> Any:
    """The body of a document signed by trusted keys in the needed roles."""
    file = parse(data)
    need(isinstance(file, dict) and set(file) == {"type", "version", "body", "signatures"}, "not a signed document")
    need(file["type"] == kind and file["version"] == 1, f"a {file['type']}, not a {kind}")
    keys = {(one["role"], one["key"]): unb64(one["public_key"]) for one in trust}
    for one in file["signatures"]:
        need(set(one) == {"role", "name", "key", "suite", "value"} and one["suite"] == "ed25519", "odd signature")
        public = keys.get((one["role"], one["key"]))
        need(public is not None and key_id("ed25519", public) == one["key"], f"{one['key']} is not trusted")
        need(signature_holds(public or b"", unb64(one["value"]), covered(file, one)), f"signature of {one['name']}")
    missing = roles - {one["role"] for one in file["signatures"]}
    need(not missing, f"no signature by {sorted(missing)}")
    return file["body"]


# Section 5: sealing.
def seal(key: bytes, plaintext: bytes, aad: bytes, nonce: bytes) -> bytes:
    """Nonce, ciphertext, tag."""
    return nonce + AESGCM(key).encrypt(nonce, plaintext, aad)


def unseal(key: bytes, sealed: bytes, aad: bytes) -> bytes:
    """The plaintext of AES-256-GCM."""
    try:
        return AESGCM(key).decrypt(sealed[:12], sealed[12:], aad)
    except Exception as error:
        raise Fault("sealed bytes do not open") from error


def _extract(salt: bytes, label: bytes, material: bytes, suite: bytes) -> bytes:
    return hmac.new(salt, b"HPKE-v1" + suite + label + material, hashlib.sha256).digest()


def _expand(secret: bytes, label: bytes, info: bytes, size: int, suite: bytes) -> bytes:
    labelled = struct.pack(">H", size) + b"HPKE-v1" + suite + label + info
    return hmac.new(secret, labelled + b"\x01", hashlib.sha256).digest()[:size]


KEM = b"KEM" + struct.pack(">H", 0x0020)
HPKE = b"HPKE" + struct.pack(">HHH", 0x0020, 0x0001, 0x0002)


def _schedule(shared: bytes, enc: bytes, receiver: bytes, info: bytes) -> tuple[bytes, bytes]:
    """Key and nonce of the only message (base mode)."""
    pseudo = _extract(b"", b"eae_prk", shared, KEM)
    secret_of_kem = _expand(pseudo, b"shared_secret", enc + receiver, 32, KEM)
    context = b"\x00" + _extract(b"", b"psk_id_hash", b"", HPKE) + _extract(b"", b"info_hash", info, HPKE)
    secret = _extract(secret_of_kem, b"secret", b"", HPKE)
    return _expand(secret, b"key", context, 32, HPKE), _expand(secret, b"base_nonce", context, 12, HPKE)


def hpke_seal(receiver: bytes, plaintext: bytes, info: bytes, ephemeral: bytes) -> bytes:
    """Encapsulated key, ciphertext, tag; the ephemeral key is an argument only so that examples can be repeated."""
    enc = sealing_public(ephemeral)
    shared = X25519PrivateKey.from_private_bytes(ephemeral).exchange(X25519PublicKey.from_public_bytes(receiver))
    key, nonce = _schedule(shared, enc, receiver, info)
    return enc + AESGCM(key).encrypt(nonce, plaintext, b"")


def hpke_open(private: bytes, sealed: bytes, info: bytes) -> bytes:
    """The plaintext."""
    need(len(sealed) >= 48, "too short to be sealed to a key")
    enc = sealed[:32]
    shared = X25519PrivateKey.from_private_bytes(private).exchange(X25519PublicKey.from_public_bytes(enc))
    key, nonce = _schedule(shared, enc, sealing_public(private), info)
    try:
        return AESGCM(key).decrypt(nonce, sealed[32:], b"")
    except Exception as error:
        raise Fault("sealed content does not open") from error


# Section 6: shares over GF(2^128).
POLYNOMIAL = (1 << 128) | 0b10000111


def field_times(a: int, b: int) -> int:
    """Product of two field elements."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a, b = a << 1, b >> 1
        if a >> 128:
            a ^= POLYNOMIAL
    return product


def field_inverse(a: int) -> int:
    """a to the power 2^128 - 2."""
    result, power, exponent = 1, a, 2**128 - 2
    while exponent:
        if exponent & 1:
            result = field_times(result, power)
        power, exponent = field_times(power, power), exponent >> 1
    return result


def share_half(half: bytes, coefficients: list[int], index: int) -> bytes:
    """The polynomial with the half as constant term, at `index`."""
    value = 0
    for one in reversed([int.from_bytes(half, "big"), *coefficients]):
        value = field_times(value, index) ^ one
    return value.to_bytes(16, "big")


def join_half(points: list[tuple[int, bytes]]) -> bytes:
    """The constant term of the polynomial through the points."""
    total = 0
    for index, value in points:
        term = int.from_bytes(value, "big")
        for other, _ in points:
            if other != index:
                term = field_times(term, field_times(other, field_inverse(other ^ index)))
        total ^= term
    return total.to_bytes(16, "big")


def join(shares: list[tuple[int, bytes]]) -> bytes:
    """The 32-byte secret from exactly as many shares as the threshold."""
    return join_half([(i, v[:16]) for i, v in shares]) + join_half([(i, v[16:]) for i, v in shares])


# Section 7: archives.
def archive(entries: list[tuple[str, bytes]]) -> bytes:
    """The one layout."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, data in entries:
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system, info.create_version, info.extract_version = 3, 20, 20
            info.external_attr = 0o600 << 16
            file.writestr(info, data)
    return buffer.getvalue()


def entries_of(data: bytes) -> dict[str, bytes]:
    """Names and contents, when the bytes are exactly the one layout."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            for info in file.infolist():
                plain = info.compress_type == 0 and info.file_size == info.compress_size <= len(data)
                need(plain, f"entry {info.filename} is not stored plainly")
            found = [(info.filename, file.read(info)) for info in file.infolist()]
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, RuntimeError) as error:
        raise Fault(f"not a readable archive: {error}") from error
    need(len(dict(found)) == len(found), "an entry occurs twice")
    need(archive(found) == data, "the archive's bytes are not the one layout")
    return dict(found)


# Sections 8, 10 and 14: trees.
def leaf_hash(data: bytes) -> bytes:
    """RFC 9162."""
    return sha256(b"\x00" + data)


def tree_root(hashes: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1."""
    if not hashes:
        return sha256(b"")
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return sha256(b"\x01" + tree_root(hashes[:split]) + tree_root(hashes[split:]))
