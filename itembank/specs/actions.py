"""What can be done with a content specification: upload a new version, derive one from point codes, count coverage."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select

from examserver.kernel.canonical import digest
from examserver.plumbing.work import Work
from itembank.exchange.mapping import SpecificationRule, read_mapping
from itembank.exchange.sheet import MOST_ROWS, Book, Sheet, is_workbook, read_sheet, sheet_names
from itembank.exchange.store import mapping_text
from itembank.items.state import ENROLLED
from itembank.items.tables import ItemRow, load_bank
from itembank.specs.official import LONGEST_HEAD, check_official, is_official, read_official
from itembank.specs.reading import FIELDS, SpecificationUnusable, read_specification
from itembank.specs.tables import SpecificationRow, find_specification, find_specification_row, specification_of
from itembank.specs.tree import ContentSpecification, Contradiction, check_specification, derive_specification

DEFAULT_MAPPING = "exam-workbook"


@dataclass(frozen=True)
class Coverage:
    """How many items of each state, and enrolled ones of each type, one node of the tree has."""

    by_state: dict[str, int]
    by_type: dict[str, int]


def _sheet(data: bytes, sheet: str, rule: SpecificationRule) -> Sheet:
    if not is_workbook(data):
        return read_sheet(data, "", rule.header_row)
    names = sheet_names(data)
    return read_sheet(data, sheet or (rule.sheet if rule.sheet in names else names[0]), rule.header_row)


_Read = tuple[ContentSpecification, list[Contradiction], list[Contradiction]]


def _read_table(data: bytes, sheet: str, mapping: str) -> _Read:
    """A sheet of one node per row, under the mapping's headers or the field names themselves."""
    rule = read_mapping(mapping_text(mapping or DEFAULT_MAPPING)).specification
    found = _sheet(data, sheet, rule)
    plain = set(FIELDS[:4]) <= set(found.headers)
    read = read_specification(found, {name: name for name in FIELDS} if plain else rule.columns)
    return read.specification, list(read.unreadable), []


def _read_printed(data: bytes, sheet: str) -> _Read | None:
    """A sheet in the printed layout; None for any other."""
    book = Book(data)
    for name in [sheet] if sheet else book.names or [""]:
        if is_official(book.grid(name, most=LONGEST_HEAD)):
            found = read_official(book.grid(name, most=MOST_ROWS))
            return found.specification, list(found.faults), list(check_official(found))
    return None


def look_at_specification(
    data: bytes, mapping: str = "", sheet: str = ""
) -> tuple[ContentSpecification, list[Contradiction]]:
    """The tree of a workbook or CSV with its contradictions; an unusable tree is refused whole. Stores nothing."""
    tree, unreadable, others = _read_printed(data, sheet) or _read_table(data, sheet, mapping)
    contradictions = [*unreadable, *check_specification(tree), *others]
    unusable = [each for each in contradictions if each.structural or each in unreadable]
    if unusable:
        raise SpecificationUnusable(
            count=len(unusable),
            first_zh=unusable[0].reason_zh,
            first_en=unusable[0].reason_en,
            faults=[vars(each) for each in unusable],
        )
    return tree, contradictions


def import_specification(work: Work, bank_id: str, data: bytes, mapping: str = "", sheet: str = "") -> SpecificationRow:
    """A new version from a workbook or CSV; contradictions are kept with it, an unusable tree is refused whole."""
    load_bank(work.session, bank_id)
    tree, contradictions = look_at_specification(data, mapping, sheet)
    return _save(work, bank_id, tree, contradictions, digest(data))


def save_derived(work: Work, bank_id: str, points: Iterable[str], separator: str, source: str) -> None:
    """Adds the points to the bank's derived specification; does nothing for a bank that has a real one."""
    old = find_specification(work.session, bank_id)
    if old is not None and not old.derived:
        return
    codes = {*points, *(old.points if old else ())}
    if old is not None and codes == set(old.points):
        return
    _save(work, bank_id, derive_specification(sorted(codes), separator), [], source)


def _save(
    work: Work, bank_id: str, tree: ContentSpecification, contradictions: list[Contradiction], source: str
) -> SpecificationRow:
    old = find_specification_row(work.session, bank_id)
    row = SpecificationRow(
        id=work.new_id("spc"),
        bank_id=bank_id,
        version=old.version + 1 if old else 1,
        digest=tree.digest(),
        derived=tree.derived,
        nodes=[node.as_json() for node in tree.nodes],
        contradictions=[vars(each) for each in contradictions],
        source_digest=source,
        by=work.actor.id,
        by_name=work.actor.name,
        created_ms=work.now_ms,
    )
    work.session.add(row)
    work.session.flush()
    facts = {"version": row.version, "digest": row.digest, "points": len(tree.points)}
    work.record("specification.imported", bank_id, contradictions=len(contradictions), **facts)
    return row


def count_coverage(work: Work, row: SpecificationRow) -> dict[str, Coverage]:
    """What the bank has under every node of the tree."""
    query = select(ItemRow.point, ItemRow.state, ItemRow.type, func.count()).where(ItemRow.bank_id == row.bank_id)
    tree = specification_of(row)
    states: dict[str, Counter[str]] = {node.code: Counter() for node in tree.nodes}
    types: dict[str, Counter[str]] = {node.code: Counter() for node in tree.nodes}
    for point, state, kind, count in work.session.execute(query.group_by(ItemRow.point, ItemRow.state, ItemRow.type)):
        for code in tree.path(point):
            states[code][state] += count
            if state == ENROLLED:
                types[code][kind] += count
    return {code: Coverage(dict(states[code]), dict(types[code])) for code in states}
