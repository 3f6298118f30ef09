"""Figures of main circuits: three phases from the supply down to motors."""

from examserver.demo.drawing.pen import Pen
from examserver.demo.drawing.symbols import along, diode, fuse, make, motor, resistor, winding, wire

Poles = tuple[float, float, float]


def reversing_main(pen: Pen) -> None:
    """Two contactors of which KM2 exchanges the outer phases."""
    poles = (130.0, 160.0, 190.0)
    second = (290.0, 320.0, 350.0)
    _supply(pen, poles, 24)
    _three(pen, poles, 48, "QF")
    _three(pen, poles, 88, "FU")
    _three(pen, poles, 145, "KM1")
    for x, to, y in zip(poles, second, (110, 116, 122), strict=True):
        wire(pen, (x, 108), (x, 125))
        wire(pen, (x, y), (to, y), (to, 125))
        pen.dot((x, y))
    _three(pen, second, 145, "KM2", right=True)
    for x, to, y in zip(second, reversed(poles), (190, 181, 172), strict=True):
        wire(pen, (x, 165), (x, y), (to, y))
        pen.dot((to, y))
    for x in poles:
        wire(pen, (x, 165), (x, 200))
    _overload(pen, poles, 215)
    _into_motor(pen, poles, 230, 268)


def star_delta_main(pen: Pen) -> None:
    """Line contactor KM1, delta contactor KM2, star contactor KM3 round a motor with six ends."""
    poles = (90.0, 120.0, 150.0)
    delta, star = (235.0, 265.0, 295.0), (360.0, 390.0, 420.0)
    _supply(pen, poles, 18)
    _three(pen, poles, 40, "QF")
    _three(pen, poles, 78, "FU")
    _three(pen, poles, 116, "KM1")
    _overload(pen, poles, 147)
    for x, to, y in zip(poles, delta, (166, 173, 180), strict=True):
        wire(pen, (x, 162), (x, 190 if x == poles[1] else 208))
        wire(pen, (x, y), (to, y), (to, 192))
        pen.dot((x, y))
    motor(pen, 120, 226, 36)
    _three(pen, delta, 210, "KM2", right=True)
    _three(pen, star, 210, "KM3", right=True)
    wire(pen, (star[0], 190), (star[2], 190))
    pen.dot((star[1], 190))
    for x, start, y, to in zip(poles, (244, 262, 244), (290, 280, 270), star, strict=True):
        wire(pen, (x, start), (x, y), (to, y), (to, 230))
    for x, y in zip(delta, (270, 290, 280), strict=True):
        wire(pen, (x, 230), (x, y))
        pen.dot((x, y))
    for at, name in (
        ((76, 196), "U1"),
        ((106, 184), "V1"),
        ((166, 196), "W1"),
        ((76, 258), "U2"),
        ((106, 270), "V2"),
    ):
        pen.text(at, name, size=11)
    pen.text((166, 258), "W2", size=11)


def lathe_main(pen: Pen) -> None:
    """Spindle motor M1 behind KM; coolant pump M2 behind the same contactor and switch QS2."""
    poles, pump = (110.0, 140.0, 170.0), (290.0, 320.0, 350.0)
    _supply(pen, poles, 20)
    _three(pen, poles, 42, "QS1")
    _three(pen, poles, 82, "FU")
    _three(pen, poles, 122, "KM")
    for x, to, y in zip(poles, pump, (150, 157, 164), strict=True):
        wire(pen, (x, 142), (x, 175))
        wire(pen, (x, y), (to, y), (to, 168))
        pen.dot((x, y))
    _overload(pen, poles, 190, "FR1")
    _into_motor(pen, poles, 205, 258, "M1")
    _three(pen, pump, 188, "QS2", right=True)
    _overload(pen, pump, 222, "FR2", right=True)
    _into_motor(pen, pump, 237, 269, "M2")


def dynamic_braking(pen: Pen) -> None:
    """KM1 feeds the motor; KM2 sends rectified current through two of its phases."""
    poles = (90.0, 120.0, 150.0)
    _supply(pen, poles, 20)
    _three(pen, poles, 42, "QF")
    _three(pen, poles, 82, "FU")
    _three(pen, poles, 122, "KM1")
    _overload(pen, poles, 157)
    _into_motor(pen, poles, 172, 262)
    _direct_current(pen, 320, 90)
    for x, y, to in ((225.0, 200, 120), (255.0, 212, 150)):
        make(pen, along(x, 165, down=True), main=True)
        wire(pen, (x, 185), (x, y), (to, y))
        pen.dot((to, y))
    pen.dashes((220, 165), (250, 165), width=1.3, dash=3)
    pen.text((270, 165), "KM2", size=14, anchor="lm")
    wire(pen, (225, 145), (225, 40), (320, 40), (320, 62))
    wire(pen, (255, 145), (255, 132), (264, 132))
    resistor(pen, along(286, 132))
    wire(pen, (310, 132), (320, 132), (320, 118))
    pen.text((286, 114), "RP", size=13)


def _direct_current(pen: Pen, x: float, y: float) -> None:
    pen.shape((x, y - 28), (x + 28, y), (x, y + 28), (x - 28, y), filled=False)
    diode(pen, lambda u, v: (x + 0.62 * v, y - 0.62 * u))
    pen.text((x - 26, y - 22), "VC", size=13)
    pen.text((x + 13, y - 36), "+", size=15)
    pen.line((x + 9, y + 36), (x + 17, y + 36), width=1.8)
    wire(pen, (x + 28, y), (390, y), (390, 74))
    wire(pen, (x - 28, y), (x - 42, y), (x - 42, 22), (390, 22), (390, 42))
    winding(pen, along(390, 58, down=True), side=-1, loops=2, radius=8)
    pen.line((410, 38), (410, 78), width=2.4)
    winding(pen, along(430, 58, down=True), side=1, loops=2, radius=8)
    for end, terminal in ((42, 24), (74, 92)):
        wire(pen, (430, end), (430, terminal))
        pen.ring((430, terminal))
    pen.text((455, 58), "TC", size=14)
    pen.text((430, 110), "AC 380 V", size=13)


def _supply(pen: Pen, poles: Poles, y: float) -> None:
    for x, name in zip(poles, ("L1", "L2", "L3"), strict=True):
        pen.ring((x, y))
        pen.text((x, y - 10), name, size=11)


def _three(pen: Pen, poles: Poles, y: float, name: str, right: bool = False) -> None:
    for x in poles:
        if name.startswith("FU"):
            fuse(pen, along(x, y, down=True))
        else:
            make(pen, along(x, y, down=True), main=name.startswith("KM"))
    if not name.startswith("FU"):
        pen.dashes((poles[0] - 5, y), (poles[2] - 5, y), width=1.3, dash=3)
    _label(pen, poles, y, name, right)


def _overload(pen: Pen, poles: Poles, y: float, name: str = "FR", right: bool = False) -> None:
    pen.box(poles[0] - 16, y - 13, poles[2] + 10, y + 13, width=1.6)
    for x in poles:
        wire(pen, (x, y - 15), (x, y - 7), (x - 7, y - 7), (x - 7, y + 7), (x, y + 7), (x, y + 15))
    _label(pen, poles, y, name, right)


def _label(pen: Pen, poles: Poles, y: float, name: str, right: bool) -> None:
    if right:
        pen.text((poles[2] + 16, y), name, size=14, anchor="lm")
    else:
        pen.text((poles[0] - 24, y), name, size=14, anchor="rm")


def _into_motor(pen: Pen, poles: Poles, top: float, y: float, name: str = "M") -> None:
    for x in poles:
        wire(pen, (x, top), (x, y - 22 if x == poles[1] else y - 12))
    for x in (poles[0], poles[2]):
        wire(pen, (x, y - 12), (poles[1], y - 4))
    motor(pen, poles[1], y, 24, name)
