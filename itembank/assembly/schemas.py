"""Messages about blueprints and assemblies."""

from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from examserver.plumbing.contract import Schema


class BlueprintSection(Schema):
    """A part of the form: all items of one type, each worth the same."""

    type: str = Field(max_length=40)
    title: str = Field(min_length=1, max_length=80)
    points_each: Decimal = Field(gt=0, le=100, decimal_places=2)
    seconds_each: int = Field(default=0, ge=0, le=86_400)


class BlueprintCell(Schema):
    """So many items of a type from an area and everything below it; an empty area is the whole specification."""

    area: str = Field(max_length=64)
    type: str = Field(max_length=40)
    count: int = Field(ge=1, le=500)
    cognition: str = Field(default="", max_length=20)


class DifficultyBand(Schema):
    """Bounds of the mean expected share of right answers."""

    mean_min: Decimal = Field(ge=0, le=1, decimal_places=3)
    mean_max: Decimal = Field(ge=0, le=1, decimal_places=3)


class InformationAim(Schema):
    """How much a form should tell at an ability, give or take."""

    theta: Decimal = Field(ge=-6, le=6, decimal_places=3)
    target: Decimal = Field(gt=0, le=1000, decimal_places=3)
    tolerance: Decimal = Field(ge=0, le=1000, decimal_places=3)


Bounds = tuple[int, int]


class BlueprintDemands(Schema):
    """What a blueprint may ask besides counts and points; all of it optional.

    `cognition` bounds how many items are of a level (recall, understand, apply); `words`, `working_s`, `cases` bound a
    whole form. `comparable`: auto, required or off. Uses are counted over the last months or papers, 0 for ever.
    """

    cognition: dict[str, Bounds] = Field(default={})
    words: Bounds | None = None
    working_s: Bounds | None = None
    reading_per_minute: int = Field(default=0, ge=0, le=5000)
    cases: Bounds | None = None
    information: list[InformationAim] = Field(default=[], max_length=20)
    comparable: Literal["auto", "required", "off"] = "auto"
    cut_theta: Decimal | None = Field(default=None, ge=-6, le=6, decimal_places=3)
    max_uses: int | None = Field(default=None, ge=1, le=1000)
    uses_months: int = Field(default=0, ge=0, le=240)
    uses_papers: int = Field(default=0, ge=0, le=1000)
    public_share: int = Field(default=20, ge=0, le=100)


class BlueprintRequest(BlueprintDemands):
    """A blueprint; `importance` bounds how many items are core X, general Y, auxiliary Z.

    `importance_shares` says the same in per cent of the items.
    """

    name: str = Field(min_length=1, max_length=200)
    duration_s: int = Field(gt=0, le=86_400)
    cut_score: Decimal = Field(gt=0, le=1000, decimal_places=2)
    total_points: Decimal = Field(gt=0, le=1000, decimal_places=2)
    sections: list[BlueprintSection] = Field(min_length=1, max_length=20)
    cells: list[BlueprintCell] = Field(min_length=1, max_length=200)
    importance: dict[str, Bounds] | None = None
    importance_shares: dict[str, tuple[Decimal, Decimal]] | None = None
    difficulty: DifficultyBand | None = None
    max_overlap: int = Field(default=0, ge=0, le=500)
    max_per_point: int | None = Field(default=None, ge=1, le=500)


class DeviationView(Schema):
    """Share of a level-1 area in the blueprint against its content weight."""

    area: str
    weight: str
    share: str
    within: bool


class BlueprintView(BlueprintDemands):
    """A stored blueprint; decimal numbers are strings."""

    id: str
    bank: str
    name: str
    duration_s: int
    cut_score: str
    total_points: str
    items: int
    sections: list[BlueprintSection]
    cells: list[BlueprintCell]
    importance: dict[str, tuple[int, int]]
    difficulty: DifficultyBand | None
    max_overlap: int
    max_per_point: int | None
    digest: str
    by: str
    created_ms: int
    deviations: list[DeviationView]


class BlueprintList(Schema):
    """The blueprints of a bank, newest first."""

    blueprints: list[BlueprintView]


class AssembleRequest(Schema):
    """How many forms, how many of them in reserve, from which seed (empty: one is drawn and recorded)."""

    forms: int = Field(ge=1, le=40)
    reserve_forms: int = Field(default=0, ge=0, le=10)
    seed: str = Field(default="", max_length=200)
    purpose: Literal["formal", "trial"] = "formal"


class AssemblyStarted(Schema):
    """The assembly and the job that makes it."""

    assembly: str
    job: str


class FormCheckView(Schema):
    """One recounted rule: what was wanted, what was found."""

    name: str
    target: str
    value: str
    ok: bool


class AreaShare(Schema):
    """A level-1 area in one form: its share of the items against its weight; within means at most one item off."""

    area: str
    name: str
    weight: str
    items: int
    share: float
    within: bool


class AimReached(Schema):
    """A target, what one form reached, and how far that is off in per cent (of the total for expected scores)."""

    name: str
    target: float
    value: float
    deviation: float


class FormReport(Schema):
    """The deviation report of one form; the curves follow the abilities of the assembly's report."""

    areas: list[AreaShare] = Field(default=[])
    aims: list[AimReached] = Field(default=[])
    mean_difficulty: int | None = None
    measured: int = 0
    information: list[float] = Field(default=[])
    expected: list[float] = Field(default=[])


class UsedItem(Schema):
    """An item of the forms and in how many papers it would have been."""

    code: str
    uses: int


class ExposureReport(Schema):
    """Items of the pool by number of uses (never, once, …), before these forms and after; items by number of forms."""

    before: list[int] = Field(default=[])
    after: list[int] = Field(default=[])
    forms_per_item: list[int] = Field(default=[])
    most_used: list[UsedItem] = Field(default=[])


class AssemblyReport(Schema):
    """What is true of all forms together: abilities in thousandths, targets as ability, information, tolerance."""

    thetas: list[int] = Field(default=[])
    theta: int | None = None
    targets: list[tuple[int, float, float]] = Field(default=[])
    deviations: dict[str, float] = Field(default={})
    deviation: float = 0.0
    max_overlap: int = 0
    exposure: ExposureReport = ExposureReport()


class FormLine(Schema):
    """One form with the digest of its content and what the checker found."""

    form: str
    name: str
    reserve: bool
    digest: str
    items: int
    checks: list[FormCheckView]
    report: FormReport


class ShortageView(Schema):
    """What the bank lacks for the blueprint."""

    area: str
    type: str
    needed: int
    available: int
    kind: str
    reason_zh: str
    reason_en: str
    demand: str = ""


class ChangeView(Schema):
    """One demand of a blueprint as it is and as it would be."""

    demand: str
    was: str
    becomes: str
    words_zh: str
    words_en: str


class RelaxationView(Schema):
    """The least change to a blueprint that was assembled to see that it works; `blueprint` can be sent as it is."""

    forms: int
    reserve_forms: int
    changes: list[ChangeView]
    blueprint: BlueprintRequest


class SwapView(Schema):
    """One swap on record."""

    form: str
    out: str
    into: str
    reason: str
    by: str
    at_ms: int


class AssemblyView(Schema):
    """One run of the assembler; `overlap` holds the shared items of every pair of forms."""

    id: str
    bank: str
    purpose: str
    blueprint: str
    blueprint_name: str
    blueprint_digest: str
    specification_digest: str
    pool_digest: str
    state: str
    seed: str
    forms: list[FormLine]
    shortages: list[ShortageView]
    overlap: list[list[int]]
    job: str
    solver: str
    by: str
    approved_by: str
    created_ms: int
    approved_ms: int | None
    took_ms: int
    report: AssemblyReport
    relaxation: RelaxationView | None
    swaps: list[SwapView]


class AssemblyList(Schema):
    """All assemblies, newest first, without checks and reports."""

    assemblies: list[AssemblyView]


class CellForecast(Schema):
    """What the bank has for one cell of a blueprint, for one form."""

    area: str
    type: str
    cognition: str
    needed: int
    available: int


class Forecast(Schema):
    """What the bank has for a blueprint before anything is assembled.

    `information` pairs abilities with what a form would tell on average; `theta` is who would just pass.
    """

    items: int
    usable: int
    measured: int
    held_back: int
    cells: list[CellForecast]
    theta: Decimal | None
    information: list[tuple[Decimal, Decimal]]
    shortages: list[ShortageView]


class ExposedItem(Schema):
    """How many papers an item was in, and when it was last approved for one."""

    code: str
    count: int
    last_ms: int


class ExposureList(Schema):
    """The items of a bank that were ever used, the most used first."""

    items: list[ExposedItem]


class SealableAssembly(Schema):
    """An approved assembly that waits for sealing: enough to choose it, nothing of its content."""

    id: str
    blueprint_name: str
    forms: int
    approved_by: str
    approved_ms: int | None


class SealableList(Schema):
    """What can be sealed, newest first."""

    assemblies: list[SealableAssembly]


class PreviewQuery(Schema):
    """Why the form is read; with the key only when asked."""

    purpose: str = Field(min_length=2, max_length=200)
    with_key: bool = False


class FormPreview(Schema):
    """A form as the candidate will see it; the key only when asked for."""

    form: str
    name: str
    reserve: bool
    digest: str
    content: dict[str, Any]
    key: dict[str, Any] | None
