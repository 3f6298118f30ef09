"""The list of slices: what is loaded for which role."""

import importlib
import importlib.util
from collections.abc import Collection

from examserver.plumbing.settings import ROLES

SLICES = {
    "itembank.items": "bank",
    "itembank.specs": "bank",
    "itembank.exchange": "bank",
    "itembank.exchange.layouts": "bank",
    "itembank.exchange.export": "bank",
    "itembank.exchange.template": "bank",
    "itembank.quality": "bank",
    "itembank.review": "bank",
    "itembank.units": "bank",
    "itembank.programmes": "bank",
    "itembank.assignments": "bank",
    "itembank.allocation": "bank",
    "itembank.assembly": "bank",
    "itembank.assembly.runs": "bank",
    "itembank.assembly.swaps": "bank",
    "itembank.papers": "bank",
    "itembank.psychometrics": "bank",
    "itembank.remarks": "bank",
    "itembank.release": "bank",
    "proctor.capture": "hall",
    "proctor.segments": "hall",
    "proctor.playback": "hall",
    "examserver.responses": "hall",
    "examserver.hall": "hall",
    "examserver.institutions": "authority",
    "examserver.planning": "authority",
    "examserver.grading": "authority",
    "examserver.grading.marking": "authority",
    "examserver.grading.matrices": "authority",
    "examserver.certification": "authority",
    "examserver.transparency": "authority",
}
SHELLS = ("actions", "api", "sockets")


def _load(name: str) -> None:
    if importlib.util.find_spec(name) is not None:
        importlib.import_module(name)


def load_tables() -> None:
    """Register every table in its role's metadata."""
    importlib.import_module("examserver.plumbing.shared_tables")
    for slice_name in SLICES:
        _load(f"{slice_name}.tables")


def load_slices(roles: Collection[str] = ROLES) -> None:
    """Register tables, endpoints, socket events and jobs of these roles: a hall starts without the bank's solver."""
    importlib.import_module("examserver.plumbing.shared_api")
    for slice_name, role in SLICES.items():
        if role in roles:
            for shell in ("tables", *SHELLS):
                _load(f"{slice_name}.{shell}")
