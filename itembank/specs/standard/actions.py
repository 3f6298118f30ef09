"""What can be done with occupations and standards: register, supersede, bind a bank to one; the catalogue."""

from dataclasses import replace

from sqlalchemy import select

from examserver.kernel.errors import Invalid, Refused
from examserver.plumbing.work import Work
from itembank.items.tables import BankRow, load_bank
from itembank.specs.standards import Standard, check_standard, fits, problem_of
from itembank.specs.tables import NoSuchOccupation, OccupationRow, StandardRow, all_standards, load_standard
from itembank.units.store import today


class OccupationKnown(Refused):
    """This code in this edition is registered."""

    code = "occupation.known"
    message_zh = "职业 {code}（{edition} 版）已登记为“{name}”"
    message_en = "Occupation {code} ({edition}) is registered as {name}"
    next_zh = "请直接使用，或登记另一版本"
    next_en = "Use it, or register another edition"


class StandardUnsound(Invalid):
    """The standard cannot be registered as told; `faults` lists everything."""

    code = "standard.unsound"
    message_zh = "标准有 {count} 处问题：{first_zh}"
    message_en = "The standard has {count} fault(s): {first_en}"
    next_zh = "请补全后重新登记"
    next_en = "Complete it and register again"


class StandardKnown(Refused):
    """The same document in the same version is there."""

    code = "standard.known"
    message_zh = "文号 {document_no} 的 {version} 版已登记"
    message_en = "{document_no}, version {version}, is registered already"
    next_zh = "请直接使用，或登记新版本"
    next_en = "Use it, or register another version"


class StandardUnfit(Refused):
    """The standard is not in force, or is for another occupation or level."""

    code = "standard.unfit"
    message_zh = "题库不能依据这项标准：{reason_zh}"
    message_en = "The bank cannot be bound to this standard: {reason_en}"
    next_zh = "请选择现行有效、职业和等级相符的标准"
    next_en = "Choose one in force for the bank's occupation and level"


def register_occupation(work: Work, code: str, edition: str, name: str) -> OccupationRow:
    """A new occupation; raises OccupationKnown."""
    known = work.session.get(OccupationRow, (code, edition))
    if known is not None:
        raise OccupationKnown(code=code, edition=edition, name=known.name)
    row = OccupationRow(code=code, edition=edition, name=name, by=work.actor.id, created_ms=work.now_ms)
    work.session.add(row)
    work.record("occupation.registered", code, edition=edition, name=name)
    return row


def register_standard(work: Work, one: Standard, supersedes: str = "") -> StandardRow:
    """A new version of a standard, which ends the one it supersedes; raises StandardUnsound, StandardKnown."""
    faults = check_standard(one)
    if faults:
        shown = [vars(fault) for fault in faults]
        raise StandardUnsound(
            count=len(faults), first_zh=faults[0].reason_zh, first_en=faults[0].reason_en, faults=shown
        )
    _check_new(work, one)
    row = StandardRow(
        id=work.new_id("std"),
        by=work.actor.id,
        by_name=work.actor.name,
        created_ms=work.now_ms,
        **vars(replace(one, superseded_by="")) | {"levels": list(one.levels)},
    )
    work.session.add(row)
    work.session.flush()
    if supersedes:
        load_standard(work.session, supersedes).superseded_by = row.id
    facts = {"kind": one.kind, "document_no": one.document_no, "version": one.version, "supersedes": supersedes}
    work.record("standard.registered", row.id, **facts)
    return row


def _check_new(work: Work, one: Standard) -> None:
    if one.occupation_code and work.session.get(OccupationRow, (one.occupation_code, one.edition)) is None:
        raise NoSuchOccupation(what=f"{one.occupation_code} {one.edition}")
    same = (StandardRow.kind == one.kind, StandardRow.document_no == one.document_no)
    if work.session.scalars(select(StandardRow).where(*same, StandardRow.version == one.version)).first():
        raise StandardKnown(document_no=one.document_no, version=one.version)


def bind_bank(work: Work, bank_id: str, standard_id: str) -> BankRow:
    """The bank follows this standard from now on; raises StandardUnfit."""
    bank, row = load_bank(work.session, bank_id), load_standard(work.session, standard_id)
    problem = problem_of(row.standard, today(work).isoformat())
    if problem is None and not fits(row.standard, bank.occupation_code, bank.level):
        problem = ("职业或等级不符", "it is for another occupation or level")
    if problem:
        raise StandardUnfit(reason_zh=problem[0], reason_en=problem[1])
    facts = {"standard": row.id, "before": bank.standard_id, "document_no": row.document_no}
    work.record("bank.standard_bound", bank.id, **facts)
    bank.standard_id, bank.standard = row.id, f"{row.title} {row.document_no}".strip()[:200]
    return bank


def standing_of_standard(work: Work, bank: BankRow) -> tuple[str, str] | None:
    """What is wrong with the standard a bank is bound to today; None when it holds or none is bound."""
    if not bank.standard_id:
        return None
    return problem_of(load_standard(work.session, bank.standard_id).standard, today(work).isoformat())


def standards_now(work: Work) -> list[tuple[StandardRow, tuple[str, str] | None]]:
    """Every standard with what keeps it from being in force today."""
    day = today(work).isoformat()
    return [(row, problem_of(row.standard, day)) for row in all_standards(work.session)]
