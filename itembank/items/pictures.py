"""Decides whether a picture to point at or to draw on, and the areas that count on it, are sound.

For the checks of hotspot and drawing items. Coordinates are whole pixels of the picture as stored; whether the stored
picture really has the stated size is asked where the picture is at hand (`actions.py`).
"""

from collections.abc import Iterator, Sequence

from itembank.items.content import ItemBody
from itembank.items.faults import Flaw
from itembank.items.rubrics import check_rubric
from itembank.items.shapes import Area, ByArea, ByRubric, Hotspot, Picture, Shape
from itembank.items.words import check_alt, check_asset

MOST_AREAS = 10
MOST_CORNERS = 40
SMALLEST_RADIUS = 4
LARGEST_SIDE = 8000


def check_hotspot(body: ItemBody, shown: Shape, scored: Shape) -> Iterator[Flaw]:
    """Flaws of a picture to point at: size, words, number of points, every area."""
    assert isinstance(shown, Hotspot) and isinstance(scored, ByArea)
    yield from _check_picture(shown)
    count = len(scored.areas)
    if not 1 <= count <= MOST_AREAS:
        zh = f"热区应为 1 至 {MOST_AREAS} 个，现有 {count} 个"
        yield Flaw("areas", "areas.count", zh, f"Between 1 and {MOST_AREAS} areas, there are {count}", str(count))
    if not count <= shown.choose <= MOST_AREAS:
        zh = f"可点的次数应为 {count} 至 {MOST_AREAS}，现为 {shown.choose}"
        yield Flaw("choose", "choose.range", zh, f"Points to set: {count} to {MOST_AREAS}", str(shown.choose))
    for number, area in enumerate(scored.areas, 1):
        yield from _check_area(f"areas:{number}", area, shown)


def check_drawing(body: ItemBody, shown: Shape, scored: Shape) -> Iterator[Flaw]:
    """Flaws of a picture or an empty sheet to draw on, and of the rubric."""
    assert isinstance(shown, Picture) and isinstance(scored, ByRubric)
    yield from _check_picture(shown, may_be_absent=True)
    yield from check_rubric(body, scored)


def _check_picture(picture: Picture, may_be_absent: bool = False) -> Iterator[Flaw]:
    if not picture.asset and not may_be_absent:
        yield Flaw("picture", "picture.missing", "缺少图片", "The picture is missing")
    elif picture.asset:
        yield from check_asset("picture", picture.asset)
        if not picture.alt.strip():
            zh, en = "缺少图片的替代文字", "The picture has no words for those who cannot see it"
            yield Flaw("picture", "picture.alt", zh, en)
    yield from check_alt("picture", picture.alt)
    if not (20 <= picture.width <= LARGEST_SIDE and 20 <= picture.height <= LARGEST_SIDE):
        size = f"{picture.width}×{picture.height}"
        zh = f"图片边长应为 20 至 {LARGEST_SIDE} 像素，现为 {size}"
        yield Flaw("picture", "picture.size", zh, f"Sides are 20 to {LARGEST_SIDE} pixels", size)


def _check_area(field: str, area: Area, picture: Picture) -> Iterator[Flaw]:
    shown = ",".join(map(str, area.coords))[:80]
    corners = _corners(area)
    if corners is None:
        zh = "坐标不成形：圆为 x,y,半径；矩形为左,上,右,下；多边形至少三个角"
        en = "Not a shape: circle x,y,r; rectangle left,top,right,bottom; polygon of three corners or more"
        yield Flaw(field, "areas.shape", zh, en, shown)
    elif not all(0 <= x <= picture.width and 0 <= y <= picture.height for x, y in corners):
        zh, en = "热区超出图片", "The area reaches beyond the picture"
        yield Flaw(field, "areas.outside", zh, en, shown)


def _corners(area: Area) -> list[tuple[int, int]] | None:
    """The outermost points of a shape; None when the coordinates make none."""
    c = area.coords
    if area.shape == "circle":
        sound = len(c) == 3 and c[2] >= SMALLEST_RADIUS
        return [(c[0] - c[2], c[1] - c[2]), (c[0] + c[2], c[1] + c[2])] if sound else None
    if area.shape == "rect":
        sound = len(c) == 4 and c[0] < c[2] and c[1] < c[3]
        return [(c[0], c[1]), (c[2], c[3])] if sound else None
    sound = len(c) % 2 == 0 and 6 <= len(c) <= 2 * MOST_CORNERS and _doubled_surface(c) > 0
    return list(zip(c[::2], c[1::2], strict=True)) if sound else None


def _doubled_surface(coords: Sequence[int]) -> int:
    points = list(zip(coords[::2], coords[1::2], strict=True))
    following = [*points[1:], points[0]]
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(points, following, strict=True)))
