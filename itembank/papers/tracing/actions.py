"""Tracing as an act: a fragment against the papers of the bank, with orders and records that seat them; recorded."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from examserver.kernel.documents import read_document, require_signatures
from examserver.kernel.errors import Json, Missing, Refused
from examserver.plumbing.trust import trust_of
from examserver.plumbing.work import Work
from itembank.assembly.tables import AssemblyFormRow, load_assembly, sections_of
from itembank.items.tables import ItemRow, ItemVersionRow
from itembank.papers.fragment import Fragment, words_of
from itembank.papers.tables import PaperRow, copies_of, load_own_paper, own_papers
from itembank.papers.trace import (
    ShownForm,
    ShownItem,
    Source,
    Traced,
    corrected,
    shown_words,
    sources_of_order,
    trace_fragment,
)

ORDER_TYPE, RECORD_TYPE = "exam.sitting-order", "exam.sitting-record"
Versions = dict[tuple[str, int], Json]


class NothingToTrace(Missing):
    """The bank has sealed no paper, or none of those named."""

    code = "trace.no_papers"
    message_zh = "没有可比对的已密封试卷"
    message_en = "There is no sealed paper to compare with"
    next_zh = "请指定试卷，或以 --package 提供试卷包和保管人密钥"
    next_en = "Name a paper, or give a package with its custodians' keys (--package)"


class RecordWithoutOrder(Refused):
    """A sitting record of a sitting none of the orders speaks of."""

    code = "trace.record_without_order"
    message_zh = "场次记录 {sitting} 没有对应的场次指令"
    message_en = "No order speaks of the recorded sitting {sitting}"
    next_zh = "请同时提供这个场次的指令"
    next_en = "Hand in the order of that sitting too"


def trace(
    work: Work,
    fragment: Fragment,
    papers: Sequence[str],
    orders: Sequence[bytes],
    records: Sequence[bytes],
    reason: str,
) -> Traced:
    """Where a fragment can come from among these papers (all when none is named); orders must be the authority's."""
    work.attempt("paper.trace_asked", ",".join(papers) or "all", reason=reason, items=len(fragment.seen))
    rows = [load_own_paper(work, one) for one in papers] or own_papers(work)
    rows = [row for row in rows if row.sealed_ms is not None]
    forms = [form for row in rows for form in forms_of_paper(work, row)]
    if not forms:
        raise NothingToTrace(what="")
    sources = [*_seated(work, orders, records), *_copies(work, rows)]
    found = trace_fragment(fragment, forms, sources)
    work.record(
        "paper.traced", ",".join(row.id for row in rows)[:400], reason=reason, candidates=len(found.sources),
        forms=found.distinct("form"), sittings=found.distinct("sitting"), seats=found.distinct("seat")[:50],
    )  # fmt: skip
    return found


def _seated(work: Work, orders: Sequence[bytes], records: Sequence[bytes]) -> list[Source]:
    """Who sat where: as the authority ordered, corrected by what trusted halls recorded of these very orders."""
    sources: list[Source] = []
    for data in orders:
        document = read_document(data, ORDER_TYPE)
        require_signatures(document, trust_of(work), {"authority"})
        sources += sources_of_order(document.body)
    ordered = {source.sitting for source in sources}
    for data in records:
        record = read_document(data, RECORD_TYPE)
        require_signatures(record, trust_of(work), {"hall"})
        if record.body.get("sitting") not in ordered:
            raise RecordWithoutOrder(sitting=str(record.body.get("sitting"))[:60])
        sources = corrected(sources, record.body)
    return sources


def _copies(work: Work, rows: Sequence[PaperRow]) -> list[Source]:
    return [
        Source(paper=row.id, form=copy.form, hall=copy.place, copy=copy.mark)
        for row in rows
        for copy in copies_of(work.session, row.id)
    ]


def forms_of_paper(work: Work, paper: PaperRow) -> Iterator[ShownForm]:
    """The forms of a paper as shown, from the places the assembly keeps and the item versions placed there."""
    bank = load_assembly(work.session, paper.assembly).bank_id
    query = select(AssemblyFormRow).where(AssemblyFormRow.assembly_id == paper.assembly)
    rows = list(work.session.scalars(query.order_by(AssemblyFormRow.number)))
    placed = {row.form_id: [item for part in sections_of(row) for item in part.items] for row in rows}
    versions = _versions(work, bank, {item.code for items in placed.values() for item in items})
    for row in rows:
        items = [
            _shown(number, item.code, versions[item.code, item.version], item.options)
            for number, item in enumerate(placed[row.form_id], 1)
            if (item.code, item.version) in versions
        ]
        yield ShownForm(paper.id, row.form_id, row.name, tuple(items))


def _versions(work: Work, bank: str, codes: set[str]) -> Versions:
    """The contents of all versions of these items."""
    wanted, found = sorted(codes), {}
    query = select(ItemRow.code, ItemVersionRow.version, ItemVersionRow.content).join(
        ItemVersionRow, ItemVersionRow.item_id == ItemRow.id
    )
    for start in range(0, len(wanted), 500):
        part = query.where(ItemRow.bank_id == bank, ItemRow.code.in_(wanted[start : start + 500]))
        found.update({(code, version): content for code, version, content in work.session.execute(part)})
    return found


def _shown(number: int, code: str, content: Json, pairs: Sequence[tuple[str, str]]) -> ShownItem:
    own = {option["id"]: words_of(option["content"]) for option in content["options"]}
    options = tuple((shown, own[letter]) for shown, letter in pairs if letter in own)
    stimulus = content.get("case", {}).get("stimulus", [])
    return ShownItem(number, code, shown_words(content["stem"], stimulus), options)
