"""`exam capture`: one camera of the hall in a process of its own."""

import logging
import signal
import threading
from pathlib import Path

import click

from examserver.kernel.clock import SystemClock
from examserver.kernel.errors import Invalid
from examserver.plumbing.telemetry import log_to_stderr

logger = logging.getLogger("exam.capture")


class BadCaptureOption(Invalid):
    """An option makes no sense."""

    code = "capture.bad_option"
    message_zh = "参数有误：{reason_zh}"
    message_en = "An option is wrong: {reason_en}"
    next_zh = "请运行 exam capture --help 查看说明"
    next_en = "See exam capture --help"


@click.command()
@click.option("--url", required=True, help="Address of the hall, https://…")
@click.option(
    "--ca", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The hall's CA."
)
@click.option(
    "--token-file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Holds the device token; read anew when the hall refuses it.",
)
@click.option("--camera", required=True, help="Name the token was made for, such as hall-1.")
@click.option("--source", required=True, help="A camera's number or a video file.")
@click.option("--spool", type=click.Path(file_okay=False, path_type=Path), help="Folder for segments not sent yet.")
@click.option("--spool-mb", type=click.IntRange(1), default=2048, show_default=True, help="Bound of that folder.")
@click.option("--segment-s", type=click.FloatRange(0.5, 60), default=10, show_default=True)
@click.option("--thumbnail-s", type=click.FloatRange(1, 600), default=4, show_default=True)
@click.option("--fps", type=click.IntRange(1, 30), default=10, show_default=True)
@click.option("--width", type=click.IntRange(64, 1920), default=640, show_default=True, help="Wider pictures shrink.")
@click.option("--drain-s", type=click.FloatRange(0), default=10, show_default=True, help="Time to send the rest.")
@click.option("--loop", is_flag=True, help="Play a file again and again.")
def capture(
    url: str,
    ca: Path,
    token_file: Path,
    camera: str,
    source: str,
    spool: Path | None,
    spool_mb: int,
    segment_s: float,
    thumbnail_s: float,
    fps: int,
    width: int,
    drain_s: float,
    loop: bool,
) -> None:
    """Record one hall camera: cut, keep on disk, send; SIGTERM ends it well."""
    from proctor.capture.device import Plan, record
    from proctor.capture.sending.device import Hall, Sender
    from proctor.capture.store import Spool

    if not url.startswith("https://"):
        raise BadCaptureOption(reason_zh="地址须以 https:// 开头", reason_en="the address must begin with https://")
    log_to_stderr()
    logging.getLogger("httpx").setLevel(logging.WARNING)  # one line per request says nothing new
    folder = spool or token_file.parent / f"spool-{camera}"
    kept, clock, stop = Spool(folder, spool_mb * 1024 * 1024), SystemClock(), threading.Event()
    sender = Sender(Hall(url, ca, token_file, camera), kept, clock)
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: stop.set())
    sender.start()
    try:
        plan = Plan(source, fps, segment_s, thumbnail_s, width, loop)
        record(plan, kept, sender, clock, stop)
    finally:
        sender.end(drain_s)
        kept.close()
    facts = {"sent": sender.sent, "refused": sender.refused, "dropped": kept.dropped, "waiting": len(kept.waiting())}
    logger.info("capture ended", extra={"facts": facts})
