"""Draws a made-up candidate as a seat's camera sees one: head and shoulders before a quiet room."""

import math

from PIL import Image, ImageDraw, ImageFilter

Box = tuple[float, float, float, float]
WALL, FLOOR, WOOD = "#d5dbe0", "#b3a99b", "#a5805a"
SKIN, SKIN_SHADE, HAIR, SHIRT, SHIRT_SHADE = "#e8bf9c", "#d3a581", "#2a2422", "#37618e", "#2b4d72"
BLINKS = (0.09, 0.31, 0.58, 0.83)


def draw_study(picture: Image.Image) -> Image.Image:
    """The still background: wall, window, cupboard, desks behind; slightly out of focus."""
    width, height = picture.size
    pen = ImageDraw.Draw(picture)
    for row in range(height):
        shade = 213 - row * 26 // height
        pen.line((0, row, width, row), fill=(shade, shade + 5, shade + 9))
    _window(pen, (0.07 * width, 0.1 * height, 0.3 * width, 0.56 * height))
    _cupboard(pen, (0.76 * width, 0.16 * height, 0.98 * width, 0.86 * height))
    pen.rectangle((0, 0.78 * height, width, height), fill=FLOOR)
    for left in (0.02, 0.58):
        pen.rectangle((left * width, 0.68 * height, (left + 0.28) * width, 0.73 * height), fill=WOOD)
        pen.rectangle((left * width + 16, 0.73 * height, left * width + 26, 0.86 * height), fill="#7c6146")
        pen.rounded_rectangle(
            ((left + 0.07) * width, 0.52 * height, (left + 0.2) * width, 0.66 * height), 6, fill="#39424c"
        )
    return picture.filter(ImageFilter.GaussianBlur(3))


def _window(pen: ImageDraw.ImageDraw, box: Box) -> None:
    left, top, right, bottom = box
    pen.rectangle((left - 8, top - 8, right + 8, bottom + 8), fill="#f4f6f7")
    pen.rectangle(box, fill="#b9d7ee")
    pen.polygon([(left, bottom), (left, bottom - 60), (right, bottom - 84), (right, bottom)], fill="#8fb39a")
    middle = (left + right) / 2
    pen.rectangle((middle - 4, top, middle + 4, bottom), fill="#f4f6f7")
    pen.rectangle((left, (top + bottom) / 2 - 4, right, (top + bottom) / 2 + 4), fill="#f4f6f7")


def _cupboard(pen: ImageDraw.ImageDraw, box: Box) -> None:
    left, top, right, bottom = box
    pen.rectangle(box, fill="#c3b49f")
    for shelf in range(1, 5):
        y = top + (bottom - top) * shelf / 5
        pen.rectangle((left, y - 3, right, y + 3), fill="#9d8d76")
        for book in range(7):
            x = left + 8 + book * (right - left - 16) / 7
            colour = ("#6d7f92", "#93705f", "#5f8273", "#b49a5c")[(book * 3 + shelf) % 4]
            pen.rectangle((x, y - 34 - (book * 7 + shelf * 5) % 12, x + 11, y - 3), fill=colour)


def draw_candidate(picture: Image.Image, phase: float) -> Image.Image:
    """The candidate at this share (0 to 1) of the clip: breathing, swaying, reading, now and then a blink."""
    width, height = picture.size
    pen, turn = ImageDraw.Draw(picture), 2 * math.pi * phase
    sway = 9 * math.sin(turn) + 4 * math.sin(3 * turn + 1)
    nod = 5 * math.sin(2 * turn + 0.5) + 2 * math.sin(12 * turn)
    x, y = width / 2 + sway, height * 0.42 + nod
    _shoulders(pen, width / 2 + sway * 0.4, height, 2 * math.sin(12 * turn))
    pen.polygon(
        [(x - 27, y + 60), (x + 27, y + 60), (x + 30, y + 106), (x, y + 122), (x - 30, y + 106)], fill=SKIN_SHADE
    )
    _head(pen, x, y, sway)
    _face(pen, x + sway * 0.35, y, phase)
    return _screen_light(picture, phase)


def _shoulders(pen: ImageDraw.ImageDraw, x: float, height: float, breath: float) -> None:
    top = height * 0.66 - breath
    pen.rounded_rectangle((x - 168, top, x + 168, height + 90), 84, fill=SHIRT_SHADE)
    pen.rounded_rectangle((x - 150, top + 4, x + 150, height + 90), 76, fill=SHIRT)
    pen.polygon(
        [(x - 46, top - 8), (x, top + 60), (x + 46, top - 8), (x + 30, top - 22), (x - 30, top - 22)], fill=SKIN
    )
    pen.polygon([(x - 50, top - 12), (x - 4, top + 62), (x - 40, top + 44)], fill="#e9edf1")
    pen.polygon([(x + 50, top - 12), (x + 4, top + 62), (x + 40, top + 44)], fill="#e9edf1")
    pen.line((x, top + 66, x, height), fill=SHIRT_SHADE, width=4)


def _head(pen: ImageDraw.ImageDraw, x: float, y: float, sway: float) -> None:
    pen.ellipse((x - 86, y - 112, x + 86, y + 66), fill=HAIR)
    for side in (-1, 1):
        pen.ellipse((x + side * 75 - 13, y - 18, x + side * 75 + 13, y + 26), fill=SKIN_SHADE)
    pen.ellipse((x - 72, y - 84, x + 72, y + 92), fill=SKIN)
    pen.pieslice((x - 76, y - 106, x + 76, y + 22), 180, 360, fill=HAIR)
    pen.ellipse((x - 66 + sway * 0.3, y - 52, x + 66 + sway * 0.3, y + 6), fill=SKIN)


def _face(pen: ImageDraw.ImageDraw, x: float, y: float, phase: float) -> None:
    blink = any(abs(phase - moment) < 0.009 for moment in BLINKS)
    gaze = 5 * math.sin(2 * math.pi * phase * 6)
    for side in (-1, 1):
        eye = x + side * 30
        pen.line((eye - 16, y - 22, eye + 16, y - 25 + side), fill=HAIR, width=6)
        if blink:
            pen.line((eye - 13, y - 2, eye + 13, y - 2), fill=SKIN_SHADE, width=5)
            continue
        pen.ellipse((eye - 14, y - 11, eye + 14, y + 7), fill="#f7f4f1")
        pen.ellipse((eye - 7 + gaze, y - 8, eye + 7 + gaze, y + 6), fill="#33251e")
    pen.line((x + 1, y + 4, x - 6, y + 32), fill=SKIN_SHADE, width=5)
    pen.line((x - 6, y + 32, x + 8, y + 33), fill=SKIN_SHADE, width=5)
    pen.rounded_rectangle((x - 21, y + 52, x + 21, y + 60), 4, fill="#b5685d")


def _screen_light(picture: Image.Image, phase: float) -> Image.Image:
    """The glow of the screen on the face; it changes a little with every question."""
    glow = Image.new("RGB", picture.size, (186, 208, 236))
    strength = 0.06 + 0.03 * (int(phase * 4) % 2)
    return Image.blend(picture, glow, strength)
