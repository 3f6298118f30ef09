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
    case: str = Field(default="", max_length=64)
    standing: Literal["", "normal", "public", "reserved"] = ""
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
    case: str
    standing: str


class ItemPage(Schema):
    """One page of the item list."""

    total: int
    page: int
    page_size: int
    items: list[ItemLine]


class ContentBlock(Schema):
    """A paragraph: plain `text`, rich `html` (cleaned when it arrives), a `figure` or an `audio` by its digest."""

    kind: Literal["text", "html", "figure", "audio"]
    text: str = Field(default="", max_length=4000)
    html: str = Field(default="", max_length=40_000)
    asset: str = Field(default="", max_length=80)
    alt: str = Field(default="", max_length=200)
    plays: int = Field(default=0, ge=0, le=10)


class ContentOption(Schema):
    """One option under the bank's letter."""

    id: str = Field(max_length=10)
    content: list[ContentBlock] = Field(max_length=20)


class CaseRequest(Schema):
    """The case group an item belongs to; `for_all` gives the other members the same stimulus and size."""

    code: str = Field(max_length=64)
    place: int
    size: int
    stimulus: list[ContentBlock] = Field(max_length=50)
    for_all: bool = False


class ItemVersionRequest(Schema):
    """A new version of an item; its code stays. What `interaction` and `scoring` hold depends on the type."""

    type: str = Field(max_length=40)
    point: str = Field(max_length=64)
    stem: list[ContentBlock] = Field(max_length=50)
    options: list[ContentOption] = Field(default_factory=list, max_length=8)
    points: str = Field(default="1", max_length=8)
    key: list[str] = Field(default_factory=list, max_length=8)
    interaction: dict[str, Any] = Field(default_factory=dict)
    scoring: dict[str, Any] = Field(default_factory=dict)
    case: CaseRequest | None = None
    importance: str | None = Field(default=None, max_length=2)
    cognition: str | None = Field(default=None, max_length=20)
    difficulty: str | None = Field(default=None, pattern=r"^0\.\d{1,3}$")
    source: str = Field(default="", max_length=400)
    enemies: list[str] = Field(default_factory=list, max_length=50)
    owner: str = Field(default="", max_length=200)
    funding: str = Field(default="", max_length=200)


class ItemRequest(ItemVersionRequest):
    """A new item under its code."""

    code: str = Field(max_length=64)


class ItemDraftRequest(ItemRequest):
    """An item to be checked without storing it; `item` is the one being revised, empty for a new one."""

    item: str = Field(default="", max_length=40)


class FlawView(Schema):
    """One fault of an item, at its field."""

    field: str
    code: str
    reason_zh: str
    reason_en: str
    value: str


class ItemDraftView(Schema):
    """The item as it would be stored, what was taken out of it, every fault, and what is doubtful but no fault."""

    content: dict[str, Any]
    scoring: dict[str, Any]
    key: list[str]
    words: int
    removed: list[str]
    flaws: list[FlawView]
    doubts: list[FlawView]


class AssetView(Schema):
    """A stored picture or sound; a sound has no size."""

    digest: str
    media_type: str
    width: int
    height: int
    bytes: int


class StandingRequest(Schema):
    """Which items are released to the public or kept for reserve forms, and why."""

    codes: list[str] = Field(min_length=1, max_length=500)
    standing: Literal["normal", "public", "reserved"]
    reason: str = Field(min_length=2, max_length=400)


class StandingView(Schema):
    """The items whose standing changed."""

    changed: list[str]
    standing: str


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
    scoring: dict[str, Any]
    enemies: list[str]
    owner: str
    funding: str
    words: int
    digest: str
    author: str
    reviewer: str
    approver: str
    origin_file: str
    origin_row: int | None
    created_ms: int
    verdicts: list[VerdictView]


class CaseMemberView(Schema):
    """One item of a case group."""

    id: str
    code: str
    place: int
    state: str


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
    case: str
    case_members: list[CaseMemberView]
    standing: str
    versions: list[ItemVersionView]


class SavedItemView(ItemView):
    """An item just written, and what was taken out of its rich text."""

    removed: list[str]


class RetiredView(Schema):
    """A retired item, without its content."""

    id: str
    code: str
    version: int
    state: str


class RetireRequest(Schema):
    """Why an item is taken out of use for good."""

    reason: str = Field(min_length=2, max_length=400)
