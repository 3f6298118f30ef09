"""Endpoints of response matrices, statistics and remarks."""

from examserver.kernel.access import Actor, Permit
from examserver.kernel.documents import NotADocument, SignatureBroken
from examserver.kernel.fields import MalformedField
from examserver.plumbing.contract import Files, endpoint
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.work import Work
from itembank.assembly.tables import uses_of
from itembank.items.tables import ItemRow, NoSuchBank, NoSuchItem, load_bank
from itembank.psychometrics import actions
from itembank.psychometrics.matrix import MatrixMalformed, MatrixOfAnotherBank
from itembank.psychometrics.schemas import (
    AnalysisView,
    HistoryPoint,
    ItemStatisticsView,
    MatrixList,
    MatrixView,
    StatisticLine,
    StatisticsPage,
    StatisticsQuery,
    VersionStatistic,
)
from itembank.psychometrics.tables import (
    RUNNING,
    AnalysisRow,
    ItemStatisticRow,
    MatrixRow,
    NoAnalysis,
    analyses_of,
    find_analysis,
    history_of,
    matrices_of,
    statistics_of,
)
from itembank.remarks.api import remark_view
from itembank.remarks.tables import remarks_on
from itembank.review.tables import load_seen, seen_by_code, seen_codes
from itembank.specs.api import FileExpected, uploaded
from itembank.units.store import purpose_of

PAGE_SIZE = 50


def matrix_view(row: MatrixRow) -> MatrixView:
    """A matrix as shown."""
    return MatrixView(
        digest=row.digest,
        sitting=row.sitting,
        paper=row.paper,
        persons=row.persons,
        items=row.items,
        remarks=row.remarks,
        held_ms=row.held_ms,
        by=row.by_name,
        imported_ms=row.imported_ms,
    )


@endpoint(
    "POST",
    "/api/bank/banks/{bank_id}/matrices",
    role="bank",
    access=Permit("statistics.edit"),
    answer=MatrixView,
    errors=(
        NoSuchBank, FileExpected, NotADocument, SignatureBroken, MalformedField, MatrixMalformed, MatrixOfAnotherBank,
    ),
    summary="Take in a response matrix signed by the authority",
    multipart=True,
    hot=True,
    max_bytes=200 * 2**20,
)  # fmt: skip
def import_response_matrix(runtime: RoleRuntime, actor: Actor, bank_id: str, files: Files) -> MatrixView:
    """The matrix; the same file again changes nothing."""
    return matrix_view(actions.import_matrix(runtime, actor, bank_id, uploaded(files, "file")))


@endpoint(
    "GET",
    "/api/bank/banks/{bank_id}/matrices",
    role="bank",
    access=Permit("statistics.read"),
    answer=MatrixList,
    errors=(NoSuchBank,),
    summary="The response matrices of a bank",
)
def list_matrices(work: Work, bank_id: str) -> MatrixList:
    """Oldest sitting first."""
    load_bank(work.session, bank_id)
    return MatrixList(matrices=[matrix_view(row) for row in matrices_of(work.session, bank_id)])


def analysis_view(row: AnalysisRow) -> AnalysisView:
    """An analysis as shown."""
    return AnalysisView(
        id=row.id,
        state=row.state,
        job=row.job_id,
        matrices=len(row.matrices),
        persons=row.persons,
        tests=row.tests,
        notes=row.notes,
        by=row.by_name,
        created_ms=row.created_ms,
        done_ms=row.done_ms,
    )


@endpoint(
    "POST",
    "/api/bank/banks/{bank_id}/analyses",
    role="bank",
    access=Permit("statistics.edit"),
    answer=AnalysisView,
    errors=(NoSuchBank, NoAnalysis),
    summary="Analyse all responses of a bank (a job)",
)
def start_analysis(work: Work, bank_id: str) -> AnalysisView:
    """The queued analysis."""
    load_bank(work.session, bank_id)
    return analysis_view(actions.request_analysis(work, bank_id))


@endpoint(
    "GET",
    "/api/bank/banks/{bank_id}/statistics",
    role="bank",
    access=Permit("statistics.read"),
    answer=StatisticsPage,
    errors=(NoSuchBank,),
    summary="Item and test statistics of a bank (the reading is recorded: flags may name a key)",
    write=True,
)
def read_statistics(work: Work, bank_id: str, query: StatisticsQuery) -> StatisticsPage:
    """The newest analysis and one page of items."""
    load_bank(work.session, bank_id)
    analysis = find_analysis(work.session, bank_id)
    running = next((row for row in analyses_of(work.session, bank_id)[:1] if row.state == RUNNING), None)
    seen = seen_codes(work, bank_id)
    rows = [row for row in statistics_of(work.session, analysis.id) if row.code in seen] if analysis else []
    wanted = [row for row in rows if _asked(row, query)]
    page = _sorted(wanted, query.sort)[(query.page - 1) * PAGE_SIZE : query.page * PAGE_SIZE]
    if page:
        work.record("statistics.read", bank_id, shown=len(page), purpose=purpose_of(work))
    items = seen_by_code(work, bank_id, [row.code for row in page])
    return StatisticsPage(
        analysis=analysis_view(analysis) if analysis else None,
        running=analysis_view(running) if running else None,
        total=len(wanted),
        flagged=sum(bool(row.flags) for row in rows),
        page=query.page,
        page_size=PAGE_SIZE,
        items=[_line(row, items[row.code]) for row in page],
    )


def _asked(row: ItemStatisticRow, query: StatisticsQuery) -> bool:
    return (not query.flagged or bool(row.flags)) and query.search.casefold() in row.code.casefold()


def _sorted(rows: list[ItemStatisticRow], by: str) -> list[ItemStatisticRow]:
    if by == "code":
        return rows
    return sorted(rows, key=lambda row: (getattr(row, by) is None, getattr(row, by) or 0.0, row.code))


def _line(row: ItemStatisticRow, item: ItemRow) -> StatisticLine:
    return StatisticLine(
        item=item.id,
        code=row.code,
        version=row.version,
        current=item.version == row.version,
        state=item.state,
        n=row.n,
        p=row.p,
        discrimination=row.discrimination,
        a=row.a,
        b=row.b,
        usable=row.usable,
        flags=row.flags,
    )


@endpoint(
    "GET",
    "/api/bank/items/{item_id}/statistics",
    role="bank",
    access=Permit("statistics.read"),
    answer=ItemStatisticsView,
    errors=(NoSuchItem,),
    summary="Statistics, history and remarks of one item (the reading is recorded: options name the key)",
    write=True,
)
def read_item_statistics(work: Work, item_id: str) -> ItemStatisticsView:
    """All versions that were ever met, the newest first."""
    item = load_seen(work, item_id)
    work.record("statistics.read", item.id, code=item.code, purpose=purpose_of(work))
    analysis = find_analysis(work.session, item.bank_id)
    rows = statistics_of(work.session, analysis.id, item.code) if analysis else []
    history = history_of(work.session, item.bank_id, item.code)
    use = uses_of(work.session, item.bank_id).get(item.code)
    return ItemStatisticsView(
        item=item.id,
        code=item.code,
        versions=[_version(row) for row in sorted(rows, key=lambda row: -row.version)],
        history=[
            HistoryPoint(
                analysis=made.id, done_ms=made.done_ms or 0, version=row.version, n=row.n, p=row.p,
                discrimination=row.discrimination,
            )
            for made, row in history
        ],
        remarks=[remark_view(row, item.id) for row in remarks_on(work.session, item.bank_id, item.code)],
        uses=use.count if use else 0,
        last_used_ms=use.last_ms if use else None,
    )  # fmt: skip


def _version(row: ItemStatisticRow) -> VersionStatistic:
    return VersionStatistic(
        version=row.version,
        n=row.n,
        p=row.p,
        discrimination=row.discrimination,
        a=row.a,
        b=row.b,
        c=row.c,
        usable=row.usable,
        flags=row.flags,
        figures=row.figures,
    )
