"""What is done with an approved plan: draw the seats, print the tickets, sign the sitting order."""

import secrets
from typing import Any

from examserver.institutions.actions import require_in_scope
from examserver.institutions.codes import read_institution_code
from examserver.kernel.access import Actor
from examserver.kernel.calendar import local_day, period_text
from examserver.kernel.canonical import digest
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.documents import sign_document
from examserver.kernel.errors import Missing, Refused
from examserver.kernel.policy import applied, replaced, text_on, texts_on, value_on
from examserver.planning.actions import level_name, plan_vault
from examserver.planning.identity_number import mask_number
from examserver.planning.numbering import TicketScope, check_pattern, ticket_number
from examserver.planning.order import ORDER_TYPE, OrderedCandidate, OrderHeader, OrderTimes, order_body
from examserver.planning.seating import Placement, draw_seating, lay_out, spare_names
from examserver.planning.tables import CandidateRow, PlanRow, candidates_of, holders_of, load_plan
from examserver.planning.tickets import Ticket, TicketFrame, fill_rules, print_tickets
from examserver.plumbing.fonts import load_fonts
from examserver.plumbing.log import append_leaf
from examserver.plumbing.policies import load_profile
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.trust import trusted
from examserver.plumbing.work import Work, open_work

POLICY_IN_ORDER = (
    "duration_s", "cut_score", "full_score", "late_entry_cutoff_s", "late_entry_deadline", "grace_s",
    "release_opens_before_s", "release_closes_after_s", "invigilator_ratio", "invigilators_min",
    "ticket_number_pattern", "retention_record_days",
)  # fmt: skip


class PlanNotApproved(Refused):
    """Seats are drawn only for an approved plan."""

    code = "plan.not_approved"
    message_zh = "计划尚未批准。"
    message_en = "The plan is not approved yet."
    next_zh = "请由另一人批准后再排座。"
    next_en = "Have another person approve it first."


class AlreadyOrdered(Refused):
    """The order is signed; seats and hall are fixed."""

    code = "plan.already_ordered"
    message_zh = "场次指令已签发给考场 {hall_key}，座位和考场不能再改。"
    message_en = "The order has been signed for hall {hall_key}; seats and hall are fixed."
    next_zh = "请下载已签发的指令。"
    next_en = "Fetch the order that was signed."


class NotSeated(Refused):
    """There are no seats yet."""

    code = "plan.not_seated"
    message_zh = "还没有排座。"
    message_en = "The seats have not been drawn yet."
    next_zh = "请先排座。"
    next_en = "Draw the seats first."


class HallNotTrusted(Refused):
    """The hall's key is not registered here."""

    code = "order.hall_not_trusted"
    message_zh = "考场密钥 {hall_key} 未登记。"
    message_en = "The hall key {hall_key} is not registered here."
    next_zh = "请管理员先登记该考场服务器的公钥。"
    next_en = "Have an administrator register the hall's keys first."


class TicketTaken(Refused):
    """The pattern gives a number that another plan's candidate already has."""

    code = "ticket.taken"
    message_zh = "按准考证号规则得到的号码 {ticket} 已属于另一计划的考生。"
    message_en = "The pattern gives ticket number {ticket}, which a candidate of another plan already has."
    next_zh = "请在政策配置中使用能区分机构和场次的准考证号规则。"
    next_en = "Use a ticket_number_pattern that tells institutions and sittings apart."


class NoOrder(Missing):
    """The order has not been signed yet."""

    code = "order.missing"
    message_zh = "还没有签发场次指令：{what}"
    message_en = "No order has been signed yet: {what}"
    next_zh = "请先排座并签发。"
    next_en = "Draw the seats and sign the order first."


def draw_seats(work: Work, plan_id: str, seed: str | None) -> PlanRow:
    """Draw seats, forms and ticket numbers from a seed that is recorded before it is used."""
    row = load_plan(work.session, plan_id, lock=True)
    _require_approved(row)
    if row.state == "ordered":
        raise AlreadyOrdered(hall_key=row.order_hall)
    seed = seed or secrets.token_hex(16)
    candidates = candidates_of(work.session, plan_id)
    by_position = {f"{one.position:06d}": one for one in candidates}
    placements = draw_seating(
        list(by_position), lay_out(row.room["rows"], row.room["columns"]), list(_form_names(row)), seed
    )
    for one in candidates:
        one.ticket = one.seat = one.form = None
    work.session.flush()
    with work.session.no_autoflush:
        _seat(row, by_position, placements)
        _require_new_tickets(work, candidates)
    row.seat_seed = seed
    work.record("plan.seats_drawn", plan_id, seed=seed, candidates=len(candidates), forms=sorted(_form_names(row)))
    return row


def _seat(row: PlanRow, by_position: dict[str, CandidateRow], placements: tuple[Placement, ...]) -> None:
    """Write seats, forms and ticket numbers to the roster."""
    day = local_day(row.starts_ms)
    pattern = text_on(load_profile(row.profile), "ticket_number_pattern", day)
    check_pattern(pattern)
    code = read_institution_code(row.code13)
    scope = TicketScope(code.province, code.serial, f"{day:%y%m%d}", row.day_serial)
    form_ids = _form_names(row)
    for placement in placements:
        candidate = by_position[placement.candidate]
        candidate.seat, candidate.form = placement.seat.seat, form_ids[placement.form]
        candidate.ticket = ticket_number(pattern, scope, placement.seat.seat)


def _require_new_tickets(work: Work, candidates: list[CandidateRow]) -> None:
    """Raise TicketTaken when a number of another plan would be given again."""
    own = {one.id for one in candidates}
    taken = [one for one in holders_of(work.session, [one.ticket or "" for one in candidates]) if one.id not in own]
    if taken:
        raise TicketTaken(ticket=taken[0].ticket)


def _form_names(row: PlanRow) -> dict[str, str]:
    """Form ids by name, without the reserve: draws go by names, so that the same seed gives the same forms."""
    if row.paper is None:
        raise NotSeated()
    return {form["name"]: form["form"] for form in row.paper["forms"] if not form["reserve"]}


def _require_approved(row: PlanRow) -> None:
    if row.state == "draft":
        raise PlanNotApproved()


def tickets_pdf(runtime: RoleRuntime, actor: Actor, plan_id: str) -> bytes:
    """The admission tickets of a plan, in seat order."""
    with open_work(runtime, actor, write=False) as work:
        row = load_plan(work.session, plan_id)
        candidates = [one for one in candidates_of(work.session, plan_id) if one.ticket]
    if row.seat_seed is None:
        raise NotSeated()
    tickets = [_ticket(row, one) for one in sorted(candidates, key=lambda one: str(one.seat))]
    data = print_tickets(_frame(row), tickets, {style: load_fonts(style) for style in ("regular", "bold")})
    with open_work(runtime, actor) as work:
        work.record("plan.tickets_printed", plan_id, tickets=len(tickets), digest=digest(data))
    return data


def _frame(row: PlanRow) -> TicketFrame:
    profile = load_profile(row.profile)
    rules = fill_rules(texts_on(profile, "ticket_rules_zh", local_day(row.starts_ms)), row.late_entry_cutoff_s)
    subject = f"{row.occupation_name} {level_name(row.level)}"
    return TicketFrame("职业技能等级认定理论考试准考证", row.institution_name, subject, rules)


def _ticket(row: PlanRow, one: CandidateRow) -> Ticket:
    return Ticket(
        number=one.ticket or "",
        name=one.name,
        sex=one.sex,
        document_masked=mask_number(one.document_number),
        occupation=row.occupation_name,
        level=level_name(row.level),
        centre=row.centre,
        room=row.room["name"],
        seat=one.seat or "",
        period=period_text(row.starts_ms, row.duration_s),
    )


def sign_order(work: Work, plan_id: str, hall_key: str) -> PlanRow:
    """Sign the sitting order for one hall; asking again for the same hall gives the same order."""
    row = load_plan(work.session, plan_id, lock=True)
    if row.state == "ordered":
        if row.order_hall != hall_key:
            raise AlreadyOrdered(hall_key=row.order_hall)
        return row
    _require_approved(row)
    if row.seat_seed is None:
        raise NotSeated()
    if hall_key not in {key.id for key in trusted(work, "hall")}:
        raise HallNotTrusted(hall_key=hall_key)
    require_in_scope(work, row.code13, row.occupation_code, row.level, local_day(row.starts_ms))
    body = _order_body(work, row, hall_key)
    data = sign_document(body, ORDER_TYPE, 1, [Signer("authority", "authority", work.runtime.keys.signing)])
    row.order_digest = plan_vault(work.runtime).put(data)
    row.state, row.order_hall, row.order_ms = "ordered", hall_key, work.now_ms
    work.record("plan.ordered", plan_id, sitting=row.sitting, digest=row.order_digest, hall=hall_key)
    append_leaf(work, "order", {"digest": row.order_digest, "plan": row.id, "sitting": row.sitting})
    return row


def _order_body(work: Work, row: PlanRow, hall_key: str) -> dict[str, Any]:
    rows, columns = row.room["rows"], row.room["columns"]
    paper = row.paper or {}
    forms = [form["form"] for form in paper["forms"] if not form["reserve"]]
    reserve = [form["form"] for form in paper["forms"] if form["reserve"]]
    times = OrderTimes(
        row.starts_ms, row.duration_s, row.late_entry_cutoff_s, row.grace_s,
        row.release_opens_ms, row.release_closes_ms, row.late_entry_deadline,
    )  # fmt: skip
    return order_body(
        _header(row),
        times,
        lay_out(rows, columns),
        [{"paper": paper["paper"], "manifest_digest": paper["manifest_digest"]}],
        (forms, reserve),
        [_ordered(one) for one in candidates_of(work.session, row.id)],
        row.staff,
        _policy(row),
        work.runtime.keys.sealing.public_raw,
        hall_key,
    )


def _policy(row: PlanRow) -> dict[str, Any]:
    """The values used with their sources, the plan's own where it departs from policy, and the workstations' ones."""
    profile, day = load_profile(row.profile), local_day(row.starts_ms)
    used: dict[str, Any] = applied(profile, POLICY_IN_ORDER, day)
    for name in ("cut_score", "duration_s", "late_entry_cutoff_s", "grace_s"):
        own = getattr(row, name)
        if used[name]["value"] != own:
            used[name] = replaced(used[name], own, f"计划 {row.id} 规定", row.approved_by or "")
    player = {name: value_on(profile, f"player_{name}", day).value for name in ("rules_s", "seat_camera")}
    return used | {"player": player}


def _header(row: PlanRow) -> OrderHeader:
    rows, columns = row.room["rows"], row.room["columns"]
    return OrderHeader(
        sitting=row.sitting,
        plan=row.id,
        institution={"code": row.code13, "name": row.institution_name},
        centre=row.centre,
        room_name=row.room["name"],
        rows=rows,
        columns=columns,
        spares=spare_names(rows, columns, row.room["spares"]),
        occupation_code=row.occupation_code,
        occupation_name=row.occupation_name,
        level=row.level,
        standard=row.standard,
        seat_seed=row.seat_seed or "",
    )


def _ordered(one: CandidateRow) -> OrderedCandidate:
    return OrderedCandidate(
        one.id, one.ticket or "", one.name, one.document_number, one.seat or "", one.form or "", one.extra_s
    )


def read_order_file(work: Work, plan_id: str) -> bytes:
    """The signed order of a plan; raises NoOrder."""
    row = load_plan(work.session, plan_id)
    if row.order_digest is None:
        raise NoOrder(what=plan_id)
    return plan_vault(work.runtime).get(row.order_digest)
