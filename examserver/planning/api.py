"""Endpoints of planning: plans, rosters, papers, seats, tickets, orders."""

from examserver.institutions.scope import OutOfScope
from examserver.institutions.tables import NoSuchInstitution
from examserver.kernel.access import Actor, Permit
from examserver.kernel.documents import NotADocument, SignatureBroken
from examserver.kernel.errors import Invalid
from examserver.planning.actions import (
    PlanIncomplete,
    PlanNotDraft,
    SamePerson,
    TimesContradict,
    approve_plan,
    attach_paper,
    file_plan,
    gates_for,
    import_roster,
)
from examserver.planning.paper import NotAPaperPackage, PaperUnsuitable
from examserver.planning.roster import RosterUnreadable
from examserver.planning.schemas import (
    OrderRequest,
    OrderView,
    PlanList,
    PlanRequest,
    PlanView,
    RosterQuery,
    RosterReport,
    RosterView,
    SeatingRequest,
    SeatingView,
)
from examserver.planning.seating import TooFewForms, TooFewSeats
from examserver.planning.sitting.actions import (
    AlreadyOrdered,
    HallNotTrusted,
    NoOrder,
    NotSeated,
    PlanNotApproved,
    TicketTaken,
    draw_seats,
    read_order_file,
    sign_order,
    tickets_pdf,
)
from examserver.planning.tables import (
    NoSuchPlan,
    PlanRow,
    all_plans,
    candidate_counts,
    candidates_of,
    load_plan,
)
from examserver.planning.views import candidate_view, gate_view, level_view, roster_report, seating_view
from examserver.plumbing.contract import FileAnswer, Files, endpoint
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.typeface import CharacterNotInFont, NoChineseFont
from examserver.plumbing.work import Work, open_work

PLAIN = (
    "id", "sitting", "state", "title", "occupation_code", "occupation_name", "level", "standard", "method", "centre",
    "room", "staff", "profile", "starts_ms", "duration_s", "late_entry_cutoff_s", "grace_s", "release_opens_ms",
    "release_closes_ms", "cut_score", "paper", "seat_seed", "order_digest", "created_by", "approved_by",
)  # fmt: skip


class NoFile(Invalid):
    """The request carries no file under the name expected."""

    code = "upload.missing"
    message_zh = "没有收到文件。"
    message_en = "No file was received."
    next_zh = "请选择文件后重新上传（表单字段 file）。"
    next_en = "Choose a file and upload it again (form field `file`)."


def the_file(files: Files) -> bytes:
    """The one uploaded file, whatever its field is called; raises NoFile."""
    upload = files.get("file") or next(iter(files.values()), None)
    if upload is None:
        raise NoFile()
    return upload.data


def plan_view(work: Work, row: PlanRow, candidates: int) -> PlanView:
    """A plan as endpoints show it."""
    plain = {name: getattr(row, name) for name in PLAIN}
    return PlanView.model_validate(
        plain
        | {
            "institution": {"code": row.code13, "name": row.institution_name},
            "level_name": level_view(row.level),
            "candidates": candidates,
            "seated": row.seat_seed is not None,
            "hall_key": row.order_hall,
            "gates": [gate_view(gate) for gate in gates_for(work, row, candidates)],
        }
    )


def _shown(work: Work, row: PlanRow) -> PlanView:
    return plan_view(work, row, len(candidates_of(work.session, row.id)))


@endpoint(
    "GET",
    "/api/authority/plans",
    role="authority",
    access=Permit("plans.read"),
    answer=PlanList,
    summary="All plans, the latest sitting first",
)
def list_plans(work: Work) -> PlanList:
    """Every plan."""
    counts = candidate_counts(work.session)
    return PlanList(plans=[plan_view(work, row, counts.get(row.id, 0)) for row in all_plans(work.session)])


@endpoint(
    "POST",
    "/api/authority/plans",
    role="authority",
    access=Permit("plans.edit"),
    answer=PlanView,
    errors=(OutOfScope, NoSuchInstitution, TimesContradict),
    summary="File a plan for one sitting",
)
def post_plan(work: Work, body: PlanRequest) -> PlanView:
    """File a plan as a draft."""
    return plan_view(work, file_plan(work, body), 0)


@endpoint(
    "GET",
    "/api/authority/plans/{plan_id}",
    role="authority",
    access=Permit("plans.read"),
    answer=PlanView,
    errors=(NoSuchPlan,),
    summary="One plan and what it still needs",
)
def get_plan(work: Work, plan_id: str) -> PlanView:
    """One plan."""
    return _shown(work, load_plan(work.session, plan_id))


@endpoint(
    "POST",
    "/api/authority/plans/{plan_id}/roster",
    role="authority",
    access=Permit("rosters.edit"),
    answer=RosterReport,
    errors=(NoSuchPlan, PlanNotDraft, RosterUnreadable),
    multipart=True,
    max_bytes=20_000_000,
    hot=True,
    summary="Check a roster spreadsheet; with take_good_rows=true its good rows go in",
)
def post_roster(runtime: RoleRuntime, actor: Actor, plan_id: str, query: RosterQuery, files: Files) -> RosterReport:
    """Report every fault; take the good rows only when asked to."""
    found = import_roster(runtime, actor, plan_id, the_file(files), query.take_good_rows)
    return RosterReport.model_validate(roster_report(*found))


@endpoint(
    "GET",
    "/api/authority/plans/{plan_id}/roster",
    role="authority",
    access=Permit("plans.read"),
    answer=RosterView,
    errors=(NoSuchPlan,),
    summary="The roster of a plan, masked",
)
def get_roster(work: Work, plan_id: str) -> RosterView:
    """The candidates of a plan."""
    load_plan(work.session, plan_id)
    listed = [candidate_view(one) for one in candidates_of(work.session, plan_id)]
    return RosterView.model_validate({"candidates": listed})


@endpoint(
    "POST",
    "/api/authority/plans/{plan_id}/paper",
    role="authority",
    access=Permit("plans.edit"),
    answer=PlanView,
    errors=(NoSuchPlan, PlanNotDraft, NotAPaperPackage, PaperUnsuitable, SignatureBroken, NotADocument),
    multipart=True,
    hot=True,
    summary="Attach a sealed paper; only its manifest is read and kept",
)
def post_plan_paper(runtime: RoleRuntime, actor: Actor, plan_id: str, files: Files) -> PlanView:
    """Attach the paper of a plan."""
    row = attach_paper(runtime, actor, plan_id, the_file(files))
    with open_work(runtime, actor, write=False) as work:
        return _shown(work, row)


@endpoint(
    "POST",
    "/api/authority/plans/{plan_id}/approve",
    role="authority",
    access=Permit("plans.approve"),
    answer=PlanView,
    errors=(NoSuchPlan, PlanNotDraft, SamePerson, PlanIncomplete),
    summary="Approve a plan (another person than its makers)",
)
def post_plan_approval(work: Work, plan_id: str) -> PlanView:
    """Fix a plan."""
    return _shown(work, approve_plan(work, plan_id))


@endpoint(
    "POST",
    "/api/authority/plans/{plan_id}/seating",
    role="authority",
    access=Permit("plans.edit"),
    answer=SeatingView,
    errors=(NoSuchPlan, PlanNotApproved, AlreadyOrdered, TooFewForms, TooFewSeats, TicketTaken),
    summary="Draw seats and forms from a recorded seed",
)
def post_seating(work: Work, plan_id: str, body: SeatingRequest) -> SeatingView:
    """Draw the seats."""
    return _seats(work, draw_seats(work, plan_id, body.seed))


@endpoint(
    "GET",
    "/api/authority/plans/{plan_id}/seats",
    role="authority",
    access=Permit("plans.read"),
    answer=SeatingView,
    errors=(NoSuchPlan,),
    summary="The room with who sits where, masked",
)
def get_seats(work: Work, plan_id: str) -> SeatingView:
    """The seats of a plan."""
    return _seats(work, load_plan(work.session, plan_id))


def _seats(work: Work, row: PlanRow) -> SeatingView:
    forms = row.paper["forms"] if row.paper else []
    shown = seating_view(row.id, row.seat_seed, row.room, forms, candidates_of(work.session, row.id))
    return SeatingView.model_validate(shown)


@endpoint(
    "GET",
    "/api/authority/plans/{plan_id}/tickets.pdf",
    role="authority",
    access=Permit("tickets.read"),
    answer=FileAnswer,
    errors=(NoSuchPlan, NotSeated, NoChineseFont, CharacterNotInFont),
    hot=True,
    summary="Admission tickets, three to an A4 page",
)
def get_tickets(runtime: RoleRuntime, actor: Actor, plan_id: str) -> FileAnswer:
    """The tickets of a plan."""
    return FileAnswer(tickets_pdf(runtime, actor, plan_id), "application/pdf", f"{plan_id}.tickets.pdf")


@endpoint(
    "POST",
    "/api/authority/plans/{plan_id}/order",
    role="authority",
    access=Permit("plans.edit"),
    answer=OrderView,
    errors=(NoSuchPlan, PlanNotApproved, NotSeated, AlreadyOrdered, HallNotTrusted, OutOfScope),
    summary="Sign the sitting order for a hall",
)
def post_order(work: Work, plan_id: str, body: OrderRequest) -> OrderView:
    """Sign the order."""
    row = sign_order(work, plan_id, body.hall_key)
    count = len(candidates_of(work.session, plan_id))
    return OrderView(sitting=row.sitting, digest=row.order_digest or "", hall_key=body.hall_key, candidates=count)


@endpoint(
    "GET",
    "/api/authority/plans/{plan_id}/order",
    role="authority",
    access=Permit("plans.read"),
    answer=FileAnswer,
    errors=(NoSuchPlan, NoOrder),
    summary="The signed sitting order as a file",
)
def get_order(work: Work, plan_id: str) -> FileAnswer:
    """The order file."""
    sitting = load_plan(work.session, plan_id).sitting
    return FileAnswer(read_order_file(work, plan_id), "application/json", f"{sitting}.order.json")
