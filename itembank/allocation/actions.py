"""What can be done with allocations: allocate a bank to a unit, revoke it."""

from examserver.kernel.errors import Refused
from examserver.plumbing.work import Work
from itembank.allocation.rule import ACTIVE, REVOKED, Terms, check_terms
from itembank.allocation.tables import AllocationRow, load_allocation
from itembank.items.tables import load_bank
from itembank.specs.tables import find_specification
from itembank.specs.tree import ContentSpecification
from itembank.units.tables import load_unit


class AllocationEnded(Refused):
    """The allocation was revoked already."""

    code = "allocation.ended"
    message_zh = "这项分配已经收回"
    message_en = "This allocation was revoked already"
    next_zh = "请刷新页面"
    next_en = "Reload the page"


def allocate(work: Work, bank_id: str, unit_id: str, terms: Terms, reason: str) -> AllocationRow:
    """A new allocation; raises NoSuchUnit or AllocationUnsound."""
    load_bank(work.session, bank_id)
    load_unit(work.session, unit_id)
    check_terms(terms, find_specification(work.session, bank_id) or ContentSpecification(()))
    row = AllocationRow(
        id=work.new_id("alc"),
        bank_id=bank_id,
        unit_id=unit_id,
        areas=list(terms.areas),
        forms_max=terms.forms_max,
        valid_from=terms.valid_from,
        valid_to=terms.valid_to,
        preview=terms.preview,
        reason=reason,
        state=ACTIVE,
        by=work.actor.id,
        by_name=work.actor.name,
        created_ms=work.now_ms,
    )
    work.session.add(row)
    work.session.flush()
    facts = {"forms_max": terms.forms_max, "valid_from": terms.valid_from, "valid_to": terms.valid_to}
    work.record("bank.allocated", row.id, bank=bank_id, unit=unit_id, preview=terms.preview, reason=reason, **facts)
    return row


def revoke(work: Work, allocation_id: str, reason: str) -> AllocationRow:
    """The allocation ends now; forms already assembled stay. Raises AllocationEnded."""
    row = load_allocation(work.session, allocation_id)
    if row.state != ACTIVE:
        raise AllocationEnded()
    row.state = REVOKED
    work.record("bank.allocation_revoked", row.id, bank=row.bank_id, unit=row.unit_id, reason=reason)
    return row
