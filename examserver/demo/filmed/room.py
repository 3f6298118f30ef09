"""Draws a made-up exam room as a camera under the ceiling sees it: rows of desks, people at work, one walking."""

import math

from PIL import Image, ImageDraw

ROWS, COLUMNS = 5, 6
WALL, WALL_LOW, FLOOR, FLOOR_LINE = "#d9dee2", "#b9c3c9", "#a9b0b3", "#9ba3a7"
WOOD, WOOD_EDGE, SCREEN, SCREEN_ON = "#c2a274", "#97794f", "#2d343b", "#a9c8e4"
SHIRTS = ("#3f6c9a", "#8a4b46", "#4c7a5d", "#6d5b8c", "#b0803c", "#4a5560", "#a05a72")
HAIR = ("#2a2422", "#3a2d25", "#1f1d1d", "#4a3b30")
EMPTY = {(4, 5), (2, 0)}
Point = tuple[float, float]


def _place(x: float, depth: float, lift: float, size: tuple[int, int]) -> tuple[float, float, float]:
    """Screen x, y and scale of a point: x from -1 to 1 across, depth from 0 (near) to 1 (far), lift in metres."""
    scale = 1 / (1 + 1.15 * depth)
    y = size[1] * (0.2 + 0.92 * (scale - 0.465) / 0.535 * 0.86)
    return size[0] * (0.5 + 0.47 * x * scale), y - lift * 84 * scale * size[1] / 720, scale


def _flat(pen: ImageDraw.ImageDraw, size: tuple[int, int], box: tuple[float, float, float, float], fill: str) -> None:
    """A rectangle lying on the floor (left, near, right, far), at table height."""
    left, near, right, far = box
    corners: list[Point] = [
        _place(x, depth, 0.75, size)[:2] for x, depth in ((left, near), (right, near), (right, far), (left, far))
    ]
    pen.polygon(corners, fill=fill)


def seats() -> list[tuple[int, int, float, float]]:
    """Row, column, x and depth of every desk, the farthest row first."""
    across = [(-0.84 + 1.68 * column / (COLUMNS - 1)) for column in range(COLUMNS)]
    return [
        (row, column, across[column], 0.1 + 0.19 * row) for row in reversed(range(ROWS)) for column in range(COLUMNS)
    ]


def draw_furniture(picture: Image.Image) -> Image.Image:
    """Floor, walls, front board and every desk with its screen."""
    width, height = picture.size
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, width, height), fill=FLOOR)
    for line in range(-12, 13):
        near, far = _place(line / 5, -0.2, 0, picture.size), _place(line / 5, 1.0, 0, picture.size)
        pen.line((near[0], near[1], far[0], far[1]), fill=FLOOR_LINE, width=2)
    top = _place(0, 1.0, 0, picture.size)[1]
    pen.rectangle((0, 0, width, top), fill=WALL)
    pen.rectangle((0, top - 18, width, top), fill=WALL_LOW)
    pen.rectangle((width * 0.33, top - 118, width * 0.67, top - 38), fill="#f5f7f8", outline="#8f9aa2", width=5)
    for line in range(3):
        pen.line(
            (width * 0.37, top - 100 + line * 19, width * (0.6 - 0.05 * line), top - 100 + line * 19),
            fill="#8aa0b4",
            width=5,
        )
    pen.ellipse((width * 0.71, top - 106, width * 0.71 + 56, top - 50), fill="#f5f7f8", outline="#59646d", width=5)
    for _, _, x, depth in seats():
        _desk(pen, picture.size, x, depth)
    return picture


def _desk(pen: ImageDraw.ImageDraw, size: tuple[int, int], x: float, depth: float) -> None:
    left, right = x - 0.13, x + 0.13
    for leg in (left + 0.01, right - 0.01):
        high, low = _place(leg, depth, 0.75, size), _place(leg, depth, 0, size)
        pen.line((*high[:2], *low[:2]), fill=WOOD_EDGE, width=max(2, int(8 * high[2])))
    _flat(pen, size, (left, depth, right, depth + 0.075), WOOD)
    near_left, near_right = _place(left, depth, 0.75, size), _place(right, depth, 0.75, size)
    pen.line((*near_left[:2], *near_right[:2]), fill=WOOD_EDGE, width=max(2, int(9 * near_left[2])))
    cx, cy, scale = _place(x, depth + 0.06, 0.8, size)
    w, h = 66 * scale, 44 * scale
    pen.rectangle((cx - 5 * scale, cy - 12 * scale, cx + 5 * scale, cy + 4 * scale), fill=SCREEN)
    pen.rounded_rectangle((cx - w, cy - 2 * h, cx + w, cy - 8 * scale), 5 * scale, fill=SCREEN)
    pen.rectangle((cx - w + 5, cy - 2 * h + 5, cx + w - 5, cy - 8 * scale - 5), fill=SCREEN_ON)
    for line in range(3):
        y = cy - 1.75 * h + line * 0.36 * h
        pen.line((cx - w * 0.75, y, cx + w * (0.6 - 0.3 * (line % 2)), y), fill="#6d8ba6", width=max(1, int(4 * scale)))


def draw_people(picture: Image.Image, phase: float) -> Image.Image:
    """Everybody at this share (0 to 1) of the clip: small movements at the desks, the invigilator walking the aisle."""
    pen, turn = ImageDraw.Draw(picture), 2 * math.pi * phase
    walker = 0.5 - 0.45 * math.cos(turn)
    drawn = False
    for row, column, x, depth in seats():
        if not drawn and depth < walker:
            _walker(pen, picture.size, walker, turn)
            drawn = True
        if (row, column) not in EMPTY:
            _sitter(pen, picture.size, (row, column), (x, depth), turn)
    if not drawn:
        _walker(pen, picture.size, walker, turn)
    return picture


def _sitter(
    pen: ImageDraw.ImageDraw, size: tuple[int, int], seat: tuple[int, int], place: tuple[float, float], turn: float
) -> None:
    """Somebody seen from behind at a desk: chair, back, head."""
    row, column = seat
    own = row * 1.7 + column * 2.3
    cx, cy, scale = _place(place[0], place[1] - 0.05, 0.5, size)
    sway = scale * (4 * math.sin(turn * (1 + column % 2) + own) + 1.5 * math.sin(5 * turn + own))
    shirt, hair = SHIRTS[(row * 5 + column * 3) % len(SHIRTS)], HAIR[(row + column * 2) % len(HAIR)]
    pen.rounded_rectangle(
        (cx - 44 * scale + sway, cy - 66 * scale, cx + 44 * scale + sway, cy + 60 * scale), 26 * scale, fill=shirt
    )
    pen.rounded_rectangle(
        (cx - 38 * scale, cy - 12 * scale, cx + 38 * scale, cy + 66 * scale), 9 * scale, fill="#4b545c"
    )
    hx, hy = cx + sway * 1.6, cy - 92 * scale + scale * 2 * math.sin(2 * turn + own)
    pen.rectangle((hx - 10 * scale, hy + 18 * scale, hx + 10 * scale, hy + 36 * scale), fill="#d6a986")
    pen.ellipse((hx - 27 * scale, hy - 32 * scale, hx + 27 * scale, hy + 27 * scale), fill=hair)


def _walker(pen: ImageDraw.ImageDraw, size: tuple[int, int], depth: float, turn: float) -> None:
    """The invigilator in the middle aisle."""
    cx, cy, scale = _place(0.0, depth, 0, size)
    step = 9 * scale * math.sin(24 * turn)
    for side in (-1, 1):
        foot = cx + side * 13 * scale
        pen.line((foot, cy - 100 * scale, foot, cy + side * step), fill="#2c3440", width=int(18 * scale))
    pen.rounded_rectangle(
        (cx - 32 * scale, cy - 210 * scale, cx + 32 * scale, cy - 88 * scale), 17 * scale, fill="#e8eaec"
    )
    pen.rounded_rectangle((cx - 32 * scale, cy - 176 * scale, cx + 32 * scale, cy - 160 * scale), 3, fill="#c9553f")
    pen.rectangle((cx - 8 * scale, cy - 224 * scale, cx + 8 * scale, cy - 204 * scale), fill="#d6a986")
    pen.ellipse((cx - 23 * scale, cy - 268 * scale, cx + 23 * scale, cy - 214 * scale), fill="#2a2422")
