"""The published log as files: checkpoint, older checkpoints, tiles, entry bundles, and the signed head of the audit."""

from pathlib import Path

from examserver.plumbing.files import write_durably
from examserver.transparency.tiles import bundle_paths, unbundle


def log_folder(files: Path) -> Path:
    """Where a role keeps its published log."""
    return files / "log"


def write_log(folder: Path, size: int, text: str, tiles: list[tuple[str, bytes]], audit: bytes) -> None:
    """Tiles first, then the checkpoint that speaks of them, so that a reader never sees a promise without its data."""
    for path, content in tiles:
        write_durably(folder / path, content)
    write_durably(folder / "checkpoints" / f"{size:012}", text.encode())
    newest = max(path.name for path in (folder / "checkpoints").glob("[0-9]*"))
    if newest == f"{size:012}":
        write_durably(folder / "audit.json", audit)
        write_durably(folder / "checkpoint", text.encode())


def published_checkpoints(folder: Path) -> list[tuple[str, str]]:
    """(file name, text) of every published checkpoint, smallest tree first."""
    places = sorted((folder / "checkpoints").glob("*"))
    return [(path.name, path.read_text("utf-8", errors="replace")) for path in places if path.is_file()]


def published_entries(folder: Path, size: int) -> list[bytes | None]:
    """The bytes of every published entry; None where its bundle is missing or cut. Raises LeafAltered."""
    entries: list[bytes | None] = []
    for place, width in bundle_paths(size):
        path = folder / place
        found: list[bytes | None] = list(unbundle(path.read_bytes())) if path.is_file() else []
        entries += (found + [None] * width)[:width]
    return entries


def audit_head_file(folder: Path) -> bytes | None:
    """The signed head of the audit chain as of the last publication."""
    path = folder / "audit.json"
    return path.read_bytes() if path.is_file() else None
