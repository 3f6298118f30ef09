"""Endpoints of banks and items."""

from examserver.kernel.access import Permit
from examserver.plumbing.contract import FileAnswer, endpoint
from examserver.plumbing.work import Work
from itembank.items import actions
from itembank.items.actions import BankDraft, BankExists, FlawedItem, ItemQuery, NothingChanged
from itembank.items.content import ItemBody, read_content
from itembank.items.schemas import (
    BankList,
    BankRequest,
    BankView,
    ItemLine,
    ItemPage,
    ItemsQuery,
    ItemVersionRequest,
    ItemVersionView,
    ItemView,
    RetireRequest,
    VerdictView,
)
from itembank.items.state import WrongState
from itembank.items.tables import (
    BankRow,
    ItemRow,
    ItemVersionRow,
    NoSuchBank,
    NoSuchItem,
    VerdictRow,
    body_of,
    verdicts_on,
    versions_of,
)
from itembank.items.text import tidy
from itembank.specs.tables import find_specification


def share(difficulty: int | None) -> str | None:
    """Thousandths as a decimal string: 650 as `0.65`."""
    return None if difficulty is None else f"0.{difficulty:03d}".rstrip("0")


def _thousandths(text: str | None) -> int | None:
    return None if text is None else int(text.partition(".")[2].ljust(3, "0"))


def bank_view(row: BankRow, counts: dict[str, int]) -> BankView:
    """A bank as shown."""
    return BankView(
        id=row.id,
        name=row.name,
        occupation_code=row.occupation_code,
        occupation_name=row.occupation_name,
        level=row.level,
        standard=row.standard,
        owner=row.owner,
        provenance=row.provenance,
        items_per_point=row.items_per_point,
        readiness=row.readiness,
        standard_id=row.standard_id,
        funding=row.funding,
        items=counts,
        created_ms=row.created_ms,
    )


@endpoint("GET", "/api/bank/banks", role="bank", access=Permit("banks.read"), answer=BankList, summary="List banks")
def list_banks(work: Work) -> BankList:
    """All banks with their item counts."""
    return BankList(banks=[bank_view(row, counts) for row, counts in actions.list_banks(work)])


@endpoint(
    "POST",
    "/api/bank/banks",
    role="bank",
    access=Permit("banks.edit"),
    answer=BankView,
    errors=(BankExists,),
    summary="Open a bank",
)
def open_bank(work: Work, body: BankRequest) -> BankView:
    """A new, empty bank."""
    draft = BankDraft(
        name=tidy(body.name),
        occupation_code=body.occupation_code,
        occupation_name=tidy(body.occupation_name),
        level=body.level,
        standard=tidy(body.standard),
        owner=tidy(body.owner),
        provenance=body.provenance,
        funding=tidy(body.funding),
        items_per_point=body.items_per_point,
    )
    return bank_view(actions.open_bank(work, draft), {})


def _line(item: ItemRow, version: ItemVersionRow) -> ItemLine:
    stem = [block["text"] for block in version.content["stem"] if block["kind"] == "text"]
    return ItemLine(
        id=item.id,
        code=item.code,
        version=item.version,
        state=item.state,
        type=item.type,
        point=item.point,
        stem="\n".join(stem),
        figures=len(version.figures_identity.split()),
        importance=version.importance,
        cognition=version.cognition,
        difficulty=share(version.difficulty),
        author=version.author_name,
    )


@endpoint(
    "GET",
    "/api/bank/banks/{bank_id}/items",
    role="bank",
    access=Permit("items.read"),
    answer=ItemPage,
    errors=(NoSuchBank,),
    summary="Look for items (the reading is recorded)",
    write=True,
)
def list_items(work: Work, bank_id: str, query: ItemsQuery) -> ItemPage:
    """One page of items, in order of codes."""
    asked = query.model_dump() | {"search": tidy(query.search), "point": tidy(query.point)}
    total, found = actions.search_items(work, bank_id, ItemQuery(**asked))
    lines = [_line(item, version) for item, version in found]
    return ItemPage(total=total, page=query.page, page_size=actions.PAGE_SIZE, items=lines)


def _verdict(row: VerdictRow) -> VerdictView:
    return VerdictView(stage=row.stage, verdict=row.verdict, comment=row.comment, by=row.by_name, at_ms=row.at_ms)


def _version(row: ItemVersionRow, verdicts: list[VerdictRow]) -> ItemVersionView:
    return ItemVersionView(
        version=row.version,
        content=body_of(row).content.as_json(),
        key=row.key,
        importance=row.importance,
        cognition=row.cognition,
        difficulty=share(row.difficulty),
        source=row.source,
        digest=row.digest,
        author=row.author_name,
        reviewer=row.reviewer_name,
        approver=row.approver_name,
        origin_file=row.origin_digest,
        origin_row=row.origin_row,
        created_ms=row.created_ms,
        verdicts=[_verdict(each) for each in verdicts if each.version_id == row.id],
    )


def item_view(work: Work, item: ItemRow) -> ItemView:
    """An item with everything about it."""
    versions = versions_of(work.session, item.id)
    verdicts = verdicts_on(work.session, [version.id for version in versions])
    specification = find_specification(work.session, item.bank_id)
    path = specification.path(item.point) if specification else ()
    return ItemView(
        id=item.id,
        bank=item.bank_id,
        code=item.code,
        state=item.state,
        type=item.type,
        point=item.point,
        point_path=[specification.by_code[code].name for code in path] if specification else [],
        version=item.version,
        versions=[_version(version, verdicts) for version in versions],
    )


@endpoint(
    "GET",
    "/api/bank/items/{item_id}",
    role="bank",
    access=Permit("items.read"),
    answer=ItemView,
    errors=(NoSuchItem,),
    summary="Open one item with its key (the reading is recorded)",
    write=True,
)
def read_item(work: Work, item_id: str) -> ItemView:
    """One item with its versions and verdicts."""
    return item_view(work, actions.read_item(work, item_id))


@endpoint(
    "POST",
    "/api/bank/items/{item_id}/versions",
    role="bank",
    access=Permit("items.edit"),
    answer=ItemView,
    errors=(NoSuchItem, FlawedItem, NothingChanged, WrongState),
    summary="Write a new version of an item",
)
def revise_item(work: Work, item_id: str, body: ItemVersionRequest) -> ItemView:
    """The item as a draft again, by the acting person."""
    content = read_content(
        {
            "code": "",
            "type": body.type,
            "point": tidy(body.point),
            "points": body.points,
            "stem": [_tidy_block(block.model_dump()) for block in body.stem],
            "options": [
                {"id": option.id, "content": [_tidy_block(block.model_dump()) for block in option.content]}
                for option in body.options
            ],
        }
    )
    attributes = (body.importance, body.cognition, _thousandths(body.difficulty), tidy(body.source))
    return item_view(work, actions.revise_item(work, item_id, ItemBody(content, tuple(sorted(body.key)), *attributes)))


def _tidy_block(block: dict[str, str]) -> dict[str, str]:
    return {name: tidy(value) for name, value in block.items()}


@endpoint(
    "POST",
    "/api/bank/items/{item_id}/retire",
    role="bank",
    access=Permit("items.approve"),
    answer=ItemView,
    errors=(NoSuchItem, WrongState),
    summary="Take an item out of use for good",
)
def retire_item(work: Work, item_id: str, body: RetireRequest) -> ItemView:
    """The retired item."""
    return item_view(work, actions.retire_item(work, item_id, tidy(body.reason)))


@endpoint(
    "GET",
    "/api/bank/figures/{digest}",
    role="bank",
    access=Permit("items.read"),
    answer=FileAnswer,
    errors=(NoSuchItem,),
    summary="One figure by the digest of its bytes",
)
def read_figure(work: Work, digest: str) -> FileAnswer:
    """The figure's bytes."""
    row = actions.load_figure(work, digest)
    return FileAnswer(row.data, row.media_type, immutable=True)
