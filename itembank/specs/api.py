"""Endpoints of content specifications."""

from examserver.kernel.access import Permit
from examserver.kernel.errors import Invalid, Missing
from examserver.plumbing.contract import Files, endpoint
from examserver.plumbing.work import Work
from itembank.exchange.archive import RefusedArchive
from itembank.exchange.sheet import UnreadableSheet
from itembank.items.tables import NoSuchBank, load_bank
from itembank.programmes.needs import points_of_phase, wanted_of
from itembank.programmes.tables import current_phase
from itembank.specs import actions
from itembank.specs.reading import SpecificationUnusable
from itembank.specs.schemas import ContradictionView, SpecificationForm, SpecificationView, SpecNodeView
from itembank.specs.standard import api as standard_api  # noqa: F401 - its endpoints belong to this slice
from itembank.specs.tables import SpecificationRow, find_specification_row, specification_of
from itembank.specs.tree import ContentSpecification


class NoSuchSpecification(Missing):
    """The bank has none yet."""

    code = "specification.missing"
    next_zh = "请先上传细目表"
    next_en = "Upload a content specification first"


class FileExpected(Invalid):
    """A multipart request without the file it is about."""

    code = "upload.file_missing"
    message_zh = "没有收到文件（字段 {field}）"
    message_en = "No file was received (field {field})"
    next_zh = "请选择文件后重新上传"
    next_en = "Choose a file and upload it again"


def uploaded(files: Files, field: str) -> bytes:
    """The bytes of an uploaded file; raises FileExpected."""
    if field not in files or not files[field].data:
        raise FileExpected(field=field)
    return files[field].data


@endpoint(
    "POST",
    "/api/bank/banks/{bank_id}/specification",
    role="bank",
    access=Permit("specs.edit"),
    answer=SpecificationView,
    errors=(NoSuchBank, SpecificationUnusable, UnreadableSheet, RefusedArchive, FileExpected),
    summary="Upload a content specification (a new version); every contradiction is reported",
    multipart=True,
)
def import_specification(work: Work, bank_id: str, files: Files, form: SpecificationForm) -> SpecificationView:
    """The new version with its contradictions."""
    row = actions.import_specification(work, bank_id, uploaded(files, "file"), form.mapping, form.sheet)
    return _view(work, row)


@endpoint(
    "GET",
    "/api/bank/banks/{bank_id}/specification",
    role="bank",
    access=Permit("specs.read"),
    answer=SpecificationView,
    errors=(NoSuchBank, NoSuchSpecification),
    summary="The content specification with what the bank has and needs",
)
def read_specification(work: Work, bank_id: str) -> SpecificationView:
    """The newest version with its coverage."""
    row = find_specification_row(work.session, bank_id)
    if row is None:
        raise NoSuchSpecification(what=load_bank(work.session, bank_id).name)
    return _view(work, row)


def _needs(work: Work, tree: ContentSpecification, bank_id: str) -> dict[str, int]:
    """How many enrolled items the present phase wants under every node; none outside the phase."""
    phase, targets = current_phase(work.session, load_bank(work.session, bank_id))
    needs = dict.fromkeys(tree.by_code, 0)
    for point in points_of_phase(phase, tree):
        wanted = wanted_of(point, phase, targets, tree)[""]
        for code in tree.path(point):
            needs[code] += wanted
    return needs


def _view(work: Work, row: SpecificationRow) -> SpecificationView:
    tree, coverage = specification_of(row), actions.count_coverage(work, row)
    needs = _needs(work, tree, row.bank_id)
    shown = ("code", "node", "row", "reason_zh", "reason_en")
    nodes = [
        SpecNodeView(
            **node.as_json(),
            is_point=node.code in tree.points,
            have=coverage[node.code].by_state,
            enrolled_by_type=coverage[node.code].by_type,
            need=needs[node.code],
        )
        for node in tree.nodes
    ]
    return SpecificationView(
        bank=row.bank_id,
        version=row.version,
        digest=row.digest,
        derived=row.derived,
        points=len(tree.points),
        contradictions=[ContradictionView(**{name: each[name] for name in shown}) for each in row.contradictions],
        nodes=nodes,
    )
