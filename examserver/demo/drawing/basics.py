"""Figures of circuit theory and measurement."""

import math

from examserver.demo.drawing.pen import Pen
from examserver.demo.drawing.symbols import (
    along,
    between,
    meter,
    omega_t,
    resistor,
    source,
    variable_resistor,
    wire,
)


def resistor_network(pen: Pen) -> None:
    """R1 in series with the pair R2, R3."""
    wire(pen, (50, 150), (116, 150))
    resistor(pen, along(140, 150))
    wire(pen, (164, 150), (230, 150))
    for y, name in ((95, "R2"), (205, "R3")):
        wire(pen, (230, 150), (230, y), (281, y))
        resistor(pen, along(305, y))
        wire(pen, (329, y), (380, y), (380, 150))
        pen.text((305, y - 24), name, size=18)
    wire(pen, (380, 150), (430, 150))
    pen.dot((230, 150), (380, 150))
    pen.ring((47, 150), (433, 150), radius=4)
    pen.text((140, 126), "R1", size=18)
    pen.text((47, 126), "A", size=18)
    pen.text((433, 126), "B", size=18)


def node_currents(pen: Pen) -> None:
    """Four branches at one node: two in, one out, one unknown."""
    centre = (240.0, 150.0)
    for angle in (160, 235, 20, 305):
        end = _round(centre, angle, 115)
        wire(pen, centre, end)
    pen.dot(centre, radius=6)
    for angle in (160, 235):
        pen.arrow(_round(centre, angle, 100), _round(centre, angle, 48))
    pen.arrow(_round(centre, 20, 45), _round(centre, 20, 95))
    pen.text((118, 76), "I1=5 A", size=17)
    pen.text((128, 228), "I2=3 A", size=17)
    pen.text((388, 160), "I3=6 A", size=17)
    pen.text((342, 62), "I4=?", size=17)


def sine_wave(pen: Pen) -> None:
    """One and a half periods of 311 V amplitude and 20 ms period."""
    _axes(pen, 60, 150, "u/V", "t/ms")
    pen.curve([(60 + t * 12, 150 - 90 * math.sin(2 * math.pi * t / 20)) for t in _steps(0, 30)], width=2.6)
    pen.dashes((60, 60), (120, 60))
    pen.dashes((60, 240), (240, 240))
    pen.text((52, 60), "311", size=15, anchor="rm")
    pen.text((52, 240), "-311", size=15, anchor="rm")
    pen.text((50, 162), "0", size=15)
    for t in (10, 20, 30):
        pen.line((60 + t * 12, 146), (60 + t * 12, 154), width=1.6)
        pen.text((60 + t * 12 + 14, 137 if t == 10 else 166), str(t), size=15)


def phase_shift(pen: Pen) -> None:
    """Two sine voltages of equal frequency, a quarter period apart."""
    _axes(pen, 60, 150, "u", "")
    omega_t(pen, 452, 134)
    pen.curve([(60 + a, 150 - 95 * math.sin(math.radians(a + 90))) for a in range(361)], width=2.8)
    pen.curve([(60 + a, 150 - 65 * math.sin(math.radians(a))) for a in range(361)], width=1.6)
    pen.text((114, 66), "u1", size=18)
    pen.text((176, 74), "u2", size=18)
    pen.text((50, 162), "0", size=15)
    for a, x, y in ((90, -14, 166), (180, -18, 166), (270, 20, 166), (360, 20, 166)):
        pen.line((60 + a, 146), (60 + a, 154), width=1.6)
        pen.text((60 + a + x, y), f"{a}\u00b0", size=14)


def impedance_triangle(pen: Pen) -> None:
    """R, X and Z of a series circuit as a right triangle."""
    pen.shape((110, 225), (350, 225), (350, 45), filled=False, width=2.6)
    pen.line((336, 225), (336, 211), (350, 211), width=1.6)
    pen.text((230, 250), "R = 8", size=19)
    pen.text((392, 140), "XL = 6", size=19)
    pen.text((212, 118), "Z", size=21)
    pen.arc((110, 225), 46, -37, 0, width=1.6)
    pen.circle((174, 206), 7, width=1.6)
    pen.line((174, 195), (174, 217), width=1.6)


def voltmeter_dial(pen: Pen) -> None:
    """A dial of 0 to 250 V with the pointer at 150."""
    pen.box(45, 25, 435, 275, width=2.6)
    pivot = (240.0, 235.0)
    for mark in range(0, 251, 10):
        angle, long = 210 + mark / 250 * 120, mark % 50 == 0
        pen.line(_round(pivot, angle, 150), _round(pivot, angle, 166 if long else 159), width=2.4 if long else 1.4)
        if long:
            pen.text(_round(pivot, angle, 182), str(mark), size=14)
    pen.arc(pivot, 150, 210, 330, width=1.6)
    pen.arrow(pivot, _round(pivot, 210 + 150 / 250 * 120, 148), width=2.4, head=16)
    pen.dot(pivot, radius=9)
    pen.text((190, 200), "V", size=26)
    pen.curve([(179 + t, 221 - 4 * math.sin(math.pi * t / 11)) for t in range(23)], width=1.8)


def shunt_meter(pen: Pen) -> None:
    """A galvanometer with a resistor beside it."""
    wire(pen, (55, 120), (220, 120))
    meter(pen, along(240, 120), "G", radius=18)
    wire(pen, (260, 120), (425, 120))
    wire(pen, (130, 120), (130, 205), (216, 205))
    resistor(pen, along(240, 205))
    wire(pen, (264, 205), (350, 205), (350, 120))
    pen.dot((130, 120), (350, 120))
    pen.ring((52, 120), (428, 120), radius=4)
    pen.text((240, 232), "Rs", size=19)
    pen.text((182, 84), "Ig", size=17)
    pen.arrow((70, 102), (108, 102), width=1.6)
    pen.text((88, 84), "I", size=18)
    pen.arrow((160, 102), (205, 102), width=1.6)


def wheatstone_bridge(pen: Pen) -> None:
    """Four arms, galvanometer across, source along."""
    left, top, right, bottom = (110.0, 130.0), (240.0, 30.0), (370.0, 130.0), (240.0, 230.0)
    for start, end, draw, name, side in (
        (left, top, resistor, "R1", (-22, -20)),
        (top, right, resistor, "R2", (22, -20)),
        (left, bottom, variable_resistor, "R3", (-30, 22)),
        (bottom, right, resistor, "Rx", (26, 20)),
    ):
        wire(pen, start, end)
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        draw(pen, between(start, end))
        pen.text((middle[0] + side[0], middle[1] + side[1]), name, size=18)
    wire(pen, top, (240, 110))
    meter(pen, along(240, 130, down=True), "G", radius=17)
    wire(pen, (240, 150), bottom)
    wire(pen, left, (60, 130), (60, 275), (220, 275))
    source(pen, along(240, 275))
    wire(pen, (260, 275), (420, 275), (420, 130), right)
    pen.text((268, 257), "E", size=17)
    pen.dot(left, top, right, bottom)


def _round(centre: tuple[float, float], degrees: float, radius: float) -> tuple[float, float]:
    angle = math.radians(degrees)
    return (centre[0] + radius * math.cos(angle), centre[1] + radius * math.sin(angle))


def _steps(first: float, last: float, count: int = 240) -> list[float]:
    return [first + (last - first) * i / count for i in range(count + 1)]


def _axes(pen: Pen, x: float, y: float, up: str, along_: str) -> None:
    pen.arrow((x, 275), (x, 22), width=1.6)
    pen.arrow((x, y), (462, y), width=1.6)
    pen.text((x + 10, 28), up, size=16, anchor="lm")
    pen.text((460, y - 16), along_, size=16, anchor="rm")
