"""Endpoints of banks and items."""

from examserver.kernel.access import Permit
from examserver.plumbing.contract import FileAnswer, Files, endpoint
from examserver.plumbing.work import Work
from itembank.items import actions, store
from itembank.items.actions import (
    BankDraft,
    BankExists,
    FlawedItem,
    ItemQuery,
    NothingChanged,
    StandingUnchanged,
)
from itembank.items.content import ItemBody, MalformedContent, read_content, stem_text, word_count
from itembank.items.door import Door
from itembank.items.schemas import (
    AssetView,
    BankList,
    BankRequest,
    BankView,
    CaseMemberView,
    FlawView,
    ItemDraftRequest,
    ItemDraftView,
    ItemLine,
    ItemPage,
    ItemRequest,
    ItemsQuery,
    ItemVersionRequest,
    ItemVersionView,
    ItemView,
    RetiredView,
    RetireRequest,
    SavedItemView,
    StandingRequest,
    StandingView,
    VerdictView,
)
from itembank.items.state import WrongState
from itembank.items.store import UnusableAsset
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
from itembank.quality.distractors import doubts
from itembank.review.tables import may_see
from itembank.specs.api import FileExpected, uploaded
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
    return ItemLine(
        id=item.id,
        code=item.code,
        version=item.version,
        state=item.state,
        type=item.type,
        point=item.point,
        stem=stem_text(read_content(version.content)),
        figures=version.figures_identity.count("sha256:"),
        importance=version.importance,
        cognition=version.cognition,
        difficulty=share(version.difficulty),
        author=version.author_name,
        case=item.case_code,
        standing=item.standing,
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
        scoring=row.scoring,
        enemies=row.enemies,
        owner=row.owner,
        funding=row.funding,
        words=row.words,
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
        case=item.case_code,
        case_members=[
            CaseMemberView(id=other.id, code=other.code, place=case.place, state=other.state)
            for other, case in (actions.case_members(work, item.bank_id, item.case_code) if item.case_code else ())
            if may_see(work, other)
        ],
        standing=item.standing,
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


def body_of_request(body: ItemVersionRequest, code: str) -> tuple[ItemBody, tuple[str, ...]]:
    """The item as it would be stored, and what was taken out of its rich text."""
    door = Door()
    content = {
        "code": tidy(code),
        "type": body.type,
        "point": tidy(body.point),
        "points": body.points,
        "stem": door.take([block.model_dump() for block in body.stem]),
        "options": door.take([option.model_dump() for option in body.options]),
        "interaction": door.take(body.interaction),
    }
    if body.case is not None:
        content["case"] = door.take(body.case.model_dump(exclude={"for_all"}))
    choice = body.type not in ("inline_choice", "ordering")
    item = ItemBody(
        content=read_content(content),
        key=tuple(sorted(body.key) if choice else body.key),
        importance=body.importance,
        cognition=body.cognition,
        difficulty=_thousandths(body.difficulty),
        source=tidy(body.source),
        scoring=door.take(body.scoring),
        enemies=tuple(sorted({tidy(enemy) for enemy in body.enemies})),
        owner=tidy(body.owner),
        funding=tidy(body.funding),
    )
    return item, door.removed


def _for_all(body: ItemVersionRequest) -> bool:
    return body.case is not None and body.case.for_all


def _saved(work: Work, item: ItemRow, removed: tuple[str, ...]) -> SavedItemView:
    return SavedItemView(**dict(item_view(work, item)), removed=list(removed))


@endpoint(
    "POST",
    "/api/bank/banks/{bank_id}/items",
    role="bank",
    access=Permit("items.edit"),
    answer=SavedItemView,
    errors=(NoSuchBank, FlawedItem, MalformedContent),
    summary="Write a new item",
)
def create_item(work: Work, bank_id: str, body: ItemRequest) -> SavedItemView:
    """The item as a draft by the acting person; its rich text is cleaned on the way in."""
    item, removed = body_of_request(body, body.code)
    return _saved(work, actions.create_item(work, bank_id, item), removed)


@endpoint(
    "POST",
    "/api/bank/banks/{bank_id}/items/check",
    role="bank",
    access=Permit("items.edit"),
    answer=ItemDraftView,
    errors=(NoSuchBank, NoSuchItem, MalformedContent),
    summary="Look what is wrong with an item, storing nothing",
    write=False,
)
def check_item_draft(work: Work, bank_id: str, body: ItemDraftRequest) -> ItemDraftView:
    """The item as it would be stored, for the preview, and every fault at its field."""
    item, removed = body_of_request(body, body.code)
    item, flaws = actions.check_draft(work, bank_id, item, body.item, _for_all(body))
    shaped = not any(flaw.code.endswith(".malformed") for flaw in flaws)
    return ItemDraftView(
        content=item.content.as_json(),
        scoring=item.scoring,
        key=list(item.key),
        words=word_count(item.content) if shaped else 0,
        removed=list(removed),
        flaws=[FlawView(**vars(flaw)) for flaw in flaws],
        doubts=[FlawView(**vars(doubt)) for doubt in doubts(item)] if shaped else [],
    )


@endpoint(
    "POST",
    "/api/bank/items/{item_id}/versions",
    role="bank",
    access=Permit("items.edit"),
    answer=SavedItemView,
    errors=(NoSuchItem, FlawedItem, NothingChanged, WrongState, MalformedContent),
    summary="Write a new version of an item",
)
def revise_item(work: Work, item_id: str, body: ItemVersionRequest) -> SavedItemView:
    """The item as a draft again, by the acting person; its rich text is cleaned on the way in."""
    item, removed = body_of_request(body, "")
    revised = actions.revise_item(work, item_id, item, _for_all(body))
    # The answer shows the earlier versions too.
    return _saved(work, actions.read_item(work, revised.id), removed)


@endpoint(
    "POST",
    "/api/bank/banks/{bank_id}/assets",
    role="bank",
    access=Permit("items.edit"),
    answer=AssetView,
    errors=(NoSuchBank, FileExpected, UnusableAsset),
    summary="Store a picture or a sound for items",
    multipart=True,
    max_bytes=17 * 2**20,
)
def store_asset(work: Work, bank_id: str, files: Files) -> AssetView:
    """The stored picture (PNG, JPEG, WebP) or sound (MP3, OGG, WAV, M4A), recognised by its bytes."""
    data = uploaded(files, "file")
    row = store.store_asset(work, bank_id, files["file"].name, data)
    return AssetView(
        digest=row.digest, media_type=row.media_type, width=row.width, height=row.height, bytes=len(row.data)
    )


@endpoint(
    "POST",
    "/api/bank/banks/{bank_id}/items/standing",
    role="bank",
    access=Permit("items.standing"),
    answer=StandingView,
    errors=(NoSuchBank, NoSuchItem, StandingUnchanged),
    summary="Mark items as normal, public or reserved",
)
def change_standing(work: Work, bank_id: str, body: StandingRequest) -> StandingView:
    """Which items changed; the reason is kept in the audit chain."""
    codes = [tidy(code) for code in body.codes]
    rows = actions.change_standing(work, bank_id, codes, body.standing, tidy(body.reason))
    return StandingView(changed=[row.code for row in rows], standing=body.standing)


@endpoint(
    "POST",
    "/api/bank/items/{item_id}/retire",
    role="bank",
    access=Permit("items.approve"),
    answer=RetiredView,
    errors=(NoSuchItem, WrongState),
    summary="Take an item out of use for good",
)
def retire_item(work: Work, item_id: str, body: RetireRequest) -> RetiredView:
    """The retired item, without its content."""
    item = actions.retire_item(work, item_id, tidy(body.reason))
    return RetiredView(id=item.id, code=item.code, version=item.version, state=item.state)


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
    row = store.load_figure(work, digest)
    return FileAnswer(row.data, row.media_type, immutable=True)
