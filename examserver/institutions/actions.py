"""What can be done with the institution register: add an institution, change its directory entry."""

from datetime import date
from typing import Any

from examserver.institutions.codes import check_kind, read_occupation_code
from examserver.institutions.schemas import DirectoryRequest, InstitutionRequest, OccupationGrant
from examserver.institutions.scope import Grant, overlapping, require_scope
from examserver.institutions.tables import InstitutionRow, entry_of, find_institution, load_institution
from examserver.kernel.errors import Invalid, Refused
from examserver.plumbing.work import Work


class CodeTaken(Refused):
    """The code belongs to another institution; codes are never reused."""

    code = "institution.code_taken"
    message_zh = "机构编码 {code13} 已属于 {name}，编码不得重复使用。"
    message_en = "Institution code {code13} belongs to {name}; codes are never used twice."
    next_zh = "请核对编码。"
    next_en = "Check the code."


class GrantsOverlap(Invalid):
    """An occupation is listed twice with a common level."""

    code = "institution.grants_overlap"
    message_zh = "职业 {occupations} 的同一等级重复出现。"
    message_en = "Occupations {occupations} list a level twice."
    next_zh = "请合并后再提交。"
    next_en = "Merge the entries and send them again."


def register_institution(work: Work, asked: InstitutionRequest) -> InstitutionRow:
    """Enter an institution in the register; raises for a malformed or used code."""
    check_kind(asked.code13, asked.kind)
    found = find_institution(work.session, asked.code13)
    if found is not None:
        raise CodeTaken(code13=asked.code13, name=found.name)
    row = InstitutionRow(
        id=work.new_id("ins"),
        code13=asked.code13,
        name=asked.name,
        kind=asked.kind,
        state="active",
        occupations=_grants(asked.occupations),
        created_ms=work.now_ms,
        created_by=work.actor.id,
    )
    work.session.add(row)
    work.record("institution.registered", row.code13, name=row.name, kind=row.kind, occupations=row.occupations)
    return row


def change_directory(work: Work, key: str, asked: DirectoryRequest) -> InstitutionRow:
    """Replace an institution's directory entry and state, with the reason on record."""
    row = load_institution(work.session, key)
    row.occupations, row.state = _grants(asked.occupations), asked.state
    work.record(
        "institution.directory_changed", row.code13, state=row.state, occupations=row.occupations, reason=asked.reason
    )
    return row


def require_in_scope(work: Work, code13: str, occupation_code: str, level: int, on: date) -> InstitutionRow:
    """The institution, when its directory covers the activity that day; raises OutOfScope or NoSuchInstitution."""
    row = load_institution(work.session, code13)
    require_scope(entry_of(row), occupation_code, level, on)
    return row


def _grants(asked: list[OccupationGrant]) -> list[dict[str, Any]]:
    """Directory entries as they are stored; raises for malformed codes and overlaps."""
    grants = [
        Grant(
            read_occupation_code(one.code),
            tuple(sorted(set(one.levels), reverse=True)),
            one.valid_from,
            one.valid_until,
        )
        for one in asked
    ]
    twice = overlapping(grants)
    if twice:
        raise GrantsOverlap(occupations="、".join(twice))
    return [
        {
            "code": grant.occupation_code,
            "levels": list(grant.levels),
            "valid_from": grant.valid_from.isoformat() if grant.valid_from else None,
            "valid_until": grant.valid_until.isoformat() if grant.valid_until else None,
        }
        for grant in grants
    ]
