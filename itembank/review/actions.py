"""Review, approval and enrolment: a verdict by a second, third and fourth person on each item version.

Bulk verdicts are one act with one verdict row per version; an item the person may not sign is left as it is and named.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, insert, or_, select

from examserver.kernel.errors import ExamError, Invalid, Refused
from examserver.plumbing.work import Work
from itembank.items.check import check_item
from itembank.items.state import (
    APPROVE,
    ENROL,
    NEEDS,
    RETURNED,
    REVIEW,
    CommentMissing,
    SamePerson,
    check_no_author,
    next_state,
)
from itembank.items.tables import ItemRow, ItemVersionRow, VerdictRow, authors_of, body_of, signatures_of
from itembank.review.tables import UNDONE, DrawnRow, seen_items
from itembank.units.store import bank_policy


class NothingChosen(Invalid):
    """Neither items, an import nor a bank were named, or several of them."""

    code = "review.nothing_chosen"
    message_zh = "请指定一批试题：导入批次、题库范围或试题列表（只选一种）"
    message_en = "Name an import, a bank, or a list of items: one of them"
    next_zh = "请在列表中勾选试题，或选择一个导入批次"
    next_en = "Tick items in the list, or choose an import"


class NothingWaiting(Refused):
    """None of the named items waits for this verdict."""

    code = "review.nothing_waiting"
    message_zh = "所选试题中没有等待此操作的"
    message_en = "None of the chosen items waits for this"
    next_zh = "请按状态筛选列表后再选择"
    next_en = "Filter the list by state and choose again"


@dataclass(frozen=True)
class Chosen:
    """Which items a verdict is about: an import, listed ones, or all of a bank under an area and of a type."""

    import_id: str | None
    item_ids: tuple[str, ...]
    bank_id: str = ""
    area: str = ""
    type: str = ""


@dataclass(frozen=True)
class Skipped:
    """An item left as it is, and why."""

    item: str
    code: str
    reason: str
    reason_zh: str
    reason_en: str


@dataclass(frozen=True)
class VerdictOutcome:
    """How many items moved to which state, and which did not."""

    changed: int
    state: str
    skipped: tuple[Skipped, ...]


def _load_chosen(work: Work, stage: str, chosen: Chosen) -> list[tuple[ItemRow, ItemVersionRow]]:
    if sum(map(bool, (chosen.import_id, chosen.item_ids, chosen.bank_id))) != 1:
        raise NothingChosen()
    query = select(ItemRow, ItemVersionRow).join(ItemVersionRow, ItemVersionRow.id == ItemRow.version_id)
    query = query.where(seen_items(work))
    if chosen.import_id or chosen.bank_id:
        query = query.where(ItemRow.state == NEEDS[stage], *_conditions(chosen))
        return [(item, version) for item, version in work.session.execute(query.order_by(ItemRow.code))]
    found: list[tuple[ItemRow, ItemVersionRow]] = []
    wanted = sorted(set(chosen.item_ids))
    for start in range(0, len(wanted), 500):
        rows = work.session.execute(query.where(ItemRow.id.in_(wanted[start : start + 500])).order_by(ItemRow.code))
        found += [(item, version) for item, version in rows]
    return found


def _conditions(chosen: Chosen) -> list[ColumnElement[bool]]:
    if chosen.import_id:
        return [ItemRow.import_id == chosen.import_id]
    found = [ItemRow.bank_id == chosen.bank_id]
    if chosen.area:
        found.append(or_(ItemRow.point == chosen.area, ItemRow.point.startswith(f"{chosen.area}-", autoescape=True),
                         ItemRow.point.startswith(f"{chosen.area}.", autoescape=True)))  # fmt: skip
    if chosen.type:
        found.append(ItemRow.type == chosen.type)
    return found


def give_verdict(work: Work, stage: str, chosen: Chosen, verdict: str, comment: str) -> VerdictOutcome:
    """Signs every chosen item at this stage; raises NothingChosen, NothingWaiting, or the
    refusal of the first when none could be signed (kept in the audit chain)."""
    if verdict == "return" and not comment.strip():
        raise CommentMissing()
    pairs = _load_chosen(work, stage, chosen)
    if not pairs:
        raise NothingWaiting()
    signers = _signers(work, stage, pairs)
    authors = authors_of(work.session, [item.id for item, _ in pairs])
    recusal = bank_policy(work).reviewer_recusal
    skipped: list[Skipped] = []
    refusals: list[ExamError] = []
    rows: list[dict[str, object]] = []
    state = ""
    for item, version in pairs:
        try:
            check_no_author(authors[item.id], item.code, work.actor.id, work.actor.name)
            _check_signers(work, item, signers.get(version.id, set()))
            if recusal and stage == REVIEW and work.actor.scope and work.actor.scope == version.unit:
                raise ReviewerRecused(code=item.code)
            state = _sign(work, stage, item, version, verdict, comment)
            rows.append(_verdict_values(work, stage, version, verdict, comment))
        except ExamError as error:
            refusals.append(error)
            skipped.append(Skipped(item.id, item.code, error.code, error.text("zh"), error.text("en")))
    if not rows:
        first = skipped[0]
        work.attempt(f"items.{stage}.refused", first.item, code=first.reason, items=len(skipped))
        raise refusals[0]
    work.session.execute(insert(VerdictRow), rows)
    facts = {"verdict": verdict, "items": len(rows), "skipped": len(skipped), "comment": comment[:200]}
    work.record(f"items.{stage}", chosen.import_id or pairs[0][0].bank_id, **facts)
    return VerdictOutcome(len(rows), state, tuple(skipped))


def _signers(work: Work, stage: str, pairs: list[tuple[ItemRow, ItemVersionRow]]) -> dict[str, set[str]]:
    """By version: who has reviewed it (for later stages), or who was drawn to review it (for a review)."""
    found: dict[str, set[str]] = {}
    ids = [version.id for _, version in pairs]
    for start in range(0, len(ids), 500):
        chunk = ids[start : start + 500]
        if stage == REVIEW:
            query = select(DrawnRow.version_id, DrawnRow.reviewer).where(DrawnRow.version_id.in_(chunk))
            query = query.where(DrawnRow.state.in_(UNDONE))
        else:
            query = select(VerdictRow.version_id, VerdictRow.by).where(VerdictRow.version_id.in_(chunk))
        for version_id, account in work.session.execute(query):
            found.setdefault(version_id, set()).add(account if stage != REVIEW else "")
    return found


def _check_signers(work: Work, item: ItemRow, signers: set[str]) -> None:
    """Raises SamePerson for somebody who signed before, DrawnForOthers where reviewers were drawn."""
    if "" in signers:
        raise DrawnForOthers(code=item.code)
    if work.actor.id in signers:
        raise SamePerson(name=work.actor.name, role_zh="审题人", role_en="reviewer", code=item.code)


def _sign(work: Work, stage: str, item: ItemRow, version: ItemVersionRow, verdict: str, comment: str) -> str:
    signed = signatures_of(item, version)
    state = next_state(signed, stage, verdict, work.actor.id, work.actor.name, comment)
    # What is enrolled was checked when it was approved, and a version never changes.
    if state != RETURNED and stage != ENROL and check_item(body_of(version)):
        raise FlawedVersion(code=item.code)
    if stage == REVIEW:
        version.reviewer, version.reviewer_name = work.actor.id, work.actor.name
    elif stage == APPROVE:
        version.approver, version.approver_name = work.actor.id, work.actor.name
    item.state = state
    return state


class ReviewerRecused(Refused):
    """The reviewer belongs to the institution that wrote the item."""

    code = "review.recused"
    message_zh = "试题 {code} 由您所在机构命制，您须回避"
    message_en = "Item {code} was written by your own institution: you are recused"
    next_zh = "请由其他机构的审题人审题"
    next_en = "Let a reviewer of another institution do it"


class DrawnForOthers(Refused):
    """Reviewers were drawn for the item; they alone review it, each on a form of their own."""

    code = "review.drawn"
    message_zh = "试题 {code} 已抽取审题人，由其在“我的工作”中填写意见"
    message_en = "Reviewers were drawn for item {code}; they review it under My work"
    next_zh = "请等待审题人完成，或由题库入库员改抽"
    next_en = "Wait for them, or have another reviewer drawn"


class FlawedVersion(Refused):
    """The stored version does not pass the item checks of today."""

    code = "review.flawed"
    message_zh = "试题 {code} 未通过完整性检查，不能签署"
    message_en = "Item {code} does not pass the checks and cannot be signed"
    next_zh = "请退回给命题人修改"
    next_en = "Return it to its author"


def _verdict_values(work: Work, stage: str, version: ItemVersionRow, verdict: str, comment: str) -> dict[str, object]:
    return {
        "id": work.new_id("ver"),
        "version_id": version.id,
        "stage": stage,
        "verdict": verdict,
        "comment": comment,
        "reasons": {},
        "by": work.actor.id,
        "by_name": work.actor.name,
        "at_ms": work.now_ms,
    }
