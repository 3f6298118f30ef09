"""Messages about swaps."""

from pydantic import Field

from examserver.plumbing.contract import Schema


class ProposalQuery(Schema):
    """Which item is to be swapped, and what for: the reading is recorded."""

    item: str = Field(min_length=1, max_length=64)
    purpose: str = Field(min_length=2, max_length=200)


class ProposedItem(Schema):
    """One item that may come in; `difficulty` in thousandths."""

    code: str
    type: str
    point: str
    importance: str | None
    cognition: str | None
    difficulty: int | None
    uses: int
    stem: str


class ProposalView(Schema):
    """An equivalent item or case group: every rule of the form would still hold."""

    code: str
    distance: int
    items: list[ProposedItem]


class ProposalList(Schema):
    """Equivalents, the most alike first, and what they would replace."""

    out: list[str]
    proposals: list[ProposalView]


class SwapRequest(Schema):
    """Put `replacement` in the place of `item`, and why."""

    item: str = Field(min_length=1, max_length=64)
    replacement: str = Field(min_length=1, max_length=64)
    reason: str = Field(min_length=2, max_length=400)
