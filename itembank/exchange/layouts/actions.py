"""The mapping screen as acts: keep a file and propose how to read it, preview its items, check it, save the mapping."""

import tomllib
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from examserver.kernel.access import Actor
from examserver.kernel.errors import Invalid
from examserver.plumbing.identity import offload
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.work import Work, open_work
from itembank.exchange import actions
from itembank.exchange.check import Fault, told
from itembank.exchange.figures import NO_FIGURES, check_archive, read_figures
from itembank.exchange.formats.registry import load_format
from itembank.exchange.formats.source import Settings
from itembank.exchange.guess import SAMPLES, guess_header_row, guess_mapping
from itembank.exchange.mapping import Mapping, Table, malformed, mapping_of, read_mapping
from itembank.exchange.overlay import NO_CORRECTIONS
from itembank.exchange.reading import (
    SHEET,
    Read,
    Submitted,
    default_mapping,
    format_of,
    read_file,
    recognised,
    rows_of_sheet,
    sheet_of,
    toml_of,
)
from itembank.exchange.rows import ReadRow
from itembank.exchange.sheet import Book
from itembank.exchange.store import NoSuchMapping, mappings_for
from itembank.exchange.tables import ImportRow, MappingRow, load_own_import
from itembank.items.tables import load_bank
from itembank.specs.tables import find_specification
from itembank.units.store import purpose_of

SHOWN_ITEMS, SHOWN_CELLS = 10, 12
LONGEST_CELL = 200
READ_AT_ONCE = 8 * 2**20
DEEPEST = 6


class UnknownEncoding(Invalid):
    """No such encoding of a CSV."""

    code = "import.unknown_encoding"
    message_zh = "不支持的编码：{encoding}"
    message_en = "The encoding {encoding} is not supported"
    next_zh = "可选：auto、utf-8、gb18030"
    next_en = "Choose auto, utf-8 or gb18030"


@dataclass(frozen=True)
class Asked:
    """Which part of the file to look at; empty or None to have it proposed."""

    sheet: str = ""
    header_row: int | None = None
    encoding: str = ""
    mapping: str = ""


@dataclass(frozen=True)
class Proposal:
    """What the file looks like, and a mapping for it."""

    format: str
    sheets: list[str]
    sheet: str
    header_row: int
    encoding: str
    columns: list[tuple[str, list[str]]]
    recognised: str
    mapping: Table
    evidence: dict[str, str]


def upload_file(runtime: RoleRuntime, actor: Actor, bank_id: str, submitted: Submitted) -> tuple[ImportRow, Proposal]:
    """Reads the beginning of a file, proposes a mapping and keeps it; what is refused is not kept at all."""
    if submitted.figures:
        check_archive(submitted.figures)
    with open_work(runtime, actor, write=False) as work:
        load_bank(work.session, bank_id)
        kind = format_of(submitted)
        if kind != SHEET and len(submitted.data) <= READ_AT_ONCE:
            offload(lambda: load_format(kind).read(submitted.data, Settings()))
        proposal = _propose(work, bank_id, submitted, Asked())
    with open_work(runtime, actor) as work:
        return actions.keep_file(work, bank_id, submitted), proposal


def propose(work: Work, import_id: str, asked: Asked) -> Proposal:
    """Another look at a kept file: other sheet, header row, encoding, or a named mapping."""
    row = load_own_import(work, import_id)
    actions.demand_open(work, row)
    return _propose(work, row.bank_id, actions.submitted_of(work, row), asked)


def _propose(work: Work, bank_id: str, submitted: Submitted, asked: Asked) -> Proposal:
    kind, texts = format_of(submitted), mappings_for(work.session, bank_id)
    if asked.encoding not in ("", "auto", "utf-8", "gb18030"):
        raise UnknownEncoding(encoding=asked.encoding)
    if kind != SHEET:
        table = tomllib.loads(texts[asked.mapping] if asked.mapping in texts else default_mapping(kind))
        return Proposal(kind, [], "", 0, "", [], "", table, {})
    return offload(lambda: _propose_sheet(submitted.data, texts, asked))


def _propose_sheet(data: bytes, texts: dict[str, str], asked: Asked) -> Proposal:
    book = Book(data)
    known = _chosen(book, texts, asked)
    sheet = asked.sheet or (sheet_of(book, known, "") if known else "") or (book.names[0] if book.names else "")
    encoding = asked.encoding or (known.encoding if known else "auto")
    grid = book.grid(sheet, encoding, 20)
    header_row = known.header_row if known else guess_header_row(grid)
    header_row = header_row if asked.header_row is None else asked.header_row
    begin = book.begin(sheet, header_row, encoding, SAMPLES)
    columns = [(header, [row.text(header) for row in begin.rows]) for header in begin.headers if header]
    evidence: dict[str, str] = {}
    if known:
        table = tomllib.loads(texts[known.name])
    else:
        guess = guess_mapping([header for header, _ in columns], [cells for _, cells in columns])
        table, evidence = guess.table, guess.evidence
    table["sheet"] = {"name": sheet, "header_row": header_row, "encoding": encoding}
    shown = [
        (header, list(dict.fromkeys(cell[:LONGEST_CELL] for cell in cells if cell))[:SHOWN_CELLS])
        for header, cells in columns
    ]
    name = known.name if known else ""
    return Proposal(SHEET, book.names, sheet, header_row, encoding, shown, name, table, evidence)


def _chosen(book: Book, texts: dict[str, str], asked: Asked) -> Mapping | None:
    """The named mapping, or the recognised one as long as the person has not asked for another place."""
    if asked.mapping:
        if asked.mapping not in texts:
            raise NoSuchMapping(what=asked.mapping, names="、".join(texts))
        return read_mapping(texts[asked.mapping])
    if asked.header_row is not None:
        return None
    return recognised(book, map(read_mapping, texts.values()), asked.sheet)


def preview(work: Work, import_id: str, table: Table, sheet: str) -> list[tuple[ReadRow, list[Fault]]]:
    """The first items of a kept file under this mapping, each with what is wrong with it; MalformedMapping."""
    row = load_own_import(work, import_id)
    actions.demand_open(work, row)
    mapping = mapping_of(_plain(table))
    submitted = replace(actions.submitted_of(work, row), sheet=sheet, corrections=NO_CORRECTIONS)
    specification = find_specification(work.session, row.bank_id)
    points = frozenset(specification.points) if specification else frozenset[str]()
    work.session.commit()  # nothing is held while the file is read
    read = offload(lambda: _first_rows(submitted, mapping, points))
    facts = {"bank": row.bank_id, "file_name": row.file_name, "shown": len(read.rows[:SHOWN_ITEMS])}
    with open_work(work.runtime, work.actor, request_id=work.request_id) as telling:
        telling.record("import.previewed", row.id, purpose=purpose_of(work), **facts)
    return [(each, [told(read, mapping, each.number, flaw) for flaw in each.flaws]) for each in read.rows[:SHOWN_ITEMS]]


def _first_rows(submitted: Submitted, mapping: Mapping, points: frozenset[str]) -> Read:
    if format_of(submitted) != SHEET:
        return read_file(submitted, mapping, points)
    book = Book(submitted.data)
    name = sheet_of(book, mapping, submitted.sheet)
    begin = book.begin(name, mapping.header_row, mapping.encoding, SHOWN_ITEMS)
    figures = read_figures(submitted.figures) if submitted.figures else NO_FIGURES
    return rows_of_sheet(begin, mapping, figures)


def check_under(work: Work, import_id: str, table: Table, sheet: str) -> ImportRow:
    """Checks a kept file under this mapping, at once or by a job."""
    row = load_own_import(work, import_id)
    actions.demand_open(work, row)
    text = toml_of(_plain(table))
    read_mapping(text)
    return actions.start_check(work, row, text, sheet)


def _plain(value: Any, depth: int = 0) -> Any:
    """The tables without empty values, which TOML cannot say; raises MalformedMapping for a nest no mapping has."""
    if depth > DEEPEST:
        raise malformed("…", "嵌套过深", "nested too deeply")
    if isinstance(value, dict):
        return {name: _plain(part, depth + 1) for name, part in value.items() if part is not None}
    return [_plain(part, depth + 1) for part in value] if isinstance(value, list) else value


def save_mapping(work: Work, bank_id: str, name: str, title: str, table: Table, for_all: bool) -> MappingRow:
    """Keeps a mapping under a name; the same name again replaces what was there."""
    load_bank(work.session, bank_id)
    text = toml_of(_plain(table | {"name": name, "title_zh": title, "title_en": title}))
    read_mapping(text)
    owner = "" if for_all else bank_id
    found = select(MappingRow).where(MappingRow.bank_id == owner, MappingRow.name == name)
    row = work.session.scalars(found).first()
    if row is None:
        row = MappingRow(id=work.new_id("map"), bank_id=owner, name=name)
        work.session.add(row)
    row.title, row.text, row.by, row.by_name = title, text, work.actor.id, work.actor.name
    row.created_ms = work.now_ms
    work.record("mapping.saved", row.id, bank=owner, name=name)
    return row


def load_mapping_text(work: Work, bank_id: str, name: str) -> str:
    """The TOML of a mapping this bank can use; raises NoSuchMapping."""
    load_bank(work.session, bank_id)
    texts = mappings_for(work.session, bank_id)
    if name not in texts:
        raise NoSuchMapping(what=name, names="、".join(texts))
    return texts[name]
