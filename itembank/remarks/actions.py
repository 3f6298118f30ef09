"""What can be done with remarks on items: take in those of candidates, raise one as staff or from figures, close one.

Source: JS-19b 「建立技术资源使用反馈机制，实现技术资源常态化更新完善」: candidates, staff and statistics give
feedback, every case is closed with an action.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from examserver.kernel.errors import Denied, Invalid, Refused
from examserver.plumbing.work import Work
from itembank.items.state import RETIRED, RETURNED
from itembank.items.tables import ItemRow, current_version
from itembank.psychometrics.flags import Flag
from itembank.psychometrics.matrix import Remark
from itembank.remarks.tables import CLOSED, OPEN, STAFF, STATISTICS, NoSuchRemark, RemarkRow, load_remark
from itembank.review.tables import load_seen, seen_rows

NO_CHANGE, REVISE, RETIRE, KEY_ERROR = "no_change", "revise", "retire", "key_error"
GRAVE = ("item.constant", "item.reversed", "option.better_than_key", "drift.easier", "drift.harder", "group.c")
FEWEST_CHARACTERS = 2


class RemarkClosed(Refused):
    """The remark was closed already."""

    code = "remark.closed"
    message_zh = "这条意见已由{name}处理"
    message_en = "{name} has closed this remark already"
    next_zh = "请刷新列表"
    next_en = "Refresh the list"


class AuthorMayNotClose(Denied):
    """Nobody decides about remarks on an item of their own."""

    code = "remark.own_item"
    http_status = 403
    message_zh = "试题 {code} 由您命制，意见须由他人处理"
    message_en = "You wrote item {code}: another person must decide about remarks on it"
    next_zh = "请由另一位有权限的人员处理"
    next_en = "Let another person with the permission do it"


class NoteMissing(Invalid):
    """A remark closed without a word."""

    code = "remark.note_missing"
    message_zh = "请写明处理意见"
    message_en = "Say what was found"
    next_zh = "填写处理意见后再提交"
    next_en = "Fill in the note and submit again"


@dataclass(frozen=True)
class Source:
    """The sitting remarks of candidates come from."""

    bank_id: str
    sitting: str
    matrix: str
    held_ms: int


def take_remarks(work: Work, source: Source, remarks: Sequence[Remark]) -> int:
    """Adds the remarks of candidates that an earlier grading of the same sitting has not brought; how many."""
    query = select(RemarkRow).where(RemarkRow.bank_id == source.bank_id, RemarkRow.sitting == source.sitting)
    known = {(one.code, one.version, one.text) for one in work.session.scalars(query)}
    fresh = [one for one in remarks if (one.code, one.version, one.text) not in known]
    for one in fresh:
        row = _row(work, source.bank_id, one.code, one.version, one.text)
        row.sitting, row.matrix, row.made_ms = source.sitting, source.matrix, source.held_ms
        work.session.add(row)
    return len(fresh)


def _row(work: Work, bank_id: str, code: str, version: int, text: str) -> RemarkRow:
    return RemarkRow(
        id=work.new_id("rmk"),
        bank_id=bank_id,
        matrix="",
        code=code,
        version=version,
        text=text,
        made_ms=work.now_ms,
        state=OPEN,
    )


def raise_remarks(work: Work, bank_id: str, analysis: str, items: Sequence[tuple[str, int, Sequence[Flag]]]) -> int:
    """Opens a case for every grave flag of an item version that has none yet, open or closed; how many."""
    query = select(RemarkRow).where(RemarkRow.bank_id == bank_id, RemarkRow.source == STATISTICS)
    known = {(one.code, one.version, one.flag) for one in work.session.scalars(query)}
    count = 0
    for code, version, flags in items:
        for flag in flags:
            if flag.code in GRAVE and (code, version, flag.code) not in known:
                row = _row(work, bank_id, code, version, f"{flag.reason_zh} / {flag.reason_en}")
                row.source, row.flag, row.matrix = STATISTICS, flag.code, analysis
                work.session.add(row)
                count += 1
    return count


def add_remark(work: Work, item_id: str, text: str) -> RemarkRow:
    """A remark by a member of staff on the present version of an item; raises NoteMissing."""
    item = load_seen(work, item_id)
    if len(text.strip()) < FEWEST_CHARACTERS:
        raise NoteMissing()
    row = _row(work, item.bank_id, item.code, item.version, text.strip())
    row.source, row.by, row.by_name = STAFF, work.actor.id, work.actor.name
    work.session.add(row)
    work.record("remark.made", row.id, code=item.code, version=item.version)
    return row


def close_remark(work: Work, remark_id: str, action: str, note: str) -> tuple[RemarkRow, ItemRow]:
    """A decision about a remark: nothing, back to revision, out of use, or a wrong key (back to revision, and told).

    Raises NoSuchRemark, also for an item the person may not see, RemarkClosed, AuthorMayNotClose or NoteMissing.
    """
    row = load_remark(work.session, remark_id)
    item = work.session.scalars(seen_rows(work, row.bank_id).where(ItemRow.code == row.code)).first()
    if item is None:
        raise NoSuchRemark(what=remark_id[:60])
    if row.state == CLOSED:
        raise RemarkClosed(name=row.closed_by_name)
    if len(note.strip()) < FEWEST_CHARACTERS:
        raise NoteMissing()
    if current_version(work.session, item).author == work.actor.id:
        raise AuthorMayNotClose(code=row.code)
    row.state, row.action, row.note = CLOSED, action, note.strip()
    row.closed_by, row.closed_by_name, row.closed_ms = work.actor.id, work.actor.name, work.now_ms
    work.record("remark.closed", row.id, code=row.code, version=row.version, decision=action, note=row.note)
    if action != NO_CHANGE and item.state != RETIRED:
        item.state = RETIRED if action == RETIRE else RETURNED
        work.record(f"item.{item.state}", item.id, code=item.code, version=item.version, reason=row.note, remark=row.id)
    return row, item
