"""Says whether an item has become easier or harder than it was, apart from the group having become better or worse.

For whoever watches a bank in use. A sudden ease of one item while its neighbours stay is the commonest trace of a leak.
The shift of an item is the change of its logit of right answers, less the median change of all items both times have;
its error that of two independent shares. Source: the common-item shift of equating (Kolen and Brennan 2014, ch. 4).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt
from statistics import median

from itembank.psychometrics.flags import Flag

FEWEST_PERSONS = 30
FEWEST_COMMON = 5
LEAST_SHIFT = 0.5
LEAST_Z = 3.0

Item = tuple[str, int]


@dataclass(frozen=True)
class Counted:
    """How many persons had an item at one time and how many were right."""

    persons: int
    right: int

    @property
    def share(self) -> float:
        """Share right."""
        return self.right / self.persons

    def logit(self) -> float:
        """Logit of the share, half a person added on both sides so that nobody and everybody have one."""
        return log((self.right + 0.5) / (self.persons - self.right + 0.5))

    def variance(self) -> float:
        """Variance of the logit."""
        return 1 / (self.right + 0.5) + 1 / (self.persons - self.right + 0.5)


@dataclass(frozen=True)
class Drift:
    """An item before and in its latest sitting; `shift` > 0 is easier, in logits; z is shift by its error."""

    before: float
    before_persons: int
    latest: float
    latest_persons: int
    shift: float
    z: float

    @property
    def moved(self) -> bool:
        """Whether it is worth a look: large and not by chance."""
        return abs(self.shift) >= LEAST_SHIFT and abs(self.z) >= LEAST_Z


def find_drift(times: Sequence[Mapping[Item, Counted]]) -> dict[Item, Drift]:
    """The drift of every item that stood in the latest of its sittings and in earlier ones; `times` from old to new."""
    found: dict[Item, Drift] = {}
    for at in range(1, len(times)):
        earlier = _together(times[:at])
        common = {
            item: (earlier[item], now)
            for item, now in times[at].items()
            if item in earlier and min(now.persons, earlier[item].persons) >= FEWEST_PERSONS
        }
        if len(common) >= FEWEST_COMMON:
            found |= _shifts(common)
    return found


def _together(times: Sequence[Mapping[Item, Counted]]) -> dict[Item, Counted]:
    whole: dict[Item, Counted] = {}
    for time in times:
        for item, now in time.items():
            old = whole.get(item, Counted(0, 0))
            whole[item] = Counted(old.persons + now.persons, old.right + now.right)
    return whole


def _shifts(common: Mapping[Item, tuple[Counted, Counted]]) -> dict[Item, Drift]:
    changes = {item: now.logit() - before.logit() for item, (before, now) in common.items()}
    usual = median(changes.values())
    return {
        item: Drift(
            before=before.share,
            before_persons=before.persons,
            latest=now.share,
            latest_persons=now.persons,
            shift=changes[item] - usual,
            z=(changes[item] - usual) / sqrt(before.variance() + now.variance()),
        )
        for item, (before, now) in common.items()
    }


def flag_drift(drift: Drift | None) -> list[Flag]:
    """In words when an item has moved."""
    if drift is None or not drift.moved:
        return []
    shares = f"{drift.before:.0%} → {drift.latest:.0%}"
    if drift.shift > 0:
        zh = f"较以往明显变易（{shares}，剔除群体变化后 {drift.shift:+.2f} logit，z = {drift.z:.1f}），请查是否泄露"
        en = f"much easier than before ({shares}, {drift.shift:+.2f} logits net of the group, z {drift.z:.1f}): leaked?"
        return [Flag("drift.easier", zh, en)]
    zh = f"较以往明显变难（{shares}，剔除群体变化后 {drift.shift:+.2f} logit，z = {drift.z:.1f}），请查题面、标准"
    en = f"much harder than before ({shares}, {drift.shift:+.2f} logits net of the group, z = {drift.z:.1f})"
    return [Flag("drift.harder", zh, en)]
