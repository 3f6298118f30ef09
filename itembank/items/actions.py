"""What can be done with banks and items by hand: open a bank, look for items, read, write and revise one, retire it.

Whoever writes is the author of that version. Nothing goes in with a flaw; what the bank itself says against an item
(point, repeated stem, case, enemies, pictures) is gathered here and judged in `company.py`.
"""

from dataclasses import dataclass, replace

from sqlalchemy import Select, func, insert, or_, select
from sqlalchemy.exc import IntegrityError

from examserver.kernel.errors import Invalid, Refused
from examserver.plumbing.work import Work
from itembank.exchange.identity import likeness
from itembank.items.cases import case_code
from itembank.items.check import check_item
from itembank.items.company import Company, Stored, check_company, stored_in
from itembank.items.content import Case, ItemBody, content_digest, word_count
from itembank.items.faults import Flaw
from itembank.items.shapes import canonical
from itembank.items.state import DRAFT, RETIRED, RETURNED, WrongState
from itembank.items.tables import (
    BankRow,
    ItemRow,
    ItemVersionRow,
    NoSuchItem,
    body_of,
    current_version,
    load_assets,
    load_bank,
    load_item,
)
from itembank.items.text import identity
from itembank.review.tables import load_seen, may_see, seen_items, seen_rows, withdraw_open
from itembank.specs.tables import find_specification
from itembank.units.store import purpose_of

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


class StandingUnchanged(Refused):
    """Every named item stands so already."""

    code = "item.standing_unchanged"
    message_zh = "所列试题的使用范围没有变化"
    message_en = "The named items stand so already"
    next_zh = "无需提交"
    next_en = "Nothing needs to be submitted"


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
    case: str = ""
    standing: str = ""
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


def filtered_items(bank_id: str, asked: ItemQuery) -> Select[ItemRow, ItemVersionRow]:
    """The newest versions of the items of a bank that the filters leave."""
    query = select(ItemRow, ItemVersionRow).join(ItemVersionRow, ItemVersionRow.id == ItemRow.version_id)
    query = query.where(ItemRow.bank_id == bank_id)
    exact = (
        (ItemRow.state, asked.state), (ItemRow.type, asked.type), (ItemRow.import_id, asked.import_id),
        (ItemRow.case_code, asked.case), (ItemRow.standing, asked.standing),
    )  # fmt: skip
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
    query = filtered_items(bank_id, asked).where(seen_items(work))
    total = work.session.scalar(select(func.count()).select_from(query.with_only_columns(ItemRow.id).subquery())) or 0
    page = query.order_by(ItemRow.code).limit(PAGE_SIZE).offset((max(asked.page, 1) - 1) * PAGE_SIZE)
    found = [(item, version) for item, version in work.session.execute(page)]
    if found:
        filters = {k: v for k, v in vars(asked).items() if v}
        work.record("items.listed", bank_id, shown=len(found), purpose=purpose_of(work), **filters)
    return total, found


def read_item(work: Work, item_id: str) -> ItemRow:
    """An item a person opens with its key; the reading is recorded."""
    item = load_seen(work, item_id)
    work.record("item.read", item.id, code=item.code, version=item.version, purpose=purpose_of(work))
    return item


def version_values(work: Work, item_id: str, bank_id: str, version: int, body: ItemBody) -> dict[str, object]:
    """The columns of a new version written by the acting person; interaction and scoring in their one form."""
    body = canonical(body)
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


def flaws_of(work: Work, bank_id: str, body: ItemBody, item_id: str = "", case_for_all: bool = False) -> list[Flaw]:
    """Every flaw of the item by itself and in this bank; `item_id` is the item that is being revised."""
    return [*check_item(body), *check_company(body, _company(work, bank_id, body, item_id, case_for_all))]


def _company(work: Work, bank_id: str, body: ItemBody, item_id: str, case_for_all: bool) -> Company:
    """What the bank holds that bears on this item; the parts of a case that change for all are no contradiction."""
    own, session = likeness(body.content), work.session
    others = select(ItemRow.code).where(ItemRow.bank_id == bank_id, ItemRow.id != item_id)
    same = others.join(ItemVersionRow, ItemVersionRow.id == ItemRow.version_id).where(
        ItemRow.state != RETIRED,
        ItemVersionRow.stem_identity == own.stem,
        ItemVersionRow.figures_identity == own.figures,
        ItemVersionRow.options_identity == own.options,
    )
    specification = find_specification(session, bank_id)
    assets = load_assets(session, stored_in(body))
    case = body.content.case
    members = case_members(work, bank_id, case.code, item_id) if case else []
    cases = [each for _, each in members]
    if case and case_for_all:
        cases = [replace(each, size=case.size, stimulus=case.stimulus) for each in cases]
    joins = bool(case and (case_for_all or not _stands_in(work, item_id, case.code)))
    return Company(
        same=tuple(session.scalars(same.order_by(ItemRow.code).limit(5))) if own.stem else (),
        points=frozenset(specification.points) if specification else frozenset(),
        stored={row.digest: Stored(row.media_type, row.width, row.height) for row in assets.values()},
        codes=frozenset(session.scalars(others.where(ItemRow.code.in_(body.enemies)))),
        cases=tuple(cases),
        closed_case=joins and not all(may_see(work, item) for item, _ in members),
    )


def _stands_in(work: Work, item_id: str, case: str) -> bool:
    """Whether the item that is being revised is a member of this case already."""
    return bool(item_id) and load_item(work.session, item_id).case_code == case


def case_members(work: Work, bank_id: str, code: str, but: str = "") -> list[tuple[ItemRow, Case]]:
    """The other items of a case that are not retired, in their order, each with the case as it tells it."""
    query = select(ItemRow, ItemVersionRow).join(ItemVersionRow, ItemVersionRow.id == ItemRow.version_id)
    query = query.where(ItemRow.bank_id == bank_id, ItemRow.case_code == code, ItemRow.state != RETIRED)
    found = [(item, body_of(row).content.case) for item, row in work.session.execute(query) if item.id != but]
    return sorted(((item, case) for item, case in found if case is not None), key=lambda each: each[1].place)


def _refuse_flawed(code: str, flaws: list[Flaw]) -> None:
    if flaws:
        first = flaws[0]
        faults = [vars(flaw) for flaw in flaws]
        raise FlawedItem(code=code, count=len(flaws), first_zh=first.reason_zh, first_en=first.reason_en, faults=faults)


def _code_flaws(work: Work, bank_id: str, code: str) -> list[Flaw]:
    taken = select(ItemRow.id).where(ItemRow.bank_id == bank_id, ItemRow.code == code)
    if work.session.scalars(taken).first() is None:
        return []
    return [Flaw("code", "code.repeated", f"编号 {code} 已存在", f"The code {code} exists already", code)]


def check_draft(
    work: Work, bank_id: str, body: ItemBody, item_id: str = "", case_for_all: bool = False
) -> tuple[ItemBody, list[Flaw]]:
    """The item as it would be stored and every flaw, without storing anything."""
    load_bank(work.session, bank_id)
    if item_id:
        body = replace(body, content=replace(body.content, code=load_seen(work, item_id).code))
    flaws = [] if item_id else _code_flaws(work, bank_id, body.content.code)
    return body, [*flaws, *flaws_of(work, bank_id, body, item_id, case_for_all)]


def create_item(work: Work, bank_id: str, body: ItemBody) -> ItemRow:
    """A new item as a draft by the acting person; raises FlawedItem with every flaw."""
    content = body.content
    _refuse_flawed(content.code, check_draft(work, bank_id, body)[1])
    item = ItemRow(
        id=work.new_id("itm"), bank_id=bank_id, code=content.code, state=DRAFT, version=0, type=content.type,
        point=content.point, version_id="", import_id=None, case_code=case_code(content),
    )  # fmt: skip
    work.session.add(item)
    try:
        work.session.flush()
    except IntegrityError as error:
        # Somebody else took the code between our look and our write.
        taken = Flaw("code", "code.repeated", f"编号 {content.code} 已存在", "The code exists already", content.code)
        raise FlawedItem(
            code=content.code, count=1, first_zh=taken.reason_zh, first_en=taken.reason_en, faults=[vars(taken)]
        ) from error
    digest = _write_version(work, item, body)
    work.record("item.created", item.id, code=item.code, digest=digest)
    return item


def _write_version(work: Work, item: ItemRow, body: ItemBody) -> str:
    """Makes this body the newest version of the item, a draft by the acting person; the digest of its content."""
    values = version_values(work, item.id, item.bank_id, item.version + 1, body)
    if item.version_id:
        # Whoever revises an item, it stays the item of the unit that wrote it.
        values["unit"] = current_version(work.session, item).unit
    work.session.execute(insert(ItemVersionRow).values(**values))
    item.version, item.version_id, item.state = item.version + 1, str(values["id"]), DRAFT
    item.type, item.point, item.case_code = body.content.type, body.content.point, case_code(body.content)
    return str(values["digest"])


def revise_item(work: Work, item_id: str, body: ItemBody, case_for_all: bool = False) -> ItemRow:
    """A new version of the item, as a draft by the acting person; the old versions stay. Raises FlawedItem.

    With `case_for_all`, the other members of its case get new versions with the same stimulus and size.
    """
    item = load_seen(work, item_id)
    if item.state == RETIRED:
        raise WrongState(code=item.code, state=item.state)
    body = replace(body, content=replace(body.content, code=item.code))
    if canonical(body) == canonical(body_of(current_version(work.session, item))) and item.state != RETURNED:
        raise NothingChanged(code=item.code)
    _refuse_flawed(item.code, flaws_of(work, item.bank_id, body, item.id, case_for_all))
    digest = _write_version(work, item, body)
    withdraw_open(work.session, [item.id])
    work.record("item.revised", item.id, code=item.code, version=item.version, digest=digest)
    if case_for_all and body.content.case is not None:
        _revise_company(work, item, body.content.case)
    return item


def _revise_company(work: Work, item: ItemRow, case: Case) -> None:
    """Gives the other members of a case its new stimulus and size, where theirs differ."""
    for other, told in case_members(work, item.bank_id, case.code, item.id):
        if (told.size, told.stimulus) == (case.size, case.stimulus):
            continue
        old = body_of(current_version(work.session, other))
        content = replace(old.content, case=replace(case, place=told.place))
        new = replace(old, content=content)
        _refuse_flawed(other.code, check_item(new))
        digest = _write_version(work, other, new)
        withdraw_open(work.session, [other.id])
        work.record("item.revised", other.id, code=other.code, version=other.version, digest=digest, case=case.code)


def change_standing(work: Work, bank_id: str, codes: list[str], standing: str, reason: str) -> list[ItemRow]:
    """Marks items as normal, public or reserved, with the reason; raises NoSuchItem or StandingUnchanged."""
    load_bank(work.session, bank_id)
    wanted = sorted(set(codes))
    query = seen_rows(work, bank_id).where(ItemRow.code.in_(wanted)).order_by(ItemRow.code)
    rows = list(work.session.scalars(query))
    missing = sorted(set(wanted) - {row.code for row in rows})
    if missing:
        raise NoSuchItem(what="、".join(missing[:10]))
    changed = [row for row in rows if row.standing != standing]
    if not changed:
        raise StandingUnchanged()
    for row in changed:
        work.record("item.standing", row.id, code=row.code, was=row.standing, now=standing, reason=reason)
        row.standing = standing
    return changed


def retire_item(work: Work, item_id: str, reason: str) -> ItemRow:
    """The item is never used again; raises NoSuchItem, or WrongState when it is retired already."""
    item = load_seen(work, item_id)
    if item.state == RETIRED:
        raise WrongState(code=item.code, state=item.state)
    item.state = RETIRED
    work.record("item.retired", item.id, code=item.code, version=item.version, reason=reason)
    return item
