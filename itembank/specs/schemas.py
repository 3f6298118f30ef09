"""Messages about content specifications."""

from pydantic import Field

from examserver.plumbing.contract import Schema


class SpecificationForm(Schema):
    """How to read the uploaded sheet; empty means the project's own layout."""

    mapping: str = Field(default="", max_length=80)
    sheet: str = Field(default="", max_length=120)


class SpecNodeView(Schema):
    """One node and what the bank has under it: items by state, enrolled ones by type, and how many are wanted."""

    code: str
    level: int
    parent: str | None
    name: str
    weight: str | None
    importance: str | None
    ratio: list[int] | None
    is_point: bool
    have: dict[str, int]
    enrolled_by_type: dict[str, int]
    need: int


class ContradictionView(Schema):
    """Something the sheet says that does not agree with itself."""

    code: str
    node: str
    row: int
    reason_zh: str
    reason_en: str


class SpecificationView(Schema):
    """The newest content specification of a bank; `need` counts enrolled items wanted under each node."""

    bank: str
    version: int
    digest: str
    derived: bool
    points: int
    contradictions: list[ContradictionView]
    nodes: list[SpecNodeView]
