"""What an assignment of item writing asks, how far it is, which steps it may take, and who contributed what.

For the authority that assigns and the unit that writes. Source: ZJ16-4.3e (development assignment: unit, scope, due
date, acceptance record), ZJ16-4.3b (contribution ledger). Delivered counts are computed from the items themselves.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from examserver.kernel.errors import Invalid, Refused
from itembank.items.kinds import ITEM_TYPES
from itembank.items.state import APPROVED, ENROLLED, RETIRED, RETURNED
from itembank.specs.tree import ContentSpecification

OFFERED, ACCEPTED, DECLINED, DELIVERED, CLOSED, WITHDRAWN = (
    "offered", "accepted", "declined", "delivered", "closed", "withdrawn",
)  # fmt: skip
LIVE = (OFFERED, ACCEPTED, DELIVERED)

_STEPS = {
    "accept": (OFFERED, ACCEPTED),
    "decline": (OFFERED, DECLINED),
    "deliver": (ACCEPTED, DELIVERED),
    "send_back": (DELIVERED, ACCEPTED),
    "close": (DELIVERED, CLOSED),
}


class AssignmentStep(Refused):
    """The assignment is not at the stage this step needs."""

    code = "assignment.step"
    message_zh = "任务当前为“{state}”，不能执行此操作"
    message_en = "The assignment is {state}, which does not allow this"
    next_zh = "请刷新页面查看任务的当前状态"
    next_en = "Reload the page and look at the assignment's state"


class AssignmentUnsound(Invalid):
    """The assignment asks for what cannot be; `faults` lists everything."""

    code = "assignment.unsound"
    message_zh = "任务有 {count} 处问题：{first_zh}"
    message_en = "The assignment has {count} fault(s): {first_en}"
    next_zh = "请改正后重新下达"
    next_en = "Correct them and assign again"


class NoteMissing(Invalid):
    """Declining or sending back needs words."""

    code = "assignment.note_missing"
    message_zh = "请写明理由"
    message_en = "Write the reason"
    next_zh = "填写理由后重新提交"
    next_en = "Add a reason and submit again"


@dataclass(frozen=True)
class Wish:
    """So many items of a type (empty: any) from an area or point (empty: anywhere)."""

    area: str
    type: str
    wanted: int


@dataclass(frozen=True)
class Made:
    """One item of the unit: where it belongs and where it stands."""

    point: str
    type: str
    state: str


@dataclass(frozen=True)
class Line:
    """How far one wish is."""

    area: str
    type: str
    wanted: int
    drafted: int
    approved: int
    enrolled: int


def check_wishes(wishes: Sequence[Wish], due_on: str, today: str, tree: ContentSpecification) -> None:
    """Raises AssignmentUnsound with every fault."""
    faults: list[tuple[str, str]] = []
    if not wishes or sum(wish.wanted for wish in wishes) < 1:
        faults.append(("没有题量", "it asks for no items"))
    if due_on < today:
        faults.append((f"截止日期 {due_on} 已过", f"the due date {due_on} has passed"))
    for wish in wishes:
        if wish.area and wish.area not in tree.by_code:
            faults.append((f"细目表中没有 {wish.area}", f"the specification has no {wish.area}"))
        if wish.type and wish.type not in ITEM_TYPES:
            faults.append((f"没有题型 {wish.type}", f"there is no item type {wish.type}"))
    for number, wish in enumerate(wishes):
        if any((other.area, other.type) == (wish.area, wish.type) for other in wishes[:number]):
            faults.append((f"{wish.area} {wish.type} 重复", f"{wish.area} {wish.type} is asked twice"))
    if faults:
        raise AssignmentUnsound(count=len(faults), first_zh=faults[0][0], first_en=faults[0][1], faults=faults)


def progress_of(wishes: Sequence[Wish], made: Iterable[Made], tree: ContentSpecification) -> list[Line]:
    """Every wish with what the unit has made for it; an item counts for the narrowest wish that fits."""
    order = sorted(range(len(wishes)), key=lambda n: (-len(tree.path(wishes[n].area)), not wishes[n].type))
    counts = {n: [0, 0, 0] for n in range(len(wishes))}
    for item in made:
        path = tree.path(item.point)
        fits = [n for n in order if wishes[n].area in ("", *path) and wishes[n].type in ("", item.type)]
        open_ones = [n for n in fits if counts[n][0] < wishes[n].wanted] or fits
        if open_ones and item.state != RETIRED:
            counts[open_ones[0]][0] += 1
            counts[open_ones[0]][1] += item.state in (APPROVED, ENROLLED)
            counts[open_ones[0]][2] += item.state == ENROLLED
    return [Line(wish.area, wish.type, wish.wanted, *counts[n]) for n, wish in enumerate(wishes)]


def next_step(state: str, step: str, note: str) -> str:
    """The state after a step; raises AssignmentStep or NoteMissing."""
    if step == "withdraw" and state in (OFFERED, ACCEPTED):
        return WITHDRAWN
    if step not in _STEPS or _STEPS[step][0] != state:
        raise AssignmentStep(state=state)
    if step in ("decline", "send_back") and len(note.strip()) < 2:
        raise NoteMissing()
    return _STEPS[step][1]


@dataclass(frozen=True)
class Entry:
    """What one person of one unit has contributed to a bank."""

    unit: str
    account: str
    name: str
    drafted: int = 0
    approved: int = 0
    enrolled: int = 0
    returned: int = 0
    retired: int = 0
    reviewed: int = 0


def ledger_of(
    written: Iterable[tuple[str, str, str, str]], reviewed: Mapping[tuple[str, str], int], names: Mapping[str, str]
) -> list[Entry]:
    """The ledger from items as (unit, author, author's name, state) and reviews by (unit, reviewer)."""
    counts: dict[tuple[str, str], dict[str, int]] = {}
    known = dict(names)
    for unit, account, name, state in written:
        known.setdefault(account, name)
        own = counts.setdefault((unit, account), {})
        for column in _columns(state):
            own[column] = own.get(column, 0) + 1
    for key, number in reviewed.items():
        counts.setdefault(key, {})["reviewed"] = number
    entries = [Entry(unit, account, known.get(account, account), **own) for (unit, account), own in counts.items()]
    return sorted(entries, key=lambda one: (one.unit, -one.enrolled, -one.drafted, one.name))


def _columns(state: str) -> list[str]:
    found = ["drafted"]
    found += ["approved"] if state in (APPROVED, ENROLLED) else []
    found += {ENROLLED: ["enrolled"], RETURNED: ["returned"], RETIRED: ["retired"]}.get(state, [])
    return found
