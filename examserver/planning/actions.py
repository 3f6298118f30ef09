"""What can be done with a plan until it is approved: file it, take its roster, attach its paper, approve it."""

from datetime import date

from examserver.institutions.actions import require_in_scope
from examserver.institutions.codes import LEVEL_NAMES_ZH, read_occupation_code
from examserver.institutions.scope import check_scope
from examserver.institutions.tables import entry_of, load_institution
from examserver.kernel.access import Actor
from examserver.kernel.calendar import local_day
from examserver.kernel.errors import Invalid, Refused
from examserver.kernel.policy import Profile, integer_on, text_on, value_on
from examserver.planning.gates import Gate, PlanFacts, blocking, gates_of
from examserver.planning.paper import PaperNeed, planned_paper, read_package, require_suitable
from examserver.planning.roster import Roster, RosterEntry, check_roster, read_sheet
from examserver.planning.schemas import PlanRequest
from examserver.planning.tables import CandidateRow, PlanRow, candidates_of, load_plan, next_day_serial
from examserver.plumbing.files import Vault
from examserver.plumbing.log import append_leaf
from examserver.plumbing.policies import load_profile
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.trust import trust_of
from examserver.plumbing.work import Work, open_work

COMPARED = ("duration_s", "late_entry_cutoff_s", "grace_s")


class PlanNotDraft(Refused):
    """The plan is approved or ordered; its content is fixed."""

    code = "plan.not_draft"
    message_zh = "计划已{state_zh}，内容不能再改。"
    message_en = "The plan is {state}; its content is fixed."
    next_zh = "如确需更改，请另建计划。"
    next_en = "If it must change, file another plan."


class SamePerson(Refused):
    """The approver had a hand in making the plan."""

    code = "plan.same_person"
    message_zh = "编制计划的人不能批准该计划。"
    message_en = "Whoever prepared the plan may not approve it."
    next_zh = "请由另一名有批准权限的人员批准。"
    next_en = "Have another person with the permission approve it."


class PlanIncomplete(Refused):
    """Something is missing before the plan can be approved."""

    code = "plan.incomplete"
    message_zh = "计划还不能批准：{reasons_zh}。"
    message_en = "The plan cannot be approved yet: {reasons_en}."
    next_zh = "请先补齐。"
    next_en = "Complete it first."


class TimesContradict(Invalid):
    """The times of a plan cannot all be true."""

    code = "plan.times_contradict"
    message_zh = "时间安排矛盾：{reason_zh}。"
    message_en = "The times contradict one another: {reason_en}."
    next_zh = "请核对开考、启封和迟到截止时间。"
    next_en = "Check the start, the release window and the late-entry limit."


STATES_ZH = {"draft": "编制中", "approved": "批准", "ordered": "下达"}


def require_draft(row: PlanRow) -> None:
    """Raise PlanNotDraft unless the plan may still be changed."""
    if row.state != "draft":
        raise PlanNotDraft(state=row.state, state_zh=STATES_ZH[row.state])


def plan_vault(runtime: RoleRuntime) -> Vault:
    """Where planning keeps manifests, orders and tickets, by digest."""
    return Vault(runtime.files / "planning")


def file_plan(work: Work, asked: PlanRequest) -> PlanRow:
    """Enter a plan as a draft; what was left out comes from the policy profile of the day."""
    day = local_day(asked.starts_ms)
    read_occupation_code(asked.occupation_code)
    institution = require_in_scope(work, asked.institution, asked.occupation_code, asked.level, day)
    profile = load_profile(asked.profile or work.runtime.settings.policy.profile)
    row = PlanRow(
        id=work.new_id("pln"),
        sitting=work.new_id("sit"),
        code13=institution.code13,
        institution_name=institution.name,
        title=asked.title,
        occupation_code=asked.occupation_code,
        occupation_name=asked.occupation_name,
        level=asked.level,
        standard=asked.standard,
        method=asked.method,
        centre=asked.centre,
        room=asked.room.model_dump(),
        staff=[member.model_dump() for member in asked.staff],
        profile=profile.profile,
        starts_ms=asked.starts_ms,
        cut_score=asked.cut_score or text_on(profile, "cut_score", day),
        day=day.isoformat(),
        day_serial=next_day_serial(work.session, institution.code13, day.isoformat()),
        state="draft",
        created_ms=work.now_ms,
        created_by=work.actor.id,
        edited_by=[work.actor.id],
    )
    _set_times(row, asked, profile, day)
    work.session.add(row)
    work.record(
        "plan.filed", row.id, sitting=row.sitting, title=row.title, institution=row.code13, starts_ms=row.starts_ms
    )
    return row


def _set_times(row: PlanRow, asked: PlanRequest, profile: Profile, day: date) -> None:
    """Fill in the times asked for or the policy's; raises TimesContradict."""
    for name in COMPARED:
        given = getattr(asked, name)
        setattr(row, name, integer_on(profile, name, day) if given is None else given)
    row.late_entry_deadline = text_on(profile, "late_entry_deadline", day)
    opens, closes = asked.release_opens_ms, asked.release_closes_ms
    before, after = (integer_on(profile, f"release_{word}_s", day) for word in ("opens_before", "closes_after"))
    row.release_opens_ms = row.starts_ms - 1000 * before if opens is None else opens
    row.release_closes_ms = row.starts_ms + 1000 * after if closes is None else closes
    if row.release_opens_ms >= row.release_closes_ms:
        raise TimesContradict(reason_zh="启封时段为空", reason_en="the release window is empty")
    if row.late_entry_cutoff_s > row.duration_s:
        raise TimesContradict(reason_zh="迟到截止晚于考试结束", reason_en="late entry would end after the exam")


def import_roster(runtime: RoleRuntime, actor: Actor, plan_id: str, data: bytes, take: bool) -> tuple[Roster, int, int]:
    """Check a roster spreadsheet; with `take` its good rows go in. Returns findings, rows taken, rows in the plan."""
    rows = read_sheet(data)
    with open_work(runtime, actor, write=take) as work:
        plan = load_plan(work.session, plan_id, lock=take)
        require_draft(plan)
        present = candidates_of(work.session, plan_id)
        already = frozenset(row.document_number for row in present)
        roster = check_roster(rows, local_day(plan.starts_ms), already)
        if not take:
            return roster, 0, len(present)
        for position, entry in enumerate(roster.good, start=len(present) + 1):
            work.session.add(_candidate(work, plan_id, position, entry))
        _edited(work, plan)
        work.record("roster.taken", plan_id, rows=roster.rows, taken=len(roster.good), faults=len(roster.faults))
        return roster, len(roster.good), len(present) + len(roster.good)


def _candidate(work: Work, plan_id: str, position: int, entry: RosterEntry) -> CandidateRow:
    return CandidateRow(
        id=work.new_id("cnd"),
        plan=plan_id,
        position=position,
        name=entry.name,
        document_type=entry.document_type,
        document_number=entry.document_number,
        sex=entry.sex,
        employer=entry.employer,
        phone=entry.phone,
        extra_s=entry.extra_s,
    )


def attach_paper(runtime: RoleRuntime, actor: Actor, plan_id: str, data: bytes) -> PlanRow:
    """Keep the manifest of a sealed paper for the plan; the forms inside are not kept."""
    with open_work(runtime, actor, write=False) as work:
        trust = trust_of(work)
    manifest, file = read_package(data, trust)
    with open_work(runtime, actor) as work:
        row = load_plan(work.session, plan_id, lock=True)
        require_draft(row)
        need = PaperNeed(row.id, row.occupation_code, row.level, row.release_opens_ms, row.release_closes_ms)
        require_suitable(manifest, need)
        paper = planned_paper(manifest, file)
        row.paper = {
            "paper": paper.paper,
            "title": paper.title,
            "manifest_digest": paper.manifest_digest,
            "forms": [vars(form) for form in paper.forms],
        }
        row.manifest = file.decode()
        _edited(work, row)
        work.record("plan.paper_attached", plan_id, paper=paper.paper, manifest_digest=paper.manifest_digest)
        leaf = {"digest": paper.manifest_digest, "paper": paper.paper, "plan": row.id, "sitting": row.sitting}
        append_leaf(work, "manifest", leaf)
        return row


def approve_plan(work: Work, plan_id: str) -> PlanRow:
    """Fix a complete plan; the approver had no hand in it."""
    row = load_plan(work.session, plan_id, lock=True)
    require_draft(row)
    if work.actor.id in {row.created_by, *row.edited_by}:
        raise SamePerson()
    missing = blocking(facts_of(work, row, len(candidates_of(work.session, plan_id))))
    if missing:
        raise PlanIncomplete(
            reasons_zh="；".join(gate.why_zh for gate in missing), reasons_en="; ".join(gate.why_en for gate in missing)
        )
    row.state, row.approved_by, row.approved_ms = "approved", work.actor.id, work.now_ms
    work.record("plan.approved", plan_id, candidates=len(candidates_of(work.session, plan_id)))
    return row


def facts_of(work: Work, row: PlanRow, candidates: int) -> PlanFacts:
    """What the plan's gates look at."""
    day, profile = local_day(row.starts_ms), load_profile(row.profile)
    finding = check_scope(entry_of(load_institution(work.session, row.code13)), row.occupation_code, row.level, day)
    forms = [form for form in row.paper["forms"] if not form["reserve"]] if row.paper else None
    used = {name: getattr(row, name) for name in (*COMPARED, "cut_score")}
    policy = {name: value_on(profile, name, day).value for name in used}
    return PlanFacts(
        candidates=candidates,
        rows=row.room["rows"],
        columns=row.room["columns"],
        forms=None if forms is None else len(forms),
        scope_zh=finding.why_zh if finding else "",
        scope_en=finding.why_en if finding else "",
        seated=row.seat_seed is not None,
        invigilators=sum(1 for member in row.staff if member["role"] in ("invigilator", "chief_invigilator")),
        invigilator_ratio=integer_on(profile, "invigilator_ratio", day),
        invigilators_min=integer_on(profile, "invigilators_min", day),
        differences=tuple((name, str(used[name]), str(policy[name])) for name in used if used[name] != policy[name]),
    )


def gates_for(work: Work, row: PlanRow, candidates: int) -> list[Gate]:
    """The gates of a plan."""
    return gates_of(facts_of(work, row, candidates))


def level_name(level: int) -> str:
    """The Chinese name of a level."""
    return LEVEL_NAMES_ZH[level]


def _edited(work: Work, row: PlanRow) -> None:
    """Remember that this person had a hand in the plan."""
    if work.actor.id not in row.edited_by:
        row.edited_by = [*row.edited_by, work.actor.id]
