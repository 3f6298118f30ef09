"""Areas on a picture as QTI writes them: whether a point lies in one, and how the bank writes it.

For the readers of hotspots and points. Source: QTI 2.2 `shape` and `coords`, as in HTML image maps.
"""

from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

Point = tuple[float, float]


@dataclass(frozen=True)
class Area:
    """One area; `coords` in pixels from the top left corner."""

    shape: str
    coords: tuple[float, ...]

    @property
    def sound(self) -> bool:
        """Whether the bank can hold this shape."""
        count = len(self.coords)
        fits = {"circle": count == 3, "rect": count == 4, "poly": count >= 6 and count % 2 == 0}
        return fits.get(self.shape, False)

    def holds(self, x: float, y: float) -> bool:
        """Whether the point lies in the area or on its edge."""
        if self.shape == "default":
            return True
        if not self.sound:
            return False
        if self.shape == "circle":
            return (x - self.coords[0]) ** 2 + (y - self.coords[1]) ** 2 <= self.coords[2] ** 2
        if self.shape == "rect":
            return self.coords[0] <= x <= self.coords[2] and self.coords[1] <= y <= self.coords[3]
        return _in_polygon(self.corners(), x, y)

    def corners(self) -> list[Point]:
        """The corners of a polygon."""
        return list(zip(self.coords[::2], self.coords[1::2], strict=True))

    def middle(self) -> Point:
        """A point inside."""
        if self.shape == "circle":
            return self.coords[0], self.coords[1]
        if self.shape == "rect":
            return (self.coords[0] + self.coords[2]) / 2, (self.coords[1] + self.coords[3]) / 2
        corners = self.corners()
        centre = (sum(x for x, _ in corners) / len(corners), sum(y for _, y in corners) / len(corners))
        return centre if self.holds(*centre) else corners[0]

    def scaled(self, across: float, down: float) -> "Area":
        """The area on a picture of another size; a circle keeps the mean of both sides."""
        if self.shape == "circle" and self.sound:
            x, y, radius = self.coords
            return Area("circle", (x * across, y * down, radius * (across + down) / 2))
        factors = (across, down) * (len(self.coords) // 2 + 1)
        return Area(self.shape, tuple(each * factor for each, factor in zip(self.coords, factors, strict=False)))

    def as_json(self) -> dict[str, Any]:
        """The area as the bank keeps it: whole pixels; an area smaller than that stays as large as one."""
        coords = [round(each) for each in self.coords]
        if self.shape == "rect":
            left, right = sorted((coords[0], coords[2]))
            top, bottom = sorted((coords[1], coords[3]))
            coords = [left, top, right, bottom]
        return {"shape": self.shape, "coords": coords}


def _in_polygon(corners: list[Point], x: float, y: float) -> bool:
    """Whether a ray to the right leaves the polygon an odd number of times; corners belong to it."""
    if (x, y) in corners:
        return True
    inside = False
    for (x1, y1), (x2, y2) in zip(corners, [*corners[1:], corners[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def area_of(element: Element) -> Area:
    """The area of an element with `shape` and `coords`; numbers that are none leave it unsound."""
    try:
        coords = tuple(float(each) for each in element.get("coords", "").replace(" ", ",").split(",") if each)
    except ValueError:
        coords = ()
    if not all(abs(each) < 1e6 for each in coords):
        coords = ()
    return Area(element.get("shape", "default"), coords)


def point_of(text: str) -> Point:
    """The point written as `102 113`; raises ValueError."""
    x, y = text.replace(",", " ").split()
    return float(x), float(y)
