"""Endpoints of the institution register."""

from examserver.institutions.actions import CodeTaken, GrantsOverlap, change_directory, register_institution
from examserver.institutions.codes import InstitutionCodeMalformed, InstitutionKindMismatch, OccupationCodeMalformed
from examserver.institutions.schemas import (
    DirectoryRequest,
    InstitutionList,
    InstitutionRequest,
    InstitutionView,
    OccupationGrant,
)
from examserver.institutions.tables import InstitutionRow, NoSuchInstitution, all_institutions, load_institution
from examserver.kernel.access import Permit
from examserver.plumbing.contract import endpoint
from examserver.plumbing.work import Work


def view_of(row: InstitutionRow) -> InstitutionView:
    """An institution as endpoints show it."""
    return InstitutionView(
        id=row.id,
        code13=row.code13,
        name=row.name,
        kind=row.kind,
        state=row.state,
        occupations=[OccupationGrant.model_validate(one) for one in row.occupations],
    )


@endpoint(
    "GET",
    "/api/authority/institutions",
    role="authority",
    access=Permit("institutions.read"),
    answer=InstitutionList,
    summary="The register of institutions",
)
def list_institutions(work: Work) -> InstitutionList:
    """Every institution with its directory entry."""
    return InstitutionList(institutions=[view_of(row) for row in all_institutions(work.session)])


@endpoint(
    "GET",
    "/api/authority/institutions/{institution_id}",
    role="authority",
    access=Permit("institutions.read"),
    answer=InstitutionView,
    errors=(NoSuchInstitution,),
    summary="One institution",
)
def get_institution(work: Work, institution_id: str) -> InstitutionView:
    """One institution, by id or code."""
    return view_of(load_institution(work.session, institution_id))


@endpoint(
    "POST",
    "/api/authority/institutions",
    role="authority",
    access=Permit("institutions.edit"),
    answer=InstitutionView,
    errors=(CodeTaken, GrantsOverlap, InstitutionCodeMalformed, InstitutionKindMismatch, OccupationCodeMalformed),
    summary="Register an institution",
)
def post_institution(work: Work, body: InstitutionRequest) -> InstitutionView:
    """Enter an institution in the register."""
    return view_of(register_institution(work, body))


@endpoint(
    "POST",
    "/api/authority/institutions/{institution_id}/directory",
    role="authority",
    access=Permit("institutions.edit"),
    answer=InstitutionView,
    errors=(NoSuchInstitution, GrantsOverlap, OccupationCodeMalformed),
    summary="Change an institution's directory entry",
)
def post_directory(work: Work, institution_id: str, body: DirectoryRequest) -> InstitutionView:
    """Replace the occupations and state of an institution."""
    return view_of(change_directory(work, institution_id, body))
