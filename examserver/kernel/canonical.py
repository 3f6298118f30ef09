"""The one encoder: everything hashed or signed in this system passes through `encode`.

RFC 8785 JSON in UTF-8, restricted to what two languages agree on without thought: NFC text, integers up to
2^53-1, strings, booleans, null, arrays, objects. Fractions travel as decimal strings. The bytes start with a
domain tag `type/version` and a line feed, so that a document of one kind can never be taken for another.
"""

import base64
import binascii
import hashlib
import re
import unicodedata
from typing import Any

import rfc8785

from examserver.kernel.errors import Invalid

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 64
_SURROGATE = re.compile("[\ud800-\udfff]")


class NotCanonical(Invalid):
    """The value cannot be written in the canonical form."""

    code = "canonical.refused"
    message_zh = "内容无法规范化：{place} {reason}"
    message_en = "The content cannot be canonicalised: {place} {reason}"


def encode(value: Any, type: str, version: int) -> bytes:
    """Domain tag, line feed, RFC 8785 JSON; raises NotCanonical for what evidence may not hold."""
    return f"{type}/{version}\n".encode("ascii") + to_json(value)


def to_json(value: Any) -> bytes:
    """RFC 8785 JSON alone, under the same restrictions as `encode`."""
    _check(value, "$", 0)
    return rfc8785.dumps(value)


def _check(value: Any, place: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise NotCanonical(place=place, reason="is nested too deeply")
    if isinstance(value, dict):
        for key, inner in value.items():
            _check_text(key, place)
            _check(inner, f"{place}.{key}", depth + 1)
    elif isinstance(value, (list, tuple)):
        for index, inner in enumerate(value):
            _check(inner, f"{place}[{index}]", depth + 1)
    else:
        _check_scalar(value, place)


def _check_scalar(value: Any, place: str) -> None:
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise NotCanonical(place=place, reason="is an integer beyond 2^53-1")
        return
    _check_text(value, place)


def _check_text(value: Any, place: str) -> None:
    if not isinstance(value, str):
        raise NotCanonical(place=place, reason=f"is a {type(value).__name__}, which evidence may not hold")
    if not unicodedata.is_normalized("NFC", value):
        raise NotCanonical(place=place, reason="is not NFC text")
    if not value.isascii() and _SURROGATE.search(value):
        raise NotCanonical(place=place, reason="holds a lone surrogate")


def digest(data: bytes) -> str:
    """`sha256:` and 64 lower-case hexadecimal digits."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def digest_of(value: Any, type: str, version: int) -> str:
    """The digest of a value's canonical encoding."""
    return digest(encode(value, type, version))


def raw_digest(text: str) -> bytes:
    """The 32 bytes behind a `sha256:` string; raises NotCanonical when it is not one."""
    algorithm, _, hexadecimal = text.partition(":")
    if algorithm != "sha256" or len(hexadecimal) != 64 or hexadecimal != hexadecimal.lower():
        raise NotCanonical(place=text[:80], reason="is not a sha256 digest")
    try:
        return bytes.fromhex(hexadecimal)
    except ValueError:
        raise NotCanonical(place=text[:80], reason="is not a sha256 digest") from None


def nfc(text: str) -> str:
    """Text as evidence holds it (Unicode normalisation form C)."""
    return unicodedata.normalize("NFC", text)


def b64u(data: bytes) -> str:
    """Base64url without padding (RFC 4648 section 5)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def unb64u(text: str) -> bytes:
    """Bytes behind base64url without padding; raises NotCanonical for anything else."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NotCanonical(place=text[:40], reason="is not base64url") from None
    if b64u(data) != text:
        raise NotCanonical(place=text[:40], reason="is not canonical base64url")
    return data
