"""Messages about banks and items."""

from typing import Any, Literal

from pydantic import Field

from examserver.plumbing.contract import Schema


class BankRequest(Schema):
    """A new bank; `items_per_point` is how many approved items each competency point should have."""

    name: str = Field(min_length=1, max_length=200)
    occupation_code: str = Field(pattern=r"^\d-\d{2}-\d{2}-\d{2}$")
    occupation_name: str = Field(min_length=1, max_length=120)
    level: int = Field(ge=1, le=5)
    standard: str = Field(min_length=1, max_length=200)
    owner: str = Field(default="", max_length=200)
    provenance: Literal["enrolled", "institution"] = "enrolled"
    funding: str = Field(default="", max_length=200)
    items_per_point: int = Field(default=4, ge=1, le=100)


class BankView(Schema):
    """A bank and its item counts by state."""

    id: str
    name: str
    occupation_code: str
    occupation_name: str
    level: int
    standard: str
    owner: str
    provenance: str
    items_per_point: int
    readiness: str
    standard_id: str
    funding: str
    items: dict[str, int]
    created_ms: int


class BankList(Schema):
    """All banks."""

    banks: list[BankView]


class ItemsQuery(Schema):
    """Filters of the item list; `point` is a prefix."""

    state: Literal["", "draft", "reviewed", "approved", "enrolled", "returned", "retired"] = ""
    type: str = Field(default="", max_length=40)
    point: str = Field(default="", max_length=64)
    search: str = Field(default="", max_length=200)
    import_id: str = Field(default="", max_length=40)
    page: int = Field(default=1, ge=1, le=100_000)


class ItemLine(Schema):
    """An item in a list: without its key."""

    id: str
    code: str
    version: int
    state: str
    type: str
    point: str
    stem: str
    figures: int
    importance: str | None
    cognition: str | None
    difficulty: str | None
    author: str


class ItemPage(Schema):
    """One page of the item list."""

    total: int
    page: int
    page_size: int
    items: list[ItemLine]


class ContentBlock(Schema):
    """A paragraph (`text`) or a figure (`asset`, `alt`)."""

    kind: Literal["text", "figure"]
    text: str = Field(default="", max_length=4000)
    asset: str = Field(default="", max_length=80)
    alt: str = Field(default="", max_length=200)


class ContentOption(Schema):
    """One option under the bank's letter."""

    id: str = Field(max_length=10)
    content: list[ContentBlock] = Field(max_length=20)


class ItemVersionRequest(Schema):
    """A new version of an item; its code stays."""

    type: str = Field(max_length=40)
    point: str = Field(max_length=64)
    stem: list[ContentBlock] = Field(max_length=50)
    options: list[ContentOption] = Field(max_length=8)
    points: str = Field(default="1", max_length=8)
    key: list[str] = Field(max_length=8)
    importance: str | None = Field(default=None, max_length=2)
    cognition: str | None = Field(default=None, max_length=20)
    difficulty: str | None = Field(default=None, pattern=r"^0\.\d{1,3}$")
    source: str = Field(default="", max_length=400)


class VerdictView(Schema):
    """One verdict on one version."""

    stage: str
    verdict: str
    comment: str
    by: str
    at_ms: int


class ItemVersionView(Schema):
    """One version with its key, who signed it and where it came from."""

    version: int
    content: dict[str, Any]
    key: list[str]
    importance: str | None
    cognition: str | None
    difficulty: str | None
    source: str
    digest: str
    author: str
    reviewer: str
    approver: str
    origin_file: str
    origin_row: int | None
    created_ms: int
    verdicts: list[VerdictView]


class ItemView(Schema):
    """An item with all its versions, newest first."""

    id: str
    bank: str
    code: str
    state: str
    type: str
    point: str
    point_path: list[str]
    version: int
    versions: list[ItemVersionView]


class RetireRequest(Schema):
    """Why an item is taken out of use for good."""

    reason: str = Field(min_length=2, max_length=400)
