"""Messages about imports."""

from pydantic import Field

from examserver.plumbing.contract import Schema
from itembank.exchange.tables import ImportRow


class ImportForm(Schema):
    """How to read the file; an empty mapping is recognised from the headers, an empty format from the content."""

    mapping: str = Field(default="", max_length=80)
    sheet: str = Field(default="", max_length=120)
    format: str = Field(default="", max_length=20)


class FaultView(Schema):
    """One fault (or warning) of one row, as Excel numbers it; row 0 speaks of the whole file."""

    row: int
    column: str
    code: str
    reason_zh: str
    reason_en: str
    value: str
    suggestion_zh: str = ""
    suggestion_en: str = ""


class StopView(Schema):
    """Why the last check or acceptance came to nothing."""

    code: str
    message_zh: str
    message_en: str
    next_zh: str
    next_en: str


class ImportTotals(Schema):
    """How many there are of each, listed here or only in the whole report."""

    faults: int = 0
    warnings: int = 0
    duplicates: int = 0
    conflicts: int = 0


class ImportView(Schema):
    """What a file holds and what is wrong with it; `good` of its `rows` may go in.

    `counts` says whether rows, lines or questions are numbered. `faults` and `warnings` are the first of each.
    """

    id: str
    bank: str
    file_name: str
    file_digest: str
    format: str
    counts: str
    mapping: str
    sheet: str
    rows: int
    good: int
    faulty: int
    totals: ImportTotals
    faults: list[FaultView]
    warnings: list[FaultView]
    corrected: list[int]
    state: str
    job: str
    error: StopView | None
    columns: list[str]
    by: str
    created_ms: int
    took_ms: int


class ImportList(Schema):
    """The imports of a bank, newest first, without their faults."""

    imports: list[ImportView]


class AcceptRequest(Schema):
    """The person has seen the faults and takes the good rows."""

    take_good_rows: bool = False


class RowCorrection(Schema):
    """New text for some cells of a row, by their column headers."""

    row: int = Field(ge=1)
    cells: dict[str, str] = Field(min_length=1, max_length=100)


class CorrectionRequest(Schema):
    """Corrections laid over the file before it is checked again."""

    rows: list[RowCorrection] = Field(min_length=1, max_length=500)


class CellView(Schema):
    """One cell of a row, as corrected."""

    column: str
    text: str


class RowView(Schema):
    """A faulty row with its cells and everything that is wrong with it."""

    row: int
    cells: list[CellView]
    faults: list[FaultView]


class PairSide(Schema):
    """One item of a pair, in words."""

    stem: str
    options: list[str]
    key: str


class PairView(Schema):
    """Two items that ask the same thing: which, where they stand, how alike they are."""

    a: str
    b: str
    place_a: str
    place_b: str
    score: float
    kind: str
    same_options: bool
    same_key: bool
    item_a: PairSide
    item_b: PairSide


class PairsQuery(Schema):
    """Which page of the pairs."""

    page: int = Field(default=1, ge=1, le=10**6)


class PairPage(Schema):
    """One page of pairs, the gravest first; `total` counts those kept in the report."""

    total: int
    page: int
    page_size: int
    pairs: list[PairView]


def import_view(row: ImportRow, with_faults: bool = True) -> ImportView:
    """An import as shown."""
    return ImportView(
        id=row.id,
        bank=row.bank_id,
        file_name=row.file_name,
        file_digest=row.file_digest,
        format=row.format,
        counts=row.counts,
        mapping=row.mapping,
        sheet=row.sheet,
        rows=row.rows,
        good=row.good,
        faulty=row.faulty,
        totals=ImportTotals(**row.totals),
        faults=[FaultView(**fault) for fault in row.faults if with_faults],
        warnings=[FaultView(**warning) for warning in row.warnings if with_faults],
        corrected=sorted(int(number) for number in row.corrections),
        state=row.state,
        job=row.job_id,
        error=StopView(**row.error) if row.error else None,
        columns=row.columns,
        by=row.by_name,
        created_ms=row.created_ms,
        took_ms=row.took_ms,
    )
