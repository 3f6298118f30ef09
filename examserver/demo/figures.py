"""The figures of the demo bank, drawn when they are needed.

No binary is kept with the source: each figure is a short program, its bytes depend on nothing but Pillow, and
an item names its figure by file name.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from examserver.demo.drawing import automation, basics, control, electronics, machines, power
from examserver.demo.drawing.pen import Pen

_PROGRAMS = (
    basics.resistor_network, basics.node_currents, basics.sine_wave, basics.phase_shift,
    basics.impedance_triangle, basics.voltmeter_dial, basics.shunt_meter, basics.wheatstone_bridge,
    control.self_hold, control.two_place, control.sequence_control, control.reversing_control,
    control.fault_trace, control.symbols_row, control.timer_contact,
    power.reversing_main, power.star_delta_main, power.lathe_main, power.dynamic_braking,
    machines.motor_nameplate, machines.terminal_boxes, machines.transformer, machines.two_way_lamp,
    machines.tn_s_system, machines.vfd_terminals, machines.meter_positions,
    automation.npn_sensor, automation.encoder_pulses, automation.plc_selfhold, automation.plc_timer,
    automation.plc_setreset, automation.vf_curve, automation.softstart_ramp,
    electronics.half_wave_rectifier, electronics.bridge_rectifier, electronics.bridge_filter,
    electronics.zener_regulator, electronics.transistor_package, electronics.common_emitter,
    electronics.inverting_opamp, electronics.noninverting_opamp, electronics.thyristor_half_wave,
)  # fmt: skip


def _file_name(program: Callable[[Pen], None]) -> str:
    return program.__name__.replace("_", "-") + ".png"


#: Every figure by its file name.
FIGURES: Mapping[str, Callable[[Pen], None]] = MappingProxyType({_file_name(p): p for p in _PROGRAMS})


def draw_figure(name: str) -> bytes:
    """Draw one figure by file name, as PNG bytes of 480 by 300 pixels; the same bytes every time."""
    pen = Pen()
    FIGURES[name](pen)
    return pen.png()


def draw_figures(folder: Path) -> tuple[Path, ...]:
    """Draw every figure into a folder and give the files' paths, sorted by name."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = tuple(folder / name for name in sorted(FIGURES))
    for path in paths:
        path.write_bytes(draw_figure(path.name))
    return paths
