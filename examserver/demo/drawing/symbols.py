"""Circuit symbols in the manner of IEC 60617, drawn along a wire that runs right or down.

A symbol knows its own axis: `u` runs along the wire, `v` to its side (below a horizontal wire, left of a
vertical one). Make contacts open to +v, break contacts to -v, as the Chinese drawing rule asks: open below
and closed above on a horizontal wire, open left and closed right on a vertical one.
"""

import math
from collections.abc import Callable

from examserver.demo.drawing.pen import Pen, Point

Place = Callable[[float, float], Point]

#: Half the length of the gap every two-terminal symbol fills in its wire.
REACH = 20.0


def along(x: float, y: float, down: bool = False, scale: float = 1.0) -> Place:
    """Give the local frame of a symbol centred on (x, y)."""
    if down:
        return lambda u, v: (x - v * scale, y + u * scale)
    return lambda u, v: (x + u * scale, y + v * scale)


def between(start: Point, end: Point) -> Place:
    """Give the local frame of a symbol in the middle of a slanting wire."""
    length = math.dist(start, end)
    cos, sin = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    return lambda u, v: (x + u * cos - v * sin, y + u * sin + v * cos)


def wire(pen: Pen, *points: Point) -> None:
    """Draw a conductor."""
    pen.line(*points, width=1.8)


def make(pen: Pen, at: Place, main: bool = False) -> None:
    """Draw a make contact; a contactor's main contact carries a small cup."""
    wire(pen, at(-REACH, 0), at(-12, 0))
    wire(pen, at(12, 0), at(REACH, 0))
    pen.line(at(12, 0), at(-12, 11), width=2.2)
    if main:
        _cup(pen, at)


def break_(pen: Pen, at: Place) -> None:
    """Draw a break contact."""
    wire(pen, at(-REACH, 0), at(-12, 0), at(-12, -10))
    wire(pen, at(12, 0), at(REACH, 0))
    pen.line(at(12, 0), at(-16, -10), width=2.2)


def _cup(pen: Pen, at: Place) -> None:
    points = [at(-12 - 5 * math.sin(math.radians(t)), 5 * math.cos(math.radians(t))) for t in range(0, 181, 12)]
    pen.curve([(x, y) for x, y in points], width=1.8)


def push(pen: Pen, at: Place, closed: bool = False) -> None:
    """Draw a push button, make or break."""
    (break_ if closed else make)(pen, at)
    start = -5.0 if closed else 6.0
    pen.dashes(at(0, start), at(0, 21), width=1.5, dash=3.5)
    pen.line(at(-8, 17), at(-8, 22), at(8, 22), at(8, 17), width=1.8)


def overload(pen: Pen, at: Place) -> None:
    """Draw the break contact of a thermal overload relay."""
    break_(pen, at)
    pen.dashes(at(0, -5), at(0, 15), width=1.5, dash=3.5)
    pen.line(at(-10, 22), at(-4, 22), at(-4, 15), at(4, 15), at(4, 22), at(10, 22), width=1.8)


def coil(pen: Pen, at: Place) -> None:
    """Draw an operating coil."""
    wire(pen, at(-REACH, 0), at(-9, 0))
    wire(pen, at(9, 0), at(REACH, 0))
    _box(pen, at, 9, 17)


def fuse(pen: Pen, at: Place) -> None:
    """Draw a fuse."""
    _box(pen, at, 13, 5.5)
    wire(pen, at(-REACH, 0), at(REACH, 0))


def resistor(pen: Pen, at: Place) -> None:
    """Draw a resistor."""
    wire(pen, at(-REACH - 4, 0), at(REACH + 4, 0))
    _box(pen, at, REACH, 7)


def variable_resistor(pen: Pen, at: Place) -> None:
    """Draw a resistor with the adjusting arrow across it."""
    resistor(pen, at)
    pen.arrow(at(-15, 17), at(16, -18), width=1.6, head=8)


def capacitor(pen: Pen, at: Place, polar: bool = False) -> None:
    """Draw a capacitor; a polarised one has its plus sign at the first terminal."""
    wire(pen, at(-REACH, 0), at(-4, 0))
    wire(pen, at(4, 0), at(REACH, 0))
    pen.line(at(-4, -13), at(-4, 13), width=2.6)
    pen.line(at(4, -13), at(4, 13), width=2.6)
    if polar:
        pen.text(at(-12, -13), "+", size=15)


def diode(pen: Pen, at: Place, zener: bool = False, gate: bool = False) -> None:
    """Draw a diode that conducts along u; optionally a Zener diode or a thyristor."""
    wire(pen, at(-REACH, 0), at(REACH, 0))
    pen.shape(at(-9, -9), at(-9, 9), at(8, 0), filled=not (zener or gate), width=1.8)
    if zener or gate:
        wire(pen, at(-9, 0), at(8, 0))
    pen.line(at(8, -10), at(8, 10), width=2.6)
    if zener:
        pen.line(at(8, -10), at(2, -10), width=2.2)
    if gate:
        wire(pen, at(8, 0), at(18, 14), at(18, 26))


def lamp(pen: Pen, at: Place, radius: float = 12.0) -> None:
    """Draw a lamp."""
    wire(pen, at(-REACH, 0), at(REACH, 0))
    pen.circle(at(0, 0), radius)
    d = radius * math.sqrt(0.5)
    pen.line(at(-d, -d), at(d, d))
    pen.line(at(-d, d), at(d, -d))


def meter(pen: Pen, at: Place, letter: str, radius: float = 15.0) -> None:
    """Draw a measuring instrument with its letter."""
    wire(pen, at(-REACH, 0), at(REACH, 0))
    pen.circle(at(0, 0), radius)
    pen.text(at(0, 0), letter, size=17)


def source(pen: Pen, at: Place) -> None:
    """Draw a cell whose plus pole is the first terminal."""
    wire(pen, at(-REACH, 0), at(-4, 0))
    wire(pen, at(4, 0), at(REACH, 0))
    pen.line(at(-4, -14), at(-4, 14), width=2.2)
    pen.line(at(4, -7), at(4, 7), width=3.6)


def alternator(pen: Pen, at: Place) -> None:
    """Draw an alternating voltage source."""
    wire(pen, at(-REACH, 0), at(REACH, 0))
    x, y = at(0, 0)
    pen.circle((x, y), 14)
    pen.curve([(x + t / 2, y - 5 * math.sin(math.pi * t / 18)) for t in range(-18, 19)], width=1.8)


def winding(pen: Pen, at: Place, loops: int = 4, radius: float = 7.0, side: int = 1) -> None:
    """Draw a row of half turns bulging to +v (side 1) or -v (side -1), centred on the place."""
    for index in range(loops):
        centre = (2 * index + 1 - loops) * radius
        turns = [math.radians(t) for t in range(0, 181, 10)]
        pen.curve([at(centre - radius * math.cos(t), side * radius * math.sin(t)) for t in turns], width=2.0)


def earth(pen: Pen, x: float, y: float) -> None:
    """Draw an earth electrode below the point."""
    wire(pen, (x, y), (x, y + 8))
    for step, half in enumerate((12, 8, 4)):
        pen.line((x - half, y + 8 + 5 * step), (x + half, y + 8 + 5 * step), width=2.0)


def motor(pen: Pen, x: float, y: float, radius: float = 24.0, name: str = "M") -> None:
    """Draw a three-phase motor."""
    pen.circle((x, y), radius)
    pen.text((x, y - 7), name, size=16)
    pen.text((x - 4, y + 10), "3", size=14)
    pen.curve([(x + 3 + t / 3, y + 10 - 2.4 * math.sin(math.pi * t / 15)) for t in range(31)], width=1.5)


def omega_t(pen: Pen, x: float, y: float) -> None:
    """Write the product of angular frequency and time; the font has no Greek."""
    pen.curve([(x - 10, y - 4), (x - 12, y), (x - 10.5, y + 4), (x - 7.5, y + 4), (x - 6, y)], width=1.7)
    pen.curve([(x - 6, y), (x - 4.5, y + 4), (x - 1.5, y + 4), (x, y), (x - 2, y - 4)], width=1.7)
    pen.text((x + 6, y - 1), "t", size=17)


def _box(pen: Pen, at: Place, half_u: float, half_v: float) -> None:
    corners = (at(-half_u, -half_v), at(half_u, -half_v), at(half_u, half_v), at(-half_u, half_v))
    pen.shape(*corners, filled=False)
