"""Figures of contactor control: ladders of push buttons and coils, drawn with horizontal rungs."""

from examserver.demo.drawing.pen import Pen
from examserver.demo.drawing.symbols import along, break_, coil, fuse, make, overload, push, wire


def self_hold(pen: Pen) -> None:
    """A start-stop ladder with a sealing contact beside SB2."""
    _rails(pen, 40, 440, 110, 110)
    _chain(pen, 110, 40, 440, (95, 175, 265, 370))
    overload(pen, along(95, 110))
    push(pen, along(175, 110), closed=True)
    push(pen, along(265, 110))
    coil(pen, along(370, 110))
    _names(pen, 110, (95, "FR"), (175, "SB1"), (265, "SB2"), (370, "KM1"))
    _seal(pen, 265, 110, 185, "KM1")


def two_place(pen: Pen) -> None:
    """One motor started and stopped from two places."""
    _rails(pen, 30, 450, 95, 95)
    _chain(pen, 95, 30, 450, (75, 145, 215, 305, 400))
    overload(pen, along(75, 95))
    push(pen, along(145, 95), closed=True)
    push(pen, along(215, 95), closed=True)
    push(pen, along(305, 95))
    coil(pen, along(400, 95))
    _names(pen, 95, (75, "FR"), (145, "SB1"), (215, "SB2"), (305, "SB3"), (400, "KM1"))
    _parallel(pen, 305, 95, 165)
    push(pen, along(305, 165))
    pen.text((305, 143), "SB4", size=14)
    _parallel(pen, 305, 165, 235)
    make(pen, along(305, 235))
    pen.text((305, 215), "KM1", size=14)


def sequence_control(pen: Pen) -> None:
    """Two rungs of which the second asks for KM1."""
    _rails(pen, 25, 455, 80, 205)
    _chain(pen, 80, 25, 455, (60, 115, 170, 245, 390))
    overload(pen, along(60, 80))
    overload(pen, along(115, 80))
    push(pen, along(170, 80), closed=True)
    push(pen, along(245, 80))
    coil(pen, along(390, 80))
    _names(pen, 80, (60, "FR1"), (115, "FR2"), (170, "SB1"), (245, "SB2"), (390, "KM1"))
    _seal(pen, 245, 80, 142, "KM1")
    wire(pen, (202, 142), (202, 205), (225, 205))
    pen.dot((202, 142))
    _chain(pen, 205, 225, 455, (245, 325, 390))
    push(pen, along(245, 205))
    make(pen, along(325, 205))
    coil(pen, along(390, 205))
    _names(pen, 205, (245, "SB3"), (325, "KM1"), (390, "KM2"))
    _seal(pen, 245, 205, 267, "KM2")
    pen.dot((202, 205), (455, 80))


def reversing_control(pen: Pen) -> None:
    """Forward and reverse rungs, interlocked by buttons and by contacts."""
    _rails(pen, 20, 460, 75, 200)
    _chain(pen, 75, 20, 460, (52, 107, 185, 260, 325, 400))
    overload(pen, along(52, 75))
    push(pen, along(107, 75), closed=True)
    _names(pen, 75, (52, "FR"), (107, "SB1"))
    wire(pen, (145, 137), (145, 200), (165, 200))
    _chain(pen, 200, 165, 460, (185, 260, 325, 400))
    for y, start, stop, other, own in ((75, "SB2", "SB3", "KM2", "KM1"), (200, "SB3", "SB2", "KM1", "KM2")):
        push(pen, along(185, y))
        push(pen, along(260, y), closed=True)
        break_(pen, along(325, y))
        coil(pen, along(400, y))
        _names(pen, y, (185, start), (260, stop), (325, other), (400, own))
        _seal(pen, 185, y, y + 62, own, half=40)
    pen.dot((145, 137), (460, 75))


def fault_trace(pen: Pen) -> None:
    """A start-stop rung with numbered points, for tracing an open circuit by voltage."""
    y = 130
    _chain(pen, y, 25, 455, (58, 122, 197, 272, 372))
    fuse(pen, along(58, y))
    overload(pen, along(122, y))
    push(pen, along(197, y), closed=True)
    push(pen, along(272, y))
    coil(pen, along(372, y))
    _names(pen, y, (58, "FU"), (122, "FR"), (197, "SB1"), (272, "SB2"), (372, "KM1"))
    _seal(pen, 272, y, 205, "KM1")
    pen.ring((25, y), (455, y))
    pen.text((25, y - 18), "L")
    pen.text((455, y - 18), "N")
    for x, number in ((90, "1"), (160, "2"), (229, "3"), (315, "4"), (418, "0")):
        pen.dot((x, y))
        pen.text((x, y - 16), number, size=15)
    pen.text((240, 265), "AC 220 V", size=16)


def symbols_row(pen: Pen) -> None:
    """Four symbols side by side, numbered."""
    for index, draw in enumerate((make, coil, break_, fuse)):
        x = 75 + 110 * index
        pen.text((x, 250), str(index + 1), size=20)
        wire(pen, (x, 60), (x, 104))
        wire(pen, (x, 168), (x, 212))
        draw(pen, along(x, 136, down=True, scale=1.6))


def timer_contact(pen: Pen) -> None:
    """One make contact whose cup faces its closing movement."""
    x, y = 245, 145
    wire(pen, (x, 40), (x, y - 44))
    wire(pen, (x, y + 44), (x, 250))
    make(pen, along(x, y, down=True, scale=2.2))
    pen.line((x - 10, y - 5), (x - 54, y - 5), width=2.0)
    pen.line((x - 14, y + 5), (x - 54, y + 5), width=2.0)
    pen.arc((x - 34, y), 24, 115, 245, width=2.4)
    pen.text((x + 44, y), "KT", size=22)


def _rails(pen: Pen, left: float, right: float, first: float, last: float) -> None:
    for x, name, end in ((left, "L1", first), (right, "L2", last)):
        wire(pen, (x, 22), (x, end))
        pen.ring((x, 22))
        pen.text((x + (16 if x == left else -16), 20), name, size=14)


def _chain(pen: Pen, y: float, left: float, right: float, places: tuple[float, ...]) -> None:
    x = left
    for place in places:
        wire(pen, (x, y), (place - 20, y))
        x = place + 20
    wire(pen, (x, y), (right, y))


def _names(pen: Pen, y: float, *names: tuple[float, str]) -> None:
    for x, name in names:
        pen.text((x, y - 27), name, size=14)


def _parallel(pen: Pen, x: float, y: float, below: float, half: float = 43) -> None:
    wire(pen, (x - half, y), (x - half, below), (x - 20, below))
    wire(pen, (x + half, y), (x + half, below), (x + 20, below))
    pen.dot((x - half, y), (x + half, y))


def _seal(pen: Pen, x: float, y: float, below: float, name: str, half: float = 43) -> None:
    _parallel(pen, x, y, below, half)
    make(pen, along(x, below))
    pen.text((x, below - 15), name, size=14)
