"""The demo's own camera clips, drawn and deterministic: a candidate at a seat, an exam room from above.

Nobody real is shown. The seat's clip is a row of JPEGs, which Chromium takes as a camera (it plays such files at 30
pictures a second, so every drawing is written three times); the room's clip is an MJPG file for OpenCV. Both repeat
without a jump after twelve seconds.
"""

import io
import math
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from examserver.demo.filmed.candidate import draw_candidate, draw_study
from examserver.demo.filmed.room import draw_furniture, draw_people

SECONDS = 12
FPS = 10
SEAT_SIZE = (320, 240)
ROOM_SIZE = (640, 360)
CHROMIUM_FPS = 30
SHARPER = 2


def seat_clip(path: Path) -> None:
    """Write the candidate's clip as concatenated JPEGs (.mjpeg), 320×240."""
    with path.open("wb") as file:
        for picture in seat_pictures():
            buffer = io.BytesIO()
            picture.save(buffer, "JPEG", quality=82)
            file.write(buffer.getvalue() * (CHROMIUM_FPS // FPS))


def room_clip(path: Path) -> None:
    """Write the room's clip as MJPG in AVI, 640×360 at 10 pictures a second; raises OSError."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), FPS, ROOM_SIZE)
    if not writer.isOpened():
        raise OSError(f"OpenCV cannot write {path}")
    for picture in room_pictures():
        writer.write(cv2.cvtColor(np.asarray(picture), cv2.COLOR_RGB2BGR))
    writer.release()


def seat_pictures() -> Iterator[Image.Image]:
    """Every drawing of the candidate, in order."""
    behind = draw_study(_canvas(SEAT_SIZE))
    for index in range(SECONDS * FPS):
        picture = draw_candidate(behind.copy(), index / (SECONDS * FPS))
        yield _finished(picture, SEAT_SIZE, index, "SEAT")


def room_pictures() -> Iterator[Image.Image]:
    """Every drawing of the room, in order."""
    behind = draw_furniture(_canvas(ROOM_SIZE))
    for index in range(SECONDS * FPS):
        picture = draw_people(behind.copy(), index / (SECONDS * FPS))
        yield _finished(picture, ROOM_SIZE, index, "HALL-1")


def _canvas(size: tuple[int, int]) -> Image.Image:
    return Image.new("RGB", (size[0] * SHARPER, size[1] * SHARPER), "#c9cfd6")


def _finished(picture: Image.Image, size: tuple[int, int], index: int, name: str) -> Image.Image:
    """Scaled down, a little camera noise, and the running clock."""
    small = np.asarray(picture.reduce(SHARPER))
    grain = np.random.default_rng(index).integers(0, 4, (size[1], size[0]), dtype=np.uint8)
    finished = Image.fromarray(cv2.subtract(small, cv2.merge([grain, grain, grain])))
    seconds = index / FPS
    text = f"{name}  {int(seconds) // 60:02}:{math.floor(seconds) % 60:02}.{index % FPS}"
    pen = ImageDraw.Draw(finished)
    pen.rectangle((6, 5, 14 + int(pen.textlength(text, _font())), 22), fill="#10161d")
    pen.text((10, 6), text, fill="#f2f5f8", font=_font())
    return finished


@cache
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(12)
