"""Decides whether a custodian's submission releases a paper: window, distinct persons, distinct devices, threshold.

Source of the rule: domain C.6 (two key-holders, both present, never early) and scenario E4. Every submission, refused
or not, is recorded by the hall together with the verdict made here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What a submission did."""

    WAITING = "waiting"
    RELEASED = "released"
    REFUSED = "refused"


@dataclass(frozen=True)
class Window:
    """When a paper may be released, in ms; the closing instant is outside."""

    opens_ms: int
    closes_ms: int


@dataclass(frozen=True)
class Submission:
    """Who released, from which device, when the hall received it (hall clock, ms)."""

    custodian: str
    name: str
    device: str
    at_ms: int


@dataclass(frozen=True)
class Verdict:
    """The outcome with its reason for the person and for the record."""

    outcome: Outcome
    code: str
    message_zh: str
    message_en: str
    shares: int
    needed: int


def _refused(code: str, message_zh: str, message_en: str, shares: int, needed: int) -> Verdict:
    return Verdict(Outcome.REFUSED, code, message_zh, message_en, shares, needed)


def _objection(submission: Submission, accepted: Sequence[Submission], window: Window) -> tuple[str, str, str] | None:
    """Code and sentences of the first rule the submission breaks."""
    if submission.at_ms < window.opens_ms:
        return "release.too_early", "未到规定的开启时间", "the release window has not opened"
    if submission.at_ms >= window.closes_ms:
        return "release.too_late", "已过规定的开启时间", "the release window has closed"
    if not submission.device.strip():
        return "release.no_device", "没有注明开启所用的设备", "the release names no device"
    for one in accepted:
        if one.custodian == submission.custodian or one.name == submission.name:
            return "release.same_person", f"{one.name} 已经提交过,须由另一人开启", f"{one.name} has already released"
        if one.device.strip() == submission.device.strip():
            return (
                "release.same_device",
                f"与 {one.name} 使用了同一台设备,须在不同设备上开启",
                f"it came from the device {one.name} used; distinct devices are needed",
            )
    return None


def judge_submission(submission: Submission, accepted: Sequence[Submission], window: Window, threshold: int) -> Verdict:
    """Waiting, released or refused; `accepted` are the earlier submissions that were not refused."""
    objection = _objection(submission, accepted, window)
    if objection is not None:
        return _refused(*objection, len(accepted), threshold)
    shares = len(accepted) + 1
    if shares < threshold:
        return Verdict(
            Outcome.WAITING,
            "release.waiting",
            f"已收到 {shares} 份,还需 {threshold - shares} 名保管人",
            f"{shares} share(s) present, {threshold - shares} more custodian(s) needed",
            shares,
            threshold,
        )
    return Verdict(Outcome.RELEASED, "release.released", "试卷已开启", "the paper is released", shares, threshold)
