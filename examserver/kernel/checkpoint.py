"""Signed checkpoints of a transparency log, as C2SP tlog-checkpoint and signed-note describe them.

Text: origin, tree size, base64 root, empty line, then signature lines `— name base64(key hash ‖ signature)`.
The key hash is the first four bytes of SHA-256(name ‖ LF ‖ 0x01 ‖ public key); the signature is Ed25519 over
the text up to and including the line feed before the empty line.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from examserver.kernel.crypto.keys import SigningKey, verify_signature
from examserver.kernel.errors import Broken, Invalid


class NotACheckpoint(Invalid):
    """The text is no signed checkpoint."""

    code = "checkpoint.malformed"
    message_zh = "这不是有效的日志检查点"
    message_en = "This is not a valid log checkpoint"


class CheckpointBroken(Broken):
    """No signature of the trusted key verifies."""

    code = "checkpoint.signature"
    message_zh = "日志检查点签名校验失败"
    message_en = "The checkpoint's signature does not verify"


@dataclass(frozen=True)
class Checkpoint:
    """A tree's state: who keeps it, how many leaves, which root (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def note(self) -> str:
        """The signed text."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def key_hash(name: str, public_raw: bytes) -> bytes:
    """The four bytes that name a key in a signature line."""
    return hashlib.sha256(name.encode() + b"\n\x01" + public_raw).digest()[:4]


def make_checkpoint(checkpoint: Checkpoint, key: SigningKey) -> str:
    """The signed note; the log's origin is the signer's name."""
    note = checkpoint.note()
    line = base64.b64encode(key_hash(checkpoint.origin, key.public_raw) + key.sign(note.encode())).decode()
    return f"{note}\n\N{EM DASH} {checkpoint.origin} {line}\n"


def parse_checkpoint(text: str) -> tuple[Checkpoint, list[tuple[str, bytes]]]:
    """The state and the (name, key hash ‖ signature) pairs, unverified; raises NotACheckpoint."""
    note, separator, tail = text.partition("\n\n")
    lines = note.split("\n")
    if not separator or not tail.endswith("\n") or len(lines) < 3 or not re.fullmatch(r"0|[1-9][0-9]{0,15}", lines[1]):
        raise NotACheckpoint()
    try:
        root = base64.b64decode(lines[2], validate=True)
        signatures = [_signature(line) for line in tail[:-1].split("\n")]
    except (binascii.Error, ValueError):
        raise NotACheckpoint() from None
    if len(root) != 32:
        raise NotACheckpoint()
    return Checkpoint(lines[0], int(lines[1]), root), signatures


def _signature(line: str) -> tuple[str, bytes]:
    mark, name, value = line.split(" ")
    if mark != "\N{EM DASH}":
        raise ValueError("a signature line starts with an em dash")
    return name, base64.b64decode(value, validate=True)


def read_checkpoint(text: str, public_raw: bytes) -> Checkpoint:
    """The state when the key's signature holds; raises NotACheckpoint or CheckpointBroken."""
    checkpoint, signatures = parse_checkpoint(text)
    note = text.partition("\n\n")[0].encode() + b"\n"
    for name, value in signatures:
        if value[:4] == key_hash(name, public_raw) and verify_signature(public_raw, value[4:], note):
            return checkpoint
    raise CheckpointBroken()
