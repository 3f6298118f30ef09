"""What can be done with a bank's programme: plan a phase, accept contradictions on record, declare a bank ready."""

from dataclasses import dataclass

from examserver.kernel.errors import Invalid
from examserver.plumbing.work import Work
from itembank.items.kinds import ITEM_TYPES
from itembank.items.tables import BankRow, load_bank
from itembank.programmes.needs import Gap, Phase, Target, gaps_of
from itembank.programmes.readiness import Condition, ReadinessFacts, ReasonMissing, check_step, conditions_of
from itembank.programmes.tables import (
    OverrideRow,
    PhaseRow,
    ReadinessRow,
    counts_of,
    current_phase,
    find_override,
    phases_of,
)
from itembank.specs.standard.actions import standing_of_standard
from itembank.specs.tables import find_specification, find_specification_row
from itembank.specs.tree import ContentSpecification
from itembank.units.store import bank_policy, people_with

REVIEWER = "item_reviewer"


class PhaseUnsound(Invalid):
    """The phase names what does not exist; `faults` lists it all."""

    code = "phase.unsound"
    message_zh = "阶段计划有 {count} 处问题：{first_zh}"
    message_en = "The phase has {count} fault(s): {first_en}"
    next_zh = "请按细目表中的代码和已有题型改正"
    next_en = "Use codes of the specification and existing item types"


class NothingToAccept(Invalid):
    """There is no contradiction to accept."""

    code = "specification.nothing_to_accept"
    message_zh = "现行细目表没有矛盾，无需认可"
    message_en = "The present specification has no contradictions"
    next_zh = "无需操作"
    next_en = "Nothing needs to be done"


@dataclass(frozen=True)
class Programme:
    """Where a bank stands: its phase, the gaps of it, the conditions of readiness."""

    bank: BankRow
    phase: Phase
    targets: tuple[Target, ...]
    gaps: tuple[Gap, ...]
    conditions: tuple[Condition, ...]


def _phase_faults(tree: ContentSpecification, areas: list[str], targets: list[Target]) -> list[tuple[str, str]]:
    faults = []
    for node in [*areas, *(target.node for target in targets)]:
        if node not in tree.by_code:
            faults.append((f"细目表中没有 {node}", f"the specification has no {node}"))
    for target in targets:
        if target.type and target.type not in ITEM_TYPES:
            faults.append((f"没有题型 {target.type}", f"there is no item type {target.type}"))
    return faults


def plan_phase(
    work: Work, bank_id: str, name: str, areas: list[str], per_point: int, targets: list[Target], due_on: str
) -> PhaseRow:
    """The next phase of the bank, which holds from now on; raises PhaseUnsound."""
    load_bank(work.session, bank_id)
    tree = find_specification(work.session, bank_id) or ContentSpecification(())
    faults = _phase_faults(tree, areas, targets)
    if faults:
        raise PhaseUnsound(count=len(faults), first_zh=faults[0][0], first_en=faults[0][1], faults=faults)
    before = phases_of(work.session, bank_id)
    row = PhaseRow(
        id=work.new_id("phs"),
        bank_id=bank_id,
        number=before[0].number + 1 if before else 1,
        name=name,
        areas=areas,
        per_point=per_point,
        targets=[vars(target) for target in targets],
        due_on=due_on,
        by=work.actor.id,
        by_name=work.actor.name,
        created_ms=work.now_ms,
    )
    work.session.add(row)
    work.session.flush()
    work.record("programme.phase", bank_id, number=row.number, areas=areas, per_point=per_point, targets=len(targets))
    return row


def accept_contradictions(work: Work, bank_id: str, reason: str) -> OverrideRow:
    """Takes the present specification's contradictions on record; raises NothingToAccept or ReasonMissing."""
    row = find_specification_row(work.session, bank_id)
    if row is None or not row.contradictions:
        raise NothingToAccept()
    if len(reason.strip()) < 4:
        raise ReasonMissing()
    known = find_override(work.session, row.id)
    if known is not None:
        return known
    override = OverrideRow(
        specification_id=row.id,
        bank_id=bank_id,
        contradictions=len(row.contradictions),
        reason=reason,
        by=work.actor.id,
        by_name=work.actor.name,
        at_ms=work.now_ms,
    )
    work.session.add(override)
    facts = {"version": row.version, "contradictions": override.contradictions, "reason": reason[:200]}
    work.record("specification.contradictions_accepted", bank_id, **facts)
    return override


def standing_of(work: Work, bank_id: str) -> Programme:
    """The programme of a bank as it is now."""
    bank = load_bank(work.session, bank_id)
    phase, targets = current_phase(work.session, bank)
    tree = find_specification(work.session, bank_id) or ContentSpecification(())
    gaps = tuple(gaps_of(phase, targets, counts_of(work.session, bank_id), tree))
    return Programme(bank, phase, targets, gaps, tuple(conditions_of(_facts(work, bank, gaps))))


def _facts(work: Work, bank: BankRow, gaps: tuple[Gap, ...]) -> ReadinessFacts:
    row = find_specification_row(work.session, bank.id)
    problem = standing_of_standard(work, bank) or ("", "")
    return ReadinessFacts(
        has_specification=row is not None,
        contradictions=len(row.contradictions) if row else 0,
        overridden=row is not None and find_override(work.session, row.id) is not None,
        gaps=gaps,
        reviewers=len(people_with(work, REVIEWER)),
        reviewers_min=bank_policy(work).reviewers_min,
        standard_problem_zh=problem[0],
        standard_problem_en=problem[1],
    )


def declare_readiness(work: Work, bank_id: str, wanted: str, reason: str) -> BankRow:
    """A person changes the bank's readiness; raises what the rule says against it, and keeps the attempt."""
    programme = standing_of(work, bank_id)
    bank = programme.bank
    work.attempt("bank.readiness_asked", bank.id, wanted=wanted)
    check_step(bank.readiness, wanted, reason, programme.conditions)
    row = ReadinessRow(
        id=work.new_id("rdy"),
        bank_id=bank.id,
        before=bank.readiness,
        after=wanted,
        conditions=[vars(each) for each in programme.conditions],
        reason=reason,
        by=work.actor.id,
        by_name=work.actor.name,
        at_ms=work.now_ms,
    )
    work.session.add(row)
    work.record("bank.readiness", bank.id, before=row.before, after=row.after, reason=reason[:200])
    bank.readiness = wanted
    return bank
