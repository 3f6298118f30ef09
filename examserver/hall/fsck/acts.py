"""Decides whether what the rows say was done is what the audit chain says was done, act by act.

For the check of a hall's database: a credit, move, release or closing written past the program has no event, and one
removed leaves an event without a row.  Whoever rewrites both must also rewrite the chain, whose head is in the record.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from examserver.kernel.audit import AuditEvent
from examserver.kernel.checks import Check

Act = tuple[str, ...]
Acts = dict[str, Counter[Act]]
TIMES = {"sitting.opened": "opened", "sitting.started": "started", "sitting.closed": "closed"}
KINDS = ("credit", "move", "release", "sitting_time", "closing")


def acts_of(events: Iterable[AuditEvent]) -> Acts:
    """Give the acts the chain tells of, by kind."""
    found: Acts = {kind: Counter() for kind in KINDS}
    for event in events:
        told = _told(event)
        if told is not None:
            found[told[0]][told[1]] += 1
    return found


def _told(event: AuditEvent) -> tuple[str, Act] | None:
    facts, subject = event.facts, event.subject
    match event.action:
        case "time.credited":
            return "credit", credit_act(subject, facts["seconds"], facts["sessions"])
        case "session.moved":
            return "move", move_act(subject, facts["from_seat"], facts["to_seat"], facts["lease"])
        case "release.attempted":
            return "release", (subject, facts["paper"], facts["custodian"], facts["device"], facts["outcome"])
        case "session.closed":
            return "closing", (subject, str(facts["steps"]), facts["head"])
        case "sitting.opened" | "sitting.started" | "sitting.closed":
            return "sitting_time", (subject, TIMES[event.action], str(event.at_ms))
    return None


def credit_act(credit: str, seconds: int, sessions: Iterable[str]) -> Act:
    """Give a credit as both sides tell it."""
    return (credit, str(seconds), *sorted(sessions))


def move_act(session: str, from_seat: str, to_seat: str, lease: int) -> Act:
    """Give a move as both sides tell it."""
    return (session, from_seat, to_seat, str(lease))


def compare_acts(rows: Acts, told: Acts) -> Iterator[Check]:
    """Yield one failed check for every act only one side knows, or one passed check for each kind."""
    for kind in KINDS:
        lacking = [(act, "the row has no audit event") for act in rows[kind] - told[kind]]
        lacking += [(act, "the audit event has no such row") for act in told[kind] - rows[kind]]
        for act, why in sorted(lacking):
            yield Check(f"{kind}_recorded", False, why, " ".join((kind, *act)))
        if not lacking:
            yield Check(f"{kind}_recorded", True, f"{rows[kind].total()} acts")
