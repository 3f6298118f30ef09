"""Files on disk: segments as `video/<recording>/<n>.seg`, the signed manifest beside that folder."""

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from examserver.kernel.errors import Broken
from examserver.plumbing.files import write_durably
from examserver.plumbing.runtime import RoleRuntime
from proctor.segments.manifest import check_name, file_name


class SegmentLost(Broken):
    """A recorded segment's file is gone."""

    code = "video.segment_lost"
    message_zh = "录像 {recording} 的第 {n} 段文件丢失"
    message_en = "The file of segment {n} of recording {recording} is gone"
    next_zh = "请停止操作并通知监督人员"
    next_en = "Stop and tell the supervisors"


def _root(runtime: RoleRuntime) -> Path:
    return runtime.files / "video"


def segment_path(runtime: RoleRuntime, recording: str, n: int) -> Path:
    """Where a segment's file lies."""
    return _root(runtime) / check_name(recording) / file_name(n)


def manifest_path(runtime: RoleRuntime, recording: str) -> Path:
    """Where a recording's signed manifest lies."""
    return _root(runtime) / f"{check_name(recording)}.video.json"


def write_segment(runtime: RoleRuntime, recording: str, n: int, sealed: bytes) -> None:
    """Store a segment durably; raises DiskFull."""
    write_durably(segment_path(runtime, recording, n), sealed)


def read_segment(runtime: RoleRuntime, recording: str, n: int) -> bytes:
    """A segment's sealed bytes; raises SegmentLost."""
    try:
        return segment_path(runtime, recording, n).read_bytes()
    except FileNotFoundError:
        raise SegmentLost(recording=recording, n=n) from None


def remove_segment(runtime: RoleRuntime, recording: str, n: int) -> None:
    """Take back a segment that was written but not acknowledged."""
    segment_path(runtime, recording, n).unlink(missing_ok=True)


def write_manifest(runtime: RoleRuntime, recording: str, document: bytes) -> None:
    """Store a signed manifest durably."""
    write_durably(manifest_path(runtime, recording), document)


def clear_leftovers(runtime: RoleRuntime, recording: str, known: Collection[int]) -> list[str]:
    """Remove files that a crash left before their segment was acknowledged; returns their names."""
    folder, names = _root(runtime) / check_name(recording), {file_name(n) for n in known}
    if not folder.is_dir():
        return []
    leftovers = sorted(path for path in folder.iterdir() if path.is_file() and path.name not in names)
    for path in leftovers:
        with suppress(OSError):
            path.unlink()
    return [path.name for path in leftovers]
