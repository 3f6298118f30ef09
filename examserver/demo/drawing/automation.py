"""Figures of automatic control: sensors, ladder programs, drive characteristics."""

from examserver.demo.drawing.pen import Pen
from examserver.demo.drawing.symbols import along, resistor, wire


def npn_sensor(pen: Pen) -> None:
    """A three-wire proximity switch and a load not yet wired."""
    pen.box(60, 75, 185, 225, width=2.4)
    pen.shape((122, 108), (148, 134), (122, 160), (96, 134), filled=False)
    pen.text((122, 192), "NPN  NO", size=16)
    for y, name, end in ((95, "BN", "+24 V"), (150, "BK", "OUT"), (205, "BU", "0 V")):
        wire(pen, (185, y), (330, y))
        pen.ring((333, y), radius=4)
        pen.text((230, y - 14), name, size=15)
        pen.text((348, y), end, size=16, anchor="lm")
    resistor(pen, along(258, 258))
    pen.text((305, 258), "RL", size=16)


def encoder_pulses(pen: Pen) -> None:
    """Two square waves; A rises a quarter period before B."""
    for y, name, shift in ((110, "A", 0), (210, "B", 22)):
        pen.text((42, y - 22), name, size=22)
        points = [(70.0, float(y))]
        for index in range(4):
            rise = 82 + shift + 88 * index
            points += [(rise, y), (rise, y - 50), (rise + 44, y - 50), (rise + 44, y)]
        pen.line(*points, (460, y), width=2.4)
    for x in (82, 104):
        pen.dashes((x, 40), (x, 235))
    pen.arrow((50, 250), (82, 250), width=1.5, head=7)
    pen.arrow((136, 250), (104, 250), width=1.5, head=7)
    pen.text((174, 252), "1/4 T", size=16)
    pen.arrow((380, 275), (455, 275), width=1.5)
    pen.text((366, 275), "t", size=17)


def plc_selfhold(pen: Pen) -> None:
    """X0 starts, X1 stops, Y0 holds itself."""
    _ladder_rails(pen, 60, 240)
    wire(pen, (60, 100), (425, 100))
    _ladder_contact(pen, 130, 100, "X0")
    _ladder_contact(pen, 250, 100, "X1", closed=True)
    _ladder_coil(pen, 365, 100, "Y0")
    wire(pen, (60, 175), (190, 175), (190, 100))
    _ladder_contact(pen, 130, 175, "Y0")
    pen.dot((190, 100))
    wire(pen, (60, 230), (425, 230))
    _instruction(pen, 365, 230, "END")


def plc_timer(pen: Pen) -> None:
    """X0 runs the timer T0, whose contact drives Y0."""
    _ladder_rails(pen, 50, 260)
    wire(pen, (60, 95), (425, 95))
    _ladder_contact(pen, 150, 95, "X0")
    _ladder_coil(pen, 350, 95, "T0  K50")
    wire(pen, (60, 175), (425, 175))
    _ladder_contact(pen, 150, 175, "T0")
    _ladder_coil(pen, 350, 175, "Y0")
    wire(pen, (60, 245), (425, 245))
    _instruction(pen, 350, 245, "END")
    pen.text((240, 24), "T0: 100 ms", size=15)


def plc_setreset(pen: Pen) -> None:
    """X0 sets Y0 in the first rung, X1 resets it in the second."""
    _ladder_rails(pen, 50, 250)
    for y, contact, instruction in ((90, "X0", "SET  Y0"), (160, "X1", "RST  Y0")):
        wire(pen, (60, y), (425, y))
        _ladder_contact(pen, 150, y, contact)
        _instruction(pen, 345, y, instruction)
    wire(pen, (60, 225), (425, 225))
    _instruction(pen, 345, 225, "END")


def vf_curve(pen: Pen) -> None:
    """Output voltage against frequency: straight to 380 V at 50 Hz, then flat."""
    _axes(pen, "U/V", "f/Hz")
    pen.line((80, 245), (280, 85), (420, 85), width=2.8)
    pen.dashes((80, 85), (280, 85))
    pen.dashes((280, 85), (280, 245))
    pen.dashes((180, 165), (180, 245))
    pen.text((72, 85), "380", size=16, anchor="rm")
    pen.text((180, 261), "25", size=16)
    pen.text((280, 261), "50", size=16)
    pen.text((70, 258), "0", size=16)


def softstart_ramp(pen: Pen) -> None:
    """Output voltage against time: a step to Us, a ramp of t1, then full voltage."""
    _axes(pen, "U", "t")
    pen.line((80, 245), (80, 185), (250, 80), (420, 80), width=2.8)
    pen.dashes((80, 80), (250, 80))
    pen.dashes((250, 80), (250, 270))
    pen.arrow((165, 262), (82, 262), width=1.5, head=8)
    pen.arrow((165, 262), (248, 262), width=1.5, head=8)
    pen.erase(150, 252, 182, 272)
    pen.text((166, 262), "t1", size=17)
    pen.text((70, 80), "UN", size=16, anchor="rm")
    pen.text((70, 185), "Us", size=16, anchor="rm")


def _ladder_rails(pen: Pen, top: float, bottom: float) -> None:
    pen.line((60, top), (60, bottom), width=2.4)
    pen.line((425, top), (425, bottom), width=2.4)


def _ladder_contact(pen: Pen, x: float, y: float, name: str, closed: bool = False) -> None:
    _blank(pen, x, y, 8)
    pen.line((x - 8, y - 15), (x - 8, y + 15), width=2.4)
    pen.line((x + 8, y - 15), (x + 8, y + 15), width=2.4)
    if closed:
        pen.line((x - 11, y + 15), (x + 11, y - 15), width=2.0)
    pen.text((x, y - 28), name, size=17)


def _ladder_coil(pen: Pen, x: float, y: float, name: str) -> None:
    _blank(pen, x, y, 16)
    pen.arc((x, y), 16, 125, 235, width=2.4)
    pen.arc((x, y), 16, -55, 55, width=2.4)
    pen.text((x, y - 30), name, size=17)


def _blank(pen: Pen, x: float, y: float, half: float) -> None:
    pen.erase(x - half, y - 4, x + half, y + 4)


def _instruction(pen: Pen, x: float, y: float, words: str) -> None:
    pen.box(x - 44, y - 16, x + 44, y + 16, width=1.8)
    pen.text((x, y), words, size=17)


def _axes(pen: Pen, up: str, along_: str) -> None:
    pen.arrow((80, 245), (80, 35), width=1.6)
    pen.arrow((80, 245), (450, 245), width=1.6)
    pen.text((92, 40), up, size=17, anchor="lm")
    pen.text((450, 228), along_, size=17, anchor="rm")
