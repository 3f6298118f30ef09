"""Opens zip files nobody vouches for (Word documents, QTI packages, figures), or says which trick they play.

For every reader of the exchange: this is the only place that decides whether an archive is safe. Each trick has a code
of its own. Nothing is ever unpacked to disk, an archive inside an archive is never opened, and no entry is read beyond
what it declared. Source: the hostile archives every import door meets (zip slip, bombs, links, lies about size).
"""

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from examserver.kernel.canonical import nfc
from examserver.kernel.errors import Invalid

MIB = 2**20
LONGEST_NAME = 300
_LITTER = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_NESTED = (".zip", ".docx", ".xlsx", ".pptx", ".jar", ".7z", ".rar", ".gz", ".bz2", ".xz", ".tar", ".imscc")
_SMALL = 65_536


class RefusedArchive(Invalid):
    """The archive is hostile or broken."""

    code = "archive.refused"
    message_zh = "压缩包被拒绝：{name}"
    message_en = "The archive is refused: {name}"
    next_zh = "请从原系统重新导出，或用普通 zip 重新打包后上传；没有任何内容进入题库"
    next_en = "Export it again, or pack it anew as a plain zip; nothing of it went into the bank"


class NotAnArchive(RefusedArchive):
    """It does not begin as a zip does."""

    code = "archive.not_a_zip"
    message_zh = "文件不是 zip 压缩包"
    message_en = "The file is not a zip archive"


class ArchiveBroken(RefusedArchive):
    """Cut short, altered, or its sums do not fit."""

    code = "archive.broken"
    message_zh = "压缩包损坏或不完整（{reason}）"
    message_en = "The archive is broken or cut short ({reason})"


class ArchiveTooLarge(RefusedArchive):
    """The file, or what it declares to unpack to, is beyond the limit: what is declared counts, not what is there."""

    code = "archive.too_large"
    message_zh = "{what_zh} {size} MB，最多 {most} MB"
    message_en = "{what_en} {size} MB, at most {most} MB"


class ArchiveTooMany(RefusedArchive):
    """More entries than any package of items has."""

    code = "archive.too_many_entries"
    message_zh = "压缩包中的文件多于 {most} 个"
    message_en = "The archive has more than {most} files"


class ArchiveEscapes(RefusedArchive):
    """A path that would leave the folder it is unpacked to."""

    code = "archive.path_escapes"
    message_zh = "{name} 指向压缩包之外"
    message_en = "{name} points outside the archive"


class ArchiveOddName(RefusedArchive):
    """A name with control characters, or none, or an endless one."""

    code = "archive.odd_name"
    message_zh = "文件名 {name} 不能使用"
    message_en = "The entry name {name} cannot be used"


class ArchiveLink(RefusedArchive):
    """A symbolic link or a device instead of a file."""

    code = "archive.link"
    message_zh = "{name} 是链接或设备，不是文件"
    message_en = "{name} is a link or a device, not a file"


class ArchiveEncrypted(RefusedArchive):
    """An entry nobody can look into."""

    code = "archive.encrypted"
    message_zh = "{name} 已加密"
    message_en = "{name} is encrypted"


class ArchiveMethod(RefusedArchive):
    """Packed in a way no office program uses."""

    code = "archive.method"
    message_zh = "{name} 的压缩方式不受支持"
    message_en = "{name} is packed with an unusual method"


class ArchiveBomb(RefusedArchive):
    """It unpacks to hundreds of times its size."""

    code = "archive.bomb"
    message_zh = "{name} 压缩比异常，疑为压缩炸弹"
    message_en = "{name} unpacks to hundreds of times its size, as a bomb does"


class ArchiveOverlap(RefusedArchive):
    """Two entries share the same bytes, as in bombs without nesting."""

    code = "archive.overlap"
    message_zh = "{name} 与其他文件共用同一段数据，疑为压缩炸弹"
    message_en = "{name} shares its bytes with another entry, as in a bomb"


class ArchiveTwice(RefusedArchive):
    """Two entries of one name: which one a program sees depends on the program."""

    code = "archive.name_twice"
    message_zh = "文件名 {name} 重复"
    message_en = "The entry name {name} occurs twice"


class ArchiveNested(RefusedArchive):
    """An archive in the archive."""

    code = "archive.nested"
    message_zh = "{name} 是压缩包中的压缩包"
    message_en = "{name} is an archive inside the archive"


class ArchiveEntryMissing(RefusedArchive):
    """A file the package needs is not in it."""

    code = "archive.entry_missing"
    message_zh = "压缩包中缺少 {name}"
    message_en = "The archive lacks {name}"


@dataclass(frozen=True)
class Limits:
    """How much an archive of one kind may be; `nested` allows archives as entries, which are still never opened."""

    most_bytes: int = 200 * MIB
    most_entries: int = 5000
    most_unpacked: int = 400 * MIB
    most_per_entry: int = 60 * MIB
    worst_ratio: int = 200
    nested: bool = False


class Archive:
    """An archive whose entries passed every check; they are unpacked one by one, into memory, when asked for."""

    def __init__(self, archive: zipfile.ZipFile, infos: Sequence[zipfile.ZipInfo]) -> None:
        self._archive = archive
        self._infos = {entry_name(info): info for info in infos}

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the files in the order of the archive, folders with `/`."""
        return tuple(self._infos)

    def __contains__(self, name: str) -> bool:
        return name in self._infos

    def read(self, name: str) -> bytes:
        """The bytes of an entry; raises ArchiveEntryMissing, or ArchiveBroken when they are not what was declared."""
        if name not in self._infos:
            raise ArchiveEntryMissing(name=name[:80])
        info = self._infos[name]
        try:
            with self._archive.open(info) as entry:
                data = entry.read(info.file_size + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
            raise ArchiveBroken(reason=f"{name[:80]}: {error}") from error
        if len(data) != info.file_size:
            raise ArchiveBroken(reason=f"{name[:80]}: {len(data)} ≠ {info.file_size}")
        return data

    def head(self, name: str, size: int = _SMALL) -> bytes:
        """The first bytes of an entry; raises ArchiveBroken."""
        try:
            with self._archive.open(self._infos[name]) as entry:
                return entry.read(size)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
            raise ArchiveBroken(reason=f"{name[:80]}: {error}") from error


def open_archive(data: bytes, limits: Limits = Limits()) -> Archive:
    """The archive; raises the RefusedArchive of the first trick found."""
    archive, faults = survey(data, limits)
    if faults:
        raise faults[0]
    return archive


def survey(data: bytes, limits: Limits) -> tuple[Archive, list[RefusedArchive]]:
    """The archive with everything that speaks against it; raises only where there is no archive to look into."""
    if not data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        raise NotAnArchive()
    if len(data) > limits.most_bytes:
        said = {"what_zh": "压缩包有", "what_en": "The archive is as large as"}
        raise ArchiveTooLarge(**said, size=len(data) // MIB, most=limits.most_bytes // MIB)
    if data.count(b"PK\x01\x02") > limits.most_entries:
        raise ArchiveTooMany(most=limits.most_entries)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        raise ArchiveBroken(reason=str(error)) from error
    infos = [info for info in archive.infolist() if not _is_litter(info)]
    return Archive(archive, infos), list(_faults(infos, limits))


def _is_litter(info: zipfile.ZipInfo) -> bool:
    return (info.is_dir() and not info.file_size) or any(mark in info.filename for mark in _LITTER)


def entry_name(info: zipfile.ZipInfo) -> str:
    """The name as its maker wrote it: Chinese Windows writes GBK where the standard says CP437."""
    name = info.filename
    if not info.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("gb18030")
        except (UnicodeEncodeError, UnicodeDecodeError):
            name = info.filename
    return nfc(name.replace("\\", "/"))


def _faults(infos: Sequence[zipfile.ZipInfo], limits: Limits) -> Iterator[RefusedArchive]:
    total = sum(info.file_size for info in infos)
    if total > limits.most_unpacked:
        said = {"what_zh": "压缩包解压后有", "what_en": "The archive unpacks to"}
        yield ArchiveTooLarge(**said, size=total // MIB, most=limits.most_unpacked // MIB)
    for info in infos:
        yield from _faults_of_name(info, limits)
        yield from _faults_of_content(info, limits)
    yield from _twice(infos)
    yield from _overlaps(infos)


def _faults_of_name(info: zipfile.ZipInfo, limits: Limits) -> Iterator[RefusedArchive]:
    name = entry_name(info)
    path, shown = PurePosixPath(name), name[:80]
    if path.is_absolute() or ".." in path.parts or ":" in name:
        yield ArchiveEscapes(name=shown)
    controls = any(ord(each) < 32 or ord(each) == 127 for each in info.orig_filename)
    if controls or not path.name or len(name) > LONGEST_NAME:
        yield ArchiveOddName(name=repr(shown))
    if not limits.nested and path.name.casefold().endswith(_NESTED):
        yield ArchiveNested(name=shown)


def _faults_of_content(info: zipfile.ZipInfo, limits: Limits) -> Iterator[RefusedArchive]:
    shown, mode = entry_name(info)[:80], info.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        yield ArchiveLink(name=shown)
    if info.flag_bits & 0x41:
        yield ArchiveEncrypted(name=shown)
    if info.compress_type not in _METHODS:
        yield ArchiveMethod(name=shown)
    if info.file_size > limits.most_per_entry:
        said = {"what_zh": f"{shown} 解压后有", "what_en": f"{shown} unpacks to"}
        yield ArchiveTooLarge(**said, size=info.file_size // MIB, most=limits.most_per_entry // MIB)
    elif info.file_size > limits.worst_ratio * max(info.compress_size, 1) + _SMALL:
        yield ArchiveBomb(name=shown)


def _twice(infos: Sequence[zipfile.ZipInfo]) -> Iterator[RefusedArchive]:
    seen: set[str] = set()
    for info in infos:
        name = entry_name(info).casefold()
        if name in seen:
            yield ArchiveTwice(name=entry_name(info)[:80])
        seen.add(name)


def _overlaps(infos: Sequence[zipfile.ZipInfo]) -> Iterator[RefusedArchive]:
    end = 0
    for info in sorted(infos, key=lambda each: each.header_offset):
        if info.header_offset < end:
            yield ArchiveOverlap(name=entry_name(info)[:80])
        end = info.header_offset + 30 + len(info.orig_filename) + info.compress_size
