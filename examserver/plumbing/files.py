"""Bytes on disk that survive a power cut: write beside, flush, rename, flush the folder."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from examserver.kernel.canonical import digest
from examserver.kernel.errors import Broken, Missing, Unavailable


class DiskFull(Unavailable):
    """The storage refused a write; nothing was changed."""

    code = "files.write_failed"
    message_zh = "存储写入失败（{reason}），内容未改动"
    message_en = "The storage refused the write ({reason}); nothing was changed"
    next_zh = "请管理员检查磁盘空间后重试"
    next_en = "Have the disk checked and try again"


class FileAltered(Broken):
    """A stored file no longer has the digest it is stored under."""

    code = "files.altered"


class NoSuchFile(Missing):
    """Nothing is stored under this digest."""

    code = "files.missing"


SECRET = 0o600
"""The mode of a file only its owner may read, from its first byte on."""


def write_durably(path: Path, data: bytes, mode: int = 0o666) -> None:
    """After return the whole content is on storage under this name; before, the old content was. Raises DiskFull.

    `mode` is the file's from the moment it exists, less what the process's umask takes away.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        _flush_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise DiskFull(reason=error.strerror or str(error)) from error


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Vault:
    """Files stored under their own digest: the same content once, and every read checked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, digest_text: str) -> Path:
        """Where the content with this digest lies or would lie."""
        hexadecimal = digest_text.removeprefix("sha256:")
        if len(hexadecimal) != 64 or not all(character in "0123456789abcdef" for character in hexadecimal):
            raise NoSuchFile(what=digest_text[:80])
        return self._folder / hexadecimal[:2] / hexadecimal

    def put(self, data: bytes) -> str:
        """Store durably and return the digest."""
        name = digest(data)
        if not self.path(name).exists():
            write_durably(self.path(name), data)
        return name

    def get(self, digest_text: str) -> bytes:
        """The content; raises NoSuchFile or FileAltered."""
        path = self.path(digest_text)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            raise NoSuchFile(what=digest_text) from None
        if digest(data) != digest_text:
            raise FileAltered(what=digest_text)
        return data

    def remove(self, digest_text: str) -> bool:
        """Overwrite and delete the content, durably; whether there was any. What copies elsewhere hold is theirs."""
        path = self.path(digest_text)
        if not path.exists():
            return False
        try:
            with path.open("r+b") as file:
                file.write(bytes(path.stat().st_size))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()
            _flush_folder(path.parent)
        except OSError as error:
            raise DiskFull(reason=error.strerror or str(error)) from error
        return True
