"""What can be done with banks and items by hand: open a bank, look for items, read one, write a new version, retire."""

from dataclasses import dataclass, replace

from sqlalchemy import Select, func, insert, or_, select

from examserver.kernel.errors import Invalid, Refused
from examserver.plumbing.work import Work
from itembank.exchange.identity import likeness
from itembank.exchange.mapping import IDENTITY_FIELDS
from itembank.items.check import check_item
from itembank.items.content import ItemBody, assets_of, content_digest, word_count
from itembank.items.faults import Flaw
from itembank.items.state import DRAFT, RETIRED, RETURNED, WrongState
from itembank.items.tables import (
    AssetRow,
    BankRow,
    ItemRow,
    ItemVersionRow,
    NoSuchItem,
    current_version,
    known_likenesses,
    load_assets,
    load_bank,
    load_item,
)
from itembank.items.text import identity
from itembank.specs.tables import find_specification

PAGE_SIZE = 50


class BankExists(Refused):
    """Another bank has this name."""

    code = "bank.exists"
    message_zh = "已有名为“{name}”的题库"
    message_en = "There is already a bank named {name}"
    next_zh = "请换一个名称，或在列表中打开现有题库"
    next_en = "Choose another name, or open the existing bank"


class FlawedItem(Invalid):
    """The item as written has faults; `faults` lists them all."""

    code = "item.flawed"
    message_zh = "试题 {code} 有 {count} 处问题：{first_zh}"
    message_en = "Item {code} has {count} fault(s): {first_en}"
    next_zh = "请逐一改正后重新提交"
    next_en = "Correct them and submit again"


class NothingChanged(Refused):
    """The new version is the old one."""

    code = "item.unchanged"
    message_zh = "试题 {code} 的内容没有变化"
    message_en = "Item {code} is unchanged"
    next_zh = "无需提交"
    next_en = "Nothing needs to be submitted"


@dataclass(frozen=True)
class BankDraft:
    """What a new bank is."""

    name: str
    occupation_code: str
    occupation_name: str
    level: int
    standard: str
    owner: str
    provenance: str
    items_per_point: int
    funding: str = ""


@dataclass(frozen=True)
class ItemQuery:
    """Which items to list."""

    state: str = ""
    type: str = ""
    point: str = ""
    search: str = ""
    import_id: str = ""
    page: int = 1


def open_bank(work: Work, draft: BankDraft) -> BankRow:
    """A new, empty bank; raises BankExists."""
    if work.session.scalars(select(BankRow).where(BankRow.name == draft.name)).first():
        raise BankExists(name=draft.name)
    row = BankRow(id=work.new_id("bnk"), created_ms=work.now_ms, **vars(draft))
    work.session.add(row)
    work.record("bank.opened", row.id, name=draft.name, occupation=draft.occupation_code, level=draft.level)
    return row


def list_banks(work: Work) -> list[tuple[BankRow, dict[str, int]]]:
    """Every bank with its item counts by state."""
    query = select(ItemRow.bank_id, ItemRow.state, func.count()).group_by(ItemRow.bank_id, ItemRow.state)
    counts: dict[str, dict[str, int]] = {}
    for bank_id, state, count in work.session.execute(query):
        counts.setdefault(bank_id, {})[state] = count
    banks = work.session.scalars(select(BankRow).order_by(BankRow.name))
    return [(bank, counts.get(bank.id, {})) for bank in banks]


def _filtered(bank_id: str, asked: ItemQuery) -> Select[ItemRow, ItemVersionRow]:
    query = select(ItemRow, ItemVersionRow).join(ItemVersionRow, ItemVersionRow.id == ItemRow.version_id)
    query = query.where(ItemRow.bank_id == bank_id)
    exact = ((ItemRow.state, asked.state), (ItemRow.type, asked.type), (ItemRow.import_id, asked.import_id))
    query = query.where(*(column == wanted for column, wanted in exact if wanted))
    if asked.point:
        query = query.where(ItemRow.point.startswith(asked.point, autoescape=True))
    if asked.search:
        words = identity(asked.search) or asked.search
        in_stem = ItemVersionRow.stem_identity.contains(words, autoescape=True)
        query = query.where(or_(in_stem, ItemRow.code.contains(asked.search, autoescape=True)))
    return query


def search_items(work: Work, bank_id: str, asked: ItemQuery) -> tuple[int, list[tuple[ItemRow, ItemVersionRow]]]:
    """The number of matching items and one page of them in order of codes; the reading is recorded."""
    load_bank(work.session, bank_id)
    query = _filtered(bank_id, asked)
    total = work.session.scalar(select(func.count()).select_from(query.with_only_columns(ItemRow.id).subquery())) or 0
    page = query.order_by(ItemRow.code).limit(PAGE_SIZE).offset((max(asked.page, 1) - 1) * PAGE_SIZE)
    found = [(item, version) for item, version in work.session.execute(page)]
    if found:
        work.record("items.listed", bank_id, shown=len(found), **{k: v for k, v in vars(asked).items() if v})
    return total, found


def read_item(work: Work, item_id: str) -> ItemRow:
    """An item a person opens with its key; the reading is recorded."""
    item = load_item(work.session, item_id)
    work.record("item.read", item.id, code=item.code, version=item.version)
    return item


def load_figure(work: Work, digest: str) -> AssetRow:
    """A figure by the digest of its bytes; raises NoSuchItem."""
    found = load_assets(work.session, {digest}).get(digest)
    if found is None:
        raise NoSuchItem(what=digest)
    return found


def version_values(work: Work, item_id: str, bank_id: str, version: int, body: ItemBody) -> dict[str, object]:
    """The columns of a new version written by the acting person."""
    own = likeness(body.content)
    return {
        "id": work.new_id("itv"),
        "item_id": item_id,
        "bank_id": bank_id,
        "version": version,
        "content": body.content.as_json(),
        "key": list(body.key),
        "importance": body.importance,
        "cognition": body.cognition,
        "difficulty": body.difficulty,
        "source": body.source,
        "scoring": body.scoring,
        "enemies": list(body.enemies),
        "owner": body.owner,
        "funding": body.funding,
        "unit": work.actor.scope or "",
        "words": word_count(body.content),
        "digest": content_digest(body.content),
        "stem_identity": own.stem,
        "figures_identity": own.figures,
        "options_identity": own.options,
        "author": work.actor.id,
        "author_name": work.actor.name,
        "reviewer": "",
        "reviewer_name": "",
        "approver": "",
        "approver_name": "",
        "origin_digest": "",
        "origin_row": None,
        "created_ms": work.now_ms,
    }


def check_body(work: Work, bank_id: str, body: ItemBody) -> None:
    """Raises FlawedItem unless the item is sound and new, its point is specified and its figures are stored."""
    flaws = check_item(body)
    own = likeness(body.content)
    for known in known_likenesses(work.session, bank_id):
        if known.code != own.code and known.stem and known.key(IDENTITY_FIELDS) == own.key(IDENTITY_FIELDS):
            zh, en = f"与题库中 {known.code} 重复", f"It repeats {known.code}"
            flaws.append(Flaw("stem", "stem.repeated", zh, en, known.code))
    specification = find_specification(work.session, bank_id)
    if specification is None or body.content.point not in specification.points:
        zh, en = f"鉴定点“{body.content.point}”不在细目表中", "The point is not in the specification"
        flaws.append(Flaw("point", "point.unknown", zh, en, body.content.point))
    wanted = set(assets_of(body.content))
    for digest in sorted(wanted - load_assets(work.session, wanted).keys()):
        flaws.append(Flaw("figure", "figure.missing", f"图片 {digest} 不在题库中", "The figure is not stored", digest))
    if flaws:
        faults = [vars(flaw) for flaw in flaws]
        raise FlawedItem(
            code=body.content.code, count=len(flaws), first_zh=flaws[0].reason_zh, first_en=flaws[0].reason_en,
            faults=faults,
        )  # fmt: skip


def revise_item(work: Work, item_id: str, body: ItemBody) -> ItemRow:
    """A new version of the item, as a draft by the acting person; the old versions stay. Raises FlawedItem."""
    item = load_item(work.session, item_id)
    if item.state == RETIRED:
        raise WrongState(code=item.code, state=item.state)
    body = replace(body, content=replace(body.content, code=item.code))
    old = current_version(work.session, item)
    same_key = list(body.key) == old.key and (body.importance, body.difficulty) == (old.importance, old.difficulty)
    if content_digest(body.content) == old.digest and same_key and item.state != RETURNED:
        raise NothingChanged(code=item.code)
    check_body(work, item.bank_id, body)
    values = version_values(work, item.id, item.bank_id, item.version + 1, body)
    work.session.execute(insert(ItemVersionRow).values(**values))
    item.version, item.version_id, item.state = item.version + 1, str(values["id"]), DRAFT
    item.type, item.point = body.content.type, body.content.point
    work.record("item.revised", item.id, code=item.code, version=item.version, digest=str(values["digest"]))
    return item


def retire_item(work: Work, item_id: str, reason: str) -> ItemRow:
    """The item is never used again; raises WrongState when it is retired already."""
    item = load_item(work.session, item_id)
    if item.state == RETIRED:
        raise WrongState(code=item.code, state=item.state)
    item.state = RETIRED
    work.record("item.retired", item.id, code=item.code, version=item.version, reason=reason)
    return item
