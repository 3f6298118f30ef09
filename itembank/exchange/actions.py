"""Import in two steps: check a file against the bank and show every fault; take the good rows when the person says so.

Nothing goes in at the first step. The second re-reads the kept file against the bank of that moment and stops when
the report is no longer the one the person saw. What goes in keeps its origin: digest of the file, row.
"""

from dataclasses import dataclass

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from examserver.kernel.canonical import digest, digest_of
from examserver.kernel.errors import Denied, Invalid, Refused
from examserver.plumbing.identity import offload
from examserver.plumbing.work import Work
from itembank.exchange.check import BankFacts, CheckedImport, GoodRow, check_import
from itembank.exchange.figures import NO_FIGURES, Figure, Figures, read_figures
from itembank.exchange.mapping import Mapping, read_mapping
from itembank.exchange.sheet import UnreadableSheet, read_sheet, sheet_names
from itembank.exchange.store import mapping_names, mapping_text, uploads
from itembank.exchange.tables import ACCEPTED, CHECKED, DISCARDED, ImportRow, load_import
from itembank.items.actions import version_values
from itembank.items.state import DRAFT
from itembank.items.tables import AssetRow, ItemRow, ItemVersionRow, known_likenesses, load_assets, load_bank
from itembank.specs.actions import save_derived
from itembank.specs.reading import read_specification
from itembank.specs.tables import find_specification


class UnknownLayout(Invalid):
    """No mapping was named and the headers fit none."""

    code = "import.unknown_layout"
    message_zh = "无法从表头识别文件版式"
    message_en = "The layout of the file is not recognised from its headers"
    next_zh = "请指定映射（可用：{names}），或在 config/mappings 中新增一个"
    next_en = "Name a mapping ({names}), or add one under config/mappings"


class NoSpecification(Refused):
    """Items need a content specification to belong to."""

    code = "import.no_specification"
    message_zh = "题库还没有细目表，试题无处归属"
    message_en = "The bank has no content specification yet"
    next_zh = "请先上传细目表"
    next_en = "Upload the content specification first"


class ImportDecided(Refused):
    """The import was accepted or discarded already."""

    code = "import.decided"
    message_zh = "此次导入已处理（{state}）"
    message_en = "This import has been decided already ({state})"
    next_zh = "如需再次导入，请重新上传文件"
    next_en = "Upload the file again for another import"


class FaultsNotAccepted(Refused):
    """There are faulty rows, and the person has not said that only the good ones shall go in."""

    code = "import.faults_not_accepted"
    message_zh = "{faulty} 行有问题。请看过全部问题后，明确选择只收入 {good} 行合格试题"
    message_en = "{faulty} row(s) are faulty. Look at every fault, then choose to take the {good} good rows"
    next_zh = "改正文件后重新上传，或选择“收入合格的行”"
    next_en = "Correct the file and upload it again, or choose to take the good rows"


class NothingGood(Refused):
    """Not one row may go in."""

    code = "import.nothing_good"
    message_zh = "没有可以收入的行"
    message_en = "There is no row to take"
    next_zh = "请改正文件后重新上传"
    next_en = "Correct the file and upload it again"


class BankMoved(Refused):
    """The bank has changed since the check, so that the report is another now."""

    code = "import.bank_moved"
    message_zh = "检查之后题库有变化，报告已不同"
    message_en = "The bank has changed since the check; the report is no longer the same"
    next_zh = "请重新上传文件并查看新的报告"
    next_en = "Upload the file again and look at the new report"


class NotYourImport(Denied):
    """Another person checked this file and saw its faults."""

    code = "import.not_yours"
    message_zh = "此文件由{name}上传，须由本人决定"
    message_en = "{name} uploaded this file and has to decide"


@dataclass(frozen=True)
class Submitted:
    """What was uploaded; `mapping` is the name of a mapping or empty to recognise it."""

    file_name: str
    data: bytes
    figures: bytes = b""
    mapping: str = ""
    sheet: str = ""


def choose_mapping(submitted: Submitted) -> str:
    """The TOML text of the named mapping, or of the one whose headers the file has; raises UnknownLayout."""
    if submitted.mapping:
        return mapping_text(submitted.mapping)
    texts = {name: mapping_text(name) for name in mapping_names()}
    names = sheet_names(submitted.data)
    known = [(read_mapping(text), text) for text in texts.values()]
    fitting = [(mapping, text) for mapping, text in known if _fits(submitted, mapping, names)]
    if not fitting:
        raise UnknownLayout(names="、".join(texts))
    return max(fitting, key=lambda each: (len(each[0].recognise), each[0].name))[1]


def _sheet_of(submitted: Submitted, mapping: Mapping, names: list[str]) -> str:
    """The sheet to read: the asked one, the layout's, or the only one there is."""
    if not names or (not submitted.sheet and len(names) == 1):
        return ""
    return submitted.sheet or mapping.sheet


def _fits(submitted: Submitted, mapping: Mapping, names: list[str]) -> bool:
    """Whether the file has the headers that tell this layout, where this layout has them."""
    sheet = _sheet_of(submitted, mapping, names)
    if not mapping.recognise or (sheet and sheet not in names):
        return False
    try:
        headers = read_sheet(submitted.data, sheet, mapping.header_row, mapping.encoding).headers
    except UnreadableSheet:
        return False
    return set(mapping.recognise) <= set(headers)


def examine(work: Work, bank_id: str, submitted: Submitted, mapping: Mapping) -> CheckedImport:
    """The report on a file against the bank of now; writes nothing."""
    specification = find_specification(work.session, bank_id)
    return _examine(submitted, mapping, BankFacts(specification, known_likenesses(work.session, bank_id)))


def examine_alone(submitted: Submitted, mapping: Mapping) -> CheckedImport:
    """The report on a file by itself, against the specification sheet of the same workbook; needs no bank."""
    rule, specification = mapping.specification, None
    if rule.sheet and rule.sheet in sheet_names(submitted.data):
        sheet = read_sheet(submitted.data, rule.sheet, rule.header_row)
        specification = read_specification(sheet, rule.columns).specification
    return _examine(submitted, mapping, BankFacts(specification, []))


def _examine(submitted: Submitted, mapping: Mapping, bank: BankFacts) -> CheckedImport:
    if bank.specification is None and not mapping.specification.derive:
        raise NoSpecification()
    # Reading touches no database: a native thread keeps the loop free for whoever else this process serves.
    return offload(lambda: _read(submitted, mapping, bank))


def _read(submitted: Submitted, mapping: Mapping, bank: BankFacts) -> CheckedImport:
    wanted = _sheet_of(submitted, mapping, sheet_names(submitted.data))
    sheet = read_sheet(submitted.data, wanted, mapping.header_row, mapping.encoding)
    figures: Figures = read_figures(submitted.figures) if submitted.figures else NO_FIGURES
    return check_import(sheet, mapping, figures, bank)


def report_digest(report: CheckedImport) -> str:
    """The name of a report: which rows are good and every fault."""
    value = {"good": [good.row for good in report.good], "faults": [fault.as_json() for fault in report.faults]}
    return digest_of(value, "exam.import-report", 1)


def check_file(work: Work, bank_id: str, submitted: Submitted) -> ImportRow:
    """Checks a file and keeps it with its report; nothing goes into the bank."""
    load_bank(work.session, bank_id)
    text = choose_mapping(submitted)
    mapping = read_mapping(text)
    report = examine(work, bank_id, submitted, mapping)
    vault = uploads(work.runtime)
    row = ImportRow(
        id=work.new_id("imp"),
        bank_id=bank_id,
        file_name=submitted.file_name[:200],
        file_digest=vault.put(submitted.data),
        figures_digest=vault.put(submitted.figures) if submitted.figures else "",
        mapping=mapping.name,
        mapping_text=text,
        sheet=submitted.sheet,
        rows=report.rows,
        good=len(report.good),
        faults=[fault.as_json() for fault in report.faults],
        warnings=[warning.as_json() for warning in report.warnings],
        columns=list(report.columns),
        report_digest=report_digest(report),
        state=CHECKED,
        by=work.actor.id,
        by_name=work.actor.name,
        created_ms=work.now_ms,
        decided_ms=None,
    )
    work.session.add(row)
    facts = {"file": row.file_digest, "rows": row.rows, "good": row.good, "mapping": digest(text.encode())}
    work.record("import.checked", row.id, bank=bank_id, **facts)
    return row


def accept_import(work: Work, import_id: str, take_good_rows: bool) -> ImportRow:
    """Takes the good rows into the bank as drafts by this person; raises why not."""
    row = load_import(work.session, import_id)
    _check_decision(work, row)
    faulty = len({fault["row"] for fault in row.faults})
    if faulty and not take_good_rows:
        raise FaultsNotAccepted(faulty=faulty, good=row.good)
    if not row.good:
        raise NothingGood()
    vault, mapping = uploads(work.runtime), read_mapping(row.mapping_text)
    figures = vault.get(row.figures_digest) if row.figures_digest else b""
    submitted = Submitted(row.file_name, vault.get(row.file_digest), figures, row.mapping, row.sheet)
    report = examine(work, row.bank_id, submitted, mapping)
    if report_digest(report) != row.report_digest:
        raise BankMoved()
    if mapping.specification.derive:
        points = [good.body.content.point for good in report.good]
        save_derived(work, row.bank_id, points, mapping.specification.separator, row.file_digest)
    _save_rows(work, row, report.good)
    row.state, row.decided_ms = ACCEPTED, work.now_ms
    work.record("import.accepted", row.id, bank=row.bank_id, items=len(report.good), left_out=faulty)
    return row


def discard_import(work: Work, import_id: str) -> ImportRow:
    """Nothing of the file goes in."""
    row = load_import(work.session, import_id)
    _check_decision(work, row)
    row.state, row.decided_ms = DISCARDED, work.now_ms
    work.record("import.discarded", row.id, bank=row.bank_id)
    return row


def _check_decision(work: Work, row: ImportRow) -> None:
    if row.state != CHECKED:
        raise ImportDecided(state=row.state)
    if row.by != work.actor.id:
        raise NotYourImport(name=row.by_name)


def _save_rows(work: Work, row: ImportRow, good: tuple[GoodRow, ...]) -> None:
    _save_figures(work, {figure.digest: figure for each in good for figure in each.figures})
    items, versions = [], []
    for each in good:
        item_id, content = work.new_id("itm"), each.body.content
        values = version_values(work, item_id, row.bank_id, 1, each.body)
        versions.append(values | {"origin_digest": row.file_digest, "origin_row": each.row})
        items.append(
            {
                "id": item_id,
                "bank_id": row.bank_id,
                "code": content.code,
                "state": DRAFT,
                "version": 1,
                "type": content.type,
                "point": content.point,
                "version_id": values["id"],
                "import_id": row.id,
            }
        )
    try:
        work.session.execute(insert(ItemRow), items)
        work.session.execute(insert(ItemVersionRow), versions)
    except IntegrityError as error:
        # Another import took one of these codes between our look and our write: everything is rolled back.
        raise BankMoved() from error


def _save_figures(work: Work, figures: dict[str, Figure]) -> None:
    present = load_assets(work.session, set(figures))
    new = [
        {"digest": f.digest, "media_type": f.media_type, "width": f.width, "height": f.height, "data": f.data}
        for f in figures.values()
        if f.digest not in present
    ]
    if new:
        work.session.execute(insert(AssetRow), new)
