"""Verifies checkpoints, inclusion and consistency proofs of the log from files alone, for holders and auditors.

Beside a checkpoint the published tiles, if they are there, are recomputed: a copy of the log's folder is enough to
check all of it.
"""

from pathlib import Path

from examserver.kernel.canonical import digest, unb64u
from examserver.kernel.checklist import Checklist
from examserver.kernel.checkpoint import Checkpoint, CheckpointBroken, NotACheckpoint, read_checkpoint
from examserver.kernel.checks import Check, Report
from examserver.kernel.documents import Trust
from examserver.kernel.errors import ExamError
from examserver.kernel.fields import Fields, parse_json
from examserver.kernel.merkle import leaf_hash, root, verify_consistency, verify_inclusion
from examserver.kernel.opener import Opener
from examserver.transparency.tiles import LeafAltered, bundle_paths, parse_leaf, unbundle


def _read(path: Path, checks: Checklist) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError as error:
        checks.hold("file_readable", False, f"the file cannot be read: {error.strerror}", path.name)
        return None


def _trusted_state(text: str, trust: Trust | None, place: str) -> Checkpoint | Check:
    """The state some trusted authority key signed, or the check that failed."""
    keys = [key for key in (trust.keys if trust else ()) if key.role == "authority"]
    if not keys:
        return Check("signer_trusted", False, "no authority key in the trust list (--trust)", place)
    for key in keys:
        try:
            return read_checkpoint(text, key.public_raw)
        except NotACheckpoint as error:
            return Check("checkpoint_readable", False, error.text("en"), place)
        except CheckpointBroken:
            continue
    return Check("signature", False, "altered, or signed by a key that is not trusted", place)


def _state(text: str, trust: Trust | None, checks: Checklist, place: str) -> Checkpoint | None:
    found = _trusted_state(text, trust, place)
    if isinstance(found, Check):
        checks.extend([found])
        return None
    checks.hold("signature", True, f"{found.size} entries, root {found.root.hex()}", place)
    return found


def verify_checkpoint(path: Path, trust: Trust | None, opener: Opener | None) -> Report:
    """Checks a signed checkpoint, the tiles beside it and the older checkpoints kept with it."""
    checks = Checklist(path.name)
    data = _read(path, checks)
    if data is not None:
        state = _state(data.decode("utf-8", "replace"), trust, checks, path.name)
        if state is not None and (path.parent / "tile").is_dir():
            _check_tree(path.parent, state, trust, checks)
    return checks.report(path, "log checkpoint")


def _entries(folder: Path, size: int, checks: Checklist) -> list[bytes]:
    entries: list[bytes] = []
    for place, width in bundle_paths(size):
        try:
            found = unbundle((folder / place).read_bytes())
        except (OSError, LeafAltered):
            found = []
        if not checks.hold("entries_present", len(found) == width, f"{len(found)} of {width} entries", place):
            break
        entries += found
    return entries


def _check_tree(folder: Path, state: Checkpoint, trust: Trust | None, checks: Checklist) -> None:
    entries = _entries(folder, state.size, checks)
    for index, entry in enumerate(entries):
        try:
            parse_leaf(index, entry)
        except LeafAltered as error:
            checks.hold("entry_readable", False, error.text("en"), f"log entry {index}")
    hashes = [leaf_hash(entry) for entry in entries]
    checks.hold("root", root(hashes) == state.root, f"recomputed from {len(entries)} entries", "tile")
    for older in sorted((folder / "checkpoints").glob("[0-9]*")):
        found = _state(older.read_text("utf-8", errors="replace"), trust, checks, older.name)
        if found is not None:
            same = found.size <= len(hashes) and root(hashes[: found.size]) == found.root
            checks.hold("only_grown", same, f"the first {found.size} entries are unchanged", older.name)


def verify_log_proof(path: Path, trust: Trust | None, opener: Opener | None) -> Report:
    """Checks a proof that the log holds an entry, and with a companion file that the entry speaks of that file."""
    checks = Checklist(path.name)
    data = _read(path, checks)
    if data is not None:
        try:
            _check_proof(data, trust, opener, checks)
        except ExamError as error:
            checks.hold("proof_readable", False, error.text("en"), path.name)
    return checks.report(path, "log proof")


def _check_proof(data: bytes, trust: Trust | None, opener: Opener | None, checks: Checklist) -> None:
    fields = Fields(parse_json(data, "proof"), "proof")
    fields.choice("type", ["exam.log-proof"])
    fields.integer("version", 1, 1)
    index, size = fields.integer("index"), fields.integer("size", 1)
    entry, leaf_digest = fields.text("leaf", 70_000).encode(), fields.digest("leaf_digest")
    path = [unb64u(one) for one in fields.texts("proof", 64)]
    state = _state(fields.text("checkpoint", 10_000), trust, checks, "checkpoint")
    fields.finish()
    leaf = parse_leaf(index, entry)
    checks.hold("leaf_digest", digest(entry) == leaf_digest, leaf_digest, leaf.words)
    if state is not None:
        ok = size == state.size and verify_inclusion(leaf_hash(entry), index, size, path, state.root)
        checks.hold("included", ok, f"entry {index} of {state.size}", leaf.words)
    for companion in opener.companions if opener else ():
        same = companion.is_file() and digest(companion.read_bytes()) == leaf.body.get("digest")
        if same:
            checks.hold("speaks_of_file", True, f"the entry names the digest of {companion.name}", leaf.words)


def verify_log_consistency(path: Path, trust: Trust | None, opener: Opener | None) -> Report:
    """Checks a proof that the log only grew between two signed checkpoints."""
    checks = Checklist(path.name)
    data = _read(path, checks)
    if data is not None:
        try:
            _check_consistency(data, trust, checks)
        except ExamError as error:
            checks.hold("proof_readable", False, error.text("en"), path.name)
    return checks.report(path, "log consistency proof")


def _check_consistency(data: bytes, trust: Trust | None, checks: Checklist) -> None:
    fields = Fields(parse_json(data, "proof"), "proof")
    fields.choice("type", ["exam.log-consistency"])
    fields.integer("version", 1, 1)
    old = _state(fields.text("old", 10_000), trust, checks, "older checkpoint")
    new = _state(fields.text("new", 10_000), trust, checks, "newer checkpoint")
    path = [unb64u(one) for one in fields.texts("proof", 128)]
    fields.finish()
    if old is not None and new is not None:
        ok = old.origin == new.origin and verify_consistency(old.size, new.size, old.root, new.root, path)
        checks.hold("only_grown", ok, f"{old.size} entries, then {new.size}", "proof")
