"""Compares the items of a bank, or of a file before it goes into one, and keeps what persons decide about alike items.

The bank's texts are read on record. A comparison of a whole bank is a job; its pairs are kept by their codes. A
decision holds for the versions it was made about: when one of the items is revised, the pair is open again.
"""

import time
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from examserver.kernel.access import NotPermitted, system_actor
from examserver.kernel.errors import Invalid, Refused
from examserver.plumbing.identity import offload
from examserver.plumbing.jobs import Progress, enqueue, job
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.work import Work, open_work
from itembank.exchange.mapping import Mapping
from itembank.exchange.reading import Submitted, read_file
from itembank.exchange.rows import ReadRow
from itembank.items.actions import retire_item
from itembank.items.state import RETIRED
from itembank.items.tables import ItemRow, ItemVersionRow, NoSuchItem, body_of, load_bank
from itembank.quality.duplicates import CONTRADICTION, Duplicates, Entry, Pair, entry_of, find_duplicates, kind_of
from itembank.quality.similar import RATIO
from itembank.quality.tables import (
    DONE,
    FAILED,
    RETIRE,
    RUNNING,
    ComparisonRow,
    PairDecisionRow,
    decisions_of,
    newest_comparison,
    pair_of,
)
from itembank.review.tables import seen_items, seen_rows
from itembank.units.store import purpose_of

COMPARE_JOB = "compare_bank"
KEPT_PAIRS = 2_000
PAGE_SIZE = 20


class ReasonMissing(Invalid):
    """Keeping two alike items needs a reason."""

    code = "comparison.reason_missing"
    message_zh = "请写明理由"
    message_en = "A reason is needed"


class ContradictionStays(Refused):
    """Of two items that contradict each other, one is wrong."""

    code = "comparison.contradiction"
    message_zh = "{first} 与 {second} 题干和选项相同而答案不同，不能并存"
    message_en = "{first} and {second} ask the same and have different keys; both cannot stay"
    next_zh = "请停用其中一题，或修订答案后重新查重"
    next_en = "Retire one of them, or revise its key and compare again"


def entries_of_bank(work: Work, bank_id: str) -> list[Entry]:
    """The newest version of every item that is not retired and the acting person may read; raises NoSuchBank."""
    load_bank(work.session, bank_id)
    query = (
        select(ItemVersionRow)
        .join(ItemRow, ItemRow.version_id == ItemVersionRow.id)
        .where(ItemRow.bank_id == bank_id, ItemRow.state != RETIRED, seen_items(work))
        .order_by(ItemRow.code)
    )
    return [entry_of(body_of(version)) for version in work.session.scalars(query)]


def record_comparison(work: Work, bank_id: str, items: int, texts_shown: bool) -> None:
    """Leaves the trace of a reading of all items before anything of it is shown."""
    work.record("items.compared", bank_id, items=items, texts_shown=texts_shown, purpose=purpose_of(work))


def compare_file(submitted: Submitted, mapping: Mapping, ratio: int = RATIO) -> Duplicates:
    """Every pair in a file, faulty rows included; needs no bank; raises what reading the file raises."""
    read = read_file(submitted, mapping, frozenset())
    return find_duplicates([_entry_of_row(row, read.place(row.number)) for row in read.rows], ratio=ratio)


def _entry_of_row(row: ReadRow, place: str) -> Entry:
    entry = entry_of(row.body, place)
    if any(flaw.code == "figure.missing" for flaw in row.flaws):
        # A figure nobody has seen is unlike every other: two such items cannot be called the same.
        return replace(entry, figures=f"unseen {row.number}")
    return entry


def start_comparison(work: Work, bank_id: str, ratio: int) -> ComparisonRow:
    """Has a job compare every item of a bank with every other."""
    load_bank(work.session, bank_id)
    row = ComparisonRow(
        id=work.new_id("cmp"), bank_id=bank_id, job_id="", state=RUNNING, ratio=ratio, items=0, counts={}, pairs=[],
        complete=True, by=work.actor.id, by_name=work.actor.name, created_ms=work.now_ms, took_ms=0,
    )  # fmt: skip
    row.job_id = enqueue(work, COMPARE_JOB, {"comparison": row.id})
    work.session.add(row)
    work.record("items.comparison_requested", row.id, bank=bank_id, ratio=ratio)
    return row


@job(COMPARE_JOB, role="bank")
def run_comparison(runtime: RoleRuntime, payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Compares and keeps the gravest pairs; safe to run again."""
    actor, began = system_actor("comparison"), time.monotonic()
    progress(5, "读取题库")
    with open_work(runtime, actor, write=False) as work:
        row = work.session.get_one(ComparisonRow, payload["comparison"])
        entries, ratio = entries_of_bank(work, row.bank_id), row.ratio
    progress(25, f"比对 {len(entries)} 题")
    try:
        found = offload(lambda: find_duplicates(entries, ratio=ratio))
    except Exception:  # whatever it was, nobody must wait for this comparison; the job's row keeps the fault
        with open_work(runtime, actor) as work:
            work.session.get_one(ComparisonRow, payload["comparison"]).state = FAILED
        raise
    with open_work(runtime, actor) as work:
        row = work.session.get_one(ComparisonRow, payload["comparison"])
        row.items, row.counts, row.complete = found.items, found.counts(), found.complete
        row.pairs = [pair.as_json(with_text=False) for pair in found.pairs[:KEPT_PAIRS]]
        row.state, row.took_ms = DONE, int((time.monotonic() - began) * 1000)
        record_comparison(work, row.bank_id, found.items, texts_shown=False)
    return {"comparison": payload["comparison"], "pairs": len(found.pairs)}


@dataclass(frozen=True)
class Shown:
    """A pair with its texts of now and the decision that holds for it."""

    pair: Pair
    decision: PairDecisionRow | None


@dataclass(frozen=True)
class ComparisonPage:
    """One page of a bank's newest comparison; `open` counts the pairs nobody has decided about."""

    row: ComparisonRow
    total: int
    open: int
    shown: list[Shown]


def read_comparison(work: Work, bank_id: str, kind: str, decided: bool, page: int) -> ComparisonPage:
    """Pairs side by side; the reading is recorded. Pairs of which one is retired are left out. NoSuchComparison."""
    row = newest_comparison(work.session, bank_id)
    decisions, versions = decisions_of(work.session, bank_id), _versions_of(work, bank_id, row)
    alive = [pair for pair in row.pairs if pair["a"] in versions and pair["b"] in versions]
    holding = {id(pair): _holding(pair, decisions, versions) for pair in alive}
    chosen = [
        pair for pair in alive if (not kind or pair["kind"] == kind) and (holding[id(pair)] is not None) == decided
    ]
    part = chosen[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    bodies = {code: entry_of(body_of(versions[code])) for pair in part for code in (pair["a"], pair["b"])}
    shown = [
        Shown(Pair(bodies[pair["a"]], bodies[pair["b"]], pair["score"], pair["kind"]), holding[id(pair)])
        for pair in part
    ]
    if shown:
        work.record("items.pairs_read", bank_id, shown=len(shown), purpose=purpose_of(work))
    return ComparisonPage(row, len(chosen), sum(each is None for each in holding.values()), shown)


def _versions_of(work: Work, bank_id: str, row: ComparisonRow) -> dict[str, ItemVersionRow]:
    """The newest versions of the items of a comparison that are not retired, by code."""
    codes = sorted({pair[side] for pair in row.pairs for side in ("a", "b")})
    found: dict[str, ItemVersionRow] = {}
    for start in range(0, len(codes), 500):
        query = (
            select(ItemRow.code, ItemVersionRow)
            .join(ItemVersionRow, ItemVersionRow.id == ItemRow.version_id)
            .where(ItemRow.bank_id == bank_id, ItemRow.state != RETIRED, seen_items(work))
            .where(ItemRow.code.in_(codes[start : start + 500]))
        )
        found |= {row[0]: row[1] for row in work.session.execute(query)}
    return found


def _stamp(first: ItemVersionRow, second: ItemVersionRow) -> str:
    return f"{first.version}.{second.version}"


def _holding(
    pair: dict[str, Any],
    decisions: dict[tuple[str, str], PairDecisionRow],
    versions: dict[str, ItemVersionRow],
) -> PairDecisionRow | None:
    first, second = pair_of(pair["a"], pair["b"])
    found = decisions.get((first, second))
    return found if found and found.versions == _stamp(versions[first], versions[second]) else None


@dataclass(frozen=True)
class Verdict:
    """What a person decides about two items; `retired` is the code of the one that goes."""

    first: str
    second: str
    decision: str
    reason: str
    retired: str = ""


def decide_pair(work: Work, bank_id: str, verdict: Verdict) -> PairDecisionRow:
    """Keeps both for a reason, retires one, or lets them never meet in a form; recorded and never changed."""
    _demand_permission(work, verdict.decision)
    if not verdict.reason:
        raise ReasonMissing()
    first, second = pair_of(verdict.first, verdict.second)
    query = seen_rows(work, bank_id).where(ItemRow.code.in_((first, second)))
    items = {item.code: item for item in work.session.scalars(query)}
    if set(items) != {first, second} or (verdict.decision == RETIRE and verdict.retired not in items):
        raise NoSuchItem(what=f"{first}, {second}")
    one, other = (work.session.get_one(ItemVersionRow, items[code].version_id) for code in (first, second))
    kind = _kind_of(one, other)
    if kind == CONTRADICTION and verdict.decision != RETIRE:
        raise ContradictionStays(first=first, second=second)
    row = PairDecisionRow(
        id=work.new_id("dec"), bank_id=bank_id, first=first, second=second, kind=kind, decision=verdict.decision,
        retired=verdict.retired if verdict.decision == RETIRE else "", reason=verdict.reason,
        versions=_stamp(one, other), by=work.actor.id, by_name=work.actor.name, at_ms=work.now_ms,
    )  # fmt: skip
    work.session.add(row)
    facts = {"bank": bank_id, "first": first, "second": second, "decision": verdict.decision, "reason": verdict.reason}
    work.record("items.pair_decided", row.id, **facts)
    if verdict.decision == RETIRE:
        retire_item(work, items[verdict.retired].id, verdict.reason)
    return row


def _kind_of(one: ItemVersionRow, other: ItemVersionRow) -> str:
    return kind_of(entry_of(body_of(one)), entry_of(body_of(other)))


def _demand_permission(work: Work, decision: str) -> None:
    """Reviewers and approvers decide; only who may retire items retires one."""
    wanted = {"items.approve"} if decision == RETIRE else {"items.review", "items.approve"}
    if work.actor.kind != "system" and not wanted & work.actor.permissions:
        raise NotPermitted(permission=min(wanted))
