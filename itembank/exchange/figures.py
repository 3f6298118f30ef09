"""Decides which bytes are a usable figure or sound, and reads a zip of figures that nobody vouches for.

For the importer. An archive is taken whole or refused with every bad file named; whether it is safe to look into is
decided by `archive.py`. Source: the files every import door meets (SVG with scripts, WMF, images larger than memory).
"""

import io
import warnings
from dataclasses import dataclass
from pathlib import PurePosixPath

from PIL import Image, UnidentifiedImageError

from examserver.kernel.canonical import digest, nfc
from examserver.kernel.errors import Invalid
from itembank.exchange.archive import Archive, Limits, RefusedArchive, survey

MOST_PER_FIGURE = 4 * 2**20
MOST_PER_SOUND = 16 * 2**20
MOST_PIXELS = 20_000_000
LIMITS = Limits(most_per_entry=MOST_PER_SOUND)

MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".mp3", ".ogg", ".wav", ".m4a")
_WMF = (
    "是 WMF/EMF 矢量图，考试机不能显示；请在 Word 中另存为 PNG",
    "is WMF/EMF, which no browser shows; use PNG",
)
_SVG = ("是 SVG，可能带脚本；请转为 PNG", "is SVG, which may hold scripts; convert it to PNG")
_OTHER = ("不是 PNG、JPEG 或 WebP；请转为 PNG", "is not PNG, JPEG or WebP; convert it to PNG")


class RefusedFigures(Invalid):
    """The archive of figures is hostile, broken or holds something that is not a figure."""

    code = "import.figures_refused"
    message_zh = "图片压缩包被拒绝：{reason_zh}"
    message_en = "The archive of figures is refused: {reason_en}"
    next_zh = "请只放入 PNG、JPEG 或 WebP 图片，用普通 zip 重新打包后上传"
    next_en = "Put only PNG, JPEG or WebP figures into a plain zip and upload it again"


@dataclass(frozen=True)
class Figure:
    """One figure or sound, named by the digest of its bytes; a sound has no width and height."""

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


@dataclass(frozen=True)
class Unusable:
    """Why bytes are no figure and no sound, to be said after the name of the file."""

    zh: str
    en: str


def read_figures(data: bytes) -> Figures:
    """All figures and sounds of the archive; raises RefusedFigures naming every bad entry."""
    archive = check_archive(data)
    try:
        return _figures([(PurePosixPath(name).name, archive.read(name)) for name in archive.names])
    except RefusedArchive as error:
        raise _refusal([error.text("zh")], [error.text("en")]) from error


def check_archive(data: bytes) -> Archive:
    """The archive of figures, none of them looked at; raises RefusedFigures naming everything hostile about it."""
    try:
        archive, faults = survey(data, LIMITS)
    except RefusedArchive as error:
        raise _refusal([error.text("zh")], [error.text("en")]) from error
    if faults:
        raise _refusal([fault.text("zh") for fault in faults], [fault.text("en") for fault in faults])
    return archive


def _refusal(zh: list[str], en: list[str]) -> RefusedFigures:
    return RefusedFigures(reason_zh="；".join(zh[:20]), reason_en="; ".join(en[:20]), faults=len(zh))


def _figures(entries: list[tuple[str, bytes]]) -> Figures:
    found: dict[str, Figure] = {}
    bad: list[tuple[str, str]] = []
    for name, data in entries:
        figure = read_asset(name, data)
        if isinstance(figure, Unusable):
            bad.append((f"{name} {figure.zh}", f"{name} {figure.en}"))
        elif name.casefold() in found:
            bad.append((f"文件名 {name} 重复", f"the file name {name} occurs twice"))
        else:
            found[name.casefold()] = figure
    if bad:
        raise _refusal([zh for zh, _ in bad], [en for _, en in bad])
    return Figures(found)


def read_asset(name: str, data: bytes) -> Figure | Unusable:
    """The figure or sound these bytes are, whatever the name says, or why they are none."""
    sound = _sound_type(data)
    if sound:
        most = MOST_PER_SOUND // 2**20
        if len(data) > MOST_PER_SOUND:
            return Unusable(f"超过 {most} MB", f"is larger than {most} MB")
        return Figure(name, digest(data), sound, data, 0, 0)
    if data.startswith((b"\xd7\xcd\xc6\x9a", b"\x01\x00\x09\x00")) or data[40:44] == b" EMF":
        return Unusable(*_WMF)
    if b"<svg" in data[:1000].lower():
        return Unusable(*_SVG)
    return _figure(name, data)


def _sound_type(data: bytes) -> str:
    """The media type of a sound by its first bytes; empty for anything else."""
    if data.startswith(b"ID3") or (data[:1] == b"\xff" and data[1:2] in (b"\xfb", b"\xfa", b"\xf3", b"\xf2")):
        return "audio/mpeg"
    if data.startswith(b"OggS"):
        return "audio/ogg"
    if data.startswith(b"RIFF") and data[8:12] == b"WAVE":
        return "audio/wav"
    return "audio/mp4" if data[4:11] == b"ftypM4A" else ""


def _figure(name: str, data: bytes) -> Figure | Unusable:
    if len(data) > MOST_PER_FIGURE:
        most = MOST_PER_FIGURE // 2**20
        return Unusable(f"超过 {most} MB", f"is larger than {most} MB")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=list(MEDIA_TYPES)) as image:
                width, height, form = image.width, image.height, image.format or ""
                if width * height > MOST_PIXELS:
                    return Unusable(f"有 {width}×{height} 像素，过大", f"has {width}×{height} pixels, too many")
                image.load()
    except UnidentifiedImageError:
        return Unusable(*_OTHER)
    except (OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError) as error:
        why = type(error).__name__
        return Unusable(f"损坏，不能显示（{why}）", f"is damaged and cannot be shown ({why})")
    return Figure(name, digest(data), MEDIA_TYPES[form], data, width, height)
