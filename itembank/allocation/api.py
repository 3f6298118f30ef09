"""Endpoints of allocations."""

from examserver.kernel.access import Permit
from examserver.plumbing.contract import endpoint
from examserver.plumbing.work import Work
from itembank.allocation import actions
from itembank.allocation.actions import AllocationEnded
from itembank.allocation.rule import AllocationUnsound, Terms, holds
from itembank.allocation.schemas import AllocationList, AllocationRequest, AllocationView, RevokeRequest
from itembank.allocation.tables import AllocationRow, NoSuchAllocation, allocations_of, forms_used
from itembank.items.tables import NoSuchBank, load_bank
from itembank.items.text import tidy
from itembank.units.store import bank_policy, today
from itembank.units.tables import NoSuchUnit, unit_names


def _view(work: Work, row: AllocationRow) -> AllocationView:
    return AllocationView(
        id=row.id,
        bank=row.bank_id,
        bank_name=load_bank(work.session, row.bank_id).name,
        unit=row.unit_id,
        unit_name=unit_names(work.session).get(row.unit_id, ""),
        areas=row.areas,
        forms_max=row.forms_max,
        forms_used=forms_used(work.session, row.id),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        preview=row.preview,
        reason=row.reason,
        state=row.state,
        holds=holds(row.terms, today(work).isoformat()),
        by=row.by_name,
        created_ms=row.created_ms,
    )


def _list(work: Work, bank_id: str) -> AllocationList:
    rows = allocations_of(work.session, bank_id, work.actor.scope or "")
    return AllocationList(allocations=[_view(work, row) for row in rows], policy=bank_policy(work).form_preview)


@endpoint(
    "GET",
    "/api/bank/banks/{bank_id}/allocations",
    role="bank",
    access=Permit("banks.read"),
    answer=AllocationList,
    errors=(NoSuchBank,),
    summary="Allocations of a bank (an institution sees its own)",
)
def list_allocations(work: Work, bank_id: str) -> AllocationList:
    """Newest first."""
    load_bank(work.session, bank_id)
    return _list(work, bank_id)


@endpoint(
    "POST",
    "/api/bank/banks/{bank_id}/allocations",
    role="bank",
    access=Permit("allocations.edit"),
    answer=AllocationList,
    errors=(NoSuchBank, NoSuchUnit, AllocationUnsound),
    summary="Allocate a bank to a unit",
)
def allocate(work: Work, bank_id: str, body: AllocationRequest) -> AllocationList:
    """The list with the new one."""
    terms = Terms(tuple(map(tidy, body.areas)), body.forms_max, body.valid_from, body.valid_to, body.preview)
    actions.allocate(work, bank_id, body.unit, terms, tidy(body.reason))
    return _list(work, bank_id)


@endpoint(
    "POST",
    "/api/bank/allocations/{allocation_id}/revoke",
    role="bank",
    access=Permit("allocations.edit"),
    answer=AllocationList,
    errors=(NoSuchAllocation, AllocationEnded),
    summary="Revoke an allocation",
)
def revoke(work: Work, allocation_id: str, body: RevokeRequest) -> AllocationList:
    """The list after the act."""
    return _list(work, actions.revoke(work, allocation_id, tidy(body.reason)).bank_id)
