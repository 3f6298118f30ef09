"""Counters and histograms in the Prometheus text form, and log lines as JSON."""

import json
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
Labels = tuple[tuple[str, str], ...]


class Metrics:
    """All figures of one process; safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, Labels], float] = defaultdict(float)
        self._histograms: dict[tuple[str, Labels], list[float]] = {}

    def count(self, name: str, amount: float = 1, **labels: str) -> None:
        """Add to a counter."""
        with self._lock:
            self._counts[name, tuple(sorted(labels.items()))] += amount

    def observe(self, name: str, seconds: float, **labels: str) -> None:
        """Add one duration to a histogram: bucket counts, then sum, then count."""
        with self._lock:
            row = self._histograms.setdefault((name, tuple(sorted(labels.items()))), [0.0] * (len(BUCKETS) + 2))
            for index, bound in enumerate(BUCKETS):
                if seconds <= bound:
                    row[index] += 1
            row[-2] += seconds
            row[-1] += 1

    @contextmanager
    def timed(self, name: str, **labels: str) -> Iterator[None]:
        """Observe how long the block takes."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.observe(name, time.perf_counter() - start, **labels)

    def render(self) -> str:
        """The Prometheus text exposition."""
        with self._lock:
            lines = [f"{name}{_braces(labels)} {value:g}" for (name, labels), value in sorted(self._counts.items())]
            for (name, labels), row in sorted(self._histograms.items()):
                lines += _histogram_lines(name, labels, row)
        return "\n".join(lines) + "\n"


def _histogram_lines(name: str, labels: Labels, row: list[float]) -> list[str]:
    bounds = [*(f"{bound:g}" for bound in BUCKETS), "+Inf"]
    values = [*row[: len(BUCKETS)], row[-1]]
    buckets = [
        f"{name}_bucket{_braces((*labels, ('le', bound)))} {value:g}"
        for bound, value in zip(bounds, values, strict=True)
    ]
    return [*buckets, f"{name}_sum{_braces(labels)} {row[-2]:g}", f"{name}_count{_braces(labels)} {row[-1]:g}"]


def _braces(labels: Labels) -> str:
    return "{" + ",".join(f'{key}="{value}"' for key, value in labels) + "}" if labels else ""


METRICS = Metrics()


class JsonLines(logging.Formatter):
    """One JSON object per log record."""

    def format(self, record: logging.LogRecord) -> str:
        """Level, logger, text, and the fields given under `extra={"facts": …}`."""
        line = {
            "at": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "text": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def log_to_stderr(level: int = logging.INFO) -> None:
    """Send all log records to standard error as JSON lines."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("geventwebsocket.handler").setLevel(logging.WARNING)  # one line per request slows the loop
    logging.getLogger("fontTools").setLevel(logging.WARNING)  # every table of every cut font
