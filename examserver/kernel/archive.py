"""Decides which bytes are one of our archives (paper package, sitting record), for their makers and verifiers.

An archive has exactly one layout, so that two archives with the same entries are the same file and no byte can be
changed unnoticed, not even a date in a header: ZIP, entries stored, dated 1980-01-01, no extra fields, no comments.
The layout is written down in `examserver/docs/formats.md`, section "Archives".
"""

import io
import re
import zipfile
from collections.abc import Sequence

from examserver.kernel.errors import Invalid

LARGEST_ARCHIVE = 2**31 - 1
MOST_ENTRIES = 65_000
_NAME = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*")


class MalformedArchive(Invalid):
    """The file is not an archive in the one layout the formats allow."""

    code = "file.malformed_archive"
    message_zh = "压缩包有误:{reason_zh}"
    message_en = "The archive is wrong: {reason_en}"
    next_zh = "请重新获取文件;不要用其他软件重新打包。"
    next_en = "Fetch the file again; do not repack it with other software."


def _fault(reason_zh: str, reason_en: str) -> MalformedArchive:
    return MalformedArchive(reason_zh=reason_zh, reason_en=reason_en)


def check_name(name: str) -> None:
    """Raises MalformedArchive unless the entry name is plain: no root, no `..`, no odd characters."""
    if not _NAME.fullmatch(name) or any(part in (".", "..") for part in name.split("/")):
        raise _fault(f"不允许的文件名 {name[:80]!r}", f"entry name {name[:80]!r} is not allowed")


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_STORED
    info.create_system = 3
    info.create_version = info.extract_version = 20
    info.external_attr = 0o600 << 16
    return info


def write_archive(entries: Sequence[tuple[str, bytes]]) -> bytes:
    """The archive holding these entries in this order; raises MalformedArchive for names not allowed."""
    names = [name for name, _ in entries]
    for name in names:
        check_name(name)
    if len(set(names)) != len(names):
        raise _fault("文件名重复", "an entry name occurs twice")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, data in entries:
            archive.writestr(_entry(name), data)
    return buffer.getvalue()


def _check_entry(info: zipfile.ZipInfo, limit: int) -> None:
    check_name(info.orig_filename)
    if info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size:
        raise _fault(f"{info.filename} 被压缩", f"entry {info.filename} is compressed; entries are stored")
    if info.flag_bits:
        raise _fault(f"{info.filename} 带有标志位", f"entry {info.filename} carries flags (encrypted or odd)")
    if info.file_size > limit:
        raise _fault(f"{info.filename} 超出文件大小", f"entry {info.filename} claims more bytes than the file has")


def _entries(archive: zipfile.ZipFile, limit: int) -> list[tuple[str, bytes]]:
    infos = archive.infolist()
    if len(infos) > MOST_ENTRIES:
        raise _fault("文件过多", "the archive has too many entries")
    for info in infos:
        _check_entry(info, limit)
    names = [info.filename for info in infos]
    twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) != len(names) else []
    if twice:
        raise _fault(f"{twice[0]} 出现两次", f"entry {twice[0]} occurs twice")
    if sum(info.file_size for info in infos) > limit:
        raise _fault("内容大于文件本身", "the entries claim more bytes than the file has")
    return [(info.filename, archive.read(info)) for info in infos]


def read_archive(data: bytes) -> dict[str, bytes]:
    """The entries in their order; raises MalformedArchive unless the bytes are exactly the one layout."""
    if len(data) > LARGEST_ARCHIVE:
        raise _fault("文件过大", "the file is too large")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = _entries(archive, len(data))
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, RuntimeError) as error:
        raise _fault("无法读取,可能被截断或改动", f"it cannot be read, perhaps cut or altered ({error})") from error
    if write_archive(entries) != data:
        raise _fault(
            "字节布局与规定不符(被改动、重新打包或附加了内容)",
            "its bytes are not the one layout the format allows (altered, repacked, or something was added)",
        )
    return dict(entries)


def salvage(data: bytes) -> dict[str, bytes]:
    """What can still be read of an archive that `read_archive` refused, sums unchecked, so that a report can go on
    and name what was altered; nothing of it is to be used otherwise."""
    found: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist()[:MOST_ENTRIES]:
                _check_entry(info, len(data))
                start = info.header_offset + 30 + len(info.filename.encode())
                found.setdefault(info.filename, data[start : start + info.file_size])
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, RuntimeError, MalformedArchive):
        return found
    return found
