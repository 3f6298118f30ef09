"""Figures of electronics: rectifiers, amplifiers, operational amplifiers, a thyristor's wave."""

import math

from examserver.demo.drawing.pen import Pen
from examserver.demo.drawing.symbols import (
    along,
    between,
    capacitor,
    diode,
    earth,
    omega_t,
    resistor,
    winding,
    wire,
)


def half_wave_rectifier(pen: Pen) -> None:
    """Transformer, one diode, load."""
    _transformer(pen, 90)
    wire(pen, (156, 102), (156, 70), (230, 70))
    diode(pen, along(250, 70))
    wire(pen, (270, 70), (380, 70), (380, 126))
    _load(pen, 380)
    wire(pen, (156, 198), (156, 230), (380, 230), (380, 174))
    pen.text((250, 42), "VD", size=17)


def bridge_rectifier(pen: Pen) -> None:
    """Four diodes in a diamond with a resistive load."""
    _bridge(pen)
    _load(pen, 430)


def bridge_filter(pen: Pen) -> None:
    """The diode bridge with a smoothing capacitor beside the load."""
    _bridge(pen)
    _load(pen, 430)
    wire(pen, (375, 40), (375, 130))
    capacitor(pen, along(375, 150, down=True), polar=True)
    wire(pen, (375, 170), (375, 262))
    pen.dot((375, 40), (375, 262))
    pen.text((400, 172), "C", size=17)


def zener_regulator(pen: Pen) -> None:
    """Series resistor, Zener diode, load."""
    wire(pen, (60, 80), (136, 80))
    resistor(pen, along(160, 80))
    wire(pen, (184, 80), (390, 80), (390, 126))
    diode(pen, lambda u, v: (260 + v, 150 - u), zener=True)
    wire(pen, (260, 80), (260, 130))
    wire(pen, (260, 170), (260, 225))
    _load(pen, 390)
    wire(pen, (390, 174), (390, 225), (60, 225))
    pen.dot((260, 80), (260, 225))
    pen.ring((57, 80), (57, 225), radius=4)
    pen.text((160, 55), "R", size=17)
    pen.text((228, 150), "VZ", size=17)
    pen.text((57, 135), "UI", size=18)
    pen.text((57, 165), "12 V", size=16)


def transistor_package(pen: Pen) -> None:
    """An unnamed transistor with three numbered leads and their potentials."""
    pen.arc((240, 110), 55, 180, 360, width=2.6)
    pen.line((185, 110), (295, 110), width=2.6)
    pen.text((240, 88), "VT", size=18)
    for x, number, volts in ((205, "1", "6 V"), (240, "2", "2.7 V"), (275, "3", "2 V")):
        end = 240 + (x - 240) * 2.6
        wire(pen, (x, 110), (x, 140), (end, 190))
        pen.circle((end, 205), 15)
        pen.text((end, 205), number, size=18)
        pen.text((end, 242), volts, size=18)


def common_emitter(pen: Pen) -> None:
    """A fixed-bias amplifier stage with both coupling capacitors."""
    wire(pen, (150, 40), (385, 40))
    pen.ring((388, 40), radius=4)
    pen.text((400, 40), "+UCC", size=16, anchor="lm")
    for x, name in ((150, "RB"), (250, "RC")):
        wire(pen, (x, 40), (x, 61))
        resistor(pen, along(x, 85, down=True))
        pen.text((x - 24, 85), name, size=16)
    wire(pen, (150, 109), (150, 170))
    wire(pen, (250, 109), (250, 142))
    _npn(pen, 222, 170)
    wire(pen, (250, 198), (250, 250))
    wire(pen, (55, 170), (80, 170))
    capacitor(pen, along(100, 170), polar=False)
    wire(pen, (120, 170), (222, 170))
    wire(pen, (250, 125), (300, 125))
    capacitor(pen, along(320, 125))
    wire(pen, (340, 125), (420, 125))
    wire(pen, (55, 250), (420, 250))
    pen.dot((150, 40), (250, 40), (150, 170), (250, 125), (250, 250))
    pen.ring((52, 170), (52, 250), (423, 125), (423, 250), radius=4)
    for x, y, words in (
        (100, 146, "C1"),
        (320, 101, "C2"),
        (52, 210, "ui"),
        (423, 188, "uo"),
        (288, 172, "VT"),
    ):
        pen.text((x, y), words, size=16)


def inverting_opamp(pen: Pen) -> None:
    """R1 to the inverting input, Rf back from the output."""
    _opamp(pen)
    wire(pen, (60, 130), (106, 130))
    resistor(pen, along(130, 130))
    wire(pen, (154, 130), (230, 130))
    _feedback(pen, 190)
    wire(pen, (230, 180), (200, 180), (200, 235))
    earth(pen, 200, 235)
    pen.ring((57, 130), radius=4)
    pen.text((57, 110), "ui", size=17)
    pen.text((130, 107), "R1", size=16)


def noninverting_opamp(pen: Pen) -> None:
    """The signal at the non-inverting input, R1 from the other input to earth."""
    _opamp(pen)
    wire(pen, (90, 180), (230, 180))
    pen.ring((87, 180), radius=4)
    pen.text((87, 200), "ui", size=17)
    wire(pen, (230, 130), (154, 130))
    resistor(pen, along(130, 130))
    wire(pen, (106, 130), (60, 130), (60, 150))
    earth(pen, 60, 150)
    _feedback(pen, 190)
    pen.text((130, 107), "R1", size=16)


def thyristor_half_wave(pen: Pen) -> None:
    """Output of a half-wave controlled rectifier fired at the crest."""
    pen.arrow((60, 240), (60, 35), width=1.6)
    pen.arrow((60, 210), (462, 210), width=1.6)
    for degrees in range(90, 181, 6):
        pen.line((60 + degrees, 210), (60 + degrees, 210 - _height(degrees)), width=0.8)
    for start in range(0, 90, 12):
        pen.curve([(60 + d, 210 - _height(d)) for d in range(start, min(start + 7, 91))], width=1.2)
    pen.curve([(60, 210), (150, 210), *((60 + d, 210 - _height(d)) for d in range(90, 181)), (420, 210)], width=2.8)
    pen.text((74, 42), "ud", size=18, anchor="lm")
    omega_t(pen, 446, 194)
    for degrees in (90, 180, 270, 360):
        pen.line((60 + degrees, 206), (60 + degrees, 214), width=1.6)
        pen.text((63 + degrees, 229), f"{degrees}\u00b0", size=15)
    pen.text((50, 222), "0", size=15)


def _height(degrees: float) -> float:
    return 130 * math.sin(math.radians(degrees))


def _transformer(pen: Pen, x: float) -> None:
    winding(pen, along(x, 150, down=True), loops=4, radius=12, side=-1)
    winding(pen, along(x + 66, 150, down=True), loops=4, radius=12, side=1)
    pen.line((x + 29, 100), (x + 29, 200), width=2.6)
    pen.line((x + 37, 100), (x + 37, 200), width=2.6)
    wire(pen, (x, 102), (x - 45, 102))
    wire(pen, (x, 198), (x - 45, 198))
    pen.ring((x - 48, 102), (x - 48, 198), radius=4)
    pen.text((x - 35, 150), "U1", size=16)
    pen.text((x + 92, 150), "U2", size=16)


def _load(pen: Pen, x: float) -> None:
    resistor(pen, along(x, 150, down=True))
    pen.text((x + 26, 150), "RL", size=16)


def _bridge(pen: Pen) -> None:
    """Anodes of VD2 and VD3 meet at the lower corner, cathodes of VD1 and VD4 at the upper one."""
    _transformer(pen, 62)
    left, top, right, bottom = (205.0, 150.0), (270.0, 78.0), (335.0, 150.0), (270.0, 222.0)
    for start, end, name, shift in (
        (left, top, "VD1", (-24, -16)),
        (right, top, "VD4", (26, -16)),
        (bottom, left, "VD2", (-24, 18)),
        (bottom, right, "VD3", (26, 18)),
    ):
        wire(pen, start, end)
        diode(pen, between(start, end))
        pen.text(((start[0] + end[0]) / 2 + shift[0], (start[1] + end[1]) / 2 + shift[1]), name, size=13)
    wire(pen, (128, 102), (128, 56), (190, 56), (190, 150), left)
    wire(pen, (128, 198), (128, 243), (347, 243), (347, 150), right)
    wire(pen, top, (270, 40), (430, 40), (430, 126))
    wire(pen, bottom, (270, 262), (430, 262), (430, 174))
    pen.dot(left, top, right, bottom)


def _npn(pen: Pen, x: float, y: float) -> None:
    pen.line((x, y - 18), (x, y + 18), width=3.2)
    wire(pen, (x, y - 8), (x + 28, y - 28))
    pen.arrow((x, y + 8), (x + 28, y + 28), width=1.8, head=10)


def _opamp(pen: Pen) -> None:
    pen.shape((230, 105), (230, 205), (330, 155), filled=False, width=2.4)
    pen.line((239, 130), (251, 130), width=2.0)
    pen.line((239, 180), (251, 180), width=2.0)
    pen.line((245, 174), (245, 186), width=2.0)
    wire(pen, (330, 155), (410, 155))
    pen.ring((413, 155), radius=4)
    pen.text((436, 155), "uo", size=17)


def _feedback(pen: Pen, x: float) -> None:
    wire(pen, (x, 130), (x, 60), (256, 60))
    resistor(pen, along(280, 60))
    wire(pen, (304, 60), (370, 60), (370, 155))
    pen.dot((x, 130), (370, 155))
    pen.text((280, 36), "Rf", size=16)
