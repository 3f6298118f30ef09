"""Endpoints of sittings for staff: import, lists, gates, seat map, admission, release, start, collect."""

from examserver.hall.closing.actions import NotRunning, close_sessions, close_sitting
from examserver.hall.console.cards import seat_map, sitting_view
from examserver.hall.console.schemas import (
    CollectAnswer,
    CollectRequest,
    OpenRequest,
    PaperImportView,
    StartRequest,
)
from examserver.hall.live.store import LiveSitting, hall_live
from examserver.hall.release.actions import ReleaseRefused, submit_release
from examserver.hall.roster import OrderContradicts, OrderForAnotherHall
from examserver.hall.schemas import ReleaseView, SeatMap, SittingList, SittingView
from examserver.hall.sitting import GateClosed
from examserver.hall.sittings.actions import (
    OrderDiffers,
    PackageAltered,
    PackageExpired,
    PackageInUse,
    PackageSuperseded,
    PackageUnwanted,
    SittingOver,
    import_order,
    import_paper,
    open_admission,
    start_sitting,
)
from examserver.hall.tables import NoSuchSitting
from examserver.kernel.access import Actor, Permit
from examserver.kernel.errors import Invalid, Refused
from examserver.plumbing.contract import Files, endpoint
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.work import Work, open_work
from examserver.responses.steps import Moment


class NoFile(Invalid):
    """The upload carries no file."""

    code = "upload.no_file"
    message_zh = "没有收到文件"
    message_en = "No file was uploaded"
    next_zh = "请选择文件后再上传"
    next_en = "Choose a file and upload again"


class ReasonNeeded(Refused):
    """Collecting early needs a reason."""

    code = "collect.reason_needed"
    message_zh = "提前收卷必须说明原因"
    message_en = "Collecting early needs a reason"
    next_zh = "请选择原因"
    next_en = "Choose a reason"


def only_file(files: Files) -> bytes:
    """The one file of an upload; raises NoFile."""
    if len(files) != 1:
        raise NoFile()
    return next(iter(files.values())).data


def load_live(runtime: RoleRuntime, sitting_id: str) -> LiveSitting:
    """A sitting in memory; raises NoSuchSitting."""
    live = hall_live(runtime).sittings.get(sitting_id)
    if live is None:
        raise NoSuchSitting(sitting=sitting_id)
    return live


def view_sitting(runtime: RoleRuntime, sitting_id: str) -> SittingView:
    """The sitting as staff see it."""
    return sitting_view(hall_live(runtime), load_live(runtime, sitting_id), runtime.clock.now_ms())


@endpoint(
    "POST",
    "/api/hall/orders",
    role="hall",
    access=Permit("sitting.import"),
    answer=SittingView,
    multipart=True,
    errors=(NoFile, OrderDiffers, OrderContradicts, OrderForAnotherHall),
    summary="Import a signed sitting order",
    hot=True,
)
def import_order_endpoint(runtime: RoleRuntime, actor: Actor, files: Files) -> SittingView:
    """Import an order."""
    with open_work(runtime, actor) as work:
        sitting_id = import_order(work, only_file(files)).id
    return view_sitting(runtime, sitting_id)


@endpoint(
    "POST",
    "/api/hall/papers",
    role="hall",
    access=Permit("sitting.import"),
    answer=PaperImportView,
    multipart=True,
    errors=(NoFile, PackageUnwanted, PackageSuperseded, PackageInUse, PackageExpired, PackageAltered),
    summary="Import a sealed paper package",
)
def import_paper_endpoint(work: Work, files: Files) -> PaperImportView:
    """Import a package."""
    manifest, checks = import_paper(work, only_file(files))
    return PaperImportView(
        paper=manifest.paper,
        title=manifest.title,
        manifest_digest=manifest.digest,
        forms=len(manifest.forms),
        checks=[check.as_json() for check in checks],
    )


@endpoint("GET", "/api/hall/sittings", role="hall", access=Permit("sitting.read"), answer=SittingList)
def list_sittings_endpoint(work: Work) -> SittingList:
    """List."""
    lives = sorted(hall_live(work.runtime).sittings.values(), key=lambda live: (live.row.starts_ms, live.row.id))
    return SittingList(sittings=[view_sitting(work.runtime, live.row.id) for live in lives])


@endpoint(
    "GET",
    "/api/hall/sittings/{sitting_id}",
    role="hall",
    access=Permit("sitting.read"),
    answer=SittingView,
    errors=(NoSuchSitting,),
)
def show_sitting_endpoint(work: Work, sitting_id: str) -> SittingView:
    """Show."""
    return view_sitting(work.runtime, sitting_id)


@endpoint(
    "GET",
    "/api/hall/sittings/{sitting_id}/seats",
    role="hall",
    access=Permit("sitting.read"),
    answer=SeatMap,
    errors=(NoSuchSitting,),
)
def show_seats_endpoint(work: Work, sitting_id: str) -> SeatMap:
    """Seat map."""
    return seat_map(hall_live(work.runtime), load_live(work.runtime, sitting_id), work.now_ms)


@endpoint(
    "POST",
    "/api/hall/sittings/{sitting_id}/open",
    role="hall",
    access=Permit("sitting.start"),
    answer=SittingView,
    errors=(NoSuchSitting, GateClosed, SittingOver),
    summary="Open admission",
    hot=True,
)
def open_admission_endpoint(runtime: RoleRuntime, actor: Actor, sitting_id: str, body: OpenRequest) -> SittingView:
    """Open."""
    with open_work(runtime, actor) as work:
        open_admission(work, sitting_id)
    return view_sitting(runtime, sitting_id)


@endpoint(
    "POST",
    "/api/hall/sittings/{sitting_id}/release",
    role="hall",
    access=Permit("release.submit"),
    answer=ReleaseView,
    multipart=True,
    errors=(NoFile, NoSuchSitting, ReleaseRefused),
    summary="Hand in one custodian's key release",
    hot=True,
)
def release_endpoint(runtime: RoleRuntime, actor: Actor, sitting_id: str, files: Files) -> ReleaseView:
    """Release."""
    submit_release(runtime, actor, sitting_id, only_file(files))
    return view_sitting(runtime, sitting_id).release


@endpoint(
    "POST",
    "/api/hall/sittings/{sitting_id}/start",
    role="hall",
    access=Permit("sitting.start"),
    answer=SittingView,
    errors=(NoSuchSitting, GateClosed, SittingOver),
    summary="Start; a second press changes nothing",
    hot=True,
)
def start_sitting_endpoint(runtime: RoleRuntime, actor: Actor, sitting_id: str, body: StartRequest) -> SittingView:
    """Start."""
    with open_work(runtime, actor) as work:
        start_sitting(work, sitting_id)
    return view_sitting(runtime, sitting_id)


@endpoint(
    "POST",
    "/api/hall/sittings/{sitting_id}/collect",
    role="hall",
    access=Permit("sitting.collect"),
    answer=CollectAnswer,
    errors=(NoSuchSitting, ReasonNeeded, NotRunning),
    summary="Collect what is past its deadline, or everything early with a reason",
    hot=True,
)
def collect_endpoint(runtime: RoleRuntime, actor: Actor, sitting_id: str, body: CollectRequest) -> CollectAnswer:
    """Collect."""
    hall, live = hall_live(runtime), load_live(runtime, sitting_id)
    if live.row.started_ms is None:
        raise NotRunning()
    if body.early:
        if body.reason is None:
            raise ReasonNeeded()
        with open_work(runtime, actor) as work:
            work.record("collect.early", sitting_id, reason=body.reason, note=body.note)
    now_ms = runtime.clock.now_ms()
    still = [one for one in live.sessions.values() if one.row.closed_ms is None]
    due = [one for one in still if body.early or hall.phase(live, one, now_ms).moment is Moment.CLOSED]
    closed = close_sessions(hall, actor, live, due, "collected", lambda: None)
    left = sum(1 for one in hall.sittings[sitting_id].sessions.values() if one.row.closed_ms is None)
    if left == 0:
        close_sitting(hall, actor, sitting_id, "collected")
    return CollectAnswer(closed=closed, open=left)
