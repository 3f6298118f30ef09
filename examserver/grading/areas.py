"""Decides whether a mark on a picture lies in an area of the key; the border belongs to the area.

For keyed scoring. Coordinates are whole pixels of the picture, so all arithmetic is on integers and exact.
"""

import re
from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]
Point = tuple[int, int]

_POINT = re.compile(r"(-?[0-9]{1,6}),(-?[0-9]{1,6})")


def read_point(text: str) -> Point | None:
    """The point "x,y", or None for anything else."""
    found = _POINT.fullmatch(text)
    return (int(found[1]), int(found[2])) if found else None


def holds(area: Json, point: Point) -> bool:
    """Whether a circle, a rectangle or a polygon holds the point."""
    coords: Sequence[int] = area["coords"]
    if area["shape"] == "circle":
        x, y, radius = coords
        return (point[0] - x) ** 2 + (point[1] - y) ** 2 <= radius**2
    if area["shape"] == "rect":
        left, right = sorted((coords[0], coords[2]))
        top, bottom = sorted((coords[1], coords[3]))
        return left <= point[0] <= right and top <= point[1] <= bottom
    return _in_polygon(list(zip(coords[::2], coords[1::2], strict=False)), point)


def _in_polygon(corners: Sequence[Point], point: Point) -> bool:
    """Even-odd rule; a point on an edge is inside."""
    inside = False
    for start, end in zip(corners, [*corners[1:], *corners[:1]], strict=True):
        if _on_edge(start, end, point):
            return True
        (x1, y1), (x2, y2) = start, end
        if (y1 > point[1]) != (y2 > point[1]):
            cross = (point[0] - x1) * (y2 - y1) - (x2 - x1) * (point[1] - y1)
            inside ^= (cross < 0) == (y2 > y1)
    return inside


def _on_edge(start: Point, end: Point, point: Point) -> bool:
    (x1, y1), (x2, y2), (x, y) = start, end, point
    on_line = (x2 - x1) * (y - y1) == (y2 - y1) * (x - x1)
    return on_line and min(x1, x2) <= x <= max(x1, x2) and min(y1, y2) <= y <= max(y1, y2)
