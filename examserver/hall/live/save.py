"""Decides a save from a seat, whichever carrier brought it: whose session, how fast, in which phase.

The hot path: no transaction is opened here; lease, session and clock are checked in memory against what the rows said
at their last change, and the answer waits for the group commit.
"""

from examserver.hall.live.contact import Contact
from examserver.hall.live.store import HallLive
from examserver.hall.sessions.actions import load_seated
from examserver.kernel.access import Actor
from examserver.kernel.errors import ExamError, Unavailable
from examserver.plumbing.runtime import RoleRuntime
from examserver.responses.actions import save_responses
from examserver.responses.schemas import SaveAnswer, SaveRequest
from examserver.responses.values import weight

BURST = 400


class SlowDown(Unavailable):
    """More steps than a person can make; they stay in the workstation's queue."""

    code = "responses.slow_down"
    message_zh = "保存过于频繁，稍后自动重试"
    message_en = "Too many steps at once; they are sent again by themselves"
    next_zh = "请继续作答"
    next_en = "Keep working"


def take_allowance(contact: Contact, wanted: int, per_second: int, now_ms: int) -> bool:
    """Token bucket per workstation: refilled by the second, large enough for a queue that waited for the network."""
    since_ms = now_ms - contact.allowance_ms if contact.allowance_ms else 10**9
    contact.allowance = min(float(BURST), contact.allowance + since_ms * per_second / 1000)
    contact.allowance_ms = now_ms
    if contact.allowance < wanted:
        return False
    contact.allowance -= wanted
    return True


def save_from_seat(runtime: RoleRuntime, actor: Actor, body: SaveRequest, carrier: str) -> SaveAnswer:
    """Save what a workstation sends; raises NotBound, NoSession, NoChain, SlowDown, NotStored, and as read_step."""
    hall, live, seated = load_seated(runtime, actor.device)
    now_ms = runtime.clock.now_ms()
    contact = hall.contact(actor.device)
    contact.last_ms = now_ms
    wanted = min(BURST, sum(weight(step.value) for step in body.steps))
    if not take_allowance(contact, wanted, runtime.settings.hall.max_steps_per_second, now_ms):
        note_refusal(hall, actor.device, now_ms)
        raise SlowDown(retry_after_s=2)
    phase = hall.phase(live, seated, now_ms)
    hall.keep_chain(seated)
    try:
        answer = save_responses(hall.log, seated.row.id, body.steps, phase, now_ms, carrier)
    except ExamError as error:
        if not isinstance(error, Unavailable):
            note_refusal(hall, actor.device, now_ms)
        raise
    if any(result.status == "fenced" for result in answer.results):
        note_refusal(hall, actor.device, now_ms)
    return answer


def note_refusal(hall: HallLive, station: str, now_ms: int) -> None:
    """Remember that a workstation sent something no honest client sends; the console shows it."""
    contact = hall.contact(station)
    contact.refusals += 1
    contact.refused_ms = contact.refused_ms if contact.refusals > 1 and contact.refused_ms else now_ms


def touch_http(hall: HallLive, station: str) -> None:
    """Remember an HTTP call of a workstation as contact."""
    contact = hall.contact(station)
    contact.last_ms = contact.http_ms = hall.runtime.clock.now_ms()
