"""Endpoints of units, their people, purposes of reading and the record of readings."""

from examserver.kernel.access import SIGNED_IN, Permit
from examserver.plumbing.contract import FileAnswer, NoContent, endpoint
from examserver.plumbing.identity import role_permissions
from examserver.plumbing.work import Work
from itembank.items.text import tidy
from itembank.units import actions, store
from itembank.units.actions import NoSuchAccount, UnitKnown
from itembank.units.csv_file import csv_of
from itembank.units.reads import Reading
from itembank.units.schemas import (
    MemberList,
    MemberView,
    PlaceRequest,
    PurposeList,
    ReadList,
    ReadsQuery,
    ReadView,
    UnitList,
    UnitRequest,
    UnitView,
)
from itembank.units.sight import purposes_for
from itembank.units.tables import NoSuchUnit, all_units, unit_names

PAGE = 100


@endpoint("GET", "/api/bank/units", role="bank", access=SIGNED_IN, answer=UnitList, summary="Units that build banks")
def list_units(work: Work) -> UnitList:
    """Every unit with its number of people."""
    people = store.members(work)
    rows = [
        UnitView(
            id=row.id,
            name=row.name,
            contact=row.contact,
            members=sum(one.unit == row.id for one in people),
            created_ms=row.created_ms,
        )
        for row in all_units(work.session)
    ]
    return UnitList(units=rows)


@endpoint(
    "POST",
    "/api/bank/units",
    role="bank",
    access=Permit("accounts.edit"),
    answer=UnitView,
    errors=(UnitKnown,),
    summary="Register a unit",
)
def register_unit(work: Work, body: UnitRequest) -> UnitView:
    """The new unit."""
    row = actions.register_unit(work, tidy(body.name), tidy(body.contact))
    return UnitView(id=row.id, name=row.name, contact=row.contact, members=0, created_ms=row.created_ms)


@endpoint(
    "GET",
    "/api/bank/members",
    role="bank",
    access=Permit("units.read"),
    answer=MemberList,
    summary="People of the bank",
)
def list_members(work: Work) -> MemberList:
    """Every account with its unit."""
    names = unit_names(work.session)
    rows = [
        MemberView(
            id=one.id,
            login=one.login,
            name=one.name,
            roles=list(one.roles),
            unit=one.unit,
            unit_name=names.get(one.unit, ""),
            active=one.active,
        )
        for one in store.members(work)
    ]
    return MemberList(roles=list(role_permissions(work.role)), members=rows)


@endpoint(
    "POST",
    "/api/bank/members/{account_id}/unit",
    role="bank",
    access=Permit("accounts.edit"),
    answer=NoContent,
    errors=(NoSuchUnit, NoSuchAccount),
    summary="Place a person in a unit",
)
def place_member(work: Work, account_id: str, body: PlaceRequest) -> NoContent:
    """Nothing but the act."""
    actions.place_member(work, account_id, body.unit)
    return NoContent()


@endpoint(
    "GET",
    "/api/bank/purposes",
    role="bank",
    access=SIGNED_IN,
    answer=PurposeList,
    summary="Likely purposes of reading, for the choice in the page head (send one as X-Exam-Purpose)",
)
def list_purposes(work: Work) -> PurposeList:
    """The default first."""
    return PurposeList(purposes=purposes_for(work.actor.permissions))


def _read(reading: Reading) -> ReadView:
    return ReadView(**vars(reading))


@endpoint(
    "GET",
    "/api/bank/reads",
    role="bank",
    access=Permit("reads.read"),
    answer=ReadList,
    summary="Who read plain text, what, when and why",
)
def list_reads(work: Work, query: ReadsQuery) -> ReadList:
    """One page, newest first."""
    found, more = store.readings(work, query.person, tidy(query.purpose), query.before, PAGE)
    return ReadList(reads=[_read(each) for each in found], more=more)


@endpoint(
    "GET",
    "/api/bank/reads.csv",
    role="bank",
    access=Permit("reads.read"),
    answer=FileAnswer,
    summary="The record of readings as CSV (at most 20,000 lines, newest first)",
)
def export_reads(work: Work, query: ReadsQuery) -> FileAnswer:
    """One line per reading."""
    found, _ = store.readings(work, query.person, tidy(query.purpose), query.before, 20_000)
    headers = ("序号", "时间", "人员", "单位", "行为", "对象", "题数", "用途")
    rows = [
        (one.seq, store.china_time(one.at_ms), one.person_name, one.unit_name, one.action, one.subject_name, one.items,
         one.purpose)
        for one in found
    ]  # fmt: skip
    return FileAnswer(csv_of(headers, rows), "text/csv; charset=utf-8", "reads.csv")
