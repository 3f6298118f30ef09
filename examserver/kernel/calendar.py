"""Decides which calendar day and clock time an instant is in China, for dated rules and for what candidates read."""

from datetime import date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "UTC+8")


def local_time(at_ms: int) -> datetime:
    """Return the wall time in China of an instant in milliseconds."""
    return datetime.fromtimestamp(at_ms / 1000, CHINA)


def local_day(at_ms: int) -> date:
    """Return the calendar day in China of an instant in milliseconds."""
    return local_time(at_ms).date()


def day_text(day: date) -> str:
    """Return a day as 2026年11月22日."""
    return f"{day.year}年{day.month}月{day.day}日"


def period_text(starts_ms: int, duration_s: int) -> str:
    """Return 2026年11月22日 09:00-10:30 for the start and length of a sitting."""
    begins, ends = local_time(starts_ms), local_time(starts_ms + 1000 * duration_s)
    return f"{day_text(begins.date())} {begins:%H:%M}–{ends:%H:%M}"
