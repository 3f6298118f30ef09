"""Endpoints of occupations, standards and the public catalogue (ZJ16-5.2: metadata only)."""

from examserver.kernel.access import PUBLIC, Permit
from examserver.plumbing.contract import endpoint
from examserver.plumbing.work import Work
from itembank.items.actions import list_banks
from itembank.items.state import CLOSED, ENROLLED
from itembank.items.tables import NoSuchBank
from itembank.items.text import tidy
from itembank.specs.standard import actions
from itembank.specs.standard.actions import OccupationKnown, StandardKnown, StandardUnfit, StandardUnsound
from itembank.specs.standard.schemas import (
    BindStandard,
    Catalogue,
    CatalogueBank,
    OccupationRequest,
    OccupationView,
    StandardList,
    StandardRequest,
    StandardView,
)
from itembank.specs.standards import KINDS, Standard
from itembank.specs.tables import (
    NoSuchOccupation,
    NoSuchStandard,
    StandardRow,
    all_occupations,
    find_specification,
)


def _standard(row: StandardRow, problem: tuple[str, str] | None) -> StandardView:
    zh, en = KINDS[row.kind]
    return StandardView(
        id=row.id,
        kind_zh=zh,
        kind_en=en,
        problem_zh=problem[0] if problem else "",
        problem_en=problem[1] if problem else "",
        **vars(row.standard) | {"levels": row.levels},
    )


def _list(work: Work) -> StandardList:
    occupations = [
        OccupationView(code=row.code, edition=row.edition, name=row.name) for row in all_occupations(work.session)
    ]
    return StandardList(occupations=occupations, standards=[_standard(*pair) for pair in actions.standards_now(work)])


@endpoint(
    "GET",
    "/api/bank/standards",
    role="bank",
    access=Permit("banks.read"),
    answer=StandardList,
    summary="Occupations and standards with their filing numbers and validity",
)
def list_standards(work: Work) -> StandardList:
    """Everything registered."""
    return _list(work)


@endpoint(
    "POST",
    "/api/bank/occupations",
    role="bank",
    access=Permit("specs.edit"),
    answer=StandardList,
    errors=(OccupationKnown,),
    summary="Register an occupation (code and edition)",
)
def register_occupation(work: Work, body: OccupationRequest) -> StandardList:
    """The list with the new one."""
    actions.register_occupation(work, body.code, body.edition, tidy(body.name))
    work.session.flush()
    return _list(work)


@endpoint(
    "POST",
    "/api/bank/standards",
    role="bank",
    access=Permit("specs.edit"),
    answer=StandardList,
    errors=(StandardUnsound, StandardKnown, NoSuchOccupation, NoSuchStandard),
    summary="Register a version of a standard",
)
def register_standard(work: Work, body: StandardRequest) -> StandardList:
    """The list with the new one."""
    told = body.model_dump(exclude={"supersedes"}) | {"levels": tuple(sorted(set(body.levels), reverse=True))}
    told = {name: tidy(value) if isinstance(value, str) else value for name, value in told.items()}
    actions.register_standard(work, Standard(**told), body.supersedes)
    return _list(work)


@endpoint(
    "POST",
    "/api/bank/banks/{bank_id}/standard",
    role="bank",
    access=Permit("specs.edit"),
    answer=StandardList,
    errors=(NoSuchBank, NoSuchStandard, StandardUnfit),
    summary="Bind a bank to a standard version",
)
def bind_bank(work: Work, bank_id: str, body: BindStandard) -> StandardList:
    """The standards as they are."""
    actions.bind_bank(work, bank_id, body.standard)
    return _list(work)


@endpoint(
    "GET",
    "/api/bank/catalogue",
    role="bank",
    access=PUBLIC,
    answer=Catalogue,
    summary="Public catalogue of standards in force and of banks: metadata only",
)
def read_catalogue(work: Work) -> Catalogue:
    """What everybody may know."""
    standards = [_standard(row, problem) for row, problem in actions.standards_now(work) if problem is None]
    banks = []
    for bank, items in list_banks(work):
        if bank.readiness == CLOSED:
            continue
        tree = find_specification(work.session, bank.id)
        banks.append(
            CatalogueBank(
                name=bank.name,
                occupation_code=bank.occupation_code,
                occupation_name=bank.occupation_name,
                level=bank.level,
                standard=bank.standard,
                owner=bank.owner,
                readiness=bank.readiness,
                points=len(tree.points) if tree else 0,
                items=items.get(ENROLLED, 0),
            )
        )
    return Catalogue(standards=standards, banks=banks)
