"""Where assembly asks whether a person of an institution may go on: which allocation holds, what may be read.

The authority's own people (no unit) are never asked. Read by the acts of assembly.
"""

from collections.abc import Sequence

from examserver.plumbing.work import Work
from itembank.allocation.rule import (
    AllocationUsedUp,
    NotAllocated,
    OutsideAllocation,
    check_assembly,
    check_preview,
    holds,
)
from itembank.allocation.tables import AllocationRow, allocations_of, forms_used, load_allocation
from itembank.assembly.tables import AssemblyRow, NoSuchAssembly
from itembank.items.tables import load_bank
from itembank.specs.tables import find_specification
from itembank.specs.tree import ContentSpecification
from itembank.units.store import bank_policy, today


def allocations_for(work: Work, bank_id: str) -> list[AllocationRow] | None:
    """The allocations under which the acting person may use the bank today; None for the authority's own.

    Raises NotAllocated when there is none, and keeps the attempt.
    """
    unit = work.actor.scope
    if not unit or work.actor.kind != "staff":
        return None
    day = today(work).isoformat()
    rows = [row for row in allocations_of(work.session, bank_id, unit) if holds(row.terms, day)]
    if not rows:
        work.attempt("allocation.refused", bank_id, unit=unit)
        raise NotAllocated(bank=load_bank(work.session, bank_id).name)
    return rows


def gate_assembly(work: Work, bank_id: str, cell_areas: Sequence[str], wanted: int) -> str:
    """The allocation an assembly counts against (empty: the authority's own); raises what stands against them all."""
    rows = allocations_for(work, bank_id)
    if rows is None:
        return ""
    tree = find_specification(work.session, bank_id) or ContentSpecification(())
    refusals: list[OutsideAllocation | AllocationUsedUp] = []
    for row in rows:
        try:
            check_assembly(row.terms, cell_areas, tree, forms_used(work.session, row.id), wanted)
            return row.id
        except (OutsideAllocation, AllocationUsedUp) as refused:
            refusals.append(refused)
    raise refusals[0]


def owned(work: Work, row: AssemblyRow) -> AssemblyRow:
    """An assembly the acting person has to do with; for an institution another's does not exist: NoSuchAssembly."""
    own = own_allocations(work)
    if own is not None and row.allocation_id not in own:
        raise NoSuchAssembly(what=row.id)
    return row


def gate_preview(work: Work, bank_id: str, allocation_id: str, with_key: bool) -> None:
    """Raises NotAllocated or PlaintextWithheld unless the acting person may read a form of this assembly."""
    if allocations_for(work, bank_id) is None:
        return
    own = own_allocations(work) or set()
    if allocation_id not in own:
        raise NotAllocated(bank=load_bank(work.session, bank_id).name)
    work.attempt("form.preview_asked", allocation_id, with_key=with_key)
    check_preview(load_allocation(work.session, allocation_id).terms, bank_policy(work).form_preview, with_key)


def own_allocations(work: Work) -> set[str] | None:
    """Ids of the acting person's unit's allocations; None for the authority's own people, who see everything."""
    unit = work.actor.scope
    return {row.id for row in allocations_of(work.session, unit_id=unit)} if unit else None
