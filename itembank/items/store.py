"""Pictures and sounds of items: kept under the digest of their bytes, shown to whoever may see an item that holds them.

Whoever brought one may look at it before an item holds it. Source: ZJ16-4.3a3 (institutions hold no item plaintext).
"""

from sqlalchemy import Text, cast, false, or_, select

from examserver.kernel.errors import Invalid
from examserver.plumbing.work import Work
from itembank.exchange.figures import Unusable, read_asset
from itembank.items.tables import (
    AssetGiverRow,
    AssetRow,
    ItemRow,
    ItemVersionRow,
    NoSuchItem,
    load_assets,
    load_bank,
)
from itembank.review.tables import seen_items, sight_in


class UnusableAsset(Invalid):
    """The uploaded bytes are no picture or sound an exam station can show."""

    code = "item.asset_unusable"
    message_zh = "文件 {name} {reason_zh}"
    message_en = "{name} {reason_en}"
    next_zh = "图片请用 PNG、JPEG 或 WebP（4 MB 以内），声音请用 MP3、OGG、WAV 或 M4A（16 MB 以内）"
    next_en = "Use PNG, JPEG or WebP up to 4 MB for pictures, MP3, OGG, WAV or M4A up to 16 MB for sounds"


def store_asset(work: Work, bank_id: str, name: str, data: bytes) -> AssetRow:
    """Keeps an uploaded picture or sound under the digest of its bytes; raises UnusableAsset."""
    load_bank(work.session, bank_id)
    found = read_asset(name[:120], data)
    if isinstance(found, Unusable):
        raise UnusableAsset(name=name[:120], reason_zh=found.zh, reason_en=found.en)
    if work.session.get(AssetGiverRow, (found.digest, work.actor.id)) is None:
        work.session.add(AssetGiverRow(digest=found.digest, account=work.actor.id))
    known = load_assets(work.session, {found.digest}).get(found.digest)
    if known is not None:
        return known
    row = AssetRow(
        digest=found.digest, media_type=found.media_type, width=found.width, height=found.height, data=found.data
    )
    work.session.add(row)
    work.record("item.asset_stored", bank_id, digest=row.digest, media_type=row.media_type, bytes=len(data))
    return row


def load_figure(work: Work, digest: str) -> AssetRow:
    """A figure by the digest of its bytes, of an item the acting person may see or brought by them; NoSuchItem."""
    found = load_assets(work.session, {digest}).get(digest)
    if found is None or not _may_look(work, digest):
        raise NoSuchItem(what=digest)
    return found


def _may_look(work: Work, digest: str) -> bool:
    if sight_in(work).everything or work.session.get(AssetGiverRow, (digest, work.actor.id)) is not None:
        return True
    seen = select(ItemRow.id).join(ItemVersionRow, ItemVersionRow.id == ItemRow.version_id).where(seen_items(work))
    parts = (cast(part, Text) for part in (ItemVersionRow.content, ItemVersionRow.scoring))
    holds = or_(false(), *(part.contains(digest, autoescape=True) for part in parts))
    return work.session.scalar(select(ItemVersionRow.id).where(ItemVersionRow.item_id.in_(seen), holds)) is not None
