"""Reads a zip of figures that nobody vouches for: refuses paths that climb, bombs, links, encryption and non-images.

For the importer. The archive is taken whole or refused with every bad file named. Nothing is ever unpacked to disk.
Source: the hostile archives every import door meets (zip slip, zip bomb, polyglot files).
"""

import io
import stat
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from PIL import Image, UnidentifiedImageError

from examserver.kernel.canonical import digest, nfc
from examserver.kernel.errors import Invalid

MOST_BYTES = 200 * 2**20
MOST_FILES = 5000
MOST_UNPACKED = 400 * 2**20
MOST_PER_FIGURE = 4 * 2**20
MOST_PIXELS = 20_000_000
WORST_RATIO = 200

MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
_LITTER = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


class RefusedFigures(Invalid):
    """The archive of figures is hostile, broken or holds something that is not a figure."""

    code = "import.figures_refused"
    message_zh = "图片压缩包被拒绝：{reason_zh}"
    message_en = "The archive of figures is refused: {reason_en}"
    next_zh = "请只放入 PNG、JPEG 或 WebP 图片，用普通 zip 重新打包后上传"
    next_en = "Put only PNG, JPEG or WebP figures into a plain zip and upload it again"


@dataclass(frozen=True)
class Figure:
    """One figure, named by the digest of its bytes."""

    name: str
    digest: str
    media_type: str
    data: bytes
    width: int
    height: int


@dataclass(frozen=True)
class Figures:
    """Figures by file name without folder, in lower case."""

    by_name: dict[str, Figure]

    def find(self, name: str) -> Figure | None:
        """The figure of this file name, with or without its suffix; None when absent."""
        wanted = PurePosixPath(nfc(name.strip()).replace("\\", "/")).name.casefold()
        names = (wanted, *(wanted + suffix for suffix in SUFFIXES))
        return next((self.by_name[each] for each in names if each in self.by_name), None)


NO_FIGURES = Figures({})


def read_figures(data: bytes) -> Figures:
    """All figures of the archive; raises RefusedFigures naming every bad entry."""
    if len(data) > MOST_BYTES:
        raise _refusal([f"超过 {MOST_BYTES // 2**20} MB"], ["too large"])
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _read_archive(archive)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        raise _refusal([f"压缩包损坏（{error}）"], [f"the archive is broken ({error})"]) from error


def _refusal(zh: list[str], en: list[str]) -> RefusedFigures:
    return RefusedFigures(reason_zh="；".join(zh[:20]), reason_en="; ".join(en[:20]), faults=len(zh))


def _read_archive(archive: zipfile.ZipFile) -> Figures:
    infos = [info for info in archive.infolist() if not _is_litter(info)]
    bad = [*_check_total(infos), *(fault for info in infos for fault in _check_entry(info))]
    if bad:
        raise _refusal([zh for zh, _ in bad], [en for _, en in bad])
    found: dict[str, Figure] = {}
    for info in infos:
        name = _file_name(info)
        figure = _figure(name, _content(archive, info))
        if isinstance(figure, str):
            bad.append((f"{name} 不是可用的图片（{figure}）", f"{name} is not a usable figure ({figure})"))
        elif name.casefold() in found:
            bad.append((f"文件名 {name} 重复", f"the file name {name} occurs twice"))
        else:
            found[name.casefold()] = figure
    if bad:
        raise _refusal([zh for zh, _ in bad], [en for _, en in bad])
    return Figures(found)


def _is_litter(info: zipfile.ZipInfo) -> bool:
    return info.is_dir() or any(mark in info.filename for mark in _LITTER)


def _check_total(infos: list[zipfile.ZipInfo]) -> Iterator[tuple[str, str]]:
    if len(infos) > MOST_FILES:
        yield f"文件多于 {MOST_FILES} 个", f"more than {MOST_FILES} files"
    if sum(info.file_size for info in infos) > MOST_UNPACKED:
        yield "解压后过大", "it unpacks to too much data"


def _check_entry(info: zipfile.ZipInfo) -> Iterator[tuple[str, str]]:
    shown = info.filename[:80]
    path = PurePosixPath(info.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in info.filename:
        yield f"{shown} 指向压缩包之外", f"{shown} points outside the archive"
    if stat.S_ISLNK(info.external_attr >> 16):
        yield f"{shown} 是链接", f"{shown} is a link"
    if info.flag_bits & 0x1:
        yield f"{shown} 已加密", f"{shown} is encrypted"
    if info.file_size > MOST_PER_FIGURE:
        yield f"{shown} 超过 {MOST_PER_FIGURE // 2**20} MB", f"{shown} is too large"
    elif info.file_size > WORST_RATIO * max(info.compress_size, 1) + 65536:
        yield f"{shown} 压缩比异常", f"{shown} is a decompression bomb"


def _file_name(info: zipfile.ZipInfo) -> str:
    name = info.filename
    if not info.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("gb18030")
        except (UnicodeEncodeError, UnicodeDecodeError):
            name = info.filename
    return nfc(PurePosixPath(name.replace("\\", "/")).name)


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as entry:
        return entry.read(MOST_PER_FIGURE + 1)


def _figure(name: str, data: bytes) -> Figure | str:
    """The figure, or the reason why these bytes are none."""
    if len(data) > MOST_PER_FIGURE:
        return "larger than declared"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=list(MEDIA_TYPES)) as image:
                width, height, form = image.width, image.height, image.format or ""
                if width * height > MOST_PIXELS:
                    return f"{width}×{height} pixels"
                image.load()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError) as error:
        return type(error).__name__
    return Figure(name, digest(data), MEDIA_TYPES[form], data, width, height)
