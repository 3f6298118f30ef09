"""Messages about imports."""

from pydantic import Field

from examserver.plumbing.contract import Schema


class ImportForm(Schema):
    """How to read the file; an empty mapping is recognised from the headers."""

    mapping: str = Field(default="", max_length=80)
    sheet: str = Field(default="", max_length=120)


class FaultView(Schema):
    """One fault (or warning) of one row, as Excel numbers it."""

    row: int
    column: str
    code: str
    reason_zh: str
    reason_en: str
    value: str


class ImportView(Schema):
    """What a file holds and what is wrong with it; `good` of its `rows` may go in."""

    id: str
    bank: str
    file_name: str
    file_digest: str
    mapping: str
    rows: int
    good: int
    faults: list[FaultView]
    warnings: list[FaultView]
    state: str
    columns: list[str]
    by: str
    created_ms: int


class ImportList(Schema):
    """The imports of a bank, newest first."""

    imports: list[ImportView]


class AcceptRequest(Schema):
    """The person has seen the faults and takes the good rows."""

    take_good_rows: bool = False


class MappingView(Schema):
    """A layout the importer knows."""

    name: str
    title_zh: str
    title_en: str
    headers: list[str]


class MappingList(Schema):
    """All layouts."""

    mappings: list[MappingView]
