"""Decides whether a log is whole: its rows, its published files and its signed checkpoints against each other.

For scenario E23: whoever edits or deletes an entry in the database is named with the entry and its time.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from examserver.kernel.canonical import digest
from examserver.kernel.checkpoint import CheckpointBroken, NotACheckpoint, parse_checkpoint, read_checkpoint
from examserver.kernel.checks import Check
from examserver.kernel.merkle import leaf_hash, root
from examserver.transparency.tiles import LeafAltered, parse_leaf


@dataclass(frozen=True)
class StoredLeaf:
    """An entry as a database row holds it."""

    index: int
    kind: str
    digest: str
    data: bytes
    at_ms: int


def words_of(index: int, data: bytes | None) -> str:
    """How a report names an entry whose bytes may be gone or broken."""
    if data is None:
        return f"log entry {index}"
    try:
        return parse_leaf(index, data).words
    except LeafAltered:
        return f"log entry {index}"


def row_faults(row: StoredLeaf) -> Iterator[Check]:
    """What is wrong with one row in itself."""
    place = words_of(row.index, row.data)
    try:
        leaf = parse_leaf(row.index, row.data)
    except LeafAltered as error:
        yield Check("log_entry", False, error.text("en"), place)
        return
    if row.digest != digest(row.data):
        yield Check("log_entry", False, f"the row's digest is {row.digest}, its bytes have {leaf.digest}", place)
    if (row.kind, row.at_ms) != (leaf.kind, leaf.at_ms):
        yield Check("log_entry", False, f"the row says {row.kind} at {row.at_ms}", place)


def order_faults(rows: Sequence[StoredLeaf], published: Sequence[bytes | None]) -> Iterator[Check]:
    """Entries missing or extra among the rows; the published copy tells what a deleted entry said."""
    present = {row.index for row in rows}
    size = max([*present, len(published) - 1], default=-1) + 1
    for index in range(size):
        if index not in present:
            copy = published[index] if index < len(published) else None
            told = f"; it said {copy.decode('utf-8', 'replace')}" if copy else ""
            yield Check("log_sequence", False, f"the entry was deleted from the database{told}", words_of(index, copy))


def copy_faults(rows: Sequence[StoredLeaf], published: Sequence[bytes | None]) -> Iterator[Check]:
    """Rows that say something else than was published."""
    by_index = {row.index: row for row in rows}
    for index, copy in enumerate(published):
        row = by_index.get(index)
        if copy is None:
            yield Check(
                "log_published", False, "its published copy is missing", words_of(index, row.data if row else None)
            )
        elif row is not None and row.data != copy:
            said = copy.decode("utf-8", "replace")
            yield Check(
                "log_published", False, f"the database differs from what was published: {said}", words_of(index, copy)
            )


def checkpoint_checks(
    texts: Iterable[tuple[str, str]], entries: Sequence[bytes], public_raw: bytes, what: str
) -> Iterator[Check]:
    """Every signed checkpoint against the tree of these entries."""
    hashes = [leaf_hash(entry) for entry in entries]
    for name, text in texts:
        place = f"checkpoint {name}"
        try:
            state = read_checkpoint(text, public_raw)
        except (NotACheckpoint, CheckpointBroken) as error:
            yield Check("checkpoint_signature", False, error.text("en"), place)
            continue
        if state.size > len(hashes):
            yield Check("checkpoint_root", False, f"it holds {state.size} entries, {what} only {len(hashes)}", place)
        elif root(hashes[: state.size]) != state.root:
            yield Check("checkpoint_root", False, f"the first {state.size} entries of {what} have another root", place)


def name_faults(texts: Iterable[tuple[str, str]]) -> Iterator[Check]:
    """A checkpoint file holds the state its name says."""
    for name, text in texts:
        try:
            size = parse_checkpoint(text)[0].size
        except NotACheckpoint:
            continue
        if f"{size:012}" != name:
            yield Check("checkpoint_name", False, f"it holds the state of {size} entries", f"checkpoint {name}")


def check_log(
    rows: Sequence[StoredLeaf],
    row_texts: Sequence[tuple[str, str]],
    published: Sequence[bytes | None],
    file_texts: Sequence[tuple[str, str]],
    public_raw: bytes,
) -> list[Check]:
    """Every check of the log: rows, order, published copy, checkpoints in the database and in files."""
    faults = [fault for row in rows for fault in row_faults(row)]
    faults += order_faults(rows, published)
    faults += copy_faults(rows, published)
    faults += name_faults(file_texts)
    in_rows, in_files = dict(row_texts), dict(file_texts)
    for name in sorted(in_rows.keys() ^ in_files.keys()):
        where = "the database" if name in in_files else "the published files"
        faults.append(Check("checkpoint_kept", False, f"it is missing from {where}", f"checkpoint {name}"))
    entries = [row.data for row in rows]
    faults += checkpoint_checks(row_texts, entries, public_raw, "the database")
    faults += checkpoint_checks(
        [(name, text) for name, text in file_texts if in_rows.get(name) != text], entries, public_raw, "the database"
    )
    newest = row_texts[-1][0] if row_texts else "none"
    good = f"{len(rows)} entries, {len(file_texts)} published checkpoints, newest {newest}"
    return faults or [Check("log_whole", True, good)]
