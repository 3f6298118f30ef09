"""Figures of machines and installations: nameplate, terminal boards, transformer, lamp, earthing, drives."""

from examserver.demo.drawing.pen import Pen
from examserver.demo.drawing.symbols import along, alternator, earth, lamp, motor, resistor, winding, wire


def motor_nameplate(pen: Pen) -> None:
    """The rating plate of a 5.5 kW motor, connection shown as a triangle."""
    pen.box(40, 40, 440, 260, width=3)
    pen.box(48, 48, 432, 252, width=1.2)
    pen.text((240, 70), "3-PHASE INDUCTION MOTOR", size=17)
    rows = (
        (("TYPE", "Y132S-4"), ("POWER", "5.5 kW")),
        (("VOLT", "380 V"), ("CURRENT", "11.6 A")),
        (("SPEED", "1440 r/min"), ("FREQ", "50 Hz")),
        (("CONN", ""), ("DUTY", "S1")),
    )
    for index, pair in enumerate(rows):
        y = 112 + 36 * index
        pen.line((60, y - 18), (420, y - 18), width=1)
        for x, (name, value) in zip((66, 248), pair, strict=True):
            pen.text((x, y), name, size=13, anchor="lm")
            pen.text((x + 76, y), value, size=16, anchor="lm")
    pen.shape((151, 211), (160, 228), (142, 228), filled=False, width=2)
    pen.ring((58, 58), (422, 58), (58, 242), (422, 242), radius=4)


def terminal_boxes(pen: Pen) -> None:
    """Two terminal boards of six studs: linked in a row, and linked in columns."""
    for left, in_row in ((45.0, True), (265.0, False)):
        pen.box(left, 60, left + 170, 215, width=2.4)
        xs = (left + 35, left + 85, left + 135)
        if in_row:
            pen.line((xs[0], 105), (xs[2], 105), width=7)
        for x, upper, lower, phase in zip(xs, ("W2", "U2", "V2"), ("U1", "V1", "W1"), ("L1", "L2", "L3"), strict=True):
            if not in_row:
                pen.line((x, 105), (x, 170), width=7)
            wire(pen, (x, 170), (x, 250))
            pen.circle((x, 105), 8)
            pen.circle((x, 170), 8)
            pen.text((x, 82), upper, size=14)
            pen.text((x + 21, 190), lower, size=14)
            pen.text((x, 264), phase, size=14)


def transformer(pen: Pen) -> None:
    """A two-winding transformer with turns and voltages named."""
    winding(pen, along(205, 150, down=True), loops=6, radius=11, side=-1)
    winding(pen, along(275, 150, down=True), loops=6, radius=11, side=1)
    pen.line((236, 78), (236, 222), width=3)
    pen.line((244, 78), (244, 222), width=3)
    for x, end in ((205, 90), (275, 390)):
        wire(pen, (x, 84), (x, 66), (end, 66))
        wire(pen, (x, 216), (x, 234), (end, 234))
        pen.ring((end, 66), (end, 234))
    pen.text((90, 150), "U1", size=19)
    pen.text((178, 150), "N1", size=19)
    pen.text((302, 150), "N2", size=19)
    pen.text((390, 150), "U2", size=19)
    for x in (90, 390):
        pen.arrow((x, 130), (x, 80), width=1.5)
        pen.arrow((x, 170), (x, 220), width=1.5)


def two_way_lamp(pen: Pen) -> None:
    """A stair lamp with two change-over switches, both on the upper traveller."""
    wire(pen, (40, 120), (110, 120))
    for left, right in ((110, 150), (330, 290)):
        pen.ring((left, 120), (right, 96), (right, 144))
        start, end = (left, 118), (right + (3 if right < left else -3), 96)
        pen.line(start, end, width=2.4)
    wire(pen, (153, 96), (287, 96))
    wire(pen, (153, 144), (287, 144))
    wire(pen, (333, 120), (400, 120), (400, 165))
    lamp(pen, along(400, 185, down=True))
    wire(pen, (400, 205), (400, 250), (40, 250))
    pen.ring((40, 120), (40, 250))
    pen.text((22, 120), "L", size=18)
    pen.text((22, 250), "N", size=18)
    pen.text((122, 78), "S1", size=17)
    pen.text((318, 78), "S2", size=17)
    pen.text((432, 185), "EL", size=17)


def tn_s_system(pen: Pen) -> None:
    """Source and load of a system whose neutral and protective wires part at the source."""
    for y, name in ((50, "L1"), (75, "L2"), (100, "L3"), (125, "N"), (150, "PE")):
        wire(pen, (105, y), (430, y))
        pen.text((452, y), name, size=15)
    for y in (50, 75, 100):
        winding(pen, along(85, y), loops=3, radius=6.5, side=-1)
        wire(pen, (65, y), (55, y))
    wire(pen, (55, 50), (55, 200))
    wire(pen, (55, 125), (105, 125))
    wire(pen, (105, 150), (55, 150))
    pen.dot((55, 75), (55, 100), (55, 125), (55, 150))
    earth(pen, 55, 200)
    for left, taps in ((190.0, (50, 75, 100)), (320.0, (100, 125))):
        pen.box(left - 10, 195, left + 75, 250, width=2)
        for index, y in enumerate(taps):
            wire(pen, (left + 5 + 18 * index, y), (left + 5 + 18 * index, 195))
            pen.dot((left + 5 + 18 * index, y))
        wire(pen, (left + 64, 150), (left + 64, 195))
        pen.dot((left + 64, 150), (left + 64, 195))
    motor(pen, 223, 223, 20)
    lamp(pen, along(352, 223), radius=12)


def vfd_terminals(pen: Pen) -> None:
    """The power terminals of a frequency converter with its motor."""
    pen.box(140, 85, 340, 205, width=2.4)
    pen.text((240, 145), "VFD", size=26)
    for x, name, phase in ((170, "R", "L1"), (200, "S", "L2"), (230, "T", "L3")):
        wire(pen, (x, 40), (x, 82))
        pen.ring((x, 85), (x, 37))
        pen.text((x, 103), name, size=15)
        pen.text((x, 20), phase, size=13)
    for x, name in ((280, "P+"), (318, "PB")):
        pen.ring((x, 85))
        pen.text((x, 103), name, size=15)
    for x, name in ((170, "U"), (200, "V"), (230, "W")):
        pen.ring((x, 205))
        pen.text((x, 187), name, size=15)
        wire(pen, (x, 208), (x, 232 if x == 200 else 245))
    wire(pen, (170, 245), (185, 252))
    wire(pen, (230, 245), (215, 252))
    motor(pen, 200, 262, 25)
    pen.ring((310, 205))
    pen.text((310, 187), "PE", size=15)
    wire(pen, (310, 208), (310, 235))
    earth(pen, 310, 235)
    resistor(pen, along(420, 60))
    pen.text((420, 38), "RB", size=15)


def meter_positions(pen: Pen) -> None:
    """A load with one unknown instrument in series and one across it."""
    wire(pen, (80, 70), (180, 70))
    wire(pen, (220, 70), (370, 70), (370, 130))
    pen.circle((200, 70), 20)
    pen.text((200, 70), "1", size=20)
    alternator(pen, along(80, 150, down=True))
    wire(pen, (80, 70), (80, 130))
    wire(pen, (80, 170), (80, 230), (370, 230), (370, 174))
    resistor(pen, along(370, 152, down=True))
    pen.text((398, 152), "R", size=18)
    wire(pen, (285, 70), (285, 132))
    wire(pen, (285, 172), (285, 230))
    pen.circle((285, 152), 20)
    pen.text((285, 152), "2", size=20)
    pen.dot((285, 70), (285, 230))
    pen.text((48, 150), "U", size=18)
