"""Decides the files of the public log: hash tiles and entry bundles as C2SP tlog-tiles lays them out (height 8).

With these files and a checkpoint anybody recomputes the tree, and existing tools can read it. Also what an entry is:
`encode({"kind", "at_ms", "body"}, "exam.log-leaf", 1)`.
"""

import json
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from examserver.kernel.canonical import digest, encode
from examserver.kernel.errors import Broken, ExamError, Json
from examserver.kernel.fields import Fields, parse_json
from examserver.kernel.merkle import leaf_hash, root

WIDTH = 256
LEAF_TYPE = "exam.log-leaf"
_TAG = b"exam.log-leaf/1\n"


class LeafAltered(Broken):
    """An entry of the log is not in the one form the log writes."""

    code = "log.leaf_altered"
    message_zh = "日志条目被改动:{reason}"
    message_en = "A log entry was altered: {reason}"


@dataclass(frozen=True)
class Leaf:
    """One entry: place, what kind of act, when it was sequenced (ms), what it says, and its bytes."""

    index: int
    kind: str
    at_ms: int
    body: Json
    data: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes."""
        return digest(self.data)

    @property
    def words(self) -> str:
        """How reports name the entry."""
        about = self.body.get("number") or self.body.get("digest") or next(iter(self.body.values()), "")
        return f"log entry {self.index} ({self.kind} {about} at {self.at_ms})"


def parse_leaf(index: int, data: bytes) -> Leaf:
    """The entry in these bytes; raises LeafAltered."""
    try:
        fields = Fields(parse_json(data.removeprefix(_TAG), "leaf"), "leaf")
        leaf = Leaf(index, fields.text("kind", 40), fields.integer("at_ms"), dict(fields.within("body").all()), data)
        fields.finish()
        same = encode({"kind": leaf.kind, "at_ms": leaf.at_ms, "body": leaf.body}, LEAF_TYPE, 1) == data
    except ExamError as error:
        raise LeafAltered(reason=error.text("en")) from None
    if not same:
        raise LeafAltered(reason="it is not in canonical form")
    return leaf


def tile_path(level: int | str, number: int, width: int) -> str:
    """`tile/0/x001/234` and, for a tile not yet full, `tile/0/x001/234.p/17`."""
    parts = [f"{number % 1000:03}"]
    while number >= 1000:
        number //= 1000
        parts.insert(0, f"x{number % 1000:03}")
    partial = f".p/{width}" if width < WIDTH else ""
    return f"tile/{level}/{'/'.join(parts)}{partial}"


def _changed(old_count: int, count: int) -> Iterator[tuple[int, int]]:
    """(tile number, width) of the tiles that grew."""
    if count > old_count:
        for number in range(old_count // WIDTH, -(-count // WIDTH)):
            yield number, min(WIDTH, count - number * WIDTH)


def bundle(entries: Sequence[bytes]) -> bytes:
    """An entry bundle: each entry after its length as two big-endian bytes."""
    return b"".join(struct.pack(">H", len(entry)) + entry for entry in entries)


def unbundle(data: bytes) -> list[bytes]:
    """The entries of a bundle; raises LeafAltered when lengths do not add up."""
    entries, place = [], 0
    while place < len(data):
        size = int.from_bytes(data[place : place + 2], "big")
        entry = data[place + 2 : place + 2 + size]
        if place + 2 > len(data) or len(entry) != size:
            raise LeafAltered(reason="an entry bundle is cut")
        entries.append(entry)
        place += 2 + size
    return entries


def grown_tiles(old_size: int, entries: Sequence[bytes]) -> list[tuple[str, bytes]]:
    """Path and content of every tile and bundle that changed since the tree had `old_size` entries."""
    files = [
        (tile_path("entries", number, width), bundle(entries[number * WIDTH : number * WIDTH + width]))
        for number, width in _changed(old_size, len(entries))
    ]
    hashes, old_count, level = [leaf_hash(entry) for entry in entries], old_size, 0
    while hashes:
        files += [
            (tile_path(level, number, width), b"".join(hashes[number * WIDTH : number * WIDTH + width]))
            for number, width in _changed(old_count, len(hashes))
        ]
        full = len(hashes) // WIDTH
        hashes = [root(hashes[number * WIDTH : (number + 1) * WIDTH]) for number in range(full)]
        old_count, level = old_count // WIDTH, level + 1
    return files


def bundle_paths(size: int) -> list[tuple[str, int]]:
    """Path and number of entries of the bundles that hold a tree of this size."""
    return [(tile_path("entries", number, width), width) for number, width in _changed(0, size)]


def proof_text(value: Json) -> bytes:
    """A log proof as a file: readable JSON."""
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
