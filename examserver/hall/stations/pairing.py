"""Decides whether a workstation is the one that enrolled: its own key signs a challenge of ours.

A challenge is stateless: time and nonce under a MAC of this hall, good for five minutes; whoever has the
non-extractable private key can answer it, nobody else.
"""

import hmac

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from examserver.kernel.canonical import NotCanonical, b64u, encode, unb64u
from examserver.kernel.errors import Denied, Invalid

CHALLENGE_MS = 300_000


class BadStationKey(Invalid):
    """Not an uncompressed P-256 point."""

    code = "station.bad_key"
    message_zh = "机位公钥格式不正确"
    message_en = "The workstation's public key is not a raw P-256 point"
    next_zh = "请刷新页面重新登记"
    next_en = "Reload the page to enrol again"


class ChallengeFailed(Denied):
    """The challenge is old, foreign, or not signed by this workstation's key."""

    code = "station.challenge_failed"
    http_status = 401
    message_zh = "机位身份验证未通过"
    message_en = "The workstation could not prove its key"
    next_zh = "请重新取得质询后再试"
    next_en = "Fetch a new challenge and sign that"


def read_station_key(text: str) -> EllipticCurvePublicKey:
    """Read a raw public key; raises BadStationKey."""
    try:
        return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), unb64u(text))
    except (ValueError, NotCanonical):
        raise BadStationKey() from None


def make_challenge(secret: bytes, station: str, now_ms: int, nonce: bytes) -> str:
    """Give a challenge for this workstation: 8 bytes of time, 16 of nonce, 16 of MAC."""
    head = now_ms.to_bytes(8, "big") + nonce[:16]
    return b64u(head + _mac(secret, station, head))


def check_challenge(secret: bytes, station: str, challenge: str, now_ms: int) -> None:
    """Raise ChallengeFailed unless we made this challenge for this workstation within five minutes."""
    try:
        data = unb64u(challenge)
    except NotCanonical:
        raise ChallengeFailed() from None
    head, mac = data[:24], data[24:]
    fresh = 0 <= now_ms - int.from_bytes(head[:8], "big") <= CHALLENGE_MS
    if len(data) != 40 or not fresh or not hmac.compare_digest(mac, _mac(secret, station, head)):
        raise ChallengeFailed()


def check_answer(public_key: str, station: str, challenge: str, signature: str) -> None:
    """Raise ChallengeFailed unless the workstation's key signed the challenge (raw r|s, SHA-256)."""
    message = encode({"station": station, "challenge": challenge}, "exam.station-challenge", 1)
    try:
        raw = unb64u(signature)
        der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        read_station_key(public_key).verify(der, message, ECDSA(SHA256()))
    except (InvalidSignature, NotCanonical, ValueError):
        raise ChallengeFailed() from None


def _mac(secret: bytes, station: str, head: bytes) -> bytes:
    return hmac.digest(secret, head + station.encode(), "sha256")[:16]
