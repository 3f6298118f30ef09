"""Decides what a candidate takes home: the receipt that names the head of their chain, as short code and QR text.

Whoever holds the receipt can later show that the sitting record contains exactly their answers.  Source: the
project's receipt format (docs/formats.md, "Receipt").
"""

import hashlib
from dataclasses import dataclass

from examserver.kernel.canonical import b64u, encode, to_json
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.documents import sign_document

RECEIPT_TYPE = "exam.receipt"
VERSION = 1
QR_PREFIX = "EXAMRECEIPT:1:"
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True)
class Receipt:
    """A signed receipt in its three shapes: document file, code for the eye, text for the QR."""

    body: dict[str, str | int]
    document: bytes
    code: str
    qr: str


def receipt_body(session: str, ticket: str, sitting: str, steps: int, head: str, at_ms: int) -> dict[str, str | int]:
    """Give the statement the hall signs."""
    return {"session": session, "ticket": ticket, "sitting": sitting, "steps": steps, "head": head, "at_ms": at_ms}


def short_code(body: dict[str, str | int]) -> str:
    """Give the first 20 Crockford base32 characters of the statement's hash, in groups of five."""
    number = int.from_bytes(hashlib.sha256(encode(body, RECEIPT_TYPE, VERSION)).digest(), "big") >> (256 - 100)
    digits = "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(95, -1, -5))
    return "-".join(digits[at : at + 5] for at in range(0, 20, 5))


def qr_text(body: dict[str, str | int], signature: bytes) -> str:
    """Give the text inside the QR: statement and signature, checkable offline."""
    return f"{QR_PREFIX}{b64u(to_json(body))}.{b64u(signature)}"


def make_receipt(body: dict[str, str | int], signer: Signer) -> Receipt:
    """Sign the statement as the hall."""
    signature = signer.key.sign(encode(body, RECEIPT_TYPE, VERSION))
    document = sign_document(body, RECEIPT_TYPE, VERSION, [signer])
    return Receipt(body, document, short_code(body), qr_text(body, signature))
