"""Endpoints of the review of forms: equivalents of an item, and the swap."""

from examserver.kernel.access import Permit
from examserver.plumbing.contract import endpoint
from examserver.plumbing.work import Work
from itembank.allocation.rule import NotAllocated, PlaintextWithheld
from itembank.assembly.actions import NotAssembled
from itembank.assembly.schemas import AssemblyView
from itembank.assembly.store import ChecksFailed
from itembank.assembly.swaps import actions
from itembank.assembly.swaps.actions import NoReason, NotInForm, Proposal, SwapBreaksRules
from itembank.assembly.swaps.schemas import ProposalList, ProposalQuery, ProposalView, ProposedItem, SwapRequest
from itembank.assembly.tables import NoSuchAssembly, NoSuchForm
from itembank.assembly.views import assembly_view
from itembank.items.content import stem_text
from itembank.items.text import tidy


def _view(proposal: Proposal) -> ProposalView:
    pairs = zip(proposal.unit.items, proposal.bodies, strict=True)
    items = [
        ProposedItem(
            code=item.code,
            type=item.type,
            point=item.point,
            importance=item.importance,
            cognition=item.cognition,
            difficulty=item.difficulty,
            uses=item.uses,
            stem=stem_text(body.content),
        )
        for item, body in pairs
    ]
    return ProposalView(code=proposal.unit.code, distance=proposal.distance, items=items)


@endpoint(
    "GET",
    "/api/bank/assemblies/{assembly_id}/forms/{form_id}/swaps",
    role="bank",
    access=Permit("forms.swap"),
    answer=ProposalList,
    errors=(NoSuchAssembly, NoSuchForm, NotAssembled, NotInForm, ChecksFailed, NotAllocated, PlaintextWithheld),
    summary="Equivalents of an item of a form that keep every rule (reading is recorded)",
    write=True,
)
def propose_swaps(work: Work, assembly_id: str, form_id: str, query: ProposalQuery) -> ProposalList:
    """The most alike first."""
    out, found = actions.propose_swaps(work, assembly_id, form_id, query.item, tidy(query.purpose))
    return ProposalList(out=[item.code for item in out.items], proposals=[_view(one) for one in found])


@endpoint(
    "POST",
    "/api/bank/assemblies/{assembly_id}/forms/{form_id}/swaps",
    role="bank",
    access=Permit("forms.swap"),
    answer=AssemblyView,
    errors=(
        NoSuchAssembly, NoSuchForm, NotAssembled, NotInForm, NoReason, SwapBreaksRules, ChecksFailed, NotAllocated,
        PlaintextWithheld,
    ),
    summary="Swap an item of a form for an equivalent; another person approves afterwards",
)  # fmt: skip
def swap_item(work: Work, assembly_id: str, form_id: str, body: SwapRequest) -> AssemblyView:
    """The assembly with renewed digests and checks."""
    return assembly_view(
        work, actions.swap_item(work, assembly_id, form_id, body.item, body.replacement, tidy(body.reason))
    )
