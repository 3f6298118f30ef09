"""Endpoints of the template: the workbook to fill in, and the archive of its example pictures."""

from examserver.kernel.access import Permit
from examserver.plumbing.contract import FileAnswer, endpoint
from examserver.plumbing.work import Work
from itembank.exchange.mapping import read_mapping
from itembank.exchange.store import mapping_text
from itembank.exchange.template.examples import figures_archive
from itembank.exchange.template.workbook import template_workbook

LAYOUT = "exam-workbook"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@endpoint(
    "GET",
    "/api/bank/template",
    role="bank",
    access=Permit("items.import"),
    answer=FileAnswer,
    summary="The workbook for item writers, with one example of every type",
)
def template_file(work: Work) -> FileAnswer:
    """The workbook as .xlsx."""
    return FileAnswer(template_workbook(read_mapping(mapping_text(LAYOUT))), XLSX, "题库导入模板.xlsx")


@endpoint(
    "GET",
    "/api/bank/template/figures",
    role="bank",
    access=Permit("items.import"),
    answer=FileAnswer,
    summary="The pictures and sounds of the template's examples",
)
def template_figures(work: Work) -> FileAnswer:
    """A zip to upload together with the template."""
    return FileAnswer(figures_archive(), "application/zip", "示例图片.zip")
