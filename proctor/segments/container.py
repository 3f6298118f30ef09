"""Decides whether bytes are the kind of picture they claim to be: a WebM segment with frames, a small JPEG.

The quick tests look at the container only, cheap enough for the serving process; `frames_in` decodes every frame and
belongs into verifiers. WebM: Matroska with document type `webm`; element ids after RFC 9559.
"""

import io
from typing import cast

import cv2
from PIL import Image, UnidentifiedImageError

from examserver.kernel.errors import Invalid

EBML = bytes.fromhex("1a45dfa3")
SEGMENT = bytes.fromhex("18538067")
TRACKS = bytes.fromhex("1654ae6b")
CLUSTER = bytes.fromhex("1f43b675")
LARGEST_SIDE = 1280
MOST_FRAMES = 120 * 60


class NotWebm(Invalid):
    """The bytes are no WebM segment."""

    code = "video.not_webm"
    message_zh = "内容不是有效的 WebM 录像片段"
    message_en = "The content is not a WebM segment"
    next_zh = "请更新采集程序或浏览器"
    next_en = "Update the capture program or the browser"


class NotJpeg(Invalid):
    """The bytes are no small JPEG picture."""

    code = "video.not_jpeg"
    message_zh = "缩略图不是有效的 JPEG 图片"
    message_en = "The thumbnail is not a small JPEG picture"
    next_zh = "请更新采集程序或浏览器"
    next_en = "Update the capture program or the browser"


def check_webm(data: bytes) -> None:
    """Raises NotWebm unless a WebM header, its tracks and at least one cluster are there, in this order."""
    segment = data.find(SEGMENT, 4, 256)
    tracks = data.find(TRACKS, segment + 4, 65_536)
    if data[:4] != EBML or b"webm" not in data[:128] or min(segment, tracks) < 0:
        raise NotWebm()
    if data.find(CLUSTER, tracks) < 0:
        raise NotWebm()


def check_jpeg(data: bytes) -> tuple[int, int]:
    """Width and height; raises NotJpeg for anything that is not a JPEG of modest size."""
    if not data.startswith(b"\xff\xd8\xff") or b"\xff\xd9" not in data[-64:]:
        raise NotJpeg()
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG"]) as picture:
            width, height = picture.size
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        raise NotJpeg() from None
    if not (0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE):
        raise NotJpeg()
    return width, height


def frames_in(data: bytes) -> int:
    """How many frames decode; 0 when the container does not open. Counted, never read from the header."""
    # OpenCV does not hold the stream: it must outlive the reader, or the process dies.
    stream = io.BytesIO(data)
    try:
        reader = cv2.VideoCapture(cast("cv2.IStreamReader", stream), cv2.CAP_FFMPEG, [])
    except cv2.error:
        return 0
    count = 0
    try:
        while count < MOST_FRAMES and reader.isOpened() and reader.grab():
            count += 1
    finally:
        reader.release()
        stream.close()
    return count
