"""The list of slices: importing it loads every table, endpoint, socket event and job of the product."""

import importlib
import importlib.util

SLICES = (
    "itembank.items",
    "itembank.specs",
    "itembank.exchange",
    "itembank.review",
    "itembank.assembly",
    "itembank.papers",
    "proctor.capture",
    "proctor.segments",
    "proctor.playback",
    "examserver.institutions",
    "examserver.planning",
    "examserver.hall",
    "examserver.responses",
    "examserver.grading",
    "examserver.certification",
    "examserver.transparency",
)
SHELLS = ("tables", "actions", "api", "sockets", "jobs")


def _load(name: str) -> None:
    if importlib.util.find_spec(name) is not None:
        importlib.import_module(name)


def load_tables() -> None:
    """Register every table in its role's metadata."""
    importlib.import_module("examserver.plumbing.shared_tables")
    for slice_name in SLICES:
        if importlib.util.find_spec(slice_name) is not None:
            _load(f"{slice_name}.tables")


def load_slices() -> None:
    """Register everything: tables, endpoints, socket events, jobs."""
    importlib.import_module("examserver.plumbing.shared_api")
    for slice_name in SLICES:
        if importlib.util.find_spec(slice_name) is not None:
            for shell in SHELLS:
                _load(f"{slice_name}.{shell}")
