"""What can be done about public releases: propose one, draw it, withdraw a proposal."""

import secrets
from collections.abc import Callable
from decimal import Decimal

from sqlalchemy import select

from examserver.kernel.calendar import local_day
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.documents import sign_document
from examserver.kernel.errors import Denied, Invalid, Json, Refused
from examserver.kernel.policy import text_on
from examserver.plumbing.policies import load_profile
from examserver.plumbing.work import Work
from itembank.items.content import assets_of
from itembank.items.kinds import load_type
from itembank.items.state import ENROLLED
from itembank.items.tables import (
    NORMAL,
    PUBLIC,
    AssetRow,
    BankRow,
    ItemRow,
    ItemVersionRow,
    body_of,
    load_assets,
    load_bank,
)
from itembank.release.draw import (
    RELEASE_TYPE,
    Eligible,
    NotAnArea,
    check_fair,
    commitment_of,
    count_to_draw,
    draw_released,
    eligible_digest,
    marks_of,
    read_ratio,
    seed_of,
)
from itembank.release.tables import (
    PROPOSED,
    RELEASED,
    WITHDRAWN,
    ReleaseRow,
    enrolled_items,
    items_in_live_papers,
    load_release,
    released_assets,
    releases_of,
)
from itembank.specs.tables import find_specification

FEWEST_WORDS = 4


class ReleaseDecided(Refused):
    """The release was drawn or withdrawn already."""

    code = "publication.decided"
    message_zh = "这次公开已处理（{state}）"
    message_en = "This release has been decided already ({state})"
    next_zh = "如需再次公开，请另行提出"
    next_en = "Propose another release if one is needed"


class ProposalOpen(Refused):
    """Another proposal of this bank waits for its draw."""

    code = "publication.open"
    message_zh = "题库已有一次公开等待抽取"
    message_en = "A release of this bank waits to be drawn"
    next_zh = "请先抽取或撤回它"
    next_en = "Draw or withdraw it first"


class ProposerMayNotDraw(Denied):
    """Who proposed may not draw."""

    code = "publication.same_person"
    http_status = 403
    message_zh = "提出公开的人不能抽取"
    message_en = "Whoever proposed the release may not draw it"
    next_zh = "请由另一位有权限的人员抽取"
    next_en = "Let another person with the permission draw"


class BankChanged(Refused):
    """An eligible item is no longer what it was when the release was proposed."""

    code = "publication.bank_changed"
    message_zh = "提出之后，试题 {code} 已变化，候选集不再成立"
    message_en = "Item {code} has changed since the proposal; the eligible set no longer holds"
    next_zh = "请撤回后重新提出"
    next_en = "Withdraw the release and propose it again"


class WordsTooShort(Invalid):
    """The words of the draw are missing."""

    code = "publication.words"
    message_zh = "请写下至少 {least} 个字的抽取用语，它与提出人的暗语一起决定抽取结果"
    message_en = "Write at least {least} characters: with the proposer's hidden word they decide the draw"
    next_zh = "例如当天的公开号码或一句话"
    next_en = "A public number of the day, or any sentence"


def propose_release(work: Work, bank_id: str, ratio: str, types: list[str], area: str, reason: str) -> ReleaseRow:
    """Fix the eligible set and a hidden word; raises RatioOutOfRange, RatioAbovePolicy, UnknownItemType, NotAnArea,
    TooFewEligible, NothingToRelease or ProposalOpen."""
    load_bank(work.session, bank_id)
    if any(row.state == PROPOSED for row in releases_of(work.session, bank_id)):
        raise ProposalOpen()
    types = sorted({load_type(kind).code for kind in types})
    below = _below(work, bank_id, area)
    live = items_in_live_papers(work.session, bank_id, work.now_ms)
    eligible = [
        Eligible(item.code, item.version, secrets.token_hex(16))
        for item in enrolled_items(work.session, bank_id, types)
        if item.code not in live and below(item.point)
    ]
    check_fair(read_ratio(ratio), Decimal(policy_ratio(work)), len(eligible))
    count = count_to_draw(read_ratio(ratio), len(eligible))
    hidden = secrets.token_hex(16)
    row = ReleaseRow(
        id=work.new_id("rel"),
        bank_id=bank_id,
        state=PROPOSED,
        ratio=ratio,
        types=types,
        area=area,
        reason=reason.strip(),
        eligible=[one.as_json() for one in eligible],
        eligible_digest=eligible_digest(marks_of(eligible)),
        count=count,
        hidden=hidden,
        commitment=commitment_of(hidden),
        by=work.actor.id,
        by_name=work.actor.name,
        created_ms=work.now_ms,
    )
    work.session.add(row)
    work.record(
        "release.proposed", row.id, bank=bank_id, ratio=ratio, eligible=len(eligible), count=count,
        eligible_digest=row.eligible_digest, commitment=row.commitment,
    )  # fmt: skip
    return row


def policy_ratio(work: Work) -> str:
    """The share the policy of today lets go."""
    profile = load_profile(work.runtime.settings.policy.profile)
    return text_on(profile, "release_ratio", local_day(work.now_ms))


def _below(work: Work, bank_id: str, area: str) -> Callable[[str], bool]:
    """Whether a point lies in the level-1 area (any point when there is none); raises NotAnArea."""
    specification = find_specification(work.session, bank_id)
    if specification is None or not area:
        return lambda point: True
    node = specification.by_code.get(area)
    if node is None or node.level != 1:
        raise NotAnArea(area=area)
    return lambda point: area in specification.path(point)


def _demand_proposed(row: ReleaseRow) -> None:
    if row.state != PROPOSED:
        raise ReleaseDecided(state=row.state)


def draw_release(work: Work, release_id: str, words: str) -> ReleaseRow:
    """Draw the items, mark them public and sign the document that says so.

    Raises ReleaseDecided, ProposerMayNotDraw, WordsTooShort or BankChanged; then nothing is released.
    """
    row = load_release(work.session, release_id)
    _demand_proposed(row)
    if row.by == work.actor.id:
        raise ProposerMayNotDraw()
    if len(words.strip()) < FEWEST_WORDS:
        raise WordsTooShort(least=FEWEST_WORDS)
    row.words = words.strip()
    eligible = [Eligible(one["code"], one["version"], one["salt"]) for one in row.eligible]
    items = _unchanged(work, row.bank_id, eligible)
    drawn = draw_released(seed_of(row.hidden, row.words), eligible, row.count)
    for one in drawn:
        items[one.code].standing = PUBLIC
    row.state, row.released_ms = RELEASED, work.now_ms
    row.approver, row.approver_name = work.actor.id, work.actor.name
    versions = [work.session.get_one(ItemVersionRow, items[one.code].version_id) for one in drawn]
    row.assets = sorted({asset for version in versions for asset in assets_of(body_of(version).content)})
    salts = {one.code: one.salt for one in drawn}
    row.document = _document(work, row, load_bank(work.session, row.bank_id), eligible, versions, salts)
    work.record("release.drawn", row.id, bank=row.bank_id, words=row.words, items=[one.code for one in drawn])
    return row


def _unchanged(work: Work, bank_id: str, eligible: list[Eligible]) -> dict[str, ItemRow]:
    """The eligible items as they were proposed, in no paper still to be sat; raises BankChanged."""
    live = items_in_live_papers(work.session, bank_id, work.now_ms)
    rows = {row.code: row for row in work.session.scalars(select(ItemRow).where(ItemRow.bank_id == bank_id))}
    for one in eligible:
        row = rows.get(one.code)
        same = row is not None and (row.version, row.state, row.standing) == (one.version, ENROLLED, NORMAL)
        if not same or one.code in live:
            raise BankChanged(code=one.code)
    return rows


def _document(
    work: Work,
    row: ReleaseRow,
    bank: BankRow,
    eligible: list[Eligible],
    versions: list[ItemVersionRow],
    salts: dict[str, str],
) -> str:
    """The signed document: everything a stranger needs to replay the draw, and the items with their keys."""
    body = {
        "release": row.id,
        "bank": {
            "name": bank.name, "occupation_code": bank.occupation_code, "occupation_name": bank.occupation_name,
            "level": bank.level, "standard": bank.standard,
        },
        "ratio": row.ratio,
        "types": row.types,
        "area": row.area,
        "eligible": marks_of(eligible),
        "eligible_digest": row.eligible_digest,
        "commitment": row.commitment,
        "hidden": row.hidden,
        "words": row.words,
        "count": row.count,
        "items": [_released(version, salts) for version in versions],
        "proposed_ms": row.created_ms,
        "released_ms": row.released_ms,
        "proposed_by": row.by_name,
        "drawn_by": row.approver_name,
    }  # fmt: skip
    return sign_document(body, RELEASE_TYPE, 1, [Signer("bank", bank.name, work.runtime.keys.signing)]).decode()


def _released(version: ItemVersionRow, salts: dict[str, str]) -> Json:
    body = body_of(version)
    return {
        "salt": salts[body.content.code],
        "content": body.content.as_json(),
        "version": version.version,
        "digest": version.digest,
        "key": list(body.key),
        "scoring": body.scoring,
    }


def withdraw_release(work: Work, release_id: str) -> ReleaseRow:
    """Drop a proposal before the draw; raises ReleaseDecided."""
    row = load_release(work.session, release_id)
    _demand_proposed(row)
    row.state = WITHDRAWN
    work.record("release.withdrawn", row.id, bank=row.bank_id)
    return row


def load_public_asset(work: Work, digest: str) -> AssetRow | None:
    """A figure or sound of a released item; None for every other."""
    if digest in released_assets(work.session):
        return load_assets(work.session, {digest}).get(digest)
    return None
