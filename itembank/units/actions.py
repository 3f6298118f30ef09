"""What can be done with units: register one, place a person in it."""

from sqlalchemy import select, update

from examserver.kernel.errors import Missing, Refused
from examserver.plumbing.shared_tables import SHARED
from examserver.plumbing.work import Work
from itembank.units.tables import UnitRow, load_unit


class UnitKnown(Refused):
    """Another unit has this name."""

    code = "unit.known"
    message_zh = "已有名为“{name}”的单位"
    message_en = "There is already a unit named {name}"
    next_zh = "请直接使用现有单位"
    next_en = "Use the existing one"


class NoSuchAccount(Missing):
    """No account with this id."""

    code = "unit.account_missing"


def register_unit(work: Work, name: str, contact: str) -> UnitRow:
    """A new unit; raises UnitKnown."""
    if work.session.scalars(select(UnitRow).where(UnitRow.name == name)).first():
        raise UnitKnown(name=name)
    row = UnitRow(id=work.new_id("unt"), name=name, contact=contact, by=work.actor.id, created_ms=work.now_ms)
    work.session.add(row)
    work.session.flush()
    work.record("unit.registered", row.id, name=name)
    return row


def place_member(work: Work, account_id: str, unit_id: str) -> None:
    """The person belongs to this unit from now on (empty: to the authority); raises NoSuchUnit or NoSuchAccount."""
    if unit_id:
        load_unit(work.session, unit_id)
    table = SHARED[work.role].account
    before = work.session.execute(select(table.c.scope).where(table.c.id == account_id)).first()
    if before is None:
        raise NoSuchAccount(what=account_id)
    work.session.execute(update(table).where(table.c.id == account_id).values(scope=unit_id or None))
    work.record("unit.member_placed", account_id, unit=unit_id, before=before[0] or "")
