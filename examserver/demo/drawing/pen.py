"""A drawing surface for the black-on-white figures of the demo bank.

Everything is drawn four times too large and reduced once, so thin lines print without steps. Lettering uses
the scalable font that ships inside Pillow: the figures carry Latin letters and digits only and look the same
on every machine.
"""

import io
import itertools
import math
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

WIDTH = 480
HEIGHT = 300
SCALE = 4

Point = tuple[float, float]


class Pen:
    """Draws in logical pixels, origin at the upper left, on a page of WIDTH by HEIGHT."""

    def __init__(self) -> None:
        self._image = Image.new("L", (WIDTH * SCALE, HEIGHT * SCALE), 255)
        self._draw = ImageDraw.Draw(self._image)

    def line(self, *points: Point, width: float = 2.0) -> None:
        """Join the points by straight strokes with round ends."""
        radius = width / 2
        for start, end in itertools.pairwise(points):
            self._draw.line([_up(start), _up(end)], fill=0, width=round(width * SCALE))
        for x, y in points:
            self._disc((x, y), radius)

    def dashes(self, start: Point, end: Point, width: float = 1.4, dash: float = 5.0) -> None:
        """Draw a dashed straight stroke."""
        length = math.dist(start, end)
        count = max(1, math.ceil(length / (2 * dash)))
        for index in range(count):
            first, last = 2 * index * dash / length, min(1.0, (2 * index + 1) * dash / length)
            self.line(_between(start, end, first), _between(start, end, last), width=width)

    def curve(self, points: Sequence[Point], width: float = 2.0) -> None:
        """Draw a smooth line given by many close points."""
        self.line(*points, width=width)

    def box(self, left: float, top: float, right: float, bottom: float, width: float = 2.0) -> None:
        """Draw a rectangle whose inside is blank, covering what lies below."""
        self.erase(left, top, right, bottom)
        corners = ((left, top), (right, top), (right, bottom), (left, bottom), (left, top))
        self.line(*corners, width=width)

    def erase(self, left: float, top: float, right: float, bottom: float) -> None:
        """Make a rectangle blank again."""
        self._draw.rectangle([_up((left, top)), _up((right, bottom))], fill=255)

    def circle(self, centre: Point, radius: float, width: float = 2.0) -> None:
        """Draw a circle whose inside is blank, covering what lies below."""
        outer, inner = radius + width / 2, radius - width / 2
        self._draw.ellipse(_square(centre, outer), fill=0)
        self._draw.ellipse(_square(centre, inner), fill=255)

    def arc(self, centre: Point, radius: float, start: float, end: float, width: float = 2.0) -> None:
        """Draw part of a circle; angles in degrees, clockwise from the right."""
        steps = max(8, int(abs(end - start) / 3))
        angles = [math.radians(start + (end - start) * i / steps) for i in range(steps + 1)]
        self.line(
            *((centre[0] + radius * math.cos(a), centre[1] + radius * math.sin(a)) for a in angles),
            width=width,
        )

    def shape(self, *points: Point, filled: bool = True, width: float = 2.0) -> None:
        """Draw a closed outline, black inside when filled, else blank inside."""
        self._draw.polygon([_up(point) for point in points], fill=0 if filled else 255)
        self.line(*points, points[0], width=width)

    def dot(self, *centres: Point, radius: float = 3.4) -> None:
        """Mark junctions of wires."""
        for centre in centres:
            self._disc(centre, radius)

    def ring(self, *centres: Point, radius: float = 3.4) -> None:
        """Mark terminals."""
        for centre in centres:
            self.circle(centre, radius, width=1.6)

    def arrow(self, start: Point, end: Point, width: float = 2.0, head: float = 9.0) -> None:
        """Draw a straight stroke that ends in a filled head."""
        angle = math.atan2(end[1] - start[1], end[0] - start[0])
        back = _polar(end, angle, -head)
        self.line(start, back, width=width)
        side = head * 0.38
        normal = angle + math.pi / 2
        self.shape(end, _polar(back, normal, side), _polar(back, normal, -side), width=0.6)

    def text(self, at: Point, words: str, size: float = 16.0, anchor: str = "mm") -> None:
        """Write words around the point as the anchor says (Pillow's two letters)."""
        font = ImageFont.load_default(size=size * SCALE)
        self._draw.text(_up(at), words, fill=0, font=font, anchor=anchor)

    def png(self) -> bytes:
        """Give the finished page as PNG bytes."""
        page = self._image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
        stream = io.BytesIO()
        page.save(stream, format="PNG", optimize=False, compress_level=9)
        return stream.getvalue()

    def _disc(self, centre: Point, radius: float) -> None:
        self._draw.ellipse(_square(centre, radius), fill=0)


def _up(point: Point) -> Point:
    return (point[0] * SCALE, point[1] * SCALE)


def _square(centre: Point, radius: float) -> tuple[float, float, float, float]:
    (x, y), r = _up(centre), radius * SCALE
    return (x - r, y - r, x + r, y + r)


def _between(start: Point, end: Point, share: float) -> Point:
    return (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share)


def _polar(origin: Point, angle: float, distance: float) -> Point:
    return (origin[0] + distance * math.cos(angle), origin[1] + distance * math.sin(angle))
