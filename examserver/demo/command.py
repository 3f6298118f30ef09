"""The command `exam demo`: a whole exam on embedded defaults, then a served installation to look around in."""

import json
import shutil
import signal
import tempfile
import time
from pathlib import Path
from types import FrameType

import click

from examserver.demo.client import Refusal, StepFailed
from examserver.demo.narrator import Narrator
from examserver.demo.scene import Scene, Wish
from examserver.demo.stage import free_port
from examserver.plumbing.settings import Settings


@click.command()
@click.option("--exit", "unattended", is_flag=True, help="Run unattended at accelerated time and end.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object at the end; progress goes to stderr.")
@click.option("--candidates", type=click.IntRange(2, 3000), default=30, show_default=True)
@click.option("--minutes", type=click.FloatRange(0.5, 240), help="Length of the sitting (default 1.5: accelerated).")
@click.option("--data", type=click.Path(path_type=Path), help="Data directory (default: a temporary one).")
@click.option("--seed", default="2026", show_default=True, help="Same seed, same forms, seats and scores.")
@click.pass_context
def demo(
    context: click.Context,
    /,
    unattended: bool,
    as_json: bool,
    candidates: int,
    minutes: float | None,
    data: Path | None,
    seed: str,
) -> None:
    """Run a whole exam from item to verified certificate."""
    from examserver.demo.play import open_stage
    from examserver.demo.stay import stay_open

    settings: Settings = context.obj
    if data is None and context.parent is not None:
        data = context.parent.params.get("data")
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, _leave)
    start = time.monotonic()
    if data is not None and data.exists() and any(data.iterdir()):
        raise click.UsageError(f"{data} is not empty: the demo makes a fresh installation; name a new folder")
    folder = data or Path(tempfile.mkdtemp(prefix="exam-demo-"))
    narrator = Narrator()
    wish = Wish(candidates, minutes or 1.5, seed, unattended)
    scene: Scene = open_stage(settings, folder, free_port(0 if unattended else settings.port), narrator, wish)
    try:
        _played(scene)
        scene.figures["candidates"] = candidates
        scene.figures["seconds"] = round(time.monotonic() - start)
        if as_json:
            click.echo(json.dumps(scene.figures, ensure_ascii=False))
        if not unattended:
            stay_open(scene)
    finally:
        scene.stage.stop()
        if data is None and unattended:
            shutil.rmtree(folder, ignore_errors=True)


def _leave(number: int, _frame: FrameType | None) -> None:
    """Leave through the usual door, so that every process that was started is ended too."""
    raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(128 + number)


def _played(scene: Scene) -> None:
    """The exam; a refusal nobody expected is told as the step's failure."""
    from examserver.demo.play import play

    try:
        play(scene)
    except Refusal as refusal:
        raise StepFailed(what=str(refusal)) from refusal
